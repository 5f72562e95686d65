//! Verification codes (D5): what two people compare to know that nobody stands between them.

mod emoji;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};
use undertone_wire::v1::Role;
use undertone_wire::{PairId, X25519Public};

pub(crate) use emoji::EMOJI;
pub use emoji::Emoji;

/// Bytes of a QR code: version, role of its maker, both 64-byte hashes (A's first).
const QR: usize = 2 + 128;

/// The code of one relationship as one side sees it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationCode {
    role: Role,
    #[serde(with = "serde_bytes")]
    hashes: Vec<u8>,
}

/// Why a scanned code does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Not a code of this version.
    #[error("this is not a verification code of this version of Undertone")]
    NotACode,
    /// Our own code, or one made by the same side.
    #[error("this is your own code; scan the other person's")]
    OwnCode,
    /// Other keys: someone stands between, or it is another contact's code.
    #[error("the codes differ")]
    Differs,
}

impl VerificationCode {
    pub(crate) fn new(
        own: Role,
        pair: &PairId,
        noise_a: &X25519Public,
        noise_b: &X25519Public,
    ) -> Self {
        let mut hashes = hash(pair, Role::A, noise_a).to_vec();
        hashes.extend_from_slice(&hash(pair, Role::B, noise_b));
        Self { role: own, hashes }
    }

    /// 60 digits in 12 blocks of five, the requester's half first: equal on both sides.
    #[must_use]
    pub fn digits(&self) -> String {
        let blocks: Vec<String> = self
            .hashes
            .chunks(64)
            .flat_map(|hash| hash[..30].chunks(5))
            .map(|bytes| {
                let number = bytes.iter().fold(0u64, |n, &b| n << 8 | u64::from(b));
                format!("{:05}", number % 100_000)
            })
            .collect();
        blocks.join(" ")
    }

    /// The bytes of our QR code.
    #[must_use]
    pub fn qr(&self) -> Vec<u8> {
        let mut bytes = vec![1, self.role.byte()];
        bytes.extend_from_slice(&self.hashes);
        bytes
    }

    /// Compares a code that was scanned from the other's screen.
    ///
    /// # Errors
    /// See [`ScanError`].
    pub fn check_scanned(&self, scanned: &[u8]) -> Result<(), ScanError> {
        let [1, role, hashes @ ..] = scanned else {
            return Err(ScanError::NotACode);
        };
        if scanned.len() != QR || ![b'A', b'B'].contains(role) {
            return Err(ScanError::NotACode);
        }
        if hashes != self.hashes {
            return Err(ScanError::Differs);
        }
        if *role == self.role.byte() {
            return Err(ScanError::OwnCode);
        }
        Ok(())
    }
}

impl std::fmt::Debug for VerificationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerificationCode(..)")
    }
}

/// SHA-512("undertone/1 verify" ∥ pair ∥ role ∥ Noise key). `pair` commits to the transcript, so
/// Olm keys, the KEM and the doors are covered without standing in the code.
pub(crate) fn hash(pair: &PairId, role: Role, noise: &X25519Public) -> [u8; 64] {
    Sha512::new()
        .chain_update(b"undertone/1 verify")
        .chain_update(pair.as_bytes())
        .chain_update([role.byte()])
        .chain_update(noise.as_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> X25519Public {
        X25519Public::from_bytes([byte; 32]).expect("ordinary key")
    }

    #[test]
    fn both_sides_see_the_same_digits_and_scan_each_other() {
        let pair = PairId::from_bytes([1; 16]);
        let a = VerificationCode::new(Role::A, &pair, &key(9), &key(10));
        let b = VerificationCode::new(Role::B, &pair, &key(9), &key(10));
        assert_eq!(a.digits(), b.digits());
        assert_eq!(a.digits().len(), 12 * 5 + 11);
        assert_eq!(a.check_scanned(&b.qr()), Ok(()));
        assert_eq!(a.check_scanned(&a.qr()), Err(ScanError::OwnCode));
        assert_eq!(a.check_scanned(b"hello"), Err(ScanError::NotACode));
    }

    #[test]
    fn another_key_or_transcript_gives_another_code() {
        let pair = PairId::from_bytes([1; 16]);
        let a = VerificationCode::new(Role::A, &pair, &key(9), &key(10));
        for other in [
            VerificationCode::new(Role::B, &pair, &key(9), &key(11)),
            VerificationCode::new(Role::B, &pair, &key(11), &key(10)),
            VerificationCode::new(Role::B, &pair, &key(10), &key(9)),
            VerificationCode::new(Role::B, &PairId::from_bytes([2; 16]), &key(9), &key(10)),
        ] {
            assert_ne!(a.digits(), other.digits());
            assert_eq!(a.check_scanned(&other.qr()), Err(ScanError::Differs));
        }
    }
}
