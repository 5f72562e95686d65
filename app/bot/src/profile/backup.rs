//! Exports of a profile to a file and back, each on a thread that may wait. The engine does the work.

use std::path::{Path, PathBuf};

use undertone_engine::backup::BackupSummary;
use undertone_engine::progress::Progress;
use undertone_engine::{CopyError, UnlockError, Unlocked, export_profile};

use super::{blocking, slices};
use crate::passphrase::Passphrase;

/// Why a profile was not exported, or an export not imported.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a profile in the home.
    #[error(
        "there is a profile in this home: import beside it with --beside, or name another home"
    )]
    HomeInUse,
    /// Not exported, or not imported.
    #[error(transparent)]
    Copy(CopyError),
    /// A thread of ours failed.
    #[error("the passphrase could not be worked on")]
    Thread(#[from] tokio::task::JoinError),
}

impl From<CopyError> for BackupError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Unlock(UnlockError::Exists) => Self::HomeInUse,
            other => Self::Copy(other),
        }
    }
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
    let home = home.to_owned();
    let exported = blocking(move || {
        let untold = Progress::default();
        export_profile(&home, &passphrase, &file, &export_passphrase, &untold)
    });
    Ok(exported.await??)
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
    let imported = blocking(move || {
        let untold = Progress::default();
        let (place, summary) = match destination {
            Destination::NewHome(passphrase) => {
                Unlocked::import(&home, &file, &export_passphrase, &passphrase, &untold)?
            }
            Destination::Beside(kept, passphrase) => {
                let kept = slices(&kept);
                Unlocked::import_beside(
                    &home,
                    &kept,
                    &file,
                    &export_passphrase,
                    &passphrase,
                    &untold,
                )?
            }
        };
        place.close()?;
        Ok::<_, CopyError>(summary)
    });
    Ok(imported.await??)
}
