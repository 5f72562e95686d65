//! Public and secret keys as bytes. They exist so that an address or a secret cannot be printed
//! or compared by accident; no arithmetic happens here.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Why 32 received bytes are no acceptable key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 32 bytes long.
    #[error("a key must be 32 bytes long, this one has {0}")]
    Length(usize),
    /// One of the points of small order, which force a known shared secret (D1.5).
    #[error("the key is of low order")]
    LowOrder,
}

/// A door's Ed25519 public key, which is its onion address. An address is a secret of its circle:
/// `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OnionKey(#[serde(with = "serde_bytes")] [u8; 32]);

impl OnionKey {
    /// Wraps the 32 bytes of a compressed Ed25519 point.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<&[u8]> for OnionKey {
    type Error = KeyError;
    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| KeyError::Length(bytes.len()))
    }
}

impl fmt::Debug for OnionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnionKey(..)")
    }
}

/// An X25519 public key that was checked against the low-order points. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "serde_bytes::ByteBuf", into = "serde_bytes::ByteBuf")]
pub struct X25519Public([u8; 32]);

/// The x-coordinates of small order on Curve25519 and on its twist, least significant byte first
/// and with the top bit clear, in canonical and non-canonical form (`p-1`, `p`, `p+1` included).
/// X25519 ignores the top bit, so it is masked before the comparison.
const LOW_ORDER: [[u8; 32]; 7] = [
    [0; 32],
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
    field_edge(0xec),
    field_edge(0xed),
    field_edge(0xee),
];

/// `2^255 - 19 + k` for the low byte given: `0xec` is `p-1`, `0xed` is `p`, `0xee` is `p+1`.
const fn field_edge(low: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = low;
    bytes[31] = 0x7f;
    bytes
}

impl X25519Public {
    /// Checks and wraps 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::LowOrder`] for the seven low-order encodings and the same with the top bit set.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, KeyError> {
        let mut masked = bytes;
        masked[31] &= 0x7f;
        if LOW_ORDER.contains(&masked) {
            return Err(KeyError::LowOrder);
        }
        Ok(Self(bytes))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<&[u8]> for X25519Public {
    type Error = KeyError;
    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        let array = bytes
            .try_into()
            .map_err(|_| KeyError::Length(bytes.len()))?;
        Self::from_bytes(array)
    }
}

impl TryFrom<serde_bytes::ByteBuf> for X25519Public {
    type Error = KeyError;
    fn try_from(bytes: serde_bytes::ByteBuf) -> Result<Self, KeyError> {
        Self::try_from(bytes.as_slice())
    }
}

impl From<X25519Public> for serde_bytes::ByteBuf {
    fn from(key: X25519Public) -> Self {
        Self::from(key.0.to_vec())
    }
}

impl fmt::Debug for X25519Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("X25519Public(..)")
    }
}

/// An X25519 secret key (or any other 32-byte secret of a peer's making). Zeroized when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct X25519Secret(#[serde(with = "serde_bytes")] [u8; 32]);

impl X25519Secret {
    /// Wraps 32 secret bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<&[u8]> for X25519Secret {
    type Error = KeyError;
    fn try_from(bytes: &[u8]) -> Result<Self, KeyError> {
        bytes
            .try_into()
            .map(Self)
            .map_err(|_| KeyError::Length(bytes.len()))
    }
}

impl PartialEq for X25519Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for X25519Secret {}

impl fmt::Debug for X25519Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("X25519Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_order_keys_are_refused_also_with_the_top_bit_set() {
        for mut bytes in LOW_ORDER {
            assert_eq!(X25519Public::from_bytes(bytes), Err(KeyError::LowOrder));
            bytes[31] |= 0x80;
            assert_eq!(X25519Public::from_bytes(bytes), Err(KeyError::LowOrder));
        }
        assert!(X25519Public::from_bytes([9; 32]).is_ok());
    }

    #[test]
    fn keys_do_not_print() {
        let secret = X25519Secret::from_bytes([0x41; 32]);
        let public = X25519Public::from_bytes([0x41; 32]).expect("ordinary key");
        let onion = OnionKey::from_bytes([0x41; 32]);
        for text in [
            format!("{secret:?}"),
            format!("{public:?}"),
            format!("{onion:?}"),
        ] {
            assert!(!text.contains("41") && !text.contains("AA") && !text.contains("65"));
        }
    }
}
