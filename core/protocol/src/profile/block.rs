//! Block (D10.1–3): one commit destroys what is shared and abandons the doors that the other
//! knows. To the blocked side it is as if the profile had been switched off at that moment.

use undertone_wire::ContactId;
use undertone_wire::v1::{DoorNotice, InsideKind};

use crate::event::Event;
use crate::keys::{DoorSeed, KeyPair};
use crate::link::DoorName;
use crate::relation::Stage;
use crate::step::{Bug, Effect, LinkId, RecordKey, Turn};

use super::{Comparison, Profile};

impl Profile {
    pub(super) fn block_contact(&mut self, id: ContactId, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let (circle, invitation, request) = match &contact.relation.stage {
            Stage::Accepting(_, bond) | Stage::Accepted(bond) => (
                Some(bond.circle),
                bond.invitation.map(|(number, _)| number),
                None,
            ),
            Stage::Undecided(incoming) => (None, Some(incoming.invitation), Some(incoming.id)),
            Stage::Rejected(request, invitation) => (None, Some(*invitation), Some(*request)),
            _ => (None, None, None),
        };
        contact.relation.stage = Stage::Blocked(request);
        contact.relation.noise = None;
        contact.relation.account = None;
        contact.relation.restoring = None;
        contact.relation.answered = None;
        contact.relation.moved = None;
        contact.relation.base_keys.clear();
        contact.reply_door = None;
        contact.connected = false;
        if contact.ratchet.take().is_some() {
            turn.step.changes.delete(RecordKey::Ratchet(id));
        }
        for waiting in std::mem::take(&mut contact.waiting) {
            turn.step
                .changes
                .delete(RecordKey::Outbox(id, waiting.place));
        }
        contact.waiting_bytes = 0;
        self.forget_introductions(id, turn)?;
        self.save_relation(id, turn)?;
        turn.step.effects.push(Effect::Abandon(id));
        self.cut_links(|link| link.contact == Some(id), turn);
        self.contact_mut(id)?.comparison = Comparison::default();
        if let Some(number) = invitation {
            self.cut_links(|link| link.door == Some(DoorName::Knock(number)), turn);
            self.destroy_invitation(number, turn)?;
        }
        if let Some(circle) = circle {
            self.move_circle(circle, turn)?;
        }
        turn.step.doors_changed();
        turn.step.dials_changed();
        turn.step.event(Event::ContactChanged(id));
        Ok(())
    }

    /// Gives a circle a new door and tells its members. Links that came in by the old door end
    /// with it, as at a shutdown.
    pub(super) fn move_circle(&mut self, number: u32, turn: &mut Turn<'_>) -> Result<(), Bug> {
        self.cut_links(|link| link.door == Some(DoorName::Circle(number)), turn);
        let members: Vec<ContactId> = self.members(number).map(|c| c.relation.id).collect();
        if members.is_empty() {
            self.record.circles.retain(|circle| circle.number != number);
            return self.save_profile(turn);
        }
        let seed = DoorSeed::random(turn.rng);
        let door = seed.onion_key();
        // A new number: the old door must be closed, not changed.
        let new = self.record.next_circle;
        self.record.next_circle += 1;
        for circle in &mut self.record.circles {
            if circle.number == number {
                circle.number = new;
                circle.seed = seed.clone();
            }
        }
        self.save_profile(turn)?;
        for member in members {
            let reader = KeyPair::random(turn.rng)?;
            self.note_move(member, turn.now)?;
            let contact = self.contact_mut(member)?;
            if let Some(bond) = contact.relation.bond_mut() {
                bond.circle = new;
                bond.reader = reader.public;
            }
            self.save_relation(member, turn)?;
            let notice = DoorNotice {
                door,
                descriptor: reader.secret,
            };
            let kind = InsideKind::Door(notice);
            self.enqueue_latest(member, kind, turn)?;
            self.settle(member, turn)?;
        }
        Ok(())
    }

    /// Closes links without a farewell and without any further act.
    pub(super) fn cut_links(
        &mut self,
        which: impl Fn(&crate::link::Link) -> bool,
        turn: &mut Turn<'_>,
    ) {
        let cut: Vec<LinkId> = self
            .links
            .values()
            .filter(|link| which(link))
            .map(|link| link.id)
            .collect();
        for id in cut {
            turn.step.effects.push(Effect::Cut(id));
            if let Some(link) = self.links.remove(&id) {
                self.ended(&link, turn);
            }
        }
    }

    /// Rejects a request: nothing is told, repeats are answered like all others.
    pub(super) fn reject_request(
        &mut self,
        id: ContactId,
        turn: &mut Turn<'_>,
    ) -> Result<(), super::Refusal> {
        let contact = self.contact_mut(id)?;
        let Stage::Undecided(incoming) = &contact.relation.stage else {
            return Err(super::Refusal::WrongStage(contact.relation.stage_name()));
        };
        let (request, invitation) = (incoming.id, incoming.invitation);
        contact.relation.stage = Stage::Rejected(request, invitation);
        self.save_relation(id, turn)?;
        self.retire_one_time(invitation, turn)?;
        turn.step.event(Event::ContactChanged(id));
        Ok(())
    }
}
