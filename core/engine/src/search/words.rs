//! From text to terms: the same for what is stored and for what is asked.
//!
//! Text is compared without regard to case, width and form (NFKD and full case folding) and to the
//! accents of Latin, Greek and Cyrillic letters; then it is cut into words as UAX 29 says, and those at
//! punctuation. Scripts that put no space between words are cut into overlapping pairs of characters, and
//! the last character of a run stands alone: so a single character is found as the beginning of a
//! pair, and no dictionary is needed.
//!
//! It does not stem and knows no synonyms. Signs and emoji are no words and are not found.

use std::collections::BTreeSet;

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::QueryError;

/// The longest term, in bytes; of longer words the beginning counts.
pub(super) const LONGEST: usize = 48;
/// How many different terms of one message can be found. The longest message of ordinary prose has
/// fewer; one that has more was made to fill the index.
pub(super) const MOST: usize = 4096;
/// The longest query, in bytes.
const MAX_QUERY: usize = 1024;
/// The most terms of a query.
const MAX_TERMS: usize = 32;

/// One term: UTF-8, at most [`LONGEST`] bytes. It is content: not printed, and overwritten when dropped.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Term(Vec<u8>);

impl Term {
    fn new(word: &str) -> Self {
        let end = word.floor_char_boundary(LONGEST);
        Self(word.as_bytes()[..end].to_vec())
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// A term that is looked for.
pub(super) struct Wanted {
    pub(super) term: Term,
    /// Any term that begins so will do.
    pub(super) is_prefix: bool,
}

/// The terms of a message's text.
pub(super) fn terms_of(text: &str) -> BTreeSet<Term> {
    let folded = fold(text);
    let mut terms = BTreeSet::new();
    for_each(&folded, |piece| {
        terms.insert(piece.term());
        terms.len() < MOST
    });
    terms
}

/// What a query asks for. A word is a prefix if a star follows, or if it ends the query: whoever is
/// still typing finds what they are about to write. A space after it makes it a whole word.
pub(super) fn wanted(query: &str) -> Result<Vec<Wanted>, QueryError> {
    if query.len() > MAX_QUERY {
        return Err(QueryError::TooLong);
    }
    let folded = fold(query);
    let mut wanted: Vec<Wanted> = Vec::new();
    for_each(&folded, |piece| {
        // What stands at the end of a run is part of the pair before it.
        if matches!(piece, Piece::Last { alone: false, .. }) {
            return true;
        }
        let rest = &folded[piece.end()..];
        let is_prefix = match piece {
            Piece::Word { .. } => rest.is_empty() || rest.starts_with('*'),
            Piece::Pair { .. } => false,
            Piece::Last { .. } => true,
        };
        let term = piece.term();
        match wanted.iter_mut().find(|known| known.term == term) {
            Some(known) => known.is_prefix &= is_prefix,
            None => wanted.push(Wanted { term, is_prefix }),
        }
        wanted.len() <= MAX_TERMS
    });
    match wanted.len() {
        0 => Err(QueryError::NoWords),
        1..=MAX_TERMS => {
            // Longer words tend to be rarer; whole ones are.
            wanted.sort_by_key(|one| (one.is_prefix, std::cmp::Reverse(one.term.as_bytes().len())));
            Ok(wanted)
        }
        _ => Err(QueryError::TooLong),
    }
}

/// The text in the form in which it is compared.
fn fold(text: &str) -> Zeroizing<String> {
    // At its final size for ordinary text, so that growing leaves no copies behind.
    let mut folded = Zeroizing::new(String::with_capacity(2 * text.len()));
    folded.extend(
        text.nfkd()
            .default_case_fold()
            .nfkd()
            .filter(|sign| !is_accent(*sign))
            .nfc(),
    );
    folded
}

/// The combining marks of Latin, Greek and Cyrillic. Those of other scripts are vowels.
const fn is_accent(sign: char) -> bool {
    matches!(sign, '\u{300}'..='\u{36f}')
}

/// Scripts whose words are not separated: Thai, Lao, Burmese, Khmer, Kana and Han.
const fn is_unspaced(sign: char) -> bool {
    matches!(sign,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

/// A piece of folded text, with the place where it ends.
#[derive(Clone, Copy)]
enum Piece<'a> {
    /// A word of a script with spaces.
    Word { word: &'a str, end: usize },
    /// Two neighbours in a run of a script without.
    Pair { pair: &'a str, end: usize },
    /// The last character of such a run; `alone` if it is all of it.
    Last {
        sign: &'a str,
        alone: bool,
        end: usize,
    },
}

impl Piece<'_> {
    fn term(self) -> Term {
        let (Self::Word { word: text, .. }
        | Self::Pair { pair: text, .. }
        | Self::Last { sign: text, .. }) = self;
        Term::new(text)
    }

    const fn end(self) -> usize {
        let (Self::Word { end, .. } | Self::Pair { end, .. } | Self::Last { end, .. }) = self;
        end
    }
}

/// Cuts folded text into pieces, until the visitor has enough.
fn for_each(folded: &str, mut visitor: impl FnMut(Piece<'_>) -> bool) {
    let mut run = Run::default();
    for (start, word) in folded.unicode_word_indices() {
        let mut rest = word;
        let mut at = start;
        while let Some(first) = rest.chars().next() {
            if is_unspaced(first) {
                let end = at + first.len_utf8();
                if !run.extend(folded, at, end, &mut visitor) {
                    return;
                }
                rest = &folded[end..start + word.len()];
                at = end;
                continue;
            }
            let length = rest.find(is_unspaced).unwrap_or(rest.len());
            let (spaced, after) = rest.split_at(length);
            if !run.finish(folded, &mut visitor) || !words(spaced, at, &mut visitor) {
                return;
            }
            rest = after;
            at += length;
        }
    }
    run.finish(folded, &mut visitor);
}

/// Cuts at the punctuation that UAX 29 leaves inside of words: "example.com", "don't", "3,14".
fn words(text: &str, start: usize, visitor: &mut impl FnMut(Piece<'_>) -> bool) -> bool {
    let is_inside = |sign: char| sign.is_ascii_punctuation() || matches!(sign, '\u{2019}' | '·');
    let mut at = start;
    text.split_inclusive(is_inside).all(|part| {
        let word = part.trim_end_matches(is_inside);
        let end = at + word.len();
        at += part.len();
        word.is_empty() || visitor(Piece::Word { word, end })
    })
}

/// Neighbouring characters of scripts without spaces: where the last one is, and whether another was
/// before it.
#[derive(Default)]
struct Run {
    last: Option<(usize, usize)>,
    is_long: bool,
}

impl Run {
    fn extend(
        &mut self,
        folded: &str,
        start: usize,
        end: usize,
        visitor: &mut impl FnMut(Piece<'_>) -> bool,
    ) -> bool {
        match self.last {
            Some((before, touches)) if touches == start => {
                self.last = Some((start, end));
                self.is_long = true;
                visitor(Piece::Pair {
                    pair: &folded[before..end],
                    end,
                })
            }
            _ => {
                let goes_on = self.finish(folded, visitor);
                self.last = Some((start, end));
                goes_on
            }
        }
    }

    fn finish(&mut self, folded: &str, visitor: &mut impl FnMut(Piece<'_>) -> bool) -> bool {
        let alone = !std::mem::take(&mut self.is_long);
        match self.last.take() {
            Some((start, end)) => visitor(Piece::Last {
                sign: &folded[start..end],
                alone,
                end,
            }),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<String> {
        let shown = |term: &Term| String::from_utf8(term.as_bytes().to_vec()).expect("UTF-8");
        terms_of(text).iter().map(shown).collect()
    }

    fn asked(query: &str) -> Vec<(String, bool)> {
        let mut wanted: Vec<_> = wanted(query)
            .expect("words")
            .into_iter()
            .map(|one| {
                let term = String::from_utf8(one.term.as_bytes().to_vec());
                (term.expect("UTF-8"), one.is_prefix)
            })
            .collect();
        wanted.sort();
        wanted
    }

    #[test]
    fn case_width_accents_and_form_do_not_count() {
        assert_eq!(terms("Straße STRASSE"), ["strasse"]);
        assert_eq!(terms("Café cafe\u{301} ＣＡＦＥ"), ["cafe"]);
        assert_eq!(terms("ΣΟΦΌΣ σοφός"), ["σοφοσ"]);
        assert_eq!(terms("Ёлка"), ["елка"]);
        assert_eq!(terms("ﬁne"), ["fine"]);
        // Marks of other scripts are letters, and those of Kana belong to them.
        assert_eq!(terms("हिन्दी"), ["हिन्दी"]);
        assert_ne!(terms("が"), terms("か"));
        assert_eq!(terms("\u{304b}\u{3099}"), terms("が"));
    }

    #[test]
    fn words_end_at_spaces_and_punctuation() {
        assert_eq!(terms("Don't go!"), ["don", "go", "t"]);
        assert_eq!(terms("don\u{2019}t"), ["don", "t"]);
        assert_eq!(
            terms("see example.com/a_b, 3.14"),
            ["14", "3", "a", "b", "com", "example", "see"]
        );
        assert_eq!(terms("… — 🙂 !!"), Vec::<String>::new());
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_pairs() {
        assert_eq!(terms("中国人"), ["中国", "人", "国人"]);
        assert_eq!(terms("我"), ["我"]);
        assert_eq!(terms("hi中国ok"), ["hi", "ok", "中国", "国"]);
        assert_eq!(terms("中 国"), ["中", "国"]);
        assert_eq!(terms("テレビ"), ["テレ", "ビ", "レビ"]);
        assert_eq!(
            asked("中国人"),
            [("中国".into(), false), ("国人".into(), false)]
        );
        assert_eq!(asked("人"), [("人".into(), true)]);
    }

    #[test]
    fn the_last_word_and_those_with_a_star_are_prefixes() {
        assert_eq!(
            asked("two wor"),
            [("two".into(), false), ("wor".into(), true)]
        );
        assert_eq!(
            asked("two wor "),
            [("two".into(), false), ("wor".into(), false)]
        );
        assert_eq!(
            asked("tw* wor."),
            [("tw".into(), true), ("wor".into(), false)]
        );
        // Said twice, the narrower meaning counts.
        assert_eq!(asked("wor wor"), [("wor".into(), false)]);
        assert!(matches!(wanted(" .. *"), Err(QueryError::NoWords)));
        assert!(matches!(
            wanted(&"a".repeat(1025)),
            Err(QueryError::TooLong)
        ));
        let many: String = (0..40).map(|number| format!("w{number} ")).collect();
        assert!(matches!(wanted(&many), Err(QueryError::TooLong)));
    }

    #[test]
    fn terms_are_bounded_in_length_and_number() {
        let long = "ä".repeat(100);
        assert!(
            terms_of(&long)
                .iter()
                .all(|term| term.as_bytes().len() == LONGEST)
        );
        assert_eq!(terms_of(&"€".repeat(4)).len(), 0);
        let many: String = (0..12_000).map(|number| format!("w{number} ")).collect();
        assert_eq!(terms_of(&many).len(), MOST);
        // Each of these becomes eighteen characters.
        let wide = "\u{fdfa}".repeat(20_000);
        assert!(terms_of(&wide).len() < 10);
        let marks = format!("a{}", "\u{316}\u{301}".repeat(16_000));
        assert_eq!(terms(&marks), ["a"]);
        for text in ["", "\u{0}", "\u{200d}\u{200d}", "\u{10ffff}"] {
            assert!(terms_of(text).is_empty());
        }
    }

    #[test]
    fn cutting_respects_characters() {
        let long = format!("a{}", "語x".repeat(60));
        for term in terms_of(&long) {
            assert!(std::str::from_utf8(term.as_bytes()).is_ok());
        }
    }
}
