//! A bucket of an object store that speaks S3.

use std::{error::Error as _, fs, time::Duration};

use anyhow::Context;
use object_store::{
    ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    client::{
        HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    },
};
use reqwest::{Body, Certificate, Client};
use secrecy::ExposeSecret as _;

use super::Settings;

const CONNECT: Duration = Duration::from_secs(5);
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(20);
/// Whoever waits for the bytes waits no longer than a request may take.
const RETRIES: RetryConfig = RetryConfig {
    backoff: object_store::BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.,
    },
    max_retries: 4,
    retry_timeout: Duration::from_secs(25),
};

pub(super) fn open(settings: &Settings) -> anyhow::Result<AmazonS3> {
    let mut client = Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ATTEMPT)
        .https_only(settings.endpoint.starts_with("https:"));
    if !settings.authority.as_os_str().is_empty() {
        let pem = fs::read(&settings.authority).with_context(|| {
            format!(
                "blobs.authority {} cannot be read",
                settings.authority.display()
            )
        })?;
        client = client.add_root_certificate(Certificate::from_pem(&pem)?);
    }
    AmazonS3Builder::new()
        .with_endpoint(settings.endpoint.trim_end_matches('/'))
        .with_region(&settings.region)
        .with_bucket_name(&settings.bucket)
        .with_access_key_id(settings.access_key_id.expose_secret())
        .with_secret_access_key(settings.secret_access_key.expose_secret())
        .with_virtual_hosted_style_request(false)
        .with_allow_http(true)
        .with_retry(RETRIES)
        .with_http_connector(Way(client.build()?))
        .build()
        .context("the object store cannot be used; see [blobs]")
}

/// The way to it: the same HTTPS as elsewhere here.
#[derive(Debug, Clone)]
struct Way(Client);

impl HttpConnector for Way {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

#[tonic::async_trait]
impl HttpService for Way {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = request.map(Body::wrap).try_into().map_err(failed)?;
        let answer = self.0.execute(request).await.map_err(failed)?;
        let mut response = http::Response::builder().status(answer.status());
        if let Some(headers) = response.headers_mut() {
            headers.clone_from(answer.headers());
        }
        let bytes = answer.bytes().await.map_err(failed)?;
        response
            .body(bytes.into())
            .map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))
    }
}

/// Says what may be tried again.
fn failed(error: reqwest::Error) -> HttpError {
    let broken = || {
        let mut cause = error.source();
        while let Some(error) = cause {
            if error.is::<std::io::Error>() {
                return true;
            }
            cause = error.source();
        }
        false
    };
    let kind = if error.is_timeout() {
        HttpErrorKind::Timeout
    } else if error.is_connect() {
        HttpErrorKind::Connect
    } else if error.is_decode() || error.is_body() {
        HttpErrorKind::Decode
    } else if broken() {
        HttpErrorKind::Interrupted
    } else {
        HttpErrorKind::Unknown
    };
    // The address stands in what is said of the whole.
    HttpError::new(kind, error.without_url())
}
