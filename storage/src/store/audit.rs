//! Opening the log: whether it holds what it should, and whether it should be written anew.
//!
//! **Audit.** The tip is compared with the mark. Then records are visited and summed up, and the sum is compared with the
//! tip: what sled lost in silence is found so. Of a small log that is every record; of a large one it is those of
//! the state, found by their lists, and [the rest](super::check) is visited in steps afterwards. Where such a visit found
//! that something is missing, it is every record again: that decides, whatever was wrong then.
//!
//! **Compaction.** sled reuses a part of its file only when nothing in it is needed any more, and never
//! looks at how little that is: a log of a messenger, where each commit writes a bit of an old page, grows
//! by some kilobytes with each message and does not shrink. So a log that is much larger than what is in it
//! is copied into a new one when the store is opened. The copy is audited before it takes the place of
//! the old one, and if it cannot be made, say because the disk is full, the old one stays in use.

use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::home::{self, VaultPaths};
use crate::journal::Journal;
use crate::keys::Ring;
use crate::log::{Log, LogError};
use crate::mark::Mark;
use crate::record::{self, RecordKey};
use crate::residence::{Claim, Residence};
use crate::seal::VaultKeys;
use crate::store::journal::replay;
use crate::store::plan;
use crate::store::tip::{self, Checked, Sum, Tip};
use crate::store::{OpenError, ReadError};

/// A log up to this size is never copied, in bytes.
const SMALL: u64 = 16 << 20;
/// A log may be this many times as large as what is in it.
const FACTOR: u64 = 4;
/// A log with so many records is not audited whole at once: it takes some microseconds for each. Few in tests, so that they meet it.
const AT_ONCE: u64 = if cfg!(test) { 1_000 } else { 20_000 };
/// Threads that sum up, at most: more do not read faster.
const THREADS: usize = 4;
/// Records are copied in batches of about this many bytes.
const BATCH: u64 = 1 << 20;

/// A log that holds what it should.
pub(super) struct Opened {
    pub(super) log: Arc<Log>,
    pub(super) tip: Tip,
    /// The size of all records, in bytes.
    pub(super) live: u64,
    /// Records that this vault's keys do not open: left by other profiles, for cover.
    pub(super) foreign: Vec<RecordKey>,
}

/// The two files beside a log.
pub(super) struct Beside<'a> {
    pub(super) mark: &'a Mark,
    pub(super) journal: &'a Journal,
}

/// Opens the log of a vault, gives it what the journal has, and checks that it holds what it should. If not `deniable`, a log that has grown too large is
/// written anew, and a large one is checked in part: see [`Tip::checked`].
pub(super) fn open_log(
    claim: &Claim,
    keys: &VaultKeys,
    ring: &Ring,
    beside: &Beside<'_>,
) -> Result<Opened, OpenError> {
    // In deniable mode all records are read anyway.
    open_and_copy(
        claim,
        keys,
        ring,
        beside,
        (!ring.deniable).then_some(rewrite),
    )
}

type Rewrite = fn(&VaultPaths) -> Result<(), OpenError>;

fn open_and_copy(
    claim: &Claim,
    keys: &VaultKeys,
    ring: &Ring,
    beside: &Beside<'_>,
    rewrite: Option<Rewrite>,
) -> Result<Opened, OpenError> {
    let (residence, number, paths) = (claim.residence(), claim.number(), claim.paths());
    let log = open_shared(residence, number)?;
    let found = replay(keys, beside.journal, &log)?;
    let tip = plan::read_tip(keys, &log)?;
    let marked = beside.mark.read(&keys.mark)?;
    if marked.is_some_and(|marked| tip.commits < marked.commits) {
        return Err(OpenError::DamagedRecords);
    }
    // Not before the mark was looked at: nothing is overwritten that could say what was lost.
    beside.journal.forget_after(&found, tip.commits)?;
    let is_suspect = marked.is_some_and(|marked| marked.is_suspect);
    // What is copied is checked whole before: nothing of it is left afterwards that could help.
    let is_bloated = size(&paths).is_ok_and(|size| is_bloated(size, tip.bytes));
    let rewrite = match rewrite {
        Some(_) if tip.all.records >= AT_ONCE && !is_bloated && !is_suspect => {
            return audit_state(keys, ring, log, tip);
        }
        other => other,
    };
    let mut opened = audit(keys, log, tip)?;
    let Some(rewrite) = rewrite.filter(|_| opened.is_bloated(&paths)) else {
        return Ok(opened);
    };
    drop(opened.log);
    // Not while another profile of this program has it open to cover its own writes.
    if let Some(Err(error)) = residence.with_logs_closed(|| rewrite(&paths)) {
        tracing::warn!(%error, "the log could not be written anew; it stays as large as it is");
        remove(&paths.new_log())?;
    }
    opened.log = open_shared(residence, number)?;
    Ok(opened)
}

