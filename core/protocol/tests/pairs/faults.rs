//! Traffic under faults, over many seeds: whatever breaks and whenever, nothing acknowledged is
//! lost, nothing is shown twice, both sides agree in the end.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use undertone_protocol::ContactId;

use crate::seeds;
use crate::world::{Disorder, Faults, Happened, World};

/// What breaks, and how much is said meanwhile.
#[derive(Clone, Copy, Debug)]
struct Storm {
    faults: Faults,
    disorder: Disorder,
    rounds: u32,
    /// It breaks while they become contacts already.
    early: bool,
}

impl Storm {
    /// Long enough for several re-keys.
    const fn long(faults: Faults, disorder: Disorder) -> Self {
        Self {
            faults,
            disorder,
            rounds: 60,
            early: false,
        }
    }

    /// A short one of any mixture.
    fn of(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        // Half of what there is, each as often as not rarely.
        let mut one_in = |often: u32| {
            let happens = rng.random_range(0..2) == 0;
            if happens {
                rng.random_range(often..8 * often)
            } else {
                0
            }
        };
        Self {
            faults: Faults {
                cut: one_in(15),
                half_open: one_in(30),
                crash_after_commit: one_in(10),
                crash_before_commit: one_in(10),
                skip_commit: 0,
            },
            disorder: Disorder {
                both_dial: one_in(1),
                twice: one_in(2),
                late: one_in(15),
                lost: one_in(15),
                again: one_in(2),
            },
            rounds: 12,
            early: seed.is_multiple_of(2),
        }
    }
}

