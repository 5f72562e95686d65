//! What the files give away: to someone without the key, and to someone with today's key.

use std::fs;

use undertone_storage::inspection::{self, Encoding, Remnant};
use undertone_storage::{ChangeSet, KdfParameters, Kind, Slot, Store};

use crate::fixture::{self, Place};

const CANARIES: [&[u8]; 4] = [
    "canary: Grüße an Anna, bis 18 Uhr".as_bytes(),
    b"canary-identifier-0001",
    b"canary passphrase of a profile",
    // An onion address and a conversation, as they might be used for identifiers.
    b"canaryqmq7ts5ikqovlvvzdfrjl3duxibw3khovt4yyf4znz3hq6pyvad",
];
const CONVERSATION: [u8; 16] = *b"canary-conv-0016";

fn slot(day: u32) -> Slot {
    Slot::Conversation {
        conversation: CONVERSATION,
        day,
    }
}

/// Everything a profile may write, with canaries as values and as identifiers.
fn live(store: &Store) {
    for (number, canary) in (0_u8..).zip(CANARIES) {
        let mut set = ChangeSet::new();
        for (place, to) in [Slot::Data, Slot::State, slot(100), slot(101)]
            .into_iter()
            .enumerate()
        {
            set.put(Kind::ALL[place], canary, to, fixture::value(canary));
            let long = canary.repeat(200);
            set.put(Kind::ALL[place + 4], &[number], to, fixture::value(&long));
        }
        store.commit(set).unwrap();
        store
            .commit(fixture::put(
                Kind::Profile,
                canary,
                Slot::Data,
                &canary.repeat(2),
            ))
            .unwrap();
        store
            .commit(fixture::put(
                Kind::Guards,
                canary,
                Slot::Data,
                &canary.repeat(10_000),
            ))
            .unwrap();
    }
    store.rotate_state_key().unwrap();
    store.reseal(slot(100)).unwrap();
    store.merge_days(132).unwrap();
}

#[test]
fn no_file_holds_what_was_stored() {
    let place = Place::new();
    let cost = KdfParameters {
        memory_kib: if cfg!(debug_assertions) { 8 } else { 65_536 },
        passes: 3,
        lanes: 1,
    };
    let store = Store::create(&place.home, CANARIES[2], cost).unwrap();
    live(&store);
    let all: Vec<&[u8]> = CANARIES
        .into_iter()
        .chain([&CONVERSATION[..], b"Purpose", b"Conversation"])
        .collect();
    let none = |when| {
        assert_eq!(
            inspection::search(place.home.path(), &all).unwrap(),
            [],
            "{when}"
        )
    };
    none("while open");
    store.lock().unwrap();
    none("locked");
    let store = Store::open(&place.home, CANARIES[2]).unwrap();
    none("open again");
    store.erase_conversation(CONVERSATION).unwrap();
    drop(store);
    none("after an erasure");
}

/// The control: the same records in a log of the same kind, but not sealed, in every encoding.
#[test]
fn the_same_search_finds_all_of_it_unsealed() {
    let place = tempfile::tempdir().unwrap();
    let log = sled::Config::new()
        .path(place.path().join("log"))
        .flush_every_ms(None)
        .open()
        .unwrap();
    let wide = |text: &[u8], bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        String::from_utf8(text.to_vec())
            .unwrap()
            .encode_utf16()
            .flat_map(bytes)
            .collect()
    };
    for canary in CANARIES {
        let forms = [
            canary.to_vec(),
            wide(canary, u16::to_le_bytes),
            wide(canary, u16::to_be_bytes),
            data_encoding::HEXLOWER.encode(canary).into_bytes(),
            data_encoding::HEXUPPER.encode(canary).into_bytes(),
            data_encoding::BASE32.encode(canary).into_bytes(),
            data_encoding::BASE64.encode(canary).into_bytes(),
        ];
        for (number, form) in (0_u8..).zip(forms) {
            log.insert([canary, &[number]].concat(), form).unwrap();
        }
    }
    log.flush().unwrap();
    drop(log);
    let found = inspection::search(place.path(), &CANARIES).unwrap();
    for canary in 0..CANARIES.len() {
        for encoding in Encoding::ALL {
            assert!(
                found
                    .iter()
                    .any(|one| one.canary == canary && one.encoding == encoding),
                "{canary} {encoding:?}"
            );
        }
    }
}

