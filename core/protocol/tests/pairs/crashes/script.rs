//! The life of a relationship that [`crashes`](super) repeats: what is done in it, one after the other, and when each has
//! come about.

use undertone_protocol::{ContactId, RecordKey, StageName};
use undertone_wire::v1::Kind;

use super::{AMAL, NOOR, SAMI};
use crate::records::number_of;
use crate::world::World;

/// One thing that is done in a life.
pub(super) struct Act {
    pub(super) name: &'static str,
    /// Who is told to do it; `None`: it is not a command.
    pub(super) who: Option<usize>,
    pub(super) tell: fn(&mut World),
    /// It is durable where it was told.
    pub(super) told: fn(&World) -> bool,
    /// It has come about everywhere.
    pub(super) done: fn(&World) -> bool,
}

fn contact(world: &World, node: usize, place: usize) -> Option<ContactId> {
    let mut contacts = world.nodes[node].profile.contacts();
    contacts.nth(place).map(|contact| contact.id)
}

/// Noor as Amal knows her.
pub(super) fn noor(world: &World) -> ContactId {
    contact(world, AMAL, 0).expect("asked")
}

/// Amal as Noor knows her.
pub(super) fn amal(world: &World) -> ContactId {
    contact(world, NOOR, 1).expect("asked")
}

/// Sami as Noor knows him, and the other way round.
pub(super) fn sami(world: &World) -> ContactId {
    contact(world, NOOR, 0).expect("known from before")
}

pub(super) fn noor_at_sami(world: &World) -> ContactId {
    contact(world, SAMI, 0).expect("known from before")
}

pub(super) fn stages(world: &World) -> Option<(StageName, StageName)> {
    contact(world, AMAL, 0)?;
    contact(world, NOOR, 1)?;
    Some((
        world.stage(AMAL, noor(world)),
        world.stage(NOOR, amal(world)),
    ))
}

/// Whatever waits for a contact, also what only programs say to each other.
fn waiting(world: &World, node: usize, contact: ContactId) -> usize {
    let keys = world.nodes[node].store.keys();
    keys.filter(|key| matches!(key, RecordKey::Outbox(to, _) if *to == contact))
        .count()
}

fn all_connected(world: &World) -> bool {
    world.connected(AMAL, noor(world))
        && world.connected(NOOR, amal(world))
        && world.connected(NOOR, sami(world))
        && world.connected(SAMI, noor_at_sami(world))
}

/// The words of a conversation as a node has them, after all changes: (theirs, ours).
pub(super) fn words(world: &World, node: usize, contact: ContactId) -> (Vec<String>, Vec<String>) {
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

pub(super) fn all_counted(world: &World, pair: [(usize, ContactId); 2]) -> bool {
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
pub(super) const LIFE: &[Act] = &[
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
