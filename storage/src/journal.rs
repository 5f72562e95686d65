//! The journal: one file beside the log, in which a commit is durable before sled has written it.
//!
//! sled takes two writes and waits for both before our own flush. So a commit is written here first, as one entry with
//! one write and one flush, and applied to sled in memory; sled is flushed a moment later, for several commits together
//! (see the log). An opening applies again what sled lacks. The file is a ring of blocks:
//!
//! ```text
//! entry   begins with a block and takes whole ones, 32 at most:
//!         nonce                                                                      24
//!         sealed: number of the commit (8), length of the changes (4); tag (16)      28
//!         sealed: changes, zeros up to the end of the last block; tag (16)
//! change  record key (32), length of the stored record (2), the record; a length of zero deletes
//! ```
//!
//! An entry is overwritten only when sled has its commit on disk, so what is needed is always there as a whole, and since
//! no two entries share a block, a torn write damages none but its own. Numbers never come twice and go up by one: which
//! entries are needed follows from the tip in the log, wherever in the ring they lie. What a batch of sled
//! puts and deletes is absolute, so to apply it again changes nothing.
//!
//! The file is created full of random bytes in every vault, has one size for ever, and entries cannot be told from random
//! bytes without the vault's keys. It holds records as they lie in the log, sealed under the keys of their slots, so
//! what is erased there cannot be read here. Whether anything is missing at its end is for the mark to say.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::home;
use crate::log::Ticket;
use crate::record::RecordKey;
use crate::seal::{self, NONCE, TAG, VaultKeys};

/// No two entries share one, in bytes: what file systems and disks write as a whole or not at all, more or less.
pub(crate) const BLOCK: usize = 4096;
/// How many blocks the file has.
const BLOCKS: usize = 256;
/// The size of the file, in bytes.
pub(crate) const SIZE: u64 = (BLOCK * BLOCKS) as u64;
/// The most blocks of an entry. What is larger gains nothing here.
const MOST: usize = 32;

const HEAD: usize = 8 + 4;
/// What stands before the changes of an entry, in bytes.
pub(crate) const FRONT: usize = NONCE + HEAD + TAG;
const CHANGE: usize = size_of::<RecordKey>() + 2;
const HEAD_LABEL: &[u8] = b"undertone/1 storage journal head\0";
const BODY_LABEL: &[u8; 33] = b"undertone/1 storage journal body\0";

/// The changes of one commit, as they go to the log.
pub(crate) struct Entry {
    /// With room in front; `None` if it became too large.
    bytes: Option<Vec<u8>>,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            bytes: Some(vec![0; FRONT]),
        }
    }
}

impl Entry {
    pub(crate) fn put(&mut self, key: &RecordKey, stored: &[u8]) {
        self.bytes = self.bytes.take().and_then(|mut bytes| {
            let length = u16::try_from(stored.len()).ok()?;
            if bytes.len() + CHANGE + stored.len() + TAG > MOST * BLOCK {
                return None;
            }
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(stored);
            Some(bytes)
        });
    }

    pub(crate) fn delete(&mut self, key: &RecordKey) {
        self.put(key, &[]);
    }

    /// Seals it as the commit of this number. `None` if it is too large for the journal.
    pub(crate) fn seal(self, keys: &VaultKeys, number: u64) -> io::Result<Option<Sealed>> {
        let length = self.bytes.as_ref().map_or(0, |bytes| bytes.len() - FRONT);
        let length = u32::try_from(length).map_err(io::Error::other)?;
        self.seal_saying(keys, number, length)
    }

    /// The same with that length in its head.
    fn seal_saying(self, keys: &VaultKeys, number: u64, length: u32) -> io::Result<Option<Sealed>> {
        let Some(mut bytes) = self.bytes else {
            return Ok(None);
        };
        let mut head = head(number, length);
        let size = (bytes.len() + TAG).next_multiple_of(BLOCK);
        bytes.resize(size - TAG, 0);
        let mut nonce = [0; NONCE];
        seal::fill_random(&mut nonce)?;
        let body = &mut bytes[FRONT..];
        let body_tag =
            seal::seal(&keys.journal, &nonce, &associated(head), body).map_err(io::Error::other)?;
        let head_tag = seal::seal(&keys.journal_head, &nonce, HEAD_LABEL, &mut head)
            .map_err(io::Error::other)?;
        bytes[..NONCE].copy_from_slice(&nonce);
        bytes[NONCE..NONCE + HEAD].copy_from_slice(&head);
        bytes[NONCE + HEAD..FRONT].copy_from_slice(&head_tag);
        bytes.extend_from_slice(&body_tag);
        Ok(Some(Sealed(bytes)))
    }
}

