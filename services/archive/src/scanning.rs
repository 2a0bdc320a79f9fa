//! A virus scanner that speaks clamd's protocol: each original is streamed to it, and what it names is reported.

use std::time::Duration;

use anyhow::Context as _;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// How long one original may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How much is sent at a time.
const CHUNK: usize = 64 * 1024;

/// Scans these items; gives those that are infected with what was found, or why it could not be told.
pub async fn scan(address: &str, items: Vec<(String, Vec<u8>)>) -> Result<Vec<String>, String> {
    let mut infected = Vec::new();
    for (path, bytes) in items {
        let said = tokio::time::timeout(PATIENCE, ask(address, &bytes))
            .await
            .map_err(|_| format!("{path}:扫描服务超时"))?
            .map_err(|error| format!("{path}:{error:#}"))?;
        match said.trim_end_matches('\0').trim() {
            "stream: OK" => {}
            found if found.ends_with("FOUND") => infected.push(format!("{path}:{found}")),
            other => return Err(format!("{path}:扫描服务答复“{other}”")),
        }
    }
    Ok(infected)
}

async fn ask(address: &str, bytes: &[u8]) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)
        .await
        .with_context(|| format!("扫描服务 {address} 连不上"))?;
    stream.write_all(b"zINSTREAM\0").await?;
    for chunk in bytes.chunks(CHUNK) {
        stream
            .write_all(&u32::try_from(chunk.len())?.to_be_bytes())
            .await?;
        stream.write_all(chunk).await?;
    }
    stream.write_all(&0_u32.to_be_bytes()).await?;
    let mut said = String::new();
    stream.read_to_string(&mut said).await?;
    Ok(said)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A scanner of the outside world: it reads the stream to its end and names what holds the test word.
    #[expect(
        clippy::disallowed_methods,
        reason = "the scanner is no task of ours; it ends with the test"
    )]
    async fn scanner(said: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let _serving = tokio::task::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut command = [0; 10];
                stream.read_exact(&mut command).await.unwrap();
                assert_eq!(&command, b"zINSTREAM\0");
                let mut seen = Vec::new();
                loop {
                    let length = stream.read_u32().await.unwrap();
                    if length == 0 {
                        break;
                    }
                    let mut chunk = vec![0; usize::try_from(length).unwrap()];
                    stream.read_exact(&mut chunk).await.unwrap();
                    seen.extend(chunk);
                }
                let found = seen.windows(4).any(|part| part == b"EVIL");
                let answer = if found {
                    "stream: Test-Word FOUND\0"
                } else {
                    said
                };
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn g22_an_infected_original_is_named_and_a_scanner_that_fails_is_told() {
        let address = scanner("stream: OK\0").await;
        let items = || {
            vec![
                ("a.zip!evidence/001.jpg".to_owned(), vec![1; 200_000]),
                (
                    "a.zip!evidence/002.jpg".to_owned(),
                    b"some EVIL bytes".to_vec(),
                ),
            ]
        };
        let infected = scan(&address, items()).await.unwrap();
        assert_eq!(infected, ["a.zip!evidence/002.jpg:stream: Test-Word FOUND"]);
        let broken = scanner("INSTREAM size limit exceeded. ERROR\0").await;
        assert!(scan(&broken, items()).await.unwrap_err().contains("ERROR"));
        let nobody = scan("127.0.0.1:1", items()).await.unwrap_err();
        assert!(nobody.contains("连不上"), "{nobody}");
    }
}
