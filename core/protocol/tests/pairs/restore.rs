//! Exports and copies made from them (D12): whatever is lost on the way, both sides come to one new
//! seal, what waited arrives, and the copy that was replaced finds out and does no harm.

use std::collections::BTreeSet;

use ciborium::Value;
use rand::RngExt as _;
use undertone_protocol::{
    ContactId, CopyState, Delivery, DoorName, Effect, Event, Input, Note, Profile, Purpose,
    RecordKey, Refusal, RestoreError,
};
use undertone_wire::v1::Kind;
use zeroize::Zeroizing;

use crate::attacks::runs_of_bytes;
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

/// Both copies run: the contact goes on with the new one alone, nothing is lost, and the old one finds out and
/// closes its doors.
#[test]
fn a_copy_that_was_replaced_finds_out() {
    for seed in 10..30 {
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
    }
}

/// A flight of the older copy, genuine in every other way, gets what a stranger gets.
#[test]
fn a_lower_generation_gets_silence() {
    let (mut world, noor, amal) = pair(3);
    let (export, messages) = exported(&world, 0);
    let caught = |world: &mut World, node: usize| {
        let link = world.fresh_link(node);
        let input = Input::Dialled {
            contact: noor,
            purpose: Purpose::Chat,
            link,
        };
        let effects = world.intercept(node, input);
        let frames = effects.into_iter().find_map(|effect| match effect {
            Effect::Send(to, frames) if to == link => Some(frames),
            _ => None,
        });
        frames.expect("flight 1")
    };
    let new = world.add(&export, &messages);
    assert!(world.run_until(3_600, |w| w.connected(new, noor)));
    talk(&mut world, [(new, noor), (1, amal)], "after");
    let doors = world.nodes[1].profile.doors();
    let door = doors
        .iter()
        .map(|door| door.name)
        .find(|name| matches!(name, DoorName::Circle(_)))
        .expect("a contact door");
    let old = caught(&mut world, 0);
    let (link, answers) = world.attack(1, door, &old);
    assert!(answers.is_empty());
    assert_eq!(world.closes_after(1, link), Some(30));
    let present = caught(&mut world, new);
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

/// Whoever has an old export can dial with any counter. Neither the present copy nor one that is restored later is
/// locked out by that, silently as it would be.
#[test]
fn counters_of_a_thief_lock_no_copy_out() {
    const GENERATION: u64 = 1 << 40;
    let (mut world, noor, amal) = pair(70);
    let (export, messages) = exported(&world, 0);
    let door = world.nodes[1].profile.doors()[0].name;
    let dial = |world: &mut World, node: usize| {
        let link = world.fresh_link(node);
        let input = Input::Dialled {
            contact: noor,
            purpose: Purpose::Chat,
            link,
        };
        let effects = world.intercept(node, input);
        let frames = effects.into_iter().find_map(|effect| match effect {
            Effect::Send(to, frames) if to == link => Some(frames),
            _ => None,
        });
        world.attack(1, door, &frames.expect("flight 1")).1.len()
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
    for seed in 0..60 {
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
    }
}

#[test]
fn both_sides_restored_find_each_other() {
    for seed in 0..20 {
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
    }
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

/// The export is old: since then the doors of one side moved.
#[test]
fn an_old_export_finds_contacts_whose_doors_or_own_doors_moved() {
    for moved in [0, 1] {
        let names = ["Amal", "Noor", "Eve"];
        let mut world = World::new(6 + moved as u64, &names, Faults::default());
        let (noor, amal) = world.befriend(0, 1);
        let (eve, _) = world.befriend(moved, 2);
        world.run(60);
        let (export, messages) = exported(&world, 0);
        world.command(moved, |p, now, rng| {
            (p.block(now, rng, eve).expect("not blocked"), ())
        });
        assert!(world.run_until(120, |w| w.connected(0, noor) && w.connected(1, amal)));
        talk(&mut world, [(0, noor), (1, amal)], "after the move");
        world.stop(0);
        let new = world.add(&export, &messages);
        talk(&mut world, [(new, noor), (1, amal)], "restored");
        world.run(60);
        // Each side can dial the other: with either one alone in dialling, they meet again.
        for (node, other) in [(new, 1), (1, new)] {
            world.waits = [other].into();
            world.cut_all();
            assert!(world.run_until(5, |w| !w.connected(new, noor) && !w.connected(1, amal)));
            let met = world.run_until(60, |w| w.connected(new, noor) && w.connected(1, amal));
            assert!(met, "{node} alone does not find the other");
        }
        assert_eq!(world.violations, []);
    }
}

/// D12.1: nothing of the ratchets, seals, windows and accounts is in an export.
#[test]
fn an_export_holds_no_state_of_sessions() {
    let (mut world, noor, amal) = pair(7);
    talk(&mut world, [(0, noor), (1, amal)], "before");
    let (export, store) = exported(&world, 0);
    let mut exported = BTreeSet::new();
    for record in &export {
        let value: Value = ciborium::from_reader(record.as_slice()).expect("a record");
        runs_of_bytes(&value, &mut exported);
    }
    let parts = |key: RecordKey| -> Vec<(String, Value)> {
        let value: Value = ciborium::from_reader(store[&key].as_slice()).expect("a record");
        let map = value.into_map().expect("a map");
        map.into_iter()
            .filter_map(|(name, value)| Some((name.into_text().ok()?, value)))
            .collect()
    };
    let mut checked = 0;
    for (name, value) in parts(RecordKey::Ratchet(noor)) {
        let mut secret = BTreeSet::new();
        runs_of_bytes(&value, &mut secret);
        // The names of messages are part of the conversation.
        if name != "heads" {
            assert!(exported.is_disjoint(&secret), "{name}");
            checked += secret.len();
        }
    }
    assert!(checked > 5, "{checked}");
    let mut account = BTreeSet::new();
    for (name, value) in parts(RecordKey::Relation(noor)) {
        if name == "account" {
            runs_of_bytes(&value, &mut account);
        }
    }
    assert!(!account.is_empty() && exported.is_disjoint(&account));
    // The control: what has to be there is.
    let mut relation = BTreeSet::new();
    for (name, value) in parts(RecordKey::Relation(noor)) {
        if name == "noise" {
            runs_of_bytes(&value, &mut relation);
        }
    }
    assert!(relation.len() == 2);
    assert!(!relation.is_empty() && relation.is_subset(&exported));
}

#[test]
fn damaged_exports_are_refused() {
    let mut world = World::new(8, &["Amal", "Noor", "Sami"], Faults::default());
    world.befriend(0, 1);
    world.befriend(0, 2);
    world.command(0, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let (export, _) = exported(&world, 0);
    let now = world.time();
    let rng = &mut world.rng;
    let refused = |records: &[Zeroizing<Vec<u8>>], rng: &mut rand_chacha::ChaCha20Rng| {
        Profile::restore(records, now, rng).err()
    };
    assert_eq!(refused(&export, rng), None, "the control");
    for left_out in 0..export.len() {
        let mut records = export.clone();
        records.remove(left_out);
        let error = refused(&records, rng);
        assert_eq!(error, Some(RestoreError::Incomplete), "{left_out}");
        let mut records = export.clone();
        records.push(export[left_out].clone());
        assert_eq!(refused(&records, rng), Some(RestoreError::Incomplete));
        let mut records = export.clone();
        let half = records[left_out].len() / 2;
        records[left_out].truncate(half);
        assert_eq!(refused(&records, rng), Some(RestoreError::Record));
        records[left_out] = Zeroizing::new(vec![0; 40_000]);
        assert_eq!(refused(&records, rng), Some(RestoreError::TooLarge));
    }
    assert_eq!(refused(&[], rng), Some(RestoreError::Incomplete));
    // Whatever byte is changed: refused, or a profile that can be used.
    for _ in 0..2_000 {
        let mut records = export.clone();
        let at = rng.random_range(0..records.len());
        let byte = rng.random_range(0..records[at].len());
        records[at][byte] ^= 1 << rng.random_range(0..8);
        if let Ok((profile, _)) = Profile::restore(&records, now, rng) {
            assert_eq!(profile.contacts().count(), 2);
            let _ = (profile.doors(), profile.dials(now));
        }
    }
}
