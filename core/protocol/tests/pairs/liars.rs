//! Contacts with programs of their own, who hold real keys and say what no honest program says: what they can make of
//! the other side's disk, time and state.

use undertone_protocol::{ContactId, CopyState, Event, Note, RecordKey, ViolationKind};
use undertone_wire::v1::{
    Acknowledgement, Confirm, Content, Direction, InsideKind, KEM_CIPHERTEXT, KEM_KEY, Kind,
    Letter, MAX_GENERATION, ParcelKind, RekeyAnswer, Restore, Text,
};
use undertone_wire::{CopyProof, MessageId, PairId, X25519Public};
use zeroize::Zeroizing;

use crate::attacks::keys::field_of;
use crate::world::{Faults, World};

/// Amal, node 0, and a liar, node 1.
fn liar(seed: u64) -> (World, ContactId, ContactId) {
    let mut world = World::new(seed, &["Amal", "Mallory"], Faults::default());
    let (mallory, amal) = world.befriend(0, 1);
    world.run(60);
    world.liars.insert(1);
    (world, mallory, amal)
}

/// A good restore message of this generation.
fn restore(generation: u32) -> Vec<u8> {
    let key = |byte| X25519Public::from_bytes([byte; 32]).expect("an ordinary key");
    let message = Restore {
        generation,
        olm: key(9),
        one_time_key: key(10),
        kem: Box::new([0; KEM_KEY]),
        random: Zeroizing::new([generation as u8; 32]),
        door: None,
        proof: CopyProof::from_bytes([generation as u8; 32]),
    };
    message.encode().to_vec()
}

/// "I met a copy of yours of this generation."
fn claim(to: u32, proof: Option<CopyProof>) -> Vec<u8> {
    let claim = Acknowledgement {
        to,
        proof,
        ..Acknowledgement::default()
    };
    claim.encode()
}

fn notes(world: &World, node: usize, contact: ContactId) -> usize {
    let state = world.nodes[node].profile.contact(contact).expect("known");
    let numbers = 1..state.next_message;
    let noted = numbers.filter_map(|number| world.message(node, contact, number).note);
    noted
        .filter(|note| matches!(note, Note::Restored(_)))
        .count()
}

fn outbox(world: &World, node: usize) -> usize {
    let keys = world.nodes[node].store.keys();
    keys.filter(|key| matches!(key, RecordKey::Outbox(..)))
        .count()
}

/// A contact that claims to be restored again and again, and acknowledges nothing.
#[test]
fn thousands_of_restores_fill_neither_outbox_nor_conversation() {
    const TRIES: u32 = 3_000;
    let (mut world, mallory, amal) = liar(1);
    world.send(0, mallory, "this one stays");
    let mut said = 0;
    world.nodes[0].events.clear();
    for index in 0..TRIES {
        let generation = 1 + index * (MAX_GENERATION - 1) / TRIES;
        let profile = &mut world.nodes[1].profile;
        profile.claim_generation(amal, generation);
        said += u32::from(world.lie(1, amal, ParcelKind::Restore, &restore(generation)));
        world.run(20);
    }
    assert!(said > TRIES / 2, "the control: {said}");
    // Four at once, and one an hour after that; a line a day.
    let hours = TRIES as usize * 20 / 3_600;
    let begun = |event: &&Event| **event == Event::ContactChanged(mallory);
    let begun = world.nodes[0].events.iter().filter(begun).count();
    assert!((4..=4 + hours + 1).contains(&begun), "{begun} restores");
    let state = |world: &World| world.nodes[0].profile.contact(mallory).expect("known");
    let lines = notes(&world, 0, mallory);
    assert!((1..=2).contains(&lines), "{lines} lines in {hours} hours");
    assert!(outbox(&world, 0) <= 4, "{} wait", outbox(&world, 0));
    assert_eq!(state(&world).waiting, 1, "what the owner said");
    world.stop(0);
    world.restart(0);
    assert_eq!(state(&world).waiting, 1, "what the owner said");
    assert_eq!(world.violations, []);
}

/// Two contacts who work together, or one where there is only one, say that they met a newer copy.
#[test]
fn no_number_of_contacts_switches_a_profile_off_with_words() {
    for others in [0, 1] {
        let names = ["Amal", "Mallory", "Eve", "Noor"];
        let mut world = World::new(2, &names, Faults::default());
        let mut liars = vec![(1, world.befriend(0, 1).1)];
        let mut noor = None;
        if others > 0 {
            liars.push((2, world.befriend(0, 2).1));
            noor = Some(world.befriend(0, 3));
        }
        world.run(60);
        world.liars.extend(liars.iter().map(|(node, _)| *node));
        world.stop(0);
        world.restart(0);
        let garbage = CopyProof::from_bytes([9; 32]);
        let mut said = 0;
        for round in 0..400 {
            for (node, amal) in &liars {
                let to = [1, 2, MAX_GENERATION][round % 3];
                let proof = (round % 2 == 0).then_some(garbage);
                let words = claim(to, proof);
                said += u32::from(world.lie(*node, *amal, ParcelKind::Acknowledgement, &words));
            }
            world.run(10);
            let profile = &world.nodes[0].profile;
            assert_ne!(profile.copy_state(), CopyState::Replaced);
            assert!(!profile.doors().is_empty());
            if noor.is_some_and(|(noor, _)| world.connected(0, noor)) {
                assert_eq!(profile.copy_state(), CopyState::Present, "Noor is here");
            }
        }
        assert!(said > 100, "the control: {said}");
        if let Some((noor, amal)) = noor {
            world.send(0, noor, "still here");
            world.send(3, amal, "me too");
            assert!(world.run_until(60, |w| w.all_received(0, noor) && w.all_received(3, amal)));
        }
        assert_eq!(world.violations, []);
    }
}

