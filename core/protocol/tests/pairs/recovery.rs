//! The recovery door (D10.4): two contacts whose doors both moved while neither could hear of it find
//! each other again, and nobody else learns or gains anything by it.

use undertone_protocol::{ContactId, DoorName, Effect, Input, Purpose, StageName};

use crate::seeds;
use crate::world::{Faults, World};

const DAY: u64 = 24 * 3_600;

fn block(world: &mut World, node: usize, contact: ContactId) {
    world.command(node, |p, now, rng| {
        (p.block(now, rng, contact).expect("not blocked"), ())
    });
}

fn recovery_doors(world: &World, node: usize) -> Vec<DoorName> {
    let doors = world.nodes[node].profile.doors().into_iter();
    doors
        .map(|door| door.name)
        .filter(|name| matches!(name, DoorName::Recovery(..)))
        .collect()
}

/// Amal and Noor, who each blocked somebody while the other was away.
fn lost_pair(seed: u64) -> (World, ContactId, ContactId) {
    let names = ["Amal", "Noor", "Eve", "Mallory"];
    let mut world = World::new(seed, &names, Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    let (eve, _) = world.befriend(0, 2);
    let (mallory, _) = world.befriend(1, 3);
    world.run(120);
    world.stop(1);
    world.run(120);
    block(&mut world, 0, eve);
    world.stop(0);
    world.restart(1);
    block(&mut world, 1, mallory);
    world.restart(0);
    (world, noor, amal)
}

#[test]
fn two_whose_doors_both_moved_find_each_other_after_three_days() {
    seeds::each(
        "recovery::two_whose_doors_both_moved_find_each_other_after_three_days",
        20,
        |seed| {
            let (mut world, noor, amal) = lost_pair(seed);
            // Anywhere in a week.
            let later = (seed % 20) * 31_000;
            world.run(later);
            world.send(0, noor, "where are you?");
            world.send(1, amal, "and you?");
            if later < 2 * DAY {
                world.run(DAY / 2);
                assert!(recovery_doors(&world, 0).is_empty(), "too early");
                assert!(!world.connected(0, noor));
            }
            let met = world.run_until(4 * DAY, |w| {
                w.all_received(0, noor) && w.all_received(1, amal)
            });
            assert!(met, "seed {seed}");
            // Each has heard of the other's door: the recovery doors close with the link, and the
            // ordinary ones serve.
            world.run(60);
            world.cut_all();
            world.run(5);
            assert!(recovery_doors(&world, 0).is_empty() && recovery_doors(&world, 1).is_empty());
            assert!(world.run_until(300, |w| w.connected(0, noor) && w.connected(1, amal)));
            assert_eq!(world.violations, [], "seed {seed}");
            Ok(())
        },
    );
}

#[test]
fn programs_that_come_and_go_meet_all_the_same() {
    seeds::each(
        "recovery::programs_that_come_and_go_meet_all_the_same",
        10,
        |number| {
            let seed = 100 + number;
            let (mut world, noor, amal) = lost_pair(seed);
            world.send(0, noor, "where are you?");
            let mut met = false;
            for day in 0..14 {
                for node in [0, 1] {
                    world.stop(node);
                    world.run(3_600 * (1 + (seed + day) % 3));
                    world.restart(node);
                }
                met |= world.run_until(DAY - 6 * 3_600, |w| w.all_received(0, noor));
                if met {
                    break;
                }
            }
            assert!(met, "seed {seed}");
            assert!(world.run_until(600, |w| w.connected(1, amal)));
            assert_eq!(world.violations, []);
            Ok(())
        },
    );
}

/// Nobody opens such a door for someone who is merely away, or who heard of the move.
#[test]
fn no_recovery_door_without_a_move_that_was_not_heard() {
    let mut world = World::new(7, &["Amal", "Noor", "Eve"], Faults::default());
    let (noor, _) = world.befriend(0, 1);
    let (eve, _) = world.befriend(0, 2);
    world.run(120);
    world.stop(1);
    world.run(10 * DAY);
    assert!(recovery_doors(&world, 0).is_empty(), "merely away");
    world.restart(1);
    assert!(world.run_until(600, |w| w.connected(0, noor)));
    block(&mut world, 0, eve);
    world.run(300);
    world.stop(1);
    world.run(10 * DAY);
    assert!(recovery_doors(&world, 0).is_empty(), "heard of the move");
    assert_eq!(world.stage(0, eve), StageName::Blocked);
}

/// At most three doors at a time; with more lost contacts the turn changes daily, and all are found.
#[test]
fn three_doors_at_a_time_and_everyone_gets_a_turn() {
    let names: Vec<String> = (0..16).map(|index| format!("n{index}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(8, &names, Faults::default());
    let mut lost = Vec::new();
    for other in 1..8 {
        let (theirs, ours) = world.befriend(0, other);
        let (enemy, _) = world.befriend(other, other + 8);
        lost.push((other, theirs, ours, enemy));
    }
    let (enemy, _) = world.befriend(0, 8);
    world.run(120);
    for (other, ..) in &lost {
        world.stop(*other);
    }
    world.run(120);
    block(&mut world, 0, enemy);
    world.stop(0);
    for (other, _, _, enemy) in &lost {
        world.restart(*other);
        block(&mut world, *other, *enemy);
    }
    world.restart(0);
    let mut most = 0;
    for _ in 0..8 * 24 {
        world.run(3_600);
        most = most.max(recovery_doors(&world, 0).len());
        let open = recovery_doors(&world, 0).len();
        let connected = lost.iter().filter(|l| world.connected(0, l.1)).count();
        // Doors in use stay; those that wait are three.
        assert!(open <= 3 + connected, "{open} doors");
    }
    assert!(most >= 3, "the control");
    for (other, theirs, ours, _) in lost {
        assert!(
            world.connected(0, theirs) && world.connected(other, ours),
            "{other}"
        );
    }
    assert_eq!(world.violations, []);
}

/// A stranger, another contact and a replay get at a recovery door what they get everywhere.
#[test]
fn a_recovery_door_answers_its_one_contact_only() {
    let (mut world, noor, _) = lost_pair(9);
    // Only Noor is there; Amal's dials are caught.
    world.stop(0);
    world.run(3 * DAY + 3_600);
    let door = recovery_doors(&world, 1)[0];
    world.restart(0);
    let mut flight = None;
    for _ in 0..200 {
        let dials = world.nodes[0].profile.dials(world.time());
        let key = world.nodes[1].profile.door_key(door).expect("open");
        let dial = dials.iter().find(|dial| dial.door == key);
        if let Some(dial) = dial {
            assert_eq!(dial.purpose, Purpose::Recovery);
            let link = world.fresh_link(0);
            let input = Input::Dialled {
                contact: noor,
                purpose: Purpose::Recovery,
                link,
            };
            let effects = world.intercept(0, input);
            flight = effects.into_iter().find_map(|effect| match effect {
                Effect::Send(to, frames) if to == link => Some(frames),
                _ => None,
            });
            break;
        }
        world.now += std::time::Duration::from_secs(60);
    }
    let flight = flight.expect("a recovery dial");
    let mut chat = flight.clone();
    chat[0][2] = Purpose::Chat as u8;
    let mut wrong_hint = flight.clone();
    wrong_hint[0][3 + 16] ^= 1;
    let circle = world.nodes[1].profile.doors()[0].name;
    assert!(matches!(circle, DoorName::Circle(_)));
    for (door, frames) in [(door, &chat), (door, &wrong_hint), (circle, &flight)] {
        let (link, answers) = world.attack(1, door, frames);
        assert!(answers.is_empty());
        assert_eq!(world.closes_after(1, link), Some(30));
    }
    let (_, answers) = world.attack(1, door, &flight);
    assert_eq!(answers.len(), 2, "the genuine one");
    let (_, answers) = world.attack(1, door, &flight);
    assert!(answers.is_empty(), "a replay");
}

/// Without the network's time there is no week, whatever the computer's clock says.
#[test]
fn the_computers_clock_opens_no_recovery_door() {
    let (mut world, ..) = lost_pair(11);
    world.quiet_clock = true;
    for node in [0, 1] {
        world.stop(node);
        world.restart(node);
    }
    world.run(10 * DAY);
    assert!(recovery_doors(&world, 0).is_empty() && recovery_doors(&world, 1).is_empty());
}
