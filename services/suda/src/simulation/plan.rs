//! What happens in a simulated half-year, decided before anything is played: the same seed gives the same plan. Pure.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rand::{
    Rng as _, SeedableRng as _, distributions::WeightedIndex, prelude::Distribution as _,
    rngs::StdRng,
};
use sla_watchdog::domain::calendar::{BeyondCalendar, Calendar};

use super::course::{self, Course, Step};
use crate::invented::MATTERS;

/// China's time is eight hours ahead, the year round.
const AHEAD: TimeDelta = TimeDelta::hours(8);
/// When a working day's moves are made: what is due that day is still in time.
const AFTERNOON: (u32, u32) = (15, 0);
/// When a working day is over and the limits that end with it have run out (17:30).
const EVENING: (u32, u32) = (17, 40);
/// When complaints of a day off are entered: some outlets are open.
const MIDDAY: (u32, u32) = (12, 0);
/// More people come on a working day than on a day off.
const DAY_OFF_WEIGHT: f64 = 0.25;
/// After days off more come than usual.
const FIRST_DAY_WEIGHT: f64 = 1.5;

/// An instant at which the clock stops and people act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: DateTime<Utc>,
    /// The day in Guangdong.
    pub day: NaiveDate,
    /// What kind of moment it is.
    pub kind: Kind,
}

/// What kind of moment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The afternoon of a working day: everything is done then.
    Afternoon,
    /// After close of business: limits run out.
    Evening,
    /// A day off: complaints come, nobody works on them.
    DayOff,
}

/// How a complaint comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// The moment of its registration.
    pub moment: usize,
    /// When it reached the union.
    pub received_at: DateTime<Utc>,
    /// Whether it came a day before it was entered.
    pub late: bool,
    /// The outlet that takes it, by its place among the union's; none for the reception.
    pub outlet: Option<usize>,
    /// What it is about, by its place in the invented matters.
    pub matter: usize,
    /// Which of the usual channels, 0 up to 100.
    pub channel: u32,
    /// The complaint whose complainant says the same once more.
    pub again: Option<u64>,
}

/// A complaint's whole life as it is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Its place in the plan; what is invented about it follows from this and the seed.
    pub place: u64,
    /// The union, by its place.
    pub union: usize,
    /// How it comes.
    pub arrival: Arrival,
    /// How it is dealt with.
    pub course: Course,
    /// What is done, and at which moment; in order.
    pub steps: Vec<(usize, Step)>,
}

/// What is wanted of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Everything follows from it.
    pub seed: u64,
    /// How many complaints come.
    pub complaints: u64,
    /// The unions, by their places: whether somebody heads its reception, or stands in.
    pub headed: Vec<bool>,
    /// How many outlets each has.
    pub outlets: usize,
}

/// The plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The moments, in order.
    pub moments: Vec<Moment>,
    /// The lives, by place.
    pub lives: Vec<Life>,
}

/// The moments from a day up to another, both included.
///
/// # Errors
/// When the calendar does not know the year.
pub fn moments(
    calendar: &Calendar,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<Moment>, BeyondCalendar> {
    let mut moments = Vec::new();
    for day in first.iter_days().take_while(|day| *day <= last) {
        if calendar.day(day)?.worked {
            moments.push(moment(day, AFTERNOON, Kind::Afternoon));
            moments.push(moment(day, EVENING, Kind::Evening));
        } else {
            moments.push(moment(day, MIDDAY, Kind::DayOff));
        }
    }
    Ok(moments)
}

fn moment(day: NaiveDate, (hour, minute): (u32, u32), kind: Kind) -> Moment {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    Moment {
        at: day.and_time(time).and_utc() - AHEAD,
        day,
        kind,
    }
}

/// Plans so many lives over these moments.
#[must_use]
pub fn plan(terms: &Terms, moments: Vec<Moment>) -> Plan {
    let days: Vec<usize> = (0..moments.len())
        .filter(|at| moments[*at].kind != Kind::Evening)
        .collect();
    let works: Vec<usize> = (0..moments.len())
        .filter(|at| moments[*at].kind == Kind::Afternoon)
        .collect();
    let mut lives: Vec<Life> = Vec::new();
    let (Ok(come), true) = (
        WeightedIndex::new(weights(&moments, &days)),
        !terms.headed.is_empty(),
    ) else {
        return Plan { moments, lives };
    };
    for place in 0..terms.complaints {
        let mut dice = dice(terms.seed, place);
        let moment = days[come.sample(&mut dice)];
        let union = dice.gen_range(0..terms.headed.len());
        let arrival = arrival(&moments[moment], moment, terms.outlets, &mut dice);
        let (course, mut steps) = course::of(&arrival, &moments, &works, &mut dice);
        if !terms.headed[union] {
            course::without_head(&mut steps);
        }
        lives.push(Life {
            place,
            union,
            arrival,
            course,
            steps,
        });
    }
    course::repeat(&mut lives, &moments, &works, terms.seed);
    Plan { moments, lives }
}

/// The dice of one life.
pub(super) fn dice(seed: u64, place: u64) -> StdRng {
    StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place)
}

/// How many come on each day, beside each other.
fn weights(moments: &[Moment], days: &[usize]) -> Vec<f64> {
    let mut before = Kind::Afternoon;
    let weight = days.iter().map(|day| {
        let kind = moments[*day].kind;
        let weight = match (kind, before) {
            (Kind::DayOff, _) => DAY_OFF_WEIGHT,
            (_, Kind::DayOff) => FIRST_DAY_WEIGHT,
            _ => 1.0,
        };
        before = kind;
        weight
    });
    weight.collect()
}

fn arrival(moment: &Moment, at: usize, outlets: usize, dice: &mut StdRng) -> Arrival {
    // One in fifty is entered a working day after it came, and says why; never the day the half-year begins.
    let late = at > 0 && moment.kind == Kind::Afternoon && dice.gen_bool(0.02);
    let before = if late {
        TimeDelta::minutes(dice.gen_range(21 * 60..24 * 60))
    } else {
        TimeDelta::minutes(dice.gen_range(5..210))
    };
    let by_outlet = moment.kind == Kind::DayOff || dice.gen_bool(0.55);
    Arrival {
        moment: at,
        received_at: moment.at - before,
        late,
        outlet: (by_outlet && outlets > 0).then(|| dice.gen_range(0..outlets.max(1))),
        matter: dice.gen_range(0..MATTERS.len()),
        channel: dice.gen_range(0..100),
        again: None,
    }
}

#[cfg(test)]
mod tests;
