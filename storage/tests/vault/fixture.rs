//! Homes, stores and a model of what they should hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tempfile::TempDir;
use undertone_storage::{ChangeSet, DataKey, Home, KdfParameters, Kind, OpenError, Slot, Store};
use zeroize::Zeroizing;

pub const KEY: [u8; 32] = *b"a data key of these tests, 32 b.";

/// The least that this build accepts.
pub const COST: KdfParameters = KdfParameters {
    memory_kib: if cfg!(debug_assertions) { 8 } else { 65_536 },
    passes: if cfg!(debug_assertions) { 1 } else { 3 },
    lanes: 1,
};

pub fn key() -> DataKey {
    DataKey::from_bytes(KEY)
}

/// A home in a directory that goes away with it.
pub struct Place {
    pub home: Home,
    /// The vault of the profile that was made first; that of a raw key is 0.
    own: u8,
    _directory: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self::at(tempfile::tempdir().unwrap())
    }

    fn at(directory: TempDir) -> Self {
        let home = Home::create(directory.path().join("profile")).unwrap();
        Self {
            home,
            own: 0,
            _directory: directory,
        }
    }

    pub fn with_passphrase(passphrase: &[u8]) -> (Self, Store) {
        let mut place = Self::new();
        let store = Store::create(&place.home, passphrase, COST).unwrap();
        place.own = store.vault().number();
        (place, store)
    }

    /// The same where files are kept in memory, if there is such a place: what a disk takes to flush is not tested there.
    pub fn in_memory(passphrase: &[u8]) -> (Self, Store) {
        let directory = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
        let mut place = Self::at(directory.unwrap());
        let store = Store::create(&place.home, passphrase, COST).unwrap();
        place.own = store.vault().number();
        (place, store)
    }

    pub fn with_store() -> (Self, Store) {
        let place = Self::new();
        let store = Store::create_with_key(&place.home, &key()).unwrap();
        (place, store)
    }

    pub fn open(&self) -> Result<Store, OpenError> {
        Store::open_with_key(&self.home, &key())
    }

    pub fn vault(&self) -> PathBuf {
        self.vault_number(self.own)
    }

    pub fn vault_number(&self, number: u8) -> PathBuf {
        self.home.path().join(format!("vaults/v{number}"))
    }

    pub fn log(&self) -> PathBuf {
        self.vault().join("log")
    }

    pub fn journal(&self) -> PathBuf {
        self.vault().join("journal")
    }

    /// The snapshot sled keeps of its page table.
    pub fn snapshot(&self) -> PathBuf {
        let mut found: Vec<_> = fs::read_dir(self.log())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .starts_with("snap.")
            })
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    /// A copy of all files, which must not be in use.
    pub fn copy(&self) -> Self {
        let mut place = Self::new();
        place.own = self.own;
        copy_directory(self.home.path(), place.home.path());
        place
    }
}

pub fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

pub fn below(random: &mut ChaCha8Rng, limit: u64) -> u64 {
    random.next_u64() % limit
}

pub fn bytes(random: &mut ChaCha8Rng, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    random.fill_bytes(&mut bytes);
    bytes
}

pub fn value(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(bytes.to_vec())
}

pub fn put(kind: Kind, id: &[u8], slot: Slot, bytes: &[u8]) -> ChangeSet {
    let mut set = ChangeSet::new();
    set.put(kind, id, slot, value(bytes));
    set
}

pub fn delete(kind: Kind, id: &[u8]) -> ChangeSet {
    let mut set = ChangeSet::new();
    set.delete(kind, id);
    set
}

pub fn read(store: &Store, kind: Kind, id: &[u8]) -> Option<Vec<u8>> {
    store.get(kind, id).unwrap().map(|value| value.to_vec())
}

/// What a store should hold.
pub type Model = BTreeMap<(Kind, Vec<u8>), Vec<u8>>;

pub const KINDS: [Kind; 4] = [Kind::Relation, Kind::Ratchet, Kind::Message, Kind::Settings];

pub fn some_slot(random: &mut ChaCha8Rng) -> Slot {
    match below(random, 4) {
        0 => Slot::Data,
        1 => Slot::State,
        _ => {
            let conversation = [u8::try_from(below(random, 3)).unwrap(); 16];
            let day = u32::try_from(20_000 + below(random, 70)).unwrap();
            Slot::Conversation { conversation, day }
        }
    }
}

/// A few random changes, applied to the model as well. Identifiers come from a small set, so that
/// records are replaced and deleted.
pub fn some_changes(random: &mut ChaCha8Rng, model: &mut Model, identifiers: u64) -> ChangeSet {
    let mut set = ChangeSet::new();
    for _ in 0..=below(random, 5) {
        let kind = KINDS[usize::try_from(below(random, 4)).unwrap()];
        let id = format!("identifier {}", below(random, identifiers)).into_bytes();
        if below(random, 4) == 0 {
            set.delete(kind, &id);
            model.remove(&(kind, id));
        } else {
            let length = match below(random, 40) {
                0 => 40_000,
                1..=4 => 5_000,
                _ => 300,
            };
            let length = usize::try_from(below(random, length)).unwrap();
            let content = bytes(random, length);
            set.put(kind, &id, some_slot(random), value(&content));
            model.insert((kind, id), content);
        }
    }
    set
}

/// The store holds exactly what the model says.
pub fn assert_equal(store: &Store, model: &Model, context: &str) {
    for ((kind, id), expected) in model {
        let found = store
            .get(*kind, id)
            .unwrap_or_else(|error| panic!("{context}: {error}"));
        assert!(
            found.is_some_and(|found| *found == *expected),
            "{context}: a record differs"
        );
    }
    for kind in KINDS {
        let mut count = 0;
        store
            .scan(kind, |id, _, value| {
                assert_eq!(
                    model.get(&(kind, id.to_vec())).map(Vec::as_slice),
                    Some(value),
                    "{context}"
                );
                count += 1;
            })
            .unwrap();
        assert_eq!(
            count,
            model.keys().filter(|(of, _)| *of == kind).count(),
            "{context}"
        );
    }
}
