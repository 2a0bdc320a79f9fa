//! The names of what complaints are classified by (JR/T 0169), as directory published them, and figures rolled up by them.

use std::collections::BTreeSet;

use super::words::UNKNOWN;

/// What is said of a code that the taxonomy does not know.
const NOT_LISTED: &str = "(未收录)";
/// What stands before a name below another: its cases are among those of the name above.
const AMONG: &str = "其中:";
/// What stands before that, once for each level below the second.
const INDENT: &str = "　";

/// What a name is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// 业务办理渠道: axis A of JR/T 0169.
    Via,
    /// 业务类别: axis B.
    Business,
    /// 投诉原因: axis C.
    Cause,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is a name of.
    pub axis: Axis,
    /// Its code.
    pub code: String,
    /// The official Chinese term.
    pub name: String,
    /// The code above it; empty at the top.
    pub above: String,
    /// Whether it is used no more.
    pub retired: bool,
}

/// The names of one version, in its own order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names(pub Vec<Entry>);

/// A row that codes are rolled up into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The code of the row.
    pub code: String,
    /// Its words.
    pub label: String,
    /// Whether it is below the first level, and so counted in a row above it too.
    pub below: bool,
    /// The codes that count in it.
    pub codes: BTreeSet<String>,
}

impl Names {
    fn find(&self, axis: Axis, code: &str) -> Option<&Entry> {
        self.0
            .iter()
            .find(|entry| entry.axis == axis && entry.code == code)
    }

    /// The codes from the top down to one; only itself when nothing is known of it.
    fn path(&self, axis: Axis, code: &str) -> Vec<String> {
        let mut path = vec![code.to_owned()];
        let mut at = self.find(axis, code);
        while let Some(entry) = at.filter(|entry| !entry.above.is_empty()) {
            // A circle ends where it closes.
            if path.contains(&entry.above) {
                break;
            }
            path.push(entry.above.clone());
            at = self.find(axis, &entry.above);
        }
        path.reverse();
        path
    }

    /// The code of the first level above one; itself when nothing is known of it.
    #[must_use]
    pub fn top(&self, axis: Axis, code: &str) -> String {
        let mut path = self.path(axis, code);
        path.swap_remove(0)
    }

    /// The name of a code.
    #[must_use]
    pub fn name(&self, axis: Axis, code: &str) -> String {
        match self.find(axis, code) {
            _ if code.is_empty() => UNKNOWN.to_owned(),
            Some(entry) => entry.name.clone(),
            None => format!("{code}{NOT_LISTED}"),
        }
    }

    /// The rows of a table: every name of the first level that is in use, below each those of the next level that occur,
    /// then codes that no taxonomy knows, then what was not filled in.
    #[must_use]
    pub fn rows(&self, axis: Axis, codes: &BTreeSet<String>) -> Vec<Row> {
        let paths: Vec<Path<'_>> = codes
            .iter()
            .filter(|code| !code.is_empty())
            .map(|code| (code, self.path(axis, code)))
            .collect();
        let mut rows = Vec::new();
        for top in self
            .0
            .iter()
            .filter(|entry| entry.axis == axis && entry.above.is_empty())
        {
            let first = row(&paths, 0, top);
            if !top.retired || !first.codes.is_empty() {
                rows.push(first);
                self.rows_below(&paths, 1, top, &mut rows);
            }
        }
        let unknown = paths.iter().filter(|(_, path)| {
            let top = path.first();
            top.is_some_and(|top| rows.iter().all(|row| row.below || row.code != *top))
        });
        let unknown: Vec<Row> = unknown
            .map(|(code, _)| Row {
                code: (*code).clone(),
                label: format!("{code}{NOT_LISTED}"),
                below: false,
                codes: BTreeSet::from([(*code).clone()]),
            })
            .collect();
        rows.extend(unknown);
        if codes.contains("") {
            rows.push(Row {
                code: String::new(),
                label: UNKNOWN.to_owned(),
                below: false,
                codes: BTreeSet::from([String::new()]),
            });
        }
        rows
    }

