//! Profiles of one home that are open at the same time in one program: what one does, and what is done to it, while others go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use undertone_storage::{CommitError, CreateError, Home, Kind, OpenError, Slot, Store, VaultId};

use crate::fixture::{self, COST, Place};

const PASSPHRASES: [&[u8]; 4] = [b"first", b"second", b"third", b"fourth"];

/// Opens as many profiles of one home as there are passphrases, making them first.
fn profiles(count: usize) -> (Place, Vec<Store>) {
    let (place, first) = Place::with_passphrase(PASSPHRASES[0]);
    let mut stores = vec![first];
    for passphrase in &PASSPHRASES[1..count] {
        stores.push(place.home.create_beside(passphrase, COST).unwrap());
    }
    (place, stores)
}

fn write(store: &Store, id: u64) -> Result<(), CommitError> {
    let day = Slot::Conversation {
        conversation: [7; 16],
        day: 20_000,
    };
    let message = fixture::put(Kind::Message, &id.to_be_bytes(), day, &[9; 300]);
    store.commit(message)?;
    let state = fixture::put(Kind::Ratchet, b"state", Slot::State, &id.to_be_bytes());
    store.commit(state)
}

fn has(store: &Store, id: u64) -> bool {
    fixture::read(store, Kind::Message, &id.to_be_bytes()).is_some()
}

/// How often a bell of a store rang.
fn bell(store: &Store) -> Arc<AtomicUsize> {
    let rung = Arc::<AtomicUsize>::default();
    let rings = Arc::clone(&rung);
    store.on_destroyed(move || {
        rings.fetch_add(1, Ordering::Relaxed);
    });
    rung
}

fn rings(bell: &AtomicUsize) -> usize {
    bell.load(Ordering::Relaxed)
}

/// Killed while two, or four, are busy: what was acknowledged is there, in each, also if one is opened in another order.
#[test]
fn all_that_were_open_survive_a_kill() {
    for (count, deniable) in [(2_usize, false), (4, false), (2, true), (4, true)] {
        let (place, stores) = profiles(count);
        for store in &stores {
            store.set_deniable(deniable).unwrap();
        }
        std::thread::scope(|scope| {
            for (which, store) in (0_u64..).zip(&stores) {
                scope.spawn(move || {
                    for number in 0..40 {
                        write(store, which * 100 + number).unwrap();
                        if number == 20 {
                            store.rotate_state_key().unwrap();
                            store.cover().unwrap();
                        }
                    }
                });
            }
        });
        drop(stores);
        // What is not open is in nobody's way.
        for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
            let order = order.into_iter().filter(|which| *which < count);
            let open = order.map(|which| {
                let store = Store::open(&place.home, PASSPHRASES[which]).unwrap();
                (which as u64, store)
            });
            for (which, store) in open.collect::<Vec<_>>() {
                for number in 0..40 {
                    assert!(has(&store, which * 100 + number), "{count} {deniable}");
                }
                let others = (0..4).filter(|other| *other != which);
                assert!(others.into_iter().all(|other| !has(&store, other * 100)));
                let state = fixture::read(&store, Kind::Ratchet, b"state").unwrap();
                assert_eq!(state, (which * 100 + 39).to_be_bytes());
                store.lock().unwrap();
            }
        }
    }
}

/// One that is locked leaves the others open, and can be opened again beside them.
#[test]
fn one_is_locked_and_opened_again_while_others_go_on() {
    let (place, mut stores) = profiles(3);
    for store in &stores {
        store.set_deniable(true).unwrap();
    }
    for round in 0..3 {
        let one = stores.remove(1);
        write(&one, round).unwrap();
        one.lock().unwrap();
        stores
            .iter()
            .for_each(|store| write(store, round + 10).unwrap());
        let again = Store::open(&place.home, PASSPHRASES[1]).unwrap();
        assert!((0..=round).all(|round| has(&again, round)));
        stores.insert(1, again);
    }
    let other = Home::open(place.home.path()).unwrap();
    for passphrase in PASSPHRASES {
        assert!(matches!(
            Store::open(&other, passphrase),
            Err(OpenError::InUse)
        ));
    }
}

