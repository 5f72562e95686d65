//! Times that were measured, and their lines in a table.

use std::time::Duration;

use crate::figures::Table;

/// Times of one kind, sorted.
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn new(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "nothing was measured");
        times.sort_unstable();
        Self(times)
    }

    /// The time that `percent` of all do not exceed (nearest rank, so it is one that was measured).
    pub(crate) fn at(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0[rank - 1]
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// `p50 / p99 (least-most)` in milliseconds.
    pub(crate) fn milliseconds(&self) -> String {
        let [middle, high, least, most] = [self.at(50), self.at(99), self.at(0), self.at(100)]
            .map(|time| 1e3 * time.as_secs_f64());
        format!("{middle:.2} / {high:.2} ({least:.2}-{most:.2})")
    }
}

impl Table {
    /// A figure that should not exceed `most`.
    pub(crate) fn at_most(&mut self, name: &str, value: f64, unit: &str, n: usize, most: f64) {
        let verdict = if value <= most { "met" } else { "MISSED" };
        let goal = format!("≤ {most}: {verdict}");
        self.add(name, format!("{value:.3}"), unit, n, &goal);
    }

    pub(crate) fn times(&mut self, name: &str, times: &Times) {
        self.add(
            name,
            times.milliseconds(),
            "ms, p50 / p99 (min-max)",
            times.count(),
            "",
        );
    }
}
