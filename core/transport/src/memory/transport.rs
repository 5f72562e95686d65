//! The [`Transport`] of one node: dialling and doors. It exists to fail as onion services fail,
//! with the same errors at the same places. It keeps no connection state of its own.

use std::fmt;
use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use undertone_wire::{OnionKey, X25519Public};

use super::MemoryNetwork;
use super::state::{DoorNumber, OpenedDoor, Shared, Side, State};
use super::stream::MemoryStream;
use super::trace::{NodeId, Traced};
use crate::{
    BoxStream, DialError, DialTarget, Door, DoorConfig, DoorError, DoorStatus, NetworkStatus,
    OpenDoor, Transport,
};

/// The first consensus, in seconds since 1970.
const CONSENSUS: u64 = 1_800_000_000;

/// A node's access to the network.
#[derive(Clone)]
pub struct MemoryTransport {
    network: MemoryNetwork,
    node: NodeId,
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryTransport({:?})", self.node)
    }
}

impl MemoryTransport {
    pub(super) const fn new(network: MemoryNetwork, node: NodeId) -> Self {
        Self { network, node }
    }

    /// The node, for [`MemoryNetwork`]'s faults.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.node
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.network.shared
    }

    /// Returns when the node is not frozen.
    async fn thawed(&self, node: NodeId) {
        let mut news = self.shared().news();
        while self.shared().with(|state| state.frozen(node)) {
            // The sender lives as long as `self`.
            let _ = news.changed().await;
        }
    }

    /// Why this node cannot dial now.
    fn check_network(state: &State, node: NodeId) -> Result<(), DialError> {
        let status = state.nodes.get(node.index());
        match status.map(|node| *node.status.borrow()) {
            Some(NetworkStatus::Ready) => Ok(()),
            Some(NetworkStatus::WrongClock) => Err(DialError::WrongClock),
            Some(NetworkStatus::Bootstrapping(percent) | NetworkStatus::Stuck(percent)) => {
                Err(DialError::Bootstrapping(percent))
            }
            Some(NetworkStatus::Dormant | NetworkStatus::NoNetwork) | None => {
                Err(DialError::NoNetwork)
            }
        }
    }

    /// Fetches the descriptor: which door it is and whose.
    fn look_up(
        &self,
        state: &State,
        target: &DialTarget,
    ) -> Result<(DoorNumber, NodeId), DialError> {
        Self::check_network(state, self.node)?;
        let door = state
            .doors
            .get(&target.door)
            .filter(|door| door.published)
            .ok_or(DialError::NoDescriptor)?;
        if let Some(readers) = &door.readers {
            if readers.is_empty() {
                return Err(DialError::NoDescriptor);
            }
            let key = target.descriptor_key.as_ref();
            let ours = key.map(|key| (state.options.reader_key)(key));
            if !ours.is_some_and(|ours| readers.contains(&ours)) {
                return Err(DialError::NotAdmitted);
            }
        }
        Ok((door.number, door.owner))
    }

    async fn connect(&self, target: DialTarget) -> Result<BoxStream, DialError> {
        let shared = self.shared();
        self.thawed(self.node).await;
        shared.with(|state| Self::check_network(state, self.node))?;
        sleep(shared.with(|state| state.options.lookup)).await;
        let (number, owner) = shared.with(|state| self.look_up(state, &target))?;
        let (there, back, fails) = shared.with(|state| {
            let rates = state.options.faults;
            (
                state.latency(self.node, owner),
                state.latency(owner, self.node),
                state.dials.dial_fails(&rates),
            )
        });

        sleep(there).await;
        if fails {
            return Err(DialError::IntroductionFailed);
        }
        self.thawed(owner).await;
        let (id, incoming) = shared.with(|state| {
            Self::check_network(state, self.node)?;
            let door = state
                .doors
                .get(&target.door)
                .filter(|door| door.number == number)
                .ok_or(DialError::IntroductionFailed)?;
            if !state.online(owner) || state.partitioned(self.node, owner) {
                return Err(DialError::IntroductionFailed);
            }
            let incoming = door.incoming.clone();
            Ok((state.open_stream(self.node, owner), incoming))
        })?;
        // From here on both ends are values: dropping them, also by cancelling, closes the stream.
        let ours = MemoryStream::new(Arc::clone(shared), id, Side::Dialer);
        let theirs = MemoryStream::new(Arc::clone(shared), id, Side::Listener);
        let refused = incoming.try_send(Box::new(theirs)).is_err();

        sleep(back).await;
        self.thawed(self.node).await;
        if refused {
            return Err(DialError::Refused);
        }
        Ok(Box::new(ours))
    }

    fn open(&self, config: &DoorConfig) -> Result<OpenDoor, DoorError> {
        let (status, watched) = watch::channel(DoorStatus::Opening);
        let (key, number, incoming) = self.shared().with(|state| {
            check_readers(state, config.readers.as_deref().unwrap_or_default())?;
            let key = (state.options.onion_key)(&config.seed);
            if state.doors.contains_key(&key) {
                return Err(DoorError::AlreadyOpen);
            }
            let (sender, incoming) = mpsc::channel(state.options.incoming.max(1));
            let number = state.next_door();
            let readers = config.readers.as_ref().map(Vec::len);
            state.trace.add(Traced::DoorOpened(self.node, readers));
            let opened = OpenedDoor {
                number,
                owner: self.node,
                readers: config.readers.clone(),
                published: false,
                status,
                incoming: sender,
            };
            state.doors.insert(key, opened);
            Ok((key, number, incoming))
        })?;
        self.network.publish_later(number);
        Ok(OpenDoor {
            door: Box::new(MemoryDoor {
                shared: Arc::clone(self.shared()),
                key,
                number,
                status: watched,
            }),
            incoming,
        })
    }
}

