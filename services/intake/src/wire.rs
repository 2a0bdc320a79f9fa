//! Requests read into the words of the domain, and the domain's words written back.

use chassis::grpc;
use chrono::{DateTime, Utc};
use prost::Message;
use prost_types::Timestamp;
use sha2::{Digest as _, Sha256};
use suda_proto::{common::v1::Page, intake::v1 as wire};
use uuid::Uuid;

use crate::{
    domain::{
        complaint::{
            self, Complainant, Draft, Matter, Narrative, Referral, Representative, Source,
        },
        words::{Capacity, Channel, EvidenceKind, IdType, Nature},
    },
    errors::ActionError,
    store::{Place, complaints::Arrival},
};

const PAGE_SIZE: u32 = 50;
const PAGE_LIMIT: u32 = 500;
/// More persons than that is a slip.
const PERSONS_LIMIT: u32 = 1_000_000;

/// A file that is handed in, by what its sender says of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Given {
    /// Where its bytes are.
    pub digest: String,
    /// What it is good for.
    pub kind: EvidenceKind,
    /// File name and description, as they are sealed.
    pub about: wire::EvidenceItem,
}

/// A choice of a list: none when nothing was chosen, refused when the list does not have it.
pub fn word<W>(
    field: &'static str,
    number: i32,
    from: fn(i32) -> Option<W>,
) -> Result<Option<W>, ActionError> {
    match number {
        0 => Ok(None),
        number => from(number).map(Some).ok_or_else(|| {
            ActionError::Invalid(field, format!("没有代号为 {number} 的选项,请从列表中选择"))
        }),
    }
}

/// A choice that must be made.
pub fn chosen<W>(
    field: &'static str,
    number: i32,
    from: fn(i32) -> Option<W>,
) -> Result<W, ActionError> {
    word(field, number, from)?.ok_or_else(|| ActionError::Invalid(field, "请选择一项".to_owned()))
}

/// An instant; refused when it is none.
pub fn instant(
    field: &'static str,
    at: Option<&Timestamp>,
) -> Result<Option<DateTime<Utc>>, ActionError> {
    at.map(|at| {
        grpc::instant(at).ok_or_else(|| {
            ActionError::Invalid(
                field,
                "这个时间不存在(年份应在 1 至 9999 之间),请核对".to_owned(),
            )
        })
    })
    .transpose()
}

/// An id.
pub fn id(field: &'static str, text: &str) -> Result<Uuid, ActionError> {
    text.trim().parse().map_err(|_| {
        ActionError::Invalid(
            field,
            "编号格式不正确,应为 UUID;请从列表或详情中复制,不要手工输入".to_owned(),
        )
    })
}

/// What claims a request. The digest is of the whole message, so that a changed one is not taken for a repeat.
pub fn arrival(
    rpc: &'static str,
    request_id: &str,
    request: &impl Message,
    source: Option<&wire::Source>,
) -> Result<Arrival, ActionError> {
    let message = source
        .map(|source| {
            (
                source.account.trim().to_owned(),
                source.message_id.trim().to_owned(),
            )
        })
        .filter(|(account, message_id)| !account.is_empty() && !message_id.is_empty());
    let digest = Sha256::digest(request.encode_to_vec()).to_vec();
    Ok(Arrival {
        request_id: id("request_id", request_id)?,
        rpc,
        digest,
        message,
    })
}

/// How many entries, and after which.
pub fn page(page: Option<&Page>) -> Result<(u64, Option<Place>), ActionError> {
    let Some(page) = page else {
        return Ok((u64::from(PAGE_SIZE), None));
    };
    let size = if page.size == 0 {
        PAGE_SIZE
    } else {
        page.size.min(PAGE_LIMIT)
    };
    if page.token.is_empty() {
        return Ok((u64::from(size), None));
    }
    let place = || -> Option<Place> {
        let (micros, id) = page.token.split_once('.')?;
        Some(Place {
            at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
            id: id.parse().ok()?,
        })
    };
    let place = place().ok_or_else(|| {
        ActionError::Invalid("page.token", "翻页标记无效,请从第一页重新查询".to_owned())
    })?;
    Ok((u64::from(size), Some(place)))
}

