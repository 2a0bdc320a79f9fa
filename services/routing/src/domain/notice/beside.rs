//! What people are told of what stands beside a case.

use chrono::{DateTime, Utc};

use super::{Kind, Words, day, moment};
use crate::domain::{
    appeal::{Appeal, Level, Review, Verdict},
    disclosure::MajorKind,
    panel::Finding,
    rectification::Rectification,
};

/// What an appeal letter says of itself: whose, about what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealHead {
    /// The number of the complaint.
    pub number: String,
    /// The name of the union that decided.
    pub union_name: String,
    /// The name of the appeal body.
    pub body_name: String,
    /// When it is written.
    pub now: DateTime<Utc>,
}

impl AppealHead {
    fn letter(&self, kind: Kind, title: &str, appeal: &Appeal, body: &str) -> Words {
        let Self {
            number,
            union_name,
            body_name,
            ..
        } = self;
        Words {
            kind,
            subject: format!("{title}(申诉编号 {})", appeal.number),
            text: format!(
                "尊敬的投诉人:\n\n您不服{union_name}对投诉(编号 {number})的处理决定,提出的申诉(编号 {appeal},{received}收到),\
                 {body}\n\n{body_name}\n{today}\n",
                appeal = appeal.number,
                received = day(appeal.received_at),
                today = day(self.now),
            ),
        }
    }

    /// Tells the complainant that the appeal is taken, and by when there is a decision (令2020年第3号 art. 20).
    #[must_use]
    pub fn accepted(&self, appeal: &Appeal) -> Words {
        self.letter(
            Kind::AppealAccepted,
            "投诉核查申请受理通知书",
            appeal,
            "已经受理,由未参与过原处理的人员核查。我们将自收到申请之日起三十日内作出核查决定并告知您\
             (《银行业保险业消费投诉处理管理办法》第二十条)。",
        )
    }

    /// Gives the decision with its reasons and what else the complainant can do (令2020年第3号 art. 20, guideline art. 16).
    #[must_use]
    pub fn decided(&self, appeal: &Appeal, verdict: Verdict, review: &Review) -> Words {
        let Review {
            procedure,
            time_limits,
            result,
            reasons,
            decision,
        } = review;
        let decision = if decision.is_empty() {
            String::new()
        } else {
            format!("\n{decision}")
        };
        let again = match verdict {
            Verdict::Rehandle => "\n原处理单位将另立案件重新处理,并在规定期限内向您答复。",
            Verdict::Upheld | Verdict::Changed => "",
        };
        let body = format!(
            "现已核查完毕,核查决定如下:\n\n一、处理过程\n{procedure}\n\n二、处理时限\n{time_limits}\n\n三、处理结果\n{result}\n\n\
             四、核查决定\n{}。{decision}{again}\n\n五、理由\n{reasons}\n\n六、其他救济途径\n{}",
            verdict.words(),
            further(appeal.level),
        );
        self.letter(Kind::AppealDecided, "投诉核查决定书", appeal, &body)
    }
}

/// What remains after a decision at this level (guideline art. 16, 20).
#[must_use]
pub fn further(level: Level) -> &'static str {
    match level {
        Level::Office => {
            "如仍不服，可自收到本决定之日起三十日内向省联社合规部提出书面申诉，也可向当地银行业协会（同业公会）申请调解，\
             向当地监管机构反映，或依法申请仲裁、提起诉讼。"
        }
        Level::Compliance => {
            "本决定为省联社的核查决定。如仍不服，可向当地银行业协会（同业公会）申请调解，向当地监管机构反映，\
             或依法申请仲裁、提起诉讼。"
        }
    }
}

/// Tells the appeal body that an appeal waits.
#[must_use]
pub fn appeal_waits(number: &str, appeal: &Appeal) -> Words {
    let late = if appeal.late {
        "\n该申诉逾期提出,附有理由。"
    } else {
        ""
    };
    Words {
        kind: Kind::Appeal,
        subject: format!("申诉 {} 待受理", appeal.number),
        text: format!(
            "投诉编号:{number}\n申诉编号:{}\n收到时间:{}\n\n请由未参与过本案的人员受理,自收到之日起三十日内作出核查决定\
             (令2020年第3号第二十条)。{late}\n",
            appeal.number,
            moment(appeal.received_at),
        ),
    }
}

