//! Writes letters and reports as DOCX, for people who still edit them; what they make of it is printed as PDF again.
//!
//! Charts are left out: DOCX shows their tables.

use docx_rs::{
    AlignmentType, BreakType, Docx, Footer, LineSpacing, LineSpacingType, NumPages, PageMargin,
    PageNum, Paragraph, Run, RunFonts, SpecialIndentType, Table as Grid, TableAlignmentType,
    TableCell, TableRow, VAlignType, WidthType,
};

use crate::{
    paper::{Block, Paper, Table},
    press::RenderError,
    sheet::Sheet,
    text::visible,
};

/// 宋体 and 黑体, which every Windows with Chinese has; other programs take Noto for them.
const SERIF: &str = "SimSun";
const SANS: &str = "SimHei";

/// Sizes in half points: 二号, 四号, 小四, 五号.
const TITLE: usize = 44;
const BODY: usize = 28;
const SMALL: usize = 24;
const TABLE: usize = 21;

/// The width of the text in twentieths of a point: A4 less 28 and 26 mm.
const TEXT_WIDTH: usize = 8845;
const A4: (u32, u32) = (11906, 16838);

/// Writes a paper.
pub(crate) fn write(sheet: &Sheet, paper: &Paper) -> Result<Vec<u8>, RenderError> {
    let (year, month, day) = sheet.dated.parts();
    let made = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
    let mut docx = Docx::new()
        .created_at(&made)
        .updated_at(&made)
        .page_size(A4.0, A4.1)
        .page_margin(
            PageMargin::new()
                .top(1871)
                .bottom(1701)
                .left(1587)
                .right(1474),
        )
        .default_fonts(fonts(SERIF))
        .default_size(BODY)
        .footer(folio());
    if sheet.draft {
        docx = docx.add_paragraph(line("【草稿】", SMALL, SANS).align(AlignmentType::Right));
    }
    docx = head(docx, paper);
    for block in &paper.blocks {
        docx = match block {
            Block::Heading { text } => docx.add_paragraph(
                indented(line(text, BODY, SANS))
                    .keep_next(true)
                    .outline_lvl(0),
            ),
            Block::Text { text } => paragraphs(text).fold(docx, |docx, text| {
                docx.add_paragraph(indented(line(text, BODY, SERIF)).align(AlignmentType::Both))
            }),
            Block::Facts { rows } => {
                let rows = rows
                    .iter()
                    .map(|row| vec![row.label.as_str(), row.value.as_str()]);
                docx.add_table(grid(rows, &[2200, TEXT_WIDTH - 2200], false))
            }
            Block::Table(table) => figures(docx, table),
            Block::Chart(_) => docx,
        };
    }
    docx = foot(docx, paper);
    let mut bytes = std::io::Cursor::new(Vec::new());
    docx.build()
        .pack(&mut bytes)
        .map_err(|error| RenderError::Docx(error.to_string()))?;
    Ok(bytes.into_inner())
}

fn head(docx: Docx, paper: &Paper) -> Docx {
    let mut docx = docx;
    if !paper.issuer.is_empty() {
        docx = docx.add_paragraph(line(&paper.issuer, BODY, SERIF).align(AlignmentType::Center));
    }
    let title = Paragraph::new()
        .add_run(run(&paper.title, TITLE, SERIF).bold())
        .align(AlignmentType::Center)
        .line_spacing(LineSpacing::new().before(120).after(240));
    docx = docx.add_paragraph(title);
    let reference = if paper.reference.is_empty() {
        String::new()
    } else {
        format!("投诉编号：{}", paper.reference)
    };
    for text in [paper.number.as_str(), reference.as_str()] {
        if !text.is_empty() {
            docx = docx.add_paragraph(line(text, SMALL, SERIF).align(AlignmentType::Center));
        }
    }
    if !paper.salutation.is_empty() {
        docx = docx.add_paragraph(line(&paper.salutation, BODY, SERIF));
    }
    docx
}

