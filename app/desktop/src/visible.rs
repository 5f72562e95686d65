//! Makes text that others wrote safe to look at: nothing in it can hide, turn the reading direction
//! round, pretend to be part of the window, or make drawing it take long. It does not detect letters
//! that look alike, and copying gives what was written.

use std::fmt::Write as _;

use undertone_engine::visible::is_hidden;
use unicode_segmentation::UnicodeSegmentation as _;

/// Letters of a name that are shown.
const NAME: usize = 48;

/// Marks above and below one letter that are shown; no language needs more.
const MARKS: usize = 4;

/// A name on one line: what is hidden in it is written out, and it is cut.
#[must_use]
pub fn name(text: &str) -> String {
    let mut shown = String::new();
    for (count, cluster) in text.graphemes(true).enumerate() {
        if count == NAME {
            shown.push('…');
            break;
        }
        push(&mut shown, cluster, false);
    }
    shown
}

/// The beginning of a text on one line, for lists.
#[must_use]
pub fn line(text: &str, letters: usize) -> String {
    let mut shown = String::new();
    // More bytes than this are not even looked at: one cluster can be as long as the message.
    let begin = begin(text, letters * 16);
    for (count, cluster) in begin.graphemes(true).enumerate() {
        if count == letters {
            shown.push('…');
            return shown;
        }
        push(&mut shown, cluster, false);
    }
    if begin.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// What is shown of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The part that is shown.
    pub text: String,
    /// Whether there is more.
    pub cut: bool,
}

/// The beginning of a message: at most so many lines and bytes.
#[must_use]
pub fn body(text: &str, lines: usize, bytes: usize) -> Body {
    let end = text
        .match_indices('\n')
        .nth(lines.saturating_sub(1))
        .map_or(text.len(), |(at, _)| at);
    let part = begin(&text[..end], bytes);
    let mut shown = String::with_capacity(part.len());
    for cluster in part.graphemes(true) {
        push(&mut shown, cluster, true);
    }
    Body {
        text: shown,
        cut: part.len() < text.len(),
    }
}

/// The longest beginning of at most so many bytes.
fn begin(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

fn push(shown: &mut String, cluster: &str, lines: bool) {
    if cluster == "\n" || cluster == "\r\n" {
        shown.push(if lines { '\n' } else { ' ' });
        return;
    }
    if cluster == "\t" {
        shown.push_str("    ");
        return;
    }
    let emoji = is_emoji(cluster);
    let mut marks = 0;
    for character in cluster.chars() {
        if is_mark(character) {
            marks += 1;
            if marks > MARKS {
                continue;
            }
        }
        // Joiners and selectors inside an emoji that exists show by what they do.
        if is_hidden(character) && !(emoji || joins(character, cluster)) {
            // Writing to a string does not fail.
            let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
}

/// Whether a cluster is one emoji of Unicode's list.
#[must_use]
pub fn is_emoji(cluster: &str) -> bool {
    !cluster.is_ascii() && emojis::get(cluster).is_some()
}

/// Joiners that writings of Persian and India need between letters.
fn joins(character: char, cluster: &str) -> bool {
    matches!(character, '\u{200c}' | '\u{200d}')
        && cluster
            .chars()
            .any(|c| matches!(u32::from(c), 0x600..=0x6ff | 0x900..=0xdff))
}

const fn is_mark(character: char) -> bool {
    matches!(character as u32,
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0x6d6..=0x6ed
        | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_in_a_name_is_written_out() {
        for (hostile, shown) in [
            ("\u{202e}ecilA", "\\u{202e}ecilA"),
            ("Al\u{200b}ice", "Al\\u{200b}ice"),
            ("\u{2066}Bob\u{2069}", "\\u{2066}Bob\\u{2069}"),
            ("a\nb", "a b"),
            ("\u{feff}\u{ad}x", "\\u{feff}\\u{ad}x"),
        ] {
            assert_eq!(name(hostile), shown);
        }
        let everything: String = ('\0'..=char::MAX).collect();
        let shown = body(&everything, usize::MAX, usize::MAX).text;
        let left: Vec<char> = shown
            .chars()
            .filter(|c| is_hidden(*c) && *c != '\n')
            .collect();
        assert!(left.is_empty(), "{left:x?}");
    }

    #[test]
    fn ordinary_writing_of_the_world_stays() {
        for text in [
            "Zoë",
            "日本語",
            "שלום",
            "سلام",
            "می\u{200c}خواهم",
            "नमस्ते",
            "❤\u{fe0f}",
            "👍🏽",
            "👩‍👩‍👧",
            "🏳\u{fe0f}‍🌈",
        ] {
            assert_eq!(name(text), text);
        }
    }

    #[test]
    fn towers_of_marks_are_cut_down() {
        let tower = format!("a{}", "\u{301}".repeat(32_768));
        assert_eq!(name(&tower).chars().count(), 1 + MARKS);
        assert!(line(&tower, 60).len() < 100);
        assert!(body(&tower, 40, 4_000).cut);
    }

    #[test]
    fn long_texts_are_bounded() {
        let lines = "x\n".repeat(10_000);
        let shown = body(&lines, 40, 4_000);
        assert_eq!(shown.text.lines().count(), 40);
        assert!(shown.cut);
        let short = body("a\nb", 40, 4_000);
        assert_eq!(short.text, "a\nb");
        assert!(!short.cut);
        assert_eq!(name(&"x".repeat(128)).chars().count(), NAME + 1);
    }
}
