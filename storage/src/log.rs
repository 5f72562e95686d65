//! The log of records: sled 0.34.7, and around it what sled does not do.
//!
//! - `flush` of sled on Linux is `sync_file_range`, which reaches neither the disk's cache nor the
//!   file's length: after it the log is flushed for real.
//! - sled puts pages beyond 128 KiB into files of their own, does not flush them, and hangs when it
//!   cannot write them: records are kept so small that there are none.
//! - A damaged or half-written snapshot makes sled refuse to open, although the log alone is
//!   enough: snapshots are moved aside and the log is read from its start.
//! - sled panics on some damage: every call into it is caught and becomes [`LogError::Damaged`].
//! - After a failed write sled may wait for ever, because a waiter was not woken. Writes run
//!   on a thread of their own, and the caller wakes it up when it finds the failure.
//! - sled's own threads may hold the log's lock for a moment after the log was closed.
//! - sled takes a part of its file that it has written to be on disk, and writes over others that it therefore needs no
//!   more. So of what it writes less than a segment may wait for a real flush, whatever the journal could hold.
//!
//! A batch is applied for good, with a flush; or in memory, if [the journal](crate::journal) has it. Then the flush comes
//! when nothing was written for a moment, or enough was, or somebody asks for it.
//!
//! Whether the log holds what it should is not known here; see the store's audit.

mod writer;

use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::{Bound, RangeInclusive};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use self::writer::{Flush, Flusher, Job, Pending, Progress, Queue, run};
pub(crate) use self::writer::{Step, Ticket, Weight};
use crate::home;
use crate::record::RecordKey;

/// sled's cache of pages, in bytes. A messenger reads a few conversations, not everything.
const CACHE: u64 = 8 << 20;
/// The size of sled's segments, in bytes: its default, said here because files depend on it.
const SEGMENT: usize = 512 * 1024;
/// sled throws pages out of its cache only after it has counted 64 accesses in one of 256 parts of it,
/// however large the pages are: reading everything once would keep 16,384 pages. So one access more is made
/// for each so many bytes that were read.
const VISITED: usize = 512;
/// And so many for each record that is read alone: some 8,000 pages stay then, 40 MB.
const READ: usize = 1;
/// How long a lock left behind by this process may take to go away.
const RELEASE_LIMIT: Duration = Duration::from_secs(10);
/// Where a snapshot goes that sled does not open; it has nothing the log does not have.
const ASIDE: &str = "aside.snap";

/// Why the log did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error("the log is damaged")]
    Damaged,
    #[error("the log did not finish a write in time")]
    Stalled,
    #[error("sled has failed in this process before")]
    Broken,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<sled::Error> for LogError {
    fn from(error: sled::Error) -> Self {
        match error {
            // A place in the log that names one beyond its end.
            sled::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::Damaged,
            sled::Error::Io(error) => Self::Io(error),
            // Said when one of sled's threads has panicked; it does not recover. Other bugs that
            // sled reports are pages it does not find.
            sled::Error::ReportableBug(text) if text.contains("IO thread") => Self::Broken,
            sled::Error::ReportableBug(_)
            | sled::Error::Corruption { .. }
            | sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_) => Self::Damaged,
        }
    }
}

/// Runs a call into sled; a panic in it is damage.
fn guarded<T>(call: impl FnOnce() -> Result<T, LogError>) -> Result<T, LogError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(LogError::Damaged))
}

/// The open log.
pub(crate) struct Log {
    db: Option<sled::Db>,
    jobs: Option<Mutex<Queue>>,
    writer: Option<JoinHandle<()>>,
    progress: Arc<Progress>,
}

