//! What the people of a plan complain of, and how it comes.

use suda_proto::{
    common::v1::Channel,
    intake::v1::{Referral, RegisterRequest},
};

use super::plan::{Life, dice};
use crate::invented::{self, MATTERS};

/// How complaints come to a reception, and how many of a hundred.
const TO_RECEPTION: [(Channel, u32); 8] = [
    (Channel::Phone, 50),
    (Channel::Online, 16),
    (Channel::Visit, 12),
    (Channel::Letter, 6),
    (Channel::ThirdParty, 6),
    (Channel::Fax, 3),
    (Channel::Email, 4),
    (Channel::Wechat, 3),
];
/// How they come to an outlet.
const TO_OUTLET: [(Channel, u32); 4] = [
    (Channel::Visit, 55),
    (Channel::Phone, 33),
    (Channel::SuggestionBook, 8),
    (Channel::SuggestionBox, 4),
];

/// The complaint of a life, as whoever receives it enters it. Its request id is still open.
pub(super) fn complaint(seed: u64, life: &Life, unit: &str, complained: &str) -> RegisterRequest {
    // Who comes again is the same person with the same words.
    let person = life.arrival.again.unwrap_or(life.place);
    let mut dice = dice(seed.rotate_left(32), person);
    let kind = &MATTERS[life.arrival.matter];
    RegisterRequest {
        unit_code: unit.to_owned(),
        channel: channel(life).into(),
        received_at: Some(chassis::grpc::timestamp(life.arrival.received_at)),
        late_reason: late_reason(life),
        complainant: Some(invented::complainant(&mut dice, person)),
        settlement: if life.course == super::course::Course::Settled {
            "当场说明、更正并致歉,投诉人表示认可".to_owned()
        } else {
            String::new()
        },
        referral: referral(life),
        // Answered by telephone, which the number is there for.
        reply_channel: Channel::Phone.into(),
        ..invented::said(&mut dice, kind, complained)
    }
}

/// A superior's letter, with its own number and limit (guideline art. 17(4), 18(2)).
fn referral(life: &Life) -> Option<Referral> {
    let due = life.arrival.received_at + chrono::TimeDelta::days(20);
    (life.course == super::course::Course::Superior).then(|| Referral {
        number: format!("转办〔2026〕{}号", life.place),
        due_at: Some(chassis::grpc::timestamp(due)),
    })
}

fn late_reason(life: &Life) -> String {
    if life.arrival.late {
        "前一日下班前收到,次日登记".to_owned()
    } else {
        String::new()
    }
}

fn channel(life: &Life) -> Channel {
    if life.course == super::course::Course::Superior {
        return Channel::SuperiorTransfer;
    }
    let usual: &[(Channel, u32)] = if life.arrival.outlet.is_some() {
        &TO_OUTLET
    } else {
        &TO_RECEPTION
    };
    let mut left = life.arrival.channel;
    for (channel, of_a_hundred) in usual {
        match left.checked_sub(*of_a_hundred) {
            Some(rest) => left = rest,
            None => return *channel,
        }
    }
    Channel::Phone
}
