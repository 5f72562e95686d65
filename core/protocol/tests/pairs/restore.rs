//! Exports and copies made from them (D12): whatever is lost on the way, both sides come to one new
//! seal, what waited arrives, and the copy that was replaced finds out and does no harm.

mod exports;
mod rivals;

use std::collections::BTreeSet;

use ciborium::Value;
use rand::RngExt as _;
use undertone_protocol::{
    ContactId, CopyState, Delivery, DoorName, Effect, Event, Input, Note, Profile, Purpose,
    RecordKey, Refusal, RestoreError,
};

use undertone_wire::v1::Kind;
use zeroize::Zeroizing;

use crate::attacks::keys::runs_of_bytes;
use crate::seeds;
use crate::world::{Faults, Store, World};

type Export = Vec<Zeroizing<Vec<u8>>>;

fn pair(seed: u64) -> (World, ContactId, ContactId) {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    world.run(60);
    (world, noor, amal)
}

fn exported(world: &World, node: usize) -> (Export, Store) {
    let export = world.nodes[node].profile.export().expect("an export");
    (export, world.nodes[node].store.clone())
}

fn texts(list: &[(u64, undertone_wire::MessageId, String)]) -> Vec<String> {
    list.iter().map(|(_, _, text)| text.clone()).collect()
}

fn notes(world: &World, node: usize, contact: ContactId) -> Vec<Note> {
    let state = world.nodes[node].profile.contact(contact).expect("known");
    (1..state.next_message)
        .filter_map(|number| world.message(node, contact, number).note)
        .collect()
}

/// Messages in both directions until everything arrived; gives what each got of these.
fn talk(world: &mut World, ends: [(usize, ContactId); 2], word: &str) {
    let count = |world: &World, (node, contact)| world.conversation(node, contact).0.len();
    let before = ends.map(|end| count(world, end));
    for index in 0..5 {
        for (node, contact) in ends {
            world.send(node, contact, &format!("{word} {node}:{index}"));
        }
        world.run(3);
    }
    let done = world.run_until(3_600, |w| {
        ends.iter()
            .zip(before)
            .all(|(end, before)| count(w, *end) >= before + 5)
    });
    assert!(done, "{word}");
    for (receiver, sender) in [(ends[0], ends[1]), (ends[1], ends[0])] {
        let got = texts(&world.conversation(receiver.0, receiver.1).0);
        let expected: Vec<String> = (0..5).map(|i| format!("{word} {}:{i}", sender.0)).collect();
        assert_eq!(got[got.len() - 5..], expected, "{word}");
    }
}

#[test]
fn a_restored_copy_goes_on_where_the_export_was_made() {
    let (mut world, noor, amal) = pair(1);
    let code = world.nodes[1].profile.verification(amal).expect("a code");
    world.command(1, |p, now, rng| {
        (p.set_verified(now, rng, amal, true).expect("known"), ())
    });
    talk(&mut world, [(0, noor), (1, amal)], "before");
    let (export, messages) = exported(&world, 0);
    talk(&mut world, [(0, noor), (1, amal)], "lost with the old copy");
    world.stop(0);
    world.run(120);
    world.send(1, amal, "are you still there?");
    let new = world.add(&export, &messages);
    assert!(world.run_until(120, |w| w.all_received(1, amal)));
    let (theirs, _) = world.conversation(new, noor);
    assert_eq!(
        texts(&theirs).last().map(String::as_str),
        Some("are you still there?")
    );
    talk(&mut world, [(new, noor), (1, amal)], "after");
    // D12.3: a line says so, and verified stays, for the keys are the same.
    assert_eq!(notes(&world, 1, amal), [Note::Restored(1)]);
    assert_eq!(notes(&world, new, noor), []);
    let state = world.nodes[1].profile.contact(amal).expect("known");
    assert!(state.verified);
    let again = world.nodes[1].profile.verification(amal).expect("a code");
    assert_eq!(code.digits(), again.digits());
    // It lasts over restarts of both, and over re-keys of the new seal.
    for node in [new, 1] {
        world.stop(node);
        world.restart(node);
    }
    for index in 0..120 {
        world.send(new, noor, &format!("more {index}"));
        world.run(2);
    }
    talk(&mut world, [(new, noor), (1, amal)], "in the end");
    assert_eq!(world.nodes[new].profile.seal_epoch(noor), Some(1));
    assert_eq!(world.violations, []);
}

