//! Everything that makes the program end without success, and the exit code of each. The codes
//! are part of the interface: scripts rely on them, the help and the README list them.

use std::io;

use undertone_engine::StartError as EngineError;
use undertone_storage::{CreateError, OpenError};

use crate::client::AskError;
use crate::client::names::NameError;
use crate::daemon::RunError;
use crate::logging::LogError;
use crate::passphrase::PassphraseError;
use crate::profile::StartError;

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
            | Self::Ask(AskError::Refused(_)) => 1,
            Self::NoHome
            | Self::Passphrase(_)
            | Self::Log(_)
            | Self::Input(_)
            | Self::InputTooLong
            | Self::InputNotText => 2,
            Self::Start(error) => start_code(error),
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

fn start_code(error: &StartError) -> u8 {
    match error {
        StartError::Create(CreateError::Exists)
        | StartError::Engine(EngineError::Exists | EngineError::Refused(_)) => 1,
        StartError::Open(OpenError::InUse)
        | StartError::Create(CreateError::Open(OpenError::InUse)) => 4,
        StartError::Network(_) | StartError::Tor(_) => 6,
        _ => 3,
    }
}
