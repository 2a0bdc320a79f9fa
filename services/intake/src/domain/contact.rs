//! What a telephone number, an address of e-mail, an openid or an identity number looks like, and its one normal form
//! by which the same person is recognised.

use super::words::IdType;

/// A full-width letter or digit as Chinese keyboards give it, made narrow.
#[must_use]
pub fn narrow(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '—' | '–' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    }
}

/// Digits only, without the country's 86; nothing when it cannot be rung.
#[must_use]
pub fn phone(typed: &str) -> Option<String> {
    let narrow: String = typed.trim().chars().map(narrow).collect();
    let allowed = |letter: char| letter.is_ascii_digit() || "+-() ".contains(letter);
    if !narrow.chars().all(allowed) {
        return None;
    }
    let digits: String = narrow.chars().filter(char::is_ascii_digit).collect();
    let national = ["0086", "86"]
        .iter()
        .find_map(|prefix| digits.strip_prefix(prefix).filter(|rest| rest.len() >= 10))
        .unwrap_or(&digits);
    (3..=20)
        .contains(&national.len())
        .then(|| national.to_owned())
}

/// In small letters; nothing when it cannot be written to.
#[must_use]
pub fn email(typed: &str) -> Option<String> {
    let narrow: String = typed
        .trim()
        .chars()
        .map(narrow)
        .collect::<String>()
        .to_lowercase();
    let (local, domain) = narrow.split_once('@')?;
    let bad =
        |letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"@".contains(letter);
    let sound = !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !local.contains(bad)
        && !domain.contains(bad)
        && narrow.len() <= 254;
    sound.then_some(narrow)
}

/// Without white space and in small letters; nothing when there is none. Two persons may bear one name: it finds, and never
/// proves who somebody is.
#[must_use]
pub fn name(typed: &str) -> Option<String> {
    let name: String = typed
        .chars()
        .map(narrow)
        .filter(|letter| !letter.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    (!name.is_empty() && name.chars().count() <= 100).then_some(name)
}

/// As WeChat gives it; case matters.
#[must_use]
pub fn openid(given: &str) -> Option<String> {
    let given = given.trim();
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (!given.is_empty() && given.len() <= 128 && given.bytes().all(known)).then(|| given.to_owned())
}

/// In capitals; nothing when no such document has such a number.
#[must_use]
pub fn id_number(kind: IdType, typed: &str) -> Option<String> {
    let number: String = typed
        .chars()
        .map(narrow)
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let sound = match kind {
        IdType::Resident => resident(&number),
        IdType::Organisation => {
            number.len() == 18 && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
        }
        IdType::Passport | IdType::TravelPermit | IdType::Other => {
            (5..=32).contains(&number.len()) && number.bytes().all(plain)
        }
    };
    sound.then_some(number)
}

/// Eighteen places, the last of which checks the others (GB 11643-1999).
fn resident(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: &[u8; 11] = b"10X98765432";
    let Some((digits, [check])) = number.as_bytes().split_at_checked(17) else {
        return false;
    };
    let sum = digits
        .iter()
        .zip(WEIGHTS)
        .try_fold(0_usize, |sum, (byte, weight)| {
            Some(sum + char::from(*byte).to_digit(10)? as usize * weight as usize)
        });
    sum.is_some_and(|sum| CHECKS[sum % 11] == *check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f2_2_contacts_have_one_normal_form() {
        for typed in [
            "13812345678",
            "+86 138-1234-5678",
            "１３８１２３４５６７８",
            "0086 13812345678",
        ] {
            assert_eq!(phone(typed).as_deref(), Some("13812345678"), "{typed}");
        }
        assert_eq!(phone("0750-5551234").as_deref(), Some("07505551234"));
        for wrong in ["12", "打不通", "138123456781234567890", "138x"] {
            assert_eq!(phone(wrong), None, "{wrong}");
        }
        assert_eq!(
            email(" Zhang.San@Example.COM ").as_deref(),
            Some("zhang.san@example.com")
        );
        for wrong in [
            "", "a@b", "a b@c.cn", "a@b@c.cn", "@c.cn", "a@.cn", "<a@b.cn>",
        ] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
        assert_eq!(openid("oABC_1-x").as_deref(), Some("oABC_1-x"));
        assert_eq!(openid("o ABC"), None);
        // The worked example of GB 11643-1999.
        assert_eq!(
            id_number(IdType::Resident, "11010519491231002x").as_deref(),
            Some("11010519491231002X")
        );
        assert_eq!(id_number(IdType::Resident, "110105194912310021"), None);
        assert_eq!(id_number(IdType::Resident, "11010519491231002"), None);
        assert_eq!(
            id_number(IdType::Passport, "e12345678").as_deref(),
            Some("E12345678")
        );
    }
}
