//! One scripted life of a relationship, and a crash, or a bug, at each of its commits in turn.

use std::collections::{BTreeMap, BTreeSet};

use undertone_protocol::{ContactId, DoorName, Purpose, RecordKey, StageName};
use undertone_wire::v1::Kind;

use crate::records::number_of;
use crate::seeds::{caught, long, run_all};
use crate::world::{Class, Commit, Fate, Faults, Frames, World};

/// Who asks, and is blocked in the end.
const AMAL: usize = 0;
/// Who is asked, and blocks.
const NOOR: usize = 1;
/// A contact of Noor's from before, at the same door.
const SAMI: usize = 2;

/// One thing that is done in a life.
struct Act {
    name: &'static str,
    /// Who is told to do it; `None`: it is not a command.
    who: Option<usize>,
    tell: fn(&mut World),
    /// It is durable where it was told.
    told: fn(&World) -> bool,
    /// It has come about everywhere.
    done: fn(&World) -> bool,
}

fn contact(world: &World, node: usize, place: usize) -> Option<ContactId> {
    let mut contacts = world.nodes[node].profile.contacts();
    contacts.nth(place).map(|contact| contact.id)
}

/// Noor as Amal knows her.
fn noor(world: &World) -> ContactId {
    contact(world, AMAL, 0).expect("asked")
}

/// Amal as Noor knows her.
fn amal(world: &World) -> ContactId {
    contact(world, NOOR, 1).expect("asked")
}

/// Sami as Noor knows him, and the other way round.
fn sami(world: &World) -> ContactId {
    contact(world, NOOR, 0).expect("known from before")
}

fn noor_at_sami(world: &World) -> ContactId {
    contact(world, SAMI, 0).expect("known from before")
}

fn stages(world: &World) -> Option<(StageName, StageName)> {
    contact(world, AMAL, 0)?;
    contact(world, NOOR, 1)?;
    Some((
        world.stage(AMAL, noor(world)),
        world.stage(NOOR, amal(world)),
    ))
}

fn waiting(world: &World, node: usize, contact: ContactId) -> usize {
    let contact = world.nodes[node].profile.contact(contact);
    contact.expect("known").waiting
}

fn all_connected(world: &World) -> bool {
    world.connected(AMAL, noor(world))
        && world.connected(NOOR, amal(world))
        && world.connected(NOOR, sami(world))
        && world.connected(SAMI, noor_at_sami(world))
}

/// The words of a conversation as a node has them, after all changes: (theirs, ours).
fn words(world: &World, node: usize, contact: ContactId) -> (Vec<String>, Vec<String>) {
    let state = world.nodes[node].profile.contact(contact).expect("known");
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for number in 1..state.next_message {
        let message = world.message(node, contact, number);
        let Some(words) = message.words() else {
            continue;
        };
        match message.place {
            Some(_) => ours.push(words.text),
            None => theirs.push(words.text),
        }
    }
    (theirs, ours)
}

fn say(world: &mut World, node: usize, to: ContactId, text: &str) {
    world.command(node, |p, now, rng| {
        p.send(now, rng, to, text).expect("sendable")
    });
}

fn said(world: &World, node: usize, to: ContactId, text: &str) -> bool {
    words(world, node, to).1.iter().any(|said| said == text)
}

fn received(world: &World) -> bool {
    world.all_received(AMAL, noor(world)) && world.all_received(NOOR, amal(world))
}

/// All that both said, as both have it.
fn talk_is_whole(world: &World) -> bool {
    let by_amal = ["a1, better", "a2", "after a week", "under the new key"];
    let by_noor = ["n1", "n2", "me too"];
    let at_amal = words(world, AMAL, noor(world));
    let at_noor = words(world, NOOR, amal(world));
    let (ids_at_amal, ids_at_noor) = (
        world.conversation(AMAL, noor(world)),
        world.conversation(NOOR, amal(world)),
    );
    let ids = |list: &crate::world::Words| list.iter().map(|(_, id, _)| *id).collect::<Vec<_>>();
    at_amal.1 == by_amal
        && at_noor.0 == by_amal
        && at_amal.0 == by_noor
        && at_noor.1 == by_noor
        && ids(&ids_at_amal.0) == ids(&ids_at_noor.1)
        && ids(&ids_at_amal.1) == ids(&ids_at_noor.0)
}

