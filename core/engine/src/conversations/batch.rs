//! What one batch of the engine does to conversations: it is gathered here, looks done at once to
//! everything later in the batch, and goes into the batch's one commit.

use std::collections::{BTreeMap, BTreeSet};

use undertone_protocol::{
    Annotation, Change, Changes, ContactId, Profile, RecordKey, Step, StoredMessage,
};
use undertone_storage::{ChangeSet, Kind, Slot};
use undertone_wire::v1::Kind as WireKind;

use crate::disk::Disk;
use crate::language::Retention;

use super::pictures::Arriving;
use super::{
    Conversations, MAX_UNREAD, RESEAL, RESEAL_PICTURES, SETTINGS, Urgency, draft_id, write,
};

/// What an application has to be told after the commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touched {
    Message(ContactId, u64),
    Removed(ContactId, u64),
    Conversation(ContactId),
    Contact(ContactId),
}

/// The changes of one batch that are not committed yet.
#[derive(Default)]
pub(super) struct Batch {
    /// `None`: deleted.
    messages: BTreeMap<(ContactId, u64), Option<StoredMessage>>,
    /// Which of them the machine does not write itself.
    rewritten: BTreeSet<(ContactId, u64)>,
    pub(super) records: BTreeSet<ContactId>,
    pub(super) drafts: BTreeSet<ContactId>,
    pub(super) settings: bool,
    pub(super) pictures: Arriving,
    reseal: bool,
    pub(super) reseal_pictures: bool,
    touched: BTreeSet<Touched>,
}

impl Batch {
    /// `None`: the batch did nothing to it.
    pub(super) fn message(
        &self,
        contact: ContactId,
        number: u64,
    ) -> Option<Option<&StoredMessage>> {
        let found = self.messages.get(&(contact, number))?;
        Some(found.as_ref())
    }

    pub(super) fn touch(&mut self, touched: Touched) {
        self.touched.insert(touched);
    }
}

impl Conversations {
    /// Takes in what a step of the machine did.
    pub(crate) fn observe(&mut self, profile: &Profile, step: &Step, disk: &Disk) {
        self.erasing.observe(step.changes());
        for change in step.changes().iter() {
            match change {
                Change::Put(RecordKey::Message(contact, number), _, record) => {
                    if let Some(message) = StoredMessage::decode(record) {
                        if profile.is_restored_for(contact)
                            && self.came_before(&message, contact, disk)
                        {
                            let key = (contact, number);
                            self.batch.rewritten.insert(key);
                            self.batch.messages.insert(key, None);
                        } else {
                            self.arrived(contact, number, message);
                        }
                    }
                }
                Change::Delete(RecordKey::Message(contact, number)) => {
                    self.batch.messages.insert((contact, number), None);
                    self.forget_deadline(contact, number);
                }
                // What was said where nothing is kept stood in the outbox alone.
                Change::Delete(RecordKey::Outbox(contact, _))
                    if self.retention(contact) == Retention::Nothing =>
                {
                    self.erasing.add_withdrawn(contact, Urgency::Collected);
                }
                Change::Put(..) | Change::Delete(_) => {}
            }
        }
        for annotation in step.annotations() {
            self.annotate(profile, annotation, disk);
        }
    }

    /// Whether a message of theirs is in the conversation already, under a lower number: see
    /// [`Profile::is_restored_for`].
    fn came_before(&mut self, message: &StoredMessage, contact: ContactId, disk: &Disk) -> bool {
        !message.is_ours()
            && message.note.is_none()
            && self
                .number_of(contact, message.id, message.number, disk)
                .is_some_and(|number| number < message.number)
    }

    /// A message that the machine stored: a new one, or one that was rewritten before it left.
    fn arrived(&mut self, contact: ContactId, number: u64, message: StoredMessage) {
        let ours = message.is_ours();
        let expires = message.words().is_some_and(|words| words.expires.is_some());
        let conversation = self.of(contact);
        if let Some(names) = &mut conversation.names {
            // Who named a message first keeps the name: the other side chooses its names as it likes.
            names.entry(message.id).or_insert(number);
        }
        let known = number <= conversation.record.read_up_to;
        let newly = expires && !conversation.record.disappearing;
        if newly {
            conversation.record.disappearing = true;
        }
        if ours && !known && conversation.unread == 0 {
            // Whoever writes has read; without this, each own message would be looked at again at
            // the next start. It is written with the next thing that is.
            conversation.record.read_up_to = number;
        } else if !ours && !known {
            conversation.unread = (conversation.unread + 1).min(MAX_UNREAD);
        }
        if newly {
            self.record_changed(contact);
        }
        self.plan_expiry(contact, &message);
        self.batch.messages.insert((contact, number), Some(message));
    }

    fn annotate(&mut self, profile: &Profile, annotation: &Annotation, disk: &Disk) {
        let contact = annotation.contact;
        if let WireKind::Picture(bytes) = &annotation.content.kind {
            self.picture_arrived(contact, bytes);
        }
        let next = profile.contact(contact).map_or(0, |c| c.next_message);
        let keep_earlier = self.settings.defaults.keep_earlier;
        for target in annotation.targets() {
            // Something that was deleted here, or never came.
            let Some(number) = self.number_of(contact, *target, next, disk) else {
                continue;
            };
            let Ok(Some(mut message)) = self.message(contact, number, disk) else {
                continue;
            };
            if message.annotate(annotation, keep_earlier) {
                let erases = message.deleted || (message.is_edited() && !keep_earlier);
                if erases {
                    self.erase_earlier(contact, &message, if_ours(annotation.ours));
                }
                self.put(contact, message);
                self.batch.touch(Touched::Message(contact, number));
            }
        }
    }

