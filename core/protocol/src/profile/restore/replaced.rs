//! How a copy finds out that it was replaced by a newer one (D12.3), and what its owner can say to that.

use rand::CryptoRng;
use undertone_wire::ContactId;
use undertone_wire::v1::{Acknowledgement, Purpose};

use crate::event::Event;
use crate::link::Link;
use crate::relation::Stage;
use crate::step::{Bug, Now, Step, Turn};

use super::super::{CopyState, Profile, Refusal};

/// So many silences in a row are a sign.
const SILENCES: u32 = 3;

impl Profile {
    /// A door that is there and does not know us, again and again, or a restored copy that gets no answer:
    /// perhaps they know a newer copy (D12.3).
    pub(in crate::profile) fn count_silence(&mut self, link: &Link, now: Now) {
        let contact = link.contact.and_then(|id| self.contacts.get_mut(&id));
        let Some(contact) = contact else { return };
        let chat = matches!(link.purpose, Some(Purpose::Chat | Purpose::Recovery));
        let unanswered = link.live && contact.relation.restoring.is_some();
        if chat && (unanswered || link.met_silence(now)) {
            contact.silences = contact.silences.saturating_add(1);
        }
    }

    /// A contact names a generation of ours that is higher than what we have. It is believed when it shows what only
    /// a copy of that generation can have given it; a word alone is worth what a silence is.
    pub(super) fn newer_copy(
        &mut self,
        id: ContactId,
        said: &Acknowledgement,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let contact = self.contact_mut(id)?;
        let bond = contact.relation.bond();
        let proven = bond
            .zip(said.proof)
            .is_some_and(|(bond, proof)| bond.proves(said.to, &proof));
        if !proven {
            contact.silences = contact.silences.max(SILENCES);
            return Ok(());
        }
        contact.silences = 0;
        let relation = &mut contact.relation;
        let new = !relation.replaced || relation.proven < said.to;
        relation.replaced = true;
        relation.proven = relation.proven.max(said.to);
        if new {
            self.save_relation(id, turn)?;
            turn.step.dials_changed();
            turn.step.event(Event::ContactChanged(id));
        }
        Ok(())
    }

    /// Whether this copy of the profile is the present one, as far as contacts tell.
    #[must_use]
    pub fn copy_state(&self) -> CopyState {
        let (mut contacts, mut silent) = (0, 0);
        for contact in self.contacts.values() {
            let Stage::Accepted(_) = contact.relation.stage else {
                continue;
            };
            if contact.relation.replaced && contact.relation.proven > contact.relation.dismissed {
                return CopyState::Replaced;
            }
            contacts += 1;
            silent += u32::from(contact.silences >= SILENCES);
        }
        // Without a proof it is a suspicion, and one contact among several cannot raise it; nor can any number of them while
        // somebody goes on with this very copy.
        let enough = contacts.clamp(1, 2);
        if silent >= enough && !self.links.values().any(Link::is_agreed) {
            CopyState::PerhapsReplaced
        } else {
            CopyState::Present
        }
    }

    /// By how many generations the newest copy that was ever proved is ahead of this one. Each restore raises the
    /// generations of all relationships by one, so what one contact proved counts for all.
    pub(crate) fn ahead(&self) -> u32 {
        let each = self.contacts.values().filter_map(|contact| {
            // Who was blocked since has none.
            let own = contact.ratchet.as_ref()?.generation;
            Some(contact.relation.proven.saturating_sub(own))
        });
        each.max().unwrap_or(0)
    }

    /// Tells when [`Self::copy_state`] changed.
    pub(in crate::profile) fn report_copy(&mut self, turn: &mut Turn<'_>) {
        let state = self.copy_state();
        if std::mem::replace(&mut self.copy, state) != state {
            turn.step.event(Event::Replaced);
            turn.step.doors_changed();
            turn.step.dials_changed();
        }
    }

    /// Goes on with this copy although there is a newer one, and tries all contacts again. What was proved of copies up to
    /// now switches this one off no more.
    ///
    /// # Errors
    /// Only for a broken invariant of ours.
    pub fn use_this_copy(&mut self, now: Now, rng: &mut dyn CryptoRng) -> Result<Step, Refusal> {
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let ahead = profile.ahead();
            let all: Vec<ContactId> = profile.contacts.keys().copied().collect();
            for id in all {
                let contact = profile.contact_mut(id)?;
                contact.silences = 0;
                let Some(ratchet) = &contact.ratchet else {
                    continue;
                };
                let relation = &mut contact.relation;
                let newest = ratchet.generation.saturating_add(ahead);
                relation.dismissed = relation.dismissed.max(newest);
                let was = std::mem::take(&mut relation.replaced);
                profile.save_relation(id, turn)?;
                if was {
                    turn.step.event(Event::ContactChanged(id));
                }
            }
            turn.step.dials_changed();
            Ok(())
        })?;
        Ok(step)
    }
}
