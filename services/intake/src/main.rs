//! Starts intake.

fn main() -> std::process::ExitCode {
    chassis::run::main::<intake::Intake>()
}