impl Opened {
    fn is_bloated(&self, paths: &VaultPaths) -> bool {
        size(paths).is_ok_and(|size| is_bloated(size, self.live))
    }
}

/// Opens the log of any vault of a home, after tidying up, or shares it with who has it open in this program.
pub(super) fn open_shared(residence: &Residence, number: usize) -> Result<Arc<Log>, OpenError> {
    residence.log_or(number, |paths| {
        settle(paths)?;
        Ok(Log::open(&paths.log())?)
    })
}

/// The size of a log's main file, in bytes.
pub(super) fn size(paths: &VaultPaths) -> io::Result<u64> {
    Ok(fs::metadata(paths.log().join("db"))?.len())
}

/// Checks that a log holds what its tip says of the state. The rest is still to be checked.
fn audit_state(
    keys: &VaultKeys,
    ring: &Ring,
    log: Arc<Log>,
    mut tip: Tip,
) -> Result<Opened, OpenError> {
    if plan::sum_up_state(keys, &log, ring)? != tip.state {
        return Err(OpenError::DamagedRecords);
    }
    tip.checked = Some(Checked::default());
    Ok(Opened {
        log,
        live: tip.bytes,
        tip,
        foreign: Vec::new(),
    })
}

/// Checks that a log holds what its tip says.
fn audit(keys: &VaultKeys, log: Arc<Log>, tip: Tip) -> Result<Opened, OpenError> {
    // Only where other profiles left something does it matter whose a record is, and telling takes longer than
    // summing up.
    for is_shared in [false, true] {
        let found = sum_up(keys, &log, is_shared)?;
        if tip.all == found.sum {
            return Ok(Opened {
                log,
                tip,
                live: found.live,
                foreign: found.foreign,
            });
        }
    }
    Err(OpenError::DamagedRecords)
}

/// What is in a log, or in a part of it.
#[derive(Default)]
pub(super) struct Found {
    pub(super) sum: Sum,
    live: u64,
    pub(super) foreign: Vec<RecordKey>,
}

impl Found {
    /// Takes a record in. If it `is_shared`, a log has records of other profiles as well.
    pub(super) fn add(
        &mut self,
        keys: &VaultKeys,
        is_shared: bool,
        (key, stored): (&[u8], &[u8]),
    ) -> Result<(), ReadError> {
        let key: &RecordKey = key.try_into().map_err(|_| ReadError::Damaged)?;
        self.live += tip::size(key, stored);
        if is_shared && record::open_head(&keys.outer, stored).is_err() {
            // Left by another profile; or a damaged record of ours, and then the sum does not agree.
            self.foreign.push(*key);
        } else if *key != plan::tip_key(keys) {
            self.sum.add(keys, key, stored)?;
        }
        Ok(())
    }
}

/// Sums a log up, on several threads: keys are distributed evenly.
fn sum_up(keys: &VaultKeys, log: &Log, is_shared: bool) -> Result<Found, OpenError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.clamp(1, THREADS);
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                let first = |part: usize| part * 256 / threads;
                let bytes = first(part) as u8..=(first(part + 1) - 1) as u8;
                scope.spawn(move || sum_up_range(keys, log, bytes, is_shared))
            })
            .collect();
        let mut all = Found::default();
        for part in parts {
            let part = part.join().map_err(|_| ReadError::Damaged)??;
            all.sum.include(&part.sum);
            all.live += part.live;
            all.foreign.extend(part.foreign);
        }
        Ok(all)
    })
}

