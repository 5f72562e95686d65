//! Records: round trips, bounds, slots, and equality with a model.

use undertone_storage::{ChangeSet, CommitError, Kind, MAX_ID, MAX_VALUE, Slot, Statistics};

use crate::fixture::{self, Model, Place};

const DAY: Slot = Slot::Conversation {
    conversation: [7; 16],
    day: 20_000,
};

#[test]
fn what_was_put_is_read_until_it_is_deleted() {
    let (place, store) = Place::with_store();
    assert_eq!(fixture::read(&store, Kind::Profile, b"me"), None);
    for slot in [Slot::Data, Slot::State, DAY] {
        let mut set = ChangeSet::new();
        for kind in Kind::ALL {
            set.put(kind, b"same", slot, fixture::value(&[kind.number(); 100]));
        }
        store.commit(set).unwrap();
        for kind in Kind::ALL {
            assert_eq!(
                fixture::read(&store, kind, b"same"),
                Some(vec![kind.number(); 100])
            );
        }
    }
    store
        .commit(fixture::delete(Kind::Outbox, b"same"))
        .unwrap();
    drop(store);
    let store = place.open().unwrap();
    assert_eq!(fixture::read(&store, Kind::Outbox, b"same"), None);
    assert_eq!(
        fixture::read(&store, Kind::Message, b"same"),
        Some(vec![5; 100])
    );
}

#[test]
fn the_largest_record_fits_and_a_larger_one_changes_nothing() {
    let (place, store) = Place::with_store();
    let id = [1; MAX_ID];
    store
        .commit(fixture::put(Kind::Message, &id, DAY, &vec![3; MAX_VALUE]))
        .unwrap();
    store
        .commit(fixture::put(Kind::Message, b"", DAY, b""))
        .unwrap();
    let before = store.statistics();
    let too_large = [
        fixture::put(Kind::Message, &[0; MAX_ID + 1], DAY, b""),
        fixture::put(Kind::Message, b"x", DAY, &vec![0; MAX_VALUE + 1]),
        fixture::delete(Kind::Message, &[0; MAX_ID + 1]),
    ];
    for mut set in too_large {
        set.put(
            Kind::Profile,
            b"beside it",
            Slot::Data,
            fixture::value(b"x"),
        );
        assert!(matches!(store.commit(set), Err(CommitError::TooLarge)));
    }
    assert_eq!(store.statistics(), before);
    assert_eq!(fixture::read(&store, Kind::Profile, b"beside it"), None);
    drop(store);
    let store = place.open().unwrap();
    assert_eq!(
        fixture::read(&store, Kind::Message, &id),
        Some(vec![3; MAX_VALUE])
    );
    assert_eq!(fixture::read(&store, Kind::Message, b""), Some(vec![]));
}

#[test]
fn statistics_count_what_was_done_since_open() {
    let (place, store) = Place::with_store();
    assert_eq!(store.statistics(), Statistics::default());
    store.commit(ChangeSet::new()).unwrap();
    store
        .commit(fixture::delete(Kind::Message, b"not there"))
        .unwrap();
    assert_eq!(store.statistics(), Statistics::default());
    store
        .commit(fixture::put(Kind::Profile, b"me", Slot::Data, &[0; 1000]))
        .unwrap();
    let first = store.statistics();
    assert_eq!(first.commits, 1);
    // Two for the key file, because the slot is new, and at least one for the log.
    assert!(first.fsyncs >= 3, "{first:?}");
    store
        .commit(fixture::put(Kind::Profile, b"me", Slot::Data, &[1; 1000]))
        .unwrap();
    let second = store.statistics();
    assert_eq!(second.commits, 2);
    assert!(second.fsyncs > first.fsyncs);
    // One record in the bucket of 2 KiB, and the tip.
    assert_eq!(second.bytes - first.bytes, 2048 + 256 + 2 * 32);
    drop(store);
    assert_eq!(place.open().unwrap().statistics(), Statistics::default());
}

#[test]
fn a_store_is_shared_by_threads() {
    let (_place, store) = Place::with_store();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..20_u8 {
                    let id = [thread, number];
                    store
                        .commit(fixture::put(Kind::Message, &id, DAY, &id))
                        .unwrap();
                    assert_eq!(fixture::read(store, Kind::Message, &id), Some(id.to_vec()));
                    if number == 10 {
                        store.reseal(DAY).unwrap();
                    }
                }
            });
        }
    });
    for thread in 0..4 {
        for number in 0..20 {
            let id = [thread, number];
            assert_eq!(fixture::read(&store, Kind::Message, &id), Some(id.to_vec()));
        }
    }
}

