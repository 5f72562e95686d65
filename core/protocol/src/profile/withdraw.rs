//! Taking words back out of the outbox that are gone from the conversation: deleted, expired, cleared or edited.
//!
//! What was not encrypted yet is dropped, and nobody ever sees it. What was encrypted may have arrived, and its
//! sequence must come or every later message waits for it: its ciphertext, which nobody can read here, stays until it is
//! acknowledged, but the words beside it, kept for a new session (D6.5), give way to nothing. If the ciphertext never
//! arrives and a new session is needed, the contact gets that nothing.
//!
//! Old versions of what is taken out here can be read in the store until the key of the state is renewed; that is
//! the caller's to do.

use std::collections::BTreeSet;

use rand::CryptoRng;
use undertone_wire::v1::{Content, Inside, InsideKind, Kind};
use undertone_wire::{ContactId, MessageId};

use crate::event::Event;
use crate::ratchet::Waiting;
use crate::step::{Bug, Now, RecordKey, Step, Turn};

use super::Profile;
use super::commands::Refusal;
use super::persist::save_waiting;

/// Which lines of a conversation are gone.
#[derive(Clone, Copy, Debug)]
pub enum Gone<'a> {
    /// All of them.
    All,
    /// Those with these names.
    These(&'a BTreeSet<MessageId>),
}

impl Gone<'_> {
    fn has(self, name: &MessageId) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.contains(name),
        }
    }

    /// Whether something that waits says what a line said that is gone: the line itself, or a change of it.
    fn concerns(self, waiting: &Waiting) -> bool {
        let Some(content) = content_of(waiting) else {
            return false;
        };
        match (&content.kind, &waiting.message) {
            // Both sides must hear of it: what is shown of it says no word.
            (Kind::Timer { .. }, _) => false,
            (Kind::Edit { target, .. }, _) => self.has(target),
            (_, Some((_, name))) => self.has(name),
            (_, None) => false,
        }
    }
}

fn content_of(waiting: &Waiting) -> Option<Content> {
    match Inside::decode(&waiting.inside).ok()?.kind {
        InsideKind::Content(bytes) => Content::decode(&bytes).ok(),
        _ => None,
    }
}

