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
/// A link that lived this long was one.
const LASTING: Duration = Duration::from_secs(60);
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
    /// Failures before the last success, and when that was.
    settled: BTreeMap<ContactId, (u32, Duration)>,
    /// Whom to dial was said before: from then on both sides may notice a break at once. Not after
    /// we were away.
    begun: bool,
}

impl Dials {
    /// Takes over what the machine wants. Who is not wanted any more is forgotten.
    pub(crate) fn want(&mut self, wanted: &[WantedDial], now: Duration, rng: &mut dyn CryptoRng) {
        self.attempts.retain(|id, attempt| {
            let same = |dial: &WantedDial| dial.contact == *id && dial.purpose == attempt.purpose;
            attempt.state == State::Busy || wanted.iter().any(same)
        });
        for dial in wanted {
            if self.attempts.contains_key(&dial.contact) {
                continue;
            }
            // Nobody knows yet that a program that just started, or woke up, is back.
            let first = if dial.first || !self.begun {
                Duration::ZERO
            } else {
                SECOND_DIALER
            };
            // A link that ends as soon as it stands is as good as none: whoever does that on
            // purpose must not make us dial without a pause.
            let short = self.settled.remove(&dial.contact);
            let short = short.filter(|(_, at)| now < *at + LASTING);
            let failures = short.map_or(0, |(failures, _)| failures + 1);
            let wait = if failures > 1 {
                back_off(failures)
            } else {
                first
            };
            let attempt = Attempt {
                purpose: dial.purpose,
                state: State::Waiting(now + wait + jitter(Duration::from_millis(300), rng)),
                failures,
                reason: Reason::NotTried,
            };
            self.attempts.insert(dial.contact, attempt);
        }
        self.begun = true;
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
            let wait = back_off(attempt.failures);
            attempt.failures = attempt.failures.saturating_add(1);
            attempt.reason = reason;
            attempt.state = State::Waiting(now + wait / 2 + jitter(wait, rng));
        }
    }

    /// It led to a link, or the dial did what it was for.
    pub(crate) fn succeeded(&mut self, contact: ContactId, now: Duration) {
        let failures = self
            .attempts
            .remove(&contact)
            .map(|attempt| attempt.failures);
        let before = self
            .settled
            .get(&contact)
            .map_or(0, |(failures, _)| *failures);
        self.settled
            .insert(contact, (failures.unwrap_or(before), now));
    }

    /// This contact is not to be dialled any more.
    pub(crate) fn forget(&mut self, contact: ContactId) {
        self.attempts.remove(&contact);
        self.settled.remove(&contact);
    }

    /// Forgets waits: everything, or one contact, is tried at once.
    pub(crate) fn retry(&mut self, contact: Option<ContactId>, now: Duration) {
        self.settled
            .retain(|id, _| contact.is_some_and(|only| only != *id));
        for (id, attempt) in &mut self.attempts {
            if contact.is_none_or(|only| only == *id) {
                attempt.failures = 0;
                if attempt.state != State::Busy {
                    attempt.state = State::Waiting(now);
                }
            }
        }
    }

    /// After we were away: forgets waits, and whoever is wanted next is dialled at once.
    pub(crate) fn begin_anew(&mut self, now: Duration) {
        self.retry(None, now);
        self.begun = false;
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

fn back_off(failures: u32) -> Duration {
    FIRST_WAIT
        .saturating_mul(1 << failures.min(16))
        .min(LONGEST_WAIT)
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
    fn links_that_end_at_once_do_not_make_us_dial_without_a_pause() {
        let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut dials = Dials::default();
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..10 {
            dials.want(&wanted(true), now, rng);
            let at = dials.next_wake().expect("waits");
            waits.push(at - now);
            now = at;
            assert_eq!(dials.due(&wanted(true), now).len(), 1);
            dials.succeeded(CONTACT, now);
            dials.want(&[], now, rng);
        }
        assert!(waits[1] < Duration::from_secs(1), "a break once is nothing");
        assert!(waits[9] >= LONGEST_WAIT, "{waits:?}");
        now += LASTING;
        dials.want(&wanted(true), now, rng);
        assert!(dials.next_wake().is_some_and(|at| at < now + FIRST_WAIT));
    }

    #[test]
    fn a_program_that_just_started_dials_everyone_at_once() {
        let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut dials = Dials::default();
        dials.want(&wanted(false), Duration::ZERO, rng);
        assert!(
            dials
                .next_wake()
                .is_some_and(|at| at < Duration::from_secs(1))
        );
    }

    #[test]
    fn a_program_that_woke_up_dials_at_once_whom_it_lost_and_whom_it_waited_for() {
        let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut dials = Dials::default();
        let mut now = Duration::ZERO;
        dials.want(&[], now, rng);
        dials.begin_anew(now);
        dials.want(&wanted(false), now, rng);
        assert!(
            dials
                .next_wake()
                .is_some_and(|at| at < Duration::from_secs(1))
        );
        for _ in 0..10 {
            now = dials.next_wake().expect("waits");
            dials.due(&wanted(false), now);
            dials.failed(CONTACT, Reason::Away, now, rng);
        }
        dials.begin_anew(now);
        assert_eq!(dials.next_wake(), Some(now));
    }

    #[test]
    fn the_second_dialer_waits_and_the_unwanted_are_forgotten() {
        let rng = &mut rand_chacha::ChaCha20Rng::seed_from_u64(1);
        let mut dials = Dials::default();
        dials.want(&[], Duration::ZERO, rng);
        dials.want(&wanted(false), Duration::ZERO, rng);
        assert!(dials.next_wake().is_some_and(|at| at >= SECOND_DIALER));
        dials.want(&[], Duration::ZERO, rng);
        assert_eq!(dials.next_wake(), None);
    }
}
