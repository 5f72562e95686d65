//! The up to four profiles of one home: making one beside others, wiping passphrases, deniable mode, destruction. None of
//! it asks or prints.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use undertone_engine::{Engine, EngineOptions, StartError};
use undertone_storage::{
    CoverError, CreateError, DestroyError, EraseError, Home, HomeError, KdfParameters, OpenError,
    Store, VaultId,
};

use crate::passphrase::Passphrase;
use crate::transport::Offline;

/// The most profiles that can be kept while another one is made.
pub const MAX_KEPT: usize = 3;

/// Why something was not done to the profiles of a home.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// A profile was not opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No profile to keep was named.
    #[error("name at least one profile of this home that is to be kept")]
    NobodyKept,
    /// More than a home has.
    #[error("a home has four profiles: at most three can be kept while another one is made")]
    TooMany,
    /// A profile or a passphrase was not made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The other vaults could not be written.
    #[error(transparent)]
    Cover(#[from] CoverError),
    /// The profile was not closed as it should be.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// Not everything was overwritten.
    #[error(transparent)]
    Destroy(#[from] DestroyError),
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

/// Profiles of one home that are open so that nothing overwrites them, and a new one beside them.
pub struct Beside {
    kept: Vec<Store>,
    /// The new one; it holds no profile yet.
    pub store: Store,
}

impl std::fmt::Debug for Beside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Beside(..)")
    }
}

impl Beside {
    /// Opens what is to be kept and makes a store beside it. It blocks for a second with each passphrase. If the new
    /// passphrase opens a vault already, that is the store: what an interrupted try left, or a profile, which whoever puts
    /// one into it finds out.
    ///
    /// # Errors
    /// See [`VaultError`]. If one that is to be kept does not open, nothing was changed; a wiping passphrase among them is
    /// refused and destroys nothing.
    pub fn make(home: &Path, keep: &[Passphrase], new: &[u8]) -> Result<Self, VaultError> {
        let home = Home::open(home)?;
        if keep.len() > MAX_KEPT {
            return Err(VaultError::TooMany);
        }
        let mut kept = Vec::with_capacity(keep.len());
        for passphrase in keep {
            kept.push(Store::open_to_keep(&home, passphrase)?);
        }
        let one = kept.first().ok_or(VaultError::NobodyKept)?;
        let store = match one.create_beside(new, KdfParameters::shipped()) {
            Err(CreateError::Taken) => match Store::open_to_keep(&home, new) {
                // One of those that are kept.
                Err(OpenError::InUse) => return Err(CreateError::Taken.into()),
                other => other?,
            },
            other => other?,
        };
        Ok(Self { kept, store })
    }

    /// Closes those that were kept, and gives the new one.
    ///
    /// # Errors
    /// One of them could not be closed as it should be; nothing is lost.
    pub fn into_new(self) -> Result<Store, EraseError> {
        for store in self.kept {
            store.lock()?;
        }
        Ok(self.store)
    }
}

/// Makes a profile beside those of a home, of which at least one must be named.
///
/// # Errors
/// See [`VaultError`].
pub async fn create_beside(
    home: &Path,
    keep: Vec<Passphrase>,
    nickname: &str,
    new: Passphrase,
) -> Result<(), VaultError> {
    let home = home.to_owned();
    let made = blocking(move || {
        Beside::make(&home, &keep, &new)?
            .into_new()
            .map_err(Into::into)
    });
    let options = EngineOptions::new(made.await??, Arc::new(Offline::default()));
    match Engine::create(options, nickname).await {
        // The passphrase opened a profile, not what an interrupted try left.
        Err(StartError::Exists) => return Err(CreateError::Taken.into()),
        made => made?.shutdown().await,
    }
    Ok(())
}

/// Gives a profile a new passphrase that destroys all others of its home before it opens this one.
///
/// # Errors
/// See [`VaultError`].
pub async fn set_wipe(home: &Path, old: Passphrase, new: Passphrase) -> Result<(), VaultError> {
    let home = Home::open(home)?;
    blocking(move || {
        let store = Store::open(&home, &old)?;
        let others = VaultId::ALL.into_iter().filter(|one| *one != store.vault());
        let others: Vec<VaultId> = others.collect();
        store.set_wipe(&new, KdfParameters::shipped(), &others)?;
        Ok(store.lock()?)
    })
    .await?
}

/// Switches deniable mode of a profile that does not run.
///
/// # Errors
/// See [`VaultError`].
pub async fn set_deniable(home: &Path, passphrase: Passphrase, on: bool) -> Result<(), VaultError> {
    let home = Home::open(home)?;
    blocking(move || {
        let store = Store::open_to_keep(&home, &passphrase)?;
        store.set_deniable(on)?;
        Ok(store.lock()?)
    })
    .await?
}

/// Overwrites headers and keys of all profiles of a home, whoever has them open. It asks for no passphrase.
///
/// # Errors
/// See [`VaultError`].
pub fn destroy(home: &Path) -> Result<(), VaultError> {
    // A home that others can read is refused everywhere else; it must not keep its keys for that.
    let closed = || fs::set_permissions(home, Permissions::from_mode(0o700));
    let home = match Home::open(home) {
        Err(HomeError::Permissions) => {
            closed()?;
            Home::open(home)?
        }
        other => other?,
    };
    Ok(home.destroy()?)
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

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<Result<T, VaultError>, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

#[cfg(test)]
mod tests {
    use undertone_storage::{ChangeSet, Kind, Slot};
    use zeroize::Zeroizing;

    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Zeroizing::new(text.as_bytes().to_vec())
    }

    /// What an interrupted try left is found again by its passphrase, and nothing else is taken for it.
    #[test]
    fn a_place_beside_others_can_be_made_again() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("home");
        let home = Home::create(&path).expect("a home");
        let cost = KdfParameters::shipped();
        drop(Store::create(&home, b"first", cost).expect("a store"));
        drop(home);
        let keep = || [passphrase("first")];
        let beside = Beside::make(&path, &keep(), b"second").expect("a second one");
        let vault = beside.store.vault();
        let mut half = ChangeSet::new();
        half.put(Kind::Message, b"one", Slot::Data, Zeroizing::new(vec![1]));
        beside.store.commit(half).expect("half of an import");
        drop(beside);
        let again = Beside::make(&path, &keep(), b"second").expect("the same one");
        assert_eq!(again.store.vault(), vault);
        assert!(
            again
                .store
                .get(Kind::Message, b"one")
                .expect("readable")
                .is_some()
        );
        drop(again);
        let taken = Beside::make(&path, &keep(), b"first");
        assert!(matches!(taken, Err(VaultError::Create(CreateError::Taken))));
    }
}
