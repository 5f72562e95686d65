//! Where profiles lie on disk: the directory, its permissions, its files, and the plain
//! file operations the rest of the store is built from.
//!
//! ```text
//! home/                 mode 0700
//!   lock                held while a store of this home is open
//!   vaults/
//!     v0/ v1/ v2/ v3/   four vaults of one form, in use or not
//!       header-1 header-2    the passphrase header, twice
//!       keys-1 keys-2        the key file, twice
//!       mark                 how far the log has come
//!       journal              commits that the log may not have on disk yet
//!       log/                 the records
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use crate::residence::Residence;
use crate::seal;

/// How many vaults a home has, whatever they are used for.
pub(crate) const VAULTS: usize = 4;

/// Why a home could not be created or opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// There is nothing at this path.
    #[error("there is no profile directory: create one, or name the right place")]
    NotFound,
    /// There is something else at this path.
    #[error("the place of the profile is not a directory: name another place")]
    NotADirectory,
    /// Other people of this computer may enter the directory.
    #[error("others can read the profile directory: take their rights away (mode 0700)")]
    Permissions,
    /// The file system refused.
    #[error("the profile directory cannot be used: {0}")]
    Io(#[from] io::Error),
}

/// The directory of up to four profiles.
///
/// On Unix nobody but its owner may have any right on it; elsewhere the rights of the
/// parent directory decide and are not checked.
///
/// Clones are the same home: several stores of it may be open at once, one for each profile. Another `Home` made from
/// the same path is like another program and is refused while a store is open.
#[derive(Clone)]
pub struct Home {
    path: PathBuf,
    /// What the open stores of this home share.
    residence: Arc<Mutex<Weak<Residence>>>,
}

/// Paths say who uses the computer: they are not printed.
impl std::fmt::Debug for Home {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Home(…)")
    }
}

impl Home {
    /// Creates the directory with mode 0700, and parents as needed, or takes one that is there.
    ///
    /// # Errors
    /// [`HomeError::Permissions`] if it is there and open to others.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, HomeError> {
        let path = path.into();
        if let Some(parent) = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
        {
            fs::create_dir_all(parent)?;
        }
        match private_directory(&path) {
            Ok(()) => sync_parent(&path)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
        Self::open(path)
    }

