//! Starts directory.

fn main() -> std::process::ExitCode {
    chassis::run::main::<directory::Directory>()
}
