//! Somebody brings two contacts together: what each learns when, and what nobody can make of it.

mod kept;
mod unseen;

use undertone_protocol::{
    ContactId, DoorName, Event, IntroductionId, IntroductionStage, Refusal, StageName,
};
use undertone_wire::v1::{Introduction, IntroductionStep, Kind};

use crate::seeds;
use crate::world::{Faults, World};

const DAY: u64 = 24 * 3_600;

/// Ann (0) knows Bob (1) and Carol (2); (as Ann names them, as they name Ann).
fn three(seed: u64) -> (World, [(ContactId, ContactId); 2]) {
    let mut world = World::new(seed, &["Ann", "Bob", "Carol"], Faults::default());
    let known = [world.befriend(0, 1), world.befriend(0, 2)];
    world.run(60);
    (world, known)
}

fn introduce(world: &mut World, [bob, carol]: [ContactId; 2]) -> IntroductionId {
    world.command(0, |p, now, rng| {
        let pair = [(bob, "Bob the baker"), (carol, "Carol")];
        p.introduce(now, rng, pair).expect("two contacts")
    })
}

fn answer(
    world: &mut World,
    node: usize,
    by: ContactId,
    id: IntroductionId,
    accept: bool,
    pet_name: Option<&str>,
) {
    world.command(node, |p, now, rng| {
        let step = p.answer_introduction(now, rng, by, id, accept, pet_name);
        (step.expect("offered"), ())
    });
}

/// Sends a step that an honest program would not send.
fn forge(
    world: &mut World,
    node: usize,
    to: ContactId,
    id: IntroductionId,
    step: IntroductionStep,
) {
    let kind = Kind::Introduction(Introduction { id, step });
    world.command(node, |p, now, rng| {
        (p.annotate(now, rng, to, kind).expect("a contact"), ())
    });
}

fn offers(world: &World, node: usize) -> Vec<(IntroductionId, IntroductionStage)> {
    let all = world.nodes[node].profile.introductions().into_iter();
    let offered = all.filter(|one| one.by.is_some());
    offered.map(|one| (one.id, one.stage)).collect()
}

fn offered(world: &mut World, node: usize) -> IntroductionId {
    assert!(world.run_until(300, |w| !offers(w, node).is_empty()));
    offers(world, node)[0].0
}

fn introduced(world: &World, node: usize) -> Option<ContactId> {
    let mut contacts = world.nodes[node].profile.contacts();
    let found = contacts.find(|contact| contact.introduced.is_some());
    found.map(|contact| contact.id)
}

fn knock_doors(world: &World, node: usize) -> usize {
    let doors = world.nodes[node].profile.doors();
    doors
        .iter()
        .filter(|door| matches!(door.name, DoorName::Knock(_)))
        .count()
}

