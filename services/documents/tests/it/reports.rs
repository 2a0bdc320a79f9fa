//! The half-year report.

use crate::{assert_says, printed, samples};

#[test]
fn g23_the_half_year_report_shows_figures_comparison_and_sums() {
    let read = printed(&samples::half_year());
    let text = read.text();
    assert_says(
        &text,
        &[
            "2026年上半年客户投诉管理机制运行情况报告",
            "江报〔2026〕3号",
            "江门监管分局、江门市银行业协会：",
            "数据截止2026年6月10日 17:30",
            "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
            "一、投诉受理与处理情况",
            "表1总体情况项目本期上期增减",
            "本期新收12098+22",
            "期初未结35-2",
            "表2投诉原因",
            "债务催收方式和手段0——",
            "图1投诉原因",
            "表3网均投诉量机构本期新收网点数网均件数江门农商行6255061.24",
            "表4数据勾稽关系",
            "期初未结＋本期新收－本期办结＝期末未结55平衡",
            "二、投诉反映的主要问题一是收费公示不清。二是排队时间较长。",
            "三、原因分析",
            "四、整改情况",
            "抄送：广东省农村信用社联合社合规部",
            "江门办事处（公章）2026年6月12日",
        ],
    );
    assert!(!text.contains("草稿"));
}

#[test]
fn a_draft_says_so_on_every_page() {
    let mut report = samples::half_year();
    report.draft = true;
    let read = printed(&report);
    assert!(!read.pages.is_empty());
    for page in &read.pages {
        assert_says(page, &["草稿"]);
    }
}

#[test]
fn a_sum_that_does_not_come_out_is_not_hidden() {
    let mut report = samples::half_year();
    report.identities[0].right = 6;
    assert_says(&printed(&report).text(), &["56不平衡"]);
}

#[test]
fn a_nil_report_has_no_bars_and_still_its_tables() {
    let mut report = samples::half_year();
    for table in &mut report.tables {
        for row in &mut table.rows {
            row.now = 0;
            row.before = None;
        }
    }
    assert_says(&printed(&report).text(), &["本期新收0", "图1"]);
    report
        .tables
        .iter_mut()
        .for_each(|table| table.rows.clear());
    assert_says(&printed(&report).text(), &["表2投诉原因"]);
}

#[test]
fn wherever_a_report_ends_its_signature_has_text_above_it_and_the_copies_below_it() {
    let most = samples::half_year().tables[0].rows.len() + 42;
    let mut pages = std::collections::BTreeSet::new();
    // Over more than the length of a page, by less than what the signature and the copies take.
    for rows in (most - 42..most).step_by(3) {
        let mut report = samples::half_year();
        let row = report.tables[0].rows[0].clone();
        report.tables[0].rows.resize(rows, row);
        let read = printed(&report);
        pages.insert(read.pages.len());
        assert_says(
            read.pages.last().unwrap(),
            &["双人复核", "（公章）", "抄送：广东省农村信用社联合社合规部"],
        );
    }
    assert!(pages.len() > 1, "the end comes over the edge of a page");
}
