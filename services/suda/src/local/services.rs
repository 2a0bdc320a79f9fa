//! Which services a stack has.

/// A service of the suite, as the launcher sees it.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// Its name: of its binary, its folder, its log.
    pub name: &'static str,
    /// The package of the facts it tells, which it alone may publish.
    pub package: &'static str,
    /// Whether it has an HTTP door of its own for callers from outside.
    pub web: bool,
    /// The role of its own identity.
    pub role: &'static str,
}

impl Service {
    /// The name of its database and of its role there.
    #[must_use]
    pub fn database(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The beginning of its environment variables.
    #[must_use]
    pub fn variable(&self, key: &str) -> String {
        format!("{}__{key}", self.database().to_uppercase())
    }
}

/// All of them, in the order they are started.
pub const SERVICES: [Service; 9] = [
    service("directory", "directory", false, "service"),
    service("intake", "intake", false, "service"),
    service("routing", "routing", false, "service"),
    service("sla-watchdog", "sla_watchdog", false, "service"),
    service("archive", "archive", false, "service"),
    service("regulatory-report", "regulatory_report", false, "service"),
    service("channel-email", "channel", false, "channel"),
    service("channel-wechat", "channel", true, "channel"),
    service("channel-phone", "channel", true, "channel"),
];

const fn service(
    name: &'static str,
    package: &'static str,
    web: bool,
    role: &'static str,
) -> Service {
    Service {
        name,
        package,
        web,
        role,
    }
}
