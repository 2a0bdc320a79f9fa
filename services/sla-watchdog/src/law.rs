//! The law as it is known: every published version of policies and calendars.
//!
//! A clock keeps to the versions it was armed with (P8). What is published later holds for what begins later; open clocks
//! follow it once somebody saw what that moves and said so ([`crate::actions::applying`]).

use std::{borrow::Cow, collections::BTreeMap};

use sea_orm::{ConnectionTrait, DbErr};
use suda_proto::directory::v1 as wire;

use crate::{
    domain::{
        calendar::Calendar,
        policy::{Policy, Rule},
    },
    parse::{self, Malformed},
    preview::{PROVINCE, Unknown},
    store::{ClockRow, reference},
};

/// Why there is no law to go by.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoLaw {
    /// Nothing is known yet of policies or calendars.
    #[error("policies and calendars are not heard yet")]
    NotYet,
    /// A kept policy or calendar cannot be used.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] DbErr),
}

/// Policies and calendars.
#[derive(Clone)]
pub(crate) struct Law {
    /// Every version of every policy.
    pub(crate) policies: Vec<Policy>,
    /// The same as they were told.
    pub(crate) told: Vec<wire::Policy>,
    /// Calendars by their union and version; the province's has no union.
    calendars: BTreeMap<(String, u64), Calendar>,
    digests: BTreeMap<(String, u64), String>,
}

impl Law {
    /// Reads it.
    pub(crate) async fn load(db: &impl ConnectionTrait) -> Result<Self, NoLaw> {
        let policies = reference::policies(db).await?;
        let calendars = reference::calendars(db).await?;
        let law = Self::of(policies, &calendars)?;
        if law.policies.is_empty() || law.newest("").is_none() {
            return Err(NoLaw::NotYet);
        }
        Ok(law)
    }

    /// The law that these are.
    fn of(told: Vec<wire::Policy>, calendars: &[wire::Calendar]) -> Result<Self, Unknown> {
        let policies = told.iter().map(parse::policy).collect::<Result<_, _>>()?;
        let mut law = Self {
            policies,
            told,
            calendars: BTreeMap::new(),
            digests: BTreeMap::new(),
        };
        for calendar in calendars {
            law.take_calendar(calendar)?;
        }
        Ok(law)
    }

    fn take_calendar(&mut self, told: &wire::Calendar) -> Result<(), Malformed> {
        // A calendar of nobody but the province is none that a sum could go by.
        if told.union_code.is_empty() && told.code != PROVINCE {
            return Ok(());
        }
        let key = (told.union_code.clone(), told.version);
        self.calendars.insert(key.clone(), parse::calendar(told)?);
        self.digests.insert(key, told.digest.clone());
        Ok(())
    }

    /// This law with drafts as the newest versions.
    pub(crate) fn with(
        mut self,
        calendars: &[wire::Calendar],
        policies: &[wire::Policy],
    ) -> Result<Self, Malformed> {
        for draft in calendars {
            let newest = self.newest(&draft.union_code).unwrap_or(0);
            let same = self.digests.get(&(draft.union_code.clone(), newest));
            if same.is_none_or(|digest| *digest != draft.digest) {
                self.take_calendar(&wire::Calendar {
                    version: newest + 1,
                    ..draft.clone()
                })?;
            }
        }
        for draft in policies {
            let newest = self.told.iter().filter(|told| told.code == draft.code);
            let newest = newest.max_by_key(|told| told.version);
            if newest.is_some_and(|told| told.digest == draft.digest) {
                continue;
            }
            let told = wire::Policy {
                version: newest.map_or(0, |told| told.version) + 1,
                ..draft.clone()
            };
            self.policies.push(parse::policy(&told)?);
            self.told.push(told);
        }
        Ok(self)
    }

    /// This law with nothing but a draft of a policy.
    pub(crate) fn only(mut self, draft: &wire::Policy) -> Result<Self, Malformed> {
        self.policies = vec![parse::policy(draft)?];
        self.told = vec![draft.clone()];
        Ok(self)
    }

    fn newest(&self, union: &str) -> Option<u64> {
        let versions = self.calendars.keys().filter(|(of, _)| of == union);
        versions.map(|(_, version)| *version).max()
    }

    /// The newest calendar of a union: the province's, with the union's own days over it.
    pub(crate) fn calendar(&self, union: &str) -> Option<Cow<'_, Calendar>> {
        let county = if union.is_empty() {
            0
        } else {
            self.newest(union).unwrap_or(0)
        };
        self.at(self.newest("")?, union, county)
    }

    /// The calendar that a clock keeps to.
    pub(crate) fn calendar_of(&self, row: &ClockRow, union: &str) -> Option<Cow<'_, Calendar>> {
        let version = |number: i64| u64::try_from(number).unwrap_or(0);
        self.at(
            version(row.calendar_version),
            union,
            version(row.county_calendar_version),
        )
    }

    fn at(&self, province: u64, union: &str, county: u64) -> Option<Cow<'_, Calendar>> {
        let province = self.calendars.get(&(String::new(), province))?;
        match self.calendars.get(&(union.to_owned(), county)) {
            Some(county) if county.version > 0 && !union.is_empty() => {
                Some(Cow::Owned(province.clone().with(county)))
            }
            _ => Some(Cow::Borrowed(province)),
        }
    }

    /// The digest of the file a calendar was read from; empty when there is none.
    pub(crate) fn digest(&self, union: &str, version: i64) -> String {
        let version = u64::try_from(version).unwrap_or(0);
        let key = (union.to_owned(), version);
        self.digests.get(&key).cloned().unwrap_or_default()
    }

    /// The policy and rule of a clock, in the version it keeps to.
    pub(crate) fn rule(&self, row: &ClockRow) -> Option<(&Policy, &Rule)> {
        let same = |policy: &&Policy| {
            policy.code == row.policy_code
                && i64::try_from(policy.version) == Ok(row.policy_version)
        };
        let policy = self.policies.iter().find(same)?;
        let rule = policy.rules.iter().find(|rule| rule.code == row.code)?;
        Some((policy, rule))
    }

    /// The same as it was told.
    pub(crate) fn told(&self, policy: &Policy) -> Option<&wire::Policy> {
        self.told
            .iter()
            .find(|told| told.code == policy.code && told.version == policy.version)
    }

    /// Whether a rule of a kind names this event at all.
    pub(crate) fn names(&self, kind: &str, event: &str) -> bool {
        let rules = self.policies.iter().flat_map(|policy| &policy.rules);
        rules
            .filter(|rule| rule.kind.word() == kind)
            .any(|rule| rule.stops_on.iter().any(|name| name == event))
    }

    /// How many calendar days of a union lie ahead, and whether the last year is sure; for the alarm before a year is missing.
    pub(crate) fn last_year(&self) -> Option<(i32, bool)> {
        let calendar = self.calendar("")?;
        let (year, status) = calendar.last_year()?;
        Some((year, status == crate::domain::calendar::Status::Official))
    }
}