/// What the next page is asked with.
#[must_use]
pub fn token(place: Place) -> String {
    format!("{}.{}", place.at.timestamp_micros(), place.id)
}

/// A complaint as somebody hands it in.
pub fn draft(request: wire::RegisterRequest) -> Result<(Draft, Vec<Given>), ActionError> {
    let given = evidence(request.evidence)?;
    let complainant = request.complainant.unwrap_or_default();
    let matter = request.matter.unwrap_or_default();
    let received_at = instant("received_at", request.received_at.as_ref())?;
    let referral = request
        .referral
        .map(|referral| {
            Ok::<_, ActionError>(Referral {
                due_at: instant("referral.due_at", referral.due_at.as_ref())?,
                number: referral.number,
            })
        })
        .transpose()?;
    let draft = Draft {
        unit_code: request.unit_code.trim().to_owned(),
        channel: word("channel", request.channel, Channel::from_number)?,
        nature: word("nature", request.nature, Nature::from_number)?,
        received_at,
        late_reason: request.late_reason,
        complainant: Complainant {
            name: complainant.name,
            anonymous: complainant.anonymous,
            phone: complainant.phone,
            address: complainant.address,
            email: complainant.email,
            openid: complainant.openid,
            id_type: word(
                "complainant.id_type",
                complainant.id_type,
                IdType::from_number,
            )?,
            id_number: complainant.id_number,
            capacity: word(
                "complainant.capacity",
                complainant.capacity,
                Capacity::from_number,
            )?,
            principal_name: complainant.principal_name,
        },
        matter: Matter {
            complained_unit_code: matter.complained_unit_code.trim().to_owned(),
            complained_person_id: matter.complained_person_id,
            business_code: matter.business_code,
            cause_code: matter.cause_code,
            handled_via_code: matter.handled_via_code,
            amount_fen: matter.amount_fen,
            currency: matter.currency,
        },
        narrative: Narrative {
            content: request.content,
            demand: request.demand,
            complained_staff: matter.complained_staff,
            occurred_when: matter.occurred_when,
            occurred_where: matter.occurred_where,
            settlement: request.settlement,
        },
        persons: request.persons,
        representatives: request
            .representatives
            .into_iter()
            .map(|one| Representative {
                name: one.name,
                phone: one.phone,
            })
            .collect(),
        referral,
        source: request.source.map(source),
        evidence: given.iter().map(|one| one.kind).collect(),
        reply_channel: word("reply_channel", request.reply_channel, Channel::from_number)?,
    };
    if draft.persons > PERSONS_LIMIT {
        return Err(ActionError::Invalid(
            "persons",
            "联名人数超过一百万,请核对人数".to_owned(),
        ));
    }
    Ok((draft, given))
}

/// Where a message came from.
#[must_use]
pub fn source(source: wire::Source) -> Source {
    Source {
        account: source.account,
        message_id: source.message_id,
        raw_digest: source.raw_digest,
    }
}

/// What is handed in.
pub fn evidence(items: Vec<wire::EvidenceItem>) -> Result<Vec<Given>, ActionError> {
    if items.len() > complaint::EVIDENCE_LIMIT {
        return Err(complaint::Refusal::TooManyFiles.into());
    }
    items
        .into_iter()
        .map(|item| {
            let kind = word("evidence.kind", item.kind, EvidenceKind::from_number)?
                .unwrap_or(EvidenceKind::General);
            let mut blob = item.blob.unwrap_or_default();
            let digest = blob.digest.trim().to_ascii_lowercase();
            if !complaint::is_digest(&digest) {
                return Err(ActionError::Invalid(
                    "evidence.blob.digest",
                    "附件摘要应为 64 位十六进制 SHA-256,请先上传附件".to_owned(),
                ));
            }
            blob.file_name = complaint::line("evidence.blob.file_name", &blob.file_name, 255)?;
            let description = complaint::line("evidence.description", &item.description, 500)?;
            Ok(Given {
                digest,
                kind,
                about: wire::EvidenceItem {
                    blob: Some(blob),
                    kind: kind.number(),
                    description,
                },
            })
        })
        .collect()
}

