//! The conversations of a profile as their owner sees them: what messages became after they were stored,
//! what was read, how long they are kept, drafts, what is pinned. The machine delivers; this takes in what it
//! delivered, in the same commit.
//!
//! Nothing of a conversation is held in memory but its record, the names of its messages once
//! something named one (16 bytes and a number each), and messages of conversations that are not stored.

mod batch;
mod erasing;
mod expiry;
mod pictures;
mod record;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use undertone_protocol::{ContactId, Now, Profile, StoredMessage};
use undertone_storage::{ChangeSet, Kind, ReadError, Slot};
use undertone_wire::MessageId;
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::language::{CommandError, ConversationSettings, Defaults, Retention};
use crate::records::name;

use self::batch::Batch;
pub(crate) use self::batch::Touched;
use self::erasing::Erasing;
pub(crate) use self::erasing::Urgency;
use self::expiry::Schedule;
pub(crate) use self::expiry::check_retention;
pub(crate) use self::pictures::{id as picture_id, put_picture};
pub(crate) use self::record::ConversationRecord;
pub(crate) use self::record::{ProfileSettings, UNTOLD, read, write};

/// Messages that can be pinned in one conversation.
const MAX_PINNED: usize = 64;
/// Unread messages are counted up to here.
const MAX_UNREAD: u32 = 1_000;
/// Bytes that the program may keep for itself.
const MAX_PROGRAM_SETTINGS: usize = 4_096;
/// The identifier of the profile's settings.
pub(crate) const SETTINGS: &[u8] = b"settings";
/// The identifier of the list of days that have to be sealed again.
const RESEAL: &[u8] = b"reseal";
/// The identifier of the note that pictures are to be erased.
const RESEAL_PICTURES: &[u8] = b"reseal pictures";
/// What distinguishes a draft's identifier from its conversation's.
pub(crate) const DRAFT: &[u8] = b"draft";

/// One conversation in memory.
#[derive(Default)]
struct Conversation {
    record: ConversationRecord,
    draft: Option<Zeroizing<String>>,
    /// Theirs after the last one that was read, up to [`MAX_UNREAD`].
    unread: u32,
    /// Made when something first names a message.
    names: Option<HashMap<MessageId, u64>>,
    /// Messages of a conversation that is not stored.
    volatile: BTreeMap<u64, StoredMessage>,
    /// When messages expire, as far as they were looked at.
    schedule: Schedule,
}

/// All conversations of a profile.
pub(crate) struct Conversations {
    settings: ProfileSettings,
    all: BTreeMap<ContactId, Conversation>,
    batch: Batch,
    /// Messages of the batch that is being committed, for what is told of it: they need not be read back.
    fresh: BTreeMap<(ContactId, u64), StoredMessage>,
    erasing: Erasing,
}

impl Conversations {
    /// Reads everything but messages.
    pub(crate) fn load(profile: &Profile, disk: &Disk) -> Result<Self, ReadError> {
        let days = read(disk, Kind::Settings, RESEAL)?.unwrap_or_default();
        let pictures = disk.get(Kind::Settings, RESEAL_PICTURES)?.is_some();
        let mut conversations = Self {
            settings: read(disk, Kind::Settings, SETTINGS)?.unwrap_or_default(),
            all: BTreeMap::new(),
            batch: Batch::default(),
            fresh: BTreeMap::new(),
            erasing: Erasing::left_over(days, pictures),
        };
        for state in profile.contacts() {
            let id = state.id.as_bytes();
            let Some(record) = read::<ConversationRecord>(disk, Kind::Conversation, id)? else {
                continue;
            };
            let draft = disk.get(Kind::Conversation, &draft_id(state.id))?;
            let text = |bytes: Zeroizing<Vec<u8>>| String::from_utf8(bytes.to_vec()).ok();
            let conversation = Conversation {
                record,
                draft: draft.and_then(text).map(Zeroizing::new),
                ..Conversation::default()
            };
            conversations.all.insert(state.id, conversation);
        }
        for state in profile.contacts() {
            if state.next_message > 1 {
                // Also where nothing but own messages is: another default is for them as well.
                conversations.of(state.id);
            }
            conversations.count_unread(state.id, state.next_message, disk);
            conversations.plan_sweep(state.id, state.next_message);
        }
        Ok(conversations)
    }

