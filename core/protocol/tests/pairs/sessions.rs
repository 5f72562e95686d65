//! New Olm sessions (D6.5): by spare keys, by asking, both at once, with faults in between, and what
//! a dishonest contact could try with them.

use ciborium::Value;
use undertone_protocol::{ContactId, RecordKey};

use crate::attacks::keys::swap_session;
use crate::seeds;
use crate::world::{Faults, World};

fn settled_pair(seed: u64) -> (World, ContactId, ContactId) {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    world.run(60);
    (world, noor, amal)
}

fn talk(world: &mut World, contacts: [ContactId; 2], rounds: usize) {
    for index in 0..rounds {
        for (node, contact) in contacts.into_iter().enumerate() {
            world.send(node, contact, &format!("{node}:{index}"));
        }
        world.run(2);
    }
}

fn map(record: &[u8]) -> Vec<(Value, Value)> {
    let value: Value = ciborium::from_reader(record).expect("a record");
    value.into_map().expect("a map")
}

fn get(record: &[u8], name: &str) -> Value {
    let mut entries = map(record).into_iter();
    let entry = entries.find(|(key, _)| key.as_text() == Some(name));
    entry.expect("the field").1
}

fn with(record: &[u8], name: &str, value: Value) -> Vec<u8> {
    let mut entries = map(record);
    let entry = entries
        .iter_mut()
        .find(|(key, _)| key.as_text() == Some(name));
    entry.expect("the field").1 = value;
    let mut bytes = Vec::new();
    ciborium::into_writer(&Value::Map(entries), &mut bytes).expect("a record");
    bytes
}

fn length(world: &World, node: usize, key: RecordKey, name: &str) -> usize {
    let value = get(&world.nodes[node].store[&key], name);
    value.as_array().expect("a list").len()
}

/// Changes a record of a program that is switched off.
fn change(world: &mut World, node: usize, key: RecordKey, with: impl FnOnce(&[u8]) -> Vec<u8>) {
    assert!(!world.nodes[node].online);
    let record = with(&world.nodes[node].store[&key]);
    world.nodes[node].store.insert(key, record);
}

fn all_arrived(world: &mut World, contacts: [ContactId; 2]) {
    let [noor, amal] = contacts;
    let done = world.run_until(900, |w| {
        w.nodes.iter().all(|node| node.online) && w.all_received(0, noor) && w.all_received(1, amal)
    });
    assert!(done, "nothing heals");
    for (receiver, contact) in [(1, amal), (0, noor)] {
        let sent: Vec<_> = world.nodes[1 - receiver]
            .sent
            .iter()
            .map(|(_, id, text)| (*id, text.clone()))
            .collect();
        let (theirs, _) = world.conversation(receiver, contact);
        let got: Vec<_> = theirs.into_iter().map(|(_, id, t)| (id, t)).collect();
        assert_eq!(got, sent, "what {receiver} got");
    }
    assert_eq!(world.violations, []);
}

#[test]
fn each_side_hands_over_two_spare_keys() {
    let (world, noor, amal) = settled_pair(1);
    for (node, contact) in [(0, noor), (1, amal)] {
        let key = RecordKey::Ratchet(contact);
        assert_eq!(length(&world, node, key, "spares"), 2);
        assert_eq!(length(&world, node, key, "peer_spares"), 2);
        let ours = get(&world.nodes[node].store[&key], "spares");
        let other = RecordKey::Ratchet([amal, noor][node]);
        assert_eq!(
            ours,
            get(&world.nodes[1 - node].store[&other], "peer_spares")
        );
    }
}

