//! `suda keys`: everything secret that an installation needs.

use std::path::{Path, PathBuf};

use intake::vault::Suite;

use crate::{installation, output};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Keys {
    /// Makes a folder with all of it: keys, passwords, the vault, roles for PostgreSQL, users for NATS.
    All {
        /// The folder; it must not be there yet.
        folder: PathBuf,
        /// Where PostgreSQL is, `host:port`.
        #[arg(long, default_value = "postgres:5432")]
        database: String,
        /// Seal identities and texts by SM4-GCM and SM3 (商用密码) instead of AES-256-GCM and SHA-256.
        #[arg(long)]
        commercial_cryptography: bool,
    },
    /// Makes a private key and prints the public one.
    New {
        /// The file for the private key; it must not be there yet.
        file: PathBuf,
    },
    /// Writes `trust.toml` of such a folder anew, after a key was replaced.
    Trust {
        /// The folder.
        folder: PathBuf,
    },
}

pub(super) fn run(what: &Keys) -> anyhow::Result<()> {
    match what {
        Keys::All {
            folder,
            database,
            commercial_cryptography,
        } => {
            let suite = if *commercial_cryptography {
                Suite::Commercial
            } else {
                Suite::Aes
            };
            installation::make(folder, database, suite)?;
            made(folder);
        }
        Keys::New { file } => {
            let key = chassis::keys::generate()?;
            chassis::keys::write_private(file, &key.private_pem)?;
            output::text(key.public_pem.trim_end());
        }
        Keys::Trust { folder } => {
            installation::trust(folder)?;
            made(&folder.join("trust.toml"));
        }
    }
    Ok(())
}

fn made(path: &Path) {
    output::note(&format!(
        "{} is made; keep it as what it is, the keys to everything",
        path.display()
    ));
}
