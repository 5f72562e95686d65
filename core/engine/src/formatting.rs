//! Reads the little formatting that messages have, so that every application reads the same: `code`, **bold**, *slanted*,
//! ~~struck~~, blocks of code between lines of ```, links. Flat on purpose: nothing nests, so no message can make it
//! deep, and it takes time in proportion to the text. It fetches nothing, and makes nothing visible that hides: that is
//! done by who shows the text, see [`visible`](crate::visible).

use linkify::{LinkFinder, LinkKind};

/// Parts that one message is read into; what is behind them is running text without marks.
pub const MAX_PARTS: usize = 4_096;

/// A part of a message from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Words(Vec<Piece>),
    /// Lines of code.
    Code(String),
}

/// A part of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words, without the marks.
    pub text: String,
    /// How they look.
    pub style: Style,
}

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As usual.
    Plain,
    /// Bold.
    Bold,
    /// Slanted.
    Italic,
    /// Struck through.
    Struck,
    /// Code.
    Code,
    /// A link (`https`, `http`) to the address that is its text.
    Link,
}

/// Pairs of marks and what is between them, longer marks first.
const MARKS: [(&str, Style); 5] = [
    ("**", Style::Bold),
    ("~~", Style::Struck),
    ("`", Style::Code),
    ("*", Style::Italic),
    ("_", Style::Italic),
];

/// Reads a message.
#[must_use]
pub fn read(text: &str) -> Vec<Block> {
    let mut parts = Parts::default();
    let mut words = String::new();
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        if !line.starts_with("```") || parts.count >= MAX_PARTS {
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(line);
            continue;
        }
        parts.words(&std::mem::take(&mut words));
        let code: Vec<&str> = lines
            .by_ref()
            .take_while(|line| !line.starts_with("```"))
            .collect();
        parts.count += 1;
        parts.blocks.push(Block::Code(code.join("\n")));
    }
    parts.words(&words);
    parts.blocks
}

/// The words of a message without its marks, for lists and quotes. Only its first 1,000 bytes are read.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut words = String::new();
    for block in read(&text[..text.floor_char_boundary(1_000)]) {
        if !words.is_empty() {
            words.push(' ');
        }
        match block {
            Block::Code(code) => words.push_str(&code),
            Block::Words(pieces) => words.extend(pieces.into_iter().map(|piece| piece.text)),
        }
    }
    words
}

/// What was read so far.
#[derive(Default)]
struct Parts {
    blocks: Vec<Block>,
    /// Blocks and pieces.
    count: usize,
}

impl Parts {
    fn words(&mut self, text: &str) {
        let text = text.trim_matches('\n');
        if text.is_empty() {
            return;
        }
        let mut pieces = Vec::new();
        let mut finder = LinkFinder::new();
        finder.kinds(&[LinkKind::Url]);
        for part in finder.spans(text) {
            let known = |scheme| part.as_str().starts_with(scheme);
            if part.kind().is_some() && (known("https://") || known("http://")) {
                self.add(&mut pieces, part.as_str(), Style::Link);
            } else {
                self.marked(&mut pieces, part.as_str());
            }
        }
        self.blocks.push(Block::Words(pieces));
    }

    fn marked(&mut self, pieces: &mut Vec<Piece>, text: &str) {
        let mut rest = text;
        let mut plain = 0;
        let mut boundary = true;
        while let Some(character) = rest[plain..].chars().next() {
            let here = &rest[plain..];
            let found = MARKS
                .iter()
                .filter(|_| boundary)
                .find_map(|(mark, style)| Some((between(here, mark)?, *mark, *style)));
            if let Some((inner, mark, style)) = found {
                self.add(pieces, &rest[..plain], Style::Plain);
                self.add(pieces, inner, style);
                rest = &here[inner.len() + 2 * mark.len()..];
                plain = 0;
                boundary = false;
            } else {
                boundary = !character.is_alphanumeric();
                plain += character.len_utf8();
            }
        }
        self.add(pieces, rest, Style::Plain);
    }