/// Whether `to` counts all that `from` ever sent as received, and nothing is missing in between.
fn counted(world: &World, from: (usize, ContactId), to: (usize, ContactId)) -> bool {
    let number = |(node, contact): (usize, ContactId), name| {
        let record = world.nodes[node].store.get(&RecordKey::Ratchet(contact));
        record.and_then(|record| number_of(record, name))
    };
    let received = number(to, "received_cumulative").map(|last| last + 1);
    waiting(world, from.0, from.1) == 0
        && received.is_some()
        && number(from, "next_sequence") == received
        && number(to, "received_bitmap") == Some(0)
}

fn all_counted(world: &World, pair: [(usize, ContactId); 2]) -> bool {
    counted(world, pair[0], pair[1]) && counted(world, pair[1], pair[0])
}

/// All connections end, and these nodes dial nobody until the next time.
fn meet_again(world: &mut World, waits: &[usize]) {
    world.waits = waits.iter().copied().collect();
    for node in [AMAL, NOOR, SAMI] {
        world.plan_dials(node);
    }
    world.cut_all();
    // Nobody is taken for connected by a link that ends at this moment.
    world.run(1);
}

fn week_off(world: &mut World) {
    for node in [AMAL, NOOR, SAMI] {
        world.stop(node);
    }
    world.run(7 * 24 * 3_600);
    for node in [AMAL, NOOR, SAMI] {
        world.restart(node);
    }
}

