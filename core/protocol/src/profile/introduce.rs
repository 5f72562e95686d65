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
//! is known here has no effect, whoever sends it; everything is over 14 days after the offer. A step that cannot be said,
//! because too much waits for the contact, is kept and said later.

mod ending;
mod making;
mod offered;
mod state;

use rand::CryptoRng;
use undertone_wire::v1::{Introduction, IntroductionStep, Kind};
use undertone_wire::{ContactId, IntroductionId};

use crate::event::Event;
use crate::limits::{INTRODUCTION_SECONDS, MAX_INTRODUCTIONS};
use crate::relation::Stage;
use crate::step::{Bug, Fault, Now, Step, Turn};

use self::state::OfferState;
pub use self::state::{Introduced, IntroductionStage, IntroductionState};
pub(crate) use self::state::{Introducing, Offer};
use super::Profile;
use super::commands::{Refusal, check_name};

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
                owed: None,
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

    /// The same where it follows from what came. `false`: the contact cannot be told at the moment.
    fn reply_step(
        &mut self,
        to: ContactId,
        id: IntroductionId,
        step: IntroductionStep,
        turn: &mut Turn<'_>,
    ) -> Result<bool, Bug> {
        if self.listener(to, 0).is_err() {
            return Ok(false);
        }
        match self.say_step(to, id, step, turn) {
            Ok(()) => Ok(true),
            Err(Refusal::Bug(bug)) => Err(bug),
            Err(_) => Err(Bug("a step of an introduction cannot be encoded")),
        }
    }

    /// Says what could not be said before.
    pub(super) fn say_owed_steps(&mut self, turn: &mut Turn<'_>) -> Result<(), Bug> {
        for at in 0..self.record.introductions.len() {
            self.say_owed(at, turn)?;
        }
        let owed = self.contacts.values().flat_map(|contact| {
            let offers = contact.relation.extras.offers.iter().enumerate();
            let owed = offers.filter(|(_, offer)| offer.owed);
            owed.map(|(at, offer)| (contact.relation.id, at, offer.id))
        });
        let owed: Vec<_> = owed.collect();
        for (by, at, id) in owed {
            self.send_invitation(by, at, id, turn)?;
        }
        Ok(())
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
            offer.owed = false;
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
}
