//! The parsers of the search index as a fuzz target reaches them (feature `fuzzing`, off in programs). What they read is sealed,
//! so only a defect that got past a seal, or whoever holds the keys, can hand them something else than was written.

use super::parts::{self, Catalogue, Directory, Head, Part};
use super::volume::Volume;
use super::words::terms_of;
use super::{IndexError, Words};
use zeroize::Zeroizing;

/// Reads the index of a conversation: its head, and the sections in the order in which they are asked for. `None`: it says nothing
/// sensible. Otherwise how many of its messages are among the newest and in parts.
///
/// # Panics
/// When what was read cannot be written again.
#[must_use]
pub fn index(head: &[u8], sections: &[&[u8]]) -> Option<(usize, usize)> {
    let head = Head::open(head).ok()?;
    let mut newest = Volume::default();
    newest.unpack_documents(head.documents).ok()?;
    let base = newest.numbers().map_or(0, |(first, _)| first);
    newest.unpack_terms(base, head.terms).ok()?;
    let again = Head::pack(&head.catalogue, &newest).ok();
    assert!(again.is_some_and(|again| Head::open(&again).is_ok()));
    let mut sections = sections.iter();
    let mut next = |_: u16| -> Result<_, IndexError> {
        let section = sections.next().ok_or(IndexError::Damaged)?;
        Ok(Zeroizing::new(section.to_vec()))
    };
    let mut in_parts = 0;
    for part in &head.catalogue.parts {
        let directory = part.directory(&mut next).ok()?.into_owned();
        // What a search looks at first.
        for (term, is_prefix) in [("word", false), ("w", true)] {
            let chunks = directory.chunks_of(term.as_bytes(), is_prefix);
            assert!(chunks.end <= directory.chunk_sections().end);
        }
        assert!(directory.block_of(part.first) <= directory.block_sections().end);
        let known = Part {
            directory: Some(directory),
            ..part.clone()
        };
        in_parts += parts::unpack(&known, &mut next).ok()?.len();
    }
    Some((newest.len(), in_parts))
}

/// An index of so many messages among the newest and as many in a part, whose directory stands in the head or is a section:
/// head and sections.
#[must_use]
pub fn example(messages: u64, is_short: bool) -> (Vec<u8>, Vec<Vec<u8>>) {
    let volume = |numbers: std::ops::Range<u64>| {
        let mut volume = Volume::default();
        for number in numbers {
            let text = format!("a word and word{}, {}", number % 7, number * 31);
            let words = Words {
                time: 1_800_000_000 + number * 60 % 1_000,
                terms: terms_of(&text),
            };
            volume.add(number, &words);
        }
        volume
    };
    let older = volume(1..1 + messages);
    let newest = volume(1 + messages..1 + 2 * messages);
    let packed = Directory::pack(&older).ok();
    let (numbers, times) = (older.numbers(), older.times());
    let (Some((directory, sections)), Some((first, last)), Some((earliest, latest))) =
        (packed, numbers, times)
    else {
        return Default::default();
    };
    let part = Part {
        name: 1,
        first,
        last,
        earliest,
        latest,
        weight: older.weight() as u64,
        sections: u16::try_from(sections.len()).unwrap_or_default(),
        directory: is_short.then_some(directory),
    };
    let catalogue = Catalogue {
        next: 1 + 2 * messages,
        next_part: 2,
        parts: vec![part],
    };
    let head = Head::pack(&catalogue, &newest).unwrap_or_default();
    let sections = sections.iter().skip(usize::from(is_short));
    (
        head.to_vec(),
        sections.map(|section| section.to_vec()).collect(),
    )
}