/// With spare keys nobody has to ask; without them, or when the other does not know them any more, the
/// session heals by asking.
#[test]
fn a_broken_session_heals_by_a_spare_key_or_by_asking() {
    for (seed, broken, spares) in [(2, 0, true), (3, 1, true), (4, 0, false), (5, 1, false)] {
        let (mut world, noor, amal) = settled_pair(seed);
        let contacts = [noor, amal];
        let key = RecordKey::Ratchet(contacts[broken]);
        let early = world.nodes[broken].store[&key].clone();
        talk(&mut world, contacts, 50);
        world.stop(broken);
        change(&mut world, broken, key, |now| {
            let damaged = swap_session(now, &early);
            if spares {
                damaged
            } else {
                with(&damaged, "peer_spares", Value::Array(Vec::new()))
            }
        });
        let other = 1 - broken;
        let theirs = RecordKey::Ratchet(contacts[other]);
        let before = get(&world.nodes[other].store[&theirs], "spares");
        world.send(other, contacts[other], "can you read this?");
        world.restart(broken);
        world.run(30);
        world.send(broken, contacts[broken], "and you this?");
        all_arrived(&mut world, contacts);
        let after = get(&world.nodes[other].store[&theirs], "spares");
        let spent = |list: &Value, of: &Value| {
            let of = of.as_array().expect("a list");
            let list = list.as_array().expect("a list");
            list.iter().filter(|key| !of.contains(key)).count()
        };
        assert_eq!(
            spent(&before, &after),
            usize::from(spares),
            "seed {seed}: spare keys spent"
        );
        // Whoever's key was used handed over new ones.
        assert_eq!(
            length(&world, broken, key, "peer_spares"),
            2 * usize::from(spares)
        );
    }
}

/// A spare key begins one session and never another: a contact that uses it again is asked for nothing
/// but a new one inside the link.
#[test]
fn a_spare_key_works_once() {
    let (mut world, noor, amal) = settled_pair(6);
    let contacts = [noor, amal];
    let key = RecordKey::Ratchet(noor);
    let early = world.nodes[0].store[&key].clone();
    let used = get(&early, "peer_spares");
    for round in 0..3 {
        talk(&mut world, contacts, 45);
        world.stop(0);
        change(&mut world, 0, key, |now| {
            with(&swap_session(now, &early), "peer_spares", used.clone())
        });
        world.send(1, amal, &format!("round {round}"));
        world.restart(0);
        world.run(60);
        all_arrived(&mut world, contacts);
    }
    // Both spare keys were used up in the first two rounds or replaced; each base key is known.
    let relation = RecordKey::Relation(amal);
    assert!(length(&world, 1, relation, "base_keys") >= 2);
}

/// A one-time key that was never handed out begins nothing, whatever the contact claims.
#[test]
fn a_pre_key_message_for_any_other_key_is_dropped() {
    let (mut world, noor, amal) = settled_pair(7);
    let contacts = [noor, amal];
    let key = RecordKey::Ratchet(noor);
    let early = world.nodes[0].store[&key].clone();
    talk(&mut world, contacts, 45);
    world.stop(0);
    let shape = get(&early, "peer_spares");
    assert!(shape.as_array().expect("a list")[0].is_bytes());
    let made_up = Value::Array(vec![Value::Bytes(vec![9; 32]), Value::Bytes(vec![10; 32])]);
    change(&mut world, 0, key, |now| {
        with(&swap_session(now, &early), "peer_spares", made_up)
    });
    let before = length(&world, 1, RecordKey::Relation(amal), "base_keys");
    world.send(1, amal, "hello?");
    world.restart(0);
    all_arrived(&mut world, contacts);
    let after = length(&world, 1, RecordKey::Relation(amal), "base_keys");
    assert_eq!(after, before + 1, "only the session that was asked for");
}

/// Both ratchets break, at once or one after the other, while connections are cut and programs
/// crash at commits: every time both sides come to one session, and nothing is lost or doubled.
#[test]
fn broken_sessions_heal_under_faults() {
    seeds::each("sessions::broken_sessions_heal_under_faults", 40, |seed| {
        let (mut world, noor, amal) = settled_pair(100 + seed);
        let contacts = [noor, amal];
        let keys = contacts.map(RecordKey::Ratchet);
        let early = [0, 1].map(|node: usize| world.nodes[node].store[&keys[node]].clone());
        talk(&mut world, contacts, 45);
        let broken: &[usize] = [&[0][..], &[1], &[0, 1]][seed as usize % 3];
        for &node in broken {
            world.stop(node);
            change(&mut world, node, keys[node], |now| {
                swap_session(now, &early[node])
            });
        }
        world.faults = Faults {
            cut: 30,
            half_open: 60,
            crash_after_commit: 15,
            crash_before_commit: 15,
            skip_commit: 0,
        };
        for &node in broken {
            world.restart(node);
        }
        for index in 0..20 {
            for node in [0, 1] {
                if world.nodes[node].online {
                    world.send(node, contacts[node], &format!("{node} after {index}"));
                }
            }
            world.run(7);
        }
        world.faults = Faults::default();
        all_arrived(&mut world, contacts);
        Ok(())
    });
}