    /// Takes a directory that is there.
    ///
    /// # Errors
    /// See [`HomeError`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, HomeError> {
        let home = Self {
            path: path.into(),
            residence: Arc::default(),
        };
        home.check()?;
        Ok(home)
    }

    /// The path of the directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a store was created here. It says nothing about whether it can be opened.
    #[must_use]
    pub fn holds_store(&self) -> bool {
        vaults_directory(&self.path).exists()
    }

    pub(crate) fn check(&self) -> Result<(), HomeError> {
        let metadata = match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(HomeError::NotFound);
            }
            other => other?,
        };
        if !metadata.is_dir() {
            return Err(HomeError::NotADirectory);
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            if metadata.permissions().mode() & 0o077 != 0 {
                return Err(HomeError::Permissions);
            }
        }
        Ok(())
    }

    /// The files of the vault that stores opened by a raw key use.
    #[cfg(test)]
    pub(crate) fn vault(&self) -> VaultPaths {
        vault_paths(&self.path, 0)
    }

    /// What the open stores of this home share, made now if none is open. `None` if another program, or
    /// another [`Home`] of this one, has a store open.
    pub(crate) fn enter(&self) -> io::Result<Option<Arc<Residence>>> {
        let mut known = self
            .residence
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(residence) = known.upgrade() {
            return Ok(Some(residence));
        }
        let Some(lock) = self.lock()? else {
            return Ok(None);
        };
        let residence = Arc::new(Residence::new(self.path.clone(), lock));
        *known = Arc::downgrade(&residence);
        Ok(Some(residence))
    }

    /// What the open stores share, if there are any.
    pub(crate) fn entered(&self) -> Option<Arc<Residence>> {
        self.residence
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .upgrade()
    }

    fn lock(&self) -> io::Result<Option<HomeLock>> {
        let file = private_file(&self.path.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(HomeLock(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Says that a home is in use, to other programs and to this one.
#[derive(Debug)]
pub(crate) struct HomeLock(File);

impl Drop for HomeLock {
    fn drop(&mut self) {
        // Closing is not enough: a process that this one is just starting has the file too, until it runs
        // its own program. If it fails, closing does the same a moment later.
        let _unlocked = self.0.unlock();
    }
}

/// Where the vaults of a home lie.
pub(crate) fn vaults_directory(home: &Path) -> PathBuf {
    home.join("vaults")
}

/// Where they are built; it is renamed when all of them are whole.
pub(crate) fn unfinished_vaults(home: &Path) -> PathBuf {
    home.join("vaults.new")
}

/// The files of vault `number` of a home.
pub(crate) fn vault_paths(home: &Path, number: usize) -> VaultPaths {
    VaultPaths {
        dir: vaults_directory(home).join(format!("v{number}")),
    }
}

/// The files of one vault.
#[derive(Clone)]
pub(crate) struct VaultPaths {
    pub(crate) dir: PathBuf,
}

impl VaultPaths {
    pub(crate) fn headers(&self) -> [PathBuf; 2] {
        [self.dir.join("header-1"), self.dir.join("header-2")]
    }

    pub(crate) fn keys(&self) -> [PathBuf; 2] {
        [self.dir.join("keys-1"), self.dir.join("keys-2")]
    }

    pub(crate) fn mark(&self) -> PathBuf {
        self.dir.join("mark")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.dir.join("journal")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// Where the log is written anew, before it takes the place of the old one.
    pub(crate) fn new_log(&self) -> PathBuf {
        self.dir.join("log.new")
    }

    /// Where the old log goes then, before it is removed.
    pub(crate) fn old_log(&self) -> PathBuf {
        self.dir.join("log.old")
    }
}

/// Creates a directory only its owner can enter.
pub(crate) fn private_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Opens a file for reading and writing; one that is created only its owner can read.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

/// Overwrites a file where it lies, so that nothing of what it held is left, and makes it durable.
pub(crate) fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private_file(path)?;
    file.write_all(bytes)?;
    if file.metadata()?.len() != bytes.len() as u64 {
        file.set_len(bytes.len() as u64)?;
    }
    file.sync_all()
}

/// Overwrites a file with the bytes it has, and with random bytes up to `size` if it is shorter, so that it is
/// written when others of its form are. One that is longer than `limit` is left alone. Returns the bytes written.
pub(crate) fn rewrite(path: &Path, size: u64, limit: u64) -> io::Result<u64> {
    let found = read_limited(path, limit)?;
    if found.is_none() && path.exists() {
        return Ok(0);
    }
    let mut bytes = zeroize::Zeroizing::new(found.unwrap_or_default());
    let before = bytes.len();
    let size = usize::try_from(size.min(limit)).map_err(io::Error::other)?;
    if before < size {
        bytes.resize(size, 0);
        seal::fill_random(&mut bytes[before..])?;
    }
    overwrite(path, &bytes)?;
    Ok(bytes.len() as u64)
}

/// Writes at a place of a file.
#[cfg(unix)]
pub(crate) fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Fills `bytes` from a place of a file.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Writes at a place of a file.
#[cfg(not(unix))]
pub(crate) fn write_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

/// Fills `bytes` from a place of a file.
#[cfg(not(unix))]
pub(crate) fn read_at(mut file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(bytes)
}

/// Reads a file of at most `limit` bytes. `None` if it is missing or longer.
pub(crate) fn read_limited(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > limit {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The same for one of several copies: one that cannot be read is as good as a missing one, and the others may be whole.
pub(crate) fn read_copy(path: &Path, limit: u64) -> Option<Vec<u8>> {
    read_limited(path, limit).unwrap_or_else(|error| {
        tracing::warn!(%error, "a copy of a header or a key file cannot be read");
        None
    })
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(path: &Path) -> io::Result<()> {
    // Elsewhere directories cannot be opened as files; names become durable with the files.
    #[cfg(unix)]
    File::open(path)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn sync_parent(path: &Path) -> io::Result<()> {
    match path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        Some(parent) => sync_directory(parent),
        None => sync_directory(Path::new(".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lock_at_a_time() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let held = home.lock().unwrap();
        assert!(held.is_some());
        assert!(home.lock().unwrap().is_none());
        drop(held);
        assert!(home.lock().unwrap().is_some());
    }

    #[test]
    fn a_lock_is_given_back_although_somebody_else_has_its_file_open() {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let held = home.lock().unwrap().unwrap();
        // As a process has it between its fork and its program.
        let inherited = held.0.try_clone().unwrap();
        drop(held);
        assert!(home.lock().unwrap().is_some());
        drop(inherited);
    }

    #[cfg(unix)]
    #[test]
    fn created_for_the_owner_alone_and_refused_when_open_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a/b/profile");
        Home::create(&path).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o700
        );
        Home::create(&path).unwrap();
        for mode in [0o701, 0o710, 0o740, 0o755, 0o777] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(Home::open(&path), Err(HomeError::Permissions)),
                "{mode:o}"
            );
            assert!(
                matches!(Home::create(&path), Err(HomeError::Permissions)),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn refuses_what_is_not_a_directory() {
        let place = tempfile::tempdir().unwrap();
        assert!(matches!(
            Home::open(place.path().join("no")),
            Err(HomeError::NotFound)
        ));
        let file = place.path().join("file");
        fs::write(&file, b"x").unwrap();
        assert!(matches!(Home::open(&file), Err(HomeError::NotADirectory)));
        assert!(Home::create(&file).is_err());
    }
}
