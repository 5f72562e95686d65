//! What happened on the network, in order and with virtual times. It exists so that two runs can
//! be compared. Onion keys and contents do not stand in it.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::Fault;
use crate::{DialError, Isolation, NetworkStatus};

/// Events that are kept; after them one [`Traced::Full`].
const LIMIT: usize = 1 << 20;

/// A node of one network.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "node {}", self.0)
    }
}

/// A stream of one network, numbered from 0 as they open.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId(pub(super) u64);

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stream {}", self.0)
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceEvent {
    /// Since the network was made.
    pub at: Duration,
    /// What it was.
    pub what: Traced,
}

/// What can happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Traced {
    /// A node was made.
    Node {
        /// Its number.
        node: NodeId,
        /// Its name.
        name: Box<str>,
    },
    /// A node's network status changed.
    Status {
        /// Whose.
        node: NodeId,
        /// To what.
        status: NetworkStatus,
    },
    /// A program said that its computer's network changed.
    NetworkChanged(NodeId),
    /// A door was opened, with so many readers if it is restricted.
    DoorOpened(NodeId, Option<usize>),
    /// A door's descriptor can be found.
    DoorPublished(NodeId),
    /// A door has so many readers now.
    DoorReaders(NodeId, usize),
    /// A door was closed.
    DoorClosed(NodeId),
    /// A dial began.
    Dialling {
        /// Who dials.
        from: NodeId,
        /// The circuits it asks for.
        isolation: Isolation,
    },
    /// A dial failed.
    DialFailed {
        /// Who dialled.
        from: NodeId,
        /// What it was told.
        error: DialError,
    },
    /// The listening end of a stream arrived at its door.
    Opened {
        /// Its number.
        stream: StreamId,
        /// Who dialled.
        from: NodeId,
        /// Whose door it is.
        to: NodeId,
    },
    /// Bytes left: what a network observer counts.
    Sent {
        /// Where.
        stream: StreamId,
        /// Who sent.
        by: NodeId,
        /// How many.
        bytes: usize,
    },
    /// A program read bytes.
    Received {
        /// Where.
        stream: StreamId,
        /// Who read.
        by: NodeId,
        /// How many.
        bytes: usize,
    },
    /// A program closed its end, by a shutdown or by dropping it.
    Closed {
        /// Which.
        stream: StreamId,
        /// Who closed.
        by: NodeId,
    },
    /// A fault hit a stream.
    Fault {
        /// Which.
        stream: StreamId,
        /// What kind.
        fault: Fault,
    },
    /// Two nodes were separated.
    Partitioned(NodeId, NodeId),
    /// All partitions and stalls ended.
    Healed,
    /// A node was frozen.
    Frozen(NodeId),
    /// A node was thawed.
    Thawed(NodeId),
    /// A node crashed.
    Crashed(NodeId),
    /// No more events are kept.
    Full,
}

/// Bytes that a program read at once.
#[derive(Clone, PartialEq, Eq)]
pub struct Received {
    /// Since the network was made.
    pub at: Duration,
    /// On which stream.
    pub stream: StreamId,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("at", &self.at)
            .field("stream", &self.stream)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

/// The events so far.
#[derive(Debug)]
pub(super) struct Trace {
    start: Instant,
    events: Vec<TraceEvent>,
}

impl Trace {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            events: Vec::new(),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    pub(super) fn add(&mut self, what: Traced) {
        let what = match self.events.len() {
            LIMIT => return,
            last if last == LIMIT - 1 => Traced::Full,
            _ => what,
        };
        let at = self.now();
        self.events.push(TraceEvent { at, what });
    }

    pub(super) fn events(&self) -> &[TraceEvent] {
        &self.events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_full_trace_says_so_and_grows_no_more() {
        let mut trace = Trace::new();
        for _ in 0..LIMIT + 5 {
            trace.add(Traced::Healed);
        }
        assert_eq!(trace.events().len(), LIMIT);
        assert_eq!(trace.events()[LIMIT - 1].what, Traced::Full);
        assert_eq!(trace.events()[LIMIT - 2].what, Traced::Healed);
    }
}
