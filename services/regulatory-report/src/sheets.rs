//! The figures as a spreadsheet: a sheet for each table, charts of what is spread, and the cases behind every figure.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Chart, ChartType, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
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
    comparison(book.add_worksheet(), counted, &looks)?;
    behind(book.add_worksheet(), counted, &looks)?;
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
    for (column, heading) in (0..).zip(["勾稽关系", "左", "右", "结果"]) {
        sheet.write_with_format(row, column, heading, &looks.heading)?;
    }
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
    for (column, heading) in (0..).zip([table.heading, "代码", "件数"]) {
        sheet.write_with_format(0, column, heading, &looks.heading)?;
    }
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
    let mut chart = Chart::new(kind);
    chart.title().set_name(table.title);
    chart.legend().set_hidden();
    chart
        .add_series()
        .set_name("件数")
        .set_categories((name.as_str(), 1, 0, row, 0))
        .set_values((name.as_str(), 1, 2, row, 2));
    if kind == ChartType::Bar {
        // Bars are drawn from below; the first row of the table belongs on top.
        chart.x_axis().set_reverse();
    }
    chart.set_width(640).set_height(420.max(24 * row));
    sheet.insert_chart(0, 4, &chart)?;
    Ok(())
}

/// The main figures beside those of the span before and of a year earlier, with a chart.
fn comparison(sheet: &mut Worksheet, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    const NAME: &str = "对比";
    sheet.set_name(NAME)?.set_column_width(0, 36)?;
    for (column, heading) in (0..).zip(["项目", "本期", "上期", "上年同期"]) {
        sheet.write_with_format(0, column, heading, &looks.heading)?;
    }
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

/// The cases behind every figure, a row for each.
fn behind(sheet: &mut Worksheet, counted: &Counted, looks: &Looks) -> Result<(), XlsxError> {
    sheet
        .set_name("数据出处")?
        .set_column_width(0, 30)?
        .set_column_width(1, 36)?
        .set_column_width(2, 24)?;
    for (column, heading) in (0..).zip(["统计表", "项目", "投诉编号"]) {
        sheet.write_with_format(0, column, heading, &looks.heading)?;
    }
    let mut row = 0;
    for table in &counted.figures.tables {
        for figure in &table.rows {
            for number in &figure.cases {
                row += 1;
                sheet
                    .write(row, 0, table.title)?
                    .write(row, 1, &figure.label)?
                    .write(row, 2, number)?;
            }
        }
    }
    Ok(())
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
    for (column, heading) in (0_u16..).zip(HEADINGS) {
        sheet
            .write_with_format(0, column, heading, &looks.heading)?
            .set_column_width(column, 22)?;
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
