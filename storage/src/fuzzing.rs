//! The store's parsers as a fuzz target reaches them (feature `fuzzing`, off in programs).
//!
//! Nothing of a vault is read that its keys do not open, so whoever writes hostile bytes there holds them, or a defect of the
//! disk got past a seal. Here the bytes are what stands behind the seals: they are sealed with fixed keys and opened in the way
//! of the store, whose parsers must refuse them or read them, and nothing else.

use std::collections::BTreeMap;

use crate::change::MAX_VALUE;
use crate::journal;
use crate::keys::Ring;
use crate::record::{self, Assembly, Head, RecordKey};
use crate::seal::{DataKey, KEY, VaultKeys};
use crate::store::parsers;

/// The keys of every vault here.
const DATA_KEY: [u8; KEY] = [7; KEY];

/// The parser that takes an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parser {
    /// An entry of the journal: number of the commit (8), length that its head claims (4), and the changes.
    Journal,
    /// A record in pieces: of each its length (2) and its content.
    Record,
    /// The content of a key file.
    Keys,
    /// The tip.
    Tip,
    /// A list of what is in a slot.
    List,
}

impl Parser {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Journal,
        Self::Record,
        Self::Keys,
        Self::Tip,
        Self::List,
    ];
}

/// How far an input got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It says nothing sensible.
    Refused,
    /// It was read; so many records, keys or changes are in it.
    Read(usize),
}

impl From<Option<usize>> for Outcome {
    fn from(read: Option<usize>) -> Self {
        read.map_or(Self::Refused, Self::Read)
    }
}

/// Hands an input to a parser.
///
/// # Panics
/// When what a parser says of an input cannot be.
#[must_use]
pub fn parse(parser: Parser, input: &[u8]) -> Outcome {
    match parser {
        Parser::Journal => entry(input).into(),
        Parser::Record => pieces(input).into(),
        Parser::Keys => Ring::of_content(input).map(|ring| ring.count()).into(),
        Parser::Tip => parsers::tip(input).then_some(1).into(),
        Parser::List => parsers::list(input).into(),
    }
}

fn keys() -> Option<VaultKeys> {
    VaultKeys::derive(&DataKey::from_bytes(DATA_KEY)).ok()
}

fn entry(input: &[u8]) -> Option<usize> {
    let (number, rest) = input.split_first_chunk::<8>()?;
    let (length, changes) = rest.split_first_chunk::<4>()?;
    let (number, length) = (u64::from_be_bytes(*number), u32::from_be_bytes(*length));
    let keys = keys()?;
    let found = journal::found_of(&keys, (number, length), changes)?;
    let commit = found.commit(&keys, number)?;
    assert_eq!(commit.bytes as u64, u64::from(length), "as much as it says");
    Some(commit.records)
}

fn pieces(mut input: &[u8]) -> Option<usize> {
    let keys = keys()?;
    let mut stored: BTreeMap<u16, (RecordKey, Vec<u8>)> = BTreeMap::new();
    for piece in 0..record::MOST_PIECES {
        let Some((length, rest)) = input.split_first_chunk::<2>() else {
            break;
        };
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (content, rest) = rest.split_at(length);
        let head = Head {
            slot: 1,
            kind: 1,
            piece,
        };
        let key = record::piece_key(&keys.index, head.kind, piece, b"id");
        let sealed = record::seal_piece(&keys.outer, &keys.structure, head, &key, content).ok()?;
        stored.insert(piece, (key, sealed));
        input = rest;
    }
    let open = |(key, sealed): &(RecordKey, Vec<u8>)| {
        let head = record::open_head(&keys.outer, sealed).ok()?;
        record::open_piece(&keys.structure, head, key, sealed).ok()
    };
    let mut assembly = Assembly::begin(&open(stored.get(&0)?)?).ok()?;
    for piece in 1..record::MOST_PIECES {
        if assembly.is_complete() {
            break;
        }
        assembly.push(&open(stored.get(&piece)?)?);
    }
    assert!(assembly.value.len() <= MAX_VALUE, "no more than a value");
    if !assembly.is_complete() {
        return None;
    }
    // What can be read is what is written.
    let again = record::split(&assembly.id, &assembly.value).ok()?;
    let mut copy = Assembly::begin(again.first()?).ok()?;
    again[1..].iter().for_each(|content| copy.push(content));
    assert!(copy.is_complete() && copy.id == assembly.id && *copy.value == *assembly.value);
    Some(again.len())
}

/// Inputs that each parser reads to its end, with how much is in them.
///
/// # Panics
/// When the store cannot make what it writes all the time.
#[must_use]
pub fn examples() -> Vec<(Parser, Vec<u8>, usize)> {
    let changes: Vec<u8> = (1..=3_u8)
        .flat_map(|number| {
            // The last one deletes.
            let stored = vec![number; usize::from(3 - number) * 40];
            let length = u16::try_from(stored.len()).unwrap_or_default();
            [&[number; 32][..], &length.to_be_bytes(), &stored].concat()
        })
        .collect();
    let length = u32::try_from(changes.len()).unwrap_or_default();
    let entry = [&9_u64.to_be_bytes()[..], &length.to_be_bytes(), &changes].concat();
    let record = |value: &[u8]| -> (Vec<u8>, usize) {
        let contents = record::split(b"id", value).unwrap_or_default();
        let framed = contents.iter().flat_map(|content| {
            let length = u16::try_from(content.len()).unwrap_or_default();
            [&length.to_be_bytes()[..], content].concat()
        });
        (framed.collect(), contents.len())
    };
    let (short, one) = record(b"value");
    let (long, several) = record(&[5; 9_000]);
    let (ring, slots) = Ring::example();
    vec![
        (Parser::Journal, entry, 3),
        (Parser::Record, short, one),
        (Parser::Record, long, several),
        (Parser::Keys, ring, slots),
        (Parser::Tip, vec![1; 96], 1),
        (Parser::List, vec![3; 5 * 32], 5),
        (Parser::List, vec![16], 0),
    ]
}
