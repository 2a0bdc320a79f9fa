//! Words about what happens to a case beyond the ordinary course.

use chrono::{DateTime, Utc};

use super::{Kind, Letterhead, Words, day};
use crate::domain::case::course::{Matter, Pause, PauseGround};

/// Where a complaint belongs (guideline art. 20).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The union.
    pub union_name: String,
    /// Its reception; empty when it is not known.
    pub unit_code: String,
    /// The reception's name.
    pub unit_name: String,
    /// The post to turn to.
    pub post_name: String,
    /// The published telephone; empty when none is known.
    pub hotline: String,
}

impl Place {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        let unit = if self.unit_name.contains(self.union_name.as_str()) {
            self.unit_name.clone()
        } else {
            format!("{}{}", self.union_name, self.unit_name)
        };
        let mut words = unit;
        if !self.post_name.is_empty() {
            words.push_str(&format!("({})", self.post_name));
        }
        if !self.hotline.is_empty() {
            words.push_str(&format!(",电话 {}", self.hotline));
        }
        words
    }
}

impl Letterhead {
    /// Tells which department the matter went to (guideline art. 10).
    #[must_use]
    pub fn transferred(&self, matter: Matter, unit_name: &str) -> Words {
        self.letter(
            Kind::Transfer,
            "投诉事项移交告知书",
            &format!(
                "经审核{},依照有关规定已移交{unit_name}处理,由该部门依职责办理。您的民事权益诉求如尚未解决,\
                 可就该部分另行提出,也可依法申请仲裁、提起诉讼。",
                matter.words()
            ),
        )
    }

    /// Tells where a complaint belongs that skipped a level, and that it was sent there (guideline art. 20).
    #[must_use]
    pub fn referred(&self, place: &Place) -> Words {
        self.letter(
            Kind::Transfer,
            "投诉转交告知书",
            &format!(
                "依照“自下而上、层层上报”的原则,应先由{}受理,我们已将您的投诉转交该处,您无需重新提交。\
                 该处逾期未处理的,或您对其处理结果不满意的,可再向我单位提出(指引第二十条)。",
                place.words()
            ),
        )
    }

    /// Tells that the legal limit rests (令2020年第3号 art. 18(2), 23).
    #[must_use]
    pub fn paused(&self, ground: PauseGround, basis: &str) -> Words {
        self.letter(
            Kind::Pause,
            "投诉处理期限中止告知书",
            &format!(
                "因{}需要,自{}起所需时间不计入处理期限。\n\n说明:{basis}\n\n事由结束后我们将恢复计算期限并告知您。",
                ground.words(),
                day(self.now)
            ),
        )
    }

    /// Tells that the legal limit runs again.
    #[must_use]
    pub fn resumed(&self, rested: Pause) -> Words {
        self.letter(
            Kind::Pause,
            "投诉处理期限恢复告知书",
            &format!(
                "因{}自{}起中止的处理期限,自{}起恢复计算。",
                rested.ground.words(),
                day(rested.since),
                day(self.now)
            ),
        )
    }

    /// Tells that the legal limit begins anew (令2020年第3号 art. 18(3)).
    #[must_use]
    pub fn restarted(&self, from: DateTime<Utc>) -> Words {
        self.letter(
            Kind::Restart,
            "投诉处理期限重新计算告知书",
            &format!(
                "因您于{}提出新的事实和理由,处理期限自收到新材料之日起重新计算\
                 (《银行业保险业消费投诉处理管理办法》第十八条)。",
                day(from)
            ),
        )
    }

    /// Tells that the complaint is handled together with another one.
    #[must_use]
    pub fn joined(&self, lead_number: &str) -> Words {
        self.letter(
            Kind::Joined,
            "投诉合并办理告知书",
            &format!(
                "与在办的投诉(编号 {lead_number})属同一事项,现合并办理,处理决定将一并告知您。\
                 您仍可凭原编号和查询码查询进度、补充材料或撤回投诉。"
            ),
        )
    }
}

/// Hands a case to another unit, which must give its receipt.
#[must_use]
pub fn handover(number: &str, matter: Matter, reason: &str) -> Words {
    let duty = match matter {
        Matter::CriminalCase | Matter::Personnel => "请签收,并依职责办理。",
        Matter::SkippedLevel => {
            "请在当日按“上级转办”登记(来文号填本投诉编号),并以本单位登记的投诉编号签收。"
        }
    };
    Words {
        kind: Kind::Handover,
        subject: format!("【移交】投诉 {number}({})", matter.words()),
        text: format!(
            "投诉编号:{number}\n移交事由:{}\n\n{reason}\n\n{duty}\n",
            matter.words()
        ),
    }
}

