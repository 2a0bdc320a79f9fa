//! Starts the telephone adapter.

fn main() -> std::process::ExitCode {
    chassis::run::main::<channel_phone::ChannelPhone>()
}
