//! Introductions as they are stored, and as their owner sees them.

use serde::{Deserialize, Serialize};
use undertone_wire::{ContactId, IntroductionId};
use zeroize::Zeroizing;

use crate::relation::zeroizing_bytes;

/// An introduction that we make.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Introducing {
    pub(super) id: IntroductionId,
    /// Who is asked for the invitation, and who gets it.
    pub(super) pair: [ContactId; 2],
    pub(super) answers: [Option<bool>; 2],
    /// The invitation was passed on.
    pub(super) passed: bool,
    /// Seconds since 1970.
    pub(super) began: u64,
    /// What is to be said next and could not be yet.
    #[serde(default)]
    pub(super) owed: Option<Owed>,
}

/// A step of ours that waits because too much waits for the contact, or because it goes on with another copy of this profile.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum Owed {
    /// To the first: both said yes.
    Ready,
    /// To the second: this invitation, as text.
    Invitation(#[serde(with = "zeroizing_bytes")] Zeroizing<Vec<u8>>),
}

/// An introduction that a contact offers us.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(super) id: IntroductionId,
    /// What they call the other one.
    pub(super) name: String,
    /// Seconds since 1970.
    pub(super) came: u64,
    pub(super) state: OfferState,
    /// Our invitation was made and could not be said yet.
    #[serde(default)]
    pub(super) owed: bool,
}

/// What became of an offer.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum OfferState {
    Open,
    Declined,
    /// And what the owner calls the other one.
    Agreed(Option<String>),
    /// The same; our invitation for it is on its way.
    Invited(Option<String>),
    /// Somebody came of it.
    Led(ContactId),
    Failed,
}

/// Through whom somebody became a contact.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Introduced {
    /// The contact who introduced them.
    pub by: ContactId,
    /// What that contact calls them.
    pub name: String,
}

impl std::fmt::Debug for Introduced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Introduced({})", self.by)
    }
}

/// How far an introduction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntroductionStage {
    /// Offered to us, not decided.
    Offered,
    /// We said yes, the other one has not been heard of.
    Agreed,
    /// We said no; of one that we make: somebody said no.
    Declined,
    /// This contact came of it.
    Led(ContactId),
    /// It came to nothing: too many invitations or requests are open here, or it was an invitation of our own.
    Failed,
    /// We make it, and wait for answers.
    Asked,
    /// We make it, both said yes, and the invitation is to come.
    BothAgreed,
    /// We made it: the invitation was passed on.
    PassedOn,
}

/// An introduction as its owner sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct IntroductionState {
    /// Which one; not unique among different contacts, who draw it.
    pub id: IntroductionId,
    /// Who offers it; `None`: we make it.
    pub by: Option<ContactId>,
    /// What they call the other one.
    pub name: Option<String>,
    /// The two whom we introduce, and what they answered.
    pub between: Option<[(ContactId, Option<bool>); 2]>,
    /// How far it is.
    pub stage: IntroductionStage,
    /// When it is over, seconds since 1970.
    pub ends: u64,
}

impl std::fmt::Debug for IntroductionState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IntroductionState({}, {:?})", self.id, self.stage)
    }
}

impl Introducing {
    pub(super) fn stage(&self) -> IntroductionStage {
        match self.answers {
            _ if self.passed => IntroductionStage::PassedOn,
            [Some(false), _] | [_, Some(false)] => IntroductionStage::Declined,
            [Some(true), Some(true)] => IntroductionStage::BothAgreed,
            _ => IntroductionStage::Asked,
        }
    }

    /// Whether something can still come of it.
    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.stage(),
            IntroductionStage::Asked | IntroductionStage::BothAgreed
        )
    }

    pub(super) fn side(&self, contact: ContactId) -> Option<usize> {
        self.pair.iter().position(|one| *one == contact)
    }
}

impl Offer {
    pub(super) const fn stage(&self) -> IntroductionStage {
        match self.state {
            OfferState::Open => IntroductionStage::Offered,
            OfferState::Declined => IntroductionStage::Declined,
            OfferState::Agreed(_) | OfferState::Invited(_) => IntroductionStage::Agreed,
            OfferState::Led(contact) => IntroductionStage::Led(contact),
            OfferState::Failed => IntroductionStage::Failed,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        matches!(
            self.state,
            OfferState::Open | OfferState::Agreed(_) | OfferState::Invited(_)
        )
    }
}
