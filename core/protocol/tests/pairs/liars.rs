//! Contacts with programs of their own, who hold real keys and say what no honest program says: what they can make of
//! the other side's disk, time and state.

use undertone_protocol::{ContactId, Note, RecordKey};
use undertone_wire::X25519Public;
use undertone_wire::v1::{KEM_KEY, MAX_GENERATION, ParcelKind, Restore};
use zeroize::Zeroizing;

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
    };
    message.encode().to_vec()
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
    for index in 0..TRIES {
        let generation = 1 + index * (MAX_GENERATION - 1) / TRIES;
        let profile = &mut world.nodes[1].profile;
        profile.claim_generation(amal, generation);
        said += u32::from(world.lie(1, amal, ParcelKind::Restore, &restore(generation)));
        world.run(20);
    }
    assert!(said > TRIES / 2, "the control: {said}");
    // Four at once, and one an hour after that: a line a day.
    let hours = u64::from(TRIES) * 20 / 3_600;
    let state = |world: &World| world.nodes[0].profile.contact(mallory).expect("known");
    let lines = notes(&world, 0, mallory);
    assert!((1..=2).contains(&lines), "{lines} lines in {hours} hours");
    assert!(outbox(&world, 0) <= 4, "{} wait", outbox(&world, 0));
    assert_eq!(state(&world).waiting, outbox(&world, 0));
    world.stop(0);
    world.restart(0);
    assert_eq!(state(&world).waiting, outbox(&world, 0));
    assert_eq!(world.violations, []);
}