fn sum_up_range(
    keys: &VaultKeys,
    log: &Log,
    first_bytes: RangeInclusive<u8>,
    is_shared: bool,
) -> Result<Found, OpenError> {
    let mut found = Found::default();
    log.visit_range(first_bytes, |key, stored| {
        found.add(keys, is_shared, (key, stored))
    })?;
    Ok(found)
}

pub(super) fn is_bloated(size: u64, live: u64) -> bool {
    size > SMALL && size / FACTOR > live
}

/// Writes the log of any vault anew, with what is in it. It must not be open. No key is needed.
pub(super) fn rewrite(paths: &VaultPaths) -> Result<(), OpenError> {
    settle(paths)?;
    let log = Log::open(&paths.log())?;
    copy(paths, &log)?;
    drop(log);
    Ok(swap(paths)?)
}

/// Copies everything into a new log and compares the two.
fn copy(paths: &VaultPaths, log: &Log) -> Result<(), OpenError> {
    let new = Log::open(&paths.new_log())?;
    let (mut batch, mut bytes) = (sled::Batch::default(), 0);
    log.visit(|key, stored| {
        batch.insert(key, stored);
        bytes += (key.len() + stored.len()) as u64;
        if bytes > BATCH {
            new.apply(std::mem::take(&mut batch))?;
            bytes = 0;
        }
        Ok::<_, LogError>(())
    })?;
    new.apply(batch)?;
    drop(new);
    if digest(&Log::open(&paths.new_log())?)? == digest(log)? {
        Ok(())
    } else {
        Err(OpenError::DamagedRecords)
    }
}

/// A hash over all that is in a log.
fn digest(log: &Log) -> Result<[u8; 32], LogError> {
    let mut hash = Sha256::new();
    log.visit(|key, stored| {
        for part in [key, stored] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Ok::<_, LogError>(())
    })?;
    Ok(hash.finalize().into())
}

/// Puts the new log into the place of the old one. Interrupted anywhere, [`settle`] knows what is what.
fn swap(paths: &VaultPaths) -> io::Result<()> {
    home::sync_directory(&paths.new_log())?;
    fs::rename(paths.log(), paths.old_log())?;
    home::sync_directory(&paths.dir)?;
    settle(paths)
}

/// Tidies up after an interrupted copy. The new log is whole if the old one was already moved.
fn settle(paths: &VaultPaths) -> io::Result<()> {
    let (log, new, old) = (paths.log(), paths.new_log(), paths.old_log());
    if !log.exists() && old.exists() {
        // Without a new one the old one goes back: then something else removed it.
        fs::rename(if new.exists() { &new } else { &old }, &log)?;
        home::sync_directory(&paths.dir)?;
    }
    remove(&new)?;
    remove(&old)
}

