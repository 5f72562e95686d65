//! Invitations as text: what people paste, scan and are sent.

use undertone_wire::v1::{Invitation, InvitationError};

use crate::memory::bounded;
use crate::seeds::{Seed, cases};

/// How far a text got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Refused before base32.
    Refused,
    /// Decoded, and refused for its bytes.
    Bytes,
    /// Refused for a key, behind a right checksum.
    Key,
    /// An invitation.
    Invitation,
}

/// Reads the input as an invitation.
///
/// # Panics
/// When one that was read is written differently, or too much memory is taken.
pub fn run(data: &[u8]) -> Depth {
    let text = String::from_utf8_lossy(data);
    // The text without white space, its bytes, and what is made of them.
    match bounded(3 * 512, || text.parse::<Invitation>()) {
        Ok(invitation) => {
            let written = invitation.to_string();
            assert_eq!(written.parse(), Ok(invitation.clone()));
            assert_eq!(
                Invitation::from_bytes(&invitation.to_bytes()),
                Ok(invitation)
            );
            Depth::Invitation
        }
        Err(InvitationError::Key(_)) => Depth::Key,
        Err(InvitationError::Checksum | InvitationError::Flags | InvitationError::Version(_)) => {
            Depth::Bytes
        }
        Err(error) => {
            // Every error has words for people.
            assert!(!error.to_string().is_empty());
            Depth::Refused
        }
    }
}

/// The vectors, good and damaged.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let text = |value: &serde_json::Value| value.as_str().expect("a text").as_bytes().to_vec();
    let mut seeds = Vec::new();
    for case in cases("invitations", "valid") {
        seeds.push((text(&case["text"]), Depth::Invitation));
    }
    for case in cases("invitations", "spellings_of_the_first") {
        seeds.push((text(&case), Depth::Invitation));
    }
    for case in cases("invitations", "refused") {
        let error = case["error"].as_str().expect("a name");
        let depth = match error.split_once('(').map_or(error, |(name, _)| name) {
            "Checksum" | "Flags" | "Version" => Depth::Bytes,
            "Key" => Depth::Key,
            _ => Depth::Refused,
        };
        seeds.push((text(&case["text"]), depth));
    }
    (0..)
        .zip(seeds)
        .map(|(number, (bytes, reaches)): (u32, _)| Seed {
            name: format!("vector-{number:02}"),
            bytes,
            reaches,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_reach_the_innermost_parser() {
        let _alone = crate::memory::alone();
        let seeds = seeds();
        crate::check_and_write(&seeds, run);
        for depth in [Depth::Refused, Depth::Bytes, Depth::Key, Depth::Invitation] {
            assert!(seeds.iter().any(|seed| seed.reaches == depth), "{depth:?}");
        }
    }
}
