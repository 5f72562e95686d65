//! Which characters nobody sees: names, greetings and messages come from people who may want to deceive, and whatever
//! shows them has to agree on what hides in them. How they are made visible is the affair of who shows them. It does not
//! tell letters apart that look alike.

/// Whether a character is not seen by itself or changes what is seen around it: controls, line
/// separators, and what Unicode calls default-ignorable (zero width, direction, tags, fillers).
#[must_use]
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0xad | 0x34f | 0x61c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f
            | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164
            | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_properties::CodePointSetData;
    use icu_properties::props::DefaultIgnorableCodePoint;

    #[test]
    fn nothing_that_unicode_calls_ignorable_is_seen() {
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let mut all = '\0'..=char::MAX;
        assert_eq!(all.find(|c| ignorable.contains(*c) && !is_hidden(*c)), None);
    }

    #[test]
    fn what_hides_is_known_and_what_is_written_stays() {
        for hidden in [
            '\0',
            '\n',
            '\u{1b}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2066}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{e0041}',
        ] {
            assert!(is_hidden(hidden), "{hidden:?}");
        }
        for seen in ['a', ' ', 'é', 'ß', 'ل', '語', '👍', '\u{301}', '\u{a0}'] {
            assert!(!is_hidden(seen), "{seen:?}");
        }
    }
}
