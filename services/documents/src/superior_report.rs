//! 书面报告: what came of a complaint that a superior or a regulator passed on (guideline art. 17(4) and 18(2)).

use crate::{Date, Document, Sheet, paper::Paper};

/// The report, due within 3 working days after the matter is handled (guideline art. 18(2)).
#[derive(Clone)]
pub struct SuperiorReport {
    /// The union, above the title.
    pub issuer: String,
    /// The unit that signs.
    pub signed_by: String,
    /// 文号; empty while it has none.
    pub number: String,
    /// Whether it is a draft, which is written across every page; its day is then left to the pen.
    pub draft: bool,
    /// 投诉编号.
    pub complaint: String,
    /// 主送: the superior or regulator.
    pub to: String,
    /// 来文号.
    pub source_number: String,
    /// When it was passed on to us.
    pub received_on: Date,
    /// The limit that the superior set; none when it set none.
    pub due: Option<Date>,
    /// 投诉事由, in a line.
    pub subject: String,
    /// 基本情况.
    pub summary: String,
    /// 核查情况.
    pub findings: String,
    /// 处理结果及答复情况.
    pub result: String,
    /// 整改措施.
    pub rectification: String,
    /// 附件.
    pub attachments: Vec<String>,
    /// 抄送.
    pub copy_to: String,
    /// Whom to ask: a post, a telephone; a line each.
    pub contact: String,
    /// The date of the report; of a draft, the day that its contents are of.
    pub dated: Date,
}

impl Document for SuperiorReport {
    fn sheet(&self) -> Sheet {
        let mut paper = Paper {
            issuer: self.issuer.clone(),
            title: "关于转办客户投诉办理情况的报告".to_owned(),
            number: self.number.clone(),
            reference: self.complaint.clone(),
            salutation: format!("{}：", self.to),
            attachments: self.attachments.clone(),
            contact: self.contact.clone(),
            copy_to: self.copy_to.clone(),
            ..Paper::default()
        };
        paper.signed(&self.signed_by, self.dated);
        if self.draft {
            "　　年　　月　　日".clone_into(&mut paper.signed_on);
        }
        paper.text(format!(
            "{}转来的客户投诉（来文号：{}），我单位已经按照要求办理完毕。现将有关情况报告如下：",
            self.received_on, self.source_number
        ));
        let due = self.due.map(|due| due.to_string()).unwrap_or_default();
        paper.facts([("投诉事由", self.subject.clone()), ("要求办结期限", due)]);
        paper.section("一、基本情况", &self.summary);
        paper.section("二、核查情况", &self.findings);
        paper.section("三、处理结果及答复情况", &self.result);
        paper.section("四、整改措施", &self.rectification);
        paper.text("特此报告。");
        let mut sheet = Sheet::paper(&self.complaint, &self.signed_by, self.dated, paper);
        sheet.draft = self.draft;
        sheet
    }
}
