//! What somebody learns in deniable mode who was given the passphrase of one profile, or who reads the logs as they lie on the disk.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::os::unix::fs::MetadataExt as _;

use undertone_storage::{Kind, Slot, Store};

use crate::fixture::{self, COST, Place};

const OWNER: &[u8] = b"the one who is not told";
const DECOY: &[u8] = b"the one that is told";

/// Writes messages, some of them more than once, as a messenger does.
fn use_it(store: &Store, count: u32) {
    for number in 0..count {
        let id = number.to_be_bytes();
        let set = fixture::put(Kind::Message, &id, Slot::Data, &[1; 700]);
        store.commit(set).unwrap();
        let state = fixture::put(Kind::Ratchet, b"state", Slot::State, &id);
        store.commit(state).unwrap();
    }
}

/// How many records of the decoy's own log its passphrase does not open: counted in a copy, by the program itself.
fn foreign(place: &Place) -> usize {
    let copy = place.copy();
    let store = Store::open(&copy.home, DECOY).unwrap();
    let vault = store.vault().number();
    // Out of the mode what does not open is dropped, at the next opening.
    store.set_deniable(false).unwrap();
    drop(store);
    let count = || {
        // Another copy: sled's own threads may hold the lock of the first for a moment.
        let copy = copy.copy();
        let log = sled::Config::new().path(copy.vault_number(vault).join("log"));
        log.flush_every_ms(None).open().unwrap().len()
    };
    let before = count();
    drop(Store::open(&copy.home, DECOY).unwrap());
    before - count()
}

/// A home with a decoy, and with or without a profile beside it.
fn home(is_alone: bool) -> Place {
    let place = if is_alone {
        let (place, store) = Place::with_passphrase(DECOY);
        drop(store);
        place
    } else {
        let (place, owner) = Place::with_passphrase(OWNER);
        drop(owner.create_beside(DECOY, COST).unwrap());
        owner.set_deniable(true).unwrap();
        use_it(&owner, 60);
        owner.lock().unwrap();
        place
    };
    let store = Store::open(&place.home, DECOY).unwrap();
    store.set_deniable(true).unwrap();
    use_it(&store, 20);
    store.lock().unwrap();
    place
}

/// Records that do not open, and key files of any length, are in a home of one profile as well.
#[test]
fn what_a_decoy_does_not_open_says_nothing_of_another_profile() {
    const HOMES: usize = 16;
    let counts = |is_alone| {
        let homes = (0..HOMES).map(|_| foreign(&home(is_alone)));
        homes.collect::<Vec<_>>()
    };
    let (alone, beside) = (counts(true), counts(false));
    println!("alone: {alone:?}\nbeside: {beside:?}");
    let (least, most) = (alone.iter().min().unwrap(), alone.iter().max().unwrap());
    assert!(*least >= 30);
    // Sixteen draws over six powers of two: that all lie within two of them, or all below the others, happens less than
    // once in a million.
    assert!(*most > 2 * least, "one amount says that there is no other");
    assert!(
        most > beside.iter().min().unwrap(),
        "fewer say nothing either"
    );
}

#[test]
fn key_files_have_any_length() {
    let mut seen = BTreeSet::new();
    // Each of three is missing in 64 draws with a probability of one in a hundred billion.
    for _ in 0..64 {
        let (place, store) = Place::with_passphrase(DECOY);
        store.set_deniable(true).unwrap();
        store.rotate_state_key().unwrap();
        store.lock().unwrap();
        let files = (0..4).flat_map(|vault| {
            ["keys-1", "keys-2"].map(|name| place.vault_number(vault).join(name))
        });
        let lengths: Vec<u64> = files
            .map(|file| fs::metadata(file).unwrap().len())
            .collect();
        assert!(lengths.iter().all(|length| *length == lengths[0]));
        drop(Store::open(&place.home, DECOY).unwrap());
        seen.insert(lengths[0]);
        if seen.len() == 3 {
            return;
        }
    }
    panic!("{seen:?}");
}

