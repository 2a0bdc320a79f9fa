//! Invented people and what they complain of. Nobody in it exists.

use rand::{Rng as _, rngs::StdRng, seq::SliceRandom as _};
use suda_proto::{
    common::v1::Nature,
    intake::v1::{Capacity, Complainant, Matter, RegisterRequest},
};

/// A kind of complaint, by the taxonomy of `deploy/reference/taxonomy`.
#[derive(Debug)]
pub(crate) struct Kind {
    business: &'static str,
    cause: &'static str,
    via: &'static str,
    happened: &'static str,
    demand: &'static str,
}

const fn kind(
    business: &'static str,
    cause: &'static str,
    via: &'static str,
    happened: &'static str,
    demand: &'static str,
) -> Kind {
    Kind {
        business,
        cause,
        via,
        happened,
        demand,
    }
}

/// The kinds.
#[rustfmt::skip]
pub(crate) const MATTERS: [Kind; 16] = [
    kind("B01", "C01.queue", "A.front.site", "取款排队一个多小时,只开了一个窗口", "请增开窗口并答复"),
    kind("B04.electronic", "C02", "A.front.self", "自助取款机吞卡,现场没有人可以联系", "请尽快退还卡片"),
    kind("B04.error.unionpay", "C10", "A.front.e.app", "跨行转账显示失败,账户里的钱已经扣了", "请查清款项去向并退回"),
    kind("B02", "C07", "A.front.site", "提前归还农户贷款被收取违约金,合同里没有这一条", "请退还多收的违约金"),
    kind("B04.electronic", "C02", "A.front.e.app", "手机银行反复要求验证,一直登录不了", "请恢复手机银行并说明原因"),
    kind("B01", "C01.attitude", "A.front.site", "询问理财和存款的区别,柜员态度生硬", "请该柜员道歉,加强培训"),
    kind("B01", "C07", "A.front.site", "存折补登多收了手续费,没有公告", "请退还手续费并公示收费标准"),
    kind("B04.error.fiscal", "C10", "A.back", "社保补贴两个月没有到账,村委说已经拨付", "请核实补贴发放情况"),
    kind("B02", "C11", "A.back", "贷款已经结清,征信上仍然显示逾期一次", "请更正征信记录"),
    kind("B02", "C12", "A.front.e.tel", "催收电话打到了邻居家里", "请停止骚扰并道歉"),
    kind("B01", "C05", "A.front.site", "定期存款自动转存,利率比公布的低,没有人告诉我", "请按公布的利率补足利息"),
    kind("B04.error.nongxinyin", "C10", "A.front.site", "农信银汇款三天没有到账", "请查明原因并答复"),
    kind("B01", "C03.hours", "A.front.site", "公布营业到下午五点,四点半就不让进门", "请按公布的时间营业"),
    kind("B04.account", "C03", "A.front.e.sms", "账户被限制非柜面交易,没有短信通知", "请解除限制并说明依据"),
    kind("B04.account", "C01.skill", "A.front.site", "办理密码重置来回四次,每次要的材料都不一样", "请一次说清要带的材料"),
    kind("B03.debit", "C02", "A.front.self", "存款机少记了一张钞票,凭条也没有打印", "请核对并补记"),
];

const FAMILIES: [&str; 16] = [
    "陈", "李", "黄", "张", "梁", "林", "何", "吴", "罗", "曾", "邓", "谢", "许", "冯", "欧阳",
    "麦",
];
const GIVEN: [&str; 16] = [
    "国明", "丽珍", "志远", "月娥", "伟强", "婉婷", "家豪", "素心", "文彬", "玉兰", "子轩", "淑贤",
    "启航", "彩云", "耀辉", "惠仪",
];
const PLACES: [&str; 12] = [
    "圩镇", "东街", "新村", "桥头", "河西", "上寨", "水口", "石围", "大塘", "南门", "沙岗", "竹园",
];
/// What somebody says of a matter; who says it, where and how is still open.
pub(crate) fn said(dice: &mut StdRng, kind: &Kind, complained: &str) -> RegisterRequest {
    let place = PLACES[dice.gen_range(0..PLACES.len())];
    let content = format!(
        "我住{place}{}号,上{}到网点办事:{}。问过{}次没有结果。",
        dice.gen_range(1..900),
        ["周", "个月", "个墟日"].choose(dice).unwrap_or(&"周"),
        kind.happened,
        dice.gen_range(1..5),
    );
    let amount_fen = if dice.gen_bool(0.4) {
        dice.gen_range(1..500_000) * 10
    } else {
        0
    };
    RegisterRequest {
        nature: Nature::ConsumerComplaint.into(),
        matter: Some(Matter {
            complained_unit_code: complained.to_owned(),
            business_code: kind.business.to_owned(),
            cause_code: kind.cause.to_owned(),
            handled_via_code: kind.via.to_owned(),
            occurred_where: place.to_owned(),
            amount_fen,
            ..Matter::default()
        }),
        content,
        demand: kind.demand.to_owned(),
        persons: 1,
        ..RegisterRequest::default()
    }
}

/// Somebody who leaves a number of their own; 199 is a range for invented people.
pub(crate) fn complainant(dice: &mut StdRng, number: u64) -> Complainant {
    let family = FAMILIES[dice.gen_range(0..FAMILIES.len())];
    let given = GIVEN[dice.gen_range(0..GIVEN.len())];
    Complainant {
        name: format!("{family}{given}"),
        phone: format!("199{:08}", number % 100_000_000),
        capacity: Capacity::Self_.into(),
        ..Complainant::default()
    }
}
