//! The directory of one run: made at start, readable by this user alone, deleted at the end.
//!
//! Arti insists on files for its state (guards, introduction points, replay logs). None of them
//! may outlive the process, so they go to memory-backed storage where the system has some, and
//! what a killed process left behind is deleted at the next start. It does not overwrite what it
//! deletes: on a disk (not tmpfs) the blocks may stay readable to whoever owns the disk.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use data_encoding::HEXLOWER;

/// Each run directory's name starts with this.
const PREFIX: &str = ".ut-run-";
/// The file in it whose lock says that the process lives.
const LOCK: &str = "undertone.lock";
/// A directory without a lock file is being made right now, unless it is older than this.
const UNMARKED: Duration = Duration::from_secs(60);

/// Held while one is made.
static TURN: Mutex<()> = Mutex::new(());

/// Why there is no directory for the run.
#[derive(Debug, thiserror::Error)]
pub enum RunDirectoryError {
    /// The private directory of the options is missing or not a directory.
    #[error("the private directory is missing or is no directory")]
    NoDirectory,
    /// The private directory belongs to somebody else, or others can write to it.
    #[error("other users can write to the private directory")]
    NotPrivate,
    /// The file system refused.
    #[error("the directory for this run cannot be made")]
    Io(#[from] std::io::Error),
}

/// A directory that exists as long as this value. Dropping it deletes it.
#[derive(Debug)]
pub(crate) struct RunDirectory {
    path: PathBuf,
    _lock: File,
}

impl RunDirectory {
    /// Makes a new one in memory-backed storage, or else in `fallback`, and deletes those that
    /// no process holds any more.
    pub(crate) fn create(fallback: &Path) -> Result<Self, RunDirectoryError> {
        let metadata = fs::metadata(fallback).map_err(|_| RunDirectoryError::NoDirectory)?;
        if !metadata.is_dir() {
            return Err(RunDirectoryError::NoDirectory);
        }
        if !is_ours(&metadata, OTHERS_WRITE) {
            return Err(RunDirectoryError::NotPrivate);
        }
        // Another one of this process is perhaps being made, and has no lock yet.
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = memory_backed_places();
        places.push(fallback.to_owned());
        for place in &places {
            delete_leftovers(place);
        }
        for place in &places {
            match Self::create_in(place) {
                Ok(made) => return Ok(made),
                Err(error) if place == fallback => return Err(error.into()),
                Err(error) => tracing::debug!(kind = ?error.kind(), "no run directory in memory"),
            }
        }
        Err(RunDirectoryError::NoDirectory)
    }

    fn create_in(place: &Path) -> std::io::Result<Self> {
        let path = place.join(format!(
            "{PREFIX}{}",
            HEXLOWER.encode(&rand::random::<[u8; 8]>())
        ));
        make_private(&path)?;
        let lock = File::create_new(path.join(LOCK))?;
        lock.lock()?;
        Ok(Self { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for RunDirectory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            // The next start tries again.
            tracing::warn!(kind = ?error.kind(), "the directory of this run was not deleted");
        }
    }
}

/// Makes a directory that only this user can enter.
pub(crate) fn make_private(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Permissions of group and others to write.
const OTHERS_WRITE: u32 = 0o022;
/// All permissions of group and others.
const OTHERS: u32 = 0o077;

/// True if only this user can enter a directory with this metadata.
fn is_private(metadata: &fs::Metadata) -> bool {
    is_ours(metadata, OTHERS)
}

/// True if the directory is this user's and gives others none of the `forbidden` permissions.
#[cfg(unix)]
fn is_ours(metadata: &fs::Metadata, forbidden: u32) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.mode() & forbidden == 0 && own_uid().is_none_or(|uid| uid == metadata.uid())
}

/// Elsewhere the directory's place in the user's profile is what protects it.
#[cfg(not(unix))]
fn is_ours(_metadata: &fs::Metadata, _forbidden: u32) -> bool {
    true
}

#[cfg(unix)]
fn own_uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").ok().map(|own| own.uid())
}

/// Where files live in memory only: the session's runtime directory if it is private, and the
/// shared memory file system, whose sticky bit keeps others from replacing our directory.
#[cfg(target_os = "linux")]
fn memory_backed_places() -> Vec<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    const STICKY: u32 = 0o1000;
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let session = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let usable = |path: &PathBuf| {
        fs::symlink_metadata(path).is_ok_and(|metadata| {
            let shared = metadata.mode() & STICKY != 0 && metadata.uid() == 0;
            metadata.is_dir() && (is_private(&metadata) || shared)
        }) && on_tmpfs(&mounts, path)
    };
    session
        .into_iter()
        .chain([PathBuf::from("/dev/shm")])
        .filter(usable)
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn memory_backed_places() -> Vec<PathBuf> {
    Vec::new()
}

/// Whether the mount that holds `path`, as `/proc/self/mounts` lists it, is a tmpfs.
#[cfg(target_os = "linux")]
fn on_tmpfs(mounts: &str, path: &Path) -> bool {
    mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            Some((Path::new(fields.next()?), fields.next()?))
        })
        .filter(|(mount, _)| path.starts_with(mount))
        // The last of the longest: a later mount covers an earlier one.
        .max_by_key(|(mount, _)| mount.components().count())
        .is_some_and(|(_, kind)| kind == "tmpfs")
}

