//! Four vaults in a home: several profiles, which passphrase opens what, wiping, panic.

mod wipe;

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use undertone_storage::{
    CommitError, CreateError, Home, KdfParameters, Kind, OpenError, ReadError, Slot, Store,
};

use crate::fixture::{self, COST, Place};

const PASSPHRASES: [&[u8]; 4] = [b"first", b"second", b"third", b"fourth"];

fn fill(store: &Store, text: &[u8]) {
    let set = fixture::put(Kind::Profile, b"me", Slot::Data, text);
    store.commit(set).unwrap();
}

fn text(store: &Store) -> Option<Vec<u8>> {
    fixture::read(store, Kind::Profile, b"me")
}

/// A home with as many profiles as there are passphrases given, all of them closed, each with its own as its text.
fn with_profiles(count: usize) -> Place {
    let (place, first) = Place::with_passphrase(PASSPHRASES[0]);
    fill(&first, PASSPHRASES[0]);
    let mut stores = vec![first];
    for passphrase in &PASSPHRASES[1..count] {
        let store = stores[0].create_beside(passphrase, COST).unwrap();
        fill(&store, passphrase);
        stores.push(store);
    }
    place
}

fn wrong(place: &Place, passphrase: &[u8]) -> bool {
    matches!(
        Store::open(&place.home, passphrase),
        Err(OpenError::WrongPassphrase)
    )
}

/// Both copies of header and key file of all vaults.
fn sealed_files(place: &Place) -> Vec<PathBuf> {
    let names = ["header-1", "header-2", "keys-1", "keys-2"];
    let files = |vault| names.map(|name| place.vault_number(vault).join(name));
    (0..4).flat_map(files).collect()
}

fn contents(files: &[PathBuf]) -> Vec<Vec<u8>> {
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

#[test]
fn every_home_has_four_vaults_of_one_form() {
    let (place, store) = Place::with_passphrase(PASSPHRASES[0]);
    drop(store);
    let vaults = fs::read_dir(place.home.path().join("vaults")).unwrap();
    assert_eq!(vaults.count(), 4);
    let form = |vault| {
        let mut form = Vec::new();
        let mut open = vec![place.vault_number(vault)];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                let name = entry.file_name().into_string().unwrap();
                if entry.path().is_dir() {
                    open.push(entry.path());
                }
                // What sled names after a position in the log is compared by what stands before it.
                let name = name
                    .split_once('.')
                    .map_or(name.clone(), |(name, _)| name.to_owned());
                form.push((name, entry.metadata().unwrap().len()));
            }
        }
        form.sort();
        form
    };
    // Opening the one in use made sled write it once more: headers, keys, marks and journals are compared.
    let names = |vault| -> Vec<_> {
        let form = form(vault).into_iter();
        form.filter(|(name, _)| {
            [
                "header-1", "header-2", "keys-1", "keys-2", "mark", "journal",
            ]
            .contains(&name.as_str())
        })
        .collect()
    };
    for vault in 1..4 {
        assert_eq!(names(vault), names(0));
        assert_eq!(names(vault).len(), 6);
    }
    let fronts: HashSet<Vec<u8>> = sealed_files(&place)
        .iter()
        .filter(|file| file.to_str().unwrap().contains("header"))
        .map(|file| fs::read(file).unwrap()[..38].to_vec())
        .collect();
    assert_eq!(fronts.len(), 1, "one salt and one cost for all");
}

/// Which of the four is in use is drawn: over many homes each of them is.
#[test]
fn any_vault_may_be_the_first() {
    let mut seen = HashSet::new();
    // Each is missing after 64 homes with a probability of 4 · (3/4)^64, one in 25 million.
    for _ in 0..64 {
        let (_place, store) = Place::with_passphrase(b"x");
        seen.insert(store.vault().number());
        if seen.len() == 4 {
            return;
        }
    }
    panic!("{seen:?}");
}

#[test]
fn four_profiles_have_a_passphrase_and_contents_each() {
    let place = with_profiles(4);
    for passphrase in PASSPHRASES {
        let store = Store::open(&place.home, passphrase).unwrap();
        assert_eq!(text(&store), Some(passphrase.to_vec()));
        store.lock().unwrap();
    }
    assert!(wrong(&place, b"fifth"));
    // All of them at once.
    let stores = PASSPHRASES.map(|passphrase| Store::open(&place.home, passphrase).unwrap());
    let vaults: HashSet<_> = stores.iter().map(Store::vault).collect();
    assert_eq!(vaults.len(), 4);
    for (store, passphrase) in stores.iter().zip(PASSPHRASES) {
        assert_eq!(text(store), Some(passphrase.to_vec()));
        store.rotate_state_key().unwrap();
        assert!(matches!(
            Store::open(&place.home, passphrase),
            Err(OpenError::AlreadyOpen)
        ));
    }
    assert!(matches!(
        stores[0].create_beside(b"fifth", COST),
        Err(CreateError::NoVaultLeft)
    ));
    drop(stores);
    for passphrase in PASSPHRASES {
        assert_eq!(
            text(&Store::open(&place.home, passphrase).unwrap()),
            Some(passphrase.to_vec())
        );
    }
}

