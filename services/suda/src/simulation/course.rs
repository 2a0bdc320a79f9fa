//! The courses that complaints take in a simulated half-year, with how many take which, and what is done on which working day.
//! Delays are in working days. What would be done after the last moment is not done: such a case is carried forward.

use rand::{Rng as _, rngs::StdRng, seq::SliceRandom as _};

use super::plan::{Arrival, Kind, Life, Moment, dice};

/// How a complaint is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Course {
    /// Settled where it was received (guideline art. 17(1)).
    Settled,
    /// Answered by the reception (art. 17(2)).
    Answered,
    /// Not accepted (art. 15).
    Declined,
    /// A matter of personnel, handed over (art. 10).
    Transferred,
    /// Taken back (令2020年第3号 art. 15).
    Withdrawn,
    /// Ordered to a unit, and answered by it (art. 17(2), 18(1)).
    Ordered,
    /// Ordered, and its result returned once (art. 12(3)).
    Returned,
    /// Ordered, and given more time (令2020年第3号 art. 18).
    Extended,
    /// Passed on by a superior with a limit of its own, ordered and reported (art. 17(4), 18(2)).
    Superior,
    /// The same complaint once more, joined to the first one.
    Joined,
}

/// Of a hundred complaints that are not settled at an outlet, how many take which course.
const COURSES: [(Course, u32); 8] = [
    (Course::Answered, 25),
    (Course::Declined, 6),
    (Course::Transferred, 2),
    (Course::Withdrawn, 4),
    (Course::Ordered, 48),
    (Course::Returned, 7),
    (Course::Extended, 5),
    (Course::Superior, 3),
];
/// How many working days a unit takes from its order to its result, and how many units in a hundred take that long; the limit
/// of guideline art. 18(1) is seven.
const HANDLING: [((usize, usize), u32); 3] = [((2, 7), 87), ((8, 15), 10), ((20, 40), 3)];

/// How long after its receipt a complaint may still be given more time: until the 28th day.
const LATEST_EXTENSION: chrono::TimeDelta = chrono::TimeDelta::days(25);

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The outlet files it to the reception, on the day it came.
    File,
    /// The clerk of the reception calls the complainant for the first time (客户投诉管理制度 五、1).
    Call,
    /// The reception accepts it.
    Accept,
    /// The head of the reception answers it.
    AnswerDirectly,
    /// The clerk proposes not to accept it.
    ProposeDecline,
    /// The head approves.
    ApproveDecline,
    /// The head hands it over to the senior management.
    TransferOut,
    /// Which gives its receipt.
    Receipt,
    /// The clerk joins it to the complaint at this place.
    Join(u64),
    /// The complainant takes it back.
    Withdraw,
    /// The head issues the order.
    Order,
    /// The unit signs it and says who handles it.
    Assign,
    /// The handler speaks with the complainant.
    Contact,
    /// The handler proposes a solution (五、2).
    Propose,
    /// The handler asks for more time.
    Extend,
    /// The head of the reception grants it.
    Grant,
    /// The handler records what was found, answers, and the unit files its result.
    Result,
    /// The reception returns the result.
    Return,
    /// The reception passes it.
    Pass,
    /// The superior has its report.
    Report,
    /// The clerk calls the complainant back.
    FollowUp {
        /// Whether the complainant was satisfied.
        satisfied: bool,
    },
    /// The case is closed.
    Close,
    /// The complainant appeals to the office.
    Appeal,
    /// The office takes the appeal.
    TakeAppeal,
    /// The office decides it.
    DecideAppeal(Verdict),
}

/// What becomes of an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The decision stands.
    Upheld,
    /// Another one.
    Changed,
    /// It is handled again.
    Rehandle,
}

/// Puts steps on working days.
struct Writer<'a> {
    works: &'a [usize],
    dice: &'a mut StdRng,
    /// The working day that was reached, by its place among `works`; none when it lies behind the last one.
    at: Option<usize>,
    steps: Vec<(usize, Step)>,
}