impl Profile {
    /// Takes what lines said that are gone out of what waits for a contact; the step is empty if nothing of it waits.
    ///
    /// # Errors
    /// [`Refusal::NoSuchContact`].
    pub fn withdraw(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        gone: Gone<'_>,
    ) -> Result<Step, Refusal> {
        self.known(id)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            Ok(profile.withdraw_from(id, gone, turn)?)
        })?;
        Ok(step)
    }

    /// Whether a message of ours waits and was not encrypted yet: nobody can have it.
    #[must_use]
    pub fn is_unsent(&self, id: ContactId, place: u64) -> bool {
        self.unsent(id, place).is_ok()
    }

    /// Takes a message of ours back on both sides: [`annotate`](Self::annotate) with [`Kind::Delete`], and
    /// nothing of its words stays in what waits.
    ///
    /// # Errors
    /// As [`annotate`](Self::annotate).
    pub fn take_back(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        target: MessageId,
    ) -> Result<Step, Refusal> {
        self.change_line(now, rng, id, target, Kind::Delete { target })
    }

    /// Gives a message of ours other words: [`annotate`](Self::annotate) with [`Kind::Edit`], and nothing of its
    /// earlier words stays in what waits. To be used where earlier words are not kept.
    ///
    /// # Errors
    /// As [`annotate`](Self::annotate).
    pub fn replace_words(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        target: MessageId,
        text: String,
    ) -> Result<Step, Refusal> {
        super::say::check_words(&text)?;
        if !self.is_myself(id) {
            self.listener(id, text.len())?;
        }
        self.change_line(now, rng, id, target, Kind::Edit { target, text })
    }

    fn change_line(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        target: MessageId,
        kind: Kind,
    ) -> Result<Step, Refusal> {
        if self.is_myself(id) {
            return self.annotate_note(now, rng, id, kind);
        }
        self.listener(id, 0)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            match &kind {
                Kind::Edit { text, .. } => profile.reword_line(id, target, text, turn)?,
                _ => profile.withdraw_from(id, Gone::These(&BTreeSet::from([target])), turn)?,
            }
            let (order, content) = profile.say(id, kind, turn)?;
            turn.annotate(id, order, content);
            Ok(())
        })?;
        Ok(step)
    }

    fn withdraw_from(
        &mut self,
        id: ContactId,
        gone: Gone<'_>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        self.empty_those(id, |waiting| gone.concerns(waiting), turn)
    }

    /// Empties what waits and fits, or drops it if it was not encrypted yet.
    fn empty_those(
        &mut self,
        id: ContactId,
        fits: impl Fn(&Waiting) -> bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let waiting = self.contact_mut(id)?.waiting.iter().enumerate();
        let found: Vec<_> = waiting
            .filter(|(_, waiting)| fits(waiting))
            .map(|(at, waiting)| (at, waiting.encrypted.is_some()))
            .collect();
        // From the end, so that places stay right.
        for (at, is_encrypted) in found.into_iter().rev() {
            if is_encrypted {
                let kind = InsideKind::Unknown;
                self.replace_inside(id, at, &Inside { kind }, turn)?;
            } else {
                self.drop_unsent(id, at, turn)?;
            }
        }
        Ok(())
    }

    /// Drops something that was not encrypted yet, with its line.
    pub(super) fn drop_unsent(
        &mut self,
        id: ContactId,
        at: usize,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let Some(waiting) = contact.waiting.remove(at) else {
            return Err(Bug("nothing waits at this place"));
        };
        contact.waiting_bytes -= waiting.inside.len();
        let key = RecordKey::Outbox(id, waiting.place);
        turn.step.changes.delete(key);
        if let Some((number, name)) = waiting.message {
            turn.step.changes.delete(RecordKey::Message(id, number));
            turn.step.event(Event::MessageRemoved(id, number));
            // The next message must not name one as its parent that they never get.
            let ratchet = contact.ratchet_mut()?;
            ratchet.heads.retain(|head| *head != name);
        }
        turn.ratchets.insert(id);
        Ok(())
    }

    /// Puts the new words into a line that waits, and drops earlier changes of it.
    fn reword_line(
        &mut self,
        id: ContactId,
        target: MessageId,
        text: &str,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let names = BTreeSet::from([target]);
        let contact = self.contact_mut(id)?;
        let line = contact.waiting.iter().position(|waiting| {
            let is_it = waiting.message.is_some_and(|(_, name)| name == target);
            is_it && waiting.encrypted.is_some()
        });
        let content = line.and_then(|at| content_of(&contact.waiting[at]));
        if let (Some(at), Some(mut content)) = (line, content)
            && let Kind::Text(words) = &mut content.kind
        {
            text.clone_into(&mut words.text);
            let bytes = content
                .encode()
                .map_err(|_| Bug("words that were checked"))?;
            let kind = InsideKind::Content(bytes.into());
            self.replace_inside(id, at, &Inside { kind }, turn)?;
        }
        let is_change =
            |waiting: &Waiting| waiting.message.is_none() && Gone::These(&names).concerns(waiting);
        self.empty_those(id, is_change, turn)
    }

    fn replace_inside(
        &mut self,
        id: ContactId,
        at: usize,
        inside: &Inside,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let Some(waiting) = contact.waiting.get_mut(at) else {
            return Err(Bug("nothing waits at this place"));
        };
        contact.waiting_bytes -= waiting.inside.len();
        waiting.inside = inside.encode();
        contact.waiting_bytes += waiting.inside.len();
        save_waiting(id, waiting, turn)
    }
}
