//! Conversations: commands about messages, what they lead to after the commit, what expires.

use std::time::Duration;

use std::collections::BTreeSet;
use tokio::time::Instant;

use undertone_protocol::{ContactId, Gone, Input, Now, Refusal, Step, StoredMessage};
use undertone_storage::{ChangeSet, EraseError};
use undertone_wire::v1::Kind;

use crate::conversations::{Touched, Urgency};
use crate::language::{Command, CommandError, Event, Reason, Reply};
use crate::views;

use super::commands::Executed;
use super::{Actor, Answer, Outcome, Stop};

/// A wall clock can jump: what expires is looked at again at least this often.
const EXPIRY_LOOK: Duration = Duration::from_secs(3_600);
/// The most messages that one receipt names.
const RECEIPT: usize = 256;

const DONE: Outcome = Outcome::Ready(Reply::Done);

fn refused(refusal: Refusal) -> Option<CommandError> {
    views::refusal(refusal)
}

impl Actor {
    /// Commands about messages and conversations.
    pub(super) fn talk(&mut self, now: Now, command: &Command) -> Executed {
        match command {
            Command::Forward {
                contact,
                message,
                to,
            } => {
                let words = self.message(*contact, *message)?.words();
                let words = words.ok_or(CommandError::NoSuchMessage)?;
                let words = undertone_protocol::Words {
                    text: &words.text,
                    reply_to: None,
                    forwarded: true,
                };
                let step = self.send(now, *to, words).map_err(refused)?;
                Ok((Some(step), Outcome::Read))
            }
            Command::Edit {
                contact,
                message,
                text,
            } => self.edit(now, *contact, *message, text),
            Command::Delete {
                contact,
                message,
                for_both,
            } => self.delete(now, *contact, *message, *for_both),
            Command::React {
                contact,
                message,
                emoji,
            } => {
                if emoji.chars().any(|c| c.is_control() || c.is_whitespace()) {
                    return Err(Some(CommandError::Reaction));
                }
                let target = self.message(*contact, *message)?.id;
                let emoji = emoji.clone();
                self.annotate(now, *contact, Kind::Reaction { target, emoji })
            }
            Command::Pin {
                contact,
                message,
                pinned,
            } => {
                self.message(*contact, *message)?;
                self.conversations.pin(*contact, *message, *pinned)?;
                Ok((None, DONE))
            }
            Command::MarkRead { contact, up_to } => self.mark_read(now, *contact, *up_to),
            Command::SetTyping { contact, active } => {
                self.known(*contact)?;
                if !self.conversations.tells_typing(*contact) {
                    return Ok((None, DONE));
                }
                let rng = &mut *self.rng;
                match self.profile.typing(now, rng, *contact, *active) {
                    Ok(step) => Ok((Some(step), DONE)),
                    Err(Refusal::NotConnected) => Ok((None, DONE)),
                    Err(refusal) => Err(refused(refusal)),
                }
            }
            Command::SetDraft { contact, text } => {
                self.known(*contact)?;
                if text.len() > undertone_wire::v1::MAX_TEXT {
                    return Err(Some(CommandError::TextTooLong(text.len())));
                }
                self.conversations.set_draft(*contact, text);
                Ok((None, DONE))
            }
            Command::SetConversation { contact, settings } => {
                self.known(*contact)?;
                self.conversations.set_conversation(*contact, settings)?;
                Ok((None, DONE))
            }
            Command::SetDefaults { defaults } => {
                self.conversations.set_defaults(defaults)?;
                Ok((None, DONE))
            }
            Command::SetProgramSettings { settings } => {
                self.conversations.set_program_settings(settings)?;
                Ok((None, DONE))
            }
            Command::SetTimer { contact, seconds } => {
                let set = self
                    .profile
                    .set_timer(now, &mut *self.rng, *contact, *seconds);
                let (step, (number, _)) = set.map_err(refused)?;
                self.sent.push_back(number);
                Ok((Some(step), Outcome::Read))
            }
            _ => self.arrange(now, command),
        }
    }

    fn known(&self, contact: ContactId) -> Result<u64, CommandError> {
        let state = self.profile.contact(contact);
        Ok(state.ok_or(CommandError::NoSuchContact)?.next_message)
    }

    fn message(&self, contact: ContactId, number: u64) -> Result<StoredMessage, CommandError> {
        self.known(contact)?;
        self.conversations.known(contact, number, &self.store)
    }

