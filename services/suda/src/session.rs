//! Who the command line is, and the way to the services of a stack.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chassis::grpc::{client::Peer, sentence};
use suda_proto::directory::v1::{LoginRequest, directory_service_client::DirectoryServiceClient};
use tonic::Status;

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
        let facts = self.facts()?;
        Peer::with_token(&facts.grpc_url(service)?, &self.token(&facts).await?)
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
            Err(status) => bail!("{} cannot sign in: {}", self.account, sentence(&status)),
        }
    }
}

/// An answer, or what went wrong in a sentence for people.
///
/// # Errors
/// The sentence.
pub fn answer<T>(answer: Result<tonic::Response<T>, Status>) -> anyhow::Result<T> {
    answer.map(tonic::Response::into_inner).map_err(|status| {
        let mut said = sentence(&status);
        for (field, wrong) in chassis::grpc::status::fields(&status) {
            said.push_str(&format!("\n  {field}: {wrong}"));
        }
        anyhow::anyhow!(said)
    })
}
