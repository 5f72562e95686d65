//! What one side has stored of the other's sequence (D9.1). Always on, never content.

use crate::CopyProof;

use super::restore::MAX_GENERATION;

/// Bytes of an encoded [`Acknowledgement`] without a proof.
pub(crate) const LENGTH: usize = 24;

/// Everything up to `cumulative` is stored, and of the 64 after it those with a bit set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The highest sequence number below which nothing is missing. Sequences begin at 1.
    pub cumulative: u64,
    /// Bit `k` stands for sequence `cumulative + 2 + k`. (`cumulative + 1` is missing by
    /// definition.)
    pub bitmap: u64,
    /// The generation of the one who acknowledges (D12).
    pub from: u32,
    /// The generation of the one whose messages these are, as far as the other knows. Numbers of
    /// another generation mean nothing.
    pub to: u32,
    /// What the copy of generation `to` gave to prove that it exists; with the first words on a link.
    pub proof: Option<CopyProof>,
}

impl Acknowledgement {
    /// Whether this says that `sequence` is stored.
    #[must_use]
    pub const fn covers(&self, sequence: u64) -> bool {
        if sequence <= self.cumulative {
            return true;
        }
        let distance = sequence - self.cumulative;
        distance >= 2 && distance < 66 && self.bitmap >> (distance - 2) & 1 == 1
    }

    /// `cumulative ∥ bitmap ∥ from ∥ to`, big-endian, 24 bytes, and the proof, 32 bytes, if there is one.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = [self.cumulative.to_be_bytes(), self.bitmap.to_be_bytes()].concat();
        bytes.extend_from_slice(&self.from.to_be_bytes());
        bytes.extend_from_slice(&self.to.to_be_bytes());
        bytes.extend(self.proof.iter().flat_map(|proof| *proof.as_bytes()));
        bytes
    }

    /// Reads 24 or 56 bytes; any other length is refused, and a generation above
    /// [`MAX_GENERATION`].
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (numbers, proof) = bytes.split_at_checked(LENGTH)?;
        let proof = match proof {
            [] => None,
            proof => Some(CopyProof::try_from(proof).ok()?),
        };
        let (cumulative, rest) = numbers.split_first_chunk()?;
        let (bitmap, rest) = rest.split_first_chunk()?;
        let (from, to) = rest.split_first_chunk()?;
        let (from, to) = (
            u32::from_be_bytes(*from),
            u32::from_be_bytes(to.try_into().ok()?),
        );
        (from <= MAX_GENERATION && to <= MAX_GENERATION).then_some(Self {
            cumulative: u64::from_be_bytes(*cumulative),
            bitmap: u64::from_be_bytes(*bitmap),
            from,
            to,
            proof,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_count_from_two_after_the_cumulative_number() {
        let ack = Acknowledgement {
            cumulative: 5,
            bitmap: 0b101 | 1 << 63,
            from: 1,
            to: MAX_GENERATION,
            proof: None,
        };
        assert!(ack.covers(5) && ack.covers(7) && ack.covers(9) && ack.covers(70));
        assert!(!ack.covers(6) && !ack.covers(8) && !ack.covers(71) && !ack.covers(u64::MAX));
        assert_eq!(Acknowledgement::decode(&ack.encode()), Some(ack));
        let proved = Acknowledgement {
            proof: Some(CopyProof::from_bytes([7; 32])),
            ..ack
        };
        assert_eq!(Acknowledgement::decode(&proved.encode()), Some(proved));
        for length in [0, 23, 25, 55, 57] {
            assert_eq!(Acknowledgement::decode(&vec![0; length]), None);
        }
        for (from, to) in [(MAX_GENERATION + 1, 0), (0, MAX_GENERATION + 1)] {
            let bytes = Acknowledgement { from, to, ..ack }.encode();
            assert_eq!(Acknowledgement::decode(&bytes), None);
        }
    }
}
