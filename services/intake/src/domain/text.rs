//! Texts as people and programs hand them in, made such that they show what they say.
//!
//! They are full of line ends of three kinds, of characters nobody sees, and of some that no database keeps. What the original
//! bytes hold stays with them.

use super::complaint::Refusal;

/// Whether a character shows nothing of itself and only hides text or turns its direction round.
///
/// These are marks and overrides of direction, zero-width spaces, fillers and tags. A telephone number copied out of an
/// address book is wrapped in them.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character only says how its neighbours are drawn, as in some rare names and in pictures; alone it is nothing.
#[must_use]
pub fn joins(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}' | '\u{180b}'..='\u{180d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether there is anything to be seen in a text.
#[must_use]
pub fn says_something(text: &str) -> bool {
    text.chars().any(|letter| {
        !letter.is_whitespace() && !letter.is_control() && !is_invisible(letter) && !joins(letter)
    })
}

/// A text of several lines without what cannot be kept or seen; empty when nothing is left to be seen.
#[must_use]
pub fn clean(text: &str) -> String {
    if !says_something(text) {
        return String::new();
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = lines
        .chars()
        .filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control())
        .filter(|letter| !is_invisible(*letter))
        .collect();
    kept.trim().to_owned()
}

/// One line of the form, trimmed, without what nobody sees.
///
/// # Errors
/// When it is too long, or is more than one line.
pub fn line(field: &'static str, value: &str, limit: usize) -> Result<String, Refusal> {
    let value: String = value
        .chars()
        .filter(|letter| !is_invisible(*letter))
        .map(|letter| if letter == '\t' { ' ' } else { letter })
        .collect();
    let value = value.trim();
    if value.chars().count() > limit {
        return Err(Refusal::TooLong { field, limit });
    }
    if value.contains(char::is_control) {
        return Err(Refusal::Malformed { field });
    }
    if !says_something(value) {
        return Ok(String::new());
    }
    Ok(value.to_owned())
}

/// One line out of whatever a program says, cut to its limit.
///
/// It is never refused: what a program says of a message must not keep the message from being seen.
#[must_use]
pub fn cut(text: &str, limit: usize) -> String {
    let words: String = clean(text)
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(limit) {
        Some(_) => words
            .chars()
            .take(limit.saturating_sub(1))
            .chain(['…'])
            .collect(),
        None => words,
    }
}

/// Whether it is a SHA-256, hexadecimal.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A code of reference data: opaque, but of sound letters, and of the axis it belongs to.
///
/// # Errors
/// When it is not.
pub fn code(field: &'static str, value: &str, axis: &str) -> Result<String, Refusal> {
    let value = value.trim();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let sound = value.is_empty()
        || (value.len() <= 64 && value.starts_with(axis) && value.bytes().all(known));
    if sound {
        Ok(value.to_owned())
    } else {
        Err(Refusal::Malformed { field })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g24_1_what_nobody_sees_is_not_kept_and_what_is_seen_is() {
        for (given, kept) in [
            ("柜员\0态度\u{1b}[31m恶劣", "柜员态度[31m恶劣"),
            ("第一行\r\n第二行\r第三行\n", "第一行\n第二行\n第三行"),
            ("\u{202e}三张\u{202c}", "三张"),
            ("\u{feff}\u{200b}\u{2060}", ""),
            ("\u{200d}\u{fe0f} \u{3000}\n", ""),
            // A rare character is named by the selector after it.
            ("葛\u{e0100}", "葛\u{e0100}"),
            ("👨\u{200d}👩", "👨\u{200d}👩"),
        ] {
            assert_eq!(clean(given), kept, "{given:?}");
        }
    }

    #[test]
    fn f2_2_a_line_is_one_line() {
        assert_eq!(line("x", " 张\t三\u{202c} ", 10).unwrap(), "张 三");
        assert_eq!(line("x", "\u{200b}\u{200d}", 10).unwrap(), "");
        assert!(line("x", "张\n三", 10).is_err());
        assert!(line("x", "张\0三", 10).is_err());
        assert!(line("x", &"张".repeat(11), 10).is_err());
        assert_eq!(
            line("x", &format!("{}\u{200e}", "张".repeat(10)), 10)
                .unwrap()
                .chars()
                .count(),
            10
        );
    }

    #[test]
    fn g24_1_what_a_program_says_becomes_one_line() {
        assert_eq!(
            cut("请求有误:\n  content: 为空\0", 50),
            "请求有误: content: 为空"
        );
        assert_eq!(cut(&"误".repeat(300), 200).chars().count(), 200);
        assert_eq!(cut("\n\0", 200), "");
    }
}