fn foot(docx: Docx, paper: &Paper) -> Docx {
    let mut docx = docx;
    for (number, attachment) in (1..).zip(&paper.attachments) {
        let lead = if number == 1 {
            "附件："
        } else {
            "　　　"
        };
        let text = format!("{lead}{number}. {attachment}");
        docx = docx.add_paragraph(indented(line(&text, BODY, SERIF)));
    }
    let seal = if paper.seal { "（公章）" } else { "" };
    let signature = Paragraph::new()
        .add_run(
            run(&format!("{}{seal}", paper.signed_by), BODY, SERIF)
                .add_break(BreakType::TextWrapping)
                .add_text(visible(&paper.signed_on, &|_| true)),
        )
        .align(AlignmentType::Right)
        .keep_lines(true)
        .line_spacing(LineSpacing::new().before(480));
    docx = docx.add_paragraph(signature);
    let copy_to = if paper.copy_to.is_empty() {
        String::new()
    } else {
        format!("抄送：{}", paper.copy_to)
    };
    for text in [&paper.contact, &copy_to] {
        for text in paragraphs(text) {
            docx = docx.add_paragraph(line(text, SMALL, SERIF));
        }
    }
    docx
}

fn figures(docx: Docx, table: &Table) -> Docx {
    let narrow = 1300;
    let mut widths = vec![narrow; table.columns.len()];
    if let Some(first) = widths.first_mut() {
        *first = TEXT_WIDTH.saturating_sub(narrow * table.columns.len().saturating_sub(1));
    }
    let all = std::iter::once(&table.columns).chain(&table.rows);
    let rows = all.map(|row| row.iter().map(String::as_str).collect());
    let title = line(&table.title, TABLE, SANS)
        .align(AlignmentType::Center)
        .keep_next(true);
    docx.add_paragraph(title)
        .add_table(grid(rows, &widths, true))
}

fn grid<'a>(rows: impl Iterator<Item = Vec<&'a str>>, widths: &[usize], headed: bool) -> Grid {
    let rows = rows.enumerate().map(|(index, row)| {
        let cells = row
            .into_iter()
            .zip(widths)
            .enumerate()
            .map(|(column, (text, width))| {
                let label = if headed { index == 0 } else { column == 0 };
                let font = if label { SANS } else { SERIF };
                let alignment = match (headed && column > 0, label) {
                    (_, true) => AlignmentType::Center,
                    (true, false) => AlignmentType::Right,
                    (false, false) => AlignmentType::Left,
                };
                let cell = TableCell::new()
                    .width(*width, WidthType::Dxa)
                    .vertical_align(VAlignType::Center);
                paragraphs(text).fold(cell, |cell, text| {
                    cell.add_paragraph(line(text, TABLE, font).align(alignment))
                })
            });
        TableRow::new(cells.collect()).cant_split()
    });
    Grid::new(rows.collect())
        .set_grid(widths.to_vec())
        .align(TableAlignmentType::Center)
}

/// 第x页 共y页.
fn folio() -> Footer {
    let text = |words: &str| run(words, 18, SERIF);
    Footer::new().add_paragraph(
        Paragraph::new()
            .add_run(text("第"))
            .add_page_num(PageNum::new())
            .add_run(text("页　共"))
            .add_num_pages(NumPages::new())
            .add_run(text("页"))
            .align(AlignmentType::Center),
    )
}

fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.trim_end_matches('\r'))
}

fn line(text: &str, size: usize, font: &str) -> Paragraph {
    Paragraph::new()
        .add_run(run(text, size, font))
        .line_spacing(
            LineSpacing::new()
                .line_rule(LineSpacingType::Auto)
                .line(360),
        )
}

/// Two characters in, as paragraphs begin.
fn indented(paragraph: Paragraph) -> Paragraph {
    paragraph
        .indent(None, Some(SpecialIndentType::FirstLine(560)), None, None)
        .first_line_chars(200)
}

/// Text is escaped by the library; what XML cannot hold is shown by its code.
fn run(text: &str, size: usize, font: &str) -> Run {
    Run::new()
        .add_text(visible(text, &|_| true))
        .size(size)
        .fonts(fonts(font))
}

fn fonts(name: &str) -> RunFonts {
    RunFonts::new()
        .east_asia(name)
        .ascii("Times New Roman")
        .hi_ansi("Times New Roman")
}
