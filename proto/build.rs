//! Compiles the contracts. No system `protoc` is needed: `protox` is a pure Rust compiler.

use std::{env, error::Error, fs, path::PathBuf};

const FILES: &[&str] = &[
    "suda/archive/v1/events.proto",
    "suda/archive/v1/service.proto",
    "suda/channel/v1/events.proto",
    "suda/common/v1/common.proto",
    "suda/directory/v1/events.proto",
    "suda/directory/v1/service.proto",
    "suda/intake/v1/events.proto",
    "suda/intake/v1/relation_service.proto",
    "suda/intake/v1/service.proto",
    "suda/operation/v1/service.proto",
    "suda/regulatory_report/v1/events.proto",
    "suda/regulatory_report/v1/service.proto",
    "suda/routing/v1/accountability_service.proto",
    "suda/routing/v1/appeal_service.proto",
    "suda/routing/v1/case.proto",
    "suda/routing/v1/course_events.proto",
    "suda/routing/v1/course_service.proto",
    "suda/routing/v1/disclosure_service.proto",
    "suda/routing/v1/events.proto",
    "suda/routing/v1/matter.proto",
    "suda/routing/v1/matter_events.proto",
    "suda/routing/v1/panel_service.proto",
    "suda/routing/v1/rectification_service.proto",
    "suda/routing/v1/service.proto",
    "suda/sla_watchdog/v1/events.proto",
    "suda/sla_watchdog/v1/service.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for file in FILES {
        println!("cargo::rerun-if-changed={file}");
    }
    let descriptors = protox::compile(FILES, ["."])?;
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
