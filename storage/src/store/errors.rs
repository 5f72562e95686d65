//! What can go wrong, one enum for each operation. No case carries content, an identifier or a path.

use std::io;

use crate::header::{DeriveError, HeaderError, WeakParameters, WriteError};
use crate::home::HomeError;
use crate::keys::KeysError;
use crate::log::LogError;
use crate::record::SealError;
use crate::seal::Mismatch;

/// Why a store could not be created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The home already holds a store; nothing was changed.
    #[error("there is already a profile here: open it, or choose another place")]
    Exists,
    /// No store of the home is open, so nothing would be kept.
    #[error("open the profiles that are to be kept first")]
    NoneOpen,
    /// All four vaults are open: each holds a profile that is to be kept.
    #[error("there is room for four profiles and all are in use: choose another place")]
    NoVaultLeft,
    /// The passphrase opens another profile of the home.
    #[error("this passphrase is in use here already: choose another one")]
    Taken,
    /// Another cost than that of the home, which all its profiles share.
    #[error("all profiles of one place share the cost of opening: it cannot be changed for one")]
    CostIsShared,
    /// A passphrase cannot wipe the profile that it opens.
    #[error("a wiping passphrase cannot name the profile that it opens")]
    WipesItself,
    /// See [`WeakParameters`].
    #[error(transparent)]
    Parameters(#[from] WeakParameters),
    /// Argon2id found not enough memory.
    #[error("not enough memory to derive a key from the passphrase: close other programs")]
    Memory,
    /// The home cannot be used.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// What was created could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The first records could not be written.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The file system refused.
    #[error("the profile cannot be created: {0}")]
    Io(#[from] io::Error),
}

/// Why a store could not be opened. No case destroys anything: what could be opened before still can.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is no store in this home.
    #[error("there is no profile here: create one, or name the right place")]
    NoProfile,
    /// The passphrase does not open the header. If both of its copies are damaged in the same
    /// way, this is what it looks like as well.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// This passphrase destroys other profiles when it opens its own; nothing was touched.
    #[error(
        "this passphrase destroys other profiles before it opens its own: nothing was done with it"
    )]
    WouldWipe,
    /// Another program, or another [`Home`](crate::Home) of this one, has a store of the same home open.
    #[error("this profile is in use: close the other program that has it open")]
    InUse,
    /// This program has the store that the passphrase opens open already. If the passphrase wipes others, that is done.
    #[error("this profile is open already")]
    AlreadyOpen,
    /// At least one copy of the header is damaged, and the passphrase opens none.
    #[error(
        "the passphrase header is damaged, or the passphrase is wrong: try it again, then restore from an export"
    )]
    DamagedHeader,
    /// The header asks for a cost that this build refuses.
    #[error(transparent)]
    Parameters(#[from] WeakParameters),
    /// Neither copy of the key file can be opened.
    #[error("the key file is damaged in both of its copies: restore from an export")]
    DamagedKeys,
    /// The log does not hold what it should: records are missing, old or unreadable.
    #[error("the records are damaged: restore from an export")]
    DamagedRecords,
    /// Others can read the home.
    #[error("others can read the profile directory: take their rights away (mode 0700)")]
    Permissions,
    /// Written by a newer program.
    #[error("this profile has schema {0}, which is newer than this program: use a newer version")]
    NewerSchema(u32),
    /// Written by a program so old that no step leads from there.
    #[error(
        "this profile has schema {0}, which is too old for this program: use an older version first"
    )]
    OlderSchema(u32),
    /// An earlier failure in this process keeps the records from being opened.
    #[error("an earlier failure is in the way: start the program again")]
    Restart,
    /// Argon2id found not enough memory.
    #[error("not enough memory to derive a key from the passphrase: close other programs")]
    Memory,
    /// The file system refused.
    #[error("the profile cannot be opened: {0}")]
    Io(#[from] io::Error),
}

/// Why a record could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The record is there but cannot be opened.
    #[error("the record is damaged: restore from an export")]
    Damaged,
    /// A write has failed before, so it is unknown what is durable.
    #[error("the store closed after a failed write: open it again")]
    Closed,
    /// The file system refused.
    #[error("the record cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Why changes could not be made durable.
