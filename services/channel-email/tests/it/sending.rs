//! Sending to a server that takes, refuses, delays or breaks off.

use adapter::{
    Outcome,
    way::{Letter, Purpose},
};
use channel_email::{
    config::{Out, OutManner, Tls},
    domain::mail::{Kind, OwnId},
    sending::{Post, compose},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// Answers SMTP; RCPT and the end of DATA as the test wants it, `None` breaks off.
async fn serve(
    stream: TcpStream,
    recipient: &str,
    taken: Option<&str>,
    heard: mpsc::UnboundedSender<String>,
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 mx ready\r\n").await?;
    let mut data = false;
    while let Some(line) = lines.next_line().await? {
        let answer = if data {
            if line != "." {
                continue;
            }
            data = false;
            match taken {
                Some(answer) => answer,
                None => return Ok(()),
            }
        } else {
            heard.send(line.clone()).unwrap();
            match line.split(' ').next().unwrap_or_default() {
                "EHLO" => "250 mx",
                "RCPT" => recipient,
                "DATA" => {
                    data = true;
                    "354 go on"
                }
                "QUIT" => "221 bye",
                _ => "250 ok",
            }
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// Sends a letter to such a server; gives the outcome and what the server heard.
async fn sent(
    purpose: Purpose,
    recipient: &'static str,
    taken: Option<&'static str>,
) -> (Outcome, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (hears, mut heard) = mpsc::unbounded_channel();
    #[expect(clippy::disallowed_methods, reason = "it lives as long as the test")]
    let server = tokio::spawn(async move {
        // The first connection asks whether anybody is there, the second sends.
        for _ in 0..2 {
            let (stream, _) = listener.accept().await.unwrap();
            drop(serve(stream, recipient, taken, hears.clone()).await);
        }
    });
    let outcome = post(port).send(composed(purpose), &own()).await;
    server.abort();
    heard.close();
    let mut lines = Vec::new();
    while let Some(line) = heard.recv().await {
        lines.push(line);
    }
    (outcome, lines)
}

fn post(port: u16) -> Post {
    Post::open(&Out {
        manner: OutManner::Smtp,
        folder: "unused".into(),
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        user: String::new(),
        password: String::new().into(),
    })
    .unwrap()
}

fn own() -> OwnId {
    OwnId {
        kind: Kind::Notice,
        id: "n1".to_owned(),
        token: "t".to_owned(),
    }
}

fn composed(purpose: Purpose) -> channel_email::sending::Composed {
    let letter = Letter {
        purpose,
        account: String::new(),
        address: "zhang@example.com".to_owned(),
        subject: "处理决定".to_owned(),
        text: "经核查……".to_owned(),
        token: "t".to_owned(),
        anchor: String::new(),
        sent_at: chassis::testing::beginning(),
    };
    compose(&letter, "suda@taishan.example", &own(), "suda.example").unwrap()
}

#[tokio::test]
async fn p33_what_the_server_says_decides_whether_it_may_be_sent_again() {
    let notice = || Purpose::Notice("n1".to_owned());
    let (outcome, heard) = sent(notice(), "250 ok", Some("250 queued")).await;
    let Outcome::Taken { proof, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(String::from_utf8_lossy(&proof).contains("MIME-Version: 1.0"));
    assert!(
        heard
            .iter()
            .any(|line| line.starts_with("MAIL FROM:<suda@taishan.example>"))
    );

    let (outcome, _) = sent(notice(), "550 no such user zhang@example.com", None).await;
    let Outcome::Refused { said, .. } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(
        said.contains("550") && !said.contains('@'),
        "no address outside the vault"
    );
    let (outcome, _) = sent(notice(), "451 later", None).await;
    assert!(matches!(outcome, Outcome::NotTaken(_)), "{outcome:?}");
    let (outcome, _) = sent(notice(), "250 ok", None).await;
    assert!(matches!(outcome, Outcome::Unknown(_)), "{outcome:?}");
    // Nobody there: certainly nothing was taken.
    let port = chassis::testing::free_port();
    let outcome = post(port).send(composed(notice()), &own()).await;
    assert!(matches!(outcome, Outcome::NotTaken(_)), "{outcome:?}");
}

#[tokio::test]
async fn p30_an_acknowledgement_has_no_return_path() {
    let purpose = Purpose::Acknowledges(uuid::Uuid::nil());
    let (outcome, heard) = sent(purpose, "250 ok", Some("250 queued")).await;
    assert!(matches!(outcome, Outcome::Taken { .. }), "{outcome:?}");
    assert!(heard.iter().any(|line| line.starts_with("MAIL FROM:<>")));
}
