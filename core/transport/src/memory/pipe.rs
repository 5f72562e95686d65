//! One direction of a stream: a window of bytes under way, and how it ends. It exists apart so
//! that all rules about order, time and endings stand together. It knows no nodes and reads no
//! clock.

use std::collections::VecDeque;
use std::io;
use std::task::Waker;
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::time::Instant;

use super::CELL;
use super::faults::Chance;

/// The answer to a poll.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// So many bytes; in reading, 0 is the end.
    Ready(usize),
    /// The stream is broken.
    Failed(io::ErrorKind),
    /// Nothing before this time, unless woken.
    Until(Instant),
    /// Nothing until woken.
    Pending,
}

/// How a direction ends for one of its sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// When that side learns of it.
    pub(super) at: Instant,
    /// `None`: in order, after the bytes before it. Else the bytes before it are lost.
    pub(super) error: Option<io::ErrorKind>,
    /// It comes over the network, and so waits where bytes wait.
    pub(super) travels: bool,
}

#[derive(Debug)]
struct Chunk {
    due: Instant,
    bytes: Vec<u8>,
    /// Bytes read already.
    read: usize,
}

/// One direction.
#[derive(Debug)]
pub(super) struct Pipe {
    window: usize,
    /// Written, and waiting for a full cell or a flush.
    unsent: Vec<u8>,
    queue: VecDeque<Chunk>,
    /// Bytes that were sent and not read, vanished ones included.
    in_flight: usize,
    /// When the last chunk arrives: none overtakes.
    last_due: Instant,
    /// Bytes are held by a stall.
    pub(super) held: bool,
    /// Bytes vanish.
    vanishing: bool,
    reading_ends: Option<Ending>,
    writing_ends: Option<Ending>,
    pub(super) reader: Option<Waker>,
    pub(super) writer: Option<Waker>,
    pub(super) chance: Chance,
}

impl Pipe {
    pub(super) fn new(window: usize, chance: Chance, now: Instant) -> Self {
        Self {
            // Else a write could wait for ever for a cell to become full.
            window: window.max(CELL),
            unsent: Vec::new(),
            queue: VecDeque::new(),
            in_flight: 0,
            last_due: now,
            held: false,
            vanishing: false,
            reading_ends: None,
            writing_ends: None,
            reader: None,
            writer: None,
            chance,
        }
    }

    /// Takes as many bytes as the window has room for. `blocked`: news does not come through.
    pub(super) fn write(&mut self, now: Instant, blocked: bool, bytes: &[u8]) -> Answer {
        match self.writable(now, blocked) {
            Answer::Ready(_) => {}
            broken => return broken,
        }
        let room = self
            .window
            .saturating_sub(self.unsent.len() + self.in_flight);
        if room == 0 && !bytes.is_empty() {
            return match self.writing_ends {
                Some(ending) if !(blocked && ending.travels) => Answer::Until(ending.at),
                _ => Answer::Pending,
            };
        }
        let taken = room.min(bytes.len());
        self.unsent.extend_from_slice(&bytes[..taken]);
        Answer::Ready(taken)
    }

    /// Whether the writing side is still open.
    pub(super) fn writable(&self, now: Instant, blocked: bool) -> Answer {
        match self.writing_ends {
            Some(ending) if ending.at <= now && !(blocked && ending.travels) => {
                Answer::Failed(ending.error.unwrap_or(io::ErrorKind::BrokenPipe))
            }
            _ => Answer::Ready(0),
        }
    }

    /// What is to be sent now: whole cells, or with `flush` all.
    pub(super) fn take_unsent(&mut self, flush: bool) -> Vec<u8> {
        let kept = if flush { 0 } else { self.unsent.len() % CELL };
        let rest = self.unsent.split_off(self.unsent.len() - kept);
        std::mem::replace(&mut self.unsent, rest)
    }

    /// Throws away what was not flushed.
    pub(super) fn forget_unsent(&mut self) {
        self.unsent.clear();
    }

    /// Sends; it arrives after `latency` and after all before it.
    pub(super) fn send(&mut self, now: Instant, latency: Duration, bytes: Vec<u8>) {
        self.in_flight += bytes.len();
        if self.vanishing {
            return;
        }
        self.last_due = self.last_due.max(now + latency);
        self.queue.push_back(Chunk {
            due: self.last_due,
            bytes,
            read: 0,
        });
    }

    /// Gives what has arrived. `blocked`: nothing comes through.
    pub(super) fn read(&mut self, now: Instant, blocked: bool, into: &mut ReadBuf<'_>) -> Answer {
        let ending = self
            .reading_ends
            .filter(|ending| !(blocked && ending.travels));
        if let Some(Ending {
            at,
            error: Some(kind),
            ..
        }) = ending
            && at <= now
        {
            return Answer::Failed(kind);
        }
        let mut read = 0;
        while !blocked
            && into.remaining() > 0
            && let Some(chunk) = self.queue.front_mut()
            && chunk.due <= now
        {
            let rest = &chunk.bytes[chunk.read..];
            let taken = rest.len().min(into.remaining());
            into.put_slice(&rest[..taken]);
            chunk.read += taken;
            read += taken;
            if chunk.read == chunk.bytes.len() {
                self.queue.pop_front();
            }
        }
        if read > 0 {
            self.in_flight -= read;
            return Answer::Ready(read);
        }
        let arrives = self
            .queue
            .front()
            .filter(|_| !blocked)
            .map(|chunk| chunk.due);
        match (arrives, ending) {
            (None, Some(ending)) if ending.at <= now => Answer::Ready(0),
            (arrives, ending) => [arrives, ending.map(|ending| ending.at)]
                .into_iter()
                .flatten()
                .min()
                .map_or(Answer::Pending, Answer::Until),
        }
    }

    /// From now on bytes vanish, those under way too; they stay in the window, as no one
    /// acknowledges them.
    pub(super) fn vanish(&mut self) {
        self.vanishing = true;
        self.queue.clear();
    }

    /// Ends the direction for its reader. News does not travel where bytes vanish and comes after
    /// the bytes before it; what happens at this end itself replaces it.
    pub(super) fn end_reading(&mut self, mut ending: Ending) {
        if ending.travels {
            if self.vanishing || self.reading_ends.is_some() {
                return;
            }
            ending.at = ending.at.max(self.last_due);
        } else {
            self.queue.clear();
        }
        self.reading_ends = Some(ending);
    }

    /// Ends the direction for its writer, likewise.
    pub(super) fn end_writing(&mut self, ending: Ending) {
        if ending.travels && (self.vanishing || self.writing_ends.is_some()) {
            return;
        }
        self.writing_ends = Some(ending);
    }
}