impl Log {
    /// Opens or creates the log in a directory.
    pub(crate) fn open(path: &Path) -> Result<Self, LogError> {
        if !path.exists() {
            home::private_directory(path)?;
        }
        fs::create_dir_all(path.join("blobs"))?;
        await_release(path)?;
        remove_stray_configuration(path)?;
        for unfinished in snapshots(path)?.iter().filter(|path| is_unfinished(path)) {
            fs::remove_file(unfinished)?;
        }
        let db = match open_sled(path) {
            Err(LogError::Damaged) => {
                await_release(path)?;
                tracing::warn!("the log did not open; trying again without its snapshot");
                let found = snapshots(path)?;
                if found.is_empty() {
                    return Err(LogError::Damaged);
                }
                for snapshot in found {
                    fs::rename(snapshot, path.join(ASIDE))?;
                }
                open_sled(path)?
            }
            other => other?,
        };
        let progress = Arc::new(Progress::default());
        let flusher = Flusher::new(path, db.clone(), Arc::clone(&progress))?;
        home::sync_directory(path)?;
        let (sender, queue) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || run(flusher, &queue))?;
        let jobs = Queue { sender, handed: 0 };
        Ok(Self {
            db: Some(db),
            jobs: Some(Mutex::new(jobs)),
            writer: Some(writer),
            progress,
        })
    }

    fn db(&self) -> Result<&sled::Db, LogError> {
        self.db.as_ref().ok_or(LogError::Stalled)
    }

    pub(crate) fn get(&self, key: &RecordKey) -> Result<Option<sled::IVec>, LogError> {
        let db = self.db()?;
        guarded(|| {
            let found = db.get(key)?;
            for _ in 0..READ {
                db.contains_key(key)?;
            }
            Ok(found)
        })
    }

    /// Visits every record in the order of keys.
    pub(crate) fn visit<E: From<LogError>>(
        &self,
        visitor: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        self.visit_range(0..=u8::MAX, visitor)
    }

    /// Visits the records whose keys begin with one of these bytes, in the order of keys. Several threads can
    /// each visit a range.
    pub(crate) fn visit_range<E: From<LogError>>(
        &self,
        first_bytes: RangeInclusive<u8>,
        mut visitor: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let db = self.db()?;
        let begin = Bound::Included([*first_bytes.start()]);
        let end = match first_bytes.end().checked_add(1) {
            Some(after) => Bound::Excluded([after]),
            None => Bound::Unbounded,
        };
        let mut records = db.range((begin, end));
        let mut unseen = 0;
        while let Some((key, value)) = guarded(|| Ok(records.next().transpose()?))? {
            visitor(&key, &value)?;
            unseen += value.len();
            while unseen >= VISITED {
                unseen -= VISITED;
                guarded(|| Ok(db.contains_key(&key)?))?;
            }
        }
        Ok(())
    }

    /// Visits at most so many records from a key on, in the order of keys. Gives the first key that was not visited; `None`
    /// if all were.
    pub(crate) fn visit_some<E: From<LogError>>(
        &self,
        from: &RecordKey,
        most: usize,
        mut visitor: impl FnMut(&[u8], &[u8]) -> Result<(), E>,
    ) -> Result<Option<RecordKey>, E> {
        let db = self.db()?;
        let mut records = db.range(from.as_slice()..);
        let mut unseen = 0;
        for _ in 0..most {
            let Some((key, value)) = guarded(|| Ok(records.next().transpose()?))? else {
                return Ok(None);
            };
            visitor(&key, &value)?;
            unseen += value.len();
            while unseen >= VISITED {
                unseen -= VISITED;
                guarded(|| Ok(db.contains_key(&key)?))?;
            }
        }
        let next = guarded(|| Ok(records.next().transpose()?))?;
        let next = next.map(|(key, _)| RecordKey::try_from(&*key).map_err(|_| LogError::Damaged));
        Ok(next.transpose()?)
    }

    /// Applies a batch; when it returns, all of it is durable, and everything before it. After an error it is unknown
    /// whether it is, and the log must be opened again. It takes one flush. Says whether there was one since the batch before.
    pub(crate) fn apply(&self, batch: sled::Batch) -> Result<bool, LogError> {
        let step = Step {
            batch,
            after_flush: false,
        };
        self.hand_over(vec![step], Flush::AtItsEnd)?.wait()
    }

    /// Applies batches one after the other, with flushes where they say so, and one at the end if this is the `last` of
    /// several calls.
    pub(crate) fn apply_all(&self, steps: Vec<Step>, last: bool) -> Result<(), LogError> {
        let flush = if last {
            Flush::AtItsEnd
        } else {
            Flush::Later(Weight::default())
        };
        self.hand_over(steps, flush)?.wait().map(drop)
    }

    /// Begins to apply a batch in memory. It is durable some time later: [`is_durable`](Self::is_durable) tells.
    pub(crate) fn begin(
        &self,
        batch: sled::Batch,
        weight: Weight,
    ) -> Result<Pending<'_>, LogError> {
        let step = Step {
            batch,
            after_flush: false,
        };
        self.hand_over(vec![step], Flush::Later(weight))
    }

    /// Makes everything that was applied durable.
    pub(crate) fn settle(&self) -> Result<(), LogError> {
        let is_clean = {
            let jobs = self.jobs.as_ref().ok_or(LogError::Stalled)?;
            let jobs = jobs.lock().map_err(|_| LogError::Stalled)?;
            self.is_durable(Ticket(jobs.handed))
        };
        if is_clean {
            return Ok(());
        }
        self.hand_over(Vec::new(), Flush::AtItsEnd)?
            .wait()
            .map(drop)
    }

    /// Whether what has this ticket, and all that has an earlier one, is durable.
    pub(crate) fn is_durable(&self, ticket: Ticket) -> bool {
        ticket.0 <= self.progress.durable.load(Ordering::Acquire)
    }

    /// How many flushes there were that no batch asked for.
    pub(crate) fn own_flushes(&self) -> u64 {
        self.progress.own_flushes.load(Ordering::Relaxed)
    }

    fn hand_over(&self, steps: Vec<Step>, flush: Flush) -> Result<Pending<'_>, LogError> {
        let (done, result) = mpsc::sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or(LogError::Stalled)?;
        let mut jobs = jobs.lock().map_err(|_| LogError::Stalled)?;
        let job = Job { steps, flush, done };
        if jobs.sender.send(job).is_err() {
            return Err(self.reason(LogError::Stalled));
        }
        jobs.handed += 1;
        let ticket = Ticket(jobs.handed);
        Ok(Pending {
            log: self,
            ticket,
            result,
        })
    }

    /// Why the writer ended by itself, if it was not said yet.
    fn reason(&self, otherwise: LogError) -> LogError {
        self.progress.failed.store(true, Ordering::Release);
        let reason = self.progress.reason.lock();
        let reason = reason.ok().and_then(|mut reason| reason.take());
        reason.unwrap_or(otherwise)
    }

    fn has_failed(&self) -> bool {
        self.progress.failed.load(Ordering::Acquire)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        if !self.has_failed()
            && let Err(error) = self.settle()
        {
            tracing::error!(%error, "the log could not be written; the journal has what it lacks");
        }
        self.jobs = None;
        let (db, writer) = (self.db.take(), self.writer.take());
        let close = move || {
            let _ended = writer.map(JoinHandle::join);
            let _closed = guarded(|| {
                drop(db);
                Ok(())
            });
        };
        if self.has_failed() {
            // sled flushes when it is dropped, and after a failure it may wait for that for ever. Then it is
            // left behind, with its lock, until the process ends.
            let (closed, wait) = mpsc::sync_channel(1);
            let _started = std::thread::Builder::new()
                .name("store closer".to_owned())
                .spawn(move || {
                    close();
                    let _answered = closed.send(());
                });
            let _closed = wait.recv_timeout(RELEASE_LIMIT);
        } else {
            close();
        }
    }
}

