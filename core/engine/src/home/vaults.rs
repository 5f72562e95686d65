//! The up to four profiles of one home, for programs that know nothing of stores: another passphrase, one that wipes, deniable
//! mode, and a further profile beside those that run or are named. The profile that is changed must not be running; others may, where
//! all of it happens through one [`OpenHome`].

use std::path::Path;

use undertone_storage::{
    CoverError, CreateError, EraseError, KdfParameters, OpenError, Store, VaultId,
};

use super::held::OpenHome;
use super::{UnlockError, Unlocked, open_unseen};

/// The most profiles that can be kept while another one is made.
pub const MAX_KEPT: usize = 3;

/// Why the profiles of a home were not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// A profile was not opened.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The new passphrase opens a profile of the home already.
    #[error("this passphrase opens a profile here already: choose another one")]
    Taken,
    /// One to three profiles can be kept.
    #[error("name one to three profiles that are to be kept")]
    Kept,
    /// The other vaults could not be written.
    #[error(transparent)]
    Cover(#[from] CoverError),
    /// Not closed as it should be; nothing is lost.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

impl From<CreateError> for VaultError {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Taken => Self::Taken,
            CreateError::NoneOpen => Self::Kept,
            other => Self::Unlock(other.into()),
        }
    }
}

impl From<OpenError> for VaultError {
    fn from(error: OpenError) -> Self {
        Self::Unlock(error.into())
    }
}

/// Gives a profile another passphrase. Whoever has an old copy of the files opens it with the old one
/// still. It takes some seconds: call it from a thread that may wait.
///
/// # Errors
/// See [`VaultError`]. A passphrase that would destroy other profiles destroys nothing here, and is refused as a wrong one is.
pub fn change_passphrase(home: &Path, old: &[u8], new: &[u8]) -> Result<(), VaultError> {
    OpenHome::at(home).change_passphrase(old, new)
}

/// Gives a profile another passphrase that destroys all others of its home before it opens this one. It takes some seconds:
/// call it from a thread that may wait.
///
/// # Errors
/// See [`change_passphrase`].
pub fn set_wipe(home: &Path, old: &[u8], new: &[u8]) -> Result<(), VaultError> {
    OpenHome::at(home).set_wipe(old, new)
}

/// Switches deniable mode of a profile. It takes a second: call it from a thread that may wait.
///
/// # Errors
/// See [`VaultError`]; a passphrase that would destroy other profiles is refused and destroys nothing.
pub fn set_deniable(home: &Path, passphrase: &[u8], on: bool) -> Result<(), VaultError> {
    OpenHome::at(home).set_deniable(passphrase, on)
}

impl OpenHome {
    /// As [`change_passphrase`], of a profile that does not run, beside those that do.
    ///
    /// # Errors
    /// See [`change_passphrase`].
    pub fn change_passphrase(&self, old: &[u8], new: &[u8]) -> Result<(), VaultError> {
        let home = self.found()?;
        let _turn = self.turn();
        let store = open_unseen(&home, old)?;
        store.change_passphrase(new, KdfParameters::shipped())?;
        Ok(store.lock()?)
    }

    /// As [`set_wipe`], of a profile that does not run, beside those that do.
    ///
    /// # Errors
    /// See [`change_passphrase`].
    pub fn set_wipe(&self, old: &[u8], new: &[u8]) -> Result<(), VaultError> {
        let home = self.found()?;
        let _turn = self.turn();
        let store = open_unseen(&home, old)?;
        let others = VaultId::ALL.into_iter().filter(|one| *one != store.vault());
        let others: Vec<VaultId> = others.collect();
        store.set_wipe(new, KdfParameters::shipped(), &others)?;
        Ok(store.lock()?)
    }

    /// As [`set_deniable`], of a profile that does not run, beside those that do.
    ///
    /// # Errors
    /// See [`set_deniable`].
    pub fn set_deniable(&self, passphrase: &[u8], on: bool) -> Result<(), VaultError> {
        let home = self.found()?;
        let _turn = self.turn();
        let store = Store::open_to_keep(&home, passphrase)?;
        store.set_deniable(on)?;
        Ok(store.lock()?)
    }