    fn get(&self, contact: ContactId) -> Option<&Conversation> {
        self.all.get(&contact)
    }

    fn of(&mut self, contact: ContactId) -> &mut Conversation {
        self.all.entry(contact).or_default()
    }

    /// Counts what was not read, from the newest message back.
    fn count_unread(&mut self, contact: ContactId, next: u64, disk: &Disk) {
        let read = self.get(contact).map_or(0, |c| c.record.read_up_to);
        let first = read
            .saturating_add(1)
            .max(next.saturating_sub(MAX_UNREAD.into()));
        let is_unread = |number: &u64| match self.message(contact, *number, disk) {
            Ok(message) => message.is_some_and(|message| !message.is_ours()),
            Err(error) => {
                tracing::error!(%error, "a message cannot be read; it is counted as unread");
                true
            }
        };
        let unread = (first..next).filter(is_unread).count();
        if unread > 0 {
            self.of(contact).unread = u32::try_from(unread).unwrap_or(MAX_UNREAD);
        }
    }

    /// A message as it is now, with what the present batch did to it; `None`: there is none.
    ///
    /// # Errors
    /// That the store cannot be read, or the record is damaged: what is not known must not be taken for what is gone.
    pub(crate) fn message(
        &self,
        contact: ContactId,
        number: u64,
        disk: &Disk,
    ) -> Result<Option<StoredMessage>, ReadError> {
        if let Some(changed) = self.batch.message(contact, number) {
            return Ok(changed.cloned());
        }
        let fresh = self.fresh.get(&(contact, number));
        if let Some(message) =
            fresh.or_else(|| self.get(contact).and_then(|c| c.volatile.get(&number)))
        {
            return Ok(Some(message.clone()));
        }
        let (kind, id) = name(undertone_protocol::RecordKey::Message(contact, number));
        let record = disk.get(kind, &id)?;
        let decode = |record: Zeroizing<Vec<u8>>| StoredMessage::decode(&record);
        record
            .map(|record| decode(record).ok_or(ReadError::Damaged))
            .transpose()
    }

    /// The same, or why a command about it cannot be done.
    pub(crate) fn known(
        &self,
        contact: ContactId,
        number: u64,
        disk: &Disk,
    ) -> Result<StoredMessage, CommandError> {
        match self.message(contact, number, disk) {
            Ok(message) => message.ok_or(CommandError::NoSuchMessage),
            Err(error) => Err(unreadable(&error)),
        }
    }

    pub(crate) const fn defaults(&self) -> &Defaults {
        &self.settings.defaults
    }

    pub(crate) const fn is_hidden(&self) -> bool {
        self.settings.hidden
    }

    pub(crate) fn settings(&self, contact: ContactId) -> ConversationSettings {
        self.get(contact)
            .map(|c| c.record.settings.clone())
            .unwrap_or_default()
    }

    pub(crate) fn draft(&self, contact: ContactId) -> Option<String> {
        self.get(contact)?
            .draft
            .as_ref()
            .map(|text| text.to_string())
    }

    pub(crate) fn unread(&self, contact: ContactId) -> u32 {
        self.get(contact).map_or(0, |c| c.unread)
    }

    pub(crate) fn pinned(&self, contact: ContactId) -> Vec<u64> {
        let pinned = self.get(contact).map(|c| c.record.pinned.iter().copied());
        pinned.map(Iterator::collect).unwrap_or_default()
    }

    /// There are no messages below this number.
    pub(crate) fn begin(&self, contact: ContactId) -> u64 {
        self.get(contact).map_or(1, |c| c.record.begin).max(1)
    }

    /// How long messages of a conversation are kept here.
    pub(crate) fn retention(&self, contact: ContactId) -> Retention {
        let own = self.get(contact).and_then(|c| c.record.settings.retention);
        own.unwrap_or(self.settings.defaults.retention)
    }

