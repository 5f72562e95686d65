//! The attacks of the protocol review on requests, links and sessions: each is tried and fails.
//! Those on the handshake alone stand beside it, in `src/handshake/tests.rs`.

use ciborium::Value;
use undertone_protocol::{
    ContactId, DoorName, Effect, Event, Input, LinkId, Purpose, RecordKey, StageName, ViolationKind,
};
use undertone_wire::v1::CHAT_FRAME;

use crate::world::{Faults, World};

const SILENCE: [Vec<u8>; 0] = [];

fn quiet_pair(seed: u64) -> (World, ContactId, ContactId) {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    world.run(60);
    (world, noor, amal)
}

/// The contact door of a node.
fn circle(world: &World, node: usize) -> DoorName {
    let doors = world.nodes[node].profile.doors();
    let mut names = doors.into_iter().map(|door| door.name);
    names
        .find(|name| matches!(name, DoorName::Circle(_)))
        .expect("a contact door")
}

/// A genuine first flight of node 0, caught on the way.
fn caught_dial(world: &mut World, contact: ContactId) -> Vec<Vec<u8>> {
    let link = world.fresh_link(0);
    let input = Input::Dialled {
        contact,
        purpose: Purpose::Chat,
        link,
    };
    let sent = world
        .intercept(0, input)
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Send(to, frames) if to == link => Some(frames),
            _ => None,
        });
    sent.expect("flight 1")
}

/// C6, D3.7: a recorded first flight works once and never again, also after a restart.
#[test]
fn a_replayed_first_flight_gets_silence() {
    let (mut world, noor, _) = quiet_pair(1);
    let flight = caught_dial(&mut world, noor);
    let door = circle(&world, 1);
    let (_, answers) = world.attack(1, door, &flight);
    assert_eq!(answers.len(), 2, "the first time it is genuine");
    let (_, answers) = world.attack(1, door, &flight);
    assert_eq!(answers, SILENCE);
    world.stop(1);
    world.restart(1);
    let (link, answers) = world.attack(1, door, &flight);
    assert_eq!(answers, SILENCE);
    assert_eq!(world.closes_after(1, link), Some(30));
}

/// H5, D3.9: who can only write message 1 (a thief of the listener's keys, or a replay that was
/// never delivered) is not shown as online and replaces no link.
#[test]
fn nothing_acts_before_the_dialers_first_frame() {
    let (mut world, noor, amal) = quiet_pair(2);
    let flight = caught_dial(&mut world, noor);
    world.cut_all();
    world.run(1);
    assert!(!world.connected(1, amal));
    world.nodes[1].events.clear();
    let door = circle(&world, 1);
    let (link, answers) = world.attack(1, door, &flight);
    assert_eq!(answers.len(), 2);
    assert!(!world.connected(1, amal));
    let effects = world.intercept(1, Input::Frame(link, vec![0; CHAT_FRAME]));
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Close(l) if *l == link))
    );
    assert!(
        !effects
            .iter()
            .any(|e| matches!(e, Effect::Event(_) | Effect::Send(..)))
    );
    assert_eq!(
        world.violations.last().map(|v| v.kind),
        Some(ViolationKind::Frame)
    );
}

