//! When to dial whom: back-off with jitter that forgets everything when the network changes or the
//! owner says so. Pure: the time and the randomness are arguments.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::{CryptoRng, RngExt};
use undertone_protocol::{ContactId, Purpose, WantedDial};

use crate::language::Reason;

/// The first wait after a failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// Who dials second of a pair waits this long at first, so that usually only one connects.
const SECOND_DIALER: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Waits until then.
    Waiting(Duration),
    /// The network layer dials, or the handshake is under way.
    Busy,
}

#[derive(Clone, Copy, Debug)]
struct Attempt {
    purpose: Purpose,
    state: State,
    failures: u32,
    reason: Reason,
}

/// All contacts that should be dialled.
#[derive(Debug, Default)]
pub(crate) struct Dials {
    attempts: BTreeMap<ContactId, Attempt>,
}

impl Dials {
    /// Takes over what the machine wants. Who is not wanted any more is forgotten.
    pub(crate) fn want(&mut self, wanted: &[WantedDial], now: Duration, rng: &mut dyn CryptoRng) {
        self.attempts.retain(|id, attempt| {
            let same = |dial: &WantedDial| dial.contact == *id && dial.purpose == attempt.purpose;
            attempt.state == State::Busy || wanted.iter().any(same)
        });
        for dial in wanted {
            self.attempts.entry(dial.contact).or_insert_with(|| {
                let least = if dial.first {
                    Duration::ZERO
                } else {
                    SECOND_DIALER
                };
                Attempt {
                    purpose: dial.purpose,
                    state: State::Waiting(now + least + jitter(Duration::from_millis(300), rng)),
                    failures: 0,
                    reason: Reason::NotTried,
                }
            });
        }
    }

    /// Those whose time has come; they count as busy from now on.
    pub(crate) fn due(&mut self, wanted: &[WantedDial], now: Duration) -> Vec<WantedDial> {
        let mut due = Vec::new();
        for dial in wanted {
            if let Some(attempt) = self.attempts.get_mut(&dial.contact)
                && attempt.purpose == dial.purpose
                && matches!(attempt.state, State::Waiting(at) if at <= now)
            {
                attempt.state = State::Busy;
                due.push(dial.clone());
            }
        }
        due
    }

    /// When [`Self::due`] has to be asked next.
    pub(crate) fn next_wake(&self) -> Option<Duration> {
        let waits = self
            .attempts
            .values()
            .filter_map(|attempt| match attempt.state {
                State::Waiting(at) => Some(at),
                State::Busy => None,
            });
        waits.min()
    }

    /// The dial or its handshake failed; the next try comes later than the last.
    pub(crate) fn failed(
        &mut self,
        contact: ContactId,
        reason: Reason,
        now: Duration,
        rng: &mut dyn CryptoRng,
    ) {
        if let Some(attempt) = self.attempts.get_mut(&contact) {
            let wait = FIRST_WAIT
                .saturating_mul(1 << attempt.failures.min(16))
                .min(LONGEST_WAIT);
            attempt.failures = attempt.failures.saturating_add(1);
            attempt.reason = reason;
            attempt.state = State::Waiting(now + wait / 2 + jitter(wait, rng));
        }
    }

    /// It led to a link, or the dial did what it was for.
    pub(crate) fn succeeded(&mut self, contact: ContactId) {
        self.attempts.remove(&contact);
    }

    /// Forgets waits: everything, or one contact, is tried at once.
    pub(crate) fn retry(&mut self, contact: Option<ContactId>, now: Duration) {
        for (id, attempt) in &mut self.attempts {
            if contact.is_none_or(|only| only == *id) {
                attempt.failures = 0;
                if attempt.state != State::Busy {
                    attempt.state = State::Waiting(now);
                }
            }
        }
    }

    /// Why a contact is not connected, and seconds until the next try.
    pub(crate) fn reason(
        &self,
        contact: ContactId,
        now: Duration,
    ) -> Option<(Reason, Option<u64>)> {
        let attempt = self.attempts.get(&contact)?;
        Some(match attempt.state {
            State::Busy if attempt.failures == 0 => (Reason::Dialling, None),
            State::Busy => (attempt.reason, Some(0)),
            State::Waiting(at) => (
                attempt.reason,
                Some(at.saturating_sub(now).as_secs_f64().ceil() as u64),
            ),
        })
    }
}

fn jitter(span: Duration, rng: &mut dyn CryptoRng) -> Duration {
    rng.random_range(Duration::ZERO..=span)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use undertone_wire::OnionKey;

    use super::*;

    const CONTACT: ContactId = ContactId::from_bytes([1; 16]);

    fn wanted(first: bool) -> [WantedDial; 1] {
        [WantedDial {
            contact: CONTACT,
            purpose: Purpose::Chat,
            door: OnionKey::from_bytes([2; 32]),
            descriptor: None,
            first,
        }]
    }

    #[test]
    fn waits_grow_to_a_bound_and_a_retry_forgets_them() {
        let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut dials = Dials::default();
        let mut now = Duration::ZERO;
        dials.want(&wanted(true), now, rng);
        let mut waits = Vec::new();
        for _ in 0..20 {
            now = dials.next_wake().expect("waits");
            assert_eq!(dials.due(&wanted(true), now).len(), 1);
            assert_eq!(dials.due(&wanted(true), now).len(), 0, "busy");
            dials.failed(CONTACT, Reason::Away, now, rng);
            waits.push(dials.next_wake().expect("waits") - now);
        }
        assert!(waits[0] <= FIRST_WAIT * 3 / 2);
        assert!(waits.iter().all(|wait| *wait <= LONGEST_WAIT * 3 / 2));
        assert!(waits[15] >= LONGEST_WAIT / 2);
        let (reason, next) = dials.reason(CONTACT, now).expect("known");
        assert_eq!(reason, Reason::Away);
        assert!(next.is_some_and(|seconds| seconds > 100));
        dials.retry(None, now);
        assert_eq!(dials.next_wake(), Some(now));
    }

    #[test]
    fn the_second_dialer_waits_and_the_unwanted_are_forgotten() {
        let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut dials = Dials::default();
        dials.want(&wanted(false), Duration::ZERO, rng);
        assert!(dials.next_wake().is_some_and(|at| at >= SECOND_DIALER));
        dials.want(&[], Duration::ZERO, rng);
        assert_eq!(dials.next_wake(), None);
    }
}
