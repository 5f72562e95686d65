//! Why a network did not start, and why a link could not be cut.

use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use super::programs::Missing;
use super::{KEY_DEADLINE, MAX_RELAYS, MIN_RELAYS, READY_DEADLINE};

/// Why a network did not start.
#[derive(Debug, thiserror::Error)]
pub enum TorNetError {
    /// A program is not installed.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Fewer or more relays than are possible.
    #[error("a private network has {MIN_RELAYS} to {MAX_RELAYS} relays, not {0}")]
    RelayCount(usize),
    /// More than [`MAX_DELAY`].
    #[error("a delay of {0:?} is too long")]
    Delay(Duration),
    /// The directory holds something that no private network wrote.
    #[error("the directory for the private network is not empty")]
    DirectoryNotEmpty,
    /// Another network runs in this directory.
    #[error("another private network runs in this directory")]
    DirectoryInUse,
    /// The name cannot stand in a torrc.
    #[error("the name of the directory is not plain text")]
    DirectoryName,
    /// A file, a port or a process could not be had.
    #[error("the operating system refused")]
    Io(#[from] io::Error),
    /// `tor` or `tor-gencert` failed, or answered something else than keys.
    #[error("the keys of the private network could not be made")]
    Keys,
    /// A key generation program did not end.
    #[error("making the keys took longer than {} s", KEY_DEADLINE.as_secs())]
    KeyDeadline,
    /// A process ended although nobody ended it; the log says why.
    #[error("{name} ended by itself ({status}); its log ends with:\n{log}")]
    Exited {
        /// `authority` or `relay` and its number.
        name: Box<str>,
        /// How it ended.
        status: ExitStatus,
        /// The end of its log.
        log: LogTail,
    },
    /// No consensus in time; the log says how far the authority came.
    #[error("no consensus within {} s; the authority's log ends with:\n{log}", READY_DEADLINE.as_secs())]
    Deadline {
        /// The end of the authority's log.
        log: LogTail,
    },
}

/// The last lines of a relay's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogTail(Box<str>);

impl LogTail {
    pub(crate) fn new(text: String) -> Self {
        Self(text.into())
    }
}

impl std::fmt::Display for LogTail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a link could not be cut or reconnected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The network was started without a delay, so there are no forwarders.
    #[error("the network has no forwarders")]
    NoForwarders,
    /// No relay has this number.
    #[error("there is no relay {0}")]
    NoSuchRelay(usize),
}
