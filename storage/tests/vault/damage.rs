//! Damaged files: a clear error or everything as it was, never a panic, never wrong data.

mod headers;

use std::fs;
use std::path::{Path, PathBuf};

use rand_chacha::ChaCha8Rng;
use undertone_storage::{MAX_VALUE, OpenError, Slot, Store};

use crate::fixture::{self, KINDS, Model, Place};

/// A store with a history of several openings, so that its log has old and new parts, a
/// snapshot, and records of many pieces.
fn lived_in(seed: u64) -> (Place, Model) {
    let mut random = fixture::random(seed);
    let mut model = Model::new();
    let (place, mut store) = Place::with_store();
    for _ in 0..3 {
        for _ in 0..40 {
            store
                .commit(fixture::some_changes(&mut random, &mut model, 60))
                .unwrap();
        }
        let large = fixture::bytes(&mut random, 300_000);
        let id = b"large".to_vec();
        store
            .commit(fixture::put(KINDS[0], &id, Slot::Data, &large))
            .unwrap();
        model.insert((KINDS[0], id), large);
        store.rotate_state_key().unwrap();
        drop(store);
        store = place.open().unwrap();
    }
    // What comes after the last snapshot.
    for _ in 0..20 {
        store
            .commit(fixture::some_changes(&mut random, &mut model, 60))
            .unwrap();
    }
    drop(store);
    (place, model)
}

/// Opens a damaged home. Either all is there, or the error is one of those that damage may have.
fn outcome(place: &Place, model: &Model, context: &str) -> Result<(), OpenError> {
    let store = match place.open() {
        Ok(store) => store,
        Err(
            error @ (OpenError::DamagedHeader
            | OpenError::DamagedKeys
            | OpenError::DamagedRecords
            | OpenError::WrongPassphrase),
        ) => return Err(error),
        Err(other) => panic!("{context}: {other:?}"),
    };
    // The presence and version of records is known to be right; a text that cannot be read any more may
    // still be found out when it is read.
    let mut damaged = false;
    for ((kind, id), expected) in model {
        match store.get(*kind, id) {
            Ok(found) => assert!(
                found.is_some_and(|found| *found == *expected),
                "{context}: wrong data"
            ),
            Err(_) => damaged = true,
        }
    }
    if damaged {
        Err(OpenError::DamagedRecords)
    } else {
        Ok(())
    }
}

