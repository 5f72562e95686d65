//! When messages expire: by what they say themselves (the timer that both sides agreed on) and by
//! how long the owner keeps them. Deadlines are held in memory; after a start, conversations whose
//! messages can expire are looked through bit by bit, and until then nothing that is over is shown.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use undertone_protocol::{ContactId, StoredMessage};
use undertone_wire::MessageId;

use crate::disk::Disk;
use crate::language::{CommandError, Retention};

use super::{Conversations, Urgency};

/// The least and the most that the owner can choose, in seconds: an hour, 366 days.
const RETENTION: std::ops::RangeInclusive<u32> = 3_600..=366 * 24 * 3_600;
/// Messages that are looked at in one go.
const CHUNK: u64 = 256;
/// Messages that are deleted in one commit.
const AT_ONCE: usize = 1_000;
/// A message that cannot be read is looked at again after so many seconds.
const AGAIN: u64 = 3_600;

/// Messages of ours that expired, by contact: to be taken out of the outbox.
pub(crate) type Expired = BTreeMap<ContactId, BTreeSet<MessageId>>;

/// Refuses times that the interface does not offer.
pub(crate) fn check_retention(retention: Retention) -> Result<(), CommandError> {
    match retention {
        Retention::AfterReading(seconds) if !RETENTION.contains(&seconds) => {
            Err(CommandError::Timer)
        }
        _ => Ok(()),
    }
}

/// When messages of one conversation expire.
#[derive(Default)]
pub(super) struct Schedule {
    /// By message, seconds since 1970.
    deadlines: HashMap<u64, u64>,
    /// The other way round.
    due: BTreeMap<u64, Vec<u64>>,
    /// Which message the sweep looks at next, and where it ends.
    sweep: Option<(u64, u64)>,
}

impl Schedule {
    fn plan(&mut self, number: u64, deadline: Option<u64>) {
        self.forget(number);
        if let Some(deadline) = deadline {
            self.deadlines.insert(number, deadline);
            self.due.entry(deadline).or_default().push(number);
        }
    }

    fn forget(&mut self, number: u64) {
        if let Some(deadline) = self.deadlines.remove(&number)
            && let Some(list) = self.due.get_mut(&deadline)
        {
            list.retain(|other| *other != number);
            if list.is_empty() {
                self.due.remove(&deadline);
            }
        }
    }
}

impl Conversations {
    /// How many seconds a message lives after it was read, or sent if it is ours.
    pub(super) fn expires_after(&self, message: &StoredMessage, contact: ContactId) -> Option<u32> {
        let agreed = message.words().and_then(|words| words.expires);
        let kept = match self.retention(contact) {
            Retention::AfterReading(seconds) => Some(seconds),
            Retention::Nothing | Retention::UntilDeleted => None,
        };
        agreed.into_iter().chain(kept).min()
    }

    /// When a message expires, seconds since 1970.
    pub(crate) fn deadline(&self, message: &StoredMessage, contact: ContactId) -> Option<u64> {
        let after = self.expires_after(message, contact)?;
        let begin = if message.is_ours() {
            Some(message.counts_from.unwrap_or(message.time))
        } else {
            message.read
        };
        Some(begin?.saturating_add(after.into()))
    }

    pub(super) fn plan_expiry(&mut self, contact: ContactId, message: &StoredMessage) {
        let deadline = self.deadline(message, contact);
        self.of(contact).schedule.plan(message.number, deadline);
    }

    pub(super) fn forget_deadline(&mut self, contact: ContactId, number: u64) {
        self.of(contact).schedule.forget(number);
    }

    /// Whether messages of a conversation can expire at all.
    fn can_expire(&self, contact: ContactId) -> bool {
        matches!(self.retention(contact), Retention::AfterReading(_))
            || self.get(contact).is_some_and(|c| c.record.disappearing)
    }

    /// Has a conversation looked through whose messages can expire.
    pub(super) fn plan_sweep(&mut self, contact: ContactId, next: u64) {
        if next > 1 && self.can_expire(contact) {
            self.of(contact).schedule.sweep = Some((1, next));
        }
    }

    /// After another setting: what was planned may be wrong.
    pub(super) fn sweep_again(&mut self, contact: ContactId) {
        let schedule = &mut self.of(contact).schedule;
        schedule.deadlines.clear();
        schedule.due.clear();
        // Up to whatever is there when the sweep comes to it.
        schedule.sweep = Some((1, u64::MAX));
    }