    fn add(&mut self, pieces: &mut Vec<Piece>, text: &str, style: Style) {
        if text.is_empty() {
            return;
        }
        let style = if self.count < MAX_PARTS {
            style
        } else {
            Style::Plain
        };
        match pieces.last_mut() {
            Some(last) if last.style == style && style != Style::Link => last.text.push_str(text),
            _ => {
                self.count += 1;
                pieces.push(Piece {
                    text: text.to_owned(),
                    style,
                });
            }
        }
    }
}

/// What stands between two marks at the beginning of a text, on one line and without spaces inside
/// the marks.
///
/// It looks no further than to the next such mark, and so all looks together take time in proportion to the text.
fn between<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(mark)?;
    let end = inner.find(mark)?;
    let found = &inner[..end];
    let after = inner[end + mark.len()..].chars().next();
    let whole = !found.is_empty()
        && !found.starts_with([' ', '*', '_', '~', '`'])
        && !found.ends_with(' ')
        && !found.contains('\n')
        && !after.is_some_and(char::is_alphanumeric);
    whole.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        for block in read(text) {
            match block {
                Block::Code(code) => out.push_str(&format!("[code {code}]")),
                Block::Words(pieces) => {
                    for piece in pieces {
                        match piece.style {
                            Style::Plain => out.push_str(&piece.text),
                            style => out.push_str(&format!("[{style:?} {}]", piece.text)),
                        }
                    }
                }
            }
        }
        out
    }

    #[test]
    fn marks_are_read() {
        for (text, expected) in [
            ("a **b** c", "a [Bold b] c"),
            ("*a* and _b_", "[Italic a] and [Italic b]"),
            ("~~no~~ `x*y*`", "[Struck no] [Code x*y*]"),
            ("2*3*4 snake_case_name", "2*3*4 snake_case_name"),
            ("** a **", "** a **"),
            ("*a\nb* *c*", "*a\nb* [Italic c]"),
            (
                "see https://example.org/a_b_c.",
                "see [Link https://example.org/a_b_c].",
            ),
            ("javascript:x file:///etc", "javascript:x file:///etc"),
            ("a\n```\nlet x;\n```\nb", "a[code let x;]b"),
            ("```\nopen", "[code open]"),
            ("**👍 ok**", "[Bold 👍 ok]"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    /// A message of the greatest size costs as much as any other.
    #[test]
    fn nothing_is_lost_and_nothing_takes_long() {
        let size = undertone_wire::v1::MAX_TEXT;
        for part in [
            "*",
            "_a",
            "`*",
            "*a ",
            "**a",
            "*a\n",
            "`",
            "~~",
            "a*b_c`",
            "https://a.b ",
            "`a` ",
        ] {
            let text = part.repeat(size / part.len());
            let began = std::time::Instant::now();
            let blocks = read(&text);
            assert!(
                began.elapsed() < std::time::Duration::from_secs(2),
                "{part:?}"
            );
            let parts: usize = blocks
                .iter()
                .map(|block| match block {
                    Block::Words(pieces) => 1 + pieces.len(),
                    Block::Code(_) => 1,
                })
                .sum();
            assert!(parts <= MAX_PARTS + 2, "{part:?}");
            let letters = |text: &str| text.matches('a').count();
            let left: usize = blocks
                .iter()
                .map(|block| match block {
                    Block::Words(pieces) => pieces.iter().map(|one| letters(&one.text)).sum(),
                    Block::Code(code) => letters(code),
                })
                .sum();
            assert_eq!(left, letters(&text), "{part:?}");
        }
        assert!(read(&"```\n".repeat(size / 4)).len() <= MAX_PARTS + 2);
    }

    #[test]
    fn marks_are_left_out() {
        assert_eq!(plain("a **b**\n```\nx\ny\n```\n`z`"), "a b x\ny z");
    }
}
