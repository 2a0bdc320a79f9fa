//! The figures as a spreadsheet: a sheet for each table, charts of what is spread, and the cases behind every figure.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Chart, ChartType, Format, FormatAlign, FormatBorder, Formula, Workbook, Worksheet, XlsxError,
};

use crate::{
    actions::Counted,
    domain::{
        facts::Fact,
        figures::Table,
        period::local,
        taxonomy::Axis,
        words::{CHANNELS, NATURES, word},
    },
    wire::notes,
};

/// The longest name of a sheet.
const LONGEST_NAME: usize = 31;

/// How many rows of cases stand on a sheet; a spreadsheet has 1 048 576 rows, its heading among them.
const MOST_ROWS: usize = 1_000_000;

struct Looks {
    title: Format,
    heading: Format,
    cell: Format,
    number: Format,
    plain: Format,
}

impl Looks {
    fn new() -> Self {
        let cell = Format::new().set_border(FormatBorder::Thin);
        Self {
            title: Format::new().set_bold().set_font_size(16),
            heading: cell
                .clone()
                .set_bold()
                .set_align(FormatAlign::Center)
                .set_background_color(0x00DD_EBF7),
            number: cell.clone().set_num_format("0"),
            cell,
            plain: Format::new().set_text_wrap(),
        }
    }
}

/// Writes the workbook.
///
/// # Errors
/// When the writer refuses.
pub fn workbook(counted: &Counted) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let looks = Looks::new();
    cover(book.add_worksheet(), counted, &looks)?;
    for table in &counted.figures.tables {
        sheet(book.add_worksheet(), table, &looks)?;
    }
    per_outlet(book.add_worksheet(), counted, &looks)?;
    comparison(book.add_worksheet(), counted, &looks)?;
    behind(&mut book, counted, &looks)?;
    cases(book.add_worksheet(), counted, &looks)?;
    book.save_to_buffer()
}

/// A name that a sheet may have.
fn sheet_name(title: &str) -> String {
    title
        .chars()
        .map(|letter| {
            if r"[]:*?/\".contains(letter) {
                ' '
            } else {
                letter
            }
        })
        .take(LONGEST_NAME)
        .collect()
}

fn headings(
    sheet: &mut Worksheet,
    row: u32,
    headings: &[&str],
    looks: &Looks,
) -> Result<(), XlsxError> {
    for (column, heading) in (0..).zip(headings) {
        sheet.write_with_format(row, column, *heading, &looks.heading)?;
    }
    Ok(())
}

fn cover(sheet: &mut Worksheet, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    sheet
        .set_name("封面")?
        .set_column_width(0, 44)?
        .set_column_width(1, 24)?;
    let title = format!(
        "{}{}客户投诉统计表",
        counted.unit_name,
        counted.period.name()
    );
    sheet.write_with_format(0, 0, title, &looks.title)?;
    let facts = [
        ("机构代码", counted.unit.clone()),
        (
            "统计期间",
            format!(
                "{} 至 {}",
                local(counted.period.starts_at),
                local(counted.period.ends_at)
            ),
        ),
        ("统计截止", local(counted.cut_off)),
        ("报送期限", format!("{} 前", counted.period.due_on)),
        ("统计范围", format!("{} 个机构", counted.unions.len())),
    ];
    let mut row = 2;
    for (name, value) in facts {
        sheet
            .write_with_format(row, 0, name, &looks.cell)?
            .write_with_format(row, 1, value, &looks.cell)?;
        row += 1;
    }
    row += 1;
    headings(sheet, row, &["勾稽关系", "左", "右", "结果"], looks)?;
    for sum in &counted.figures.identities {
        row += 1;
        sheet.write_with_format(row, 0, sum.sentence, &looks.cell)?;
        sheet.write_with_format(row, 1, sum.left as u64, &looks.number)?;
        sheet.write_with_format(row, 2, sum.right as u64, &looks.number)?;
        sheet.write_with_format(
            row,
            3,
            if sum.holds() { "相符" } else { "不符" },
            &looks.cell,
        )?;
    }
    for note in notes(counted) {
        row += 2;
        sheet.write_with_format(row, 0, note, &looks.plain)?;
    }
    Ok(())
}

