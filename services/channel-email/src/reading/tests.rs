use encoding_rs::GB18030;

use super::*;

const DOMAIN: &str = "suda.example";

fn read(raw: &[u8]) -> Mail {
    let own = ["tousu@jiangmen.example".to_owned()];
    let reader = Reader {
        domain: DOMAIN,
        own_addresses: &own,
    };
    reader.read(raw).expect("a mail")
}

fn gb(text: &str) -> Vec<u8> {
    GB18030.encode(text).0.into_owned()
}

#[test]
fn p31_a_raw_gb18030_mail_reads_as_it_was_written() {
    let raw = gb("From: =?gb2312?B?1cXI/Q==?= <Zhang.San@Example.com>\r\n\
         To: tousu@jiangmen.example\r\n\
         Subject: 关于镕城支行排队的投诉\r\n\
         Message-ID: <abc@example.com>\r\n\
         Content-Type: text/plain; charset=gb2312\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n\
         我在镕城支行排队两小时。𠮷\r\n");
    let mail = read(&raw);
    assert_eq!(mail.from, "zhang.san@example.com");
    assert_eq!(mail.name, "张三");
    assert_eq!(mail.subject, "关于镕城支行排队的投诉");
    assert_eq!(mail.text, "我在镕城支行排队两小时。𠮷");
    assert_eq!(mail.message_id, "abc@example.com");
    assert!(mail.doubtful, "the subject says no charset");
}

#[test]
fn p31_us_ascii_with_high_bytes_is_guessed() {
    let raw = gb(
        "From: a@example.com\r\nSubject: hi\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n柜员态度恶劣\r\n",
    );
    let mail = read(&raw);
    assert_eq!(mail.text, "柜员态度恶劣");
    assert!(mail.doubtful);
}

#[test]
fn p31_file_names_in_all_the_ways_they_come() {
    let percent: String = gb("对账单截图")
        .iter()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    let (first, second) = percent.split_at(12);
    let mut raw = format!(
        "From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>你好<br>世界</p>\r\n\
         --b\r\nContent-Type: image/png\r\nContent-Disposition: attachment;\r\n filename*0*=gb18030''{first};\r\n filename*1*={second}.png\r\n\
         Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n\
         --b\r\nContent-Type: text/plain; charset=gbk; name=\"=?UTF-8?B?6K+B5o2uLnR4dA==?=\"\r\nContent-Disposition: attachment\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n1tA=\r\n\
         --b\r\nContent-Type: application/pdf; name=\"../../etc/passwd\"\r\nContent-Disposition: attachment; filename=\""
    )
    .into_bytes();
    raw.extend(gb("裸名.pdf"));
    raw.extend(b"\"\r\n\r\n%PDF\r\n--b--\r\n");
    let mail = read(&raw);
    assert_eq!(mail.text.replace('\n', " "), "你好 世界");
    let names: Vec<&str> = mail
        .attachments
        .iter()
        .map(|attachment| attachment.name.as_str())
        .collect();
    assert_eq!(names, ["对账单截图.png", "证据.txt", "裸名.pdf"]);
    assert_eq!(mail.attachments[0].bytes, b"\x89PNG\r\n\x1a\n");
    assert_eq!(
        mail.attachments[1].bytes,
        gb("中"),
        "the bytes stay as they were"
    );
}

#[test]
fn p28_a_reply_names_our_mail() {
    let own = OwnId {
        kind: Kind::Acknowledgement,
        id: "0192".to_owned(),
        token: "t0".to_owned(),
    };
    let raw = format!(
        "From: a@example.com\r\nSubject: Re: x\r\nIn-Reply-To: <other@example.com>\r\n\
         References: <{}> <other@example.com>\r\n\r\nmore\r\n",
        own.message_id(DOMAIN)
    );
    assert_eq!(read(raw.as_bytes()).ours, [own]);
}

