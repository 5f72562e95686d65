//! Scenarios drawn from seeds: two to four people on the in-memory network, in virtual time, while
//! connections break, programs crash between commit and transmission, disks refuse, clocks are days
//! off and doors move. After every step nothing acknowledged is lost, nothing is shown twice, no key
//! is used twice; in the end both sides have the same.
//!
//! `UNDERTONE_SEED=n` replays one seed and shows its trace, `UNDERTONE_SEEDS=n` runs more of them.

mod disk;
mod keys;
mod model;
mod people;
mod run;
mod storm;
mod wire;

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use disk::{Kind, Mutant};
use run::{Outcome, Run};

/// Seeds of the check.
const SEEDS: u64 = 100;
/// What must happen in them, besides all deeds.
const HAPPENS: [&str; 28] = [
    "deaths before a commit",
    "deaths before transmission",
    "commits refused, disk full",
    "commits refused, disk read-only",
    "refused commits that were stored",
    "slow commits",
    "streams cut",
    "streams reset",
    "streams half open",
    "streams stalled",
    "streams released",
    "chunks late",
    "dials failed",
    "nodes parted",
    "nodes frozen",
    "nodes crashed",
    "message keys",
    "first flights",
    "frames",
    "pairs that converged",
    "pairs that were lost and found",
    "messages alike in the end",
    "of them edited",
    "reactions at them",
    "messages taken back that nobody shows",
    "messages whose time was over",
    "older copies that found out",
    "commits",
];

/// A run that broke an invariant.
struct Broken {
    seed: u64,
    what: String,
    trace: Vec<String>,
}

impl std::fmt::Debug for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let from = self.trace.len().saturating_sub(60);
        for line in &self.trace[from..] {
            writeln!(f, "{line}")?;
        }
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        write!(f, "UNDERTONE_SEED={} replays it", self.seed)
    }
}

struct Done {
    outcome: Outcome,
    trace: Vec<String>,
}

/// Where the log of one run goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs one seed. With a mutant, one program leaves one commit out.
fn run(seed: u64, mutant: Option<Arc<Mutant>>) -> Result<Done, Broken> {
    let trace = Arc::new(Mutex::new(Vec::new()));
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        tracing::subscriber::with_default(subscriber, || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let run = Run::new(seed, Arc::clone(&trace), Arc::clone(&log.0)).await;
                run.go(mutant).await
            })
        })
    }));
    let trace = std::mem::take(&mut *trace.lock().unwrap());
    match caught {
        Ok(Ok(outcome)) => Ok(Done { outcome, trace }),
        Ok(Err(what)) => Err(Broken { seed, what, trace }),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            let what = format!("a panic: {}", text.unwrap_or("without words"));
            Err(Broken { seed, what, trace })
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// All seeds of a range, on all processors; what each came to, in order.
fn run_all(
    seeds: u64,
    mutant: impl Fn(u64) -> Option<Arc<Mutant>> + Sync,
) -> Vec<Result<Done, Broken>> {
    let next = AtomicU64::new(0);
    let done = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let result = run(seed, mutant(seed));
                    done.lock().unwrap().insert(seed, result);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}

#[test]
fn whole_engines_keep_all_invariants_in_every_storm() {
    if let Some(seed) = number("UNDERTONE_SEED") {
        let done = run(seed, None).unwrap();
        eprintln!("{}\n{:?}", done.trace.join("\n"), done.outcome.counts);
        return;
    }
    let seeds = number("UNDERTONE_SEEDS").unwrap_or(SEEDS);
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut broken = Vec::new();
    for result in run_all(seeds, |_| None) {
        match result {
            Ok(done) => {
                for (what, count) in done.outcome.counts {
                    *counts.entry(what).or_default() += count;
                }
            }
            Err(bad) => broken.push(bad),
        }
    }
    eprintln!("{counts:#?}");
    for bad in &broken {
        eprintln!("{bad:?}\n");
    }
    assert!(broken.is_empty(), "{} of {seeds} seeds broke", broken.len());
    // Nothing would fail if no storm ever did it.
    if seeds >= SEEDS {
        let deeds = storm::DEEDS.iter().map(|(_, name, ..)| *name);
        let count = |what: &str| counts.get(what).copied().unwrap_or(0);
        let never: Vec<&str> = deeds
            .chain(HAPPENS)
            .filter(|what| count(what) == 0)
            .collect();
        assert!(never.is_empty(), "in {seeds} storms there was no {never:?}");
    }
}

#[test]
fn two_runs_of_one_seed_are_the_same() {
    for seed in 0..4 {
        let (first, second) = (run(seed, None).unwrap(), run(seed, None).unwrap());
        let differs = first.trace.iter().zip(&second.trace).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(first.trace.len(), second.trace.len(), "seed {seed}");
        let (first, second) = (first.outcome.network, second.outcome.network);
        let differs = first.iter().zip(&second).find(|(a, b)| a != b);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(first.len(), second.len(), "seed {seed}");
    }
}

/// The positive control: a program that leaves out a single commit is caught, whenever its loss can be seen at all.
/// A commit that holds no message and no change of one is written again by the next, so leaving it out is no loss: that it is not
/// caught shows that others are caught for what they hold.
#[test]
fn a_mutant_that_leaves_one_commit_out_is_caught() {
    const MUTANTS: u64 = 24;
    let kinds = [Kind::Own, Kind::Incoming, Kind::Change, Kind::Other];
    let mutants: Vec<Arc<Mutant>> = (0..MUTANTS)
        .zip(kinds.into_iter().cycle())
        .map(|(seed, kind)| Mutant::new(kind, seed / 4))
        .collect();
    let results = run_all(MUTANTS, |seed| mutants.get(seed as usize).cloned());
    let mut tally: BTreeMap<Kind, [u32; 2]> = BTreeMap::new();
    let mut escaped = Vec::new();
    for (seed, (mutant, result)) in mutants.iter().zip(&results).enumerate() {
        let held = mutant.held.lock().unwrap().clone();
        let Some(held) = held else {
            eprintln!(
                "seed {seed}: {:?} never came, nothing was left out",
                mutant.kind
            );
            continue;
        };
        let [happened, caught] = tally.entry(mutant.kind).or_default();
        *happened += 1;
        let records = &held.records;
        match result {
            Err(bad) => {
                *caught += 1;
                eprintln!(
                    "seed {seed}: {:?} {records:?} caught: {}",
                    mutant.kind, bad.what
                );
            }
            Ok(_) if mutant.kind == Kind::Other => {
                eprintln!("seed {seed}: only {records:?}: the next commit had all of it again");
            }
            Ok(_) => {
                eprintln!("seed {seed}: {:?} {records:?} ESCAPED", mutant.kind);
                escaped.push(seed);
            }
        }
    }
    eprintln!("kinds of mutants, how many there were, how many were caught: {tally:?}");
    assert!(escaped.is_empty(), "{escaped:?} escaped");
    for kind in &kinds[..3] {
        let [happened, _] = tally.get(kind).copied().unwrap_or_default();
        assert!(
            happened >= 5,
            "only {happened} of 6 mutants left out {kind:?}"
        );
    }
}