    /// Whether a contact is told what was read.
    pub(crate) fn tells_read(&self, contact: ContactId) -> bool {
        let own = self
            .get(contact)
            .and_then(|c| c.record.settings.read_receipts);
        own.unwrap_or(self.settings.defaults.read_receipts)
    }

    /// Whether a contact is told when the owner writes.
    pub(crate) fn tells_typing(&self, contact: ContactId) -> bool {
        let own = self.get(contact).and_then(|c| c.record.settings.typing);
        own.unwrap_or(self.settings.defaults.typing)
    }

    pub(crate) fn set_defaults(&mut self, defaults: &Defaults) -> Result<(), CommandError> {
        check_retention(defaults.retention)?;
        self.settings.defaults = defaults.clone();
        self.batch.settings = true;
        let all: Vec<ContactId> = self.all.keys().copied().collect();
        for contact in all {
            self.keep_draft(contact);
            self.sweep_again(contact);
        }
        Ok(())
    }

    pub(crate) fn set_hidden(&mut self, hidden: bool) {
        self.settings.hidden = hidden;
        self.batch.settings = true;
    }

    pub(crate) fn program_settings(&self) -> &str {
        &self.settings.program
    }

    pub(crate) fn set_program_settings(&mut self, settings: &str) -> Result<(), CommandError> {
        if settings.len() > MAX_PROGRAM_SETTINGS {
            return Err(CommandError::ProgramSettings);
        }
        settings.clone_into(&mut self.settings.program);
        self.batch.settings = true;
        Ok(())
    }

    pub(crate) fn set_conversation(
        &mut self,
        contact: ContactId,
        settings: &ConversationSettings,
    ) -> Result<(), CommandError> {
        settings.retention.map_or(Ok(()), check_retention)?;
        self.of(contact).record.settings = settings.clone();
        self.keep_draft(contact);
        self.record_changed(contact);
        self.sweep_again(contact);
        Ok(())
    }

