//! Turning changes into one batch for the log: records, the lists of what each slot holds, and
//! the tip that sums everything up.
//!
//! **Lists.** To seal a slot again, or to delete its records, they must be found without reading
//! everything. Each slot has lists of record keys, split by the first byte of the key so that one change
//! rewrites one short list, and only when the set changes.
//!
//! **Tip.** One record that counts the commits and sums up which version of which record must be
//! there: HMAC(audit key, record key ∥ nonce) over all records, added modulo 2²⁵⁶ (MSet-Add-Hash, Clarke et
//! al. 2003). It is written with every batch. At open the sum is computed again over the log, so damage
//! that sled passes over in silence is found.

use std::collections::HashMap;

use crate::change::MAX_VALUE;
use crate::keys::{Ring, SlotNumber};
use crate::log::Log;
use crate::record::{self, Assembly, Head, RecordKey, STRUCTURE, STRUCTURE_SLOT};
use crate::seal::{self, KEY, Key, Mismatch, VaultKeys};
use crate::store::{CommitError, ReadError};

const TIP: &[u8] = b"tip";
const SCHEMA: &[u8] = b"schema";
const LIST: &[u8] = b"list";
const STRUCTURE_HEAD: Head = Head {
    slot: STRUCTURE_SLOT,
    kind: STRUCTURE,
    piece: 0,
};

/// How many pieces one list has at most. Few in tests, so that they meet it.
const LIST_LIMIT: usize = if cfg!(test) { 64 } else { MAX_VALUE / 32 };

/// What the log holds, in short.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) commits: u64,
    pub(crate) records: u64,
    sum: [u8; 32],
}

impl Tip {
    pub(crate) fn add(
        &mut self,
        keys: &VaultKeys,
        key: &RecordKey,
        stored: &[u8],
    ) -> Result<(), Mismatch> {
        self.add_terms(&term(keys, key, stored)?, 1);
        Ok(())
    }

    /// Adds the records that another sum is made of.
    pub(crate) fn include(&mut self, other: &Self) {
        self.add_terms(&other.sum, other.records);
    }

    fn add_terms(&mut self, terms: &[u8; 32], records: u64) {
        let mut carry = 0;
        for (digit, term) in self.sum.iter_mut().zip(terms) {
            let sum = u16::from(*digit) + u16::from(*term) + carry;
            [*digit, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        self.records = self.records.wrapping_add(records);
    }

    fn subtract(
        &mut self,
        keys: &VaultKeys,
        key: &RecordKey,
        stored: &[u8],
    ) -> Result<(), Mismatch> {
        let term = term(keys, key, stored)?;
        let mut borrow = false;
        for (digit, term) in self.sum.iter_mut().zip(term) {
            let (difference, under) = digit.overflowing_sub(term);
            let (difference, under_again) = difference.overflowing_sub(u8::from(borrow));
            *digit = difference;
            borrow = under || under_again;
        }
        self.records = self.records.wrapping_sub(1);
        Ok(())
    }

    /// Whether the log holds the same records in the same versions.
    pub(crate) fn agrees(&self, other: &Self) -> bool {
        self.records == other.records && self.sum == other.sum
    }

    fn to_bytes(self) -> [u8; 48] {
        let mut bytes = [0; 48];
        bytes[..8].copy_from_slice(&self.commits.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.records.to_be_bytes());
        bytes[16..].copy_from_slice(&self.sum);
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; 48] = bytes.try_into().ok()?;
        let (commits, rest) = bytes.split_first_chunk::<8>()?;
        let (records, sum) = rest.split_first_chunk::<8>()?;
        Some(Self {
            commits: u64::from_be_bytes(*commits),
            records: u64::from_be_bytes(*records),
            sum: sum.try_into().ok()?,
        })
    }
}

fn term(keys: &VaultKeys, key: &RecordKey, stored: &[u8]) -> Result<[u8; 32], Mismatch> {
    Ok(seal::mac(
        &keys.audit,
        "storage audit",
        &[key, &record::nonce(stored)?],
    ))
}

/// The key of the tip, the only record that the sum does not cover.
pub(crate) fn tip_key(keys: &VaultKeys) -> RecordKey {
    record::piece_key(&keys.index, STRUCTURE, 0, TIP)
}

fn list_id(slot: SlotNumber, list: u8) -> Vec<u8> {
    [LIST, &slot.to_be_bytes(), &[list]].concat()
}

/// Puts a record together. The first piece is given, the others are read; `slot_key` knows the keys. While
/// a slot is sealed again, the pieces of a record may lie in two slots.
pub(crate) fn assemble<'a>(
    keys: &VaultKeys,
    log: &Log,
    slot_key: impl Fn(SlotNumber) -> Option<&'a Key>,
    (head, key, stored): (Head, &RecordKey, &[u8]),
) -> Result<Assembly, ReadError> {
    let open = |found: Head, key: &RecordKey, stored: &[u8]| {
        let slot_key = slot_key(found.slot).ok_or(ReadError::Damaged)?;
        Ok::<_, ReadError>(record::open_piece(slot_key, found, key, stored)?)
    };
    let mut assembly = Assembly::begin(&open(head, key, stored)?)?;
    for piece in 1..record::MOST_PIECES {
        if assembly.is_complete() {
            break;
        }
        let key = record::piece_key(&keys.index, head.kind, piece, &assembly.id);
        let stored = log.get(&key)?.ok_or(ReadError::Damaged)?;
        let found = record::open_head(&keys.outer, &stored)?;
        if (found.kind, found.piece) != (head.kind, piece) {
            return Err(ReadError::Damaged);
        }
        assembly.push(&open(found, &key, &stored)?);
    }
    if assembly.is_complete() {
        Ok(assembly)
    } else {
        Err(ReadError::Damaged)
    }
}