/// A generation that cannot be would otherwise leave none that can prove anything.
#[test]
fn a_generation_beyond_the_last_is_refused() {
    let (mut world, mallory, amal) = liar(3);
    let mut words = claim(MAX_GENERATION, None);
    let last = words.len() - 4;
    words[last..].copy_from_slice(&(MAX_GENERATION + 1).to_be_bytes());
    assert!(world.lie(1, amal, ParcelKind::Acknowledgement, &words));
    world.run(5);
    let kinds: Vec<_> = world.violations.iter().map(|v| v.kind).collect();
    assert_eq!(kinds, [ViolationKind::Malformed]);
    let state = world.nodes[0].profile.contact(mallory).expect("known");
    assert!(!state.replaced);
}

/// A proof is about one relationship and one generation: in other hands, or for another number, it is nothing. Where it
/// is genuine it says what is true, until the owner says to go on.
#[test]
fn a_proof_serves_its_contact_and_its_generation_only() {
    let mut world = World::new(4, &["Amal", "Noor", "Mallory"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    let (mallory, amal_at_mallory) = world.befriend(0, 2);
    world.run(60);
    let export = world.nodes[0].profile.export().expect("an export");
    let messages = world.nodes[0].store.clone();
    world.stop(0);
    world.stop(2);
    let new = world.add(&export, &messages);
    assert!(world.run_until(600, |w| notes(w, 1, amal) == 1));
    world.run(60);
    world.stop(new);
    world.stop(1);
    let record = &world.nodes[1].store[&RecordKey::Relation(amal)];
    let proof = field_of(record, "peer_proof").expect("Noor has one");
    let proof = CopyProof::try_from(proof.as_slice()).expect("its length");
    // Noor gave it to Mallory, who never met the new copy.
    world.restart(0);
    world.restart(2);
    world.liars.insert(2);
    let state = |world: &World| world.nodes[0].profile.copy_state();
    for to in [1, 2] {
        assert!(world.run_until(600, |w| w.connected(2, amal_at_mallory)));
        let words = claim(to, Some(proof));
        assert!(world.lie(2, amal_at_mallory, ParcelKind::Acknowledgement, &words));
        world.run(10);
        assert_ne!(state(&world), CopyState::Replaced);
    }
    world.stop(2);
    // Noor herself, with another number: the honest program would have said the true one first.
    world.liars.insert(1);
    world.restart(1);
    world.nodes[1].profile.forget_newer_copy(amal);
    for (to, expected) in [(2, false), (1, true)] {
        assert!(world.run_until(600, |w| w.connected(1, amal)));
        let words = claim(to, Some(proof));
        assert!(world.lie(1, amal, ParcelKind::Acknowledgement, &words));
        world.run(5);
        assert_eq!(state(&world) == CopyState::Replaced, expected, "{to}");
        let contact = world.nodes[0].profile.contact(noor).expect("known");
        assert_eq!(contact.replaced, expected);
    }
    world.command(0, |p, now, rng| {
        (p.use_this_copy(now, rng).expect("known"), ())
    });
    for _ in 0..20 {
        world.lie(1, amal, ParcelKind::Acknowledgement, &claim(1, Some(proof)));
        world.run(30);
        assert_ne!(state(&world), CopyState::Replaced);
    }
    assert_eq!(
        world.stage(0, mallory),
        undertone_protocol::StageName::Accepted
    );
}

/// A restore message is two frames long, and the answer all that waits: a repeat must not bring it again and again.
#[test]
fn a_repeated_restore_is_answered_once_a_link() {
    let (mut world, mallory, amal) = liar(5);
    for _ in 0..40 {
        world.send(0, mallory, &"x".repeat(16 * 1024));
    }
    world.run(30);
    world.nodes[1].profile.claim_generation(amal, 1);
    let frames = |world: &World| world.frames[&1];
    let before = frames(&world);
    assert!(world.lie(1, amal, ParcelKind::Restore, &restore(1)));
    world.run(10);
    let first = frames(&world) - before;
    assert!(first > 400, "the control: {first} frames");
    for _ in 0..200 {
        assert!(world.lie(1, amal, ParcelKind::Restore, &restore(1)));
    }
    world.run(10);
    let then = frames(&world) - before - first;
    assert!(then < 20, "{then} frames");
    assert_eq!(notes(&world, 0, mallory), 1);
}

/// Signs are worth nothing later, so they do not wait for somebody who acknowledges nothing.
#[test]
fn signs_do_not_pile_up() {
    let (mut world, mallory, _) = liar(6);
    for _ in 0..50 {
        for active in [true, false] {
            world.command(0, |p, now, rng| {
                let step = p.typing(now, rng, mallory, active);
                (step.unwrap_or_default(), ())
            });
        }
        world.run(1);
    }
    let waiting = outbox(&world, 0);
    assert!((1..=2).contains(&waiting), "{waiting} wait");
}

/// D1.5: a key of ours that comes back as one of theirs.
#[test]
fn a_reflected_key_in_a_session_reset_is_refused() {
    let (mut world, _, amal) = liar(7);
    let record = &world.nodes[1].store[&RecordKey::Relation(amal)];
    let ours = field_of(record, "peer_olm").expect("Amal's");
    assert!(world.lie(1, amal, ParcelKind::SessionReset, &ours));
    world.run(5);
    let kinds: Vec<_> = world.violations.iter().map(|v| v.kind).collect();
    assert_eq!(kinds, [ViolationKind::Key]);
}

/// What is wrong behind the seal costs the link, and changes nothing: no line, no key, no door, no name.
#[test]
fn what_is_wrong_behind_the_seal_costs_the_link_and_nothing_else() {
    type Lie = (&'static str, InsideKind, fn(&mut Letter), ViolationKind);
    let text = || {
        let content = Content {
            id: MessageId::from_bytes([5; 16]),
            parents: Vec::new(),
            kind: Kind::Text(Text {
                text: "hello".to_owned(),
                ..Text::default()
            }),
        };
        let bytes = content.encode().expect("short");
        InsideKind::Content(Zeroizing::new(bytes))
    };
    let confirm = || {
        InsideKind::Confirm(Confirm {
            mac: [0; 32],
            door: None,
        })
    };
    let answer = || {
        InsideKind::RekeyAnswer(RekeyAnswer {
            epoch: 7,
            ciphertext: Box::new([0; KEM_CIPHERTEXT]),
        })
    };
    let lies: [Lie; 8] = [
        (
            "pair",
            text(),
            |l| l.pair = PairId::from_bytes([1; 16]),
            ViolationKind::Header,
        ),
        (
            "direction",
            text(),
            |l| l.direction = other(l.direction),
            ViolationKind::Header,
        ),
        (
            "generation",
            text(),
            |l| l.generation += 1,
            ViolationKind::Header,
        ),
        (
            "sequence",
            text(),
            |l| l.sequence += 70,
            ViolationKind::Header,
        ),
        (
            "the last sequence",
            text(),
            |l| l.sequence = u64::MAX,
            ViolationKind::Header,
        ),
        (
            "inside",
            text(),
            |l| l.inside = Zeroizing::new(vec![0xff; 40]),
            ViolationKind::Malformed,
        ),
        (
            "confirmation",
            confirm(),
            |_| (),
            ViolationKind::Confirmation,
        ),
        ("re-key", answer(), |_| (), ViolationKind::Rekey),
    ];
    for (index, (what, kind, change, expected)) in lies.into_iter().enumerate() {
        let (mut world, mallory, amal) = liar(20 + index as u64);
        let relation = |world: &World| world.nodes[0].store[&RecordKey::Relation(mallory)].clone();
        let lines = |world: &World| {
            let contact = world.nodes[0].profile.contact(mallory);
            contact.expect("known").next_message
        };
        let before = (relation(&world), lines(&world));
        let now = world.time();
        let profile = &mut world.nodes[1].profile;
        let step = profile.lie_inside(now, &mut world.rng, amal, kind, change);
        world.carry_out(1, step.expect("connected"));
        world.run(1);
        let kinds: Vec<_> = world.violations.iter().map(|v| v.kind).collect();
        assert_eq!(kinds, [expected], "{what}");
        assert_eq!(before, (relation(&world), lines(&world)), "{what}");
    }
    // The control: without a lie it arrives.
    let (mut world, mallory, amal) = liar(30);
    let now = world.time();
    let profile = &mut world.nodes[1].profile;
    let step = profile.lie_inside(now, &mut world.rng, amal, text(), |_| ());
    world.carry_out(1, step.expect("connected"));
    world.run(1);
    let state = world.nodes[0].profile.contact(mallory).expect("known");
    assert_eq!((state.next_message, world.violations.len()), (2, 0));
}

fn other(direction: Direction) -> Direction {
    match direction {
        Direction::AToB => Direction::BToA,
        Direction::BToA => Direction::AToB,
    }
}
