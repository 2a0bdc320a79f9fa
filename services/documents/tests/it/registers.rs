//! Catalogue, transfer, certificate and counter notice.

use crate::{assert_says, printed, samples};

#[test]
fn g22_the_catalogue_lists_every_piece_over_as_many_pages_as_it_needs() {
    let read = printed(&samples::catalogue(120));
    assert!(read.pages.len() > 2, "{} pages", read.pages.len());
    let text = read.text();
    for position in 1..=120 {
        assert_says(&text, &[&format!("第{position}件材料")]);
    }
    let listing = read.pages.iter().filter(|page| page.contains("件材料"));
    for page in listing {
        assert_says(page, &["序号文号责任者题名日期页数备注"]);
    }
    assert_says(
        &text,
        &[
            "档号：Z109-TS·2026-D10-SLB-0001",
            "保管期限：10年",
            "本卷共120件",
            "（SHA-256）：2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
            "立卷人（签字）",
            "检查人（签字）",
            &format!("第1页共{}页", read.pages.len()),
        ],
    );
    assert_says(&read.pages[1], &["卷内目录（续）"]);
}

#[test]
fn g22_the_transfer_list_is_signed_by_three() {
    let text = printed(&samples::transfer_list()).text();
    assert_says(
        &text,
        &[
            "归档移交清册",
            "移交单位：受理部门",
            "接收单位：档案室",
            "移交日期：2026年12月31日",
            "Z109-TS·2026-D10-SLB-0030",
            "589002-2026-000030号客户投诉案卷",
            "本清册共30卷（件）",
            "移交人（签字）",
            "接收人（签字）",
            "监交人（签字）",
        ],
    );
}

#[test]
fn g22_the_handover_form_states_checks_and_the_algorithm_of_its_digests() {
    let text = printed(&samples::handover()).text();
    assert_says(
        &text,
        &[
            "电子档案移交与接收登记表",
            "移交电子档案数量30卷 360件",
            "移交数据量0.123 GB",
            "准确性检验√合格不合格",
            "完整性检验√合格不合格",
            "可用性检验√合格不合格",
            "安全性检验√合格不合格",
            "载体外观检验合格不合格在线移交，没有载体",
            "算法：SHA-256",
            "数字摘要登记",
            "BagIt包",
            "移交方",
            "接收方",
        ],
    );
}

#[test]
fn g18_1c_the_certificate_shows_every_day_and_its_reason() {
    let certificate = samples::certificate();
    let text = printed(&certificate).text();
    assert_says(
        &text,
        &[
            "时限说明书",
            "时限代码G18.1c",
            "期限7个工作日",
            "起算时间2026年9月23日 16:20",
            "截止时间2026年10月10日 17:30",
            "《民法典》第二百零一条",
            "日历版本全省日历 第3版",
            "2026年9月25日星期五不计入—中秋节",
            "2026年10月1日星期四不计入—国庆节",
            "2026年10月10日星期六计入7调休上班",
            &certificate.digest(),
        ],
    );
    assert!(!text.contains("暂定结果"));
}

#[test]
fn a_provisional_certificate_says_so() {
    let mut certificate = samples::certificate();
    certificate.provisional = true;
    assert_says(&printed(&certificate).text(), &["为暂定结果"]);
}

#[test]
fn the_digest_of_a_certificate_is_that_of_its_sum() {
    let certificate = samples::certificate();
    let mut again = certificate.clone();
    again.issued_by = "江门办事处".into();
    again.issued_at = samples::at("2026-10-01T00:00:00Z");
    assert_eq!(again.digest(), certificate.digest());
    again.days[1].reason = "工作日".into();
    assert_ne!(again.digest(), certificate.digest());
}

#[test]
fn g7_l8_the_counter_notice_shows_the_channels_and_a_code() {
    let notice = samples::counter_notice();
    let read = printed(&notice);
    assert_eq!(read.pages.len(), 1);
    let text = read.text();
    assert_says(
        &text,
        &[
            "客户投诉渠道公示",
            "台城支行",
            "投诉电话0750-0000000（8:30至17:30）",
            "通信地址台山市台城街道虚构路1号 邮政编码529200",
            "电子邮箱tousu@example.cn",
            "监管热线12378",
            "1.登记：收到投诉即登记",
            "扫描二维码，在线投诉或查询进度。",
            "2026年1月4日",
        ],
    );
    assert!(
        !text.contains("传真"),
        "a channel that does not exist is not shown"
    );
    let mut without = notice;
    without.link = String::new();
    let plain = printed(&without);
    assert!(read.shapes > plain.shapes + 200, "the code was not drawn");
    assert!(!plain.text().contains("扫描二维码"));
}
