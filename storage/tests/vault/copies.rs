//! Files of one's own or of another vault that the disk does not read or write any more, and passphrases that would destroy
//! what they were given to keep.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use undertone_storage::{Kind, OpenError, Slot, Store};

use crate::fixture::{self, COST, Place};

/// Makes a file one that cannot be read or written, whoever asks: it leads to itself.
fn spoil(file: &Path) {
    fs::remove_file(file).unwrap();
    symlink(file, file).unwrap();
    assert!(fs::read(file).is_err() && fs::write(file, b"x").is_err());
}

fn others(place: &Place, own: u8) -> impl Iterator<Item = std::path::PathBuf> {
    let others = (0..4_u8).filter(move |vault| *vault != own);
    let vaults: Vec<_> = others.map(|vault| place.vault_number(vault)).collect();
    vaults.into_iter()
}

#[test]
fn what_is_spoilt_in_another_vault_keeps_no_profile_shut() {
    for deniable in [false, true] {
        let (place, store) = Place::with_passphrase(b"own");
        let own = store.vault().number();
        store.set_deniable(deniable).unwrap();
        store
            .commit(fixture::put(Kind::Message, b"one", Slot::Data, b"kept"))
            .unwrap();
        store.lock().unwrap();
        for (vault, name) in others(&place, own).zip(["header-1", "keys-2", "journal"]) {
            spoil(&vault.join(name));
        }
        let store = Store::open(&place.home, b"own").unwrap();
        assert_eq!(
            fixture::read(&store, Kind::Message, b"one").unwrap(),
            b"kept"
        );
        store.rotate_state_key().unwrap();
        store.erase(Slot::State).unwrap();
        store.change_passphrase(b"new", COST).unwrap();
        drop(store);
        Store::open(&place.home, b"new").unwrap();
    }
}

#[test]
fn one_whole_copy_of_ones_own_is_enough_to_read_everything() {
    for (header, keys) in [("header-1", "keys-2"), ("header-2", "keys-1")] {
        let (place, store) = Place::with_passphrase(b"own");
        store
            .commit(fixture::put(Kind::Message, b"one", Slot::Data, b"kept"))
            .unwrap();
        drop(store);
        spoil(&place.vault().join(header));
        spoil(&place.vault().join(keys));
        let store = Store::open(&place.home, b"own").unwrap();
        assert_eq!(
            fixture::read(&store, Kind::Message, b"one").unwrap(),
            b"kept"
        );
    }
}

/// A panic and a wipe overwrite all that can be written, whatever cannot be.
#[test]
fn what_cannot_be_read_does_not_keep_the_rest_from_being_destroyed() {
    let (place, store) = Place::with_passphrase(b"own");
    drop(store);
    spoil(&place.vault().join("keys-1"));
    assert!(place.home.destroy().is_err(), "it is said");
    assert!(matches!(
        Store::open(&place.home, b"own"),
        Err(OpenError::WrongPassphrase)
    ));
}

#[test]
fn a_wiping_passphrase_that_is_given_to_keep_something_destroys_nothing() {
    let (place, first) = Place::with_passphrase(b"first");
    let decoy = first.create_beside(b"decoy", COST).unwrap();
    decoy.set_wipe(b"wiping", COST, &[first.vault()]).unwrap();
    decoy.lock().unwrap();
    first.lock().unwrap();
    let names = ["header-1", "header-2", "keys-1", "keys-2"];
    let files = || {
        let of = |vault| names.map(|name| fs::read(place.vault_number(vault).join(name)).unwrap());
        (0..4).flat_map(of).collect::<Vec<_>>()
    };
    let before = files();
    assert!(matches!(
        Store::open_to_keep(&place.home, b"wiping"),
        Err(OpenError::WouldWipe)
    ));
    assert!(files() == before);
    drop(Store::open_to_keep(&place.home, b"first").unwrap());
    // It still does what it is for.
    drop(Store::open(&place.home, b"wiping").unwrap());
    assert!(matches!(
        Store::open(&place.home, b"first"),
        Err(OpenError::WrongPassphrase)
    ));
}