#[test]
fn two_who_both_say_yes_become_contacts_and_each_sees_through_whom() {
    seeds::each(
        "introductions::two_who_both_say_yes_become_contacts_and_each_sees_through_whom",
        10,
        |seed| {
            let (mut world, [(bob, ann_at_bob), (carol, ann_at_carol)]) = three(seed);
            if seed % 2 == 1 {
                world.faults = Faults {
                    cut: 80,
                    crash_after_commit: 80,
                    crash_before_commit: 80,
                    ..Faults::default()
                };
            }
            let id = introduce(&mut world, [bob, carol]);
            for node in [1, 2] {
                assert!(world.run_until(900, |w| !offers(w, node).is_empty()));
            }
            let names: Vec<_> = [1, 2]
                .map(|node| world.nodes[node].profile.introductions()[0].name.clone())
                .into();
            assert_eq!(
                names,
                [Some("Carol".to_owned()), Some("Bob the baker".to_owned())]
            );
            assert!(world.run_until(60, |w| w.nodes.iter().all(|n| n.online)));
            // Even where strangers cannot knock: to this one he said yes.
            world.command(1, |p, now, rng| {
                (p.take_requests(now, rng, false).expect("no bug"), ())
            });
            answer(&mut world, 1, ann_at_bob, id, true, Some("C."));
            world.run(120);
            assert_eq!(knock_doors(&world, 1), 0, "nothing before both said yes");
            assert!(world.run_until(60, |w| w.nodes.iter().all(|n| n.online)));
            answer(&mut world, 2, ann_at_carol, id, true, None);
            let met = world.run_until(2_000, |w| {
                let (at_bob, at_carol) = (introduced(w, 1), introduced(w, 2));
                at_bob.is_some_and(|c| w.stage(1, c) == StageName::Accepted && w.connected(1, c))
                    && at_carol.is_some_and(|c| w.stage(2, c) == StageName::Accepted)
            });
            assert!(met, "seed {seed}");
            let carol_at_bob = introduced(&world, 1).expect("met");
            let bob_at_carol = introduced(&world, 2).expect("met");
            let state = world.nodes[1].profile.contact(carol_at_bob).expect("known");
            assert_eq!(
                (state.nickname.as_str(), state.pet_name.as_deref()),
                ("Carol", Some("C."))
            );
            assert!(!state.verified);
            let through = state.introduced.expect("introduced");
            assert_eq!((through.by, through.name.as_str()), (ann_at_bob, "Carol"));
            let state = world.nodes[2].profile.contact(bob_at_carol).expect("known");
            assert_eq!(
                (state.nickname.as_str(), state.pet_name.as_deref()),
                ("Bob", None)
            );
            assert_eq!(state.introduced.expect("introduced").name, "Bob the baker");
            assert_eq!(knock_doors(&world, 1), 0, "the invitation is used up");
            assert_eq!(
                offers(&world, 1),
                [(id, IntroductionStage::Led(carol_at_bob))]
            );
            let asked =
                |event: &Event| matches!(event, Event::RequestReceived(c) if *c == carol_at_bob);
            assert!(
                !world.nodes[1].events.iter().any(asked),
                "there is nothing to decide"
            );
            world.faults = Faults::default();
            world.run(60);
            let ours = &world.nodes[0].profile.introductions()[0];
            assert_eq!(ours.stage, IntroductionStage::PassedOn);
            world.send(1, carol_at_bob, "Ann told me about you");
            assert!(world.run_until(600, |w| w.all_received(1, carol_at_bob)));
            assert_eq!(world.violations, []);
            Ok(())
        },
    );
}

#[test]
fn without_both_nobody_learns_anything_about_the_other() {
    for first_says in [true, false] {
        let (mut world, [(bob, ann_at_bob), (carol, ann_at_carol)]) = three(20);
        let id = introduce(&mut world, [bob, carol]);
        offered(&mut world, 1);
        offered(&mut world, 2);
        answer(&mut world, 1, ann_at_bob, id, first_says, None);
        answer(&mut world, 2, ann_at_carol, id, !first_says, None);
        world.run(60);
        let seen: Vec<usize> = world.nodes.iter().map(|n| n.events.len()).collect();
        world.run(600);
        for (node, seen) in world.nodes.iter().zip(seen) {
            assert_eq!(node.events[seen..], []);
        }
        assert_eq!((knock_doors(&world, 1), knock_doors(&world, 2)), (0, 0));
        assert_eq!(world.nodes[1].profile.contacts().count(), 1);
        assert_eq!(world.nodes[2].profile.contacts().count(), 1);
        // Whoever said yes is not told that the other said no.
        let yes = if first_says { 1 } else { 2 };
        assert_eq!(offers(&world, yes), [(id, IntroductionStage::Agreed)]);
        assert_eq!(
            world.nodes[0].profile.introductions()[0].stage,
            IntroductionStage::Declined
        );
        world.run(15 * DAY);
        for node in &world.nodes {
            assert!(
                node.profile.introductions().is_empty(),
                "it is over after 14 days"
            );
        }
    }
}

#[test]
fn repeats_and_steps_out_of_turn_lead_to_nothing() {
    let (mut world, [(bob, ann_at_bob), (carol, ann_at_carol)]) = three(21);
    let id = introduce(&mut world, [bob, carol]);
    offered(&mut world, 1);
    // Ann asks before Bob said yes, offers again under another name, and answers her own offer.
    for step in [
        IntroductionStep::Ready,
        IntroductionStep::Offer("somebody else".to_owned()),
        IntroductionStep::Answer(true),
    ] {
        forge(&mut world, 0, bob, id, step);
    }
    world.run(120);
    assert_eq!(offers(&world, 1), [(id, IntroductionStage::Offered)]);
    assert_eq!(
        world.nodes[1].profile.introductions()[0].name.as_deref(),
        Some("Carol")
    );
    assert_eq!(knock_doors(&world, 1), 0);
    answer(&mut world, 1, ann_at_bob, id, true, None);
    // Bob changes his answer: too late. Carol answers twice.
    forge(
        &mut world,
        1,
        ann_at_bob,
        id,
        IntroductionStep::Answer(false),
    );
    world.run(60);
    answer(&mut world, 2, ann_at_carol, id, true, None);
    forge(
        &mut world,
        2,
        ann_at_carol,
        id,
        IntroductionStep::Answer(true),
    );
    assert!(world.run_until(900, |w| introduced(w, 1).is_some()));
    world.run(300);
    for _ in 0..3 {
        forge(&mut world, 0, bob, id, IntroductionStep::Ready);
    }
    world.run(300);
    assert_eq!(
        knock_doors(&world, 1),
        0,
        "one invitation for one introduction"
    );
    assert_eq!(world.nodes[1].profile.contacts().count(), 2);
    assert_eq!(world.nodes[2].profile.contacts().count(), 2);
    let now = world.time();
    let again =
        world.nodes[1]
            .profile
            .answer_introduction(now, &mut world.rng, ann_at_bob, id, true, None);
    assert_eq!(again.err(), Some(Refusal::NoSuchIntroduction));
    assert_eq!(world.violations, []);
}

