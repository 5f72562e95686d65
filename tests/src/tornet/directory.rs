//! Where a network keeps its files. It exists so that a directory named by a person is never
//! cleared by mistake and never used by two networks at once.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::TorNetError;

/// Marks a directory as ours; locked while a network runs in it.
const MARK: &str = ".undertone-tornet";

/// The file for `--network`.
const NETWORK_FILE: &str = "network.json";

/// An open directory of a network.
#[derive(Debug)]
pub(crate) struct Directory {
    /// As the caller gave it: messages show no more of the file system than they were told.
    path: PathBuf,
    /// Deleted when dropped.
    _temporary: Option<TempDir>,
    /// Unlocked when dropped.
    _lock: Option<File>,
}

impl Directory {
    /// Opens `wanted`, or a new temporary directory.
    ///
    /// # Errors
    /// [`TorNetError::DirectoryNotEmpty`], [`TorNetError::DirectoryInUse`], [`TorNetError::Io`].
    pub(crate) fn open(wanted: Option<&Path>) -> Result<Self, TorNetError> {
        let Some(path) = wanted else {
            let temporary = tempfile::Builder::new().prefix("tornet-").tempdir()?;
            return Ok(Self {
                path: temporary.path().to_owned(),
                _temporary: Some(temporary),
                _lock: None,
            });
        };
        fs::create_dir_all(path)?;
        let mark = path.join(MARK);
        if !mark.exists() && fs::read_dir(path)?.next().is_some() {
            return Err(TorNetError::DirectoryNotEmpty);
        }
        let lock = File::create(&mark)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(TorNetError::DirectoryInUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        clear(path)?;
        Ok(Self {
            path: path.to_owned(),
            _temporary: None,
            _lock: Some(lock),
        })
    }

    /// Makes the data directory of one process, absolute, with its `keys`, both private to us.
    pub(crate) fn data(&self, name: &str) -> io::Result<PathBuf> {
        let data = std::path::absolute(self.path.join(name))?;
        DirBuilder::new()
            .mode(0o700)
            .recursive(true)
            .create(data.join("keys"))?;
        Ok(data)
    }

    /// The path of the file for `--network`.
    pub(crate) fn network_file(&self) -> PathBuf {
        self.path.join(NETWORK_FILE)
    }
}

/// Removes a former network: its file and the directories that hold a torrc.
fn clear(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let old = entry.path();
        if entry.file_name() == NETWORK_FILE {
            fs::remove_file(old)?;
        } else if entry.file_type()?.is_dir() && old.join("torrc").is_file() {
            fs::remove_dir_all(old)?;
        }
    }
    Ok(())
}

/// Removes what a process learned, so that the next start votes anew; keys and torrc stay.
pub(crate) fn forget_state(data: &Path) -> io::Result<()> {
    for entry in fs::read_dir(data)? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "keys" || name == "torrc" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_directory_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let thesis = folder.path().join("thesis.txt");
        fs::write(&thesis, "years").unwrap();
        assert!(matches!(
            Directory::open(Some(folder.path())),
            Err(TorNetError::DirectoryNotEmpty)
        ));
        assert_eq!(fs::read_to_string(thesis).unwrap(), "years");
        assert!(!folder.path().join(MARK).exists());
    }

    #[test]
    fn a_former_network_is_cleared_and_a_running_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net");
        let first = Directory::open(Some(&path)).unwrap();
        let data = first.data("relay1").unwrap();
        fs::write(data.join("torrc"), "").unwrap();
        fs::write(first.network_file(), "{}").unwrap();
        fs::write(path.join("note"), "kept").unwrap();
        assert!(matches!(
            Directory::open(Some(&path)),
            Err(TorNetError::DirectoryInUse)
        ));
        assert!(data.exists());
        drop(first);
        let second = Directory::open(Some(&path)).unwrap();
        assert!(!data.exists() && !second.network_file().exists());
        assert!(path.join("note").exists());
    }

    #[test]
    fn forgetting_keeps_keys_and_configuration() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::open(Some(folder.path())).unwrap();
        let data = directory.data("relay1").unwrap();
        for name in ["torrc", "keys/secret", "cached-microdesc-consensus", "log"] {
            fs::write(data.join(name), "").unwrap();
        }
        fs::create_dir(data.join("diff-cache")).unwrap();
        forget_state(&data).unwrap();
        let mut left: Vec<_> = fs::read_dir(&data)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["keys", "torrc"]);
        assert!(data.join("keys/secret").exists());
    }
}
