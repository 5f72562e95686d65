//! Creating and opening: passphrases, locks, permissions, costs.

use std::fs;

use undertone_storage::{
    CreateError, Home, KdfParameters, Kind, OpenError, Slot, Store, WeakParameters,
};

use crate::fixture::{self, Place};

fn cost() -> KdfParameters {
    fixture::COST
}

fn with_passphrase() -> Place {
    let (place, store) = Place::with_passphrase(b"the passphrase");
    store
        .commit(fixture::put(Kind::Profile, b"me", Slot::Data, b"here"))
        .unwrap();
    store.lock().unwrap();
    place
}

fn opens_with(place: &Place, passphrase: &[u8]) {
    let store = Store::open(&place.home, passphrase).unwrap();
    assert_eq!(
        fixture::read(&store, Kind::Profile, b"me"),
        Some(b"here".to_vec())
    );
}

#[test]
fn the_passphrase_opens_and_no_other_does() {
    let place = with_passphrase();
    opens_with(&place, b"the passphrase");
    for wrong in [
        &b"the passphras"[..],
        b"The passphrase",
        b"the passphrase ",
        b"",
    ] {
        assert!(matches!(
            Store::open(&place.home, wrong),
            Err(OpenError::WrongPassphrase)
        ));
    }
    opens_with(&place, b"the passphrase");
}

#[test]
fn a_changed_passphrase_replaces_the_old_one() {
    let place = with_passphrase();
    let store = Store::open(&place.home, b"the passphrase").unwrap();
    store.change_passphrase(b"another", cost()).unwrap();
    drop(store);
    opens_with(&place, b"another");
    assert!(matches!(
        Store::open(&place.home, b"the passphrase"),
        Err(OpenError::WrongPassphrase)
    ));
}

/// Wherever the power goes while a passphrase is changed: the old one, the new one, or either of them opens, and what is
/// opened decides.
#[test]
fn a_passphrase_change_may_be_interrupted() {
    const OLD: &[u8] = b"the passphrase";
    let place = with_passphrase();
    let headers = |place: &Place| ["header-1", "header-2"].map(|name| place.vault().join(name));
    let old = fs::read(&headers(&place)[0]).unwrap();
    let changed = place.copy();
    let store = Store::open(&changed.home, OLD).unwrap();
    store.change_passphrase(b"new", cost()).unwrap();
    drop(store);
    let new = fs::read(&headers(&changed)[0]).unwrap();
    // A sector that was written by half, at any place.
    let torn = |at: usize| [&new[..at], &old[at..]].concat();
    let mut stages = vec![
        [old.clone(), old.clone()],
        [new.clone(), old.clone()],
        [new.clone(), new.clone()],
    ];
    for at in [50, 62, 100, 300, 496] {
        stages.push([torn(at), old.clone()]);
        stages.push([new.clone(), torn(at)]);
    }
    let mut opened = [0, 0];
    for stage in stages {
        let opens = |passphrase: &[u8], other: &[u8]| {
            let copy = place.copy();
            for (path, bytes) in headers(&copy).iter().zip(&stage) {
                fs::write(path, bytes).unwrap();
            }
            let Ok(store) = Store::open(&copy.home, passphrase) else {
                return false;
            };
            assert!(fixture::read(&store, Kind::Profile, b"me").is_some());
            drop(store);
            // From now on the other one does not.
            assert!(Store::open(&copy.home, other).is_err());
            drop(Store::open(&copy.home, passphrase).unwrap());
            true
        };
        let found = [opens(OLD, b"new"), opens(b"new", OLD)];
        assert!(found[0] || found[1]);
        opened[0] += usize::from(found[0]);
        opened[1] += usize::from(found[1]);
    }
    // Nothing changed, both there, five torn first copies; everything changed, both there, five torn second copies.
    assert_eq!(opened, [7, 7]);
}

/// The cost that programs ship with, once.
#[test]
fn the_shipped_cost_opens() {
    let place = Place::new();
    Store::create(&place.home, b"the passphrase", KdfParameters::shipped()).unwrap();
    Store::open(&place.home, b"the passphrase").unwrap();
    assert!(matches!(
        Store::open(&place.home, b"wrong"),
        Err(OpenError::WrongPassphrase)
    ));
}

#[test]
fn a_cost_out_of_range_creates_nothing() {
    let place = Place::new();
    for memory_kib in [0, u32::MAX] {
        let cost = KdfParameters {
            memory_kib,
            passes: 3,
            lanes: 1,
        };
        assert!(matches!(
            Store::create(&place.home, b"x", cost),
            Err(CreateError::Parameters(WeakParameters::OutOfRange))
        ));
    }
    assert!(matches!(
        Store::open(&place.home, b"x"),
        Err(OpenError::NoProfile)
    ));
}