#[test]
fn what_waited_when_the_export_was_made_is_not_called_received() {
    let (mut world, noor, _) = pair(2);
    world.stop(1);
    world.run(120);
    world.send(0, noor, "did it arrive?");
    let number = world.nodes[0].sent[0].0;
    let (export, messages) = exported(&world, 0);
    world.stop(0);
    let new = world.add(&export, &messages);
    let place = world.message(new, noor, number).place.expect("ours");
    let delivery = |world: &World| world.nodes[new].profile.delivery(noor, place);
    assert_eq!(delivery(&world), Delivery::Unknown);
    world.restart(1);
    assert!(world.run_until(300, |w| w.connected(new, noor)));
    world.run(60);
    assert_eq!(delivery(&world), Delivery::Unknown);
    let (export, _) = exported(&world, new);
    let last = world.add(&export, &messages);
    let again = world.nodes[last].profile.delivery(noor, place);
    assert_eq!(again, Delivery::Unknown);
}

/// The link with the copy that was replaced is cut, and a short code that was made on it ends like with any link.
#[test]
fn a_short_code_ends_with_the_link_that_a_restore_cuts() {
    let (mut world, noor, amal) = pair(60);
    let (export, messages) = exported(&world, 0);
    assert!(world.run_until(60, |w| w.connected(0, noor) && w.connected(1, amal)));
    world.command(1, |p, now, rng| {
        (p.compare_short_code(now, rng, amal).expect("connected"), ())
    });
    let shown = |world: &World| world.nodes[1].profile.short_code(amal);
    assert!(world.run_until(10, |w| shown(w).is_some()), "the control");
    // The older copy stays, so that nothing but the restore ends its link.
    world.waits.insert(0);
    world.nodes[1].events.clear();
    world.add(&export, &messages);
    assert!(world.run_until(600, |w| !notes(w, 1, amal).is_empty()));
    assert_eq!(shown(&world), None);
    let told = |event: &&Event| **event == Event::ShortCode(amal);
    assert_eq!(world.nodes[1].events.iter().filter(told).count(), 1);
}

/// What both sides do to messages before and after a restore comes out alike, although sequences begin anew.
#[test]
fn edits_and_reactions_go_on_over_restores_of_either_side() {
    let annotate = |world: &mut World, (node, contact), kind: Kind| {
        world.command(node, |p, now, rng| {
            (p.annotate(now, rng, contact, kind).expect("a contact"), ())
        });
    };
    let reaction = |target, emoji: &str| Kind::Reaction {
        target,
        emoji: emoji.to_owned(),
    };
    let edit = |target, text: &str| Kind::Edit {
        target,
        text: text.to_owned(),
    };
    for restored in [0, 1] {
        let (mut world, noor, amal) = pair(50 + restored as u64);
        let mut ends = [(0, noor), (1, amal)];
        let mut own = Vec::new();
        for (node, contact) in ends {
            world.send(node, contact, &format!("words of {node}"));
            own.push(world.nodes[node].sent[0].1);
        }
        world.run(30);
        // High sequences, each of which is an order of its message.
        for round in 0..40 {
            for (side, &end) in ends.iter().enumerate() {
                annotate(&mut world, end, edit(own[side], &format!("draft {round}")));
                annotate(&mut world, end, reaction(own[1 - side], "👍"));
            }
            world.run(5);
        }
        let (export, messages) = exported(&world, restored);
        world.stop(restored);
        ends[restored].0 = world.add(&export, &messages);
        talk(&mut world, ends, "after");
        for (side, &end) in ends.iter().enumerate() {
            annotate(&mut world, end, edit(own[side], "final"));
            annotate(&mut world, end, reaction(own[1 - side], ""));
        }
        annotate(&mut world, ends[0], reaction(own[0], "🌱"));
        world.run(60);
        for (node, contact) in ends {
            let next = world.nodes[node].profile.contact(contact).expect("known");
            let all = (1..next.next_message).map(|n| world.message(node, contact, n));
            let mut changed: Vec<_> = all.filter(|m| own.contains(&m.id)).collect();
            assert_eq!(changed.len(), 2);
            changed.sort_by_key(|message| own[1] == message.id);
            for (message, emoji) in changed.iter().zip([Some("🌱"), None]) {
                let words = message.words().map(|words| words.text);
                assert_eq!(words.as_deref(), Some("final"), "at {node} of {restored}");
                let put = message.reactions().next().map(|r| r.emoji.as_str());
                assert_eq!(put, emoji, "at {node} of {restored}");
                assert!(message.reactions().count() <= 1);
            }
        }
        assert_eq!(world.violations, []);
    }
}

