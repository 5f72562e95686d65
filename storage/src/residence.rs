//! What the open stores of one home share: its lock, the order in which headers and key files are
//! written, the logs that are open, and which vaults were destroyed.
//!
//! Several profiles of a home may be open in one program. Each writes its own vault, but a header or a key
//! file may also be written for another one (unchanged, so that times agree), and destroyed at any moment. All of
//! that happens under one mutex, so that nothing writes back what was just destroyed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::home::{self, HomeLock, VAULTS, VaultPaths};
use crate::log::{self, Log};

/// Called when a vault is destroyed.
pub(crate) type Bell = Arc<dyn Fn() + Send + Sync>;

/// What the open stores of a home share.
pub(crate) struct Residence {
    home: PathBuf,
    files: Mutex<()>,
    open: [AtomicBool; VAULTS],
    destroyed: [AtomicBool; VAULTS],
    logs: Mutex<[Weak<Log>; VAULTS]>,
    /// What is to ring when a vault is destroyed that is open.
    bells: Mutex<[Option<Bell>; VAULTS]>,
    /// Vaults whose passphrase has wiped what it named, while they were open.
    spent: [AtomicBool; VAULTS],
    /// The logs of all vaults are to be written anew, which has to wait until no other profile is open.
    rewriting_due: AtomicBool,
    /// Vaults whose logs were written anew, and that no profile of this program was opened in since.
    rewritten: [AtomicBool; VAULTS],
    /// Given back when the last store is closed.
    _lock: HomeLock,
}

impl Residence {
    pub(crate) fn new(home: PathBuf, lock: HomeLock) -> Self {
        Self {
            home,
            files: Mutex::default(),
            open: Default::default(),
            destroyed: Default::default(),
            logs: Mutex::default(),
            bells: Mutex::default(),
            spent: Default::default(),
            rewriting_due: AtomicBool::new(false),
            rewritten: Default::default(),
            _lock: lock,
        }
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn vault(&self, number: usize) -> VaultPaths {
        home::vault_paths(&self.home, number)
    }

    pub(crate) fn vaults(&self) -> [VaultPaths; VAULTS] {
        std::array::from_fn(|number| self.vault(number))
    }

    /// Held while headers or key files are read to be written, or written.
    pub(crate) fn files(&self) -> MutexGuard<'_, ()> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a vault for one store. `None` if another store has it. To be called with [`files`](Self::files) held since its
    /// header was read, so that a destruction in between is not overlooked.
    pub(crate) fn claim(self: &Arc<Self>, number: usize) -> Option<Claim> {
        if self.open[number].swap(true, Ordering::AcqRel) {
            return None;
        }
        self.destroyed[number].store(false, Ordering::Release);
        Some(Claim {
            residence: Arc::clone(self),
            number,
        })
    }

    pub(crate) fn is_open(&self, number: usize) -> bool {
        self.open[number].load(Ordering::Acquire)
    }

    /// Says that a vault is destroyed: a store that has it open writes nothing any more. It counts for good with
    /// [`files`](Self::files) held.
    pub(crate) fn mark_destroyed(&self, number: usize) {
        self.destroyed[number].store(true, Ordering::Release);
    }

    /// Tells whoever has a vault open that it was destroyed. Not before it was: who is told may end the program.
    pub(crate) fn ring(&self, number: usize) {
        let bell = self.bells()[number].clone();
        if let Some(bell) = bell {
            bell();
        }
    }

    fn bells(&self) -> MutexGuard<'_, [Option<Bell>; VAULTS]> {
        self.bells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the passphrase of an open vault has wiped what it named since it was set.
    pub(crate) fn is_spent(&self, number: usize) -> bool {
        self.spent[number].load(Ordering::Acquire)
    }

    pub(crate) fn note_spent(&self, number: usize, spent: bool) {
        self.spent[number].store(spent, Ordering::Release);
    }

    /// Whether some profile found, while others were open, that the logs of all vaults have to be written anew.
    pub(crate) fn is_rewriting_due(&self) -> bool {
        self.rewriting_due.load(Ordering::Acquire)
    }

    pub(crate) fn note_rewriting_due(&self) {
        self.rewriting_due.store(true, Ordering::Release);
    }

    /// The logs of all vaults were written anew.
    pub(crate) fn note_rewritten(&self) {
        self.rewriting_due.store(false, Ordering::Release);
        for one in &self.rewritten {
            one.store(true, Ordering::Release);
        }
    }

    /// Whether the log of a vault that is being opened was written anew since it was last in use here.
    pub(crate) fn take_rewritten(&self, number: usize) -> bool {
        self.rewritten[number].swap(false, Ordering::AcqRel)
    }

    /// The log of a vault, shared with whoever has it open in this program; if nobody has, `open` opens it.
    pub(crate) fn log_or<E>(
        &self,
        number: usize,
        open: impl FnOnce(&VaultPaths) -> Result<Log, E>,
    ) -> Result<Arc<Log>, E> {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(log) = logs[number].upgrade() {
            return Ok(log);
        }
        let log = Arc::new(open(&self.vault(number))?);
        logs[number] = Arc::downgrade(&log);
        Ok(log)
    }

    /// Runs something with the logs of all vaults closed, and kept closed. `None` if one of them is open.
    pub(crate) fn with_logs_closed<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = logs.iter().all(|log| log.strong_count() == 0);
        closed.then(work)
    }

