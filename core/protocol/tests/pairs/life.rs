//! The ordinary life of a relationship, without faults.

use undertone_protocol::{Change, Event, RecordKey, Refusal, StageName};

use crate::world::{Faults, World};

fn words(list: &[(u64, undertone_wire::MessageId, String)]) -> Vec<&str> {
    list.iter().map(|(_, _, text)| text.as_str()).collect()
}

#[test]
fn from_invitation_to_a_conversation() {
    let mut world = World::new(1, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    for index in 0..100 {
        world.send(0, noor, &format!("a{index}"));
        world.send(1, amal, &format!("b{index}"));
    }
    assert!(world.run_until(120, |w| w.all_received(0, noor) && w.all_received(1, amal)));
    let (from_noor, by_amal) = world.conversation(0, noor);
    let (from_amal, by_noor) = world.conversation(1, amal);
    assert_eq!(words(&from_amal), words(&by_amal));
    assert_eq!(words(&from_noor), words(&by_noor));
    assert_eq!(from_amal.len(), 100);
    assert_eq!(world.violations, []);
    assert_eq!(
        world.nodes[0]
            .profile
            .contact(noor)
            .expect("known")
            .nickname,
        "Noor"
    );
}

#[test]
fn both_see_the_same_code_and_it_stays_verified_over_a_restart() {
    let mut world = World::new(2, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    let a = world.nodes[0].profile.verification(noor).expect("contacts");
    let b = world.nodes[1].profile.verification(amal).expect("contacts");
    assert_eq!(a.digits(), b.digits());
    let scanned = b.qr();
    world.command(0, |p, now, rng| {
        (
            p.verify_scanned(now, rng, noor, &scanned).expect("fits"),
            (),
        )
    });
    world.stop(0);
    world.restart(0);
    assert!(
        world.nodes[0]
            .profile
            .contact(noor)
            .expect("known")
            .verified
    );
    assert!(
        !world.nodes[1]
            .profile
            .contact(amal)
            .expect("known")
            .verified
    );
}

#[test]
fn messages_wait_for_someone_who_is_away_and_arrive_in_order() {
    let mut world = World::new(3, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    world.stop(1);
    assert!(world.run_until(120, |w| !w.connected(0, noor)));
    for index in 0..200 {
        world.send(0, noor, &format!("{index}"));
    }
    world.run(3600);
    assert!(!world.all_received(0, noor));
    world.restart(1);
    assert!(world.run_until(60, |w| w.all_received(0, noor)));
    let (theirs, _) = world.conversation(1, amal);
    let expected: Vec<String> = (0..200).map(|index| index.to_string()).collect();
    assert_eq!(words(&theirs), expected);
}

#[test]
fn a_peer_that_vanishes_without_a_word_is_noticed_within_a_minute() {
    let mut world = World::new(4, &["Amal", "Noor"], Faults::default());
    let (noor, _) = world.befriend(0, 1);
    assert!(world.run_until(60, |w| w.connected(0, noor)));
    world.run(300);
    assert!(world.connected(0, noor), "keepalives hold a quiet link");
    world.nodes[1].online = false;
    assert!(world.run_until(60, |w| !w.connected(0, noor)));
}

#[test]
fn the_seal_is_rekeyed_again_and_again() {
    let mut world = World::new(5, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    for index in 0..350 {
        world.send(0, noor, &format!("{index}"));
        if index % 3 == 0 {
            world.send(1, amal, "yes");
        }
        world.run(2);
    }
    assert!(world.run_until(60, |w| w.all_received(0, noor) && w.all_received(1, amal)));
    assert_eq!(world.conversation(1, amal).0.len(), 350);
    assert_eq!(world.violations, []);
    assert_eq!(world.nodes[0].profile.seal_epoch(noor), Some(3));
    assert_eq!(world.nodes[1].profile.seal_epoch(amal), Some(3));
}

#[test]
fn one_side_only_listens_and_the_other_rekeys_again_and_again() {
    let mut world = World::new(15, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    for index in 0..450 {
        world.send(0, noor, &format!("{index}"));
        world.run(1);
    }
    assert!(world.run_until(60, |w| w.all_received(0, noor)));
    assert_eq!(world.conversation(1, amal).0.len(), 450);
    assert_eq!(world.violations, []);
    assert_eq!(world.nodes[1].profile.seal_epoch(amal), Some(4));
}

#[test]
fn a_request_that_nobody_takes_in_ends_after_a_fortnight() {
    let mut world = World::new(16, &["Amal", "Noor"], Faults::default());
    let (_, text) = world.invite(1, true);
    world.command(1, |p, now, rng| {
        (p.close_invitation(now, rng, 1).expect("open"), ())
    });
    let noor = world.ask(0, &text);
    world.run(14 * 24 * 3600);
    assert_eq!(world.stage(0, noor), StageName::Requested);
    world.run(2 * 24 * 3600);
    assert_eq!(world.stage(0, noor), StageName::NoAnswer);
    assert!(world.nodes[0].profile.doors().is_empty());
    assert!(world.nodes[0].profile.dials(world.time()).is_empty());
}

#[test]
fn a_rejected_request_looks_like_an_undecided_one_and_can_not_come_back() {
    let mut world = World::new(6, &["Amal", "Noor"], Faults::default());
    let (number, text) = world.invite(1, false);
    assert_eq!(number, 1);
    let noor = world.command(0, |p, now, rng| {
        p.add_contact_by(now, rng, &text, Some("N."), "hi")
            .expect("good")
    });
    assert!(world.run_until(60, |w| w.undecided(1).is_some()));
    let amal = world.undecided(1).expect("waited for");
    world.command(1, |p, now, rng| {
        (p.reject(now, rng, amal).expect("undecided"), ())
    });
    // 15 days: the request is repeated daily, taken in alike, and nobody is told.
    world.run(15 * 24 * 3600);
    assert_eq!(world.stage(1, amal), StageName::Rejected);
    assert_eq!(world.stage(0, noor), StageName::NoAnswer);
    let delivered = world.nodes[0]
        .events
        .iter()
        .filter(|event| **event == Event::RequestDelivered(noor))
        .count();
    assert_eq!(delivered, 14);
    assert_eq!(world.nodes[1].profile.contacts().count(), 1);
}

#[test]
fn commands_are_refused_with_a_reason() {
    let mut world = World::new(7, &["Amal", "Noor"], Faults::default());
    let (_, own) = world.invite(0, false);
    let now = world.time();
    let rng = &mut world.rng.clone();
    let amal = &mut world.nodes[0].profile;
    assert_eq!(
        amal.add_contact_by(now, rng, &own, None, "").err(),
        Some(Refusal::OwnInvitation)
    );
    assert!(matches!(
        amal.add_contact_by(now, rng, "hello", None, "").err(),
        Some(Refusal::Invitation(_))
    ));
    assert_eq!(
        amal.set_nickname(now, rng, "a\u{1b}[2J").err(),
        Some(Refusal::Name)
    );
    let (noor, _) = world.befriend(0, 1);
    let amal = &mut world.nodes[0].profile;
    assert_eq!(amal.send(now, rng, noor, " \n").err(), Some(Refusal::Empty));
    assert_eq!(
        amal.send(now, rng, noor, "x".repeat(65_537).as_str()).err(),
        Some(Refusal::TextTooLong(65_537))
    );
    assert!(amal.accept(now, rng, noor, None).is_err());
}

/// One that stays for ever while thousands of others are written and taken back.
#[test]
fn an_outbox_that_stretches_over_thousands_of_places_is_read_back() {
    let mut world = World::new(77, &["Amal", "Noor"], Faults::default());
    let (noor, _) = world.befriend(0, 1);
    world.run(60);
    world.stop(1);
    world.run(120);
    world.send(0, noor, "the oldest");
    let now = world.time();
    for _ in 0..20_001 {
        let profile = &mut world.nodes[0].profile;
        let sent = profile.send(now, &mut world.rng, noor, "never mind");
        let (step, _) = sent.expect("sendable");
        let place = step.changes().iter().find_map(|change| match change {
            Change::Put(RecordKey::Outbox(_, place), ..) => Some(place),
            _ => None,
        });
        let taken_back = profile.cancel(now, &mut world.rng, noor, place.expect("it waits"));
        assert!(taken_back.is_ok());
    }
    world.send(0, noor, "the newest");
    world.stop(0);
    world.restart(0);
    let waiting = |world: &World| {
        let contact = world.nodes[0].profile.contact(noor);
        contact.expect("known").waiting
    };
    assert_eq!(waiting(&world), 2);
    world.restart(1);
    assert!(world.run_until(600, |world| waiting(world) == 0));
    assert_eq!(world.violations, []);
}

/// Each block moves the circle's door; who is away has to hear of the last one only.
#[test]
fn many_moves_wait_as_one() {
    let mut world = World::new(78, &["Amal", "Noor", "a", "b", "c", "d"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    let enemies: Vec<_> = (2..6).map(|node| world.befriend(0, node).0).collect();
    world.run(60);
    world.stop(1);
    world.run(120);
    let waiting = |world: &World| world.stored_for(0, noor);
    assert_eq!(waiting(&world), 0);
    for enemy in enemies {
        world.command(0, |p, now, rng| {
            (p.block(now, rng, enemy).expect("not blocked"), ())
        });
        assert_eq!(waiting(&world), 1);
    }
    world.stop(0);
    world.restart(0);
    world.restart(1);
    assert!(world.run_until(600, |world| waiting(world) == 0));
    world.stop(0);
    world.run(120);
    let dials = world.nodes[1].profile.dials(world.time());
    let doors = world.nodes[0].profile.doors();
    let dialled = dials
        .iter()
        .find(|dial| dial.contact == amal)
        .expect("a dial");
    assert!(
        doors
            .iter()
            .any(|door| door.seed.onion_key() == dialled.door)
    );
    assert_eq!(world.violations, []);
}

#[test]
fn the_longest_text_arrives_whole() {
    let mut world = World::new(8, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    let long = "ß".repeat(32_768);
    world.send(0, noor, &long);
    assert!(world.run_until(60, |w| w.all_received(0, noor)));
    assert_eq!(words(&world.conversation(1, amal).0), [long.as_str()]);
}

#[test]
fn a_blocked_contact_sees_a_profile_that_is_gone_and_others_move_along() {
    let mut world = World::new(9, &["Amal", "Noor", "Sami"], Faults::default());
    let (amal_at_noor, noor_at_amal) = world.befriend(1, 0);
    let (amal_at_sami, sami_at_amal) = world.befriend(2, 0);
    world.run(60);
    world.command(0, |p, now, rng| {
        (
            p.block(now, rng, noor_at_amal).expect("not blocked yet"),
            (),
        )
    });
    assert_eq!(world.stage(0, noor_at_amal), StageName::Blocked);
    world.send(1, amal_at_noor, "are you there?");
    world.send(2, amal_at_sami, "hi");
    assert!(world.run_until(120, |w| w.all_received(2, amal_at_sami)));
    assert!(world.run_until(120, |w| w.connected(0, sami_at_amal)));
    world.run(24 * 3600);
    assert!(!world.all_received(1, amal_at_noor));
    assert!(!world.connected(1, amal_at_noor));
    assert!(world.connected(2, amal_at_sami));
    // Sami follows to the new door also when dialling alone.
    world.cut_all();
    assert!(world.run_until(120, |w| w.connected(2, amal_at_sami)));
    assert_eq!(world.violations, []);
}

#[test]
fn circles_hold_sixteen_and_further_doors_open_by_themselves() {
    let names: Vec<String> = (0..19).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(11, &names, Faults::default());
    for other in 1..19 {
        world.befriend(other, 0);
    }
    let doors = world.nodes[0].profile.doors();
    let readers: Vec<usize> = doors
        .iter()
        .filter_map(|door| door.readers.as_ref().map(Vec::len))
        .collect();
    assert_eq!(readers, [16, 2]);
}
