//! Exports: files that somebody hands over, and what is in them. The first byte of an input selects: 0, the rest is the file; 1, the
//! rest is a list of records (kind (1), length (2, big-endian), bytes) that are sealed under the right passphrase and
//! imported; any other, the machine's records of such a list without the container, which is faster.

use std::io::Cursor;
use std::time::Duration;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use undertone_engine::backup::Import;
use undertone_protocol::{Now, Profile, RecordKey};
use undertone_storage::{ExportReader, ExportWriter, KdfParameters};

use crate::seeds::Seed;
use crate::{pair, picture};

const PASSPHRASE: &[u8] = b"passphrase";
const NOW: Now = Now {
    monotonic: Duration::ZERO,
    wall: 1_800_000_000,
};

/// How far an input got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// No file of ours.
    Refused,
    /// It opens, and what is in it is refused.
    Opened,
    /// The machine's records are a profile.
    Restored,
    /// They are one with a contact.
    Contact,
    /// All of it can be imported.
    Import,
    /// So it can, with a contact and messages.
    Conversation,
}

/// Reads an export.
///
/// # Panics
/// When one of our own does not open, or a restored profile cannot be exported.
pub fn run(data: &[u8]) -> Depth {
    match data.split_first() {
        None => Depth::Refused,
        Some((0, file)) => container(file),
        Some((1, records)) => {
            let file = sealed(records);
            match Import::open(Cursor::new(&file), PASSPHRASE, NOW.wall) {
                Ok(import) => match import.summary() {
                    summary if summary.contacts > 0 && summary.messages > 0 => Depth::Conversation,
                    _ => Depth::Import,
                },
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    Depth::Opened
                }
            }
        }
        Some((_, records)) => machine(records),
    }
}

fn container(file: &[u8]) -> Depth {
    match ExportReader::open(Cursor::new(file), PASSPHRASE) {
        Ok(mut reader) => {
            while let Ok(Some(_)) = reader.record() {}
            Depth::Opened
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            Depth::Refused
        }
    }
}

fn machine(records: &[u8]) -> Depth {
    let records: Vec<&[u8]> = list(records)
        .filter(|(kind, _)| *kind == 2)
        .map(|(_, record)| record)
        .collect();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    let Ok((profile, _)) = Profile::restore(&records, NOW, rng) else {
        return Depth::Refused;
    };
    // What was restored is a profile like any other, and is restored once more unless that was done too often.
    let again = profile.export().expect("a profile can be exported");
    let _ = Profile::restore(&again, NOW, rng);
    if profile.contacts().next().is_some() {
        Depth::Contact
    } else {
        Depth::Restored
    }
}

fn list(mut data: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let ([kind, high, low], rest) = data.split_first_chunk::<3>()?;
        let length = usize::from(u16::from_be_bytes([*high, *low])).min(rest.len());
        let (record, rest) = rest.split_at(length);
        data = rest;
        Some((*kind, record))
    })
}

fn sealed(records: &[u8]) -> Vec<u8> {
    let cost = KdfParameters::testing();
    let mut writer = ExportWriter::new(Vec::new(), PASSPHRASE, cost).expect("a writer");
    for (kind, record) in list(records).filter(|(kind, _)| *kind != 0) {
        writer.record(kind, record).expect("short enough");
    }
    writer.finish().expect("short enough")
}

/// The export of a profile with invitations, whole and in parts, and that of one with a contact, a conversation, its settings, a
/// draft and pictures.
#[must_use]
pub fn seeds() -> Vec<Seed<Depth>> {
    let rng = &mut ChaCha20Rng::seed_from_u64(2);
    let (mut profile, _) = Profile::create("Noor", NOW, rng).expect("a good name");
    let _kept_in_memory = profile.invite(NOW, rng, false, None).expect("room");
    let _kept_in_memory = profile.invite(NOW, rng, true, None).expect("room");
    let entry = |kind: u8, record: &[u8]| {
        let length = u16::try_from(record.len()).expect("short enough");
        [&[kind], &length.to_be_bytes()[..], record].concat()
    };
    let records = profile.export().expect("an export");
    let machine: Vec<u8> = records.iter().flat_map(|record| entry(2, record)).collect();
    let (with_contact, talk) = talk(&entry);
    // The empty map: all settings as they are by default.
    let settings = entry(3, &[0xa0]);
    let whole = [entry(1, &[1]), machine.clone(), settings].concat();
    let seed = |name: &str, selector: u8, bytes: &[u8], reaches| Seed {
        name: name.to_owned(),
        bytes: [&[selector], bytes].concat(),
        reaches,
    };
    vec![
        seed("import", 1, &whole, Depth::Import),
        seed("half", 1, &whole[..whole.len() / 2], Depth::Opened),
        seed("conversation", 1, &talk, Depth::Conversation),
        seed("machine", 2, &machine, Depth::Restored),
        seed("contact", 2, &with_contact, Depth::Contact),
        seed("no-machine", 2, &[], Depth::Refused),
        seed("short-file", 0, &[7; 300], Depth::Refused),
    ]
}

/// A machine with a contact, and the whole export of the profile.
fn talk(entry: &impl Fn(u8, &[u8]) -> Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let [side, _] = pair::talked(NOW);
    let contact = side.contact();
    let records = side.profile.export().expect("an export");
    let machine: Vec<u8> = records.iter().flat_map(|record| entry(2, record)).collect();
    let of = |contact: &[u8; 16], bytes: &[u8]| [contact, bytes].concat();
    let with = |bytes: &[u8]| of(contact.as_bytes(), bytes);
    let mut all = [entry(1, &[1]), machine.clone(), entry(3, &[0xa0])].concat();
    let picture = picture::whole();
    all.extend(entry(7, &of(&[0; 16], &picture)));
    all.extend(entry(7, &with(&picture)));
    all.extend(entry(4, &with(&[0xa0])));
    all.extend(entry(5, &with("what I wanted to say".as_bytes())));
    let messages = side
        .records
        .iter()
        .filter(|(key, _)| matches!(key, RecordKey::Message(..)));
    for (_, message) in messages {
        all.extend(entry(6, &with(message)));
    }
    (machine, all)
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
            Depth::Opened,
            Depth::Restored,
            Depth::Contact,
            Depth::Import,
            Depth::Conversation,
        ] {
            assert!(seeds.iter().any(|seed| seed.reaches == depth), "{depth:?}");
        }
        // A whole file is too large for a corpus.
        let file = sealed(&seeds[0].bytes[1..]);
        assert_eq!(run(&[&[0], &file[..]].concat()), Depth::Opened);
    }
}
