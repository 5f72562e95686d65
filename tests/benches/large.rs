//! A large profile: opening it, paging through it, searching it, what that takes of memory, and what storing one
//! more message costs beside bare sled and redb.
//!
//! `cargo bench -p undertone-tests --bench large` prints tables. The profile is built once, through the store and in
//! the formats that the engine writes: 500 contacts made from one that two engines on the in-memory network
//! made, with messages of three years, few contacts having most of them. Its search index is built by the engine
//! itself. `--place DIR` keeps it for the next run. Each opening happens in a process of its own, so its memory is
//! that of this work alone; what the operating system keeps of the files is not thrown away between them.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[path = "large/build.rs"]
mod build;
#[path = "shared/figures.rs"]
mod figures;
#[path = "large/read.rs"]
mod read;
#[path = "large/store.rs"]
mod store;
#[path = "shared/times.rs"]
mod times;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use figures::Conditions;

/// The contacts of the profile.
const CONTACTS: usize = 500;
/// The days that the messages are spread over.
const DAYS: u64 = 3 * 365;
/// The data key: what deriving one from a passphrase costs is measured by `start`.
const KEY: [u8; 32] = [7; 32];

#[derive(Parser)]
struct Options {
    /// How many messages the profile has.
    #[arg(long, default_value_t = if cfg!(debug_assertions) { 50_000 } else { 1_000_000 })]
    messages: u64,
    /// Where the profile is kept for the next run.
    #[arg(long)]
    place: Option<PathBuf>,
    /// How often the profile is opened.
    #[arg(long, default_value_t = 7)]
    openings: usize,
    /// Builds the profile and measures nothing else.
    #[arg(long)]
    build: bool,
    /// Measures reading in this process: set by the benchmark itself.
    #[arg(long, hide = true)]
    child: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let temporary = tempfile::tempdir().unwrap();
    let place = options.place.as_deref().unwrap_or(temporary.path());
    let place = place.join(format!("{}-messages", options.messages));
    if options.child {
        return read::child(&place);
    }
    let conditions = Conditions::begin();
    if !place.exists() {
        made(&place, options.messages);
    }
    if options.build {
        return;
    }
    let mut all = read::Measured::default();
    // The first opening may write the log anew; it is shown alone.
    for opening in 0..=options.openings {
        let text = child(&place, options.messages);
        if opening == 0 {
            println!("first opening: {}", text.lines().next().unwrap());
        } else {
            all.take(&text);
        }
    }
    all.show();
    store::costs(&place, options.messages);
    conditions.print(&format!(
        "{} messages, {CONTACTS} contacts, {DAYS} days, in-memory network where nobody answers",
        options.messages
    ));
}

/// Builds the profile; interrupted, it goes on with the step that was not finished.
fn made(place: &Path, messages: u64) {
    let (unfinished, stored) = (
        place.with_extension("unfinished"),
        place.with_extension("stored"),
    );
    if !stored.exists() {
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).unwrap();
        }
        let (took, ()) = timed(|| build::profile(&unfinished, messages));
        std::fs::rename(&unfinished, &stored).unwrap();
        println!("messages stored in {:.0} s", took.as_secs_f64());
    }
    let (took, ()) = timed(|| build::index(&stored));
    println!("index built in {:.0} s", took.as_secs_f64());
    std::fs::rename(&stored, place).unwrap();
}

/// Opens the profile in a process of its own; gives what it measured.
fn child(place: &Path, messages: u64) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("--child")
        .args(["--messages", &messages.to_string()])
        .args(["--place".as_ref(), place.parent().unwrap().as_os_str()])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs something and says how long it took.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}
