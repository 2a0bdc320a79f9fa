//! The code by which a complainant asks for progress (F2.3).

/// Letters and digits that cannot be mistaken for each other: no I, O, 0 and 1. Thirty-two, so that five bits choose one.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// How many of them: forty bits, against a few attempts a quarter of an hour.
pub const LENGTH: usize = 8;

/// Makes a code of random bytes.
#[must_use]
pub fn from_random(random: [u8; LENGTH]) -> String {
    random
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte & 31)]))
        .collect()
}

/// A code as somebody typed it: case, spaces and hyphens do not matter. Nothing when it can be none.
#[must_use]
pub fn parse(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .map(super::contact::narrow)
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .map(|letter| letter.to_ascii_uppercase())
        .take(LENGTH + 1)
        .collect();
    let known = |byte: u8| LETTERS.contains(&byte);
    (code.len() == LENGTH && code.bytes().all(known)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_3_a_code_is_read_however_it_is_typed() {
        let code = from_random([0, 31, 32, 63, 200, 7, 99, 255]);
        assert_eq!(code.len(), LENGTH);
        let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
        assert_eq!(parse(&typed), Some(code));
        for wrong in [
            "",
            "ABCDEFG",
            "ABCDEFGHJ",
            "ABCDEFG0",
            "ABCDEFGI",
            "甲乙丙丁戊己庚辛",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
