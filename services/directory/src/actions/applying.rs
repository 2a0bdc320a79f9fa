//! Reference files become what is: new things are added, changed ones changed, missing ones retired; nothing is deleted.

use std::collections::BTreeMap;

use chassis::{
    db::Tx,
    grpc::timestamp,
    ids::Ids,
    outbox::{self, Told},
};
use chrono::{DateTime, Utc};
use prost::Message;
use sea_orm::DbErr;
use suda_proto::directory::v1::{
    Calendar, CalendarPublished, Policy, PolicyPublished, Post, PostChanged, ReferenceChange,
    Taxonomy, TaxonomyPublished, Unit, UnitChanged,
};

use crate::{
    reference::{self, Reference},
    store::{self, PersonRow, PublicationRow},
};

/// What applying needs.
pub(crate) struct Applying<'a> {
    pub(crate) tx: &'a Tx,
    pub(crate) ids: &'a Ids,
    pub(crate) now: DateTime<Utc>,
    /// The post that applies.
    pub(crate) actor: &'a str,
    changes: Vec<ReferenceChange>,
    unchanged: u64,
}

impl<'a> Applying<'a> {
    /// Nothing is applied yet.
    pub(crate) fn new(tx: &'a Tx, ids: &'a Ids, now: DateTime<Utc>, actor: &'a str) -> Self {
        Self {
            tx,
            ids,
            now,
            actor,
            changes: Vec::new(),
            unchanged: 0,
        }
    }

    /// Applies all of it; gives the changes and how many things stayed as they were.
    pub(crate) async fn apply(
        mut self,
        wanted: &Reference,
    ) -> Result<(Vec<ReferenceChange>, u64), DbErr> {
        store::lock(self.tx).await?;
        self.units(reference::units(&wanted.structure)).await?;
        self.people(wanted).await?;
        self.posts(reference::posts(&wanted.structure)).await?;
        self.calendars(&wanted.calendars).await?;
        self.policies(&wanted.policies).await?;
        self.taxonomies(&wanted.taxonomies).await?;
        Ok((self.changes, self.unchanged))
    }

    fn note(&mut self, kind: &str, code: &str, change: &str, description: String) {
        self.changes.push(ReferenceChange {
            kind: kind.to_owned(),
            code: code.to_owned(),
            change: change.to_owned(),
            description,
        });
    }

    async fn tell<M: Message + prost::Name>(
        &self,
        union: &str,
        key: &str,
        fact: &M,
    ) -> Result<(), DbErr> {
        let told = Told {
            id: self.ids.new_id(),
            union,
            key,
            occurred_at: self.now,
            actor: self.actor,
        };
        outbox::tell(self.tx, &told, fact).await
    }

    /// Today in Guangdong.
    fn today(&self) -> String {
        let offset = chrono::TimeDelta::hours(8);
        (self.now + offset).date_naive().to_string()
    }

    async fn units(&mut self, mut wanted: BTreeMap<String, Unit>) -> Result<(), DbErr> {
        let known = store::units(self.tx).await?;
        for unit in known {
            match wanted.remove(&unit.code) {
                Some(next)
                    if (Unit {
                        revision: unit.revision,
                        ..next.clone()
                    }) == unit =>
                {
                    self.unchanged += 1;
                }
                Some(next) => {
                    let description = differs(&name_of(&unit), &name_of(&next));
                    self.save_unit(
                        "changed",
                        description,
                        Unit {
                            revision: unit.revision + 1,
                            ..next
                        },
                    )
                    .await?;
                }
                None if unit.retired_on.is_empty() => {
                    let description =
                        format!("{} is retired from {}", name_of(&unit), self.today());
                    let retired = Unit {
                        revision: unit.revision + 1,
                        retired_on: self.today(),
                        ..unit
                    };
                    self.save_unit("retired", description, retired).await?;
                }
                None => self.unchanged += 1,
            }
        }
        // Parents before children, so that nobody hears of a child first.
        let mut fresh: Vec<Unit> = wanted.into_values().collect();
        fresh.sort_by_key(|unit| unit.kind);
        for unit in fresh {
            self.save_unit(
                "new",
                name_of(&unit),
                Unit {
                    revision: 1,
                    ..unit
                },
            )
            .await?;
        }
        Ok(())
    }

