//! A token bucket with the time as an argument.

use std::time::Duration;

/// Lets through a burst of its capacity, and a given number of tokens a minute.
#[derive(Debug)]
pub(crate) struct Bucket {
    capacity: f64,
    per_second: f64,
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    pub(crate) fn new(capacity: u32, per_minute: u32) -> Self {
        Self {
            capacity: capacity.into(),
            per_second: f64::from(per_minute) / 60.0,
            tokens: capacity.into(),
            filled: Duration::ZERO,
        }
    }

    /// One that gets a new token after each pause.
    pub(crate) fn slow(capacity: u32, pause: Duration) -> Self {
        Self {
            per_second: pause.as_secs_f64().recip(),
            ..Self::new(capacity, 0)
        }
    }

    /// Takes so many tokens; `false`, and none is taken, when there are fewer.
    pub(crate) fn take(&mut self, now: Duration, tokens: u32) -> bool {
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * self.per_second).min(self.capacity);
        self.filled = self.filled.max(now);
        let enough = self.tokens >= f64::from(tokens);
        if enough {
            self.tokens -= f64::from(tokens);
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_a_burst_through_and_refills_with_time() {
        let mut bucket = Bucket::new(60, 60);
        let at = Duration::from_secs;
        assert_eq!((0..100).filter(|_| bucket.take(at(1), 1)).count(), 60);
        assert_eq!((0..100).filter(|_| bucket.take(at(11), 1)).count(), 10);
        assert!(!bucket.take(at(5), 1), "time that goes back gives nothing");
        assert_eq!((0..100).filter(|_| bucket.take(at(1000), 1)).count(), 60);
    }

    #[test]
    fn a_slow_one_gets_one_after_each_pause() {
        let mut bucket = Bucket::slow(2, Duration::from_secs(3_600));
        let taken = (0..36_000).filter(|&second| bucket.take(Duration::from_secs(second), 1));
        assert_eq!(taken.count(), 2 + 9);
    }
}
