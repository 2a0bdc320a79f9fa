//! What a load run measured, and what follows from it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::output;

/// A service that must have every complaint in the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// The service.
    pub(super) service: &'static str,
    /// The count by which it says how many it has.
    pub(super) count: &'static str,
    /// What it has of them.
    pub(super) what: &'static str,
    /// The same for programs.
    pub(super) key: &'static str,
}

/// Intake first, which acknowledges; then those that hear of it.
pub(super) const PARTS: [Part; 5] = [
    part("intake", "complaints", "投诉登记", "complaint"),
    part("routing", "cases", "案件", "case"),
    part("sla-watchdog", "cases", "时限", "clock"),
    part("archive", "registrations", "留痕", "ledger"),
    part("regulatory-report", "cases", "统计", "figures"),
];

const fn part(
    service: &'static str,
    count: &'static str,
    what: &'static str,
    key: &'static str,
) -> Part {
    Part {
        service,
        count,
        what,
        key,
    }
}

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// When it was made.
    pub(super) started: Instant,
    /// When it was answered.
    pub(super) ended: Instant,
    /// Why it was not acknowledged.
    pub(super) failed: Option<String>,
}

/// How far every service was at a moment.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// How many each has, and when it said so.
    pub(super) counts: BTreeMap<&'static str, (u64, Instant)>,
    /// What waits to be published or heard.
    pub(super) pending: u64,
    /// What could not be done.
    pub(super) parked: u64,
    /// Resident memory, in bytes.
    pub(super) memory: BTreeMap<&'static str, u64>,
}

impl Seen {
    /// Nothing seen yet.
    pub(super) fn now() -> Self {
        Self {
            counts: BTreeMap::new(),
            pending: 0,
            parked: 0,
            memory: BTreeMap::new(),
        }
    }

    /// Whether every service has at least so many more than before.
    pub(super) fn has(&self, before: &Self, more: u64) -> bool {
        PARTS
            .iter()
            .all(|part| self.more(before, part.service) >= more)
    }

    fn more(&self, before: &Self, service: &str) -> u64 {
        let count = |seen: &Self| seen.counts.get(service).map_or(0, |(count, _)| *count);
        count(self).saturating_sub(count(before))
    }
}

/// What was measured.
pub(super) struct Measured {
    pub(super) asked: u64,
    pub(super) concurrency: u64,
    pub(super) units: usize,
    pub(super) started: Instant,
    pub(super) calls: Vec<Call>,
    pub(super) before: Seen,
    pub(super) seen: Vec<Seen>,
}

/// Three figures of many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Spread {
    pub(super) p50: Duration,
    pub(super) p99: Duration,
    pub(super) max: Duration,
}

impl Spread {
    /// Of these; nearest rank.
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let rank = |percent: usize| {
            let rank = (all.len() * percent).div_ceil(100).max(1);
            all.get(rank - 1).copied().unwrap_or_default()
        };
        Self {
            p50: rank(50),
            p99: rank(99),
            max: rank(100),
        }
    }

    fn json(self) -> serde_json::Value {
        json!({
            "p50_ms": millis(self.p50), "p99_ms": millis(self.p99), "max_ms": millis(self.max),
        })
    }
}

/// How a part followed.
pub(super) struct Followed {
    part: Part,
    count: u64,
    /// How long after the last acknowledgement it had all; none when it never had.
    last: Option<Duration>,
    /// How long after the k-th acknowledgement it had k of them.
    each: Spread,
}

/// What is reported.
pub(super) struct Report {
    asked: u64,
    concurrency: u64,
    units: usize,
    acknowledged: u64,
    failed: u64,
    first_failure: String,
    seconds: f64,
    latency: Spread,
    parts: Vec<Followed>,
    parked: u64,
    memory: BTreeMap<&'static str, u64>,
}

