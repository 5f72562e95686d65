//! The confirmation inside Olm (D4.5), which binds a relationship to its whole transcript, and what it is for (H1): whoever
//! shows Olm keys of somebody else becomes nobody's contact.

use undertone_protocol::{ContactId, RecordKey, StageName, ViolationKind};
use undertone_wire::X25519Public;
use undertone_wire::v1::{Accept, Confirm, Inside, InsideKind, Request};

use crate::records::{bytes_of, change};
use crate::world::{Faults, World};

/// `asker` asks `host` for contact by an invitation of its own, and nothing has left yet.
fn request(world: &mut World, asker: usize, host: usize) -> ContactId {
    let number = world.command(host, |p, now, rng| {
        p.invite(now, rng, false, None).expect("room")
    });
    let text = world.nodes[host]
        .profile
        .open_invitations()
        .find(|invitation| invitation.number == number)
        .expect("just made")
        .text;
    world.command(asker, |p, now, rng| {
        p.add_contact_by(now, rng, &text, None, "hello")
            .expect("a good invitation")
    })
}

/// The request has come; what the host calls it.
fn undecided(world: &mut World, host: usize) -> ContactId {
    assert!(world.run_until(900, |w| w.undecided(host).is_some()));
    world.undecided(host).expect("just waited for")
}

fn accept(world: &mut World, host: usize, contact: ContactId) {
    world.command(host, |p, now, rng| {
        (p.accept(now, rng, contact, None).expect("undecided"), ())
    });
}

/// Exactly these kinds of violation were seen, each at least once.
fn assert_saw(world: &World, expected: &[ViolationKind], what: &str) {
    let mut kinds: Vec<ViolationKind> = Vec::new();
    for violation in &world.violations {
        if !kinds.contains(&violation.kind) {
            kinds.push(violation.kind);
        }
    }
    assert_eq!(kinds, expected, "{what}");
}

const ALICE: usize = 0;
const BOB: usize = 1;
const MALLORY: usize = 2;

/// Alice has asked Mallory, and Mallory, in place of an answer, has asked Bob with the Olm keys of that request. Bob accepted.
/// Gives: Mallory as Alice knows her, Alice as Mallory knows her, Bob as Mallory knows him, Mallory as Bob knows her.
fn misbound(seed: u64) -> (World, [ContactId; 4]) {
    let mut world = World::new(seed, &["Alice", "Bob", "Mallory"], Faults::default());
    let mallory_at_alice = request(&mut world, ALICE, MALLORY);
    let alice = undecided(&mut world, MALLORY);
    let record = &world.nodes[MALLORY].store[&RecordKey::Relation(alice)];
    let theirs = bytes_of(record, "request").expect("what Alice sent");
    let theirs = Request::decode(&theirs).expect("an honest request");
    let bob = request(&mut world, MALLORY, BOB);
    world.stop(MALLORY);
    let key = RecordKey::Relation(bob);
    change(&mut world, MALLORY, key, "request", |ours| {
        let mut ours = Request::decode(&ours).expect("an honest request");
        ours.olm = theirs.olm;
        ours.one_time_key = theirs.one_time_key;
        ours.encode().expect("fits").to_vec()
    });
    world.restart(MALLORY);
    let mallory = undecided(&mut world, BOB);
    accept(&mut world, BOB, mallory);
    world.run(60);
    (world, [mallory_at_alice, alice, bob, mallory])
}

/// H1: Bob's program does what it does for everybody, and waits for a confirmation that Mallory can not make, for she can
/// not even read his: her program sees a pre-key message for keys that are not hers.
#[test]
fn nobody_becomes_a_contact_with_the_olm_keys_of_somebody_else() {
    let (mut world, [_, _, bob, mallory]) = misbound(1);
    assert_saw(&world, &[ViolationKind::PreKey], "Mallory's program");
    world.run(600);
    assert_saw(&world, &[ViolationKind::PreKey], "Mallory's program");
    assert_eq!(world.stage(BOB, mallory), StageName::Accepting);
    assert_eq!(world.stage(MALLORY, bob), StageName::Requested);
}

/// H1 to its end: Mallory hands what Bob wrote to her on to Alice, as her own answer. Alice's session opens it, as the review
/// found, and then shows that it was for another pair. She is nobody's contact by it, and neither is Mallory.
#[test]
fn an_olm_message_that_is_handed_on_is_for_another_pair() {
    let (mut world, [mallory_at_alice, alice, _, mallory]) = misbound(2);
    world.stop(BOB);
    // What was on its way to Mallory's own session arrives there.
    world.run(5);
    // Both reached Mallory under a seal of hers: the acceptance and the Olm message of his confirmation.
    let store = &world.nodes[BOB].store;
    let accepted = bytes_of(&store[&RecordKey::Relation(mallory)], "accept").expect("his");
    let bobs_olm = Accept::decode(&accepted).expect("his acceptance").olm;
    let first = bytes_of(&store[&RecordKey::Outbox(mallory, 0)], "olm").expect("it left");
    world.violations.clear();
    world.command(MALLORY, |p, now, rng| {
        let step = p.accept_as(now, rng, alice, bobs_olm, (0, first));
        (step.expect("Alice waits"), ())
    });
    world.run(3_600);
    assert_saw(&world, &[ViolationKind::Header], "Alice's program");
    assert_eq!(world.stage(ALICE, mallory_at_alice), StageName::Requested);
    assert_eq!(world.stage(MALLORY, alice), StageName::Accepting);
    assert_eq!(world.stage(BOB, mallory), StageName::Accepting);
}

