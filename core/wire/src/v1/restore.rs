//! What two contacts say to each other when one of them was restored from an export (D12.2): both
//! travel as parcels of a chat link and are hashed as they travelled.

use prost::Message as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{CopyProof, OnionKey, X25519Public};

use super::flight::{KEM_CIPHERTEXT, KEM_KEY};
use super::messages::{MAX_HASHED, MessageError, array, boxed};

/// The highest generation: it travels in the upper bits of dial counters, too.
pub const MAX_GENERATION: u32 = (1 << 10) - 1;

/// A restored copy begins anew with a contact.
#[derive(Clone, PartialEq, Eq)]
pub struct Restore {
    /// One more than that of the exported copy, at most [`MAX_GENERATION`].
    pub generation: u32,
    /// The new Olm identity key.
    pub olm: X25519Public,
    /// One Olm one-time key.
    pub one_time_key: X25519Public,
    /// An ML-KEM-768 encapsulation key.
    pub kem: Box<[u8; KEM_KEY]>,
    /// `r`.
    pub random: Zeroizing<[u8; 32]>,
    /// The contact door of the addressee as the export has it.
    pub door: Option<OnionKey>,
    /// What the addressee shows to older copies.
    pub proof: CopyProof,
}

impl std::fmt::Debug for Restore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Restore({})", self.generation)
    }
}

/// The answer to a [`Restore`]: the same one to every repeat of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Restored {
    /// The generation of the one who answers.
    pub generation: u32,
    /// Its Olm identity key.
    pub olm: X25519Public,
    /// ML-KEM-768 ciphertext.
    pub ciphertext: Box<[u8; KEM_CIPHERTEXT]>,
    /// `r'`.
    pub random: Zeroizing<[u8; 32]>,
    /// The handshake hash of the link on which the [`Restore`] came first.
    pub link: [u8; 32],
    /// The contact door of the restored copy as the one who answers knows it.
    pub door: Option<OnionKey>,
    /// The same for the generation of the one who answers.
    pub proof: CopyProof,
}

impl std::fmt::Debug for Restored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Restored({})", self.generation)
    }
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawRestore {
    #[prost(uint32, tag = "1")]
    generation: u32,
    #[prost(bytes = "vec", tag = "2")]
    olm: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    one_time_key: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    kem: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    random: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    door: Vec<u8>,
    #[prost(bytes = "vec", tag = "7")]
    proof: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message, Zeroize, ZeroizeOnDrop)]
struct RawRestored {
    #[prost(uint32, tag = "1")]
    generation: u32,
    #[prost(bytes = "vec", tag = "2")]
    olm: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    ciphertext: Vec<u8>,
    #[prost(bytes = "vec", tag = "4")]
    random: Vec<u8>,
    #[prost(bytes = "vec", tag = "5")]
    link: Vec<u8>,
    #[prost(bytes = "vec", tag = "6")]
    door: Vec<u8>,
    #[prost(bytes = "vec", tag = "7")]
    proof: Vec<u8>,
}

fn door_bytes(door: &Option<OnionKey>) -> Vec<u8> {
    door.as_ref()
        .map(|door| door.as_bytes().to_vec())
        .unwrap_or_default()
}

fn read_door(bytes: &[u8]) -> Result<Option<OnionKey>, MessageError> {
    (!bytes.is_empty())
        .then(|| OnionKey::try_from(bytes))
        .transpose()
        .map_err(MessageError::Key)
}

fn check_generation(generation: u32, lowest: u32) -> Result<u32, MessageError> {
    if (lowest..=MAX_GENERATION).contains(&generation) {
        Ok(generation)
    } else {
        Err(MessageError::Generation)
    }
}

impl Restore {
    /// The bytes to send and to hash.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let raw = RawRestore {
            generation: self.generation,
            olm: self.olm.as_bytes().to_vec(),
            one_time_key: self.one_time_key.as_bytes().to_vec(),
            kem: self.kem.to_vec(),
            random: self.random.to_vec(),
            door: door_bytes(&self.door),
            proof: self.proof.as_bytes().to_vec(),
        };
        Zeroizing::new(raw.encode_to_vec())
    }

    /// Reads and checks received bytes.
    ///
    /// # Errors
    /// See [`MessageError`]; low-order keys, a generation out of range and more than 4,096 bytes are
    /// refused here.
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        if bytes.len() > MAX_HASHED {
            return Err(MessageError::TooLong);
        }
        let raw = RawRestore::decode(bytes).map_err(|_| MessageError::Malformed)?;
        Ok(Self {
            generation: check_generation(raw.generation, 1)?,
            olm: X25519Public::try_from(raw.olm.as_slice())?,
            one_time_key: X25519Public::try_from(raw.one_time_key.as_slice())?,
            kem: boxed(&raw.kem)?,
            random: Zeroizing::new(array(&raw.random)?),
            door: read_door(&raw.door)?,
            proof: CopyProof::from_bytes(array(&raw.proof)?),
        })
    }
}

impl Restored {
    /// The bytes to send and to hash.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let raw = RawRestored {
            generation: self.generation,
            olm: self.olm.as_bytes().to_vec(),
            ciphertext: self.ciphertext.to_vec(),
            random: self.random.to_vec(),
            link: self.link.to_vec(),
            door: door_bytes(&self.door),
            proof: self.proof.as_bytes().to_vec(),
        };
        Zeroizing::new(raw.encode_to_vec())
    }

    /// Reads and checks received bytes.
    ///
    /// # Errors
    /// As for [`Restore::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, MessageError> {
        if bytes.len() > MAX_HASHED {
            return Err(MessageError::TooLong);
        }
        let raw = RawRestored::decode(bytes).map_err(|_| MessageError::Malformed)?;
        Ok(Self {
            generation: check_generation(raw.generation, 0)?,
            olm: X25519Public::try_from(raw.olm.as_slice())?,
            ciphertext: boxed(&raw.ciphertext)?,
            random: Zeroizing::new(array(&raw.random)?),
            link: array(&raw.link)?,
            door: read_door(&raw.door)?,
            proof: CopyProof::from_bytes(array(&raw.proof)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> X25519Public {
        X25519Public::from_bytes([byte; 32]).expect("ordinary key")
    }

    #[test]
    fn both_round_trip_and_fit_their_limit() {
        for door in [None, Some(OnionKey::from_bytes([3; 32]))] {
            let restore = Restore {
                generation: MAX_GENERATION,
                olm: key(9),
                one_time_key: key(10),
                kem: Box::new([12; KEM_KEY]),
                random: Zeroizing::new([15; 32]),
                door,
                proof: CopyProof::from_bytes([16; 32]),
            };
            let bytes = restore.encode();
            assert!(bytes.len() < MAX_HASHED);
            assert_eq!(Restore::decode(&bytes), Ok(restore));
            let restored = Restored {
                generation: 0,
                olm: key(9),
                ciphertext: Box::new([12; KEM_CIPHERTEXT]),
                random: Zeroizing::new([15; 32]),
                link: [1; 32],
                door,
                proof: CopyProof::from_bytes([16; 32]),
            };
            let bytes = restored.encode();
            assert_eq!(Restored::decode(&bytes), Ok(restored));
        }
    }
}
