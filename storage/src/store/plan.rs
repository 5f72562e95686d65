//! Turning changes into one batch for the log: records, the [lists](super::lists) of what each slot holds, and
//! the [tip](super::tip) that sums everything up.

use crate::journal::Entry;
use crate::keys::{Purpose, Ring, SlotNumber};
use crate::log::Log;
use crate::record::{self, Assembly, Head, RecordKey, STRUCTURE, STRUCTURE_SLOT};
use crate::seal::{KEY, Key, VaultKeys};
use crate::store::lists::{self, Lists};
use crate::store::tip::{Sum, Tip};
use crate::store::{CommitError, ReadError};

const TIP: &[u8] = b"tip";
const SCHEMA: &[u8] = b"schema";
const STRUCTURE_HEAD: Head = Head {
    slot: STRUCTURE_SLOT,
    kind: STRUCTURE,
    piece: 0,
};

/// The key of the tip, the only record that the sum does not cover.
pub(crate) fn tip_key(keys: &VaultKeys) -> RecordKey {
    record::piece_key(&keys.index, STRUCTURE, 0, TIP)
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
pub(crate) fn structure(
    keys: &VaultKeys,
    log: &Log,
    id: &[u8],
) -> Result<Option<Vec<u8>>, ReadError> {
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

/// Sums up what the state consists of: found by its lists, whatever else the log holds.
pub(crate) fn sum_up_state(keys: &VaultKeys, log: &Log, ring: &Ring) -> Result<Sum, ReadError> {
    let mut sum = Sum::default();
    add_structure(keys, log, SCHEMA, &mut sum)?;
    for slot in ring.state_slots() {
        for list in 0..Purpose::State.lists() {
            lists::visit(keys, log, (slot, list), |place, records| {
                add_structure(keys, log, &place.id(), &mut sum)?;
                for key in records {
                    // What is missing is missing in the sum.
                    if let Some(stored) = log.get(key)? {
                        sum.add(keys, key, &stored)?;
                    }
                }
                Ok::<_, ReadError>(())
            })?;
        }
    }
    Ok(sum)
}

fn add_structure(keys: &VaultKeys, log: &Log, id: &[u8], sum: &mut Sum) -> Result<(), ReadError> {
    for piece in 0..record::MOST_PIECES {
        let key = record::piece_key(&keys.index, STRUCTURE, piece, id);
        let Some(stored) = log.get(&key)? else {
            break;
        };
        sum.add(keys, &key, &stored)?;
    }
    Ok(())
}

/// A batch in the making.
pub(crate) struct Plan<'a> {
    keys: &'a VaultKeys,
    log: &'a Log,
    ring: &'a Ring,
    batch: sled::Batch,
    /// The same as the batch.
    entry: Entry,
    tip: Tip,
    lists: Lists<'a>,
    bytes: u64,
    shape: Shape,
}

/// Which records a batch puts, and of which sizes in bytes, or deletes: all that someone without keys sees of it.
pub(crate) type Shape = Vec<(RecordKey, Option<u32>)>;

/// A batch, and what is true once it is durable.
pub(crate) struct Planned {
    pub(crate) batch: sled::Batch,
    /// The same for the journal.
    pub(crate) entry: Entry,
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
            entry: Entry::default(),
            tip,
            lists: Lists::new(keys, log),
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
        let is_state = self.ring.is_state(head.slot);
        let before = self.replace(key, Some(sealed), is_state)?;
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
        let Some(before) = self.replace(key, None, false)? else {
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
        self.put_structure(SCHEMA, Some(&version.to_be_bytes()), true)
    }

    /// Puts `new` into the batch in place of what is there, and says which slot that was in. `is_state`: the new one, and
    /// the old one if it is one of the store's own, count as [state](Tip::state).
    fn replace(
        &mut self,
        key: &RecordKey,
        new: Option<Vec<u8>>,
        is_state: bool,
    ) -> Result<Option<SlotNumber>, CommitError> {
        let before = self.log.get(key)?;
        let slot = match &before {
            Some(stored) => Some(record::open_head(&self.keys.outer, stored)?.slot),
            None => None,
        };
        let was_state = slot.is_some_and(|slot| match slot {
            STRUCTURE_SLOT => is_state,
            slot => self.ring.is_state(slot),
        });
        let old = before.as_deref().map(|stored| (stored, was_state));
        let sealed = new.as_deref().map(|sealed| (sealed, is_state));
        self.tip.replace(self.keys, key, (old, sealed))?;
        match new {
            Some(sealed) => self.insert(key, sealed),
            None if before.is_some() => {
                self.batch.remove(key);
                self.entry.delete(key);
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
        self.entry.put(key, &sealed);
        self.batch.insert(key, sealed);
    }

    /// Stores or deletes one of the store's own records, which are in no list.
    fn put_structure(
        &mut self,
        id: &[u8],
        value: Option<&[u8]>,
        is_state: bool,
    ) -> Result<(), CommitError> {
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
            if self.replace(&key, sealed, is_state)?.is_none() && last {
                break;
            }
        }
        Ok(())
    }

    fn list(&mut self, slot: SlotNumber, key: &RecordKey) -> Result<(), CommitError> {
        let lists = self.ring.lists(slot).ok_or(CommitError::Damaged)?;
        self.lists.add(slot, lists, key)
    }

    fn unlist(&mut self, slot: SlotNumber, key: &RecordKey) -> Result<(), CommitError> {
        let lists = self.ring.lists(slot).ok_or(CommitError::Damaged)?;
        self.lists.remove(slot, lists, key)
    }

    /// To be called when a list of a slot that goes away was emptied.
    pub(crate) fn forget_list(&mut self, slot: SlotNumber, list: u8) -> Result<(), CommitError> {
        self.lists.forget_parts(slot, list)
    }

    /// Adds the lists and the tip. `None` if nothing changes.
    pub(crate) fn finish(mut self) -> Result<Option<Planned>, CommitError> {
        for (slot, id, value) in self.lists.take_changes() {
            let value = (!value.is_empty()).then_some(&value[..]);
            self.put_structure(&id, value, self.ring.is_state(slot))?;
        }
        if self.shape.is_empty() {
            return Ok(None);
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
            entry: self.entry,
            tip: self.tip,
            bytes: self.bytes,
            shape: self.shape,
        }))
    }
}
