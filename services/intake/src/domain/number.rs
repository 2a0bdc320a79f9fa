//! A complaint's number: `<union>-<year>-<6 digits>`, without gaps in a union and a year (F2.3).

use std::fmt;

/// A number, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Whose.
    pub union_code: String,
    /// Of the day it was registered, in Shanghai.
    pub year: i32,
    /// Counted from one.
    pub sequence: i64,
}

impl Number {
    /// Reads a number as somebody typed it; nothing when it is none.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let narrow: String = typed.trim().chars().map(super::contact::narrow).collect();
        let mut parts = narrow.rsplitn(3, '-');
        let (sequence, year, union_code) = (parts.next()?, parts.next()?, parts.next()?);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let code = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(6..=12).contains(&sequence.len())
            || !digits(sequence)
            || year.len() != 4
            || !digits(year)
        {
            return None;
        }
        if union_code.is_empty() || union_code.len() > 32 || !union_code.bytes().all(code) {
            return None;
        }
        Some(Self {
            union_code: union_code.to_owned(),
            year: year.parse().ok()?,
            sequence: sequence.parse().ok()?,
        })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{:04}-{:06}",
            self.union_code, self.year, self.sequence
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_3_a_number_reads_as_it_is_written() {
        let number = Number {
            union_code: "589002".to_owned(),
            year: 2026,
            sequence: 1,
        };
        assert_eq!(number.to_string(), "589002-2026-000001");
        assert_eq!(Number::parse(" 589002-2026-000001 "), Some(number));
        let wide = Number {
            union_code: "44HG".to_owned(),
            year: 2026,
            sequence: 1_000_000,
        };
        assert_eq!(Number::parse(&wide.to_string()), Some(wide));
        for wrong in [
            "",
            "589002-2026-1",
            "589002-26-000001",
            "-2026-000001",
            "589002-2026-00000x",
            "2026-000001",
        ] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
    }
}