fn values(remnants: &[Remnant], kind: Kind) -> Vec<&[u8]> {
    let mut values: Vec<_> = remnants
        .iter()
        .filter(|one| one.kind == Some(kind))
        .map(|one| one.value.as_slice())
        .collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// What today's keys open in the log and in the journal. The other files hold no records, and would take their time.
fn remnants(store: &Store, place: &Place) -> Vec<Remnant> {
    let mut found = inspection::remnants(store, &place.log()).unwrap();
    found.extend(inspection::remnants(store, &place.journal()).unwrap());
    found
}

fn of_file<'a>(found: &'a [Remnant], file: &str) -> Vec<&'a Remnant> {
    let is_there = |one: &&Remnant| one.path.ends_with(file);
    found.iter().filter(is_there).collect()
}

/// Deletion alone leaves the text in unused parts of the log, where today's key opens it: the
/// control. After the erasure nothing opens.
#[test]
fn erased_conversations_cannot_be_read_with_todays_key() {
    let (place, store) = Place::with_store();
    store
        .commit(fixture::put(Kind::Message, b"1", slot(5), b"first text"))
        .unwrap();
    store
        .commit(fixture::put(Kind::Message, b"2", slot(6), b"second text"))
        .unwrap();
    store
        .commit(fixture::put(Kind::Settings, b"3", Slot::Data, b"a setting"))
        .unwrap();
    store.commit(fixture::delete(Kind::Message, b"1")).unwrap();
    store
        .commit(fixture::put(
            Kind::Message,
            b"2",
            slot(6),
            b"second text, edited",
        ))
        .unwrap();

    let before = remnants(&store, &place);
    assert_eq!(
        values(&before, Kind::Message),
        [&b"first text"[..], b"second text", b"second text, edited"]
    );
    assert_eq!(values(&before, Kind::Settings), [b"a setting"]);
    let of_journal = of_file(&before, "journal");
    assert!(of_journal.iter().any(|one| *one.value == b"first text"[..]));

    store.erase_conversation(CONVERSATION).unwrap();
    let after = remnants(&store, &place);
    assert_eq!(values(&after, Kind::Message), <[&[u8]; 0]>::default());
    assert!(after.iter().all(|one| one.id != b"1" && one.id != b"2"));
    // The control within the test: what was not erased still opens.
    assert_eq!(values(&after, Kind::Settings), [b"a setting"]);
    let of_journal = of_file(&after, "journal");
    assert!(of_journal.iter().any(|one| *one.value == b"a setting"[..]));
    // The texts themselves are still there, sealed: the log has not shrunk and forgets nothing.
    drop(store);
    let store = place.open().unwrap();
    assert_eq!(
        values(&remnants(&store, &place), Kind::Message),
        <[&[u8]; 0]>::default()
    );
}

#[test]
fn one_deleted_message_cannot_be_read_after_its_day_was_sealed_again() {
    let (place, store) = Place::with_store();
    for number in 0..5_u8 {
        let text = format!("text {number}");
        store
            .commit(fixture::put(
                Kind::Message,
                &[number],
                slot(5),
                text.as_bytes(),
            ))
            .unwrap();
    }
    store.commit(fixture::delete(Kind::Message, &[2])).unwrap();
    let before = remnants(&store, &place);
    assert!(values(&before, Kind::Message).contains(&&b"text 2"[..]));
    store.reseal(slot(5)).unwrap();
    let after = remnants(&store, &place);
    let left = [&b"text 0"[..], b"text 1", b"text 3", b"text 4"];
    assert_eq!(values(&after, Kind::Message), left);
    for number in [0_u8, 1, 3, 4] {
        assert!(fixture::read(&store, Kind::Message, &[number]).is_some());
    }
}

