//! Who the command line is, and the way to the services of a stack.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chassis::grpc::{client::Peer, sentence};
use suda_proto::directory::v1::{LoginRequest, directory_service_client::DirectoryServiceClient};
use tonic::{Code, Status};

use crate::local::layout::Facts;

/// Where the stack is and as whom to speak to it.
#[derive(Debug, Clone, clap::Args)]
pub struct Session {
    /// The folder of the local stack.
    #[arg(long, env = "SUDA_STATE", default_value = ".suda/stack", global = true)]
    pub state: PathBuf,
    /// The account to sign in with: the id of a person, or "admin".
    #[arg(
        long = "as",
        env = "SUDA_ACCOUNT",
        default_value = "admin",
        global = true
    )]
    pub account: String,
    /// Its password; a local stack knows the first one itself.
    #[arg(
        long,
        env = "SUDA_PASSWORD",
        hide_env_values = true,
        default_value = "",
        global = true
    )]
    pub password: String,
}

impl Session {
    /// The facts of the stack.
    ///
    /// # Errors
    /// When there is none.
    pub fn facts(&self) -> anyhow::Result<Facts> {
        let known = Facts::load(&self.state)?;
        known.with_context(|| {
            format!(
                "no stack was started in {}; run deploy/up first",
                self.state.display()
            )
        })
    }

    /// Signs in and gives a way to `service`.
    ///
    /// # Errors
    /// When the password is wrong or directory does not answer.
    pub async fn peer(&self, service: &str) -> anyhow::Result<Peer> {
        self.sign_in().await?.peer(service)
    }

    /// Signs in, for several ways.
    ///
    /// # Errors
    /// When the password is wrong or directory does not answer.
    pub async fn sign_in(&self) -> anyhow::Result<SignedIn> {
        let facts = self.facts()?;
        let token = self.token(&facts).await?;
        Ok(SignedIn { facts, token })
    }

    /// The same stack as somebody else.
    #[must_use]
    pub fn as_account(&self, account: &str) -> Self {
        Self {
            account: account.to_owned(),
            password: String::new(),
            ..self.clone()
        }
    }

    async fn token(&self, facts: &Facts) -> anyhow::Result<String> {
        let password = match (self.password.as_str(), self.account.as_str()) {
            ("", "admin") => facts.secret("administrator")?,
            ("", _) => facts.secret("people")?,
            (given, _) => given,
        };
        let mut client =
            DirectoryServiceClient::new(Peer::with_token(&facts.grpc_url("directory")?, "")?);
        let request = LoginRequest {
            account: self.account.clone(),
            password: password.to_owned(),
        };
        match client.login(request).await {
            Ok(answer) => Ok(answer.into_inner().token),
            Err(status) => bail!(
                "{} 不能登录:{};--as 指定账号,--password 指定密码",
                self.account,
                sentence(&status)
            ),
        }
    }
}

/// Somebody who signed in.
#[derive(Clone)]
pub struct SignedIn {
    facts: Facts,
    token: String,
}

/// The token stays out of every print.
impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignedIn(…)")
    }
}

impl SignedIn {
    /// A way to `service`, a connection of its own.
    ///
    /// # Errors
    /// When the stack has no such service.
    pub fn peer(&self, service: &str) -> anyhow::Result<Peer> {
        Peer::with_token(&self.facts.grpc_url(service)?, &self.token)
    }
}

/// An answer, or what went wrong in a sentence for people: each wrong field on a line, the reason's code behind it.
///
/// # Errors
/// The sentence.
pub fn answer<T>(answer: Result<tonic::Response<T>, Status>) -> anyhow::Result<T> {
    answer
        .map(tonic::Response::into_inner)
        .map_err(|status| anyhow::anyhow!(sentence(&status)))
}

/// The bytes that come in parts; `data` takes those of a part.
///
/// # Errors
/// When the stream breaks off.
pub async fn gathered<P>(
    mut parts: tonic::Streaming<P>,
    data: impl Fn(P) -> Vec<u8>,
) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        bytes.extend(data(part));
    }
    Ok(bytes)
}

/// An answer to something that was to be done; `again` is what to add to the same command so that it is not done twice.
///
/// # Errors
/// The sentence, and what to do.
pub fn done<T>(told: Result<tonic::Response<T>, Status>, again: &str) -> anyhow::Result<T> {
    let uncertain = told.as_ref().err().is_some_and(|status| {
        matches!(
            status.code(),
            Code::Unavailable
                | Code::DeadlineExceeded
                | Code::Cancelled
                | Code::Internal
                | Code::Unknown
        )
    });
    let told = answer(told);
    if uncertain {
        return told
            .map_err(|error| anyhow::anyhow!("{error}\n重试请在原命令后加 {again},不会重复办理"));
    }
    told
}
