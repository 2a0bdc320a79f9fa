//! The form of a complaint (F2.2), as it is typed.

use std::{path::PathBuf, str::FromStr};

use clap::builder::TypedValueParser;
use suda_proto::{
    common::v1::{Channel, Nature},
    intake::v1::{
        Capacity, Complainant, EvidenceItem, EvidenceKind, IdType, Matter, Referral,
        RegisterRequest, Representative,
    },
};

use super::super::files;
use crate::{
    given::{Instant, Money, Text},
    session::Session,
    words,
};

/// Reads a channel.
pub(super) fn channel() -> impl TypedValueParser<Value = Channel> {
    words::parser("CHANNEL_", Channel::from_str_name)
}

/// Everything on the form but unit, channel and content.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Fields {
    /// What kind of matter it is.
    #[arg(long, default_value = "consumer-complaint", value_parser = words::parser("NATURE_", Nature::from_str_name))]
    nature: Nature,
    /// When it reached us; now when it is not given.
    #[arg(long)]
    received: Option<Instant>,
    /// Why it is registered on a later day than it was received.
    #[arg(long, default_value = "")]
    late_reason: String,
    #[command(flatten)]
    who: Who,
    #[command(flatten)]
    what: What,
    /// What the complainant asks for.
    #[arg(long, default_value = "")]
    demand: Text,
    /// How many persons complain together.
    #[arg(long, default_value_t = 1)]
    persons: u32,
    /// Who speaks for them, as name or name:telephone; at most five (令2020年第3号 art. 12).
    #[arg(long, value_name = "NAME[:PHONE]")]
    representative: Vec<Speaker>,
    /// The number of the superior or regulator that passed it on (来文号).
    #[arg(long, default_value = "")]
    referral_number: String,
    /// The limit that was set there.
    #[arg(long)]
    referral_due: Option<Instant>,
    /// How it was settled, when it was settled on the spot.
    #[arg(long, default_value = "")]
    settlement: Text,
    /// A file that was handed in; may be given several times.
    #[arg(long, value_name = "[KIND=]FILE")]
    evidence: Vec<Handed>,
    /// How the complainant wants to be answered; as it came when it is not given.
    #[arg(long, value_parser = channel())]
    reply_channel: Option<Channel>,
}

/// Who complains; what the bank already holds is not demanded.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct Who {
    /// The complainant's name.
    #[arg(long, default_value = "")]
    name: String,
    /// The complainant stays anonymous on purpose.
    #[arg(long, conflicts_with = "name")]
    anonymous: bool,
    /// Telephone.
    #[arg(long, default_value = "")]
    phone: String,
    /// Postal address.
    #[arg(long, default_value = "")]
    address: String,
    /// E-mail address.
    #[arg(long, default_value = "")]
    email: String,
    /// WeChat openid.
    #[arg(long, default_value = "")]
    openid: String,
    /// Kind of identity document.
    #[arg(long, requires = "id_number", value_parser = words::parser("ID_TYPE_", IdType::from_str_name))]
    id_type: Option<IdType>,
    /// Its number.
    #[arg(long, default_value = "")]
    id_number: String,
    /// In which capacity (令2020年第3号 art. 14).
    #[arg(long, default_value = "self", value_parser = words::parser("CAPACITY_", Capacity::from_str_name))]
    capacity: Capacity,
    /// For whom, when not for oneself.
    #[arg(long, default_value = "")]
    principal: String,
}

/// What it is about.
#[derive(Debug, clap::Args)]
#[group(skip)]
struct What {
    /// The unit complained of.
    #[arg(long, default_value = "")]
    complained_unit: String,
    /// The member of staff complained of, as directory knows him.
    #[arg(long, default_value = "")]
    complained_person: String,
    /// The member of staff complained of, as the complainant describes him.
    #[arg(long, default_value = "")]
    complained_staff: String,
    /// The business (axis B of JR/T 0169).
    #[arg(long, default_value = "")]
    business: String,
    /// The cause (axis C of JR/T 0169).
    #[arg(long, default_value = "")]
    cause: String,
    /// Where the business was done (axis A of JR/T 0169).
    #[arg(long, default_value = "")]
    via: String,
    /// When it happened, in the complainant's words.
    #[arg(long, default_value = "")]
    when: String,
    /// Where it happened, in the complainant's words.
    #[arg(long = "where", default_value = "")]
    place: String,
    /// The amount concerned, in yuan.
    #[arg(long)]
    amount: Option<Money>,
    /// The amount's currency, ISO 4217; CNY when it is not given.
    #[arg(long, default_value = "")]
    currency: String,
}

