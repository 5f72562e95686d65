//! What every bench prints: figures with their unit, goal and number of samples, and the conditions
//! under which they came about. It judges nothing: a goal that was missed is printed as missed.

use std::fs;

/// A Markdown table of figures.
pub(crate) struct Table(Vec<[String; 5]>);

impl Table {
    pub(crate) fn new() -> Self {
        Self(vec![
            ["figure", "value", "unit", "N", "goal"].map(str::to_owned),
        ])
    }

    /// A figure without a goal has an empty one.
    pub(crate) fn add(
        &mut self,
        name: &str,
        value: impl ToString,
        unit: &str,
        n: usize,
        goal: &str,
    ) {
        let n = n.to_string();
        self.0
            .push([name, &value.to_string(), unit, &n, goal].map(str::to_owned));
    }

    pub(crate) fn print(&self) {
        println!();
        for (index, row) in self.0.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if index == 0 {
                println!("|---|---|---|---|---|");
            }
        }
        println!();
    }
}

/// The conditions of a run: load at the beginning and at the end.
pub(crate) struct Conditions {
    begin: String,
}

impl Conditions {
    pub(crate) fn begin() -> Self {
        Self { begin: load() }
    }

    /// `more` is what the bench itself decided.
    pub(crate) fn print(&self, more: &str) {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let build = if cfg!(debug_assertions) {
            "dev (opt-level 1, cryptography 3)"
        } else {
            "release (opt-level 3)"
        };
        println!(
            "Conditions: {cores} cores, load average {} at the beginning and {} at the end, \
             build profile {build}; {more}.",
            self.begin,
            load()
        );
    }
}

/// The load averages over 1, 5 and 15 minutes; empty where the system does not tell.
fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
