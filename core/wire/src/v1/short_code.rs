//! The exchange behind a short code that two people compare live (D5.2). What it proves is the
//! protocol's; this is the layout.

use crate::X25519Public;

/// Bytes behind the kind byte.
const VALUE: usize = 32;

/// One step of the exchange. Role A commits to a fresh key, B answers with one, A reveals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ShortCode {
    /// B asks A to begin.
    Ask,
    /// A: the hash of its fresh key.
    Commit([u8; VALUE]),
    /// B: its fresh key.
    Key(X25519Public),
    /// A: the key that it committed to.
    Reveal(X25519Public),
}

impl std::fmt::Debug for ShortCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ask => "ShortCode(ask)",
            Self::Commit(_) => "ShortCode(commit)",
            Self::Key(_) => "ShortCode(key)",
            Self::Reveal(_) => "ShortCode(reveal)",
        })
    }
}

impl ShortCode {
    /// `kind(1) ∥ value(32)`; an Ask is its kind alone.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (kind, value): (u8, &[u8]) = match self {
            Self::Ask => (0, &[]),
            Self::Commit(hash) => (1, hash),
            Self::Key(key) => (2, key.as_bytes()),
            Self::Reveal(key) => (3, key.as_bytes()),
        };
        [&[kind], value].concat()
    }

    /// Reads it. `None`: another kind or length, or a key that nobody may use.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (&kind, value) = bytes.split_first()?;
        if kind == 0 {
            return value.is_empty().then_some(Self::Ask);
        }
        let value: [u8; VALUE] = value.try_into().ok()?;
        match kind {
            1 => Some(Self::Commit(value)),
            2 => Some(Self::Key(X25519Public::from_bytes(value).ok()?)),
            3 => Some(Self::Reveal(X25519Public::from_bytes(value).ok()?)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_round_trips_and_nothing_else_is_read() {
        let key = X25519Public::from_bytes([9; VALUE]).expect("an ordinary key");
        for step in [
            ShortCode::Ask,
            ShortCode::Commit([7; VALUE]),
            ShortCode::Key(key),
            ShortCode::Reveal(key),
        ] {
            let bytes = step.encode();
            assert_eq!(ShortCode::decode(&bytes), Some(step));
            assert_eq!(ShortCode::decode(&[&bytes[..], &[0]].concat()), None);
            assert_eq!(ShortCode::decode(&bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(ShortCode::decode(&[&[4][..], &[7; VALUE]].concat()), None);
        // A low-order key would make the shared secret a constant.
        assert_eq!(ShortCode::decode(&[&[2][..], &[0; VALUE]].concat()), None);
    }
}
