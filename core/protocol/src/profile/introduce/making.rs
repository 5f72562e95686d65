//! Introductions that we make: what the two answer, and what is passed on.

use undertone_wire::v1::{IntroductionStep, Invitation};
use zeroize::Zeroizing;

use crate::event::Event;
use crate::step::{Bug, Turn};

use super::super::Profile;
use super::IntroductionStage;
use super::state::Owed;

impl Profile {
    /// One of the two whom we introduce answers. What one says the other does not hear.
    pub(super) fn answered(
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
        if one.stage() == IntroductionStage::BothAgreed {
            one.owed = Some(Owed::Ready);
        }
        self.save_profile(turn)?;
        turn.step.event(Event::Introductions);
        self.say_owed(at, turn)
    }

    /// The invitation that we asked for goes to the other one, once.
    pub(super) fn pass_on(
        &mut self,
        at: usize,
        invitation: Box<Invitation>,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let Some(one) = self.record.introductions.get_mut(at) else {
            return Ok(());
        };
        // One that comes unasked, or again.
        if one.stage() != IntroductionStage::BothAgreed || one.owed.is_some() {
            return Ok(());
        }
        let text = Zeroizing::new(invitation.to_string().into_bytes());
        one.owed = Some(Owed::Invitation(text));
        self.save_profile(turn)?;
        turn.step.event(Event::Introductions);
        self.say_owed(at, turn)
    }

    /// Says what is next in an introduction that we make, if it can be said.
    pub(super) fn say_owed(&mut self, at: usize, turn: &mut Turn<'_>) -> Result<(), Bug> {
        let Some(one) = self.record.introductions.get(at) else {
            return Ok(());
        };
        let (id, [first, second]) = (one.id, one.pair);
        let (to, step) = match &one.owed {
            None => return Ok(()),
            Some(Owed::Ready) => (first, IntroductionStep::Ready),
            Some(Owed::Invitation(text)) => {
                let text = std::str::from_utf8(text).ok();
                let invitation = text.and_then(|text| text.parse().ok());
                let invitation = invitation.ok_or(Bug("a stored invitation"))?;
                (second, IntroductionStep::Invitation(Box::new(invitation)))
            }
        };
        if !self.reply_step(to, id, step, turn)? {
            return Ok(());
        }
        if let Some(one) = self.record.introductions.get_mut(at) {
            one.passed |= matches!(one.owed.take(), Some(Owed::Invitation(_)));
        }
        self.save_profile(turn)?;
        turn.step.event(Event::Introductions);
        Ok(())
    }
}
