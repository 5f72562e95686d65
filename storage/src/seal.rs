//! The cryptography of the store: the data key, the keys derived from it, sealing and
//! opening of byte strings.
//!
//! XChaCha20-Poly1305 with a random nonce of 24 bytes seals everything; keys are derived by
//! HKDF-SHA-256-Expand and records are named by HMAC-SHA-256. What is sealed, and under which
//! key, is decided elsewhere.

use std::fmt;

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Size of a key, in bytes.
pub(crate) const KEY: usize = 32;
/// Size of a nonce, in bytes.
pub(crate) const NONCE: usize = 24;
/// Size of an authentication tag, in bytes.
pub(crate) const TAG: usize = 16;

/// A key in memory, overwritten when dropped.
pub(crate) type Key = Zeroizing<[u8; KEY]>;

/// The key of a vault, from which all of its fixed keys are derived. It is drawn at random
/// when the vault is created and lies on disk only sealed under the passphrase.
#[derive(Clone)]
pub struct DataKey(Key);

impl DataKey {
    /// Draws a new key from the operating system.
    ///
    /// # Errors
    /// If the operating system gives no randomness.
    pub fn generate() -> std::io::Result<Self> {
        Ok(Self(random_key()?))
    }

    /// A key from its bytes. They must be uniformly random.
    #[must_use]
    pub fn from_bytes(bytes: [u8; KEY]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY] {
        &self.0
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(…)")
    }
}

/// Why something could not be opened, or a key could not be derived. It has no cases on
/// purpose: a wrong key and a damaged text look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the seal does not match")]
pub(crate) struct Mismatch;

/// The fixed keys of a vault, one for each role.
pub(crate) struct VaultKeys {
    /// Names records.
    pub(crate) index: Key,
    /// Seals the small head of each record that names its slot.
    pub(crate) outer: Key,
    /// Seals the store's own records: lists of slots, the tip, the schema version.
    pub(crate) structure: Key,
    /// Seals the key file.
    pub(crate) ring: Key,
    /// Seals the mark.
    pub(crate) mark: Key,
    /// Sums up the records that must be there.
    pub(crate) audit: Key,
    /// Names the records that cover this vault's in the others.
    pub(crate) cover: Key,
    /// Seals what an entry of the journal holds.
    pub(crate) journal: Key,
    /// Seals the head of an entry of the journal, under the same nonce.
    pub(crate) journal_head: Key,
}

impl VaultKeys {
    pub(crate) fn derive(key: &DataKey) -> Result<Self, Mismatch> {
        Ok(Self {
            index: expand(key.bytes(), "storage index")?,
            outer: expand(key.bytes(), "storage outer")?,
            structure: expand(key.bytes(), "storage structure")?,
            ring: expand(key.bytes(), "storage keys")?,
            mark: expand(key.bytes(), "storage mark")?,
            audit: expand(key.bytes(), "storage audit")?,
            cover: expand(key.bytes(), "storage cover")?,
            journal: expand(key.bytes(), "storage journal")?,
            journal_head: expand(key.bytes(), "storage journal head")?,
        })
    }
}

/// `KDF(key, label, 32)`: HKDF-SHA-256-Expand over "undertone/1 ", the label and a zero byte.
pub(crate) fn expand(key: &[u8; KEY], label: &str) -> Result<Key, Mismatch> {
    let mut out = Zeroizing::new([0; KEY]);
    Hkdf::<Sha256>::from_prk(key)
        .map_err(|_| Mismatch)?
        .expand_multi_info(&[b"undertone/1 ", label.as_bytes(), &[0]], &mut *out)
        .map_err(|_| Mismatch)?;
    Ok(out)
}

