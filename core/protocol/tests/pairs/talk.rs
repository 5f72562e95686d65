//! What people do with messages: change them, take them back, react, let them disappear, compare
//! short codes.

use undertone_protocol::{ContactId, Event, Refusal, Words};
use undertone_wire::MessageId;
use undertone_wire::v1::Kind;

use crate::seeds;
use crate::world::{Faults, World};

fn friends(seed: u64) -> (World, ContactId, ContactId) {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    assert!(world.run_until(120, |w| w.connected(0, noor) && w.connected(1, amal)));
    // Both dialled: one of two links is given up.
    world.run(10);
    (world, noor, amal)
}

fn annotate(world: &mut World, node: usize, to: ContactId, kind: Kind) {
    world.command(node, |p, now, rng| {
        (p.annotate(now, rng, to, kind).expect("a contact"), ())
    });
}

fn name(world: &World, node: usize, index: usize) -> MessageId {
    world.nodes[node].sent[index].1
}

#[test]
fn edits_deletions_and_reactions_of_both_at_once_come_out_alike() {
    let (mut world, noor, amal) = friends(1);
    for text in ["one", "two"] {
        world.send(0, noor, text);
    }
    world.send(1, amal, "three");
    assert!(world.run_until(60, |w| w.all_received(0, noor) && w.all_received(1, amal)));
    let (one, two) = (name(&world, 0, 0), name(&world, 0, 1));
    let three = name(&world, 1, 0);
    // Without a pause: both are under way at the same time.
    let emoji = |target, emoji: &str| Kind::Reaction {
        target,
        emoji: emoji.to_owned(),
    };
    annotate(&mut world, 1, amal, emoji(one, "🌱"));
    annotate(&mut world, 1, amal, emoji(two, "👍"));
    let text = "one, better".to_owned();
    annotate(&mut world, 0, noor, Kind::Edit { target: one, text });
    annotate(&mut world, 0, noor, Kind::Delete { target: two });
    annotate(&mut world, 0, noor, emoji(three, "🎁"));
    annotate(&mut world, 1, amal, Kind::Delete { target: three });
    // Somebody else's message is not theirs to change.
    let text = "forged".to_owned();
    annotate(&mut world, 1, amal, Kind::Edit { target: one, text });
    world.run(60);
    for (node, contact) in [(0, noor), (1, amal)] {
        let messages: Vec<_> = (1..4).map(|n| world.message(node, contact, n)).collect();
        let find = |id| messages.iter().find(|m| m.id == id).expect("there");
        assert_eq!(
            find(one).words().map(|w| w.text).as_deref(),
            Some("one, better")
        );
        assert!(find(one).is_edited() && find(one).earlier[0].text == "one");
        assert_eq!(find(one).reactions().count(), 1);
        assert!(find(two).deleted && find(two).reactions().count() == 0);
        assert!(find(three).deleted && find(three).content().is_none());
    }
    assert_eq!(world.violations, []);
}

#[test]
fn what_did_not_leave_is_taken_back_or_rewritten_without_a_trace() {
    let (mut world, noor, amal) = friends(2);
    world.stop(1);
    world.run(120);
    assert!(!world.connected(0, noor));
    for text in ["first", "secret", "third"] {
        world.send(0, noor, text);
    }
    let numbers: Vec<u64> = world.nodes[0].sent.iter().map(|(n, ..)| *n).collect();
    let place = |world: &World, number| {
        let message = world.message(0, noor, number);
        message.place.expect("ours")
    };
    let secret = place(&world, numbers[1]);
    world.command(0, |p, now, rng| {
        (p.cancel(now, rng, noor, secret).expect("unsent"), ())
    });
    assert_eq!(
        world.nodes[0].events.last(),
        Some(&Event::MessageRemoved(noor, numbers[1]))
    );
    let third = world.message(0, noor, numbers[2]);
    world.command(0, |p, now, rng| {
        let step = p.rewrite(now, rng, noor, &third, "better");
        (step.expect("unsent"), ())
    });
    // Both survive a restart before anything leaves.
    world.stop(0);
    world.restart(0);
    world.restart(1);
    assert!(world.run_until(900, |w| w.connected(0, noor) && w.connected(1, amal)));
    world.run(60);
    let (theirs, _) = world.conversation(1, amal);
    let texts: Vec<_> = theirs.iter().map(|(.., text)| text.as_str()).collect();
    assert_eq!(texts, ["first", "better"]);
    let first = place(&world, numbers[0]);
    let now = world.time();
    let late = world.nodes[0]
        .profile
        .cancel(now, &mut world.rng, noor, first);
    assert_eq!(late.err(), Some(Refusal::AlreadySent));
    assert_eq!(world.violations, []);
}

#[test]
fn the_timer_is_the_same_on_both_sides_even_when_both_set_it_at_once() {
    seeds::each(
        "talk::the_timer_is_the_same_on_both_sides_even_when_both_set_it_at_once",
        20,
        |seed| {
            let (mut world, noor, amal) = friends(seed);
            let set = |world: &mut World, node: usize, to, seconds| {
                world.command(node, |p, now, rng| {
                    p.set_timer(now, rng, to, seconds).expect("a contact")
                });
            };
            set(&mut world, 0, noor, 60);
            set(&mut world, 1, amal, 3_600);
            world.run(60);
            let timer = |world: &World, node: usize, of| {
                let contact = world.nodes[node].profile.contact(of);
                contact.expect("known").timer
            };
            assert_eq!(timer(&world, 0, noor), timer(&world, 1, amal));
            set(&mut world, 1, amal, 300);
            world.run(60);
            assert_eq!((timer(&world, 0, noor), timer(&world, 1, amal)), (300, 300));
            world.send(0, noor, "passing");
            world.run(60);
            let number = world.nodes[1]
                .profile
                .contact(amal)
                .expect("known")
                .next_message
                - 1;
            let words = world.message(1, amal, number).words().expect("words");
            assert_eq!(words.expires, Some(300));
            world.stop(1);
            world.restart(1);
            assert_eq!(timer(&world, 1, amal), 300, "after a restart");
            Ok(())
        },
    );
}

