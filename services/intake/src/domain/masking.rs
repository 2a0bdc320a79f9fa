//! What of an identity may be seen without a reason (JR/T 0171-2020 appendix A).

use super::contact;

/// Family names of two characters, the common ones.
const DOUBLE_SURNAMES: [&str; 24] = [
    "欧阳", "司徒", "司马", "上官", "诸葛", "东方", "尉迟", "公孙", "慕容", "令狐", "皇甫", "端木",
    "夏侯", "宇文", "长孙", "轩辕", "南宫", "独孤", "西门", "闻人", "公冶", "钟离", "澹台", "呼延",
];

/// The surname, and a star for every character after it: 张*, 欧阳**. A name in letters keeps its first one.
#[must_use]
pub fn name(name: &str) -> String {
    let length = name.chars().count();
    let double = length > 2
        && DOUBLE_SURNAMES
            .iter()
            .any(|surname| name.starts_with(surname));
    keep(name, if double { 2 } else { 1 }, 0)
}

/// 138****5678; a short number keeps its last two digits.
#[must_use]
pub fn phone(phone: &str) -> String {
    match phone.chars().count() {
        0..=3 => keep(phone, 0, 0),
        4..=7 => keep(phone, 0, 2),
        _ => keep(phone, 3, 4),
    }
}

/// First six and last four of a card or account number.
#[must_use]
pub fn card(card: &str) -> String {
    if card.chars().count() > 12 {
        keep(card, 6, 4)
    } else {
        keep(card, 0, 4.min(card.chars().count() / 2))
    }
}

/// First and last of an identity number.
#[must_use]
pub fn id(id: &str) -> String {
    if id.chars().count() > 4 {
        keep(id, 1, 1)
    } else {
        keep(id, 0, 0)
    }
}

/// First and last before the @.
#[must_use]
pub fn email(email: &str) -> String {
    match email.split_once('@') {
        Some((local, domain)) if local.chars().count() > 2 => {
            format!("{}@{domain}", keep(local, 1, 1))
        }
        Some((local, domain)) => format!("{}@{domain}", keep(local, 0, 0)),
        None => keep(email, 0, 0),
    }
}

/// Long numbers in a text, such as cards, telephones and identity numbers that were dictated by accident.
#[must_use]
pub fn text(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let (mut run, mut written) = (String::new(), String::new());
    for letter in text.chars().chain(['\n']) {
        let digit = contact::narrow(letter);
        if digit.is_ascii_digit() || (digit.eq_ignore_ascii_case(&'x') && run.len() == 17) {
            run.push(digit);
            written.push(letter);
            continue;
        }
        match run.len() {
            0..=6 => masked.push_str(&written),
            18 => masked.push_str(&id(&run)),
            7..=12 => masked.push_str(&phone(&run)),
            _ => masked.push_str(&card(&run)),
        }
        run.clear();
        written.clear();
        masked.push(letter);
    }
    masked.pop();
    masked
}

/// Stars for all but the first `head` and last `tail` characters.
fn keep(whole: &str, head: usize, tail: usize) -> String {
    let length = whole.chars().count();
    let seen = |place: usize| place < head || place + tail >= length;
    whole
        .chars()
        .enumerate()
        .map(|(place, letter)| if seen(place) { letter } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn g5_what_is_shown_without_a_reason() {
        for (clear, shown) in [
            ("张三", "张*"),
            ("张", "张"),
            ("欧阳明月", "欧阳**"),
            ("欧阳", "欧*"),
            ("John Smith", "J*********"),
            ("", ""),
        ] {
            assert_eq!(name(clear), shown);
        }
        for (clear, shown) in [
            ("13812345678", "138****5678"),
            ("07505551234", "075****1234"),
            ("12345", "***45"),
            ("110", "***"),
        ] {
            assert_eq!(phone(clear), shown);
        }
        assert_eq!(card("6228480000001234567"), "622848*********4567");
        assert_eq!(id("11010519491231002X"), "1****************X");
        assert_eq!(email("zhang.san@example.com"), "z*******n@example.com");
        assert_eq!(email("zs@example.com"), "**@example.com");
        assert_eq!(
            text("卡6228480000001234567被扣200元,电话13812345678"),
            "卡622848*********4567被扣200元,电话138****5678"
        );
        assert_eq!(
            text("电话１３８１２３４５６７８,扣２００元"),
            "电话138****5678,扣２００元"
        );
    }
}
