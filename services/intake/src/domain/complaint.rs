//! What may be registered as a complaint.
//!
//! A [`Draft`] is what somebody handed in; [`receive`] checks it in the order of the form and gives the [`Complaint`] that
//! is stored, or the first thing that is wrong with it, in a sentence for the clerk. What the bank already holds is never
//! demanded (令2020年第3号 art. 13): everything about the complainant may be missing but a way to tell who it was.

use chrono::{DateTime, TimeDelta, Utc};

pub use super::text::{is_digest, line};
use super::{
    contact, day, masking,
    text::{self as texts, code},
    words::{Capacity, Channel, EvidenceKind},
};

mod axis;
mod form;
mod refusal;
pub use axis::{Axis, listed, open_malformed};
pub use form::{
    Complainant, Complaint, Draft, Matter, Narrative, Referral, Representative, Source, Unit,
};
pub use refusal::Refusal;

/// How far another machine's clock may run ahead of ours.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(60);
/// What is said to have come before that is a slip of the year.
pub const EARLIEST: TimeDelta = TimeDelta::days(3_653);
/// The largest amount, in fen: a million million yuan. More is yuan taken for fen, and sums of it would run over.
pub const AMOUNT_LIMIT: i64 = 100_000_000_000_000;
/// The longest content; more goes into a file.
pub const CONTENT_LIMIT: usize = 20_000;
/// The longest of the other texts.
pub const TEXT_LIMIT: usize = 4_000;
/// The longest line of the form.
pub const LINE_LIMIT: usize = 200;
/// Who may speak for a joint complaint (令2020年第3号 art. 12).
pub const REPRESENTATIVES_LIMIT: usize = 5;
/// From here on a joint complaint made face to face is 重大 (令2020年第3号 art. 29(2); 以上 includes the number, art. 43).
pub const MAJOR_PERSONS: u32 = 20;
/// From here on a joint complaint speaks through representatives (令2020年第3号 art. 12; 以上 includes the number, art. 43).
pub const JOINT_PERSONS: u32 = 5;
/// How many files one complaint takes at a time.
pub const EVIDENCE_LIMIT: usize = 50;

/// Checks a draft. `unit` and `complained` are what directory says of the codes in it; none means unknown.
pub fn receive(
    draft: Draft,
    unit: Option<&Unit>,
    complained: Option<&Unit>,
    now: DateTime<Utc>,
) -> Result<Complaint, Refusal> {
    let unit = live(&draft.unit_code, unit, now)?;
    let channel = draft.channel.ok_or(Refusal::ChannelMissing)?;
    let nature = draft.nature.ok_or(Refusal::NatureMissing)?;
    let (received_at, late_reason) = arrival(draft.received_at, &draft.late_reason, now)?;
    let narrative = narrative(draft.narrative)?;
    let complainant = complainant(draft.complainant)?;
    let matter = matter(draft.matter, complained)?;
    let representatives = representatives(draft.representatives, draft.persons)?;
    let referral = referral(draft.referral, channel, received_at)?;
    let source = draft.source.map(source).transpose()?;
    if draft.evidence.len() > EVIDENCE_LIMIT {
        return Err(Refusal::TooManyFiles);
    }
    let reply_channel = reply(draft.reply_channel, channel, &complainant)?;
    let persons = draft.persons.max(1);
    let missing_papers = missing_papers(&complainant, persons, &representatives, &draft.evidence);
    let major = channel == Channel::Visit && persons >= MAJOR_PERSONS;
    Ok(Complaint {
        unit,
        channel,
        nature,
        received_at,
        late_reason,
        complainant,
        matter,
        narrative,
        persons,
        major,
        representatives,
        referral,
        source,
        reply_channel,
        missing_papers,
    })
}

/// Which papers are still owed: authorisation, proof of succession, or the mandate of representatives.
///
/// 令2020年第3号 art. 12, 14. It is registered all the same, for nothing that arrives is lost (guideline art. 24(1)).
#[must_use]
pub fn missing_papers(
    complainant: &Complainant,
    persons: u32,
    representatives: &[Representative],
    evidence: &[EvidenceKind],
) -> Option<EvidenceKind> {
    let joint = persons >= JOINT_PERSONS;
    let needed = match complainant.capacity.unwrap_or(Capacity::Oneself) {
        Capacity::Oneself | Capacity::StatutoryAgent => {
            joint.then_some(EvidenceKind::Authorisation)
        }
        Capacity::AuthorisedAgent => Some(EvidenceKind::Authorisation),
        Capacity::Heir => Some(EvidenceKind::Succession),
    };
    let unnamed = joint && representatives.is_empty();
    needed.filter(|kind| unnamed || !evidence.contains(kind))
}

