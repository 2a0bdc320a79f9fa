//! The form: what a complaint consists of, as it is handed in and as it is stored.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

use super::super::{
    masking,
    words::{Capacity, Channel, EvidenceKind, IdType, Nature},
};

/// Who complains.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Complainant {
    /// Empty when anonymous or not given.
    pub name: String,
    /// Whether on purpose.
    pub anonymous: bool,
    /// Telephone.
    pub phone: String,
    /// Postal address.
    pub address: String,
    /// E-mail.
    pub email: String,
    /// WeChat.
    pub openid: String,
    /// Kind of document.
    pub id_type: Option<IdType>,
    /// Its number.
    pub id_number: String,
    /// In which capacity.
    pub capacity: Option<Capacity>,
    /// For whom.
    pub principal_name: String,
}

/// Who speaks for a joint complaint.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Representative {
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
}

/// What the complainant says.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Narrative {
    /// The complaint.
    pub content: String,
    /// What is asked for.
    pub demand: String,
    /// Staff, as described.
    pub complained_staff: String,
    /// When, as described.
    pub occurred_when: String,
    /// Where, as described.
    pub occurred_where: String,
    /// How it was settled on the spot; empty when it was not.
    pub settlement: String,
}

/// What it is about, in codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matter {
    /// The unit complained of.
    pub complained_unit_code: String,
    /// Staff, as directory knows him.
    pub complained_person_id: String,
    /// Axis B.
    pub business_code: String,
    /// Axis C.
    pub cause_code: String,
    /// Axis A.
    pub handled_via_code: String,
    /// In fen.
    pub amount_fen: i64,
    /// ISO 4217.
    pub currency: String,
}

/// Who passed it on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Referral {
    /// 来文号.
    pub number: String,
    /// The limit set.
    pub due_at: Option<DateTime<Utc>>,
}

/// Where a message came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// The adapter's account.
    pub account: String,
    /// The message in it.
    pub message_id: String,
    /// The original bytes.
    pub raw_digest: String,
}

/// A unit, as far as registering needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its code.
    pub code: String,
    /// Whose complaint it will be.
    pub union_code: String,
    /// Whether it is the 受理部门.
    pub reception: bool,
    /// When it was retired.
    pub retired_on: Option<NaiveDate>,
}

/// What somebody handed in.
#[derive(Clone, Default)]
pub struct Draft {
    /// The receiving unit.
    pub unit_code: String,
    /// How.
    pub channel: Option<Channel>,
    /// What kind.
    pub nature: Option<Nature>,
    /// When; none means now.
    pub received_at: Option<DateTime<Utc>>,
    /// Why so late.
    pub late_reason: String,
    /// Who.
    pub complainant: Complainant,
    /// What about.
    pub matter: Matter,
    /// What is said.
    pub narrative: Narrative,
    /// How many together.
    pub persons: u32,
    /// Who speaks for them.
    pub representatives: Vec<Representative>,
    /// Who passed it on.
    pub referral: Option<Referral>,
    /// Where from.
    pub source: Option<Source>,
    /// What the files are.
    pub evidence: Vec<EvidenceKind>,
    /// How to be answered.
    pub reply_channel: Option<Channel>,
}

/// A complaint that may be registered; every text in its normal form.
#[derive(Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The receiving unit.
    pub unit: Unit,
    /// How.
    pub channel: Channel,
    /// What kind.
    pub nature: Nature,
    /// When it reached us.
    pub received_at: DateTime<Utc>,
    /// Why it is entered late; empty when it is not.
    pub late_reason: String,
    /// Who.
    pub complainant: Complainant,
    /// What about.
    pub matter: Matter,
    /// What is said.
    pub narrative: Narrative,
    /// How many together, at least one.
    pub persons: u32,
    /// Whether it is 重大.
    pub major: bool,
    /// Who speaks for them.
    pub representatives: Vec<Representative>,
    /// Who passed it on.
    pub referral: Option<Referral>,
    /// Where from.
    pub source: Option<Source>,
    /// How to be answered; none without a contact.
    pub reply_channel: Option<Channel>,
    /// Which papers are still owed.
    pub missing_papers: Option<EvidenceKind>,
}

impl Complainant {
    /// Where this channel reaches the complainant; empty when it does not.
    #[must_use]
    pub fn address_for(&self, channel: Channel) -> &str {
        match channel {
            Channel::Email => &self.email,
            Channel::Wechat => &self.openid,
            Channel::Phone => &self.phone,
            Channel::Letter => &self.address,
            Channel::Fax
            | Channel::Visit
            | Channel::SuggestionBook
            | Channel::SuggestionBox
            | Channel::Online
            | Channel::SuperiorTransfer
            | Channel::RegulatorTransfer
            | Channel::ThirdParty => "",
        }
    }

    /// The name as everybody may see it.
    #[must_use]
    pub fn masked_name(&self) -> String {
        if self.anonymous {
            "匿名".to_owned()
        } else if self.name.is_empty() {
            "未留名".to_owned()
        } else {
            masking::name(&self.name)
        }
    }
}

macro_rules! redacted {
    ($($name:ident),*) => { $(
        /// Says nothing: what it holds belongs to the complainant.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    )* };
}
redacted!(Complainant, Representative, Narrative, Draft, Complaint);
