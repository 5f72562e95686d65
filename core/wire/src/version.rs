//! The ledger of wire versions, and how two programs agree on one.
//!
//! | version | since | what it is |
//! |---|---|---|
//! | 1 | 2026-11-21, not yet released | the first; may change together with its vectors until the first release |
//!
//! A released version is frozen. A change of anything that travels is a new number and a new
//! folder beside [`crate::v1`].

/// The versions this build speaks, lowest first.
pub const SUPPORTED: &[u8] = &[1];

/// At most this many versions are offered or read from an offer.
pub const MAX_OFFERED: usize = 8;

/// The highest version that is both offered and supported.
#[must_use]
pub fn choose(offered: &[u8]) -> Option<u8> {
    offered
        .iter()
        .copied()
        .filter(|version| SUPPORTED.contains(version))
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_is_chosen() {
        assert_eq!(choose(&[1]), Some(1));
        assert_eq!(choose(&[9, 1, 0]), Some(1));
        assert_eq!(choose(&[2, 3]), None);
        assert_eq!(choose(&[]), None);
    }
}
