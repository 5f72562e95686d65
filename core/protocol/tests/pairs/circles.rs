//! Who shares a door, who sees that the profile is there, who can knock, and what contacts are told.

use undertone_protocol::{ContactId, DoorName, Event, Refusal, StageName};
use undertone_wire::OnionKey;

use crate::seeds;
use crate::world::{Faults, World};

const DAY: u64 = 24 * 3_600;

/// Amal, who knows all the others; gives how Amal names them and how they name Amal.
fn one_with_three(seed: u64) -> (World, Vec<(ContactId, ContactId)>) {
    let names = ["Amal", "Noor", "Sami", "Eve"];
    let mut world = World::new(seed, &names, Faults::default());
    let known: Vec<_> = (1..4).map(|other| world.befriend(0, other)).collect();
    world.run(60);
    (world, known)
}

fn move_to(world: &mut World, contact: ContactId, circle: Option<u32>) {
    world.command(0, |p, now, rng| {
        (
            p.move_contact(now, rng, contact, circle).expect("moved"),
            (),
        )
    });
}

fn set_invisible(world: &mut World, contact: ContactId, invisible: bool) {
    world.command(0, |p, now, rng| {
        let step = p.set_invisible(now, rng, contact, invisible);
        (step.expect("a contact"), ())
    });
}

/// The contacts of each circle.
fn circles(world: &World) -> Vec<Vec<ContactId>> {
    let circles = world.nodes[0].profile.circles().into_iter();
    let mut circles: Vec<_> = circles.map(|circle| circle.contacts).collect();
    circles.iter_mut().for_each(|contacts| contacts.sort());
    circles.sort();
    circles
}

fn sorted(mut groups: Vec<Vec<ContactId>>) -> Vec<Vec<ContactId>> {
    groups.iter_mut().for_each(|contacts| contacts.sort());
    groups.sort();
    groups
}

fn circle_doors(world: &World) -> Vec<OnionKey> {
    let doors = world.nodes[0].profile.doors().into_iter();
    doors
        .filter(|door| matches!(door.name, DoorName::Circle(_)))
        .map(|door| door.seed.onion_key())
        .collect()
}

fn all_talk(world: &mut World, known: &[(ContactId, ContactId)]) -> bool {
    for (other, (there, here)) in (1..).zip(known) {
        world.send(0, *there, "from Amal");
        world.send(other, *here, "to Amal");
    }
    let known = known.to_vec();
    world.run_until(900, |w| {
        (1..)
            .zip(&known)
            .all(|(other, (there, here))| w.all_received(0, *there) && w.all_received(other, *here))
    })
}

#[test]
fn a_contact_moves_into_a_circle_of_its_own_and_back_and_nobody_is_lost() {
    seeds::each(
        "circles::a_contact_moves_into_a_circle_of_its_own_and_back_and_nobody_is_lost",
        10,
        |seed| {
            let (mut world, known) = one_with_three(seed);
            let [noor, sami, eve] = [known[0].0, known[1].0, known[2].0];
            assert_eq!(circles(&world), sorted(vec![vec![noor, sami, eve]]));
            let before = circle_doors(&world);
            // One of them hears of it days later.
            world.stop(3);
            world.run(60);
            move_to(&mut world, noor, None);
            assert_eq!(circles(&world), sorted(vec![vec![noor], vec![sami, eve]]));
            let after = circle_doors(&world);
            assert!(
                after.len() == 2 && !after.contains(&before[0]),
                "the door that was left is given up"
            );
            world.run(2 * DAY);
            world.restart(3);
            assert!(all_talk(&mut world, &known), "seed {seed}");
            // Nobody joins a circle that was chosen.
            let chosen: Vec<bool> = world.nodes[0]
                .profile
                .circles()
                .iter()
                .map(|c| c.chosen)
                .collect();
            assert_eq!(chosen.iter().filter(|chosen| **chosen).count(), 1);
            let target = world.nodes[0].profile.circles().into_iter();
            let mut target = target
                .filter(|circle| !circle.chosen)
                .map(|circle| circle.number);
            move_to(&mut world, noor, target.next_back());
            assert_eq!(circles(&world), sorted(vec![vec![noor, sami, eve]]));
            assert!(all_talk(&mut world, &known), "seed {seed}");
            world.stop(0);
            world.restart(0);
            assert!(all_talk(&mut world, &known), "seed {seed}, after a restart");
            assert_eq!(world.violations, []);
            Ok(())
        },
    );
}