/// Everything of a life, in its order.
const LIFE: &[Act] = &[
    Act {
        name: "invitation",
        who: Some(NOOR),
        tell: |w| {
            w.command(NOOR, |p, now, rng| {
                p.invite(now, rng, false, None).expect("room")
            });
        },
        told: |w| w.nodes[NOOR].profile.open_invitations().count() == 1,
        done: |_| true,
    },
    Act {
        name: "request",
        who: Some(AMAL),
        tell: |w| {
            let text = w.nodes[NOOR].profile.open_invitations().next();
            let text = text.expect("made").text;
            w.command(AMAL, |p, now, rng| {
                p.add_contact_by(now, rng, &text, None, "hello")
                    .expect("good")
            });
        },
        told: |w| contact(w, AMAL, 0).is_some(),
        done: |w| w.undecided(NOOR).is_some(),
    },
    Act {
        name: "acceptance",
        who: Some(NOOR),
        tell: |w| {
            let amal = amal(w);
            w.command(NOOR, |p, now, rng| {
                (p.accept(now, rng, amal, None).expect("undecided"), ())
            });
        },
        told: |w| stages(w).is_some_and(|(_, noors)| noors != StageName::Undecided),
        done: |w| stages(w) == Some((StageName::Accepted, StageName::Accepted)) && all_connected(w),
    },
    Act {
        name: "talk",
        who: Some(AMAL),
        tell: |w| say(w, AMAL, noor(w), "a1"),
        told: |w| said(w, AMAL, noor(w), "a1"),
        done: |_| true,
    },
    Act {
        name: "talk",
        who: Some(NOOR),
        tell: |w| say(w, NOOR, amal(w), "n1"),
        told: |w| said(w, NOOR, amal(w), "n1"),
        done: |_| true,
    },
    Act {
        name: "talk",
        who: Some(AMAL),
        tell: |w| say(w, AMAL, noor(w), "a2"),
        told: |w| said(w, AMAL, noor(w), "a2"),
        done: received,
    },
    Act {
        name: "talk",
        who: Some(NOOR),
        tell: |w| say(w, NOOR, amal(w), "n2"),
        told: |w| said(w, NOOR, amal(w), "n2"),
        done: received,
    },
    Act {
        name: "edit",
        who: Some(AMAL),
        tell: |w| {
            let noor = noor(w);
            let target = w.conversation(AMAL, noor).1[0].1;
            let text = "a1, better".to_owned();
            w.command(AMAL, |p, now, rng| {
                let kind = Kind::Edit { target, text };
                (p.annotate(now, rng, noor, kind).expect("hers"), ())
            });
        },
        told: |w| said(w, AMAL, noor(w), "a1, better"),
        done: |w| words(w, NOOR, amal(w)).0.iter().any(|t| t == "a1, better") && received(w),
    },
    Act {
        name: "a week off",
        who: None,
        tell: week_off,
        told: |_| true,
        done: all_connected,
    },
    Act {
        name: "re-key",
        who: Some(AMAL),
        tell: |w| say(w, AMAL, noor(w), "after a week"),
        told: |w| said(w, AMAL, noor(w), "after a week"),
        done: |w| w.nodes[AMAL].profile.seal_epoch(noor(w)) == Some(1) && received(w),
    },
    Act {
        name: "re-key",
        who: Some(AMAL),
        tell: |w| say(w, AMAL, noor(w), "under the new key"),
        told: |w| said(w, AMAL, noor(w), "under the new key"),
        done: |w| w.nodes[NOOR].profile.seal_epoch(amal(w)) == Some(1) && received(w),
    },
    Act {
        name: "re-key",
        who: Some(NOOR),
        tell: |w| say(w, NOOR, amal(w), "me too"),
        told: |w| said(w, NOOR, amal(w), "me too"),
        done: |w| received(w) && talk_is_whole(w),
    },
    Act {
        name: "move",
        who: Some(NOOR),
        tell: |w| {
            let number = w.nodes[NOOR].profile.circles()[0].number;
            w.command(NOOR, |p, now, rng| {
                (p.renew_circle(now, rng, number).expect("hers"), ())
            });
        },
        told: |w| w.nodes[NOOR].profile.circles()[0].number > 1,
        done: |w| {
            all_connected(w) && waiting(w, NOOR, amal(w)) == 0 && waiting(w, NOOR, sami(w)) == 0
        },
    },
    Act {
        name: "meeting at Noor's door",
        who: None,
        tell: |w| meet_again(w, &[NOOR]),
        told: |_| true,
        done: all_connected,
    },
    Act {
        name: "meeting at the others' doors",
        who: None,
        tell: |w| meet_again(w, &[AMAL, SAMI]),
        told: |_| true,
        done: all_connected,
    },
    Act {
        name: "meeting wherever they like",
        who: None,
        tell: |w| meet_again(w, &[]),
        told: |_| true,
        done: |w| {
            all_connected(w)
                && all_counted(w, [(AMAL, noor(w)), (NOOR, amal(w))])
                && all_counted(w, [(SAMI, noor_at_sami(w)), (NOOR, sami(w))])
        },
    },
    Act {
        name: "verification",
        who: Some(AMAL),
        tell: |w| {
            let code = w.nodes[NOOR].profile.verification(amal(w)).expect("known");
            let (noor, code) = (noor(w), code.qr());
            w.command(AMAL, |p, now, rng| {
                (p.verify_scanned(now, rng, noor, &code).expect("fits"), ())
            });
        },
        told: |w| {
            let noor = w.nodes[AMAL].profile.contact(noor(w));
            noor.expect("known").verified
        },
        done: talk_is_whole,
    },
    Act {
        name: "block",
        who: Some(NOOR),
        tell: |w| {
            let amal = amal(w);
            w.command(NOOR, |p, now, rng| {
                (p.block(now, rng, amal).expect("not yet"), ())
            });
        },
        told: |w| w.stage(NOOR, amal(w)) == StageName::Blocked,
        done: |w| {
            waiting(w, NOOR, sami(w)) == 0
                && w.connected(NOOR, sami(w))
                && w.connected(SAMI, noor_at_sami(w))
        },
    },
    Act {
        name: "after the block",
        who: Some(AMAL),
        tell: |w| say(w, AMAL, noor(w), "are you there?"),
        told: |w| said(w, AMAL, noor(w), "are you there?"),
        done: |w| !w.connected(AMAL, noor(w)),
    },
    Act {
        name: "after the block",
        who: Some(SAMI),
        tell: |w| say(w, SAMI, noor_at_sami(w), "still here"),
        told: |w| said(w, SAMI, noor_at_sami(w), "still here"),
        done: |w| w.all_received(SAMI, noor_at_sami(w)),
    },
    Act {
        name: "meeting at Noor's new door",
        who: None,
        tell: |w| meet_again(w, &[NOOR]),
        told: |_| true,
        done: |w| {
            w.connected(NOOR, sami(w))
                && w.connected(SAMI, noor_at_sami(w))
                && all_counted(w, [(SAMI, noor_at_sami(w)), (NOOR, sami(w))])
        },
    },
];

fn all_online(world: &World) -> bool {
    world.nodes.iter().all(|node| node.online)
}