#[test]
fn merged_days_leave_no_key_of_the_day() {
    let (place, store) = Place::with_store();
    store
        .commit(fixture::put(Kind::Message, b"1", slot(5), b"first text"))
        .unwrap();
    store
        .commit(fixture::put(Kind::Message, b"1", slot(5), b"second text"))
        .unwrap();
    assert_eq!(values(&remnants(&store, &place), Kind::Message).len(), 2);
    store.merge_days(200).unwrap();
    assert_eq!(
        values(&remnants(&store, &place), Kind::Message),
        [b"second text"]
    );
}

#[test]
fn earlier_states_cannot_be_read_after_a_rotation() {
    let (place, store) = Place::with_store();
    for number in 0..4 {
        let state = format!("state {number}");
        store
            .commit(fixture::put(
                Kind::Ratchet,
                b"r",
                Slot::State,
                state.as_bytes(),
            ))
            .unwrap();
    }
    assert_eq!(values(&remnants(&store, &place), Kind::Ratchet).len(), 4);
    store.rotate_state_key().unwrap();
    let after = remnants(&store, &place);
    assert_eq!(values(&after, Kind::Ratchet), [b"state 3"]);

    // Locking rotates as well, so a replaced state does not outlive the session.
    store
        .commit(fixture::put(Kind::Ratchet, b"r", Slot::State, b"state 4"))
        .unwrap();
    store.lock().unwrap();
    let store = place.open().unwrap();
    assert_eq!(
        values(&remnants(&store, &place), Kind::Ratchet),
        [b"state 4"]
    );
}

/// A home of one profile, used over several openings, with canaries in one of its conversations: texts that were edited, long ones,
/// identifiers; some of them in days that were merged.
fn with_canaries(passphrase: &[u8]) -> Place {
    let (place, mut store) = Place::with_passphrase(passphrase);
    for round in 0..3_u8 {
        for (number, canary) in (0_u8..).zip(CANARIES) {
            let to = slot(90 + u32::from(number) * 10 + u32::from(round));
            let mut set = ChangeSet::new();
            set.put(Kind::Message, canary, to, fixture::value(canary));
            let long = canary.repeat(1 + 150 * usize::from(round));
            set.put(Kind::Message, &[number], to, fixture::value(&long));
            let kept = format!("kept {round} {number}").into_bytes();
            set.put(Kind::Settings, &kept, Slot::Data, fixture::value(&kept));
            store.commit(set).unwrap();
        }
        store.rotate_state_key().unwrap();
        store.merge_days(125).unwrap();
        store.lock().unwrap();
        store = Store::open(&place.home, passphrase).unwrap();
    }
    drop(store);
    place
}

/// What the thief finds in all files of a home of one name, if one is given: whether anything holds a canary, and how many other
/// values.
fn stolen(found: &[Remnant], file: Option<&str>) -> (Vec<bool>, usize) {
    let is_meant = |one: &&Remnant| file.is_none_or(|file| one.path.ends_with(file));
    let found: Vec<_> = found.iter().filter(is_meant).collect();
    let holds = |canary: &&[u8]| {
        let within = |text: &[u8]| text.windows(canary.len()).any(|part| part == *canary);
        found
            .iter()
            .any(|one| within(&one.id) || within(&one.value))
    };
    let kept = found.iter().filter(|one| one.value.starts_with(b"kept "));
    (CANARIES.iter().map(holds).collect(), kept.count())
}