#[test]
fn signs_are_heard_and_not_kept() {
    let (mut world, noor, amal) = friends(3);
    world.send(0, noor, "hello");
    world.run(30);
    let hello = name(&world, 0, 0);
    annotate(&mut world, 1, amal, Kind::Read(vec![hello]));
    world.command(1, |p, now, rng| {
        (p.typing(now, rng, amal, true).expect("connected"), ())
    });
    world.command(1, |p, now, rng| {
        let step = p.set_status(now, rng, "on the road");
        (step.expect("short"), ())
    });
    world.run(30);
    let number = world.nodes[0].sent[0].0;
    assert!(world.message(0, noor, number).read.is_some());
    assert!(world.nodes[0].events.contains(&Event::Typing(noor, true)));
    let state = world.nodes[0].profile.contact(noor).expect("known");
    assert_eq!(state.status, "on the road");
    let state = world.nodes[1].profile.contact(amal).expect("known");
    assert_eq!(state.next_message, 2, "none of it has a line");
    // It leaves when nobody is there any more, and arrives when it means nothing.
    world.nodes[0].events.clear();
    world.stop(0);
    world.command(1, |p, now, rng| {
        (p.typing(now, rng, amal, true).expect("connected"), ())
    });
    world.run(3_600);
    world.restart(0);
    let empty = |w: &World| {
        let contact = w.nodes[1].profile.contact(amal);
        contact.is_some_and(|contact| contact.connected) && w.stored_for(1, amal) == 0
    };
    assert!(world.run_until(600, empty));
    assert!(!world.nodes[0].events.contains(&Event::Typing(noor, true)));
    world.stop(1);
    world.run(120);
    let now = world.time();
    let alone = world.nodes[0]
        .profile
        .typing(now, &mut world.rng, noor, true);
    assert_eq!(alone.err(), Some(Refusal::NotConnected));
    let words = Words {
        text: "again",
        forwarded: true,
        ..Words::default()
    };
    world.command(0, |p, now, rng| {
        p.send(now, rng, noor, words).expect("a contact")
    });
}

fn compare(world: &mut World, node: usize, with: ContactId) {
    world.command(node, |p, now, rng| {
        let step = p.compare_short_code(now, rng, with);
        (step.expect("connected"), ())
    });
}

#[test]
fn both_see_the_same_short_code_whoever_begins() {
    for (seed, begin) in [(4, vec![0]), (5, vec![1]), (6, vec![0, 1]), (7, vec![1, 0])] {
        let (mut world, noor, amal) = friends(seed);
        let ids = [noor, amal];
        for &node in &begin {
            compare(&mut world, node, ids[node]);
        }
        world.run(5);
        let a = world.nodes[0].profile.short_code(noor).expect("a code");
        assert_eq!(Some(a), world.nodes[1].profile.short_code(amal));
        assert!(world.nodes[0].events.contains(&Event::ShortCode(noor)));
        let now = world.time();
        let soon =
            world.nodes[begin[0]]
                .profile
                .compare_short_code(now, &mut world.rng, ids[begin[0]]);
        assert_eq!(soon.err(), Some(Refusal::TooSoon));
        world.run(70);
        compare(&mut world, begin[0], ids[begin[0]]);
        world.run(5);
        let again = world.nodes[0].profile.short_code(noor).expect("a code");
        assert_eq!(Some(again), world.nodes[1].profile.short_code(amal));
        assert_ne!(a, again, "every code is fresh");
        // It ends with the link.
        world.stop(1);
        world.run(120);
        assert_eq!(world.nodes[0].profile.short_code(noor), None);
        assert_eq!(world.violations, []);
    }
}

/// What programs say to each other is nobody's message, and what the owner changed has to arrive like one.
#[test]
fn what_the_owner_said_is_shown_as_waiting_and_nothing_else() {
    let (mut world, noor, _) = friends(9);
    world.send(0, noor, "one");
    assert!(world.run_until(60, |w| w.all_received(0, noor)));
    let one = name(&world, 0, 0);
    world.stop(1);
    world.run(120);
    let waiting = |world: &World| {
        let contact = world.nodes[0].profile.contact(noor);
        contact.expect("known").waiting
    };
    world.command(0, |p, now, rng| {
        (p.set_status(now, rng, "at sea").expect("short"), ())
    });
    let circle = world.nodes[0].profile.circles()[0].number;
    world.command(0, |p, now, rng| {
        (p.renew_circle(now, rng, circle).expect("known"), ())
    });
    annotate(&mut world, 0, noor, Kind::Read(vec![one]));
    assert_eq!(waiting(&world), 0);
    world.send(0, noor, "two");
    let text = "one, better".to_owned();
    annotate(&mut world, 0, noor, Kind::Edit { target: one, text });
    assert_eq!(waiting(&world), 2);
    world.stop(0);
    world.restart(0);
    assert_eq!(waiting(&world), 2);
    world.restart(1);
    assert!(world.run_until(900, |w| waiting(w) == 0));
    assert_eq!(world.violations, []);
}
