//! Letters to complainants: accepted, not accepted, answered, extended, and the appeal's.
//!
//! They name units and posts, never persons (spec §6), and are addressed by the complaint's number.

use crate::{Date, Document, Sheet, paper::Paper};

mod appeal;

pub use appeal::{AppealAcceptance, AppealDecision, AppealOutcome};

/// What every letter has.
#[derive(Clone)]
pub struct Letterhead {
    /// The union or office, above the title.
    pub issuer: String,
    /// The unit that signs, e.g. "台山农村信用合作联社受理部门".
    pub signed_by: String,
    /// 文号; empty when it has none.
    pub number: String,
    /// 投诉编号.
    pub complaint: String,
    /// When the complaint reached us.
    pub received_on: Date,
    /// The date of the letter.
    pub dated: Date,
    /// Whom to ask: a post, a telephone, an address; a line each.
    pub contact: String,
    /// Whether a 送达回证 stands below (令2020年第3号 art. 21).
    pub receipt: bool,
}

/// 受理告知书.
#[derive(Clone)]
pub struct Acceptance {
    /// What every letter has.
    pub head: Letterhead,
    /// 投诉事由, in a line; empty to leave it out.
    pub subject: String,
    /// The unit that handles it; empty when the reception does itself.
    pub handled_by: String,
    /// By when the complainant is told the decision, in words (令2020年第3号 art. 18), e.g. "收到投诉之日起15日内".
    pub limit: String,
    /// How the progress can be asked for, e.g. by number and query code; empty to leave it out.
    pub progress: String,
}

/// 不予受理告知书 (guideline art. 15 and 16).
#[derive(Clone)]
pub struct Refusal {
    /// What every letter has.
    pub head: Letterhead,
    /// The ground, in words.
    pub ground: String,
    /// The explanation that the complainant is owed.
    pub explanation: String,
    /// Where to turn now: the next level, the association (guideline art. 16).
    pub remedies: String,
}

/// 客户投诉处理意见书: the answer in its four parts (令2020年第3号 art. 19).
#[derive(Clone)]
pub struct Answer {
    /// What every letter has.
    pub head: Letterhead,
    /// 核实的事实.
    pub facts: String,
    /// 依据和理由.
    pub basis: String,
    /// 处理结论.
    pub conclusion: String,
    /// 救济途径: 核查, 调解, 仲裁, 诉讼.
    pub remedies: String,
    /// 附件.
    pub attachments: Vec<String>,
}

/// 延期告知书 (令2020年第3号 art. 18(1)).
#[derive(Clone)]
pub struct Extension {
    /// What every letter has.
    pub head: Letterhead,
    /// Why.
    pub reason: String,
    /// When the decision was due; none to leave it out.
    pub was_due: Option<Date>,
    /// When it is due now.
    pub until: Date,
    /// The rank that approved it, e.g. "联社高级管理层"; no person.
    pub approved_by: String,
}

impl Letterhead {
    fn paper(&self, title: &str) -> Paper {
        let mut paper = Paper {
            issuer: self.issuer.clone(),
            title: title.to_owned(),
            number: self.number.clone(),
            reference: self.complaint.clone(),
            salutation: "尊敬的投诉人：".to_owned(),
            contact: self.contact.clone(),
            receipt: self.receipt,
            ..Paper::default()
        };
        paper.signed(&self.signed_by, self.dated);
        paper
    }

    fn sheet(&self, paper: Paper) -> Sheet {
        Sheet::paper(&self.complaint, &self.signed_by, self.dated, paper)
    }
}

impl Document for Acceptance {
    fn sheet(&self) -> Sheet {
        let Letterhead { received_on, .. } = &self.head;
        let mut paper = self.head.paper("客户投诉受理告知书");
        paper.text(format!(
            "您于{received_on}向我单位提出的投诉，经审查符合受理条件，我单位决定予以受理。现将有关事项告知如下："
        ));
        paper.facts([
            ("投诉编号", self.head.complaint.clone()),
            ("投诉事由", self.subject.clone()),
            ("承办单位", self.handled_by.clone()),
            ("答复期限", self.limit.clone()),
            ("进度查询", self.progress.clone()),
        ]);
        paper.text(
            "情况复杂、不能在上述期限内作出处理决定的，我单位将在期限届满前告知您延长的期限和理由。办理期间如有新的事实和\
             理由，您可以补充材料；您也可以随时撤回投诉。",
        );
        paper.text("特此告知。");
        self.head.sheet(paper)
    }
}

impl Document for Refusal {
    fn sheet(&self) -> Sheet {
        let Letterhead { received_on, .. } = &self.head;
        let mut paper = self.head.paper("客户投诉不予受理告知书");
        paper.text(format!(
            "您于{received_on}向我单位提出的投诉，经审查，我单位决定不予受理。现将理由告知如下："
        ));
        paper.section("一、不予受理的理由", &self.ground);
        paper.section("二、说明", &self.explanation);
        paper.section("三、您可以选择的途径", &self.remedies);
        paper.text("特此告知。");
        self.head.sheet(paper)
    }
}

impl Document for Answer {
    fn sheet(&self) -> Sheet {
        let Letterhead { received_on, .. } = &self.head;
        let mut paper = self.head.paper("客户投诉处理意见书");
        paper.text(format!(
            "您于{received_on}向我单位提出的投诉已经办理完毕。根据《银行业保险业消费投诉处理管理办法》第十八条、第十九条\
             的规定，现将处理意见告知如下："
        ));
        paper.section("一、核实的事实", &self.facts);
        paper.section("二、处理依据和理由", &self.basis);
        paper.section("三、处理结论", &self.conclusion);
        paper.section("四、救济途径", &self.remedies);
        paper.attachments.clone_from(&self.attachments);
        self.head.sheet(paper)
    }
}

impl Document for Extension {
    fn sheet(&self) -> Sheet {
        let Letterhead { received_on, .. } = &self.head;
        let was_due = self.was_due.map(|due| due.to_string()).unwrap_or_default();
        let planned = if was_due.is_empty() {
            String::new()
        } else {
            format!("原定于{was_due}前告知您处理决定。")
        };
        let mut paper = self.head.paper("客户投诉延期办理告知书");
        paper.text(format!(
            "您于{received_on}向我单位提出的投诉，{planned}因下列原因，经批准延长办理期限，我单位将在{}前作出处理决定并\
             告知您。",
            self.until,
        ));
        paper.facts([
            ("延期原因", self.reason.clone()),
            ("原定期限", was_due),
            ("延长至", self.until.to_string()),
            ("批准", self.approved_by.clone()),
            (
                "依据",
                "《银行业保险业消费投诉处理管理办法》第十八条".to_owned(),
            ),
        ]);
        paper.text("由此带来的不便，敬请谅解。特此告知。");
        self.head.sheet(paper)
    }
}