    fn annotate(&mut self, now: Now, contact: ContactId, kind: Kind) -> Executed {
        let rng = &mut *self.rng;
        let step = self.profile.annotate(now, rng, contact, kind);
        Ok((Some(step.map_err(refused)?), DONE))
    }

    fn edit(&mut self, now: Now, contact: ContactId, number: u64, text: &str) -> Executed {
        let message = self.message(contact, number)?;
        if !message.is_ours() {
            return Err(Some(CommandError::NotYours));
        }
        if !message.has_words() {
            return Err(Some(CommandError::NoSuchMessage));
        }
        let rng = &mut *self.rng;
        match self.profile.rewrite(now, rng, contact, &message, text) {
            Ok(step) => {
                let conversations = &mut self.conversations;
                conversations.erase_earlier(contact, &message, Urgency::Awaited);
                Ok((Some(step), DONE))
            }
            Err(Refusal::AlreadySent) => {
                let (target, text) = (message.id, text.to_owned());
                if self.conversations.defaults().keep_earlier {
                    return self.annotate(now, contact, Kind::Edit { target, text });
                }
                let rng = &mut *self.rng;
                let step = self.profile.replace_words(now, rng, contact, target, text);
                Ok((Some(step.map_err(refused)?), DONE))
            }
            Err(refusal) => Err(refused(refusal)),
        }
    }

    fn delete(&mut self, now: Now, contact: ContactId, number: u64, for_both: bool) -> Executed {
        let message = self.message(contact, number)?;
        // What did not leave is seen by nobody, whichever of the two was meant.
        if let Some(place) = message.place {
            match self.profile.cancel(now, &mut *self.rng, contact, place) {
                Ok(step) => {
                    let conversations = &mut self.conversations;
                    conversations.delete(contact, &message, Urgency::Awaited);
                    return Ok((Some(step), DONE));
                }
                Err(Refusal::AlreadySent) => {}
                Err(refusal) => return Err(refused(refusal)),
            }
        }
        let rng = &mut *self.rng;
        if !for_both {
            let gone = BTreeSet::from([message.id]);
            let step = self
                .profile
                .withdraw(now, rng, contact, Gone::These(&gone))
                .map_err(refused)?;
            let conversations = &mut self.conversations;
            conversations.delete(contact, &message, Urgency::Awaited);
            return Ok((Some(step), DONE));
        }
        if !message.is_ours() {
            return Err(Some(CommandError::NotYours));
        }
        let step = self.profile.take_back(now, rng, contact, message.id);
        Ok((Some(step.map_err(refused)?), DONE))
    }

    fn mark_read(&mut self, now: Now, contact: ContactId, up_to: u64) -> Executed {
        let next = self.known(contact)?;
        let up_to = up_to.min(next.saturating_sub(1));
        let store = &self.store;
        let mut names = self.conversations.mark_read(contact, up_to, now, store)?;
        names.drain(..names.len().saturating_sub(RECEIPT));
        if names.is_empty() || !self.conversations.tells_read(contact) {
            return Ok((None, DONE));
        }
        let rng = &mut *self.rng;
        // A contact that cannot be told any more is none that has to know.
        let step = self.profile.annotate(now, rng, contact, Kind::Read(names));
        Ok((step.ok(), DONE))
    }

    /// Takes in what a step did to conversations.
    pub(super) fn observe(&mut self, step: &Step) {
        self.conversations.observe(&self.profile, step, &self.store);
    }

    pub(super) fn tell_touched(&self, touched: Touched) {
        match touched {
            Touched::Message(contact, number) => {
                if let Some(message) = self.message_view(contact, number) {
                    self.tell(Event::MessageChanged { contact, message });
                }
            }
            Touched::Removed(contact, message) => {
                self.tell(Event::MessageRemoved { contact, message });
            }
            Touched::Contact(contact) => self.contact_changed(contact),
            Touched::Conversation(contact) => self.tell(Event::ConversationChanged { contact }),
        }
    }

