//! Which words stand in which messages: unpacked, and packed into bytes.
//!
//! ```text
//! documents  for each message in the order of numbers: number, time; both as differences to the one before
//! chunk      for each term in the order of bytes: 2 · shared (+ 1 for a bitmap), length and bytes of the
//!            rest, length and bytes of the postings
//! postings   numbers as differences, the first to the volume's first number; or one bit for each number from there
//! ```
//!
//! `shared` is how many bytes a term has in common with the one before; it is zero at the start of a
//! chunk, so chunks can be read alone. All integers are LEB128, seven bits a byte, lowest first; times
//! are signed by zigzag, because a clock may go back.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::words::Term;
use super::{Damaged, Words};

/// Sealed content in the making or just opened.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// What the parts of a volume weigh: about as many bytes as they take.
const DOCUMENT: usize = 4;
const TERM: usize = 3;
const POSTING: usize = 2;

/// Messages and their words, unpacked: to be changed, or put together with others.
#[derive(Default)]
pub(super) struct Volume {
    documents: BTreeMap<u64, u64>,
    terms: BTreeMap<Term, Vec<u64>>,
    /// About how many bytes it takes when packed.
    weight: usize,
}

impl Volume {
    /// Adds a message that is not in it.
    pub(super) fn add(&mut self, number: u64, words: &Words) {
        self.add_document(number, words.time);
        for term in &words.terms {
            self.add_posting(term, number);
        }
    }

    fn add_document(&mut self, number: u64, time: u64) {
        self.documents.insert(number, time);
        self.weight += DOCUMENT;
    }

    fn add_posting(&mut self, term: &Term, number: u64) {
        self.weight += POSTING;
        if let Some(numbers) = self.terms.get_mut(term) {
            if let Err(place) = numbers.binary_search(&number) {
                numbers.insert(place, number);
            }
        } else {
            self.weight += term.as_bytes().len() + TERM;
            self.terms.insert(term.clone(), vec![number]);
        }
    }

    /// Takes messages out and gives what was known of them.
    pub(super) fn take_out(&mut self, numbers: &BTreeSet<u64>) -> BTreeMap<u64, Words> {
        let mut taken = BTreeMap::new();
        for number in numbers {
            if let Some(time) = self.documents.remove(number) {
                self.weight = self.weight.saturating_sub(DOCUMENT);
                let terms = BTreeSet::new();
                taken.insert(*number, Words { time, terms });
            }
        }
        if taken.is_empty() {
            return taken;
        }
        let weight = &mut self.weight;
        self.terms.retain(|term, numbers| {
            numbers.retain(|number| match taken.get_mut(number) {
                Some(words) => {
                    words.terms.insert(term.clone());
                    *weight = weight.saturating_sub(POSTING);
                    false
                }
                None => true,
            });
            if numbers.is_empty() {
                *weight = weight.saturating_sub(term.as_bytes().len() + TERM);
            }
            !numbers.is_empty()
        });
        taken
    }

    /// Takes in all of another volume.
    pub(super) fn absorb(&mut self, other: Self) {
        for (number, time) in other.documents {
            self.add_document(number, time);
        }
        for (term, numbers) in other.terms {
            for number in numbers {
                self.add_posting(&term, number);
            }
        }
    }

    pub(super) const fn weight(&self) -> usize {
        self.weight
    }

    /// The lowest and the highest number.
    pub(super) fn numbers(&self) -> Option<(u64, u64)> {
        let (first, _) = self.documents.first_key_value()?;
        let (last, _) = self.documents.last_key_value()?;
        Some((*first, *last))
    }

    /// The earliest and the latest time.
    pub(super) fn times(&self) -> Option<(u64, u64)> {
        let earliest = self.documents.values().min()?;
        let latest = self.documents.values().max()?;
        Some((*earliest, *latest))
    }

    /// The documents in blocks of at most so many, each with its first number.
    pub(super) fn pack_documents(&self, size: usize) -> Vec<(u64, Bytes)> {
        let documents: Vec<_> = self.documents.iter().collect();
        documents
            .chunks(size)
            .map(|block| {
                let mut bytes = Zeroizing::new(Vec::with_capacity(8 * block.len() + 16));
                let (mut number_before, mut time_before) = (0, 0_u64);
                for (number, time) in block {
                    put(&mut bytes, **number - number_before);
                    put(&mut bytes, zigzag(time.wrapping_sub(time_before)));
                    (number_before, time_before) = (**number, **time);
                }
                (block.first().map_or(0, |(number, _)| **number), bytes)
            })
            .collect()
    }