/// Reads one of the store's own records.
fn structure(keys: &VaultKeys, log: &Log, id: &[u8]) -> Result<Option<Vec<u8>>, ReadError> {
    let key = record::piece_key(&keys.index, STRUCTURE, 0, id);
    let Some(stored) = log.get(&key)? else {
        return Ok(None);
    };
    let head = record::open_head(&keys.outer, &stored)?;
    if head != STRUCTURE_HEAD {
        return Err(ReadError::Damaged);
    }
    let slot_key = |slot| (slot == STRUCTURE_SLOT).then_some(&keys.structure);
    let mut found = assemble(keys, log, slot_key, (head, &key, &stored))?;
    Ok(Some(std::mem::take(&mut *found.value)))
}

/// Reads the tip.
pub(crate) fn read_tip(keys: &VaultKeys, log: &Log) -> Result<Tip, ReadError> {
    structure(keys, log, TIP)?
        .and_then(|bytes| Tip::from_bytes(&bytes))
        .ok_or(ReadError::Damaged)
}

/// Reads the number of the schema.
pub(crate) fn read_schema(keys: &VaultKeys, log: &Log) -> Result<u32, ReadError> {
    let bytes = structure(keys, log, SCHEMA)?.ok_or(ReadError::Damaged)?;
    Ok(u32::from_be_bytes(
        bytes.try_into().map_err(|_| ReadError::Damaged)?,
    ))
}

/// Reads one list of a slot.
pub(crate) fn read_list(
    keys: &VaultKeys,
    log: &Log,
    slot: SlotNumber,
    list: u8,
) -> Result<Vec<RecordKey>, ReadError> {
    let bytes = structure(keys, log, &list_id(slot, list))?.unwrap_or_default();
    let (records, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(records.to_vec())
    } else {
        Err(ReadError::Damaged)
    }
}

/// A batch in the making.
pub(crate) struct Plan<'a> {
    keys: &'a VaultKeys,
    log: &'a Log,
    ring: &'a Ring,
    batch: sled::Batch,
    tip: Tip,
    lists: HashMap<(SlotNumber, u8), Vec<RecordKey>>,
    bytes: u64,
    shape: Shape,
}

/// Which records a batch puts, and of which sizes in bytes, or deletes: all that someone without keys sees of it.
pub(crate) type Shape = Vec<(RecordKey, Option<u32>)>;

/// A batch, and what is true once it is durable.
pub(crate) struct Planned {
    pub(crate) batch: sled::Batch,
    pub(crate) tip: Tip,
    pub(crate) bytes: u64,
    pub(crate) shape: Shape,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(keys: &'a VaultKeys, log: &'a Log, ring: &'a Ring, tip: Tip) -> Self {
        Self {
            keys,
            log,
            ring,
            batch: sled::Batch::default(),
            tip,
            lists: HashMap::new(),
            bytes: 0,
            shape: Shape::new(),
        }
    }

