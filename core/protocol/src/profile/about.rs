//! What contacts are told about the profile: nickname, status text, being away, a picture. Of each only the last
//! counts, so what waits for somebody who is not there is replaced and not piled up; and whoever becomes a contact
//! is told what the others know.

use rand::CryptoRng;
use undertone_wire::v1::{Content, Inside, InsideKind, Kind};
use undertone_wire::{ContactId, MessageId};
use zeroize::Zeroizing;

use crate::ratchet::Waiting;
use crate::step::{Bug, Now, Step, Turn};

use super::Profile;
use super::commands::Refusal;

impl Profile {
    /// Whether we say that we are away.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        self.record.away
    }

    /// Says to the contacts that we are away, or back. It changes nothing else, and nothing but this says it.
    ///
    /// # Errors
    /// Only for a broken invariant of ours.
    pub fn set_away(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        away: bool,
    ) -> Result<Step, Refusal> {
        let (step, ()) = self.command(now, rng, |profile, turn| {
            if profile.record.away == away {
                return Ok(());
            }
            profile.record.away = away;
            profile.save_profile(turn)?;
            profile.tell_all(&Kind::Away(away), turn)
        })?;
        Ok(step)
    }

    /// Sends a contact our picture, which is at most [`undertone_wire::v1::MAX_PICTURE`] bytes; none: there is none.
    ///
    /// # Errors
    /// [`Refusal::Picture`], the contact's stage, or that too much waits.
    pub fn tell_picture(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        id: ContactId,
        picture: Vec<u8>,
    ) -> Result<Step, Refusal> {
        self.listener(id, picture.len())?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            profile.say_latest(id, Kind::Picture(picture), turn)
        })?;
        Ok(step)
    }

    /// Tells everybody.
    pub(super) fn tell_all(&mut self, kind: &Kind, turn: &mut Turn<'_>) -> Result<(), Refusal> {
        let contacts: Vec<ContactId> = self
            .contacts
            .values()
            .filter(|contact| contact.ratchet.is_some())
            .map(|contact| contact.relation.id)
            .collect();
        for id in contacts {
            self.say_latest(id, kind.clone(), turn)?;
        }
        Ok(())
    }

    /// Says something in place of what waits of the same kind.
    fn say_latest(
        &mut self,
        id: ContactId,
        kind: Kind,
        turn: &mut Turn<'_>,
    ) -> Result<(), Refusal> {
        let same = std::mem::discriminant(&kind);
        let stale = |waiting: &Waiting| {
            waiting.message.is_none()
                && waiting.encrypted.is_none()
                && kind_of(&waiting.inside)
                    .is_some_and(|kind| std::mem::discriminant(&kind) == same)
        };
        self.drop_waiting(id, stale, turn)?;
        self.say(id, kind, turn)?;
        Ok(())
    }

    /// Tells a new contact what the others know. The nickname came with the request or the acceptance.
    pub(super) fn tell_newcomer(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let status = Some(self.record.status.clone()).filter(|status| !status.is_empty());
        let away = self.record.away.then_some(Kind::Away(true));
        for kind in status.map(Kind::Status).into_iter().chain(away) {
            let content = Content {
                id: MessageId::from_bytes(turn.random()),
                parents: Vec::new(),
                kind,
            };
            let bytes = content.encode();
            let bytes = bytes.map_err(|_| Bug("what we say of ourselves cannot be encoded"))?;
            let kind = InsideKind::Content(Zeroizing::new(bytes));
            self.enqueue(id, None, &Inside { kind }, turn)?;
        }
        Ok(())
    }
}

fn kind_of(inside: &[u8]) -> Option<Kind> {
    match Inside::decode(inside).ok()?.kind {
        InsideKind::Content(bytes) => Some(Content::decode(&bytes).ok()?.kind),
        _ => None,
    }
}
