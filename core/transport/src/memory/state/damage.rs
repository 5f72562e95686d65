//! What a fault does to streams, nodes and doors. It exists apart from the ordinary course so that
//! the table of who is told what can be read in one place. When chance strikes is decided elsewhere.

use std::io;

use tokio::time::Instant;
use undertone_wire::OnionKey;

use super::{DoorNumber, OpenedDoor, Side, State};
use crate::memory::Fault;
use crate::memory::pipe::{Ending, Pipe};
use crate::memory::trace::{NodeId, StreamId, Traced};

impl State {
    /// Both ends see an error now.
    pub(in crate::memory) fn cut(&mut self, id: StreamId) {
        let now = Instant::now();
        self.fault(id, Fault::Cut);
        if let Some(stream) = self.streams.get_mut(&id) {
            for pipe in &mut stream.pipes {
                let ending = Ending {
                    at: now,
                    error: Some(io::ErrorKind::ConnectionAborted),
                    travels: false,
                };
                pipe.end_reading(ending);
                pipe.end_writing(ending);
            }
        }
        self.wake(id);
    }

    /// The end of `node` sees an error now, the other one later.
    pub(in crate::memory) fn reset_at(&mut self, id: StreamId, node: NodeId) {
        let side = match self.streams.get(&id) {
            Some(stream) if stream.nodes[0] == node => Side::Dialer,
            _ => Side::Listener,
        };
        self.reset(id, side);
    }

    pub(super) fn reset(&mut self, id: StreamId, side: Side) {
        let Some(stream) = self.streams.get(&id) else {
            return;
        };
        let nodes = stream.nodes;
        let now = Instant::now();
        let latency = self.latency(nodes[side as usize], nodes[side.other() as usize]);
        self.fault(id, Fault::Reset);
        let error = Some(io::ErrorKind::ConnectionReset);
        let here = Ending {
            at: now,
            error,
            travels: false,
        };
        let there = Ending {
            at: now + latency,
            error,
            travels: true,
        };
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.pipes[side as usize].end_writing(here);
            stream.pipes[side as usize].end_reading(there);
            stream.pipes[side.other() as usize].end_reading(here);
            stream.pipes[side.other() as usize].end_writing(there);
        }
        self.wake(id);
    }

    /// Bytes vanish from now on.
    pub(in crate::memory) fn half_open(&mut self, id: StreamId) {
        self.fault(id, Fault::HalfOpen);
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.pipes.iter_mut().for_each(Pipe::vanish);
        }
    }

    /// Holds or releases what `from` sends.
    pub(in crate::memory) fn hold(&mut self, id: StreamId, from: NodeId, held: bool, fault: Fault) {
        self.fault(id, fault);
        if let Some(stream) = self.streams.get_mut(&id) {
            for (pipe, sender) in stream.pipes.iter_mut().zip(stream.nodes) {
                if sender == from {
                    pipe.held = held;
                }
            }
        }
        self.wake(id);
    }

    pub(in crate::memory) fn partition(&mut self, one: &[NodeId], other: &[NodeId]) {
        for a in one {
            for b in other {
                self.partitions.insert((*a, *b));
                self.partitions.insert((*b, *a));
                self.trace.add(Traced::Partitioned(*a, *b));
            }
        }
    }

    pub(in crate::memory) fn heal(&mut self) {
        self.partitions.clear();
        for stream in self.streams.values_mut() {
            for pipe in &mut stream.pipes {
                pipe.held = false;
            }
        }
        self.trace.add(Traced::Healed);
        self.wake_all();
    }

    pub(in crate::memory) fn freeze(&mut self, node: NodeId, frozen: bool) {
        let Some(entry) = self.nodes.get_mut(node.index()) else {
            return;
        };
        entry.frozen = frozen;
        self.trace.add(if frozen {
            Traced::Frozen(node)
        } else {
            Traced::Thawed(node)
        });
        self.wake_all();
    }

    /// Returns the doors, to be dropped without the lock, and the number of streams.
    pub(in crate::memory) fn crash(&mut self, node: NodeId) -> (Vec<OpenedDoor>, usize) {
        self.trace.add(Traced::Crashed(node));
        let streams = self.of(node);
        for stream in &streams {
            self.reset_at(*stream, node);
        }
        let keys: Vec<(OnionKey, DoorNumber)> = self
            .doors
            .iter()
            .filter(|(_, door)| door.owner == node)
            .map(|(key, door)| (*key, door.number))
            .collect();
        let doors = keys
            .iter()
            .filter_map(|(key, number)| self.close_door(key, *number))
            .collect();
        (doors, streams.len())
    }

    pub(super) fn fault(&mut self, stream: StreamId, fault: Fault) {
        self.trace.add(Traced::Fault { stream, fault });
    }
}
