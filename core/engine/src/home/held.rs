//! A home as one program holds it: its profiles are unlocked one after the other and run beside each other, each a store and an
//! engine of its own. It exists because storage takes a second opening of a home for another program: who wants to open several of
//! its profiles has to open them through one and the same handle. It decides nothing about profiles, and knows none of their names.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use undertone_storage::{CreateError, Home, KdfParameters, OpenError, Store};

use super::{DestroyHomeError, UnlockError, Unlocked, destroy_home};

/// A home that one program holds, and whose profiles it may run beside each other. Clones are the same; another one made of the same
/// path is like another program, and is refused while a profile runs.
///
/// The home is taken from other programs by the first profile that is unlocked, and given back with the last one that ends.
#[derive(Clone)]
pub struct OpenHome {
    path: PathBuf,
    /// Found when it is used for the first time: before that there may be nothing.
    home: Arc<Mutex<Option<Home>>>,
    /// Held while a profile is unlocked or made. A vault that nobody has open counts as free to whoever makes a profile: one that
    /// is being unlocked must not.
    turn: Arc<Mutex<()>>,
}

/// Paths say who uses the computer: they are not printed.
impl fmt::Debug for OpenHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenHome(…)")
    }
}

impl OpenHome {
    /// A home at a place, whether there is one already or not. Nothing is touched.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            home: Arc::default(),
            turn: Arc::default(),
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Unlocks whichever profile a passphrase opens, beside those that run. Takes most of a second: call it from a thread that may
    /// wait.
    ///
    /// A passphrase that wipes does so here as everywhere. A profile that is destroyed by it while it runs ends, and its engine
    /// tells [`StopReason::Destroyed`](crate::StopReason::Destroyed).
    ///
    /// # Errors
    /// [`UnlockError::AlreadyOpen`] if that profile is unlocked; see [`UnlockError`].
    pub fn unlock(&self, passphrase: &[u8]) -> Result<Unlocked, UnlockError> {
        let home = self.found()?;
        let _turn = self.turn();
        let store = Store::open(&home, passphrase)?;
        Ok(Unlocked { store })
    }

    /// Makes the first profile's place, see [`Unlocked::create`].
    ///
    /// # Errors
    /// See [`UnlockError`].
    pub fn create(&self, passphrase: &[u8]) -> Result<Unlocked, UnlockError> {
        let home = self.made()?;
        let _turn = self.turn();
        let store = match Store::create(&home, passphrase, KdfParameters::shipped()) {
            Err(CreateError::Exists) => {
                // What is to be made must destroy nothing.
                Store::open_to_keep(&home, passphrase).map_err(|error| match error {
                    OpenError::InUse => UnlockError::InUse,
                    OpenError::AlreadyOpen => UnlockError::AlreadyOpen,
                    _ => UnlockError::Exists,
                })?
            }
            other => other?,
        };
        Ok(Unlocked { store })
    }

    /// Destroys all its profiles, those that run here included; they end by it. See [`destroy_home`].
    ///
    /// # Errors
    /// See [`DestroyHomeError`].
    pub fn destroy(&self) -> Result<(), DestroyHomeError> {
        // Not in turn: it does not wait for anything.
        match self.known().as_ref() {
            // Through the same handle, so that those who have it open are told.
            Some(home) => Ok(home.destroy()?),
            None => destroy_home(&self.path),
        }
    }

    /// The home, if there is a directory.
    pub(super) fn found(&self) -> Result<Home, UnlockError> {
        self.get(|path| Home::open(path))
    }

    fn made(&self) -> Result<Home, UnlockError> {
        self.get(|path| Home::create(path))
    }

    fn get(
        &self,
        find: impl FnOnce(&Path) -> Result<Home, undertone_storage::HomeError>,
    ) -> Result<Home, UnlockError> {
        let mut known = self.known();
        if let Some(home) = known.as_ref().filter(|_| self.path.is_dir()) {
            return Ok(home.clone());
        }
        let home = find(&self.path).map_err(UnlockError::Home)?;
        *known = Some(home.clone());
        Ok(home)
    }