    /// How many bytes the batch has so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Stores a record in a slot; the record may have been in another slot before.
    pub(crate) fn put(
        &mut self,
        kind: u8,
        id: &[u8],
        slot: SlotNumber,
        value: &[u8],
    ) -> Result<(), CommitError> {
        let ring = self.ring;
        let slot_key = &ring.entry(slot).ok_or(CommitError::Damaged)?.key;
        let contents = record::split(id, value)?;
        for (piece, content) in (0..).zip(&contents) {
            let key = record::piece_key(&self.keys.index, kind, piece, id);
            self.put_piece(Head { slot, kind, piece }, slot_key, &key, content)?;
        }
        self.delete_pieces(kind, id, contents.len())
    }

    fn put_piece(
        &mut self,
        head: Head,
        slot_key: &[u8; KEY],
        key: &RecordKey,
        content: &[u8],
    ) -> Result<(), CommitError> {
        let sealed = record::seal_piece(&self.keys.outer, slot_key, head, key, content)?;
        let before = self.replace(key, Some(sealed))?;
        if before != Some(head.slot) {
            if let Some(before) = before {
                self.unlist(before, key)?;
            }
            self.list(head.slot, key)?;
        }
        Ok(())
    }

    /// Deletes a record, if it is there.
    pub(crate) fn delete(&mut self, kind: u8, id: &[u8]) -> Result<(), CommitError> {
        self.delete_pieces(kind, id, 0)
    }

    /// Deletes the pieces of a record from number `first` on.
    fn delete_pieces(&mut self, kind: u8, id: &[u8], first: usize) -> Result<(), CommitError> {
        for piece in u16::try_from(first).unwrap_or(u16::MAX)..record::MOST_PIECES {
            if !self.delete_piece(&record::piece_key(&self.keys.index, kind, piece, id))? {
                break;
            }
        }
        Ok(())
    }

    /// Deletes one piece of whatever record, and says whether it was there.
    pub(crate) fn delete_piece(&mut self, key: &RecordKey) -> Result<bool, CommitError> {
        let Some(before) = self.replace(key, None)? else {
            return Ok(false);
        };
        self.unlist(before, key)?;
        Ok(true)
    }

    /// Seals one piece of a slot again under another one.
    pub(crate) fn move_piece(
        &mut self,
        key: &RecordKey,
        from: SlotNumber,
        to: SlotNumber,
    ) -> Result<(), CommitError> {
        let ring = self.ring;
        let (Some(old), Some(new)) = (ring.entry(from), ring.entry(to)) else {
            return Err(CommitError::Damaged);
        };
        let stored = self.log.get(key)?.ok_or(CommitError::Damaged)?;
        let head = record::open_head(&self.keys.outer, &stored)?;
        if head.slot != from {
            return Err(CommitError::Damaged);
        }
        let content = record::open_piece(&old.key, head, key, &stored)?;
        self.put_piece(Head { slot: to, ..head }, &new.key, key, &content)
    }

    /// Says which schema the store has.
    pub(crate) fn put_schema(&mut self, version: u32) -> Result<(), CommitError> {
        self.put_structure(SCHEMA, Some(&version.to_be_bytes()))
    }

    /// Puts `new` into the batch in place of what is there, and says which slot that was in.
    fn replace(
        &mut self,
        key: &RecordKey,
        new: Option<Vec<u8>>,
    ) -> Result<Option<SlotNumber>, CommitError> {
        let before = self.log.get(key)?;
        let slot = match &before {
            Some(stored) => {
                self.tip.subtract(self.keys, key, stored)?;
                Some(record::open_head(&self.keys.outer, stored)?.slot)
            }
            None => None,
        };
        match new {
            Some(sealed) => {
                self.tip.add(self.keys, key, &sealed)?;
                self.insert(key, sealed);
            }
            None if before.is_some() => {
                self.batch.remove(key);
                self.bytes += key.len() as u64;
                self.shape.push((*key, None));
            }
            None => {}
        }
        Ok(slot)
    }

    fn insert(&mut self, key: &RecordKey, sealed: Vec<u8>) {
        self.bytes += (key.len() + sealed.len()) as u64;
        let size = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        self.shape.push((*key, Some(size)));
        self.batch.insert(key, sealed);
    }

