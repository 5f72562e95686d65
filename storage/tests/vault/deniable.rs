//! Deniable mode: what one look at the disk tells of how many profiles a home has.
//!
//! The reader here knows the program and its formats, has one copy of all files and no key. It counts the vaults that
//! stand out, in each of these ways ([`reader::distinguish`]): names of files, their sizes, their times and the order of these,
//! the bytes they are made of, the position in the log that sled puts into a file's name, and, by opening the logs with
//! sled, the number and the sizes of the records in each.
//!
//! Some of these vary by chance, because sled places records of random names at random: the size of the log and of its
//! snapshot, the position, how much of the last segment is empty. One home cannot show whether that chance favours the
//! vaults in use, or shows their number: for that many homes are made ([`chance`]).

mod chance;
mod reader;

use std::collections::BTreeSet;
use std::fs;

use undertone_storage::{ChangeSet, Kind, Slot, Store};

use self::reader::{assert_even, distinguish};
use crate::fixture::{self, COST, Place};

const PASSPHRASES: [&[u8]; 4] = [b"first", b"second", b"third", b"fourth"];
/// Sessions in every home, whoever they belong to.
const SESSIONS: u64 = 8;

/// What a session of a messenger writes: messages, states that are replaced, something that is deleted.
fn session(store: &Store, number: u64) {
    session_of(store, number, 40);
}

/// The same with so many steps.
fn session_of(store: &Store, number: u64, steps: u64) {
    let mut random = fixture::random(number);
    for step in 0..steps {
        let mut set = ChangeSet::new();
        let id = (number * 1_000 + step).to_be_bytes();
        let length = usize::try_from(fixture::below(&mut random, 2_500)).unwrap();
        let conversation = [u8::try_from(step % 3).unwrap(); 16];
        let day = u32::try_from(20_000 + number).unwrap();
        let slot = Slot::Conversation { conversation, day };
        set.put(Kind::Message, &id, slot, fixture::value(&vec![1; length]));
        let state = (step % 7).to_be_bytes();
        set.put(
            Kind::Ratchet,
            &state,
            Slot::State,
            fixture::value(&[2; 1_500]),
        );
        if step % 5 == 4 {
            set.delete(Kind::Message, &(number * 1_000 + step - 2).to_be_bytes());
        }
        store.commit(set).unwrap();
        if step % 20 == 10 {
            store.cover().unwrap();
        }
    }
}

/// A home with so many profiles, that were used in turn, for as many sessions in all.
fn home(profiles: usize, deniable: bool) -> Place {
    let (place, first) = Place::with_passphrase(PASSPHRASES[0]);
    fill(&place, first, (profiles, deniable), SESSIONS, session);
    place
}

/// Makes the other profiles of a home, and uses all in turn for so many sessions; gives the vaults that are in use.
fn fill(
    place: &Place,
    first: Store,
    (profiles, deniable): (usize, bool),
    sessions: u64,
    session: impl Fn(&Store, u64),
) -> BTreeSet<u8> {
    let mut stores = vec![first];
    for passphrase in &PASSPHRASES[1..profiles] {
        let store = stores[0].create_beside(passphrase, COST).unwrap();
        stores.push(store);
    }
    for store in &stores {
        store.set_deniable(deniable).unwrap();
    }
    let used = stores.iter().map(|store| store.vault().number()).collect();
    stores.into_iter().for_each(|store| store.lock().unwrap());
    for number in 0..sessions {
        let passphrase = PASSPHRASES[usize::try_from(number).unwrap() % profiles];
        let store = Store::open(&place.home, passphrase).unwrap();
        assert_eq!(store.is_deniable(), deniable);
        session(&store, number);
        store.lock().unwrap();
    }
    used
}