fn sheet(sheet: &mut Worksheet, table: &Table, looks: &Looks) -> Result<(), XlsxError> {
    let name = sheet_name(table.title);
    sheet
        .set_name(&name)?
        .set_column_width(0, 36)?
        .set_column_width(1, 24)?;
    headings(sheet, 0, &[table.heading, "代码", "件数"], looks)?;
    let mut row = 0;
    for figure in &table.rows {
        row += 1;
        sheet.write_with_format(row, 0, &figure.label, &looks.cell)?;
        sheet.write_with_format(row, 1, &figure.code, &looks.cell)?;
        sheet.write_with_format(row, 2, figure.cases.len() as u64, &looks.number)?;
    }
    if table.sums_to_received {
        let first = table.rows.iter().filter(|figure| !figure.below);
        let sum: usize = first.map(|figure| figure.cases.len()).sum();
        sheet.write_with_format(row + 1, 0, "合计", &looks.heading)?;
        sheet.write_with_format(row + 1, 1, "", &looks.heading)?;
        sheet.write_with_format(row + 1, 2, sum as u64, &looks.number)?;
    }
    if row == 0 {
        return Ok(());
    }
    let kind = if table.sums_to_received {
        ChartType::Bar
    } else {
        ChartType::Column
    };
    let chart = chart(kind, table.title, &name, (row, 2));
    sheet.insert_chart(0, 4, &chart)?;
    Ok(())
}

/// A chart of one column of a sheet, beside the names in its first column.
fn chart(kind: ChartType, title: &str, sheet: &str, (last_row, column): (u32, u16)) -> Chart {
    let mut chart = Chart::new(kind);
    chart.title().set_name(title);
    chart.legend().set_hidden();
    chart
        .add_series()
        .set_name((sheet, 0, column))
        .set_categories((sheet, 1, 0, last_row, 0))
        .set_values((sheet, 1, column, last_row, column));
    if kind == ChartType::Bar {
        // Bars are drawn from below; the first row of the table belongs on top.
        chart.x_axis().set_reverse();
    }
    chart.set_width(640).set_height(420.max(24 * last_row));
    chart
}

/// How many complaints came for each outlet, with a chart of the unions.
fn per_outlet(sheet: &mut Worksheet, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    const NAME: &str = "网均投诉量";
    sheet.set_name(NAME)?.set_column_width(0, 36)?;
    let named = ["机构", "代码", "本期新收", "网点数", "网均件数"];
    headings(sheet, 0, &named, looks)?;
    let average = looks.cell.clone().set_num_format("0.00");
    let mut row = 0;
    for unit in &counted.per_outlet {
        row += 1;
        sheet
            .write_with_format(row, 0, &unit.name, &looks.cell)?
            .write_with_format(row, 1, &unit.unit, &looks.cell)?
            .write_with_format(row, 2, unit.received as u64, &looks.number)?
            .write_with_format(row, 3, unit.outlets as u64, &looks.number)?;
        match unit.hundredths() {
            Some(_) => sheet.write_with_format(
                row,
                4,
                Formula::new(format!("=C{0}/D{0}", row + 1)).set_result(unit.average()),
                &average,
            )?,
            None => sheet.write_with_format(row, 4, unit.average(), &looks.cell)?,
        };
    }
    if row < 2 {
        return Ok(());
    }
    let chart = chart(ChartType::Bar, NAME, NAME, (row, 4));
    sheet.insert_chart(0, 6, &chart)?;
    Ok(())
}

/// The main figures beside those of the span before and of a year earlier, with a chart.
fn comparison(sheet: &mut Worksheet, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    const NAME: &str = "对比";
    sheet.set_name(NAME)?.set_column_width(0, 36)?;
    headings(sheet, 0, &["项目", "本期", "上期", "上年同期"], looks)?;
    let mut row = 0;
    for compared in &counted.comparisons {
        row += 1;
        sheet.write_with_format(row, 0, &compared.label, &looks.cell)?;
        let counts = [compared.current, compared.before, compared.year_before];
        for (column, count) in (1..).zip(counts) {
            sheet.write_with_format(row, column, count as u64, &looks.number)?;
        }
    }
    if row == 0 {
        return Ok(());
    }
    let mut chart = Chart::new(ChartType::Column);
    chart.title().set_name("本期、上期、上年同期");
    for column in 1..=3 {
        chart
            .add_series()
            .set_name((NAME, 0, column))
            .set_categories((NAME, 1, 0, row, 0))
            .set_values((NAME, 1, column, row, column));
    }
    chart.set_width(900).set_height(420);
    sheet.insert_chart(0, 5, &chart)?;
    Ok(())
}

