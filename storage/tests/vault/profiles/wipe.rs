//! Passphrases that destroy other profiles before they open their own.

use super::*;

/// Two profiles and a third one whose passphrase wipes them.
fn armed() -> Place {
    let place = with_profiles(4);
    let stores = PASSPHRASES.map(|passphrase| Store::open(&place.home, passphrase).unwrap());
    assert!(matches!(
        stores[2].set_wipe(b"wipe", COST, &[stores[0].vault(), stores[2].vault()]),
        Err(CreateError::WipesItself)
    ));
    let wiped = [stores[0].vault(), stores[1].vault()];
    stores[2].set_wipe(b"wipe", COST, &wiped).unwrap();
    place
}

#[test]
fn the_wipe_passphrase_destroys_what_it_names_and_opens_its_own() {
    let place = armed();
    // Naming them alone does nothing.
    drop(Store::open(&place.home, PASSPHRASES[0]).unwrap());
    let decoy = Store::open(&place.home, b"wipe").unwrap();
    assert_eq!(text(&decoy), Some(PASSPHRASES[2].to_vec()));
    drop(decoy);
    assert!(wrong(&place, PASSPHRASES[0]) && wrong(&place, PASSPHRASES[1]));
    // The old passphrase of the decoy is gone as well, and the fourth profile was not named.
    assert!(wrong(&place, PASSPHRASES[2]));
    let other = Store::open(&place.home, PASSPHRASES[3]).unwrap();
    assert_eq!(text(&other), Some(PASSPHRASES[3].to_vec()));
    // It wipes once: what takes the place of the wiped ones is not named any more.
    let decoy = Store::open(&place.home, b"wipe").unwrap();
    let new = [b"new 1", b"new 2"].map(|passphrase| {
        let store = decoy.create_beside(passphrase, COST).unwrap();
        fill(&store, passphrase);
        store
    });
    drop((other, decoy, new));
    drop(Store::open(&place.home, b"wipe").unwrap());
    for passphrase in [b"new 1", b"new 2"] {
        let store = Store::open(&place.home, passphrase).unwrap();
        assert_eq!(text(&store), Some(passphrase.to_vec()));
    }
}

/// Both copies of what is named are overwritten, to the last byte; nothing else changes but the decoy's own header.
#[test]
fn every_byte_of_what_is_named_is_overwritten() {
    let place = armed();
    let vaults = |passphrase: &[u8]| {
        Store::open(&place.home, passphrase)
            .unwrap()
            .vault()
            .number()
    };
    let named = [vaults(PASSPHRASES[0]), vaults(PASSPHRASES[1])];
    let files = sealed_files(&place);
    let before = contents(&files);
    let decoy = Store::open(&place.home, b"wipe").unwrap().vault().number();
    for ((file, before), number) in files.iter().zip(before).zip(0_u8..) {
        let (vault, is_header) = (number / 4, number % 4 < 2);
        let after = fs::read(file).unwrap();
        assert_eq!(after.len(), before.len());
        if named.contains(&vault) {
            let kept = if is_header { 38 } else { 0 };
            assert_eq!(after[..kept], before[..kept], "the salt of the home stays");
            let blocks = after[kept..].chunks(16).zip(before[kept..].chunks(16));
            assert!(
                blocks
                    .filter(|(after, _)| after.len() > 8)
                    .all(|(after, before)| after != before)
            );
        } else if is_header && vault == decoy {
            assert_ne!(after, before, "it no longer says what it wiped");
        } else {
            assert_eq!(after, before);
        }
    }
}

/// The wiped profile is open in the same program: it is closed, and does not write its keys back.
#[test]
fn an_open_profile_is_wiped_too() {
    let place = armed();
    let open = Store::open(&place.home, PASSPHRASES[0]).unwrap();
    drop(Store::open(&place.home, b"wipe").unwrap());
    assert!(matches!(
        open.commit(fixture::put(Kind::Profile, b"x", Slot::Data, b"x")),
        Err(CommitError::Closed)
    ));
    assert!(open.rotate_state_key().is_err());
    assert!(open.change_passphrase(b"again", COST).is_err());
    drop(open);
    assert!(wrong(&place, PASSPHRASES[0]) && wrong(&place, b"again"));
}

/// If the disk does not take it, nothing is shown, and it is tried again.
#[test]
fn a_wipe_that_fails_opens_nothing_and_is_done_later() {
    let place = armed();
    let vault = Store::open(&place.home, PASSPHRASES[0]).unwrap().vault();
    let keys = place.vault_number(vault.number()).join("keys-1");
    fs::remove_file(&keys).unwrap();
    fs::create_dir(&keys).unwrap();
    assert!(matches!(
        Store::open(&place.home, b"wipe"),
        Err(OpenError::Io(_))
    ));
    // Everything else was overwritten all the same.
    assert!(wrong(&place, PASSPHRASES[0]) && wrong(&place, PASSPHRASES[1]));
    fs::remove_dir(&keys).unwrap();
    drop(Store::open(&place.home, b"wipe").unwrap());
    assert_eq!(fs::metadata(&keys).unwrap().len(), 1 << 20);
}

/// Opening that wipes does what opening does that does not: the same files are written, of the same sizes. How long
/// both take is said, not asserted: the bench has it without the noise of other tests.
#[test]
fn it_writes_what_any_opening_writes() {
    let place = with_profiles(4);
    let stores = PASSPHRASES.map(|passphrase| Store::open(&place.home, passphrase).unwrap());
    let [first, second, third, _] = &stores;
    third
        .set_wipe(b"wipe", COST, &[first.vault(), second.vault()])
        .unwrap();
    drop(stores);
    let written = |passphrase: &[u8]| {
        let copy = place.copy();
        let files = sealed_files(&copy);
        let state = |file: &PathBuf| {
            let metadata = fs::metadata(file).unwrap();
            (metadata.modified().unwrap(), metadata.len())
        };
        let before: Vec<_> = files.iter().map(state).collect();
        let start = Instant::now();
        let store = Store::open(&copy.home, passphrase).unwrap();
        let took = start.elapsed();
        drop(store);
        assert_eq!(wrong(&copy, PASSPHRASES[0]), passphrase == b"wipe");
        let after = files.iter().map(state).zip(before);
        let changes = after.map(|(after, before)| (after.0 > before.0, after.1, before.1));
        (took, changes.collect::<Vec<_>>())
    };
    for _ in 0..3 {
        let [(plain, expected), (wiping, found)] = [PASSPHRASES[3], b"wipe"].map(written);
        println!("opened in {plain:.1?} without, in {wiping:.1?} with a wipe");
        assert_eq!(expected, found);
        assert!(found.iter().all(|(is_written, ..)| *is_written));
    }
}
