//! Opening, paging and searching, in a process of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use undertone_engine::{Command, ContactId, Engine, EngineOptions, Reply, SearchCursor};

use crate::figures::Table;
use crate::times::Times;
use crate::{build, timed};

/// Messages of a page, and of a page of hits.
const PAGE: u32 = 50;
/// Pages that are read.
const PAGES: usize = 100;

/// Measures, and prints one line a value: name, tab, microseconds or kilobytes.
pub(crate) fn child(place: &Path) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(place));
}

async fn measure(place: &Path) {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::from(std::process::id()));
    let begin = Instant::now();
    let (open, store) = timed(|| build::open(place));
    say("open: the store", open);
    let start = Instant::now();
    let options = EngineOptions::new(store, Arc::new(build::lonely()));
    let engine = Engine::start(options).await.unwrap();
    say("open: the engine", start.elapsed());
    let start = Instant::now();
    let Reply::Conversations { conversations } = ask(&engine, Command::Conversations).await else {
        panic!("no conversations");
    };
    say("list of conversations", start.elapsed());
    say("open, with the list", begin.elapsed());
    say_memory("memory: opened");

    let numbers: Vec<(ContactId, u64)> = conversations
        .into_iter()
        .map(|one| (one.contact, one.last.map_or(0, |last| last.number)))
        .collect();
    for _ in 0..PAGES {
        let (contact, last) = numbers[rng.random_range(0..numbers.len())];
        say("newest page", page(&engine, contact, None, last).await);
    }
    for _ in 0..PAGES {
        // Any message of all is as likely as any other.
        let all: u64 = numbers.iter().map(|(_, last)| last).sum();
        let mut place = rng.random_range(0..all);
        let mut them = numbers.iter().copied();
        let (contact, before) = loop {
            let (contact, last) = them.next().unwrap();
            if place < last {
                break (contact, place + 1);
            }
            place -= last;
        };
        let took = page(&engine, contact, Some(before), before - 1).await;
        say("any older page", took);
    }
    say_memory("memory: 200 pages read");
    search(&engine, &numbers, &mut rng).await;
    say_memory("memory: searched");
    say_kilobytes("memory: at most", status("VmHWM:"));
    engine.shutdown().await;
}

async fn ask(engine: &Engine, command: Command) -> Reply {
    engine.run(command).await.unwrap()
}

/// Reads a page of which `all` messages are there.
async fn page(engine: &Engine, contact: ContactId, before: Option<u64>, all: u64) -> Duration {
    let command = Command::History {
        contact,
        before,
        after: None,
        limit: PAGE,
    };
    let start = Instant::now();
    let Reply::Messages { messages } = ask(engine, command).await else {
        panic!("no messages");
    };
    let took = start.elapsed();
    assert_eq!(messages.len() as u64, all.min(PAGE.into()));
    took
}

struct Narrowed {
    contact: Option<ContactId>,
    to: Option<u64>,
    before: Option<SearchCursor>,
}

const EVERYTHING: Narrowed = Narrowed {
    contact: None,
    to: None,
    before: None,
};

async fn found(
    engine: &Engine,
    query: &str,
    narrowed: Narrowed,
) -> (Duration, usize, Option<SearchCursor>) {
    let command = Command::Search {
        query: query.to_owned(),
        contact: narrowed.contact,
        from: None,
        to: narrowed.to,
        before: narrowed.before,
        limit: PAGE,
    };
    let start = Instant::now();
    let Reply::Found {
        hits,
        more,
        index_percent: None,
    } = ask(engine, command).await
    else {
        panic!("no hits, or an index in the making");
    };
    (start.elapsed(), hits.len(), more)
}

