//! Opens a home for a program that knows nothing of stores: makes a profile in it or unlocks the one
//! that is there, and starts it on a network. The one place where a passphrase meets the store on
//! behalf of an application; it decides nothing about profiles.

pub mod copies;
pub mod held;
pub mod vaults;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use undertone_storage::{
    CreateError, DestroyError, EraseError, Home, HomeError, OpenError, ReadError, Store,
};
use undertone_transport::{KeptState, Transport};

use self::held::OpenHome;
use crate::engine::{Engine, EngineOptions, StartError, kept_state};

/// Why a home was not unlocked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlockError {
    /// Nothing opens with this passphrase.
    #[error("wrong passphrase")]
    Passphrase,
    /// Another program has it open.
    #[error("this profile is in use: close the other program that has it open")]
    InUse,
    /// This program has it open: the passphrase is right, and what it wipes is wiped.
    #[error("this profile is open already")]
    AlreadyOpen,
    /// There is a profile already.
    #[error("there is a profile here already")]
    Exists,
    /// Its directory cannot be used.
    #[error(transparent)]
    Home(HomeError),
    /// It was not made.
    #[error(transparent)]
    Create(CreateError),
    /// It cannot be opened.
    #[error(transparent)]
    Open(OpenError),
}

impl From<OpenError> for UnlockError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::WrongPassphrase => Self::Passphrase,
            OpenError::InUse => Self::InUse,
            OpenError::AlreadyOpen => Self::AlreadyOpen,
            other => Self::Open(other),
        }
    }
}

impl From<CreateError> for UnlockError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Exists => Self::Exists,
            CreateError::Open(error) => error.into(),
            other => Self::Create(other),
        }
    }
}

/// Whether something was made in a home. It says nothing about whether it can be opened.
#[must_use]
pub fn holds_profile(home: &Path) -> bool {
    Home::open(home).is_ok_and(|home| home.holds_store())
}

/// Why not every key of a home was destroyed.
#[derive(Debug, thiserror::Error)]
pub enum DestroyHomeError {
    /// Its directory cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Not everything was overwritten.
    #[error(transparent)]
    Destroy(#[from] DestroyError),
}

/// Overwrites the keys of all profiles of a home that no program has to have open; it asks for no
/// passphrase. Of a profile that runs, [`Command::Destroy`](crate::Command::Destroy) does the same.
///
/// # Errors
/// See [`DestroyHomeError`].
pub fn destroy_home(home: &Path) -> Result<(), DestroyHomeError> {
    let opened = match Home::open(home) {
        // A home that others can read is refused everywhere else; it must not keep its keys for that.
        Err(HomeError::Permissions) => {
            let closed = fs::set_permissions(home, Permissions::from_mode(0o700));
            closed.map_err(HomeError::Io)?;
            Home::open(home)?
        }
        other => other?,
    };
    Ok(opened.destroy()?)
}

/// A home that was unlocked and is held until it is dropped or its profile ends.
pub struct Unlocked {
    store: Store,
}

impl std::fmt::Debug for Unlocked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unlocked(..)")
    }
}

/// Opens a store to change what opens it. A passphrase that would destroy other profiles does nothing here and is wrong
/// like any other that opens nothing: whoever watches learns neither that it does something else, nor that there is one.
fn open_unseen(home: &Home, passphrase: &[u8]) -> Result<Store, UnlockError> {
    Store::open_to_keep(home, passphrase).map_err(|error| match error {
        OpenError::WouldWipe => UnlockError::Passphrase,
        other => other.into(),
    })
}

impl Unlocked {
    /// Makes the place for a profile, sealed by a passphrase. Takes most of a second: call it from a
    /// thread that may wait. One that was made before and got no profile is taken again, by the same
    /// passphrase.
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub fn create(home: &Path, passphrase: &[u8]) -> Result<Self, UnlockError> {
        OpenHome::at(home).create(passphrase)
    }

    /// Unlocks what is there, where nothing else of the home is unlocked: else see [`OpenHome`]. Takes most of a second: call
    /// it from a thread that may wait.
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub fn open(home: &Path, passphrase: &[u8]) -> Result<Self, UnlockError> {
        OpenHome::at(home).unlock(passphrase)
    }

    /// Closes it again without starting its profile.
    ///
    /// # Errors
    /// It was not closed as it should be; nothing is lost.
    pub fn close(self) -> Result<(), EraseError> {
        self.store.lock()
    }

    /// What the network layer of the last run wanted to find again.
    ///
    /// # Errors
    /// The store refuses to read.
    pub fn kept_state(&self) -> Result<KeptState, ReadError> {
        kept_state(&self.store)
    }

    /// Starts the profile on a network.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start(self, transport: Arc<dyn Transport>) -> Result<Engine, StartError> {
        Engine::start(EngineOptions::new(self.store, transport)).await
    }

    /// Makes the profile and starts it on a network.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn start_new(
        self,
        transport: Arc<dyn Transport>,
        nickname: &str,
    ) -> Result<Engine, StartError> {
        Engine::create(EngineOptions::new(self.store, transport), nickname).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_opens_with_its_passphrase_and_once_at_a_time() {
        let place = tempfile::tempdir().expect("a directory");
        let home = place.path().join("home");
        assert!(!holds_profile(&home));
        let open = Unlocked::create(&home, b"right").expect("a home");
        assert!(holds_profile(&home));
        assert!(matches!(
            Unlocked::open(&home, b"right"),
            Err(UnlockError::InUse)
        ));
        drop(open);
        assert!(matches!(
            Unlocked::open(&home, b"wrong"),
            Err(UnlockError::Passphrase)
        ));
        assert!(matches!(
            Unlocked::create(&home, b"wrong"),
            Err(UnlockError::Exists)
        ));
        // What was made and got no profile is taken again.
        let again = Unlocked::create(&home, b"right").expect("the same home");
        again.close().expect("closed");
        // Also where others can read it.
        fs::set_permissions(&home, Permissions::from_mode(0o755)).expect("ours");
        destroy_home(&home).expect("destroyed");
        assert!(Unlocked::open(&home, b"right").is_err());
    }
}