fn remove(log: &Path) -> io::Result<()> {
    if log.exists() {
        fs::remove_dir_all(log)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{ChangeSet, Kind, Slot};
    use crate::home::Home;
    use crate::schema;
    use crate::seal::DataKey;
    use crate::store::Store;

    fn key() -> DataKey {
        DataKey::from_bytes([6; 32])
    }

    fn open(home: &Home) -> Store {
        Store::open_as(home, key(), schema::CURRENT).unwrap()
    }

    /// A log of more than 16 MiB with little in it, made as a messenger makes it: new records that stay in
    /// pages that are hardly written again, and states that are replaced.
    fn bloated() -> (tempfile::TempDir, Home) {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::build(&home, key(), schema::CURRENT).unwrap();
        let size = || fs::metadata(home.vault().log().join("db")).unwrap().len();
        for number in 0_u32.. {
            let mut set = ChangeSet::new();
            set.put(
                Kind::Message,
                &number.to_be_bytes(),
                Slot::Data,
                value(number, 50),
            );
            for state in 0..4 {
                let state = (number * 4 + state) % 150;
                set.put(
                    Kind::Ratchet,
                    &state.to_be_bytes(),
                    Slot::State,
                    value(number, 3000),
                );
            }
            store.commit(set).unwrap();
            if number % 100 == 0 && size() > SMALL {
                // The file does not tell what is in it; opening decides by what is.
                store.erase(Slot::State).unwrap();
                return (place, home);
            }
        }
        unreachable!()
    }

    fn value(number: u32, length: usize) -> zeroize::Zeroizing<Vec<u8>> {
        let mut value = number.to_be_bytes().to_vec();
        value.resize(length, 1);
        zeroize::Zeroizing::new(value)
    }

    fn assert_whole(home: &Home) {
        let store = open(home);
        let mut count = 0;
        store
            .scan(Kind::Message, |id, _, value| {
                assert_eq!(id, &value[..4]);
                count += 1;
            })
            .unwrap();
        assert!(count > 100);
        assert!(store.records_of(Kind::Ratchet).unwrap().is_empty());
        let paths = home.vault();
        assert!(!paths.new_log().exists() && !paths.old_log().exists());
        assert!(fs::metadata(paths.log().join("db")).unwrap().len() <= SMALL);
    }

    fn copy_all(from: &std::path::Path, to: &std::path::Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let target = to.join(entry.file_name());
            if entry.path().is_dir() {
                copy_all(&entry.path(), &target);
            } else {
                fs::copy(entry.path(), target).unwrap();
            }
        }
    }

    /// Wherever the copying is interrupted, the next opening has everything.
    #[test]
    fn a_bloated_log_is_written_anew_and_may_be_interrupted() {
        let (_place, home) = bloated();
        let paths = home.vault();
        let stages: [fn(&VaultPaths); 6] = [
            |_| {},
            // Half a copy beside the log; a copy that is no log at all.
            |paths| {
                copy_all(&paths.log(), &paths.new_log());
                fs::File::options()
                    .write(true)
                    .open(paths.new_log().join("db"))
                    .and_then(|file| file.set_len(700_000))
                    .unwrap();
            },
            |paths| {
                fs::create_dir(paths.new_log()).unwrap();
                fs::write(paths.new_log().join("db"), b"no log").unwrap();
            },
            // A whole copy, the old log moved away or not yet; then the new one in place.
            |paths| {
                copy_all(&paths.log(), &paths.new_log());
                fs::rename(paths.log(), paths.old_log()).unwrap();
            },
            |paths| copy_all(&paths.log(), &paths.old_log()),
            |paths| fs::rename(paths.log(), paths.old_log()).unwrap(),
        ];
        for (number, stage) in stages.into_iter().enumerate() {
            let place = tempfile::tempdir().unwrap();
            let copy = Home::create(place.path().join("profile")).unwrap();
            copy_all(home.path(), copy.path());
            stage(&copy.vault());
            println!("stage {number}");
            assert_whole(&copy);
            assert_whole(&copy);
        }
        assert!(fs::metadata(paths.log().join("db")).unwrap().len() > SMALL);
    }

    #[test]
    fn a_copy_that_cannot_be_made_leaves_the_log_in_use() {
        let (_place, home) = bloated();
        let paths = home.vault();
        let keys = VaultKeys::derive(&key()).unwrap();
        let mark = Mark::open(&paths.mark()).unwrap();
        let ring = Ring::read(&paths, &keys.ring).unwrap();
        let journal = Journal::open(&paths.journal()).unwrap();
        let beside = Beside {
            mark: &mark,
            journal: &journal,
        };
        let claim = home.enter().unwrap().unwrap().claim(0).unwrap();
        let fails: [Rewrite; 2] = [
            |_| Err(OpenError::Io(io::ErrorKind::StorageFull.into())),
            |paths| {
                fs::create_dir(paths.new_log()).unwrap();
                fs::write(paths.new_log().join("db"), b"half of it").unwrap();
                Err(OpenError::DamagedRecords)
            },
        ];
        for rewrite in fails {
            let opened = open_and_copy(&claim, &keys, &ring, &beside, Some(rewrite)).unwrap();
            let tip = opened.tip;
            assert_eq!(audit(&keys, opened.log, tip).unwrap().tip, tip);
            assert!(!paths.new_log().exists());
            assert!(fs::metadata(paths.log().join("db")).unwrap().len() > SMALL);
        }
        drop(claim);
        assert_whole(&home);
    }

    #[test]
    fn small_or_well_used_logs_stay() {
        assert!(!is_bloated(SMALL, 0));
        assert!(is_bloated(SMALL + FACTOR, SMALL / FACTOR));
        assert!(!is_bloated(1 << 30, (1 << 28) + 1));
        assert!(is_bloated(1 << 30, (1 << 28) - 1));
    }
}
