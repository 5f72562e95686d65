#![doc = include_str!("../README.md")]

pub mod framing;
pub mod limit;
#[cfg(feature = "memory")]
pub mod memory;

use std::fmt;

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use undertone_wire::{OnionKey, X25519Public, X25519Secret};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// One byte stream to a peer: ordered, reliable until it breaks, not authenticated by itself.
pub trait ByteStream: AsyncRead + AsyncWrite + Send + Unpin + 'static {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> ByteStream for T {}

/// A boxed [`ByteStream`].
pub type BoxStream = Box<dyn ByteStream>;

/// Streams dialled with different tokens never share a circuit. One token a contact.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Isolation(pub [u8; 16]);

impl fmt::Debug for Isolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Isolation(..)")
    }
}

/// Where to dial.
#[derive(Clone, Debug)]
pub struct DialTarget {
    /// The door's onion key.
    pub door: OnionKey,
    /// The key that opens the door's descriptor, where discovery is restricted.
    pub descriptor_key: Option<X25519Secret>,
    /// The circuit isolation of this contact.
    pub isolation: Isolation,
}

/// The seed of a door's Ed25519 onion key (RFC 8032 private key, 32 bytes).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DoorSeed(pub [u8; 32]);

impl fmt::Debug for DoorSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DoorSeed(..)")
    }
}

/// What to listen on.
#[derive(Clone, Debug)]
pub struct DoorConfig {
    /// The onion key's seed.
    pub seed: DoorSeed,
    /// `Some`: restricted discovery, only these keys can read the descriptor. An empty list is
    /// a door that nobody can find yet. `None`: whoever knows the address can connect.
    pub readers: Option<Vec<X25519Public>>,
}

/// A running door. Dropping it closes the door: no new streams, the descriptor is not renewed.
pub trait Door: Send + Sync + 'static {
    /// Replaces the list of descriptor readers while the door runs.
    ///
    /// # Errors
    /// When the door is not restricted or the network layer refuses the list.
    fn set_readers(&self, readers: &[X25519Public]) -> Result<(), DoorError>;
    /// How far others can reach it.
    fn status(&self) -> watch::Receiver<DoorStatus>;
}

/// An open door with the streams that arrive at it.
pub struct OpenDoor {
    /// Keeps the door open.
    pub door: Box<dyn Door>,
    /// Streams as they arrive; ends when the door closes. Bounded: a flood is dropped, not queued.
    pub incoming: mpsc::Receiver<BoxStream>,
}

impl fmt::Debug for OpenDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OpenDoor(..)")
    }
}

/// How far a door can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoorStatus {
    /// Starting: no descriptor was uploaded yet.
    Opening,
    /// At least one descriptor upload succeeded.
    Published,
    /// It was open and is not reachable now; the network layer goes on trying.
    Unreachable,
    /// Closed for good.
    Closed,
}

/// The network as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkStatus {
    /// Not started, or put to sleep by us.
    Dormant,
    /// On the way; percent done.
    Bootstrapping(u8),
    /// Streams can be dialled.
    Ready,
    /// No relay can be reached: most likely no network.
    NoNetwork,
    /// Our clock and the network's disagree.
    WrongClock,
    /// It started and stopped there, for a reason named in the log.
    Stuck(u8),
}

/// Why a dial failed, as far as the network can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// The network is not ready.
    #[error("no connection to the Tor network")]
    NoNetwork,
    /// The clock is too far off for the network's documents.
    #[error("the system clock is wrong")]
    WrongClock,
    /// Bootstrapping, percent done.
    #[error("still connecting to the Tor network ({0} %)")]
    Bootstrapping(u8),
    /// Nothing is published under that address: offline, or gone.
    #[error("the contact's door is not published")]
    NoDescriptor,
    /// The descriptor is there and our key does not open it.
    #[error("the contact's door does not admit us")]
    NotAdmitted,
    /// The introduction did not get through.
    #[error("the introduction failed")]
    IntroductionFailed,
    /// The rendezvous did not complete.
    #[error("the rendezvous timed out")]
    RendezvousTimedOut,
    /// The service refused the stream.
    #[error("the door refused the stream")]
    Refused,
    /// Took longer than the deadline.
    #[error("dialling timed out")]
    TimedOut,
    /// Something else in the network layer.
    #[error("the network layer failed")]
    Other,
}

/// Why a door could not be opened or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    /// The same onion key is open already.
    #[error("this door is open already")]
    AlreadyOpen,
    /// The network layer was shut down.
    #[error("the network layer is shut down")]
    ShutDown,
    /// More readers than a descriptor holds.
    #[error("too many descriptor readers: {0}")]
    TooManyReaders(usize),
    /// The network layer refused.
    #[error("the network layer refused the door")]
    Refused,
}

/// State of a network layer that is personal and belongs into the sealed store (Tor's guards).
pub type KeptState = Option<Zeroizing<Vec<u8>>>;

/// A way to reach contacts and to be reached.
pub trait Transport: Send + Sync + 'static {
    /// Opens a stream. Cancel by dropping the future.
    fn dial(&self, target: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>>;
    /// Opens a door. Returns as soon as the door is being published, not when it is reachable.
    fn open_door(&self, config: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>>;
    /// The network's status, changing over time.
    fn status(&self) -> watch::Receiver<NetworkStatus>;
    /// Stops background traffic (`true`) or resumes it (`false`).
    fn set_dormant(&self, dormant: bool);
    /// The computer woke up or its network changed: forget learned failures, try again at once.
    fn network_changed(&self);
    /// The network's own time, in seconds since 1970: that of the newest consensus, some hours old.
    /// `None`: not known (yet). Never the computer's clock.
    fn network_time(&self) -> Option<u64> {
        None
    }
    /// What the network layer has to find again at its next start, as it changes, for the sealed
    /// store. `None`: it keeps nothing.
    fn kept_state(&self) -> Option<watch::Receiver<KeptState>> {
        None
    }
    /// Closes doors and streams and ends the network layer, in less than two seconds; gives the
    /// last state to be kept. Dials and doors are refused from then on.
    fn shutdown(&self) -> BoxFuture<'_, KeptState> {
        Box::pin(async { None })
    }
}