fn head(number: u64, length: u32) -> [u8; HEAD] {
    let mut head = [0; HEAD];
    head[..8].copy_from_slice(&number.to_be_bytes());
    head[8..].copy_from_slice(&length.to_be_bytes());
    head
}

fn associated(head: [u8; HEAD]) -> [u8; 33 + HEAD] {
    let mut out = [0; 33 + HEAD];
    out[..33].copy_from_slice(BODY_LABEL);
    out[33..].copy_from_slice(&head);
    out
}

/// An entry as it stands in the file: whole blocks.
pub(crate) struct Sealed(Vec<u8>);

impl Sealed {
    fn blocks(&self) -> usize {
        self.0.len() / BLOCK
    }
}

/// The number of the entry that begins here and the length of its changes in bytes, if one does.
pub(crate) fn open_head(keys: &VaultKeys, bytes: &[u8]) -> Option<(u64, usize)> {
    let (nonce, rest) = bytes.split_first_chunk::<NONCE>()?;
    let (head, rest) = rest.split_first_chunk::<HEAD>()?;
    let tag = rest.first_chunk::<TAG>()?;
    let mut head = *head;
    seal::open(&keys.journal_head, nonce, HEAD_LABEL, &mut head, tag).ok()?;
    let (number, length) = head.split_first_chunk::<8>()?;
    let length = u32::from_be_bytes(length.try_into().ok()?);
    let length = usize::try_from(length).ok()?;
    (FRONT + length + TAG <= MOST * BLOCK).then_some((u64::from_be_bytes(*number), length))
}

/// The changes of the entry that begins here, if all of it is there.
fn open_body(keys: &VaultKeys, bytes: &[u8], (number, length): (u64, usize)) -> Option<Vec<u8>> {
    let size = (FRONT + length + TAG).next_multiple_of(BLOCK);
    let entry = bytes.get(..size)?;
    let nonce = entry.first_chunk::<NONCE>()?;
    let (body, tag) = entry.get(FRONT..)?.split_last_chunk::<TAG>()?;
    let mut body = body.to_vec();
    let head = head(number, u32::try_from(length).ok()?);
    seal::open(&keys.journal, nonce, &associated(head), &mut body, tag).ok()?;
    body.truncate(length);
    Some(body)
}

