//! 附表1 and 附表2.

use documents::{Format, RenderError, form1::Form1, form2::Form2};

use crate::{PRESS, assert_says, printed, samples};

#[test]
fn g17_1_the_handling_form_shows_every_box_on_one_page() {
    let read = printed(&samples::form1());
    assert_eq!(read.pages.len(), 1);
    assert_says(
        &read.text(),
        &[
            "台山农村商业银行股份有限公司",
            "客户投诉处理表",
            "填表单位：台城支行",
            "编号：589002-2026-000001",
            "填表日期：2026年9月23日",
            "内部资料",
            "姓名（名称）何丽珍",
            "居民身份证 4**************8",
            "联系电话138****0001",
            "代理关系本人",
            "联系地址台山市台城街道虚构路1号",
            "投诉方式走访",
            "接收时间2026年9月23日 10:05",
            "接收岗位网点受理岗",
            "是否当场解决是√否",
            "被投诉单位台城支行",
            "被投诉人员3号柜台柜员",
            "业务种类存折补登",
            "2026年9月22日，营业大堂，10.00元",
            "柜员没有出示收费标准。要求说明理由。",
            "退还多收的手续费，并当面解释。",
            "处理情况已核对当日流水",
            "解决的原因需要科技部核实系统参数。",
            "答复方式电话",
            "答复时间2026年9月28日 15:30",
            "告知凭据通话录音20260928-0012",
            "客户意见√满意基本满意不满意没有其他意见。",
            "经办人（签字）：",
            "单位负责人（签字）：（公章）",
            "备案号台投备〔2026〕1号",
            "归档档号Z109-TS·2026-D10-SLB-0001",
            "办理渠道：营业现场业务类别：人民币储蓄投诉原因：定价收费",
            "审核意见同意处理意见。",
            "审核人（签字）：",
            "受理部门负责人（签字）：（公章）",
            "第1页共1页",
        ],
    );
}

#[test]
fn g17_2_the_supervision_order_shows_every_box_on_one_page() {
    let read = printed(&samples::form2());
    assert_eq!(read.pages.len(), 1);
    assert_says(
        &read.text(),
        &[
            "客户投诉处理督办表",
            "督办编号：台督〔2026〕1号",
            "投诉编号：589002-2026-000001",
            "来源：监管转办（来文号：粤江转〔2026〕18号）",
            "密级：内部紧急程度：一般",
            "承办单位台城支行",
            "协办单位科技部、财务会计部",
            "投诉人反映存折补登时被多收手续费十元。",
            "核实收费参数，退还多收部分，答复投诉人。",
            "签发时间2026年9月23日 16:20",
            "办结时限2026年10月10日 17:30",
            "收到督办表起7个工作日（《指引》第十八条）",
            "签发岗位受理部门负责人岗",
            "承办签收台城支行负责人岗2026年9月23日 16:40",
            "调查情况收费参数自9月1日起设置有误。",
            "处理意见退还手续费并致歉。",
            "答复情况9月28日电话答复，投诉人满意。",
            "整改措施修正参数，复核全辖网点。",
            "责任认定参数复核岗未按规程复核。",
            "延期原因等待外部核对",
            "申请延至2026年10月16日 17:30",
            "审批岗位联社高级管理层",
            "告知投诉人2026年10月9日 10:00",
            "审核意见事实清楚，同意办结。",
            "退回重办是√否",
            "上报情况江门办事处，2026年9月30日",
            "领导批示举一反三。",
            "办结日期2026年9月29日",
            "归档档号Z109-TS·2026-D10-SLB-0001",
            "承办单位负责人（签字）：（公章）",
        ],
    );
}

#[test]
fn a_blank_form_keeps_its_boxes_for_the_pen() {
    let read = printed(&Form1::default());
    assert_eq!(read.pages.len(), 1);
    assert_says(
        &read.text(),
        &["投诉内容", "是否当场解决是否", "满意基本满意不满意"],
    );
    assert!(!read.text().contains('√'));
    assert!(!read.text().contains("null") && !read.text().contains("none"));
    assert_eq!(printed(&Form2::default()).pages.len(), 1);
}

#[test]
fn a_form_to_be_sealed_is_not_given_out_for_editing() {
    let refused = PRESS.render(&samples::form1(), Format::Docx).unwrap_err();
    assert!(matches!(refused, RenderError::NotEditable(_)));
    assert!(refused.to_string().contains("只能出具PDF"));
}