    /// As [`Unlocked::create_beside`], where profiles that are unlocked are kept by that: `kept` are the passphrases of further ones,
    /// and may be empty if one is unlocked. **A profile that is neither unlocked nor named may be overwritten.**
    ///
    /// # Errors
    /// See [`Unlocked::create_beside`].
    pub fn create_beside(&self, kept: &[&[u8]], new: &[u8]) -> Result<Unlocked, VaultError> {
        if kept.len() > MAX_KEPT {
            return Err(VaultError::Kept);
        }
        let home = self.found()?;
        let _turn = self.turn();
        let mut open = Vec::with_capacity(kept.len());
        for passphrase in kept {
            match Store::open_to_keep(&home, passphrase) {
                // It is kept as it is.
                Err(OpenError::AlreadyOpen) => {}
                opened => open.push(opened?),
            }
        }
        let store = match home.create_beside(new, KdfParameters::shipped()) {
            Err(CreateError::Taken) => match Store::open_to_keep(&home, new) {
                // One of those that are kept; or one that destroys others, which nobody has to hear.
                Err(OpenError::AlreadyOpen | OpenError::WouldWipe) => {
                    return Err(VaultError::Taken);
                }
                other => other?,
            },
            other => other?,
        };
        for kept in open {
            kept.lock()?;
        }
        Ok(Unlocked { store })
    }
}

impl Unlocked {
    /// Makes the place for a further profile beside those that the passphrases in `kept` open. Nothing on the
    /// disk tells which vaults are in use: **a profile that is not named may be overwritten.** It takes a
    /// second for each passphrase: call it from a thread that may wait. If the new passphrase opens a vault already, that is the
    /// place: what an interrupted try left, or a profile, which whoever puts one into it finds out.
    ///
    /// # Errors
    /// See [`VaultError`]. If one that is to be kept does not open, nothing was changed; one that would wipe others is refused.
    pub fn create_beside(home: &Path, kept: &[&[u8]], new: &[u8]) -> Result<Self, VaultError> {
        OpenHome::at(home).create_beside(kept, new)
    }
}

#[cfg(test)]
mod tests {
    use undertone_storage::{ChangeSet, Kind, Slot};
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn passphrases_change_and_profiles_lie_side_by_side() {
        let place = tempfile::tempdir().expect("a directory");
        let home = place.path().join("home");
        drop(Unlocked::create(&home, b"first").expect("a home"));
        assert!(matches!(
            change_passphrase(&home, b"wrong", b"new"),
            Err(VaultError::Unlock(UnlockError::Passphrase))
        ));
        change_passphrase(&home, b"first", b"new").expect("changed");
        assert!(Unlocked::open(&home, b"first").is_err());
        assert!(matches!(
            Unlocked::create_beside(&home, &[b"new"], b"new"),
            Err(VaultError::Taken)
        ));
        assert!(matches!(
            Unlocked::create_beside(&home, &[], b"second"),
            Err(VaultError::Kept)
        ));
        drop(Unlocked::create_beside(&home, &[b"new"], b"second").expect("a second"));
        drop(Unlocked::open(&home, b"new").expect("the first"));
        drop(Unlocked::open(&home, b"second").expect("the second"));
    }

    /// What an interrupted try left is found again by its passphrase, and nothing else is taken for it.
    #[test]
    fn a_place_beside_others_can_be_made_again() {
        let place = tempfile::tempdir().expect("a directory");
        let home = place.path().join("home");
        drop(Unlocked::create(&home, b"first").expect("a home"));
        let beside = || Unlocked::create_beside(&home, &[b"first"], b"second");
        let second = beside().expect("a second one");
        let vault = second.store.vault();
        let mut half = ChangeSet::new();
        half.put(Kind::Message, b"one", Slot::Data, Zeroizing::new(vec![1]));
        second.store.commit(half).expect("half of an import");
        drop(second);
        let again = beside().expect("the same one");
        assert_eq!(again.store.vault(), vault);
        let kept = again.store.get(Kind::Message, b"one").expect("readable");
        assert!(kept.is_some());
    }

    /// Whoever watches learns nothing of it, and nothing is lost.
    #[test]
    fn a_wiping_passphrase_is_a_wrong_one_where_nothing_is_opened() {
        let place = tempfile::tempdir().expect("a directory");
        let home = place.path().join("home");
        drop(Unlocked::create(&home, b"first").expect("a home"));
        drop(Unlocked::create_beside(&home, &[b"first"], b"decoy").expect("a second"));
        set_wipe(&home, b"decoy", b"wiping").expect("set");
        for wrong in [b"wiping".as_slice(), b"decoy"] {
            for refused in [
                change_passphrase(&home, wrong, b"new"),
                set_wipe(&home, wrong, b"new"),
            ] {
                assert!(matches!(
                    refused,
                    Err(VaultError::Unlock(UnlockError::Passphrase))
                ));
            }
        }
        drop(Unlocked::open(&home, b"first").expect("it was not destroyed"));
        drop(Unlocked::open(&home, b"wiping").expect("it still opens its own"));
        assert!(Unlocked::open(&home, b"first").is_err(), "and wipes");
    }
}
