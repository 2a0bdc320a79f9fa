//! The notice that hangs at a counter (投诉渠道公示, guideline art. 7, 令2020年第3号 art. 8): channels, steps, and where to go next.

use chrono::NaiveDate;
use documents::counter_notice::{CounterNotice, PublishedChannel};
use suda_proto::directory::v1::{ClockRule, ComplaintPlace, Limit, LimitUnit, Policy};

use crate::domain::structure::{Kind, Unit};

/// 银行保险消费者投诉维权热线 of the regulator.
const REGULATOR: &str = "12378（银行保险消费者投诉维权热线）";
/// Where a complaint's progress is asked and how to complain is shown.
const INVITATION: &str = "扫描二维码，了解投诉渠道、处理流程和办理进度。";

/// What a notice is made of.
pub(crate) struct Notice<'a> {
    /// The union's name.
    pub(crate) union: &'a str,
    /// The unit at whose counter it hangs.
    pub(crate) unit: &'a Unit,
    /// What is published there.
    pub(crate) here: &'a ComplaintPlace,
    /// Where one may go next.
    pub(crate) next: &'a [ComplaintPlace],
    /// The policies in force, which set the limits it promises.
    pub(crate) policies: &'a [Policy],
    /// The day it is made.
    pub(crate) day: NaiveDate,
}

/// Fills it in.
pub(crate) fn notice(of: &Notice<'_>) -> CounterNotice {
    let published = of.here.channels.clone().unwrap_or_default();
    let address = match published.postcode.as_str() {
        "" => published.address,
        postcode => format!("{}\n邮政编码：{postcode}", published.address),
    };
    let mut channels: Vec<PublishedChannel> = [
        ("投诉电话", published.hotlines.join("、")),
        ("受理时间", published.hours),
        ("受理部门", published.reception),
        ("来信来访地址", address),
        ("投诉信箱", published.letter_box),
        ("电子邮箱", published.emails.join("、")),
        ("微信公众号", published.wechat),
    ]
    .map(|(label, value)| channel(label, value))
    .into();
    channels.extend(of.next.iter().map(|place| {
        let hotlines = place
            .channels
            .as_ref()
            .map(|channels| channels.hotlines.join("、"));
        let value = format!("{} {}", place.name, hotlines.unwrap_or_default());
        channel("上级受理", value.trim().to_owned())
    }));
    channels.push(channel("监管热线", REGULATOR.to_owned()));
    CounterNotice {
        union: of.union.to_owned(),
        outlet: if of.unit.kind == Kind::Outlet {
            of.here.name.clone()
        } else {
            String::new()
        },
        channels,
        process: process(of.policies, of.next),
        link: published.link,
        invitation: INVITATION.to_owned(),
        published_on: of.day.into(),
    }
}

fn channel(label: &str, value: String) -> PublishedChannel {
    PublishedChannel {
        label: label.to_owned(),
        value,
    }
}

/// 处理流程: the steps with the limits of the policies that bind all.
fn process(policies: &[Policy], next: &[ComplaintPlace]) -> Vec<String> {
    let rule = |code: &str| {
        let of_all = policies
            .iter()
            .filter(|policy| policy.union_code.is_empty());
        of_all
            .flat_map(|policy| &policy.clocks)
            .find(|rule| rule.code == code)
    };
    let above = next.first().map_or("上级机构", |place| place.name.as_str());
    vec![
        "登记：收到投诉即予登记，告知投诉编号和查询码，可凭此查询办理进度。".to_owned(),
        "受理：受理部门审核投诉；不予受理的，说明理由。".to_owned(),
        "核查：由与投诉事项没有利害关系的人员核实，为投诉人保密。".to_owned(),
        answered(rule("L18")),
        format!(
            "申诉：对处理决定有异议的，{}可向{above}申请核查。",
            within(rule("L20a"))
        ),
    ]
}

/// 令2020年第3号 art. 18: the limit and how far it may be extended.
fn answered(rule: Option<&ClockRule>) -> String {
    let Some(limit) = rule.and_then(|rule| rule.limit).and_then(days) else {
        return "答复：在规定期限内作出处理决定并告知投诉人。".to_owned();
    };
    let steps = rule.map(|rule| rule.extensions.iter().copied().filter_map(days));
    let steps: Vec<String> = steps.into_iter().flatten().collect();
    let extended = match steps.as_slice() {
        [] => String::new(),
        [one] => format!("；情况复杂的，可延长至{one}"),
        [one, .., last] => format!("；情况复杂的，可延长至{one}，情况特别复杂的，最长{last}"),
    };
    format!("答复：自收到投诉之日起{limit}内作出处理决定并告知投诉人{extended}。")
}

