//! Compiles the contracts. No system `protoc` is needed: `protox` is a pure Rust compiler.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

/// Where the contracts stand.
const CONTRACTS: &str = "suda";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CONTRACTS}");
    let mut files = contracts(Path::new(CONTRACTS))?;
    files.sort();
    let descriptors = protox::compile(files, ["."])?;
    // Reflection serves the same descriptors that the code was generated from.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        out.join("descriptors.bin"),
        prost_build_encode(&descriptors),
    )?;
    fs::write(out.join("facts.rs"), facts(&descriptors))?;
    // Every message knows its full name, and that name is its subject on the bus.
    let mut prost = prost_build::Config::new();
    prost.enable_type_names();
    tonic_prost_build::configure().compile_fds_with_config(descriptors, prost)?;
    Ok(())
}

/// Every contract below a folder.
fn contracts(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(contracts(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "proto") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The facts: the messages of an `events.proto` that say when they occurred, each with its generated type.
fn facts(descriptors: &prost_types::FileDescriptorSet) -> String {
    let told = descriptors
        .file
        .iter()
        .filter(|file| file.name().ends_with("events.proto"));
    let mut entries = String::new();
    for file in told {
        let module = file
            .package()
            .trim_start_matches("suda.")
            .replace('.', "::");
        let dated = file.message_type.iter().filter(|message| {
            let mut fields = message.field.iter();
            fields.any(|field| field.name() == "occurred_at")
        });
        for message in dated {
            let (package, name) = (file.package(), message.name());
            entries.push_str(&format!(
                "Fact {{ name: \"{package}.{name}\", again: again::<{module}::{name}> }},"
            ));
        }
    }
    format!("&[{entries}]")
}

fn prost_build_encode(descriptors: &impl protox::prost::Message) -> Vec<u8> {
    descriptors.encode_to_vec()
}