/// The cases behind every figure, a row for each; on as many sheets as they need.
fn behind(book: &mut Workbook, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    let rows: Vec<[&str; 3]> = counted
        .figures
        .tables
        .iter()
        .flat_map(|table| table.rows.iter().map(move |figure| (table, figure)))
        .flat_map(|(table, figure)| {
            let cases = figure.cases.iter();
            cases.map(|number| [table.title, figure.label.as_str(), number.as_str()])
        })
        .collect();
    for (part, rows) in (1..).zip(parts(&rows)) {
        let sheet = book.add_worksheet();
        let name = match part {
            1 => "数据出处".to_owned(),
            more => format!("数据出处({more})"),
        };
        sheet
            .set_name(name)?
            .set_column_width(0, 30)?
            .set_column_width(1, 36)?
            .set_column_width(2, 24)?;
        headings(sheet, 0, &["统计表", "项目", "投诉编号"], looks)?;
        for (row, cells) in (1..).zip(rows) {
            for (column, cell) in (0..).zip(cells) {
                sheet.write(row, column, *cell)?;
            }
        }
    }
    Ok(())
}

/// Rows in parts that each fit on a sheet; one empty part of none.
fn parts<T>(rows: &[T]) -> impl Iterator<Item = &[T]> {
    let none = rows.is_empty().then_some(rows);
    none.into_iter().chain(rows.chunks(MOST_ROWS))
}

/// Every case that counts somewhere.
fn cases(sheet: &mut Worksheet, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    const HEADINGS: [&str; 10] = [
        "投诉编号",
        "机构",
        "渠道",
        "性质",
        "业务",
        "原因",
        "到达时间",
        "办结时间",
        "状态",
        "超时环节",
    ];
    sheet.set_name("投诉清单")?;
    headings(sheet, 0, &HEADINGS, looks)?;
    for (column, _) in (0..).zip(HEADINGS) {
        sheet.set_column_width(column, 22)?;
    }
    let last_day = crate::domain::period::day(counted.cut_off - chrono::TimeDelta::microseconds(1));
    let by_number: BTreeMap<&String, &Fact> = counted
        .facts
        .iter()
        .map(|fact| (&fact.number, fact))
        .collect();
    for (row, fact) in (1..).zip(by_number.into_values()) {
        let ended = fact
            .ended_at
            .filter(|ended| *ended < counted.cut_off)
            .map(local);
        let late: Vec<&str> = fact
            .breaches
            .iter()
            .filter(|(_, at)| **at < counted.cut_off)
            .map(|(clock, _)| clock.as_str())
            .collect();
        let cells = [
            fact.number.clone(),
            counted.tree.name(&fact.union, last_day),
            word(&CHANNELS, &fact.channel),
            word(&NATURES, &fact.nature),
            counted.names.name(Axis::Business, &fact.business),
            counted.names.name(Axis::Cause, &fact.cause),
            local(fact.received_at),
            ended.unwrap_or_default(),
            fact.standing(counted.cut_off),
            late.join("、"),
        ];
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_on_a_sheet_goes_on_the_next() {
        let sizes = |rows: usize| {
            let rows = vec![(); rows];
            parts(&rows).map(<[()]>::len).collect::<Vec<_>>()
        };
        assert_eq!(sizes(0), [0]);
        assert_eq!(sizes(1), [1]);
        assert_eq!(sizes(MOST_ROWS), [MOST_ROWS]);
        assert_eq!(sizes(2 * MOST_ROWS + 1), [MOST_ROWS, MOST_ROWS, 1]);
    }
}
