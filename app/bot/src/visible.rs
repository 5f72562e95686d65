//! Makes text that others wrote safe to look at: nothing in it can move the cursor, change
//! colours, turn the reading direction round or hide. It exists because nicknames, greetings and
//! messages come from people who may want to deceive. It does not detect letters that look alike.

use std::fmt::{self, Write as _};

use undertone_engine::formatting::{self, Block, Style};
use undertone_engine::visible::is_hidden;

/// Names: everything on one line.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a>(pub &'a str);

/// Text of several lines: those after the first are indented, so that no line of a message can
/// pass for the beginning of another message.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a>(pub &'a str);

/// The same for a terminal that draws letters in several ways: the marks of a message's formatting become such letters.
/// The only sequences in it are those of this program, and each ends on its line.
#[derive(Clone, Copy, Debug)]
pub struct Styled<'a>(pub &'a str);

/// What ends every way of drawing letters (ECMA-48, SGR).
const USUAL: &str = "\x1b[0m";

/// What stands at the beginning of each line of a text after the first.
const INDENT: &str = "    ";

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_visible(f, self.0)
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.0.split('\n').enumerate() {
            if number > 0 {
                write!(f, "\n{INDENT}")?;
            }
            write_visible(f, line.strip_suffix('\r').unwrap_or(line))?;
        }
        Ok(())
    }
}

impl fmt::Display for Styled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, block) in formatting::read(self.0).iter().enumerate() {
            if number > 0 {
                write!(f, "\n{INDENT}")?;
            }
            match block {
                Block::Code(code) => write_styled(f, code, Style::Code)?,
                Block::Words(pieces) => {
                    for piece in pieces {
                        write_styled(f, &piece.text, piece.style)?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn write_styled(f: &mut fmt::Formatter<'_>, text: &str, style: Style) -> fmt::Result {
    let begin = match style {
        Style::Plain => return write!(f, "{}", Text(text)),
        Style::Bold => "\x1b[1m",
        Style::Italic => "\x1b[3m",
        Style::Link => "\x1b[4m",
        Style::Code => "\x1b[7m",
        Style::Struck => "\x1b[9m",
    };
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            write!(f, "\n{INDENT}")?;
        }
        f.write_str(begin)?;
        write_visible(f, line.strip_suffix('\r').unwrap_or(line))?;
        f.write_str(USUAL)?;
    }
    Ok(())
}

fn write_visible(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut before = '\0';
    for character in text.chars() {
        // These choose between the two drawings of an emoji and show by what they do.
        let drawing = matches!(character, '\u{fe0e}' | '\u{fe0f}') && !before.is_ascii();
        if is_hidden(character) {
            before = '\0';
            if !drawing {
                write!(f, "{}", character.escape_unicode())?;
                continue;
            }
        } else {
            before = character;
        }
        f.write_char(character)?;
    }
    Ok(())
}

/// JSON in which every hidden character is written `\uXXXX`, so that it can be shown on a
/// terminal. It means the same: outside of its strings JSON has no such characters.
#[must_use]
pub fn json(value: &serde_json::Value) -> String {
    let mut out = String::new();
    for character in value.to_string().chars() {
        if is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_every_kind_become_visible() {
        for (hostile, shown) in [
            ("\u{1b}[2J", "\\u{1b}[2J"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\u{8}\u{7f}b", "a\\u{8}\\u{7f}b"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("al\u{200b}ice", "al\\u{200b}ice"),
            ("\u{feff}\u{ad}\u{2060}", "\\u{feff}\\u{ad}\\u{2060}"),
            ("\u{e0041}\u{115f}\u{3164}", "\\u{e0041}\\u{115f}\\u{3164}"),
            ("x\u{fe0f}", "x\\u{fe0f}"),
            ("a\nb\r\u{2028}c", "a\\u{a}b\\u{d}\\u{2028}c"),
        ] {
            assert_eq!(Name(hostile).to_string(), shown);
        }
    }

    #[test]
    fn ordinary_writing_of_the_world_stays() {
        for text in [
            "Zoë",
            "日本語",
            "שלום",
            "سلام",
            "नमस्ते",
            "❤\u{fe0f}",
            "👍🏽",
            "a\\u{1b}",
        ] {
            assert_eq!(Name(text).to_string(), text);
            assert_eq!(Text(text).to_string(), text);
        }
    }

    #[test]
    fn no_line_of_a_message_begins_like_another_message() {
        let text = Text("yes\r\n08:00 bob: no\n\u{1b}c").to_string();
        assert_eq!(text, "yes\n    08:00 bob: no\n    \\u{1b}c");
    }

    #[test]
    fn nothing_that_a_terminal_acts_on_is_left() {
        let everything: String = ('\0'..=char::MAX).collect();
        for shown in [Name(&everything).to_string(), Text(&everything).to_string()] {
            assert!(shown.chars().all(|c| c == '\n' || !is_hidden(c)));
        }
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::json!({ "text": "a\u{1b}\u{9b}\u{202e}\u{e0041}é" });
        let shown = json(&value);
        assert!(!shown.chars().any(is_hidden), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
            value
        );
    }
}
