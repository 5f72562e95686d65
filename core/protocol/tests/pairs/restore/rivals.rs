//! Several copies of one profile: which of them contacts go on with, and what the others find out.

use super::*;

/// Both copies run: the contact goes on with the new one alone, nothing is lost, and the old one finds out and
/// closes its doors.
#[test]
fn a_copy_that_was_replaced_finds_out() {
    seeds::each(
        "restore::rivals::a_copy_that_was_replaced_finds_out",
        20,
        |number| {
            let seed = 10 + number;
            let (mut world, noor, amal) = pair(seed);
            talk(&mut world, [(0, noor), (1, amal)], "before");
            let (export, messages) = exported(&world, 0);
            let pause = world.rng.random_range(0..200);
            world.run(pause);
            let new = world.add(&export, &messages);
            // The old one is connected, and the first that is found at their common door.
            let met = world.run_until(3_600, |w| !notes(w, 1, amal).is_empty());
            assert!(met, "seed {seed}");
            talk(&mut world, [(new, noor), (1, amal)], "to the new copy");
            world.cut_all();
            let found = world.run_until(7_200, |w| {
                w.nodes[0].profile.copy_state() != CopyState::Present
            });
            assert!(found, "seed {seed}: the old copy does not find out");
            // As soon as the contact dials and meets it, it knows for sure.
            world.stop(new);
            world.cut_all();
            let sure = world.run_until(7_200, |w| {
                w.nodes[0].profile.copy_state() == CopyState::Replaced
            });
            assert!(sure, "seed {seed}");
            assert!(world.nodes[0].events.contains(&Event::Replaced));
            assert!(world.nodes[0].profile.doors().is_empty());
            assert!(world.nodes[0].profile.dials(world.time()).is_empty());
            let now = world.time();
            let refused = world.nodes[0].profile.send(now, &mut world.rng, noor, "hi");
            assert_eq!(refused.err(), Some(Refusal::Replaced));
            world.restart(new);
            talk(&mut world, [(new, noor), (1, amal)], "undisturbed");
            assert_eq!(world.violations, [], "seed {seed}");
            // It stays so over a restart, until the person says otherwise.
            world.stop(0);
            world.restart(0);
            assert_eq!(world.nodes[0].profile.copy_state(), CopyState::Replaced);
            world.command(0, |p, now, rng| {
                (p.use_this_copy(now, rng).expect("known"), ())
            });
            assert_eq!(world.nodes[0].profile.copy_state(), CopyState::Present);
            talk(&mut world, [(new, noor), (1, amal)], "still undisturbed");
            assert_eq!(world.violations, [], "seed {seed}");
            Ok(())
        },
    );
}

/// What a dial to a contact says first, which goes nowhere.
fn first_flight(world: &mut World, node: usize, contact: ContactId) -> Vec<Vec<u8>> {
    let link = world.fresh_link(node);
    let input = Input::Dialled {
        contact,
        purpose: Purpose::Chat,
        link,
    };
    let effects = world.intercept(node, input);
    let frames = effects.into_iter().find_map(|effect| match effect {
        Effect::Send(to, frames) if to == link => Some(frames),
        _ => None,
    });
    frames.expect("flight 1")
}

/// A flight of the older copy, genuine in every other way, gets what a stranger gets.
#[test]
fn a_lower_generation_gets_silence() {
    let (mut world, noor, amal) = pair(3);
    let (export, messages) = exported(&world, 0);
    let new = world.add(&export, &messages);
    assert!(world.run_until(3_600, |w| w.connected(new, noor)));
    talk(&mut world, [(new, noor), (1, amal)], "after");
    let doors = world.nodes[1].profile.doors();
    let door = doors
        .iter()
        .map(|door| door.name)
        .find(|name| matches!(name, DoorName::Circle(_)))
        .expect("a contact door");
    let old = first_flight(&mut world, 0, noor);
    let (link, answers) = world.attack(1, door, &old);
    assert!(answers.is_empty());
    assert_eq!(world.closes_after(1, link), Some(30));
    let present = first_flight(&mut world, new, noor);
    let (_, answers) = world.attack(1, door, &present);
    assert_eq!(answers.len(), 2, "the control");
}

