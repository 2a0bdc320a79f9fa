//! Whose unions are whose: the tree of units as it was on a day.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter::successors,
};

use chrono::NaiveDate;

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 省联社.
    Province,
    /// 办事处.
    Office,
    /// 联社、农商行.
    Union,
    /// 部室.
    Department,
    /// 网点.
    Outlet,
}

/// What a unit was called and whose it was, from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: NaiveDate,
    /// Its name.
    pub name: String,
    /// Its parent; empty for the province.
    pub parent: String,
}

/// A unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// What it is.
    pub kind: Kind,
    /// Its names and parents, oldest first.
    pub spans: Vec<Span>,
    /// The day from which it is no more.
    pub retired_on: Option<NaiveDate>,
}

impl Unit {
    /// What held on a day; before its first day, what held first.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&Span> {
        self.spans
            .iter()
            .rev()
            .find(|span| span.from <= day)
            .or_else(|| self.spans.first())
    }

    /// Whether it is there on a day.
    fn lives_on(&self, day: NaiveDate) -> bool {
        self.spans.first().is_some_and(|span| span.from <= day)
            && self.retired_on.is_none_or(|retired| day < retired)
    }
}

/// All units.
#[derive(Debug, Clone, Default)]
pub struct Tree(pub BTreeMap<String, Unit>);

impl Tree {
    /// The name of a unit on a day; its code when it is not known.
    #[must_use]
    pub fn name(&self, code: &str, day: NaiveDate) -> String {
        self.0
            .get(code)
            .and_then(|unit| unit.on(day))
            .map_or_else(|| code.to_owned(), |span| span.name.clone())
    }

    /// The same, after the name of whose department it is: every union has a 合规管理部.
    #[must_use]
    pub fn full_name(&self, code: &str, day: NaiveDate) -> String {
        let name = self.name(code, day);
        match self.0.get(code) {
            Some(unit) if unit.kind == Kind::Department => {
                let parent = unit.on(day).map(|span| self.name(&span.parent, day));
                parent.unwrap_or_default() + &name
            }
            _ => name,
        }
    }

    /// The codes under which cases of a unit and everything below it stand: unions, offices and the province, as they were on
    /// a day. `None` when the unit is not known, or is one for which no report is made (guideline art. 23).
    #[must_use]
    pub fn unions(&self, code: &str, day: NaiveDate) -> Option<BTreeSet<String>> {
        match self.0.get(code)?.kind {
            Kind::Province | Kind::Office | Kind::Union => {}
            Kind::Department | Kind::Outlet => return None,
        }
        let reporting = self
            .0
            .iter()
            .filter(|(_, unit)| matches!(unit.kind, Kind::Province | Kind::Office | Kind::Union))
            .filter(|(below, _)| self.stands_below(below, code, day));
        Some(reporting.map(|(below, _)| below.clone()).collect())
    }

    /// The units that must report on a day (guideline art. 23: 各办事处、各地(市)联社): every office, and of the unions the one that
    /// carries its prefecture's name, as 江门农商行 below 江门办事处.
    #[must_use]
    pub fn reporting(&self, day: NaiveDate) -> Vec<String> {
        let reports = |unit: &Unit| match unit.kind {
            Kind::Office => true,
            Kind::Union => self.is_prefecture_union(unit, day),
            Kind::Province | Kind::Department | Kind::Outlet => false,
        };
        self.0
            .iter()
            .filter(|(_, unit)| unit.lives_on(day) && reports(unit))
            .map(|(code, _)| code.clone())
            .collect()
    }

    /// What a unit is; `None` when it is not known.
    #[must_use]
    pub fn kind(&self, code: &str) -> Option<Kind> {
        self.0.get(code).map(|unit| unit.kind)
    }

    /// How many outlets each unit has on a day, with everything below it; units that have none are left out.
    #[must_use]
    pub fn outlets(&self, day: NaiveDate) -> BTreeMap<&str, usize> {
        let mut outlets = BTreeMap::new();
        for (code, unit) in &self.0 {
            if unit.kind == Kind::Outlet && unit.lives_on(day) {
                let above: BTreeSet<&str> = self.upwards(code, day).collect();
                for code in above {
                    *outlets.entry(code).or_default() += 1;
                }
            }
        }
        outlets
    }

    fn is_prefecture_union(&self, unit: &Unit, day: NaiveDate) -> bool {
        let Some(span) = unit.on(day) else {
            return false;
        };
        let office = self.name(&span.parent, day);
        let prefecture = office
            .trim_start_matches("省联社")
            .trim_end_matches("办事处");
        let name = span
            .name
            .trim_start_matches("广东省")
            .trim_start_matches("广东");
        // 江门农商行 and 江门市农信社 are the prefecture's, 江门市新会农信社 is one of its counties'.
        let rest = name.strip_prefix(prefecture);
        let rest = rest.map(|rest| rest.trim_start_matches('市'));
        !prefecture.is_empty()
            && prefecture != office
            && rest.is_some_and(|rest| rest.starts_with('农'))
    }