#[test]
fn beside_nothing_nothing_is_made() {
    let (place, stores) = profiles(2);
    drop(stores);
    assert!(matches!(
        place.home.create_beside(b"third", COST),
        Err(CreateError::NoneOpen)
    ));
    let one = Store::open(&place.home, PASSPHRASES[1]).unwrap();
    let third = place.home.create_beside(b"third", COST).unwrap();
    assert_ne!(one.vault(), third.vault());
}

/// A passphrase that wipes is entered while what it destroys is in use.
#[test]
fn a_wipe_reaches_profiles_that_are_open() {
    for deniable in [false, true] {
        let (place, mut stores) = profiles(3);
        for store in &stores {
            store.set_deniable(deniable).unwrap();
        }
        let decoy = stores.remove(1);
        let victims: Vec<VaultId> = stores.iter().map(Store::vault).collect();
        decoy.set_wipe(b"wiping", COST, &victims).unwrap();
        write(&decoy, 1).unwrap();
        decoy.lock().unwrap();
        let bells: Vec<_> = stores.iter().map(bell).collect();
        assert!(bells.iter().all(|bell| rings(bell) == 0));
        assert!(stores.iter().all(|store| !store.is_destroyed()));
        let decoy = Store::open(&place.home, b"wiping").unwrap();
        let own = bell(&decoy);
        assert!(has(&decoy, 1) && !decoy.is_destroyed());
        assert!(bells.iter().all(|bell| rings(bell) > 0));
        for store in stores {
            assert!(store.is_destroyed());
            assert!(write(&store, 2).is_err() && store.cover().is_ok());
            // A bell that is hung up late rings at once.
            assert!(rings(&bell(&store)) > 0);
            assert!(store.lock().is_err());
        }
        write(&decoy, 2).unwrap();
        assert_eq!(rings(&own), 0);
        decoy.lock().unwrap();
        for gone in [PASSPHRASES[0], PASSPHRASES[2]] {
            assert!(matches!(
                Store::open(&place.home, gone),
                Err(OpenError::WrongPassphrase)
            ));
        }
        let decoy = Store::open_to_keep(&place.home, b"wiping").unwrap();
        assert!(has(&decoy, 2));
    }
}

/// The decoy itself is in use, opened by the passphrase that it had before. What its new one names is destroyed all the same, once.
#[test]
fn a_wipe_works_while_the_decoy_is_open() {
    let (place, mut stores) = profiles(2);
    let (decoy, first) = (stores.remove(1), stores.remove(0));
    let vault = first.vault();
    decoy.set_wipe(b"wiping", COST, &[vault]).unwrap();
    let bell = bell(&first);
    assert!(matches!(
        Store::open(&place.home, b"wiping"),
        Err(OpenError::AlreadyOpen)
    ));
    assert!(first.is_destroyed() && rings(&bell) > 0);
    drop(first);
    write(&decoy, 1).unwrap();
    let next = place.home.create_beside(b"next", COST).unwrap();
    // It was used up: another passphrase for the decoy does not bring it back.
    decoy.change_passphrase(b"other", COST).unwrap();
    decoy.lock().unwrap();
    let decoy = Store::open(&place.home, b"other").unwrap();
    assert!(has(&decoy, 1) && !next.is_destroyed());
    // Set anew it is kept by a change, as before.
    decoy.set_wipe(b"again", COST, &[next.vault()]).unwrap();
    decoy.change_passphrase(b"changed", COST).unwrap();
    assert!(matches!(
        Store::open(&place.home, b"changed"),
        Err(OpenError::AlreadyOpen)
    ));
    assert!(next.is_destroyed());
}

/// Whoever destroys all is told like the others, after it was done.
#[test]
fn destroying_all_rings_every_bell() {
    let (place, stores) = profiles(4);
    let bells: Vec<_> = stores.iter().map(bell).collect();
    stores[2].destroy_home().unwrap();
    assert!(bells.iter().all(|bell| rings(bell) > 0));
    drop(stores);
    for passphrase in PASSPHRASES {
        assert!(Store::open(&place.home, passphrase).is_err());
    }
    // One that is destroyed alone rings alone.
    let (_place, stores) = profiles(2);
    let bells: Vec<_> = stores.iter().map(bell).collect();
    stores[0].destroy().unwrap();
    assert!(rings(&bells[0]) > 0 && rings(&bells[1]) == 0);
}
