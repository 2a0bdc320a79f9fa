//! What people are told: letters to the complainant and alarms to posts, word for word.
//!
//! A letter names posts and units, never persons (spec §6); it is addressed by the number, since no name stands here.
//! The words are made once, when the notice is requested, and kept: what was sent can be shown.

use chrono::{DateTime, Utc};

use super::{
    answer::{Answer, Manner},
    case::{DeclineGround, State},
    extension::in_shanghai,
};

pub mod beside;
pub mod course;
pub mod group;
mod kind;

pub use kind::Kind;

/// Channels that notices go by, by the contract's numbers; the others are for people to deliver.
pub mod channel {
    /// Only shown in the post's own list.
    pub const NONE: i32 = 0;
    /// 书信.
    pub const LETTER: i32 = 1;
    /// 电子邮件.
    pub const EMAIL: i32 = 2;
    /// 电话.
    pub const PHONE: i32 = 4;
    /// 走访, that is at the counter.
    pub const VISIT: i32 = 5;
    /// 微信.
    pub const WECHAT: i32 = 8;
}

/// By which channel a complainant is told: as said for this letter, else as the complainant asked to be answered.
#[must_use]
pub fn channel_to_complainant(manner: Option<Manner>, reply_channel: i32) -> i32 {
    match manner {
        None => reply_channel,
        Some(Manner::Email) => channel::EMAIL,
        Some(Manner::WechatMessage) => channel::WECHAT,
        Some(Manner::PhoneCall | Manner::ShortMessage) => channel::PHONE,
        Some(Manner::Post) => channel::LETTER,
        Some(Manner::ByHand) => channel::VISIT,
    }
}

/// Whether a person must deliver what goes by this channel, and record the proof.
#[must_use]
pub fn by_hand(channel: i32) -> bool {
    ![channel::NONE, channel::EMAIL, channel::WECHAT].contains(&channel)
}

/// The words of a notice.
#[derive(Clone, PartialEq, Eq)]
pub struct Words {
    /// What it is.
    pub kind: Kind,
    /// Its subject line.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// What was written to somebody is in no log.
impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({:?})", self.kind)
    }
}

/// Who writes a letter, and about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letterhead {
    /// The complaint's number.
    pub number: String,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The name of the union.
    pub union_name: String,
    /// The name of the unit that signs, e.g. the reception.
    pub signed_by: String,
    /// When it is written.
    pub now: DateTime<Utc>,
}

impl Letterhead {
    fn letter(&self, kind: Kind, title: &str, body: &str) -> Words {
        let Self {
            number,
            union_name,
            signed_by,
            ..
        } = self;
        let signature = if signed_by.contains(union_name.as_str()) {
            signed_by.clone()
        } else {
            format!("{union_name}{signed_by}")
        };
        Words {
            kind,
            subject: format!("{title}(投诉编号 {number})"),
            text: format!(
                "尊敬的投诉人:\n\n您于{received}向我单位提出的投诉(编号 {number}),{body}\n\n{signature}\n{today}\n",
                received = day(self.received_at),
                today = day(self.now),
            ),
        }
    }

    /// Tells that the complaint is accepted, and by when there will be an answer.
    #[must_use]
    pub fn acceptance(&self) -> Words {
        self.letter(
            Kind::Acceptance,
            "投诉受理告知书",
            "已经受理。我们将自收到投诉之日起十五日内作出处理决定并告知您;情况复杂的,可以延长,届时另行告知\
             (《银行业保险业消费投诉处理管理办法》第十八条)。您可凭编号和查询码查询进度,也可随时补充材料或撤回投诉。",
        )
    }

    /// Gives the answer in its four parts (令2020年第3号 art. 19).
    #[must_use]
    pub fn answer(&self, answer: &Answer) -> Words {
        let Answer {
            facts,
            basis,
            conclusion,
            remedies,
        } = answer;
        self.letter(
            Kind::Answer,
            "投诉处理决定告知书",
            &format!(
                "现将处理决定告知如下:\n\n一、核实的事实\n{facts}\n\n二、依据和理由\n{basis}\n\n三、处理结论\n{conclusion}\n\n\
                 四、救济途径\n{remedies}"
            ),
        )
    }

    /// Explains why the complaint is not accepted (guideline art. 15), with the appeal path (art. 16).
    #[must_use]
    pub fn decline(&self, ground: DeclineGround, explanation: &str) -> Words {
        let path = "您如有异议,可向上一级机构(当地办事处或省联社合规部)提出书面申诉,也可向当地银行业协会(同业公会)申请调解,\
                    或依法申请仲裁、提起诉讼。";
        self.letter(
            Kind::Decline,
            "投诉不予受理说明",
            &format!(
                "经审核并由受理部门负责人批准,不予受理。\n\n原因:{}。\n\n{explanation}\n\n{path}",
                ground.words()
            ),
        )
    }

    /// Tells that the decision takes longer (令2020年第3号 art. 18).
    #[must_use]
    pub fn extension(&self, until: DateTime<Utc>, ground: &str) -> Words {
        let until = day(until - chrono::Duration::seconds(1));
        self.letter(
            Kind::Extension,
            "投诉处理延期告知书",
            &format!(
                "因情况复杂,经批准延长处理期限,将于{until}前作出处理决定并告知您。\n\n原因:{ground}"
            ),
        )
    }
}

/// A limit that ends, or ended, as the watchdog told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// The complaint's number.
    pub number: String,
    /// The clock's code.
    pub clock: String,
    /// When it is, or was, due.
    pub due_at: DateTime<Utc>,
    /// Where the case stands.
    pub state: State,
    /// The name of the unit that has it; empty when it is not known.
    pub unit_name: String,
}

