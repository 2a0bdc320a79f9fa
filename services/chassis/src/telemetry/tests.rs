use bytes::Bytes;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{service::Routes, transport::Server};
use tracing::info_span;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn spans_reach_a_collector_and_the_last_ones_are_flushed() {
    // A collector as plain as it can be: it keeps the bytes of what is exported and says yes.
    let (keep, mut kept) = tokio::sync::mpsc::unbounded_channel();
    let collector = axum::Router::new().route(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        axum::routing::post(move |body: Bytes| {
            keep.send(body).unwrap();
            // An empty message, and status 0 in a trailers-only head.
            async {
                (
                    [("content-type", "application/grpc"), ("grpc-status", "0")],
                    vec![0_u8; 5],
                )
            }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let incoming = TcpListenerStream::new(listener);
        Server::builder()
            .add_routes(Routes::from(collector))
            .serve_with_incoming(incoming)
            .await
            .unwrap();
    });
    let settings = Settings {
        otlp_url: url,
        ..Settings::default()
    };
    let telemetry = Telemetry::start("test", &settings).unwrap();
    let span = info_span!("a span of ours");
    follow(
        &span,
        Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    );
    drop(span);
    tokio::task::spawn_blocking(|| telemetry.stop())
        .await
        .unwrap();
    let exported = kept.recv().await.unwrap();
    let has = |part: &[u8]| exported.windows(part.len()).any(|window| window == part);
    assert!(
        has(b"a span of ours") && has(&hex::decode("0af7651916cd43dd8448eb211c80319c").unwrap())
    );
    assert!(has(b"service.name") && has(b"service.version"));
    tasks.abort_all();
}

#[test]
fn what_is_no_traceparent_is_ignored() {
    for odd in [
        "",
        "00",
        "00-xyz-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-0000000000000000-00",
        "投诉",
    ] {
        assert!(remote(odd).is_none(), "{odd}");
        follow(&Span::none(), Some(odd));
    }
    assert_eq!(traceparent(), None, "there is no trace here");
}

#[test]
fn an_error_is_told_with_its_causes() {
    let error = anyhow::anyhow!("connection refused").context("cannot reach the broker");
    assert_eq!(
        chain(error.as_ref()),
        "cannot reach the broker: connection refused"
    );
}
