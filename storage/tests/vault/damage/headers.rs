//! Damaged headers and salts, and files that belong to somebody else.

use super::*;

fn with_passphrase() -> Place {
    let (place, store) = Place::with_passphrase(b"right");
    store
        .commit(fixture::put(KINDS[0], b"x", Slot::Data, b"here"))
        .unwrap();
    place
}

fn opens(place: &Place) {
    let store = Store::open(&place.home, b"right").unwrap();
    assert_eq!(
        fixture::read(&store, KINDS[0], b"x"),
        Some(b"here".to_vec())
    );
}

#[test]
fn one_damaged_copy_of_the_header_is_repaired() {
    let original = with_passphrase();
    let whole = fs::read(original.vault().join("header-1")).unwrap();
    for copy in ["header-1", "header-2"] {
        for round in 0..20 {
            let place = original.copy();
            damage(
                &place.vault().join(copy),
                round,
                &mut fixture::random(round),
            );
            // A wrong passphrase repairs nothing, and does not pass.
            assert!(matches!(
                Store::open(&place.home, b"wrong"),
                Err(OpenError::DamagedHeader)
            ));
            opens(&place);
            assert_eq!(fs::read(place.vault().join(copy)).unwrap(), whole);
            assert!(matches!(
                Store::open(&place.home, b"wrong"),
                Err(OpenError::WrongPassphrase)
            ));
        }
        let place = original.copy();
        fs::remove_file(place.vault().join(copy)).unwrap();
        opens(&place);
        change(&place.vault().join(copy), |bytes| bytes.push(0));
        opens(&place);
        assert_eq!(fs::read(place.vault().join(copy)).unwrap(), whole);
    }
}

#[test]
fn a_header_damaged_in_both_copies_is_refused() {
    let original = with_passphrase();
    let mut refused = 0;
    for round in 0..20 {
        let place = original.copy();
        let mut random = fixture::random(round);
        for copy in ["header-1", "header-2"] {
            damage(&place.vault().join(copy), round, &mut random);
        }
        match Store::open(&place.home, b"right") {
            // Only the salt was hit, and the other vaults have it as well.
            Ok(_) => opens(&place),
            Err(OpenError::DamagedHeader | OpenError::WrongPassphrase) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(refused > 15, "{refused}");
    for copy in ["header-1", "header-2"] {
        fs::remove_file(original.vault().join(copy)).unwrap();
    }
    assert!(matches!(
        Store::open(&original.home, b"right"),
        Err(OpenError::DamagedHeader)
    ));
}

/// A header that asks for a terabyte is refused before it is tried.
#[test]
fn a_header_cannot_ask_for_any_cost() {
    let original = with_passphrase();
    for offset in 32..38 {
        for bit in 0..8 {
            let place = original.copy();
            let headers = || (0..4).flat_map(|vault| [(vault, 1), (vault, 2)]);
            let header = |(vault, copy)| place.vault_number(vault).join(format!("header-{copy}"));
            for file in headers().map(header) {
                change(&file, |bytes| bytes[offset] ^= 1 << bit);
            }
            assert!(matches!(
                Store::open(&place.home, b"right"),
                Err(OpenError::Parameters(_) | OpenError::WrongPassphrase)
            ));
        }
    }
}

/// Salt and cost stand in eight files: what fewer than half of them say is passed over.
#[test]
fn a_damaged_salt_is_outvoted() {
    let original = with_passphrase();
    for offset in 0..38 {
        let place = original.copy();
        for copy in ["header-1", "header-2"] {
            change(&place.vault().join(copy), |bytes| bytes[offset] ^= 1);
        }
        opens(&place);
        for copy in ["header-1", "header-2"] {
            let file = |place: &Place| fs::read(place.vault().join(copy)).unwrap();
            assert_eq!(file(&place), file(&original));
        }
    }
}

/// Files of another profile do not open with this one's keys.
#[test]
fn files_of_another_profile_are_refused() {
    let (one, other) = (with_passphrase(), with_passphrase());
    for name in ["keys-1", "keys-2"] {
        fs::copy(other.vault().join(name), one.vault().join(name)).unwrap();
    }
    assert!(matches!(
        Store::open(&one.home, b"right"),
        Err(OpenError::DamagedKeys)
    ));
    let one = with_passphrase();
    fs::remove_dir_all(one.log()).unwrap();
    fixture::copy_directory(&other.log(), &one.log());
    assert!(matches!(
        Store::open(&one.home, b"right"),
        Err(OpenError::DamagedRecords)
    ));
}
