//! How to complain, as units publish it (guideline art. 7, 令2020年第3号 art. 8): what is published, where it is taken over
//! from, and where one may go next.

use chrono::NaiveDate;

use super::structure::{Fault, Kind, Structure, Unit};

/// What a unit publishes from a day on. What is empty is not published.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Channels {
    /// The first day.
    pub from: NaiveDate,
    /// 投诉电话.
    pub hotlines: Vec<String>,
    /// 通信地址.
    pub address: String,
    /// 邮政编码.
    pub postcode: String,
    /// 投诉信箱、意见箱.
    pub letter_box: String,
    /// 受理部门, as the public knows it.
    pub reception: String,
    /// 受理时间.
    pub hours: String,
    /// 电子邮箱.
    pub emails: Vec<String>,
    /// 微信公众号.
    pub wechat: String,
    /// Where the QR code leads.
    pub link: String,
}

/// The longest text that fits on the notice, in characters.
const LONGEST: usize = 120;
/// The longest link that a QR code of the notice holds so that a telephone reads it from a wall, in characters.
const LONGEST_LINK: usize = 200;

impl Channels {
    /// Everything that is wrong with it by itself.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let texts = [
            ("address", &self.address),
            ("letter_box", &self.letter_box),
            ("reception", &self.reception),
            ("hours", &self.hours),
            ("wechat", &self.wechat),
        ];
        for (what, text) in texts {
            let fits = text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
            if !fits || text.trim() != text {
                faults.push(format!(
                    "{what} {text:?} is one line of at most {LONGEST} characters, without blanks around it"
                ));
            }
        }
        for hotline in self.hotlines.iter().filter(|number| !is_telephone(number)) {
            faults.push(format!(
                "hotline {hotline:?} is no telephone number; write digits and hyphens, e.g. 0750-0000002"
            ));
        }
        for email in self.emails.iter().filter(|email| !is_address(email)) {
            faults.push(format!(
                "e-mail {email:?} is no address, e.g. tousu@bank.example"
            ));
        }
        if !self.postcode.is_empty() && !is_digits(&self.postcode, 6) {
            faults.push(format!("postcode {:?} has six digits", self.postcode));
        }
        let link = &self.link;
        let host = link.strip_prefix("https://").unwrap_or_default();
        let plain = link.chars().all(|letter| letter.is_ascii_graphic());
        if !link.is_empty() && (host.is_empty() || !plain || link.len() > LONGEST_LINK) {
            faults.push(format!(
                "link {link:?} begins with https:// and has at most {LONGEST_LINK} characters, none of them a blank"
            ));
        }
        let ways = [&self.address, &self.letter_box, &self.wechat, &self.link];
        if self.hotlines.is_empty()
            && self.emails.is_empty()
            && ways.iter().all(|way| way.is_empty())
        {
            faults.push("names no way to complain; leave the whole entry out".to_owned());
        }
        faults
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits in groups, as telephone numbers are printed.
fn is_telephone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=15).contains(&digits)
        && text.split('-').all(|group| !group.is_empty())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-')
}

fn is_address(text: &str) -> bool {
    let plain = text.chars().all(|letter| letter.is_ascii_graphic());
    plain
        && text.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
        })
}

/// Everything that is wrong with what a unit publishes.
pub(super) fn faults(unit: &Unit) -> Vec<String> {
    let mut faults = Vec::new();
    if unit
        .channels
        .windows(2)
        .any(|pair| pair[0].from >= pair[1].from)
    {
        faults.push(format!(
            "the channels of unit {} are not in order of their first day",
            unit.code
        ));
    }
    for channels in &unit.channels {
        let wrong = channels.faults().into_iter();
        faults.extend(wrong.map(|reason| format!("channels of unit {}: {reason}", unit.code)));
    }
    faults
}

/// What holds for a unit, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published<'a> {
    /// The unit that publishes it.
    pub by: &'a Unit,
    /// What it publishes.
    pub channels: &'a Channels,
}

impl Unit {
    /// What it publishes itself on a day.
    #[must_use]
    pub fn channels_on(&self, day: NaiveDate) -> Option<&Channels> {
        self.channels
            .iter()
            .rev()
            .find(|channels| channels.from <= day)
    }
}

impl Structure {
    fn unit(&self, code: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.code == code)
    }

    /// What holds for a unit on a day: its own, else its union's, else that of the reception of its union.
    #[must_use]
    pub fn published(&self, code: &str, day: NaiveDate) -> Option<Published<'_>> {
        let union = self.union_of(code);
        let chain = [
            self.unit(code),
            self.unit(&union),
            self.reception_of(&union),
        ];
        chain.into_iter().flatten().find_map(|by| {
            let channels = by.channels_on(day)?;
            Some(Published { by, channels })
        })
    }

    /// The reception right below a unit: 受理部门 of a union, 合规部 of the province.
    #[must_use]
    pub fn reception_of(&self, code: &str) -> Option<&Unit> {
        self.units
            .iter()
            .find(|unit| unit.reception && unit.retired.is_none() && unit.parent() == code)
    }

    /// Where one may go next, nearest first: the office, then the compliance department (guideline art. 16, 20).
    #[must_use]
    pub fn beyond(&self, code: &str) -> Vec<&Unit> {
        let union = self.union_of(code);
        let mut places = Vec::new();
        let Some(unit) = self.unit(&union) else {
            return places;
        };
        let mut at = unit;
        for _ in 0..=self.units.len() {
            if at.kind == Kind::Office && at.code != unit.code {
                places.push(at);
            }
            match self.unit(at.parent()) {
                Some(above) => at = above,
                None => break,
            }
        }
        places.extend(
            self.reception_of(&at.code)
                .filter(|compliance| at.kind == Kind::Province && compliance.code != code),
        );
        places
    }

    /// Receptions that do not publish what the law asks for, as of a day. It is no fault: a new union has no number yet.
    #[must_use]
    pub fn silent_receptions(&self, day: NaiveDate) -> Vec<Fault> {
        let receptions = self
            .units
            .iter()
            .filter(|unit| unit.reception && unit.retired.is_none());
        let mut silent: Vec<_> = receptions
            .filter_map(|reception| {
                let missing = match self.published(&reception.code, day) {
                    None => "publishes no way to complain (guideline art. 7)",
                    Some(found) if found.channels.hotlines.is_empty() => {
                        "publishes no telephone number (令2020年第3号 art. 8)"
                    }
                    Some(found) if found.channels.address.is_empty() => {
                        "publishes no address (令2020年第3号 art. 8)"
                    }
                    Some(_) => return None,
                };
                Some(Fault {
                    at: reception.at.clone(),
                    reason: format!(
                        "reception {} {missing}; write it as [[unit.channels]] below it or below its union",
                        reception.code
                    ),
                })
            })
            .collect();
        silent.sort();
        silent
    }
}

#[cfg(test)]
mod tests;
