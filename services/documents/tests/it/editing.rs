//! DOCX: a real package with well-formed parts, whose text is what was said.

use std::io::{Cursor, Read as _};

use documents::{Document, Format};

use crate::{PRESS, assert_says, samples};

/// The parts of a package, by name.
fn parts(document: &impl Document) -> Vec<(String, String)> {
    let file = PRESS.render(document, Format::Docx).unwrap();
    assert!(file.file_name.ends_with(".docx"));
    let mut package = zip::ZipArchive::new(Cursor::new(file.bytes)).unwrap();
    let mut parts = Vec::new();
    for index in 0..package.len() {
        let mut part = package.by_index(index).unwrap();
        if part.is_file() {
            let mut text = String::new();
            part.read_to_string(&mut text).unwrap();
            parts.push((part.name().to_owned(), text));
        }
    }
    parts
}

/// The text of a part without spaces; fails unless the part is well-formed.
fn text(xml: &str) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let said = document.descendants().filter(roxmltree::Node::is_text);
    said.flat_map(|node| node.text().unwrap_or_default().split_whitespace())
        .collect()
}

fn body(document: &impl Document) -> (String, String) {
    let parts = parts(document);
    for (_, xml) in &parts {
        text(xml);
    }
    let (_, xml) = parts
        .iter()
        .find(|(name, _)| name == "word/document.xml")
        .unwrap();
    (text(xml), xml.clone())
}

#[test]
fn l19_an_answer_can_be_edited_and_keeps_its_four_parts() {
    let (said, xml) = body(&samples::answer());
    assert_says(
        &said,
        &[
            "客户投诉处理意见书",
            "台投复〔2026〕1号",
            "投诉编号：589002-2026-000001",
            "一、核实的事实经核对流水",
            "二、处理依据和理由",
            "三、处理结论退还手续费10.00元",
            "四、救济途径",
            "附件：1.退款凭证1份",
            "台山农村商业银行股份有限公司受理部门（公章）2026年9月28日",
        ],
    );
    assert!(xml.contains("w:eastAsia=\"SimSun\"") && xml.contains("w:eastAsia=\"SimHei\""));
}

#[test]
fn g15_g18_2b_refusals_and_reports_to_superiors_can_be_edited() {
    assert_says(
        &body(&samples::refusal()).0,
        &["客户投诉不予受理告知书", "三、您可以选择的途径"],
    );
    assert_says(
        &body(&samples::superior_report()).0,
        &["来文号：粤江转〔2026〕18号", "抄送：合规部"],
    );
}

#[test]
fn g23_the_half_year_report_can_be_edited_with_its_tables() {
    let mut report = samples::half_year();
    report.draft = true;
    let (said, xml) = body(&report);
    assert_says(
        &said,
        &[
            "【草稿】",
            "表1总体情况项目本期上期增减",
            "本期新收12098+22",
            "二、投诉反映的主要问题",
        ],
    );
    assert_eq!(xml.matches("<w:tbl>").count(), 5);
}

#[test]
fn what_xml_cannot_hold_does_not_break_the_file() {
    let mut letter = samples::answer();
    letter.facts = "<w:t>&amp;</w:t> ]]> \"引\" '号'\u{7}\u{B} 😡\r\n第二行".into();
    assert_says(
        &body(&letter).0,
        &["<w:t>&amp;</w:t>]]>\"引\"'号'〔U+0007〕〔U+000B〕😡第二行"],
    );
}
