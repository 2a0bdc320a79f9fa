//! What is seen from outside: logs, traces and metrics.
//!
//! A trace goes with the work: through gRPC metadata and through the headers of messages, always as the W3C
//! `traceparent`, so that one trace shows a complaint's whole way.

pub mod names;

use std::{collections::HashMap, error::Error, fmt::Write as _, sync::OnceLock, time::Duration};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::{
    Context, KeyValue,
    propagation::TextMapPropagator as _,
    trace::{SpanContext, TraceContextExt as _, TracerProvider as _},
};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{
    Resource,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use serde::Deserialize;
use tracing::{Span, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

/// How long the last spans may take to leave the process when it stops.
const FLUSH: Duration = Duration::from_secs(5);

/// The form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Section `[telemetry]` of the configuration.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Which log lines are written, e.g. `info,sqlx=warn`.
    pub filter: String,
    /// Their form.
    pub format: Format,
    /// Where traces go: the URL of an OTLP collector (gRPC). Empty: nowhere.
    pub otlp_url: String,
    /// Which part of new traces is kept, from 0 to 1; a trace begun elsewhere is kept as its beginner decided.
    pub trace_ratio: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: Format::Text,
            otlp_url: String::new(),
            trace_ratio: 1.0,
        }
    }
}

/// What must be flushed when the process stops.
pub struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Sets logs, traces and metrics up, once for the process; a second call only adds to the first.
    ///
    /// It must be called within the runtime, since the exporter of traces lives there.
    pub fn start(service: &str, settings: &Settings) -> anyhow::Result<Self> {
        let mut provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(
                settings.trace_ratio,
            ))))
            .with_resource(
                Resource::builder()
                    .with_service_name(service.to_owned())
                    .with_attribute(KeyValue::new(
                        names::SERVICE_VERSION,
                        env!("CARGO_PKG_VERSION"),
                    ))
                    .build(),
            );
        if !settings.otlp_url.is_empty() {
            let exporter = SpanExporter::builder()
                .with_tonic()
                .with_endpoint(settings.otlp_url.clone())
                .with_timeout(FLUSH)
                .build()?;
            provider = provider.with_batch_exporter(exporter);
        }
        let provider = provider.build();
        let spans = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(service.to_owned()))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(traced());
        let filter = EnvFilter::try_new(&settings.filter)?;
        let lines = match settings.format {
            Format::Text => tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_target(false)
                .boxed(),
            Format::Json => tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_current_span(true)
                .with_span_list(false)
                .with_writer(std::io::stderr)
                .boxed(),
        };
        let first = tracing_subscriber::registry()
            .with(spans)
            .with(lines.with_filter(filter))
            .try_init()
            .is_ok();
        if first {
            // The process has one set of metrics, however many services a test runs in it.
            let _installed = metrics();
        }
        Ok(Self { provider })
    }

    /// Sends what is still here. It may take a few seconds; run it where blocking is allowed.
    pub fn stop(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH) {
            tracing::debug!(error = chain(&error), "the last spans may be lost");
        }
    }
}

/// Spans of ours; those of libraries would bury them, and those of the exporter would never end.
fn traced() -> Targets {
    const QUIET: [&str; 9] = [
        "async_nats",
        "h2",
        "hyper",
        "hyper_util",
        "opentelemetry",
        "opentelemetry_otlp",
        "opentelemetry_sdk",
        "sqlx",
        "tonic",
    ];
    let ours = Targets::new().with_default(LevelFilter::INFO);
    QUIET.iter().fold(ours, |targets, quiet| {
        targets.with_target(*quiet, LevelFilter::OFF)
    })
}

/// The metrics of the process, as Prometheus reads them.
#[must_use]
pub fn metrics() -> Option<&'static PrometheusHandle> {
    static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let handle = PrometheusBuilder::new()
                .set_buckets(&names::SECONDS)
                .ok()?
                .install_recorder()
                .ok()?;
            names::describe();
            Some(handle)
        })
        .as_ref()
}

/// An error with its whole chain of causes, on one line.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        if write!(line, ": {next}").is_err() {
            break;
        }
        cause = next.source();
    }
    line
}

/// The current span as a `traceparent`, to go with a request or a message; none outside of any trace.
#[must_use]
pub fn traceparent() -> Option<String> {
    let context = current()?;
    Some(format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    ))
}

/// The id of the current trace, for a person who must name it.
#[must_use]
pub fn trace_id() -> Option<String> {
    current().map(|context| context.trace_id().to_string())
}

fn current() -> Option<SpanContext> {
    let context = Span::current().context();
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// Makes a span the child of the one that a `traceparent` names, so that the trace goes on.
///
/// It must be called before the span is first entered; what is no `traceparent` is ignored.
pub fn follow(span: &Span, traceparent: Option<&str>) {
    if let Some(parent) = traceparent.and_then(remote)
        && let Err(error) = span.set_parent(parent)
    {
        tracing::trace!(error = ?error, "a trace could not be continued");
    }
}

/// Links a span to the one that a `traceparent` names, where it has a parent of its own (a batch of messages).
pub fn link(span: &Span, traceparent: Option<&str>) {
    if let Some(other) = traceparent.and_then(remote) {
        span.add_link(other.span().span_context().clone());
    }
}

fn remote(traceparent: &str) -> Option<Context> {
    let carrier = HashMap::from([("traceparent".to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    let valid = context.span().span_context().is_valid();
    valid.then_some(context)
}

#[cfg(test)]
mod tests;
