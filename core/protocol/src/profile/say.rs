//! What the owner says in conversations: words, changes of earlier words, signs.

use rand::CryptoRng;
use undertone_wire::v1::{Content, ContentError, Inside, InsideKind, Kind, MAX_TEXT, Text};
use undertone_wire::{ContactId, MessageId};
use zeroize::Zeroizing;

use crate::conversation::StoredMessage;
use crate::event::Event;
use crate::limits::{MAX_WAITING, MAX_WAITING_BYTES};
use crate::ratchet::Waiting;
use crate::step::{Now, Step, Turn};

use super::commands::{Refusal, check_name};
use super::persist::{save_message, save_waiting};
use super::{Contact, Profile};

/// Words to send.
#[derive(Clone, Copy, Default)]
pub struct Words<'a> {
    /// Up to 64 KiB of UTF-8.
    pub text: &'a str,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// Somebody else wrote it.
    pub forwarded: bool,
}

impl std::fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Words(…)")
    }
}

impl<'a> From<&'a str> for Words<'a> {
    fn from(text: &'a str) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

impl From<ContentError> for Refusal {
    fn from(error: ContentError) -> Self {
        match error {
            ContentError::TextTooLong(length) => Self::TextTooLong(length),
            ContentError::Reaction => Self::Reaction,
            ContentError::Status => Self::Status,
            ContentError::Picture => Self::Picture,
            ContentError::Timer => Self::Timer,
            _ => Self::Name,
        }
    }
}

fn is_typing(waiting: &Waiting) -> bool {
    let inside = Inside::decode(&waiting.inside).map(|inside| inside.kind);
    let Ok(InsideKind::Content(bytes)) = inside else {
        return false;
    };
    Content::decode(&bytes).is_ok_and(|content| matches!(content.kind, Kind::Typing { .. }))
}

pub(super) fn check_words(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Empty);
    }
    if text.len() > MAX_TEXT {
        return Err(Refusal::TextTooLong(text.len()));
    }
    Ok(())
}

impl Profile {
    /// A contact to whom `bytes` more can be said.
    pub(super) fn listener(&self, id: ContactId, bytes: usize) -> Result<&Contact, Refusal> {
        let contact = self.known(id)?;
        if contact.ratchet.is_none() {
            return Err(Refusal::WrongStage(contact.relation.stage_name()));
        }
        if contact.relation.replaced {
            return Err(Refusal::Replaced);
        }
        let full = contact.waiting.len() >= MAX_WAITING
            || contact.waiting_bytes + bytes > MAX_WAITING_BYTES;
        if full {
            return Err(Refusal::QueueFull);
        }
        Ok(contact)
    }