/// Lives through everything, with this fate of one commit; `Err`: what did not hold.
fn live(fate: Option<(usize, Fate)>) -> Result<World, String> {
    let mut world = World::new(7, &["Amal", "Noor", "Sami"], Faults::default());
    world.befriend(SAMI, NOOR);
    world.run(60);
    world.plan.counts = true;
    world.plan.fate = fate;
    let mut seen = 0;
    for act in LIFE {
        world.plan.during = act.name;
        if !world.run_until(60, all_online) {
            return Err(format!("{}: somebody does not come back", act.name));
        }
        let mut answered = false;
        // What was not answered, because the program crashed before the commit, is told once more.
        while act.who.is_none() || !(act.told)(&world) {
            if answered {
                return Err(format!("{}: it was answered and is gone", act.name));
            }
            (act.tell)(&mut world);
            let Some(who) = act.who else { break };
            let crashes_before = matches!(fate, Some((_, Fate::CrashBefore)));
            answered = world.nodes[who].online || !crashes_before;
            if !world.run_until(60, all_online) {
                return Err(format!("{}: somebody does not come back", act.name));
            }
        }
        let done = |w: &World| all_online(w) && (act.told)(w) && (act.done)(w);
        if !world.run_until(1_800, done) {
            return Err(format!("{}: it does not come about", act.name));
        }
        // A flight that a crash kept from being taken in may come again.
        if !matches!(fate, Some((_, Fate::CrashBefore))) {
            replay(&mut world, seen).map_err(|what| format!("{}: {what}", act.name))?;
        }
        seen = world.wire.len();
    }
    world.run(300);
    check(&world)?;
    if !world.plan.is_over() {
        return Err("its commit never came".to_owned());
    }
    Ok(world)
}

/// Sends all first flights of contacts once more that came since then, to every door of whom they reached (D3.7).
fn replay(world: &mut World, seen: usize) -> Result<(), String> {
    let mut flights: BTreeMap<_, Vec<Vec<u8>>> = BTreeMap::new();
    for (node, link, frame) in &world.wire[seen..] {
        let frames = flights.entry((*node, *link)).or_default();
        // One version, the purpose, and then what looks like nothing.
        if !frames.is_empty() || frame.starts_with(&[1, 1, Purpose::Chat as u8]) {
            frames.push(frame.clone());
        }
    }
    for ((node, _), frames) in flights {
        let doors = world.nodes[node].profile.doors();
        for door in doors.iter().filter(|_| frames.len() >= 2) {
            let (_, answers) = world.attack(node, door.name, &frames[..2]);
            if !answers.is_empty() {
                return Err("a recorded first flight is answered again".to_owned());
            }
        }
    }
    Ok(())
}

/// What holds at the end of every life.
fn check(world: &World) -> Result<(), String> {
    let holds = |what: &str, holds: bool| {
        holds
            .then_some(())
            .ok_or_else(|| format!("at the end: {what}"))
    };
    if let Some(violation) = world.violations.first() {
        return Err(format!("honest peers see a violation: {}", violation.kind));
    }
    if let Some(reused) = &world.plan.reused {
        return Err(reused.clone());
    }
    holds("both are where they were", {
        stages(world) == Some((StageName::Accepted, StageName::Blocked))
    })?;
    let noors = world.nodes[AMAL].profile.contact(noor(world));
    holds("Amal verified", noors.is_some_and(|noor| noor.verified))?;
    holds("no link", !world.connected(AMAL, noor(world)))?;
    let blocked = amal(world);
    let left = |key: &RecordKey| {
        matches!(key, RecordKey::Ratchet(id) | RecordKey::Outbox(id, _) if *id == blocked)
            || matches!(key, RecordKey::Invitation(_))
    };
    let store = &world.nodes[NOOR].store;
    holds("nothing left of the pair", !store.keys().any(left))?;
    let doors = world.nodes[NOOR].profile.doors();
    let open: Vec<DoorName> = doors.iter().map(|door| door.name).collect();
    let one_circle = matches!(open.as_slice(), [DoorName::Circle(_)]);
    holds("one door for Sami alone", {
        one_circle && doors[0].readers.as_ref().map(Vec::len) == Some(1)
    })?;
    let dials = world.nodes[AMAL].profile.dials(world.time());
    holds("Amal looks for Noor at a door that is gone", {
        dials.len() == 1 && doors.iter().all(|d| d.seed.onion_key() != dials[0].door)
    })?;
    holds("what Amal says now does not arrive", {
        !world.all_received(AMAL, noor(world))
    })?;
    let (said, _) = words(world, NOOR, sami(world));
    holds("what Sami said", said == ["still here"])?;
    let (theirs, ours) = words(world, AMAL, noor(world));
    holds("what Amal has", (theirs.len(), ours.len()) == (3, 5))
}

/// The commits of a life in which nothing breaks.
fn commits() -> Vec<Commit> {
    live(None).expect("nothing breaks").plan.commits
}

