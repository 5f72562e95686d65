//! Keys and sessions: none is shared, none is left, a broken session is replaced.

use super::*;

/// Every run of 16 bytes or more that a record holds, wherever it stands in it.
pub(crate) fn runs_of_bytes(value: &Value, found: &mut std::collections::BTreeSet<Vec<u8>>) {
    match value {
        Value::Bytes(bytes) if bytes.len() >= 16 => {
            found.insert(bytes.clone());
        }
        Value::Array(items) => {
            let numbers: Option<Vec<u8>> = items
                .iter()
                .map(|item| item.as_integer().and_then(|n| u8::try_from(n).ok()))
                .collect();
            match numbers {
                Some(bytes) if bytes.len() >= 16 => {
                    found.insert(bytes);
                }
                _ => items.iter().for_each(|item| runs_of_bytes(item, found)),
            }
        }
        Value::Map(entries) => {
            for (key, item) in entries {
                runs_of_bytes(key, found);
                runs_of_bytes(item, found);
            }
        }
        _ => {}
    }
}

/// C2, D1: of all that two contacts of one profile know of it, only the door of their common circle
/// is the same.
#[test]
fn two_contacts_find_no_common_key() {
    let mut world = World::new(8, &["Amal", "Noor", "Sami"], Faults::default());
    let (amal_at_noor, _) = world.befriend(1, 0);
    let (amal_at_sami, _) = world.befriend(2, 0);
    let known = |node: usize, contact| {
        let mut found = std::collections::BTreeSet::new();
        for key in [RecordKey::Relation(contact), RecordKey::Ratchet(contact)] {
            let record = world.nodes[node].store[&key].as_slice();
            let value: Value = ciborium::from_reader(record).expect("a record");
            runs_of_bytes(&value, &mut found);
        }
        found
    };
    let (noor, sami) = (known(1, amal_at_noor), known(2, amal_at_sami));
    assert!(
        noor.len() > 15 && sami.len() > 15,
        "{} {}",
        noor.len(),
        sami.len()
    );
    let common: Vec<&Vec<u8>> = noor.intersection(&sami).collect();
    let door = circle(&world, 0);
    let door = world.nodes[0].profile.door_key(door).expect("open");
    assert_eq!(common, [&door.as_bytes().to_vec()]);
}

/// D10.1: nothing that a block destroys stays in the records.
#[test]
fn a_block_leaves_no_key_of_the_pair() {
    let (mut world, _, amal) = quiet_pair(9);
    let before: Vec<u8> = world.nodes[1].store[&RecordKey::Relation(amal)].clone();
    world.command(1, |p, now, rng| {
        (p.block(now, rng, amal).expect("not yet"), ())
    });
    let node = &world.nodes[1];
    assert!(!node.store.contains_key(&RecordKey::Ratchet(amal)));
    assert!(
        !node
            .store
            .keys()
            .any(|key| matches!(key, RecordKey::Outbox(..)))
    );
    let after = &node.store[&RecordKey::Relation(amal)];
    let runs = |record: &[u8]| {
        let mut found = std::collections::BTreeSet::new();
        let value: Value = ciborium::from_reader(record).expect("a record");
        runs_of_bytes(&value, &mut found);
        found
    };
    assert!(runs(&before).len() > 10, "the control");
    assert_eq!(
        runs(after),
        [amal.as_bytes().to_vec()].into(),
        "only its local name"
    );
    assert_eq!(world.stage(1, amal), StageName::Blocked);
}

pub(crate) fn swap_session(record: &[u8], older: &[u8]) -> Vec<u8> {
    let read = |bytes: &[u8]| -> Vec<(Value, Value)> {
        let value: Value = ciborium::from_reader(bytes).expect("a record");
        value.into_map().expect("a map")
    };
    let is_session = |entry: &&mut (Value, Value)| entry.0.as_text() == Some("session");
    let mut old = read(older);
    let session = old
        .iter_mut()
        .find(is_session)
        .expect("a session")
        .1
        .clone();
    let mut new = read(record);
    new.iter_mut().find(is_session).expect("a session").1 = session;
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(new), &mut bytes).expect("a record");
    bytes
}

