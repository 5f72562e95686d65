//! What emoji are called in the languages of the window, from Unicode's CLDR (`assets/emoji`). An emoji that it does not
//! name is found by its English name, as all of them are.

use std::collections::HashMap;
use std::sync::LazyLock;

use emojis::Emoji;

use crate::words::Language;

/// Names and keywords between bars, by the emoji.
type Names = HashMap<&'static str, &'static str>;

static ARABIC: LazyLock<Names> =
    LazyLock::new(|| read(include_str!("../../../../../../assets/emoji/ar.txt")));
static GERMAN: LazyLock<Names> =
    LazyLock::new(|| read(include_str!("../../../../../../assets/emoji/de.txt")));
static SPANISH: LazyLock<Names> =
    LazyLock::new(|| read(include_str!("../../../../../../assets/emoji/es.txt")));

fn read(file: &'static str) -> Names {
    let lines = file.lines().filter_map(|line| line.split_once('\t'));
    lines
        .filter_map(|(sign, names)| Some((emojis::get(sign)?.as_str(), names)))
        .collect()
}

/// Names and keywords of an emoji in small letters, between bars; empty where there are none.
#[must_use]
pub fn of(emoji: &Emoji, language: Language) -> &'static str {
    let names: &Names = match language {
        Language::English => return "",
        Language::Arabic => &ARABIC,
        Language::German => &GERMAN,
        Language::Spanish => &SPANISH,
    };
    names.get(emoji.as_str()).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearly_all_have_names() {
        let flags: Vec<&Emoji> = emojis::Group::Flags.emojis().collect();
        for language in [Language::Arabic, Language::German, Language::Spanish] {
            let without: Vec<&str> = emojis::iter()
                .filter(|emoji| !flags.contains(emoji) && of(emoji, language).is_empty())
                .map(Emoji::as_str)
                .collect();
            // Families, which CLDR names by a rule, and what is newer than it.
            assert!(without.len() < 100, "{language:?}: {without:?}");
        }
    }
}