#[test]
fn an_introducer_cannot_lie_a_name_into_the_list_or_introduce_somebody_to_themselves() {
    let (mut world, [(bob, ann_at_bob), (carol, _)]) = three(22);
    let ids = [1, 2].map(|n| IntroductionId::from_bytes([n; 16]));
    for id in ids {
        // Bob has a contact of that name, who is the introducer.
        forge(
            &mut world,
            0,
            bob,
            id,
            IntroductionStep::Offer("Ann".to_owned()),
        );
    }
    assert!(world.run_until(300, |w| offers(w, 1).len() == 2));
    for id in ids {
        answer(&mut world, 1, ann_at_bob, id, true, None);
    }
    forge(&mut world, 0, bob, ids[0], IntroductionStep::Ready);
    assert!(world.run_until(300, |w| knock_doors(w, 1) == 1));
    let own = world.nodes[1]
        .profile
        .open_invitations()
        .next()
        .expect("made");
    assert_eq!(own.introduced, Some(ann_at_bob));
    let back = own.text.parse().expect("an invitation");
    forge(
        &mut world,
        0,
        bob,
        ids[1],
        IntroductionStep::Invitation(Box::new(back)),
    );
    world.run(300);
    assert_eq!(offers(&world, 1)[1].1, IntroductionStage::Failed);
    assert_eq!(world.nodes[1].profile.contacts().count(), 1);
    // Ann takes the place of whom she promised: then it says through whom, and nothing is verified.
    let text = own.text;
    world.command(0, |p, now, rng| {
        p.add_contact_by(now, rng, &text, None, "")
            .expect("an invitation")
    });
    assert!(world.run_until(900, |w| introduced(w, 1).is_some()));
    let state = world.nodes[1]
        .profile
        .contact(introduced(&world, 1).expect("there"))
        .expect("known");
    assert_eq!((state.pet_name, state.verified), (None, false));
    assert_eq!(state.introduced.expect("introduced").by, ann_at_bob);
    let now = world.time();
    let same = world.nodes[0]
        .profile
        .introduce(now, &mut world.rng, [(carol, "a"), (carol, "b")]);
    assert_eq!(same.err(), Some(Refusal::Introduction));
    assert_eq!(world.violations, []);
}

