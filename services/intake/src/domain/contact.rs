//! What a telephone number, an address of e-mail, an openid or an identity number looks like, and its one normal form
//! by which the same person is recognised.

use super::{
    text::{is_invisible, joins},
    words::IdType,
};

/// A full-width letter or digit as Chinese keyboards give it, made narrow.
#[must_use]
pub fn narrow(letter: char) -> char {
    match letter {
        '—' | '–' | '‐' | '‑' | '‒' | '―' | '−' | '﹣' => '-',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other if other.is_whitespace() => ' ',
        other => other,
    }
}

/// As it was meant: narrow, and without the marks of direction and width that copying brings along.
fn plain(typed: &str) -> impl Iterator<Item = char> {
    typed
        .chars()
        .filter(|letter| !is_invisible(*letter) && !joins(*letter))
        .map(narrow)
}

/// Digits only, as they are dialled within the country; nothing when it cannot be rung.
///
/// That is without the country's 86, a mobile number without the old 0 before it, any other with the 0 that is left out from
/// abroad.
#[must_use]
pub fn phone(typed: &str) -> Option<String> {
    let narrow: String = plain(typed).collect();
    let allowed = |letter: char| letter.is_ascii_digit() || "+-() ".contains(letter);
    if !narrow.chars().all(allowed) {
        return None;
    }
    let digits: String = narrow.chars().filter(char::is_ascii_digit).collect();
    let from_abroad = ["0086", "86"]
        .iter()
        .find_map(|prefix| digits.strip_prefix(prefix).filter(|rest| rest.len() >= 10));
    let national = from_abroad.unwrap_or(&digits);
    let mobile = |number: &str| number.len() == 11 && number.starts_with('1');
    let national = match national.strip_prefix('0') {
        Some(rest) if mobile(rest) && !rest.starts_with("10") => rest.to_owned(),
        Some(_) => national.to_owned(),
        None => {
            let area = from_abroad.is_some()
                && !mobile(national)
                && !["400", "800"].iter().any(|free| national.starts_with(free));
            format!("{}{national}", if area { "0" } else { "" })
        }
    };
    (3..=20).contains(&national.len()).then_some(national)
}

/// In small letters; nothing when it cannot be written to.
#[must_use]
pub fn email(typed: &str) -> Option<String> {
    let narrow = plain(typed).collect::<String>().trim().to_lowercase();
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
    let name: String = plain(typed)
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
    let number: String = plain(typed)
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
            "＋８６１３８１２３４５６７８",
            "(+86)138 1234 5678",
            "013812345678",
            // As telephones copy it, with marks of direction round it.
            "\u{202d}138\u{a0}1234\u{2011}5678\u{202c}",
            "\u{feff}138\u{200b}12345678",
        ] {
            assert_eq!(phone(typed).as_deref(), Some("13812345678"), "{typed}");
        }
        for typed in ["0750-5551234", "+86 750 5551234", "0086-0750-5551234"] {
            assert_eq!(phone(typed).as_deref(), Some("07505551234"), "{typed}");
        }
        for (typed, number) in [
            ("+86 10 66661234", "01066661234"),
            ("010-66661234", "01066661234"),
            ("+86 400 800 1234", "4008001234"),
            ("96138", "96138"),
            ("12378", "12378"),
            ("+852 2345 6789", "85223456789"),
        ] {
            assert_eq!(phone(typed).as_deref(), Some(number), "{typed}");
        }
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
        assert_eq!(
            email("\u{200b}ｚｓ＠example．com\u{202c}").as_deref(),
            Some("zs@example.com")
        );
        assert_eq!(
            name("欧阳\u{200b} 明月\u{fe0f}").as_deref(),
            Some("欧阳明月")
        );
        assert_eq!(openid("oABC_1-x").as_deref(), Some("oABC_1-x"));
        assert_eq!(openid("o ABC"), None);
        // The worked example of GB 11643-1999.
        assert_eq!(
            id_number(IdType::Resident, "11010519491231002x").as_deref(),
            Some("11010519491231002X")
        );
        assert_eq!(
            id_number(
                IdType::Resident,
                "\u{202d}１１０１０５ １９４９１２３１ ００２Ｘ"
            )
            .as_deref(),
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
