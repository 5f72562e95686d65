//! Lists of what is in each slot.
//!
//! To seal a slot again, or to delete its records, they must be found without reading everything. Each slot has
//! some lists of record keys, told apart by the first byte of the keys, so that one change rewrites one short list, and
//! only when the set changes. A list that is full is split by the next byte of the keys, and so on: a slot takes as
//! many records as the disk, and what a contact sends never finds it full.
//!
//! A list that was split stays so until its slot is emptied; slots are emptied soon, by sealing them again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::keys::SlotNumber;
use crate::log::Log;
use crate::record::RecordKey;
use crate::seal::VaultKeys;
use crate::store::plan::structure;
use crate::store::{CommitError, ReadError};

const LIST: &[u8] = b"list";
/// How many pieces one list has at most: it is written as one record. Few in tests, so that lists are split.
const LIMIT: usize = if cfg!(test) { 64 } else { 1_024 };
/// In how many a full list is split.
const PARTS: u8 = 16;
/// What stands in place of a list that was split: no list has one byte.
const SPLIT: &[u8] = &[PARTS];
/// How often a list can be split: as often as keys have bytes. They are hashes, so some few times are enough.
const DEPTH: usize = 31;

/// Where a list is: in its slot, by the first byte of its keys, then by those after which it was split.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    slot: SlotNumber,
    list: u8,
    digits: Vec<u8>,
}

impl Place {
    pub(crate) fn root(slot: SlotNumber, list: u8) -> Self {
        let digits = Vec::new();
        Self { slot, list, digits }
    }

    /// Its identifier among the store's own records.
    pub(crate) fn id(&self) -> Vec<u8> {
        [LIST, &self.slot.to_be_bytes(), &[self.list], &self.digits].concat()
    }

    fn part(&self, digit: u8) -> Option<Self> {
        let mut part = self.clone();
        part.digits.push(digit);
        (part.digits.len() <= DEPTH).then_some(part)
    }

    /// The part that has a key once this list is split.
    fn part_of(&self, key: &RecordKey) -> Option<Self> {
        let byte = key.get(self.digits.len() + 1)?;
        self.part(byte % PARTS)
    }

    fn parts(&self) -> Result<Vec<Self>, ReadError> {
        let parts: Option<_> = (0..PARTS).map(|digit| self.part(digit)).collect();
        parts.ok_or(ReadError::Damaged)
    }
}

enum Content {
    Records(Vec<RecordKey>),
    Split,
}

fn read(keys: &VaultKeys, log: &Log, place: &Place) -> Result<Content, ReadError> {
    content(&structure(keys, log, &place.id())?.unwrap_or_default())
}

fn content(bytes: &[u8]) -> Result<Content, ReadError> {
    if bytes == SPLIT {
        return Ok(Content::Split);
    }
    let (records, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(Content::Records(records.to_vec()))
    } else {
        Err(ReadError::Damaged)
    }
}

/// How many records a list holds, if it is one.
#[cfg(feature = "fuzzing")]
pub(crate) fn count(bytes: &[u8]) -> Option<usize> {
    match content(bytes).ok()? {
        Content::Records(records) => Some(records.len()),
        Content::Split => Some(0),
    }
}

/// Visits one list of a slot with all its parts: first what each is called, then what is in it.
pub(crate) fn visit<E: From<ReadError>>(
    keys: &VaultKeys,
    log: &Log,
    (slot, list): (SlotNumber, u8),
    mut visitor: impl FnMut(&Place, &[RecordKey]) -> Result<(), E>,
) -> Result<(), E> {
    let mut open = vec![Place::root(slot, list)];
    while let Some(place) = open.pop() {
        match read(keys, log, &place)? {
            Content::Records(records) => visitor(&place, &records)?,
            Content::Split => {
                visitor(&place, &[])?;
                open.extend(place.parts()?);
            }
        }
    }
    Ok(())
}

/// What is in one list of a slot.
pub(crate) fn read_all(
    keys: &VaultKeys,
    log: &Log,
    slot: SlotNumber,
    list: u8,
) -> Result<Vec<RecordKey>, ReadError> {
    let mut all = Vec::new();
    visit(keys, log, (slot, list), |_, records| {
        all.extend_from_slice(records);
        Ok::<_, ReadError>(())
    })?;
    Ok(all)
}

