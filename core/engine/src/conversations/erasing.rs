//! Which keys have to be renewed so that what was deleted cannot be read in the store's files any more.
//!
//! The words of a message stand in its day, in the search index, and, if it is ours, in the outbox until it is
//! acknowledged; a draft stands beside the outbox. Days and index have keys of their own; outbox and drafts have that of
//! the state, which is renewed every quarter of an hour anyway and at each start. So days are remembered in the store, and of
//! the state only whether something changed since it was renewed.
//!
//! Pictures stand among what is neither: contacts, settings, the state of the network. All of that is sealed again when one was
//! replaced or removed, and this is remembered in the store as well.
//!
//! What the owner deletes is erased before he is answered. What a contact deletes or edits, what expires and
//! drafts that were thrown away are collected for a minute, pictures that contacts replaced for an hour: sealing again may cost
//! many megabytes, and a contact must not order that with each frame.

use std::collections::BTreeSet;
use std::time::Duration;

use undertone_protocol::{Change, Changes, ContactId, RecordKey};
use undertone_storage::Slot;

use crate::search;

/// How long a renewal waits for others, unless the owner waits for it.
const COLLECT: Duration = Duration::from_secs(60);

/// The same for pictures that contacts replaced: it concerns all that is known of all of them.
const COLLECT_PICTURES: Duration = Duration::from_secs(3_600);

/// A conversation's day, as it is stored.
type Day = ([u8; 16], u32);

/// Who waits for a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The owner, who deleted something.
    Awaited,
    /// Nobody.
    Collected,
}

/// What has to be renewed.
#[derive(Default)]
pub(super) struct Erasing {
    /// All of it; it is stored.
    days: BTreeSet<Day>,
    awaited: BTreeSet<Day>,
    /// Contacts whose outbox or draft changed since the key of the state was renewed.
    touched: BTreeSet<ContactId>,
    /// Contacts to whom something was said that is gone.
    withdrawn: BTreeSet<ContactId>,
    withdrawn_awaited: BTreeSet<ContactId>,
    drafts: bool,
    /// A picture was replaced or removed; it is stored.
    pictures: bool,
    pictures_awaited: bool,
    pictures_due: Option<Duration>,
    /// When what was collected is renewed, on the monotonic clock.
    due: Option<Duration>,
}

impl Erasing {
    /// With what the last run did not come to: it is done with the first that is taken.
    pub(super) fn left_over(days: BTreeSet<Day>, pictures: bool) -> Self {
        let due = (!days.is_empty()).then_some(Duration::ZERO);
        Self {
            days,
            due,
            pictures,
            pictures_due: pictures.then_some(Duration::ZERO),
            ..Self::default()
        }
    }

    /// The days that have to be stored.
    pub(super) fn days(&self) -> &BTreeSet<Day> {
        &self.days
    }

    /// Something of this day, and of the index, was deleted. Says whether that is new.
    pub(super) fn add_day(&mut self, contact: ContactId, day: u32, urgency: Urgency) -> bool {
        let mut is_new = false;
        // Its words stand in the search index, too.
        for day in [day, search::NEVER] {
            let day = (*contact.as_bytes(), day);
            is_new |= self.days.insert(day);
            if urgency == Urgency::Awaited {
                self.awaited.insert(day);
            }
        }
        is_new
    }

    /// Whether it has to be stored that a picture is gone.
    pub(super) const fn has_pictures(&self) -> bool {
        self.pictures
    }

    /// A picture was replaced or removed. Says whether that is new.
    pub(super) fn add_picture(&mut self, urgency: Urgency) -> bool {
        self.pictures_awaited |= urgency == Urgency::Awaited;
        !std::mem::replace(&mut self.pictures, true)
    }

    /// Something that we said is gone, and must be so in the outbox.
    pub(super) fn add_withdrawn(&mut self, contact: ContactId, urgency: Urgency) {
        match urgency {
            Urgency::Awaited => self.withdrawn_awaited.insert(contact),
            Urgency::Collected => self.withdrawn.insert(contact),
        };
    }

    /// A draft was stored over another one; `lost`: words of that are gone.
    pub(super) fn draft_changed(&mut self, contact: ContactId, lost: bool) {
        self.touched.insert(contact);
        self.drafts |= lost;
    }

    /// Notes what changes in outboxes.
    pub(super) fn observe(&mut self, changes: &Changes) {
        for change in changes.iter() {
            if let Change::Put(RecordKey::Outbox(contact, _), ..)
            | Change::Delete(RecordKey::Outbox(contact, _)) = change
            {
                self.touched.insert(contact);
            }
        }
    }

    /// All keys of a conversation were destroyed.
    pub(super) fn forget(&mut self, contact: ContactId) {
        self.days.retain(|(of, _)| of != contact.as_bytes());
        self.awaited.retain(|(of, _)| of != contact.as_bytes());
    }

    /// The key of the state was renewed.
    pub(super) fn state_renewed(&mut self) {
        self.touched.clear();
        self.withdrawn.clear();
        self.withdrawn_awaited.clear();
        self.drafts = false;
    }

    /// When something is due that nobody waits for.
    pub(super) fn due(&self) -> Option<Duration> {
        self.due.into_iter().chain(self.pictures_due).min()
    }

