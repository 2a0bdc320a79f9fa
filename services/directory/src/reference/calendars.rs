//! Files of calendars: one a file, each year with the notice behind it.

use std::collections::BTreeMap;

use chrono::{Datelike as _, NaiveDate, Weekday};
use serde::Deserialize;
use suda_proto::directory::v1::{Calendar, CalendarDay, CalendarYear};
use toml::{Spanned, value::Datetime};

use super::{Source, digest, fault, parse, structure::date};
use crate::domain::structure::Fault;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    code: Spanned<String>,
    time_zone: String,
    /// The union whose own days these are, over the province's.
    #[serde(default)]
    union: String,
    year: Vec<Spanned<YearEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearEntry {
    year: u32,
    status: Spanned<String>,
    notice: String,
    #[serde(default)]
    span: Vec<Spanned<SpanEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpanEntry {
    name: String,
    first: Datetime,
    last: Datetime,
    #[serde(default)]
    makeup: Vec<Spanned<Datetime>>,
}

/// Reads a calendar.
pub(super) fn read(file: &Source<'_>) -> Result<Calendar, Vec<Fault>> {
    let contents: Contents = parse(file)?;
    let mut faults = Vec::new();
    let mut years = Vec::new();
    for entry in contents.year {
        let byte = entry.span().start;
        match year(file, entry.into_inner()) {
            Ok(year) => years.push((byte, year)),
            Err(wrong) => faults.extend(wrong),
        }
    }
    faults.extend(gaps(file, &years));
    let code = &contents.code;
    if contents.union.is_empty() != (code.get_ref() == "province") {
        let reason = format!(
            "calendar {:?}: the province's is \"province\" and names no union; any other names the union whose days it adds",
            code.get_ref()
        );
        faults.push(fault(file, code.span().start, reason));
    }
    if contents.union.is_empty() {
        faults.extend(long_gaps(file, &years));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Calendar {
        code: contents.code.into_inner(),
        version: 0,
        union_code: contents.union,
        time_zone: contents.time_zone,
        years: years.into_iter().map(|(_, year)| year).collect(),
        digest: digest(file),
    })
}

fn year(file: &Source<'_>, entry: YearEntry) -> Result<CalendarYear, Vec<Fault>> {
    let mut faults = Vec::new();
    let official = match entry.status.get_ref().as_str() {
        "official" => true,
        "provisional" => false,
        other => {
            let reason = format!("status {other:?}: write \"official\" or \"provisional\"");
            faults.push(fault(file, entry.status.span().start, reason));
            false
        }
    };
    if official && entry.notice.is_empty() {
        faults.push(fault(
            file,
            entry.status.span().start,
            "an official year names its notice".to_owned(),
        ));
    }
    let mut days: BTreeMap<NaiveDate, (bool, String)> = BTreeMap::new();
    for span in &entry.span {
        if let Err(wrong) = take_span(file, span, &mut days) {
            faults.extend(wrong);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let pick = |worked: bool| {
        days.iter()
            .filter(|(_, (is_worked, _))| *is_worked == worked)
            .map(|(date, (_, reason))| CalendarDay {
                date: date.to_string(),
                reason: reason.clone(),
            })
            .collect()
    };
    Ok(CalendarYear {
        year: entry.year,
        official,
        notice: entry.notice,
        holidays: pick(false),
        workdays: pick(true),
    })
}

fn take_span(
    file: &Source<'_>,
    span: &Spanned<SpanEntry>,
    days: &mut BTreeMap<NaiveDate, (bool, String)>,
) -> Result<(), Vec<Fault>> {
    let entry = span.get_ref();
    let here = |reason: String| vec![fault(file, span.span().start, reason)];
    let (first, last) = (
        date(&entry.first).map_err(here)?,
        date(&entry.last).map_err(here)?,
    );
    if first > last {
        return Err(here(format!(
            "{} ends on {last}, before it begins",
            entry.name
        )));
    }
    for day in first.iter_days().take_while(|day| *day <= last) {
        if let Some((true, of)) = days.insert(day, (false, entry.name.clone())) {
            return Err(here(format!(
                "{day} is a day off here and a make-up working day of {of}"
            )));
        }
    }
    for makeup in &entry.makeup {
        let at = |reason: String| vec![fault(file, makeup.span().start, reason)];
        let day = date(makeup.get_ref()).map_err(at)?;
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            return Err(at(format!(
                "{day} is no Saturday or Sunday and is worked anyway; it makes up for nothing"
            )));
        }
        if let Some((false, of)) = days.insert(day, (true, entry.name.clone())) {
            return Err(at(format!(
                "{day} is a make-up working day here and a day off of {of}"
            )));
        }
    }
    Ok(())
}

/// Years follow each other without a gap, or sums would stop in the middle.
fn gaps(file: &Source<'_>, years: &[(usize, CalendarYear)]) -> Vec<Fault> {
    years
        .windows(2)
        .filter(|pair| pair[0].1.year + 1 != pair[1].1.year)
        .map(|pair| {
            fault(
                file,
                pair[1].0,
                format!("year {} does not follow {}", pair[1].1.year, pair[0].1.year),
            )
        })
        .collect()
}

/// A month without a working day is a mistake in the file, and no sum that meets it would end in time (P3).
fn long_gaps(file: &Source<'_>, years: &[(usize, CalendarYear)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (byte, year) in years {
        let has = |days: &[CalendarDay], date: NaiveDate| {
            let date = date.to_string();
            days.iter().any(|day| day.date == date)
        };
        let worked = |date: NaiveDate| {
            has(&year.workdays, date)
                || (!matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
                    && !has(&year.holidays, date))
        };
        let number = i32::try_from(year.year).unwrap_or(0);
        let Some(first) = NaiveDate::from_ymd_opt(number, 1, 1) else {
            continue;
        };
        let mut off = 0;
        for date in first.iter_days().take_while(|date| date.year() == number) {
            off = if worked(date) { 0 } else { off + 1 };
            if off == 30 {
                let reason = format!("year {number}: no day is worked in the 30 days up to {date}");
                faults.push(fault(file, *byte, reason));
            }
        }
    }
    faults
}
