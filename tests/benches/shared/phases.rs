//! Where the time of a message goes inside the engines. The engine marks its phases in the trace;
//! the marks are collected with the time and with the party, which is the name of the thread.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

const TARGET: &str = "undertone_engine::phase";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Batch,
    Commit,
    Durable,
    Left,
}

struct Mark {
    at: Instant,
    party: Box<str>,
    phase: Phase,
}

/// All marks so far.
#[derive(Clone, Default)]
pub(crate) struct Marks(Arc<Mutex<Vec<Mark>>>);

/// What one message took inside the engines of both sides.
#[derive(Clone, Copy, Default)]
pub(crate) struct Inside {
    /// From the command until the sender's engine took it up.
    pub(crate) queue: Duration,
    /// Machine steps: everything that is computed before a commit.
    pub(crate) machine: Duration,
    /// Commits, from the hand-over to the disk's thread until its answer.
    pub(crate) commit: Duration,
    /// After the commit: frames to the connection's task, records read back for events.
    pub(crate) effects: Duration,
    pub(crate) commits: u32,
    pub(crate) batches: u32,
}

impl Inside {
    pub(crate) fn total(&self) -> Duration {
        self.queue + self.machine + self.commit + self.effects
    }
}

impl Marks {
    /// Begins to collect. Nothing else of the trace is formatted or kept.
    pub(crate) fn collect() -> Self {
        let marks = Self::default();
        let only = Targets::new().with_target(TARGET, LevelFilter::TRACE);
        let registry = tracing_subscriber::registry();
        registry.with(marks.clone().with_filter(only)).init();
        marks
    }

    /// Sums what lies between the command and the event of its acknowledgement, over all batches of
    /// both parties in that time, also those that had to do with something else.
    pub(crate) fn between(&self, sender: &str, begin: Instant, end: Instant) -> Inside {
        let marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut inside = Inside::default();
        let mut parties: Vec<&str> = marks.iter().map(|mark| &*mark.party).collect();
        parties.sort_unstable();
        parties.dedup();
        for party in parties {
            let own = marks
                .iter()
                .filter(|mark| *mark.party == *party && (begin..=end).contains(&mark.at));
            let mut last: Option<&Mark> = None;
            for mark in own {
                inside.count(last, mark, party == sender, begin);
                last = Some(mark);
            }
            // The event that ended the time comes before the mark that ends its batch.
            if let Some(Mark {
                at,
                phase: Phase::Durable,
                ..
            }) = last
            {
                inside.effects += end - *at;
            }
        }
        inside
    }
}

impl Inside {
    fn count(&mut self, last: Option<&Mark>, mark: &Mark, sender: bool, begin: Instant) {
        let before = last.map(|last| last.phase);
        let passed = last.map_or(Duration::ZERO, |last| mark.at - last.at);
        match (before, mark.phase) {
            (None | Some(Phase::Left), Phase::Batch) if sender && self.queue.is_zero() => {
                self.queue += mark.at - begin
            }
            (Some(Phase::Batch), Phase::Commit | Phase::Left) => self.machine += passed,
            (Some(Phase::Commit), Phase::Durable) => self.commit += passed,
            (Some(Phase::Durable), Phase::Left) => self.effects += passed,
            _ => {}
        }
        self.commits += u32::from(mark.phase == Phase::Commit);
        self.batches += u32::from(mark.phase == Phase::Batch);
    }
}

impl<S: Subscriber> Layer<S> for Marks {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let at = Instant::now();
        let mut words = Words::default();
        event.record(&mut words);
        let phase = match words.0.as_str() {
            "batch begins" => Phase::Batch,
            "commit begins" => Phase::Commit,
            "commit done" => Phase::Durable,
            "effects done" => Phase::Left,
            other => panic!("the engine marks a phase that this bench does not know: {other}"),
        };
        let thread = std::thread::current();
        let party = thread.name().unwrap_or_default().into();
        let mut marks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        marks.push(Mark { at, party, phase });
    }
}

#[derive(Default)]
struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
