//! Who may call what: one Cedar file for the suite, one question for every RPC.
//!
//! Rules speak of roles and RPCs only, so an answer is kept for each pair of them. What a caller sees within an RPC is
//! bounded by the unions and units in the token, which is each service's own affair.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::{PoisonError, RwLock},
};

use cedar_policy::{
    ActionConstraint, Authorizer, Context, Decision, Effect, Entities, Entity, EntityId,
    EntityTypeName, EntityUid, PolicySet, Request,
};
use prost::Message as _;

/// The RPCs that take no token: signing in, and what a probe or a developer's tool asks.
const OPEN: [&str; 3] = [
    "suda.directory.v1.DirectoryService/Login",
    "grpc.health.v1.Health/",
    "grpc.reflection.v1.",
];

/// How many answers are kept; what no honest set of callers reaches.
const REMEMBERED: usize = 65_536;

/// What is wrong with the access rules. It stops the service at start.
#[derive(Debug, thiserror::Error)]
pub enum AccessTrouble {
    /// The file cannot be read.
    #[error("the access rules cannot be read: {0}")]
    Rules(String),
    /// RPCs stand in no permit.
    #[error("no access rule names {}; add a permit to proto/access.cedar", .0.join(", "))]
    NoRule(Vec<String>),
    /// A service is served that the contracts do not know.
    #[error("service {0} is served but stands in no contract")]
    NoContract(String),
    /// The descriptors cannot be read.
    #[error("the descriptors of the contracts cannot be read")]
    Descriptors(#[source] prost::DecodeError),
}

/// Whether this RPC takes no token.
#[must_use]
pub fn is_open(action: &str) -> bool {
    OPEN.iter()
        .any(|open| action == *open || (!open.contains("Login") && action.starts_with(open)))
}

/// Every RPC of the contracts, as `package.Service/Method`.
pub fn every_rpc() -> Result<BTreeSet<String>, AccessTrouble> {
    let files = prost_types::FileDescriptorSet::decode(suda_proto::DESCRIPTORS)
        .map_err(AccessTrouble::Descriptors)?;
    let mut rpcs = BTreeSet::new();
    for file in &files.file {
        for service in &file.service {
            for method in &service.method {
                rpcs.insert(format!(
                    "{}.{}/{}",
                    file.package(),
                    service.name(),
                    method.name()
                ));
            }
        }
    }
    Ok(rpcs)
}

/// The access rules.
pub struct Access {
    rules: PolicySet,
    named: HashSet<String>,
    authorizer: Authorizer,
    types: Types,
    answers: RwLock<HashMap<(String, String), bool>>,
}

struct Types {
    person: EntityTypeName,
    role: EntityTypeName,
    action: EntityTypeName,
    service: EntityTypeName,
}

impl Access {
    /// Reads the rules.
    pub fn parse(text: &str) -> Result<Self, AccessTrouble> {
        let rules: PolicySet = text
            .parse()
            .map_err(|error| AccessTrouble::Rules(chain(&error)))?;
        let mut named = HashSet::new();
        for rule in rules
            .policies()
            .filter(|rule| rule.effect() == Effect::Permit)
        {
            match rule.action_constraint() {
                // A permit for everything names nothing: a new RPC needs a decision of its own.
                ActionConstraint::Any => {}
                ActionConstraint::Eq(action) => {
                    named.insert(action.id().unescaped().to_owned());
                }
                ActionConstraint::In(actions) => {
                    named.extend(
                        actions
                            .iter()
                            .map(|action| action.id().unescaped().to_owned()),
                    );
                }
            }
        }
        let name = |name: &str| {
            name.parse::<EntityTypeName>()
                .map_err(|error| AccessTrouble::Rules(error.to_string()))
        };
        let types = Types {
            person: name("Person")?,
            role: name("Role")?,
            action: name("Action")?,
            service: name("Service")?,
        };
        Ok(Self {
            rules,
            named,
            authorizer: Authorizer::new(),
            types,
            answers: RwLock::default(),
        })
    }

    /// The RPCs that permits name.
    #[must_use]
    pub fn named(&self) -> &HashSet<String> {
        &self.named
    }

    /// Checks that every RPC of these services stands in some permit, and lists those RPCs.
    pub fn check_served(&self, services: &[&str]) -> Result<HashSet<String>, AccessTrouble> {
        let every = every_rpc()?;
        let mut served = HashSet::new();
        for service in services {
            let prefix = format!("{service}/");
            let before = served.len();
            served.extend(every.iter().filter(|rpc| rpc.starts_with(&prefix)).cloned());
            if served.len() == before {
                return Err(AccessTrouble::NoContract((*service).to_owned()));
            }
        }
        let mut bare: Vec<String> = served
            .iter()
            .filter(|rpc| !is_open(rpc) && !self.named.contains(*rpc))
            .cloned()
            .collect();
        if bare.is_empty() {
            return Ok(served);
        }
        bare.sort();
        Err(AccessTrouble::NoRule(bare))
    }

