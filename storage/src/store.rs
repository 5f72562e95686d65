//! The store of one vault: opening and committing.

mod audit;
mod check;
mod cover;
mod create;
mod errors;
mod journal;
mod lists;
#[cfg(feature = "fuzzing")]
pub(crate) mod parsers;
mod passphrase;
mod plan;
mod reading;
mod slots;
mod tip;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard};

use self::cover::Cover;
pub use self::cover::CoverCost;
pub use self::errors::{
    CommitError, CoverError, CreateError, DestroyError, EraseError, OpenError, ReadError,
};
pub use self::passphrase::VaultId;
use self::plan::Plan;
use self::tip::Tip;
use crate::change::{ChangeSet, MAX_ID, MAX_VALUE};
use crate::disk::{self, FreeSpace, FreeSpaceError};
use crate::header::Header;
use crate::home::Home;
use crate::journal::Journal;
use crate::keys::{Purpose, Ring};
use crate::log::Log;
use crate::mark::Mark;
use crate::record::RecordKey;
use crate::residence::{Claim, Residence};
use crate::schema::Schema;
use crate::seal::{DataKey, VaultKeys};

/// An open store. It can be shared between threads; commits wait for each other.
///
/// All calls block on the disk: call them from a thread that may wait.
pub struct Store {
    log: Arc<Log>,
    mark: Mark,
    data_key: DataKey,
    keys: VaultKeys,
    ring: RwLock<Ring>,
    writer: Mutex<Writer>,
    /// The vaults that opening this one with its passphrase destroys.
    wipes: AtomicU8,
    /// Records of other profiles that the check of this opening found.
    foreign: Mutex<Vec<RecordKey>>,
    /// What is to be covered in the other vaults; `None` out of deniable mode.
    cover: Mutex<Option<Cover>>,
    /// Whether the logs of all vaults have to be written anew at the next opening, however this one ends.
    uneven: AtomicBool,
    /// Held by the one that covers.
    covering: Mutex<()>,
    closed: AtomicBool,
    /// Odd while a batch is being applied.
    applying: AtomicU64,
    commits: AtomicU64,
    flushes: AtomicU64,
    bytes: AtomicU64,
    cover_bytes: AtomicU64,
    /// The log's own flushes before this store had it.
    flushed_before: u64,
    /// Last, so that the vault is given back after everything else is closed.
    claim: Claim,
}

/// What only one commit at a time may change.
struct Writer {
    tip: Tip,
    journal: Journal,
}

/// What the store did since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Batches made durable, those of rotation and erasure included.
    pub commits: u64,
    /// Flushes asked of the operating system, those included by which the log follows the journal a moment later.
    pub fsyncs: u64,
    /// Sealed bytes handed to the file system by commits and key files, before what journal and sled add.
    pub bytes: u64,
    /// Bytes written into other vaults in deniable mode, beside these.
    pub cover_bytes: u64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(…)")
    }
}

