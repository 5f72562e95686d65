//! What leaves (D6.2, D9.1): the outbox, encryption in its turn, transmission on the present link.

use std::mem::discriminant;

use undertone_wire::v1::{Content, Inside, InsideKind, Kind, ParcelKind, Role, SealedBody};
use undertone_wire::{ContactId, MessageId};

use crate::event::Event;
use crate::limits::MAX_IN_FLIGHT_BYTES;
use crate::ratchet::{WINDOW, Waiting};
use crate::step::{Bug, RecordKey, Turn};

use super::messages::{encrypt, pair_of};
use super::persist::save_waiting;
use super::{Contact, Profile};

impl Profile {
    /// Puts something into the outbox. It is encrypted when its turn comes, so that what waits
    /// can still be taken back.
    pub(crate) fn enqueue(
        &mut self,
        id: ContactId,
        message: Option<(u64, MessageId)>,
        inside: &Inside,
        turn: &mut Turn<'_>,
    ) -> Result<u64, Bug> {
        let contact = self.contact_mut(id)?;
        let ratchet = contact.ratchet_mut()?;
        let place = ratchet.outbox_next;
        ratchet.outbox_next += 1;
        let waiting = Waiting {
            place,
            message,
            changes_message: changes_message(&inside.kind),
            written: turn.now.wall,
            inside: inside.encode(),
            encrypted: None,
            on: None,
        };
        turn.ratchets.insert(id);
        save_waiting(id, &waiting, turn)?;
        contact.waiting_bytes += waiting.inside.len();
        contact.waiting.push_back(waiting);
        Ok(place)
    }

    /// Puts a notice into the outbox that makes those before it worthless. Of the same kind, what has not left is dropped, so
    /// that nothing piles up for a contact that makes us say it again and again.
    pub(crate) fn enqueue_latest(
        &mut self,
        id: ContactId,
        kind: InsideKind,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let same = |inside: &[u8]| {
            let inside = Inside::decode(inside);
            inside.is_ok_and(|inside| discriminant(&inside.kind) == discriminant(&kind))
        };
        let stale = |waiting: &Waiting| {
            waiting.message.is_none() && waiting.encrypted.is_none() && same(&waiting.inside)
        };
        self.drop_waiting(id, stale, turn)?;
        self.enqueue(id, None, &Inside { kind }, turn)?;
        Ok(())
    }

    /// Takes out of the outbox what must not leave any more.
    pub(super) fn drop_waiting(
        &mut self,
        id: ContactId,
        which: impl Fn(&Waiting) -> bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let mut freed = 0;
        contact.waiting.retain(|waiting| {
            let dropped = which(waiting);
            if dropped {
                freed += waiting.inside.len();
                let key = RecordKey::Outbox(id, waiting.place);
                turn.step.changes.delete(key);
            }
            !dropped
        });
        contact.waiting_bytes -= freed;
        turn.ratchets.insert(id);
        Ok(())
    }

    /// Encrypts what the window has room for and transmits what the present link has not carried
    /// yet.
    pub(crate) fn pump(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let Some(link) = self.sending_link(id) else {
            return Ok(());
        };
        // A restored copy says nothing before both are of one generation.
        let ready = |contact: &Contact| {
            let session = contact.ratchet.as_ref().map(|ratchet| &ratchet.session);
            contact.relation.restoring.is_none() && matches!(session, Some(Some(_)))
        };
        if !self.contacts.get(&id).is_some_and(ready) {
            return Ok(());
        }
        self.offer_rekey(id, turn)?;
        let (Some(contact), Some(link)) = (self.contacts.get_mut(&id), self.links.get_mut(&link))
        else {
            return Ok(());
        };
        let (direction, pair) = (contact.relation.sends(), pair_of(contact)?);
        let Some(ratchet) = &mut contact.ratchet else {
            return Ok(());
        };
        let mut in_flight = 0;
        for waiting in contact.waiting.iter_mut().take(WINDOW) {
            in_flight += waiting.inside.len();
            if in_flight > MAX_IN_FLIGHT_BYTES && in_flight > waiting.inside.len() {
                break;
            }
            if waiting.encrypted.is_none() {
                waiting.encrypted = Some(encrypt(ratchet, pair, direction, &waiting.inside)?);
                save_waiting(id, waiting, turn)?;
                turn.ratchets.insert(id);
                if let Some((number, name)) = waiting.message {
                    turn.step.event(Event::MessageChanged(id, number, name));
                }
            }
            let Some(encrypted) = &waiting.encrypted else {
                continue;
            };
            if waiting.on == Some(link.id) {
                continue;
            }
            let body = SealedBody {
                offset: offset(turn.now.wall, waiting.written),
                olm_type: encrypted.olm_type,
                olm: encrypted.olm.clone(),
            };
            let sealed = ratchet.seal.seal(&pair, direction, &body, turn.rng)?;
            link.send(ParcelKind::Sealed, sealed, turn)?;
            waiting.on = Some(link.id);
        }
        Ok(())
    }

    /// A counts what it is about to encrypt and offers a new seal key when it is time (D6.4).
    fn offer_rekey(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        if contact.relation.role != Role::A {
            return Ok(());
        }
        let fresh = contact
            .waiting
            .iter()
            .take(WINDOW)
            .filter(|waiting| waiting.encrypted.is_none())
            .count();
        let ratchet = contact
            .ratchet
            .as_mut()
            .ok_or(Bug("a contact without a ratchet"))?;
        let mut offer = None;
        for _ in 0..fresh {
            offer = offer.or(ratchet.seal.count_and_offer(turn.now.wall, turn.rng));
        }
        if let Some(offer) = offer {
            let inside = Inside {
                kind: InsideKind::RekeyOffer(offer),
            };
            self.enqueue(id, None, &inside, turn)?;
        }
        Ok(())
    }
}

/// Seconds between writing and this transmission (D13).
fn offset(now: u64, written: u64) -> u32 {
    u32::try_from(now.saturating_sub(written)).unwrap_or(u32::MAX)
}

fn changes_message(kind: &InsideKind) -> bool {
    let InsideKind::Content(bytes) = kind else {
        return false;
    };
    let content = Content::decode(bytes).map(|content| content.kind);
    matches!(
        content,
        Ok(Kind::Edit { .. } | Kind::Delete { .. } | Kind::Reaction { .. })
    )
}
