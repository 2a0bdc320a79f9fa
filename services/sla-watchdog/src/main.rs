//! Starts sla-watchdog.

fn main() -> std::process::ExitCode {
    chassis::run::main::<sla_watchdog::SlaWatchdog>()
}
