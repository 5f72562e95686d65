//! Keys of a relationship and of doors, made from randomness that is handed in.

use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use undertone_wire::{OnionKey, X25519Public, X25519Secret};
use vodozemac::{Curve25519SecretKey, Ed25519SecretKey};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::step::Bug;

/// An X25519 key pair with one role (D1.2): a Noise static key, or a descriptor key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct KeyPair {
    pub(crate) secret: X25519Secret,
    pub(crate) public: X25519Public,
}

impl KeyPair {
    pub(crate) fn random(rng: &mut dyn CryptoRng) -> Result<Self, Bug> {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        let secret = X25519Secret::from_bytes(bytes);
        bytes.zeroize();
        let public = public_of(&secret)?;
        Ok(Self { secret, public })
    }
}

/// The public key of an X25519 secret.
///
/// # Errors
/// [`Bug`] for a secret whose public key is of low order, which no clamped scalar has.
pub fn public_of(secret: &X25519Secret) -> Result<X25519Public, Bug> {
    let key = Curve25519SecretKey::from_slice(secret.as_bytes());
    let public = vodozemac::Curve25519PublicKey::from(&key);
    X25519Public::from_bytes(public.to_bytes()).map_err(|_| Bug("a public key of low order"))
}

/// The seed of a door's onion key.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct DoorSeed(#[serde(with = "serde_bytes")] [u8; 32]);

impl DoorSeed {
    pub(crate) fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// Wraps the 32 bytes of an RFC 8032 private key.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes of the RFC 8032 private key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The onion key, which is the door's address.
    #[must_use]
    pub fn onion_key(&self) -> OnionKey {
        let key = Ed25519SecretKey::from_slice(&self.0);
        OnionKey::from_bytes(*key.public_key().as_bytes())
    }
}

impl std::fmt::Debug for DoorSeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DoorSeed(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_keys_are_those_of_the_standards() {
        // RFC 8032, 7.1, test 1.
        let seed = DoorSeed([
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec,
            0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03,
            0x1c, 0xae, 0x7f, 0x60,
        ]);
        assert_eq!(&seed.onion_key().as_bytes()[..4], &[0xd7, 0x5a, 0x98, 0x01]);
        // RFC 7748, 6.1, Alice.
        let secret = X25519Secret::from_bytes([
            0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2,
            0x66, 0x45, 0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5,
            0x1d, 0xb9, 0x2c, 0x2a,
        ]);
        let public = public_of(&secret).expect("ordinary key");
        assert_eq!(&public.as_bytes()[..4], &[0x85, 0x20, 0xf0, 0x09]);
    }
}
