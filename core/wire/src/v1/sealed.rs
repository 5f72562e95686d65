//! The layouts around an Olm message: the seal's inside (D6.2) and the Olm plaintext's header
//! (D6.3). The encryption itself is the protocol's.

use zeroize::Zeroizing;

use crate::PairId;

use super::frame::{FrameSize, MAX_PARCEL};

/// Who of the two sent the contact request (D1.4).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
pub enum Role {
    /// The requester.
    A,
    /// The acceptor.
    B,
}

impl Role {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The byte that stands for it in derivations.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::A => b'A',
            Self::B => b'B',
        }
    }

    /// The direction of what this role sends.
    #[must_use]
    pub const fn sends(self) -> Direction {
        match self {
            Self::A => Direction::AToB,
            Self::B => Direction::BToA,
        }
    }
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Direction {
    /// From the requester to the acceptor.
    AToB = 1,
    /// From the acceptor to the requester.
    BToA = 2,
}

impl Direction {
    /// The three ASCII bytes that stand for it in derivations.
    #[must_use]
    pub const fn label(self) -> &'static [u8; 3] {
        match self {
            Self::AToB => b"A>B",
            Self::BToA => b"B>A",
        }
    }
}

/// Nonce and tag of the seal, in bytes.
const SEAL_OVERHEAD: usize = 24 + 16;
const HEADER: usize = 4 + 1 + 4;
/// The longest Olm message that fits a parcel, in bytes.
pub const MAX_OLM: usize = MAX_PARCEL - SEAL_OVERHEAD - HEADER - 1024;

/// What the seal hides: offset(4) ∥ Olm type(1) ∥ length(4) ∥ Olm bytes ∥ zeros up to a whole
/// number of chat frames.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedBody {
    /// Seconds between the writing of the message and this transmission (D13).
    pub offset: u32,
    /// 0: Olm pre-key message, 1: normal.
    pub olm_type: u8,
    /// The Olm message.
    pub olm: Vec<u8>,
}

impl std::fmt::Debug for SealedBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedBody({} B)", self.olm.len())
    }
}

/// Why the inside of a seal is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Cut off, or a length that does not fit.
    #[error("the sealed body is malformed")]
    Malformed,
    /// Longer than [`MAX_OLM`].
    #[error("the Olm message is too long")]
    TooLong,
    /// The padding is not zero.
    #[error("the padding of the sealed body is not zero")]
    Padding,
}

impl SealedBody {
    /// The plaintext of the seal, padded so that nonce, plaintext and tag fill whole chat frames.
    ///
    /// # Errors
    /// [`SealedError::TooLong`] beyond [`MAX_OLM`].
    pub fn encode(&self) -> Result<Zeroizing<Vec<u8>>, SealedError> {
        if self.olm.len() > MAX_OLM {
            return Err(SealedError::TooLong);
        }
        let payload = FrameSize::Chat.payload();
        let least = SEAL_OVERHEAD + HEADER + self.olm.len();
        let length = least.div_ceil(payload) * payload - SEAL_OVERHEAD;
        let mut bytes = Zeroizing::new(Vec::with_capacity(length));
        bytes.extend_from_slice(&self.offset.to_be_bytes());
        bytes.push(self.olm_type);
        bytes.extend_from_slice(&(self.olm.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&self.olm);
        bytes.resize(length, 0);
        Ok(bytes)
    }

    /// Reads the plaintext of a seal.
    ///
    /// # Errors
    /// See [`SealedError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, SealedError> {
        let (offset, rest) = bytes.split_first_chunk().ok_or(SealedError::Malformed)?;
        let (&olm_type, rest) = rest.split_first().ok_or(SealedError::Malformed)?;
        let (length, rest) = rest.split_first_chunk().ok_or(SealedError::Malformed)?;
        let length = u32::from_be_bytes(*length) as usize;
        if length > MAX_OLM {
            return Err(SealedError::TooLong);
        }
        let (olm, padding) = rest
            .split_at_checked(length)
            .ok_or(SealedError::Malformed)?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(SealedError::Padding);
        }
        Ok(Self {
            offset: u32::from_be_bytes(*offset),
            olm_type,
            olm: olm.to_vec(),
        })
    }
}