async fn search(engine: &Engine, conversations: &[(ContactId, u64)], rng: &mut ChaCha8Rng) {
    let (first, second) = (build::word(1), build::word(2));
    let queries = [
        ("a common word", format!("{first} "), PAGE),
        ("a prefix of one letter", "k".to_owned(), PAGE),
        ("two common words", format!("{first} {second} "), PAGE),
        ("a word of 5 messages", build::RARE.to_owned(), 5),
        ("a word of no message", "zebra ".to_owned(), 0),
        ("a prefix of no message", "zeb".to_owned(), 0),
        (
            "two words, never together",
            format!("{} zebra", build::RARE),
            0,
        ),
    ];
    // Each may be the first after the opening, which meets the emptiest cache.
    let first_place = rng.random_range(0..queries.len());
    for place in (0..queries.len()).map(|place| (first_place + place) % queries.len()) {
        let (name, text, expected) = &queries[place];
        let (took, hits, _) = found(engine, text, EVERYTHING).await;
        assert_eq!(hits, *expected as usize, "{name}");
        if place == first_place {
            say(
                "search: the first one after opening, any of the below",
                took,
            );
        }
        say(&format!("search: {name}"), took);
        let (took, ..) = found(engine, text, EVERYTHING).await;
        say(&format!("search again: {name}"), took);
    }
    let mut before = None;
    for _ in 0..20 {
        let narrowed = Narrowed {
            before,
            ..EVERYTHING
        };
        let (took, _, more) = found(engine, &queries[0].1, narrowed).await;
        say("search: further pages of a common word", took);
        before = more;
    }
    let longest = conversations.iter().max_by_key(|(_, last)| *last);
    let narrowed = Narrowed {
        contact: longest.map(|(contact, _)| *contact),
        ..EVERYTHING
    };
    let (took, ..) = found(engine, &queries[0].1, narrowed).await;
    say("search: in the longest conversation", took);
    let narrowed = Narrowed {
        to: Some((u64::from(build::today()) - 365) * 86_400),
        ..EVERYTHING
    };
    let (took, ..) = found(engine, &queries[0].1, narrowed).await;
    say("search: before a year ago", took);
}

/// A line of what the system knows of this process, in kilobytes.
fn status(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse().ok());
    number.unwrap_or(0)
}

fn say_memory(name: &str) {
    say_kilobytes(name, status("VmRSS:"));
}

fn say_kilobytes(name: &str, value: u64) {
    println!("{name}\t{value}");
}

fn say(name: &str, took: Duration) {
    println!("{name}\t{}", took.as_micros());
}

/// The values of all children.
#[derive(Default)]
pub(crate) struct Measured {
    order: Vec<String>,
    values: BTreeMap<String, Vec<u64>>,
}

impl Measured {
    pub(crate) fn take(&mut self, text: &str) {
        for line in text.lines() {
            let (name, value) = line.split_once('\t').unwrap();
            if !self.values.contains_key(name) {
                self.order.push(name.to_owned());
            }
            let values = self.values.entry(name.to_owned()).or_default();
            values.push(value.parse().unwrap());
        }
    }

    /// The goals are for the worst of all, not for the median.
    pub(crate) fn show(&self) {
        let mut table = Table::new();
        for name in &self.order {
            let values = &self.values[name];
            if name.starts_with("memory") {
                let most = *values.iter().max().unwrap() as f64 / 1_024.0;
                table.at_most(name, most, "MB, max", values.len(), 200.0);
                continue;
            }
            let times = values.iter().copied().map(Duration::from_micros);
            let times = Times::new(times.collect());
            let most = times.at(100).as_secs_f64() * 1e3;
            let goal = match name.as_str() {
                "open, with the list" => Some(2_000.0),
                "newest page" => Some(20.0),
                "any older page" => Some(50.0),
                name if name.starts_with("search") => Some(100.0),
                _ => None,
            };
            let goal = goal.map(|goal| {
                let verdict = if most <= goal { "met" } else { "MISSED" };
                format!("max ≤ {goal}: {verdict}")
            });
            let unit = "ms, p50 / p99 (min-max)";
            let goal = goal.unwrap_or_default();
            table.add(name, times.milliseconds(), unit, times.count(), &goal);
        }
        table.print();
    }
}
