//! Letters to complainants and superiors.

use crate::{assert_says, printed, samples};

#[test]
fn l18_an_acceptance_says_who_handles_it_and_by_when() {
    let read = printed(&samples::acceptance());
    assert_says(
        &read.text(),
        &[
            "客户投诉受理告知书",
            "台投复〔2026〕1号",
            "投诉编号：589002-2026-000001",
            "您于2026年9月23日向我单位提出的投诉",
            "承办单位台城支行",
            "答复期限收到投诉之日起15日内（2026年10月8日前）",
            "进度查询凭投诉编号和查询码",
            "台山农村商业银行股份有限公司受理部门（公章）2026年9月28日",
            "联系岗位：客户投诉岗",
        ],
    );
}

#[test]
fn g15_g16_a_refusal_explains_itself_and_states_the_appeal_path() {
    let read = printed(&samples::refusal());
    assert_says(
        &read.text(),
        &[
            "客户投诉不予受理告知书",
            "一、不予受理的理由同一事实和理由，已经答复。",
            "二、说明您反映的事项已于2026年8月3日书面答复",
            "三、您可以选择的途径可以向江门办事处申诉",
        ],
    );
}

#[test]
fn l19_an_answer_has_its_four_parts() {
    let read = printed(&samples::answer());
    assert_says(
        &read.text(),
        &[
            "客户投诉处理意见书",
            "《银行业保险业消费投诉处理管理办法》第十八条、第十九条",
            "一、核实的事实经核对流水",
            "该笔收费系参数设置错误所致。",
            "二、处理依据和理由存折补登不在公示的收费项目之内。",
            "三、处理结论退还手续费10.00元",
            "四、救济途径对本处理意见不服的",
            "附件：1.退款凭证1份2.流水清单2页",
        ],
    );
}

#[test]
fn l18_an_extension_says_why_and_until_when() {
    let read = printed(&samples::extension());
    assert_says(
        &read.text(),
        &[
            "客户投诉延期办理告知书",
            "延期原因需要向清算机构调取资料",
            "原定期限2026年10月8日",
            "延长至2026年10月23日",
            "批准受理部门负责人岗",
        ],
    );
}

#[test]
fn l20a_l20b_the_letters_of_an_appeal_name_the_decision() {
    let accepted = printed(&samples::appeal_acceptance()).text();
    assert_says(
        &accepted,
        &[
            "投诉核查申请受理通知书",
            "申诉编号5890-2026-000001",
            "原处理决定台投复〔2026〕1号",
            "答复期限自收到核查申请之日起30日内（2026年11月5日前）",
            "第二十条",
        ],
    );
    let decided = printed(&samples::appeal_decision()).text();
    assert_says(
        &decided,
        &[
            "投诉核查决定书",
            "申诉编号5890-2026-000001原处理单位",
            "一、申请事项和理由要求赔偿误工费。",
            "二、核查的事实原处理过程、时限和结果均符合规定。",
            "四、处理决定维持原处理决定。对误工费请求不予支持。",
            "五、救济途径",
        ],
    );
}

#[test]
fn l21_a_letter_that_is_served_carries_its_proof_of_service() {
    let mut letter = samples::refusal();
    assert_says(
        &printed(&letter).text(),
        &["送达回证", "送达方式", "收件人签收", "送达岗位"],
    );
    letter.head.receipt = false;
    assert!(!printed(&letter).text().contains("送达回证"));
}

#[test]
fn g17_4_g18_2b_the_report_to_a_superior_names_what_it_answers() {
    let read = printed(&samples::superior_report());
    assert_says(
        &read.text(),
        &[
            "关于转办客户投诉办理情况的报告",
            "江门办事处：",
            "来文号：粤江转〔2026〕18号",
            "要求办结期限2026年10月12日",
            "一、基本情况",
            "二、核查情况收费参数设置有误。",
            "三、处理结果及答复情况手续费已退还",
            "四、整改措施已修正参数",
            "特此报告。",
            "（公章）2026年9月30日",
            "抄送：合规部",
        ],
    );
    // Before it is sent people write it: no number and no day yet.
    let mut report = samples::superior_report();
    report.number = String::new();
    report.draft = true;
    let draft = printed(&report).text();
    assert_says(&draft, &["草稿"]);
    assert!(!draft.contains("2026年9月30日"), "{draft}");
}
