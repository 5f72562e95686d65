//! The up to four profiles of one home: making one beside others, wiping passphrases, deniable mode, destruction. The engine
//! does the work; none of it asks or prints.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use undertone_engine::{DestroyHomeError, StartError, Unlocked, VaultError, destroy_home};
use undertone_storage::Home;

use super::{blocking, slices};
use crate::passphrase::Passphrase;
use crate::transport::Offline;

/// Why something was not done to the profiles of a home.
#[derive(Debug, thiserror::Error)]
pub enum ProfilesError {
    /// A profile was not opened, made or changed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Not everything was overwritten.
    #[error(transparent)]
    Destroy(#[from] DestroyHomeError),
    /// The engine refuses.
    #[error(transparent)]
    Engine(#[from] StartError),
    /// A thread of ours failed.
    #[error("the passphrase could not be worked on")]
    Thread(#[from] tokio::task::JoinError),
    /// The file system refused.
    #[error("the files of the home cannot be read")]
    Io(#[from] io::Error),
}

/// Makes a profile beside those of a home, of which at least one must be named.
///
/// # Errors
/// See [`ProfilesError`].
pub async fn create_beside(
    home: &Path,
    keep: Vec<Passphrase>,
    nickname: &str,
    new: Passphrase,
) -> Result<(), ProfilesError> {
    let home = home.to_owned();
    let made = blocking(move || Unlocked::create_beside(&home, &slices(&keep), &new));
    match made
        .await??
        .start_new(Arc::new(Offline::default()), nickname)
        .await
    {
        // The passphrase opened a profile, not what an interrupted try left.
        Err(StartError::Exists) => return Err(VaultError::Taken.into()),
        made => made?.shutdown().await,
    }
    Ok(())
}

/// Gives a profile that does not run another passphrase.
///
/// # Errors
/// See [`ProfilesError`].
pub async fn change_passphrase(
    home: &Path,
    old: Passphrase,
    new: Passphrase,
) -> Result<(), ProfilesError> {
    let home = home.to_owned();
    Ok(blocking(move || undertone_engine::change_passphrase(&home, &old, &new)).await??)
}

/// Gives a profile a new passphrase that destroys all others of its home before it opens this one.
///
/// # Errors
/// See [`ProfilesError`].
pub async fn set_wipe(home: &Path, old: Passphrase, new: Passphrase) -> Result<(), ProfilesError> {
    let home = home.to_owned();
    Ok(blocking(move || undertone_engine::set_wipe(&home, &old, &new)).await??)
}

/// Switches deniable mode of a profile that does not run.
///
/// # Errors
/// See [`ProfilesError`].
pub async fn set_deniable(
    home: &Path,
    passphrase: Passphrase,
    on: bool,
) -> Result<(), ProfilesError> {
    let home = home.to_owned();
    Ok(blocking(move || undertone_engine::set_deniable(&home, &passphrase, on)).await??)
}

/// Overwrites headers and keys of all profiles of a home, whoever has them open. It asks for no passphrase.
///
/// # Errors
/// See [`ProfilesError`].
pub fn destroy(home: &Path) -> Result<(), ProfilesError> {
    Ok(destroy_home(home)?)
}

/// Whether some program has a profile of a home open.
#[must_use]
pub fn is_open(home: &Path) -> bool {
    let found = Home::open(home).map(|home| home.examine());
    matches!(found, Ok(Ok(found)) if found.in_use)
}

/// What the sealed files of a home take on the disk, in bytes.
///
/// # Errors
/// The file system's.
pub fn size(home: &Path) -> io::Result<u64> {
    fn sum(directory: &Path) -> io::Result<u64> {
        let mut bytes = 0;
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            let metadata = entry.metadata()?;
            bytes += if metadata.is_dir() {
                sum(&entry.path())?
            } else {
                metadata.len()
            };
        }
        Ok(bytes)
    }
    sum(&home.join("vaults"))
}