/// Makes a batch of changes; `None` if they are none. How many there are is said as well.
fn batch_of(mut changes: &[u8]) -> Option<(sled::Batch, usize)> {
    let (mut batch, mut count) = (sled::Batch::default(), 0);
    while !changes.is_empty() {
        let (key, rest) = changes.split_first_chunk::<{ size_of::<RecordKey>() }>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (stored, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if stored.is_empty() {
            batch.remove(key);
        } else {
            batch.insert(key, stored);
        }
        count += 1;
        changes = rest;
    }
    Some((batch, count))
}

/// A commit that was found.
pub(crate) struct Commit {
    pub(crate) batch: sled::Batch,
    /// How many records it puts or deletes.
    pub(crate) records: usize,
    /// The size of it all, in bytes.
    pub(crate) bytes: usize,
}

/// What is found of changes that were sealed as one entry, whose head says another length if it lies.
#[cfg(feature = "fuzzing")]
pub(crate) fn found_of(
    keys: &VaultKeys,
    (number, length): (u64, u32),
    changes: &[u8],
) -> Option<Found> {
    let mut bytes = vec![0; FRONT];
    bytes.extend_from_slice(changes);
    if bytes.len() + TAG > MOST * BLOCK {
        return None;
    }
    let Sealed(bytes) = Entry { bytes: Some(bytes) }
        .seal_saying(keys, number, length)
        .ok()??;
    Some(Found::of_blocks(keys, bytes))
}

/// What is in the file.
pub(crate) struct Found {
    bytes: Vec<u8>,
    /// Blocks in which an entry begins, and its length, by number. More than one has the same number only if all but one
    /// of them are torn.
    heads: BTreeMap<u64, Vec<(usize, usize)>>,
}

impl Found {
    /// What stands in the bytes of a file.
    fn of_blocks(keys: &VaultKeys, bytes: Vec<u8>) -> Self {
        let mut heads: BTreeMap<u64, Vec<(usize, usize)>> = BTreeMap::new();
        for (number, block) in bytes.chunks_exact(BLOCK).enumerate() {
            if let Some((commit, length)) = open_head(keys, block) {
                heads.entry(commit).or_default().push((number, length));
            }
        }
        Self { bytes, heads }
    }

    /// The commit of this number, if all of it is there.
    pub(crate) fn commit(&self, keys: &VaultKeys, number: u64) -> Option<Commit> {
        self.heads.get(&number)?.iter().find_map(|(block, length)| {
            let changes = open_body(keys, self.bytes.get(block * BLOCK..)?, (number, *length))?;
            let (batch, records) = batch_of(&changes)?;
            Some(Commit {
                batch,
                records,
                bytes: changes.len(),
            })
        })
    }

    /// The highest number, whether or not all of its entry is there.
    pub(crate) fn highest(&self) -> Option<u64> {
        self.heads.keys().next_back().copied()
    }

    /// The blocks in which entries above a number begin.
    fn after(&self, number: u64) -> impl Iterator<Item = usize> {
        let later = self.heads.iter().filter(move |(of, _)| **of > number);
        later.flat_map(|(_, heads)| heads).map(|(block, _)| *block)
    }
}

/// The open file.
pub(crate) struct Journal {
    file: File,
    /// The block where the next entry goes.
    next: usize,
    /// Entries that the log may not have on disk, oldest first.
    needed: VecDeque<(Range<usize>, Ticket)>,
}

impl Journal {
    /// Opens the file; it is created, or given its size, if need be. Where nothing says otherwise nothing in it is needed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: complete(path)?,
            next: 0,
            needed: VecDeque::new(),
        })
    }

    /// What is in the file. A block that cannot be read is as good as a damaged one.
    pub(crate) fn read(&self, keys: &VaultKeys) -> Found {
        let mut bytes = vec![0; BLOCKS * BLOCK];
        for (number, block) in bytes.chunks_exact_mut(BLOCK).enumerate() {
            if let Err(error) = home::read_at(&self.file, block, (number * BLOCK) as u64) {
                tracing::warn!(%error, "a block of the journal cannot be read");
                block.fill(0);
            }
        }
        Found::of_blocks(keys, bytes)
    }

    /// Overwrites the beginning of each entry above a number: what was torn must not be met by the entry that gets its
    /// number now.
    pub(crate) fn forget_after(&self, found: &Found, number: u64) -> io::Result<()> {
        let torn: Vec<usize> = found.after(number).collect();
        for block in &torn {
            let mut noise = vec![0; BLOCK];
            seal::fill_random(&mut noise)?;
            home::write_at(&self.file, &noise, (block * BLOCK) as u64)?;
        }
        if torn.is_empty() {
            Ok(())
        } else {
            self.file.sync_data()
        }
    }

    /// Whether there is room for an entry. `is_durable` says what the log has on disk.
    pub(crate) fn has_room(
        &mut self,
        sealed: &Sealed,
        is_durable: impl Fn(Ticket) -> bool,
    ) -> bool {
        while self
            .needed
            .pop_front_if(|(_, ticket)| is_durable(*ticket))
            .is_some()
        {}
        let place = self.place(sealed);
        self.needed
            .iter()
            .all(|(taken, _)| taken.end <= place.start || place.end <= taken.start)
    }

    fn place(&self, sealed: &Sealed) -> Range<usize> {
        let begin = if self.next + sealed.blocks() > BLOCKS {
            0
        } else {
            self.next
        };
        begin..begin + sealed.blocks()
    }

    /// Writes an entry for which there [is room](Self::has_room) and makes it durable. It is kept until what the ticket
    /// stands for is durable in the log.
    pub(crate) fn append(&mut self, sealed: &Sealed, ticket: Ticket) -> io::Result<()> {
        let place = self.place(sealed);
        // Noted first: after an error it is unknown what was written.
        self.next = place.end;
        self.needed.push_back((place.clone(), ticket));
        home::write_at(&self.file, &sealed.0, (place.start * BLOCK) as u64)?;
        self.file.sync_data()
    }

    /// Takes the right to write the file away.
    #[cfg(test)]
    pub(crate) fn cannot_be_written(&mut self, path: &Path) {
        self.file = File::open(path).unwrap();
    }
}

