//! ML-KEM-768 with our randomness as an argument, keys as bytes and shared secrets zeroized.

use ml_kem::array::Array;
use ml_kem::{Decapsulate, DecapsulationKey, EncapsulationKey, Key, KeyExport, MlKem768};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use undertone_wire::v1::{KEM_CIPHERTEXT, KEM_KEY};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::derive::{self, Secret};

/// The 64-byte seed of a decapsulation key (FIPS 203: d ∥ z).
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub(crate) struct KemSeed(#[serde(with = "serde_bytes")] [u8; 64]);

/// The key is no encoding of an ML-KEM-768 key (its coefficients are out of range).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidKey;

impl KemSeed {
    pub(crate) fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 64];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    fn key(&self) -> DecapsulationKey<MlKem768> {
        DecapsulationKey::from_seed(Array::from(self.0))
    }

    pub(crate) fn public(&self) -> Box<[u8; KEM_KEY]> {
        let bytes = self.key().encapsulation_key().to_bytes();
        let mut public = Box::new([0; KEM_KEY]);
        public.copy_from_slice(bytes.as_slice());
        public
    }

    /// Never fails: a wrong ciphertext gives a wrong secret (implicit rejection).
    pub(crate) fn decapsulate(&self, ciphertext: &[u8; KEM_CIPHERTEXT]) -> Secret {
        let mut shared = self.key().decapsulate(&Array::from(*ciphertext));
        let secret = Secret::from_bytes(shared.into());
        shared.as_mut_slice().zeroize();
        secret
    }
}

/// Encapsulates to a received key.
pub(crate) fn encapsulate(
    public: &[u8; KEM_KEY],
    rng: &mut dyn CryptoRng,
) -> Result<(Box<[u8; KEM_CIPHERTEXT]>, Secret), InvalidKey> {
    let key: Key<EncapsulationKey<MlKem768>> = Array::from(*public);
    let key = EncapsulationKey::<MlKem768>::new(&key).map_err(|_| InvalidKey)?;
    let mut message = Array::from([0; 32]);
    rng.fill_bytes(message.as_mut_slice());
    let (bytes, mut shared) = key.encapsulate_deterministic(&message);
    message.as_mut_slice().zeroize();
    let mut ciphertext = Box::new([0; KEM_CIPHERTEXT]);
    ciphertext.copy_from_slice(bytes.as_slice());
    let secret = Secret::from_bytes(shared.into());
    shared.as_mut_slice().zeroize();
    Ok((ciphertext, secret))
}

/// `EXT(H(key ∥ ciphertext), ss)`, the form in which a shared secret is used (D3.5).
pub(crate) fn bind(
    public: &[u8; KEM_KEY],
    ciphertext: &[u8; KEM_CIPHERTEXT],
    shared: &Secret,
) -> Secret {
    derive::extract(
        &derive::hash("kem", &[public, ciphertext]),
        &[shared.as_bytes()],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_and_a_damaged_ciphertext_gives_another_secret() {
        let rng = &mut rand::rng();
        let seed = KemSeed::random(rng);
        let (mut ciphertext, shared) = encapsulate(&seed.public(), rng).expect("own key");
        assert!(seed.decapsulate(&ciphertext) == shared);
        ciphertext[0] ^= 1;
        assert!(seed.decapsulate(&ciphertext) != shared);
        assert_eq!(encapsulate(&[0xff; KEM_KEY], rng).err(), Some(InvalidKey));
    }
}
