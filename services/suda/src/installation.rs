//! What a new installation needs before its first start: everything secret, in one folder, and whom the services believe.
//!
//! ```text
//! trust.toml                  the public keys whose tokens are taken
//! postgres-password           the password of the owner of the PostgreSQL server, where Suda brings it
//! roles.sql                   a role and a database for each service
//! nats-users.conf             a user for each service, who may tell facts in its own name only
//! <service>/key.pem           its private key
//! <service>/database-url      its database, with its password
//! <service>/nats-password     its password at the broker
//! intake/vault.toml           the keys of the vault of identities
//! directory/bootstrap-password, directory/initial-password
//! stack.json                  for `suda --state FOLDER`: the ports that deploy/compose.yaml opens on loopback
//! ```
//!
//! Who may enter the folder may read its files: it is the folder that is closed. So a container, which runs as another user,
//! can be given single files out of it.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, ensure};
use chassis::{
    auth::Trust,
    clock::SystemClock,
    keys::{self, Keys},
};
use intake::vault::{self, Suite};

use crate::local::{
    layout::Facts,
    nats, postgres,
    services::{SERVICES, Service},
};

/// The first loopback port that deploy/compose.yaml opens; the others follow in the order of the services.
const FIRST_PORT: u16 = 7411;

/// Makes the folder with everything in it, for a PostgreSQL at `database` (`host:port`) and a vault of this suite.
///
/// # Errors
/// When the folder is there already: what is in it may be in use.
pub fn make(folder: &Path, database: &str, suite: Suite) -> anyhow::Result<()> {
    ensure!(
        !folder.exists(),
        "{} is there already, and what is in it may be in use; name another folder",
        folder.display()
    );
    let made = |path: &Path| {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("cannot make {}", path.display()))
    };
    made(folder)?;
    let (mut roles, mut users) = (String::new(), String::new());
    for service in &SERVICES {
        let own = folder.join(service.name);
        made(&own)?;
        keys::write_private(&own.join("key.pem"), &keys::generate()?.private_pem)?;
        let (password, name) = (word(), service.database());
        write(
            &own.join("database-url"),
            &format!("postgres://{name}:{password}@{database}/{name}"),
        )?;
        for statement in postgres::own_database(&name, &password) {
            roles.push_str(&statement);
            roles.push_str(";\n");
        }
        let password = word();
        write(&own.join("nats-password"), &password)?;
        users.push_str(&nats::user(service, &password));
    }
    write(&folder.join("roles.sql"), &roles)?;
    write(
        &folder.join("nats-users.conf"),
        &format!("users: [\n{users}]\n"),
    )?;
    write(&folder.join("postgres-password"), &word())?;
    let directory = folder.join("directory");
    let (administrator, people) = (word(), word());
    write(&directory.join("bootstrap-password"), &administrator)?;
    write(&directory.join("initial-password"), &people)?;
    let facts = serde_json::to_string_pretty(&facts(administrator, people))?;
    write(&folder.join("stack.json"), &facts)?;
    vault::make(&folder.join("intake/vault.toml"), suite).context("cannot make the vault file")?;
    trust(folder)?;
    open_files(folder)
}

/// Writes `trust.toml` of such a folder from the keys in it: directory is believed for everybody it signs in, the others for
/// themselves.
///
/// # Errors
/// When a key cannot be read.
pub fn trust(folder: &Path) -> anyhow::Result<()> {
    let trusted = |service: &Service| {
        let file = folder.join(service.name).join("key.pem");
        let keys = Keys::load(&file, service.name, service.role, Arc::new(SystemClock))?;
        Ok(if service.name == "directory" {
            keys.trusted_for_everyone()
        } else {
            keys.trusted()
        })
    };
    let keys = SERVICES
        .iter()
        .map(trusted)
        .collect::<anyhow::Result<Vec<_>>>()?;
    Trust { keys }.write(&folder.join("trust.toml"))?;
    Ok(())
}

/// What the command line must know to speak to a stack that deploy/compose.yaml runs.
fn facts(administrator: String, people: String) -> Facts {
    let ports = SERVICES.iter().zip(FIRST_PORT..);
    Facts {
        ports: ports
            .map(|(service, port)| (format!("{}.grpc", service.name), port))
            .collect(),
        secrets: [
            ("administrator".to_owned(), administrator),
            ("people".to_owned(), people),
        ]
        .into(),
        simulated_clock: false,
    }
}

fn word() -> String {
    hex::encode(rand::random::<[u8; 24]>())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Lets every file below be read by whoever gets there.
fn open_files(folder: &Path) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            open_files(&path)?;
        } else {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_has_a_key_of_its_own_for_every_service_and_is_closed() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("secrets");
        make(&folder, "db:5432", Suite::Aes).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        let trust = Trust::load(&folder.join("trust.toml")).unwrap();
        assert_eq!(trust.keys.len(), SERVICES.len());
        let roles = fs::read_to_string(folder.join("roles.sql")).unwrap();
        let users = fs::read_to_string(folder.join("nats-users.conf")).unwrap();
        for service in &SERVICES {
            let read = |name: &str| {
                let file = folder.join(service.name).join(name);
                assert_eq!(mode(&file), 0o644, "{}", file.display());
                fs::read_to_string(file).unwrap()
            };
            let url = read("database-url");
            let (_, rest) = url.split_once(':').unwrap();
            let password = rest.rsplit_once(':').unwrap().0.rsplit_once('@').unwrap().0;
            let password = password.rsplit_once(':').unwrap().1;
            assert!(roles.contains(password), "{}", service.name);
            assert!(users.contains(&read("nats-password")), "{}", service.name);
        }
        let again = make(&folder, "db:5432", Suite::Aes)
            .unwrap_err()
            .to_string();
        assert!(again.contains("in use"), "{again}");
    }
}
