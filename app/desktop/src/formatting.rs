//! What the engine read of a message's formatting, cut once more where emoji stand: they need a font of their own, or some
//! of them are drawn without colour. It is given text that was bounded and made visible before.

use undertone_engine::formatting;
use unicode_segmentation::UnicodeSegmentation as _;

pub use undertone_engine::formatting::{Style, plain};

use crate::visible;

/// A part of a message from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Running text.
    Words(Vec<Piece>),
    /// Lines of code.
    Code(String),
}

/// A part of running text, all of it emoji or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// How they look.
    pub style: Style,
    /// They are emoji.
    pub emoji: bool,
}

/// The beginning of a message that nobody bounded yet, without formatting and on one line of so many letters.
#[must_use]
pub fn line(text: &str, letters: usize) -> String {
    visible::line(&plain(&visible::body(text, 4, 600).text), letters)
}

/// Reads a message.
#[must_use]
pub fn read(text: &str) -> Vec<Block> {
    let blocks = formatting::read(text).into_iter();
    blocks
        .map(|block| match block {
            formatting::Block::Code(code) => Block::Code(code),
            formatting::Block::Words(pieces) => Block::Words(with_emoji(pieces)),
        })
        .collect()
}

fn with_emoji(pieces: Vec<formatting::Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = Vec::new();
    for formatting::Piece { text, style } in pieces {
        if text.is_ascii() || matches!(style, Style::Code | Style::Link) {
            all.push(Piece {
                text,
                style,
                emoji: false,
            });
            continue;
        }
        let mut cut: Vec<Piece> = Vec::new();
        for cluster in text.graphemes(true) {
            let emoji = visible::is_emoji(cluster);
            match cut.last_mut() {
                Some(last) if last.emoji == emoji => last.text.push_str(cluster),
                _ => cut.push(Piece {
                    text: cluster.to_owned(),
                    style,
                    emoji,
                }),
            }
        }
        all.append(&mut cut);
    }
    all
}

/// Whether a message is nothing but one to three emoji, which are drawn large.
#[must_use]
pub fn is_jumbo(blocks: &[Block]) -> bool {
    match blocks {
        [Block::Words(pieces)] => match pieces.as_slice() {
            [piece] => piece.emoji && piece.text.graphemes(true).nth(3).is_none(),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_stand_apart() {
        let read = |text| match read(text).remove(0) {
            Block::Words(pieces) => pieces,
            Block::Code(_) => panic!("words"),
        };
        let piece = |text: &str, style, emoji| Piece {
            text: text.to_owned(),
            style,
            emoji,
        };
        assert_eq!(
            read("hi 👍🏽👋 **👍 ok** `👍`"),
            [
                piece("hi ", Style::Plain, false),
                piece("👍🏽👋", Style::Plain, true),
                piece(" ", Style::Plain, false),
                piece("👍", Style::Bold, true),
                piece(" ok", Style::Bold, false),
                piece(" ", Style::Plain, false),
                piece("👍", Style::Code, false),
            ]
        );
    }

    #[test]
    fn few_emoji_are_large() {
        assert!(is_jumbo(&read("👍")));
        assert!(is_jumbo(&read("👍👍👍")));
        assert!(!is_jumbo(&read("👍👍👍👍")));
        assert!(!is_jumbo(&read("ok 👍")));
    }
}