/// One, two and four profiles with the same content in all: nobody stands out in any way.
#[test]
fn one_look_does_not_tell_how_many_profiles_there_are() {
    for profiles in [1, 2, 4] {
        let place = home(profiles, true);
        let found = distinguish(&place);
        println!("{profiles} profiles: {found:?}");
        assert_even(&found);
        // They are all there.
        for (number, passphrase) in (0_u64..).zip(&PASSPHRASES[..profiles]) {
            let store = Store::open(&place.home, passphrase).unwrap();
            let id = (number * 1_000).to_be_bytes();
            assert!(fixture::read(&store, Kind::Message, &id).is_some());
        }
    }
}

/// The control: without it, what the same reader counts is the number of profiles.
#[test]
fn without_it_one_look_counts_the_profiles() {
    for profiles in [1, 2, 3] {
        let found = distinguish(&home(profiles, false));
        println!("{profiles} profiles: {found:?}");
        for way in ["records", "position in the log"] {
            assert_eq!(found[way], profiles, "{way}: {found:?}");
        }
        assert!(found["times"] > 0);
    }
}

/// Switched on for a profile that was used without it: from the next opening on nothing stands out.
#[test]
fn it_can_be_switched_on_later_and_off_again() {
    let (place, store) = Place::with_passphrase(PASSPHRASES[0]);
    (0..4).for_each(|number| session(&store, number));
    let before = store.statistics();
    assert_eq!(before.cover_bytes, 0);
    store.set_deniable(true).unwrap();
    store.lock().unwrap();
    let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    session(&store, 5);
    store.lock().unwrap();
    assert_even(&distinguish(&place));

    let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    store.set_deniable(false).unwrap();
    let before = store.statistics();
    session(&store, 6);
    assert_eq!(store.statistics().cover_bytes, before.cover_bytes);
    store.lock().unwrap();
    assert!(distinguish(&place)["times"] > 0);
}

/// What others leave is never taken for one's own; out of deniable mode it is dropped.
#[test]
fn what_does_not_open_is_kept_in_it_and_dropped_out_of_it() {
    let place = home(2, true);
    let count = |vault: u8| {
        let copy = place.copy();
        let log = sled::Config::new().path(copy.vault_number(vault).join("log"));
        log.flush_every_ms(None).open().unwrap().len()
    };
    let store = Store::open(&place.home, PASSPHRASES[1]).unwrap();
    let vault = store.vault().number();
    let own = |store: &Store| {
        let mut own = 0;
        for kind in Kind::ALL {
            store.scan(kind, |_, _, _| own += 1).unwrap();
        }
        own
    };
    let mine = own(&store);
    store.set_deniable(false).unwrap();
    drop(store);
    let before = count(vault);
    assert!(
        before > mine * 3 / 2,
        "{before} records, {mine} of them its own"
    );
    let store = Store::open(&place.home, PASSPHRASES[1]).unwrap();
    assert_eq!(own(&store), mine);
    drop(store);
    // Lists, the schema and the tip are its own as well.
    let after = count(vault);
    assert!(after < before - mine / 2, "{after} of {before}");
    let store = Store::open(&place.home, PASSPHRASES[1]).unwrap();
    assert_eq!(own(&store), mine);
}

/// A program that is killed covers nothing; the next opening makes up for it.
#[test]
fn what_was_not_covered_is_made_up_for() {
    let place = home(2, true);
    for (number, passphrase) in (20..).zip(PASSPHRASES.into_iter().take(2).cycle().take(4)) {
        let store = Store::open(&place.home, passphrase).unwrap();
        session(&store, number);
        // Not locked.
        drop(store);
    }
    let found = distinguish(&place);
    // A file that was just written has the time of the kernel's clock, which may be that of the other vaults' for some
    // milliseconds; it is never the one time that all files of a covered vault have.
    assert!(
        found["times within a vault"] > 0 && found["records"] > 0,
        "{found:?}"
    );
    for passphrase in [PASSPHRASES[0], PASSPHRASES[1]] {
        Store::open(&place.home, passphrase)
            .unwrap()
            .lock()
            .unwrap();
    }
    let found = distinguish(&place);
    for way in [
        "records",
        "sizes of records",
        "times",
        "times within a vault",
        "names",
    ] {
        assert_eq!(found[way], 0, "{way}: {found:?}");
    }
}

