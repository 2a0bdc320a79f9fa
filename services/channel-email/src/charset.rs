//! Text out of bytes whose label is missing or wrong: what is called GB2312 is GB18030, and nothing is dropped.

use encoding_rs::{Encoding, GB18030, UTF_8};
use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode};

/// Text, and whether it is only a guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// Whether the label was wrong or missing, so that a person should compare it with the original.
    pub doubtful: bool,
}

/// Decodes bytes by their label.
///
/// The label wins when the bytes agree with it; else UTF-8, then GB18030, which is what mislabelled mail here is.
#[must_use]
pub fn decode(bytes: &[u8], label: Option<&str>) -> Decoded {
    if bytes.is_ascii() && !label.is_some_and(stateful) {
        return Decoded {
            text: String::from_utf8_lossy(bytes).into_owned(),
            doubtful: false,
        };
    }
    if let Some(encoding) = label.and_then(encoding) {
        let (text, _, wrong) = encoding.decode(bytes);
        if !wrong {
            return Decoded {
                text: text.into_owned(),
                doubtful: false,
            };
        }
    }
    for encoding in [UTF_8, GB18030] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(bytes) {
            return Decoded {
                text: text.into_owned(),
                doubtful: true,
            };
        }
    }
    let (text, _, _) = GB18030.decode(bytes);
    Decoded {
        text: text.into_owned(),
        doubtful: true,
    }
}

/// The encoding a label means: every older name of the GB family is the newest of it.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    if matches!(
        label.as_str(),
        "gb2312"
            | "gbk"
            | "gb_2312-80"
            | "gb2312-80"
            | "cp936"
            | "ms936"
            | "x-gbk"
            | "gb18030"
            | "euc-cn"
    ) {
        return Some(GB18030);
    }
    // Says nothing about bytes above 127, and is what programs write that do not know.
    if matches!(
        label.as_str(),
        "us-ascii" | "ascii" | "unknown-8bit" | "8bit"
    ) {
        return None;
    }
    Encoding::for_label(label.as_bytes())
}

/// Encodings whose text looks like ASCII bytes.
fn stateful(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    label.starts_with("iso-2022") || label.starts_with("hz-") || label.starts_with("utf-16")
}

/// Decodes a header: RFC 2047 words, and the raw bytes that should not be there.
///
/// Neighbouring words of one charset are joined as bytes first: many programs cut a Chinese character in two.
#[must_use]
pub fn header(raw: &[u8]) -> Decoded {
    let plain = decode(raw, None);
    let text = unfold(&plain.text);
    let mut decoded = String::new();
    let mut doubtful = plain.doubtful;
    let mut rest = text.as_str();
    let mut waiting: Option<(String, Vec<u8>)> = None;
    while let Some((before, word, after)) = next_word(rest) {
        // White space between two words belongs to neither.
        if waiting.is_none() || !before.trim().is_empty() {
            flush(&mut waiting, &mut decoded, &mut doubtful);
            decoded.push_str(before);
        }
        match &mut waiting {
            Some((charset, bytes)) if charset.eq_ignore_ascii_case(&word.charset) => {
                bytes.extend(&word.bytes);
            }
            _ => {
                flush(&mut waiting, &mut decoded, &mut doubtful);
                waiting = Some((word.charset, word.bytes));
            }
        }
        rest = after;
    }
    flush(&mut waiting, &mut decoded, &mut doubtful);
    decoded.push_str(rest);
    Decoded {
        text: decoded.trim().to_owned(),
        doubtful,
    }
}

/// A parameter of a header such as `Content-Disposition`: quoted, bare bytes, RFC 2047 words though they should not be
/// there, or RFC 2231 with its pieces joined as bytes first.
#[must_use]
pub fn parameter(raw: &[u8], name: &str) -> Option<String> {
    let mut pieces: Vec<(u32, bool, Vec<u8>)> = Vec::new();
    for part in split_unquoted(raw).into_iter().skip(1) {
        let Some(equals) = part.iter().position(|byte| *byte == b'=') else {
            continue;
        };
        let key = String::from_utf8_lossy(&part[..equals])
            .trim()
            .to_ascii_lowercase();
        let mut words = key.split('*');
        if words.next() != Some(name) {
            continue;
        }
        let (number, encoded) = match (words.next(), words.next()) {
            (None, _) => (0, false),
            (Some(""), _) => (0, true),
            (Some(number), star) => (number.parse().ok()?, star.is_some()),
        };
        pieces.push((number, encoded, unquoted(&part[equals + 1..])));
    }
    pieces.sort_by_key(|(number, encoded, _)| (*number, !*encoded));
    // Some programs give the same name twice, once in each way: the first of each number is the encoded one.
    pieces.dedup_by_key(|(number, _, _)| *number);
    let (_, encoded, first) = pieces.first()?;
    if !encoded {
        let bytes: Vec<u8> = pieces
            .iter()
            .flat_map(|(_, _, bytes)| bytes.clone())
            .collect();
        return Some(header(&bytes).text);
    }
    let mut quotes = first.splitn(3, |byte| *byte == b'\'');
    let charset = String::from_utf8_lossy(quotes.next()?).into_owned();
    let (_language, start) = (quotes.next()?, quotes.next()?);
    let mut bytes = percent_decoded(start);
    for (_, encoded, piece) in &pieces[1..] {
        if *encoded {
            bytes.extend(percent_decoded(piece));
        } else {
            bytes.extend(piece);
        }
    }
    Some(decode(&bytes, Some(&charset)).text)
}