#[test]
fn a_renewed_circle_has_another_door_and_the_same_contacts() {
    let (mut world, known) = one_with_three(20);
    let before = circle_doors(&world);
    let number = world.nodes[0].profile.circles()[0].number;
    world.command(0, |p, now, rng| {
        (p.renew_circle(now, rng, number).expect("there"), ())
    });
    let after = circle_doors(&world);
    assert!(after.len() == 1 && after != before);
    assert!(all_talk(&mut world, &known));
    let now = world.time();
    let profile = &mut world.nodes[0].profile;
    let gone = profile.renew_circle(now, &mut world.rng, number);
    assert_eq!(
        gone.err(),
        Some(Refusal::NoSuchCircle),
        "it has another number"
    );
    let gone = profile.move_contact(now, &mut world.rng, known[0].0, Some(number));
    assert_eq!(gone.err(), Some(Refusal::NoSuchCircle));
    let nobody = ContactId::from_bytes([9; 16]);
    let none = profile.move_contact(now, &mut world.rng, nobody, None);
    assert_eq!(none.err(), Some(Refusal::NoSuchContact));
}

/// What one contact could see of the profile: doors that it knew or may read, and being dialled.
#[test]
fn whoever_the_profile_is_invisible_to_sees_nothing_of_it_and_loses_nothing() {
    seeds::each(
        "circles::whoever_the_profile_is_invisible_to_sees_nothing_of_it_and_loses_nothing",
        10,
        |number| {
            let seed = 30 + number;
            let (mut world, known) = one_with_three(seed);
            let (noor, amal) = known[0];
            let before = circle_doors(&world);
            let told = world.wire.iter().filter(|(node, ..)| *node == 1).count();
            set_invisible(&mut world, noor, true);
            assert!(!world.connected(0, noor));
            world.run(5);
            let at_noor = world.wire.iter().filter(|(node, ..)| *node == 1);
            assert_eq!(at_noor.count(), told, "no farewell either");
            let doors = circle_doors(&world);
            assert!(
                doors.len() == 1 && doors != before,
                "the others have another door"
            );
            world.send(0, noor, "you will see this later");
            world.send(1, amal, "are you there?");
            world.stop(0);
            world.restart(0);
            let heard = world.wire.len();
            // Longer than a recovery door would take to open.
            world.run(10 * DAY);
            assert!(
                !world.connected(0, noor) && !world.connected(1, amal),
                "seed {seed}"
            );
            let state = world.nodes[0].profile.contact(noor).expect("known");
            assert!(state.invisible && world.stored_for(0, noor) > 0);
            assert!(
                world.nodes[0]
                    .profile
                    .dials(world.time())
                    .iter()
                    .all(|dial| dial.contact != noor)
            );
            let recovery = |name: DoorName| matches!(name, DoorName::Recovery(id, _) if id == noor);
            let doors = world.nodes[0].profile.doors();
            assert!(!doors.iter().any(|door| recovery(door.name)), "seed {seed}");
            let at_noor = world.wire[heard..].iter().filter(|(node, ..)| *node == 1);
            assert_eq!(at_noor.count(), 0, "not a frame");
            for (other, (there, here)) in [(2, known[1]), (3, known[2])] {
                assert!(
                    world.connected(0, there) && world.connected(other, here),
                    "seed {seed}"
                );
            }
            set_invisible(&mut world, noor, false);
            let met = world.run_until(2 * DAY, |w| {
                w.all_received(0, noor) && w.all_received(1, amal)
            });
            assert!(met, "seed {seed}");
            assert!(all_talk(&mut world, &known));
            assert_eq!(world.violations, []);
            Ok(())
        },
    );
}

