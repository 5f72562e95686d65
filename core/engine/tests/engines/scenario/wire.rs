//! A witness between an engine and its network: which first flights leave, and which doors are
//! open. It changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::watch;
use undertone_protocol::Purpose;
use undertone_transport::memory::MemoryTransport;
use undertone_transport::{
    BoxStream, DialError, DialTarget, Door, DoorConfig, DoorError, DoorStatus, NetworkStatus,
    OpenDoor, Transport,
};
use undertone_wire::v1::{FLIGHT_1, Flight1};
use undertone_wire::{OnionKey, X25519Public};

#[derive(Default)]
struct State {
    nonces: BTreeSet<[u8; 16]>,
    /// The highest dial counter that a door saw of this person.
    counters: BTreeMap<OnionKey, u64>,
    doors: BTreeMap<OnionKey, usize>,
    broken: Option<String>,
}

/// What one person's programs did on the network, over all their lives.
#[derive(Default)]
pub(crate) struct Wire(Mutex<State>);

impl Wire {
    /// A first flight has left as a whole.
    fn flight(&self, door: OnionKey, bytes: &[u8]) {
        let mut state = self.0.lock().unwrap();
        let Some(flight) = Flight1::decode(bytes) else {
            state.broken = Some("a first flight that is none".into());
            return;
        };
        if !state.nonces.insert(flight.nonce) {
            state.broken = Some("a dial nonce was used twice".into());
        }
        if flight.purpose == Purpose::Chat {
            let counter = u64::from_be_bytes(*flight.nonce.first_chunk().unwrap());
            let highest = state.counters.insert(door, counter).unwrap_or(0);
            if counter <= highest {
                state.broken = Some(format!("dial counter {counter} after {highest}"));
            }
        }
    }

    /// How many first flights left.
    pub(crate) fn flights(&self) -> usize {
        self.0.lock().unwrap().nonces.len()
    }

    pub(crate) fn is_open(&self, door: &OnionKey) -> bool {
        self.0.lock().unwrap().doors.contains_key(door)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        self.0.lock().unwrap().broken.clone().map_or(Ok(()), Err)
    }
}

/// The network as one life of a program has it.
pub(crate) struct Watched {
    pub(crate) inner: MemoryTransport,
    pub(crate) wire: Arc<Wire>,
}

impl Transport for Watched {
    fn dial(&self, target: DialTarget) -> BoxFuture<'_, Result<BoxStream, DialError>> {
        let door = target.door;
        Box::pin(async move {
            let inner = self.inner.dial(target).await?;
            Ok(Box::new(Tap {
                inner,
                door,
                head: Vec::with_capacity(FLIGHT_1),
                wire: Arc::clone(&self.wire),
            }) as BoxStream)
        })
    }

    fn open_door(&self, config: DoorConfig) -> BoxFuture<'_, Result<OpenDoor, DoorError>> {
        let key = undertone_protocol::DoorSeed::from_bytes(config.seed.0).onion_key();
        Box::pin(async move {
            let OpenDoor { door, incoming } = self.inner.open_door(config).await?;
            *self.wire.0.lock().unwrap().doors.entry(key).or_default() += 1;
            let door = Box::new(WatchedDoor {
                inner: door,
                key,
                wire: Arc::clone(&self.wire),
            });
            Ok(OpenDoor { door, incoming })
        })
    }

    fn status(&self) -> watch::Receiver<NetworkStatus> {
        self.inner.status()
    }

    fn set_dormant(&self, dormant: bool) {
        self.inner.set_dormant(dormant);
    }

    fn network_time(&self) -> Option<u64> {
        self.inner.network_time()
    }

    fn network_changed(&self) {
        self.inner.network_changed();
    }
}

struct WatchedDoor {
    inner: Box<dyn Door>,
    key: OnionKey,
    wire: Arc<Wire>,
}

impl Door for WatchedDoor {
    fn set_readers(&self, readers: &[X25519Public]) -> Result<(), DoorError> {
        self.inner.set_readers(readers)
    }

    fn status(&self) -> watch::Receiver<DoorStatus> {
        self.inner.status()
    }
}

impl Drop for WatchedDoor {
    fn drop(&mut self) {
        let mut state = self.wire.0.lock().unwrap();
        if let Some(open) = state.doors.get_mut(&self.key) {
            *open -= 1;
            if *open == 0 {
                state.doors.remove(&self.key);
            }
        }
    }
}

/// The dialling end of a stream.
struct Tap {
    inner: BoxStream,
    door: OnionKey,
    head: Vec<u8>,
    wire: Arc<Wire>,
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, buf);
        if let Poll::Ready(Ok(taken)) = written
            && self.head.len() < FLIGHT_1
        {
            let missing = FLIGHT_1 - self.head.len();
            self.head.extend_from_slice(&buf[..taken.min(missing)]);
            if self.head.len() == FLIGHT_1 {
                self.wire.flight(self.door, &self.head);
            }
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
