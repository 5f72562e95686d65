//! The text that allows a contact request (D2).

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD_VISUAL;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{InvitationHash, KeyError, OnionKey, X25519Public};

const SCHEME: &str = "undertone:";
const VERSION: u8 = 1;
const FLAG_ONE_TIME: u8 = 1;
const FLAG_SERVER: u8 = 2;
/// Bytes of the longest invitation, without its checksum.
const LONGEST: usize = 2 + 32 + 32 + 32 + 36;
/// More text than the longest invitation (138 bytes, which are 231 characters) with plenty of line
/// breaks is not even decoded.
const MAX_TEXT: usize = 512;

/// The secret of a one-time invitation (D2.3).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct OneTimeSecret(pub [u8; 32]);

impl fmt::Debug for OneTimeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeSecret(..)")
    }
}

/// Where a request can be left while the inviter is away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ServerHint {
    /// The server's root key.
    pub root: [u8; 32],
    /// The shelf.
    pub shelf: u32,
}

impl fmt::Debug for ServerHint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerHint(..)")
    }
}

/// An invitation: whoever has it may knock. `Debug` shows nothing of it; [`fmt::Display`] is the
/// text to hand over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// The knock door.
    pub door: OnionKey,
    /// The Noise static key behind the knock door.
    pub noise: X25519Public,
    /// Present in a one-time invitation.
    pub one_time: Option<OneTimeSecret>,
    /// Present when requests can be left at a server.
    pub server: Option<ServerHint>,
}

/// Why a text is no invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// Longer than any invitation.
    #[error("this text is too long to be an invitation")]
    TooLong,
    /// Not `undertone:` at the start.
    #[error("an invitation begins with \"undertone:\"; copy it whole")]
    Scheme,
    /// A character outside base32.
    #[error("the invitation holds a character that does not belong there; copy it again")]
    Alphabet,
    /// Made by a later program.
    #[error(
        "this invitation is of version {0}, which this version of Undertone does not know; update Undertone"
    )]
    Version(u8),
    /// Bytes missing or too many.
    #[error("the invitation is cut off or too long; copy it whole")]
    Length,
    /// The checksum does not fit.
    #[error("the invitation was damaged on the way (its checksum is wrong); copy it again")]
    Checksum,
    /// Flags that this version does not define.
    #[error(
        "the invitation uses a feature that this version of Undertone does not know; update Undertone"
    )]
    Flags,
    /// A key nobody may use.
    #[error("the invitation holds an unusable key: {0}")]
    Key(#[from] KeyError),
}

impl Invitation {
    /// version ∥ flags ∥ keys, without the checksum.
    fn body(&self) -> Zeroizing<Vec<u8>> {
        let mut flags = 0;
        if self.one_time.is_some() {
            flags |= FLAG_ONE_TIME;
        }
        if self.server.is_some() {
            flags |= FLAG_SERVER;
        }
        // Room for the checksum, too: a vector that grows would leave copies of the secret.
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 4));
        bytes.extend_from_slice(&[VERSION, flags]);
        bytes.extend_from_slice(self.door.as_bytes());
        bytes.extend_from_slice(self.noise.as_bytes());
        if let Some(secret) = &self.one_time {
            bytes.extend_from_slice(&secret.0);
        }
        if let Some(server) = &self.server {
            bytes.extend_from_slice(&server.root);
            bytes.extend_from_slice(&server.shelf.to_be_bytes());
        }
        bytes
    }

    /// `inv`, which binds a request and all that follows to this invitation.
    #[must_use]
    pub fn hash(&self) -> InvitationHash {
        let hash = Sha256::new()
            .chain_update(b"undertone/1 invitation")
            .chain_update(self.body().as_slice())
            .finalize();
        InvitationHash::from_bytes(hash.into())
    }

    /// The bytes with checksum, before base32.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = self.body();
        let check = checksum(&bytes);
        bytes.extend_from_slice(&check);
        bytes
    }

    /// Reads the bytes with checksum.
    ///
    /// # Errors
    /// See [`InvitationError`]. The version is looked at before anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvitationError> {
        let version = *bytes.first().ok_or(InvitationError::Length)?;
        if version != VERSION {
            return Err(InvitationError::Version(version));
        }
        let Some((body, check)) = bytes.split_last_chunk::<4>() else {
            return Err(InvitationError::Length);
        };
        if body.is_empty() {
            return Err(InvitationError::Length);
        }
        if *check != checksum(body) {
            return Err(InvitationError::Checksum);
        }
        let flags = *body.get(1).ok_or(InvitationError::Length)?;
        if flags & !(FLAG_ONE_TIME | FLAG_SERVER) != 0 {
            return Err(InvitationError::Flags);
        }
        let mut rest = body.get(2..).ok_or(InvitationError::Length)?;
        let door = OnionKey::from_bytes(*take(&mut rest)?);
        let noise = *take(&mut rest)?;
        let one_time = if flags & FLAG_ONE_TIME != 0 {
            Some(OneTimeSecret(*take(&mut rest)?))
        } else {
            None
        };
        let server = if flags & FLAG_SERVER != 0 {
            let root = *take::<32>(&mut rest)?;
            let shelf = u32::from_be_bytes(*take::<4>(&mut rest)?);
            Some(ServerHint { root, shelf })
        } else {
            None
        };
        if !rest.is_empty() {
            return Err(InvitationError::Length);
        }
        Ok(Self {
            door,
            noise: X25519Public::from_bytes(noise)?,
            one_time,
            server,
        })
    }
}

fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], InvitationError> {
    let (head, tail) = rest.split_first_chunk().ok_or(InvitationError::Length)?;
    *rest = tail;
    Ok(head)
}

fn checksum(body: &[u8]) -> [u8; 4] {
    let hash = Sha256::new()
        .chain_update(b"undertone/1 invitation check")
        .chain_update(body)
        .finalize();
    [hash[0], hash[1], hash[2], hash[3]]
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&self.to_bytes()));
        text.make_ascii_lowercase();
        write!(f, "{SCHEME}{}", text.as_str())
    }
}

impl FromStr for Invitation {
    type Err = InvitationError;

    /// Reads an invitation as people paste it: any case, white space and line breaks anywhere.
    fn from_str(text: &str) -> Result<Self, InvitationError> {
        if text.len() > MAX_TEXT {
            return Err(InvitationError::TooLong);
        }
        let mut compact = Zeroizing::new(String::with_capacity(text.len()));
        compact.extend(text.chars().filter(|c| !c.is_whitespace()));
        let scheme = compact.get(..SCHEME.len()).ok_or(InvitationError::Scheme)?;
        if !scheme.eq_ignore_ascii_case(SCHEME) {
            return Err(InvitationError::Scheme);
        }
        compact.make_ascii_uppercase();
        let body = compact.get(SCHEME.len()..).unwrap_or_default();
        Self::from_bytes(&Zeroizing::new(decode(body)?))
    }
}

fn decode(body: &str) -> Result<Vec<u8>, InvitationError> {
    use data_encoding::DecodeKind;
    // The visual table also reads 0 as O, 1 as I and 8 as B, which people mistype.
    BASE32_NOPAD_VISUAL
        .decode(body.as_bytes())
        .map_err(|error| match error.kind {
            DecodeKind::Symbol => InvitationError::Alphabet,
            DecodeKind::Length | DecodeKind::Trailing | DecodeKind::Padding => {
                InvitationError::Length
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(one_time: bool, server: bool) -> Invitation {
        Invitation {
            door: OnionKey::from_bytes([7; 32]),
            noise: X25519Public::from_bytes([9; 32]).expect("ordinary key"),
            one_time: one_time.then_some(OneTimeSecret([3; 32])),
            server: server.then_some(ServerHint {
                root: [5; 32],
                shelf: 42,
            }),
        }
    }

    #[test]
    fn every_shape_round_trips_through_its_text() {
        for (one_time, server) in [(false, false), (true, false), (false, true), (true, true)] {
            let invitation = sample(one_time, server);
            let text = invitation.to_string();
            assert_eq!(text.parse(), Ok(invitation.clone()));
            let spaced = format!(" {}\n{} ", &text[..20], text[20..].to_uppercase());
            assert_eq!(spaced.parse(), Ok(invitation));
        }
    }

    #[test]
    fn damage_is_told_apart() {
        let text = sample(true, false).to_string();
        assert_eq!("hello".parse::<Invitation>(), Err(InvitationError::Scheme));
        assert_eq!(
            text[..text.len() - 8].parse::<Invitation>(),
            Err(InvitationError::Checksum)
        );
        assert_eq!(
            "undertone:aaaa!aaa".parse::<Invitation>(),
            Err(InvitationError::Alphabet)
        );
        assert_eq!(
            "u".repeat(600).parse::<Invitation>(),
            Err(InvitationError::TooLong)
        );
        let mut bytes = sample(false, false).to_bytes();
        bytes[0] = 2;
        assert_eq!(
            Invitation::from_bytes(&bytes),
            Err(InvitationError::Version(2))
        );
        let mut body = sample(false, false).body();
        body[1] = 4;
        let check = checksum(&body);
        body.extend_from_slice(&check);
        assert_eq!(Invitation::from_bytes(&body), Err(InvitationError::Flags));
    }

    #[test]
    fn a_low_order_key_is_refused_even_with_a_right_checksum() {
        let mut body = sample(false, false).body();
        body[34..66].fill(0);
        let check = checksum(&body);
        body.extend_from_slice(&check);
        assert_eq!(
            Invitation::from_bytes(&body),
            Err(InvitationError::Key(KeyError::LowOrder))
        );
    }

    #[test]
    fn every_single_bit_flip_is_noticed() {
        let bytes = sample(true, true).to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Invitation::from_bytes(&damaged).is_err(), "bit {bit}");
        }
    }
}