impl Limit {
    /// Warns a post that a limit ends.
    #[must_use]
    pub fn warning(&self) -> Words {
        let Self { number, clock, .. } = self;
        Words {
            kind: Kind::Warning,
            subject: format!(
                "【临期提醒】投诉 {number} 的时限 {clock} 将于 {} 到期",
                moment(self.due_at)
            ),
            text: format!(
                "{}\n请在到期前办理;如确有困难,请依规定申请延期。\n",
                self.situation("到期")
            ),
        }
    }

    /// Tells a post that a limit was missed; an office and the compliance department must answer.
    #[must_use]
    pub fn escalation(&self, must_answer: bool) -> Words {
        let Self { number, clock, .. } = self;
        let duty = if must_answer {
            "请签收本升级事项,督促办理并予以书面答复。"
        } else {
            "请立即督促办理。"
        };
        Words {
            kind: Kind::Escalation,
            subject: format!(
                "【超期升级】投诉 {number} 的时限 {clock} 已于 {} 到期",
                moment(self.due_at)
            ),
            text: format!("{}\n{duty}\n", self.situation("已到期")),
        }
    }

    fn situation(&self, due: &str) -> String {
        let unit = if self.unit_name.is_empty() {
            "(尚未交办)"
        } else {
            &self.unit_name
        };
        format!(
            "投诉编号:{}\n时限:{}\n{due}时间:{}\n目前状态:{}\n目前单位:{unit}",
            self.number,
            self.clock,
            moment(self.due_at),
            self.state.words(),
        )
    }
}

/// Serves an order on a unit.
#[must_use]
pub fn order_served(
    number: &str,
    order_number: &str,
    leads: bool,
    urgent: bool,
    requirements: &str,
) -> Words {
    let part = if leads { "主办" } else { "协办" };
    let urgent = if urgent { "【紧急】" } else { "" };
    Words {
        kind: Kind::Order,
        subject: format!("{urgent}督办表 {order_number} 送达({part})"),
        text: format!(
            "投诉编号:{number}\n督办编号:{order_number}\n贵单位为{part}单位。\n\n督办事项与要求:\n{requirements}\n\n\
             督办表自送达之时起计算办理期限(七个工作日,指引第十八条),是否签收不影响计时。\n"
        ),
    }
}

/// Urges a unit.
#[must_use]
pub fn urge(number: &str, message: &str) -> Words {
    Words {
        kind: Kind::Urge,
        subject: format!("【催办】投诉 {number}"),
        text: format!("投诉编号:{number}\n\n{message}\n"),
    }
}

/// Returns a result to the post that handles the case.
#[must_use]
pub fn result_returned(number: &str, reasons: &str) -> Words {
    Words {
        kind: Kind::Returned,
        subject: format!("办理结果被退回:投诉 {number}"),
        text: format!("投诉编号:{number}\n\n退回理由:\n{reasons}\n\n办理期限继续计算。\n"),
    }
}

/// Tells the post that handles a case that the complainant added material.
#[must_use]
pub fn material_added(number: &str, new_facts: bool) -> Words {
    let what = if new_facts {
        "补充了材料,并提出新的事实和理由"
    } else {
        "补充了材料"
    };
    Words {
        kind: Kind::Material,
        subject: format!("投诉人补充材料:投诉 {number}"),
        text: format!("投诉编号:{number}\n\n投诉人{what},请查阅并纳入办理。\n"),
    }
}

fn day(at: DateTime<Utc>) -> String {
    in_shanghai(at).format("%Y年%-m月%-d日").to_string()
}

/// The end of a day is its 24:00, never the next day's beginning.
fn moment(at: DateTime<Utc>) -> String {
    let local = in_shanghai(at);
    match local.date_naive().pred_opt() {
        Some(day) if local.time() == chrono::NaiveTime::MIN => format!("{day} 24:00"),
        _ => local.format("%Y-%m-%d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letterhead() -> Letterhead {
        Letterhead {
            number: "589002-2026-000001".to_owned(),
            received_at: "2026-09-23T23:30:00Z".parse().unwrap(),
            union_name: "台山农商行".to_owned(),
            signed_by: "受理部门".to_owned(),
            now: "2026-09-30T02:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn l19_the_letter_has_the_four_parts_in_order_and_the_days_of_shanghai() {
        let answer = Answer::parse("事实甲", "依据乙", "结论丙", "途径丁").unwrap();
        let text = letterhead().answer(&answer).text;
        let places: Vec<_> = ["事实甲", "依据乙", "结论丙", "途径丁"]
            .map(|part| text.find(part).unwrap())
            .into();
        assert!(places.is_sorted(), "{text}");
        assert!(
            text.contains("2026年9月24日向我单位")
                && text.ends_with("台山农商行受理部门\n2026年9月30日\n"),
            "{text}"
        );
    }

    #[test]
    fn g16_a_decline_names_the_appeal_path() {
        let text = letterhead()
            .decline(DeclineGround::AnsweredBefore, "已于上月答复。")
            .text;
        assert!(
            text.contains("办事处") && text.contains("银行业协会") && text.contains("同一事实"),
            "{text}"
        );
    }

    #[test]
    fn l21_a_letter_by_post_or_telephone_is_for_a_person_to_deliver() {
        assert!(by_hand(channel_to_complainant(None, channel::LETTER)));
        assert!(by_hand(channel_to_complainant(
            Some(Manner::PhoneCall),
            channel::EMAIL
        )));
        assert!(!by_hand(channel_to_complainant(None, channel::WECHAT)));
        assert!(!by_hand(channel_to_complainant(
            Some(Manner::Email),
            channel::LETTER
        )));
    }
}