/// HMAC-SHA-256 over "undertone/1 ", the label, a zero byte and the parts. Parts of variable
/// length may only come last.
pub(crate) fn mac(key: &[u8; KEY], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    // HMAC pads a short key with zeros: this is the same function, without a fallible length.
    let mut block = Zeroizing::new([0_u8; 64]);
    block[..KEY].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new((&*block).into());
    mac.update(b"undertone/1 ");
    mac.update(label.as_bytes());
    mac.update(&[0]);
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Fills `bytes` from the operating system.
pub(crate) fn fill_random(bytes: &mut [u8]) -> std::io::Result<()> {
    SysRng.try_fill_bytes(bytes).map_err(std::io::Error::other)
}

/// A number below `limit`, which is at least 1; each is as likely as the others.
pub(crate) fn random_below(limit: usize) -> std::io::Result<usize> {
    let fair = usize::MAX / limit * limit;
    loop {
        let mut bytes = [0; size_of::<usize>()];
        fill_random(&mut bytes)?;
        let drawn = usize::from_be_bytes(bytes);
        if drawn < fair {
            return Ok(drawn % limit);
        }
    }
}

/// A fresh key.
pub(crate) fn random_key() -> std::io::Result<Key> {
    let mut key = Zeroizing::new([0; KEY]);
    fill_random(&mut *key)?;
    Ok(key)
}

/// Seals `buffer` in place and returns the tag.
pub(crate) fn seal(
    key: &[u8; KEY],
    nonce: &[u8; NONCE],
    associated: &[u8],
    buffer: &mut [u8],
) -> Result<[u8; TAG], Mismatch> {
    XChaCha20Poly1305::new(key.into())
        .encrypt_inout_detached(nonce.into(), associated, buffer.into())
        .map(Into::into)
        .map_err(|_| Mismatch)
}

/// Opens `buffer` in place; on failure the buffer holds nothing of use.
pub(crate) fn open(
    key: &[u8; KEY],
    nonce: &[u8; NONCE],
    associated: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), Mismatch> {
    XChaCha20Poly1305::new(key.into())
        .decrypt_inout_detached(nonce.into(), associated, buffer.into(), tag.into())
        .map_err(|_| Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_what_was_sealed_with_all_of_it() {
        let key = random_key().unwrap();
        let mut text = *b"a text";
        let tag = seal(&key, &[1; NONCE], b"ad", &mut text).unwrap();
        assert_ne!(&text, b"a text");
        let opened = |key: &[u8; KEY], nonce, ad: &[u8], mut text: [u8; 6], tag| {
            open(key, nonce, ad, &mut text, tag).map(|()| text)
        };
        assert_eq!(opened(&key, &[1; NONCE], b"ad", text, &tag), Ok(*b"a text"));
        assert!(opened(&[0; KEY], &[1; NONCE], b"ad", text, &tag).is_err());
        assert!(opened(&key, &[2; NONCE], b"ad", text, &tag).is_err());
        assert!(opened(&key, &[1; NONCE], b"da", text, &tag).is_err());
        assert!(opened(&key, &[1; NONCE], b"ad", *b"a tex!", &tag).is_err());
        assert!(opened(&key, &[1; NONCE], b"ad", text, &[0; TAG]).is_err());
    }

    #[test]
    fn keys_differ_by_role_and_print_nothing() {
        let data = DataKey::from_bytes([9; KEY]);
        let keys = VaultKeys::derive(&data).unwrap();
        let all = [
            &keys.index,
            &keys.outer,
            &keys.structure,
            &keys.ring,
            &keys.mark,
            &keys.audit,
            &keys.cover,
            &keys.journal,
            &keys.journal_head,
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all[place + 1..].iter().all(|other| *one != *other));
        }
        assert_eq!(format!("{data:?}"), "DataKey(…)");
    }

    /// The label is part of what is computed: a change of a label changes every record.
    #[test]
    fn derivation_is_frozen() {
        let key = expand(&[7; KEY], "storage index").unwrap();
        let by_hand = {
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; KEY]).unwrap();
            mac.update(b"undertone/1 storage index\0\x01");
            mac.finalize().into_bytes()
        };
        assert_eq!(key.as_slice(), by_hand.as_slice());
        let named = mac(&[7; KEY], "x", &[b"a", b"b"]);
        let by_hand = {
            let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; KEY]).unwrap();
            mac.update(b"undertone/1 x\0ab");
            mac.finalize().into_bytes()
        };
        assert_eq!(named.as_slice(), by_hand.as_slice());
    }
}