impl Store {
    /// Opens the store that a passphrase opens, in whichever of the vaults of a home it lies.
    ///
    /// All headers are tried in any case, and headers and key files of all vaults are written once, as they are; those
    /// of the vaults that this passphrase [wipes](Self::set_wipe) are overwritten with noise. Both take the
    /// same time, and all of it is on disk before anything else happens.
    ///
    /// Damage that can be repaired is repaired. The presence and version of every record are checked; in a large store those of
    /// state and data at once, and those of conversations by [`check`](Self::check). In [deniable mode](Self::set_deniable) the other three vaults are opened and
    /// brought up to this one.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(home: &Home, passphrase: &[u8]) -> Result<Self, OpenError> {
        passphrase::open(home, passphrase, passphrase::Wiping::Allowed)
    }

    /// Opens a store by its data key.
    ///
    /// # Errors
    /// See [`OpenError`].
    #[cfg(feature = "raw-key")]
    pub fn open_with_key(home: &Home, key: &DataKey) -> Result<Self, OpenError> {
        Self::open_as(home, key.clone(), crate::schema::CURRENT)
    }

    #[cfg(any(test, feature = "raw-key"))]
    pub(crate) fn open_as(
        home: &Home,
        data_key: DataKey,
        schema: Schema,
    ) -> Result<Self, OpenError> {
        let claim = enter(home)?
            .claim(create::RAW_VAULT)
            .ok_or(OpenError::AlreadyOpen)?;
        Self::start(claim, Header::new(data_key, schema.version), schema)
    }

    fn start(claim: Claim, header: Header, schema: Schema) -> Result<Self, OpenError> {
        let paths = claim.paths();
        let keys = VaultKeys::derive(&header.data_key)?;
        let ring = {
            let _files = claim.residence().files();
            Ring::read(&paths, &keys.ring)?
        };
        let mark = Mark::open(&paths.mark())?;
        let journal = Journal::open(&paths.journal())?;
        let beside = audit::Beside {
            mark: &mark,
            journal: &journal,
        };
        let mut opened = audit::open_log(&claim, &keys, &ring, &beside)?;
        mark.write(&keys.mark, opened.tip.commits)?;
        let (mut cover, mut uneven) = (None, false);
        if ring.deniable {
            let (log, begun, left) =
                cover::begin(&claim, &keys, opened.log, opened.live, ring.uneven)?;
            opened.log = log;
            cover = Some(begun);
            uneven = left;
        }
        let store = Self {
            flushed_before: opened.log.own_flushes(),
            log: opened.log,
            mark,
            data_key: header.data_key,
            keys,
            ring: RwLock::new(ring),
            writer: Mutex::new(Writer {
                tip: opened.tip,
                journal,
            }),
            wipes: AtomicU8::new(header.wipes),
            foreign: Mutex::default(),
            cover: Mutex::new(cover),
            uneven: AtomicBool::new(uneven),
            covering: Mutex::default(),
            closed: AtomicBool::new(false),
            applying: AtomicU64::new(0),
            commits: AtomicU64::new(0),
            flushes: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            cover_bytes: AtomicU64::new(0),
            claim,
        };
        // Before anything is written: a newer program may keep other lists.
        let found = plan::read_schema(&store.keys, &store.log)?;
        if found > schema.version {
            return Err(OpenError::NewerSchema(found));
        }
        if !store.is_deniable() {
            store.drop_foreign(opened.foreign)?;
        }
        // Until it is closed in order: what is written and not covered shows in older parts of the log.
        store.note_uneven(true)?;
        {
            let mut writer = store.writer()?;
            store.finish_retiring(&mut writer)?;
            store.finish_erasing(&mut writer)?;
        }
        schema.migrate(&store, found)?;
        Ok(store)
    }

    /// Which of the vaults of the home this store lies in.
    #[must_use]
    pub fn vault(&self) -> VaultId {
        VaultId::of(self.claim.number())
    }

    /// Whether the profile was destroyed while this store had it open: by a [wiping](Self::set_wipe) passphrase that was entered
    /// beside it, by another store of the home, or by this one.
    #[must_use]
    pub fn is_destroyed(&self) -> bool {
        self.claim.is_destroyed()
    }

    /// Has `bell` rung when the profile was destroyed while this store has it open, whoever did it; at once, if that
    /// has happened. It may ring more than once, on any thread, and must neither block nor use the store: it is there to tell
    /// whoever works with the store that nothing will be stored any more. One bell for each store: the last one counts.
    pub fn on_destroyed(&self, bell: impl Fn() + Send + Sync + 'static) {
        self.claim.hang(Arc::new(bell));
    }

    /// Makes all changes durable, or none of them. When it returns without an error they survive a crash of
    /// the program and, as far as the disk keeps its promises, a power cut.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub fn commit(&self, changes: ChangeSet) -> Result<(), CommitError> {
        self.commit_with(changes, None)
    }

    pub(crate) fn commit_migration(
        &self,
        changes: ChangeSet,
        version: u32,
    ) -> Result<(), OpenError> {
        Ok(self.commit_with(changes, Some(version))?)
    }

    fn commit_with(&self, set: ChangeSet, schema: Option<u32>) -> Result<(), CommitError> {
        let result = self.try_commit(set, schema);
        // Also where the log failed by itself and only a read finds out.
        if let Err(CommitError::Io(_) | CommitError::Damaged) = result {
            self.close();
        }
        result
    }

    fn try_commit(&self, set: ChangeSet, schema: Option<u32>) -> Result<(), CommitError> {
        for ((_, id), change) in &set.changes {
            let value = change.as_ref().map_or(0, |(_, value)| value.len());
            if id.len() > MAX_ID || value > MAX_VALUE {
                return Err(CommitError::TooLarge);
            }
        }
        let mut writer = self.writer()?;
        self.add_slots(&set)?;
        let ring = self.ring()?;
        let mut plan = Plan::new(&self.keys, &self.log, &ring, writer.tip);
        for ((kind, id), change) in &set.changes {
            match change {
                Some((slot, value)) => {
                    let number = ring
                        .live(ring.purpose_of(*slot))
                        .ok_or(CommitError::Damaged)?;
                    plan.put(kind.number(), id, number, value)?;
                }
                None => plan.delete(kind.number(), id)?,
            }
        }
        if let Some(version) = schema {
            plan.put_schema(version)?;
        }
        self.apply(&mut writer, plan)
    }

    /// Creates the keys of slots that are used for the first time. They are durable before a record names them.
    fn add_slots(&self, set: &ChangeSet) -> Result<(), CommitError> {
        let missing: Vec<Purpose> = {
            let ring = self.ring()?;
            let mut missing: Vec<_> = set
                .changes
                .values()
                .flatten()
                .map(|(slot, _)| ring.purpose_of(*slot))
                .filter(|purpose| ring.live(*purpose).is_none())
                .collect();
            missing.sort_unstable();
            missing.dedup();
            missing
        };
        if missing.is_empty() {
            return Ok(());
        }
        let mut ring = self.ring()?.clone();
        for purpose in missing {
            ring.add(purpose)?;
        }
        self.adopt(ring)
    }

    /// What was done since the store was opened.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            commits: self.commits.load(Ordering::Relaxed),
            fsyncs: self.flushes.load(Ordering::Relaxed) + self.log.own_flushes()
                - self.flushed_before,
            bytes: self.bytes.load(Ordering::Relaxed),
            cover_bytes: self.cover_bytes.load(Ordering::Relaxed),
        }
    }

    /// The room of the file system that the store lies in, as [`free_space`](crate::free_space).
    ///
    /// # Errors
    /// See [`FreeSpaceError`].
    pub fn free_space(&self) -> Result<FreeSpace, FreeSpaceError> {
        disk::free_space_at(self.claim.residence().home())
    }

    /// Rotates the state key, [covers](Self::cover) in deniable mode, and closes the store. Dropping a store closes
    /// it without either, as a crash would.
    ///
    /// # Errors
    /// See [`EraseError`]; the store is closed in any case.
    pub fn lock(self) -> Result<(), EraseError> {
        self.rotate_state_key()?;
        self.cover().map_err(|error| error.0)?;
        self.note_uneven(
            self.uneven.load(Ordering::Acquire) || self.claim.residence().is_rewriting_due(),
        )?;
        self.log.settle().map_err(CommitError::from)?;
        self.mark.sync().map_err(CommitError::Io)?;
        if self.is_deniable() {
            let residence = Arc::clone(self.claim.residence());
            // Closing the logs writes to them as well, and sled's own threads may do so a moment later.
            drop(self);
            residence.await_logs();
            residence.align_times().map_err(CommitError::Io)?;
        }
        Ok(())
    }

    fn ring(&self) -> Result<RwLockReadGuard<'_, Ring>, ReadError> {
        if self.is_closed() {
            return Err(ReadError::Closed);
        }
        self.ring.read().map_err(|_| ReadError::Closed)
    }

    fn writer(&self) -> Result<MutexGuard<'_, Writer>, CommitError> {
        let writer = self.writer.lock().map_err(|_| CommitError::Closed)?;
        if self.is_closed() {
            Err(CommitError::Closed)
        } else {
            Ok(writer)
        }
    }

    #[cfg(feature = "inspection")]
    pub(crate) fn fixed_keys(&self) -> &VaultKeys {
        &self.keys
    }

    /// The key of a slot, with the keys of today.
    #[cfg(feature = "inspection")]
    pub(crate) fn slot_key(&self, number: u64) -> Result<Option<crate::seal::Key>, ReadError> {
        if number == crate::record::STRUCTURE_SLOT {
            return Ok(Some(self.keys.structure.clone()));
        }
        Ok(self.ring()?.entry(number).map(|entry| entry.key.clone()))
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire) || self.claim.is_destroyed()
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    fn count(&self, flushes: u64, bytes: u64) {
        self.flushes.fetch_add(flushes, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

fn enter(home: &Home) -> Result<Arc<Residence>, OpenError> {
    home.check()?;
    let residence = home.enter()?.ok_or(OpenError::InUse)?;
    if !home.holds_store() {
        return Err(OpenError::NoProfile);
    }
    Ok(residence)
}
