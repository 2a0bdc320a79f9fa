//! How many complaints came for each outlet (网均投诉量), as banks publish it every year beside the number itself.

use chrono::NaiveDate;

use super::{
    figures::Figures,
    tree::{Kind, Tree},
};

/// A unit's complaints and outlets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerOutlet {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The complaints it received in the term.
    pub received: usize,
    /// The outlets it had on the last day that is counted.
    pub outlets: usize,
}

impl PerOutlet {
    /// The average in hundredths, rounded; none without outlets.
    #[must_use]
    pub fn hundredths(&self) -> Option<usize> {
        let twice = 2 * self.outlets;
        (200 * self.received + self.outlets).checked_div(twice)
    }

    /// The average in words, e.g. "1.24"; a dash without outlets.
    #[must_use]
    pub fn average(&self) -> String {
        match self.hundredths() {
            Some(hundredths) => format!("{}.{:02}", hundredths / 100, hundredths % 100),
            None => "—".to_owned(),
        }
    }
}

/// Each of these unions, then the unit that is counted with all of them.
#[must_use]
pub fn per_outlet(
    figures: &Figures,
    unit: &str,
    unions: &[String],
    tree: &Tree,
    on: NaiveDate,
) -> Vec<PerOutlet> {
    let outlets = tree.outlets(on);
    let of = |code: &str, received| PerOutlet {
        unit: code.to_owned(),
        name: tree.name(code, on),
        received,
        outlets: outlets.get(code).copied().unwrap_or_default(),
    };
    let received = |table, code: &str| {
        let figure = figures.find(table, code);
        figure.map_or(0, |figure| figure.cases.len())
    };
    let unions = unions
        .iter()
        .filter(|code| *code != unit && tree.kind(code) == Some(Kind::Union));
    let mut rows: Vec<PerOutlet> = unions
        .map(|code| of(code, received("union", code)))
        .collect();
    rows.push(of(unit, received("summary", "received")));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        facts::samples::fact,
        figures::count,
        period::{Period, Term},
        taxonomy::Names,
        tree::{Span, Unit},
    };

    fn average(received: usize, outlets: usize) -> String {
        let (unit, name) = (String::new(), String::new());
        let row = PerOutlet {
            unit,
            name,
            received,
            outlets,
        };
        row.average()
    }

    #[test]
    fn g23_the_published_average_of_a_real_bank_comes_out() {
        assert_eq!(average(625, 506), "1.24");
        assert_eq!(average(1, 200), "0.01");
        assert_eq!(average(0, 7), "0.00");
        assert_eq!(average(3, 0), "—");
    }

    #[test]
    fn g23_outlets_are_those_of_the_last_day_that_is_counted() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let unit = |kind, parent: &str, retired: Option<&str>| Unit {
            kind,
            spans: vec![Span {
                from: day("2008-12-01"),
                name: String::new(),
                parent: parent.to_owned(),
            }],
            retired_on: retired.map(day),
        };
        let units = [
            ("5890", unit(Kind::Office, "", None)),
            ("589002", unit(Kind::Union, "5890", None)),
            ("58900201", unit(Kind::Outlet, "589002", None)),
            ("58900202", unit(Kind::Outlet, "589002", Some("2026-04-01"))),
            ("589003", unit(Kind::Union, "5890", None)),
        ];
        let units = units.map(|(code, unit)| (code.to_owned(), unit));
        let tree = Tree(units.into_iter().collect());
        let facts = [1, 2, 3].map(|item| fact(item, "2026-03-01T10:00:00+08:00", None));
        let period = Period::of(2026, Term::FirstHalf).unwrap();
        let figures = count(&facts, &period, period.ends_at, &tree, &Names::default());
        let unions = ["5890", "589002", "589003"].map(str::to_owned);
        let rows = |on| {
            let rows = per_outlet(&figures, "5890", &unions, &tree, day(on)).into_iter();
            rows.map(|row| (row.unit.clone(), row.received, row.average()))
                .collect::<Vec<_>>()
        };
        let row =
            |unit: &str, received, average: &str| (unit.to_owned(), received, average.to_owned());
        let expected = [
            row("589002", 3, "3.00"),
            row("589003", 0, "—"),
            row("5890", 3, "3.00"),
        ];
        assert_eq!(rows("2026-06-30"), expected);
        assert_eq!(rows("2026-03-31")[0], row("589002", 3, "1.50"));
    }
}