/// Only a unit that lives may receive; what a retired one did may still be complained of.
pub fn live(code: &str, unit: Option<&Unit>, now: DateTime<Utc>) -> Result<Unit, Refusal> {
    let unit = unit.ok_or_else(|| Refusal::UnknownUnit {
        field: "unit_code",
        code: code.to_owned(),
    })?;
    match unit.retired_on {
        Some(on) if on <= day::of(now) => Err(Refusal::RetiredUnit {
            code: code.to_owned(),
            on,
        }),
        Some(_) | None => Ok(unit.clone()),
    }
}

/// It is entered the day it reaches us, or says why not (guideline art. 24(1): failure to register is misconduct).
fn arrival(
    at: Option<DateTime<Utc>>,
    late_reason: &str,
    now: DateTime<Utc>,
) -> Result<(DateTime<Utc>, String), Refusal> {
    let at = at.unwrap_or(now);
    if at > now + CLOCK_SKEW {
        return Err(Refusal::InFuture);
    }
    if at < now - EARLIEST {
        return Err(Refusal::TooLongAgo);
    }
    let at = at.min(now);
    let reason = masking::text(&line("late_reason", late_reason, LINE_LIMIT)?);
    if day::of(at) == day::of(now) {
        return Ok((at, String::new()));
    }
    if reason.is_empty() {
        Err(Refusal::LateWithoutReason(day::of(at)))
    } else {
        Ok((at, reason))
    }
}

fn narrative(said: Narrative) -> Result<Narrative, Refusal> {
    let content = texts::clean(&said.content);
    let length = content.chars().count();
    if length > CONTENT_LIMIT {
        return Err(Refusal::ContentTooLong(length));
    }
    if content.is_empty() {
        return Err(Refusal::ContentMissing);
    }
    Ok(Narrative {
        content,
        demand: text("demand", &said.demand)?,
        complained_staff: line(
            "matter.complained_staff",
            &said.complained_staff,
            LINE_LIMIT,
        )?,
        occurred_when: line("matter.occurred_when", &said.occurred_when, LINE_LIMIT)?,
        occurred_where: line("matter.occurred_where", &said.occurred_where, LINE_LIMIT)?,
        settlement: text("settlement", &said.settlement)?,
    })
}

fn complainant(given: Complainant) -> Result<Complainant, Refusal> {
    let filled = |value: &str| !value.trim().is_empty();
    let name = line("complainant.name", &given.name, 100)?;
    if given.anonymous && !name.is_empty() {
        return Err(Refusal::AnonymousWithName);
    }
    let normal = |value: &str, field: &'static str, read: fn(&str) -> Option<String>| {
        if filled(value) {
            read(value).ok_or(Refusal::Malformed { field })
        } else {
            Ok(String::new())
        }
    };
    let phone = normal(&given.phone, "complainant.phone", contact::phone)?;
    let email = normal(&given.email, "complainant.email", contact::email)?;
    let openid = normal(&given.openid, "complainant.openid", contact::openid)?;
    let address = line("complainant.address", &given.address, 300)?;
    let id_number = match given.id_type {
        _ if !filled(&given.id_number) => String::new(),
        None => return Err(Refusal::IdTypeMissing),
        Some(kind) => contact::id_number(kind, &given.id_number).ok_or(Refusal::Malformed {
            field: "complainant.id_number",
        })?,
    };
    let somebody = [&name, &phone, &email, &openid, &address, &id_number]
        .iter()
        .any(|value| !value.is_empty());
    if !given.anonymous && !somebody {
        return Err(Refusal::NobodyNamed);
    }
    let principal_name = line("complainant.principal_name", &given.principal_name, 100)?;
    // 令2020年第3号 art. 14: for whom. The proof may come later.
    let oneself = given.capacity.unwrap_or(Capacity::Oneself) == Capacity::Oneself;
    if !oneself && principal_name.is_empty() {
        return Err(Refusal::PrincipalMissing);
    }
    let id_type = given.id_type.filter(|_| !id_number.is_empty());
    Ok(Complainant {
        name,
        phone,
        address,
        email,
        openid,
        id_type,
        id_number,
        principal_name,
        ..given
    })
}

