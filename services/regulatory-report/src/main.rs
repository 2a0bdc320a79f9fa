//! Starts regulatory-report.

fn main() -> std::process::ExitCode {
    chassis::run::main::<regulatory_report::RegulatoryReport>()
}
