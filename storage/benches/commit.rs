//! What a commit costs, beside what it is made of; and what an open store costs.
//!
//! `cargo bench -p undertone-storage` prints one table. All figures are of one run on one disk, so
//! they can be compared with each other, not with those of another machine.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs::{self, File};
use std::io::{Seek, Write};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use undertone_storage::{ChangeSet, DataKey, Home, Kind, Slot, Store};
use zeroize::Zeroizing;

const ROUNDS: u64 = 300;
const RECORDS: u64 = 3;
const SIZE: usize = 3 * 1024;
const MANY: u64 = 100_000;

/// Names the home that a child opens, to measure nothing but that.
const CHILD: &str = "UNDERTONE_BENCH_CHILD";
const KEY: [u8; 32] = [7; 32];

fn main() {
    if let Some(home) = std::env::var_os(CHILD) {
        return open_many(&Home::open(home).unwrap());
    }
    let place = tempfile::tempdir().unwrap();
    let home = Home::create(place.path().join("profile")).unwrap();
    let key = DataKey::from_bytes(KEY);
    let store = Store::create_with_key(&home, &key).unwrap();
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut content = move || {
        let mut content = vec![0; SIZE];
        random.fill_bytes(&mut content);
        content
    };
    let slots = [
        Slot::State,
        Slot::Data,
        Slot::Conversation {
            conversation: [1; 16],
            day: 20_000,
        },
    ];

    let bare = sled::Config::new()
        .path(place.path().join("bare"))
        .flush_every_ms(None)
        .open()
        .unwrap();
    let mut growing = File::create(place.path().join("growing")).unwrap();
    let mut same = File::create(place.path().join("same")).unwrap();
    // The first commit makes the keys of its slots.
    commit(&store, 0, slots, &mut content);

    // One of each in every round, so that all of them meet the same disk.
    let mut times: [Vec<Duration>; 5] = Default::default();
    let before = store.statistics();
    for round in 0..ROUNDS {
        times[0].push(time(|| commit(&store, round % 50, slots, &mut content)));
        times[1].push(time(|| commit(&store, 1_000 + round, slots, &mut content)));
        times[2].push(time(|| {
            for record in 0..RECORDS {
                let key = [round % 50, record].map(u64::to_be_bytes).concat();
                bare.insert(key, content()).unwrap();
            }
            bare.flush().unwrap();
        }));
        times[3].push(time(|| {
            growing.write_all(&content()).unwrap();
            growing.sync_all().unwrap();
        }));
        times[4].push(time(|| {
            same.rewind().unwrap();
            same.write_all(&content()).unwrap();
            same.sync_data().unwrap();
        }));
    }
    let after = store.statistics();
    let rotation = (0..20)
        .map(|_| time(|| store.rotate_state_key().unwrap()))
        .collect();
    let flushes = (after.fsyncs - before.fsyncs) as f64 / (after.commits - before.commits) as f64;

    println!(
        "{ROUNDS} rounds of {RECORDS} records of {SIZE} B; debug assertions: {}",
        cfg!(debug_assertions)
    );
    println!("| | median | p99 |\n|---|---|---|");
    let names = [
        "commit, records replaced",
        "commit, one new record in each slot",
        "sled alone: insert + flush (no real flush)",
        "one file: append + fsync",
        "one file: overwrite + fdatasync",
    ];
    for (name, times) in names.into_iter().zip(times) {
        show(name, times);
    }
    show("rotation of 350 states", rotation);
    println!("flushes a commit: {flushes:.2}");
    let mut crashes = Vec::new();
    for round in 0..20 {
        // As many as the log takes without a flush, and a few.
        for number in 0..round {
            commit(&store, 2_000 + number, slots, &mut content);
        }
        let copy = Home::create(place.path().join(format!("crash {round}"))).unwrap();
        copy_all(home.path(), copy.path());
        let open = || drop(Store::open_with_key(&copy, &key).unwrap());
        crashes.push((time(open), time(open)));
    }
    let (first, again) = crashes.into_iter().unzip();
    show("opening after a crash", first);
    show("opening once more", again);
    drop(store);
    many(&Home::create(place.path().join("many")).unwrap(), &key);
}

fn many(home: &Home, key: &DataKey) {
    let store = Store::create_with_key(home, key).unwrap();
    let start = Instant::now();
    for first in (0..MANY).step_by(500) {
        let mut set = ChangeSet::new();
        for number in first..first + 500 {
            let conversation = [u8::try_from(number % 20).unwrap(); 16];
            let day = u32::try_from(20_000 + number / 5_000).unwrap();
            let value = Zeroizing::new(vec![1; 150]);
            set.put(
                Kind::Message,
                &number.to_be_bytes(),
                Slot::Conversation { conversation, day },
                value,
            );
        }
        store.commit(set).unwrap();
    }
    println!(
        "{MANY} messages of 150 B stored in {:.1?}, {} MB on disk",
        start.elapsed(),
        size(home.path()) >> 20
    );
    drop(store);
    let program = std::env::current_exe().unwrap();
    let status = std::process::Command::new(program)
        .env(CHILD, home.path())
        .status()
        .unwrap();
    assert!(status.success());
}

fn open_many(home: &Home) {
    let before = resident();
    let start = Instant::now();
    let store = Store::open_with_key(home, &DataKey::from_bytes(KEY)).unwrap();
    let took = start.elapsed();
    println!(
        "opened in {took:.0?}; resident memory {before} -> {} MB",
        resident()
    );
    let start = Instant::now();
    for number in (0..MANY).step_by(10) {
        assert!(
            store
                .get(Kind::Message, &number.to_be_bytes())
                .unwrap()
                .is_some()
        );
    }
    let each = start.elapsed() / u32::try_from(MANY / 10).unwrap();
    println!(
        "reading {} of them: {each:.1?} each; resident memory {} MB",
        MANY / 10,
        resident()
    );
}

/// Memory of this process, in MB; where it cannot be told, zero.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn commit(store: &Store, round: u64, slots: [Slot; 3], content: &mut impl FnMut() -> Vec<u8>) {
    let mut set = ChangeSet::new();
    for (kind, slot) in [Kind::Ratchet, Kind::Outbox, Kind::Message]
        .into_iter()
        .zip(slots)
    {
        set.put(kind, &round.to_be_bytes(), slot, Zeroizing::new(content()));
    }
    store.commit(set).unwrap();
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn show(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("| {name} | {:.2?} | {:.2?} |", at(50), at(99));
}

fn size(path: &std::path::Path) -> u64 {
    fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let entry = entry.unwrap();
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                size(&entry.path())
            } else {
                metadata.len()
            }
        })
        .sum()
}