/// Somebody alone in its circle keeps the door, which is only closed.
#[test]
fn invisible_twice_and_alone() {
    let (mut world, known) = one_with_three(41);
    let (noor, amal) = known[0];
    move_to(&mut world, noor, None);
    assert!(all_talk(&mut world, &known));
    for _ in 0..2 {
        set_invisible(&mut world, noor, true);
        set_invisible(&mut world, noor, true);
        world.run(600);
        assert!(!world.connected(1, amal));
        assert_eq!(circle_doors(&world).len(), 1);
        let now = world.time();
        let moved = world.nodes[0]
            .profile
            .move_contact(now, &mut world.rng, noor, None);
        assert_eq!(moved.err(), Some(Refusal::Invisible));
        let mut circles = world.nodes[0].profile.circles().into_iter();
        let closed = circles
            .find(|circle| circle.closed)
            .map(|circle| circle.number);
        let moved = world.nodes[0]
            .profile
            .move_contact(now, &mut world.rng, known[1].0, closed);
        assert_eq!(moved.err(), Some(Refusal::Invisible));
        set_invisible(&mut world, noor, false);
        assert!(all_talk(&mut world, &known));
    }
}

fn take_requests(world: &mut World, node: usize, open: bool) {
    world.command(node, |p, now, rng| {
        (p.take_requests(now, rng, open).expect("no bug"), ())
    });
}

#[test]
fn strangers_are_kept_off_and_let_in_by_one_switch() {
    let mut world = World::new(50, &["Amal", "Noor", "Sami"], Faults::default());
    let (amal, noor) = world.befriend(1, 0);
    let (_, text) = world.invite(0, false);
    take_requests(&mut world, 0, false);
    world.stop(0);
    world.restart(0);
    assert!(!world.nodes[0].profile.takes_requests());
    let shut = world.nodes[0]
        .profile
        .open_invitations()
        .all(|one| one.shut);
    assert!(shut && world.nodes[0].profile.open_invitations().count() == 1);
    let asked = world.ask(2, &text);
    world.run(2 * DAY);
    assert!(world.undecided(0).is_none());
    assert!(
        !world.nodes[2]
            .events
            .contains(&Event::RequestDelivered(asked))
    );
    world.send(1, amal, "contacts notice nothing");
    assert!(world.run_until(600, |w| w.all_received(1, amal) && w.connected(0, noor)));
    take_requests(&mut world, 0, true);
    assert!(
        world.run_until(900, |w| w.undecided(0).is_some()),
        "the invitation is as good as before"
    );
    assert_eq!(world.violations, []);
}

/// A knock that is under way when the switch is thrown leads to nothing.
#[test]
fn a_knock_that_is_under_way_is_cut() {
    let mut world = World::new(51, &["Amal", "Sami"], Faults::default());
    let (_, text) = world.invite(0, false);
    world.ask(1, &text);
    let knocking = |w: &World| w.wire.iter().any(|(node, ..)| *node == 0);
    assert!(world.run_until(60, knocking), "flight 1 came");
    take_requests(&mut world, 0, false);
    world.run(DAY);
    assert!(world.undecided(0).is_none());
}

/// Whoever came by an invitation for many knows its door; it must not tell that the profile is there.
#[test]
fn the_door_of_an_invitation_is_shut_while_somebody_who_used_it_must_not_see_it() {
    let mut world = World::new(52, &["Amal", "Noor", "Sami"], Faults::default());
    let (_, text) = world.invite(0, false);
    world.ask(1, &text);
    assert!(world.run_until(900, |w| w.undecided(0).is_some()));
    let noor = world.undecided(0).expect("just seen");
    world.command(0, |p, now, rng| {
        (p.accept(now, rng, noor, None).expect("undecided"), ())
    });
    assert!(world.run_until(900, |w| w.stage(0, noor) == StageName::Accepted));
    let knocks = |world: &World| {
        let doors = world.nodes[0].profile.doors();
        doors
            .iter()
            .filter(|door| matches!(door.name, DoorName::Knock(_)))
            .count()
    };
    assert_eq!(knocks(&world), 1, "the control");
    set_invisible(&mut world, noor, true);
    assert_eq!(knocks(&world), 0);
    set_invisible(&mut world, noor, false);
    assert_eq!(knocks(&world), 1);
}

