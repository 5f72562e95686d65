//! Fixed-size identifiers that travel or are derived from what travels. They are bytes with a
//! type; what they name is decided by the protocol.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Why received bytes are no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier of {expected} bytes is needed, this one has {found}")]
pub struct IdentifierError {
    /// The length it must have, in bytes.
    pub expected: usize,
    /// The length it has, in bytes.
    pub found: usize,
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name([u8; $length]);

        /// Hex in text formats, bytes in binary ones.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.serialize_str(&data_encoding::HEXLOWER.encode(&self.0))
                } else {
                    serializer.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let bytes = if deserializer.is_human_readable() {
                    let text = String::deserialize(deserializer)?;
                    data_encoding::HEXLOWER_PERMISSIVE
                        .decode(text.as_bytes())
                        .map_err(D::Error::custom)?
                } else {
                    serde_bytes::ByteBuf::deserialize(deserializer)?.into_vec()
                };
                Self::try_from(bytes.as_slice()).map_err(D::Error::custom)
            }
        }

        impl $name {
            /// The length in bytes.
            pub const LENGTH: usize = $length;

            /// Wraps the bytes.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = IdentifierError;
            fn try_from(bytes: &[u8]) -> Result<Self, IdentifierError> {
                bytes.try_into().map(Self).map_err(|_| IdentifierError {
                    expected: $length,
                    found: bytes.len(),
                })
            }
        }
    };
}

identifier!(
    /// Names one message for as long as it exists: 16 random bytes.
    MessageId,
    16
);
identifier!(
    /// Names a contact or request inside one profile: 16 random bytes that never travel.
    ContactId,
    16
);
identifier!(
    /// Names one contact request, over all its repeats: 16 random bytes.
    RequestId,
    16
);
identifier!(
    /// Names one introduction, the same for all three: 16 random bytes of whoever introduces.
    IntroductionId,
    16
);
identifier!(
    /// Names a relationship for its whole life (D4.5). Both sides know it and nobody else, so
    /// `Debug` does not show it.
    PairId,
    16
);
identifier!(
    /// The hash of an invitation without its checksum (D2.1). Whoever has the invitation knows
    /// it; `Debug` does not show it.
    InvitationHash,
    32
);

identifier!(
    /// What a restored copy gives to a contact, and the contact shows to an older copy, which alone can tell that it is
    /// genuine (D12.3). `Debug` does not show it.
    CopyProof,
    32
);

/// Message, request, contact and introduction identifiers are random and name no person, so they may be printed: in hex.
macro_rules! printable {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdentifierError;
            fn from_str(text: &str) -> Result<Self, IdentifierError> {
                let wrong = IdentifierError {
                    expected: Self::LENGTH,
                    found: text.len() / 2,
                };
                if text.len() != Self::LENGTH * 2 {
                    return Err(wrong);
                }
                let bytes = data_encoding::HEXLOWER_PERMISSIVE
                    .decode(text.as_bytes())
                    .map_err(|_| wrong)?;
                Self::try_from(bytes.as_slice())
            }
        }
    };
}

macro_rules! redacted {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

printable!(MessageId);
printable!(RequestId);
printable!(ContactId);
printable!(IntroductionId);
redacted!(PairId);
redacted!(InvitationHash);
redacted!(CopyProof);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_and_bad_text_is_refused() {
        let id = MessageId::from_bytes(*b"0123456789abcdef");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!("zz".repeat(16).parse::<MessageId>().is_err());
        assert_eq!(
            "00".parse::<MessageId>(),
            Err(IdentifierError {
                expected: 16,
                found: 1
            })
        );
    }
}
