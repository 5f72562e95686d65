//! The attacks of the protocol review on requests, links and sessions: each is tried and fails.
//! Those on the handshake alone stand beside it, in `src/handshake/tests.rs`.

mod floods;
pub(crate) mod keys;

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

/// Amal and Noor are contacts, and Eve asks Noor to be one; gives Noor as Eve names her.
fn pair_and_eve(seed: u64) -> (World, ContactId) {
    let mut world = World::new(seed, &["Amal", "Noor", "Eve"], Faults::default());
    world.befriend(0, 1);
    let (_, text) = world.invite(1, false);
    let noor = world.ask(2, &text);
    (world, noor)
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
    world.invite(1, false);
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
    let (mut world, _) = pair_and_eve(7);
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