    /// Writes a message anew.
    pub(super) fn put(&mut self, contact: ContactId, message: StoredMessage) {
        self.plan_expiry(contact, &message);
        let key = (contact, message.number);
        self.batch.rewritten.insert(key);
        self.batch.messages.insert(key, Some(message));
    }

    /// Deletes a message here, so that no word of it can be read in the store's files any more. What of it waits in the
    /// outbox is the machine's.
    pub(crate) fn delete(&mut self, contact: ContactId, message: &StoredMessage, urgency: Urgency) {
        let key = (contact, message.number);
        self.batch.rewritten.insert(key);
        self.batch.messages.insert(key, None);
        self.batch.touch(Touched::Removed(contact, message.number));
        self.erase_earlier(contact, message, urgency);
        self.forget_deadline(contact, message.number);
        let conversation = self.of(contact);
        if let Some(names) = &mut conversation.names {
            names.remove(&message.id);
        }
        let unread = !message.is_ours() && message.number > conversation.record.read_up_to;
        if unread {
            conversation.unread = conversation.unread.saturating_sub(1);
        }
        if conversation.record.pinned.remove(&message.number) || unread {
            self.record_changed(contact);
        }
    }

    /// Makes unreadable what a message said before it was rewritten.
    pub(crate) fn erase_earlier(
        &mut self,
        contact: ContactId,
        message: &StoredMessage,
        urgency: Urgency,
    ) {
        self.batch.reseal |= self.erasing.add_day(contact, message.day, urgency);
        if message.is_ours() {
            self.erasing.add_withdrawn(contact, urgency);
        }
    }

    /// Puts the batch over what the machine wants stored; what is not to be stored is kept in
    /// memory and taken out. What is to be stored is at hand until [`Self::told`].
    pub(crate) fn finish(&mut self, changes: &mut Changes) -> Vec<Touched> {
        self.check_pictures();
        let messages = std::mem::take(&mut self.batch.messages);
        let rewritten = std::mem::take(&mut self.batch.rewritten);
        for ((contact, number), message) in messages {
            let is_rewritten = rewritten.contains(&(contact, number));
            if self.retention(contact) == Retention::Nothing
                || self.of(contact).volatile.contains_key(&number)
            {
                let volatile = &mut self.of(contact).volatile;
                let held = volatile.contains_key(&number);
                let key = RecordKey::Message(contact, number);
                match message {
                    // One that was stored before the setting changed stays in the store.
                    Some(message) if held || !is_rewritten => {
                        volatile.insert(number, message);
                        changes.forget(key);
                        continue;
                    }
                    None if held => {
                        volatile.remove(&number);
                        changes.forget(key);
                        continue;
                    }
                    _ => {}
                }
            }
            if is_rewritten {
                write_message(changes, contact, number, message.as_ref());
            }
            if let Some(message) = message {
                self.fresh.insert((contact, number), message);
            }
        }
        std::mem::take(&mut self.batch.touched)
            .into_iter()
            .collect()
    }

    /// To be called when everything of a committed batch was told.
    pub(crate) fn told(&mut self) {
        self.fresh.clear();
    }

    /// Adds records of conversations to a change set.
    pub(crate) fn write(&mut self, set: &mut ChangeSet) {
        self.write_pictures(set);
        for contact in std::mem::take(&mut self.batch.records) {
            let record = &self.of(contact).record;
            write(set, Kind::Conversation, contact.as_bytes(), record);
        }
        for contact in std::mem::take(&mut self.batch.drafts) {
            let id = draft_id(contact);
            let keeps = self.retention(contact) != Retention::Nothing;
            match self.of(contact).draft.as_ref().filter(|_| keeps) {
                // Not with the day: its old versions are to be gone soon, and it is none of the day's messages.
                Some(text) => {
                    let bytes = zeroize::Zeroizing::new(text.as_bytes().to_vec());
                    set.put(Kind::Conversation, &id, Slot::State, bytes);
                }
                None => {
                    set.delete(Kind::Conversation, &id);
                }
            }
        }
        if std::mem::take(&mut self.batch.settings) {
            write(set, Kind::Settings, SETTINGS, &self.settings);
        }
        if std::mem::take(&mut self.batch.reseal) {
            write(set, Kind::Settings, RESEAL, self.erasing.days());
        }
        if std::mem::take(&mut self.batch.reseal_pictures) {
            write(set, Kind::Settings, RESEAL_PICTURES, &true);
        }
    }
}

/// Nobody here waits for what a contact did.
const fn if_ours(ours: bool) -> Urgency {
    if ours {
        Urgency::Awaited
    } else {
        Urgency::Collected
    }
}

fn write_message(
    changes: &mut Changes,
    contact: ContactId,
    number: u64,
    message: Option<&StoredMessage>,
) {
    match message {
        Some(message) => {
            let written = changes.put_message(contact, message);
            debug_assert!(written);
        }
        None => changes.delete_message(contact, number),
    }
}