#[test]
fn floods_are_bounded_and_foreign_introductions_are_nobodys() {
    let (mut world, [(bob, ann_at_bob), (carol, ann_at_carol)]) = three(23);
    for n in 0..100 {
        let id = IntroductionId::from_bytes([n; 16]);
        forge(
            &mut world,
            0,
            bob,
            id,
            IntroductionStep::Offer(format!("someone {n}")),
        );
    }
    world.run(300);
    assert_eq!(offers(&world, 1).len(), 4);
    // Each that is declined makes room, and what is remembered has an end.
    for round in 0..60_u8 {
        for (id, stage) in offers(&world, 1) {
            if stage == IntroductionStage::Offered {
                answer(&mut world, 1, ann_at_bob, id, false, None);
            }
        }
        let id = IntroductionId::from_bytes([200, round, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        forge(
            &mut world,
            0,
            bob,
            id,
            IntroductionStep::Offer("again".to_owned()),
        );
        world.run(20);
    }
    assert!(offers(&world, 1).len() <= 32);
    // Carol answers for Bob, and in an introduction of which she is no part.
    let id = world.command(0, |p, now, rng| {
        p.introduce(now, rng, [(bob, "Bob"), (carol, "Carol")])
            .expect("room")
    });
    let other = IntroductionId::from_bytes([77; 16]);
    forge(
        &mut world,
        2,
        ann_at_carol,
        other,
        IntroductionStep::Answer(true),
    );
    forge(
        &mut world,
        2,
        ann_at_carol,
        id,
        IntroductionStep::Answer(true),
    );
    forge(
        &mut world,
        2,
        ann_at_carol,
        id,
        IntroductionStep::Answer(true),
    );
    world.run(120);
    let ours = world.nodes[0].profile.introductions();
    let ours = ours.iter().find(|one| one.id == id).expect("ours");
    assert_eq!(ours.between, Some([(bob, None), (carol, Some(true))]));
    // The second has no say in what is passed on: an invitation of hers goes nowhere.
    let (_, theirs) = world.invite(2, true);
    let theirs = Box::new(theirs.parse().expect("an invitation"));
    forge(
        &mut world,
        2,
        ann_at_carol,
        id,
        IntroductionStep::Invitation(theirs),
    );
    world.run(120);
    assert_eq!(world.nodes[1].profile.contacts().count(), 1);
    let now = world.time();
    let twice = world.nodes[0]
        .profile
        .introduce(now, &mut world.rng, [(carol, "a"), (bob, "b")]);
    assert_eq!(twice.err(), Some(Refusal::Introduction), "one is under way");
    assert_eq!(world.violations, []);
}

#[test]
fn a_block_ends_introductions_on_either_side() {
    let block = |world: &mut World, node, contact| {
        world.command(node, |p, now, rng| {
            (p.block(now, rng, contact).expect("known"), ())
        });
    };
    // The introducer blocks one of the two.
    let (mut world, [(bob, ann_at_bob), (carol, ann_at_carol)]) = three(24);
    let id = introduce(&mut world, [bob, carol]);
    offered(&mut world, 1);
    offered(&mut world, 2);
    answer(&mut world, 1, ann_at_bob, id, true, None);
    world.run(60);
    block(&mut world, 0, bob);
    answer(&mut world, 2, ann_at_carol, id, true, None);
    world.run(600);
    assert!(world.nodes[0].profile.introductions().is_empty());
    assert_eq!(world.nodes[2].profile.contacts().count(), 1);
    let now = world.time();
    let again = world.nodes[0]
        .profile
        .introduce(now, &mut world.rng, [(bob, "a"), (carol, "b")]);
    assert_eq!(again.err(), Some(Refusal::WrongStage(StageName::Blocked)));
    // One of the two blocks the introducer while its invitation is out.
    let (mut world, [(bob, ann_at_bob), (_, _)]) = three(25);
    let id = IntroductionId::from_bytes([5; 16]);
    forge(
        &mut world,
        0,
        bob,
        id,
        IntroductionStep::Offer("Eve".to_owned()),
    );
    offered(&mut world, 1);
    answer(&mut world, 1, ann_at_bob, id, true, None);
    forge(&mut world, 0, bob, id, IntroductionStep::Ready);
    assert!(world.run_until(300, |w| knock_doors(w, 1) == 1));
    block(&mut world, 1, ann_at_bob);
    assert_eq!(knock_doors(&world, 1), 0);
    assert!(world.nodes[1].profile.introductions().is_empty());
    assert_eq!(world.nodes[1].profile.open_invitations().count(), 0);
}

/// It has the invitation, so it would see by the door whether the profile is there.
#[test]
fn an_introducer_who_must_not_see_the_profile_finds_no_door_of_the_introduction() {
    let (mut world, [(bob, ann_at_bob), _]) = three(31);
    let id = IntroductionId::from_bytes([9; 16]);
    let offer = IntroductionStep::Offer("Dora".to_owned());
    forge(&mut world, 0, bob, id, offer);
    assert_eq!(offered(&mut world, 1), id);
    answer(&mut world, 1, ann_at_bob, id, true, None);
    world.run(120);
    forge(&mut world, 0, bob, id, IntroductionStep::Ready);
    assert!(world.run_until(300, |w| knock_doors(w, 1) == 1));
    for (invisible, doors) in [(true, 0), (false, 1)] {
        world.command(1, |p, now, rng| {
            let step = p.set_invisible(now, rng, ann_at_bob, invisible);
            (step.expect("a contact"), ())
        });
        assert_eq!(knock_doors(&world, 1), doors);
    }
}
