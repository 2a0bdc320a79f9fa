//! A small Guangdong: a calendar, a policy, units and posts, and the facts of one case.

use chassis::{grpc::timestamp, testing::Stack};
use chrono::{DateTime, Utc};
use suda_proto::{
    common::v1::{Nature, Role},
    directory::v1::{
        Calendar, CalendarDay, CalendarPublished, CalendarYear, ClockRule, Limit, LimitUnit,
        Policy, PolicyPublished, Post, PostChanged, RungRule, Unit, UnitChanged, UnitKind,
        UnitPeriod,
    },
    routing::v1::{CaseFiled, CaseView, CaseWithdrawn, OrderIssued, ResultFiled},
};

pub(crate) const COMPLAINT: &str = "0192aaaa-0000-7000-8000-000000000001";
pub(crate) const CASE: &str = "0192aaaa-0000-7000-8000-000000000002";

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn day(date: &str, reason: &str) -> CalendarDay {
    CalendarDay {
        date: date.to_owned(),
        reason: reason.to_owned(),
    }
}

/// 2026 as its notice has it, as the first version.
pub(crate) fn calendar() -> Calendar {
    let mut holidays: Vec<_> = (25..=27)
        .map(|day_of| day(&format!("2026-09-{day_of}"), "中秋节"))
        .collect();
    holidays.extend((1..=7).map(|day_of| day(&format!("2026-10-0{day_of}"), "国庆节")));
    let workdays = vec![day("2026-09-20", "国庆节"), day("2026-10-10", "国庆节")];
    Calendar {
        code: "province".to_owned(),
        version: 1,
        time_zone: "Asia/Shanghai".to_owned(),
        years: vec![CalendarYear {
            year: 2026,
            official: true,
            notice: String::new(),
            holidays,
            workdays,
        }],
        digest: "first".to_owned(),
        union_code: String::new(),
    }
}

/// The same with one more day off, or with further years, as a later version.
pub(crate) fn later(version: u64, off: &[&str], years: &[u32]) -> Calendar {
    let mut later = calendar();
    later.version = version;
    later.digest = format!("version {version}");
    later.years[0]
        .holidays
        .extend(off.iter().map(|date| day(date, "加放")));
    later.years.extend(years.iter().map(|year| CalendarYear {
        year: *year,
        official: false,
        ..CalendarYear::default()
    }));
    later
}

pub(crate) async fn publish_calendar(stack: &Stack, calendar: Calendar) {
    let told = CalendarPublished {
        calendar: Some(calendar),
        occurred_at: None,
    };
    stack.publish(&told, "all", "calendar").await;
    stack.settle().await;
}

pub(crate) async fn publish_policy(stack: &Stack, policy: Policy) {
    let told = PolicyPublished {
        policy: Some(policy),
        occurred_at: None,
    };
    stack.publish(&told, "all", "policy").await;
    stack.settle().await;
}

fn rung(code: &str, before: bool, days: u32, recipients: &[&str]) -> RungRule {
    RungRule {
        code: code.to_owned(),
        offset: Some(Limit {
            unit: LimitUnit::WorkingDays.into(),
            count: days,
        }),
        before,
        in_working_time: before,
        recipients: recipients.iter().map(|&word| word.to_owned()).collect(),
    }
}

pub(crate) fn rule(code: &str, starts_on: &str, stops_on: &str, days: u32) -> ClockRule {
    ClockRule {
        code: code.to_owned(),
        name: code.to_owned(),
        article: "第十八条".to_owned(),
        starts_on: starts_on.to_owned(),
        starts_at: "occurred_at".to_owned(),
        stops_on: vec![stops_on.to_owned()],
        cancelled_on: vec!["suda.routing.v1.CaseWithdrawn".to_owned()],
        limit: Some(Limit {
            unit: LimitUnit::WorkingDays.into(),
            count: days,
        }),
        rungs: vec![
            rung("warning", true, 1, &["handler", "handling_unit_head"]),
            rung("breach", false, 0, &["reception_head"]),
            rung("senior", false, 1, &["senior_management"]),
            rung("office", false, 2, &["office"]),
            rung("compliance", false, 3, &["compliance"]),
        ],
        ..ClockRule::default()
    }
}

pub(crate) fn policy() -> Policy {
    Policy {
        code: "guangdong-2008-250".to_owned(),
        version: 1,
        source: "粤农信联发[2008]250号".to_owned(),
        effective_from: "2008-01-01".to_owned(),
        close_of_business: "17:30".to_owned(),
        clocks: vec![
            rule(
                "G18.1b",
                "suda.routing.v1.CaseFiled",
                "suda.routing.v1.OrderIssued",
                2,
            ),
            rule(
                "G18.1c",
                "suda.routing.v1.OrderIssued",
                "suda.routing.v1.ResultFiled",
                7,
            ),
        ],
        ..Policy::default()
    }
}