fn matter(given: Matter, complained: Option<&Unit>) -> Result<Matter, Refusal> {
    let complained_unit_code = given.complained_unit_code.trim().to_owned();
    if !complained_unit_code.is_empty() && complained.is_none() {
        return Err(Refusal::UnknownUnit {
            field: "matter.complained_unit_code",
            code: complained_unit_code,
        });
    }
    if given.amount_fen < 0 {
        return Err(Refusal::AmountNegative);
    }
    if given.amount_fen > AMOUNT_LIMIT {
        return Err(Refusal::AmountTooLarge);
    }
    let currency = match given.currency.trim() {
        _ if given.amount_fen == 0 => String::new(),
        "" => "CNY".to_owned(),
        code if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            code.to_owned()
        }
        _ => {
            return Err(Refusal::Malformed {
                field: "matter.currency",
            });
        }
    };
    Ok(Matter {
        complained_unit_code,
        complained_person_id: code(
            "matter.complained_person_id",
            &given.complained_person_id,
            "",
        )?,
        business_code: code("matter.business_code", &given.business_code, "B")?,
        cause_code: code("matter.cause_code", &given.cause_code, "C")?,
        handled_via_code: code("matter.handled_via_code", &given.handled_via_code, "A")?,
        amount_fen: given.amount_fen,
        currency,
    })
}

/// A joint complaint speaks through at most five (令2020年第3号 art. 12).
fn representatives(
    given: Vec<Representative>,
    persons: u32,
) -> Result<Vec<Representative>, Refusal> {
    if given.len() > REPRESENTATIVES_LIMIT {
        return Err(Refusal::TooManyRepresentatives(given.len()));
    }
    if given.len() > usize::try_from(persons).unwrap_or(usize::MAX) {
        return Err(Refusal::FewerPersonsThanRepresentatives);
    }
    given
        .into_iter()
        .map(|one| {
            let name = line("representatives.name", &one.name, 100)?;
            let phone = one.phone.trim();
            if name.is_empty() {
                return Err(Refusal::RepresentativeNameless);
            }
            let malformed = Refusal::Malformed {
                field: "representatives.phone",
            };
            let phone = if phone.is_empty() {
                String::new()
            } else {
                contact::phone(phone).ok_or(malformed)?
            };
            Ok(Representative { name, phone })
        })
        .collect()
}

/// What a superior or a regulator passes on has a number, and perhaps a limit (guideline art. 17(4), 18(2)).
fn referral(
    given: Option<Referral>,
    channel: Channel,
    received_at: DateTime<Utc>,
) -> Result<Option<Referral>, Refusal> {
    let number = line(
        "referral.number",
        given.as_ref().map_or("", |referral| &referral.number),
        100,
    )?;
    let due_at = given.and_then(|referral| referral.due_at);
    let referred = matches!(
        channel,
        Channel::SuperiorTransfer | Channel::RegulatorTransfer
    );
    if number.is_empty() && (referred || due_at.is_some()) {
        return Err(Refusal::ReferralNumberMissing);
    }
    if due_at.is_some_and(|due| due <= received_at) {
        return Err(Refusal::ReferralDueTooEarly);
    }
    Ok((!number.is_empty()).then_some(Referral { number, due_at }))
}

/// Checks where a message came from.
pub fn source(given: Source) -> Result<Source, Refusal> {
    let account = line("source.account", &given.account, LINE_LIMIT)?;
    let message_id = line("source.message_id", &given.message_id, 998)?;
    let raw_digest = given.raw_digest.trim().to_ascii_lowercase();
    // It is looked up by an index, which counts bytes.
    if message_id.len() > 998 {
        return Err(Refusal::TooLong {
            field: "source.message_id",
            limit: 998,
        });
    }
    if account.is_empty() != message_id.is_empty() {
        return Err(Refusal::SourceIncomplete);
    }
    if !raw_digest.is_empty() && !is_digest(&raw_digest) {
        return Err(Refusal::Malformed {
            field: "source.raw_digest",
        });
    }
    Ok(Source {
        account,
        message_id,
        raw_digest,
    })
}

/// As wanted; else as it came; else in writing rather than by telephone.
fn reply(
    wanted: Option<Channel>,
    came: Channel,
    to: &Complainant,
) -> Result<Option<Channel>, Refusal> {
    let can = |channel: Channel| !to.address_for(channel).is_empty();
    match wanted {
        Some(channel) if can(channel) => Ok(Some(channel)),
        Some(channel) => Err(Refusal::NoSuchContact(channel)),
        None => {
            let order = [
                came,
                Channel::Email,
                Channel::Wechat,
                Channel::Phone,
                Channel::Letter,
            ];
            Ok(order.into_iter().find(|channel| can(*channel)))
        }
    }
}

fn text(field: &'static str, value: &str) -> Result<String, Refusal> {
    let value = texts::clean(value);
    if value.chars().count() > TEXT_LIMIT {
        Err(Refusal::TooLong {
            field,
            limit: TEXT_LIMIT,
        })
    } else {
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