    /// Changes the nickname and tells the contacts.
    ///
    /// # Errors
    /// [`Refusal::Name`].
    pub fn set_nickname(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        nickname: &str,
    ) -> Result<Step, Refusal> {
        check_name(nickname)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.record.nickname = nickname.to_owned();
            profile.save_profile(turn)?;
            profile.tell_all(&Kind::Nickname(nickname.to_owned()), turn)
        })?;
        Ok(step)
    }

    /// Changes the few words that contacts see about us; empty for none.
    ///
    /// # Errors
    /// [`Refusal::Status`].
    pub fn set_status(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        status: &str,
    ) -> Result<Step, Refusal> {
        let kind = Kind::Status(status.to_owned());
        let probe = Content {
            id: MessageId::from_bytes([0; 16]),
            parents: Vec::new(),
            kind: kind.clone(),
        };
        probe.encode()?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.record.status = status.to_owned();
            profile.save_profile(turn)?;
            profile.tell_all(&kind, turn)
        })?;
        Ok(step)
    }

    /// Puts something that has no line of its own into the outbox; gives its place there.
    pub(super) fn say(
        &mut self,
        id: ContactId,
        kind: Kind,
        turn: &mut Turn<'_>,
    ) -> Result<(u64, Content), Refusal> {
        let content = Content {
            id: MessageId::from_bytes(turn.random()),
            parents: Vec::new(),
            kind,
        };
        let kind = InsideKind::Content(Zeroizing::new(content.encode()?));
        let place = self.enqueue(id, None, &Inside { kind }, turn)?;
        self.pump(id, turn)?;
        Ok((place, content))
    }

    /// Puts a message into the conversation and the outbox; gives its number and name.
    fn add_line(
        &mut self,
        id: ContactId,
        kind: Kind,
        turn: &mut Turn<'_>,
    ) -> Result<(u64, MessageId), Refusal> {
        let name = MessageId::from_bytes(turn.random());
        let ratchet = self.contact_mut(id)?.ratchet_mut()?;
        let number = ratchet.next_message;
        let content = Content {
            id: name,
            parents: ratchet.heads.clone(),
            kind,
        };
        let bytes = Zeroizing::new(content.encode()?);
        let kind = InsideKind::Content(bytes.clone());
        let place = self.enqueue(id, Some((number, name)), &Inside { kind }, turn)?;
        self.keep(id, name, Some(place), turn.now.wall, bytes, turn)?;
        self.pump(id, turn)?;
        Ok((number, name))
    }

    /// Sends words; gives the message's number and name. The conversation's timer goes with them.
    ///
    /// # Errors
    /// What is wrong with the text, the contact's stage, or that too much waits.
    pub fn send<'a>(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        words: impl Into<Words<'a>>,
    ) -> Result<(Step, (u64, MessageId)), Refusal> {
        let words = words.into();
        if self.is_myself(id) {
            return self.note(now, rng, id, words);
        }
        let contact = self.listener(id, words.text.len())?;
        check_words(words.text)?;
        let timer = contact.relation.timer.seconds;
        let kind = Kind::Text(Text {
            text: words.text.to_owned(),
            reply_to: words.reply_to,
            expires: Some(timer).filter(|&seconds| seconds > 0),
            forwarded: words.forwarded,
        });
        self.command(now, rng, |profile, turn| profile.add_line(id, kind, turn))
    }

    /// Edits or takes back an earlier message of ours, reacts to one, or says that some were read.
    /// [`Step::annotations`] holds it for our own conversation.
    ///
    /// # Errors
    /// What is wrong with it, the contact's stage, or that too much waits.
    pub fn annotate(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        kind: Kind,
    ) -> Result<Step, Refusal> {
        if self.is_myself(id) {
            return self.annotate_note(now, rng, id, kind);
        }
        if let Kind::Edit { text, .. } = &kind {
            check_words(text)?;
            self.listener(id, text.len())?;
        }
        self.listener(id, 0)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let (order, content) = profile.say(id, kind, turn)?;
            turn.annotate(id, order, content);
            Ok(())
        })?;
        Ok(step)
    }

    /// Says that we are writing, or stopped. It is worth something at once or never: nothing is said while anything waits to
    /// leave, or when two signs are on the way, so that they do not pile up for a contact that acknowledges nothing.
    ///
    /// # Errors
    /// [`Refusal::NotConnected`], and those of every message.
    pub fn typing(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        active: bool,
    ) -> Result<Step, Refusal> {
        if self.is_myself(id) {
            return Err(Refusal::NotConnected);
        }
        let contact = self.listener(id, 0)?;
        if !contact.connected {
            return Err(Refusal::NotConnected);
        }
        let leaves = contact.waiting.iter().all(|w| w.encrypted.is_some());
        let signs = contact.waiting.iter().filter(|w| is_typing(w)).count();
        // The end of a sign may follow its beginning.
        let room = leaves && signs < 2;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            if room {
                profile.say(id, Kind::Typing { active }, turn)?;
            }
            Ok(())
        })?;
        Ok(step)
    }

    /// Sets after how many seconds messages disappear once they were read, on both sides, from now
    /// on; 0: they stay. A line of the conversation says so.
    ///
    /// # Errors
    /// [`Refusal::Timer`], and those of every message.
    pub fn set_timer(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        seconds: u32,
    ) -> Result<(Step, (u64, MessageId)), Refusal> {
        let relation = &self.listener(id, 0)?.relation;
        let timer = relation.timer.next(seconds, relation.role);
        let kind = Kind::Timer {
            seconds,
            version: timer.version(),
        };
        self.command(now, rng, |profile, turn| {
            let line = profile.add_line(id, kind, turn)?;
            profile.contact_mut(id)?.relation.timer = timer;
            profile.save_relation(id, turn)?;
            turn.step.event(Event::ContactChanged(id));
            Ok(line)
        })
    }

    /// Takes a message of ours back that did not leave yet: nobody ever sees it.
    ///
    /// # Errors
    /// [`Refusal::AlreadySent`] when it left, or was never in the outbox.
    pub fn cancel(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        place: u64,
    ) -> Result<Step, Refusal> {
        if self.is_myself(id) {
            return self.drop_note(now, rng, id, place);
        }
        let at = self.unsent(id, place)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            Ok(profile.drop_unsent(id, at, turn)?)
        })?;
        Ok(step)
    }

    /// Changes the words of a message of ours that did not leave yet: nobody ever sees the old ones.
    ///
    /// # Errors
    /// [`Refusal::AlreadySent`], or what is wrong with the text.
    pub fn rewrite(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        message: &StoredMessage,
        text: &str,
    ) -> Result<Step, Refusal> {
        check_words(text)?;
        let place = message.place.ok_or(Refusal::AlreadySent)?;
        let at = self.unsent(id, place)?;
        let mut content = message.content().ok_or(Refusal::AlreadySent)?;
        let Kind::Text(words) = &mut content.kind else {
            return Err(Refusal::AlreadySent);
        };
        text.clone_into(&mut words.text);
        let bytes = Zeroizing::new(content.encode()?);
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let contact = profile.contact_mut(id)?;
            let Some(waiting) = contact.waiting.get_mut(at) else {
                return Err(Refusal::AlreadySent);
            };
            let kind = InsideKind::Content(bytes.clone());
            let inside = Inside { kind }.encode();
            contact.waiting_bytes -= waiting.inside.len();
            contact.waiting_bytes += inside.len();
            waiting.inside = inside;
            save_waiting(id, waiting, turn)?;
            let mut changed = message.clone();
            changed.content = bytes;
            save_message(id, &changed, turn)?;
            turn.step
                .event(Event::MessageChanged(id, message.number, message.id));
            Ok(())
        })?;
        Ok(step)
    }

    /// Where in the queue a message waits that was not encrypted yet.
    pub(super) fn unsent(&self, id: ContactId, place: u64) -> Result<usize, Refusal> {
        let mut waiting = self.known(id)?.waiting.iter();
        waiting
            .position(|waiting| waiting.place == place && waiting.encrypted.is_none())
            .ok_or(Refusal::AlreadySent)
    }
}