/// Asks the head of the reception to rule on a bounce.
#[must_use]
pub fn bounce_requested(number: &str, unit_name: &str, basis: &str) -> Words {
    Words {
        kind: Kind::Bounce,
        subject: format!("【退单待裁】投诉 {number}"),
        text: format!(
            "投诉编号:{number}\n退单单位:{unit_name}\n\n依据:\n{basis}\n\n请尽快裁定;裁定期间办理期限继续计算。\n"
        ),
    }
}

/// Tells the unit what was ruled on its bounce.
#[must_use]
pub fn bounce_ruled(number: &str, upheld: bool, reason: &str) -> Words {
    let ruling = if upheld {
        "退单成立,贵单位不再承办"
    } else {
        "退单不成立,请继续办理"
    };
    Words {
        kind: Kind::Bounce,
        subject: format!("【退单裁定】投诉 {number}:{ruling}"),
        text: format!(
            "投诉编号:{number}\n裁定:{ruling}\n\n理由:\n{reason}\n\n办理期限不因退单而顺延。\n"
        ),
    }
}

/// Reports the result of what was passed on, to senior management (guideline art. 17(4)).
#[must_use]
pub fn report(number: &str, superior: &str, letter: &str, text: &str) -> Words {
    Words {
        kind: Kind::Report,
        subject: format!("【转办件处理结果报告】投诉 {number}(来文 {superior})"),
        text: format!("投诉编号:{number}\n来文号:{superior}\n上报文号:{letter}\n\n{text}\n"),
    }
}

/// Tells a unit that it is in a special investigation group.
#[must_use]
pub fn group_formed(number: &str, leads: bool, task: &str) -> Words {
    let part = if leads { "牵头" } else { "参加" };
    Words {
        kind: Kind::Group,
        subject: format!("【专项调查组】投诉 {number}({part})"),
        text: format!(
            "投诉编号:{number}\n贵单位为专项调查组{part}单位。\n\n调查任务:\n{task}\n\n办理期限继续计算。\n"
        ),
    }
}

/// Tells the handling post of the lead case that another case follows it now.
#[must_use]
pub fn joins(number: &str, joined: &str, reason: &str) -> Words {
    Words {
        kind: Kind::Joined,
        subject: format!("【并案】投诉 {joined} 并入 {number}"),
        text: format!(
            "主案编号:{number}\n并入投诉:{joined}\n\n{reason}\n\n答复时将一并告知各投诉人。\n"
        ),
    }
}

/// Tells a post that papers are missing.
#[must_use]
pub fn papers_missing(number: &str) -> Words {
    Words {
        kind: Kind::Papers,
        subject: format!("【材料待补】投诉 {number}"),
        text: format!(
            "投诉编号:{number}\n\n代理、继承或代表的证明材料(授权委托书、继承证明、代表人推选材料)尚未提交,请催交。\
             材料齐备前不得向其答复;无权提出的,可依令2020年第3号第十八条第四款不予受理。\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letterhead() -> Letterhead {
        Letterhead {
            number: "5890-2026-000001".to_owned(),
            received_at: "2026-09-23T02:00:00Z".parse().unwrap(),
            union_name: "江门办事处".to_owned(),
            signed_by: "江门办事处".to_owned(),
            now: "2026-09-24T02:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn g20_a_complaint_that_skipped_a_level_is_told_unit_post_and_telephone() {
        let place = Place {
            union_name: "台山农商行".to_owned(),
            unit_code: "589002SL".to_owned(),
            unit_name: "受理部门".to_owned(),
            post_name: "台山农商行受理部门负责人".to_owned(),
            hotline: "0750-5500000".to_owned(),
        };
        let text = letterhead().referred(&place).text;
        for part in [
            "台山农商行受理部门",
            "受理部门负责人",
            "0750-5500000",
            "无需重新提交",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        let bare = Place {
            hotline: String::new(),
            ..place
        };
        assert!(!bare.words().contains("电话"), "{}", bare.words());
    }

    #[test]
    fn l18_2_l23_the_complainant_is_told_why_and_since_when_the_limit_rests() {
        let paused = letterhead().paused(PauseGround::Mediation, "调解中心调解,投诉人已书面同意");
        assert!(
            paused.text.contains("调解需要,自2026年9月24日起") && paused.text.contains("书面同意")
        );
        let rested = Pause {
            ground: PauseGround::Appraisal,
            since: "2026-09-20T02:00:00Z".parse().unwrap(),
        };
        assert!(
            letterhead()
                .resumed(rested)
                .text
                .contains("自2026年9月20日起中止")
        );
    }
}