impl Measured {
    /// What follows from it.
    pub(super) fn report(self) -> Report {
        let failures: Vec<_> = self
            .calls
            .iter()
            .filter_map(|call| call.failed.clone())
            .collect();
        let mut acknowledged: Vec<&Call> = self
            .calls
            .iter()
            .filter(|call| call.failed.is_none())
            .collect();
        acknowledged.sort_unstable_by_key(|call| call.ended);
        let latency = Spread::of(
            acknowledged
                .iter()
                .map(|call| call.ended - call.started)
                .collect(),
        );
        let ends: Vec<Instant> = acknowledged.iter().map(|call| call.ended).collect();
        let last = ends.last().copied().unwrap_or(self.started);
        let parts = PARTS.map(|part| self.followed(part, &ends));
        let end = self.seen.last().cloned().unwrap_or_else(Seen::now);
        Report {
            asked: self.asked,
            concurrency: self.concurrency,
            units: self.units,
            acknowledged: count(ends.len()),
            failed: count(failures.len()),
            first_failure: failures.into_iter().next().unwrap_or_default(),
            seconds: (last - self.started).as_secs_f64(),
            latency,
            parts: parts.into(),
            parked: end.parked.saturating_sub(self.before.parked),
            memory: end.memory,
        }
    }

    fn followed(&self, part: Part, ends: &[Instant]) -> Followed {
        let mut lags = Vec::with_capacity(ends.len());
        let mut count = 0;
        for seen in &self.seen {
            count = seen.more(&self.before, part.service);
            let at = seen.counts.get(part.service).map(|(_, at)| *at);
            while let (Some(at), Some(end)) = (at, ends.get(lags.len())) {
                if u64::try_from(lags.len()).unwrap_or(u64::MAX) >= count {
                    break;
                }
                lags.push(at.saturating_duration_since(*end));
            }
        }
        let all = lags.len() == ends.len();
        Followed {
            part,
            count,
            last: lags.last().copied().filter(|_| all),
            each: Spread::of(lags),
        }
    }
}

impl Report {
    fn per_second(&self) -> f64 {
        if self.seconds > 0.0 {
            self.acknowledged_f64() / self.seconds
        } else {
            0.0
        }
    }

    fn acknowledged_f64(&self) -> f64 {
        u32::try_from(self.acknowledged).map_or(f64::MAX, f64::from)
    }

    /// For programs.
    pub(super) fn json(&self) -> serde_json::Value {
        let followed = self.parts.iter().skip(1);
        let lag: serde_json::Map<_, _> = followed
            .map(|followed| {
                let mut spread = followed.each.json();
                spread["last_ms"] = followed.last.map(millis).into();
                (followed.part.key.to_owned(), spread)
            })
            .collect();
        let counts: serde_json::Map<_, _> = self
            .parts
            .iter()
            .map(|followed| (followed.part.key.to_owned(), followed.count.into()))
            .collect();
        json!({
            "complaints": self.asked,
            "concurrency": self.concurrency,
            "units": self.units,
            "acknowledged": self.acknowledged,
            "failed": self.failed,
            "first_failure": self.first_failure,
            "seconds": rounded(self.seconds),
            "acknowledged_per_second": rounded(self.per_second()),
            "latency": self.latency.json(),
            "lag": lag,
            "counts": counts,
            "parked": self.parked,
            "memory_bytes": self.memory,
            "agree": self.wrong().is_empty(),
        })
    }

    /// For people.
    pub(super) fn print(&self) {
        output::text(&format!(
            "{} 个单位,并发 {}:已登记 {} 件,未登记 {} 件,用时 {:.1} 秒,每秒 {:.0} 件",
            self.units,
            self.concurrency,
            self.acknowledged,
            self.failed,
            self.seconds,
            self.per_second()
        ));
        let Spread { p50, p99, max } = self.latency;
        output::text(&format!(
            "应答时间:p50 {} 毫秒,p99 {} 毫秒,最长 {} 毫秒",
            millis(p50),
            millis(p99),
            millis(max)
        ));
        let rows = self.parts.iter().map(|followed| {
            let last = followed
                .last
                .map_or_else(|| "未到齐".to_owned(), |last| millis(last).to_string());
            let memory = self
                .memory
                .get(followed.part.service)
                .copied()
                .unwrap_or_default();
            vec![
                format!("{}({})", followed.part.what, followed.part.service),
                followed.count.to_string(),
                last,
                millis(followed.each.p50).to_string(),
                millis(followed.each.p99).to_string(),
                format!("{} MB", memory / 1024 / 1024),
            ]
        });
        output::table(
            &["环节", "件数", "最后一件滞后(毫秒)", "p50", "p99", "内存"],
            rows.collect(),
        );
    }

