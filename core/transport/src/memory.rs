//! A network of many nodes in one process, with virtual time and faults. It exists so that whole
//! engines can be tested against everything a network does wrong, reproducibly: the same seed and
//! the same program give the same trace.
//!
//! All time is tokio's, so a test under `#[tokio::test(start_paused = true)]` waits for nothing.
//! It behaves like onion services as far as a caller can see it: a partial cell leaves only when
//! it is flushed, what was not flushed is lost at the close, a close ends both directions, a stream
//! takes one window of bytes that the other side did not read. It simulates no relays, circuits,
//! bandwidth or descriptor caches, and it protects nothing.

mod faults;
mod pipe;
mod state;
mod stream;
mod trace;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use undertone_wire::{OnionKey, X25519Public, X25519Secret};

use crate::{DoorSeed, NetworkStatus};

pub use faults::{Fault, FaultRates};
use state::{Shared, State};
pub use trace::{NodeId, Received, StreamId, TraceEvent, Traced};
pub use transport::MemoryTransport;

/// Bytes of one relay cell. Less than that leaves only when it is flushed.
pub const CELL: usize = 498;

/// What kind of network to make.
#[derive(Clone, Debug)]
pub struct MemoryOptions {
    /// Decides every random fault.
    pub seed: u64,
    /// The public key of a door. This crate names no cryptography; any injective map serves a
    /// test that compares no keys.
    pub onion_key: fn(&DoorSeed) -> OnionKey,
    /// The public key of a descriptor reader, likewise.
    pub reader_key: fn(&X25519Secret) -> X25519Public,
    /// One way, between every two nodes whose latency was not set.
    pub latency: Duration,
    /// How long fetching a descriptor takes.
    pub lookup: Duration,
    /// From opening a door until its descriptor is published.
    pub publish: Duration,
    /// After which a dial ends with [`crate::DialError::RendezvousTimedOut`].
    pub dial_timeout: Duration,
    /// Bytes that one direction of a stream takes before the other side reads; at least [`CELL`].
    pub window: usize,
    /// Streams that wait at a door; more are refused. At least 1.
    pub incoming: usize,
    /// Readers of one descriptor.
    pub max_readers: usize,
    /// Random faults from the start on.
    pub faults: FaultRates,
    /// Whether [`MemoryNetwork::received`] keeps every byte.
    pub record: bool,
}

impl MemoryOptions {
    /// A network without random faults, 150 ms from node to node, with the window of a Tor stream.
    #[must_use]
    pub fn new(
        seed: u64,
        onion_key: fn(&DoorSeed) -> OnionKey,
        reader_key: fn(&X25519Secret) -> X25519Public,
    ) -> Self {
        Self {
            seed,
            onion_key,
            reader_key,
            latency: Duration::from_millis(150),
            lookup: Duration::from_millis(500),
            publish: Duration::from_secs(2),
            dial_timeout: Duration::from_secs(60),
            window: 500 * CELL,
            incoming: 16,
            max_readers: 256,
            faults: FaultRates::default(),
            record: false,
        }
    }
}

/// The network and the hand that breaks it. Clones are the same network.
///
/// The functions that break streams return how many there were, so that a test can see that its
/// fault hit something. A [`NodeId`] of another network hits nothing.
#[derive(Clone, Debug)]
pub struct MemoryNetwork {
    shared: Arc<Shared>,
}

impl MemoryNetwork {
    /// A network without nodes. Its time begins now; call it inside the runtime of the test.
    #[must_use]
    pub fn new(options: MemoryOptions) -> Self {
        Self {
            shared: Arc::new(Shared::new(options)),
        }
    }

    /// The node of this name, made at first use. A program that starts again asks for it again.
    #[must_use]
    pub fn node(&self, name: &str) -> MemoryTransport {
        let node = self.shared.with(|state| state.node(name));
        MemoryTransport::new(self.clone(), node)
    }

    /// Breaks the streams between two nodes: both ends see an error at once.
    pub fn cut(&self, a: NodeId, b: NodeId) -> usize {
        self.each_between(a, b, |state, stream| state.cut(stream))
    }

    /// Breaks the streams between two nodes: `first` sees an error at once, `other` when the news
    /// has travelled to it.
    pub fn reset(&self, first: NodeId, other: NodeId) -> usize {
        self.each_between(first, other, |state, stream| state.reset_at(stream, first))
    }