fn unit(code: &str, parent: &str, union: &str, reception: bool) -> UnitChanged {
    let period = UnitPeriod {
        from: "2008-01-01".to_owned(),
        name: code.to_owned(),
        parent_code: parent.to_owned(),
    };
    let unit = Unit {
        code: code.to_owned(),
        revision: 1,
        periods: vec![period],
        reception,
        kind: if code == "5890" {
            UnitKind::Office
        } else {
            UnitKind::Department
        }
        .into(),
        union_code: union.to_owned(),
        ..Unit::default()
    };
    UnitChanged {
        unit: Some(unit),
        occurred_at: None,
    }
}

fn post(code: &str, unit: &str, role: Role, holder: &str, deputy: &str) -> PostChanged {
    let post = Post {
        code: code.to_owned(),
        unit_code: unit.to_owned(),
        role: role.into(),
        revision: 1,
        holder_person_id: holder.to_owned(),
        deputy_person_id: deputy.to_owned(),
        duty: matches!(role, Role::OfficeHead | Role::ComplianceHead),
        ..Post::default()
    };
    PostChanged {
        post: Some(post),
        occurred_at: None,
    }
}

/// Tells the law and the posts; nobody holds the post of the reception's head, and nobody stands in.
pub(crate) async fn tell_law(stack: &Stack) {
    for told in [
        unit("44", "", "44", false),
        unit("44HG", "44", "44", true),
        unit("5890", "44", "5890", false),
        unit("589002", "5890", "589002", false),
        unit("589002SL", "589002", "589002", true),
        unit("589002GL", "589002", "589002", false),
        unit("589002XD", "589002", "589002", false),
    ] {
        stack.publish(&told, "44", "unit").await;
    }
    for told in [
        post("44HG-head", "44HG", Role::ComplianceHead, "P1", ""),
        post("5890-head", "5890", Role::OfficeHead, "", "P2"),
        post("589002SL-head", "589002SL", Role::ReceptionHead, "", ""),
        post(
            "589002GL-head",
            "589002GL",
            Role::SeniorManagement,
            "P3",
            "",
        ),
        post("589002XD-head", "589002XD", Role::UnitHead, "P4", ""),
        post("589002XD-handler", "589002XD", Role::Handler, "P5", ""),
    ] {
        stack.publish(&told, "44", "post").await;
    }
    stack
        .publish(
            &CalendarPublished {
                calendar: Some(calendar()),
                occurred_at: None,
            },
            "44",
            "province",
        )
        .await;
    stack
        .publish(
            &PolicyPublished {
                policy: Some(policy()),
                occurred_at: None,
            },
            "44",
            "policy",
        )
        .await;
    stack.settle().await;
}

pub(crate) fn case(revision: u64) -> CaseView {
    CaseView {
        case_id: CASE.to_owned(),
        complaint_id: COMPLAINT.to_owned(),
        number: "589002-2026-000001".to_owned(),
        union_code: "589002".to_owned(),
        unit_code: "589002SL".to_owned(),
        nature: Nature::ConsumerComplaint.into(),
        received_at: Some(timestamp(at("2026-09-22T09:00:00+08:00"))),
        registered_at_reception: true,
        revision,
        ..CaseView::default()
    }
}

pub(crate) fn filed(when: &str) -> CaseFiled {
    CaseFiled {
        case: Some(case(1)),
        occurred_at: Some(timestamp(at(when))),
        ..CaseFiled::default()
    }
}

pub(crate) fn ordered(when: &str) -> OrderIssued {
    let case = CaseView {
        lead_unit_code: "589002XD".to_owned(),
        ..case(2)
    };
    OrderIssued {
        case: Some(case),
        occurred_at: Some(timestamp(at(when))),
        ..OrderIssued::default()
    }
}

pub(crate) fn result_filed(when: &str) -> ResultFiled {
    ResultFiled {
        case: Some(case(3)),
        occurred_at: Some(timestamp(at(when))),
        ..ResultFiled::default()
    }
}

pub(crate) fn withdrawn(when: &str) -> CaseWithdrawn {
    CaseWithdrawn {
        case: Some(case(4)),
        occurred_at: Some(timestamp(at(when))),
        ..CaseWithdrawn::default()
    }
}
