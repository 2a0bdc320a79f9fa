//! Letters of the appeal body (办事处 or 合规部) to whoever asked for a review (令2020年第3号 art. 20).

use super::Letterhead;
use crate::{Document, Sheet};

/// 核查申请受理通知书.
#[derive(Clone)]
pub struct AppealAcceptance {
    /// What every letter has; `received_on` is when the application arrived.
    pub head: Letterhead,
    /// 申诉编号.
    pub appeal: String,
    /// The unit whose decision is appealed.
    pub decided_by: String,
    /// The reference of the decision that is appealed.
    pub decision: String,
    /// By when it is decided, in words (令2020年第3号 art. 20), e.g. "自收到核查申请之日起30日内".
    pub limit: String,
}

/// 核查决定书.
#[derive(Clone)]
pub struct AppealDecision {
    /// What every letter has; `received_on` is when the application arrived.
    pub head: Letterhead,
    /// 申诉编号.
    pub appeal: String,
    /// The unit whose decision is appealed.
    pub decided_by: String,
    /// The reference of the decision that is appealed.
    pub decision: String,
    /// What the complainant asks for, and why.
    pub request: String,
    /// What was checked: process, limits and result, and what was found.
    pub findings: String,
    /// 依据和理由.
    pub basis: String,
    /// What is decided.
    pub outcome: AppealOutcome,
    /// The decision in words.
    pub conclusion: String,
    /// Where to turn now.
    pub remedies: String,
}

/// What an appeal ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppealOutcome {
    /// 维持.
    Upheld,
    /// 变更.
    Changed,
    /// 责令重新办理.
    HandledAgain,
}

impl AppealOutcome {
    fn words(self) -> &'static str {
        match self {
            Self::Upheld => "维持原处理决定",
            Self::Changed => "变更原处理决定",
            Self::HandledAgain => "责令原单位重新办理",
        }
    }
}

impl Document for AppealAcceptance {
    fn sheet(&self) -> Sheet {
        let mut paper = self.head.paper("投诉核查申请受理通知书");
        paper.text(format!(
            "您于{}提出的核查申请，我单位决定予以受理。现将有关事项通知如下：",
            self.head.received_on
        ));
        paper.facts([
            ("申诉编号", self.appeal.clone()),
            ("原处理单位", self.decided_by.clone()),
            ("原处理决定", self.decision.clone()),
            ("答复期限", self.limit.clone()),
            (
                "依据",
                "《银行业保险业消费投诉处理管理办法》第二十条".to_owned(),
            ),
        ]);
        paper
            .text("我单位将对原处理过程、时限和结果进行核查，由未参与原处理的人员办理。特此通知。");
        self.head.sheet(paper)
    }
}

impl Document for AppealDecision {
    fn sheet(&self) -> Sheet {
        let mut paper = self.head.paper("投诉核查决定书");
        paper.text(format!(
            "您于{}提出的核查申请，我单位已经核查完毕，现决定如下：",
            self.head.received_on
        ));
        paper.facts([
            ("申诉编号", self.appeal.clone()),
            ("原处理单位", self.decided_by.clone()),
            ("原处理决定", self.decision.clone()),
        ]);
        paper.section("一、申请事项和理由", &self.request);
        paper.section("二、核查的事实", &self.findings);
        paper.section("三、依据和理由", &self.basis);
        let conclusion = format!("{}。{}", self.outcome.words(), self.conclusion);
        paper.section("四、处理决定", &conclusion);
        paper.section("五、救济途径", &self.remedies);
        self.head.sheet(paper)
    }
}