fn open_sled(path: &Path) -> Result<sled::Db, LogError> {
    guarded(|| {
        Ok(sled::Config::new()
            .path(path)
            .cache_capacity(CACHE)
            .segment_size(SEGMENT)
            .flush_every_ms(None)
            .open()?)
    })
}

/// sled's own threads may still hold the log for a moment after it was closed here. The home's lock
/// is held, so it can be nobody else.
pub(crate) fn await_release(path: &Path) -> Result<(), LogError> {
    let file = match File::open(path.join("db")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => Arc::new(other?),
    };
    match file.try_lock() {
        Ok(()) => return Ok(file.unlock()?),
        Err(TryLockError::Error(error)) => return Err(error.into()),
        Err(TryLockError::WouldBlock) => {}
    }
    let (locked, wait) = mpsc::sync_channel(1);
    std::thread::Builder::new()
        .name("store lock".to_owned())
        .spawn({
            let file = Arc::clone(&file);
            move || {
                let result = file.lock().and_then(|()| file.unlock());
                let _answered = locked.send(result);
            }
        })?;
    match wait.recv_timeout(RELEASE_LIMIT) {
        Ok(result) => Ok(result?),
        Err(_) => Err(LogError::Broken),
    }
}

/// sled's `conf` says only what is constant here. A damaged one would keep the log from opening.
fn remove_stray_configuration(path: &Path) -> io::Result<()> {
    let conf = path.join("conf");
    let expected = format!("segment_size: {SEGMENT}\nuse_compression: false\nversion: 0.34\n");
    match home::read_limited(&conf, 4096)? {
        Some(bytes)
            if bytes.len() == expected.len() + 4 && bytes.starts_with(expected.as_bytes()) =>
        {
            Ok(())
        }
        None if !conf.exists() => Ok(()),
        _ => {
            tracing::warn!("the log's configuration was damaged; it is written again");
            fs::remove_file(conf)
        }
    }
}

/// sled's snapshots, whole or not.
fn snapshots(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b"snap.") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// sled leaves these behind when it is interrupted, and then takes them for snapshots.
fn is_unfinished(snapshot: &Path) -> bool {
    snapshot
        .as_os_str()
        .as_encoded_bytes()
        .ends_with(b".generating")
}