/// Reading while keys are exchanged never fails and never shows something else.
#[test]
fn readers_do_not_notice_a_rotation() {
    let (_place, store) = Place::with_store();
    let mut set = ChangeSet::new();
    for number in 0..50_u8 {
        set.put(
            Kind::Ratchet,
            &[number],
            Slot::State,
            fixture::value(&[number; 500]),
        );
    }
    store.commit(set).unwrap();
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut reads = 0_u32;
            while !done.load(std::sync::atomic::Ordering::Relaxed) || reads < 50 {
                let number = u8::try_from(reads % 50).unwrap();
                assert_eq!(
                    fixture::read(&store, Kind::Ratchet, &[number]),
                    Some(vec![number; 500])
                );
                reads += 1;
            }
        });
        for _ in 0..5 {
            store.rotate_state_key().unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

/// A record of many pieces is never seen half old and half new.
#[test]
fn readers_see_one_version_of_a_long_record() {
    let (_place, store) = Place::with_store();
    let commit = |number: u8| {
        let length = 60_000 + 500 * usize::from(number);
        store
            .commit(fixture::put(
                Kind::Settings,
                b"long",
                DAY,
                &vec![number; length],
            ))
            .unwrap();
    };
    commit(0);
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(std::sync::atomic::Ordering::Relaxed) || seen.is_empty() {
                let found = fixture::read(&store, Kind::Settings, b"long").unwrap();
                assert!(
                    found.iter().all(|byte| *byte == found[0]),
                    "two versions in one"
                );
                assert_eq!(found.len(), 60_000 + 500 * usize::from(found[0]));
                let mut visited = 0;
                store
                    .scan(Kind::Settings, |_, _, value| {
                        assert!(
                            value.iter().all(|byte| *byte == value[0]),
                            "two versions in one"
                        );
                        visited += 1;
                    })
                    .unwrap();
                assert_eq!(visited, 1);
                seen.insert(found[0]);
            }
            seen
        });
        (1..120).for_each(commit);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(reader.join().unwrap().len() > 1);
    });
}

/// A slot that is sealed again in several batches: in between, the pieces of a record lie under two keys.
#[test]
fn readers_do_not_notice_a_rotation_in_parts() {
    let (_place, store) = Place::with_store();
    for part in 0..5_u8 {
        let mut set = ChangeSet::new();
        for number in 0..8_u8 {
            let value = fixture::value(&vec![number; 200_000]);
            set.put(Kind::Ratchet, &[part, number], Slot::State, value);
        }
        store.commit(set).unwrap();
    }
    let done = std::sync::atomic::AtomicBool::new(false);
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0_u32;
            while !done.load(std::sync::atomic::Ordering::Relaxed) || reads < 40 {
                let [part, number] =
                    [reads % 5, reads / 5 % 8].map(|one| u8::try_from(one).unwrap());
                let found = fixture::read(&store, Kind::Ratchet, &[part, number]);
                assert!(found == Some(vec![number; 200_000]));
                reads += 1;
            }
            reads
        });
        let before = store.statistics().commits;
        store.rotate_state_key().unwrap();
        assert!(store.statistics().commits > before + 1);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        reader.join().unwrap()
    });
    assert!(reads >= 40);
}

/// A slot with more records than one batch of re-sealing takes.
#[test]
fn large_slots_are_sealed_again_and_erased_in_parts() {
    let (place, store) = Place::with_store();
    let day = |day| Slot::Conversation {
        conversation: [1; 16],
        day,
    };
    for part in 0..6_u8 {
        let mut set = ChangeSet::new();
        for number in 0..200_u8 {
            set.put(
                Kind::Message,
                &[part, number],
                day(5),
                fixture::value(&[number; 5_000]),
            );
        }
        store.commit(set).unwrap();
    }
    let before = store.statistics().commits;
    store.reseal(day(5)).unwrap();
    assert!(
        store.statistics().commits >= before + 2,
        "{:?}",
        store.statistics()
    );
    store.merge_days(100).unwrap();
    for part in 0..6 {
        for number in 0..200 {
            assert_eq!(
                fixture::read(&store, Kind::Message, &[part, number]),
                Some(vec![number; 5_000])
            );
        }
    }
    let before = store.statistics().commits;
    store.erase_conversation([1; 16]).unwrap();
    assert!(store.statistics().commits > before);
    drop(store);
    let store = place.open().unwrap();
    fixture::assert_equal(&store, &Model::new(), "erased");
}

