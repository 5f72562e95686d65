//! All that a network knows, behind one lock. It exists so that every change is atomic and nothing
//! depends on which task comes first. It waits for nothing: that is for streams and dials.

mod damage;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, PoisonError};
use std::task::Waker;
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use undertone_wire::{OnionKey, X25519Public};

use super::faults::{Chance, Draw};
use super::pipe::{Answer, Ending, Pipe};
use super::trace::{NodeId, Received, StreamId, Trace, Traced};
use super::{Fault, MemoryOptions};
use crate::{BoxStream, DoorStatus, NetworkStatus};

/// What a source of chance is for; the streams' directions follow.
const DIALS: u64 = 0;

/// The end of a stream: its outgoing direction is the pipe of this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Dialer = 0,
    Listener = 1,
}

impl Side {
    pub(super) const fn other(self) -> Self {
        match self {
            Self::Dialer => Self::Listener,
            Self::Listener => Self::Dialer,
        }
    }
}

/// The lock, and the news that something was thawed, healed or online again.
#[derive(Debug)]
pub(super) struct Shared {
    state: Mutex<State>,
    news: watch::Sender<()>,
}

impl Shared {
    pub(super) fn new(options: MemoryOptions) -> Self {
        Self {
            state: Mutex::new(State::new(options)),
            news: watch::Sender::new(()),
        }
    }

    /// Runs `act` under the lock and wakes after it: a woken task may drop streams.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let result = act(&mut state);
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        for waker in wakers {
            waker.wake();
        }
        result
    }

    pub(super) fn announce(&self) {
        self.news.send_replace(());
    }

    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }
}

/// One node.
#[derive(Debug)]
pub(super) struct Node {
    name: Box<str>,
    pub(super) frozen: bool,
    pub(super) status: watch::Sender<NetworkStatus>,
    pub(super) received: Vec<Received>,
}

impl Node {
    /// Its circuits hold.
    pub(super) fn online(&self) -> bool {
        matches!(
            *self.status.borrow(),
            NetworkStatus::Ready | NetworkStatus::Dormant
        )
    }
}

/// One opening of a door; the same key opened again has another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DoorNumber(u64);

/// An open door.
#[derive(Debug)]
pub(super) struct OpenedDoor {
    pub(super) number: DoorNumber,
    pub(super) owner: NodeId,
    pub(super) readers: Option<Vec<X25519Public>>,
    /// Its descriptor was published once, and so is found.
    pub(super) published: bool,
    pub(super) status: watch::Sender<DoorStatus>,
    pub(super) incoming: mpsc::Sender<BoxStream>,
}

/// An open stream.
#[derive(Debug)]
pub(super) struct Stream {
    nodes: [NodeId; 2],
    pipes: [Pipe; 2],
    /// Which ends were not dropped.
    open: [bool; 2],
    /// Which ends were closed or dropped: closing again does nothing.
    closed: [bool; 2],
}

/// The network.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: MemoryOptions,
    pub(super) nodes: Vec<Node>,
    pub(super) latencies: BTreeMap<(NodeId, NodeId), Duration>,
    partitions: BTreeSet<(NodeId, NodeId)>,
    pub(super) doors: BTreeMap<OnionKey, OpenedDoor>,
    doors_opened: u64,
    pub(super) streams: BTreeMap<StreamId, Stream>,
    streams_opened: u64,
    pub(super) dials: Chance,
    pub(super) trace: Trace,
    /// Woken when the lock is released.
    wakers: Vec<Waker>,
}

impl State {
    fn new(options: MemoryOptions) -> Self {
        Self {
            dials: Chance::new(options.seed, DIALS),
            options,
            nodes: Vec::new(),
            latencies: BTreeMap::new(),
            partitions: BTreeSet::new(),
            doors: BTreeMap::new(),
            doors_opened: 0,
            streams: BTreeMap::new(),
            streams_opened: 0,
            trace: Trace::new(),
            wakers: Vec::new(),
        }
    }

    /// Finds or makes a node.
    pub(super) fn node(&mut self, name: &str) -> NodeId {
        let known = self.nodes.iter().position(|node| &*node.name == name);
        let index = known.unwrap_or(self.nodes.len());
        let node = NodeId(u32::try_from(index).unwrap_or(u32::MAX));
        if known.is_none() {
            self.nodes.push(Node {
                name: name.into(),
                frozen: false,
                status: watch::Sender::new(NetworkStatus::Ready),
                received: Vec::new(),
            });
            self.trace.add(Traced::Node {
                node,
                name: name.into(),
            });
        }
        node
    }

    pub(super) fn frozen(&self, node: NodeId) -> bool {
        self.nodes.get(node.index()).is_some_and(|node| node.frozen)
    }

