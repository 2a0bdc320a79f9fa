//! The contracts between services: messages and RPCs, and who may call them.
#![expect(
    missing_docs,
    reason = "generated; the comments stand in the .proto files"
)]

macro_rules! package {
    ($service:ident, $name:literal) => {
        pub mod $service {
            pub mod v1 {
                tonic::include_proto!($name);
            }
        }
    };
}

package!(archive, "suda.archive.v1");
package!(channel, "suda.channel.v1");
package!(common, "suda.common.v1");
package!(directory, "suda.directory.v1");
package!(intake, "suda.intake.v1");
package!(operation, "suda.operation.v1");
package!(regulatory_report, "suda.regulatory_report.v1");
package!(routing, "suda.routing.v1");
package!(sla_watchdog, "suda.sla_watchdog.v1");

/// The file descriptors of everything above, for reflection and for the check that every RPC has a rule.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// Who may call what: the Cedar policies of the whole suite.
pub const ACCESS: &str = include_str!("../access.cedar");

/// A fact that a service tells.
#[derive(Debug, Clone, Copy)]
pub struct Fact {
    /// Its full name, which is its subject on the bus.
    pub name: &'static str,
    /// Reads it with today's type and writes it again.
    pub again: fn(&[u8]) -> Result<Vec<u8>, prost::DecodeError>,
}

/// Every fact: the messages of an `events.proto` that say when they occurred.
pub const FACTS: &[Fact] = include!(concat!(env!("OUT_DIR"), "/facts.rs"));

fn again<M: prost::Message + Default>(bytes: &[u8]) -> Result<Vec<u8>, prost::DecodeError> {
    M::decode(bytes).map(|message| message.encode_to_vec())
}