/// Profiles that are open at once share logs and files, and lose nothing by it.
#[test]
fn profiles_that_are_open_at_once_cover_each_other() {
    let place = home(4, true);
    let stores = PASSPHRASES.map(|passphrase| Store::open(&place.home, passphrase).unwrap());
    std::thread::scope(|scope| {
        for (number, store) in (30..).zip(&stores) {
            scope.spawn(move || {
                session(store, number);
                store.rotate_state_key().unwrap();
                store.cover().unwrap();
            });
        }
    });
    stores.into_iter().for_each(|store| store.lock().unwrap());
    for (number, passphrase) in (30_u64..).zip(PASSPHRASES) {
        let store = Store::open(&place.home, passphrase).unwrap();
        for step in 0..40 {
            let id = (number * 1_000 + step).to_be_bytes();
            let found = fixture::read(&store, Kind::Message, &id);
            assert_eq!(found.is_some(), step % 5 != 2, "{number} {step}");
        }
        store.lock().unwrap();
    }
    let found = distinguish(&place);
    assert_eq!(found["sizes of records"], 0, "{found:?}");
}

/// What it costs, said by the store: three times what was written, and nothing with each message.
#[test]
fn its_cost_is_told() {
    let place = home(1, true);
    let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    let message = |step: u64| {
        let set = fixture::put(Kind::Message, &step.to_be_bytes(), Slot::Data, &[1; 900]);
        store.commit(set).unwrap();
    };
    // The first one needs a key of its own: all key files are written.
    let before = store.statistics();
    message(0);
    let length = fs::metadata(place.vault().join("keys-1")).unwrap().len();
    let written = store.statistics().cover_bytes - before.cover_bytes;
    assert_eq!(written, 6 * length);
    store.cover().unwrap();
    let before = store.statistics();
    (1..=20).for_each(message);
    let written = store.statistics();
    assert_eq!(
        written.cover_bytes, before.cover_bytes,
        "nothing with each message"
    );
    let cost = store.cover().unwrap();
    let own = written.bytes - before.bytes;
    println!("{own} bytes written, {} for cover", cost.bytes);
    assert_eq!(cost.vaults, 3);
    assert_eq!(
        store.statistics().cover_bytes - before.cover_bytes,
        cost.bytes
    );
    assert!((own * 3..own * 3 + 100_000).contains(&cost.bytes));
    assert_eq!(store.cover().unwrap().bytes, 0, "nothing is new");
    // The key files of all vaults are written with one's own.
    let before = store.statistics();
    store.set_deniable(true).unwrap();
    let after = store.statistics();
    assert_eq!(after.bytes - before.bytes, 2 * length);
    assert_eq!(after.cover_bytes - before.cover_bytes, 6 * length);
}

/// A vault whose log is damaged is left as it is, and not counted as covered.
#[test]
fn a_damaged_vault_is_left_as_it_is() {
    let place = home(1, true);
    let own = place.vault();
    let other = (0..4)
        .map(|vault| place.vault_number(vault))
        .find(|vault| *vault != own);
    let log = other.unwrap().join("log/db");
    fs::write(&log, vec![0x5A; 700_000]).unwrap();
    for snapshot in fs::read_dir(log.parent().unwrap()).unwrap() {
        let path = snapshot.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("snap.")
        {
            fs::write(path, b"damaged").unwrap();
        }
    }
    let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    session(&store, 9);
    let cost = store.cover().unwrap();
    println!("{cost:?}");
    assert!(cost.vaults <= 3 && cost.bytes > 0);
    store.lock().unwrap();
}