/// The plaintext of every Olm message: pair(16) ∥ direction(1) ∥ generation(4) ∥ sequence(8) ∥
/// an encoded [`super::Inside`] (D6.3).
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// The relationship.
    pub pair: PairId,
    /// Which way it goes.
    pub direction: Direction,
    /// The sender's generation (D12).
    pub generation: u32,
    /// Counts the messages of this direction from 1.
    pub sequence: u64,
    /// An encoded [`super::Inside`].
    pub inside: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter(#{}, {} B)", self.sequence, self.inside.len())
    }
}

/// Why an Olm plaintext is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LetterError {
    /// Shorter than its header.
    #[error("the message is shorter than its header")]
    Short,
    /// Neither direction.
    #[error("unknown direction {0}")]
    Direction(u8),
    /// Sequences begin at 1.
    #[error("sequence number 0")]
    Sequence,
}

impl Letter {
    /// The bytes to encrypt.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(29 + self.inside.len()));
        bytes.extend_from_slice(self.pair.as_bytes());
        bytes.push(self.direction as u8);
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        bytes.extend_from_slice(&self.sequence.to_be_bytes());
        bytes.extend_from_slice(&self.inside);
        bytes
    }

    /// Reads decrypted bytes.
    ///
    /// # Errors
    /// See [`LetterError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, LetterError> {
        let (pair, rest) = bytes.split_first_chunk().ok_or(LetterError::Short)?;
        let (&direction, rest) = rest.split_first().ok_or(LetterError::Short)?;
        let direction = match direction {
            1 => Direction::AToB,
            2 => Direction::BToA,
            other => return Err(LetterError::Direction(other)),
        };
        let (generation, rest) = rest.split_first_chunk().ok_or(LetterError::Short)?;
        let (sequence, inside) = rest.split_first_chunk().ok_or(LetterError::Short)?;
        let sequence = u64::from_be_bytes(*sequence);
        if sequence == 0 {
            return Err(LetterError::Sequence);
        }
        Ok(Self {
            pair: PairId::from_bytes(*pair),
            direction,
            generation: u32::from_be_bytes(*generation),
            sequence,
            inside: Zeroizing::new(inside.to_vec()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_body_fills_whole_frames_and_round_trips() {
        for length in [0, 1, 907, 908, 5_000, MAX_OLM] {
            let body = SealedBody {
                offset: 7,
                olm_type: 1,
                olm: vec![9; length],
            };
            let bytes = body.encode().expect("fits");
            assert_eq!((bytes.len() + SEAL_OVERHEAD) % 956, 0);
            assert!(bytes.len() + SEAL_OVERHEAD <= MAX_PARCEL);
            assert_eq!(SealedBody::decode(&bytes), Ok(body));
        }
    }

    #[test]
    fn malformed_bodies_and_letters_are_refused() {
        assert_eq!(SealedBody::decode(&[0; 8]), Err(SealedError::Malformed));
        assert_eq!(
            SealedBody::decode(&[0, 0, 0, 0, 1, 0xff, 0, 0, 0]),
            Err(SealedError::TooLong)
        );
        assert_eq!(
            SealedBody::decode(&[0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
            Err(SealedError::Padding)
        );
        let letter = Letter {
            pair: PairId::from_bytes([1; 16]),
            direction: Direction::BToA,
            generation: 2,
            sequence: 3,
            inside: Zeroizing::new(vec![4]),
        };
        let mut bytes = letter.encode();
        assert_eq!(Letter::decode(&bytes), Ok(letter));
        assert_eq!(Letter::decode(&bytes[..28]), Err(LetterError::Short));
        bytes[28] = 0;
        assert_eq!(Letter::decode(&bytes), Err(LetterError::Sequence));
        bytes[16] = 9;
        assert_eq!(Letter::decode(&bytes), Err(LetterError::Direction(9)));
    }
}