/// D6.5: two ratchets that do not fit any more heal inside an authenticated link, and nothing that
/// was on the way is lost.
#[test]
fn a_broken_session_is_replaced_inside_the_link() {
    for broken in [0, 1] {
        let (mut world, noor, amal) = quiet_pair(10);
        let contact = [noor, amal][broken];
        let key = RecordKey::Ratchet(contact);
        let early = world.nodes[broken].store[&key].clone();
        for index in 0..60 {
            world.send(0, noor, &format!("a{index}"));
            world.send(1, amal, &format!("b{index}"));
            world.run(2);
        }
        world.stop(broken);
        let damaged = swap_session(&world.nodes[broken].store[&key], &early);
        world.nodes[broken].store.insert(key, damaged);
        let other = 1 - broken;
        world.send(other, [noor, amal][other], "can you read this?");
        world.restart(broken);
        world.run(5);
        world.send(broken, contact, "and you this?");
        let done = world.run_until(600, |w| w.all_received(0, noor) && w.all_received(1, amal));
        assert!(done, "side {broken}");
        for (node, contact) in [(0, noor), (1, amal)] {
            let (theirs, ours) = world.conversation(node, contact);
            assert_eq!((theirs.len(), ours.len()), (61, 61), "side {broken}");
        }
        assert_eq!(world.violations, [], "side {broken}");
    }
}

/// D6.5: both sides find at once that they cannot read, and both begin anew.
#[test]
fn crossing_session_resets_settle_on_one_session() {
    let (mut world, noor, amal) = quiet_pair(11);
    let keys = [RecordKey::Ratchet(noor), RecordKey::Ratchet(amal)];
    let early = [0, 1].map(|node: usize| world.nodes[node].store[&keys[node]].clone());
    for index in 0..40 {
        world.send(0, noor, &format!("a{index}"));
        world.send(1, amal, &format!("b{index}"));
        world.run(2);
    }
    for node in [0, 1] {
        world.stop(node);
        let damaged = swap_session(&world.nodes[node].store[&keys[node]], &early[node]);
        world.nodes[node].store.insert(keys[node], damaged);
    }
    for node in [0, 1] {
        world.restart(node);
        world.send(node, [noor, amal][node], "after");
    }
    let done = world.run_until(900, |w| w.all_received(0, noor) && w.all_received(1, amal));
    assert!(done);
    for (node, contact) in [(0, noor), (1, amal)] {
        let (theirs, ours) = world.conversation(node, contact);
        assert_eq!((theirs.len(), ours.len()), (41, 41));
    }
    assert_eq!(world.violations, []);
}

/// The review's oracle: a key of another relationship in a request must not change the answer.
#[test]
fn a_request_with_a_key_of_another_relationship_is_answered_like_all_others() {
    let (mut world, eve) = pair_and_eve(12);
    // Noor's Olm key towards Amal, as Amal knows it, in place of Eve's own.
    let known = {
        let record = world.nodes[0]
            .store
            .iter()
            .find_map(|(key, record)| match key {
                RecordKey::Relation(_) => Some(record.as_slice()),
                _ => None,
            });
        let value: Value = ciborium::from_reader(record.expect("a relation")).expect("a record");
        field(&value, "peer_olm").expect("an Olm key")
    };
    let key = RecordKey::Relation(eve);
    let record = &world.nodes[2].store[&key];
    let mut value: Value = ciborium::from_reader(record.as_slice()).expect("a record");
    let sent = field(&value, "request").expect("a request");
    let mut request = undertone_wire::v1::Request::decode(&sent).expect("own request");
    request.olm = undertone_wire::X25519Public::try_from(known.as_slice()).expect("a key");
    let forged = request.encode().expect("fits").to_vec();
    assert!(set_field(&mut value, "request", &forged));
    let mut bytes = Vec::new();
    ciborium::into_writer(&value, &mut bytes).expect("a record");
    world.nodes[2].store.insert(key, bytes);
    world.stop(2);
    world.restart(2);
    let told = |w: &World| w.nodes[2].events.contains(&Event::RequestDelivered(eve));
    assert!(world.run_until(60, told));
    assert_eq!(world.violations, []);
}

/// The bytes of the first field of this name in a stored record.
pub(crate) fn field_of(record: &[u8], name: &str) -> Option<Vec<u8>> {
    field(&ciborium::from_reader(record).expect("a record"), name)
}

/// The bytes of the first field of this name, anywhere in a record.
fn field(value: &Value, name: &str) -> Option<Vec<u8>> {
    match value {
        Value::Map(entries) => entries.iter().find_map(|(key, item)| {
            let here = (key.as_text() == Some(name))
                .then(|| item.as_bytes().cloned())
                .flatten();
            here.or_else(|| field(item, name))
        }),
        Value::Array(items) => items.iter().find_map(|item| field(item, name)),
        _ => None,
    }
}

fn set_field(value: &mut Value, name: &str, bytes: &[u8]) -> bool {
    match value {
        Value::Map(entries) => entries.iter_mut().any(|(key, item)| {
            if key.as_text() == Some(name) && item.is_bytes() {
                *item = Value::Bytes(bytes.to_vec());
                return true;
            }
            set_field(item, name, bytes)
        }),
        Value::Array(items) => items.iter_mut().any(|item| set_field(item, name, bytes)),
        _ => false,
    }
}