    /// The terms in chunks of at most `limit` bytes (one term may take more), each with the shortest
    /// prefix that no term of an earlier chunk reaches.
    pub(super) fn pack_terms(&self, limit: usize) -> Vec<(Vec<u8>, Bytes)> {
        let base = self.numbers().map_or(0, |(first, _)| first);
        let mut chunks: Vec<(Vec<u8>, Bytes)> = Vec::new();
        let mut before: &[u8] = &[];
        for (term, numbers) in &self.terms {
            let term = term.as_bytes();
            let (is_bitmap, postings) = pack_postings(base, numbers);
            let shared = common(before, term);
            // Two lengths of up to two bytes, and the number of shared bytes.
            let size = term.len() - shared + postings.len() + 5;
            let full = chunks
                .last()
                .is_none_or(|(_, bytes)| bytes.len() + size > limit);
            let shared = if full {
                // The terms rise, so this one goes on where it differs from the one before.
                let separator = if chunks.is_empty() {
                    Vec::new()
                } else {
                    term[..=shared].to_vec()
                };
                let room = limit.min(self.weight).max(size + shared);
                chunks.push((separator, Zeroizing::new(Vec::with_capacity(room))));
                0
            } else {
                shared
            };
            if let Some((_, bytes)) = chunks.last_mut() {
                put(bytes, 2 * shared as u64 + u64::from(is_bitmap));
                put_bytes(bytes, &term[shared..]);
                put_bytes(bytes, &postings);
            }
            before = term;
        }
        chunks
    }

    /// How many messages are in it.
    #[cfg(feature = "fuzzing")]
    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    /// Takes packed documents in.
    pub(super) fn unpack_documents(&mut self, bytes: &[u8]) -> Result<(), Damaged> {
        for document in Documents::new(bytes) {
            let (number, time) = document?;
            self.add_document(number, time);
        }
        Ok(())
    }

    /// Takes a chunk in; its documents must be known already.
    pub(super) fn unpack_terms(&mut self, base: u64, bytes: &[u8]) -> Result<(), Damaged> {
        let mut terms = Terms::new(base, bytes);
        while let Some(postings) = terms.next()? {
            let term = Term::from_bytes(terms.term());
            let mut numbers = Vec::new();
            postings.numbers(&mut numbers)?;
            if !numbers
                .iter()
                .all(|number| self.documents.contains_key(number))
            {
                return Err(Damaged);
            }
            self.weight += term.as_bytes().len() + TERM + POSTING * numbers.len();
            if self.terms.insert(term, numbers).is_some() {
                return Err(Damaged);
            }
        }
        Ok(())
    }
}

/// Packed documents, one after the other: number and time.
pub(super) struct Documents<'a> {
    rest: &'a [u8],
    number: u64,
    time: u64,
}

impl<'a> Documents<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self {
            rest: bytes,
            number: 0,
            time: 0,
        }
    }

    fn take(&mut self) -> Result<(u64, u64), Damaged> {
        let number = take(&mut self.rest)?;
        self.number = self.number.checked_add(number).ok_or(Damaged)?;
        self.time = self.time.wrapping_add(unzigzag(take(&mut self.rest)?));
        Ok((self.number, self.time))
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<(u64, u64), Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        (!self.rest.is_empty()).then(|| self.take())
    }
}

/// The terms of a chunk, one after the other.
pub(super) struct Terms<'a> {
    base: u64,
    rest: &'a [u8],
    term: Zeroizing<Vec<u8>>,
}

impl<'a> Terms<'a> {
    pub(super) fn new(base: u64, bytes: &'a [u8]) -> Self {
        let term = Zeroizing::new(Vec::with_capacity(super::words::LONGEST));
        Self {
            base,
            rest: bytes,
            term,
        }
    }

