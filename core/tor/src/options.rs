//! What a caller decides before the transport starts.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::network_file::NetworkFile;

/// Which Tor network to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// The public Tor network, as compiled into Arti.
    Public,
    /// Another network, for tests; nothing of the public one is used.
    Private(NetworkFile),
}

/// How far the relays behind the guard are fixed (Tor's vanguards specification).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Vanguards {
    /// One fixed layer. Right for a program that is not online for weeks on end.
    #[default]
    Lite,
    /// Two fixed layers, slower. For doors that stay open for weeks.
    Full,
}

/// What Arti should remember from one start to the next, to be kept sealed by the caller: the
/// guards, which a client must not choose anew at each start, and the vanguards where they are
/// [`Vanguards::Full`]. It names the relays this computer connects to, so it is personal.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TorState {
    /// The bytes last heard from [`TorTransport::guard_state`](crate::TorTransport::guard_state),
    /// at most [`TorState::MAX`]; `None` at the first start.
    pub guards: Option<Zeroizing<Vec<u8>>>,
}

impl TorState {
    /// Most bytes of [`TorState::guards`].
    pub const MAX: usize = 1 << 20;
}

impl fmt::Debug for TorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.guards.as_ref().map(|guards| guards.len());
        write!(f, "TorState({bytes:?} bytes)")
    }
}

/// How to start a [`TorTransport`](crate::TorTransport).
#[derive(Clone, Debug)]
pub struct TorOptions {
    /// The network.
    pub network: Network,
    /// What an earlier run remembered.
    pub state: TorState,
    /// A directory of this user that others cannot write to. Files of the run go here, in a
    /// directory that is deleted at the end, if the system has no memory-backed place for them.
    pub private_dir: PathBuf,
    /// Where to keep the network's public directory between starts, so that a start takes less
    /// than a second instead of many. `None`: with the files of the run, so it is deleted too.
    /// What lies here says when this computer last used Tor, and nothing else. While another transport of this process has
    /// the same place, it is as if there was none: two profiles share nothing.
    pub cache_dir: Option<PathBuf>,
    /// The vanguards mode.
    pub vanguards: Vanguards,
    /// The longest time a dial may take, all of Arti's own retries included.
    pub dial_deadline: Duration,
    /// Most memory for data in transit, in bytes; circuits are closed beyond it. At least 1 MiB.
    pub memory_limit: usize,
}

impl TorOptions {
    /// Options for `network` with the usual limits: no cache, lite vanguards, 90 s a dial,
    /// 256 MiB in transit.
    #[must_use]
    pub fn new(network: Network, private_dir: PathBuf) -> Self {
        Self {
            network,
            state: TorState::default(),
            private_dir,
            cache_dir: None,
            vanguards: Vanguards::Lite,
            dial_deadline: Duration::from_secs(90),
            memory_limit: 256 << 20,
        }
    }
}