fn check_readers(state: &State, readers: &[X25519Public]) -> Result<(), DoorError> {
    if readers.len() > state.options.max_readers {
        return Err(DoorError::TooManyReaders(readers.len()));
    }
    Ok(())
}

impl Transport for MemoryTransport {
    fn dial(&self, target: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>> {
        async move {
            let limit = self.shared().with(|state| {
                state.trace.add(Traced::Dialling {
                    from: self.node,
                    isolation: target.isolation,
                });
                state.options.dial_timeout
            });
            let connected = timeout(limit, self.connect(target)).await;
            let result = connected.unwrap_or(Err(DialError::RendezvousTimedOut));
            if let Err(error) = result.as_ref() {
                let (from, error) = (self.node, *error);
                self.shared()
                    .with(|state| state.trace.add(Traced::DialFailed { from, error }));
            }
            result
        }
        .boxed()
    }

    fn open_door(&self, config: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>> {
        async move {
            self.thawed(self.node).await;
            self.open(&config)
        }
        .boxed()
    }

    fn status(&self) -> watch::Receiver<NetworkStatus> {
        self.shared()
            .with(|state| match state.nodes.get(self.node.index()) {
                Some(node) => node.status.subscribe(),
                None => watch::Sender::new(NetworkStatus::NoNetwork).subscribe(),
            })
    }

    fn set_dormant(&self, dormant: bool) {
        let now = *self.status().borrow();
        match (dormant, now) {
            (true, NetworkStatus::Ready) => {
                self.network.set_status(self.node, NetworkStatus::Dormant);
            }
            (false, NetworkStatus::Dormant) => {
                self.network.set_status(self.node, NetworkStatus::Ready);
            }
            _ => {}
        }
    }

    /// A consensus every hour, from the hour in which the network began.
    fn network_time(&self) -> Option<u64> {
        let since = self.shared().with(|state| state.trace.now());
        Some(CONSENSUS + since.as_secs() / 3_600 * 3_600)
    }

    fn network_changed(&self) {
        self.shared()
            .with(|state| state.trace.add(Traced::NetworkChanged(self.node)));
    }
}

/// A node's open door.
struct MemoryDoor {
    shared: Arc<Shared>,
    key: OnionKey,
    number: DoorNumber,
    status: watch::Receiver<DoorStatus>,
}

impl Door for MemoryDoor {
    fn set_readers(&self, readers: &[X25519Public]) -> Result<(), DoorError> {
        self.shared.with(|state| {
            check_readers(state, readers)?;
            let door = state
                .doors
                .get_mut(&self.key)
                .filter(|door| door.number == self.number)
                .ok_or(DoorError::ShutDown)?;
            let list = door.readers.as_mut().ok_or(DoorError::Refused)?;
            list.clear();
            list.extend_from_slice(readers);
            let what = Traced::DoorReaders(door.owner, readers.len());
            state.trace.add(what);
            Ok(())
        })
    }

    fn status(&self) -> watch::Receiver<DoorStatus> {
        self.status.clone()
    }
}

impl Drop for MemoryDoor {
    fn drop(&mut self) {
        let (key, number) = (self.key, self.number);
        // Dropped here, without the lock: it may hold the last handle of waiting streams.
        let _door = self.shared.with(|state| state.close_door(&key, number));
    }
}