/// Held while a file gets its size: stores that are open at once do it for all vaults, and nothing may be written over
/// what another one has just begun to use.
static COMPLETING: Mutex<()> = Mutex::new(());

/// Opens the file of any vault. If it is missing or short, random bytes are added. Who has no key cannot tell what is in it,
/// so nothing else is touched.
pub(crate) fn complete(path: &Path) -> io::Result<File> {
    let _one = COMPLETING.lock().unwrap_or_else(PoisonError::into_inner);
    let file = home::private_file(path)?;
    let length = file.metadata()?.len();
    if length == SIZE {
        return Ok(file);
    }
    if let Some(lacking) = SIZE.checked_sub(length) {
        let mut noise = vec![0; usize::try_from(lacking).map_err(io::Error::other)?];
        seal::fill_random(&mut noise)?;
        home::write_at(&file, &noise, length)?;
    } else {
        file.set_len(SIZE)?;
    }
    file.sync_all()?;
    if let Some(directory) = path.parent() {
        home::sync_directory(directory)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::DataKey;

    fn keys(byte: u8) -> VaultKeys {
        VaultKeys::derive(&DataKey::from_bytes([byte; 32])).unwrap()
    }

    fn entry(records: u8, size: usize) -> Entry {
        let mut entry = Entry::default();
        for record in 0..records {
            entry.put(&[record; 32], &vec![record; size]);
            entry.delete(&[record ^ 0x80; 32]);
        }
        entry
    }

    #[test]
    fn an_entry_opens_with_its_keys_alone_and_only_as_a_whole() {
        for (records, size) in [(0, 0), (1, 1), (3, 256), (9, 4096), (30, 4096)] {
            let Sealed(bytes) = entry(records, size).seal(&keys(1), 77).unwrap().unwrap();
            assert!(bytes.len().is_multiple_of(BLOCK) && bytes.len() <= MOST * BLOCK);
            let head = open_head(&keys(1), &bytes).unwrap();
            assert_eq!(head.0, 77);
            let changes = open_body(&keys(1), &bytes, head).unwrap();
            let (_, count) = batch_of(&changes).unwrap();
            assert_eq!(count, 2 * usize::from(records));
            assert_eq!(open_head(&keys(2), &bytes), None);
            assert!(open_body(&keys(2), &bytes, head).is_none());
            assert!(open_body(&keys(1), &bytes, (78, head.1)).is_none());
            for offset in (0..bytes.len()).step_by(61) {
                let mut bytes = bytes.clone();
                bytes[offset] ^= 1;
                let opened =
                    open_head(&keys(1), &bytes).and_then(|head| open_body(&keys(1), &bytes, head));
                assert!(opened.is_none(), "{offset}");
                assert!(open_body(&keys(1), &bytes[..offset], head).is_none());
            }
        }
    }

    #[test]
    fn what_is_too_large_is_not_taken() {
        assert!(entry(32, 4096).seal(&keys(1), 1).unwrap().is_none());
        // Nor is a part of it.
        let mut large = entry(32, 4096);
        large.put(&[0; 32], &[0; 10]);
        assert!(large.seal(&keys(1), 1).unwrap().is_none());
        let mut long = Entry::default();
        long.put(&[0; 32], &vec![0; 70_000]);
        assert!(long.seal(&keys(1), 1).unwrap().is_none());
    }

    #[test]
    fn changes_that_end_too_early_are_none() {
        let Sealed(bytes) = entry(2, 300).seal(&keys(1), 1).unwrap().unwrap();
        let head = open_head(&keys(1), &bytes).unwrap();
        let changes = open_body(&keys(1), &bytes, head).unwrap();
        let ends = [0, 334, 368, 702, 736];
        for end in 0..=changes.len() {
            let parsed = batch_of(&changes[..end]);
            assert_eq!(parsed.is_some(), ends.contains(&end), "{end}");
        }
    }
}
