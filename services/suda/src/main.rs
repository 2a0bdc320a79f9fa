//! The command line of Suda.

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let command = suda::commands::Command::parse();
    let done = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(suda::commands::run(command)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            suda::output::note(&format!(
                "suda: {}",
                chassis::telemetry::chain(error.as_ref())
            ));
            ExitCode::FAILURE
        }
    }
}
