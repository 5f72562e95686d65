//! A token bucket. It exists to bound what strangers cost: streams that nobody has authenticated,
//! per minute. It reads no clock, so a test needs none, and it does not wait: a stream over the
//! limit is discarded, not queued.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// Lets through a burst at once and then a steady number per minute.
///
/// It is the generic cell rate algorithm (ITU-T I.371, annex A): one instant of state, no drift
/// from rounding a refill, the same result however often it is asked.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    /// What one token costs in time.
    interval: Duration,
    /// How far ahead of the clock `full` may be when a token is taken.
    tolerance: Duration,
    /// When the bucket is full again.
    full: Instant,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens that gains `per_minute` tokens a minute.
    #[must_use]
    pub fn new(burst: NonZeroU32, per_minute: NonZeroU32, now: Instant) -> Self {
        let interval = MINUTE / per_minute.get();
        Self {
            interval,
            tolerance: interval.saturating_mul(burst.get() - 1),
            full: now,
        }
    }

    /// Takes a token if there is one. A clock that goes backwards yields none.
    #[must_use]
    pub fn take(&mut self, now: Instant) -> bool {
        if !self.wait(now).is_zero() {
            return false;
        }
        self.full = self.full.max(now) + self.interval;
        true
    }

    /// How long from `now` until [`Self::take`] succeeds; zero when it does at once.
    #[must_use]
    pub fn wait(&self, now: Instant) -> Duration {
        self.full
            .saturating_duration_since(now)
            .saturating_sub(self.tolerance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(burst: u32, per_minute: u32, now: Instant) -> TokenBucket {
        TokenBucket::new(
            NonZeroU32::new(burst).unwrap(),
            NonZeroU32::new(per_minute).unwrap(),
            now,
        )
    }

    #[test]
    fn a_burst_passes_and_then_one_each_interval() {
        let start = Instant::now();
        let mut bucket = bucket(3, 60, start);
        assert!((0..3).all(|_| bucket.take(start)));
        assert!(!bucket.take(start));
        assert_eq!(bucket.wait(start), Duration::from_secs(1));
        assert!(!bucket.take(start + Duration::from_millis(999)));
        assert!(bucket.take(start + Duration::from_secs(1)));
        assert!(!bucket.take(start + Duration::from_secs(1)));
    }

    #[test]
    fn no_minute_passes_more_than_burst_and_rate() {
        let start = Instant::now();
        let mut bucket = bucket(5, 20, start);
        let passed: Vec<u64> = (0..600_000)
            .step_by(100)
            .filter(|at| bucket.take(start + Duration::from_millis(*at)))
            .collect();
        for begin in &passed {
            let within = passed
                .iter()
                .filter(|at| (*begin..begin + 60_000).contains(at));
            assert!(within.count() <= 25);
        }
        // And it is no stricter than it says: ten minutes at 20 plus the burst.
        assert!(passed.len() >= 200, "{}", passed.len());
    }

    #[test]
    fn being_refused_costs_nothing_and_an_idle_bucket_does_not_overflow() {
        let start = Instant::now();
        let mut bucket = bucket(2, 1, start);
        assert!(bucket.take(start) && bucket.take(start));
        for second in 0..59 {
            assert!(!bucket.take(start + Duration::from_secs(second)));
        }
        assert!(bucket.take(start + Duration::from_secs(60)));
        let later = start + Duration::from_secs(86_400);
        assert!(bucket.take(later) && bucket.take(later) && !bucket.take(later));
    }

    #[test]
    fn a_clock_that_goes_backwards_yields_nothing() {
        let start = Instant::now() + Duration::from_secs(100);
        let mut bucket = bucket(1, 60, start);
        assert!(bucket.take(start));
        assert!(!bucket.take(start - Duration::from_secs(50)));
        assert!(bucket.take(start + Duration::from_secs(1)));
    }
}
