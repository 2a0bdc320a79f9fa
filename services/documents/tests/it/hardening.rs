//! Text of any kind stays text, and the same document gives the same bytes.

use documents::{Format, Press, RenderError};

use crate::{PRESS, assert_says, printed, samples};

/// What would be markup if anybody let it.
const MARKUP: &str = "#panic(\"x\") #sys.version *粗* _斜_ $x^2$ `代码` = 标题 - 项 @引用 <标签> #include \"/etc/passwd\" \\ // 注 \
                      <w:t>&amp;</w:t> ]]> {{模板}} ${变量} \u{27}";

#[test]
fn complaint_text_can_never_become_markup() {
    let mut form = samples::form1();
    form.content = MARKUP.into();
    form.complainant.name = "#set page(width: 1cm)".into();
    let read = printed(&form);
    assert_eq!(read.pages.len(), 1);
    assert_says(&read.text(), &[MARKUP, "#set page(width: 1cm)"]);

    let mut letter = samples::answer();
    letter.facts = MARKUP.into();
    letter.attachments = vec!["#pagebreak()".into()];
    letter.head.number = "#n".into();
    assert_says(&printed(&letter).text(), &[MARKUP, "#pagebreak()", "#n"]);
}

#[test]
fn a_very_long_complaint_goes_on_over_the_pages() {
    let mut form = samples::form1();
    let sentence = "柜员没有出示收费标准，也没有说明理由。";
    form.content = (1..=400)
        .map(|n| format!("第{n}句：{sentence}\n"))
        .collect();
    let read = printed(&form);
    assert!(read.pages.len() >= 4, "{} pages", read.pages.len());
    let text = read.text();
    assert_says(
        &text,
        &["第1句：柜员", "第400句：柜员", "受理部门负责人（签字）："],
    );
    assert_eq!(text.matches("柜员没有出示收费标准").count(), 400);
    assert_says(
        read.pages.last().unwrap(),
        &[&format!("第{0}页共{0}页", read.pages.len())],
    );
}

#[test]
fn what_no_font_has_is_shown_by_its_code() {
    let mut form = samples::form1();
    form.content =
        "气死我了😡👨\u{200D}👩! 姓𬱖、㐂、\u{E123}，控制符\u{7}，阿拉伯文 مرحبا\u{202E}".into();
    assert_says(
        &printed(&form).text(),
        &["气死我了〔U+1F621〕", "〔U+E123〕", "〔U+0007〕", "㐂"],
    );
}

#[test]
fn a_run_without_a_gap_stays_within_its_box() {
    let mut form = samples::form1();
    form.content = "a".repeat(3000);
    form.complainant.address = "。".repeat(200);
    form.complainant.phone = "1".repeat(60);
    let read = printed(&form);
    assert_eq!(read.text().matches('a').count(), 3000);
    assert!(
        read.widest <= 596.0,
        "text runs out of the page at {}",
        read.widest
    );
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let once = PRESS.render(&samples::form1(), Format::Pdf).unwrap();
    let again = PRESS.render(&samples::form1(), Format::Pdf).unwrap();
    assert_eq!(once.bytes, again.bytes);
    assert_eq!(once.file_name, "客户投诉处理表_589002-2026-000001.pdf");
    let mut other = samples::form1();
    other.request = "道歉。".into();
    let other = PRESS.render(&other, Format::Pdf).unwrap();
    assert_ne!(once.bytes, other.bytes);

    let once = PRESS.render(&samples::answer(), Format::Docx).unwrap();
    let again = PRESS.render(&samples::answer(), Format::Docx).unwrap();
    assert_eq!(once.bytes, again.bytes);
}

#[test]
fn a_file_is_pdf_a_2a_with_title_language_author_and_date() {
    let read = printed(&samples::form1());
    for wanted in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "客户投诉处理表",
        "zh-CN",
        "台城支行",
        "2026-09-23",
    ] {
        assert!(read.xmp.contains(wanted), "{wanted} is not in {}", read.xmp);
    }
}

#[test]
fn without_fonts_the_remedy_is_told() {
    let press = Press::new(Some("/nowhere/at/all".into()));
    let refused = press.render(&samples::form1(), Format::Pdf).unwrap_err();
    assert!(matches!(refused, RenderError::NoFonts(_)));
    assert!(refused.to_string().contains("fonts-noto-cjk"), "{refused}");
    // What is edited brings no fonts, and needs none.
    press.render(&samples::answer(), Format::Docx).unwrap();
}

#[test]
fn a_name_that_no_file_system_takes_is_mended() {
    let mut notice = samples::counter_notice();
    notice.outlet = "../台城/支行:1 号".into();
    let file = PRESS.render(&notice, Format::Pdf).unwrap();
    assert_eq!(file.file_name, "客户投诉渠道公示_..-台城-支行-1-号.pdf");
}
