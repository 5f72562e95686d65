//! The key file: the keys of all slots, outside the log, so that they can be destroyed.
//!
//! The log never overwrites: what was deleted from it can still be found in its unused parts. So
//! deletion means destroying a key, and the keys lie in two files of their own that are
//! overwritten where they lie: `keys-1`, made durable, then `keys-2`, made durable. At any moment one of
//! the two is whole. Each is a multiple of 1 MiB long and sealed as one under a fresh nonce:
//!
//! ```text
//! nonce (24), sealed: form (1), generation (8), length (4), postcard of the slots, zeros; tag (16)
//! ```
//!
//! Random bytes may follow, as many whole MiB: another profile of the home in deniable mode lengthens the key files of
//! all vaults with its own. The next writing seals the whole length again.
//!
//! What "overwritten where they lie" cannot reach: copies kept by the flash chip, the file
//! system, snapshots and backups.

#[cfg(feature = "fuzzing")]
mod hostile;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::calendar::{self, Day, Month};
use crate::change::Slot;
use crate::home::{self, VaultPaths};
use crate::seal::{self, KEY, Key, NONCE, TAG};

/// The key files grow in steps of this size, in bytes.
pub(crate) const STEP: usize = 1 << 20;
/// The largest key file, in steps: room for about a million slots.
const MAX_STEPS: usize = 64;
/// The longest key file, in bytes.
pub(crate) const LARGEST: u64 = (MAX_STEPS * STEP) as u64;

const FORM: u8 = 1;
const FRONT: usize = 1 + 8 + 4;
const LABEL: &[u8] = b"undertone/1 storage key file\0";

/// What a slot is for. At most one live slot has a purpose.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Purpose {
    Data,
    State,
    Day {
        conversation: [u8; 16],
        day: Day,
    },
    Month {
        conversation: [u8; 16],
        month: Month,
    },
}

impl Purpose {
    /// In how many lists the records of such a slot are kept. What changes with every commit has many, so
    /// that little is written; days and months have few, because each list is a record that opening reads.
    pub(crate) fn lists(self) -> u8 {
        match self {
            Self::Day { .. } | Self::Month { .. } => 16,
            Self::Data | Self::State => 64,
        }
    }
}

/// The number that names a slot in records. It is random, so it tells no order.
pub(crate) type SlotNumber = u64;

/// A slot with its key.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) purpose: Purpose,
    pub(crate) key: Key,
    /// Records of this slot are being sealed again under that slot; then this one is dropped.
    pub(crate) retiring_into: Option<SlotNumber>,
}

/// All slots.
#[derive(Clone, Default)]
pub(crate) struct Ring {
    generation: u64,
    /// Days up to and with this one were merged into months.
    pub(crate) merged_through: Option<Day>,
    /// Whether what is written here is covered in the other vaults.
    pub(crate) deniable: bool,
    /// In deniable mode: whether all logs have to be written anew, because their older parts tell which is used.
    pub(crate) uneven: bool,
    entries: HashMap<SlotNumber, Entry>,
    live: HashMap<Purpose, SlotNumber>,
    /// Slots whose key is destroyed, but whose records may not all be deleted yet, and how many lists
    /// they have.
    erased: BTreeMap<SlotNumber, u8>,
}

#[derive(Serialize, Deserialize)]
struct StoredEntry<'a> {
    number: SlotNumber,
    purpose: Purpose,
    #[serde(borrow)]
    key: &'a [u8],
    retiring_into: Option<SlotNumber>,
}

#[derive(Serialize, Deserialize)]
struct StoredRing<'a> {
    merged_through: Option<Day>,
    /// 0: off; 1: on; 2: on, and the logs are uneven.
    deniable: u8,
    #[serde(borrow)]
    entries: Vec<StoredEntry<'a>>,
    erased: BTreeMap<SlotNumber, u8>,
}

