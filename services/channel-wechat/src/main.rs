//! Starts the WeChat adapter.

fn main() -> std::process::ExitCode {
    chassis::run::main::<channel_wechat::ChannelWechat>()
}
