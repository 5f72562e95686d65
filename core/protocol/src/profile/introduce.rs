//! Introductions: somebody who knows two contacts brings them together. Both say yes before either's address
//! exists; then one of the two makes an invitation for one person, and the introducer passes it on.
//!
//! ```text
//! B <- offer("Carol") - A - offer("Bob") -> C
//! B -- answer(yes) ---> A <--- answer(yes) -- C
//! B <- ready ---------- A
//! B -- invitation ----> A ---- invitation --> C      C knocks, B's program lets them in
//! ```
//!
//! The introducer could take either's place: the new contact is marked as introduced and is not verified. The name
//! that the introducer gave is shown as theirs and is never used as a name. A step that does not follow from what
//! is known here has no effect, whoever sends it; everything is over 14 days after the offer.

mod state;

use rand::CryptoRng;
use undertone_wire::v1::{Introduction, IntroductionStep, Invitation, Kind};
use undertone_wire::{ContactId, IntroductionId};

use crate::event::Event;
use crate::limits::{
    INTRODUCTION_SECONDS, MAX_INTRODUCTIONS, MAX_INVITATIONS, MAX_OFFERS, MAX_PENDING,
};
use crate::link::DoorName;
use crate::relation::Stage;
use crate::step::{Bug, Effect, Fault, Now, Step, Turn};

use self::state::OfferState;
pub use self::state::{Introduced, IntroductionStage, IntroductionState};
pub(crate) use self::state::{Introducing, Offer};
use super::commands::{Refusal, check_name};
use super::{Contact, Profile};

/// Offers of one contact that are remembered, so that none is shown twice.
const MAX_REMEMBERED: usize = 32;

impl Profile {
    /// All introductions: offered to us, and made by us.
    #[must_use]
    pub fn introductions(&self) -> Vec<IntroductionState> {
        let offered = self.contacts.values().flat_map(|contact| {
            let by = contact.relation.id;
            let state = move |offer: &Offer| IntroductionState {
                id: offer.id,
                by: Some(by),
                name: Some(offer.name.clone()),
                between: None,
                stage: offer.stage(),
                ends: offer.came + INTRODUCTION_SECONDS,
            };
            contact.relation.extras.offers.iter().map(state)
        });
        let made = self.record.introductions.iter().map(|one| {
            let [first, second] = one.pair;
            IntroductionState {
                id: one.id,
                by: None,
                name: None,
                between: Some([(first, one.answers[0]), (second, one.answers[1])]),
                stage: one.stage(),
                ends: one.began + INTRODUCTION_SECONDS,
            }
        });
        offered.chain(made).collect()
    }

    /// Offers two contacts to introduce them to each other. Each is told the name that is given for the other, and
    /// nothing else.
    ///
    /// # Errors
    /// [`Refusal::Introduction`] for somebody and themselves, or two for whom one is under way; [`Refusal::Name`],
    /// [`Refusal::TooMany`], and those of every message.
    pub fn introduce(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        pair: [(ContactId, &str); 2],
    ) -> Result<(Step, IntroductionId), Refusal> {
        let [(first, first_name), (second, second_name)] = pair;
        for (id, name) in pair {
            let contact = self.listener(id, name.len())?;
            if !matches!(contact.relation.stage, Stage::Accepted(_)) {
                return Err(Refusal::WrongStage(contact.relation.stage_name()));
            }
            check_name(name)?;
        }
        let known = &self.record.introductions;
        let same = |one: &&Introducing| {
            one.is_open() && one.side(first).is_some() && one.side(second).is_some()
        };
        if first == second || known.iter().any(|one| same(&one)) {
            return Err(Refusal::Introduction);
        }
        if known.len() >= MAX_INTRODUCTIONS {
            return Err(Refusal::TooMany);
        }
        self.command(now, rng, |profile, turn| {
            let id = IntroductionId::from_bytes(turn.random());
            profile.record.introductions.push(Introducing {
                id,
                pair: [first, second],
                answers: [None, None],
                passed: false,
                began: turn.now.wall,
            });
            profile.save_profile(turn)?;
            let offer = |name: &str| IntroductionStep::Offer(name.to_owned());
            profile.say_step(first, id, offer(second_name), turn)?;
            profile.say_step(second, id, offer(first_name), turn)?;
            turn.step.event(Event::Introductions);
            Ok(id)
        })
    }

