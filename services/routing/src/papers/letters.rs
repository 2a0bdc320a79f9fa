//! Letters to the complainant, as official papers. They name units and posts, never persons (spec §6).

use chrono::{DateTime, TimeDelta, Utc};
use documents::letters::{Acceptance, Answer, Extension, Letterhead, Refusal};

use super::{File, day, none_yet};
use crate::{domain::paper::Paper, errors::ActionError};

/// The limit of 令2020年第3号 art. 18 in words; the day itself is the watchdog's to compute.
const LIMIT: &str = "自收到投诉之日起15日内作出处理决定并告知；情况复杂的，可以延长至30日";

/// Where to turn after a refusal (guideline art. 16).
const PATH: &str = "您如有异议，可以向上一级机构（当地办事处或省联社合规部）提出书面申诉，也可以向当地银行业协会（同业公会）申请调解，\
                    或者依法申请仲裁、提起诉讼。";

impl File {
    fn head(&self, signed_by: &str, dated: DateTime<Utc>) -> Letterhead {
        let registration = &self.case.registration;
        let issuer = self.name(&registration.union);
        let signed_by = if signed_by.contains(&issuer) {
            signed_by.to_owned()
        } else {
            format!("{issuer}{signed_by}")
        };
        Letterhead {
            contact: format!("联系部门：{issuer}{}", self.reception),
            issuer,
            signed_by,
            number: String::new(),
            complaint: registration.number.clone(),
            received_on: day(registration.received_at),
            dated: day(dated),
            receipt: true,
        }
    }

    /// 受理告知书, dated when the case was accepted.
    pub fn acceptance(&self) -> Result<Acceptance, ActionError> {
        let accepted = self.when(&["CaseAccepted", "DeclineRejected"]);
        let accepted = accepted.ok_or_else(|| none_yet(Paper::Acceptance))?;
        let lead = self.case.order.as_ref().map(|order| self.name(&order.lead));
        Ok(Acceptance {
            head: self.head(&self.reception, accepted),
            subject: String::new(),
            handled_by: lead.unwrap_or_else(|| self.reception.clone()),
            limit: LIMIT.to_owned(),
            progress: "凭投诉编号和查询码查询".to_owned(),
        })
    }

    /// 不予受理告知书, dated when the decline was approved.
    pub fn refusal(&self) -> Result<Refusal, ActionError> {
        let declined = self.when(&["CaseDeclined"]);
        let declined = declined.ok_or_else(|| none_yet(Paper::Refusal))?;
        let said = |heading| self.said(&["DeclineProposed"], heading);
        Ok(Refusal {
            head: self.head(&self.reception, declined),
            ground: format!(
                "经审核并由受理部门负责人批准，不予受理。原因：{}。",
                said("理由")
            ),
            explanation: said("对投诉人的说明"),
            remedies: PATH.to_owned(),
        })
    }

    /// 处理意见书, dated when the complainant was answered, and signed by who answered.
    pub fn answered(&self) -> Result<Answer, ActionError> {
        let answered = self.when(&["CaseAnswered", "AnswerSent"]);
        let (at, text) = answered
            .zip(self.answer.as_ref())
            .ok_or_else(|| none_yet(Paper::Answer))?;
        let lead = self.case.order.as_ref().map(|order| self.name(&order.lead));
        let signed_by = lead.unwrap_or_else(|| self.reception.clone());
        Ok(Answer {
            head: self.head(&signed_by, at),
            facts: text.facts.clone(),
            basis: text.basis.clone(),
            conclusion: text.conclusion.clone(),
            remedies: text.remedies.clone(),
            attachments: Vec::new(),
        })
    }

    /// 延期告知书 of the last extension that was granted.
    pub fn extended(&self) -> Result<Extension, ActionError> {
        let granted = self.approvals.iter().rev().find(|row| {
            row.matter == "extension" && row.decision == "approved" && row.until.is_some()
        });
        let granted = granted.ok_or_else(|| none_yet(Paper::Extension))?;
        let (until, decided) = granted
            .until
            .zip(granted.decided_at)
            .ok_or_else(|| none_yet(Paper::Extension))?;
        let post = granted.decided_by_post.as_deref().unwrap_or_default();
        Ok(Extension {
            head: self.head(&self.reception, decided),
            reason: granted.ground.clone(),
            was_due: None,
            // A limit that ends at midnight ends with the day before.
            until: day(until - TimeDelta::seconds(1)),
            approved_by: self.name(post),
        })
    }
}
