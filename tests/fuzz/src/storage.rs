//! What lies behind the seals of a store: entries of the journal, pieces of records, the key file, the store's own records, and the
//! search index. No stranger writes them; a defect that got past a seal, or whoever holds the keys, must find parsers that refuse.
//!
//! The first byte of an input selects the parser, in the order of [`Parser::ALL`]; after these comes the search index, of which the
//! rest is a list of: length (2, big-endian) and that many bytes; the first is its head, the others are its sections.

use undertone_engine::index_fuzzing as index;
use undertone_storage::fuzzing::{Outcome, Parser, examples, parse};

use crate::seeds::Seed;

/// How far an input got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// It says nothing sensible, or there is no such parser.
    Refused,
    /// This parser read so many changes, pieces, keys or names in it.
    Store(Parser, usize),
    /// An index with so many messages among the newest and in parts.
    Index(usize, usize),
}

/// Reads an input.
///
/// # Panics
/// When what was read cannot be.
pub fn run(data: &[u8]) -> Depth {
    let Some((selector, input)) = data.split_first() else {
        return Depth::Refused;
    };
    let selector = usize::from(*selector);
    match Parser::ALL.get(selector) {
        Some(parser) => match parse(*parser, input) {
            Outcome::Refused => Depth::Refused,
            Outcome::Read(count) => Depth::Store(*parser, count),
        },
        None if selector == Parser::ALL.len() => {
            let parts: Vec<&[u8]> = list(input).collect();
            let read = parts
                .split_first()
                .and_then(|(head, sections)| index::index(head, sections));
            read.map_or(Depth::Refused, |(newest, older)| {
                Depth::Index(newest, older)
            })
        }
        None => Depth::Refused,
    }
}

fn list(mut data: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = data.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (one, rest) = rest.split_at(length);
        data = rest;
        Some(one)
    })
}

/// What a store writes all the time, and a half of each.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let selector = |parser: Parser| Parser::ALL.iter().position(|one| *one == parser);
    let mut seeds = Vec::new();
    for (number, (parser, input, count)) in examples().into_iter().enumerate() {
        let selector = selector(parser).and_then(|place| u8::try_from(place).ok());
        let selector = selector.expect("one of them");
        seeds.push(Seed {
            name: format!("{parser:?}-{number}").to_lowercase(),
            bytes: [&[selector], &input[..]].concat(),
            reaches: Depth::Store(parser, count),
        });
    }
    for (number, (messages, is_short)) in [(3, true), (60, false)].into_iter().enumerate() {
        let (head, sections) = index::example(messages, is_short);
        let entry = |part: &Vec<u8>| {
            let length = u16::try_from(part.len()).expect("short enough");
            [&length.to_be_bytes()[..], part].concat()
        };
        let parts = [head].into_iter().chain(sections);
        let bytes = parts.flat_map(|part| entry(&part));
        let selector = u8::try_from(Parser::ALL.len()).expect("few");
        let messages = usize::try_from(messages).expect("few");
        seeds.push(Seed {
            name: format!("index-{number}"),
            bytes: [selector].into_iter().chain(bytes).collect(),
            reaches: Depth::Index(messages, messages),
        });
    }
    let whole = &seeds[0].bytes;
    seeds.push(Seed {
        name: "half".to_owned(),
        bytes: whole[..whole.len() / 2].to_vec(),
        reaches: Depth::Refused,
    });
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
        for parser in Parser::ALL {
            let read = |seed: &Seed<Depth>| matches!(seed.reaches, Depth::Store(of, count) if of == parser && count > 0);
            assert!(seeds.iter().any(read), "{parser:?}");
        }
    }
}
