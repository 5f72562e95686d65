//! The three flights of a link handshake as they stand on the wire (D3.3–4). Only layout: the
//! Noise messages and the KEM ciphertext are bytes here.

use crate::version::MAX_OFFERED;

use super::frame::CHAT_FRAME;

/// Bytes of an ML-KEM-768 encapsulation key (FIPS 203).
pub const KEM_KEY: usize = 1_184;
/// Bytes of an ML-KEM-768 ciphertext (FIPS 203).
pub const KEM_CIPHERTEXT: usize = 1_088;
/// Bytes of Noise message 1: ephemeral key, payload of one encapsulation key, tag.
pub const MESSAGE_1: usize = 32 + KEM_KEY + 16;
/// Bytes of Noise message 2: ephemeral key, [`VersionAnswer`], tag.
pub const MESSAGE_2: usize = 32 + VersionAnswer::LENGTH + 16;
/// Bytes of Noise message 3: encrypted static key, empty payload with its tag.
pub const MESSAGE_3: usize = 48 + 16;

/// Bytes of flight 1: two frames.
pub const FLIGHT_1: usize = 2 * CHAT_FRAME;
/// Bytes of flight 2: two frames.
pub const FLIGHT_2: usize = 2 * CHAT_FRAME;
/// Bytes of flight 3, which only the XK pattern has: one frame.
pub const FLIGHT_3: usize = CHAT_FRAME;

/// What a link is for. Part of the prologue and of the dial hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Purpose {
    /// Messages between contacts.
    Chat = 1,
    /// Bulk data between contacts, on a stream of its own.
    Bulk = 2,
    /// A contact request at a knock door.
    Knock = 3,
    /// The accepting dial to a reply door.
    Accept = 4,
    /// Messages between contacts that missed a move of doors.
    Recovery = 5,
}

impl Purpose {
    /// Reads the byte; `None` for a purpose that this version does not know.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Chat,
            2 => Self::Bulk,
            3 => Self::Knock,
            4 => Self::Accept,
            5 => Self::Recovery,
            _ => return None,
        })
    }
}

/// Flight 1: count(1) ∥ versions(count) ∥ purpose(1) ∥ nonce(16) ∥ hint(16) ∥ Noise message 1 ∥
/// random padding to [`FLIGHT_1`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight1 {
    /// The versions that the dialer speaks, 1 to [`MAX_OFFERED`].
    pub versions: Vec<u8>,
    /// What the link is for.
    pub purpose: Purpose,
    /// The dial nonce (D3.7).
    pub nonce: [u8; 16],
    /// The dial hint (D3.7).
    pub hint: [u8; 16],
    /// Noise message 1.
    pub noise: Box<[u8; MESSAGE_1]>,
}

impl Flight1 {
    /// The bytes without padding; the caller adds random bytes up to [`FLIGHT_1`] with [`pad`].
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FLIGHT_1);
        bytes.push(self.versions.len() as u8);
        bytes.extend_from_slice(&self.versions);
        bytes.push(self.purpose as u8);
        bytes.extend_from_slice(&self.nonce);
        bytes.extend_from_slice(&self.hint);
        bytes.extend_from_slice(self.noise.as_slice());
        bytes
    }

    /// Reads a flight of exactly [`FLIGHT_1`] bytes. `None` for anything malformed: the listener
    /// answers every kind of garbage alike, with silence.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != FLIGHT_1 {
            return None;
        }
        let (&count, rest) = bytes.split_first()?;
        let count = usize::from(count);
        if count == 0 || count > MAX_OFFERED {
            return None;
        }
        let (versions, rest) = rest.split_at_checked(count)?;
        let (&purpose, rest) = rest.split_first()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (hint, rest) = rest.split_first_chunk()?;
        let (noise, _padding) = rest.split_first_chunk()?;
        Some(Self {
            versions: versions.to_vec(),
            purpose: Purpose::from_byte(purpose)?,
            nonce: *nonce,
            hint: *hint,
            noise: Box::new(*noise),
        })
    }
}

/// Flight 2: KEM ciphertext ∥ Noise message 2 ∥ random padding to [`FLIGHT_2`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight2 {
    /// The ML-KEM-768 ciphertext.
    pub ciphertext: Box<[u8; KEM_CIPHERTEXT]>,
    /// Noise message 2.
    pub noise: [u8; MESSAGE_2],
}

impl Flight2 {
    /// The bytes without padding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FLIGHT_2);
        bytes.extend_from_slice(self.ciphertext.as_slice());
        bytes.extend_from_slice(&self.noise);
        bytes
    }

    /// Reads a flight of exactly [`FLIGHT_2`] bytes.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != FLIGHT_2 {
            return None;
        }
        let (ciphertext, rest) = bytes.split_first_chunk()?;
        let (noise, _padding) = rest.split_first_chunk()?;
        Some(Self {
            ciphertext: Box::new(*ciphertext),
            noise: *noise,
        })
    }
}

/// The payload of Noise message 2: the version that the listener chose and its whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionAnswer {
    /// The version both will speak.
    pub chosen: u8,
    /// The lowest that the listener speaks.
    pub lowest: u8,
    /// The highest that the listener speaks.
    pub highest: u8,
}

impl VersionAnswer {
    /// Encoded length in bytes.
    pub const LENGTH: usize = 3;

    /// The bytes.
    #[must_use]
    pub const fn encode(&self) -> [u8; Self::LENGTH] {
        [self.chosen, self.lowest, self.highest]
    }

    /// Reads the bytes; `None` when the range is not one or does not hold the choice.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let &[chosen, lowest, highest] = bytes else {
            return None;
        };
        (lowest <= chosen && chosen <= highest).then_some(Self {
            chosen,
            lowest,
            highest,
        })
    }
}

/// Cuts a flight into frames of [`CHAT_FRAME`] bytes after filling it up from `padding`, which
/// must be random and at least as long as what is missing to `length`.
#[must_use]
pub fn pad(mut flight: Vec<u8>, length: usize, padding: &[u8]) -> Vec<Vec<u8>> {
    let missing = length.saturating_sub(flight.len());
    flight.extend(
        padding
            .iter()
            .copied()
            .chain(std::iter::repeat(0))
            .take(missing),
    );
    flight.chunks(CHAT_FRAME).map(<[u8]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Flight1 {
        Flight1 {
            versions: vec![1, 3],
            purpose: Purpose::Chat,
            nonce: [1; 16],
            hint: [2; 16],
            noise: Box::new([3; MESSAGE_1]),
        }
    }

    #[test]
    fn flight_1_is_two_frames_and_round_trips() {
        let frames = pad(sample().encode(), FLIGHT_1, &[0xaa; FLIGHT_1]);
        assert_eq!(frames.len(), 2);
        assert!(frames.iter().all(|frame| frame.len() == CHAT_FRAME));
        let bytes = frames.concat();
        assert_eq!(bytes.last(), Some(&0xaa));
        assert_eq!(Flight1::decode(&bytes), Some(sample()));
    }

    #[test]
    fn malformed_flights_are_refused() {
        let good = pad(sample().encode(), FLIGHT_1, &[]).concat();
        for (at, value) in [(0, 0), (0, 9), (3, 0), (3, 6)] {
            let mut bad = good.clone();
            bad[at] = value;
            assert_eq!(Flight1::decode(&bad), None, "byte {at} = {value}");
        }
        assert_eq!(Flight1::decode(&good[1..]), None);
        assert_eq!(Flight2::decode(&good[1..]), None);
        assert_eq!(VersionAnswer::decode(&[2, 1, 1]), None);
        assert_eq!(VersionAnswer::decode(&[1, 1]), None);
    }
}
