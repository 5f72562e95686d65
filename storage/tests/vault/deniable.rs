//! Deniable mode: what one look at the disk tells of how many profiles a home has.
//!
//! The reader here knows the program and its formats, has one copy of all files and no key. It counts the vaults that
//! stand out, in each of these ways ([`distinguish`]): names of files, their sizes, their times and the order of these,
//! the bytes they are made of, the position in the log that sled puts into a file's name, and, by opening the logs with
//! sled, the number and the sizes of the records in each.
//!
//! Some of these vary by chance, because sled places records of random names at random: the size of the log and of its
//! snapshot, the position, how much of the last segment is empty. One home cannot show whether that chance favours the
//! vaults in use, so many homes are made, and it is counted how often one in use is the first or the last of the four.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use undertone_storage::{ChangeSet, Kind, Slot, Store};

use crate::fixture::{self, COST, Place};

const PASSPHRASES: [&[u8]; 4] = [b"first", b"second", b"third", b"fourth"];
/// Sessions in every home, whoever they belong to.
const SESSIONS: u64 = 8;
/// What varies by chance from vault to vault.
const BY_CHANCE: [&str; 5] = [
    "sizes: log",
    "sizes: snapshot",
    "sizes: all",
    "position in the log",
    "entropy: log",
];

/// What a session of a messenger writes: messages, states that are replaced, something that is deleted.
fn session(store: &Store, number: u64) {
    let mut random = fixture::random(number);
    for step in 0..40_u64 {
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
    home_of(profiles, deniable, SESSIONS)
}

fn home_of(profiles: usize, deniable: bool, sessions: u64) -> Place {
    let (place, first) = Place::with_passphrase(PASSPHRASES[0]);
    let mut stores = vec![first];
    for passphrase in &PASSPHRASES[1..profiles] {
        let store = stores[0].create_beside(passphrase, COST).unwrap();
        stores.push(store);
    }
    for store in &stores {
        store.set_deniable(deniable).unwrap();
    }
    stores.into_iter().for_each(|store| store.lock().unwrap());
    for number in 0..sessions {
        let passphrase = PASSPHRASES[usize::try_from(number).unwrap() % profiles];
        let store = Store::open(&place.home, passphrase).unwrap();
        assert_eq!(store.is_deniable(), deniable);
        session(&store, number);
        store.lock().unwrap();
    }
    place
}

/// What one look tells of a vault.
#[derive(Debug)]
struct Look {
    names: BTreeSet<String>,
    sizes: BTreeMap<String, u64>,
    modified: BTreeSet<SystemTime>,
    /// Bits of entropy of a byte, of each file.
    entropy: BTreeMap<String, f64>,
    position: u64,
    records: BTreeMap<usize, u64>,
}

/// Names that are the same for the same file of another vault.
fn plain_name(path: &Path) -> (String, u64) {
    let name = path.file_name().unwrap().to_str().unwrap();
    match name.split_once("snap.") {
        Some((_, position)) => (
            "snap".to_owned(),
            u64::from_str_radix(position, 16).unwrap(),
        ),
        None => (name.to_owned(), 0),
    }
}

fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u64; 256];
    bytes
        .iter()
        .for_each(|byte| counts[usize::from(*byte)] += 1);
    let share = |count: &u64| *count as f64 / bytes.len() as f64;
    let parts = counts.iter().filter(|count| **count > 0).map(share);
    -parts.map(|share| share * share.log2()).sum::<f64>()
}

fn look(vault: &Path) -> Look {
    let mut look = Look {
        names: BTreeSet::new(),
        sizes: BTreeMap::new(),
        modified: BTreeSet::new(),
        entropy: BTreeMap::new(),
        position: 0,
        records: BTreeMap::new(),
    };
    let mut open = vec![vault.to_path_buf()];
    while let Some(directory) = open.pop() {
        let modified = fs::metadata(&directory).unwrap().modified();
        look.modified.insert(modified.unwrap());
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let (name, position) = plain_name(&path);
            look.names.insert(name.clone());
            look.position = look.position.max(position);
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let metadata = fs::metadata(&path).unwrap();
            look.modified.insert(metadata.modified().unwrap());
            look.sizes.insert(name.clone(), metadata.len());
            look.entropy
                .insert(name, entropy(&fs::read(&path).unwrap()));
        }
    }
    let log = sled::Config::new()
        .path(vault.join("log"))
        .flush_every_ms(None)
        .open()
        .unwrap();
    for record in log.iter() {
        *look.records.entry(record.unwrap().1.len()).or_default() += 1;
    }
    look
}

