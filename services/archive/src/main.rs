//! Starts archive.

fn main() -> std::process::ExitCode {
    chassis::run::main::<archive::Archive>()
}
