//! Processes that are killed or whose disk is full: what was acknowledged is there, and nothing by half.
//!
//! The test binary runs itself again as the child that dies. A test named `child_…` does nothing unless
//! it is started that way.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use undertone_storage::{ChangeSet, CommitError, Home, Kind, ReadError, Slot, Store};

use crate::fixture::{self, Place};

const HOME: &str = "UNDERTONE_VAULT_CHILD";
/// Records in one set of the children.
const WIDTH: u64 = 5;

fn child_home() -> Option<PathBuf> {
    std::env::var_os(HOME).map(PathBuf::from)
}

/// Starts one test of this binary as a child. `limit` is the largest file it may write, in KiB.
fn start(test: &str, home: &Path, limit: Option<u32>) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = match limit {
        // A write beyond the limit then fails as on a full disk, instead of ending the process.
        Some(kib) => {
            let mut shell = Command::new("sh");
            let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", kib * 2);
            shell.args(["-c", &script, "sh"]).arg(program);
            shell
        }
        None => Command::new(program),
    };
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(HOME, home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The numbers in lines that begin with `word`, as they come.
fn numbers(child: &mut Child, word: &'static str) -> impl Iterator<Item = u64> {
    BufReader::new(child.stdout.take().unwrap())
        .lines()
        .filter_map(move |line| {
            let line = line.unwrap();
            // The harness may have written its own words in front.
            let (_, number) = line.split_once(word)?;
            Some(number.trim().parse().unwrap())
        })
}

/// Set `number`: the same number in several records of all slots, so a half set is seen.
fn numbered(number: u64) -> ChangeSet {
    let mut set = ChangeSet::new();
    for place in 0..WIDTH {
        let slot = match place {
            0 => Slot::Data,
            1 | 2 => Slot::State,
            _ => Slot::Conversation {
                conversation: [1; 16],
                day: u32::try_from(number / 20).unwrap(),
            },
        };
        let mut content = number.to_be_bytes().to_vec();
        content.resize(
            usize::try_from(100 + (number * 7919 + place * 104_729) % 4000).unwrap(),
            9,
        );
        set.put(
            Kind::Ratchet,
            &place.to_be_bytes(),
            slot,
            fixture::value(&content),
        );
    }
    // One that stays, and one that goes again.
    set.put(
        Kind::Message,
        &number.to_be_bytes(),
        Slot::Data,
        fixture::value(&number.to_be_bytes()),
    );
    if number > 10 {
        set.delete(Kind::Message, &(number - 10).to_be_bytes());
    }
    set
}

/// The number of the last set, after checking that it and nothing else is there.
fn last_whole_set(store: &Store) -> u64 {
    let number = |place: u64| {
        let content = fixture::read(store, Kind::Ratchet, &place.to_be_bytes())?;
        Some(u64::from_be_bytes(*content.first_chunk().unwrap()))
    };
    let last = number(0);
    for place in 1..WIDTH {
        assert_eq!(number(place), last, "a set is there by half");
    }
    let last = last.unwrap_or(0);
    for older in last.saturating_sub(30)..=last + 1 {
        let expected = older <= last && older + 10 > last && older > 0;
        let found = fixture::read(store, Kind::Message, &older.to_be_bytes());
        assert_eq!(found.is_some(), expected, "message {older} of {last}");
    }
    last
}

/// Commits numbered sets for ever, with rotations, erasures and merges in between.
#[test]
fn child_that_is_killed() {
    let Some(home) = child_home() else { return };
    let store = Store::open_with_key(&Home::open(home).unwrap(), &fixture::key()).unwrap();
    let mut number = last_whole_set(&store);
    println!("\nready {number}");
    loop {
        number += 1;
        store.commit(numbered(number)).unwrap();
        println!("\nacknowledged {number}");
        match number % 11 {
            3 => store.rotate_state_key().unwrap(),
            5 => store.reseal(Slot::Data).unwrap(),
            7 => store
                .merge_days(u32::try_from(number / 20 + 31).unwrap())
                .unwrap(),
            9 => {
                let number = number.to_be_bytes();
                let slot = Slot::Conversation {
                    conversation: [2; 16],
                    day: 1,
                };
                store
                    .commit(fixture::put(Kind::Outbox, &number, slot, &number))
                    .unwrap();
                store.erase(slot).unwrap();
            }
            _ => {}
        }
    }
}

#[test]
fn a_killed_process_loses_nothing_it_acknowledged() {
    let (place, store) = Place::with_store();
    drop(store);
    let mut random = fixture::random(42);
    for round in 0..10 {
        let mut child = start("crash::child_that_is_killed", place.home.path(), None);
        let sets = 1 + fixture::below(&mut random, 40);
        let mut acknowledged = 0;
        for (count, number) in (0..=sets).zip(numbers(&mut child, "acknowledged ")) {
            acknowledged = number;
            if count == sets {
                // Somewhere in what comes after the acknowledgement.
                let spin = fixture::below(&mut random, 300_000);
                (0..spin).for_each(|turn| {
                    std::hint::black_box(turn);
                });
            }
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(
            !status.success(),
            "round {round}: the child ended by itself"
        );
        let store = place
            .open()
            .unwrap_or_else(|error| panic!("round {round}: {error}"));
        let last = last_whole_set(&store);
        assert!(
            last >= acknowledged,
            "round {round}: {last} is there, {acknowledged} was acknowledged"
        );
        let erased = Slot::Conversation {
            conversation: [2; 16],
            day: 1,
        };
        store.erase(erased).unwrap();
        store
            .scan(Kind::Outbox, |_, _, _| panic!("an erased record is back"))
            .unwrap();
    }
}

/// Commits until the disk is full, and says how far it came.
#[test]
fn child_whose_disk_is_full() {
    let Some(home) = child_home() else { return };
    let store = Store::open_with_key(&Home::open(home).unwrap(), &fixture::key()).unwrap();
    let mut number = last_whole_set(&store);
    let error = loop {
        number += 1;
        // The log reuses its space: only what stays fills it up.
        let mut set = numbered(number);
        let ballast = [&number.to_be_bytes()[..], b"ballast"].concat();
        set.put(
            Kind::Settings,
            &ballast,
            Slot::Data,
            fixture::value(&[1; 20_000]),
        );
        match store.commit(set) {
            Ok(()) => println!("\nacknowledged {number}"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, CommitError::Io(_)), "{error:?}");
    // The store is closed: nothing that is not durable can be read or built upon.
    assert!(matches!(
        store.commit(numbered(number + 1)),
        Err(CommitError::Closed)
    ));
    assert!(matches!(
        store.get(Kind::Ratchet, &0_u64.to_be_bytes()),
        Err(ReadError::Closed)
    ));
    assert!(store.rotate_state_key().is_err());
    drop(store);
    println!("\nacknowledged {}", number - 1);
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_what_was_there() {
    for limit in [1024, 1536, 2048, 3000] {
        let (place, store) = Place::with_store();
        store.commit(numbered(1)).unwrap();
        drop(store);
        let mut child = start(
            "crash::child_whose_disk_is_full",
            place.home.path(),
            Some(limit),
        );
        let acknowledged = numbers(&mut child, "acknowledged ").last().unwrap();
        assert!(child.wait().unwrap().success(), "limit {limit}");
        let store = place.open().unwrap();
        let last = last_whole_set(&store);
        assert!(
            last == acknowledged || last == acknowledged + 1,
            "{last} after {acknowledged}"
        );
        // With room again it goes on.
        store.commit(numbered(last + 1)).unwrap();
        drop(store);
        assert_eq!(last_whole_set(&place.open().unwrap()), last + 1);
    }
}

/// Opens on a disk that is full.
#[test]
fn child_that_opens_on_a_full_disk() {
    let Some(home) = child_home() else { return };
    let opened = Store::open_with_key(&Home::open(home).unwrap(), &fixture::key());
    println!("\nopened {}", u8::from(opened.is_ok()));
}

/// Whether or not it can be opened then, nothing is lost.
#[cfg(unix)]
#[test]
fn opening_on_a_full_disk_destroys_nothing() {
    let (place, store) = Place::with_store();
    for number in 1..=30 {
        store.commit(numbered(number)).unwrap();
    }
    drop(store);
    for limit in [0, 1, 100, 600] {
        let place = place.copy();
        let mut child = start(
            "crash::child_that_opens_on_a_full_disk",
            place.home.path(),
            Some(limit),
        );
        assert_eq!(numbers(&mut child, "opened ").count(), 1, "limit {limit}");
        assert!(child.wait().unwrap().success(), "limit {limit}");
        assert_eq!(last_whole_set(&place.open().unwrap()), 30, "limit {limit}");
    }
}

/// A file that cannot be written: the key file, when a conversation begins.
#[test]
fn a_key_file_that_cannot_be_written_leaves_what_was_there() {
    let (place, store) = Place::with_store();
    store.commit(numbered(1)).unwrap();
    // Not by permissions, which do not bind everyone: a directory is where the file was.
    let (keys, kept) = (place.vault().join("keys-2"), place.vault().join("kept"));
    std::fs::rename(&keys, &kept).unwrap();
    std::fs::create_dir(&keys).unwrap();
    let new = Slot::Conversation {
        conversation: [9; 16],
        day: 1,
    };
    let failed = store.commit(fixture::put(Kind::Settings, b"new", new, b"new"));
    assert!(matches!(failed, Err(CommitError::Io(_))), "{failed:?}");
    assert!(matches!(
        store.commit(numbered(2)),
        Err(CommitError::Closed)
    ));
    drop(store);
    // The other copy is enough to read everything, and nothing is stored under a key that has no second copy.
    let store = place.open().unwrap();
    assert_eq!(last_whole_set(&store), 1);
    assert_eq!(fixture::read(&store, Kind::Settings, b"new"), None);
    let another = Slot::Conversation {
        conversation: [8; 16],
        day: 1,
    };
    let failed = store.commit(fixture::put(Kind::Settings, b"x", another, b"x"));
    assert!(matches!(failed, Err(CommitError::Io(_))), "{failed:?}");
    drop(store);
    std::fs::remove_dir(&keys).unwrap();
    std::fs::rename(&kept, &keys).unwrap();
    let store = place.open().unwrap();
    assert_eq!(last_whole_set(&store), 1);
    assert_eq!(fixture::read(&store, Kind::Settings, b"new"), None);
    store
        .commit(fixture::put(Kind::Settings, b"new", new, b"new"))
        .unwrap();
}

/// Nothing can be created in the directories of the vault. For most users a commit needs no new file; whatever
/// comes of it, it is whole.
#[cfg(unix)]
#[test]
fn a_directory_that_takes_no_files_leaves_what_was_there() {
    use std::os::unix::fs::PermissionsExt;
    let (place, store) = Place::with_store();
    store.commit(numbered(1)).unwrap();
    let directories = [place.log(), place.vault(), place.home.path().to_path_buf()];
    let set_mode = |mode| {
        for directory in &directories {
            std::fs::set_permissions(directory, std::fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    set_mode(0o500);
    let done = store.commit(numbered(2));
    let large = store.commit(fixture::put(
        Kind::Settings,
        b"large",
        Slot::Data,
        &[1; 400_000],
    ));
    drop(store);
    drop(place.open());
    set_mode(0o700);
    let store = place.open().unwrap();
    assert_eq!(last_whole_set(&store), if done.is_ok() { 2 } else { 1 });
    assert_eq!(
        fixture::read(&store, Kind::Settings, b"large").is_some(),
        large.is_ok()
    );
}
