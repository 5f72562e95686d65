//! When a Tor client counts as dead, as a value without clock or network.
//!
//! Arti recovers from most outages, but after all relays it knew were gone for a while it may keep
//! failing long after they are back (learned timeouts, guards marked down with growing pauses).
//! So: while there is trouble, look whether the network answers; if it does and the trouble stays,
//! the client is replaced. Never on a timer alone.

use std::time::{Duration, Instant};

/// How often to look for the network while there is trouble.
pub(crate) const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Patience with the client once the network is back after it was seen gone.
const AFTER_OUTAGE: Duration = Duration::from_secs(10);
/// Patience with the client when the network was there all along.
const WITHOUT_OUTAGE: Duration = Duration::from_secs(60);
/// How long a failed dial counts as trouble if none follows.
const FAULT_COUNTS: Duration = Duration::from_secs(120);
/// First and longest time between two replacements.
const PAUSE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(900));

/// What is known about the client's health.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    /// Begin of the failures of dials that are our side's, and the latest of them.
    dials_fail: Option<(Instant, Instant)>,
    /// Since when every open door is unreachable.
    doors_down: Option<Instant>,
    /// Since when the client itself says that it is blocked.
    blocked: Option<Instant>,
    network: Seen,
    replaced: Option<Instant>,
    pause: Duration,
}

/// The network, as far as probes saw it during this trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    Unknown,
    Gone,
    Back(Instant),
}

impl Diagnosis {
    pub(crate) fn new() -> Self {
        Self {
            dials_fail: None,
            doors_down: None,
            blocked: None,
            network: Seen::Unknown,
            replaced: None,
            pause: PAUSE.0,
        }
    }

    /// A dial failed on our side of the network.
    pub(crate) fn dial_failed(&mut self, now: Instant) {
        let since = self.dials_fail.map_or(now, |(since, _)| since);
        self.dials_fail = Some((since, now));
    }

    /// A dial got through to the directory of doors at least, so the client lives.
    pub(crate) fn dial_reached(&mut self) {
        self.dials_fail = None;
        self.settle();
    }

    /// Whether every open door is unreachable. False without doors.
    pub(crate) fn doors(&mut self, now: Instant, all_down: bool) {
        note(&mut self.doors_down, now, all_down);
        self.settle();
    }

    /// Whether the client says that it cannot go on.
    pub(crate) fn client(&mut self, now: Instant, blocked: bool) {
        note(&mut self.blocked, now, blocked);
        self.settle();
    }

    /// Whether to look for the network now.
    pub(crate) fn troubled(&mut self, now: Instant) -> bool {
        if self
            .dials_fail
            .is_some_and(|(_, last)| now - last >= FAULT_COUNTS)
        {
            self.dials_fail = None;
            self.settle();
        }
        self.since().is_some()
    }

    /// A look found the network there or not. True: replace the client now.
    pub(crate) fn probed(&mut self, now: Instant, reachable: bool) -> bool {
        let Some(since) = self.since() else {
            return false;
        };
        if !reachable {
            self.network = Seen::Gone;
            return false;
        }
        if self.network == Seen::Gone {
            self.network = Seen::Back(now);
        }
        let patient_until = match self.network {
            Seen::Back(back) => back.max(since) + AFTER_OUTAGE,
            Seen::Unknown | Seen::Gone => since + WITHOUT_OUTAGE,
        };
        let paused_until = self.replaced.map_or(now, |replaced| replaced + self.pause);
        now >= patient_until && now >= paused_until
    }

    /// The client was replaced because of what [`Diagnosis::probed`] said.
    pub(crate) fn replaced(&mut self, now: Instant) {
        if self.replaced.is_some() {
            self.pause = PAUSE.1.min(self.pause * 2);
        }
        *self = Self {
            replaced: Some(now),
            pause: self.pause,
            ..Self::new()
        };
    }

    fn since(&self) -> Option<Instant> {
        let dials = self.dials_fail.map(|(since, _)| since);
        [dials, self.doors_down, self.blocked]
            .into_iter()
            .flatten()
            .min()
    }

    /// Forgets the outage and the pause once all is well.
    fn settle(&mut self) {
        if self.since().is_none() {
            self.network = Seen::Unknown;
            self.pause = PAUSE.0;
        }
    }
}

fn note(since: &mut Option<Instant>, now: Instant, bad: bool) {
    *since = bad.then(|| since.unwrap_or(now));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn no_trouble_means_no_replacement() {
        let now = Instant::now();
        let mut diagnosis = Diagnosis::new();
        assert!(!diagnosis.troubled(now));
        assert!(!diagnosis.probed(now + seconds(3600), true));
        diagnosis.dial_failed(now);
        diagnosis.dial_reached();
        assert!(!diagnosis.troubled(now));
    }

    #[test]
    fn after_an_outage_the_client_is_replaced_soon_after_the_network_is_back() {
        let start = Instant::now();
        let mut diagnosis = Diagnosis::new();
        diagnosis.doors(start, true);
        for second in (0..300).step_by(5) {
            assert!(diagnosis.troubled(start + seconds(second)));
            assert!(!diagnosis.probed(start + seconds(second), false));
        }
        assert!(!diagnosis.probed(start + seconds(300), true));
        assert!(!diagnosis.probed(start + seconds(309), true));
        assert!(diagnosis.probed(start + seconds(310), true));
    }

    #[test]
    fn recovery_by_itself_ends_the_trouble() {
        let start = Instant::now();
        let mut diagnosis = Diagnosis::new();
        diagnosis.client(start, true);
        assert!(!diagnosis.probed(start, false));
        assert!(!diagnosis.probed(start + seconds(5), true));
        diagnosis.client(start + seconds(8), false);
        assert!(!diagnosis.troubled(start + seconds(8)));
        assert!(!diagnosis.probed(start + seconds(100), true));
    }

    #[test]
    fn a_network_that_was_there_all_along_needs_more_patience() {
        let start = Instant::now();
        let mut diagnosis = Diagnosis::new();
        diagnosis.dial_failed(start);
        diagnosis.dial_failed(start + seconds(50));
        assert!(!diagnosis.probed(start + seconds(59), true));
        assert!(diagnosis.probed(start + seconds(60), true));
    }

    #[test]
    fn one_failed_dial_is_forgotten() {
        let start = Instant::now();
        let mut diagnosis = Diagnosis::new();
        diagnosis.dial_failed(start);
        assert!(diagnosis.troubled(start + seconds(119)));
        assert!(!diagnosis.troubled(start + seconds(120)));
    }

    #[test]
    fn replacements_that_do_not_help_come_ever_more_seldom() {
        let mut now = Instant::now();
        let mut diagnosis = Diagnosis::new();
        let mut pauses = Vec::new();
        for _ in 0..7 {
            let begin = now;
            diagnosis.doors(now, true);
            while !diagnosis.probed(now, true) {
                now += seconds(5);
                diagnosis.doors(now, true);
            }
            pauses.push((now - begin).as_secs());
            diagnosis.replaced(now);
        }
        assert_eq!(pauses, [60, 60, 120, 240, 480, 900, 900]);
        diagnosis.doors(now, false);
        assert_eq!(diagnosis.pause, PAUSE.0);
    }
}
