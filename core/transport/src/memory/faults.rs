//! Which faults there are and when chance strikes. It exists so that a fault is decided in one
//! place, by the seed alone. It does not carry faults out.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A million: what the rates are parts of.
const MILLION: u32 = 1_000_000;

/// What happened to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Both ends see an error at once.
    Cut,
    /// One end sees an error at once, the other when the news has travelled.
    Reset,
    /// From now on bytes vanish and nobody is told.
    HalfOpen,
    /// Bytes are held: until they are released, or, by chance, for a while.
    Stall,
    /// Bytes that were held go on.
    Release,
    /// One chunk is late.
    Delay,
}

/// How often chance strikes, in parts per million of the chunks that are sent; at most one fault a
/// chunk, in this order, so the sum of the chunk rates should stay under a million.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// [`Fault::Cut`].
    pub cut: u32,
    /// [`Fault::Reset`], at either end.
    pub reset: u32,
    /// [`Fault::HalfOpen`].
    pub half_open: u32,
    /// [`Fault::Stall`] of this direction for up to `stall_for`.
    pub stall: u32,
    /// The longest stall.
    pub stall_for: Duration,
    /// [`Fault::Delay`] of up to `delay_for`; the order is kept.
    pub delay: u32,
    /// The longest delay.
    pub delay_for: Duration,
    /// Of a million dials, so many fail with [`crate::DialError::IntroductionFailed`].
    pub dial: u32,
}

/// A source of chance for one purpose: what it yields does not depend on what others draw.
#[derive(Debug)]
pub(super) struct Chance(ChaCha8Rng);

/// What was drawn for a chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draw {
    Nothing,
    Cut,
    /// `true`: the sender is told first.
    Reset(bool),
    HalfOpen,
    Stall(Duration),
    Delay(Duration),
}

impl Chance {
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(purpose);
        Self(rng)
    }

    pub(super) fn chunk(&mut self, rates: &FaultRates) -> Draw {
        // Always three words, so that one chunk's fault does not shift the next one's.
        let mut left = self.0.next_u32() % MILLION;
        let length = self.0.next_u64();
        let mut strikes = |rate: u32| {
            let hit = left < rate;
            left = left.saturating_sub(rate);
            hit
        };
        if strikes(rates.cut) {
            Draw::Cut
        } else if strikes(rates.reset) {
            Draw::Reset(length & 1 == 0)
        } else if strikes(rates.half_open) {
            Draw::HalfOpen
        } else if strikes(rates.stall) {
            Draw::Stall(up_to(rates.stall_for, length))
        } else if strikes(rates.delay) {
            Draw::Delay(up_to(rates.delay_for, length))
        } else {
            Draw::Nothing
        }
    }

    pub(super) fn dial_fails(&mut self, rates: &FaultRates) -> bool {
        self.0.next_u32() % MILLION < rates.dial
    }
}

/// A whole number of milliseconds, which is how finely tokio keeps time.
fn up_to(longest: Duration, random: u64) -> Duration {
    let longest = u64::try_from(longest.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % longest.saturating_add(1).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_and_the_rates_are_kept() {
        let rates = FaultRates {
            cut: 10_000,
            reset: 20_000,
            half_open: 30_000,
            stall: 40_000,
            stall_for: Duration::from_secs(9),
            delay: 100_000,
            delay_for: Duration::from_secs(1),
            dial: 0,
        };
        let draw = |seed, purpose| {
            let mut chance = Chance::new(seed, purpose);
            (0..50_000)
                .map(|_| chance.chunk(&rates))
                .collect::<Vec<_>>()
        };
        let drawn = draw(1, 0);
        assert_eq!(drawn, draw(1, 0));
        assert_ne!(drawn, draw(1, 1));
        assert_ne!(drawn, draw(2, 0));
        let count = |is: fn(&Draw) -> bool| drawn.iter().filter(|draw| is(draw)).count();
        for (found, expected) in [
            (count(|draw| matches!(draw, Draw::Cut)), 500),
            (count(|draw| matches!(draw, Draw::Reset(_))), 1000),
            (count(|draw| matches!(draw, Draw::HalfOpen)), 1500),
            (count(|draw| matches!(draw, Draw::Stall(_))), 2000),
            (count(|draw| matches!(draw, Draw::Delay(_))), 5000),
        ] {
            assert!(
                found.abs_diff(expected) < expected / 5,
                "{found} {expected}"
            );
        }
        assert!(drawn.iter().all(|draw| match draw {
            Draw::Stall(time) => *time <= rates.stall_for,
            Draw::Delay(time) => *time <= rates.delay_for,
            _ => true,
        }));
    }

    #[test]
    fn without_rates_nothing_happens() {
        let mut chance = Chance::new(7, 7);
        let none = FaultRates::default();
        assert!((0..10_000).all(|_| chance.chunk(&none) == Draw::Nothing));
        assert!((0..10_000).all(|_| !chance.dial_fails(&none)));
        let all = FaultRates {
            dial: MILLION,
            ..none
        };
        assert!(chance.dial_fails(&all));
    }
}