    /// Waits until nothing writes any more to the logs that nobody has open.
    pub(crate) fn await_logs(&self) {
        let logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, log) in logs.iter().enumerate() {
            if log.strong_count() == 0
                && let Err(error) = log::await_release(&self.vault(number).log())
            {
                tracing::warn!(%error, "a log that was closed is still in use");
            }
        }
    }

    /// Gives all files and directories of all vaults one time, touching them in a fixed order: which of them was
    /// written last, and in which order, then says nothing of whose they are.
    pub(crate) fn align_times(&self) -> io::Result<()> {
        let now = std::time::SystemTime::now();
        let times = std::fs::FileTimes::new()
            .set_accessed(now)
            .set_modified(now);
        for vault in self.vaults() {
            for path in walk(&vault.dir)? {
                // One that the disk does not give must not keep a profile shut.
                if let Err(error) = set_times(&path, times) {
                    tracing::warn!(%error, "the time of a file cannot be set");
                }
            }
        }
        set_times(&home::vaults_directory(&self.home), times)
    }
}

/// The right of one store to a vault.
pub(crate) struct Claim {
    residence: Arc<Residence>,
    number: usize,
}

impl Claim {
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    pub(crate) fn residence(&self) -> &Arc<Residence> {
        &self.residence
    }

    pub(crate) fn paths(&self) -> VaultPaths {
        self.residence.vault(self.number)
    }

    /// What rings when the vault is destroyed while this store has it open.
    pub(crate) fn hang(&self, bell: Bell) {
        self.residence.bells()[self.number] = Some(Arc::clone(&bell));
        // Between opening and this.
        if self.is_destroyed() {
            bell();
        }
    }

    /// Whether the vault was destroyed while this store had it open.
    pub(crate) fn is_destroyed(&self) -> bool {
        self.residence.destroyed[self.number].load(Ordering::Acquire)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.residence.bells()[self.number] = None;
        self.residence.open[self.number].store(false, Ordering::Release);
    }
}

/// Everything below a directory and the directory itself, in the order of names, directories after what is in them.
fn walk(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut entries = std::fs::read_dir(directory)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        if entry.is_dir() {
            found.extend(walk(&entry)?);
        } else {
            found.push(entry);
        }
    }
    found.push(directory.to_path_buf());
    Ok(found)
}

fn set_times(path: &Path, times: std::fs::FileTimes) -> io::Result<()> {
    // Elsewhere directories cannot be opened as files.
    if cfg!(not(unix)) && path.is_dir() {
        return Ok(());
    }
    let file = if path.is_dir() {
        File::open(path)?
    } else {
        File::options().write(true).open(path)?
    };
    file.set_times(times)
}
