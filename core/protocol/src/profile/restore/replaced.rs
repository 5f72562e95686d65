//! How a copy finds out that it was replaced by a newer one (D12.3), and what its owner can say to that.

use rand::CryptoRng;
use undertone_wire::ContactId;
use undertone_wire::v1::Purpose;

use crate::event::Event;
use crate::link::Link;
use crate::relation::Stage;
use crate::step::{Now, Step, Turn};

use super::super::{CopyState, Profile, Refusal};

/// So many silences in a row are a sign.
const SILENCES: u32 = 3;

impl Profile {
    /// A door that is there and does not know us, again and again, or a restored copy that gets no answer:
    /// perhaps they know a newer copy (D12.3).
    pub(in crate::profile) fn count_silence(&mut self, link: &Link, turn: &mut Turn<'_>) {
        let contact = link.contact.and_then(|id| self.contacts.get_mut(&id));
        let Some(contact) = contact else { return };
        let chat = matches!(link.purpose, Some(Purpose::Chat | Purpose::Recovery));
        let unanswered = link.live && contact.relation.restoring.is_some();
        if !chat || !(unanswered || link.met_silence(turn.now)) {
            return;
        }
        contact.silences = contact.silences.saturating_add(1);
        if contact.silences == SILENCES {
            turn.step.event(Event::Replaced);
        }
    }

    /// Whether this copy of the profile is the present one, as far as contacts tell.
    #[must_use]
    pub fn copy_state(&self) -> CopyState {
        let (mut contacts, mut told, mut silent) = (0, 0, 0);
        for contact in self.contacts.values() {
            if let Stage::Accepted(_) = contact.relation.stage {
                let known = contact.relation.replaced;
                contacts += 1;
                told += u32::from(known);
                silent += u32::from(known || contact.silences >= SILENCES);
            }
        }
        // One contact among several must not be able to switch the profile off.
        let enough = contacts.clamp(1, 2);
        if told >= enough {
            CopyState::Replaced
        } else if silent >= enough {
            CopyState::PerhapsReplaced
        } else {
            CopyState::Present
        }
    }

    /// Forgets what contacts said about a newer copy, and tries them again.
    ///
    /// # Errors
    /// Only for a broken invariant of ours.
    pub fn use_this_copy(&mut self, now: Now, rng: &mut dyn CryptoRng) -> Result<Step, Refusal> {
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let all: Vec<ContactId> = profile.contacts.keys().copied().collect();
            for id in all {
                let contact = profile.contact_mut(id)?;
                contact.silences = 0;
                if std::mem::take(&mut contact.relation.replaced) {
                    profile.save_relation(id, turn)?;
                    turn.step.event(Event::ContactChanged(id));
                }
            }
            turn.step.doors_changed();
            turn.step.dials_changed();
            turn.step.event(Event::Replaced);
            Ok(())
        })?;
        Ok(step)
    }
}
