//! An introducer who must not see the profile does not see it through those whom it introduces either: it knows the doors
//! that lead to them, and may have made them.

use undertone_protocol::{ContactId, DoorName, Effect, Event, Input, Purpose, StageName};
use undertone_wire::IntroductionId;
use undertone_wire::v1::IntroductionStep;

use super::{answer, forge, introduced, knock_doors, offered, three};
use crate::world::World;

/// Ann (0) introduces somebody to Bob (1) whom she made up.
fn agreed(seed: u64) -> (World, ContactId, ContactId, IntroductionId) {
    let (mut world, [(bob, ann_at_bob), _]) = three(seed);
    let id = IntroductionId::from_bytes([9; 16]);
    let offer = IntroductionStep::Offer("Dora".to_owned());
    forge(&mut world, 0, bob, id, offer);
    assert_eq!(offered(&mut world, 1), id);
    answer(&mut world, 1, ann_at_bob, id, true, None);
    world.run(120);
    (world, bob, ann_at_bob, id)
}

/// Bob knocks at a door of hers, where nobody is.
fn knocking(seed: u64) -> (World, ContactId, ContactId) {
    let (mut world, bob, ann_at_bob, id) = agreed(seed);
    let (number, text) = world.invite(0, true);
    world.command(0, |p, now, rng| {
        (p.close_invitation(now, rng, number).expect("open"), ())
    });
    let invitation = Box::new(text.parse().expect("an invitation"));
    forge(
        &mut world,
        0,
        bob,
        id,
        IntroductionStep::Invitation(invitation),
    );
    assert!(world.run_until(300, |w| introduced(w, 1).is_some()));
    let dora = introduced(&world, 1).expect("there");
    assert_eq!(world.stage(1, dora), StageName::Requested);
    (world, ann_at_bob, dora)
}

fn dials(world: &World, contact: ContactId) -> bool {
    let wanted = world.nodes[1].profile.dials(world.time());
    wanted.iter().any(|dial| dial.contact == contact)
}

fn opens_reply(world: &World, contact: ContactId) -> bool {
    let doors = world.nodes[1].profile.doors();
    doors
        .iter()
        .any(|door| door.name == DoorName::Reply(contact))
}

fn set_invisible(world: &mut World, to: ContactId, invisible: bool) {
    world.command(1, |p, now, rng| {
        let step = p.set_invisible(now, rng, to, invisible);
        (step.expect("a contact"), ())
    });
}

#[test]
fn a_request_that_an_introducer_led_to_rests_while_the_profile_is_invisible_to_them() {
    let (mut world, ann_at_bob, dora) = knocking(41);
    assert!(dials(&world, dora) && opens_reply(&world, dora));
    set_invisible(&mut world, ann_at_bob, true);
    assert!(!dials(&world, dora) && !opens_reply(&world, dora));
    // What was on its way at that moment ends without a word.
    let link = world.fresh_link(1);
    let door = DoorName::Reply(dora);
    let effects = world.intercept(1, Input::Arrived { door, link });
    assert!(matches!(effects[..], [Effect::Cut(cut)] if cut == link));
    let (contact, purpose) = (dora, Purpose::Knock);
    let link = world.fresh_link(1);
    let dialled = Input::Dialled {
        contact,
        purpose,
        link,
    };
    let effects = world.intercept(1, dialled);
    assert!(matches!(effects[..], [Effect::Cut(cut)] if cut == link));
    // The same after a restart, and over as soon as they may see it.
    world.stop(1);
    world.restart(1);
    assert!(!dials(&world, dora) && !opens_reply(&world, dora));
    set_invisible(&mut world, ann_at_bob, false);
    assert!(dials(&world, dora) && opens_reply(&world, dora));
}

#[test]
fn a_block_of_the_introducer_ends_the_requests_that_they_led_to() {
    let (mut world, ann_at_bob, dora) = knocking(42);
    let seen = world.nodes[1].events.len();
    world.command(1, |p, now, rng| {
        (p.block(now, rng, ann_at_bob).expect("known"), ())
    });
    assert_eq!(world.stage(1, dora), StageName::NoAnswer);
    assert!(!dials(&world, dora) && !opens_reply(&world, dora));
    let changed = Event::ContactChanged(dora);
    assert!(world.nodes[1].events[seen..].contains(&changed));
    world.stop(1);
    world.restart(1);
    assert_eq!(world.stage(1, dora), StageName::NoAnswer);
}

/// The knock came, perhaps from the introducer: the answer leads to a door that may be theirs.
#[test]
fn an_answer_that_an_introducer_led_to_rests_as_well() {
    for block in [false, true] {
        let (mut world, bob, ann_at_bob, id) = agreed(43);
        forge(&mut world, 0, bob, id, IntroductionStep::Ready);
        assert!(world.run_until(300, |w| knock_doors(w, 1) == 1));
        let mut open = world.nodes[1].profile.open_invitations();
        let text = open.next().expect("made").text;
        drop(open);
        // Carol stands in for whom she made up; she knocks, and nobody answers at her door.
        world.command(2, |p, now, rng| {
            p.add_contact_by(now, rng, &text, None, "")
                .expect("an invitation")
        });
        world.waits.insert(1);
        assert!(world.run_until(300, |w| introduced(w, 1).is_some()));
        let dora = introduced(&world, 1).expect("there");
        assert_eq!(world.stage(1, dora), StageName::Accepting);
        assert!(dials(&world, dora));
        if block {
            world.command(1, |p, now, rng| {
                (p.block(now, rng, ann_at_bob).expect("known"), ())
            });
        } else {
            set_invisible(&mut world, ann_at_bob, true);
        }
        assert!(!dials(&world, dora));
        if !block {
            set_invisible(&mut world, ann_at_bob, false);
            assert!(dials(&world, dora));
        }
    }
}
