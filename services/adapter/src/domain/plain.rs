//! What the other side says of itself, made fit to be kept and shown: no database keeps a NUL, no index an endless key, and
//! intake takes one short line.

/// The longest key that an index takes together with what stands beside it, in bytes.
const LONGEST_KEY: usize = 400;
/// How much is kept of what the other side said.
const LONGEST_SAID: usize = 500;

/// What the other side said, as it is kept.
#[must_use]
pub fn said(text: &str) -> String {
    line(text, LONGEST_SAID)
}

/// Whether a text may be a key as it is; any other is known by its digest.
#[must_use]
pub fn is_key(text: &str) -> bool {
    text.len() <= LONGEST_KEY && !text.contains(char::is_control) && text.trim() == text
}

/// One line of at most `limit` characters: control characters become spaces, and what only hides text or turns its direction
/// round is left out.
#[must_use]
pub fn line(text: &str, limit: usize) -> String {
    let spaced: String = text
        .chars()
        .filter(|letter| !hides(*letter))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= limit {
        return words;
    }
    words
        .chars()
        .take(limit.saturating_sub(1))
        .chain(['…'])
        .collect()
}

fn hides(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g24_1_what_the_other_side_says_can_be_kept() {
        for (said, kept) in [
            ("550 5.1.1\r\n\tno such\0user", "550 5.1.1 no such user"),
            ("\u{202e}附件\u{200b}.exe", "附件.exe"),
            ("", ""),
            ("\n\0", ""),
        ] {
            assert_eq!(line(said, 100), kept);
        }
        let long = line(&"误".repeat(1_000), 200);
        assert_eq!((long.chars().count(), long.ends_with('…')), (200, true));
    }

    #[test]
    fn g24_1_what_no_index_takes_is_no_key() {
        assert!(is_key("m1@example.com"));
        assert!(is_key(""));
        for unfit in ["a\0b", "a\nb", " a", &"x".repeat(401), &"编".repeat(134)] {
            assert!(!is_key(unfit), "{unfit:?}");
        }
    }
}
