//! What is in an export, and what comes of old and damaged ones.

use super::*;

/// The export is old: since then the doors of one side moved.
#[test]
fn an_old_export_finds_contacts_whose_doors_or_own_doors_moved() {
    for moved in [0, 1] {
        let names = ["Amal", "Noor", "Eve"];
        let mut world = World::new(6 + moved as u64, &names, Faults::default());
        let (noor, amal) = world.befriend(0, 1);
        let (eve, _) = world.befriend(moved, 2);
        world.run(60);
        let (export, messages) = exported(&world, 0);
        world.command(moved, |p, now, rng| {
            (p.block(now, rng, eve).expect("not blocked"), ())
        });
        assert!(world.run_until(120, |w| w.connected(0, noor) && w.connected(1, amal)));
        talk(&mut world, [(0, noor), (1, amal)], "after the move");
        world.stop(0);
        let new = world.add(&export, &messages);
        talk(&mut world, [(new, noor), (1, amal)], "restored");
        world.run(60);
        // Each side can dial the other: with either one alone in dialling, they meet again.
        for (node, other) in [(new, 1), (1, new)] {
            world.waits = [other].into();
            world.cut_all();
            assert!(world.run_until(5, |w| !w.connected(new, noor) && !w.connected(1, amal)));
            let met = world.run_until(60, |w| w.connected(new, noor) && w.connected(1, amal));
            assert!(met, "{node} alone does not find the other");
        }
        assert_eq!(world.violations, []);
    }
}

/// D12.1: nothing of the ratchets, seals, windows and accounts is in an export.
#[test]
fn an_export_holds_no_state_of_sessions() {
    let (mut world, noor, amal) = pair(7);
    talk(&mut world, [(0, noor), (1, amal)], "before");
    let (export, store) = exported(&world, 0);
    let mut exported = BTreeSet::new();
    for record in &export {
        let value: Value = ciborium::from_reader(record.as_slice()).expect("a record");
        runs_of_bytes(&value, &mut exported);
    }
    let parts = |key: RecordKey| -> Vec<(String, Value)> {
        let value: Value = ciborium::from_reader(store[&key].as_slice()).expect("a record");
        let map = value.into_map().expect("a map");
        map.into_iter()
            .filter_map(|(name, value)| Some((name.into_text().ok()?, value)))
            .collect()
    };
    let mut checked = 0;
    for (name, value) in parts(RecordKey::Ratchet(noor)) {
        let mut secret = BTreeSet::new();
        runs_of_bytes(&value, &mut secret);
        // The names of messages are part of the conversation.
        if name != "heads" {
            assert!(exported.is_disjoint(&secret), "{name}");
            checked += secret.len();
        }
    }
    assert!(checked > 5, "{checked}");
    let mut account = BTreeSet::new();
    for (name, value) in parts(RecordKey::Relation(noor)) {
        if name == "account" {
            runs_of_bytes(&value, &mut account);
        }
    }
    assert!(!account.is_empty() && exported.is_disjoint(&account));
    // The control: what has to be there is.
    let mut relation = BTreeSet::new();
    for (name, value) in parts(RecordKey::Relation(noor)) {
        if name == "noise" {
            runs_of_bytes(&value, &mut relation);
        }
    }
    assert!(relation.len() == 2);
    assert!(!relation.is_empty() && relation.is_subset(&exported));
}

#[test]
fn damaged_exports_are_refused() {
    let mut world = World::new(8, &["Amal", "Noor", "Sami"], Faults::default());
    world.befriend(0, 1);
    world.befriend(0, 2);
    world.command(0, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let (export, _) = exported(&world, 0);
    let now = world.time();
    let rng = &mut world.rng;
    let refused = |records: &[Zeroizing<Vec<u8>>], rng: &mut rand_chacha::ChaCha20Rng| {
        Profile::restore(records, now, rng).err()
    };
    assert_eq!(refused(&export, rng), None, "the control");
    for left_out in 0..export.len() {
        let mut records = export.clone();
        records.remove(left_out);
        let error = refused(&records, rng);
        assert_eq!(error, Some(RestoreError::Incomplete), "{left_out}");
        let mut records = export.clone();
        records.push(export[left_out].clone());
        assert_eq!(refused(&records, rng), Some(RestoreError::Incomplete));
        let mut records = export.clone();
        let half = records[left_out].len() / 2;
        records[left_out].truncate(half);
        assert_eq!(refused(&records, rng), Some(RestoreError::Record));
        records[left_out] = Zeroizing::new(vec![0; 40_000]);
        assert_eq!(refused(&records, rng), Some(RestoreError::TooLarge));
    }
    assert_eq!(refused(&[], rng), Some(RestoreError::Incomplete));
    // Whatever byte is changed: refused, or a profile that can be used.
    for _ in 0..2_000 {
        let mut records = export.clone();
        let at = rng.random_range(0..records.len());
        let byte = rng.random_range(0..records[at].len());
        records[at][byte] ^= 1 << rng.random_range(0..8);
        if let Ok((profile, _)) = Profile::restore(&records, now, rng) {
            assert_eq!(profile.contacts().count(), 2);
            let _ = (profile.doors(), profile.dials(now));
        }
    }
}
