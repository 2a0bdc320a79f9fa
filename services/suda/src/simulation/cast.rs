//! Who acts in a simulated half-year: the people of the reference set, each signed in once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chassis::{
    auth::Claims,
    clock::SystemClock,
    grpc::{LARGEST_MESSAGE, Peer},
    keys::Keys,
};
use suda_proto::{
    common::v1::Role,
    directory::v1::{
        ListPostsRequest, ListUnitsRequest, LoginRequest, Post, Unit, UnitKind,
        directory_service_client::DirectoryServiceClient,
    },
};

use tokio::sync::Semaphore;

use crate::{
    local::stack::Stack,
    session::{Session, answer},
};

/// The year 2100, in Unix seconds: a token of the simulated stack outlives every half-year.
const FAR: i64 = 4_102_444_800;

/// A union and who acts there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Union {
    /// Its code.
    pub(super) code: String,
    /// The office above it.
    pub(super) office: String,
    /// Its reception.
    pub(super) reception: String,
    /// Its senior management's unit.
    pub(super) management: String,
    /// Its outlets.
    pub(super) outlets: Vec<String>,
}

/// Everybody.
pub(super) struct Cast {
    /// The unions, by code.
    pub(super) unions: Vec<Union>,
    /// The offices, by code.
    pub(super) offices: Vec<String>,
    /// The province's code.
    pub(super) province: String,
    /// The compliance department of the province.
    pub(super) compliance: String,
    held: HashMap<(String, i32), String>,
    keys: Keys,
    session: Session,
    ways: BTreeMap<&'static str, Peer>,
    tokens: Mutex<HashMap<String, Arc<str>>>,
    // Checking a password is work on purpose: not more at a time than directory has cores.
    signing_in: Semaphore,
}

impl Cast {
    /// Asks directory who is who.
    pub(super) async fn of(stack: &Stack, session: &Session) -> anyhow::Result<Self> {
        let mut directory = DirectoryServiceClient::new(session.peer("directory").await?)
            .max_decoding_message_size(LARGEST_MESSAGE);
        let units = answer(directory.list_units(ListUnitsRequest::default()).await)?.units;
        let posts = answer(directory.list_posts(ListPostsRequest::default()).await)?.posts;
        let file = stack.layout.path("keys/directory.pem");
        let keys = Keys::load(&file, "directory", "service", Arc::new(SystemClock))?;
        let mut ways = BTreeMap::new();
        for service in &crate::local::services::SERVICES {
            let url = stack.facts.grpc_url(service.name)?;
            ways.insert(service.name, Peer::with_token(&url, "")?);
        }
        let posts: Vec<Post> = posts.into_iter().filter_map(|view| view.post).collect();
        let of_kind = |kind: UnitKind| {
            let units = units.iter().filter(move |unit| unit.kind() == kind);
            units.map(|unit| unit.code.clone()).collect::<Vec<_>>()
        };
        Ok(Self {
            unions: unions(&units, &posts),
            offices: of_kind(UnitKind::Office),
            province: of_kind(UnitKind::Province)
                .pop()
                .context("there is no province")?,
            compliance: compliance(&posts)?,
            held: held(&posts),
            keys,
            session: session.clone(),
            ways,
            tokens: Mutex::default(),
            signing_in: Semaphore::new(2),
        })
    }

    /// Who holds the post of this role in a unit, or stands in for it.
    pub(super) fn holder(&self, unit: &str, role: Role) -> anyhow::Result<&str> {
        let held = self.held.get(&(unit.to_owned(), role.into()));
        held.map(String::as_str)
            .with_context(|| format!("nobody is {} at {unit}", role.as_str_name()))
    }

    /// The way of somebody to a service.
    pub(super) async fn peer(&self, person: &str, service: &str) -> anyhow::Result<Peer> {
        let known = {
            let tokens = self.tokens.lock();
            tokens
                .unwrap_or_else(PoisonError::into_inner)
                .get(person)
                .cloned()
        };
        let token = match known {
            Some(token) => token,
            None => self.sign_in(person).await?,
        };
        let way = self.ways.get(service).context("every service has a way")?;
        way.bearing(&token)
    }

    /// Signs somebody in, and lets what directory said of him hold to the end: the clock is turned by months.
    async fn sign_in(&self, person: &str) -> anyhow::Result<Arc<str>> {
        let mut directory = DirectoryServiceClient::new(
            self.ways
                .get("directory")
                .context("directory has a way")?
                .clone(),
        );
        let _turn = self.signing_in.acquire().await?;
        let facts = self.session.facts()?;
        let secret = if person == "admin" {
            "administrator"
        } else {
            "people"
        };
        let request = LoginRequest {
            account: person.to_owned(),
            password: facts.secret(secret)?.to_owned(),
        };
        let told = answer(directory.login(request).await)?.token;
        let payload = told.split('.').nth(1).context("a token has a payload")?;
        let mut claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?;
        claims.exp = FAR;
        let token: Arc<str> = self.keys.sign_token(&claims)?.into();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(person.to_owned(), token.clone());
        Ok(token)
    }
}

fn compliance(posts: &[Post]) -> anyhow::Result<String> {
    let head = posts
        .iter()
        .find(|post| post.role() == Role::ComplianceHead);
    Ok(head
        .context("the province has no compliance department")?
        .unit_code
        .clone())
}

/// The unions that have a reception and outlets.
fn unions(units: &[Unit], posts: &[Post]) -> Vec<Union> {
    let parent = |unit: &Unit| {
        let now = unit.periods.last();
        now.map(|period| period.parent_code.clone())
            .unwrap_or_default()
    };
    let within = |union: &str, wanted: &dyn Fn(&Unit) -> bool| {
        let units = units
            .iter()
            .filter(|unit| unit.union_code == union && wanted(unit));
        units.map(|unit| unit.code.clone()).collect::<Vec<_>>()
    };
    let all = units
        .iter()
        .filter(|unit| unit.kind() == UnitKind::Union && unit.retired_on.is_empty());
    let mut unions: Vec<Union> = all
        .filter_map(|unit| {
            let code = unit.code.clone();
            let management = posts.iter().find(|post| {
                post.role() == Role::SeniorManagement && post.unit_code.starts_with(&code)
            })?;
            Some(Union {
                office: parent(unit),
                reception: within(&code, &|unit| unit.reception).pop()?,
                management: management.unit_code.clone(),
                outlets: within(&code, &|unit| {
                    unit.kind() == UnitKind::Outlet && unit.retired_on.is_empty()
                }),
                code,
            })
        })
        .collect();
    unions.sort_by(|one, other| one.code.cmp(&other.code));
    unions
}

/// Who acts for each post: its holder, else its deputy.
fn held(posts: &[Post]) -> HashMap<(String, i32), String> {
    let mut held = HashMap::new();
    for post in posts.iter().filter(|post| post.abolished_on.is_empty()) {
        let acts = [&post.holder_person_id, &post.deputy_person_id];
        if let Some(person) = acts.into_iter().find(|person| !person.is_empty()) {
            held.insert((post.unit_code.clone(), post.role), person.clone());
        }
    }
    held
}