    /// What is not as it should be; nothing when every service has exactly what was acknowledged.
    pub(super) fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.failed > 0 {
            wrong.push(format!(
                "{} of {} were not acknowledged, the first because: {}",
                self.failed, self.asked, self.first_failure
            ));
        }
        let registered = self.parts.first().map_or(0, |intake| intake.count);
        if registered < self.acknowledged {
            wrong.push(format!(
                "{} were acknowledged but intake has {registered} of them",
                self.acknowledged
            ));
        }
        for followed in self.parts.iter().skip(1) {
            if followed.count != registered {
                wrong.push(format!(
                    "{} has {} of the {registered} complaints that intake registered; see `suda status` and `suda parked list`",
                    followed.part.service, followed.count
                ));
            }
        }
        if self.parked > 0 {
            wrong.push(format!(
                "{} messages were parked; see `suda parked list`",
                self.parked
            ));
        }
        wrong
    }
}

fn count(many: usize) -> u64 {
    u64::try_from(many).unwrap_or(u64::MAX)
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(start: Instant, ms: u64, counts: [u64; 5]) -> Seen {
        let at = start + Duration::from_millis(ms);
        let counts = PARTS.iter().zip(counts);
        Seen {
            counts: counts
                .map(|(part, count)| (part.service, (count, at)))
                .collect(),
            ..Seen::now()
        }
    }

    /// Ten calls of 20 ms, one after the other; the parts follow as `seen` says.
    fn measured(start: Instant, seen: Vec<Seen>) -> Report {
        let calls = (0..10).map(|place| Call {
            started: start + Duration::from_millis(20 * place),
            ended: start + Duration::from_millis(20 * (place + 1)),
            failed: None,
        });
        let before = self::seen(start, 0, [3, 3, 3, 3, 3]);
        Measured {
            asked: 10,
            concurrency: 1,
            units: 1,
            started: start,
            calls: calls.collect(),
            before,
            seen,
        }
        .report()
    }

    #[test]
    fn a_run_in_which_all_agree_is_right() {
        let start = Instant::now();
        let report = measured(
            start,
            vec![
                seen(start, 100, [8, 7, 5, 3, 3]),
                seen(start, 300, [13, 13, 13, 13, 12]),
                seen(start, 500, [13, 13, 13, 13, 13]),
            ],
        );
        assert!(report.wrong().is_empty());
        let json = report.json();
        assert_eq!(json["acknowledged"], 10);
        assert_eq!(json["acknowledged_per_second"], 50.0);
        assert_eq!(json["latency"]["p99_ms"], 20);
        assert_eq!(json["counts"]["ledger"], 10);
        assert_eq!(json["agree"], true);
        // The last was acknowledged at 200 ms.
        assert_eq!(json["lag"]["case"]["last_ms"], 100);
        assert_eq!(json["lag"]["figures"]["last_ms"], 300);
        // Four cases were there at 100 ms, the others at 300 ms: 20, 40, 60, 80, 100, … after their acknowledgements.
        assert_eq!(json["lag"]["case"]["p50_ms"], 100);
    }

    #[test]
    fn a_service_that_has_too_few_or_too_many_is_named() {
        let start = Instant::now();
        let few = measured(start, vec![seen(start, 300, [13, 13, 12, 13, 13])]);
        assert_eq!(few.wrong().len(), 1);
        assert!(few.wrong()[0].contains("sla-watchdog has 9 of the 10"));
        assert!(few.json()["lag"]["clock"]["last_ms"].is_null());
        let many = measured(start, vec![seen(start, 300, [13, 14, 13, 13, 13])]);
        assert!(many.wrong()[0].contains("routing has 11 of the 10"));
        let lost = measured(start, vec![seen(start, 300, [12, 12, 12, 12, 12])]);
        assert!(lost.wrong()[0].contains("10 were acknowledged but intake has 9"));
    }

    #[test]
    fn ranks_are_the_nearest() {
        let all = (1..=200).map(Duration::from_millis).collect();
        let spread = Spread::of(all);
        assert_eq!(
            [spread.p50, spread.p99, spread.max].map(millis),
            [100, 198, 200]
        );
        assert_eq!(Spread::of(Vec::new()), Spread::default());
    }
}