/// How often each record is named in a vault's log as it lies there: one that is written again and again stands there in
/// many versions.
fn most_versions(place: &Place) -> Vec<usize> {
    let copy = place.copy();
    (0..4)
        .map(|vault| {
            let log = copy.vault_number(vault).join("log");
            let raw = fs::read(log.join("db")).unwrap();
            let db = sled::Config::new().path(&log).flush_every_ms(None);
            let records = db.open().unwrap();
            // sled leaves out what neighbours have in common, and the first byte or two are often that.
            let parts = records.iter().map(|record| {
                let name = record.unwrap().0;
                (<[u8; 8]>::try_from(&name[4..12]).unwrap(), 0_usize)
            });
            let mut versions: HashMap<_, _> = parts.collect();
            for window in raw.windows(8) {
                if let Some(count) = versions.get_mut(window) {
                    *count += 1;
                }
            }
            versions.into_values().max().unwrap_or(0)
        })
        .collect()
}

/// Two profiles that are always opened one after the other, never the second by itself: it is the first who writes all logs anew.
#[test]
fn older_parts_of_the_logs_do_not_tell_how_many_were_open_at_once() {
    let (place, first) = Place::with_passphrase(OWNER);
    let second = first.create_beside(DECOY, COST).unwrap();
    let own = [&first, &second].map(|store| usize::from(store.vault().number()));
    first.set_deniable(true).unwrap();
    use_it(&second, 150);
    second.set_deniable(true).unwrap();
    use_it(&second, 10);
    let lock = |stores: [Store; 2]| stores.into_iter().for_each(|store| store.lock().unwrap());
    let open = || [OWNER, DECOY].map(|passphrase| Store::open(&place.home, passphrase).unwrap());
    lock([second, first]);
    let standing_out = || {
        let versions = most_versions(&place);
        let others = (0..4).filter(|vault| !own.contains(vault));
        let most = 3 * others.map(|vault| versions[vault]).max().unwrap();
        own.into_iter()
            .filter(|vault| versions[*vault] > most)
            .count()
    };
    assert!(standing_out() > 0, "control");
    lock(open());
    assert_eq!(standing_out(), 0);
    // Killed while both are in use.
    let stores = open();
    stores.iter().for_each(|store| use_it(store, 150));
    drop(stores);
    assert_eq!(standing_out(), 2, "control");
    lock(open());
    assert_eq!(standing_out(), 0);
    // Nothing is left to be done: opening takes no longer than it has to.
    let times = |stores: [Store; 2]| {
        let log = |vault: usize| place.vault_number(u8::try_from(vault).unwrap()).join("log");
        let made = own.map(|vault| {
            let found = fs::metadata(log(vault)).unwrap();
            (found.ino(), found.created().ok())
        });
        lock(stores);
        made
    };
    assert_eq!(times(open()), times(open()));
}

/// Switched on after a time without it, or after a program that was killed: also the older parts of the logs are alike.
#[test]
fn older_parts_of_the_logs_do_not_tell_the_vault_in_use() {
    let (place, store) = Place::with_passphrase(DECOY);
    use_it(&store, 150);
    let own = usize::from(store.vault().number());
    store.lock().unwrap();
    let stands_out = |versions: &[usize]| {
        let others = (0..4).filter(|vault| *vault != own);
        versions[own] > 3 * others.map(|vault| versions[vault]).max().unwrap()
    };
    let found = most_versions(&place);
    assert!(stands_out(&found), "control: {found:?}");
    let store = Store::open(&place.home, DECOY).unwrap();
    store.set_deniable(true).unwrap();
    store.lock().unwrap();
    Store::open(&place.home, DECOY).unwrap().lock().unwrap();
    let found = most_versions(&place);
    assert!(!stands_out(&found), "{found:?}");
    // Killed before it was covered. Everything that was written then has its counterpart: only its versions tell.
    let store = Store::open(&place.home, DECOY).unwrap();
    use_it(&store, 150);
    drop(store);
    Store::open(&place.home, DECOY).unwrap().lock().unwrap();
    let found = most_versions(&place);
    assert!(!stands_out(&found), "{found:?}");
}