    /// Steps to the next term and gives its postings.
    pub(super) fn next(&mut self) -> Result<Option<Postings<'a>>, Damaged> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let front = take(&mut self.rest)?;
        let shared = usize::try_from(front / 2).map_err(|_| Damaged)?;
        if shared > self.term.len() {
            return Err(Damaged);
        }
        self.term.truncate(shared);
        self.term.extend_from_slice(take_bytes(&mut self.rest)?);
        Ok(Some(Postings {
            base: self.base,
            is_bitmap: front % 2 == 1,
            bytes: take_bytes(&mut self.rest)?,
        }))
    }

    /// The term that was stepped to.
    pub(super) fn term(&self) -> &[u8] {
        &self.term
    }
}

/// The messages of one term.
#[derive(Clone, Copy)]
pub(super) struct Postings<'a> {
    base: u64,
    is_bitmap: bool,
    bytes: &'a [u8],
}

impl Postings<'_> {
    /// Adds the numbers, in order.
    pub(super) fn numbers(self, out: &mut Vec<u64>) -> Result<(), Damaged> {
        if self.is_bitmap {
            for (place, byte) in (0..).zip(self.bytes) {
                for bit in 0..8 {
                    if byte >> bit & 1 == 1 {
                        out.push(self.base.checked_add(8 * place + bit).ok_or(Damaged)?);
                    }
                }
            }
            return Ok(());
        }
        let (mut rest, mut number) = (self.bytes, self.base);
        while !rest.is_empty() {
            number = number.checked_add(take(&mut rest)?).ok_or(Damaged)?;
            out.push(number);
        }
        Ok(())
    }
}

/// The shorter of the two forms.
fn pack_postings(base: u64, numbers: &[u64]) -> (bool, Vec<u8>) {
    let mut list = Vec::with_capacity(numbers.len() + 2);
    let mut before = base;
    for number in numbers {
        put(&mut list, number - before);
        before = *number;
    }
    let bits = (before - base) / 8 + 1;
    if bits >= list.len() as u64 {
        return (false, list);
    }
    let mut bitmap = vec![0; bits as usize];
    for number in numbers {
        let place = number - base;
        bitmap[(place / 8) as usize] |= 1 << (place % 8);
    }
    (true, bitmap)
}

fn common(one: &[u8], other: &[u8]) -> usize {
    one.iter()
        .zip(other)
        .take_while(|(one, other)| one == other)
        .count()
}

