//! Content messages and what they do to each other: the first content of an input becomes a stored message, all that
//! follow are put at it as edits, deletions, reactions and read marks of both sides.
//!
//! An input is a list of: whose it is (1: an even number is ours), length (2, big-endian), that many bytes.

use undertone_protocol::{Annotation, MAX_EARLIER, StoredMessage};
use undertone_wire::v1::Content;
use undertone_wire::{ContactId, MessageId};
use zeroize::Zeroizing;

use crate::memory::{bounded, of_input};
use crate::seeds::{Seed, bytes, cases};

/// How far an input got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// No content could be read.
    Nothing,
    /// A message.
    Message,
    /// A message that something was put at.
    Annotated,
}

/// Reads contents and puts them together.
///
/// # Panics
/// When a message grows beyond its bounds, is read back differently, or comes back after it was deleted.
pub fn run(mut data: &[u8]) -> Depth {
    let mut message: Option<StoredMessage> = None;
    let mut depth = Depth::Nothing;
    let mut order = 0;
    while let Some(([whose, high, low], rest)) = data.split_first_chunk::<3>() {
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (encoded, rest) = rest.split_at(length);
        data = rest;
        order += 1;
        let Ok(content) = bounded(of_input(encoded.len()), || Content::decode(encoded)) else {
            continue;
        };
        let ours = whose % 2 == 0;
        let Some(message) = &mut message else {
            message = Some(StoredMessage::new(
                1,
                MessageId::from_bytes([1; 16]),
                ours.then_some(1),
                1_800_000_000,
                20_833,
                Zeroizing::new(encoded.to_vec()),
            ));
            depth = Depth::Message;
            continue;
        };
        let was_deleted = message.deleted;
        let annotation = Annotation {
            contact: ContactId::from_bytes([2; 16]),
            ours,
            order,
            time: 1_800_000_000 + order,
            content,
        };
        if message.annotate(&annotation, whose % 4 < 2) {
            assert!(!was_deleted, "a deleted message came back");
            depth = Depth::Annotated;
        }
        check(message);
    }
    depth
}

fn check(message: &StoredMessage) {
    assert!(message.earlier.len() <= MAX_EARLIER);
    assert!(message.reactions().count() <= 2);
    assert!(!message.deleted || message.words().is_none());
    let record = message.encode().expect("a message can be stored");
    let again = StoredMessage::decode(&record).expect("what was stored can be read");
    assert_eq!(again.encode().as_deref(), Some(&*record));
    assert_eq!(again.words(), message.words());
}

/// Every content of the vectors, and a text with all others put at it by both sides.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let contents: Vec<Vec<u8>> = cases("contents", "valid").iter().map(bytes).collect();
    let entry = |whose: u8, content: &[u8]| -> Vec<u8> {
        let length = (content.len() as u16).to_be_bytes();
        [&[whose], &length[..], content].concat()
    };
    let mut seeds: Vec<Seed<Depth>> = contents
        .iter()
        .filter(|content| content.len() <= usize::from(u16::MAX))
        .enumerate()
        .map(|(number, content)| Seed {
            name: format!("one-{number:02}"),
            bytes: entry(0, content),
            reaches: Depth::Message,
        })
        .collect();
    let text = contents.iter().find(|content| {
        Content::decode(content)
            .is_ok_and(|content| matches!(content.kind, undertone_wire::v1::Kind::Text(_)))
    });
    let text = text.expect("there is a text among the vectors");
    for whose in 0..4 {
        let mut bytes = entry(0, text);
        // What deletes comes last, or it would hide the rest.
        let (last, first): (Vec<_>, Vec<_>) = contents
            .iter()
            .filter(|content| content.len() < 1_000)
            .partition(|content| {
                Content::decode(content).is_ok_and(|content| {
                    matches!(content.kind, undertone_wire::v1::Kind::Delete { .. })
                })
            });
        for content in first.into_iter().chain(last) {
            bytes.extend(entry(whose, content));
        }
        seeds.push(Seed {
            name: format!("all-{whose}"),
            bytes,
            reaches: Depth::Annotated,
        });
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_reach_the_innermost_parser() {
        let _alone = crate::memory::alone();
        let seeds = seeds();
        crate::check_and_write(&seeds, run);
        for depth in [Depth::Message, Depth::Annotated] {
            assert!(seeds.iter().any(|seed| seed.reaches == depth), "{depth:?}");
        }
    }
}