/// Complainant and representatives, as they are sealed.
#[must_use]
pub fn identity(complainant: &Complainant, representatives: &[Representative]) -> wire::Identity {
    let given = complainant.clone();
    wire::Identity {
        complainant: Some(wire::Complainant {
            name: given.name,
            anonymous: given.anonymous,
            phone: given.phone,
            address: given.address,
            email: given.email,
            openid: given.openid,
            id_type: given.id_type.map_or(0, IdType::number),
            id_number: given.id_number,
            capacity: given.capacity.unwrap_or(Capacity::Oneself).number(),
            principal_name: given.principal_name,
        }),
        representatives: representatives
            .iter()
            .map(|one| wire::Representative {
                name: one.name.clone(),
                phone: one.phone.clone(),
            })
            .collect(),
    }
}

/// What was said, as it is sealed.
#[must_use]
pub fn narrative(said: &Narrative) -> wire::Narrative {
    let said = said.clone();
    wire::Narrative {
        content: said.content,
        demand: said.demand,
        complained_staff: said.complained_staff,
        occurred_when: said.occurred_when,
        occurred_where: said.occurred_where,
        settlement: said.settlement,
    }
}

#[cfg(test)]
mod tests {
    use suda_proto::{common::v1 as common, intake::v1 as intake};

    use super::*;

    #[test]
    fn g3_the_lists_are_the_contract_s() {
        let same = |ours: &[(i32, &str)], theirs: fn(i32) -> Option<&'static str>, prefix: &str| {
            for number in 1..40 {
                let theirs =
                    theirs(number).map(|name| name.trim_start_matches(prefix).to_lowercase());
                let ours = ours
                    .iter()
                    .find(|one| one.0 == number)
                    .map(|one| one.1.to_owned());
                assert_eq!(ours, theirs, "{prefix}{number}");
            }
        };
        let channels: Vec<_> = Channel::ALL
            .iter()
            .map(|word| (word.number(), word.code()))
            .collect();
        same(
            &channels,
            |number| {
                common::Channel::try_from(number)
                    .ok()
                    .map(|word| word.as_str_name())
            },
            "CHANNEL_",
        );
        let natures: Vec<_> = Nature::ALL
            .iter()
            .map(|word| (word.number(), word.code()))
            .collect();
        same(
            &natures,
            |number| {
                common::Nature::try_from(number)
                    .ok()
                    .map(|word| word.as_str_name())
            },
            "NATURE_",
        );
        let capacities: Vec<_> = Capacity::ALL
            .iter()
            .map(|word| (word.number(), word.code()))
            .collect();
        same(
            &capacities,
            |number| {
                intake::Capacity::try_from(number)
                    .ok()
                    .map(|word| word.as_str_name())
            },
            "CAPACITY_",
        );
        let ids: Vec<_> = IdType::ALL
            .iter()
            .map(|word| (word.number(), word.code()))
            .collect();
        same(
            &ids,
            |number| {
                intake::IdType::try_from(number)
                    .ok()
                    .map(|word| word.as_str_name())
            },
            "ID_TYPE_",
        );
        let kinds: Vec<_> = EvidenceKind::ALL
            .iter()
            .map(|word| (word.number(), word.code()))
            .collect();
        same(
            &kinds,
            |number| {
                intake::EvidenceKind::try_from(number)
                    .ok()
                    .map(|word| word.as_str_name())
            },
            "EVIDENCE_KIND_",
        );
    }

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let place = Place {
            at: DateTime::from_timestamp_micros(1_790_128_800_123_456).unwrap(),
            id: Uuid::from_u128(7),
        };
        let asked = Page {
            size: 9_999,
            token: token(place),
        };
        assert_eq!(page(Some(&asked)).unwrap(), (500, Some(place)));
        assert_eq!(page(None).unwrap(), (50, None));
        assert!(
            page(Some(&Page {
                size: 1,
                token: "x".to_owned()
            }))
            .is_err()
        );
    }
}
