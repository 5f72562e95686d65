//! The derivations that everything else is built from: `H`, `EXT`, `KDF` and MACs with their
//! labels (the conventions at the head of the protocol decisions).

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The prefix of every label.
const DOMAIN: &str = "undertone/1 ";

/// 32 secret bytes: a root, a pre-shared key, a chain. Zeroized, unprintable.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct Secret(#[serde(with = "serde_bytes")] [u8; 32]);

impl Secret {
    /// Wraps the bytes.
    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Draws a new one.
    pub(crate) fn random(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// `lp(x)` = u16 length ∥ x. Nothing longer than 65,535 bytes is ever hashed this way: parcels
/// that are (none today) would have to be hashed first.
fn lp(part: &[u8]) -> [u8; 2] {
    debug_assert!(part.len() <= usize::from(u16::MAX));
    (part.len() as u16).to_be_bytes()
}

/// `H(lp("undertone/1 " ∥ label) lp(part)…)`.
pub(crate) fn hash(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let label = [DOMAIN.as_bytes(), label.as_bytes()].concat();
    let mut state = Sha256::new();
    state.update(lp(&label));
    state.update(&label);
    for part in parts {
        state.update(lp(part));
        state.update(part);
    }
    state.finalize().into()
}

/// `EXT(salt, ikm)`: HKDF-SHA-256-Extract over the concatenation of the parts.
pub(crate) fn extract(salt: &[u8], ikm: &[&[u8]]) -> Secret {
    let mut joined = ikm.concat();
    let (mut key, _) = Hkdf::<Sha256>::extract(Some(salt), &joined);
    joined.zeroize();
    let secret = Secret(key.into());
    key.as_mut_slice().zeroize();
    secret
}

/// `KDF(k, label, ctx…, N)`: HKDF-SHA-256-Expand with info = domain ∥ label ∥ 0 ∥ lp(ctx)….
pub(crate) fn expand(key: &Secret, label: &str, context: &[&[u8]]) -> Secret {
    let mut info = [DOMAIN.as_bytes(), label.as_bytes(), &[0]].concat();
    for part in context {
        info.extend_from_slice(&lp(part));
        info.extend_from_slice(part);
    }
    let mut output = Secret([0; 32]);
    // 32 bytes are a valid PRK and a valid output length, so neither step can fail; a failure
    // would leave zeros, which the debug assertion makes loud.
    let done = Hkdf::<Sha256>::from_prk(&key.0).map(|hkdf| hkdf.expand(&info, &mut output.0));
    debug_assert!(matches!(done, Ok(Ok(()))));
    output
}

/// HMAC-SHA-256 over domain ∥ label ∥ the parts.
pub(crate) fn mac(key: &Secret, label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let Ok(mut state) = Hmac::<Sha256>::new_from_slice(&key.0) else {
        unreachable!("HMAC takes keys of every length")
    };
    state.update(DOMAIN.as_bytes());
    state.update(label.as_bytes());
    for part in parts {
        state.update(part);
    }
    state.finalize().into_bytes().into()
}

/// Compares in constant time.
pub(crate) fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cannot_be_shifted_into_one_another() {
        assert_ne!(hash("x", &[b"ab", b"c"]), hash("x", &[b"a", b"bc"]));
        assert_ne!(hash("x", &[b"ab"]), hash("xa", &[b"b"]));
        let key = Secret([7; 32]);
        assert!(expand(&key, "x", &[b"ab", b"c"]) != expand(&key, "x", &[b"a", b"bc"]));
        assert!(expand(&key, "x", &[]) != expand(&key, "y", &[]));
        assert_ne!(mac(&key, "x", &[b"a"]), mac(&key, "y", &[b"a"]));
    }

    #[test]
    fn derivations_are_those_of_the_reference() {
        // Computed with Python's hmac and hashlib from the formulas.
        assert_eq!(
            hex::encode(&hash("request", &[b"abc"])),
            "d51cb4f22a38f326b338bf3aad6c4349c7db26d5a3839854306da8111fa11250"
        );
        assert_eq!(
            hex::encode(extract(b"salt", &[b"input"]).as_bytes()),
            "1968bc7c84a0eb0fcecf1c866d2ef8995fe28a1ab4fdd1357e1b78965e09b91d"
        );
        assert_eq!(
            hex::encode(expand(&Secret([7; 32]), "psk2", &[b"A>B"]).as_bytes()),
            "f09519d3249103f57c76701d09f51ff43fb9d48915639fb7f5d01522c1d89bf2"
        );
        assert_eq!(
            hex::encode(&mac(&Secret([7; 32]), "dial hint", &[b"abc"])),
            "701cd57d8fea61607acf463f3eeaf7924706e03805c10d76de8c64c8ea00c7ef"
        );
    }

    mod hex {
        pub(super) fn encode(bytes: &[u8]) -> String {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    }
}
