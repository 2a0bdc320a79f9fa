//! A receiver of traces, as operators run one: OTLP over gRPC.

use std::{
    collections::BTreeSet,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
    common::v1::any_value::Value,
};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};

/// A span as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The service that sent it.
    pub service: String,
    /// What was done.
    pub name: String,
    /// The trace it belongs to.
    pub trace: Vec<u8>,
    /// Its id.
    pub id: Vec<u8>,
    /// The span that caused it; empty for the first of a trace.
    pub parent: Vec<u8>,
}

/// Receives traces as long as it is there.
#[derive(Debug)]
pub struct Collector {
    /// Where it receives.
    pub url: String,
    spans: Arc<Mutex<Vec<Span>>>,
    _server: JoinSet<()>,
}

impl Collector {
    /// Receives from now on.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let spans = Arc::default();
        let sink = TraceServiceServer::new(Sink(Arc::clone(&spans)));
        let mut server = JoinSet::new();
        server.spawn(async move {
            Server::builder()
                .add_service(sink)
                .serve_with_incoming(TcpListenerStream::new(listener))
                .await
                .expect("it receives");
        });
        Self {
            url,
            spans,
            _server: server,
        }
    }

    /// What was received so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let spans = self.spans.lock().unwrap_or_else(PoisonError::into_inner);
        spans.clone()
    }

    /// The services that took part in a trace.
    #[must_use]
    pub fn services(&self, trace: &[u8]) -> BTreeSet<String> {
        let spans = self.spans();
        let parts = spans.iter().filter(|span| span.trace == trace);
        parts.map(|span| span.service.clone()).collect()
    }

    /// The spans from the first of its trace to this one.
    #[must_use]
    pub fn way_to(&self, span: &Span) -> Vec<Span> {
        let spans = self.spans();
        let mut way = vec![span.clone()];
        while let Some(cause) = way
            .last()
            .and_then(|last| spans.iter().find(|cause| cause.id == last.parent))
        {
            way.push(cause.clone());
        }
        way.reverse();
        way
    }
}

struct Sink(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Sink {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut spans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for told in request.into_inner().resource_spans {
            let attributes = told.resource.unwrap_or_default().attributes;
            let named = attributes
                .into_iter()
                .find(|attribute| attribute.key == "service.name");
            let service = match named.and_then(|named| named.value?.value) {
                Some(Value::StringValue(name)) => name,
                _ => String::new(),
            };
            for span in told.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                spans.push(Span {
                    service: service.clone(),
                    name: span.name,
                    trace: span.trace_id,
                    id: span.span_id,
                    parent: span.parent_span_id,
                });
            }
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
