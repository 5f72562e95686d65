//! The reader of one copy of the disk: all that it can see of the vaults without a key, and how many of them stand out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use crate::fixture::Place;

/// What varies by chance from vault to vault.
const BY_CHANCE: [&str; 5] = [
    "sizes: log",
    "sizes: snapshot",
    "sizes: all",
    "position in the log",
    "entropy: log",
];

/// What one look tells of a vault.
#[derive(Debug)]
pub(super) struct Look {
    names: BTreeSet<String>,
    sizes: BTreeMap<String, u64>,
    modified: BTreeSet<SystemTime>,
    /// Bits of entropy of a byte, of each file.
    pub(super) entropy: BTreeMap<String, f64>,
    pub(super) position: u64,
    records: BTreeMap<usize, u64>,
}

/// Names that are the same for the same file of another vault.
fn plain_name(path: &Path) -> (String, u64) {
    let name = path.file_name().unwrap().to_str().unwrap();
    match name.split_once("snap.") {
        Some((_, position)) => (
            "snap".to_owned(),
            u64::from_str_radix(position, 16).unwrap(),
        ),
        None => (name.to_owned(), 0),
    }
}

fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u64; 256];
    bytes
        .iter()
        .for_each(|byte| counts[usize::from(*byte)] += 1);
    let share = |count: &u64| *count as f64 / bytes.len() as f64;
    let parts = counts.iter().filter(|count| **count > 0).map(share);
    -parts.map(|share| share * share.log2()).sum::<f64>()
}

fn look(vault: &Path) -> Look {
    let mut look = look_at_files(vault);
    let log = sled::Config::new()
        .path(vault.join("log"))
        .flush_every_ms(None)
        .open()
        .unwrap();
    for record in log.iter() {
        *look.records.entry(record.unwrap().1.len()).or_default() += 1;
    }
    look
}

/// What can be seen without opening the log.
pub(super) fn look_at_files(vault: &Path) -> Look {
    let mut look = Look {
        names: BTreeSet::new(),
        sizes: BTreeMap::new(),
        modified: BTreeSet::new(),
        entropy: BTreeMap::new(),
        position: 0,
        records: BTreeMap::new(),
    };
    let mut open = vec![vault.to_path_buf()];
    while let Some(directory) = open.pop() {
        let modified = fs::metadata(&directory).unwrap().modified();
        look.modified.insert(modified.unwrap());
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let (name, position) = plain_name(&path);
            look.names.insert(name.clone());
            look.position = look.position.max(position);
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let metadata = fs::metadata(&path).unwrap();
            look.modified.insert(metadata.modified().unwrap());
            look.sizes.insert(name.clone(), metadata.len());
            look.entropy
                .insert(name, entropy(&fs::read(&path).unwrap()));
        }
    }
    look
}

/// For each way of looking: how many vaults stand out from those that have the least, by more than chance explains.
pub(super) fn distinguish(place: &Place) -> BTreeMap<&'static str, usize> {
    // A copy, as the reader has it; looking with sled writes to it. Times are those of the original.
    let copy = place.copy();
    let looks: Vec<Look> = (0..4)
        .map(|vault| {
            let mut look = look(&copy.vault_number(vault));
            look.modified = times(&place.vault_number(vault));
            look
        })
        .collect();
    let above = |value: &dyn Fn(&Look) -> f64, tolerance: f64| {
        let least = looks.iter().map(value).fold(f64::INFINITY, f64::min);
        looks
            .iter()
            .filter(|look| value(look) > least * (1.0 + tolerance) + 1e-9)
            .count()
    };
    let sum = |sizes: &BTreeMap<String, u64>| sizes.values().sum::<u64>() as f64;
    let mut found = BTreeMap::new();
    found.insert(
        "names",
        looks
            .iter()
            .filter(|look| look.names != looks[0].names)
            .count(),
    );
    found.insert("sizes: log", above(&|look| size_of(look, "db"), 0.3));
    found.insert("sizes: snapshot", above(&|look| size_of(look, "snap"), 0.3));
    found.insert(
        "sizes: keys",
        above(
            &|look| size_of(look, "keys-1") + size_of(look, "keys-2"),
            0.0,
        ),
    );
    found.insert("sizes: all", above(&|look| sum(&look.sizes), 0.3));
    found.insert(
        "position in the log",
        above(&|look| look.position as f64, 0.15),
    );
    let latest = |look: &Look| {
        let latest = look.modified.iter().next_back().unwrap();
        latest
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap()
            .as_nanos()
    };
    let earliest = looks.iter().map(latest).min().unwrap();
    found.insert(
        "times",
        looks.iter().filter(|look| latest(look) != earliest).count(),
    );
    let spread = |look: &&Look| look.modified.len() > 1;
    found.insert("times within a vault", looks.iter().filter(spread).count());
    found.insert(
        "sizes: journal",
        above(&|look| size_of(look, "journal"), 0.0),
    );
    for name in ["db", "keys-1", "mark", "journal", "header-1"] {
        found.insert(
            match name {
                "db" => "entropy: log",
                "keys-1" => "entropy: keys",
                "mark" => "entropy: mark",
                "journal" => "entropy: journal",
                _ => "entropy: header",
            },
            above(
                &|look| look.entropy[name],
                if name == "header-1" { 0.05 } else { 0.02 },
            ),
        );
    }
    let count = |look: &Look| look.records.values().sum::<u64>() as f64;
    found.insert("records", above(&count, 0.0));
    found.insert(
        "sizes of records",
        looks
            .iter()
            .filter(|look| look.records != looks[0].records)
            .count(),
    );
    found
}

pub(super) fn size_of(look: &Look, name: &str) -> f64 {
    look.sizes.get(name).map_or(0.0, |size| *size as f64)
}

fn times(vault: &Path) -> BTreeSet<SystemTime> {
    let mut times = BTreeSet::new();
    let mut open = vec![vault.to_path_buf()];
    while let Some(path) = open.pop() {
        times.insert(fs::metadata(&path).unwrap().modified().unwrap());
        if path.is_dir() {
            open.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        }
    }
    times
}

/// No vault stands out in what does not vary by chance.
pub(super) fn assert_even(found: &BTreeMap<&'static str, usize>) {
    for (way, count) in found {
        assert!(*count == 0 || BY_CHANCE.contains(way), "{way}: {found:?}");
    }
}