    async fn save_unit(
        &mut self,
        change: &str,
        description: String,
        unit: Unit,
    ) -> Result<(), DbErr> {
        store::save_unit(self.tx, &unit).await?;
        self.note("unit", &unit.code, change, description);
        let (union, code) = (unit.union_code.clone(), unit.code.clone());
        let fact = UnitChanged {
            unit: Some(unit),
            occurred_at: Some(timestamp(self.now)),
        };
        self.tell(&union, &code, &fact).await
    }

    async fn posts(&mut self, mut wanted: BTreeMap<String, Post>) -> Result<(), DbErr> {
        let units: BTreeMap<String, String> = store::units(self.tx)
            .await?
            .into_iter()
            .map(|unit| (unit.code, unit.union_code))
            .collect();
        for post in store::posts(self.tx).await? {
            let (change, description, next) = match wanted.remove(&post.code) {
                Some(next)
                    if (Post {
                        revision: post.revision,
                        ..next.clone()
                    }) == post =>
                {
                    self.unchanged += 1;
                    continue;
                }
                Some(next) => ("changed", differs(&holders(&post), &holders(&next)), next),
                None if post.abolished_on.is_empty() => {
                    let description = format!("{} is abolished from {}", post.name, self.today());
                    (
                        "retired",
                        description,
                        Post {
                            abolished_on: self.today(),
                            ..post.clone()
                        },
                    )
                }
                None => {
                    self.unchanged += 1;
                    continue;
                }
            };
            let next = Post {
                revision: post.revision + 1,
                ..next
            };
            self.save_post(&units, change, description, next).await?;
        }
        for post in wanted.into_values() {
            self.save_post(
                &units,
                "new",
                holders(&post),
                Post {
                    revision: 1,
                    ..post
                },
            )
            .await?;
        }
        Ok(())
    }

    async fn save_post(
        &mut self,
        units: &BTreeMap<String, String>,
        change: &str,
        description: String,
        post: Post,
    ) -> Result<(), DbErr> {
        store::save_post(self.tx, &post).await?;
        self.note("post", &post.code, change, description);
        let union = units
            .get(&post.unit_code)
            .cloned()
            .unwrap_or_else(|| post.unit_code.clone());
        let code = post.code.clone();
        let fact = PostChanged {
            post: Some(post),
            occurred_at: Some(timestamp(self.now)),
        };
        self.tell(&union, &code, &fact).await
    }

    async fn people(&mut self, wanted: &Reference) -> Result<(), DbErr> {
        let mut names: BTreeMap<&str, &str> = wanted
            .structure
            .people
            .iter()
            .map(|person| (person.id.as_str(), person.name.as_str()))
            .collect();
        for person in store::people(self.tx).await? {
            let next = match names.remove(person.id.as_str()) {
                Some(name) if name == person.name && person.left_at.is_none() => None,
                Some(name) => Some((
                    "changed",
                    PersonRow {
                        name: name.to_owned(),
                        left_at: None,
                        ..person.clone()
                    },
                )),
                None if person.left_at.is_none() => Some((
                    "retired",
                    PersonRow {
                        left_at: Some(self.now),
                        ..person
                    },
                )),
                None => None,
            };
            match next {
                None => self.unchanged += 1,
                Some((change, next)) => {
                    store::save_person(self.tx, &next).await?;
                    self.note("person", &next.id, change, next.name);
                }
            }
        }
        for (id, name) in names {
            let person = PersonRow {
                id: id.to_owned(),
                name: name.to_owned(),
                left_at: None,
                password: None,
                failures: 0,
                locked_until: None,
            };
            store::save_person(self.tx, &person).await?;
            self.note("person", id, "new", name.to_owned());
        }
        Ok(())
    }