    /// From now on all bytes on the streams between two nodes vanish, those under way included,
    /// and nobody is told, not even of a close. Writers go on until their window is full.
    pub fn half_open(&self, a: NodeId, b: NodeId) -> usize {
        self.each_between(a, b, State::half_open)
    }

    /// Holds all bytes from one node to another, on the streams that there are, until
    /// [`Self::release`].
    pub fn stall(&self, from: NodeId, to: NodeId) -> usize {
        self.each_between(from, to, |state, stream| {
            state.hold(stream, from, true, Fault::Stall);
        })
    }

    /// Lets go what [`Self::stall`] holds.
    pub fn release(&self, from: NodeId, to: NodeId) -> usize {
        self.each_between(from, to, |state, stream| {
            state.hold(stream, from, false, Fault::Release);
        })
    }

    /// Separates every node of one side from every node of the other until [`Self::heal`]: bytes
    /// are held, dials fail.
    pub fn partition(&self, one: &[NodeId], other: &[NodeId]) {
        self.shared.with(|state| state.partition(one, other));
    }

    /// Ends all partitions and stalls. Bytes that were lost stay lost.
    pub fn heal(&self) {
        self.shared.with(State::heal);
        self.shared.announce();
    }

    /// Stops a node as a suspended process stops: its reads, writes and dials wait, the others
    /// notice nothing but silence.
    pub fn freeze(&self, node: NodeId) {
        self.shared.with(|state| state.freeze(node, true));
    }

    /// Undoes [`Self::freeze`].
    pub fn thaw(&self, node: NodeId) {
        self.shared.with(|state| state.freeze(node, false));
        self.shared.announce();
    }

    /// Ends a node as `kill -9` does: its doors are gone, its streams broken; the other ends see
    /// an error when the news has travelled. The handles that the dead program held do nothing.
    pub fn crash(&self, node: NodeId) -> usize {
        let (doors, streams) = self.shared.with(|state| state.crash(node));
        drop(doors);
        streams
    }

    /// Sets the latency of one direction, for what is sent from now on; the order is kept.
    pub fn set_latency(&self, from: NodeId, to: NodeId, latency: Duration) {
        self.shared
            .with(|state| state.latencies.insert((from, to), latency));
    }

    /// Replaces the rates of random faults.
    pub fn set_faults(&self, faults: FaultRates) {
        self.shared.with(|state| state.options.faults = faults);
    }

    /// Sets what a node's network layer reports. Losing the network (neither
    /// [`NetworkStatus::Ready`] nor [`NetworkStatus::Dormant`]) breaks the node's streams and makes
    /// its doors unreachable; with [`NetworkStatus::Ready`] they are published again.
    pub fn set_status(&self, node: NodeId, status: NetworkStatus) {
        let unpublished = self.shared.with(|state| state.set_status(node, status));
        for door in unpublished {
            self.publish_later(door);
        }
        self.shared.announce();
    }

    /// Everything that happened, in order.
    #[must_use]
    pub fn trace(&self) -> Vec<TraceEvent> {
        self.shared.with(|state| state.trace.events().to_vec())
    }

    /// What a node's program read, in order, if the network records: all that this node could
    /// compare with another.
    #[must_use]
    pub fn received(&self, node: NodeId) -> Vec<Received> {
        self.shared.with(|state| {
            let node = state.nodes.get(node.index());
            node.map(|node| node.received.clone()).unwrap_or_default()
        })
    }

    /// Streams of which at least one end was not dropped: a test's proof that nothing leaks.
    #[must_use]
    pub fn open_streams(&self) -> usize {
        self.shared.with(|state| state.streams.len())
    }

    fn each_between(
        &self,
        a: NodeId,
        b: NodeId,
        mut hit: impl FnMut(&mut State, StreamId),
    ) -> usize {
        self.shared.with(|state| {
            let streams = state.between(a, b);
            for stream in &streams {
                hit(state, *stream);
            }
            streams.len()
        })
    }

    /// Publishes the door after the usual time, unless it has closed or lost the network by then.
    fn publish_later(&self, door: state::DoorNumber) {
        let network = self.clone();
        let delay = self.shared.with(|state| state.options.publish);
        tokio::spawn(async move {
            sleep(delay).await;
            network.shared.with(|state| state.publish(door));
        });
    }
}