    /// Has a part of a conversation looked through, if its messages can expire.
    pub(super) fn sweep_between(&mut self, contact: ContactId, first: u64, end: u64) {
        if self.can_expire(contact) {
            let sweep = &mut self.of(contact).schedule.sweep;
            let (begun, ends) = sweep.unwrap_or((first, end));
            *sweep = Some((begun.min(first), ends.max(end)));
        }
    }

    /// Whether something is still to be looked through, or is over and was left for the next commit.
    pub(crate) fn is_sweeping(&self, wall: u64) -> bool {
        self.all.values().any(|c| c.schedule.sweep.is_some())
            || self
                .next_deadline()
                .is_some_and(|deadline| deadline <= wall)
    }

    /// When the next message expires, seconds since 1970.
    pub(crate) fn next_deadline(&self) -> Option<u64> {
        let first = |c: &super::Conversation| c.schedule.due.keys().next().copied();
        self.all.values().filter_map(first).min()
    }

    /// Looks at the next few messages, and deletes what is over, up to [`AT_ONCE`]. Gives those of ours among it. `next_of`: the next number of
    /// a conversation; `is_unsent`: whether what has this place in the outbox has not left.
    pub(crate) fn sweep(
        &mut self,
        next_of: impl Fn(ContactId) -> u64,
        is_unsent: impl Fn(ContactId, u64) -> bool,
        wall: u64,
        disk: &Disk,
    ) -> Expired {
        let found = self
            .all
            .iter()
            .find_map(|(contact, c)| c.schedule.sweep.map(|sweep| (*contact, sweep)));
        if let Some((contact, (begin, end))) = found {
            let end = end.min(next_of(contact));
            let stop = end.min(begin.saturating_add(CHUNK));
            for number in begin..stop {
                match self.message(contact, number, disk) {
                    Ok(Some(message)) => self.look_at(contact, message, wall),
                    Ok(None) => {}
                    Err(error) => self.look_again(contact, number, wall, &error),
                }
            }
            self.of(contact).schedule.sweep = (stop < end).then_some((stop, end));
        }
        self.expire(is_unsent, wall, disk)
    }

    /// Plans when a message expires. One of theirs that was read when nothing depended on it, or as one of too many at
    /// once, counts as read now.
    fn look_at(&mut self, contact: ContactId, mut message: StoredMessage, wall: u64) {
        let read_up_to = self.get(contact).map_or(0, |c| c.record.read_up_to);
        let was_read = !message.is_ours() && message.number <= read_up_to;
        if was_read && message.read.is_none() && self.expires_after(&message, contact).is_some() {
            message.read = Some(wall);
            self.put(contact, message);
        } else {
            self.plan_expiry(contact, &message);
        }
    }

    /// What cannot be read may have to be deleted all the same, when it can be.
    fn look_again(
        &mut self,
        contact: ContactId,
        number: u64,
        wall: u64,
        error: &undertone_storage::ReadError,
    ) {
        tracing::error!(%error, "a message cannot be read, and perhaps should be deleted");
        let schedule = &mut self.of(contact).schedule;
        schedule.plan(number, Some(wall.saturating_add(AGAIN)));
    }

    fn expire(
        &mut self,
        is_unsent: impl Fn(ContactId, u64) -> bool,
        wall: u64,
        disk: &Disk,
    ) -> Expired {
        let mut expired = Expired::new();
        let over = self.all.iter().flat_map(|(contact, conversation)| {
            let due = conversation.schedule.due.range(..=wall);
            due.flat_map(|(_, list)| list.iter().map(|number| (*contact, *number)))
        });
        let over: Vec<_> = over.take(AT_ONCE).collect();
        for (contact, number) in over {
            let mut message = match self.message(contact, number, disk) {
                Ok(Some(message)) => message,
                Ok(None) => {
                    self.forget_deadline(contact, number);
                    continue;
                }
                Err(error) => {
                    self.look_again(contact, number, wall, &error);
                    continue;
                }
            };
            if self
                .deadline(&message, contact)
                .is_none_or(|deadline| deadline > wall)
            {
                self.look_at(contact, message, wall);
            } else if message.place.is_some_and(|place| is_unsent(contact, place)) {
                // It waits, is shown as waiting, and must not be lost in silence: its time begins anew.
                message.counts_from = Some(wall);
                self.put(contact, message);
            } else {
                if message.is_ours() {
                    expired.entry(contact).or_default().insert(message.id);
                }
                self.delete(contact, &message, Urgency::Collected);
            }
        }
        expired
    }
}