fn split_unquoted(raw: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut from, mut quoted) = (Vec::new(), 0, false);
    for (position, byte) in raw.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                parts.push(&raw[from..position]);
                from = position + 1;
            }
            _ => {}
        }
    }
    parts.push(&raw[from..]);
    parts
}

fn unquoted(value: &[u8]) -> Vec<u8> {
    let value = value.trim_ascii();
    value
        .strip_prefix(b"\"")
        .map_or(value, |value| value.strip_suffix(b"\"").unwrap_or(value))
        .to_vec()
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let hex = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        bytes.push(hex.unwrap_or(*first));
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    bytes
}

struct Word {
    charset: String,
    bytes: Vec<u8>,
}

fn flush(waiting: &mut Option<(String, Vec<u8>)>, decoded: &mut String, doubtful: &mut bool) {
    if let Some((charset, bytes)) = waiting.take() {
        let part = decode(&bytes, Some(&charset));
        *doubtful |= part.doubtful;
        decoded.push_str(&part.text);
    }
}

fn unfold(text: &str) -> String {
    text.replace("\r\n", "")
        .replace('\n', "")
        .replace('\t', " ")
}

/// The next encoded word, with what stands before and after it.
fn next_word(text: &str) -> Option<(&str, Word, &str)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("=?") {
        let start = from + found;
        if let Some((word, length)) = word_at(&text[start..]) {
            return Some((&text[..start], word, &text[start + length..]));
        }
        from = start + 2;
    }
    None
}

fn word_at(text: &str) -> Option<(Word, usize)> {
    let inner = text.strip_prefix("=?")?;
    let (charset, inner) = inner.split_once('?')?;
    let (how, inner) = inner.split_once('?')?;
    let end = inner.find("?=")?;
    let content = &inner[..end];
    let bytes = match how {
        "B" | "b" => base64_decode(content.trim().as_bytes())?,
        "Q" | "q" => {
            let spaced = content.replace('_', "=20");
            quoted_printable_decode(spaced.as_bytes())?
        }
        _ => return None,
    };
    // RFC 2231 adds a language after the charset.
    let charset = charset.split('*').next()?.to_owned();
    let length = text.len() - inner.len() + end + 2;
    Some((Word { charset, bytes }, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn p31_what_is_called_gb2312_is_gb18030() {
        // 镕 is not in GB2312, 𠮷 not even in GBK.
        for text in ["投诉：排队两小时", "朱镕基路网点", "𠮷祥支行", "–"] {
            for label in ["gb2312", "GBK", "gb18030", "GB_2312-80"] {
                let found = decode(&gb(text), Some(label));
                assert_eq!(
                    (found.text.as_str(), found.doubtful),
                    (text, false),
                    "{label}"
                );
            }
        }
    }

    #[test]
    fn p31_bytes_that_belie_their_label_are_guessed_and_said_to_be() {
        for label in [
            None,
            Some("us-ascii"),
            Some("utf-8"),
            Some("no-such-charset"),
        ] {
            let found = decode(&gb("柜员态度恶劣"), label);
            assert_eq!(
                (found.text.as_str(), found.doubtful),
                ("柜员态度恶劣", true),
                "{label:?}"
            );
        }
        let found = decode("柜员".as_bytes(), Some("us-ascii"));
        assert_eq!((found.text.as_str(), found.doubtful), ("柜员", true));
        assert!(!decode(b"plain", None).doubtful);
        assert!(
            decode(&[b'a', 0xff, 0xff], Some("utf-8"))
                .text
                .starts_with('a'),
            "nothing is dropped"
        );
    }

    #[test]
    fn p31_a_character_cut_between_two_words_is_whole_again() {
        let bytes = gb("关于手续费的投诉");
        let word = |part: &[u8]| {
            let quoted: String = part.iter().map(|byte| format!("={byte:02X}")).collect();
            format!("=?gb2312?Q?{quoted}?=")
        };
        let header_text = format!("{}\r\n {}", word(&bytes[..5]), word(&bytes[5..]));
        assert_eq!(header(header_text.as_bytes()).text, "关于手续费的投诉");
        assert_eq!(header(b"Re: =?UTF-8?B?5oqV6K+J?= (2)").text, "Re: 投诉 (2)");
        assert_eq!(header(b"no =? word here").text, "no =? word here");
        assert_eq!(header(&gb("裸字节主题")).text, "裸字节主题");
    }
}
