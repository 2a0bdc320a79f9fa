//! When a complainant's data may be erased (个人信息保护法 art. 47): not while a term of retention or a legal hold runs, unless a
//! law, a court or an authority orders it.

use chrono::NaiveDate;

/// On which ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// The complainant asked.
    Request,
    /// The term has ended.
    TermEnded,
    /// A law, a court or an authority orders it.
    Ordered,
    /// The archive destroyed the file.
    FileDestroyed,
}

impl Ground {
    /// Its word in the database.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::TermEnded => "term_ended",
            Self::Ordered => "ordered",
            Self::FileDestroyed => "file_destroyed",
        }
    }

    /// Its number in the contract.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Request => 1,
            Self::TermEnded => 2,
            Self::Ordered => 3,
            Self::FileDestroyed => 4,
        }
    }

    /// The ground of a number, of those that somebody may name.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Request, Self::TermEnded, Self::Ordered]
            .into_iter()
            .find(|ground| ground.number() == number)
    }
}

/// A file of the complaint in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The last day of its term; none when it is kept for ever.
    pub expires_on: Option<NaiveDate>,
    /// Whether it was destroyed.
    pub destroyed: bool,
}

/// Why data is not erased.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing was sealed yet.
    #[error(
        "本件尚未封卷归档,保管期限未起算,不能删除投诉人资料;法律、法院或主管机关要求的,请选择“依法责令”并填写文号"
    )]
    NotSealed,
    /// A term runs.
    #[error(
        "本件案卷保管期限至 {0},期满前不能删除投诉人资料(个人信息保护法第四十七条);法律、法院或主管机关要求的除外"
    )]
    TermRuns(NaiveDate),
    /// It is kept for ever.
    #[error("本件案卷为永久保管,不能删除投诉人资料;法律、法院或主管机关要求的除外")]
    Permanent,
    /// A hold stands.
    #[error(
        "本件处于封存状态(诉讼、检查等),解除封存前不能删除投诉人资料;法律、法院或主管机关要求的除外"
    )]
    Held,
    /// An order has a number.
    #[error("依法责令删除的,须填写判决、决定或通知的文号")]
    NoReference,
}

impl Refusal {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSealed => "erasure.not_sealed",
            Self::TermRuns(_) => "erasure.term_runs",
            Self::Permanent => "erasure.permanent",
            Self::Held => "erasure.held",
            Self::NoReference => "erasure.no_reference",
        }
    }
}

/// Whether data may be erased on this day.
pub fn may_erase(
    ground: Ground,
    reference: &str,
    files: &[Kept],
    holds: u64,
    today: NaiveDate,
) -> Result<(), Refusal> {
    match ground {
        // What the archive destroyed had no term and no hold; it was decided there by two persons.
        Ground::FileDestroyed => return Ok(()),
        Ground::Ordered if reference.trim().is_empty() => return Err(Refusal::NoReference),
        Ground::Ordered => return Ok(()),
        Ground::Request | Ground::TermEnded => {}
    }
    if holds > 0 {
        return Err(Refusal::Held);
    }
    if files.is_empty() {
        return Err(Refusal::NotSealed);
    }
    let kept = files.iter().filter(|file| !file.destroyed);
    let mut last = None;
    for file in kept {
        last = last.max(Some(file.expires_on.ok_or(Refusal::Permanent)?));
    }
    match last {
        Some(day) if day >= today => Err(Refusal::TermRuns(day)),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, 12, 31).unwrap()
    }

    fn kept(expires_on: Option<NaiveDate>) -> Kept {
        Kept {
            expires_on,
            destroyed: false,
        }
    }

    #[test]
    fn p41_nothing_is_erased_while_a_term_or_a_hold_runs_unless_the_law_orders_it() {
        use Ground::{FileDestroyed, Ordered, Request, TermEnded};
        let running = [kept(Some(day(2036)))];
        let ended = [kept(Some(day(2025)))];
        let destroyed = [Kept {
            destroyed: true,
            ..running[0]
        }];
        let today = day(2026);
        let ask = |ground, reference, files: &[Kept], holds| {
            may_erase(ground, reference, files, holds, today).map_err(|refusal| refusal.code())
        };
        for ground in [Request, TermEnded] {
            assert_eq!(ask(ground, "", &[], 0), Err("erasure.not_sealed"));
            assert_eq!(ask(ground, "", &running, 0), Err("erasure.term_runs"));
            assert_eq!(ask(ground, "", &[kept(None)], 0), Err("erasure.permanent"));
            assert_eq!(ask(ground, "", &ended, 1), Err("erasure.held"));
            assert_eq!(ask(ground, "", &ended, 0), Ok(()));
            assert_eq!(ask(ground, "", &destroyed, 0), Ok(()));
            // One addendum that is kept longer keeps all of it.
            assert_eq!(
                ask(ground, "", &[ended[0], running[0]], 0),
                Err("erasure.term_runs")
            );
        }
        assert_eq!(ask(Ordered, " ", &running, 1), Err("erasure.no_reference"));
        assert_eq!(ask(Ordered, "(2026)粤0781民初1号", &running, 1), Ok(()));
        assert_eq!(ask(FileDestroyed, "", &running, 1), Ok(()));
        // The last day of a term still belongs to it.
        let on_the_day = may_erase(Request, "", &running, 0, day(2036));
        assert_eq!(on_the_day, Err(Refusal::TermRuns(day(2036))));
    }

    #[test]
    fn p41_nobody_can_name_the_ground_of_the_archive() {
        assert_eq!(Ground::from_number(3), Some(Ground::Ordered));
        assert_eq!(Ground::from_number(4), None);
        assert_eq!(Ground::from_number(0), None);
    }
}