const fn zigzag(difference: u64) -> u64 {
    let signed = difference.cast_signed();
    ((signed << 1) ^ (signed >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> u64 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}

fn put(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

pub(super) fn put_bytes(bytes: &mut Vec<u8>, value: &[u8]) {
    put(bytes, value.len() as u64);
    bytes.extend_from_slice(value);
}

fn take(rest: &mut &[u8]) -> Result<u64, Damaged> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first().ok_or(Damaged)?;
        *rest = after;
        let bits = u64::from(byte & 0x7f);
        if bits << shift >> shift != bits {
            return Err(Damaged);
        }
        value |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Damaged)
}

pub(super) fn take_bytes<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Damaged> {
    let length = usize::try_from(take(rest)?).map_err(|_| Damaged)?;
    let (value, after) = rest.split_at_checked(length).ok_or(Damaged)?;
    *rest = after;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::search::words::terms_of;

    fn unpacked(volume: &Volume, limit: usize) -> Volume {
        let mut copy = Volume::default();
        for (_, block) in volume.pack_documents(limit) {
            copy.unpack_documents(&block).expect("documents");
        }
        let base = volume.numbers().map_or(0, |(first, _)| first);
        for (_, chunk) in volume.pack_terms(limit) {
            copy.unpack_terms(base, &chunk).expect("terms");
        }
        copy
    }

    fn assert_same(one: &Volume, other: &Volume) {
        assert_eq!(one.documents, other.documents);
        let shown = |volume: &Volume| -> Vec<_> {
            let terms = volume.terms.iter();
            terms
                .map(|(term, numbers)| (term.as_bytes().to_vec(), numbers.clone()))
                .collect()
        };
        assert_eq!(shown(one), shown(other));
    }

    fn random(seed: u64, messages: u64) -> Volume {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut volume = Volume::default();
        let first = rng.random_range(1..1_000_000);
        for number in first..first + messages {
            if rng.random_bool(0.1) {
                continue;
            }
            let text: Vec<String> = (0..rng.random_range(0..12))
                .map(|_| format!("w{}", rng.random_range(0_u64..4_000).pow(2) / 4_000))
                .collect();
            let time = rng.random_range(0..2_000_000_000);
            volume.add(
                number,
                &Words {
                    time,
                    terms: terms_of(&text.join(" ")),
                },
            );
        }
        volume
    }

    #[test]
    fn what_is_packed_is_unpacked_whole_and_in_chunks_that_stand_alone() {
        for (seed, messages) in (0..).zip([0, 1, 3, 60, 1_000, 3_000]) {
            let volume = random(seed, messages);
            for limit in [200, 4_000, usize::MAX] {
                assert_same(&volume, &unpacked(&volume, limit));
                let chunks = volume.pack_terms(limit);
                for (place, (separator, chunk)) in chunks.iter().enumerate() {
                    let mut terms = Terms::new(0, chunk);
                    terms.next().expect("whole");
                    assert!(separator.as_slice() <= terms.term());
                    assert!(place == 0 || !separator.is_empty());
                    assert!(chunk.len() <= limit.max(600));
                }
                for pair in chunks.windows(2) {
                    let mut terms = Terms::new(0, &pair[0].1);
                    let mut last = Vec::new();
                    while terms.next().expect("whole").is_some() {
                        last = terms.term().to_vec();
                    }
                    assert!(last < pair[1].0, "a separator is above all terms before it");
                }
            }
            let packed: usize = volume
                .pack_terms(4_000)
                .iter()
                .map(|(_, chunk)| chunk.len())
                .sum();
            assert!(packed <= volume.weight(), "the weight is an upper bound");
        }
    }

    #[test]
    fn a_common_word_becomes_a_bitmap_and_a_rare_one_a_list() {
        let (is_bitmap, common) = pack_postings(5, &(5..1_005).collect::<Vec<_>>());
        assert!(is_bitmap && common.len() == 125);
        let (is_bitmap, rare) = pack_postings(5, &[5, 900]);
        assert!(!is_bitmap && rare.len() == 3);
        for (is_bitmap, bytes) in [(true, &common), (false, &rare)] {
            let mut numbers = Vec::new();
            let postings = Postings {
                base: 5,
                is_bitmap,
                bytes,
            };
            postings.numbers(&mut numbers).expect("whole");
            assert_eq!(numbers.len(), if is_bitmap { 1_000 } else { 2 });
            assert_eq!(numbers[0], 5);
        }
    }

    #[test]
    fn what_is_removed_is_given_back_and_leaves_nothing() {
        let mut volume = random(7, 100);
        let (first, _) = volume.numbers().expect("some");
        let words = Words {
            time: 9,
            terms: terms_of("seldom and often"),
        };
        volume.add(first - 1, &words);
        let with = unpacked(&volume, usize::MAX);
        let (numbers, weight) = (BTreeSet::from([first - 1]), volume.weight());
        let removed = volume
            .take_out(&numbers)
            .remove(&(first - 1))
            .expect("there");
        assert!(removed.time == 9 && removed.terms == words.terms);
        assert!(volume.take_out(&numbers).is_empty() && volume.weight() < weight);
        assert!(
            !volume
                .terms
                .contains_key(terms_of("seldom").first().expect("one"))
        );
        volume.add(first - 1, &removed);
        assert_same(&volume, &with);
    }

    #[test]
    fn integers_survive_and_damage_is_refused() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            put(&mut bytes, value);
            let mut rest = &bytes[..];
            assert_eq!(take(&mut rest), Ok(value));
            assert!(rest.is_empty());
            assert_eq!(unzigzag(zigzag(value)), value);
            assert!(take(&mut &bytes[..bytes.len() - 1]).is_err());
        }
        assert!(take(&mut &[0xff; 9][..]).is_err());
        assert!(take(&mut &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2][..]).is_err());
        let volume = random(3, 200);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let [(_, chunk)] = &volume.pack_terms(usize::MAX)[..] else {
            unreachable!()
        };
        for _ in 0..2_000 {
            let mut bytes = chunk.to_vec();
            let place = rng.random_range(0..bytes.len());
            bytes[place] ^= 1 << rng.random_range(0..8);
            bytes.truncate(rng.random_range(0..=bytes.len()));
            let mut other = Volume::default();
            // Refused or something else; never a panic and never much memory.
            let _ = other.unpack_terms(0, &bytes);
        }
    }
}