/// One contact who met the newer copy is enough, for it has a proof. The owner can go on with the older one all the same, and
/// what is exported from that one leads to a copy that is newer than both.
#[test]
fn one_proof_is_enough_and_the_owner_has_the_last_word() {
    let mut world = World::new(4, &["Amal", "Noor", "Sami"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    let (sami, amal_at_sami) = world.befriend(0, 2);
    world.run(60);
    let (export, messages) = exported(&world, 0);
    world.stop(2);
    let new = world.add(&export, &messages);
    assert!(world.run_until(3_600, |w| !notes(w, 1, amal).is_empty()));
    world.stop(new);
    world.nodes[0].events.clear();
    let state = |world: &World| world.nodes[0].profile.copy_state();
    assert!(world.run_until(7_200, |w| state(w) == CopyState::Replaced));
    let replaced = |world: &World, contact| {
        let contact = world.nodes[0].profile.contact(contact);
        contact.expect("known").replaced
    };
    assert!(replaced(&world, noor) && !replaced(&world, sami));
    let told = |event: &&Event| **event == Event::Replaced;
    assert_eq!(world.nodes[0].events.iter().filter(told).count(), 1);
    world.command(0, |p, now, rng| {
        (p.use_this_copy(now, rng).expect("known"), ())
    });
    world.restart(2);
    talk(&mut world, [(0, sami), (2, amal_at_sami)], "Sami goes on");
    // Sami meets the newer one, too, and says so: the owner knows that already.
    world.stop(0);
    world.restart(new);
    assert!(world.run_until(3_600, |w| !notes(w, 2, amal_at_sami).is_empty()));
    world.stop(new);
    world.restart(0);
    assert!(world.run_until(7_200, |w| replaced(w, noor) && replaced(w, sami)));
    assert_ne!(state(&world), CopyState::Replaced);
    let (export, messages) = exported(&world, 0);
    world.stop(0);
    let newest = world.add(&export, &messages);
    talk(&mut world, [(newest, noor), (1, amal)], "the newest");
    talk(&mut world, [(newest, sami), (2, amal_at_sami)], "to all");
    assert_eq!(world.nodes[newest].profile.copy_state(), CopyState::Present);
    assert_eq!(world.violations, []);
}

/// Whoever has an old export can dial with any counter. Neither the present copy nor one that is restored later is
/// locked out by that, silently as it would be.
#[test]
fn counters_of_a_thief_lock_no_copy_out() {
    const GENERATION: u64 = 1 << 40;
    let (mut world, noor, amal) = pair(70);
    let (export, messages) = exported(&world, 0);
    let door = world.nodes[1].profile.doors()[0].name;
    let dial = |world: &mut World, node: usize| {
        let flight = first_flight(world, node, noor);
        world.attack(1, door, &flight).1.len()
    };
    // The thief's copy: genuine in all but the counter.
    let thief = world.add(&export, &messages);
    world.stop(thief);
    let try_counter = |world: &mut World, counter| {
        world.nodes[thief].profile.claim_dials(noor, counter);
        dial(world, thief)
    };
    for counter in [
        GENERATION - 2,
        GENERATION / 2,
        65 * GENERATION,
        1_023 * GENERATION,
    ] {
        assert_eq!(try_counter(&mut world, counter), 0, "{counter}");
    }
    for generation in [1, 2, 64] {
        assert_eq!(
            try_counter(&mut world, (generation + 1) * GENERATION - 2),
            2,
            "the control"
        );
    }
    world.now += std::time::Duration::from_secs(120);
    world.input(1, Input::Wake);
    // The present copy comes in, alone in dialling; and so does the next, and the one after that.
    world.waits.insert(1);
    world.cut_all();
    assert!(world.run_until(60, |w| w.connected(0, noor) && w.connected(1, amal)));
    world.stop(0);
    let mut export = (export, messages);
    for _ in 0..2 {
        let new = world.add(&export.0, &export.1);
        talk(&mut world, [(new, noor), (1, amal)], "restored");
        export = exported(&world, new);
        world.stop(new);
    }
    assert_eq!(world.violations, []);
}

/// Restored again and again, also before anyone heard of the last copy; and twice from one export.
#[test]
fn generations_rise_and_the_first_of_two_equal_ones_holds() {
    let (mut world, noor, amal) = pair(5);
    let (export, messages) = exported(&world, 0);
    world.stop(0);
    let second = world.add(&export, &messages);
    let (export, messages) = exported(&world, second);
    world.stop(second);
    let third = world.add(&export, &messages);
    talk(&mut world, [(third, noor), (1, amal)], "the third");
    assert_eq!(notes(&world, 1, amal), [Note::Restored(2)]);
    let (export, messages) = exported(&world, third);
    world.stop(third);
    let fourth = world.add(&export, &messages);
    talk(&mut world, [(fourth, noor), (1, amal)], "the fourth");
    world.run(60);
    for node in [fourth, 1] {
        world.nodes[node].events.clear();
    }
    let twin = world.add(&export, &messages);
    let found = world.run_until(20_000, |w| {
        w.nodes[twin].profile.copy_state() != CopyState::Present
    });
    assert!(found, "the twin finds out");
    let met = world.nodes[twin].events.contains(&Event::Connected(noor));
    assert!(met, "the control: it came as far as a link");
    for (node, contact) in [(fourth, noor), (1, amal)] {
        let lost = world.nodes[node]
            .events
            .contains(&Event::Disconnected(contact));
        assert!(!lost, "the twin ends the link of the first at {node}");
    }
    world.stop(twin);
    talk(&mut world, [(fourth, noor), (1, amal)], "the first holds");
    assert_eq!(
        notes(&world, 1, amal),
        [Note::Restored(2), Note::Restored(3)]
    );
    assert_eq!(world.violations, []);
}