/// D3.8: garbage, the wrong door, the wrong purpose, half a flight: all get the same.
#[test]
fn strangers_get_silence_until_the_deadline_at_every_door() {
    let (mut world, noor, _) = quiet_pair(3);
    world.command(1, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let genuine = caught_dial(&mut world, noor);
    let doors: Vec<DoorName> = world.nodes[1]
        .profile
        .doors()
        .into_iter()
        .map(|door| door.name)
        .collect();
    assert_eq!(doors.len(), 2);
    let mut wrong_purpose = genuine.clone();
    wrong_purpose[0][2] = Purpose::Bulk as u8;
    let mut wrong_hint = genuine.clone();
    wrong_hint[0][3 + 16] ^= 1;
    let mut wrong_version = genuine.clone();
    wrong_version[0][1] = 99;
    let garbage = vec![vec![0xa5; CHAT_FRAME]; 20];
    for door in doors {
        for frames in [
            &garbage[..],
            &garbage[..1],
            &[],
            &wrong_purpose,
            &wrong_hint,
            &wrong_version,
        ] {
            let (link, answers) = world.attack(1, door, frames);
            assert_eq!(answers, SILENCE);
            assert_eq!(world.closes_after(1, link), Some(30));
        }
    }
    let (_, answers) = world.attack(1, DoorName::Circle(99), &genuine);
    assert_eq!(answers, SILENCE, "a door that is not there");
}

/// A flood at one door: memory is bounded, those who came first and said nothing make room, and no
/// other door answers differently for it (so none tells that both belong to one profile).
#[test]
fn a_flood_at_one_door_is_bounded_and_does_not_show_at_another() {
    let (mut world, noor, amal) = quiet_pair(4);
    for _ in 0..2 {
        world.command(1, |p, now, rng| {
            p.invite(now, rng, false, None).expect("room")
        });
    }
    let (mut silenced, mut cut) = (0, 0);
    for _ in 0..1_000 {
        let link = world.fresh_link(1);
        let door = DoorName::Knock(2);
        for effect in world.intercept(1, Input::Arrived { door, link }) {
            match effect {
                Effect::Silence(_) => silenced += 1,
                Effect::Cut(_) => cut += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!((silenced, cut), (1_000 - 64, 1_000 - 512));
    // A contact comes in by its door, and a stranger knocks at the other one, all the same.
    world.cut_all();
    assert!(world.run_until(60, |w| w.connected(0, noor) && w.connected(1, amal)));
    world.send(0, noor, "still here?");
    world.send(1, amal, "yes");
    assert!(world.run_until(30, |w| w.all_received(0, noor) && w.all_received(1, amal)));
    let other = world.nodes[1]
        .profile
        .open_invitations()
        .last()
        .expect("made")
        .text;
    let mut late = World::new(40, &["Eve"], Faults::default());
    std::mem::swap(&mut late.nodes, &mut world.nodes);
    world.nodes.extend(late.nodes);
    world.nodes.rotate_left(1);
    world.command(2, |p, now, rng| {
        p.add_contact_by(now, rng, &other, None, "hi")
            .expect("good")
    });
    assert!(world.run_until(60, |w| w.undecided(1).is_some()));
}

/// One member of a circle floods its door, with connections that say nothing and with handshakes that are genuine: the
/// fifteen others come in all the same, and the flood costs little.
#[test]
fn a_flood_by_one_member_of_a_circle_keeps_no_other_out() {
    const MEMBERS: usize = 16;
    let names: Vec<String> = (0..=MEMBERS).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(13, &names, Faults::default());
    let mut friends = Vec::new();
    for other in 1..=MEMBERS {
        friends.push(world.befriend(0, other).0);
    }
    world.run(120);
    let doors = world.nodes[0].profile.doors();
    assert_eq!(doors.len(), 1, "all are in one circle");
    let door = doors[0].name;
    let hostile = MEMBERS;
    let enemy = friends.pop().expect("the last");
    let amal = world.nodes[hostile]
        .profile
        .contacts()
        .next()
        .expect("one")
        .id;
    let (mut answered, mut tried) = (0, 0);
    for second in 0..60 {
        if second == 10 {
            // The others lose their links, and come back by this door only.
            world.waits.insert(0);
            world.cut_all();
        }
        for _ in 0..20 {
            world.attack(0, door, &[]);
            let link = world.fresh_link(hostile);
            let input = Input::Dialled {
                contact: amal,
                purpose: Purpose::Chat,
                link,
            };
            let flight = world.intercept(hostile, input);
            let flight = flight.into_iter().find_map(|effect| match effect {
                Effect::Send(to, frames) if to == link => Some(frames),
                _ => None,
            });
            let (_, answers) = world.attack(0, door, &flight.expect("flight 1"));
            tried += 1;
            answered += usize::from(!answers.is_empty());
        }
        world.run(1);
    }
    for friend in friends {
        assert!(world.connected(0, friend), "a member is kept out");
    }
    assert!(
        tried == 1_200 && (20..=42).contains(&answered),
        "{answered}"
    );
    assert_eq!(world.stage(0, enemy), StageName::Accepted);
}

/// D4.7: whoever hands an invitation to a crowd cannot fill the disk.
#[test]
fn a_flood_of_requests_is_bounded_and_the_newest_stay() {
    let names: Vec<String> = (0..80).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(5, &names, Faults::default());
    world.command(0, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let invitations: Vec<_> = world.nodes[0].profile.open_invitations().collect();
    let text = &invitations[0].text;
    for other in 1..80 {
        world.command(other, |p, now, rng| {
            p.add_contact_by(now, rng, text, None, "me too")
                .expect("good")
        });
        world.run(5);
    }
    world.run(600);
    assert_eq!(world.nodes[0].profile.contacts().count(), 64);
    for other in 1..80 {
        let told = |event: &Event| matches!(event, Event::RequestDelivered(_));
        assert!(
            world.nodes[other].events.iter().any(told),
            "n{other} was told"
        );
    }
    let newest = world.nodes[0]
        .profile
        .contacts()
        .last()
        .expect("64 of them");
    assert_eq!(newest.nickname, "n79");
}

/// A contact that breaks the rules loses its link and nothing else happens.
#[test]
fn a_hostile_contact_is_cut_off_and_others_are_not() {
    let mut world = World::new(6, &["Amal", "Noor", "Sami"], Faults::default());
    let (amal_at_noor, noor) = world.befriend(1, 0);
    let (amal_at_sami, sami) = world.befriend(2, 0);
    world.run(60);
    let hostile: Vec<LinkId> = world
        .wire
        .iter()
        .filter(|(node, _, _)| *node == 0)
        .map(|(_, link, _)| *link)
        .collect();
    world.nodes[0].events.clear();
    for link in hostile {
        world.intercept(0, Input::Frame(link, vec![1; CHAT_FRAME]));
    }
    assert!(!world.violations.is_empty());
    assert!(
        world
            .violations
            .iter()
            .all(|v| v.kind == ViolationKind::Frame)
    );
    world.violations.clear();
    world.cut_all();
    world.run(60);
    world.send(0, noor, "again");
    world.send(0, sami, "hello");
    assert!(world.run_until(120, |w| w.all_received(0, noor) && w.all_received(0, sami)));
    assert!(world.connected(1, amal_at_noor) && world.connected(2, amal_at_sami));
}

/// H12, D4.2: a requester who is not accepted learns no contact door.
#[test]
fn an_undecided_requester_knows_no_contact_door() {
    let mut world = World::new(7, &["Amal", "Noor", "Eve"], Faults::default());
    world.befriend(0, 1);
    world.command(1, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let text = world.nodes[1]
        .profile
        .open_invitations()
        .last()
        .expect("made")
        .text;
    world.command(2, |p, now, rng| {
        p.add_contact_by(now, rng, &text, None, "trust me")
            .expect("good")
    });
    assert!(world.run_until(60, |w| w.undecided(1).is_some()));
    let door = circle(&world, 1);
    let key = world.nodes[1].profile.door_key(door).expect("open");
    let stored = |world: &World, node: usize| {
        let records = world.nodes[node].store.values();
        records
            .into_iter()
            .any(|record| record.windows(32).any(|window| window == key.as_bytes()))
    };
    assert!(!stored(&world, 2));
    assert!(stored(&world, 0), "the control: a contact does know it");
}

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
    let mut world = World::new(12, &["Amal", "Noor", "Eve"], Faults::default());
    world.befriend(0, 1);
    world.command(1, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let text = world.nodes[1]
        .profile
        .open_invitations()
        .last()
        .expect("made")
        .text;
    let eve = world.command(2, |p, now, rng| {
        p.add_contact_by(now, rng, &text, None, "hello")
            .expect("good")
    });
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
