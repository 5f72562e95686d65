//! Traffic under faults, over many seeds: whatever breaks and whenever, nothing acknowledged is
//! lost, nothing is shown twice, both sides agree in the end.

use undertone_protocol::ContactId;

use crate::world::{Faults, World};

/// What a run came to. `Err`: which invariant broke.
fn traffic(seed: u64, faults: Faults) -> Result<World, String> {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    let (noor, amal) = world.befriend(0, 1);
    world.faults = faults;
    let peers = [(0, noor), (1, amal)];
    // Enough for several re-keys; every third seed lets one side only listen.
    for index in 0..60 {
        for (node, contact) in peers {
            if node == 1 && seed.is_multiple_of(3) && index > 5 {
                continue;
            }
            for part in 0..4 {
                if world.nodes[node].online {
                    world.send(node, contact, &format!("{node}:{index}:{part}"));
                }
            }
        }
        world.run(if index % 7 == 0 { 20 } else { 1 });
        check_no_repeat(&world, &peers)?;
    }
    world.faults = Faults::default();
    world.run_until(60, |w| w.nodes.iter().all(|node| node.online));
    let done = world.run_until(900, |w| {
        peers
            .iter()
            .all(|&(node, contact)| w.all_received(node, contact))
    });
    check_no_repeat(&world, &peers)?;
    for (sender, receiver) in [(0, 1), (1, 0)] {
        let contact = peers[receiver].1;
        let received = world.conversation(receiver, contact).0;
        let sent = &world.nodes[sender].sent;
        let names = |list: &[(u64, undertone_wire::MessageId, String)]| -> Vec<_> {
            list.iter()
                .map(|(_, id, text)| (*id, text.clone()))
                .collect()
        };
        if names(&received) != names(sent) {
            return Err(format!(
                "{sender} sent {} and {} arrived",
                sent.len(),
                received.len()
            ));
        }
    }
    if !done {
        return Err("not everything was acknowledged".into());
    }
    if let Some(violation) = world.violations.first() {
        return Err(format!("honest peers see a violation: {}", violation.kind));
    }
    Ok(world)
}

fn check_no_repeat(world: &World, peers: &[(usize, ContactId)]) -> Result<(), String> {
    for &(node, contact) in peers {
        if !world.nodes[node].online {
            continue;
        }
        let (theirs, _) = world.conversation(node, contact);
        let mut ids: Vec<_> = theirs.iter().map(|(_, id, _)| *id).collect();
        ids.sort();
        ids.dedup();
        if ids.len() != theirs.len() {
            return Err("a message is shown twice".into());
        }
    }
    Ok(())
}

/// How many seeds; more by the environment, for long runs.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let many = std::env::var("UNDERTONE_SEEDS").ok();
    0..many.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn all(usual: u64, faults: Faults) -> u32 {
    let mut crashes = 0;
    for seed in seeds(usual) {
        match traffic(seed, faults) {
            Ok(world) => crashes += world.crashes,
            Err(broken) => panic!("seed {seed} with {faults:?}: {broken}"),
        }
    }
    crashes
}

#[test]
fn cut_connections() {
    all(
        40,
        Faults {
            cut: 40,
            ..Faults::default()
        },
    );
}

#[test]
fn half_open_connections() {
    all(
        30,
        Faults {
            half_open: 60,
            ..Faults::default()
        },
    );
}

#[test]
fn crashes_between_commit_and_transmit() {
    let crashes = all(
        40,
        Faults {
            crash_after_commit: 20,
            ..Faults::default()
        },
    );
    assert!(crashes > 80, "only {crashes} crashes happened");
}

#[test]
fn crashes_before_the_commit() {
    let crashes = all(
        40,
        Faults {
            crash_before_commit: 20,
            ..Faults::default()
        },
    );
    assert!(crashes > 80, "only {crashes} crashes happened");
}

#[test]
fn everything_at_once() {
    all(
        40,
        Faults {
            cut: 60,
            half_open: 120,
            crash_after_commit: 60,
            crash_before_commit: 60,
            skip_commit: 0,
        },
    );
}

/// The positive control: a program that leaves commits out is caught.
#[test]
fn a_mutant_that_skips_commits_is_caught() {
    let faults = Faults {
        skip_commit: 15,
        crash_after_commit: 30,
        ..Faults::default()
    };
    let caught = (0..20)
        .filter(|&seed| {
            let outcome = std::panic::catch_unwind(|| traffic(seed, faults).map(|_| ()));
            !matches!(outcome, Ok(Ok(())))
        })
        .count();
    assert!(caught >= 15, "only {caught} of 20 seeds caught the mutant");
}

#[test]
fn two_runs_of_one_seed_are_the_same() {
    let faults = Faults {
        cut: 60,
        half_open: 120,
        crash_after_commit: 60,
        crash_before_commit: 60,
        skip_commit: 0,
    };
    for seed in 0..5 {
        let first = traffic(seed, faults).expect("a good seed");
        let second = traffic(seed, faults).expect("a good seed");
        assert_eq!(first.trace, second.trace);
    }
}

#[test]
fn a_crash_at_every_commit_of_a_whole_life() {
    // Once without a fault, to count; then with a crash at each commit in turn, before and after.
    // The chance is fixed by the seed, so each run crashes somewhere else.
    for seed in seeds(40) {
        let faults = Faults {
            crash_after_commit: 8,
            crash_before_commit: 8,
            ..Faults::default()
        };
        let mut world = World::new(seed, &["Amal", "Noor"], faults);
        let (noor, amal) = world.befriend(0, 1);
        world.faults = Faults::default();
        world.run_until(60, |w| w.nodes.iter().all(|node| node.online));
        world.send(0, noor, "after all that");
        world.send(1, amal, "indeed");
        let done = world.run_until(300, |w| w.all_received(0, noor) && w.all_received(1, amal));
        assert!(done, "seed {seed}");
        assert_eq!(world.violations, [], "seed {seed}");
    }
}
