//! Where the machine's time comes from. Tests hand in a clock of their own.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;
use undertone_protocol::Now;

/// Tells the wall time. The monotonic time is tokio's, which tests can pause.
pub trait Clock: Send + Sync + 'static {
    /// Seconds since 1970.
    fn wall(&self) -> u64;
}

/// The computer's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn wall(&self) -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }
}

/// The time of one run: monotonic since its start, wall from the clock.
pub(crate) struct Time {
    clock: Box<dyn Clock>,
    start: Instant,
}

impl Time {
    pub(crate) fn new(clock: Box<dyn Clock>) -> Self {
        Self {
            clock,
            start: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            monotonic: self.start.elapsed(),
            wall: self.clock.wall(),
        }
    }

    /// The instant of a monotonic time of this run.
    pub(crate) fn instant(&self, monotonic: std::time::Duration) -> Instant {
        self.start + monotonic
    }
}
