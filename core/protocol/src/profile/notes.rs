//! The conversation with oneself. It is a relationship without anybody else: it has no keys, no door and no outbox,
//! nothing of it is ever sent, and what is written in it counts as received at once, because the one it is for has
//! it. Messages, their changes and how long they are kept are the same as everywhere.

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use undertone_wire::v1::{Content, Kind, Role, Text};
use undertone_wire::{ContactId, MessageId};
use zeroize::Zeroizing;

use crate::conversation::StoredMessage;
use crate::event::Event;
use crate::relation::{Extras, Relation, Stage, Timer};
use crate::step::{Bug, Now, RecordKey, Step};

use super::commands::Refusal;
use super::persist::{day_of, save_message};
use super::say::{Words, check_words};
use super::{Contact, Profile};

/// Where the conversation with oneself stands.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Notes {
    pub(crate) next_message: u64,
    /// Of edits, deletions and reactions.
    pub(crate) next_order: u64,
}

impl Contact {
    /// Where the conversation with oneself stands, if it is that one.
    pub(super) const fn notes(&self) -> Option<&Notes> {
        match &self.relation.stage {
            Stage::Myself(notes) => Some(notes),
            _ => None,
        }
    }
}

impl Profile {
    /// Whether this is the conversation with oneself.
    pub(super) fn is_myself(&self, id: ContactId) -> bool {
        let contact = self.contacts.get(&id);
        contact.is_some_and(|contact| contact.notes().is_some())
    }

    /// The conversation with oneself; made if there is none yet.
    ///
    /// # Errors
    /// Only for a broken invariant of ours.
    pub fn open_notes(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Step, ContactId), Refusal> {
        let mut contacts = self.contacts.values();
        let known = contacts.find(|contact| contact.notes().is_some());
        let known = known.map(|contact| contact.relation.id);
        self.command(now, rng, |profile, turn| {
            if let Some(id) = known {
                return Ok(id);
            }
            let id = ContactId::from_bytes(turn.random());
            let relation = Relation {
                id,
                role: Role::A,
                nickname: String::new(),
                pet_name: None,
                created: turn.now.wall,
                noise: None,
                account: None,
                stage: Stage::Myself(Notes {
                    next_message: 1,
                    next_order: 1,
                }),
                status: String::new(),
                timer: Timer::default(),
                base_keys: Vec::new(),
                restoring: None,
                answered: None,
                moved: None,
                replaced: false,
                proven: 0,
                dismissed: 0,
                extras: Extras::default(),
            };
            profile.add_contact(relation, turn)?;
            turn.step.event(Event::ContactChanged(id));
            Ok(id)
        })
    }

    /// Writes words down.
    pub(super) fn note(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        words: Words<'_>,
    ) -> Result<(Step, (u64, MessageId)), Refusal> {
        check_words(words.text)?;
        let kind = Kind::Text(Text {
            text: words.text.to_owned(),
            reply_to: words.reply_to,
            expires: None,
            forwarded: words.forwarded,
        });
        self.command(now, rng, |profile, turn| {
            let name = MessageId::from_bytes(turn.random());
            let content = Content {
                id: name,
                parents: Vec::new(),
                kind,
            };
            let bytes = Zeroizing::new(content.encode()?);
            let notes = profile.notes_mut(id)?;
            let number = notes.next_message;
            notes.next_message += 1;
            profile.save_relation(id, turn)?;
            // Its place is what makes a message ours.
            let (wall, place) = (turn.now.wall, Some(number));
            let message = StoredMessage::new(number, name, place, wall, day_of(wall), bytes);
            save_message(id, &message, turn)?;
            turn.step.event(Event::MessageChanged(id, number, name));
            Ok((number, name))
        })
    }

    /// Changes a note, takes it back or reacts to it.
    pub(super) fn annotate_note(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        kind: Kind,
    ) -> Result<Step, Refusal> {
        if let Kind::Edit { text, .. } = &kind {
            check_words(text)?;
        }
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let content = Content {
                id: MessageId::from_bytes(turn.random()),
                parents: Vec::new(),
                kind,
            };
            content.encode()?;
            let notes = profile.notes_mut(id)?;
            let order = notes.next_order;
            notes.next_order += 1;
            profile.save_relation(id, turn)?;
            turn.annotate(id, order, content);
            Ok(())
        })?;
        Ok(step)
    }

    /// Deletes a note: there is no other side where it could stay.
    pub(super) fn drop_note(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        number: u64,
    ) -> Result<Step, Refusal> {
        let (step, ()) = self.command(now, rng, |_, turn| {
            turn.step.changes.delete(RecordKey::Message(id, number));
            turn.step.event(Event::MessageRemoved(id, number));
            Ok(())
        })?;
        Ok(step)
    }

    fn notes_mut(&mut self, id: ContactId) -> Result<&mut Notes, Bug> {
        match &mut self.contact_mut(id)?.relation.stage {
            Stage::Myself(notes) => Ok(notes),
            _ => Err(Bug("notes of somebody else")),
        }
    }
}