/// Cut connections and crashes at commits of both sides, with the old copy gone or still there.
#[test]
fn restores_come_through_whatever_breaks() {
    seeds::each(
        "restore::restores_come_through_whatever_breaks",
        60,
        |seed| {
            let (mut world, noor, amal) = pair(1_000 + seed);
            talk(&mut world, [(0, noor), (1, amal)], "before");
            let (export, messages) = exported(&world, 0);
            if seed % 2 == 0 {
                world.stop(0);
            }
            for index in 0..3 {
                world.send(1, amal, &format!("waiting {index}"));
            }
            let new = world.add(&export, &messages);
            world.faults = Faults {
                cut: 12,
                half_open: 25,
                crash_after_commit: 8,
                crash_before_commit: 8,
                skip_commit: 0,
            };
            for index in 0..20 {
                for (node, contact) in [(new, noor), (1, amal)] {
                    if world.nodes[node].online {
                        world.send(node, contact, &format!("{node} {index}"));
                    }
                }
                world.run(20);
            }
            world.faults = Faults::default();
            if seed % 2 == 1 {
                world.stop(0);
            }
            let done = world.run_until(7_200, |w| {
                w.nodes[new].online
                    && w.nodes[1].online
                    && w.all_received(1, amal)
                    && w.all_received(new, noor)
            });
            assert!(done, "seed {seed}");
            let sent: Vec<String> = texts(&world.nodes[new].sent);
            let got = texts(&world.conversation(1, amal).0);
            let from_new = format!("{new} ");
            let got: Vec<String> = got
                .into_iter()
                .filter(|text| text.starts_with(&from_new))
                .collect();
            assert_eq!(got, sent, "seed {seed}: what the contact got");
            let got = texts(&world.conversation(new, noor).0);
            let expected: Vec<String> = texts(&world.nodes[1].sent)
                .into_iter()
                .filter(|text| text.starts_with("1 "))
                .collect();
            let got: Vec<String> = got
                .into_iter()
                .filter(|text| text.starts_with("1 "))
                .collect();
            if seed % 2 == 0 {
                assert_eq!(got, expected, "seed {seed}: what the new copy got");
            } else {
                // Some may have gone to the old copy while it was the only one that the contact knew.
                assert!(expected.ends_with(&got), "seed {seed}: {got:?}");
            }
            assert_eq!(notes(&world, 1, amal), [Note::Restored(1)], "seed {seed}");
            assert_eq!(world.violations, [], "seed {seed}");
            Ok(())
        },
    );
}

#[test]
fn both_sides_restored_find_each_other() {
    seeds::each("restore::both_sides_restored_find_each_other", 20, |seed| {
        let (mut world, noor, amal) = pair(2_000 + seed);
        talk(&mut world, [(0, noor), (1, amal)], "before");
        let (a, a_messages) = exported(&world, 0);
        let (b, b_messages) = exported(&world, 1);
        talk(&mut world, [(0, noor), (1, amal)], "lost");
        world.stop(0);
        world.stop(1);
        let new_a = world.add(&a, &a_messages);
        let new_b = world.add(&b, &b_messages);
        if seed % 2 == 1 {
            world.faults = Faults {
                cut: 10,
                crash_after_commit: 6,
                crash_before_commit: 6,
                ..Faults::default()
            };
            world.run(400);
            world.faults = Faults::default();
            world.run_until(60, |w| w.nodes[new_a].online && w.nodes[new_b].online);
        }
        talk(&mut world, [(new_a, noor), (new_b, amal)], "after");
        assert_eq!(world.violations, [], "seed {seed}");
        Ok(())
    });
}