/// What is open is spared; what is not may be overwritten, which is what the documentation says.
#[test]
fn a_new_profile_spares_those_that_are_open() {
    for _ in 0..8 {
        let place = with_profiles(3);
        let stores = [0, 1, 2].map(|which| Store::open(&place.home, PASSPHRASES[which]).unwrap());
        let fourth = stores[1].create_beside(PASSPHRASES[3], COST).unwrap();
        assert!(stores.iter().all(|store| store.vault() != fourth.vault()));
        fill(&fourth, PASSPHRASES[3]);
        drop((stores, fourth));
        for passphrase in PASSPHRASES {
            let store = Store::open(&place.home, passphrase).unwrap();
            assert_eq!(text(&store), Some(passphrase.to_vec()));
        }
    }
    // The control: with one of four open, three new ones leave none of the others.
    let place = with_profiles(4);
    let kept = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    let new: Vec<_> = [b"a", b"b", b"c"]
        .iter()
        .map(|passphrase| kept.create_beside(*passphrase, COST).unwrap())
        .collect();
    drop((kept, new));
    assert!(!wrong(&place, PASSPHRASES[0]));
    assert!(
        PASSPHRASES[1..]
            .iter()
            .all(|passphrase| wrong(&place, passphrase))
    );
}

/// Destroying through one open store reaches all others, open or not.
#[test]
fn one_open_store_can_destroy_the_whole_home() {
    let place = with_profiles(3);
    let stores = [0, 1].map(|which| Store::open(&place.home, PASSPHRASES[which]).unwrap());
    stores[0].destroy_home().unwrap();
    for store in stores {
        assert!(store.rotate_state_key().is_err());
        assert!(store.lock().is_err());
    }
    assert!(
        PASSPHRASES
            .iter()
            .all(|passphrase| wrong(&place, passphrase))
    );
}

#[test]
fn a_passphrase_opens_one_profile() {
    let place = with_profiles(2);
    let files = sealed_files(&place);
    let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    let before = contents(&files);
    assert!(matches!(
        store.create_beside(PASSPHRASES[1], COST),
        Err(CreateError::Taken)
    ));
    assert!(matches!(
        store.change_passphrase(PASSPHRASES[1], COST),
        Err(CreateError::Taken)
    ));
    assert!(matches!(
        store.create_beside(PASSPHRASES[0], COST),
        Err(CreateError::Taken)
    ));
    let other_cost = KdfParameters {
        memory_kib: 128 * 1024,
        passes: 3,
        lanes: 1,
    };
    assert!(matches!(
        store.change_passphrase(b"new", other_cost),
        Err(CreateError::CostIsShared)
    ));
    assert!(matches!(
        store.create_beside(b"new", other_cost),
        Err(CreateError::CostIsShared)
    ));
    assert_eq!(contents(&files), before, "nothing has changed");
    // One's own may be written again.
    store.change_passphrase(PASSPHRASES[0], COST).unwrap();
    store.change_passphrase(b"new", COST).unwrap();
    drop(store);
    assert!(wrong(&place, PASSPHRASES[0]));
    for (passphrase, content) in [
        (&b"new"[..], PASSPHRASES[0]),
        (PASSPHRASES[1], PASSPHRASES[1]),
    ] {
        let store = Store::open(&place.home, passphrase).unwrap();
        assert_eq!(text(&store), Some(content.to_vec()));
    }
}

/// A vault that someone removed is made again, so that there are four; a profile of another vault loses nothing.
#[test]
fn missing_vaults_are_made_again() {
    let place = with_profiles(1);
    for vault in (0..4).filter(|vault| place.vault_number(*vault) != place.vault()) {
        fs::remove_dir_all(place.vault_number(vault)).unwrap();
    }
    let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    assert_eq!(text(&store), Some(PASSPHRASES[0].to_vec()));
    assert!(sealed_files(&place).iter().all(|file| file.exists()));
    let second = store.create_beside(PASSPHRASES[1], COST).unwrap();
    fill(&second, PASSPHRASES[1]);
}

/// Opening writes headers and key files of all vaults, but changes none of them.
#[test]
fn opening_leaves_other_vaults_as_they_are() {
    let place = with_profiles(3);
    let files = sealed_files(&place);
    let before = contents(&files);
    let written = |file: &PathBuf| fs::metadata(file).unwrap().modified().unwrap();
    let times: Vec<_> = files.iter().map(written).collect();
    drop(Store::open(&place.home, PASSPHRASES[1]).unwrap());
    assert_eq!(contents(&files), before);
    for (file, time) in files.iter().zip(times) {
        assert!(written(file) > time, "{file:?} was written");
    }
}