/// D1.5: what Alice's own acceptance would have to hold comes back as Mallory's.
#[test]
fn an_own_key_in_an_acceptance_is_refused() {
    let mut world = World::new(3, &["Alice", "Mallory"], Faults::default());
    let mallory = request(&mut world, 0, 1);
    let alice = undecided(&mut world, 1);
    let record = &world.nodes[1].store[&RecordKey::Relation(alice)];
    let theirs = bytes_of(record, "request").expect("what Alice sent");
    let own: X25519Public = Request::decode(&theirs).expect("an honest request").olm;
    world.command(1, |p, now, rng| {
        let step = p.accept_as(now, rng, alice, own, (0, vec![7; 64]));
        (step.expect("Alice waits"), ())
    });
    world.run(600);
    assert_saw(&world, &[ViolationKind::Key], "Alice's program");
    assert_eq!(world.stage(0, mallory), StageName::Requested);
    assert_eq!(world.stage(1, alice), StageName::Accepting);
}

/// The confirmation among what waits for a contact, and where.
fn confirmation(world: &World, node: usize, contact: ContactId) -> (RecordKey, Confirm) {
    let mut records = world.nodes[node].store.iter();
    let found = records.find_map(|(key, record)| {
        let RecordKey::Outbox(to, _) = key else {
            return None;
        };
        let inside = Inside::decode(&bytes_of(record, "inside")?).ok()?;
        match inside.kind {
            InsideKind::Confirm(confirm) if *to == contact => Some((*key, confirm)),
            _ => None,
        }
    });
    found.expect("a confirmation waits")
}

/// One bit of the acceptor's confirmation is wrong, all else is right: the requester believes nothing.
#[test]
fn a_wrong_confirmation_by_the_acceptor_is_refused() {
    for (at, bit) in [(0, 0), (0, 1), (17, 0x10), (31, 0x80)] {
        let mut world = World::new(10 + at as u64, &["Amal", "Noor"], Faults::default());
        let noor = request(&mut world, 0, 1);
        let amal = undecided(&mut world, 1);
        accept(&mut world, 1, amal);
        world.stop(1);
        let (key, mut confirm) = confirmation(&world, 1, amal);
        confirm.mac[at] ^= bit;
        change(&mut world, 1, key, "inside", |_| {
            let kind = InsideKind::Confirm(confirm);
            Inside { kind }.encode().to_vec()
        });
        world.restart(1);
        world.run(600);
        if bit == 0 {
            // The control: nothing was changed.
            assert_eq!(world.violations, []);
            assert_eq!(world.stage(0, noor), StageName::Accepted);
            assert_eq!(world.stage(1, amal), StageName::Accepted);
            continue;
        }
        assert_saw(&world, &[ViolationKind::Confirmation], "Amal's program");
        assert_eq!(world.stage(0, noor), StageName::Requested);
        assert_eq!(world.stage(1, amal), StageName::Accepting);
    }
}

/// The same the other way round: the acceptor goes on waiting, and dials no door that came with it.
#[test]
fn a_wrong_confirmation_by_the_requester_is_refused() {
    for (at, bit) in [(0, 0), (0, 1), (17, 0x10), (31, 0x80)] {
        let mut world = World::new(20 + at as u64, &["Amal", "Noor"], Faults::default());
        let noor = request(&mut world, 0, 1);
        let amal = undecided(&mut world, 1);
        accept(&mut world, 1, amal);
        // Amal has read Noor's confirmation, and her own is on its way and arrives nowhere.
        assert!(world.run_until(900, |w| w.stage(0, noor) == StageName::Accepted));
        world.stop(0);
        world.stop(1);
        let (key, mut confirm) = confirmation(&world, 0, noor);
        world.nodes[0].store.remove(&key);
        confirm.mac[at] ^= bit;
        world.restart(0);
        world.restart(1);
        assert!(world.run_until(600, |w| w.connected(0, noor)));
        assert_eq!(world.stage(1, amal), StageName::Accepting);
        let now = world.time();
        let profile = &mut world.nodes[0].profile;
        let kind = InsideKind::Confirm(confirm);
        let step = profile.lie_inside(now, &mut world.rng, noor, kind, |letter| {
            letter.sequence = 1;
        });
        world.carry_out(0, step.expect("connected"));
        world.run(600);
        if bit == 0 {
            assert_eq!(world.violations, []);
            assert_eq!(world.stage(1, amal), StageName::Accepted);
            continue;
        }
        assert_saw(&world, &[ViolationKind::Confirmation], "Noor's program");
        assert_eq!(world.stage(1, amal), StageName::Accepting);
        let dials = world.nodes[1].profile.dials(world.time());
        let chat = undertone_protocol::Purpose::Chat;
        assert!(dials.iter().all(|dial| dial.purpose != chat));
    }
}
