//! Files of units, posts and people.

use chrono::NaiveDate;
use serde::Deserialize;
use suda_proto::{common::v1::Role, directory::v1 as wire};
use toml::{Spanned, value::Datetime};

use super::{Source, fault, parse};
use crate::domain::{
    channels::Channels,
    structure::{Fault, Kind, Period, Person, Post, Structure, Unit},
};

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
    #[serde(default)]
    channels: Vec<ChannelsEntry>,
    retired: Option<Datetime>,
}

/// What the unit publishes of how to complain, from a day on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelsEntry {
    from: Datetime,
    #[serde(default)]
    hotlines: Vec<String>,
    #[serde(default)]
    address: String,
    #[serde(default)]
    postcode: String,
    #[serde(default)]
    letter_box: String,
    #[serde(default)]
    reception: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    emails: Vec<String>,
    #[serde(default)]
    wechat: String,
    #[serde(default)]
    link: String,
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
pub(super) fn read(file: &Source<'_>, structure: &mut Structure) -> Result<(), Vec<Fault>> {
    let contents: Contents = parse(file)?;
    let mut faults = Vec::new();
    for entry in contents.unit {
        let byte = entry.span().start;
        match unit_of(entry.into_inner()) {
            Ok(unit) => structure.units.push(Unit {
                at: file.at(byte),
                ..unit
            }),
            Err(reason) => faults.push(fault(file, byte, reason)),
        }
    }
    for entry in contents.post {
        let at = file.at(entry.span().start);
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
        let at = file.at(entry.span().start);
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
    let channels = entry
        .channels
        .into_iter()
        .map(channels_of)
        .collect::<Result<_, String>>()?;
    Ok(Unit {
        channels,
        at: crate::domain::structure::At::default(),
        code: entry.code,
        kind,
        periods,
        reception: entry.reception,
        functions: entry.functions,
        retired: entry.retired.as_ref().map(date).transpose()?,
    })
}

fn channels_of(entry: ChannelsEntry) -> Result<Channels, String> {
    Ok(Channels {
        from: date(&entry.from)?,
        hotlines: entry.hotlines,
        address: entry.address,
        postcode: entry.postcode,
        letter_box: entry.letter_box,
        reception: entry.reception,
        hours: entry.hours,
        emails: entry.emails,
        wechat: entry.wechat,
        link: entry.link,
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
        channels: unit.channels.iter().map(published).collect(),
    }
}

/// What a unit publishes, as directory tells it.
pub(crate) fn published(channels: &Channels) -> wire::PublishedChannels {
    wire::PublishedChannels {
        from: channels.from.to_string(),
        hotlines: channels.hotlines.clone(),
        address: channels.address.clone(),
        postcode: channels.postcode.clone(),
        letter_box: channels.letter_box.clone(),
        reception: channels.reception.clone(),
        hours: channels.hours.clone(),
        emails: channels.emails.clone(),
        wechat: channels.wechat.clone(),
        link: channels.link.clone(),
    }
}

/// Units as they were told, to look in for what holds for one of them.
///
/// # Errors
/// The code of one whose days cannot be read: its row is damaged.
pub(crate) fn told(units: Vec<wire::Unit>) -> Result<Structure, String> {
    let units = units.into_iter().map(|unit| {
        let damaged = |_| unit.code.clone();
        let kind = match unit.kind() {
            wire::UnitKind::Province => Kind::Province,
            wire::UnitKind::Office => Kind::Office,
            wire::UnitKind::Union => Kind::Union,
            wire::UnitKind::Department => Kind::Department,
            wire::UnitKind::Outlet => Kind::Outlet,
            wire::UnitKind::Unspecified => return Err(unit.code),
        };
        let periods = unit.periods.iter().map(|period| {
            Ok(Period {
                from: period.from.parse().map_err(damaged)?,
                name: period.name.clone(),
                parent: period.parent_code.clone(),
            })
        });
        let channels = unit.channels.iter().map(|channels| {
            let channels = channels.clone();
            Ok(Channels {
                from: channels.from.parse().map_err(damaged)?,
                hotlines: channels.hotlines,
                address: channels.address,
                postcode: channels.postcode,
                letter_box: channels.letter_box,
                reception: channels.reception,
                hours: channels.hours,
                emails: channels.emails,
                wechat: channels.wechat,
                link: channels.link,
            })
        });
        let retired = match unit.retired_on.as_str() {
            "" => None,
            day => Some(day.parse().map_err(damaged)?),
        };
        Ok(Unit {
            at: crate::domain::structure::At::default(),
            kind,
            periods: periods.collect::<Result<_, String>>()?,
            reception: unit.reception,
            channels: channels.collect::<Result<_, String>>()?,
            retired,
            functions: unit.functions,
            code: unit.code,
        })
    });
    Ok(Structure {
        units: units.collect::<Result<_, String>>()?,
        ..Structure::default()
    })
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
