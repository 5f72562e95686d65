//! The sliding window over dial counters (D3.7): a recorded first flight is worth nothing twice.

use serde::{Deserialize, Serialize};

/// Remembers the highest counter seen and which of the 63 below it were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ReplayWindow {
    highest: u64,
    /// Bit `k`: counter `highest - k` was seen. Bit 0 is `highest` itself.
    seen: u64,
}

impl ReplayWindow {
    const WIDTH: u64 = 64;

    /// The highest counter that was taken in.
    pub(crate) const fn highest(&self) -> u64 {
        self.highest
    }

    /// Takes a counter in. `false`: seen before, or too old to tell. Counters begin at 1.
    pub(crate) fn accept(&mut self, counter: u64) -> bool {
        if counter == 0 {
            return false;
        }
        if counter > self.highest {
            let shift = counter - self.highest;
            self.seen = if shift >= Self::WIDTH {
                0
            } else {
                self.seen << shift
            };
            self.seen |= 1;
            self.highest = counter;
            return true;
        }
        let distance = self.highest - counter;
        if distance >= Self::WIDTH || self.seen >> distance & 1 == 1 {
            return false;
        }
        self.seen |= 1 << distance;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counter_is_accepted_once_and_old_ones_never() {
        let mut window = ReplayWindow::default();
        assert!(!window.accept(0));
        for counter in [5, 3, 70, 7, u64::MAX] {
            assert!(window.accept(counter), "{counter} is new");
            assert!(!window.accept(counter), "{counter} is a replay");
        }
        assert!(!window.accept(71));
        assert!(!window.accept(6));
    }

    #[test]
    fn agrees_with_a_set_of_all_counters() {
        let mut window = ReplayWindow::default();
        let mut seen = std::collections::HashSet::new();
        let mut state = 1u64;
        for _ in 0..10_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let counter = (seen.len() as u64 + (state >> 58)).max(1);
            let highest = seen.iter().copied().max().unwrap_or(0);
            let expected = counter + 64 > highest && !seen.contains(&counter);
            assert_eq!(window.accept(counter), expected);
            if expected {
                seen.insert(counter);
            }
        }
    }
}