/// 令2020年第3号 art. 20.
fn within(rule: Option<&ClockRule>) -> String {
    let limit = rule.and_then(|rule| rule.limit).and_then(days);
    limit.map_or_else(String::new, |limit| format!("自收到决定之日起{limit}内"))
}

fn days(limit: Limit) -> Option<String> {
    let unit = match limit.unit() {
        LimitUnit::NaturalDays => "日",
        LimitUnit::WorkingDays => "个工作日",
        LimitUnit::Months => "个月",
        LimitUnit::Hours => "小时",
        LimitUnit::SameDay | LimitUnit::Given | LimitUnit::Unspecified => return None,
    };
    Some(format!("{}{unit}", limit.count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use suda_proto::directory::v1::PublishedChannels;

    fn unit(kind: Kind) -> Unit {
        Unit {
            at: Default::default(),
            code: "58900201".to_owned(),
            kind,
            periods: Vec::new(),
            reception: false,
            functions: Vec::new(),
            channels: Vec::new(),
            retired: None,
        }
    }

    fn place(name: &str, hotline: &str) -> ComplaintPlace {
        ComplaintPlace {
            name: name.to_owned(),
            channels: Some(PublishedChannels {
                hotlines: vec![hotline.to_owned()],
                address: "虚构路1号".to_owned(),
                postcode: "000000".to_owned(),
                link: "https://589002.suda.example/".to_owned(),
                ..PublishedChannels::default()
            }),
            ..ComplaintPlace::default()
        }
    }

    #[test]
    fn g7_l8_the_notice_shows_channels_steps_and_where_to_go_next() {
        let natural = |count| Limit {
            unit: LimitUnit::NaturalDays.into(),
            count,
        };
        let rule = |code: &str, limit, extensions| ClockRule {
            code: code.to_owned(),
            limit: Some(limit),
            extensions,
            ..ClockRule::default()
        };
        let policy = Policy {
            clocks: vec![
                rule("L18", natural(15), vec![natural(30), natural(60)]),
                rule("L20a", natural(30), vec![]),
            ],
            ..Policy::default()
        };
        // What a union sets for itself promises nothing to the customers of others.
        let local = Policy {
            union_code: "589003".to_owned(),
            clocks: vec![rule("L18", natural(5), vec![])],
            ..Policy::default()
        };
        let next = [
            place("江门办事处", "0750-0000000"),
            place("合规部", "020-0000044"),
        ];
        let of = |unit: &Unit, policies: &[Policy]| {
            notice(&Notice {
                union: "台山农商行",
                unit,
                here: &place("台城支行", "0750-0000002"),
                next: &next,
                policies,
                day: "2026-09-23".parse().unwrap(),
            })
        };
        let made = of(&unit(Kind::Outlet), &[local, policy]);
        assert_eq!(
            (made.union.as_str(), made.outlet.as_str()),
            ("台山农商行", "台城支行")
        );
        let shown: Vec<_> = made
            .channels
            .iter()
            .filter(|channel| !channel.value.is_empty())
            .map(|channel| (channel.label.as_str(), channel.value.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("投诉电话", "0750-0000002"),
                ("来信来访地址", "虚构路1号\n邮政编码：000000"),
                ("上级受理", "江门办事处 0750-0000000"),
                ("上级受理", "合规部 020-0000044"),
                ("监管热线", REGULATOR),
            ]
        );
        assert_eq!(
            made.process[3..],
            [
                "答复：自收到投诉之日起15日内作出处理决定并告知投诉人；情况复杂的，可延长至30日，情况特别复杂的，最长60日。",
                "申诉：对处理决定有异议的，自收到决定之日起30日内可向江门办事处申请核查。",
            ]
        );
        assert_eq!(made.link, "https://589002.suda.example/");
        // Without policies nothing is promised that nobody set.
        let bare = of(&unit(Kind::Department), &[]);
        assert!(bare.outlet.is_empty());
        assert!(
            bare.process
                .iter()
                .all(|step| !step.contains(char::is_numeric))
        );
    }
}
