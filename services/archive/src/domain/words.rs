//! How text is found: folded to one form, cut into single characters and pairs of neighbours.
//!
//! Chinese has no spaces, and its words are mostly two characters long: an index of pairs finds every one of them without a
//! dictionary. The pairs only narrow the search; whoever has the text checks that the word stands in it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use hanconv::RawDictionary;

use unicode_normalization::UnicodeNormalization as _;

/// The longest query, in characters.
pub const LONGEST_QUERY: usize = 200;

/// By which rules [`fold`] folds; a text that older rules folded is folded again.
pub const FOLD_VERSION: i32 = 2;

/// Traditional characters and the simplified one of each, as `OpenCC` lists them. Character by character and never by phrase:
/// a part of a text must fold as it does within the text.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let single = |text: &str| {
        let mut letters = text.chars();
        letters.next().filter(|_| letters.next().is_none())
    };
    RawDictionary::TSCharacters
        .iter()
        .filter_map(|(from, to)| Some((single(from)?, single(to)?)))
        .collect()
});

/// The form in which texts are compared: full and half width, capital and small letters, traditional and simplified
/// characters are the same, and any run of white space is one space.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut space = true;
    for letter in text.nfkc().flat_map(char::to_lowercase) {
        if letter.is_whitespace() || letter.is_control() {
            if !space {
                folded.push(' ');
            }
            space = true;
        } else {
            folded.push(*SIMPLIFIED.get(&letter).unwrap_or(&letter));
            space = false;
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The single characters and pairs of neighbours of a folded text; punctuation parts neighbours.
#[must_use]
pub fn grams(folded: &str) -> BTreeSet<String> {
    let mut grams = BTreeSet::new();
    let mut before: Option<char> = None;
    for letter in folded.chars() {
        if !letter.is_alphanumeric() {
            before = None;
            continue;
        }
        grams.insert(letter.to_string());
        if let Some(before) = before {
            grams.insert([before, letter].iter().collect());
        }
        before = Some(letter);
    }
    grams
}

/// The words of a query, folded.
#[must_use]
pub fn words(query: &str) -> Vec<String> {
    let mut words: Vec<String> = fold(query).split(' ').map(str::to_owned).collect();
    words.retain(|word| !word.is_empty());
    words.dedup();
    words
}

/// A few characters of a folded text around the first place of a word.
#[must_use]
pub fn excerpt(folded: &str, word: &str) -> Option<String> {
    const AROUND: usize = 12;
    let at = folded.find(word)?;
    let before: Vec<char> = folded[..at].chars().rev().take(AROUND).collect();
    let after: String = folded[at + word.len()..].chars().take(AROUND).collect();
    Some(format!(
        "{}{word}{after}",
        before.into_iter().rev().collect::<String>()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_and_half_width_are_the_same() {
        assert_eq!(fold("ＡＢＣ１２３　台山"), "abc123 台山");
        assert_eq!(fold("  a \n\n b  "), "a b");
    }

    #[test]
    fn p45_traditional_characters_find_simplified_ones_and_the_other_way_round() {
        assert_eq!(fold("櫃員態度惡劣,貸款"), "柜员态度恶劣,贷款");
        assert_eq!(fold("柜员态度恶劣,贷款"), "柜员态度恶劣,贷款");
        // Folding again changes nothing, and a part folds as it does within the whole.
        let text = "廣東農信 後台 乾燥 ＡＴＭ吞卡";
        assert_eq!(fold(&fold(text)), fold(text));
        for part in text.split(' ') {
            assert!(fold(text).contains(&fold(part)), "{part}");
        }
    }

    #[test]
    fn p45_p46_words_of_one_to_four_characters_and_mixed_ones_have_their_grams_in_the_text() {
        let text = fold("请尽快修改youer服务的收费标准");
        let all = grams(&text);
        for word in ["费", "收费", "修改y", "收费标准", "youer", "修改youer服务"] {
            let word = fold(word);
            assert!(
                text.contains(&word) && grams(&word).is_subset(&all),
                "{word}"
            );
        }
    }

    #[test]
    fn a_word_of_two_characters_is_one_pair() {
        let grams = grams(&fold("柜员态度差，排队太久。"));
        assert!(grams.contains("态度") && grams.contains("排队") && grams.contains("差"));
        // Punctuation parts neighbours.
        assert!(!grams.contains("差排"));
    }

    #[test]
    fn every_gram_of_a_word_that_stands_in_a_text_is_a_gram_of_the_text() {
        let text = fold("编号 589002-2026-000001，ATM 吞卡 500 元");
        let all = grams(&text);
        for word in words("589002-2026-000001 吞卡 ATM 02-20 5") {
            assert!(text.contains(&word), "{word}");
            assert!(grams(&word).is_subset(&all), "{word}");
        }
    }

    #[test]
    fn an_excerpt_shows_what_is_around() {
        let text = fold("该网点柜员服务态度恶劣");
        assert_eq!(
            excerpt(&text, "态度").as_deref(),
            Some("该网点柜员服务态度恶劣")
        );
        assert_eq!(excerpt(&text, "贷款"), None);
    }
}
