//! The thread that writes the log: batches come to it in order, and it flushes what it applied.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::{Log, LogError, SEGMENT, guarded};

/// How long a write may take before it is given up and the store closed.
const WRITE_LIMIT: Duration = Duration::from_secs(120);
/// How often a waiting caller looks whether sled has failed.
const LOOK: Duration = Duration::from_secs(1);
/// What was applied is flushed when nothing came for so long: short, so that a crash seldom leaves anything to be done; long
/// enough for what belongs together. Tests that look at what is on disk in between want no clock.
const IDLE: Duration = if cfg!(test) {
    Duration::from_secs(3_600)
} else {
    Duration::from_millis(100)
};
/// What was applied is flushed when it may have made sled write so many bytes: half a segment.
const UNFLUSHED: u64 = (SEGMENT / 2) as u64;
/// What a record may make sled write beside itself, in bytes: a page of some twenty records is written whole with every
/// tenth change.
const BESIDE: u64 = 4096;

/// A batch among several.
pub(crate) struct Step {
    pub(crate) batch: sled::Batch,
    /// What came before it is flushed first.
    pub(crate) after_flush: bool,
}

/// Names something that was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(pub(super) u64);

/// The size of what is applied without a flush.
#[derive(Clone, Copy, Default)]
pub(crate) struct Weight {
    pub(crate) records: usize,
    pub(crate) bytes: u64,
}

impl Weight {
    /// How much sled may write for it, in bytes.
    fn written(self) -> u64 {
        self.bytes + BESIDE * self.records as u64
    }
}

/// When what a job applies is flushed.
pub(super) enum Flush {
    AtItsEnd,
    /// When it weighs enough, together with what comes after it.
    Later(Weight),
}

pub(super) struct Job {
    pub(super) steps: Vec<Step>,
    pub(super) flush: Flush,
    pub(super) done: SyncSender<Result<bool, LogError>>,
}

/// Where jobs go, and how many went there.
pub(super) struct Queue {
    pub(super) sender: Sender<Job>,
    pub(super) handed: u64,
}

/// What the writer has done.
#[derive(Default)]
pub(super) struct Progress {
    /// So many jobs are on disk.
    pub(super) durable: AtomicU64,
    /// Flushes that nobody had to wait for with a batch.
    pub(super) own_flushes: AtomicU64,
    pub(super) failed: AtomicBool,
    /// Why, if nobody was told.
    pub(super) reason: Mutex<Option<LogError>>,
}

impl Progress {
    fn fail(&self, error: LogError) {
        if let Ok(mut reason) = self.reason.lock() {
            *reason = Some(error);
        }
        self.failed.store(true, Ordering::Release);
    }
}

/// What was handed to the writer.
pub(crate) struct Pending<'a> {
    pub(super) log: &'a Log,
    pub(crate) ticket: Ticket,
    pub(super) result: Receiver<Result<bool, LogError>>,
}

impl Pending<'_> {
    /// Waits for the end, and says whether there was a flush since the batch before.
    pub(crate) fn wait(self) -> Result<bool, LogError> {
        let result = self.look();
        if result.is_err() {
            self.log.progress.failed.store(true, Ordering::Release);
        }
        result
    }

    fn look(&self) -> Result<bool, LogError> {
        let db = self.log.db()?;
        let start = Instant::now();
        loop {
            match self.result.recv_timeout(LOOK) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(self.log.reason(LogError::Damaged));
                }
                Err(RecvTimeoutError::Timeout) if start.elapsed() > WRITE_LIMIT => {
                    return Err(LogError::Stalled);
                }
                Err(RecvTimeoutError::Timeout) => {
                    // A failed sled wakes all its waiters when someone else runs into the failure.
                    if db.context.global_error().is_err() {
                        let _failure = guarded(|| Ok(db.flush()?));
                    }
                }
            }
        }
    }
}

/// What the thread does, until the queue ends or something fails.
pub(super) fn run(mut flusher: Flusher, queue: &Receiver<Job>) {
    loop {
        let next = if flusher.is_flushed() {
            queue.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            queue.recv_timeout(IDLE)
        };
        let done = match next {
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => flusher.flush_by_itself(),
            Ok(Job { steps, flush, done }) => {
                let result = flusher.apply(steps, flush);
                let failed = result.is_err();
                if failed {
                    flusher.progress.failed.store(true, Ordering::Release);
                }
                let _answered = done.send(result);
                if failed {
                    break;
                }
                if flusher.unflushed > UNFLUSHED {
                    flusher.flush_by_itself()
                } else {
                    Ok(())
                }
            }
        };
        if let Err(error) = done {
            tracing::error!(%error, "what was committed cannot be written to the log; the journal has it");
            flusher.progress.fail(error);
            break;
        }
    }
    let _closed = guarded(|| {
        drop(flusher);
        Ok(())
    });
}

/// Writes batches and makes them durable.
pub(super) struct Flusher {
    db: sled::Db,
    log: File,
    progress: Arc<Progress>,
    /// Jobs that were done.
    jobs: u64,
    /// What sled may have written since the last flush, in bytes.
    unflushed: u64,
    /// Whether there was a flush since the last batch.
    has_flushed: bool,
}

impl Flusher {
    pub(super) fn new(
        path: &Path,
        db: sled::Db,
        progress: Arc<Progress>,
    ) -> Result<Self, LogError> {
        let log = File::options()
            .read(true)
            .write(true)
            .open(path.join("db"))?;
        log.sync_data()?;
        Ok(Self {
            db,
            log,
            progress,
            jobs: 0,
            unflushed: 0,
            has_flushed: true,
        })
    }

    fn apply(&mut self, steps: Vec<Step>, flush: Flush) -> Result<bool, LogError> {
        let had_flushed = self.has_flushed;
        let is_empty = steps.is_empty();
        for Step { batch, after_flush } in steps {
            if after_flush {
                self.flush()?;
            }
            guarded(|| Ok(self.db.apply_batch(batch)?))?;
            self.has_flushed = false;
        }
        self.jobs += 1;
        match flush {
            Flush::AtItsEnd if is_empty => self.flush_by_itself()?,
            Flush::AtItsEnd => self.flush()?,
            Flush::Later(weight) => self.unflushed += weight.written(),
        }
        Ok(had_flushed)
    }

    fn is_flushed(&self) -> bool {
        self.progress.durable.load(Ordering::Relaxed) == self.jobs
    }

    fn flush_by_itself(&mut self) -> Result<(), LogError> {
        self.flush()?;
        self.progress.own_flushes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Makes everything that was applied durable; the second is the real flush.
    fn flush(&mut self) -> Result<(), LogError> {
        guarded(|| Ok(self.db.flush()?))?;
        self.log.sync_data()?;
        self.progress.durable.store(self.jobs, Ordering::Release);
        self.unflushed = 0;
        self.has_flushed = true;
        Ok(())
    }
}