/// In one life after the other, one program crashes at one commit: before it, so that it never was, or after it, before
/// anything of it left. Every commit of all three programs is hit in both ways, in the check already.
#[test]
fn a_crash_at_every_commit_of_a_whole_life() {
    let commits = commits();
    let nodes: BTreeSet<usize> = commits.iter().map(|commit| commit.node).collect();
    assert_eq!(nodes, [AMAL, NOOR, SAMI].into());
    assert!(commits.len() > 70, "only {} commits", commits.len());
    let fates = [Fate::CrashBefore, Fate::CrashAfter];
    let lives = run_all(0..2 * commits.len() as u64, |number| {
        let number = number as usize;
        let world = live(Some((number / 2, fates[number % 2])))?;
        assert_eq!(world.crashes, 1);
        Ok(())
    });
    let broken = lives.iter().filter_map(|(number, outcome)| {
        let what = outcome.as_ref().err()?;
        let number = *number as usize;
        Some(format!(
            "{:?}, {}: {what}",
            fates[number % 2],
            commits[number / 2]
        ))
    });
    let broken: Vec<String> = broken.collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A commit with a bug: left out as a whole, or its records of one kind.
type Bug = Option<Class>;

fn bugs(commit: &Commit) -> Vec<Bug> {
    let classes: BTreeSet<Class> = commit.written.union(&commit.removed).copied().collect();
    let parts = classes.iter().copied().map(Some);
    let parts = parts.filter(|_| classes.len() > 1);
    [None].into_iter().chain(parts).collect()
}

/// Why nobody can see that a commit, or a part of it, was lost. `None`: it must be seen.
fn harmless(commit: &Commit, bug: Bug) -> Option<&'static str> {
    let frame = commit.cause == "a frame";
    let set = |classes: &[Class]| classes.iter().copied().collect::<BTreeSet<Class>>();
    let nothing = commit.removed.is_empty();
    if frame && commit.removed == set(&[Class::Outbox]) {
        return Some("a receipt: what was received is said, and told, once more");
    }
    if frame && nothing && commit.written == set(&[Class::Ratchet, Class::Outbox]) && bug.is_none()
    {
        return Some("an encryption of what waits: the same key gives the same bytes again");
    }
    let taken_in = commit.during == "acceptance" && commit.node == AMAL;
    if frame && nothing && taken_in && commit.written == set(&[Class::Relation]) {
        return Some("the request was taken in: it is said once more");
    }
    None
}

/// Programs that leave out one commit, or one kind of record in it, and go on as if it were durable; then they crash, as
/// every program does some day, with their frames sent or not. Each kind of commit is tried as often as it comes, twice at
/// most unless there is time. All are caught in one of the two ways, except those whose loss nobody can see.
#[test]
fn a_mutant_that_leaves_out_one_kind_of_commit_is_caught() {
    let commits = commits();
    let mut tried: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for (number, commit) in commits.iter().enumerate() {
        for bug in bugs(commit) {
            let part = bug.map_or(String::new(), |class| format!(" without {class:?}"));
            let times = tried.entry(format!("{commit}{part}")).or_default();
            *times += 1;
            if *times <= 2 || long() {
                all.push((number, bug, format!("{number}, {commit}{part}")));
            }
        }
    }
    let outcomes = run_all(0..all.len() as u64, |index| {
        let (number, bug, _) = &all[index as usize];
        let fates = [Frames::Arrive, Frames::Vanish].map(|frames| match bug {
            None => Fate::LeftOut(frames),
            Some(class) => Fate::Without(*class, frames),
        });
        let ways = fates.map(|fate| caught(|| live(Some((*number, fate))).map(|_| ())));
        Ok(ways.iter().any(Result::is_err))
    });
    let (mut escaped, mut unseen) = (BTreeMap::<&str, usize>::new(), Vec::new());
    for (index, outcome) in &outcomes {
        let (number, bug, name) = &all[*index as usize];
        if *outcome == Ok(true) {
            continue;
        }
        match harmless(&commits[*number], *bug) {
            Some(why) => *escaped.entry(why).or_default() += 1,
            None => unseen.push(name.as_str()),
        }
    }
    eprintln!("{} mutants, of which escaped: {escaped:#?}", outcomes.len());
    let harmless: usize = escaped.values().sum();
    assert!(unseen.is_empty(), "not caught:\n{}", unseen.join("\n"));
    assert!(outcomes.len() > 2 * harmless, "most are caught");
}