/// Why the key file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    #[error("neither copy of the key file can be opened")]
    Damaged,
    #[error("the key file is full")]
    Full,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Ring {
    pub(crate) fn entry(&self, number: SlotNumber) -> Option<&Entry> {
        self.entries.get(&number)
    }

    pub(crate) fn live(&self, purpose: Purpose) -> Option<SlotNumber> {
        self.live.get(&purpose).copied()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (SlotNumber, &Entry)> {
        self.entries.iter().map(|(number, entry)| (*number, entry))
    }

    /// What the slot a caller names stands for today: a day that was merged is its month.
    pub(crate) fn purpose_of(&self, slot: Slot) -> Purpose {
        match slot {
            Slot::Data => Purpose::Data,
            Slot::State => Purpose::State,
            Slot::Conversation { conversation, day }
                if self.merged_through.is_some_and(|last| day <= last)
                    && self.live(Purpose::Day { conversation, day }).is_none() =>
            {
                Purpose::Month {
                    conversation,
                    month: calendar::month_of(day),
                }
            }
            Slot::Conversation { conversation, day } => Purpose::Day { conversation, day },
        }
    }

    /// Adds a slot with a fresh key that is the live one of its purpose from now on.
    pub(crate) fn add(&mut self, purpose: Purpose) -> io::Result<SlotNumber> {
        let number = loop {
            let mut number = [0; 8];
            seal::fill_random(&mut number)?;
            let number = SlotNumber::from_be_bytes(number);
            // Zero is the store's own slot.
            if number != 0
                && !self.entries.contains_key(&number)
                && !self.erased.contains_key(&number)
            {
                break number;
            }
        };
        self.insert(
            number,
            Entry {
                purpose,
                key: seal::random_key()?,
                retiring_into: None,
            },
        );
        Ok(number)
    }

    /// Says that the records of `number` move to `into`.
    pub(crate) fn retire(&mut self, number: SlotNumber, into: SlotNumber) {
        if let Some(entry) = self.entries.get_mut(&number) {
            entry.retiring_into = Some(into);
            let purpose = entry.purpose;
            if self.live(purpose) == Some(number) {
                self.live.remove(&purpose);
            }
        }
    }

    /// Forgets a slot and its key.
    pub(crate) fn remove(&mut self, number: SlotNumber) {
        if let Some(entry) = self.entries.remove(&number)
            && self.live(entry.purpose) == Some(number)
        {
            self.live.remove(&entry.purpose);
        }
    }

    /// Forgets the key of a slot, but not that its records must be deleted.
    pub(crate) fn erase(&mut self, number: SlotNumber) {
        if let Some(entry) = self.entry(number) {
            self.erased.insert(number, entry.purpose.lists());
            self.remove(number);
        }
    }

    /// Erased slots whose records may not all be deleted yet, and how many lists they have.
    pub(crate) fn erased(&self) -> impl Iterator<Item = (SlotNumber, u8)> {
        self.erased.iter().map(|(number, lists)| (*number, *lists))
    }

    pub(crate) fn is_erased(&self, number: SlotNumber) -> bool {
        self.erased.contains_key(&number)
    }

    /// Says that the records of all erased slots are deleted.
    pub(crate) fn forget_erased(&mut self) {
        self.erased.clear();
    }

    /// In how many lists the records of a slot are kept. `None` if it is unknown.
    pub(crate) fn lists(&self, number: SlotNumber) -> Option<u8> {
        let erased = self.erased.get(&number).copied();
        erased.or_else(|| Some(self.entry(number)?.purpose.lists()))
    }

    /// The slots of what opening looks at in any case, also those whose records are on the move or being deleted.
    pub(crate) fn state_slots(&self) -> impl Iterator<Item = SlotNumber> {
        let known = self.entries.keys().chain(self.erased.keys());
        known.copied().filter(|number| self.is_state(*number))
    }

    /// Whether a slot is one of these.
    pub(crate) fn is_state(&self, number: SlotNumber) -> bool {
        // Days and months have fewer lists; of erased slots nothing else is known.
        self.lists(number) == Some(Purpose::State.lists())
    }

    fn insert(&mut self, number: SlotNumber, entry: Entry) {
        if entry.retiring_into.is_none() {
            self.live.insert(entry.purpose, number);
        }
        self.entries.insert(number, entry);
    }

    /// Writes both copies, each durable before the next is touched: two flushes. Returns
    /// how many bytes were written. [`KeysError::Full`] is found before anything is written.
    pub(crate) fn write(&mut self, paths: &VaultPaths, key: &[u8; KEY]) -> Result<u64, KeysError> {
        self.write_among(std::slice::from_ref(paths), 0, key)
    }

    /// The same for vault `own` of several; the key files of the others are written unchanged beside it, and
    /// lengthened to the same size.
    pub(crate) fn write_among(
        &mut self,
        vaults: &[VaultPaths],
        own: usize,
        key: &[u8; KEY],
    ) -> Result<u64, KeysError> {
        self.generation += 1;
        let mut written = 0;
        let sizes = vaults.iter().flat_map(VaultPaths::keys);
        let size = sizes.map(|path| size_of_file(&path)).max().unwrap_or(0);
        for copy in 0..2 {
            let mut sealed = self.seal(key, size)?;
            if self.deniable {
                sealed = self.seal_in_part(key, sealed.len())?;
            }
            for (number, paths) in vaults.iter().enumerate() {
                let path = &paths.keys()[copy];
                written += if number == own {
                    home::overwrite(path, &sealed)?;
                    sealed.len() as u64
                } else {
                    // A vault that cannot be written must not shut this one.
                    let written = home::rewrite(path, sealed.len() as u64, LARGEST);
                    written.unwrap_or_else(|error| {
                        tracing::warn!(%error, "the key file of another vault cannot be written");
                        0
                    })
                };
            }
        }
        Ok(written)
    }

    /// The key file's bytes, of which a part of random size is sealed and the rest is noise: so it looks, to who has this
    /// vault's passphrase, after another profile has lengthened the file.
    fn seal_in_part(&self, key: &[u8; KEY], size: usize) -> Result<Vec<u8>, KeysError> {
        let least = self.seal(key, 0)?.len() / STEP;
        let steps = least + seal::random_below(size / STEP - least + 1)?;
        let mut out = self.seal(key, steps * STEP)?;
        let sealed = out.len();
        out.resize(size.max(sealed), 0);
        seal::fill_random(&mut out[sealed..])?;
        Ok(out)
    }

    /// The key file's bytes: at least as long as the file is now, so that all of it is overwritten.
    fn seal(&self, key: &[u8; KEY], current_size: usize) -> Result<Vec<u8>, KeysError> {
        let stored = StoredRing {
            merged_through: self.merged_through,
            deniable: u8::from(self.deniable) + u8::from(self.deniable && self.uneven),
            entries: self
                .entries
                .iter()
                .map(|(number, entry)| StoredEntry {
                    number: *number,
                    purpose: entry.purpose,
                    key: &*entry.key,
                    retiring_into: entry.retiring_into,
                })
                .collect(),
            erased: self.erased.clone(),
        };
        let length =
            postcard::experimental::serialized_size(&stored).map_err(|_| KeysError::Full)?;
        let steps = (NONCE + FRONT + length + TAG)
            .max(current_size)
            .div_ceil(STEP);
        if steps > MAX_STEPS {
            return Err(KeysError::Full);
        }
        let size = steps * STEP;
        let mut nonce = [0; NONCE];
        seal::fill_random(&mut nonce)?;
        // The buffer never grows, so no copy of a key is left behind; it is sealed in place.
        let mut out = Zeroizing::new(vec![0; size]);
        out[..NONCE].copy_from_slice(&nonce);
        let content = &mut out[NONCE..size - TAG];
        content[0] = FORM;
        content[1..9].copy_from_slice(&self.generation.to_be_bytes());
        let short_length = u32::try_from(length).map_err(|_| KeysError::Full)?;
        content[9..FRONT].copy_from_slice(&short_length.to_be_bytes());
        postcard::to_slice(&stored, &mut content[FRONT..]).map_err(|_| KeysError::Full)?;
        let tag = seal::seal(key, &nonce, LABEL, content).map_err(|_| KeysError::Full)?;
        out[size - TAG..].copy_from_slice(&tag);
        Ok(std::mem::take(&mut *out))
    }

    /// Reads the key file. A damaged or older copy is replaced by the better one.
    pub(crate) fn read(paths: &VaultPaths, key: &[u8; KEY]) -> Result<Self, KeysError> {
        let mut copies = Vec::new();
        for path in paths.keys() {
            let bytes = home::read_copy(&path, LARGEST);
            copies.push(bytes.and_then(|bytes| Self::open(bytes, key)));
        }
        let generations: Vec<_> = copies
            .iter()
            .map(|copy| copy.as_ref().map(|ring| ring.generation))
            .collect();
        let best = copies.into_iter().flatten();
        let Some(mut ring) = best.max_by_key(|ring| ring.generation) else {
            // Why, if the file system says it.
            for path in paths.keys() {
                home::read_limited(&path, LARGEST)?;
            }
            return Err(KeysError::Damaged);
        };
        if generations[0] != generations[1] {
            // The bad copy first: the good one stays untouched until the other is whole.
            tracing::warn!("one copy of the key file was damaged or old; it is repaired");
            ring.generation += 1;
            let [first, second] = paths.keys();
            let order = if generations[0] < generations[1] {
                [first, second]
            } else {
                [second, first]
            };
            for path in order {
                let sealed = ring.seal(key, size_of_file(&path))?;
                if let Err(error) = home::overwrite(&path, &sealed) {
                    // The other one is whole; the next key that is needed says whether it can be written.
                    tracing::error!(%error, "a copy of the key file cannot be repaired");
                    break;
                }
            }
        }
        Ok(ring)
    }

    fn open(bytes: Vec<u8>, key: &[u8; KEY]) -> Option<Self> {
        if bytes.is_empty() || !bytes.len().is_multiple_of(STEP) {
            return None;
        }
        let mut bytes = Zeroizing::new(bytes);
        // The sealed part is the whole file, or the part before the random bytes at its end.
        let size = (1..=bytes.len() / STEP)
            .rev()
            .map(|steps| steps * STEP)
            .find(|size| open_in_place(&mut bytes[..*size], key).is_some())?;
        Self::of_content(bytes.get(NONCE..size - TAG)?)
    }

    /// Reads what is behind the seal.
    pub(crate) fn of_content(content: &[u8]) -> Option<Self> {
        if *content.first()? != FORM {
            return None;
        }
        let generation = u64::from_be_bytes(content.get(1..9)?.try_into().ok()?);
        let length = u32::from_be_bytes(content.get(9..FRONT)?.try_into().ok()?);
        let length = usize::try_from(length).ok()?;
        let stored: StoredRing<'_> =
            postcard::from_bytes(content.get(FRONT..FRONT.checked_add(length)?)?).ok()?;
        let mut ring = Self {
            generation,
            merged_through: stored.merged_through,
            deniable: stored.deniable > 0,
            uneven: stored.deniable > 1,
            erased: stored.erased,
            ..Self::default()
        };
        for entry in stored.entries {
            let key = Zeroizing::new(<[u8; KEY]>::try_from(entry.key).ok()?);
            ring.insert(
                entry.number,
                Entry {
                    purpose: entry.purpose,
                    key,
                    retiring_into: entry.retiring_into,
                },
            );
        }
        Some(ring)
    }
}

/// Where the sealed part of a key file begins, in bytes.
#[cfg(feature = "inspection")]
pub(crate) const NONCE_END: usize = NONCE;

/// The keys that stand in what may be the beginning of a decrypted key file.
#[cfg(feature = "inspection")]
pub(crate) fn slot_keys(content: &[u8]) -> Vec<(SlotNumber, Key)> {
    let read = || {
        let length = u32::from_be_bytes(content.get(9..FRONT)?.try_into().ok()?);
        let stored = content.get(FRONT..)?;
        let stored = stored
            .get(..usize::try_from(length).ok()?)
            .unwrap_or(stored);
        let is_one = *content.first()? == FORM;
        let ring: StoredRing<'_> = is_one.then(|| postcard::from_bytes(stored).ok())??;
        let entry = |entry: StoredEntry<'_>| {
            let key = <[u8; KEY]>::try_from(entry.key).ok()?;
            Some((entry.number, Zeroizing::new(key)))
        };
        Some(ring.entries.into_iter().filter_map(entry).collect())
    };
    read().unwrap_or_default()
}