    fn known(&self) -> MutexGuard<'_, Option<Home>> {
        self.home.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use undertone_storage::{ChangeSet, Kind, Slot};
    use zeroize::Zeroizing;

    use super::*;
    use crate::home::vaults::VaultError;

    fn write(one: &Unlocked, text: &[u8]) {
        let mut set = ChangeSet::new();
        let text = Zeroizing::new(text.to_vec());
        set.put(Kind::Message, b"one", Slot::Data, text);
        one.store.commit(set).expect("stored");
    }

    fn read(one: &Unlocked) -> Option<Vec<u8>> {
        let found = one.store.get(Kind::Message, b"one").expect("readable");
        found.map(|found| found.to_vec())
    }

    #[test]
    fn profiles_of_one_home_are_open_beside_each_other() {
        let place = tempfile::tempdir().expect("a directory");
        let home = OpenHome::at(place.path().join("home"));
        assert!(matches!(home.unlock(b"first"), Err(UnlockError::Home(_))));
        assert!(matches!(
            home.create_beside(&[], b"second"),
            Err(VaultError::Unlock(UnlockError::Home(_)))
        ));
        let first = home.create(b"first").expect("a first one");
        write(&first, b"1");
        // What runs is kept by that.
        let second = home.create_beside(&[], b"second").expect("a second");
        write(&second, b"2");
        // Also where it is named.
        let third = home.create_beside(&[b"first", b"second"], b"third");
        write(&third.expect("a third"), b"3");
        assert!(matches!(
            home.unlock(b"second"),
            Err(UnlockError::AlreadyOpen)
        ));
        assert!(matches!(
            home.create(b"second"),
            Err(UnlockError::AlreadyOpen)
        ));
        assert!(matches!(
            home.create_beside(&[], b"second"),
            Err(VaultError::Taken)
        ));
        assert!(matches!(home.unlock(b"no"), Err(UnlockError::Passphrase)));
        // To everybody else the home is in use.
        let other = OpenHome::at(home.path());
        assert!(matches!(other.unlock(b"third"), Err(UnlockError::InUse)));
        drop(first);
        assert!(matches!(other.unlock(b"first"), Err(UnlockError::InUse)));
        let first = home.unlock(b"first").expect("again");
        let third = home.unlock(b"third").expect("beside the others");
        for (one, text) in [(&first, b"1"), (&second, b"2"), (&third, b"3")] {
            assert_eq!(read(one).as_deref(), Some(text.as_slice()));
        }
        drop((first, second, third));
        drop(other.unlock(b"third").expect("nobody has it any more"));
    }

    #[test]
    fn what_is_done_to_one_leaves_the_others_open() {
        let place = tempfile::tempdir().expect("a directory");
        let home = OpenHome::at(place.path().join("home"));
        let first = home.create(b"first").expect("a first one");
        drop(home.create_beside(&[], b"decoy").expect("a second"));
        assert!(matches!(
            home.change_passphrase(b"first", b"new"),
            Err(VaultError::Unlock(UnlockError::AlreadyOpen))
        ));
        home.change_passphrase(b"decoy", b"other").expect("changed");
        home.set_wipe(b"other", b"wiping").expect("set");
        write(&first, b"1");
        assert!(!first.store.is_destroyed());
        // Where nothing is opened for good nothing is wiped.
        assert!(home.change_passphrase(b"wiping", b"x").is_err());
        assert!(home.create_beside(&[b"wiping"], b"x").is_err());
        assert_eq!(read(&first).as_deref(), Some(b"1".as_slice()));
        let decoy = home.unlock(b"wiping").expect("the decoy");
        assert!(first.store.is_destroyed());
        assert!(first.store.get(Kind::Message, b"one").is_err());
        write(&decoy, b"2");
        drop(first);
        assert!(matches!(
            home.unlock(b"first"),
            Err(UnlockError::Passphrase)
        ));
        home.destroy().expect("destroyed");
        assert!(decoy.store.is_destroyed());
    }
}