impl Fields {
    /// As a request says it; files are kept first. Request id, unit, channel and content are still open.
    pub(super) async fn message(self, session: &Session) -> anyhow::Result<RegisterRequest> {
        let speakers = self.representative.into_iter().map(|speaker| speaker.0);
        let referred = !self.referral_number.is_empty() || self.referral_due.is_some();
        Ok(RegisterRequest {
            nature: self.nature.into(),
            received_at: self.received.map(Instant::stamp),
            late_reason: self.late_reason,
            complainant: Some(self.who.message()),
            matter: Some(self.what.message()),
            demand: self.demand.0,
            persons: self.persons,
            representatives: speakers.collect(),
            referral: referred.then(|| Referral {
                number: self.referral_number,
                due_at: self.referral_due.map(Instant::stamp),
            }),
            settlement: self.settlement.0,
            evidence: handed(self.evidence, session).await?,
            reply_channel: self.reply_channel.unwrap_or_default().into(),
            ..RegisterRequest::default()
        })
    }
}

impl Who {
    fn message(self) -> Complainant {
        Complainant {
            name: self.name,
            anonymous: self.anonymous,
            phone: self.phone,
            address: self.address,
            email: self.email,
            openid: self.openid,
            id_type: self.id_type.unwrap_or_default().into(),
            id_number: self.id_number,
            capacity: self.capacity.into(),
            principal_name: self.principal,
        }
    }
}

impl What {
    fn message(self) -> Matter {
        Matter {
            complained_unit_code: self.complained_unit,
            complained_person_id: self.complained_person,
            complained_staff: self.complained_staff,
            business_code: self.business,
            cause_code: self.cause,
            handled_via_code: self.via,
            occurred_when: self.when,
            occurred_where: self.place,
            amount_fen: self.amount.unwrap_or_default().0,
            currency: self.currency,
        }
    }
}

/// Somebody who speaks for a joint complaint: `name` or `name:telephone`.
#[derive(Debug, Clone, PartialEq)]
struct Speaker(Representative);

impl FromStr for Speaker {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, phone) = text.split_once([':', '：']).unwrap_or((text, ""));
        if name.trim().is_empty() {
            return Err("请写姓名,或者“姓名:电话”".to_owned());
        }
        Ok(Self(Representative {
            name: name.trim().to_owned(),
            phone: phone.trim().to_owned(),
        }))
    }
}

/// A file that was handed in: `path`, or with what it is good for, `authorisation=path`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Handed {
    kind: EvidenceKind,
    path: PathBuf,
}

impl FromStr for Handed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kinds = || words::parser("EVIDENCE_KIND_", EvidenceKind::from_str_name);
        let command = clap::Command::new("evidence");
        let named = text.split_once('=').and_then(|(kind, path)| {
            let kind = kinds().parse_ref(&command, None, kind.as_ref()).ok()?;
            Some(Self {
                kind,
                path: path.into(),
            })
        });
        let handed = named.unwrap_or_else(|| Self {
            kind: EvidenceKind::General,
            path: text.into(),
        });
        if handed.path.is_file() {
            return Ok(handed);
        }
        let known: Vec<_> = kinds()
            .possible_values()
            .into_iter()
            .flatten()
            .map(|value| value.get_name().to_owned())
            .collect();
        Err(format!(
            "没有文件 {};路径前可以加 {}=",
            handed.path.display(),
            known.join("=, ")
        ))
    }
}

/// Has the files kept, and says what was handed in.
pub(super) async fn handed(
    given: Vec<Handed>,
    session: &Session,
) -> anyhow::Result<Vec<EvidenceItem>> {
    let paths: Vec<PathBuf> = given.iter().map(|one| one.path.clone()).collect();
    let kept = files::keep_all(&paths, session).await?;
    Ok(given
        .into_iter()
        .zip(kept)
        .map(|(one, blob)| EvidenceItem {
            description: blob.file_name.clone(),
            blob: Some(blob),
            kind: one.kind.into(),
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l12_somebody_who_speaks_has_a_name_and_perhaps_a_telephone() {
        for (text, name, phone) in [
            ("何丽珍", "何丽珍", ""),
            ("何丽珍:13800000001", "何丽珍", "13800000001"),
            ("何丽珍：13800000001", "何丽珍", "13800000001"),
        ] {
            let speaker: Speaker = text.parse().unwrap();
            assert_eq!(
                (speaker.0.name.as_str(), speaker.0.phone.as_str()),
                (name, phone)
            );
        }
        assert!(":13800000001".parse::<Speaker>().is_err());
    }

    #[test]
    fn l14_a_file_may_be_named_with_what_it_is_good_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a=b.pdf");
        std::fs::write(&file, "%PDF-").unwrap();
        let path = file.display();
        for (text, kind) in [
            (format!("{path}"), EvidenceKind::General),
            (format!("authorisation={path}"), EvidenceKind::Authorisation),
            (format!("授权委托书={path}"), EvidenceKind::Authorisation),
        ] {
            let handed: Handed = text.parse().unwrap();
            assert_eq!((handed.kind, handed.path), (kind, file.clone()));
        }
        let wrong = "letter=/nowhere".parse::<Handed>().unwrap_err();
        assert!(wrong.contains("authorisation="), "{wrong}");
    }
}