#[test]
fn whoever_becomes_a_contact_later_is_told_what_the_others_know_and_only_the_last_of_it() {
    let mut world = World::new(53, &["Amal", "Noor", "Sami"], Faults::default());
    let (noor, _) = world.befriend(0, 1);
    world.run(60);
    world.stop(1);
    world.run(120);
    for status in ["one", "two", "three"] {
        world.command(0, |p, now, rng| {
            (p.set_status(now, rng, status).expect("short"), ())
        });
    }
    for away in [true, false, true] {
        world.command(0, |p, now, rng| {
            (p.set_away(now, rng, away).expect("no bug"), ())
        });
    }
    assert_eq!(world.stored_for(0, noor), 2, "one of each");
    world.stop(0);
    world.restart(0);
    world.restart(1);
    let (_, amal_at_sami) = world.befriend(0, 2);
    assert!(world.run_until(900, |w| w.connected(0, noor)));
    world.run(120);
    let amal_at_noor = world.nodes[1].profile.contacts().next().expect("one").id;
    for (node, amal) in [(1, amal_at_noor), (2, amal_at_sami)] {
        let state = world.nodes[node].profile.contact(amal).expect("known");
        assert_eq!(
            (state.status.as_str(), state.away),
            ("three", true),
            "{node}"
        );
        assert_eq!(state.next_message, 1, "none of it has a line");
    }
    assert_eq!(world.violations, []);
}

/// Moves, disappearances and renewals at random while connections break and programs crash: at the end everyone is there.
#[test]
fn whatever_is_arranged_and_breaks_nobody_is_lost() {
    use rand::{RngExt as _, SeedableRng as _};
    seeds::each(
        "circles::whatever_is_arranged_and_breaks_nobody_is_lost",
        15,
        |number| {
            let seed = 100 + number;
            let (mut world, known) = one_with_three(seed);
            let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
            world.faults = Faults {
                cut: 60,
                half_open: 90,
                crash_after_commit: 60,
                crash_before_commit: 60,
                skip_commit: 0,
            };
            for _ in 0..25 {
                world.run_until(600, |w| w.nodes[0].online);
                let contact = known[rng.random_range(0..known.len())].0;
                let now = world.time();
                let circles = world.nodes[0].profile.circles();
                let circle = circles[rng.random_range(0..circles.len())].number;
                let what = rng.random_range(0..5);
                let possible = {
                    // A refusal changes nothing, so it is tried on a copy of what is stored.
                    let kept = world.nodes[0].store.clone();
                    let mut copy = undertone_protocol::Profile::load(|key| {
                        let record = kept.get(&key).cloned().map(zeroize::Zeroizing::new);
                        Ok::<_, std::convert::Infallible>(record)
                    })
                    .expect("what was committed");
                    let mut spare = rand_chacha::ChaCha20Rng::seed_from_u64(1);
                    match what {
                        0 => copy
                            .move_contact(now, &mut spare, contact, Some(circle))
                            .is_ok(),
                        1 => copy.move_contact(now, &mut spare, contact, None).is_ok(),
                        2 => copy.renew_circle(now, &mut spare, circle).is_ok(),
                        _ => true,
                    }
                };
                if !possible {
                    continue;
                }
                world.command(0, |p, now, rng| {
                    let step = match what {
                        0 => p.move_contact(now, rng, contact, Some(circle)),
                        1 => p.move_contact(now, rng, contact, None),
                        2 => p.renew_circle(now, rng, circle),
                        3 => p.set_invisible(now, rng, contact, true),
                        _ => p.set_invisible(now, rng, contact, false),
                    };
                    (step.expect("possible"), ())
                });
                world.run(rng.random_range(0..90));
            }
            world.faults = Faults::default();
            assert!(world.run_until(600, |w| w.nodes.iter().all(|node| node.online)));
            for (contact, _) in &known {
                set_invisible(&mut world, *contact, false);
            }
            let met = {
                let known = known.clone();
                world.run_until(6 * DAY, |w| {
                    known.iter().all(|(there, _)| w.connected(0, *there))
                })
            };
            assert!(met, "seed {seed}");
            assert!(all_talk(&mut world, &known), "seed {seed}");
            let in_circles = circles(&world).concat().len();
            assert_eq!(
                in_circles,
                known.len(),
                "seed {seed}: each is in one circle"
            );
            assert_eq!(world.violations, [], "seed {seed}");
            Ok(())
        },
    );
}
