//! 半年报告: how complaint handling went in a term, for the regulator and the association (guideline art. 23).

use crate::{
    Date, Document, Moment, Sheet,
    paper::{Bar, Block, Chart, Paper, Table},
};

/// The report. Its figures are its caller's; here they are only shown.
#[derive(Clone)]
pub struct HalfYearReport {
    /// The office or union, above the title.
    pub issuer: String,
    /// The title, e.g. "2026年上半年客户投诉管理机制运行情况报告".
    pub title: String,
    /// 文号; empty while it is a draft.
    pub number: String,
    /// 主送: the regulator and the association.
    pub to: Vec<String>,
    /// 抄送: the compliance department.
    pub copy_to: String,
    /// Whether it is a draft, which is written across every page.
    pub draft: bool,
    /// The term in words, e.g. "2025年12月15日至2026年6月14日".
    pub term: String,
    /// Up to when facts were counted.
    pub cut_off: Moment,
    /// The digest of the frozen figures; empty for a draft.
    pub snapshot: String,
    /// Text, in order: main problems, causes, rectification.
    pub sections: Vec<Section>,
    /// The figures, in order.
    pub tables: Vec<FigureTable>,
    /// How many complaints came for each outlet, the unit itself last.
    pub averages: Vec<Average>,
    /// The sums that must come out.
    pub identities: Vec<Sum>,
    /// The unit that signs.
    pub signed_by: String,
    /// The date of the report.
    pub dated: Date,
}

/// A section of text.
#[derive(Clone)]
pub struct Section {
    /// Its heading without a number, e.g. "投诉反映的主要问题".
    pub heading: String,
    /// Its text; each line is a paragraph.
    pub text: String,
}

/// Figures that belong together.
#[derive(Clone)]
pub struct FigureTable {
    /// Its title.
    pub title: String,
    /// What its rows are, e.g. "渠道".
    pub heading: String,
    /// Its rows.
    pub rows: Vec<FigureRow>,
    /// Whether bars of the same figures stand below it.
    pub chart: bool,
}

/// A figure.
#[derive(Clone)]
pub struct FigureRow {
    /// What is counted.
    pub label: String,
    /// Whether it is also counted in a row above it; no bar is drawn of it then.
    pub below: bool,
    /// How many in this term.
    pub now: u64,
    /// How many in the term before; none when that is not known.
    pub before: Option<u64>,
}

/// How many complaints came for each outlet of a unit.
#[derive(Clone)]
pub struct Average {
    /// The unit.
    pub label: String,
    /// How many it received.
    pub received: u64,
    /// How many outlets it has.
    pub outlets: u64,
    /// The first divided by the second, in words.
    pub average: String,
}

/// A sum that must come out.
#[derive(Clone)]
pub struct Sum {
    /// In words.
    pub sentence: String,
    /// Its left side.
    pub left: i64,
    /// Its right side.
    pub right: i64,
}

/// Chinese numerals of headings; a report with more sections numbers them in figures.
const NUMERALS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

fn numbered(index: usize, heading: &str) -> String {
    match NUMERALS.get(index) {
        Some(numeral) => format!("{numeral}、{heading}"),
        None => format!("{}、{heading}", index + 1),
    }
}

impl FigureTable {
    /// Whether the term before is known.
    fn compared(&self) -> bool {
        self.rows.iter().any(|row| row.before.is_some())
    }

    fn table(&self, number: usize) -> Table {
        let compared = self.compared();
        let mut columns = vec![self.heading.clone(), "本期".to_owned()];
        if compared {
            columns.extend(["上期".to_owned(), "增减".to_owned()]);
        }
        let rows = self.rows.iter().map(|row| {
            let mut cells = vec![row.label.clone(), row.now.to_string()];
            if compared {
                cells.extend(row.comparison());
            }
            cells
        });
        Table {
            title: format!("表{number} {}", self.title),
            columns,
            rows: rows.collect(),
        }
    }

    fn chart(&self, number: usize) -> Chart {
        let drawn = self.rows.iter().filter(|row| !row.below);
        let bars = drawn.map(|row| Bar {
            label: row.label.clone(),
            value: row.now,
            before: row.before.unwrap_or_default(),
        });
        Chart {
            title: format!("图{number} {}", self.title),
            compared: self.compared(),
            now: "本期".to_owned(),
            before: "上期".to_owned(),
            bars: bars.collect(),
        }
    }
}

impl FigureRow {
    fn comparison(&self) -> [String; 2] {
        let Some(before) = self.before else {
            return ["—".to_owned(), "—".to_owned()];
        };
        let difference = i128::from(self.now) - i128::from(before);
        let change = if difference > 0 {
            format!("+{difference}")
        } else {
            difference.to_string()
        };
        [before.to_string(), change]
    }
}

impl Average {
    fn row(&self) -> Vec<String> {
        vec![
            self.label.clone(),
            self.received.to_string(),
            self.outlets.to_string(),
            self.average.clone(),
        ]
    }
}

impl Sum {
    fn row(&self) -> Vec<String> {
        let verdict = if self.left == self.right {
            "平衡"
        } else {
            "不平衡"
        };
        vec![
            self.sentence.clone(),
            self.left.to_string(),
            self.right.to_string(),
            verdict.to_owned(),
        ]
    }
}

impl HalfYearReport {
    fn figures(&self, paper: &mut Paper) {
        let mut charts = 0;
        for (number, table) in (1..).zip(&self.tables) {
            paper.blocks.push(Block::Table(table.table(number)));
            if table.chart && !table.rows.is_empty() {
                charts += 1;
                paper.blocks.push(Block::Chart(table.chart(charts)));
            }
        }
        let mut number = self.tables.len();
        if !self.averages.is_empty() {
            number += 1;
            paper.blocks.push(Block::Table(Table {
                title: format!("表{number} 网均投诉量"),
                columns: ["机构", "本期新收", "网点数", "网均件数"]
                    .map(str::to_owned)
                    .to_vec(),
                rows: self.averages.iter().map(Average::row).collect(),
            }));
        }
        if !self.identities.is_empty() {
            number += 1;
            paper.blocks.push(Block::Table(Table {
                title: format!("表{number} 数据勾稽关系"),
                columns: ["勾稽关系", "左", "右", "结果"].map(str::to_owned).to_vec(),
                rows: self.identities.iter().map(Sum::row).collect(),
            }));
        }
    }
}

impl Document for HalfYearReport {
    fn sheet(&self) -> Sheet {
        let mut paper = Paper {
            issuer: self.issuer.clone(),
            title: self.title.clone(),
            number: self.number.clone(),
            salutation: if self.to.is_empty() {
                String::new()
            } else {
                format!("{}：", self.to.join("、"))
            },
            copy_to: self.copy_to.clone(),
            ..Paper::default()
        };
        paper.signed(&self.signed_by, self.dated);
        paper.text(
            "根据《广东省农村信用社客户投诉处理工作指引》第二十三条的规定，现将客户投诉管理机制运行情况报告如下。",
        );
        paper.facts([
            ("报告期", self.term.clone()),
            ("数据截止", self.cut_off.to_string()),
            ("数据快照摘要", self.snapshot.clone()),
        ]);
        paper.heading(numbered(0, "投诉受理与处理情况"));
        self.figures(&mut paper);
        for (index, section) in (1..).zip(&self.sections) {
            paper.heading(numbered(index, &section.heading));
            paper.text(section.text.clone());
        }
        let mut sheet = Sheet::paper(&self.number, &self.signed_by, self.dated, paper);
        sheet.draft = self.draft;
        sheet
    }
}
