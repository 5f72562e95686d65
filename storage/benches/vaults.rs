//! What four vaults cost: opening them with and without a wipe, panic, deniable mode.
//!
//! `cargo bench -p undertone-storage --bench vaults` prints two tables. All figures are of one run on one disk; passphrases
//! cost what programs ship with.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use undertone_storage::{ChangeSet, Home, KdfParameters, Kind, Slot, Store};
use zeroize::Zeroizing;

const ROUNDS: usize = 15;
const COST: KdfParameters = KdfParameters::shipped();
/// Messages of the profile whose deniable mode is measured.
const MESSAGES: u64 = 20_000;

fn main() {
    println!(
        "{ROUNDS} rounds; debug assertions: {}",
        cfg!(debug_assertions)
    );
    println!("| | median | slowest |\n|---|---|---|");
    passphrases();
    println!("\n| | without | deniable |\n|---|---|---|");
    deniable();
}

fn passphrases() {
    let place = tempfile::tempdir().unwrap();
    let home = Home::create(place.path().join("profile")).unwrap();
    let first = Store::create(&home, b"first", COST).unwrap();
    let second = first.create_beside(b"second", COST).unwrap();
    let third = second.create_beside(b"third", COST).unwrap();
    for number in 0..200 {
        let conversation = [u8::try_from(number).unwrap(); 16];
        first
            .commit(message(
                number,
                Slot::Conversation {
                    conversation,
                    day: 1,
                },
            ))
            .unwrap();
    }
    third
        .set_wipe(b"wipe", COST, &[first.vault(), second.vault()])
        .unwrap();
    let mut change = Vec::new();
    for _ in 0..ROUNDS {
        change.push(time(|| second.change_passphrase(b"second", COST).unwrap()));
    }
    for store in [first, second, third] {
        store.lock().unwrap();
    }
    let mut times: [Vec<Duration>; 5] = Default::default();
    for round in 0..ROUNDS {
        let copy = copy_of(&home, &place.path().join(format!("copy {round}")));
        times[0].push(time(|| drop(Store::open(&copy, b"second").unwrap())));
        times[1].push(time(|| drop(Store::open(&copy, b"wipe").unwrap())));
        times[2].push(time(|| assert!(Store::open(&copy, b"first").is_err())));
        let copy = copy_of(&home, &place.path().join(format!("other copy {round}")));
        let store = Store::open(&copy, b"first").unwrap();
        times[3].push(time(|| store.destroy().unwrap()));
        drop(store);
        let store = Store::open(&copy, b"second").unwrap();
        times[4].push(time(|| copy.destroy().unwrap()));
        drop(store);
    }
    let names = [
        "opening",
        "opening that wipes two profiles",
        "a passphrase that opens nothing",
        "panic: one open profile destroyed",
        "panic: all of a home destroyed",
    ];
    for (name, times) in names.into_iter().zip(times) {
        show(name, times);
    }
    show("changing the passphrase", change);
}

fn deniable() {
    let mut rows: Vec<(&str, Vec<String>)> = Vec::new();
    let mut row = |name, value: String| match rows.iter_mut().find(|row| row.0 == name) {
        Some((_, values)) => values.push(value),
        None => rows.push((name, vec![value])),
    };
    for on in [false, true] {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::create(&home, b"first", COST).unwrap();
        store.set_deniable(on).unwrap();
        let took = time(|| {
            for first in (0..MESSAGES).step_by(50) {
                let mut set = ChangeSet::new();
                (first..first + 50).for_each(|number| {
                    set.extend(message(number, day(number)));
                });
                store.commit(set).unwrap();
            }
            store.cover().unwrap();
        });
        row(
            "20,000 messages of 150 B stored, 50 at a time",
            format!("{took:.1?}"),
        );
        store.lock().unwrap();
        row(
            "all files of the home then",
            format!("{} MB", size(home.path()) >> 20),
        );
        let open = |times: &mut Vec<Duration>| {
            let start = Instant::now();
            let store = Store::open(&home, b"first").unwrap();
            times.push(start.elapsed());
            store
        };
        let mut times = Vec::new();
        (0..5).for_each(|_| drop(open(&mut times)));
        times.sort_unstable();
        row("opening, with Argon2id", format!("{:.2?}", times[2]));
        let store = open(&mut times);
        let before = store.statistics();
        let mut commits = Vec::new();
        for number in MESSAGES..MESSAGES + 300 {
            let set = message(number, day(0));
            commits.push(time(|| store.commit(set).unwrap()));
        }
        commits.sort_unstable();
        row(
            "commit of one message, median",
            format!("{:.2?}", commits[150]),
        );
        let own = store.statistics().bytes - before.bytes;
        row("bytes of 300 such commits", format!("{own}"));
        let mut cost = None;
        let took = time(|| cost = Some(store.cover().unwrap()));
        row(
            "covering them",
            format!("{took:.1?}, {} bytes", cost.unwrap().bytes),
        );
        let took = time(|| store.rotate_state_key().unwrap());
        row("rotation of one state", format!("{took:.1?}"));
        let took = time(|| store.lock().unwrap());
        row("locking", format!("{took:.1?}"));
    }
    for (name, values) in rows {
        println!("| {name} | {} |", values.join(" | "));
    }
}

fn day(number: u64) -> Slot {
    Slot::Conversation {
        conversation: [u8::try_from(number % 20).unwrap(); 16],
        day: 20_000,
    }
}

fn message(number: u64, slot: Slot) -> ChangeSet {
    let mut set = ChangeSet::new();
    let value = |length| Zeroizing::new(vec![1; length]);
    set.put(Kind::Message, &number.to_be_bytes(), slot, value(150));
    set.put(Kind::Ratchet, b"ratchet", Slot::State, value(3_000));
    set
}

fn copy_of(home: &Home, path: &Path) -> Home {
    let copy = Home::create(path).unwrap();
    copy_directory(home.path(), path);
    copy
}

fn copy_directory(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let slowest = times.last().copied().unwrap_or_default();
    println!(
        "| {name} | {:.2?} | {slowest:.2?} |",
        times[times.len() / 2]
    );
}

fn size(path: &Path) -> u64 {
    let entries = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let size_of = |path: std::path::PathBuf| match path.is_dir() {
        true => size(&path),
        false => fs::metadata(&path).unwrap().len(),
    };
    entries.map(size_of).sum()
}
