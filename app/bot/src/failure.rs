//! Everything that makes the program end without success, and the exit code of each. The codes
//! are part of the interface: scripts rely on them, the help and the README list them.

use std::io;

use undertone_engine::StartError as EngineError;
use undertone_engine::{CopyError, DestroyHomeError, UnlockError, VaultError};
use undertone_storage::CreateError;

use crate::client::AskError;
use crate::client::names::NameError;
use crate::daemon::{BeginError, RunError};
use crate::logging::LogError;
use crate::passphrase::PassphraseError;
use crate::profile::StartError;
use crate::profile::backup::BackupError;
use crate::profile::vaults::ProfilesError;

/// Why the program ends without success.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No `--home`, and no place for one.
    #[error("no profile named: use --home DIR")]
    NoHome,
    /// No passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// No log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What is to be sent cannot be read.
    #[error("standard input cannot be read")]
    Input(#[source] io::Error),
    /// More than any message.
    #[error("standard input is longer than a message can be")]
    InputTooLong,
    /// Not a text.
    #[error("standard input is not UTF-8")]
    InputNotText,
    /// The profile was not made or not opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// Not done to the profiles of a home.
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
    /// Not exported, or not imported.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Nobody said yes.
    #[error("nothing was done: it needs --yes, or \"yes\" on a terminal")]
    NoConsent,
    /// `stop` with a profile named.
    #[error("stop ends all profiles: to end one of them use lock")]
    StopsAll,
    /// `doctor`.
    #[error("not all is well: what to do is said above")]
    Unwell,
    /// The profile stopped.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The running profile was not reached, or refused.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// No such contact.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Not a contact with whom words are exchanged.
    #[error("there is no conversation with this contact yet")]
    NoConversation,
    /// No circle.
    #[error("this contact is in no circle yet")]
    NoCircle,
    /// None, or several that begin like this.
    #[error(
        "no introduction that waits for an answer begins like this; \"introductions\" lists them"
    )]
    NoIntroduction,
    /// No picture to write out.
    #[error("there is no picture")]
    NoPicture,
    /// Not a picture.
    #[error(transparent)]
    Picture(undertone_engine::picture::PictureError),
    /// The file of a picture.
    #[error("the file of the picture cannot be read, or exists already")]
    PictureFile(#[source] io::Error),
    /// The comparison of a short code ended before it began.
    #[error("the comparison ended: the contact is not connected any more")]
    NoShortCode,
    /// Other digits.
    #[error(
        "the digits differ: check the typing; if they really differ, this is not the contact you \
         think it is"
    )]
    CodesDiffer,
    /// `--wait` or `--seconds`.
    #[error("not reached within {0} s; it goes on in the background")]
    NotInTime(u32),
    /// The result cannot be written.
    #[error("the result cannot be written")]
    Output(#[source] io::Error),
    /// No threads or no clock from the system.
    #[error("the program cannot be started on this system")]
    System(#[source] io::Error),
}

impl From<BeginError> for Failure {
    fn from(error: BeginError) -> Self {
        match error {
            BeginError::Start(error) => error.into(),
            BeginError::Run(error) => error.into(),
        }
    }
}

impl From<crate::control::socket::ConnectError> for Failure {
    fn from(error: crate::control::socket::ConnectError) -> Self {
        Self::Ask(error.into())
    }
}

impl Failure {
    /// The exit code; see the help.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Name(_)
            | Self::NoConversation
            | Self::CodesDiffer
            | Self::NoCircle
            | Self::NoIntroduction
            | Self::NoPicture => 1,
            // As where it is opened by `run`.
            Self::Ask(AskError::Refused(refusal)) => match refusal.error.as_str() {
                "wrong_passphrase" | "not_unlocked" => 3,
                "no_network_layer" => 6,
                _ => 1,
            },
            Self::NoHome
            | Self::Passphrase(_)
            | Self::Log(_)
            | Self::Input(_)
            | Self::InputTooLong
            | Self::NoConsent
            | Self::StopsAll
            | Self::Picture(_)
            | Self::PictureFile(_)
            | Self::InputNotText => 2,
            Self::Start(error) => start_code(error),
            Self::Profiles(error) => profiles_code(error),
            Self::Backup(error) => backup_code(error),
            Self::Unwell => 8,
            Self::Ask(AskError::Connect(_)) => 5,
            Self::NotInTime(_) | Self::NoShortCode => 6,
            Self::Run(_) | Self::Ask(_) | Self::Output(_) | Self::System(_) => 7,
        }
    }

    /// Whether it only says that the reader of our output had enough.
    #[must_use]
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

fn profiles_code(error: &ProfilesError) -> u8 {
    match error {
        ProfilesError::Vault(error) => vault_code(error),
        ProfilesError::Engine(error) => engine_code(error),
        ProfilesError::Destroy(DestroyHomeError::Destroy(_)) => 7,
        _ => 3,
    }
}

fn vault_code(error: &VaultError) -> u8 {
    match error {
        VaultError::Unlock(error) => unlock_code(error),
        VaultError::Taken | VaultError::Kept => 1,
        _ => 3,
    }
}

fn backup_code(error: &BackupError) -> u8 {
    match error {
        BackupError::HomeInUse => 1,
        BackupError::Copy(error) => copy_code(error),
        BackupError::Thread(_) => 3,
    }
}

fn copy_code(error: &CopyError) -> u8 {
    match error {
        CopyError::Unlock(error) => unlock_code(error),
        CopyError::Vault(error) => vault_code(error),
        CopyError::FileExists | CopyError::Import(_) | CopyError::NotVerified(_) => 1,
        CopyError::File(_) => 2,
        _ => 3,
    }
}

const fn unlock_code(error: &UnlockError) -> u8 {
    match error {
        UnlockError::Exists
        | UnlockError::AlreadyOpen
        | UnlockError::Create(CreateError::Taken | CreateError::NoVaultLeft) => 1,
        UnlockError::InUse => 4,
        _ => 3,
    }
}

const fn engine_code(error: &EngineError) -> u8 {
    match error {
        EngineError::Exists | EngineError::Refused(_) => 1,
        _ => 3,
    }
}

fn start_code(error: &StartError) -> u8 {
    match error {
        StartError::Unlock(error) => unlock_code(error),
        StartError::Engine(error) => engine_code(error),
        StartError::Network(_) | StartError::Tor(_) => 6,
        _ => 3,
    }
}
