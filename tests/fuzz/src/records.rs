//! Records of the store as the machine reads them back. The store is sealed, so no stranger writes them; a defect of the disk that got
//! past it, or a record of a later version, must be refused and not more.
//!
//! An input is a list of: length (2, big-endian) and that many bytes. They are handed to the machine in the order in which it
//! asks for records; of no bytes: there is none.

use std::convert::Infallible;
use std::time::Duration;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use undertone_protocol::{Change, Input, Now, Profile, RecordKey, StoredMessage};
use zeroize::Zeroizing;

use crate::pair;
use crate::seeds::{Seed, bytes, cases};

const NOW: Now = Now {
    monotonic: Duration::from_secs(1_000),
    wall: 1_800_000_000,
};

/// How far an input got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Refused.
    Refused,
    /// The first record is a message.
    Message,
    /// A whole profile, which lives.
    Profile,
    /// A profile with a contact: its relationship, its session, what waits for it.
    Contact,
}

/// Reads records back.
///
/// # Panics
/// When something that was read cannot be used.
pub fn run(mut data: &[u8]) -> Depth {
    let mut records = Vec::new();
    while let Some((length, rest)) = data.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (record, rest) = rest.split_at(length);
        records.push(record);
        data = rest;
    }
    if let Some(message) = records
        .first()
        .and_then(|first| StoredMessage::decode(first))
    {
        let again = message.encode().expect("a message can be stored");
        assert!(StoredMessage::decode(&again).is_some());
        let _ = (message.words(), message.reactions().count());
        return Depth::Message;
    }
    let mut next = records.into_iter();
    let loaded = Profile::load(|_: RecordKey| {
        let record = next.next().filter(|record| !record.is_empty());
        Ok::<_, Infallible>(record.map(|record| Zeroizing::new(record.to_vec())))
    });
    let Ok(mut profile) = loaded else {
        return Depth::Refused;
    };
    let contacts: Vec<_> = profile.contacts().map(|contact| contact.id).collect();
    let _ = profile.open_invitations().count();
    let _ = (profile.dials(NOW), profile.doors(), profile.next_wake(NOW));
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    // A broken invariant is found and said; nothing worse may come of it.
    let _ = profile.handle_all(NOW, rng, vec![Input::Wake]);
    for contact in &contacts {
        let _ = profile.send(NOW, rng, *contact, "hello");
    }
    if let Ok(records) = profile.export() {
        let _ = Profile::restore(&records, NOW, rng);
    }
    if contacts.is_empty() {
        Depth::Profile
    } else {
        Depth::Contact
    }
}

/// A profile without and with invitations, both sides of a relationship, and messages made of the vectors.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    let (mut profile, step) = Profile::create("Noor", NOW, rng).expect("a good name");
    let mut stored = std::collections::BTreeMap::new();
    let mut seeds = Vec::new();
    let mut steps = vec![step];
    for one_time in [false, true] {
        let (step, _) = profile.invite(NOW, rng, one_time, None).expect("room");
        steps.push(step);
    }
    for (number, step) in steps.into_iter().enumerate() {
        for change in step.changes().iter() {
            if let Change::Put(key, _, value) = change {
                stored.insert(order(key), value.to_vec());
            }
        }
        seeds.push(Seed {
            name: format!("profile-{number}"),
            bytes: stored.values().flat_map(|record| entry(record)).collect(),
            reaches: Depth::Profile,
        });
    }
    for side in pair::talked(NOW) {
        let records = side.asked_for().into_iter();
        let bytes = records.flat_map(|record| entry(&record.unwrap_or_default()));
        seeds.push(Seed {
            name: format!("contact-{}", seeds.len()),
            bytes: bytes.collect(),
            reaches: Depth::Contact,
        });
    }
    for (number, case) in cases("contents", "valid").iter().take(12).enumerate() {
        let content = Zeroizing::new(bytes(case));
        let id = undertone_wire::MessageId::from_bytes([number as u8; 16]);
        let message = StoredMessage::new(1, id, None, NOW.wall, 20_833, content);
        let record = message.encode().expect("a message");
        if record.len() <= usize::from(u16::MAX) {
            seeds.push(Seed {
                name: format!("message-{number:02}"),
                bytes: entry(&record),
                reaches: Depth::Message,
            });
        }
    }
    let damaged = seeds[0].bytes[..seeds[0].bytes.len() / 2].to_vec();
    seeds.push(Seed {
        name: "half".to_owned(),
        bytes: damaged,
        reaches: Depth::Refused,
    });
    seeds
}

/// The order in which records are asked for.
fn order(key: RecordKey) -> (u8, u64) {
    match key {
        RecordKey::Profile => (0, 0),
        RecordKey::Invitation(number) => (1, number),
        _ => (2, 0),
    }
}

fn entry(record: &[u8]) -> Vec<u8> {
    let length = u16::try_from(record.len()).expect("short enough");
    [&length.to_be_bytes()[..], record].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_reach_the_innermost_parser() {
        let _alone = crate::memory::alone();
        let seeds = seeds();
        crate::check_and_write(&seeds, run);
        for depth in [
            Depth::Refused,
            Depth::Message,
            Depth::Profile,
            Depth::Contact,
        ] {
            assert!(seeds.iter().any(|seed| seed.reaches == depth), "{depth:?}");
        }
    }
}