    fn stands_below(&self, below: &str, above: &str, day: NaiveDate) -> bool {
        self.upwards(below, day).any(|at| at == above)
    }

    /// A unit, the one above it, and so on, as it was on a day.
    fn upwards<'a>(&'a self, code: &'a str, day: NaiveDate) -> impl Iterator<Item = &'a str> {
        let parent = move |at: &&'a str| {
            let span = self.0.get(*at)?.on(day)?;
            Some(span.parent.as_str()).filter(|parent| !parent.is_empty())
        };
        // A tree deeper than this is a circle.
        successors(Some(code), parent).take(10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn unit(kind: Kind, spans: &[(&str, &str)]) -> Unit {
        let span = |(from, parent): &(&str, &str)| Span {
            from: day(from),
            name: format!("since {from}"),
            parent: (*parent).to_owned(),
        };
        Unit {
            kind,
            spans: spans.iter().map(span).collect(),
            retired_on: None,
        }
    }

    fn tree() -> Tree {
        let units = [
            ("44", unit(Kind::Province, &[("2000-01-01", "")])),
            ("5890", unit(Kind::Office, &[("2000-01-01", "44")])),
            ("5810", unit(Kind::Office, &[("2000-01-01", "44")])),
            ("589001", unit(Kind::Union, &[("2000-01-01", "5890")])),
            (
                "589002",
                unit(
                    Kind::Union,
                    &[("2000-01-01", "5810"), ("2026-04-01", "5890")],
                ),
            ),
            (
                "589002SL",
                unit(Kind::Department, &[("2000-01-01", "589002")]),
            ),
        ];
        Tree(
            units
                .into_iter()
                .map(|(code, unit)| (code.to_owned(), unit))
                .collect(),
        )
    }

    fn unions(code: &str, on: &str) -> Option<Vec<String>> {
        tree()
            .unions(code, day(on))
            .map(|unions| unions.into_iter().collect())
    }

    #[test]
    fn g23_an_office_has_the_unions_it_had_on_that_day() {
        let some = |codes: &[&str]| Some(codes.iter().map(|code| (*code).to_owned()).collect());
        assert_eq!(unions("5890", "2025-12-31"), some(&["5890", "589001"]));
        assert_eq!(
            unions("5890", "2026-06-30"),
            some(&["5890", "589001", "589002"])
        );
        assert_eq!(unions("5810", "2025-12-31"), some(&["5810", "589002"]));
        assert_eq!(unions("5810", "2026-06-30"), some(&["5810"]));
        assert_eq!(unions("589002", "2026-06-30"), some(&["589002"]));
        assert_eq!(unions("44", "2026-06-30").unwrap().len(), 5);
        assert_eq!(unions("589002SL", "2026-06-30"), None);
        assert_eq!(unions("nowhere", "2026-06-30"), None);
    }

    #[test]
    fn g23_offices_and_the_unions_of_their_prefecture_report() {
        let named = |kind, name: &str, parent: &str| Unit {
            kind,
            spans: vec![Span {
                from: day("2008-12-01"),
                name: name.to_owned(),
                parent: parent.to_owned(),
            }],
            retired_on: None,
        };
        let units = [
            ("44", named(Kind::Province, "广东省农村信用社联合社", "")),
            ("5890", named(Kind::Office, "省联社江门办事处", "44")),
            (
                "589001",
                named(Kind::Union, "广东江门农村商业银行股份有限公司", "5890"),
            ),
            (
                "589002",
                named(Kind::Union, "广东台山农村商业银行股份有限公司", "5890"),
            ),
            // A county's union may carry the prefecture's name before its own.
            (
                "589005",
                named(Kind::Union, "江门市新会农村信用合作联社", "5890"),
            ),
            (
                "58900101",
                named(Kind::Outlet, "江门农商行营业部", "589001"),
            ),
        ];
        let units = units.map(|(code, unit)| (code.to_owned(), unit));
        let mut tree = Tree(units.into_iter().collect());
        assert_eq!(tree.reporting(day("2026-01-01")), ["5890", "589001"]);
        assert!(tree.reporting(day("2008-11-30")).is_empty());
        // Whoever is merged into another reports no more.
        if let Some(union) = tree.0.get_mut("589001") {
            union.retired_on = Some(day("2026-07-01"));
        }
        assert_eq!(tree.reporting(day("2026-06-30")), ["5890", "589001"]);
        assert_eq!(tree.reporting(day("2026-07-01")), ["5890"]);
    }

    #[test]
    fn a_department_is_named_after_its_union() {
        let tree = tree();
        let named = |code| tree.full_name(code, day("2026-06-30"));
        assert_eq!(named("589002SL"), "since 2026-04-01since 2000-01-01");
        assert_eq!(named("589001"), "since 2000-01-01");
        assert_eq!(named("nowhere"), "nowhere");
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let mut tree = tree();
        tree.0.insert(
            "5890".to_owned(),
            unit(Kind::Office, &[("2000-01-01", "589001")]),
        );
        assert!(tree.unions("44", day("2026-01-01")).is_some());
    }
}
