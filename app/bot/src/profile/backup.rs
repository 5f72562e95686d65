//! Exports of a profile to a file and back. A file is called an export only after it was read back and verified, and nothing is
//! touched by an import before all of the file was.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use undertone_engine::backup::{self, BackupSummary, ExportError, Import, ImportError};
use undertone_storage::{
    CreateError, EraseError, Home, HomeError, KdfParameters, OpenError, Store,
};

use super::vaults::{Beside, VaultError};
use crate::passphrase::Passphrase;

/// Why a profile was not exported, or an export not imported.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file is there already.
    #[error("there is a file of that name already: nothing was written")]
    FileExists,
    /// The file cannot be opened, written or read.
    #[error("the export file cannot be used")]
    File(#[source] io::Error),
    /// Not exported.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// What was written could not be read back.
    #[error("the export was written but could not be read back: is the disk in order?")]
    NotVerified(#[source] ImportError),
    /// Not imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// There is a profile in the home.
    #[error(
        "there is a profile in this home: import beside it with --beside, or name another home"
    )]
    HomeInUse,
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The profile was not opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new store was not made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// No place beside the profiles of a home.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A store was not closed as it should be.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// A thread of ours failed.
    #[error("the passphrase could not be worked on")]
    Thread(#[from] tokio::task::JoinError),
}

/// Exports a profile that does not run into a new file, under a passphrase of its own.
///
/// # Errors
/// See [`BackupError`]; there is no file then.
pub async fn export(
    home: &Path,
    passphrase: Passphrase,
    file: PathBuf,
    export_passphrase: Passphrase,
) -> Result<BackupSummary, BackupError> {
    let home = Home::open(home)?;
    tokio::task::spawn_blocking(move || {
        let store = Store::open(&home, &passphrase)?;
        let unfinished = Unfinished::new(&file)?;
        let written = unfinished.write(&store, &export_passphrase)?;
        unfinished.verify(&export_passphrase, written)?;
        unfinished.finish(&file)?;
        backup::note(&store, now())?;
        store.lock()?;
        Ok(written)
    })
    .await?
}

/// A file that is no export yet; removed if it does not become one.
struct Unfinished {
    path: PathBuf,
    file: File,
}

impl Unfinished {
    fn new(file: &Path) -> Result<Self, BackupError> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(BackupError::FileExists);
        }
        let mut name = file.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        let created = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path);
        let file = created.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::FileExists,
            _ => BackupError::File(error),
        })?;
        Ok(Self { path, file })
    }

    fn write(&self, store: &Store, passphrase: &[u8]) -> Result<BackupSummary, BackupError> {
        let out = BufWriter::new(&self.file);
        let (_, summary) = backup::export(store, out, passphrase, KdfParameters::shipped())?;
        self.file.sync_all().map_err(BackupError::File)?;
        Ok(summary)
    }

    fn verify(&self, passphrase: &[u8], written: BackupSummary) -> Result<(), BackupError> {
        let input = BufReader::new(File::open(&self.path).map_err(BackupError::File)?);
        let import = Import::open(input, passphrase, now()).map_err(BackupError::NotVerified)?;
        if import.summary() == written {
            Ok(())
        } else {
            Err(BackupError::NotVerified(ImportError::Record))
        }
    }

    /// Gives it its name.
    fn finish(&self, file: &Path) -> Result<(), BackupError> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(BackupError::FileExists);
        }
        fs::rename(&self.path, file).map_err(BackupError::File)?;
        let parent = file
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let directory = File::open(parent.unwrap_or(Path::new(".")));
        directory
            .and_then(|directory| directory.sync_all())
            .map_err(BackupError::File)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // It is sealed; what stays of it is in nobody's way but that of the next export.
        let _ = fs::remove_file(&self.path);
    }
}

/// Where an import goes.
pub enum Destination {
    /// Into a home that holds no profile, under this passphrase.
    NewHome(Passphrase),
    /// Beside those of a home, of which these are to be kept.
    Beside(Vec<Passphrase>, Passphrase),
}

/// Imports an export.
///
/// # Errors
/// See [`BackupError`]. Until all of the file was verified nothing was touched. What fails later leaves a place that
/// holds no profile: the same import can be tried again.
pub async fn import(
    home: &Path,
    file: PathBuf,
    export_passphrase: Passphrase,
    destination: Destination,
) -> Result<BackupSummary, BackupError> {
    let home = home.to_owned();
    tokio::task::spawn_blocking(move || {
        let input = BufReader::new(File::open(&file).map_err(BackupError::File)?);
        let import = Import::open(input, &export_passphrase, now())?;
        let store = match destination {
            Destination::NewHome(passphrase) => new_store(&home, &passphrase)?,
            Destination::Beside(keep, passphrase) => {
                Beside::make(&home, &keep, &passphrase)?.into_new()?
            }
        };
        let summary = import.into_store(&store, now())?;
        store.lock()?;
        Ok(summary)
    })
    .await?
}

fn new_store(home: &Path, passphrase: &[u8]) -> Result<Store, BackupError> {
    let home = Home::create(home)?;
    match Store::create(&home, passphrase, KdfParameters::shipped()) {
        // Perhaps what an interrupted import left: the engine knows whether there is a profile in it.
        // What is to be made must destroy nothing.
        Err(CreateError::Exists) => match Store::open_to_keep(&home, passphrase) {
            Err(OpenError::WrongPassphrase | OpenError::WouldWipe) => Err(BackupError::HomeInUse),
            other => Ok(other?),
        },
        other => Ok(other?),
    }
}

/// Seconds since 1970; 0 where the clock is before that.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