/// In a release build this test is the refusal of a header made with a weak cost.
#[test]
fn a_weak_cost_is_refused_by_release_builds() {
    let place = Place::new();
    let weak = KdfParameters {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    let made = Store::create(&place.home, b"x", weak);
    if cfg!(debug_assertions) {
        made.unwrap();
    } else {
        assert!(matches!(
            made,
            Err(CreateError::Parameters(WeakParameters::Weak))
        ));
    }
}

#[test]
fn a_second_opening_is_refused_with_the_reason() {
    let place = with_passphrase();
    let store = Store::open(&place.home, b"the passphrase").unwrap();
    assert!(matches!(
        Store::open(&place.home, b"the passphrase"),
        Err(OpenError::AlreadyOpen)
    ));
    // Within this program other profiles may be opened beside it.
    assert!(matches!(
        Store::open(&place.home, b"wrong"),
        Err(OpenError::WrongPassphrase)
    ));
    assert!(matches!(
        Store::create(&place.home, b"x", cost()),
        Err(CreateError::Exists)
    ));
    // Another opening of the same directory is as good as another program: nothing is even tried.
    let other = Home::open(place.home.path()).unwrap();
    for passphrase in [&b"the passphrase"[..], b"wrong"] {
        assert!(matches!(
            Store::open(&other, passphrase),
            Err(OpenError::InUse)
        ));
    }
    assert!(matches!(
        Store::create(&other, b"x", cost()),
        Err(CreateError::Open(OpenError::InUse))
    ));
    drop(store);
    opens_with(&place, b"the passphrase");
}

/// sled's threads hold the log a moment longer than the store lives: opening waits for that.
#[test]
fn a_closed_store_can_be_opened_at_once() {
    let (place, mut store) = Place::with_store();
    for number in 0..40_u8 {
        store
            .commit(fixture::put(
                Kind::Settings,
                &[number],
                Slot::Data,
                &[number; 3000],
            ))
            .unwrap();
        drop(store);
        store = place.open().unwrap();
    }
    assert_eq!(
        fixture::read(&store, Kind::Settings, &[39]),
        Some(vec![39; 3000])
    );
}

#[test]
fn a_home_without_a_store_or_with_one() {
    let place = Place::new();
    assert!(!place.home.holds_store());
    assert!(matches!(place.open(), Err(OpenError::NoProfile)));
    let store = Store::create_with_key(&place.home, &fixture::key()).unwrap();
    store
        .commit(fixture::put(Kind::Profile, b"me", Slot::Data, b"here"))
        .unwrap();
    drop(store);
    assert!(place.home.holds_store());
    assert!(matches!(
        Store::create_with_key(&place.home, &fixture::key()),
        Err(CreateError::Exists)
    ));
    assert_eq!(
        fixture::read(&place.open().unwrap(), Kind::Profile, b"me"),
        Some(b"here".to_vec())
    );
    fs::remove_dir_all(place.home.path()).unwrap();
    assert!(matches!(place.open(), Err(OpenError::NoProfile)));
}

#[test]
fn an_interrupted_creation_is_not_in_the_way() {
    let (made, store) = Place::with_store();
    drop(store);
    let place = Place::new();
    let unfinished = place.home.path().join("vaults.new");
    fixture::copy_directory(&made.home.path().join("vaults"), &unfinished);
    assert!(matches!(place.open(), Err(OpenError::NoProfile)));
    drop(Store::create_with_key(&place.home, &fixture::key()).unwrap());
    place.open().unwrap();
    assert!(!unfinished.exists());
}

#[cfg(unix)]
#[test]
fn others_may_not_read_the_home() {
    use std::os::unix::fs::PermissionsExt;
    let place = with_passphrase();
    let files = [
        "header-1", "header-2", "keys-1", "keys-2", "mark", "journal",
    ];
    let files = (0..4).flat_map(|vault| files.map(|file| format!("vaults/v{vault}/{file}")));
    for entry in files.chain(["lock".to_owned()]) {
        let mode = fs::metadata(place.home.path().join(&entry))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{entry}");
    }
    for entry in (0..4).flat_map(|vault| ["", "/log"].map(|of| format!("vaults/v{vault}{of}"))) {
        let mode = fs::metadata(place.home.path().join(&entry))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{entry}");
    }
    let set =
        |mode| fs::set_permissions(place.home.path(), fs::Permissions::from_mode(mode)).unwrap();
    set(0o750);
    assert!(matches!(
        Store::open(&place.home, b"the passphrase"),
        Err(OpenError::Permissions)
    ));
    assert!(Home::open(place.home.path()).is_err());
    set(0o700);
    opens_with(&place, b"the passphrase");
}

#[test]
fn headers_are_512_bytes_that_look_random() {
    let (one, other) = (with_passphrase(), with_passphrase());
    let read = |place: &Place, name| fs::read(place.vault().join(name)).unwrap();
    assert_eq!(read(&one, "header-1"), read(&one, "header-2"));
    let mut counts = [0_u32; 8];
    for place in [&one, &other] {
        let header = read(place, "header-1");
        assert_eq!(header.len(), 512);
        for byte in header {
            (0..8).for_each(|bit| counts[bit] += u32::from(byte >> bit & 1));
        }
    }
    // Of 1024 bytes each bit is set in about half: six standard deviations are 96.
    assert!(
        counts.iter().all(|count| (416..=608).contains(count)),
        "{counts:?}"
    );
}

/// An error says what to do and nothing of who or where.
#[test]
fn errors_say_what_to_do() {
    let place = with_passphrase();
    let texts = [
        Store::open(&place.home, b"wrong").unwrap_err().to_string(),
        OpenError::InUse.to_string(),
        OpenError::DamagedKeys.to_string(),
        OpenError::NewerSchema(9).to_string(),
    ];
    assert_eq!(texts[0], "wrong passphrase");
    assert!(texts[1].contains("close the other program"));
    assert!(texts[2].contains("restore from an export"));
    assert!(texts[3].contains('9'));
    let path = place.home.path().to_str().unwrap();
    let store = Store::open(&place.home, b"the passphrase").unwrap();
    for text in texts
        .iter()
        .cloned()
        .chain([format!("{:?} {store:?}", place.home)])
    {
        assert!(!text.contains(path));
    }
}
