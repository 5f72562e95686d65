//! The conversation with oneself.

use undertone_protocol::{Delivery, Profile, RecordKey, Refusal, StageName, StoredMessage};
use undertone_wire::v1::Kind;

use crate::world::{Faults, World};

fn open(world: &mut World, node: usize) -> undertone_protocol::ContactId {
    world.command(node, |p, now, rng| p.open_notes(now, rng).expect("no bug"))
}

#[test]
fn notes_are_kept_changed_and_deleted_and_nothing_of_them_is_sent() {
    let mut world = World::new(1, &["Amal", "Noor"], Faults::default());
    let (noor, _) = world.befriend(0, 1);
    world.run(30);
    let me = open(&mut world, 0);
    assert_eq!(open(&mut world, 0), me, "there is one");
    let (frames, doors) = (world.wire.len(), world.nodes[0].profile.doors().len());
    for text in ["milk", "bread", "soap"] {
        world.send(0, me, text);
    }
    let (ids, sent): (Vec<_>, Vec<_>) = {
        let sent = &world.nodes[0].sent;
        sent.iter().map(|(number, id, _)| (*id, *number)).unzip()
    };
    let edit = Kind::Edit {
        target: ids[0],
        text: "oat milk".to_owned(),
    };
    let react = Kind::Reaction {
        target: ids[1],
        emoji: "✓".to_owned(),
    };
    for kind in [edit, react] {
        world.command(0, |p, now, rng| {
            (p.annotate(now, rng, me, kind).expect("mine"), ())
        });
    }
    world.command(0, |p, now, rng| {
        (p.cancel(now, rng, me, sent[2]).expect("mine"), ())
    });
    world.stop(0);
    world.restart(0);
    let state = world.nodes[0].profile.contact(me).expect("there");
    assert_eq!(
        (state.stage, state.next_message, state.waiting),
        (StageName::Myself, 4, 0)
    );
    assert_eq!(state.nickname, "Amal");
    let milk = world.message(0, me, sent[0]);
    assert_eq!(milk.words().map(|w| w.text).as_deref(), Some("oat milk"));
    assert!(milk.is_ours() && milk.is_edited());
    assert_eq!(
        world.nodes[0]
            .profile
            .delivery(me, milk.place.expect("ours")),
        Delivery::Received
    );
    assert_eq!(world.message(0, me, sent[1]).reactions().count(), 1);
    assert!(
        !world.nodes[0]
            .store
            .contains_key(&RecordKey::Message(me, sent[2]))
    );
    assert_eq!(world.nodes[0].profile.doors().len(), doors);
    assert!(
        world.nodes[0]
            .profile
            .dials(world.time())
            .iter()
            .all(|dial| dial.contact == noor)
    );
    assert!(
        world.wire.len() < frames + 40,
        "what a restart sends, and no more"
    );
}

#[test]
fn what_needs_somebody_else_is_refused() {
    let mut world = World::new(2, &["Amal"], Faults::default());
    let me = open(&mut world, 0);
    let now = world.time();
    let (profile, rng) = (&mut world.nodes[0].profile, &mut world.rng);
    let wrong = Some(Refusal::WrongStage(StageName::Myself));
    assert_eq!(profile.block(now, rng, me).err(), wrong);
    assert_eq!(profile.accept(now, rng, me, None).err(), wrong);
    assert_eq!(profile.reject(now, rng, me).err(), wrong);
    assert_eq!(profile.set_timer(now, rng, me, 60).err(), wrong);
    assert_eq!(profile.set_verified(now, rng, me, true).err(), wrong);
    assert_eq!(profile.compare_short_code(now, rng, me).err(), wrong);
    assert_eq!(profile.move_contact(now, rng, me, None).err(), wrong);
    assert_eq!(profile.set_invisible(now, rng, me, true).err(), wrong);
    assert_eq!(
        profile.typing(now, rng, me, true).err(),
        Some(Refusal::NotConnected)
    );
    assert_eq!(profile.send(now, rng, me, " ").err(), Some(Refusal::Empty));
}

#[test]
fn notes_go_with_an_export() {
    let mut world = World::new(3, &["Amal"], Faults::default());
    let me = open(&mut world, 0);
    world.send(0, me, "milk");
    let export = world.nodes[0].profile.export().expect("no bug");
    let now = world.time();
    let (copy, _) = Profile::restore(&export, now, &mut world.rng).expect("a good export");
    let state = copy.contact(me).expect("there");
    assert_eq!((state.stage, state.next_message), (StageName::Myself, 2));
    let record = &world.nodes[0].store[&RecordKey::Message(me, 1)];
    assert!(StoredMessage::decode(record).is_some());
}