    async fn calendars(&mut self, wanted: &[Calendar]) -> Result<(), DbErr> {
        for calendar in wanted {
            let kept = (&calendar.code, &calendar.digest);
            let told = |version| Calendar {
                version,
                ..calendar.clone()
            };
            let Some(told) = self.publish("calendar", kept, told).await? else {
                continue;
            };
            let fact = CalendarPublished {
                calendar: Some(told),
                occurred_at: Some(timestamp(self.now)),
            };
            self.tell("all", &calendar.code, &fact).await?;
        }
        Ok(())
    }

    async fn policies(&mut self, wanted: &[Policy]) -> Result<(), DbErr> {
        for policy in wanted {
            let kept = (&policy.code, &policy.digest);
            let told = |version| Policy {
                version,
                ..policy.clone()
            };
            let Some(told) = self.publish("policy", kept, told).await? else {
                continue;
            };
            let fact = PolicyPublished {
                policy: Some(told),
                occurred_at: Some(timestamp(self.now)),
            };
            self.tell("all", &policy.code, &fact).await?;
        }
        Ok(())
    }

    async fn taxonomies(&mut self, wanted: &[Taxonomy]) -> Result<(), DbErr> {
        for taxonomy in wanted {
            let kept = (&taxonomy.code, &taxonomy.digest);
            let told = |version| Taxonomy {
                version,
                ..taxonomy.clone()
            };
            let Some(told) = self.publish("taxonomy", kept, told).await? else {
                continue;
            };
            let fact = TaxonomyPublished {
                taxonomy: Some(told),
                occurred_at: Some(timestamp(self.now)),
            };
            self.tell("all", &taxonomy.code, &fact).await?;
        }
        Ok(())
    }

    /// Keeps what a file says as the next version; none when this very file was published last.
    async fn publish<M: Message>(
        &mut self,
        kind: &str,
        (code, digest): (&String, &String),
        told: impl FnOnce(u64) -> M,
    ) -> Result<Option<M>, DbErr> {
        let Some(version) = self.next_version(kind, code, digest).await? else {
            return Ok(None);
        };
        let told = told(u64::try_from(version).unwrap_or(0));
        let row = PublicationRow {
            code: code.clone(),
            version,
            digest: digest.clone(),
            body: told.encode_to_vec(),
        };
        store::publish(self.tx, kind, &row).await?;
        Ok(Some(told))
    }

    /// The version to publish as; none when this very file was published last.
    async fn next_version(
        &mut self,
        kind: &str,
        code: &str,
        digest: &str,
    ) -> Result<Option<i64>, DbErr> {
        let newest = store::newest(self.tx, kind)
            .await?
            .into_iter()
            .find(|row| row.code == code);
        let (version, change) = match newest {
            Some(row) if row.digest == digest => {
                self.unchanged += 1;
                return Ok(None);
            }
            Some(row) => (row.version + 1, "changed"),
            None => (1, "new"),
        };
        self.note(kind, code, change, format!("version {version}"));
        Ok(Some(version))
    }
}

fn name_of(unit: &Unit) -> String {
    unit.periods
        .last()
        .map(|period| {
            format!(
                "{} from {} below {:?}",
                period.name, period.from, period.parent_code
            )
        })
        .unwrap_or_default()
}

fn holders(post: &Post) -> String {
    let vacant = |id: &str| {
        if id.is_empty() {
            "nobody".to_owned()
        } else {
            id.to_owned()
        }
    };
    format!(
        "{}: {}, deputy {}",
        post.name,
        vacant(&post.holder_person_id),
        vacant(&post.deputy_person_id)
    )
}

fn differs(before: &str, after: &str) -> String {
    if before == after {
        format!("{after} (details)")
    } else {
        format!("{before} → {after}")
    }
}