    pub(super) fn online(&self, node: NodeId) -> bool {
        self.nodes.get(node.index()).is_some_and(Node::online)
    }

    pub(super) fn latency(&self, from: NodeId, to: NodeId) -> Duration {
        let set = self.latencies.get(&(from, to)).copied();
        set.unwrap_or(self.options.latency)
    }

    pub(super) fn partitioned(&self, from: NodeId, to: NodeId) -> bool {
        self.partitions.contains(&(from, to))
    }

    // Doors.

    pub(super) fn next_door(&mut self) -> DoorNumber {
        self.doors_opened += 1;
        DoorNumber(self.doors_opened)
    }

    pub(super) fn publish(&mut self, number: DoorNumber) {
        let Some(door) = self.doors.values_mut().find(|door| door.number == number) else {
            return;
        };
        let owner = door.owner;
        let published = *door.status.borrow() == DoorStatus::Published;
        if !published && self.nodes.get(owner.index()).is_some_and(Node::online) {
            door.published = true;
            door.status.send_replace(DoorStatus::Published);
            self.trace.add(Traced::DoorPublished(owner));
        }
    }

    /// Takes the door out; the caller drops it without the lock.
    pub(super) fn close_door(&mut self, key: &OnionKey, number: DoorNumber) -> Option<OpenedDoor> {
        if self.doors.get(key)?.number != number {
            return None;
        }
        let door = self.doors.remove(key)?;
        door.status.send_replace(DoorStatus::Closed);
        self.trace.add(Traced::DoorClosed(door.owner));
        Some(door)
    }

    /// Returns the doors that are to be published.
    pub(super) fn set_status(&mut self, node: NodeId, status: NetworkStatus) -> Vec<DoorNumber> {
        let Some(entry) = self.nodes.get(node.index()) else {
            return Vec::new();
        };
        entry.status.send_replace(status);
        let online = entry.online();
        self.trace.add(Traced::Status { node, status });
        if !online {
            for stream in self.of(node) {
                self.reset_at(stream, node);
            }
        }
        let mut to_publish = Vec::new();
        for door in self.doors.values().filter(|door| door.owner == node) {
            let was = *door.status.borrow();
            match (online, was) {
                (false, DoorStatus::Published) => {
                    door.status.send_replace(DoorStatus::Unreachable);
                }
                (true, DoorStatus::Opening | DoorStatus::Unreachable) => {
                    to_publish.push(door.number);
                }
                _ => {}
            }
        }
        to_publish
    }

    // Streams.

    /// Makes a stream; both ends are to be handed out.
    pub(super) fn open_stream(&mut self, from: NodeId, to: NodeId) -> StreamId {
        let id = StreamId(self.streams_opened);
        self.streams_opened += 1;
        let now = Instant::now();
        let pipe = |side: Side| {
            let purpose = 1 + 2 * id.0 + side as u64;
            Pipe::new(
                self.options.window,
                Chance::new(self.options.seed, purpose),
                now,
            )
        };
        let stream = Stream {
            nodes: [from, to],
            pipes: [pipe(Side::Dialer), pipe(Side::Listener)],
            open: [true; 2],
            closed: [false; 2],
        };
        self.streams.insert(id, stream);
        self.trace.add(Traced::Opened {
            stream: id,
            from,
            to,
        });
        id
    }

    /// The streams between two nodes, whoever dialled.
    pub(super) fn between(&self, a: NodeId, b: NodeId) -> Vec<StreamId> {
        self.find(|nodes| nodes == [a, b] || nodes == [b, a])
    }

    fn of(&self, node: NodeId) -> Vec<StreamId> {
        self.find(|nodes| nodes.contains(&node))
    }