    /// The slots whose key is to be renewed now; `all`: without waiting for others.
    pub(super) fn take(&mut self, now: Duration, all: bool) -> Vec<Slot> {
        let pictures = self.take_pictures(now, all);
        let touched = &self.touched;
        let is_stale = |gone: &BTreeSet<ContactId>| !gone.is_disjoint(touched);
        let state_awaited = is_stale(&self.withdrawn_awaited);
        let state = state_awaited || self.drafts || is_stale(&self.withdrawn);
        let rest = self.days.len() > self.awaited.len() || (state && !state_awaited);
        if !rest {
            self.due = None;
        } else if self.due.is_none() {
            self.due = Some(now.saturating_add(COLLECT));
        }
        let all = all || self.due.is_some_and(|due| due <= now);
        let days = if all {
            self.due = None;
            self.awaited.clear();
            std::mem::take(&mut self.days)
        } else {
            let awaited = std::mem::take(&mut self.awaited);
            self.days.retain(|day| !awaited.contains(day));
            awaited
        };
        // What said something to them stands nowhere any more: what they get later is something else.
        self.withdrawn.retain(|contact| touched.contains(contact));
        if !state_awaited {
            self.withdrawn_awaited.clear();
        }
        let slot = |(conversation, day)| Slot::Conversation { conversation, day };
        let mut slots: Vec<_> = days.into_iter().map(slot).collect();
        // What was told of it went through outboxes.
        let told = pictures == Some(Urgency::Awaited);
        if told || if all { state } else { state_awaited } {
            self.state_renewed();
            slots.push(Slot::State);
        }
        slots.extend(pictures.map(|_| Slot::Data));
        slots
    }

    /// Whether pictures are to be erased now, and who waits for it.
    fn take_pictures(&mut self, now: Duration, all: bool) -> Option<Urgency> {
        if !self.pictures {
            return None;
        }
        let due = *self
            .pictures_due
            .get_or_insert(now.saturating_add(COLLECT_PICTURES));
        if !(all || self.pictures_awaited || due <= now) {
            return None;
        }
        self.pictures = false;
        self.pictures_due = None;
        let awaited = std::mem::take(&mut self.pictures_awaited);
        Some(if awaited {
            Urgency::Awaited
        } else {
            Urgency::Collected
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u32 = 20_000;

    fn contact(number: u8) -> ContactId {
        ContactId::from_bytes([number; 16])
    }

    fn after(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_the_owner_waits_for_is_done_at_once_and_the_rest_once_a_minute() {
        let mut erasing = Erasing::default();
        assert_eq!(erasing.take(after(1), false), []);
        // A contact deletes one message a second.
        let mut passes = 0;
        for second in 1..=600 {
            erasing.add_day(contact(1), DAY, Urgency::Collected);
            passes += usize::from(!erasing.take(after(second), false).is_empty());
        }
        assert_eq!(passes, 9);
        assert_eq!(erasing.due(), Some(after(610)));
        erasing.add_day(contact(2), DAY, Urgency::Awaited);
        assert_eq!(erasing.take(after(600), false).len(), 2, "day and index");
        assert_eq!(erasing.days().len(), 2, "those of the contact");
        assert_eq!(erasing.take(after(600), true).len(), 2);
        assert_eq!((erasing.days().len(), erasing.due()), (0, None));
    }

    #[test]
    fn the_state_is_renewed_where_something_of_it_changed() {
        let mut erasing = Erasing::default();
        erasing.add_withdrawn(contact(1), Urgency::Awaited);
        assert_eq!(erasing.take(after(1), true), []);
        // What was deleted stood nowhere, and what comes later is something else.
        erasing.draft_changed(contact(1), false);
        assert_eq!(erasing.take(after(1), true), []);
        erasing.add_withdrawn(contact(1), Urgency::Awaited);
        assert_eq!(erasing.take(after(1), false), [Slot::State]);
        assert_eq!(erasing.take(after(1), true), []);
        erasing.draft_changed(contact(1), true);
        assert_eq!(erasing.take(after(1), false), []);
        assert_eq!(erasing.take(after(61), false), [Slot::State]);
        erasing.draft_changed(contact(1), true);
        erasing.state_renewed();
        assert_eq!(erasing.take(after(200), true), []);
    }

    #[test]
    fn what_the_last_run_left_is_done_first() {
        let days = BTreeSet::from([([1; 16], DAY)]);
        let mut erasing = Erasing::left_over(days, true);
        assert_eq!(erasing.take(after(0), false).len(), 2);
        assert!(erasing.days().is_empty() && !erasing.has_pictures());
    }

    #[test]
    fn pictures_of_contacts_go_once_an_hour_and_at_the_end_and_the_owners_at_once() {
        let mut erasing = Erasing::default();
        let mut passes = 0;
        for minute in 0..600 {
            erasing.add_picture(Urgency::Collected);
            passes += erasing.take(after(60 * minute), false).len();
        }
        assert_eq!(passes, 9);
        assert_eq!(erasing.due(), Some(after(60 * 609)));
        assert_eq!(erasing.take(after(60 * 600), true), [Slot::Data]);
        assert_eq!((erasing.has_pictures(), erasing.due()), (false, None));
        assert!(erasing.add_picture(Urgency::Collected));
        assert!(!erasing.add_picture(Urgency::Awaited));
        // What was told of it went through the outbox.
        let slots = [Slot::State, Slot::Data];
        assert_eq!(erasing.take(after(60 * 600), false), slots);
        assert_eq!(erasing.take(after(60 * 900), true), []);
    }
}
