//! What an answer must have: four parts (令2020年第3号 art. 19), and a proof of how it was told (art. 21).

use chrono::{DateTime, Utc};

use super::refusal::{Refusal, required};

/// An answer in its four parts.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// 核实的事实.
    pub facts: String,
    /// 依据和理由.
    pub basis: String,
    /// 处理结论.
    pub conclusion: String,
    /// 救济途径.
    pub remedies: String,
}

impl Answer {
    /// Takes the four parts; none may be empty (令2020年第3号 art. 19).
    pub fn parse(
        facts: &str,
        basis: &str,
        conclusion: &str,
        remedies: &str,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            facts: required(facts, "answer.facts", "核实的事实")?.to_owned(),
            basis: required(basis, "answer.basis", "依据和理由")?.to_owned(),
            conclusion: required(conclusion, "answer.conclusion", "处理结论")?.to_owned(),
            remedies: required(
                remedies,
                "answer.remedies",
                "救济途径(核查、调解、仲裁、诉讼)",
            )?
            .to_owned(),
        })
    }
}

/// What was written to a complainant is in no log.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer(…)")
    }
}

/// How a complainant is told (令2020年第3号 art. 21); the numbers are the contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// 电子邮件.
    Email = 1,
    /// 微信.
    WechatMessage = 2,
    /// 电话.
    PhoneCall = 3,
    /// 手机短信.
    ShortMessage = 4,
    /// 邮寄.
    Post = 5,
    /// 当面送交.
    ByHand = 6,
}

impl Manner {
    /// Reads the contract's number; none for what is not said.
    pub fn parse(number: i32) -> Result<Option<Self>, Refusal> {
        match number {
            0 => Ok(None),
            1 => Ok(Some(Self::Email)),
            2 => Ok(Some(Self::WechatMessage)),
            3 => Ok(Some(Self::PhoneCall)),
            4 => Ok(Some(Self::ShortMessage)),
            5 => Ok(Some(Self::Post)),
            6 => Ok(Some(Self::ByHand)),
            _ => Err(Refusal::Wrong {
                field: "delivery.manner",
                sentence: format!("没有这种告知方式:{number}"),
            }),
        }
    }

    /// Whether an adapter sends it; else a person does, and shows the proof.
    #[must_use]
    pub fn by_adapter(self) -> bool {
        match self {
            Self::Email | Self::WechatMessage => true,
            Self::PhoneCall | Self::ShortMessage | Self::Post | Self::ByHand => false,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Email => "电子邮件",
            Self::WechatMessage => "微信",
            Self::PhoneCall => "电话",
            Self::ShortMessage => "短信",
            Self::Post => "邮寄",
            Self::ByHand => "当面送交",
        }
    }
}

/// Kept bytes that prove something.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// SHA-256, hexadecimal; empty when there are none.
    pub digest: String,
    /// How many bytes.
    pub size_bytes: u64,
    /// What they are.
    pub media_type: String,
    /// The name they came with.
    pub file_name: String,
}

/// How and when a complainant was told, with the proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// How.
    pub manner: Manner,
    /// The instant that counts: sent, dialled, posted, handed over.
    pub at: DateTime<Utc>,
    /// The proof.
    pub proof: Proof,
    /// What the proof says.
    pub note: String,
}

impl Delivery {
    /// Takes what a person says to have done: not in the future, not before there was a complaint, and with a proof
    /// (令2020年第3号 art. 21).
    pub fn parse(
        manner: Manner,
        at: Option<DateTime<Utc>>,
        proof: Proof,
        note: &str,
        received_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let at = at.unwrap_or(now);
        let note = note.trim().to_owned();
        let wrong = |field, sentence: &str| Refusal::Wrong {
            field,
            sentence: sentence.to_owned(),
        };
        if at > now {
            return Err(wrong("delivery.notified_at", "告知时间不能晚于现在"));
        }
        if at < received_at {
            return Err(wrong(
                "delivery.notified_at",
                "告知时间不能早于收到投诉的时间",
            ));
        }
        let hex =
            |digest: &str| digest.len() == 64 && digest.bytes().all(|b| b.is_ascii_hexdigit());
        if !proof.digest.is_empty() && !hex(&proof.digest) {
            return Err(wrong("delivery.proof", "证明材料的摘要须为 64 位十六进制"));
        }
        if proof.digest.is_empty() && note.is_empty() {
            return Err(wrong(
                "delivery.note",
                "由人告知的须留存证明:上传材料,或写明回执号、录音号等(令2020年第3号第二十一条)",
            ));
        }
        Ok(Self {
            manner,
            at,
            proof,
            note,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l19_an_answer_has_all_four_parts() {
        let parts = ["查明如下", "依据章程", "予以退还", "可向办事处申请核查"];
        assert!(Answer::parse(parts[0], parts[1], parts[2], parts[3]).is_ok());
        for missing in 0..4 {
            let mut given = parts;
            given[missing] = " \n";
            let refusal = Answer::parse(given[0], given[1], given[2], given[3]).unwrap_err();
            assert!(matches!(refusal, Refusal::Missing { .. }), "{refusal}");
        }
    }

    #[test]
    fn l21_what_a_person_told_is_kept_with_its_proof() {
        let received = DateTime::UNIX_EPOCH;
        let now = received + chrono::Duration::days(3);
        let told =
            |at, note| Delivery::parse(Manner::Post, at, Proof::default(), note, received, now);
        assert!(told(None, "挂号信 XA123").is_ok());
        assert!(told(None, "").is_err());
        assert!(told(Some(now + chrono::Duration::seconds(1)), "XA123").is_err());
        assert!(told(Some(received - chrono::Duration::seconds(1)), "XA123").is_err());
    }

    #[test]
    fn the_numbers_of_the_manners_are_the_contracts() {
        for number in 1..=6 {
            assert_eq!(Manner::parse(number).unwrap().unwrap() as i32, number);
        }
        assert_eq!(Manner::parse(0).unwrap(), None);
        assert!(Manner::parse(7).is_err());
    }
}
