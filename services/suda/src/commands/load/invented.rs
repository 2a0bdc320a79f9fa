//! The complaints of a load run, as they come to rural credit unions.

use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::SliceRandom as _};
use suda_proto::{
    common::v1::Channel,
    intake::v1::{Capacity, Complainant, RegisterRequest},
};

use crate::invented::{self, MATTERS};

const CHANNELS: [(Channel, u32); 9] = [
    (Channel::Phone, 38),
    (Channel::Visit, 22),
    (Channel::Online, 12),
    (Channel::Wechat, 9),
    (Channel::Email, 6),
    (Channel::ThirdParty, 6),
    (Channel::Letter, 3),
    (Channel::SuggestionBox, 2),
    (Channel::SuggestionBook, 2),
];

/// The complaint at this place of a run; the same seed and place give the same one. Its request id is still open.
pub(super) fn complaint(unit: &str, seed: u64, place: u64) -> RegisterRequest {
    let mut dice = StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ place);
    let channel = CHANNELS
        .choose_weighted(&mut dice, |(_, weight)| *weight)
        .map_or(Channel::Phone, |(channel, _)| *channel);
    let kind = &MATTERS[dice.gen_range(0..MATTERS.len())];
    RegisterRequest {
        unit_code: unit.to_owned(),
        channel: channel.into(),
        complainant: Some(complainant(&mut dice, channel)),
        ..invented::said(&mut dice, kind, unit)
    }
}

/// One in ten stays anonymous; the others leave a name and a number, some an address for letters.
fn complainant(dice: &mut StdRng, channel: Channel) -> Complainant {
    if dice.gen_bool(0.1) {
        return Complainant {
            anonymous: true,
            capacity: Capacity::Self_.into(),
            ..Complainant::default()
        };
    }
    let number = dice.gen_range(0..10_000);
    let mut complainant = invented::complainant(dice, number);
    match channel {
        Channel::Email => complainant.email = format!("farmer{number}@invented.example"),
        Channel::Letter => complainant.address = format!("河口镇新村{}号", number % 300 + 1),
        _ => {}
    }
    complainant
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_complaints_and_another_gives_others() {
        let many = |seed| (0..200).map(move |place| complaint("589002SL", seed, place));
        assert!(many(1).eq(many(1)));
        assert!(!many(1).eq(many(2)));
        let channels: BTreeSet<_> = many(1).map(|one| one.channel).collect();
        assert!(channels.len() >= 7, "{channels:?}");
        let texts: BTreeSet<_> = many(1).map(|one| one.content).collect();
        assert!(texts.len() > 100);
        let anonymous = many(1).filter(|one| one.complainant.as_ref().unwrap().anonymous);
        assert!((5..60).contains(&anonymous.count()));
    }
}
