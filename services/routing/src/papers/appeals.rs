//! Letters of an appeal body to whoever asked for a review (guideline art. 20, 令2020年第3号 art. 20).

use chassis::db::Db;
use chrono::{DateTime, Utc};
use documents::letters::{AppealAcceptance, AppealDecision, AppealOutcome, Letterhead};

use super::{File, day, none_yet, said};
use crate::{
    domain::{
        appeal::{Appeal, Verdict},
        case::Ending,
        notice::beside::further,
        paper::Paper,
    },
    errors::ActionError,
    store::{appeals, detail::HistoryRow, matters, reference},
};

/// The limit of 令2020年第3号 art. 20 in words; the day itself is the watchdog's to compute.
const LIMIT: &str = "自收到核查申请之日起30日内作出核查决定并告知";

/// Everything routing knows of an appeal that stands on a paper.
pub struct AppealFile {
    appeal: Appeal,
    history: Vec<HistoryRow>,
    /// The name of the office or department that decides.
    body: String,
    /// The appeal whose decision it is against, with the name of who decided that.
    against: Option<(Appeal, String)>,
}

impl AppealFile {
    /// Reads the appeal of this number in the case, or without a number the one lodged last; `paper` is what it is for.
    pub async fn read(
        db: &Db,
        file: &File,
        number: &str,
        paper: Paper,
    ) -> Result<Self, ActionError> {
        let db = db.reader();
        let all = appeals::of_case(db, file.case.id).await?;
        let wanted = |appeal: &&Appeal| number.is_empty() || appeal.number == number;
        let appeal = all.iter().rfind(wanted).ok_or(if number.is_empty() {
            none_yet(paper)
        } else {
            ActionError::NoMatter("申诉")
        })?;
        let name = async |code: &str| {
            let unit = reference::unit(db, code).await?;
            Ok::<_, ActionError>(unit.map_or_else(|| code.to_owned(), |unit| unit.name))
        };
        let against = all.iter().find(|other| Some(other.id) == appeal.against);
        Ok(Self {
            history: matters::history(db, appeal.id).await?,
            body: name(&appeal.unit).await?,
            against: match against {
                Some(other) => Some((other.clone(), name(&other.unit).await?)),
                None => None,
            },
            appeal: appeal.clone(),
        })
    }

    fn head(&self, file: &File, dated: DateTime<Utc>) -> Letterhead {
        Letterhead {
            contact: format!("联系部门：{}", self.body),
            issuer: self.body.clone(),
            signed_by: self.body.clone(),
            number: String::new(),
            complaint: file.case.registration.number.clone(),
            received_on: day(self.appeal.received_at),
            dated: day(dated),
            receipt: true,
        }
    }

    /// Who decided what is appealed, and that decision.
    fn decision(&self, file: &File) -> (String, String) {
        let told = day(self.appeal.decision_received_at);
        if let Some((other, body)) = &self.against {
            let decision = format!("投诉核查决定书，申诉编号{}，{told}作出", other.number);
            return (body.clone(), decision);
        }
        let letter = match file.case.ending {
            Some(Ending::Declined) => "客户投诉不予受理告知书",
            Some(Ending::Transferred) => "移交告知",
            Some(Ending::SettledOnTheSpot) => "当场处理",
            Some(
                Ending::AnsweredDirectly | Ending::Handled | Ending::Withdrawn | Ending::Joined,
            )
            | None => "客户投诉处理意见书",
        };
        let union = file.name(&file.case.registration.union);
        (union, format!("{letter}，{told}告知"))
    }

    /// 核查申请受理通知书, dated when the appeal was taken.
    pub fn acceptance(&self, file: &File) -> Result<AppealAcceptance, ActionError> {
        let accepted = self.appeal.accepted_at;
        let accepted = accepted.ok_or_else(|| none_yet(Paper::AppealAcceptance))?;
        let (decided_by, decision) = self.decision(file);
        Ok(AppealAcceptance {
            head: self.head(file, accepted),
            appeal: self.appeal.number.clone(),
            decided_by,
            decision,
            limit: LIMIT.to_owned(),
        })
    }

    /// 核查决定书, dated when it was decided.
    pub fn decided(&self, file: &File) -> Result<AppealDecision, ActionError> {
        let decided = self.appeal.decided;
        let (verdict, at) = decided.ok_or_else(|| none_yet(Paper::AppealDecision))?;
        let wrote = |heading| said(&self.history, &["AppealDecided"], heading);
        let findings = ["处理过程", "处理时限", "处理结果"];
        let findings = findings.map(|heading| format!("{heading}：{}", wrote(heading)));
        let (decided_by, decision) = self.decision(file);
        Ok(AppealDecision {
            head: self.head(file, at),
            appeal: self.appeal.number.clone(),
            decided_by,
            decision,
            request: said(&self.history, &["AppealLodged"], "申诉事实和理由"),
            findings: findings.join("\n"),
            basis: wrote("理由"),
            outcome: match verdict {
                Verdict::Upheld => AppealOutcome::Upheld,
                Verdict::Changed => AppealOutcome::Changed,
                Verdict::Rehandle => AppealOutcome::HandledAgain,
            },
            conclusion: wrote("决定内容"),
            remedies: further(self.appeal.level).to_owned(),
        })
    }
}
