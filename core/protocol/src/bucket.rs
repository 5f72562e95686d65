//! A token bucket with the time as an argument.

use std::time::Duration;

/// Lets through a burst of its capacity, and that many a minute.
#[derive(Debug)]
pub(crate) struct Bucket {
    per_minute: u32,
    tokens: f64,
    filled: Duration,
}

impl Bucket {
    pub(crate) fn new(per_minute: u32) -> Self {
        Self {
            per_minute,
            tokens: f64::from(per_minute),
            filled: Duration::ZERO,
        }
    }

    /// Takes one token; `false` when there is none.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        let rate = f64::from(self.per_minute);
        let passed = now.saturating_sub(self.filled).as_secs_f64();
        self.tokens = (self.tokens + passed * rate / 60.0).min(rate);
        self.filled = self.filled.max(now);
        let some = self.tokens >= 1.0;
        if some {
            self.tokens -= 1.0;
        }
        some
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_a_burst_through_and_refills_with_time() {
        let mut bucket = Bucket::new(60);
        let at = Duration::from_secs;
        assert_eq!((0..100).filter(|_| bucket.take(at(1))).count(), 60);
        assert_eq!((0..100).filter(|_| bucket.take(at(11))).count(), 10);
        assert!(!bucket.take(at(5)), "time that goes back gives nothing");
        assert_eq!((0..100).filter(|_| bucket.take(at(1000))).count(), 60);
    }
}
