//! Steps of introductions that cannot be said at once, and what an introduction leaves behind when it is over.

use undertone_protocol::{ContactId, IntroductionStage, StageName};
use undertone_wire::IntroductionId;
use undertone_wire::v1::IntroductionStep;

use super::{DAY, answer, forge, introduce, introduced, offered, offers, three};
use crate::world::World;

/// Says so much to somebody who is not there that nothing more can be said.
fn fill(world: &mut World, node: usize, to: ContactId) {
    for size in [60_000, 1_000, 1] {
        let words = "x".repeat(size);
        let now = world.time();
        while let Ok((step, _)) =
            world.nodes[node]
                .profile
                .send(now, &mut world.rng, to, words.as_str())
        {
            world.carry_out(node, step);
        }
    }
}

fn met(world: &World) -> bool {
    [1, 2].into_iter().all(|node| {
        introduced(world, node).is_some_and(|c| world.stage(node, c) == StageName::Accepted)
    })
}

#[test]
fn a_step_for_whom_nothing_more_can_be_said_to_comes_later() {
    // Whose outbox is full when, and to whom.
    for full in ["ready", "invitation", "passing on"] {
        let (mut world, [(bob, ann_at_bob), (carol, ann_at_carol)]) = three(50);
        let id = introduce(&mut world, [bob, carol]);
        offered(&mut world, 1);
        offered(&mut world, 2);
        answer(&mut world, 1, ann_at_bob, id, true, None);
        world.run(60);
        let asked = |world: &World| world.nodes[0].profile.introductions()[0].stage;
        match full {
            "ready" => {
                world.stop(1);
                world.run(120);
                fill(&mut world, 0, bob);
                answer(&mut world, 2, ann_at_carol, id, true, None);
                let both = |w: &World| asked(w) == IntroductionStage::BothAgreed;
                assert!(world.run_until(300, both));
                world.run(300);
            }
            "invitation" => {
                world.stop(1);
                world.run(120);
                fill(&mut world, 1, ann_at_bob);
                answer(&mut world, 2, ann_at_carol, id, true, None);
                world.run(300);
            }
            _ => {
                world.stop(1);
                answer(&mut world, 2, ann_at_carol, id, true, None);
                let both = |w: &World| asked(w) == IntroductionStage::BothAgreed;
                assert!(world.run_until(300, both));
                world.stop(2);
                world.run(120);
                fill(&mut world, 0, carol);
                world.restart(1);
                world.run(300);
                assert_eq!(offers(&world, 1), [(id, IntroductionStage::Agreed)]);
            }
        }
        assert!(!met(&world), "{full}");
        for node in [1, 2] {
            world.restart(node);
        }
        assert!(world.run_until(4_000, met), "{full}");
        assert_eq!(asked(&world), IntroductionStage::PassedOn);
        assert_eq!(world.violations, []);
    }
}

/// Whoever came by it later would ask, and nobody would know why.
#[test]
fn an_invitation_for_an_introduction_ends_with_it() {
    let (mut world, [(bob, ann_at_bob), _]) = three(51);
    let id = IntroductionId::from_bytes([5; 16]);
    let offer = IntroductionStep::Offer("Eve".to_owned());
    forge(&mut world, 0, bob, id, offer);
    offered(&mut world, 1);
    world.run(10 * DAY);
    answer(&mut world, 1, ann_at_bob, id, true, None);
    forge(&mut world, 0, bob, id, IntroductionStep::Ready);
    let made = |world: &World| world.nodes[1].profile.open_invitations().next();
    assert!(world.run_until(300, |w| made(w).is_some()));
    let ends = world.nodes[1].profile.introductions()[0].ends;
    assert_eq!(made(&world).and_then(|one| one.expires), Some(ends));
    world.run(4 * DAY);
    assert!(offers(&world, 1).is_empty() && made(&world).is_none());
}