/// What a run came to. `Err`: which invariant broke.
fn traffic(seed: u64, storm: Storm) -> Result<World, String> {
    let mut world = World::new(seed, &["Amal", "Noor"], Faults::default());
    if storm.early {
        (world.faults, world.disorder) = (storm.faults, storm.disorder);
    }
    let (noor, amal) = world.befriend(0, 1);
    (world.faults, world.disorder) = (storm.faults, storm.disorder);
    let peers = [(0, noor), (1, amal)];
    // Every third seed lets one side only listen.
    for index in 0..storm.rounds {
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
    world.disorder = Disorder::default();
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

/// Runs the seeds of one test; gives how often what came about.
fn all(test: &str, usual: u64, storm: impl Fn(u64) -> Storm + Sync) -> Happened {
    let runs = seeds::each(&format!("faults::{test}"), usual, |seed| {
        let storm = storm(seed);
        let world = traffic(seed, storm).map_err(|broken| format!("{broken}, in {storm:?}"))?;
        let crashes = ("crashes", world.crashes);
        Ok(world
            .happened
            .into_iter()
            .chain([crashes])
            .collect::<Vec<_>>())
    });
    let mut all = Happened::new();
    for (what, count) in runs.into_iter().flatten() {
        *all.entry(what).or_default() += count;
    }
    all
}

/// Nothing would fail if what is tried never came about.
fn assert_happened(happened: &Happened, expected: &[(&str, u32)]) {
    for (what, least) in expected {
        let count = happened.get(what).copied().unwrap_or_default();
        let enough = count >= *least || seeds::replays();
        assert!(enough, "only {count} {what}: {happened:?}");
    }
}

const NO_FAULTS: Faults = Faults {
    cut: 0,
    half_open: 0,
    crash_after_commit: 0,
    crash_before_commit: 0,
    skip_commit: 0,
};

const ALL_FAULTS: Faults = Faults {
    cut: 60,
    half_open: 120,
    crash_after_commit: 60,
    crash_before_commit: 60,
    skip_commit: 0,
};

const NO_DISORDER: Disorder = Disorder {
    both_dial: 0,
    twice: 0,
    late: 0,
    lost: 0,
    again: 0,
};

const ALL_DISORDER: Disorder = Disorder {
    both_dial: 2,
    twice: 4,
    late: 60,
    lost: 60,
    again: 20,
};

/// Every mixture of all that can go wrong, each for a short while.
#[test]
fn a_thousand_seeds_of_everything() {
    let happened = all("a_thousand_seeds_of_everything", 1_000, Storm::of);
    let expected = [
        ("crashes", 500),
        ("dials out of turn", 500),
        ("double dials", 500),
        ("frames on older links", 500),
        ("late frames", 500),
        ("lost frames", 500),
        ("receipts forgotten", 500),
    ];
    assert_happened(&happened, &expected);
}

#[test]
fn cut_connections() {
    let faults = Faults {
        cut: 40,
        ..NO_FAULTS
    };
    all("cut_connections", 12, |_| Storm::long(faults, NO_DISORDER));
}

#[test]
fn half_open_connections() {
    let faults = Faults {
        half_open: 60,
        ..NO_FAULTS
    };
    all("half_open_connections", 10, |_| {
        Storm::long(faults, NO_DISORDER)
    });
}

#[test]
fn crashes_between_commit_and_transmit() {
    let faults = Faults {
        crash_after_commit: 20,
        ..NO_FAULTS
    };
    let happened = all("crashes_between_commit_and_transmit", 12, |_| {
        Storm::long(faults, NO_DISORDER)
    });
    assert_happened(&happened, &[("crashes", 80)]);
}

#[test]
fn crashes_before_the_commit() {
    let faults = Faults {
        crash_before_commit: 20,
        ..NO_FAULTS
    };
    let happened = all("crashes_before_the_commit", 12, |_| {
        Storm::long(faults, NO_DISORDER)
    });
    assert_happened(&happened, &[("crashes", 80)]);
}

/// A connection is over for the one side, which goes on with another, and what it said on it comes to the other side later.
#[test]
fn frames_of_old_links_beside_new_ones() {
    let disorder = Disorder {
        late: 40,
        both_dial: 2,
        ..NO_DISORDER
    };
    let happened = all("frames_of_old_links_beside_new_ones", 12, |_| {
        Storm::long(NO_FAULTS, disorder)
    });
    assert_happened(
        &happened,
        &[("late frames", 50), ("frames on older links", 50)],
    );
}

/// A connection ends behind any of its frames, and with what was on its way.
#[test]
fn connections_that_end_behind_any_frame() {
    let disorder = Disorder {
        lost: 30,
        ..NO_DISORDER
    };
    let happened = all("connections_that_end_behind_any_frame", 12, |_| {
        Storm::long(NO_FAULTS, disorder)
    });
    assert_happened(&happened, &[("lost frames", 100)]);
}

/// Both dial at once, and every dial leads to two connections.
#[test]
fn dials_that_cross_and_double() {
    let faults = Faults {
        cut: 30,
        ..NO_FAULTS
    };
    let disorder = Disorder {
        both_dial: 1,
        twice: 1,
        ..NO_DISORDER
    };
    let happened = all("dials_that_cross_and_double", 12, |_| {
        Storm::long(faults, disorder)
    });
    assert_happened(
        &happened,
        &[("dials out of turn", 50), ("double dials", 50)],
    );
}

/// What was delivered is delivered again, by a program that was started anew.
#[test]
fn messages_that_come_again_after_a_restart() {
    let disorder = Disorder {
        again: 8,
        ..NO_DISORDER
    };
    let happened = all("messages_that_come_again_after_a_restart", 12, |_| {
        Storm::long(NO_FAULTS, disorder)
    });
    assert_happened(&happened, &[("receipts forgotten", 80)]);
}

#[test]
fn everything_at_once() {
    all("everything_at_once", 12, |_| {
        Storm::long(ALL_FAULTS, ALL_DISORDER)
    });
}

/// The positive control: a program that leaves commits out is caught.
#[test]
fn a_mutant_that_skips_commits_is_caught() {
    let faults = Faults {
        skip_commit: 15,
        crash_after_commit: 30,
        ..NO_FAULTS
    };
    let outcomes = seeds::run_all(0..20, |seed| {
        traffic(seed, Storm::long(faults, NO_DISORDER)).map(|_| ())
    });
    let caught = outcomes.values().filter(|outcome| outcome.is_err()).count();
    assert!(caught >= 15, "only {caught} of 20 seeds caught the mutant");
}

#[test]
fn two_runs_of_one_seed_are_the_same() {
    let storms = |seed| [Storm::long(ALL_FAULTS, ALL_DISORDER), Storm::of(seed)];
    for seed in 0..3 {
        for storm in storms(seed) {
            let first = traffic(seed, storm).expect("a good seed");
            let second = traffic(seed, storm).expect("a good seed");
            assert_eq!(*first.trace, *second.trace, "seed {seed}");
            assert_eq!(first.happened, second.happened, "seed {seed}");
        }
    }
}
