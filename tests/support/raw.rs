//! Calls by descriptor, so that every RPC there is can be tried without naming it: bytes in, bytes out, or JSON both ways.

use bytes::{Buf as _, BufMut as _};
use chassis::grpc::{LARGEST_MESSAGE, client::Peer};
use prost_reflect::{
    DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor, SerializeOptions,
    prost::Message as _,
};
use serde_json::Value;
use suda::local::services::SERVICES;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};

/// An RPC and a service that answers it.
#[derive(Debug, Clone)]
pub struct Rpc {
    /// The service, e.g. "sla-watchdog".
    pub service: &'static str,
    /// The RPC, e.g. "suda.intake.v1.IntakeService/Register".
    pub name: String,
    /// Its descriptor.
    pub method: MethodDescriptor,
}

impl Rpc {
    /// The RPC of this name, e.g. "suda.routing.v1.RoutingService/Accept".
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let found = every_rpc().into_iter().find(|rpc| rpc.name == name);
        found.unwrap_or_else(|| panic!("there is no RPC {name}"))
    }

    /// A request from its JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn request(&self, json: &Value) -> DynamicMessage {
        DynamicMessage::deserialize(self.method.input(), json)
            .unwrap_or_else(|error| panic!("{json} is no request of {}: {error}", self.name))
    }

    /// Calls it with the JSON of a request; a stream answers a list.
    ///
    /// # Errors
    /// What the service refused.
    pub async fn ask(&self, peer: Peer, json: &Value) -> Result<Value, Status> {
        let answered = call(peer, &self.name, self.request(json).encode_to_vec()).await?;
        let read = |bytes: &Vec<u8>| to_json(&self.method.output(), bytes);
        if self.method.is_server_streaming() {
            return Ok(answered.iter().map(read).collect());
        }
        Ok(answered.first().map(read).unwrap_or_default())
    }
}

/// A message as JSON, with the names of its contract.
///
/// # Panics
/// When the bytes are none.
#[must_use]
pub fn to_json(message: &MessageDescriptor, bytes: &[u8]) -> Value {
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .stringify_64_bit_integers(false);
    DynamicMessage::decode(message.clone(), bytes)
        .expect("a message")
        .serialize_with_options(serde_json::value::Serializer, &options)
        .expect("JSON")
}

/// Every RPC of every service of a stack; what all services answer stands there once for each.
#[must_use]
pub fn every_rpc() -> Vec<Rpc> {
    let pool = DescriptorPool::decode(suda_proto::DESCRIPTORS).expect("the descriptors");
    let mut found = Vec::new();
    for answered in pool.services() {
        let full = answered.full_name();
        let Some(package) = full.strip_prefix("suda.") else {
            continue;
        };
        let package = package.split('.').next().unwrap_or_default();
        let by = SERVICES
            .iter()
            .filter(|service| service.package == package || package == "operation");
        for service in by {
            found.extend(answered.methods().map(|method| Rpc {
                service: service.name,
                name: format!("{full}/{}", method.name()),
                method,
            }));
        }
    }
    assert!(found.len() > 90, "the RPCs were not found");
    found
}

/// Calls an RPC with the bytes of a request and gives the bytes of each message it answers.
///
/// # Errors
/// What the service refused.
pub async fn call(peer: Peer, rpc: &str, request: Vec<u8>) -> Result<Vec<Vec<u8>>, Status> {
    let mut grpc = Grpc::new(peer).max_decoding_message_size(LARGEST_MESSAGE);
    grpc.ready()
        .await
        .map_err(|error| Status::unavailable(error.to_string()))?;
    let path = format!("/{rpc}").parse().expect("a path");
    let requests = tokio_stream::once(request);
    let answer = grpc.streaming(Request::new(requests), path, Raw).await?;
    let mut messages = Vec::new();
    let mut stream = answer.into_inner();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

/// Leaves messages as they are.
#[derive(Debug, Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.put_slice(&item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut item = vec![0; from.remaining()];
        from.copy_to_slice(&mut item);
        Ok(Some(item))
    }
}
