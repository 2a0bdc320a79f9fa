//! What a file is, found by looking at its first bytes; what it calls itself does not count.

/// What is taken for text needs this many bytes looked at.
const LOOK: usize = 4096;

/// What a file begins with, at which place, and what it then is.
const SIGNATURES: [(usize, &[u8], &str); 24] = [
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (0, b"%PDF-", "application/pdf"),
    (
        0,
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "application/x-ole-storage",
    ),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"Rar!", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"\x1f\x8b", "application/gzip"),
    (8, b"WAVE", "audio/wav"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (0, b"#!SILK_V3", "audio/silk"),
    (1, b"#!SILK_V3", "audio/silk"),
    (4, b"ftyp", "video/mp4"),
    (8, b"AVI ", "video/x-msvideo"),
];

/// What runs when it is opened.
const PROGRAMS: [&[u8]; 7] = [
    b"MZ",
    b"\x7fELF",
    b"#!/",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"dex\n",
    b"L\0\0\0\x01\x14\x02\0",
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// Of this type.
    Is(&'static str),
    /// Something that runs, or a page that could run something; it is not taken as evidence.
    Runs,
}

/// Looks at a file.
#[must_use]
pub fn sniff(bytes: &[u8]) -> Media {
    if let Some((_, _, kind)) = SIGNATURES.iter().find(|(place, mark, _)| {
        bytes
            .get(*place..)
            .is_some_and(|rest| rest.starts_with(mark))
    }) {
        return Media::Is(kind);
    }
    if PROGRAMS.iter().any(|mark| bytes.starts_with(mark)) {
        return Media::Runs;
    }
    let head = &bytes[..bytes.len().min(LOOK)];
    let text = !head.is_empty()
        && head
            .iter()
            .all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b));
    if !text {
        return Media::Is("application/octet-stream");
    }
    let start = String::from_utf8_lossy(head)
        .trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t'])
        .to_ascii_lowercase();
    if ["<!doctype html", "<html", "<svg", "<script"]
        .iter()
        .any(|mark| start.starts_with(mark))
        || (start.starts_with("<?xml") && start.contains("<svg"))
    {
        return Media::Runs;
    }
    if start.starts_with("<xml") || start.starts_with("<?xml") {
        return Media::Is("application/xml");
    }
    let mail = [
        "received:",
        "from:",
        "return-path:",
        "delivered-to:",
        "message-id:",
        "mime-version:",
    ];
    if mail.iter().any(|mark| start.starts_with(mark)) {
        return Media::Is("message/rfc822");
    }
    if start.starts_with('{') || start.starts_with('[') {
        return Media::Is("application/json");
    }
    Media::Is("text/plain")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_2_a_file_is_what_its_bytes_say() {
        for (bytes, media) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Media::Is("image/png")),
            (b"%PDF-1.7", Media::Is("application/pdf")),
            (b"RIFF....WAVEfmt ", Media::Is("audio/wav")),
            (b"Received: from mx", Media::Is("message/rfc822")),
            (b"<xml><ToUserName/></xml>", Media::Is("application/xml")),
            ("柜员态度恶劣".as_bytes(), Media::Is("text/plain")),
            (b"\xb9\xf1\xd4\xb1", Media::Is("text/plain")),
            (b"\0\x01\x02", Media::Is("application/octet-stream")),
            (b"", Media::Is("application/octet-stream")),
            (b"MZ\x90\0", Media::Runs),
            (b"#!/bin/sh", Media::Runs),
            (b"\xef\xbb\xbf <SVG onload=x>", Media::Runs),
            (b"<?xml version='1.0'?><svg>", Media::Runs),
        ] {
            assert_eq!(sniff(bytes), media, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