impl Writer<'_> {
    /// Lets so many working days go by, then does it.
    fn then(&mut self, (least, most): (usize, usize), step: Step) {
        let days = self.dice.gen_range(least..=most);
        self.at = self
            .at
            .map(|at| at + days)
            .filter(|at| *at < self.works.len());
        if let Some(moment) = self.at.and_then(|at| self.works.get(at)) {
            self.steps.push((*moment, step));
        }
    }

    fn chance(&mut self, of_a_hundred: u32) -> bool {
        self.dice.gen_ratio(of_a_hundred, 100)
    }

    fn handling(&mut self) -> (usize, usize) {
        let chosen = HANDLING.choose_weighted(self.dice, |(_, weight)| *weight);
        chosen.map_or((2, 7), |(days, _)| *days)
    }
}

/// The course of a complaint that came so, and its steps.
pub(super) fn of(
    arrival: &Arrival,
    moments: &[Moment],
    works: &[usize],
    dice: &mut StdRng,
) -> (Course, Vec<(usize, Step)>) {
    let course = if arrival.outlet.is_some() && dice.gen_ratio(25, 100) {
        Course::Settled
    } else {
        let chosen = COURSES.choose_weighted(dice, |(_, weight)| *weight);
        // A superior writes to the reception.
        match chosen.map_or(Course::Ordered, |(course, _)| *course) {
            Course::Superior if arrival.outlet.is_some() => Course::Ordered,
            course => course,
        }
    };
    let worked = moments
        .get(arrival.moment)
        .is_some_and(|moment| moment.kind == Kind::Afternoon);
    let mut steps = steps(course, arrival, works, worked, dice);
    // More time is asked for while there is some: after long holidays a unit does without.
    let late = |moment: &usize| {
        let at = moments.get(*moment).map(|moment| moment.at);
        at.is_some_and(|at| at - arrival.received_at > LATEST_EXTENSION)
    };
    let grants = |(_, step): &(usize, Step)| *step == Step::Grant;
    if steps
        .iter()
        .find(|step| grants(step))
        .is_none_or(|(at, _)| late(at))
    {
        steps.retain(|(_, step)| !matches!(step, Step::Extend | Step::Grant));
    }
    (course, steps)
}

/// Where nobody heads the reception or stands in, what only a head may do is not done, nor anything after it: the case waits, and
/// the clocks tell those above (guideline art. 18).
pub(super) fn without_head(steps: &mut Vec<(usize, Step)>) {
    let by_head = |(_, step): &(usize, Step)| {
        matches!(
            step,
            Step::AnswerDirectly
                | Step::ApproveDecline
                | Step::TransferOut
                | Step::Order
                | Step::Close
        )
    };
    let done = steps.iter().position(by_head).unwrap_or(steps.len());
    steps.truncate(done);
}

fn steps(
    course: Course,
    arrival: &Arrival,
    works: &[usize],
    worked: bool,
    dice: &mut StdRng,
) -> Vec<(usize, Step)> {
    let first = works.partition_point(|work| *work <= arrival.moment);
    // Where the next working day is one day away: from here on days are counted.
    let mut writer = Writer {
        works,
        dice,
        at: Some(first),
        steps: Vec::new(),
    };
    if course == Course::Settled {
        called_back(&mut writer, 20);
        writer.then((0, 1), Step::Close);
        return writer.steps;
    }
    if arrival.outlet.is_some() {
        writer.steps.push((arrival.moment, Step::File));
    }
    // Whoever complains on a working day is called on it, but for one in twelve; on a day off nobody calls.
    if worked && writer.chance(92) {
        writer.steps.push((arrival.moment, Step::Call));
    }
    match course {
        Course::Answered => {
            writer.then((0, 0), Step::Accept);
            writer.then((0, 1), Step::AnswerDirectly);
            called_back(&mut writer, 30);
            writer.then((0, 2), Step::Close);
            appealed(&mut writer, 3);
        }
        Course::Declined => {
            writer.then((0, 0), Step::ProposeDecline);
            writer.then((0, 1), Step::ApproveDecline);
            writer.then((0, 2), Step::Close);
            appealed(&mut writer, 8);
        }
        Course::Transferred => {
            writer.then((0, 1), Step::TransferOut);
            writer.then((1, 3), Step::Receipt);
            writer.then((0, 1), Step::Close);
        }
        Course::Withdrawn => {
            writer.then((0, 0), Step::Accept);
            writer.then((0, 3), Step::Withdraw);
        }
        _ => {
            // What comes on a working day may be ordered on it.
            writer.at = Some(first.saturating_sub(usize::from(worked)));
            ordered(&mut writer, course);
        }
    }
    writer.steps
}

