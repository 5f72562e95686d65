//! Reads the little formatting that messages have: `code`, **bold**, *slanted*, ~~struck~~, blocks of
//! code between lines of ```, links. Flat on purpose: nothing nests, so no message can make it deep or
//! slow. It is given text that was bounded and made visible before; it fetches nothing.

use linkify::{LinkFinder, LinkKind};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::visible;

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
    /// The words.
    pub text: String,
    /// How they look.
    pub style: Style,
}

/// How words look.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// A link to the address that is its text.
    Link,
    /// Emoji.
    Emoji,
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
    let mut blocks = Vec::new();
    let mut words = String::new();
    let mut lines = text.split('\n').peekable();
    while let Some(line) = lines.next() {
        if !line.starts_with("```") {
            if !words.is_empty() {
                words.push('\n');
            }
            words.push_str(line);
            continue;
        }
        flush(&mut words, &mut blocks);
        let mut code = Vec::new();
        for line in lines.by_ref() {
            if line.starts_with("```") {
                break;
            }
            code.push(line);
        }
        blocks.push(Block::Code(code.join("\n")));
    }
    flush(&mut words, &mut blocks);
    blocks
}

fn flush(words: &mut String, blocks: &mut Vec<Block>) {
    let words = std::mem::take(words);
    let words = words.trim_matches('\n');
    if !words.is_empty() {
        blocks.push(Block::Words(pieces(words)));
    }
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let mut all = Vec::new();
    for part in finder.spans(text) {
        let known = |scheme| part.as_str().starts_with(scheme);
        if part.kind().is_some() && (known("https://") || known("http://")) {
            add(&mut all, part.as_str(), Style::Link);
        } else {
            marked(part.as_str(), &mut all);
        }
    }
    all
}

fn marked(text: &str, all: &mut Vec<Piece>) {
    let mut rest = text;
    let mut plain = 0;
    let mut boundary = true;
    while let Some(character) = rest[plain..].chars().next() {
        let here = &rest[plain..];
        let found = MARKS
            .iter()
            .filter(|_| boundary)
            .find_map(|(mark, style)| Some((between(here, mark)?, *mark, style)));
        if let Some((inner, mark, style)) = found {
            add_plain(all, &rest[..plain]);
            if *style == Style::Code {
                add(all, inner, Style::Code);
            } else {
                with_emoji(all, inner, style);
            }
            rest = &here[inner.len() + 2 * mark.len()..];
            plain = 0;
            boundary = false;
        } else {
            boundary = !character.is_alphanumeric();
            plain += character.len_utf8();
        }
    }
    add_plain(all, rest);
}

/// What stands between two marks at the beginning of a text, on one line and without spaces inside
/// the marks.
fn between<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let inner = text.strip_prefix(mark)?;
    let line = inner.split('\n').next()?;
    let end = line.find(mark)?;
    let found = &line[..end];
    let after = line[end + mark.len()..].chars().next();
    let whole = !found.is_empty()
        && !found.starts_with([' ', '*', '_', '~', '`'])
        && !found.ends_with(' ')
        && !after.is_some_and(char::is_alphanumeric);
    whole.then_some(found)
}

fn add_plain(all: &mut Vec<Piece>, text: &str) {
    with_emoji(all, text, &Style::Plain);
}

/// Emoji need a font of their own, or some of them are drawn without colour.
fn with_emoji(all: &mut Vec<Piece>, text: &str, style: &Style) {
    if text.is_ascii() {
        add(all, text, style.clone());
        return;
    }
    for cluster in text.graphemes(true) {
        if visible::is_emoji(cluster) {
            add(all, cluster, Style::Emoji);
        } else {
            add(all, cluster, style.clone());
        }
    }
}

fn add(all: &mut Vec<Piece>, text: &str, style: Style) {
    if text.is_empty() {
        return;
    }
    match all.last_mut() {
        Some(last) if last.style == style && style != Style::Link => last.text.push_str(text),
        _ => all.push(Piece {
            text: text.to_owned(),
            style,
        }),
    }
}

/// The words of a message without its marks, for lists and quotes. Only its beginning is read.
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

/// Whether a message is nothing but one to three emoji, which are drawn large.
#[must_use]
pub fn is_jumbo(blocks: &[Block]) -> bool {
    match blocks {
        [Block::Words(pieces)] => match pieces.as_slice() {
            [piece] => piece.style == Style::Emoji && piece.text.graphemes(true).nth(3).is_none(),
            _ => false,
        },
        _ => false,
    }
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
            (
                "see https://example.org/a_b_c.",
                "see [Link https://example.org/a_b_c].",
            ),
            ("javascript:x file:///etc", "javascript:x file:///etc"),
            ("a\n```\nlet x;\n```\nb", "a[code let x;]b"),
            ("```\nopen", "[code open]"),
            ("hi 👍🏽👋", "hi [Emoji 👍🏽👋]"),
            ("**👍 ok**", "[Emoji 👍][Bold  ok]"),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn nothing_is_lost_and_nothing_takes_long() {
        for text in ["*".repeat(4_000), "_a".repeat(2_000), "`*".repeat(2_000)] {
            let began = std::time::Instant::now();
            assert!(!read(&text).is_empty());
            assert!(began.elapsed() < std::time::Duration::from_secs(2));
        }
    }

    #[test]
    fn marks_are_left_out() {
        assert_eq!(plain("a **b**\n```\nx\ny\n```\n`z`"), "a b x\ny z");
    }

    #[test]
    fn few_emoji_are_large() {
        assert!(is_jumbo(&read("👍")));
        assert!(is_jumbo(&read("👍👍👍")));
        assert!(!is_jumbo(&read("👍👍👍👍")));
        assert!(!is_jumbo(&read("ok 👍")));
    }
}