    /// Answers an introduction that a contact offers. `pet_name`: what we will call the other one.
    ///
    /// # Errors
    /// [`Refusal::NoSuchIntroduction`] unless it waits for a decision, [`Refusal::Name`], and those of every message.
    pub fn answer_introduction(
        &mut self,
        now: Now,
        rng: &mut dyn CryptoRng,
        by: ContactId,
        id: IntroductionId,
        accept: bool,
        pet_name: Option<&str>,
    ) -> Result<Step, Refusal> {
        let offers = &self.known(by)?.relation.extras.offers;
        let open = |offer: &Offer| offer.id == id && matches!(offer.state, OfferState::Open);
        let at = offers.iter().position(open);
        let at = at.ok_or(Refusal::NoSuchIntroduction)?;
        pet_name.map_or(Ok(()), check_name)?;
        self.listener(by, 0)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let state = if accept {
                OfferState::Agreed(pet_name.map(str::to_owned))
            } else {
                OfferState::Declined
            };
            profile.set_offer(by, at, state, turn)?;
            profile.say_step(by, id, IntroductionStep::Answer(accept), turn)
        })?;
        Ok(step)
    }

    fn say_step(
        &mut self,
        to: ContactId,
        id: IntroductionId,
        step: IntroductionStep,
        turn: &mut Turn<'_>,
    ) -> Result<(), Refusal> {
        self.say(to, Kind::Introduction(Introduction { id, step }), turn)?;
        Ok(())
    }

    /// The same where it is an answer to what came: a contact that cannot be told any more has not to know.
    fn reply_step(
        &mut self,
        to: ContactId,
        id: IntroductionId,
        step: IntroductionStep,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        if self.listener(to, 0).is_err() {
            return Ok(());
        }
        match self.say_step(to, id, step, turn) {
            Ok(()) => Ok(()),
            Err(Refusal::Bug(bug)) => Err(bug),
            Err(_) => Err(Bug("a step of an introduction cannot be encoded")),
        }
    }

    fn set_offer(
        &mut self,
        by: ContactId,
        at: usize,
        state: OfferState,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        if let Some(offer) = self.contact_mut(by)?.relation.extras.offers.get_mut(at) {
            offer.state = state;
        }
        self.save_relation(by, turn)?;
        turn.step.event(Event::Introductions);
        Ok(())
    }

    /// A contact takes a step.
    pub(super) fn introduction_arrived(
        &mut self,
        from: ContactId,
        introduction: Introduction,
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let Introduction { id, step } = introduction;
        let ours = self.record.introductions.iter();
        let ours = ours
            .enumerate()
            .find_map(|(at, one)| (one.id == id).then_some((at, one.side(from)?)));
        match (step, ours) {
            (IntroductionStep::Offer(name), None) => self.offered(from, id, name, turn)?,
            (IntroductionStep::Answer(accepted), Some((at, side))) => {
                self.answered(at, side, accepted, turn)?;
            }
            (IntroductionStep::Invitation(invitation), Some((at, 0))) => {
                self.pass_on(at, invitation, turn)?;
            }
            (IntroductionStep::Ready, None) => self.invite_introduced(from, id, turn)?,
            (IntroductionStep::Invitation(invitation), None) => {
                self.knock_introduced(from, id, &invitation, turn)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn offered(
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
        }
        offers.push(Offer {
            id,
            name,
            came: turn.now.wall,
            state: OfferState::Open,
        });
        self.save_relation(by, turn)?;
        turn.step.event(Event::Introductions);
        Ok(())
    }

    /// One of the two whom we introduce answers. What one says the other does not hear.
    fn answered(
        &mut self,
        at: usize,
        side: usize,
        accepted: bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some(one) = self.record.introductions.get_mut(at) else {
            return Ok(());
        };
        let answer = &mut one.answers[side];
        if answer.is_some() {
            return Ok(());
        }
        *answer = Some(accepted);
        let (id, [first, _]) = (one.id, one.pair);
        let both = one.stage() == IntroductionStage::BothAgreed;
        self.save_profile(turn)?;
        turn.step.event(Event::Introductions);
        if both {
            self.reply_step(first, id, IntroductionStep::Ready, turn)?;
        }
        Ok(())
    }

    /// The invitation that we asked for goes to the other one, once.
    fn pass_on(
        &mut self,
        at: usize,
        invitation: Box<Invitation>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some(one) = self.record.introductions.get_mut(at) else {
            return Ok(());
        };
        if one.stage() != IntroductionStage::BothAgreed {
            return Ok(());
        }
        one.passed = true;
        let (id, [_, second]) = (one.id, one.pair);
        self.save_profile(turn)?;
        turn.step.event(Event::Introductions);
        self.reply_step(second, id, IntroductionStep::Invitation(invitation), turn)
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
    fn invite_introduced(
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
        let expires = turn.now.wall + INTRODUCTION_SECONDS;
        let number = self.make_invitation(true, Some(expires), Some((by, id)), turn)?;
        self.set_offer(by, at, OfferState::Invited(pet_name), turn)?;
        let invite = self.invitations.get(&number);
        let invite = invite.ok_or(Bug("an invitation that was just made"))?;
        let step = IntroductionStep::Invitation(Box::new(invite.invitation()));
        self.reply_step(by, id, step, turn)
    }

    /// The other one's invitation came: we knock.
    fn knock_introduced(
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
    pub(super) fn accept_introduced(
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

    /// Forgets what a contact has to do with introductions: it is blocked. A request that it led to is given up: whoever
    /// passed the invitation on knows the door that is knocked at, and may have made it.
    pub(super) fn forget_introductions(
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
    pub(super) fn led_by(&self, introducer: ContactId) -> Vec<ContactId> {
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
    pub(super) fn is_withheld(&self, contact: &Contact) -> bool {
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
    pub(super) fn introduction_ends(&self) -> impl Iterator<Item = u64> {
        let made = self.record.introductions.iter().map(|one| one.began);
        let offered = self.contacts.values();
        let offered = offered.flat_map(|c| c.relation.extras.offers.iter().map(|offer| offer.came));
        made.chain(offered).map(|at| at + INTRODUCTION_SECONDS)
    }

    /// Forgets introductions whose time is over.
    pub(super) fn expire_introductions(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
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
