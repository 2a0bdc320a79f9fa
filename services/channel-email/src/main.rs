//! Starts the e-mail adapter.

fn main() -> std::process::ExitCode {
    chassis::run::main::<channel_email::ChannelEmail>()
}