    fn rows_below(&self, paths: &[Path<'_>], level: usize, above: &Entry, rows: &mut Vec<Row>) {
        let entries = self.0.iter().filter(|entry| entry.axis == above.axis);
        for entry in entries.filter(|entry| entry.above == above.code) {
            let row = row(paths, level, entry);
            if !row.codes.is_empty() {
                rows.push(row);
                self.rows_below(paths, level + 1, entry, rows);
            }
        }
    }
}

/// A code that occurs, and the codes from the top down to it.
type Path<'a> = (&'a String, Vec<String>);

fn row(paths: &[Path<'_>], level: usize, entry: &Entry) -> Row {
    let under = paths
        .iter()
        .filter(|(_, path)| path.get(level).is_some_and(|at| *at == entry.code));
    let indent = match level {
        0 => String::new(),
        deeper => format!("{}{AMONG}", INDENT.repeat(deeper - 1)),
    };
    Row {
        code: entry.code.clone(),
        label: format!("{indent}{}", entry.name),
        below: level > 0,
        codes: under.map(|(code, _)| (*code).clone()).collect(),
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// Three levels of via, two of cause, one of business.
    pub(crate) fn names() -> Names {
        let entry = |(axis, code, name, above): (Axis, &str, &str, &str)| Entry {
            axis,
            code: code.to_owned(),
            name: name.to_owned(),
            above: above.to_owned(),
            retired: code == "C05",
        };
        let names = [
            (Axis::Via, "A.front", "前台业务渠道", ""),
            (Axis::Via, "A.front.site", "营业现场", "A.front"),
            (Axis::Via, "A.front.self", "自助机具", "A.front"),
            (Axis::Via, "A.front.e", "电子渠道", "A.front"),
            (Axis::Via, "A.front.e.web", "网银渠道", "A.front.e"),
            (Axis::Via, "A.front.e.app", "移动客户端", "A.front.e"),
            (Axis::Via, "A.front.third", "第三方渠道", "A.front"),
            (Axis::Via, "A.front.oth", "其他", "A.front"),
            (Axis::Via, "A.back", "中、后台业务渠道", ""),
            (Axis::Business, "B04", "支付结算", ""),
            (Axis::Cause, "C01", "服务态度及服务质量", ""),
            (Axis::Cause, "C01.queue", "排队", "C01"),
            (Axis::Cause, "C05", "信息披露", ""),
            (Axis::Cause, "C12", "债务催收方式和手段", ""),
        ];
        Names(names.into_iter().map(entry).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(axis: Axis, codes: &[&str]) -> Vec<(String, String, usize)> {
        let codes = codes.iter().map(|code| (*code).to_owned()).collect();
        let rows = samples::names().rows(axis, &codes).into_iter();
        rows.map(|row| (row.code, row.label, row.codes.len()))
            .collect()
    }

    fn row(code: &str, label: &str, codes: usize) -> (String, String, usize) {
        (code.to_owned(), label.to_owned(), codes)
    }

    #[test]
    fn g23_codes_are_named_and_rolled_up_level_by_level() {
        let via = rows(Axis::Via, &["A.front.e.web", "A.front.e", "A.front", ""]);
        let expected = [
            row("A.front", "前台业务渠道", 3),
            row("A.front.e", "其中:电子渠道", 2),
            row("A.front.e.web", "　其中:网银渠道", 1),
            row("A.back", "中、后台业务渠道", 0),
            row("", "未填报", 1),
        ];
        assert_eq!(via, expected);
    }

    #[test]
    fn g23_a_code_that_is_not_listed_is_shown_as_it_is_and_a_retired_name_only_when_it_is_used() {
        let listed = [
            row("C01", "服务态度及服务质量", 0),
            row("C12", "债务催收方式和手段", 0),
        ];
        assert_eq!(rows(Axis::Cause, &[]), listed);
        let used = rows(Axis::Cause, &["C05", "C99", "B04"]);
        let expected = [
            row("C01", "服务态度及服务质量", 0),
            row("C05", "信息披露", 1),
            row("C12", "债务催收方式和手段", 0),
            row("B04", "B04(未收录)", 1),
            row("C99", "C99(未收录)", 1),
        ];
        assert_eq!(used, expected);
        // While nothing was published, nothing is listed.
        assert_eq!(Names::default().name(Axis::Cause, "C01"), "C01(未收录)");
    }
}
