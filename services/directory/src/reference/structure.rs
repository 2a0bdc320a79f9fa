//! Files of units, posts and people.

use chrono::NaiveDate;
use serde::Deserialize;
use suda_proto::{common::v1::Role, directory::v1 as wire};
use toml::{Spanned, value::Datetime};

use super::{File, fault, parse};
use crate::domain::structure::{Fault, Kind, Period, Person, Post, Structure, Unit};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    #[serde(default)]
    unit: Vec<Spanned<UnitEntry>>,
    #[serde(default)]
    post: Vec<Spanned<PostEntry>>,
    #[serde(default)]
    person: Vec<Spanned<PersonEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum KindWord {
    Province,
    Office,
    Union,
    Department,
    Outlet,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitEntry {
    code: String,
    kind: KindWord,
    periods: Vec<PeriodEntry>,
    #[serde(default)]
    reception: bool,
    #[serde(default)]
    functions: Vec<String>,
    retired: Option<Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeriodEntry {
    from: Datetime,
    name: String,
    #[serde(default)]
    parent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PostEntry {
    code: String,
    unit: String,
    role: String,
    name: String,
    #[serde(default)]
    holder: String,
    #[serde(default)]
    deputy: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    duty: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonEntry {
    id: String,
    name: String,
}

/// Adds what a file says.
pub(super) fn read(file: &File, structure: &mut Structure) -> Result<(), Vec<Fault>> {
    let contents: Contents = parse(file)?;
    let mut faults = Vec::new();
    for entry in contents.unit {
        let byte = entry.span().start;
        match unit_of(entry.into_inner()) {
            Ok(unit) => structure.units.push(Unit {
                at: fault(file, byte, String::new()).at,
                ..unit
            }),
            Err(reason) => faults.push(fault(file, byte, reason)),
        }
    }
    for entry in contents.post {
        let at = fault(file, entry.span().start, String::new()).at;
        let PostEntry {
            code,
            unit,
            role,
            name,
            holder,
            deputy,
            email,
            duty,
        } = entry.into_inner();
        structure.posts.push(Post {
            at,
            code,
            unit,
            role,
            name,
            holder,
            deputy,
            email,
            duty,
        });
    }
    for entry in contents.person {
        let at = fault(file, entry.span().start, String::new()).at;
        let PersonEntry { id, name } = entry.into_inner();
        structure.people.push(Person { at, id, name });
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

fn unit_of(entry: UnitEntry) -> Result<Unit, String> {
    let kind = match entry.kind {
        KindWord::Province => Kind::Province,
        KindWord::Office => Kind::Office,
        KindWord::Union => Kind::Union,
        KindWord::Department => Kind::Department,
        KindWord::Outlet => Kind::Outlet,
    };
    let periods = entry
        .periods
        .into_iter()
        .map(|period| {
            Ok(Period {
                from: date(&period.from)?,
                name: period.name,
                parent: period.parent,
            })
        })
        .collect::<Result<_, String>>()?;
    Ok(Unit {
        at: crate::domain::structure::At::default(),
        code: entry.code,
        kind,
        periods,
        reception: entry.reception,
        functions: entry.functions,
        retired: entry.retired.as_ref().map(date).transpose()?,
    })
}

/// A day.
pub(super) fn date(at: &Datetime) -> Result<NaiveDate, String> {
    at.to_string()
        .parse()
        .map_err(|_| format!("{at} is no day; write it as 2026-09-23"))
}

/// A unit as directory tells it.
pub(super) fn unit(unit: &Unit, structure: &Structure) -> wire::Unit {
    let kind = match unit.kind {
        Kind::Province => wire::UnitKind::Province,
        Kind::Office => wire::UnitKind::Office,
        Kind::Union => wire::UnitKind::Union,
        Kind::Department => wire::UnitKind::Department,
        Kind::Outlet => wire::UnitKind::Outlet,
    };
    wire::Unit {
        code: unit.code.clone(),
        kind: kind.into(),
        revision: 0,
        periods: unit
            .periods
            .iter()
            .map(|period| wire::UnitPeriod {
                from: period.from.to_string(),
                name: period.name.clone(),
                parent_code: period.parent.clone(),
            })
            .collect(),
        reception: unit.reception,
        retired_on: unit.retired.map(|day| day.to_string()).unwrap_or_default(),
        union_code: structure.union_of(&unit.code),
        functions: unit.functions.clone(),
    }
}

/// A post as directory tells it.
pub(super) fn post(post: &Post) -> wire::Post {
    let role =
        Role::from_str_name(&format!("ROLE_{}", post.role.to_uppercase())).unwrap_or_default();
    wire::Post {
        code: post.code.clone(),
        unit_code: post.unit.clone(),
        role: role.into(),
        name: post.name.clone(),
        revision: 0,
        holder_person_id: post.holder.clone(),
        deputy_person_id: post.deputy.clone(),
        email: post.email.clone(),
        duty: post.duty,
        abolished_on: String::new(),
    }
}
