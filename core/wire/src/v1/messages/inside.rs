//! What an Olm message carries: one thing each, a message of a conversation or what two programs have to tell each other.

use std::mem::take;

use prost::{Message as _, Oneof};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::X25519Public;

use super::super::flight::{KEM_CIPHERTEXT, KEM_KEY};
use super::{DoorNotice, MessageError, RawDoor, array, boxed};

/// The confirmation of the whole transcript (D4.5). A's also tells A's contact door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirm {
    /// HMAC over the transcript hash.
    pub mac: [u8; 32],
    /// The sender's contact door, where the other does not know it yet.
    pub door: Option<DoorNotice>,
}

/// The offer of a new seal key (D6.4), from A only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RekeyOffer {
    /// The epoch that would begin.
    pub epoch: u32,
    /// ML-KEM-768 encapsulation key.
    pub key: Box<[u8; KEM_KEY]>,
}

/// The answer to a [`RekeyOffer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RekeyAnswer {
    /// The epoch that begins.
    pub epoch: u32,
    /// ML-KEM-768 ciphertext.
    pub ciphertext: Box<[u8; KEM_CIPHERTEXT]>,
}

/// The most spare keys that one message hands over.
pub const MAX_SPARES: usize = 2;

/// One-time keys handed over in advance (D6.5): with one of them a new Olm session can begin without
/// asking. The newest [`MAX_SPARES`] count; earlier ones are forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpareKeys {
    /// 1 to [`MAX_SPARES`].
    pub keys: Vec<X25519Public>,
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawSpares {
    #[prost(bytes = "vec", repeated, tag = "1")]
    keys: Vec<Vec<u8>>,
}

impl SpareKeys {
    fn raw(&self) -> RawSpares {
        let keys = self.keys.iter().map(|key| key.as_bytes().to_vec());
        RawSpares {
            keys: keys.collect(),
        }
    }

    fn read(raw: &RawSpares) -> Result<Self, MessageError> {
        if raw.keys.is_empty() || raw.keys.len() > MAX_SPARES {
            return Err(MessageError::Length);
        }
        let keys = raw
            .keys
            .iter()
            .map(|key| X25519Public::try_from(key.as_slice()));
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

/// What an Olm message carries behind its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The one thing it carries.
    pub kind: InsideKind,
}

/// The kinds of [`Inside`]. `Debug` shows which one it is and nothing of what it holds.
#[derive(Clone, PartialEq, Eq)]
pub enum InsideKind {
    /// An encoded [`super::Content`], kept as it travelled.
    Content(Zeroizing<Vec<u8>>),
    /// The confirmation of the transcript.
    Confirm(Confirm),
    /// The sender's contact door moved.
    Door(DoorNotice),
    /// A new seal key is offered.
    RekeyOffer(RekeyOffer),
    /// A new seal key is taken.
    RekeyAnswer(RekeyAnswer),
    /// Spare one-time keys are handed over.
    Spares(SpareKeys),
    /// A kind that a later version knows. It is acknowledged and does nothing.
    Unknown,
}

impl std::fmt::Debug for InsideKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Content(_) => "Content(..)",
            Self::Confirm(_) => "Confirm(..)",
            Self::Door(_) => "Door(..)",
            Self::RekeyOffer(_) => "RekeyOffer(..)",
            Self::RekeyAnswer(_) => "RekeyAnswer(..)",
            Self::Spares(_) => "Spares(..)",
            Self::Unknown => "Unknown",
        })
    }
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawInside {
    #[prost(oneof = "RawInsideKind", tags = "1, 2, 3, 4, 5, 6")]
    kind: Option<RawInsideKind>,
}

#[derive(Clone, PartialEq, Oneof, Zeroize)]
enum RawInsideKind {
    #[prost(bytes, tag = "1")]
    Content(Vec<u8>),
    #[prost(message, tag = "2")]
    Confirm(RawConfirm),
    #[prost(message, tag = "3")]
    Door(RawDoor),
    #[prost(message, tag = "4")]
    RekeyOffer(RawRekey),
    #[prost(message, tag = "5")]
    RekeyAnswer(RawRekey),
    #[prost(message, tag = "6")]
    Spares(RawSpares),
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawConfirm {
    #[prost(bytes = "vec", tag = "1")]
    mac: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    door: Option<RawDoor>,
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawRekey {
    #[prost(uint32, tag = "1")]
    epoch: u32,
    #[prost(bytes = "vec", tag = "2")]
    bytes: Vec<u8>,
}

impl Inside {
    /// The bytes for [`Letter::inside`](crate::v1::Letter::inside).
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let kind = match &self.kind {
            InsideKind::Content(bytes) => Some(RawInsideKind::Content(bytes.to_vec())),
            InsideKind::Confirm(confirm) => Some(RawInsideKind::Confirm(RawConfirm {
                mac: confirm.mac.to_vec(),
                door: confirm.door.as_ref().map(DoorNotice::raw),
            })),
            InsideKind::Door(door) => Some(RawInsideKind::Door(door.raw())),
            InsideKind::RekeyOffer(offer) => Some(RawInsideKind::RekeyOffer(RawRekey {
                epoch: offer.epoch,
                bytes: offer.key.to_vec(),
            })),
            InsideKind::RekeyAnswer(answer) => Some(RawInsideKind::RekeyAnswer(RawRekey {
                epoch: answer.epoch,
                bytes: answer.ciphertext.to_vec(),
            })),
            InsideKind::Spares(spares) => Some(RawInsideKind::Spares(spares.raw())),
            InsideKind::Unknown => None,
        };
        Zeroizing::new(RawInside { kind }.encode_to_vec())
    }

    /// Reads and checks received bytes.
    ///
    /// # Errors
    /// See [`MessageError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        let mut raw = RawInside::decode(bytes).map_err(|_| MessageError::Malformed)?;
        let kind = match &mut raw.kind {
            Some(RawInsideKind::Content(bytes)) => InsideKind::Content(Zeroizing::new(take(bytes))),
            Some(RawInsideKind::Confirm(raw)) => InsideKind::Confirm(Confirm {
                mac: array(&raw.mac)?,
                door: raw.door.as_ref().map(DoorNotice::read).transpose()?,
            }),
            Some(RawInsideKind::Door(raw)) => InsideKind::Door(DoorNotice::read(raw)?),
            Some(RawInsideKind::RekeyOffer(raw)) => InsideKind::RekeyOffer(RekeyOffer {
                epoch: raw.epoch,
                key: boxed(&raw.bytes)?,
            }),
            Some(RawInsideKind::RekeyAnswer(raw)) => InsideKind::RekeyAnswer(RekeyAnswer {
                epoch: raw.epoch,
                ciphertext: boxed(&raw.bytes)?,
            }),
            Some(RawInsideKind::Spares(raw)) => InsideKind::Spares(SpareKeys::read(raw)?),
            None => InsideKind::Unknown,
        };
        Ok(Self { kind })
    }
}
