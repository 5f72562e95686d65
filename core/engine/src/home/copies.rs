//! Exports of a profile to a file and copies made from them, for programs that know nothing of stores. A file is called an
//! export only after it was read back and verified, and nothing is touched by an import before all of the
//! file was. What goes into an export is decided in [`backup`](crate::backup).

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use undertone_storage::{EraseError, KdfParameters, OpenError, Store};

use super::held::OpenHome;
use super::vaults::VaultError;
use super::{UnlockError, Unlocked};
use crate::backup::{self, BackupSummary, ExportError, Import, ImportError};
use crate::clock::{Clock as _, SystemClock};
use crate::progress::{Doing, Progress, Watch, Watched};

/// Why a profile was not exported, or an export not imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The home was not unlocked or not made.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The file is there already.
    #[error("there is a file of that name already: nothing was written")]
    FileExists,
    /// The file cannot be opened, written or read.
    #[error("the export file cannot be used")]
    File(#[source] io::Error),
    /// No place beside the profiles of the home.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Not exported.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// What was written could not be read back.
    #[error("the export was written but could not be read back: is the disk in order?")]
    NotVerified(#[source] ImportError),
    /// Not imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Not closed as it should be; nothing is lost.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

impl From<OpenError> for CopyError {
    fn from(error: OpenError) -> Self {
        Self::Unlock(error.into())
    }
}

/// Exports a profile that does not run into a new file, sealed by a passphrase of its own. It takes as
/// long as reading all of the profile twice: call it from a thread that may wait; `progress` says how far it is.
///
/// # Errors
/// See [`CopyError`]; there is no file then.
pub fn export_profile(
    home: &Path,
    passphrase: &[u8],
    file: &Path,
    sealed: &[u8],
    progress: &Progress,
) -> Result<BackupSummary, CopyError> {
    OpenHome::at(home).export_profile(passphrase, file, sealed, progress)
}

impl OpenHome {
    /// As [`export_profile`], of a profile that does not run, beside those that do.
    ///
    /// # Errors
    /// See [`CopyError`]; there is no file then.
    pub fn export_profile(
        &self,
        passphrase: &[u8],
        file: &Path,
        sealed: &[u8],
        progress: &Progress,
    ) -> Result<BackupSummary, CopyError> {
        progress.set(Doing::Key);
        let store = self.unlock(passphrase)?.store;
        let unfinished = Unfinished::new(file)?;
        let written = unfinished.write(&store, sealed, progress)?;
        unfinished.verify(sealed, written, progress)?;
        unfinished.finish(file)?;
        backup::note(&store, SystemClock.wall())?;
        store.lock()?;
        Ok(written)
    }

    /// As [`Unlocked::import`].
    ///
    /// # Errors
    /// See [`CopyError`].
    pub fn import(
        &self,
        file: &Path,
        sealed: &[u8],
        passphrase: &[u8],
        progress: &Progress,
    ) -> Result<(Unlocked, BackupSummary), CopyError> {
        import_into(file, sealed, progress, || Ok(self.create(passphrase)?))
    }

    /// As [`Unlocked::import_beside`], where profiles that are unlocked are kept by that, see
    /// [`create_beside`](Self::create_beside).
    ///
    /// # Errors
    /// See [`CopyError`].
    pub fn import_beside(
        &self,
        kept: &[&[u8]],
        file: &Path,
        sealed: &[u8],
        new: &[u8],
        progress: &Progress,
    ) -> Result<(Unlocked, BackupSummary), CopyError> {
        let place = || Ok(self.create_beside(kept, new)?);
        import_into(file, sealed, progress, place)
    }
}

impl Unlocked {
    /// Imports an export into a home that holds no profile, under a new passphrase. Until all of the file was
    /// verified nothing is touched; what fails later leaves a place that holds no profile. It takes as long as
    /// reading the file three times: call it from a thread that may wait; `progress` says how far it is.
    ///
    /// # Errors
    /// See [`CopyError`].
    pub fn import(
        home: &Path,
        file: &Path,
        sealed: &[u8],
        passphrase: &[u8],
        progress: &Progress,
    ) -> Result<(Self, BackupSummary), CopyError> {
        OpenHome::at(home).import(file, sealed, passphrase, progress)
    }

    /// The same into a home that holds profiles, see [`create_beside`](Self::create_beside): **one that is not named may be
    /// overwritten.** What fails after all of the file was verified leaves a place that holds no profile: the same can be tried again.
    ///
    /// # Errors
    /// See [`CopyError`].
    pub fn import_beside(
        home: &Path,
        kept: &[&[u8]],
        file: &Path,
        sealed: &[u8],
        new: &[u8],
        progress: &Progress,
    ) -> Result<(Self, BackupSummary), CopyError> {
        OpenHome::at(home).import_beside(kept, file, sealed, new, progress)
    }
}

fn import_into(
    file: &Path,
    sealed: &[u8],
    progress: &Progress,
    place: impl FnOnce() -> Result<Unlocked, CopyError>,
) -> Result<(Unlocked, BackupSummary), CopyError> {
    let wall = SystemClock.wall();
    let (watch, input) = watched(file, progress)?;
    let import = Import::open(input, sealed, wall)?;
    progress.set(Doing::Key);
    let unlocked = place()?;
    watch.store();
    let summary = import.into_store(&unlocked.store, wall)?;
    Ok((unlocked, summary))
}

/// An export to be read, which says how far that is.
fn watched(
    path: &Path,
    progress: &Progress,
) -> Result<(Watch, BufReader<Watched<File>>), CopyError> {
    let file = File::open(path).map_err(CopyError::File)?;
    let length = file.metadata().map_err(CopyError::File)?.len();
    let watch = Watch::new(length, progress);
    let input = BufReader::new(watch.over(file));
    Ok((watch, input))
}

/// A file that is no export yet; removed if it does not become one.
struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    fn new(file: &Path) -> Result<Self, CopyError> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(CopyError::FileExists);
        }
        let mut name = OsString::from(file);
        name.push(".part");
        let path = PathBuf::from(name);
        let created = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let file = created.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => CopyError::FileExists,
            _ => CopyError::File(error),
        })?;
        Ok(Self { path, file })
    }

    fn write(
        &self,
        store: &Store,
        sealed: &[u8],
        progress: &Progress,
    ) -> Result<BackupSummary, CopyError> {
        let out = BufWriter::new(&self.file);
        let cost = KdfParameters::shipped();
        let (_, summary) = backup::export(store, out, sealed, cost, progress)?;
        self.file.sync_all().map_err(CopyError::File)?;
        Ok(summary)
    }

    fn verify(
        &self,
        sealed: &[u8],
        written: BackupSummary,
        progress: &Progress,
    ) -> Result<(), CopyError> {
        let (_, input) = watched(&self.path, progress)?;
        let wall = SystemClock.wall();
        let import = Import::open(input, sealed, wall).map_err(CopyError::NotVerified)?;
        if import.summary() == written {
            Ok(())
        } else {
            Err(CopyError::NotVerified(ImportError::Record))
        }
    }

    /// Gives it its name.
    fn finish(&self, file: &Path) -> Result<(), CopyError> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(CopyError::FileExists);
        }
        fs::rename(&self.path, file).map_err(CopyError::File)?;
        let parent = file.parent().filter(|one| !one.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))
            .and_then(|directory| directory.sync_all())
            .map_err(CopyError::File)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is sealed; what stays of it is in nobody's way but that of the next export.
        let _ = fs::remove_file(&self.path);
    }
}