    /// Whether somebody with these roles (sorted, each once) may call this RPC.
    #[must_use]
    pub fn allows(&self, roles: &[&str], action: &str) -> bool {
        let asked = (roles.join(" "), action.to_owned());
        if let Some(answer) = self
            .answers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&asked)
        {
            return *answer;
        }
        let answer = self.ask(roles, action);
        let mut answers = self.answers.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= REMEMBERED {
            answers.clear();
        }
        answers.insert(asked, answer);
        answer
    }

    fn ask(&self, roles: &[&str], action: &str) -> bool {
        let uid = |kind: &EntityTypeName, id: &str| {
            EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
        };
        let person = uid(&self.types.person, "caller");
        let roles: HashSet<EntityUid> = roles
            .iter()
            .map(|role| uid(&self.types.role, role))
            .collect();
        let service = action.split('/').next().unwrap_or_default();
        let known = roles
            .iter()
            .cloned()
            .map(Entity::with_uid)
            .chain([Entity::new_no_attrs(person.clone(), roles.clone())]);
        let Ok(entities) = Entities::from_entities(known, None) else {
            return false;
        };
        let (action, service) = (
            uid(&self.types.action, action),
            uid(&self.types.service, service),
        );
        let Ok(request) = Request::new(person, action, service, Context::empty(), None) else {
            return false;
        };
        self.authorizer
            .is_authorized(&request, &self.rules, &entities)
            .decision()
            == Decision::Allow
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    crate::telemetry::chain(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        permit (principal in Role::"reception_clerk", action == Action::"suda.operation.v1.OperationService/Status", resource);
        permit (principal, action in [Action::"suda.operation.v1.OperationService/ListParked"], resource);
    "#;

    #[test]
    fn only_a_role_with_a_rule_may_call() {
        let access = Access::parse(RULES).unwrap();
        let status = "suda.operation.v1.OperationService/Status";
        for _ in 0..2 {
            assert!(access.allows(&["handler", "reception_clerk"], status));
            assert!(!access.allows(&["handler"], status));
            assert!(!access.allows(&[], status));
            assert!(access.allows(&[], "suda.operation.v1.OperationService/ListParked"));
            assert!(!access.allows(
                &["administrator"],
                "suda.operation.v1.OperationService/AdvanceClock"
            ));
        }
    }

    #[test]
    fn an_rpc_without_a_rule_stops_the_service_at_start() {
        let access = Access::parse(RULES).unwrap();
        let trouble = access
            .check_served(&["suda.operation.v1.OperationService"])
            .unwrap_err()
            .to_string();
        assert!(
            trouble.contains("OperationService/AdvanceClock") && !trouble.contains("/Status,"),
            "{trouble}"
        );
        assert!(matches!(
            access.check_served(&["suda.nobody.v1.Nobody"]),
            Err(AccessTrouble::NoContract(_))
        ));
        // A permit for all actions is no decision about any of them.
        let broad = Access::parse("permit (principal, action, resource);").unwrap();
        assert!(matches!(
            broad.check_served(&["suda.operation.v1.OperationService"]),
            Err(AccessTrouble::NoRule(_))
        ));
    }

    #[test]
    fn the_rules_of_the_suite_name_rpcs_and_roles_that_exist() {
        let access = Access::parse(suda_proto::ACCESS).unwrap();
        let every = every_rpc().unwrap();
        let strangers: Vec<_> = access
            .named()
            .iter()
            .filter(|rpc| !every.contains(*rpc))
            .collect();
        assert!(
            strangers.is_empty(),
            "access.cedar names RPCs that do not exist: {strangers:?}"
        );
        let roles = crate::auth::every_role();
        for named in suda_proto::ACCESS.split("Role::\"").skip(1) {
            let role = named.split('"').next().unwrap_or_default();
            assert!(
                roles.iter().any(|known| known == role),
                "access.cedar names the role {role}, which does not exist"
            );
        }
        access
            .check_served(&["suda.operation.v1.OperationService"])
            .unwrap();
    }

    #[test]
    fn login_health_and_reflection_alone_take_no_token() {
        assert!(is_open("suda.directory.v1.DirectoryService/Login"));
        assert!(is_open("grpc.health.v1.Health/Check"));
        assert!(is_open(
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
        ));
        assert!(!is_open(
            "suda.directory.v1.DirectoryService/LoginAsAnybody"
        ));
        assert!(!is_open("suda.directory.v1.DirectoryService/WhoAmI"));
    }
}