fn delete_leftovers(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let ours = entry
            .file_name()
            .to_str()
            .is_some_and(|n| n.starts_with(PREFIX));
        if ours
            && is_leftover(&entry.path())
            && let Err(error) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(kind = ?error.kind(), "a leftover run directory stays");
        }
    }
}

/// A real directory of this user whose lock nobody holds.
fn is_leftover(path: &Path) -> bool {
    let Ok(metadata) = fs::symlink_metadata(path) else {
        return false;
    };
    if !metadata.is_dir() || !is_private(&metadata) {
        return false;
    }
    match File::open(path.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        Err(_) => metadata
            .modified()
            .ok()
            .and_then(|made| SystemTime::now().duration_since(made).ok())
            .is_some_and(|age| age > UNMARKED),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_directory_is_private_and_goes_with_its_owner() {
        let place = tempfile::tempdir().expect("temporary directory");
        let run = RunDirectory::create_in(place.path()).expect("made");
        let path = run.path().to_owned();
        #[cfg(unix)]
        assert!(is_private(&fs::metadata(&path).expect("there")));
        fs::write(path.join("file"), b"x").expect("written");
        drop(run);
        assert!(!path.exists());
    }

    #[test]
    fn only_directories_of_dead_processes_are_leftovers() {
        let place = tempfile::tempdir().expect("temporary directory");
        let live = RunDirectory::create_in(place.path()).expect("made");
        let dead = place.path().join(format!("{PREFIX}00"));
        make_private(&dead).expect("made");
        fs::write(dead.join(LOCK), b"").expect("written");
        let young = place.path().join(format!("{PREFIX}01"));
        make_private(&young).expect("made");
        let foreign = place.path().join("foreign");
        make_private(&foreign).expect("made");
        delete_leftovers(place.path());
        assert!(live.path().exists() && young.exists() && foreign.exists());
        assert!(!dead.exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_private_directory_that_others_can_write_to_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let place = tempfile::tempdir().expect("temporary directory");
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o770)).expect("set");
        assert!(matches!(
            RunDirectory::create(place.path()),
            Err(RunDirectoryError::NotPrivate)
        ));
        assert!(matches!(
            RunDirectory::create(&place.path().join("missing")),
            Err(RunDirectoryError::NoDirectory)
        ));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_mount_that_holds_a_path_decides() {
        let mounts =
            "/dev/sda / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n/dev/sdb /run/disk ext4 rw 0 0\n";
        assert!(on_tmpfs(mounts, Path::new("/run/user/1000")));
        assert!(!on_tmpfs(mounts, Path::new("/run/disk/x")));
        assert!(!on_tmpfs(mounts, Path::new("/runner")));
    }
}