    fn find(&self, matches: impl Fn([NodeId; 2]) -> bool) -> Vec<StreamId> {
        self.streams
            .iter()
            .filter(|(_, stream)| matches(stream.nodes))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Reads at one end. `None`: there is no such stream.
    pub(super) fn read(
        &mut self,
        id: StreamId,
        side: Side,
        waker: &Waker,
        into: &mut ReadBuf<'_>,
    ) -> Option<Answer> {
        let reader = self.streams.get(&id)?.nodes[side as usize];
        let blocked = self.blocked(id, side.other())?;
        let frozen = self.frozen(reader);
        let pipe = &mut self.streams.get_mut(&id)?.pipes[side.other() as usize];
        pipe.reader = Some(waker.clone());
        if frozen {
            return Some(Answer::Pending);
        }
        let filled = into.filled().len();
        let answer = pipe.read(Instant::now(), blocked, into);
        if let Answer::Ready(bytes @ 1..) = answer {
            self.wakers.extend(pipe.writer.take());
            self.trace.add(Traced::Received {
                stream: id,
                by: reader,
                bytes,
            });
            if self.options.record
                && let Some(node) = self.nodes.get_mut(reader.index())
            {
                node.received.push(Received {
                    at: self.trace.now(),
                    stream: id,
                    bytes: into.filled()[filled..].to_vec(),
                });
            }
        }
        Some(answer)
    }

    /// Writes at one end; `flush` sends what is left of a cell as well. `None`: no such stream.
    pub(super) fn write(
        &mut self,
        id: StreamId,
        side: Side,
        waker: &Waker,
        bytes: &[u8],
        flush: bool,
    ) -> Option<Answer> {
        let writer = self.streams.get(&id)?.nodes[side as usize];
        // What a writer learns comes from the other side.
        let blocked = self.blocked(id, side.other())?;
        let frozen = self.frozen(writer);
        let pipe = &mut self.streams.get_mut(&id)?.pipes[side as usize];
        pipe.writer = Some(waker.clone());
        if frozen {
            return Some(Answer::Pending);
        }
        let now = Instant::now();
        let answer = pipe.write(now, blocked, bytes);
        if let Answer::Ready(_) = answer {
            let chunk = pipe.take_unsent(flush);
            if !chunk.is_empty() {
                self.send(id, side, chunk);
            }
        }
        Some(answer)
    }

    /// Whether bytes that this side sent are held.
    fn blocked(&self, id: StreamId, side: Side) -> Option<bool> {
        let stream = self.streams.get(&id)?;
        let from = stream.nodes[side as usize];
        let to = stream.nodes[side.other() as usize];
        Some(stream.pipes[side as usize].held || self.partitioned(from, to))
    }

    fn send(&mut self, id: StreamId, side: Side, bytes: Vec<u8>) {
        let rates = self.options.faults;
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        let by = stream.nodes[side as usize];
        let to = stream.nodes[side.other() as usize];
        let draw = stream.pipes[side as usize].chance.chunk(&rates);
        self.trace.add(Traced::Sent {
            stream: id,
            by,
            bytes: bytes.len(),
        });
        let mut latency = self.latency(by, to);
        match draw {
            Draw::Nothing => {}
            Draw::Cut => return self.cut(id),
            Draw::Reset(true) => return self.reset(id, side),
            Draw::Reset(false) => return self.reset(id, side.other()),
            Draw::HalfOpen => self.half_open(id),
            Draw::Stall(time) => {
                latency += time;
                self.fault(id, Fault::Stall);
            }
            Draw::Delay(time) => {
                latency += time;
                self.fault(id, Fault::Delay);
            }
        }
        if let Some(stream) = self.streams.get_mut(&id) {
            let pipe = &mut stream.pipes[side as usize];
            pipe.send(Instant::now(), latency, bytes);
            self.wakers.extend(pipe.reader.take());
        }
    }

    /// Ends both directions, as a Tor END cell does; what was flushed still arrives.
    pub(super) fn close(&mut self, id: StreamId, side: Side) {
        let Some(stream) = self.streams.get(&id) else {
            return;
        };
        if stream.closed[side as usize] {
            return;
        }
        let (by, peer) = (
            stream.nodes[side as usize],
            stream.nodes[side.other() as usize],
        );
        let now = Instant::now();
        let arrives = now + self.latency(by, peer);
        self.trace.add(Traced::Closed { stream: id, by });
        let Some(stream) = self.streams.get_mut(&id) else {
            return;
        };
        stream.closed[side as usize] = true;
        let here = |error| Ending {
            at: now,
            error,
            travels: false,
        };
        let there = |error| Ending {
            at: arrives,
            error,
            travels: true,
        };
        let outgoing = &mut stream.pipes[side as usize];
        outgoing.forget_unsent();
        outgoing.end_reading(there(None));
        outgoing.end_writing(here(Some(io::ErrorKind::BrokenPipe)));
        let incoming = &mut stream.pipes[side.other() as usize];
        incoming.end_reading(here(None));
        incoming.end_writing(there(Some(io::ErrorKind::BrokenPipe)));
        self.wake(id);
    }

    /// An end was dropped.
    pub(super) fn drop_end(&mut self, id: StreamId, side: Side) {
        self.close(id, side);
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.open[side as usize] = false;
            if stream.open == [false; 2] {
                self.streams.remove(&id);
            }
        }
    }

    fn wake(&mut self, id: StreamId) {
        if let Some(stream) = self.streams.get_mut(&id) {
            for pipe in &mut stream.pipes {
                self.wakers.extend(pipe.reader.take());
                self.wakers.extend(pipe.writer.take());
            }
        }
    }

    fn wake_all(&mut self) {
        let all: Vec<StreamId> = self.streams.keys().copied().collect();
        for id in all {
            self.wake(id);
        }
    }
}