#[test]
fn l21_a_bounce_names_the_notice_that_failed() {
    let own = OwnId {
        kind: Kind::Notice,
        id: "n1".to_owned(),
        token: "t0".to_owned(),
    };
    let raw = format!(
        "Return-Path: <>\r\nFrom: mailer-daemon@example.com\r\nSubject: failed\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\n\r\nIt failed.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: tousu@jiangmen.example\r\nMessage-ID: <{}>\r\n\r\n--b--\r\n",
        own.message_id(DOMAIN)
    );
    let bounce = read(raw.as_bytes()).bounce.expect("a bounce");
    assert_eq!(failed_notice(&bounce), Some(&own));
    assert_eq!(bounce.status, "5.1.1");
}

#[test]
fn g24_1_whatever_comes_can_be_looked_at() {
    let own = [String::new()];
    let reader = Reader {
        domain: DOMAIN,
        own_addresses: &own,
    };
    let long = vec![b'x'; 100_000];
    for raw in [
        &b""[..],
        b"\r\n\r\n",
        b"no headers at all",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--",
        b"Content-Type: ;;;;=\r\n\r\nx",
        b"From: <\r\nSubject: =?gb2312?B?!!!?=\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n--b--",
        &long,
    ] {
        if let Some(mail) = reader.read(raw) {
            assert!(mail.from.is_empty(), "{raw:?}");
        }
    }
}

#[test]
fn g24_1_a_mail_made_to_stop_us_is_read_in_no_time() {
    let head = "From: a@example.com\r\nMIME-Version: 1.0\r\n";
    // A header that is searched for words again and again; one that refers to a thousand mails of ours.
    let words = format!("{head}Subject: {}\r\n\r\nx", "=?a?B?x ".repeat(400_000));
    assert_eq!(read(words.as_bytes()).text, "x");
    let references = format!(
        "References: {}\r\n",
        "<ack.1.t0@suda.example> ".repeat(1_000)
    );
    let mail = read(format!("{head}{references}\r\nx").as_bytes());
    assert_eq!(mail.ours.len(), MOST_REFERRED);
    // A hundred thousand parts, and ten thousand parts each in the other.
    let parts = "--b\r\n\r\nx\r\n".repeat(100_000);
    let flat = format!("{head}Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
    assert!(!read(flat.as_bytes()).text.is_empty());
    for kind in ["multipart/mixed; boundary=b{}", "message/rfc822"] {
        let mut deep = head.to_owned();
        for number in 0..10_000 {
            let kind = kind.replace("{}", &number.to_string());
            deep.push_str(&format!("Content-Type: {kind}\r\n\r\n--b{number}\r\n"));
        }
        drop(read(deep.as_bytes()));
    }
}

#[test]
fn g24_1_what_a_sender_chose_to_be_called_hides_nothing() {
    let mail = read(
        "From: =?UTF-8?B?4oCu5bygAOS4iQ==?= <A@Example.com>\r\nFrom: second@example.com\r\nMessage-ID: <a\0b@c>\r\n\
         Subject: one\r\nSubject: two\r\nContent-Type: application/pdf; name=\"\u{202e}fdp.exe\"\r\n\r\n%PDF"
            .as_bytes(),
    );
    assert_eq!(mail.name, "张 三");
    assert!(!mail.from.is_empty() && !mail.subject.is_empty());
    assert_eq!(mail.message_id, "", "it is known by its bytes");
    assert_eq!(mail.attachments[0].name, "fdp.exe");
}

#[test]
fn p30_g24_1_a_report_that_a_person_passes_on_is_a_complaint() {
    let forwarded = |from: &str| {
        format!(
            "From: {from}\r\nSubject: your mailbox\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\n\r\nYou do not take my mail.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--b--\r\n"
        )
    };
    let person = read(forwarded("zhang@example.com").as_bytes());
    assert!(person.bounce.is_none() && person.text.contains("my mail"));
    assert!(
        read(forwarded("mailer-daemon@example.com").as_bytes())
            .bounce
            .is_some()
    );
}
