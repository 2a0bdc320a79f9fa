//! 时限说明书: why a limit ends when it does, day by day, so that it can be shown to whoever doubts it.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::{Date, Document, Moment, Sheet};

/// The certificate of one clock of one case.
#[derive(Clone, Serialize)]
pub struct Certificate {
    /// The union.
    pub union: String,
    /// 投诉编号.
    pub number: String,
    /// 时限名称, e.g. "办结答复".
    pub clock_name: String,
    /// 时限代码, e.g. "G18.1c".
    pub clock_code: String,
    /// 期限 in words, e.g. "7个工作日".
    pub limit: String,
    /// 依据: the article.
    pub article: String,
    /// 起算时间.
    pub started_at: Moment,
    /// 截止时间; make it with [`Moment::end_of_day`].
    pub due_at: Moment,
    /// Where a natural limit that ends on a holiday would roll to (民法典 art. 203); none when it does not.
    pub rolled_to: Option<Moment>,
    /// 目前状态, e.g. "进行中".
    pub state: String,
    /// 停止时间.
    pub stopped_at: Option<Moment>,
    /// 执行结果, e.g. "按期完成"; empty while it runs.
    pub result: String,
    /// The policy with its version.
    pub policy: String,
    /// The calendar with its version.
    pub calendar: String,
    /// The document that the rule comes from.
    pub source: String,
    /// How the sum is done, pauses and extensions: a sentence each.
    pub remarks: Vec<String>,
    /// Whether it touches a year without an official calendar.
    pub provisional: bool,
    /// The days, in order.
    pub days: Vec<CountedDay>,
    /// The post that issues it.
    pub issued_by: String,
    /// When: the date of the file.
    pub issued_at: Moment,
}

/// A day of the sum.
#[derive(Clone, Serialize)]
pub struct CountedDay {
    /// Which.
    pub date: Date,
    /// Whether it counts.
    pub counts: bool,
    /// How many are counted up to and including it.
    pub count: u32,
    /// Why it counts or not, e.g. "国庆节", "调休上班".
    pub reason: String,
}

impl Certificate {
    /// SHA-256 over everything the certificate says of the sum, so that a copy can be compared with the original.
    ///
    /// It is over the fields' JSON in the order they are declared here, without who issued it and when: the same sum
    /// certified twice has the same digest.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut said = serde_json::to_value(self).unwrap_or_default();
        if let Some(fields) = said.as_object_mut() {
            fields.remove("issued_by");
            fields.remove("issued_at");
        }
        Sha256::digest(said.to_string())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// The certificate as its template shows it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    certificate: &'a Certificate,
    days: Vec<ShownDay<'a>>,
    digest: String,
}

#[derive(Serialize)]
struct ShownDay<'a> {
    #[serde(flatten)]
    day: &'a CountedDay,
    weekday: &'static str,
}

impl Document for Certificate {
    fn sheet(&self) -> Sheet {
        let days = self.days.iter().map(|day| ShownDay {
            day,
            weekday: day.date.weekday(),
        });
        let shown = Shown {
            certificate: self,
            days: days.collect(),
            digest: self.digest(),
        };
        Sheet::form(
            "certificate.typ",
            "时限说明书",
            &format!("{}-{}", self.number, self.clock_code),
            &self.issued_by,
            self.issued_at.date(),
            &shown,
        )
    }
}