#[test]
fn merged_days_are_still_named_by_the_day() {
    let (place, store) = Place::with_store();
    let slot = |day| Slot::Conversation {
        conversation: [3; 16],
        day,
    };
    // 2024-10-20 is day 20016; the month has 31 days and began at 20,000 − 3 = 19,997.
    let id = |day: u32| day.to_be_bytes();
    for day in 20_000..20_060 {
        store
            .commit(fixture::put(Kind::Message, &id(day), slot(day), &id(day)))
            .unwrap();
    }
    store.merge_days(20_060).unwrap();
    store.merge_days(20_010).unwrap();
    let all_are_there = |store: &undertone_storage::Store, days: std::ops::Range<u32>| {
        for day in days {
            assert_eq!(
                fixture::read(store, Kind::Message, &id(day)),
                Some(id(day).to_vec()),
                "{day}"
            );
        }
    };
    all_are_there(&store, 20_000..20_060);
    // A late message of a merged day goes to the month, and moving a record takes it out of its list.
    store
        .commit(fixture::put(Kind::Message, b"late", slot(20_001), b"late"))
        .unwrap();
    store
        .commit(fixture::put(
            Kind::Message,
            &id(20_059),
            slot(20_001),
            &id(20_059),
        ))
        .unwrap();
    drop(store);
    let store = place.open().unwrap();
    store.merge_days(20_061).unwrap();
    all_are_there(&store, 20_000..20_060);
    // Erasing one merged day erases its month, and not the next one nor the days.
    store.erase(slot(20_005)).unwrap();
    for day in 20_000..20_028 {
        assert_eq!(
            fixture::read(&store, Kind::Message, &id(day)),
            None,
            "{day}"
        );
    }
    all_are_there(&store, 20_028..20_059);
    assert_eq!(fixture::read(&store, Kind::Message, &id(20_059)), None);
    assert_eq!(fixture::read(&store, Kind::Message, b"late"), None);
    store.erase(slot(20_050)).unwrap();
    assert_eq!(fixture::read(&store, Kind::Message, &id(20_050)), None);
    all_are_there(&store, 20_051..20_059);
}

#[test]
fn erased_slots_can_be_used_again() {
    let (place, store) = Place::with_store();
    for slot in [Slot::Data, Slot::State, DAY] {
        store
            .commit(fixture::put(Kind::Message, b"x", slot, b"before"))
            .unwrap();
        store.erase(slot).unwrap();
        assert_eq!(fixture::read(&store, Kind::Message, b"x"), None);
        store
            .commit(fixture::put(Kind::Message, b"x", slot, b"after"))
            .unwrap();
        assert_eq!(
            fixture::read(&store, Kind::Message, b"x"),
            Some(b"after".to_vec())
        );
        store.erase(slot).unwrap();
        // Nothing there to erase or to seal again.
        store.erase(slot).unwrap();
        store.reseal(slot).unwrap();
    }
    drop(store);
    fixture::assert_equal(&place.open().unwrap(), &Model::new(), "erased");
}

/// Random changes, rotations, erasures and openings behave as a map does.
#[test]
fn equals_a_model() {
    for seed in 0..6 {
        let mut random = fixture::random(seed);
        let mut model = Model::new();
        let mut slots = std::collections::BTreeMap::new();
        let (place, mut store) = Place::with_store();
        for step in 0..120 {
            let context = format!("seed {seed}, step {step}");
            match fixture::below(&mut random, 20) {
                0 => {
                    if fixture::below(&mut random, 2) == 0 {
                        store.lock().unwrap();
                    } else {
                        drop(store);
                    }
                    store = place.open().unwrap();
                    fixture::assert_equal(&store, &model, &context);
                }
                1 => store.rotate_state_key().unwrap(),
                2 => store.reseal(fixture::some_slot(&mut random)).unwrap(),
                3 => store
                    .merge_days(u32::try_from(20_000 + fixture::below(&mut random, 90)).unwrap())
                    .unwrap(),
                4 => {
                    let conversation = [u8::try_from(fixture::below(&mut random, 3)).unwrap(); 16];
                    store.erase_conversation(conversation).unwrap();
                    let gone = |slot: &Slot| matches!(slot, Slot::Conversation { conversation: of, .. } if *of == conversation);
                    model.retain(|name, _| !slots.get(name).is_some_and(gone));
                    fixture::assert_equal(&store, &model, &context);
                }
                _ => {
                    let set = fixture::some_changes(&mut random, &mut model, 40);
                    set.slots().for_each(|(kind, id, slot)| {
                        slots.insert((kind, id.to_vec()), slot);
                    });
                    store.commit(set).unwrap();
                }
            }
        }
        fixture::assert_equal(&store, &model, &format!("seed {seed}"));
    }
}