/// Ordered, handled, reviewed, closed.
fn ordered(writer: &mut Writer<'_>, course: Course) {
    // One order in twelve comes too late (guideline art. 18(1): two working days).
    let order = if writer.chance(8) { (3, 5) } else { (0, 1) };
    writer.then(order, Step::Order);
    writer.then((0, 1), Step::Assign);
    writer.then((0, 0), Step::Contact);
    if writer.chance(85) {
        writer.then((0, 0), Step::Propose);
    }
    let handling = if course == Course::Extended {
        writer.then((1, 4), Step::Extend);
        writer.then((0, 1), Step::Grant);
        (8, 16)
    } else {
        writer.handling()
    };
    writer.then(handling, Step::Result);
    if course == Course::Returned {
        writer.then((0, 1), Step::Return);
        writer.then((1, 2), Step::Result);
    }
    writer.then((0, 1), Step::Pass);
    if course == Course::Superior {
        writer.then((0, 2), Step::Report);
    }
    writer.then((0, 1), Step::Close);
    // Whoever was proposed a solution is called back within 72 hours after it was carried out (五、3).
    called_back(writer, 80);
    appealed(writer, 4);
}

/// So many of a hundred complainants are called back; one in eight is not satisfied (guideline art. 12(6)).
fn called_back(writer: &mut Writer<'_>, of_a_hundred: u32) {
    if writer.chance(of_a_hundred) {
        let satisfied = !writer.chance(12);
        writer.then((0, 2), Step::FollowUp { satisfied });
    }
}

/// So many of a hundred decisions are appealed against (guideline art. 20, 令2020年第3号 art. 20).
fn appealed(writer: &mut Writer<'_>, of_a_hundred: u32) {
    if writer.chance(of_a_hundred) {
        writer.then((1, 14), Step::Appeal);
        writer.then((1, 3), Step::TakeAppeal);
        let verdicts = [
            Verdict::Upheld,
            Verdict::Upheld,
            Verdict::Changed,
            Verdict::Rehandle,
        ];
        let verdict = verdicts.choose(writer.dice).copied();
        writer.then(
            (3, 15),
            Step::DecideAppeal(verdict.unwrap_or(Verdict::Upheld)),
        );
    }
}

/// One complainant in thirty comes again with the same thing while it is being handled; the second complaint is joined to the
/// first (并案).
pub(super) fn repeat(lives: &mut [Life], moments: &[Moment], works: &[usize], seed: u64) {
    let mut again: Vec<(usize, usize, usize)> = Vec::new();
    for place in 1..lives.len() {
        let mut dice = dice(seed.rotate_left(17), lives[place].place);
        if !dice.gen_ratio(1, 30) {
            continue;
        }
        let first = &lives[place - 1];
        let under_way = first.steps.iter().find_map(|(at, step)| match step {
            Step::Order => Some(*at),
            _ => None,
        });
        let decided = first.steps.iter().find_map(|(at, step)| match step {
            Step::Result => Some(*at),
            _ => None,
        });
        let (Some(under_way), Some(decided)) = (under_way, decided) else {
            continue;
        };
        // It comes on a working day after the order, and is joined on the next, before the first one is decided.
        let came = works.partition_point(|work| *work <= under_way);
        if let (Some(comes), Some(joined)) = (works.get(came), works.get(came + 1))
            && *joined < decided
        {
            again.push((place, *comes, *joined));
        }
    }
    for (place, comes, joined) in again {
        let (first, union, matter) = {
            let first = &lives[place - 1];
            (first.place, first.union, first.arrival.matter)
        };
        // A joined complaint is nobody's lead.
        if lives[place - 1].course == Course::Joined {
            continue;
        }
        let life = &mut lives[place];
        debug_assert_eq!(moments[comes].kind, Kind::Afternoon);
        life.union = union;
        life.course = Course::Joined;
        life.arrival = Arrival {
            moment: comes,
            received_at: moments[comes].at - chrono::TimeDelta::minutes(40),
            late: false,
            outlet: None,
            matter,
            channel: life.arrival.channel,
            again: Some(first),
        };
        life.steps = vec![(joined, Step::Join(first))];
    }
}
