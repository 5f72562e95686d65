//! How someone introduces two contacts to each other: what travels between the introducer and each of
//! the two. Nothing of it reaches the other one before both agreed, and the two learn nothing of each other but
//! the name that the introducer gives.

use prost::Oneof;

use crate::IntroductionId;

use super::content::ContentError;
use super::invitation::Invitation;
use super::messages::{MessageError, check_nickname};

/// One step of an introduction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Which introduction.
    pub id: IntroductionId,
    /// How far it is.
    pub step: IntroductionStep,
}

/// The steps, in their order.
#[derive(Clone, PartialEq, Eq)]
pub enum IntroductionStep {
    /// From the introducer: would you like to know someone whom I call this? As long as a nickname.
    Offer(String),
    /// To the introducer: yes or no.
    Answer(bool),
    /// From the introducer to one of the two: both said yes, so make an invitation.
    Ready,
    /// A one-time invitation: from the one who made it to the introducer, and on to the other. Boxed for its size.
    Invitation(Box<Invitation>),
}

impl std::fmt::Debug for IntroductionStep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Offer(_) => "Offer(..)",
            Self::Answer(_) => "Answer(..)",
            Self::Ready => "Ready",
            Self::Invitation(_) => "Invitation(..)",
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct RawIntroduction {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(oneof = "RawStep", tags = "2, 3, 4, 5")]
    step: Option<RawStep>,
}

#[derive(Clone, PartialEq, Oneof)]
enum RawStep {
    #[prost(string, tag = "2")]
    Offer(String),
    #[prost(bool, tag = "3")]
    Answer(bool),
    #[prost(bool, tag = "4")]
    Ready(bool),
    #[prost(string, tag = "5")]
    Invitation(String),
}

impl Introduction {
    /// Whether it can be sent, and may have been received.
    pub(super) fn check(&self) -> Result<(), ContentError> {
        match &self.step {
            IntroductionStep::Offer(name) => {
                check_nickname(name)?;
                // Somebody is to be shown by it.
                if name.trim().is_empty() {
                    return Err(ContentError::Introduction);
                }
                Ok(())
            }
            IntroductionStep::Invitation(invitation) if invitation.one_time.is_none() => {
                Err(ContentError::Introduction)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn to_raw(&self) -> RawIntroduction {
        let step = match &self.step {
            IntroductionStep::Offer(name) => RawStep::Offer(name.clone()),
            IntroductionStep::Answer(accepted) => RawStep::Answer(*accepted),
            IntroductionStep::Ready => RawStep::Ready(true),
            IntroductionStep::Invitation(invitation) => RawStep::Invitation(invitation.to_string()),
        };
        RawIntroduction {
            id: self.id.as_bytes().to_vec(),
            step: Some(step),
        }
    }

    pub(super) fn from_raw(raw: RawIntroduction) -> Result<Self, ContentError> {
        let id = IntroductionId::try_from(raw.id.as_slice()).map_err(MessageError::from)?;
        let step = match raw.step.ok_or(ContentError::Introduction)? {
            RawStep::Offer(name) => IntroductionStep::Offer(name),
            RawStep::Answer(accepted) => IntroductionStep::Answer(accepted),
            RawStep::Ready(_) => IntroductionStep::Ready,
            RawStep::Invitation(text) => {
                let invitation = text.parse().map_err(|_| ContentError::Introduction)?;
                IntroductionStep::Invitation(Box::new(invitation))
            }
        };
        Ok(Self { id, step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_offered_under_a_blank_name() {
        let offer = |name: &str| Introduction {
            id: IntroductionId::from_bytes([1; 16]),
            step: IntroductionStep::Offer(name.to_owned()),
        };
        assert_eq!(offer("Amal").check(), Ok(()));
        for name in [" ", "\u{a0}\u{2003}"] {
            assert_eq!(offer(name).check(), Err(ContentError::Introduction));
        }
    }
}