    pub(crate) fn set_draft(&mut self, contact: ContactId, text: &str) {
        let draft = (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()));
        let before = std::mem::replace(&mut self.of(contact).draft, draft);
        if self.retention(contact) == Retention::Nothing {
            // It stays in memory.
            return;
        }
        // While somebody types, the old one is the beginning of the new one.
        let lost = before.is_some_and(|before| !text.starts_with(before.as_str()));
        self.erasing.draft_changed(contact, lost);
        self.batch.drafts.insert(contact);
        // Its record says that there is a conversation at all.
        self.record_changed(contact);
    }

    pub(crate) fn pin(
        &mut self,
        contact: ContactId,
        number: u64,
        pinned: bool,
    ) -> Result<(), CommandError> {
        let list = &mut self.of(contact).record.pinned;
        if !pinned {
            list.remove(&number);
        } else if list.len() >= MAX_PINNED && !list.contains(&number) {
            return Err(CommandError::TooManyPinned);
        } else {
            list.insert(number);
        }
        self.record_changed(contact);
        Ok(())
    }

    /// A draft is stored or not as the conversation's messages are, from now on.
    fn keep_draft(&mut self, contact: ContactId) {
        if self.of(contact).draft.is_some() {
            let lost = self.retention(contact) == Retention::Nothing;
            self.erasing.draft_changed(contact, lost);
            self.batch.drafts.insert(contact);
        }
    }

    fn record_changed(&mut self, contact: ContactId) {
        self.batch.records.insert(contact);
        self.batch.touch(Touched::Conversation(contact));
    }

    /// Notes what was read; gives the names of theirs that were not read before, of the last 1,000. Of older ones the sweep
    /// notes that they were read, so that their time begins as well.
    ///
    /// # Errors
    /// [`CommandError::Storage`]: a message cannot be read. Nothing counts as read then.
    pub(crate) fn mark_read(
        &mut self,
        contact: ContactId,
        up_to: u64,
        now: Now,
        disk: &Disk,
    ) -> Result<Vec<MessageId>, CommandError> {
        let before = self.get(contact).map_or(0, |c| c.record.read_up_to);
        if up_to <= before {
            return Ok(Vec::new());
        }
        let mut names = Vec::new();
        let first = (before + 1).max(up_to.saturating_sub(u64::from(MAX_UNREAD)));
        let mut messages = Vec::new();
        for number in first..=up_to {
            let message = self.message(contact, number, disk);
            messages.extend(message.map_err(|error| unreadable(&error))?);
        }
        for mut message in messages {
            if message.is_ours() || message.deleted {
                continue;
            }
            names.push(message.id);
            // The moment of reading is kept only where something depends on it.
            if message.read.is_none() && self.expires_after(&message, contact).is_some() {
                message.read = Some(now.wall);
                self.put(contact, message);
            }
        }
        if first > before + 1 {
            self.sweep_between(contact, before + 1, first);
        }
        let unread = names.len();
        let conversation = self.of(contact);
        conversation.record.read_up_to = up_to;
        conversation.unread = conversation
            .unread
            .saturating_sub(u32::try_from(unread).unwrap_or(u32::MAX));
        self.record_changed(contact);
        Ok(names)
    }

    /// The number of a message that somebody named.
    fn number_of(
        &mut self,
        contact: ContactId,
        id: MessageId,
        next: u64,
        disk: &Disk,
    ) -> Option<u64> {
        if self.of(contact).names.is_none() {
            let messages: Result<Vec<_>, _> = (self.begin(contact)..next)
                .filter_map(|number| self.message(contact, number, disk).transpose())
                .collect();
            let messages = messages
                .inspect_err(|error| tracing::error!(%error, "a conversation cannot be read"))
                .ok()?;
            let names = self.of(contact).names.get_or_insert_default();
            for message in messages {
                names.entry(message.id).or_insert(message.number);
            }
        }
        self.of(contact).names.as_ref()?.get(&id).copied()
    }

    /// Forgets a conversation's messages, which the store has erased.
    pub(crate) fn cleared(&mut self, contact: ContactId, next: u64) {
        let conversation = self.of(contact);
        conversation.names = None;
        conversation.volatile.clear();
        conversation.unread = 0;
        conversation.draft = None;
        conversation.schedule = Schedule::default();
        conversation.record.pinned.clear();
        conversation.record.begin = next;
        conversation.record.read_up_to = next.saturating_sub(1);
        self.batch.drafts.insert(contact);
        self.record_changed(contact);
        self.erasing.forget(contact);
        // What was said, and the draft, stood beside the state as well.
        self.erasing.draft_changed(contact, false);
        self.erasing.add_withdrawn(contact, Urgency::Awaited);
    }

    /// Slots whose key has to be renewed now that the deletion of what was in them is durable; `all`: also those that
    /// wait for others.
    pub(crate) fn take_reseal(&mut self, now: Duration, all: bool) -> Vec<Slot> {
        self.erasing.take(now, all)
    }

    /// When there are such slots that nobody waits for, on the monotonic clock.
    pub(crate) fn reseal_due(&self) -> Option<Duration> {
        self.erasing.due()
    }

    /// Says that they are renewed, all but those that are left.
    pub(crate) fn resealed(&self, set: &mut ChangeSet) {
        if self.erasing.days().is_empty() {
            set.delete(Kind::Settings, RESEAL);
        } else {
            write(set, Kind::Settings, RESEAL, self.erasing.days());
        }
        if !self.erasing.has_pictures() {
            set.delete(Kind::Settings, RESEAL_PICTURES);
        }
    }

    /// The key of the state was renewed.
    pub(crate) fn state_renewed(&mut self) {
        self.erasing.state_renewed();
    }
}

fn unreadable(error: &ReadError) -> CommandError {
    tracing::error!(%error, "a message cannot be read");
    CommandError::Storage
}

fn draft_id(contact: ContactId) -> Vec<u8> {
    [contact.as_bytes().as_slice(), DRAFT].concat()
}