/// For each way of looking: how many vaults stand out from those that have the least, by more than chance explains.
fn distinguish(place: &Place) -> BTreeMap<&'static str, usize> {
    // A copy, as the reader has it; looking with sled writes to it. Times are those of the original.
    let copy = place.copy();
    let looks: Vec<Look> = (0..4)
        .map(|vault| {
            let mut look = look(&copy.vault_number(vault));
            look.modified = times(&place.vault_number(vault));
            look
        })
        .collect();
    let above = |value: &dyn Fn(&Look) -> f64, tolerance: f64| {
        let least = looks.iter().map(value).fold(f64::INFINITY, f64::min);
        looks
            .iter()
            .filter(|look| value(look) > least * (1.0 + tolerance) + 1e-9)
            .count()
    };
    let sum = |sizes: &BTreeMap<String, u64>| sizes.values().sum::<u64>() as f64;
    let mut found = BTreeMap::new();
    found.insert(
        "names",
        looks
            .iter()
            .filter(|look| look.names != looks[0].names)
            .count(),
    );
    found.insert("sizes: log", above(&|look| size_of(look, "db"), 0.3));
    found.insert("sizes: snapshot", above(&|look| size_of(look, "snap"), 0.3));
    found.insert(
        "sizes: keys",
        above(
            &|look| size_of(look, "keys-1") + size_of(look, "keys-2"),
            0.0,
        ),
    );
    found.insert("sizes: all", above(&|look| sum(&look.sizes), 0.3));
    found.insert(
        "position in the log",
        above(&|look| look.position as f64, 0.15),
    );
    let latest = |look: &Look| {
        let latest = look.modified.iter().next_back().unwrap();
        latest
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_nanos()
    };
    let earliest = looks.iter().map(latest).min().unwrap();
    found.insert(
        "times",
        looks.iter().filter(|look| latest(look) != earliest).count(),
    );
    let spread = |look: &&Look| look.modified.len() > 1;
    found.insert("times within a vault", looks.iter().filter(spread).count());
    found.insert(
        "sizes: journal",
        above(&|look| size_of(look, "journal"), 0.0),
    );
    for name in ["db", "keys-1", "mark", "journal", "header-1"] {
        found.insert(
            match name {
                "db" => "entropy: log",
                "keys-1" => "entropy: keys",
                "mark" => "entropy: mark",
                "journal" => "entropy: journal",
                _ => "entropy: header",
            },
            above(
                &|look| look.entropy[name],
                if name == "header-1" { 0.05 } else { 0.02 },
            ),
        );
    }
    let count = |look: &Look| look.records.values().sum::<u64>() as f64;
    found.insert("records", above(&count, 0.0));
    found.insert(
        "sizes of records",
        looks
            .iter()
            .filter(|look| look.records != looks[0].records)
            .count(),
    );
    found
}

fn size_of(look: &Look, name: &str) -> f64 {
    look.sizes.get(name).map_or(0.0, |size| *size as f64)
}

fn times(vault: &Path) -> BTreeSet<SystemTime> {
    let mut times = BTreeSet::new();
    let mut open = vec![vault.to_path_buf()];
    while let Some(path) = open.pop() {
        times.insert(fs::metadata(&path).unwrap().modified().unwrap());
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    times
}

/// No vault stands out in what does not vary by chance.
fn assert_even(found: &BTreeMap<&'static str, usize>) {
    for (way, count) in found {
        assert!(*count == 0 || BY_CHANCE.contains(way), "{way}: {found:?}");
    }
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

/// What varies by chance, one number for each way.
fn chances(look: &Look) -> [(&'static str, f64); 4] {
    [
        ("size of the log", size_of(look, "db")),
        ("size of the snapshot", size_of(look, "snap")),
        ("position in the log", look.position as f64),
        ("entropy of the log", look.entropy["db"]),
    ]
}

/// In how many of so many homes of one profile its vault has the most, and the least, in each way.
fn first_and_last(homes: usize, deniable: bool) -> BTreeMap<(&'static str, bool), usize> {
    let mut found = BTreeMap::new();
    for _ in 0..homes {
        let place = home_of(1, deniable, 3);
        let own = (0..4)
            .position(|vault| place.vault_number(vault) == place.vault())
            .unwrap();
        let copy = place.copy();
        let looks: Vec<_> = (0..4)
            .map(|vault| chances(&look(&copy.vault_number(vault))))
            .collect();
        for (way, (name, _)) in looks[0].iter().enumerate() {
            for (is_most, sign) in [(true, 1.0), (false, -1.0)] {
                let value = |vault: &usize| sign * looks[*vault][way].1;
                // Of equal ones the reader takes any: here the first.
                let guess = (0..4)
                    .rev()
                    .max_by(|one, other| value(one).total_cmp(&value(other)));
                *found.entry((*name, is_most)).or_insert(0) += usize::from(guess == Some(own));
            }
        }
    }
    found
}

/// Whoever guesses the vault in use by what varies by chance guesses right in one home of four.
#[test]
fn chance_does_not_favour_the_vault_in_use() {
    const HOMES: usize = 32;
    let found = first_and_last(HOMES, true);
    println!("of {HOMES} homes: {found:#?}");
    for (way, right) in found {
        // Eight are expected. By chance 22 or more happen with a probability of 4 in ten million.
        assert!(right < 22, "{way:?}: {right} of {HOMES}");
    }
    // The control: without deniable mode the largest log is always the one in use.
    let found = first_and_last(4, false);
    for way in ["size of the log", "position in the log"] {
        assert_eq!(found[&(way, true)], 4, "{way}");
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