///
/// After [`TooLarge`](Self::TooLarge) and [`KeysFull`](Self::KeysFull) nothing has changed
/// and the store goes on. After all others it is closed, and the changes are there as a whole or not at
/// all when it is opened again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// An identifier or a value is longer than a record can be; see [`MAX_ID`](crate::MAX_ID)
    /// and [`MAX_VALUE`](crate::MAX_VALUE).
    #[error("a record is too large")]
    TooLarge,
    /// There are about a million slots.
    #[error("the key file is full: delete old conversations")]
    KeysFull,
    /// A record this one depends on is damaged.
    #[error("the records are damaged: restore from an export")]
    Damaged,
    /// An earlier write has failed.
    #[error("the store closed after a failed write: open it again")]
    Closed,
    /// The disk is full or the file system refused.
    #[error("the changes cannot be stored: {0}")]
    Io(#[from] io::Error),
}

/// Why other vaults could not be covered. What could not be written is made up for at the next opening.
#[derive(Debug, thiserror::Error)]
#[error("the other vaults could not be written: {0}")]
pub struct CoverError(#[from] pub CommitError);

/// Why a profile may not be destroyed. What could be overwritten was.
#[derive(Debug, thiserror::Error)]
#[error("not everything could be overwritten, the passphrase may still open it: {0}")]
pub struct DestroyError(#[from] pub io::Error);

/// Why a slot could not be erased or sealed again. The keys may already be destroyed; what is left to do is
/// done at the next opening.
#[derive(Debug, thiserror::Error)]
#[error("erasing is not complete, it ends when the store is opened again: {0}")]
pub struct EraseError(#[from] pub CommitError);

impl From<HomeError> for OpenError {
    fn from(error: HomeError) -> Self {
        match error {
            HomeError::NotFound | HomeError::NotADirectory => Self::NoProfile,
            HomeError::Permissions => Self::Permissions,
            HomeError::Io(error) => Self::Io(error),
        }
    }
}

impl From<HeaderError> for OpenError {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::WrongPassphrase => Self::WrongPassphrase,
            HeaderError::Damaged => Self::DamagedHeader,
            HeaderError::Derive(DeriveError::Memory) => Self::Memory,
            HeaderError::Derive(DeriveError::Parameters(error)) => Self::Parameters(error),
            HeaderError::Io(error) => Self::Io(error),
        }
    }
}

impl From<KeysError> for OpenError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Damaged | KeysError::Full => Self::DamagedKeys,
            KeysError::Io(error) => Self::Io(error),
        }
    }
}

impl From<LogError> for OpenError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Damaged => Self::DamagedRecords,
            LogError::Stalled | LogError::Broken => Self::Restart,
            LogError::Io(error) => Self::Io(error),
        }
    }
}

impl From<Mismatch> for OpenError {
    fn from(Mismatch: Mismatch) -> Self {
        Self::DamagedRecords
    }
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged => Self::DamagedRecords,
            ReadError::Closed => Self::Restart,
            ReadError::Io(error) => Self::Io(error),
        }
    }
}

impl From<CommitError> for OpenError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Io(error) => Self::Io(error),
            CommitError::KeysFull => Self::DamagedKeys,
            CommitError::TooLarge | CommitError::Damaged => Self::DamagedRecords,
            CommitError::Closed => Self::Restart,
        }
    }
}

impl From<DeriveError> for CreateError {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Memory => Self::Memory,
            DeriveError::Parameters(error) => Self::Parameters(error),
        }
    }
}

impl From<WriteError> for CreateError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Derive(error) => error.into(),
            WriteError::Seal(error) => Self::Io(io::Error::other(error)),
            WriteError::Io(error) => Self::Io(error),
        }
    }
}

impl From<LogError> for ReadError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Damaged => Self::Damaged,
            LogError::Stalled | LogError::Broken => Self::Closed,
            LogError::Io(error) => Self::Io(error),
        }
    }
}

impl From<Mismatch> for ReadError {
    fn from(Mismatch: Mismatch) -> Self {
        Self::Damaged
    }
}

impl From<ReadError> for CommitError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged => Self::Damaged,
            ReadError::Closed => Self::Closed,
            ReadError::Io(error) => Self::Io(error),
        }
    }
}

impl From<ReadError> for EraseError {
    fn from(error: ReadError) -> Self {
        Self(error.into())
    }
}

impl From<LogError> for CommitError {
    fn from(error: LogError) -> Self {
        ReadError::from(error).into()
    }
}

impl From<Mismatch> for CommitError {
    fn from(Mismatch: Mismatch) -> Self {
        Self::Damaged
    }
}

impl From<KeysError> for CommitError {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Full => Self::KeysFull,
            KeysError::Damaged => Self::Damaged,
            KeysError::Io(error) => Self::Io(error),
        }
    }
}

impl From<SealError> for CommitError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::TooLarge => Self::TooLarge,
            SealError::Randomness(error) => Self::Io(error),
            SealError::Cipher(Mismatch) => Self::Damaged,
        }
    }
}
