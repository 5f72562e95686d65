//! Two rows of durations side by side: quantiles for people, and whether they can be told apart.

use std::time::Duration;

/// Durations, sorted.
#[derive(Clone, Debug)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn new(durations: impl IntoIterator<Item = Duration>) -> Self {
        let mut sorted: Vec<Duration> = durations.into_iter().collect();
        assert!(!sorted.is_empty(), "nothing was measured");
        sorted.sort();
        Self(sorted)
    }

    /// The value below which this part of all lies; 0 the least, 1 the greatest.
    pub(crate) fn quantile(&self, part: f64) -> Duration {
        let index = ((self.0.len() - 1) as f64 * part).round() as usize;
        self.0[index]
    }

    pub(crate) fn greatest(&self) -> Duration {
        self.quantile(1.0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Number, least, quartiles and greatest in one line.
    pub(crate) fn table(&self) -> String {
        let quantiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| self.quantile(part));
        let texts = quantiles.map(|value| format!("{value:.2?}"));
        format!("{:3} values: {}", self.len(), texts.join("  "))
    }

    /// Whether someone who sees both could say which is which: the rank sum (Mann and Whitney,
    /// normal approximation with middle ranks) is off by more than chance is in one of ten thousand
    /// cases, or one row lies whole above the other.
    pub(crate) fn differ(&self, other: &Self) -> bool {
        let apart = |low: &Self, high: &Self| low.greatest() < high.quantile(0.0);
        self.rank_score(other).abs() > 3.89 || apart(self, other) || apart(other, self)
    }

    /// By how many standard deviations the rank sum is off.
    pub(crate) fn rank_score(&self, other: &Self) -> f64 {
        let (n, m) = (self.0.len() as f64, other.0.len() as f64);
        let wins: f64 = self
            .0
            .iter()
            .flat_map(|one| other.0.iter().map(move |two| one.cmp(two)))
            .map(|order| match order {
                std::cmp::Ordering::Less => 0.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Greater => 1.0,
            })
            .sum();
        (wins - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
    }
}

#[test]
fn rows_of_one_kind_are_not_told_apart_and_others_are() {
    use rand::{RngExt as _, SeedableRng as _};
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let mut row = |count: usize, more: u64| {
        let mut one = || Duration::from_millis(rng.random_range(500..3_000) + more);
        Samples::new((0..count).map(|_| one()).collect::<Vec<_>>())
    };
    let wrong = (0..200).filter(|_| row(20, 0).differ(&row(20, 0))).count();
    assert!(wrong <= 2, "{wrong} of 200 equal rows were told apart");
    assert!((0..200).all(|_| row(20, 2_200).differ(&row(20, 0))));
    assert!((0..200).all(|_| row(5, 0).differ(&row(5, 3_000))));
}