/// The deletion of a conversation, against someone who gets every file of the home afterwards and has passphrase and data
/// key from before: nothing in any of them opens to a canary. The control is the same without the erasure.
#[test]
fn a_thief_with_the_keys_of_before_finds_nothing_of_a_deleted_conversation() {
    let passphrase = b"the passphrase of before";
    let place = with_canaries(passphrase);
    let key = inspection::data_key(&place.home, passphrase).unwrap();
    let control = place.copy();

    let store = Store::open(&place.home, passphrase).unwrap();
    store.erase_conversation(CONVERSATION).unwrap();
    store.lock().unwrap();
    let found = inspection::theft(place.home.path(), &key).unwrap();
    let (canaries, kept) = stolen(&found, None);
    assert_eq!(canaries, [false; 4]);
    assert!(kept >= 12, "the thief does open what was kept: {kept}");
    let (_, kept) = stolen(&found, Some("journal"));
    assert!(kept >= 1, "in the journal as well: {kept}");
    assert_eq!(
        inspection::search(place.home.path(), &CANARIES).unwrap(),
        []
    );

    // The records deleted, but not the keys: sled's old segments still have them.
    let store = Store::open(&control.home, passphrase).unwrap();
    let mut set = ChangeSet::new();
    for (number, canary) in (0_u8..).zip(CANARIES) {
        set.delete(Kind::Message, canary)
            .delete(Kind::Message, &[number]);
    }
    store.commit(set).unwrap();
    let mut left = 0;
    store.scan(Kind::Message, |_, _, _| left += 1).unwrap();
    assert_eq!(left, 0);
    store.lock().unwrap();
    let found = inspection::theft(control.home.path(), &key).unwrap();
    for file in [None, Some("log/db"), Some("journal")] {
        let (canaries, kept) = stolen(&found, file);
        // Of the journal a part was written over since.
        let least = if file == Some("journal") { 1 } else { 4 };
        let read = canaries.iter().filter(|canary| **canary).count();
        assert!(read >= least, "{file:?}: {canaries:?}");
        assert!(kept >= 1, "{file:?}: {kept}");
    }
}

/// A copy of the log from before an erasure does not help either; one with the key file does: the
/// claim is about live files, not about backups.
#[test]
fn an_old_log_is_of_no_use_without_the_old_keys() {
    let (place, store) = Place::with_store();
    store
        .commit(fixture::put(Kind::Message, b"1", slot(5), b"the text"))
        .unwrap();
    drop(store);
    let backup = place.copy();
    let store = place.open().unwrap();
    assert_eq!(
        values(&remnants(&store, &backup), Kind::Message),
        [b"the text"]
    );
    store.erase(slot(5)).unwrap();
    assert_eq!(
        values(&remnants(&store, &backup), Kind::Message),
        <[&[u8]; 0]>::default()
    );
    let old = backup.open().unwrap();
    assert_eq!(
        fixture::read(&old, Kind::Message, b"1"),
        Some(b"the text".to_vec())
    );
}

/// The key file is overwritten where it lies: it neither grows nor leaves a second file behind.
#[test]
fn the_key_file_keeps_its_place() {
    let (place, store) = Place::with_store();
    let names = || {
        let mut names: Vec<_> = fs::read_dir(place.vault())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let expected = ["journal", "keys-1", "keys-2", "log", "mark"].map(std::ffi::OsString::from);
    let mut earlier = Vec::new();
    for day in 0..5 {
        store
            .commit(fixture::put(Kind::Message, b"1", slot(day), b"the text"))
            .unwrap();
        assert_eq!(names(), expected);
        for name in ["keys-1", "keys-2"] {
            let file = fs::read(place.vault().join(name)).unwrap();
            assert_eq!(file.len(), 1 << 20);
            // Nothing of an earlier content is left: blocks of 16 bytes do not repeat by chance.
            earlier.push(file);
        }
    }
    let mut blocks = std::collections::HashSet::new();
    for file in &earlier {
        for block in file.chunks(16) {
            assert!(blocks.insert(block), "a block is as it was before");
        }
    }
}

/// Values are padded: what is stored beside the same history takes one of a few sizes.
#[test]
fn sizes_fall_into_buckets() {
    let (_place, store) = Place::with_store();
    store
        .commit(fixture::put(Kind::Message, b"1", Slot::Data, b""))
        .unwrap();
    let mut sizes = std::collections::BTreeSet::new();
    for length in (0..9_000).step_by(37) {
        let set = || fixture::put(Kind::Message, b"1", Slot::Data, &vec![1; length]);
        // The first time lists may change as well.
        store.commit(set()).unwrap();
        let before = store.statistics().bytes;
        store.commit(set()).unwrap();
        // Beside the record and its name there is the tip.
        sizes.insert(store.statistics().bytes - before - 32 - (256 + 32));
    }
    assert_eq!(
        sizes.into_iter().collect::<Vec<_>>(),
        [256, 512, 1024, 2048, 4096, 8192 + 32, 12_288 + 64]
    );
}
