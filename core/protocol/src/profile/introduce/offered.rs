//! Introductions that a contact offers: the invitation that we make, or the one that we knock with.

use undertone_wire::v1::{IntroductionStep, Invitation};
use undertone_wire::{ContactId, IntroductionId};

use crate::event::Event;
use crate::limits::{INTRODUCTION_SECONDS, MAX_INVITATIONS, MAX_OFFERS, MAX_PENDING};
use crate::step::{Bug, Turn};

use super::super::commands::Refusal;
use super::super::{Contact, Profile};
use super::state::{Introduced, Offer, OfferState};

/// Offers of one contact that are remembered, so that none is shown twice.
const MAX_REMEMBERED: usize = 32;

impl Profile {
    pub(super) fn offered(
        &mut self,
        by: ContactId,
        id: IntroductionId,
        name: String,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let offers = &mut self.contact_mut(by)?.relation.extras.offers;
        let open = offers.iter().filter(|offer| offer.is_open()).count();
        // More than these are dropped: who introduces that much does not need to be heard.
        if open >= MAX_OFFERS || offers.iter().any(|offer| offer.id == id) {
            return Ok(());
        }
        if offers.len() >= MAX_REMEMBERED
            && let Some(oldest) = offers.iter().position(|offer| !offer.is_open())
        {
            offers.remove(oldest);
            self.drop_invitations(by, turn)?;
        }
        let offers = &mut self.contact_mut(by)?.relation.extras.offers;
        offers.push(Offer {
            id,
            name,
            came: turn.now.wall,
            state: OfferState::Open,
            owed: false,
        });
        self.save_relation(by, turn)?;
        turn.step.event(Event::Introductions);
        Ok(())
    }

    /// An offer to which we said yes and of which nothing has come yet: its place, and what we call the other.
    fn agreed(&self, by: ContactId, id: IntroductionId) -> Option<(usize, Option<String>, String)> {
        let offers = &self.contacts.get(&by)?.relation.extras.offers;
        let found = |(at, offer): (usize, &Offer)| match &offer.state {
            OfferState::Agreed(name) if offer.id == id => {
                Some((at, name.clone(), offer.name.clone()))
            }
            _ => None,
        };
        offers.iter().enumerate().find_map(found)
    }

    /// Both said yes, and we are the one who makes the invitation.
    pub(super) fn invite_introduced(
        &mut self,
        by: ContactId,
        id: IntroductionId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some((at, pet_name, _)) = self.agreed(by, id) else {
            return Ok(());
        };
        if self.invitations.len() >= MAX_INVITATIONS {
            return self.set_offer(by, at, OfferState::Failed, turn);
        }
        let offers = &self.contact_mut(by)?.relation.extras.offers;
        // What comes by it later would have to be decided about, and nobody would know why it came.
        let expires = offers
            .get(at)
            .map(|offer| offer.came + INTRODUCTION_SECONDS);
        self.make_invitation(true, expires, Some((by, id)), turn)?;
        self.set_offer(by, at, OfferState::Invited(pet_name), turn)?;
        self.send_invitation(by, at, id, turn)
    }

    /// Says the invitation that was made for an offer, if it can be said.
    pub(super) fn send_invitation(
        &mut self,
        by: ContactId,
        at: usize,
        id: IntroductionId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let mut made = self.invitations.values();
        let made = made.find(|invite| invite.introduced == Some((by, id)));
        let Some(invitation) = made.map(|invite| Box::new(invite.invitation())) else {
            // The owner closed it meanwhile.
            return self.set_offer(by, at, OfferState::Failed, turn);
        };
        let step = IntroductionStep::Invitation(invitation);
        let said = self.reply_step(by, id, step, turn)?;
        let offer = self.contact_mut(by)?.relation.extras.offers.get_mut(at);
        let Some(offer) = offer.filter(|offer| offer.owed == said) else {
            return Ok(());
        };
        offer.owed = !said;
        self.save_relation(by, turn)
    }

    /// Destroys invitations that were made for an introduction which is forgotten.
    pub(super) fn drop_invitations(
        &mut self,
        by: ContactId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let offers = self.contacts.get(&by).map(|c| &c.relation.extras.offers);
        let is_known = |id| offers.is_some_and(|offers| offers.iter().any(|offer| offer.id == id));
        let forgotten: Vec<u64> = self
            .invitations
            .values()
            .filter(|invite| {
                invite
                    .introduced
                    .is_some_and(|(of, id)| of == by && !is_known(id))
            })
            .map(|invite| invite.number)
            .collect();
        for number in forgotten {
            self.destroy_invitation(number, turn)?;
        }
        Ok(())
    }

    /// The other one's invitation came: we knock.
    pub(super) fn knock_introduced(
        &mut self,
        by: ContactId,
        id: IntroductionId,
        invitation: &Invitation,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some((at, pet_name, name)) = self.agreed(by, id) else {
            return Ok(());
        };
        let mut own = self.invitations.values();
        let own = own.any(|invite| invite.seed.onion_key() == invitation.door);
        let mut pending = self.contacts.values().filter_map(Contact::outgoing);
        let pending = pending.clone().count() >= MAX_PENDING
            || pending.any(|outgoing| outgoing.invitation == invitation.hash());
        if own || pending {
            return self.set_offer(by, at, OfferState::Failed, turn);
        }
        let mut relation = match self.new_request(invitation, pet_name.as_deref(), "", turn) {
            Ok(relation) => relation,
            Err(Refusal::Bug(bug)) => return Err(bug),
            Err(_) => return self.set_offer(by, at, OfferState::Failed, turn),
        };
        let contact = relation.id;
        relation.extras.introduced = Some(Introduced { by, name });
        self.add_contact(relation, turn)?;
        self.set_offer(by, at, OfferState::Led(contact), turn)?;
        turn.step.doors_changed();
        turn.step.dials_changed();
        turn.step.event(Event::ContactChanged(contact));
        Ok(())
    }

    /// A request came in by an invitation that was made for an introduction: we said yes to it before. `false`: it
    /// still has to be decided about.
    pub(in crate::profile) fn accept_introduced(
        &mut self,
        contact: ContactId,
        (by, id): (ContactId, IntroductionId),
        turn: &mut Turn<'_>,
    ) -> Result<bool, Bug> {
        let offers = self.contacts.get(&by).map(|c| &c.relation.extras.offers);
        let offers = offers.into_iter().flatten().enumerate();
        let invited = |(at, offer): (usize, &Offer)| match &offer.state {
            OfferState::Invited(pet_name) if offer.id == id => {
                Some((at, pet_name.clone(), offer.name.clone()))
            }
            _ => None,
        };
        let Some((at, pet_name, name)) = offers.map(invited).find_map(|found| found) else {
            return Ok(false);
        };
        let relation = &mut self.contact_mut(contact)?.relation;
        relation.extras.introduced = Some(Introduced { by, name });
        relation.pet_name = pet_name;
        self.save_relation(contact, turn)?;
        match self.accept_request(contact, turn) {
            Ok(()) => {
                self.set_offer(by, at, OfferState::Led(contact), turn)?;
                Ok(true)
            }
            Err(Refusal::Bug(bug)) => Err(bug),
            // Their keys cannot be used. The owner sees a request that cannot be accepted.
            Err(_) => Ok(false),
        }
    }
}