/// Opens a sealed part where it lies. If it does not open, nothing of it has changed.
fn open_in_place(bytes: &mut [u8], key: &[u8; KEY]) -> Option<()> {
    let (nonce, rest) = bytes.split_first_chunk_mut::<NONCE>()?;
    let (content, tag) = rest.split_last_chunk_mut::<TAG>()?;
    seal::open(key, nonce, LABEL, content, tag).ok()
}

/// The size of a file that is to be overwritten whole, in bytes; a damaged one may have any size.
fn size_of_file(path: &Path) -> usize {
    let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    usize::try_from(size).map_or(MAX_STEPS * STEP, |size| size.min(MAX_STEPS * STEP))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY_OF_FILE: [u8; KEY] = [7; KEY];

    fn paths() -> (tempfile::TempDir, VaultPaths) {
        let place = tempfile::tempdir().unwrap();
        let paths = VaultPaths {
            dir: place.path().to_path_buf(),
        };
        (place, paths)
    }

    fn day(number: u32) -> Purpose {
        Purpose::Day {
            conversation: [1; 16],
            day: number,
        }
    }

    fn sizes(paths: &VaultPaths) -> [u64; 2] {
        paths
            .keys()
            .map(|path| std::fs::metadata(path).unwrap().len())
    }

    #[test]
    fn a_ring_is_read_as_it_was_written() {
        let (_place, paths) = paths();
        let mut ring = Ring::default();
        let data = ring.add(Purpose::Data).unwrap();
        let (old, new) = (ring.add(day(1)).unwrap(), ring.add(day(2)).unwrap());
        ring.retire(old, new);
        ring.erase(data);
        ring.merged_through = Some(77);
        ring.write(&paths, &KEY_OF_FILE).unwrap();
        let read = Ring::read(&paths, &KEY_OF_FILE).unwrap();
        assert_eq!(read.merged_through, Some(77));
        assert_eq!(read.entry(old).unwrap().retiring_into, Some(new));
        assert_eq!(*read.entry(new).unwrap().key, *ring.entry(new).unwrap().key);
        assert_eq!((read.live(day(1)), read.live(day(2))), (None, Some(new)));
        assert!(read.is_erased(data) && read.entry(data).is_none());
        assert_eq!((read.lists(data), read.lists(old)), (Some(64), Some(16)));
        assert!(matches!(
            Ring::read(&paths, &[8; KEY]),
            Err(KeysError::Damaged)
        ));
    }

    #[test]
    fn the_file_grows_in_steps_and_is_overwritten_whole() {
        let (_place, paths) = paths();
        let mut ring = Ring::default();
        ring.write(&paths, &KEY_OF_FILE).unwrap();
        assert_eq!(sizes(&paths), [1 << 20; 2]);
        for number in 0..20_000 {
            ring.add(day(number)).unwrap();
        }
        ring.write(&paths, &KEY_OF_FILE).unwrap();
        assert_eq!(sizes(&paths), [2 << 20; 2]);
        assert_eq!(
            Ring::read(&paths, &KEY_OF_FILE).unwrap().entries().count(),
            20_000
        );
        let before = paths.keys().map(|path| std::fs::read(path).unwrap());
        // It never shrinks: the end, where keys lay, is overwritten as well.
        Ring {
            generation: ring.generation,
            ..Ring::default()
        }
        .write(&paths, &KEY_OF_FILE)
        .unwrap();
        assert_eq!(sizes(&paths), [2 << 20; 2]);
        for (path, before) in paths.keys().into_iter().zip(before) {
            let after = std::fs::read(path).unwrap();
            assert!(
                after
                    .chunks(64)
                    .zip(before.chunks(64))
                    .all(|(after, before)| after != before)
            );
        }
    }

    /// The key files of all vaults are written with one's own, and grow with it.
    #[test]
    fn others_are_written_unchanged_and_grow_alike() {
        let (_place, own) = paths();
        let (_other_place, other) = paths();
        let mut others = Ring::default();
        others.add(day(1)).unwrap();
        others.write(&other, &[9; KEY]).unwrap();
        let before = other.keys().map(|path| std::fs::read(path).unwrap());
        let mut ring = Ring {
            deniable: true,
            ..Ring::default()
        };
        for number in 0..20_000 {
            ring.add(day(number)).unwrap();
        }
        let vaults = [other.clone(), own.clone()];
        let written = ring.write_among(&vaults, 1, &KEY_OF_FILE).unwrap();
        assert_eq!((sizes(&own), sizes(&other)), ([2 << 20; 2], [2 << 20; 2]));
        assert_eq!(written, 8 << 20);
        for (path, before) in other.keys().iter().zip(before) {
            assert!(std::fs::read(path).unwrap().starts_with(&before));
        }
        assert!(Ring::read(&own, &KEY_OF_FILE).unwrap().deniable);
        // What was lengthened opens as before, and is sealed as a whole when it is written again.
        let mut read = Ring::read(&other, &[9; KEY]).unwrap();
        assert!(read.live(day(1)).is_some() && !read.deniable);
        read.write(&other, &[9; KEY]).unwrap();
        assert_eq!(sizes(&other), [2 << 20; 2]);
        assert!(
            Ring::read(&other, &[9; KEY])
                .unwrap()
                .live(day(1))
                .is_some()
        );
    }

    /// In deniable mode an end that is not sealed says nothing: one's own writing leaves it as well.
    #[test]
    fn any_part_of_a_long_file_is_sealed() {
        let (_place, paths) = paths();
        for path in paths.keys() {
            std::fs::write(path, vec![5; 3 * STEP]).unwrap();
        }
        let mut ring = Ring {
            deniable: true,
            ..Ring::default()
        };
        let mut seen = std::collections::BTreeSet::new();
        // Each of three is missing in 64 writings of both copies with a probability of less than one in a hundred billion.
        for _ in 0..64 {
            ring.write(&paths, &KEY_OF_FILE).unwrap();
            assert_eq!(sizes(&paths), [3 << 20; 2]);
            for path in paths.keys() {
                let mut bytes = std::fs::read(path).unwrap();
                seen.extend((1..=3).filter(|steps| {
                    open_in_place(&mut bytes[..steps * STEP], &KEY_OF_FILE).is_some()
                }));
            }
            Ring::read(&paths, &KEY_OF_FILE).unwrap();
            if seen.len() == 3 {
                return;
            }
        }
        panic!("{seen:?}");
    }

    /// The power goes between the two copies, or within one.
    #[test]
    fn the_newer_whole_copy_counts() {
        let (_place, paths) = paths();
        let mut ring = Ring::default();
        ring.add(day(1)).unwrap();
        ring.write(&paths, &KEY_OF_FILE).unwrap();
        let [first, second] = paths.keys();
        let old = std::fs::read(&first).unwrap();
        ring.add(day(2)).unwrap();
        ring.write(&paths, &KEY_OF_FILE).unwrap();
        let new = std::fs::read(&first).unwrap();
        // Only the first copy is new.
        std::fs::write(&second, &old).unwrap();
        assert!(
            Ring::read(&paths, &KEY_OF_FILE)
                .unwrap()
                .live(day(2))
                .is_some()
        );
        assert!(std::fs::read(&second).unwrap() != old);
        // The first copy is torn, the second one old.
        std::fs::write(&first, [&new[..500_000], &old[500_000..]].concat()).unwrap();
        std::fs::write(&second, &old).unwrap();
        let ring = Ring::read(&paths, &KEY_OF_FILE).unwrap();
        assert!(ring.live(day(2)).is_none() && ring.live(day(1)).is_some());
        // Both are repaired: each alone is enough.
        for (gone, kept) in [(&first, &second), (&second, &first)] {
            let content = std::fs::read(kept).unwrap();
            std::fs::remove_file(gone).unwrap();
            assert!(
                Ring::read(&paths, &KEY_OF_FILE)
                    .unwrap()
                    .live(day(1))
                    .is_some()
            );
            assert!(
                std::fs::read(kept).unwrap() != content,
                "both are written at a repair"
            );
        }
    }

    #[test]
    fn a_full_file_is_refused_before_anything_is_written() {
        let (_place, paths) = paths();
        let mut ring = Ring::default();
        ring.write(&paths, &KEY_OF_FILE).unwrap();
        let before = std::fs::read(&paths.keys()[0]).unwrap();
        // Erased slots take a byte or more each: as many as the file cannot hold.
        ring.erased = (0..8_000_000)
            .map(|number| (SlotNumber::MAX - number, 16))
            .collect();
        assert!(matches!(
            ring.write(&paths, &KEY_OF_FILE),
            Err(KeysError::Full)
        ));
        assert_eq!(std::fs::read(&paths.keys()[0]).unwrap(), before);
    }
}
