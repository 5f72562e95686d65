//! What one contact may send at most, and what a block takes with it: limits as they are seen from outside.

use undertone_protocol::limits::{INBOUND_BURST, INBOUND_PER_MINUTE};
use undertone_protocol::{
    ContactId, DoorName, Effect, LinkId, RecordKey, StageName, ViolationKind,
};

use crate::world::{Faults, World};

/// As long as a text can be.
const LONGEST: usize = 65_536;

/// Bytes of messages that a node has stored of a contact.
fn stored(world: &World, node: usize, contact: ContactId) -> usize {
    let (theirs, _) = world.conversation(node, contact);
    theirs.iter().map(|(_, _, text)| text.len()).sum()
}

/// An accepted contact that sends without end is stopped: it loses its link again and again, and what it has stored stays
/// below what is allowed. Another contact notices nothing. With time it may go on, and nothing of it is lost or doubled.
#[test]
fn a_contact_that_sends_without_end_is_stopped_and_others_are_not() {
    let mut world = World::new(1, &["Amal", "Mallory", "Sami"], Faults::default());
    let (mallory, amal_at_mallory) = world.befriend(0, 1);
    let (sami, amal_at_sami) = world.befriend(0, 2);
    world.run(60);
    let began = world.now;
    let text = "x".repeat(LONGEST);
    let mut sent = 0;
    let flooded = |world: &World| {
        let mut kinds = world.violations.iter().map(|v| v.kind);
        kinds.any(|kind| kind == ViolationKind::Flood)
    };
    // Cheaper than a look at every message.
    let waiting = |world: &World| {
        let amal = world.nodes[1].profile.contact(amal_at_mallory);
        amal.expect("known").waiting
    };
    while !flooded(&world) {
        assert!(
            sent * LONGEST < 2 * INBOUND_BURST as usize,
            "{sent} messages and no end"
        );
        for _ in 0..64 {
            world.send(1, amal_at_mallory, &text);
            sent += 1;
        }
        world.run_until(60, |w| flooded(w) || waiting(w) == 0);
    }
    // For some minutes more it dials, and sends what was not taken in, whenever it can.
    for minute in 0..3 {
        world.wire.clear();
        world.send(0, sami, "still here");
        world.send(2, amal_at_sami, "me too");
        assert!(
            world.run_until(10, |w| w.all_received(0, sami)
                && w.all_received(2, amal_at_sami)),
            "Sami is cut off in minute {minute}"
        );
        world.run(60);
        let seconds = (world.now - began).as_secs() as usize;
        let allowed = INBOUND_BURST as usize + (seconds * INBOUND_PER_MINUTE as usize).div_ceil(60);
        let stored = stored(&world, 0, mallory);
        assert!(stored <= allowed, "{stored} of {allowed}");
    }
    assert!(waiting(&world) > 0, "it was stopped");
    assert!(world.violations.len() > 1);
    let flood = |violation: &undertone_protocol::Violation| violation.kind == ViolationKind::Flood;
    assert!(world.violations.iter().all(flood));
    assert!(world.connected(0, sami) && world.connected(2, amal_at_sami));
    // It is not over between them: the rest comes when there is room.
    assert!(world.run_until(4 * 3_600, |w| waiting(w) == 0));
    let (theirs, _) = world.conversation(0, mallory);
    let mut ids: Vec<_> = theirs.iter().map(|(_, id, _)| *id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((theirs.len(), ids.len()), (sent, sent));
    assert_eq!(world.stage(0, mallory), StageName::Accepted);
}

/// `node` asks with this text; gives the request as the host knows it.
fn asks(world: &mut World, node: usize, text: &str, host: usize) -> ContactId {
    world.ask(node, text);
    assert!(world.run_until(60, |w| w.undecided(host).is_some()));
    world.undecided(host).expect("just waited for")
}

/// D10.2: whoever is blocked came by a knock door and could see by it that the profile is there. So a block retires a
/// reusable invitation, too, at whatever stage it comes: its door closes with what is connected there, its keys are
/// destroyed, and who has its text finds nobody. Other invitations stay.
#[test]
fn a_block_retires_the_reusable_invitation_that_was_used() {
    for stage in [
        StageName::Accepted,
        StageName::Accepting,
        StageName::Undecided,
        StageName::Rejected,
    ] {
        let names = ["Amal", "Noor", "Sami", "Eve"];
        let mut world = World::new(2, &names, Faults::default());
        let (used, text) = world.invite(0, false);
        let (other, other_text) = world.invite(0, false);
        let noor = asks(&mut world, 1, &text, 0);
        if stage == StageName::Accepting {
            // She hears of nothing.
            world.stop(1);
        }
        match stage {
            StageName::Rejected => world.command(0, |p, now, rng| {
                (p.reject(now, rng, noor).expect("undecided"), ())
            }),
            StageName::Undecided => {}
            _ => world.command(0, |p, now, rng| {
                (p.accept(now, rng, noor, None).expect("undecided"), ())
            }),
        }
        assert!(
            world.run_until(60, |w| w.stage(0, noor) == stage),
            "{stage:?}"
        );
        let open = |world: &World, number| {
            let doors = world.nodes[0].profile.doors();
            doors
                .iter()
                .any(|door| door.name == DoorName::Knock(number))
        };
        assert!(open(&world, used) && open(&world, other), "{stage:?}");
        // Somebody is at that door at this moment.
        let (link, _) = world.attack(0, DoorName::Knock(used), &[]);
        let (elsewhere, _) = world.attack(0, DoorName::Knock(other), &[]);
        let now = world.time();
        let profile = &mut world.nodes[0].profile;
        let step = profile.block(now, &mut world.rng, noor).expect("not yet");
        let effects = world.commit(0, step);
        let cut = |link| effects.iter().any(|effect| is_cut(effect, link));
        assert!(cut(link) && !cut(elsewhere), "{stage:?}");
        assert!(!open(&world, used) && open(&world, other), "{stage:?}");
        let node = &world.nodes[0];
        assert!(!node.store.contains_key(&RecordKey::Invitation(used)));
        let left: Vec<u64> = node.profile.open_invitations().map(|i| i.number).collect();
        assert_eq!(left, [other], "{stage:?}");
        // The same after a restart; who has the text finds nobody, and somebody by the other one.
        world.stop(0);
        world.restart(0);
        let eve = world.ask(3, &text);
        world.run(600);
        assert_eq!(world.undecided(0), None, "{stage:?}");
        assert_eq!(world.stage(3, eve), StageName::Requested);
        asks(&mut world, 2, &other_text, 0);
    }
}

fn is_cut(effect: &Effect, link: LinkId) -> bool {
    matches!(effect, Effect::Cut(cut) if *cut == link)
}
