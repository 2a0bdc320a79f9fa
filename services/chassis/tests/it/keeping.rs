//! Kept bytes: in a folder, and in a real object store that speaks S3.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop at the first surprise"
)]

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use chassis::{
    blobs::{Blobs, Kind, Settings},
    testing::free_port,
};

const MAIL: &[u8] = "一封信".as_bytes();

fn settings(kind: Kind, folder: &Path) -> Settings {
    Settings {
        kind,
        folder: folder.to_owned(),
        endpoint: String::new(),
        region: "us-east-1".to_owned(),
        bucket: "suda".to_owned(),
        authority: PathBuf::new(),
        access_key_id: "suda".into(),
        secret_access_key: "an-invented-key".into(),
    }
}

/// What holds wherever bytes are kept.
async fn keeps(blobs: &Blobs) -> String {
    let digest = blobs.put(Bytes::from_static(MAIL)).await.unwrap();
    assert_eq!(digest, blobs.put(Bytes::from_static(MAIL)).await.unwrap());
    let kept = blobs.get(&digest).await.unwrap().unwrap();
    assert_eq!(kept, MAIL);
    let large = Bytes::from(vec![7; 20 * 1024 * 1024]);
    let other = blobs.put(large.clone()).await.unwrap();
    assert!(blobs.get(&other).await.unwrap().unwrap() == large);
    blobs.remove(&other).await.unwrap();
    blobs.remove(&other).await.unwrap();
    assert_eq!(blobs.get(&other).await.unwrap(), None);
    let missing = blobs.get(&"0".repeat(64)).await.unwrap();
    assert_eq!(missing, None);
    let wrong = blobs.get("../../etc/passwd").await.unwrap_err();
    assert!(wrong.to_string().contains("is no SHA-256"), "{wrong}");
    digest
}

#[tokio::test]
async fn a_folder_keeps_bytes_and_notices_when_they_are_changed() {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::open(&settings(Kind::Folder, folder.path()))
        .await
        .unwrap();
    let digest = keeps(&blobs).await;
    let file = folder.path().join(&digest[..2]).join(&digest[2..4]);
    std::fs::write(file.join(&digest), "另一封信").unwrap();
    let changed = blobs.get(&digest).await.unwrap_err().to_string();
    assert!(changed.contains("were changed"), "{changed}");
}

#[tokio::test]
async fn a_service_that_keeps_no_bytes_says_so_when_it_is_asked_to() {
    let blobs = Blobs::open(&settings(Kind::None, Path::new("")))
        .await
        .unwrap();
    let refused = blobs.put(Bytes::from_static(MAIL)).await.unwrap_err();
    assert!(refused.to_string().contains("blobs.kind"), "{refused}");
}

#[tokio::test]
async fn an_object_store_keeps_bytes_and_notices_when_they_are_changed() {
    let store = Store::start().await;
    let blobs = Blobs::open(&store.settings()).await.unwrap();
    let digest = keeps(&blobs).await;
    let place = format!("/buckets/suda/{}/{}/{digest}", &digest[..2], &digest[2..4]);
    store.file(&place, "另一封信");
    let changed = blobs.get(&digest).await.unwrap_err().to_string();
    assert!(changed.contains("were changed"), "{changed}");

    // A key that is not taken, a bucket that is not there, a store that is away: each is told at the start.
    let foreign = Settings {
        secret_access_key: "another-key".into(),
        ..store.settings()
    };
    let elsewhere = Settings {
        bucket: "nowhere".to_owned(),
        ..store.settings()
    };
    let away = Settings {
        endpoint: format!("http://127.0.0.1:{}", free_port()),
        ..store.settings()
    };
    for wrong in [foreign, elsewhere, away] {
        let refused = Blobs::open(&wrong).await.unwrap_err().to_string();
        assert!(refused.contains("blobs.endpoint"), "{refused}");
    }
}

/// A `SeaweedFS` of one's own.
struct Store {
    child: Child,
    folder: tempfile::TempDir,
    s3: u16,
    filer: u16,
}

impl Store {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys.json");
        let key = r#"{"accessKey": "suda", "secretKey": "an-invented-key"}"#;
        let actions = r#"["Read", "Write", "List"]"#;
        let identity =
            format!(r#"{{"name": "suda", "credentials": [{key}], "actions": {actions}}}"#);
        std::fs::write(&keys, format!(r#"{{"identities": [{identity}]}}"#)).unwrap();
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.suda/tools/venv/bin/weed");
        let (s3, filer) = (free_port(), free_port());
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .arg(format!("-logdir={}", folder.path().display()))
            .args([
                "server",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-filer",
                "-s3",
            ])
            .args(["-master.volumeSizeLimitMB=64", "-volume.max=4"])
            .args(["-s3.port.iceberg=0", "-s3.port.lance=0"])
            .arg(format!("-dir={}", folder.path().display()))
            .arg(format!("-s3.config={}", keys.display()))
            .arg(format!("-s3.port={s3}"))
            .arg(format!("-filer.port={filer}"));
        for port in [
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
        ] {
            command.arg(format!("-{port}={}", free_port()));
        }
        for port in ["filer.port.grpc", "s3.port.grpc"] {
            command.arg(format!("-{port}={}", free_port()));
        }
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("weed runs; tests/run installs it");
        let store = Self {
            child,
            folder,
            s3,
            filer,
        };
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        for _ in 0..600 {
            tick.tick().await;
            if ask(s3, "GET", "/healthz", "").starts_with("HTTP/1.1 200") {
                store.file("/buckets/suda/", "");
                return store;
            }
        }
        panic!(
            "the object store does not start; see {}",
            store.folder.path().display()
        );
    }

    fn settings(&self) -> Settings {
        Settings {
            endpoint: format!("http://127.0.0.1:{}", self.s3),
            ..settings(Kind::S3, Path::new(""))
        }
    }

    /// Writes behind the back of S3; a path that ends with a stroke is a folder.
    fn file(&self, path: &str, text: &str) {
        let answer = ask(self.filer, "PUT", path, text);
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

/// One plain request; nothing when nobody answers.
fn ask(port: u16, method: &str, path: &str, body: &str) -> String {
    let mut answer = String::new();
    let asked = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).and_then(|mut stream| {
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        stream.read_to_string(&mut answer)
    });
    asked.map_or_else(|_| String::new(), |_| answer)
}
