//! Runs of many seeds, on all processors. `UNDERTONE_SEEDS=n` runs that many in place of the usual number, or a tenth of them
//! where each takes long; `UNDERTONE_SEED=n` one alone, with its trace. Each that fails is named with the way to replay it, a panic like
//! anything else.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().expect("a number"))
}

/// A test with so many seeds or more has short ones.
const MANY: u64 = 1_000;

/// Whether one seed is replayed, and its trace wanted.
pub(crate) fn replays() -> bool {
    number("UNDERTONE_SEED").is_some()
}

/// Whether there is time for all that could be tried.
pub(crate) fn long() -> bool {
    std::env::var_os("UNDERTONE_LONG").is_some_and(|value| value == "1")
}

/// What a run came to; a panic is an `Err` with its words.
pub(crate) fn caught<T>(run: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or(panic.downcast_ref::<&str>().copied());
        Err(format!("a panic: {}", text.unwrap_or("without words")))
    })
}

/// Runs `run` with each number below `count`, in no order; gives what each came to, in order.
pub(crate) fn run_all<T: Send>(
    numbers: std::ops::Range<u64>,
    run: impl Fn(u64) -> Result<T, String> + Sync,
) -> BTreeMap<u64, Result<T, String>> {
    let next = AtomicU64::new(numbers.start);
    let done = Mutex::new(BTreeMap::new());
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    let outcome = caught(|| run(number));
                    done.lock().expect("no panic").insert(number, outcome);
                }
            });
        }
    });
    done.into_inner().expect("no panic")
}

/// Runs the usual number of seeds for the test of this name, or as many as the environment says.
///
/// # Panics
/// When a seed fails, after all were run and those that fail are named.
pub(crate) fn each<T: Send>(
    test: &str,
    usual: u64,
    run: impl Fn(u64) -> Result<T, String> + Sync,
) -> Vec<T> {
    let numbers = match number("UNDERTONE_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            let wanted = number("UNDERTONE_SEEDS");
            let share = if usual < MANY { 10 } else { 1 };
            0..wanted.map_or(usual, |wanted| (wanted / share).max(1))
        }
    };
    let (mut good, mut broken) = (Vec::new(), 0);
    for (seed, outcome) in run_all(numbers, run) {
        match outcome {
            Ok(value) => good.push(value),
            Err(what) => {
                broken += 1;
                eprintln!(
                    "seed {seed}: {what}\nUNDERTONE_SEED={seed} cargo test -p undertone-protocol --test pairs -- \
                     --nocapture --exact {test} replays it\n"
                );
            }
        }
    }
    assert_eq!(broken, 0, "seeds of {test} that broke: see above");
    good
}

/// What happened in a run, in words. Of a run that is replayed it is shown when the run ends, well or by a panic.
#[derive(Default)]
pub(crate) struct Trace(Vec<String>);

impl Deref for Trace {
    type Target = Vec<String>;

    fn deref(&self) -> &Vec<String> {
        &self.0
    }
}

impl DerefMut for Trace {
    fn deref_mut(&mut self) -> &mut Vec<String> {
        &mut self.0
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        if replays() {
            eprintln!("{}", self.0.join("\n"));
        }
    }
}