/// Tells the union what was decided, and what it must do.
#[must_use]
pub fn appeal_decided(number: &str, appeal: &Appeal, verdict: Verdict, decision: &str) -> Words {
    let duty = match verdict {
        Verdict::Upheld => String::new(),
        Verdict::Changed => format!("\n请按变更后的决定执行:\n{decision}\n"),
        Verdict::Rehandle => format!(
            "\n请将本事项登记为新案件重新处理(渠道选上级转办,来文号填 {}),原案件不再重开。\n要求:\n{decision}\n",
            appeal.number
        ),
    };
    Words {
        kind: Kind::Appeal,
        subject: format!("申诉 {} 已作出核查决定:{}", appeal.number, verdict.words()),
        text: format!("投诉编号:{number}\n申诉编号:{}\n{duty}", appeal.number),
    }
}

/// Gives a unit its task.
#[must_use]
pub fn rectification_opened(number: &str, task: &Rectification, requirements: &str) -> Words {
    Words {
        kind: Kind::Rectification,
        subject: format!("整改通知:投诉 {number}"),
        text: format!(
            "投诉编号:{number}\n整改期限:{}\n\n整改要求:\n{}\n\n请在期限前报送整改结果,由受理部门验收(指引第十条、第十三条)。\n",
            moment(task.due_at),
            requirements.trim(),
        ),
    }
}

/// Tells the reception that a result waits to be verified.
#[must_use]
pub fn rectification_reported(number: &str) -> Words {
    Words {
        kind: Kind::Rectification,
        subject: format!("整改结果待验收:投诉 {number}"),
        text: format!("投诉编号:{number}\n\n整改单位已报送整改结果,请验收。\n"),
    }
}

/// Tells the unit what came of its result.
#[must_use]
pub fn rectification_judged(number: &str, task: &Rectification, rejected: Option<&str>) -> Words {
    let (title, text) = match rejected {
        None => ("整改已验收", "整改结果已通过验收。".to_owned()),
        Some(reasons) => (
            "整改结果被退回",
            format!(
                "退回理由:\n{}\n\n整改期限仍为{},不顺延。",
                reasons.trim(),
                moment(task.due_at)
            ),
        ),
    };
    Words {
        kind: Kind::Rectification,
        subject: format!("{title}:投诉 {number}"),
        text: format!("投诉编号:{number}\n\n{text}\n"),
    }
}

/// Tells a post up the line of a grave or urgent case.
#[must_use]
pub fn major(number: &str, union_name: &str, kind: MajorKind, known_at: DateTime<Utc>) -> Words {
    Words {
        kind: Kind::Major,
        subject: format!("【{}投诉即时报告】{union_name} 投诉 {number}", kind.words()),
        text: format!(
            "投诉编号:{number}\n单位:{union_name}\n知悉时间:{}\n\n依指引第二十四条(四)即时报告;情况见案件,请立即部署处置。\n",
            moment(known_at),
        ),
    }
}

/// Summons a member to a panel.
#[must_use]
pub fn panel_convened(number: &str) -> Words {
    Words {
        kind: Kind::Panel,
        subject: format!("请参加评议:投诉 {number}"),
        text: format!(
            "投诉编号:{number}\n\n请查阅评议材料并发表意见及理由。评议期间案件照常办理,期限不停。\n"
        ),
    }
}

/// Tells the reception what a panel found.
#[must_use]
pub fn panel_decided(number: &str, finding: Finding) -> Words {
    Words {
        kind: Kind::Panel,
        subject: format!("评议认定:投诉 {number}"),
        text: format!(
            "投诉编号:{number}\n评议认定:{}。\n\n案件继续依规定办理和答复,不因认定而销案。\n",
            finding.words()
        ),
    }
}