/// Lists as a batch leaves them.
pub(crate) struct Lists<'a> {
    keys: &'a VaultKeys,
    log: &'a Log,
    held: HashMap<Place, Held>,
}

struct Held {
    content: Content,
    is_changed: bool,
}

impl<'a> Lists<'a> {
    pub(crate) fn new(keys: &'a VaultKeys, log: &'a Log) -> Self {
        let held = HashMap::new();
        Self { keys, log, held }
    }

    fn load(&mut self, place: &Place) -> Result<&mut Held, CommitError> {
        match self.held.entry(place.clone()) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => Ok(entry.insert(Held {
                content: read(self.keys, self.log, place)?,
                is_changed: false,
            })),
        }
    }

    /// The list that has a key, or would have it: its place and what is in it. It counts as changed.
    fn list_of(
        &mut self,
        mut place: Place,
        key: &RecordKey,
    ) -> Result<(Place, &mut Vec<RecordKey>), CommitError> {
        while let Content::Split = self.load(&place)?.content {
            place = place.part_of(key).ok_or(CommitError::Damaged)?;
        }
        let held = self.load(&place)?;
        held.is_changed = true;
        match &mut held.content {
            Content::Records(records) => Ok((place, records)),
            Content::Split => Err(CommitError::Damaged),
        }
    }

    /// Adds a key. `lists`: how many the slot has.
    pub(crate) fn add(
        &mut self,
        slot: SlotNumber,
        lists: u8,
        key: &RecordKey,
    ) -> Result<(), CommitError> {
        let mut place = Place::root(slot, key[0] % lists);
        loop {
            let (found, records) = self.list_of(place, key)?;
            if records.len() < LIMIT {
                records.push(*key);
                return Ok(());
            }
            place = found;
            self.split(&place)?;
        }
    }

    fn split(&mut self, place: &Place) -> Result<(), CommitError> {
        let split = Held {
            content: Content::Split,
            is_changed: true,
        };
        let before = self.held.insert(place.clone(), split);
        let Some(Content::Records(records)) = before.map(|before| before.content) else {
            return Err(CommitError::Damaged);
        };
        for key in records {
            let part = place.part_of(&key).ok_or(CommitError::Damaged)?;
            let held = self.held.entry(part).or_insert_with(|| Held {
                content: Content::Records(Vec::new()),
                is_changed: true,
            });
            match &mut held.content {
                Content::Records(records) => records.push(key),
                Content::Split => return Err(CommitError::Damaged),
            }
        }
        Ok(())
    }

    /// Takes a key out. `lists`: how many the slot has.
    pub(crate) fn remove(
        &mut self,
        slot: SlotNumber,
        lists: u8,
        key: &RecordKey,
    ) -> Result<(), CommitError> {
        let (_, records) = self.list_of(Place::root(slot, key[0] % lists), key)?;
        let at = records.iter().position(|listed| listed == key);
        records.swap_remove(at.ok_or(CommitError::Damaged)?);
        Ok(())
    }

    /// Forgets how a list was split that is empty now.
    pub(crate) fn forget_parts(&mut self, slot: SlotNumber, list: u8) -> Result<(), CommitError> {
        let mut open = vec![Place::root(slot, list)];
        while let Some(place) = open.pop() {
            let held = self.load(&place)?;
            if let Content::Split = held.content {
                held.content = Content::Records(Vec::new());
                held.is_changed = true;
                open.extend(place.parts()?);
            }
        }
        Ok(())
    }

    /// What is to be written: slots, identifiers among the store's own records, and contents, empty if it goes.
    pub(crate) fn take_changes(&mut self) -> Vec<(SlotNumber, Vec<u8>, Vec<u8>)> {
        let held = std::mem::take(&mut self.held).into_iter();
        held.filter(|(_, held)| held.is_changed)
            .map(|(place, held)| {
                let content = match held.content {
                    Content::Records(records) => records.concat(),
                    Content::Split => SPLIT.to_vec(),
                };
                (place.slot, place.id(), content)
            })
            .collect()
    }
}