fn change(path: &Path, how: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    how(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// One of the ways in which a file can be damaged, at a random place. At least one byte changes.
fn damage(path: &Path, kind: u64, random: &mut ChaCha8Rng) {
    change(path, |bytes| {
        let before = bytes.clone();
        while *bytes == before {
            let offset = usize::try_from(fixture::below(random, bytes.len() as u64)).unwrap();
            let end = |length| bytes.len().min(offset + length);
            match kind % 5 {
                0 => bytes[offset] ^= 1 << fixture::below(random, 8),
                1 => bytes.truncate(offset),
                2 => {
                    let end = end(4096);
                    bytes[offset..end].fill(0);
                }
                3 => {
                    let end = end(64);
                    let noise = fixture::bytes(random, end - offset);
                    bytes[offset..end].copy_from_slice(&noise);
                }
                // As long as before and empty: what some file systems leave after a power cut.
                _ => bytes.fill(0),
            }
        }
    });
}

#[derive(Default, Debug)]
struct Tally {
    whole: u32,
    refused: u32,
}

/// Damages one file of a store in `rounds` ways and tells how often everything was there all the same.
fn batter(rounds: u64, file: impl Fn(&Place) -> PathBuf) -> Tally {
    let (original, model) = lived_in(1);
    let mut tally = Tally::default();
    for round in 0..rounds {
        let mut random = fixture::random(1_000 + round);
        let place = original.copy();
        damage(&file(&place), round, &mut random);
        match outcome(&place, &model, &format!("round {round}")) {
            Ok(()) => tally.whole += 1,
            Err(_) => tally.refused += 1,
        }
    }
    tally
}

/// Much of the log is no longer in use, so damage often does nothing.
#[test]
fn a_damaged_log_is_whole_or_refused() {
    let tally = batter(150, |place| place.log().join("db"));
    assert!(tally.whole > 10 && tally.refused > 10, "{tally:?}");
}

/// The control of the audit: sled alone opens damaged logs without a word and shows other records. They are refused, or made
/// up for by the journal, which has the last commits.
#[test]
fn sled_alone_does_not_notice() {
    let (original, model) = lived_in(1);
    let records = |place: &Place| {
        std::panic::catch_unwind(|| {
            let log = sled::Config::new()
                .path(place.log())
                .flush_every_ms(None)
                .open()?;
            log.iter().collect::<Result<Vec<_>, _>>()
        })
    };
    let expected = records(&original.copy()).unwrap().unwrap();
    let mut unnoticed = 0;
    for round in 0..60 {
        let place = original.copy();
        damage(
            &place.log().join("db"),
            round,
            &mut fixture::random(5_000 + round),
        );
        let (copy, again) = (place.copy(), place.copy());
        if let Ok(Ok(found)) = records(&place)
            && found != expected
        {
            unnoticed += 1;
            let _whole_or_refused = outcome(&copy, &model, &format!("round {round}"));
            fs::write(
                copy.journal(),
                fixture::bytes(&mut fixture::random(round), 1 << 20),
            )
            .unwrap();
            fs::write(
                again.journal(),
                fixture::bytes(&mut fixture::random(round), 1 << 20),
            )
            .unwrap();
            assert!(
                matches!(again.open(), Err(OpenError::DamagedRecords)),
                "round {round}"
            );
        }
    }
    println!("{unnoticed} of 60 damaged logs were opened without a word");
    assert!(
        unnoticed > 0,
        "sled noticed everything: the audit is not tested"
    );
}

/// Everything in a snapshot is in the log as well.
#[test]
fn a_damaged_snapshot_is_done_without() {
    let tally = batter(50, Place::snapshot);
    assert_eq!(tally.refused, 0, "{tally:?}");
    let (original, model) = lived_in(1);
    let changes: [fn(&Place); 4] = [
        |place| fs::write(place.snapshot(), b"").unwrap(),
        |place| fs::remove_file(place.snapshot()).unwrap(),
        |place| {
            let name = place.log().join("snap.FFFFFFFFFFFFFFF0");
            fs::copy(place.snapshot(), &name).unwrap();
            change(&name, |bytes| bytes[20] ^= 1);
        },
        |place| {
            fs::write(
                place.log().join("snap.00000000000FFFFF.generating"),
                b"unfinished",
            )
            .unwrap()
        },
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let place = original.copy();
        change(&place);
        outcome(&place, &model, &format!("change {number}")).unwrap();
        // It stays that way.
        outcome(&place, &model, &format!("change {number}, again")).unwrap();
    }
}

/// sled's files for large pages, which cannot be written safely, never come to be.
#[test]
fn there_are_no_pages_in_files_of_their_own() {
    let (place, store) = Place::with_store();
    let slot = Slot::Conversation {
        conversation: [1; 16],
        day: 1,
    };
    for number in 0..200_u8 {
        store
            .commit(fixture::put(KINDS[0], &[number], slot, &[number; 4_000]))
            .unwrap();
    }
    store
        .commit(fixture::put(KINDS[0], b"large", slot, &vec![1; MAX_VALUE]))
        .unwrap();
    // Pages are merged as well.
    for number in (0..200_u8).filter(|number| number % 7 != 0) {
        store.commit(fixture::delete(KINDS[0], &[number])).unwrap();
    }
    store.reseal(slot).unwrap();
    assert_eq!(fs::read_dir(place.log().join("blobs")).unwrap().count(), 0);
    drop(store);
    fs::remove_dir(place.log().join("blobs")).unwrap();
    let store = place.open().unwrap();
    assert_eq!(
        fixture::read(&store, KINDS[0], b"large"),
        Some(vec![1; MAX_VALUE])
    );
    drop(store);
    for _ in 0..3 {
        drop(place.open().unwrap());
        assert_eq!(fs::read_dir(place.log().join("blobs")).unwrap().count(), 0);
    }
    // A stray file there is in nobody's way.
    fs::write(place.log().join("blobs/99999999999"), b"stray").unwrap();
    fs::write(place.log().join("blobs/name"), b"stray").unwrap();
    assert!(place.open().is_ok());
}

#[test]
fn the_log_s_configuration_is_written_again() {
    let tally = batter(30, |place| place.log().join("conf"));
    assert_eq!(tally.refused, 0, "{tally:?}");
}

#[test]
fn one_damaged_copy_of_the_key_file_is_repaired() {
    let (original, model) = lived_in(1);
    for copy in ["keys-1", "keys-2"] {
        let other = if copy == "keys-1" { "keys-2" } else { "keys-1" };
        for round in 0..15 {
            let place = original.copy();
            damage(
                &place.vault().join(copy),
                round,
                &mut fixture::random(round),
            );
            outcome(&place, &model, copy).unwrap();
            // It is repaired: now the other one may go.
            fs::write(place.vault().join(other), b"").unwrap();
            outcome(&place, &model, copy).unwrap();
            assert_eq!(
                fs::metadata(place.vault().join(copy)).unwrap().len() % (1 << 20),
                0
            );
        }
        let place = original.copy();
        fs::remove_file(place.vault().join(copy)).unwrap();
        outcome(&place, &model, copy).unwrap();
        let place = original.copy();
        change(&place.vault().join(copy), |bytes| bytes.resize(70 << 20, 0));
        outcome(&place, &model, copy).unwrap();
    }
}

#[test]
fn a_key_file_damaged_in_both_copies_is_refused() {
    let (original, model) = lived_in(1);
    for round in 0..10 {
        let place = original.copy();
        let mut random = fixture::random(round);
        damage(&place.vault().join("keys-1"), round, &mut random);
        damage(&place.vault().join("keys-2"), round / 2, &mut random);
        let error = outcome(&place, &model, "both").unwrap_err();
        assert!(matches!(error, OpenError::DamagedKeys), "{error:?}");
    }
}

/// An old key file beside a new log, as after restoring single files, does not pass for the current one.
#[test]
fn an_old_key_file_does_not_open_new_records() {
    let (place, model) = lived_in(1);
    let old = place.copy();
    let store = place.open().unwrap();
    store.rotate_state_key().unwrap();
    drop(store);
    for name in ["keys-1", "keys-2"] {
        fs::copy(old.vault().join(name), place.vault().join(name)).unwrap();
    }
    assert!(outcome(&place, &model, "old keys").is_err());
}

/// A log from before, as after a restored snapshot of the file system, is found out by the mark, unless the journal has all
/// that it lacks.
#[test]
fn an_old_log_is_refused() {
    let (original, mut model) = lived_in(1);
    for (commits, with_journal) in [(1_u32, true), (1, false), (400, true)] {
        let (place, old) = (original.copy(), original.copy());
        let store = place.open().unwrap();
        for number in 0..commits {
            let value = number.to_be_bytes().repeat(900);
            store
                .commit(fixture::put(KINDS[0], b"new", Slot::Data, &value))
                .unwrap();
            model.insert((KINDS[0], b"new".to_vec()), value);
        }
        drop(store);
        fs::remove_dir_all(place.log()).unwrap();
        fixture::copy_directory(&old.log(), &place.log());
        if !with_journal {
            fs::copy(old.journal(), place.journal()).unwrap();
        }
        match outcome(&place, &model, "old log") {
            Ok(()) => assert!(with_journal && commits == 1),
            Err(error) => {
                assert!(matches!(error, OpenError::DamagedRecords), "{error:?}");
                assert!(!with_journal || commits > 1);
            }
        }
    }
}

/// A journal from before says nothing that the log does not know.
#[test]
fn an_old_journal_changes_nothing() {
    let (place, mut model) = lived_in(1);
    let old = place.copy();
    for round in 0..3_u8 {
        let store = place.open().unwrap();
        for number in 0..20_u8 {
            let value = vec![number; usize::from(round) * 1_000 + 1];
            store
                .commit(fixture::put(KINDS[0], b"new", Slot::Data, &value))
                .unwrap();
            model.insert((KINDS[0], b"new".to_vec()), value);
        }
        drop(store);
        fs::copy(old.journal(), place.journal()).unwrap();
        outcome(&place, &model, "old journal").unwrap();
    }
}

/// Of a store that was closed nothing in its journal is needed, whatever becomes of it.
#[test]
fn a_damaged_journal_of_a_closed_store_is_done_without() {
    let tally = batter(30, Place::journal);
    assert_eq!(tally.refused, 0, "{tally:?}");
    let (place, model) = lived_in(1);
    fs::remove_file(place.journal()).unwrap();
    outcome(&place, &model, "no journal").unwrap();
    // Something that is no file is not taken for one.
    fs::remove_file(place.journal()).unwrap();
    fs::create_dir(place.journal()).unwrap();
    assert!(matches!(place.open(), Err(OpenError::Io(_))));
    fs::remove_dir(place.journal()).unwrap();
    outcome(&place, &model, "a directory").unwrap();
}

#[test]
fn a_damaged_mark_is_written_again() {
    let tally = batter(20, |place| place.vault().join("mark"));
    assert_eq!(tally.refused, 0, "{tally:?}");
}

#[test]
fn a_missing_log_is_refused_and_not_replaced_by_an_empty_one() {
    let (original, model) = lived_in(1);
    for name in ["log", "log/db"] {
        let place = original.copy();
        let path = place.vault().join(name);
        if path.is_dir() {
            fs::remove_dir_all(path)
        } else {
            fs::remove_file(path)
        }
        .unwrap();
        let error = outcome(&place, &model, name).unwrap_err();
        assert!(matches!(error, OpenError::DamagedRecords), "{error:?}");
    }
}
