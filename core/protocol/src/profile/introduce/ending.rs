//! What ends introductions: a block, and time. And what rests while an introducer must not see the profile.

use undertone_wire::ContactId;

use crate::event::Event;
use crate::limits::INTRODUCTION_SECONDS;
use crate::link::DoorName;
use crate::relation::Stage;
use crate::step::{Bug, Effect, Turn};

use super::super::{Contact, Profile};

impl Profile {
    /// Forgets what a contact has to do with introductions: it is blocked. A request that it led to is given up: whoever
    /// passed the invitation on knows the door that is knocked at, and may have made it.
    pub(in crate::profile) fn forget_introductions(
        &mut self,
        id: ContactId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let before = self.record.introductions.len();
        self.record
            .introductions
            .retain(|one| one.side(id).is_none());
        let ended = before != self.record.introductions.len();
        let extras = &mut self.contact_mut(id)?.relation.extras;
        let had = ended || !extras.offers.is_empty();
        extras.offers.clear();
        let theirs: Vec<u64> = self
            .invitations
            .values()
            .filter(|invite| invite.introduced.is_some_and(|(by, _)| by == id))
            .map(|invite| invite.number)
            .collect();
        for number in theirs {
            self.cut_links(|link| link.door == Some(DoorName::Knock(number)), turn);
            self.destroy_invitation(number, turn)?;
        }
        for contact in self.led_by(id) {
            turn.step.effects.push(Effect::Abandon(contact));
            self.cut_links(|link| link.contact == Some(contact), turn);
            if self
                .contacts
                .get(&contact)
                .is_some_and(|c| c.outgoing().is_some())
            {
                self.end_request(contact, turn)?;
            }
        }
        if had {
            self.save_profile(turn)?;
            turn.step.event(Event::Introductions);
        }
        Ok(())
    }

    /// Those whom a contact introduced and who are no contacts yet.
    pub(in crate::profile) fn led_by(&self, introducer: ContactId) -> Vec<ContactId> {
        let led = self.contacts.values().filter(|contact| {
            is_under_way(&contact.relation.stage)
                && contact
                    .relation
                    .extras
                    .introduced
                    .as_ref()
                    .is_some_and(|introduced| introduced.by == introducer)
        });
        led.map(|contact| contact.relation.id).collect()
    }

    /// Whether somebody is no contact yet, and came through one who must not see the profile: because it is invisible
    /// to them, or because they are blocked. The doors that lead there may be theirs.
    pub(in crate::profile) fn is_withheld(&self, contact: &Contact) -> bool {
        let relation = &contact.relation;
        let introduced = relation.extras.introduced.as_ref();
        is_under_way(&relation.stage)
            && introduced.is_some_and(|introduced| {
                // A blocked one can be forgotten in the end.
                self.contacts.get(&introduced.by).is_none_or(|by| {
                    matches!(by.relation.stage, Stage::Blocked(_)) || self.is_invisible(by)
                })
            })
    }

    /// When introductions end, seconds since 1970.
    pub(in crate::profile) fn introduction_ends(&self) -> impl Iterator<Item = u64> {
        let made = self.record.introductions.iter().map(|one| one.began);
        let offered = self.contacts.values();
        let offered = offered.flat_map(|c| c.relation.extras.offers.iter().map(|offer| offer.came));
        made.chain(offered).map(|at| at + INTRODUCTION_SECONDS)
    }

    /// Forgets introductions whose time is over.
    pub(in crate::profile) fn expire_introductions(
        &mut self,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let wall = turn.now.wall;
        if self.introduction_ends().all(|at| at > wall) {
            return Ok(());
        }
        let lives = |began: u64| began + INTRODUCTION_SECONDS > wall;
        self.record.introductions.retain(|one| lives(one.began));
        self.save_profile(turn)?;
        let ids: Vec<ContactId> = self.contacts.keys().copied().collect();
        for id in ids {
            let offers = &mut self.contact_mut(id)?.relation.extras.offers;
            let before = offers.len();
            offers.retain(|offer| lives(offer.came));
            if offers.len() < before {
                self.save_relation(id, turn)?;
                self.drop_invitations(id, turn)?;
            }
        }
        turn.step.event(Event::Introductions);
        Ok(())
    }
}

/// Asked or accepted, and not confirmed.
const fn is_under_way(stage: &Stage) -> bool {
    matches!(stage, Stage::Requested(_) | Stage::Accepting(..))
}