    /// Stores or deletes one of the store's own records, which are in no list.
    fn put_structure(&mut self, id: &[u8], value: Option<&[u8]>) -> Result<(), CommitError> {
        let contents = value.map_or(Ok(Vec::new()), |value| record::split(id, value))?;
        for piece in 0..record::MOST_PIECES {
            let key = record::piece_key(&self.keys.index, STRUCTURE, piece, id);
            let sealed = match contents.get(usize::from(piece)) {
                Some(content) => {
                    let head = Head {
                        piece,
                        ..STRUCTURE_HEAD
                    };
                    let (outer, slot_key) = (&self.keys.outer, &self.keys.structure);
                    Some(record::seal_piece(outer, slot_key, head, &key, content)?)
                }
                None => None,
            };
            let last = sealed.is_none();
            if self.replace(&key, sealed)?.is_none() && last {
                break;
            }
        }
        Ok(())
    }

    fn load_list(
        &mut self,
        slot: SlotNumber,
        key: &RecordKey,
    ) -> Result<&mut Vec<RecordKey>, CommitError> {
        let lists = self.ring.lists(slot).ok_or(CommitError::Damaged)?;
        let list = key[0] % lists;
        match self.lists.entry((slot, list)) {
            std::collections::hash_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::hash_map::Entry::Vacant(entry) => {
                Ok(entry.insert(read_list(self.keys, self.log, slot, list)?))
            }
        }
    }

    fn list(&mut self, slot: SlotNumber, key: &RecordKey) -> Result<(), CommitError> {
        let list = self.load_list(slot, key)?;
        if list.len() >= LIST_LIMIT {
            return Err(CommitError::SlotFull);
        }
        list.push(*key);
        Ok(())
    }

    fn unlist(&mut self, slot: SlotNumber, key: &RecordKey) -> Result<(), CommitError> {
        let list = self.load_list(slot, key)?;
        let place = list
            .iter()
            .position(|listed| listed == key)
            .ok_or(CommitError::Damaged)?;
        list.swap_remove(place);
        Ok(())
    }

    /// Adds the lists and the tip. `None` if nothing changes.
    pub(crate) fn finish(mut self) -> Result<Option<Planned>, CommitError> {
        if self.shape.is_empty() {
            return Ok(None);
        }
        for ((slot, list), records) in std::mem::take(&mut self.lists) {
            let value = records.concat();
            self.put_structure(
                &list_id(slot, list),
                (!records.is_empty()).then_some(&value[..]),
            )?;
        }
        self.tip.commits += 1;
        let key = tip_key(self.keys);
        let contents = record::split(TIP, &self.tip.to_bytes())?;
        for content in &contents {
            let (outer, slot_key) = (&self.keys.outer, &self.keys.structure);
            let sealed = record::seal_piece(outer, slot_key, STRUCTURE_HEAD, &key, content)?;
            self.insert(&key, sealed);
        }
        Ok(Some(Planned {
            batch: self.batch,
            tip: self.tip,
            bytes: self.bytes,
            shape: self.shape,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::DataKey;

    #[test]
    fn the_sum_forgets_order_and_what_was_taken_away() {
        let keys = VaultKeys::derive(&DataKey::from_bytes([1; 32])).unwrap();
        let record = |number: u8| ([number; 32], [number; 300]);
        let (mut one, mut other) = (Tip::default(), Tip::default());
        for number in 0..200 {
            let (key, stored) = record(number);
            one.add(&keys, &key, &stored).unwrap();
        }
        for number in (100..200).rev() {
            let (key, stored) = record(number);
            other.add(&keys, &key, &stored).unwrap();
        }
        assert!(!one.agrees(&other));
        let (mut parts, mut part) = (Tip::default(), Tip::default());
        for number in 0..100 {
            let (key, stored) = record(number);
            part.add(&keys, &key, &stored).unwrap();
        }
        parts.include(&part);
        parts.include(&other);
        assert!(parts.agrees(&one));
        for number in 0..100 {
            let (key, stored) = record(number);
            one.subtract(&keys, &key, &stored).unwrap();
        }
        assert!(one.agrees(&other));
        assert_eq!(Tip::from_bytes(&one.to_bytes()), Some(one));
        assert_eq!(Tip::from_bytes(b"short"), None);
        // Another version of a record is another sum.
        let mut version = Tip::default();
        version.add(&keys, &[1; 32], &[1; 300]).unwrap();
        let mut later = Tip::default();
        later.add(&keys, &[1; 32], &[2; 300]).unwrap();
        assert!(!version.agrees(&later));
    }
}