mod panic {
    use super::*;

    #[test]
    fn a_destroyed_profile_cannot_be_opened_and_others_can() {
        let place = with_profiles(3);
        let (first, second) = (
            Store::open(&place.home, PASSPHRASES[0]).unwrap(),
            Store::open(&place.home, PASSPHRASES[1]).unwrap(),
        );
        let start = Instant::now();
        first.destroy().unwrap();
        let took = start.elapsed();
        println!("one profile destroyed in {took:.1?}");
        assert!(matches!(
            first.get(Kind::Profile, b"me"),
            Err(ReadError::Closed)
        ));
        assert!(first.rotate_state_key().is_err());
        drop(first);
        assert_eq!(text(&second), Some(PASSPHRASES[1].to_vec()));
        second.lock().unwrap();
        assert!(wrong(&place, PASSPHRASES[0]));
        for passphrase in &PASSPHRASES[1..3] {
            let store = Store::open(&place.home, passphrase).unwrap();
            assert_eq!(text(&store), Some(passphrase.to_vec()));
        }
    }

    /// While profiles are open and busy, in the same program, all of them go.
    #[test]
    fn a_destroyed_home_opens_with_nothing() {
        let place = with_profiles(4);
        let stores = PASSPHRASES.map(|passphrase| Store::open(&place.home, passphrase).unwrap());
        let files = sealed_files(&place);
        let before = contents(&files);
        let ended = AtomicBool::new(false);
        let took = std::thread::scope(|scope| {
            for store in &stores {
                let ended = &ended;
                scope.spawn(move || {
                    // Each writes its key file as fast as it can, until it is closed.
                    while store.rotate_state_key().is_ok() {
                        let set = fixture::put(Kind::Ratchet, b"r", Slot::State, b"state");
                        if store.commit(set).is_err() {
                            break;
                        }
                    }
                    assert!(
                        ended.load(Ordering::Acquire),
                        "closed before it was destroyed"
                    );
                });
            }
            // All of them are at it.
            while stores.iter().any(|store| store.statistics().fsyncs < 8) {
                std::thread::yield_now();
            }
            ended.store(true, Ordering::Release);
            let start = Instant::now();
            place.home.clone().destroy().unwrap();
            start.elapsed()
        });
        println!("a home of four busy profiles destroyed in {took:.1?}");
        for (file, before) in files.iter().zip(before) {
            assert_ne!(fs::read(file).unwrap(), before);
        }
        drop(stores);
        assert!(
            PASSPHRASES
                .iter()
                .all(|passphrase| wrong(&place, passphrase))
        );
    }

    /// Another program has the home open: it is destroyed all the same.
    #[test]
    fn a_home_in_use_elsewhere_is_destroyed_too() {
        let place = with_profiles(1);
        let store = Store::open(&place.home, PASSPHRASES[0]).unwrap();
        Home::open(place.home.path()).unwrap().destroy().unwrap();
        // It still writes its keys, but nothing holds the key of these any more.
        store.rotate_state_key().unwrap();
        drop(store);
        assert!(wrong(&place, PASSPHRASES[0]));
    }

    #[test]
    fn there_is_nothing_to_destroy_in_an_empty_home() {
        let place = Place::new();
        assert!(place.home.destroy().is_err());
    }

    /// Key files of many conversations are larger, and still fast.
    #[test]
    fn large_key_files_do_not_slow_it_down() {
        let (place, store) = Place::with_passphrase(PASSPHRASES[0]);
        let mut set = undertone_storage::ChangeSet::new();
        for number in 0..60_000_u32 {
            let mut conversation = [0; 16];
            conversation[..4].copy_from_slice(&number.to_be_bytes());
            let slot = Slot::Conversation {
                conversation,
                day: 1,
            };
            set.put(
                Kind::Message,
                &number.to_be_bytes(),
                slot,
                fixture::value(b""),
            );
        }
        store.commit(set).unwrap();
        let size = fs::metadata(place.vault().join("keys-1")).unwrap().len();
        assert!(size >= 4 << 20, "{size}");
        let before = fs::read(place.vault().join("keys-2")).unwrap();
        let start = Instant::now();
        store.destroy().unwrap();
        let took = start.elapsed();
        println!("key files of {} MiB destroyed in {took:.1?}", size >> 20);
        let after = fs::read(place.vault().join("keys-2")).unwrap();
        assert_eq!(after.len(), before.len());
        assert!(
            after
                .chunks(64)
                .zip(before.chunks(64))
                .all(|(after, before)| after != before)
        );
    }
}
