//! Everything the archive does.

use chassis::{auth::Caller, db::Tx, requests};
use chrono::{DateTime, Utc};
use prost::Message;
use uuid::Uuid;

use crate::errors::ActionError;

pub mod addending;
pub mod checkpointing;
pub mod disposing;
pub mod guarding;
pub mod retaining;
pub mod round;
pub mod sealing;
pub mod transferring;
pub mod verifying;

/// Who does something, as it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person_id: String,
    /// The post it acts in.
    pub post: String,
}

/// In which post a caller acts for a union: one of these roles in it, or at a level above it.
#[must_use]
pub fn actor(caller: &Caller, roles: &[&str], union: &str) -> Actor {
    let held = || {
        caller
            .posts
            .iter()
            .filter(|post| roles.is_empty() || roles.contains(&post.role.as_str()))
    };
    let post = held().find(|post| post.union == union).or(held().next());
    Actor {
        person_id: caller.person_id.clone(),
        post: post.map_or_else(String::new, |post| post.code.clone()),
    }
}

/// In which post of the union itself a caller acts; somebody of another union, or from above, does not.
///
/// # Errors
/// When the caller holds no such post there.
pub fn own(
    caller: &Caller,
    roles: &[&str],
    union: &str,
    sentence: &str,
) -> Result<Actor, ActionError> {
    let held = caller
        .posts
        .iter()
        .any(|post| post.union == union && roles.contains(&post.role.as_str()));
    if held {
        Ok(actor(caller, roles, union))
    } else {
        Err(ActionError::NotYours(sentence.to_owned()))
    }
}

/// A command: the same id gives the same answer.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The request's id.
    pub id: Uuid,
    /// What it asks.
    pub rpc: &'static str,
    /// The digest of the request.
    pub digest: Vec<u8>,
}

impl Asked {
    /// A request that came in.
    ///
    /// # Errors
    /// When its id is none.
    pub fn of(rpc: &'static str, id: &str, request: &impl Message) -> Result<Self, ActionError> {
        Ok(Self {
            id: requests::id(id)?,
            rpc,
            digest: requests::digest(request),
        })
    }

    /// What was answered when it came before.
    ///
    /// # Errors
    /// When its id stands for another request.
    pub async fn before<M: Message + Default>(&self, tx: &Tx) -> Result<Option<M>, ActionError> {
        let known = requests::once(tx, self.id, self.rpc, &self.digest).await?;
        known
            .map(|bytes| {
                M::decode(bytes.as_slice())
                    .map_err(|error| ActionError::Broken(format!("answer to {}: {error}", self.id)))
            })
            .transpose()
    }

    /// Remembers what is answered.
    ///
    /// # Errors
    /// When the database fails, or the same request was answered meanwhile.
    pub async fn after(
        &self,
        tx: &Tx,
        answer: &impl Message,
        now: DateTime<Utc>,
    ) -> Result<(), ActionError> {
        requests::answered(tx, self.id, self.rpc, &self.digest, answer, now).await?;
        Ok(())
    }
}
