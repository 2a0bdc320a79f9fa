//! Makes any text printable without losing any of it.
//!
//! Complaints hold whatever people type: emoji, characters of no font, control characters, a thousand letters without a
//! gap. PDF/A refuses glyphs that a font does not have, and a run without a place to break leaves its cell.

use serde_json::Value;

/// So many characters in a row may stand without a place where a line can break.
const LONGEST_RUN: usize = 20;

/// A place where a line can break, and nothing to be seen.
const BREAK: char = '\u{200B}';

/// Makes every string of the data printable; what is absent is shown as empty.
pub(crate) fn printable(data: &mut Value, shows: &dyn Fn(char) -> bool) {
    match data {
        Value::Null => *data = Value::String(String::new()),
        Value::String(text) => *text = breakable(&visible(text, shows)),
        Value::Array(items) => items.iter_mut().for_each(|item| printable(item, shows)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| printable(field, shows)),
        Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The text, with a visible stand-in for each character that cannot be shown: 〔U+1F600〕.
pub(crate) fn visible(text: &str, shows: &dyn Fn(char) -> bool) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push('\n'),
            '\t' | '\u{A0}' | '\u{202F}' => shown.push(' '),
            _ if says_nothing(character) => {}
            _ if !is_private(character) && !character.is_control() && shows(character) => {
                shown.push(character);
            }
            _ => shown.push_str(&format!("〔U+{:04X}〕", u32::from(character))),
        }
    }
    shown
}

/// Characters that only steer how others are shown: joiners, variation selectors, marks of direction.
///
/// Marks of direction can make a text read otherwise than it was written, and are dropped for that too.
fn says_nothing(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// Characters that mean something else on every machine, so that no archive can keep them.
fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// The text with places to break within long runs.
fn breakable(text: &str) -> String {
    let mut broken = String::with_capacity(text.len());
    let mut run = 0;
    for character in text.chars() {
        run = if breaks_by_itself(character) {
            0
        } else {
            run + 1
        };
        if run > LONGEST_RUN {
            broken.push(BREAK);
            run = 1;
        }
        broken.push(character);
    }
    broken
}

/// Whether a line may break beside a character anyway: spaces and ideographs.
fn breaks_by_itself(character: char) -> bool {
    character.is_whitespace()
        || matches!(
            character,
            '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_that_cannot_be_shown() {
        let shows = |character: char| character.is_ascii_graphic() || character == '投';
        assert_eq!(visible("投😀a\u{7}", &shows), "投〔U+1F600〕a〔U+0007〕");
        assert_eq!(visible("投\u{E001}", &|_| true), "投〔U+E001〕");
        assert_eq!(visible("a\r\nb\rc\td", &shows), "a\nb\nc d");
    }

    #[test]
    fn what_turns_the_direction_of_a_text_is_dropped() {
        assert_eq!(visible("退\u{202E}款", &|_| true), "退款");
    }

    #[test]
    fn long_runs_can_break_and_short_ones_cannot() {
        assert_eq!(breakable("589002-2026-000001"), "589002-2026-000001");
        let long = "a".repeat(50);
        let broken = breakable(&long);
        assert_eq!(broken.matches(BREAK).count(), 2);
        assert_eq!(broken.replace(BREAK, ""), long);
        let marks = breakable(&"。".repeat(50));
        assert_eq!(marks.matches(BREAK).count(), 2);
        assert!(!breakable(&"投".repeat(50)).contains(BREAK));
    }
}
