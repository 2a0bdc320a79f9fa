//! Invented complaints, as they come to rural credit unions. Nobody in them exists.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use suda_proto::{
    common::v1::{Channel, Nature},
    intake::v1::{Capacity, Complainant, Matter, RegisterRequest},
};

const FAMILIES: [&str; 20] = [
    "陈", "李", "黄", "张", "梁", "林", "何", "吴", "罗", "曾", "邓", "谢", "许", "冯", "彭", "袁",
    "余", "欧阳", "潘", "麦",
];
const GIVEN: [&str; 20] = [
    "国明", "丽珍", "志远", "月娥", "伟强", "婉婷", "家豪", "素心", "文彬", "玉兰", "子轩", "淑贤",
    "启航", "彩云", "耀辉", "惠仪", "秋平", "少芳", "晓岚", "永康",
];
const CHANNELS: [(Channel, u32); 9] = [
    (Channel::Phone, 38),
    (Channel::Visit, 22),
    (Channel::Online, 12),
    (Channel::Wechat, 9),
    (Channel::Email, 6),
    (Channel::ThirdParty, 6),
    (Channel::Letter, 3),
    (Channel::SuggestionBox, 2),
    (Channel::SuggestionBook, 2),
];
/// What happened, and what is asked for.
const MATTERS: [(&str, &str); 16] = [
    (
        "在柜台办理取款排队一个多小时,当时只开了一个窗口,保安也没有疏导。",
        "请增开窗口并答复",
    ),
    (
        "自助取款机吞卡,屏幕没有提示,现场也没有人可以联系。",
        "请尽快退还卡片",
    ),
    (
        "跨行转账显示失败,但是账户里的钱已经扣了,三天仍未退回。",
        "请查清款项去向并退回",
    ),
    (
        "提前归还农户贷款时被收取违约金,合同里没有这一条。",
        "请退还多收的违约金",
    ),
    (
        "手机银行登录后反复要求验证,客服让我去网点,网点又说办不了。",
        "请恢复手机银行并说明原因",
    ),
    (
        "柜员态度生硬,我问理财和存款的区别,她说自己看牌子。",
        "请该柜员道歉,加强培训",
    ),
    (
        "存折补登多收了手续费,之前一直是免费的,也没有公告。",
        "请退还手续费并公示收费标准",
    ),
    (
        "社保卡激活后补贴两个月没有到账,村委说已经拨到信用社。",
        "请核实补贴发放情况",
    ),
    (
        "贷款已经结清,征信上仍然显示逾期一次,影响我买房。",
        "请更正征信记录",
    ),
    (
        "客户经理介绍的产品说保本,到期却亏了钱,当时没有录音也没有风险提示。",
        "请赔偿损失",
    ),
    (
        "定期存款到期自动转存,利率比柜台公布的低,没有人告诉我。",
        "请按公布的利率补足利息",
    ),
    (
        "商户收单的扫码款项隔了四天才到账,影响进货。",
        "请保证次日到账并说明原因",
    ),
    (
        "网点公布的营业时间到下午五点,四点半就不让进门了。",
        "请按公布的时间营业",
    ),
    (
        "账户莫名其妙被限制非柜面交易,没有短信通知,工资取不出来。",
        "请解除限制并说明依据",
    ),
    (
        "老人办理密码重置,要求本人到场,行动不便也不肯上门。",
        "请安排上门服务",
    ),
    (
        "打电话到网点反映问题,转了三次没有人接,最后挂断了。",
        "请安排专人联系我",
    ),
];
const WHERE: [&str; 8] = [
    "营业大厅",
    "自助银行",
    "手机银行",
    "二号窗口",
    "信贷柜台",
    "村口助农取款点",
    "电话里",
    "圩镇门口",
];

/// The complaint at this place of a run; the same seed and place give the same one. Its request id is still open.
pub(super) fn complaint(unit: &str, seed: u64, place: u64) -> RegisterRequest {
    let mut dice = StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place);
    let channel = CHANNELS
        .choose_weighted(&mut dice, |(_, weight)| *weight)
        .map_or(Channel::Phone, |(channel, _)| *channel);
    let (happened, demand) = MATTERS[dice.gen_range(0..MATTERS.len())];
    let day = dice.gen_range(1..15);
    let amount_fen = if dice.gen_bool(0.4) {
        dice.gen_range(1..500_000) * 10
    } else {
        0
    };
    let content = format!(
        "我是本镇居民,{day}天前在你们网点遇到这件事:{happened}我前后去了{}次,找过大堂经理,也打过服务电话,都说会反映,一直没有下文。\
         希望能给一个书面的说法。",
        dice.gen_range(1..4)
    );
    RegisterRequest {
        unit_code: unit.to_owned(),
        channel: channel.into(),
        nature: Nature::ConsumerComplaint.into(),
        complainant: Some(complainant(&mut dice, channel)),
        matter: Some(Matter {
            complained_unit_code: unit.to_owned(),
            occurred_when: format!("{day}天前"),
            occurred_where: WHERE[dice.gen_range(0..WHERE.len())].to_owned(),
            amount_fen,
            ..Matter::default()
        }),
        content,
        demand: demand.to_owned(),
        persons: 1,
        ..RegisterRequest::default()
    }
}

/// One in ten stays anonymous; the others leave a name and a number, some an address for letters.
fn complainant(dice: &mut StdRng, channel: Channel) -> Complainant {
    if dice.gen_bool(0.1) {
        return Complainant {
            anonymous: true,
            capacity: Capacity::Self_.into(),
            ..Complainant::default()
        };
    }
    let family = FAMILIES[dice.gen_range(0..FAMILIES.len())];
    let given = GIVEN[dice.gen_range(0..GIVEN.len())];
    let number = dice.gen_range(0..10_000);
    let email = if channel == Channel::Email {
        format!("farmer{number}@invented.example")
    } else {
        String::new()
    };
    Complainant {
        name: format!("{family}{given}"),
        // No such numbers are given out.
        phone: format!("1380000{number:04}"),
        email,
        address: if channel == Channel::Letter {
            format!("河口镇新村{}号", number % 300 + 1)
        } else {
            String::new()
        },
        capacity: Capacity::Self_.into(),
        ..Complainant::default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_complaints_and_another_gives_others() {
        let many = |seed| (0..200).map(move |place| complaint("589002SL", seed, place));
        assert!(many(1).eq(many(1)));
        assert!(!many(1).eq(many(2)));
        let channels: BTreeSet<_> = many(1).map(|one| one.channel).collect();
        assert!(channels.len() >= 7, "{channels:?}");
        let texts: BTreeSet<_> = many(1).map(|one| one.content).collect();
        assert!(texts.len() > 100);
        let anonymous = many(1).filter(|one| one.complainant.as_ref().unwrap().anonymous);
        assert!((5..60).contains(&anonymous.count()));
    }
}
