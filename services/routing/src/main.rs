//! Starts routing.

fn main() -> std::process::ExitCode {
    chassis::run::main::<routing::Routing>()
}