    /// Renews the keys of what was deleted: from then on nothing of it can be read in the store's files. `all`: also where
    /// nobody waits for it.
    pub(super) async fn erase_deleted(&mut self, all: bool) -> Result<(), Stop> {
        let now = self.time.now().monotonic;
        let slots = self.conversations.take_reseal(now, all);
        if slots.is_empty() {
            return Ok(());
        }
        let mut set = ChangeSet::new();
        self.conversations.resealed(&mut set);
        let erased = self.store.work(move |store| {
            store.reseal_all(&slots)?;
            Ok::<_, EraseError>(store.commit(set)?)
        });
        erased_or_stop(erased.await)
    }

    /// When keys are to be renewed that nobody waits for.
    pub(super) fn next_erasure(&self) -> Option<Instant> {
        let due = self.conversations.reseal_due()?;
        Some(self.time.instant(due))
    }

    /// Deletes all messages of a conversation, also what of it waits; the keys of its days are destroyed.
    pub(super) async fn clear(&mut self, contact: ContactId) -> Result<Answer, Stop> {
        let Some(state) = self.profile.contact(contact) else {
            return Ok(Err(CommandError::NoSuchContact));
        };
        let (now, rng) = (self.time.now(), &mut *self.rng);
        match self.profile.withdraw(now, rng, contact, Gone::All) {
            Ok(step) => {
                self.observe(&step);
                self.commit(vec![step], Vec::new()).await?;
            }
            Err(refusal) => return refused(refusal).map(Err).ok_or(Stop::Bug),
        }
        let conversation = *contact.as_bytes();
        let erased = self
            .store
            .work(move |store| store.erase_conversation(conversation));
        erased_or_stop(erased.await)?;
        self.conversations.cleared(contact, state.next_message);
        self.commit(Vec::new(), Vec::new()).await?;
        Ok(Ok(Reply::Done))
    }

    /// When something expires next.
    pub(super) fn next_expiry(&self, now: Now) -> Instant {
        let look = match self.conversations.next_deadline() {
            Some(deadline) => {
                // A second more: the wall clock is told in whole seconds.
                let wait = deadline.saturating_sub(now.wall).saturating_add(1);
                Duration::from_secs(wait).min(EXPIRY_LOOK)
            }
            None => EXPIRY_LOOK,
        };
        self.time.instant(now.monotonic + look)
    }

    /// Looks for what expired. The steps take it out of the outbox.
    pub(super) fn sweep(&mut self, now: Now) -> Result<Vec<Step>, Stop> {
        let profile = &self.profile;
        let next = |contact| profile.contact(contact).map_or(0, |c| c.next_message);
        let is_unsent = |contact, place| profile.is_unsent(contact, place);
        let expired = self
            .conversations
            .sweep(next, is_unsent, now.wall, &self.store);
        let mut steps = Vec::new();
        for (contact, names) in expired {
            let gone = Gone::These(&names);
            match self.profile.withdraw(now, &mut *self.rng, contact, gone) {
                Ok(step) => {
                    self.observe(&step);
                    steps.push(step);
                }
                // A contact that is gone has no outbox.
                Err(refusal) if refused(refusal).is_some() => {}
                Err(_) => return Err(Stop::Bug),
            }
        }
        Ok(steps)
    }

    /// Why this profile takes part in nothing: it dials nobody, opens no door and keeps no link. `None`: it takes part.
    pub(super) fn apart(&self) -> Option<Reason> {
        match (self.conversations.is_hidden(), self.health.is_disk_full()) {
            (true, _) => Some(Reason::Hidden),
            (_, true) => Some(Reason::DiskFull),
            _ => None,
        }
    }

    /// The doors that should be open: none while the profile keeps apart, and then the network layer sleeps.
    pub(super) fn open_doors(&mut self) {
        self.transport.set_dormant(self.apart().is_some());
        let wanted = match self.apart() {
            Some(_) => Vec::new(),
            None => self.profile.doors(),
        };
        self.doors.reconcile(wanted);
    }

    /// Ends all links of a profile that keeps apart, without a farewell.
    pub(super) fn hang_up_if_apart(&mut self) -> Vec<Input> {
        if self.apart().is_none() {
            return Vec::new();
        }
        let links = self.connections.hang_up();
        links.into_iter().map(Input::Closed).collect()
    }
}

fn erased_or_stop(erased: Option<Result<(), EraseError>>) -> Result<(), Stop> {
    match erased {
        Some(Ok(())) => Ok(()),
        Some(Err(error)) => {
            tracing::error!(%error, "the store refuses to erase");
            Err(Stop::Storage)
        }
        None => Err(Stop::Abandoned),
    }
}
