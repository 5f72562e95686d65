//! Which of several links of a pair survives (D3.10), and what an acknowledgement on one can not say (D9.1).

use undertone_protocol::{ContactId, LinkId, Purpose, RecordKey, ViolationKind};
use undertone_wire::v1::{Acknowledgement, ParcelKind};

use crate::records::number_of;
use crate::seeds;
use crate::world::{Disorder, Faults, Store, World};

/// Role A, who asked for contact.
const AMAL: usize = 0;
/// Role B.
const NOOR: usize = 1;

fn pair(seed: u64) -> (World, ContactId, ContactId) {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(AMAL, NOOR);
    world.run(60);
    (world, noor, amal)
}

/// Who dialled the connections that stand.
fn dialers(world: &World) -> Vec<usize> {
    let standing = world.standing(AMAL, NOOR).into_iter();
    standing.map(|(dialer, _)| dialer).collect()
}

/// Both links are up before the duplicate is closed: the one that A dialled stays, whichever was first, and then nothing
/// happens any more.
#[test]
fn of_two_links_the_one_that_role_a_dialled_survives() {
    let test = "links::of_two_links_the_one_that_role_a_dialled_survives";
    let crossed = seeds::each(test, 30, |number| {
        let seed = 10 + number;
        let (mut world, noor, amal) = pair(seed);
        world.disorder = Disorder {
            both_dial: 1,
            ..Disorder::default()
        };
        world.cut_all();
        let both = world.run_until(60, |w| dialers(w) == [AMAL, NOOR]);
        world.run(60);
        if both {
            assert_eq!(dialers(&world), [AMAL], "seed {seed}");
        }
        assert_eq!(dialers(&world).len(), 1, "seed {seed}");
        assert!(world.connected(AMAL, noor) && world.connected(NOOR, amal));
        let dials = world.nodes[AMAL].profile.dials(world.time());
        assert!(dials.iter().all(|dial| dial.purpose != Purpose::Chat));
        let before = world.trace.len();
        world.run(600);
        assert_eq!(before, world.trace.len(), "a settled pair stays settled");
        Ok(both)
    });
    let (runs, crossed) = (
        crossed.len(),
        crossed.into_iter().filter(|both| *both).count(),
    );
    assert!(
        crossed > runs / 3 || seeds::replays(),
        "of {runs} times they dialled at once {crossed} times only"
    );
}

/// Either side's second dial takes the place of its first: the first may be one that only the other still holds for alive.
#[test]
fn a_second_dial_of_the_same_side_replaces_the_first() {
    for (seed, dialer) in [(50, AMAL), (51, NOOR), (52, AMAL), (53, NOOR)] {
        let (mut world, noor, amal) = pair(seed);
        world.disorder = Disorder {
            twice: 1,
            ..Disorder::default()
        };
        let other = 1 - dialer;
        world.waits.insert(other);
        world.cut_all();
        assert!(world.run_until(60, |w| dialers(w) == [dialer, dialer]));
        let links: Vec<LinkId> = world.standing(AMAL, NOOR).iter().map(|l| l.1).collect();
        world.run(60);
        let newer = *links.iter().max().expect("two");
        assert_eq!(world.standing(AMAL, NOOR), [(dialer, newer)]);
        world.send(AMAL, noor, "on which one?");
        world.send(NOOR, amal, "on the newer");
        assert!(world.run_until(30, |w| w.all_received(0, noor) && w.all_received(1, amal)));
        assert_eq!(world.violations, []);
    }
}

/// M12, D9.1: an acknowledgement of what was never sent is none of an honest program. It costs the link, and nothing that
/// waits counts as received by it, not even what was sent and is named along with it.
#[test]
fn an_acknowledgement_of_what_was_never_sent_is_refused() {
    let (mut world, mallory, amal) = pair(60);
    world.liars.insert(NOOR);
    world.cut_all();
    world.run(60);
    assert!(world.connected(NOOR, amal));
    world.send(AMAL, mallory, "this one left");
    world.run(5);
    let record = &world.nodes[AMAL].store[&RecordKey::Ratchet(mallory)];
    let next = number_of(record, "next_sequence").expect("a sequence");
    assert!(next > 2);
    let lies = [
        (next, 0),
        (next + 1, 0),
        (u64::MAX, 0),
        (u64::MAX, u64::MAX),
        (next - 2, 1),
        (next - 2, u64::MAX),
        (0, 1 << 63),
    ];
    for (cumulative, bitmap) in lies {
        let before = world.nodes[AMAL].store.clone();
        world.violations.clear();
        assert!(say_received(&mut world, amal, cumulative, bitmap));
        world.run(1);
        let kinds: Vec<_> = world.violations.iter().map(|v| v.kind).collect();
        assert_eq!(
            kinds,
            [ViolationKind::Acknowledgement],
            "{cumulative} {bitmap:x}"
        );
        assert!(!world.all_received(AMAL, mallory));
        let outbox = |store: &Store| {
            let keys = store.keys().copied();
            keys.filter(|key| matches!(key, RecordKey::Outbox(..)))
                .collect::<Vec<_>>()
        };
        assert_eq!(outbox(&before), outbox(&world.nodes[AMAL].store));
        assert!(world.run_until(600, |w| w.connected(NOOR, amal)));
    }
    // The control: what was sent can be acknowledged.
    world.violations.clear();
    assert!(say_received(&mut world, amal, next - 1, 0));
    assert!(world.run_until(5, |w| w.all_received(AMAL, mallory)));
    assert_eq!(world.violations, []);
}

fn say_received(world: &mut World, amal: ContactId, cumulative: u64, bitmap: u64) -> bool {
    let words = Acknowledgement {
        cumulative,
        bitmap,
        ..Acknowledgement::default()
    };
    world.lie(NOOR, amal, ParcelKind::Acknowledgement, &words.encode())
}
