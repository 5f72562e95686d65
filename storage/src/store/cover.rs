//! Deniable mode: what is written into one vault is covered in the other three.
//!
//! All vaults of a home have the same files, but the one that is used grows. In deniable mode the logs of all four are
//! opened, and what was written into one's own since the last time is repeated in the others with random
//! contents: the same batches, with records of the same sizes, replaced and deleted where one's own were. Their names
//! are made from one's own by a key of this vault, so a covering record can be replaced without keeping a list,
//! and nobody else can tell it from a record of the vault it lies in. Key files and headers are written in all vaults when
//! one's own is, and at the end all files get one time.
//!
//! When it is opened, the vault makes up for what was not covered: its own records that have no counterpart get one; then
//! all four get as many random records of each size as the fullest has. In this mode records that do not open
//! stay where they are: who drops what others left would be found out by having less. Out of it they are dropped.
//!
//! What shows nothing to one look shows a lot to two: see the README.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::home::{self, VAULTS, VaultPaths};
use crate::keys;
use crate::log::{Log, LogError, Step};
use crate::record::{self, RecordKey};
use crate::residence::{Claim, Residence};
use crate::seal::{self, VaultKeys};
use crate::store::plan::Shape;
use crate::store::{CommitError, CoverError, OpenError, Store, audit, create};

/// What waits to be covered is covered at the latest when it has this many bytes.
const PENDING: u64 = 16 << 20;
/// Covering records are written in batches of about this many bytes.
const BATCH: u64 = 4 << 20;
/// Two logs of equal content may differ by this many bytes, and by a quarter, before all are written anew.
const TOLERANCE: u64 = 4 << 20;

/// How many random records every vault gets when the mode is switched on: a power of two in this range, and up to as many more. Each
/// power is as likely as any other, so that a few profiles more or less are within what is drawn. Tests would take hours.
const OCTAVES: RangeInclusive<usize> = if cfg!(debug_assertions) {
    6..=11
} else {
    10..=15
};
/// How many of a hundred of them have which of the sizes of records.
const SHARES: [usize; record::SIZES.len()] = [15, 45, 25, 8, 7];
/// Key files get up to so many MiB: enough for some 60,000 days and months.
const KEY_STEPS: usize = 3;

/// What it cost to cover one's writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CoverCost {
    /// Bytes written into the other vaults.
    pub bytes: u64,
    /// How many of the other vaults could be written: three, unless one of them is damaged.
    pub vaults: u8,
}

/// The open logs of the other vaults, and what has not been repeated there.
pub(super) struct Cover {
    others: Vec<(usize, Arc<Log>)>,
    pending: Vec<Written>,
    bytes: u64,
}

/// A batch that was written, and whether the log was flushed before it: the others are flushed at the same places, because
/// sled leaves word of it in its file.
type Written = (Shape, bool);

impl Store {
    /// Whether what is written into this store is covered in the other vaults.
    #[must_use]
    pub fn is_deniable(&self) -> bool {
        self.cover.lock().is_ok_and(|cover| cover.is_some())
    }

    /// Switches deniable mode on or off for this profile; the setting lies inside the sealed vault. On, it takes full effect
    /// at the next opening, when the logs are also brought to the same size.
    ///
    /// **Every profile of the home needs it**: one that is used without it shows that it is used.
    ///
    /// # Errors
    /// See [`CoverError`].
    pub fn set_deniable(&self, on: bool) -> Result<(), CoverError> {
        let _writer = self.writer()?;
        let mut ring = self.ring().map_err(CommitError::from)?.clone();
        let is_new = on && !ring.deniable;
        ring.deniable = on;
        ring.uneven = on && (ring.uneven || is_new);
        self.uneven.fetch_or(is_new, Ordering::AcqRel);
        if is_new {
            self.claim.residence().note_rewriting_due();
        }
        let mut begun = None;
        if on {
            let residence = self.claim.residence();
            create::fill(residence, None).map_err(CommitError::Io)?;
            let mut others = open_others(&self.claim);
            if is_new {
                blur(&self.log)?;
            }
            level(&self.keys, &self.log, &mut others)?;
            if is_new {
                lengthen_keys(residence).map_err(CommitError::Io)?;
            }
            begun = Some(Cover::new(others));
        }
        // The last: where the disk is too full for cover the mode is not on, and what was written for it is dropped at the next
        // opening.
        self.adopt(ring)?;
        if on {
            self.log.settle().map_err(CommitError::from)?;
            self.claim
                .residence()
                .align_times()
                .map_err(CommitError::Io)?;
        }
        *self.cover.lock().map_err(|_| CommitError::Closed)? = begun;
        Ok(())
    }

    /// In deniable mode, repeats what was written since the last time in the other vaults, and gives all files one
    /// time. To be called on a timer that does not depend on what is done with the store, a quarter of an hour or so;
    /// [`lock`](Self::lock) does it too. Out of deniable mode it does nothing.
    ///
    /// # Errors
    /// See [`CoverError`]. A vault that cannot be written is left out and counted in [`CoverCost::vaults`].
    pub fn cover(&self) -> Result<CoverCost, CoverError> {
        let _one = self.covering.lock().map_err(|_| CommitError::Closed)?;
        if !self.is_deniable() || self.is_closed() {
            return Ok(CoverCost::default());
        }
        // What was written must not be written a moment after all files got one time.
        self.log.settle().map_err(CommitError::from)?;
        let (mut others, pending) = {
            let mut cover = self.cover.lock().map_err(|_| CommitError::Closed)?;
            let Some(cover) = cover.as_mut().filter(|_| !self.is_closed()) else {
                return Ok(CoverCost::default());
            };
            cover.bytes = 0;
            (cover.others.clone(), std::mem::take(&mut cover.pending))
        };
        let residence = self.claim.residence();
        let mut bytes = 0;
        let mut parts = parts(&pending).peekable();
        while let Some(part) = parts.next() {
            let step = |number, (shape, after_flush): &Written| {
                Ok(Step {
                    batch: mirrored(&self.keys, number, shape)?,
                    after_flush: *after_flush,
                })
            };
            let steps = |number, _: &Log| part.iter().map(|one| step(number, one)).collect();
            bytes += write_to_all(&mut others, parts.peek().is_none(), steps)
                .map_err(CommitError::Io)?
                * part.iter().map(size_of).sum::<u64>();
        }
        for (number, _) in &others {
            if !pending.is_empty() && !residence.is_open(*number) {
                let mark = residence.vault(*number).mark();
                bytes += home::rewrite(&mark, 0, 1 << 20).unwrap_or_else(|error| {
                    tracing::warn!(%error, "the mark of another vault cannot be written");
                    0
                });
            }
        }
        residence.align_times().map_err(CommitError::Io)?;
        let vaults = u8::try_from(others.len()).unwrap_or(u8::MAX);
        if let Some(cover) = self.cover.lock().map_err(|_| CommitError::Closed)?.as_mut() {
            cover.others = others;
        }
        self.cover_bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(CoverCost { bytes, vaults })
    }

    /// Remembers whether the logs of all vaults have to be written anew.
    pub(super) fn note_uneven(&self, uneven: bool) -> Result<(), CommitError> {
        let _writer = self.writer()?;
        let mut ring = self.ring()?.clone();
        if ring.uneven == uneven || !ring.deniable {
            return Ok(());
        }
        ring.uneven = uneven;
        self.adopt(ring)
    }

    /// Remembers what is to be covered.
    pub(super) fn note(&self, written: Written, bytes: u64) {
        let is_full = match self.cover.lock().as_deref_mut() {
            Ok(Some(cover)) => {
                cover.pending.push(written);
                cover.bytes += bytes;
                cover.bytes > PENDING
            }
            _ => false,
        };
        // The commit is durable, so it does not fail with the cover.
        if is_full && let Err(error) = self.cover() {
            tracing::warn!(%error, "the other vaults could not be written");
        }
    }

    /// Deletes what other profiles left here for cover.
    pub(super) fn drop_foreign(&self, foreign: Vec<RecordKey>) -> Result<(), LogError> {
        for keys in foreign.chunks(1_000) {
            let mut batch = sled::Batch::default();
            keys.iter().for_each(|key| batch.remove(key));
            self.log.apply(batch)?;
        }
        Ok(())
    }
}

impl Cover {
    fn new(others: Vec<(usize, Arc<Log>)>) -> Self {
        Self {
            others,
            pending: Vec::new(),
            bytes: 0,
        }
    }
}

/// Opens the other vaults and brings all four to one form. The log of the own vault may be written anew for it, so
/// it is given back. `is_due`: the logs are to be written anew in any case. Says at the end whether that is still to
/// be done.
pub(super) fn begin(
    claim: &Claim,
    keys: &VaultKeys,
    mut log: Arc<Log>,
    live: u64,
    is_due: bool,
) -> Result<(Arc<Log>, Cover, bool), OpenError> {
    let residence = claim.residence();
    create::fill(residence, None)?;
    let mut others = open_others(claim);
    // What was made up for was written once, and one's own in many versions, which lie in older parts of the log.
    let was_uncovered = level(keys, &log, &mut others)?;
    // A profile that was opened before in this program may have done it.
    let is_fresh = residence.take_rewritten(claim.number());
    let mut left = (is_due || was_uncovered) && !is_fresh;
    if left || is_uneven(residence, live)? {
        drop((log, others));
        // Not while another profile of this program has its log open: then at another opening.
        let rewritten = residence.with_logs_closed(|| {
            let rewrite = |paths: &VaultPaths| {
                let done = audit::rewrite(paths);
                if let Err(error) = &done {
                    tracing::warn!(%error, "a log could not be written anew; it stays as large as it is");
                    let _left_for_the_next_opening = fs::remove_dir_all(paths.new_log());
                }
                // Of one that does not open nothing can be said, by anybody.
                matches!(done, Ok(()) | Err(OpenError::DamagedRecords))
            };
            // All of them, whatever happens to one.
            residence.vaults().map(|paths| rewrite(&paths))
        });
        match rewritten {
            // Whichever profile is the first to be opened next does it, also if this one never is.
            None => residence.note_rewriting_due(),
            Some(done) if done.contains(&false) => {}
            Some(_) => {
                residence.note_rewritten();
                left = false;
            }
        }
        residence.take_rewritten(claim.number());
        log = audit::open_shared(residence, claim.number())?;
        others = open_others(claim);
    }
    residence.align_times()?;
    Ok((log, Cover::new(others), left))
}

/// Gives the log of one vault random records, as many as a profile could have; [`level`] gives the others as many. So
/// whoever has the passphrase of one profile, and counts what it does not open, does not learn from it that there
/// is another.
fn blur(log: &Log) -> Result<(), CommitError> {
    let octave = OCTAVES.start() + seal::random_below(OCTAVES.clone().count())?;
    let total = (1 << octave) + seal::random_below(1 << octave)?;
    // Sizes as a messenger has them, each share between half and one and a half of what is usual.
    for (size, share) in record::SIZES.into_iter().zip(SHARES) {
        let count = total * share / 200 + seal::random_below(total * share / 100 + 1)?;
        add_noise(log, size, count as u64)?;
    }
    Ok(())
}

/// Writes random records of one size.
fn add_noise(log: &Log, size: usize, count: u64) -> Result<(), CommitError> {
    for first in (0..count).step_by(1_000) {
        let mut batch = sled::Batch::default();
        for _ in first..count.min(first + 1_000) {
            batch.insert(&seal::random_key()?[..], noise(size)?);
        }
        log.apply(batch)?;
    }
    Ok(())
}

/// Gives the key files of all vaults a random length.
fn lengthen_keys(residence: &Residence) -> io::Result<()> {
    let steps = 1 + seal::random_below(KEY_STEPS)?;
    let _files = residence.files();
    for path in residence.vaults().iter().flat_map(VaultPaths::keys) {
        if let Err(error) = home::rewrite(&path, (steps * keys::STEP) as u64, keys::LARGEST) {
            tracing::warn!(%error, "a key file cannot be written");
        }
    }
    Ok(())
}

/// Opens the logs of the other vaults. A damaged one is left as it is: perhaps its owner can do something with it.
fn open_others(claim: &Claim) -> Vec<(usize, Arc<Log>)> {
    let mut others = Vec::new();
    for number in (0..VAULTS).filter(|number| *number != claim.number()) {
        match audit::open_shared(claim.residence(), number) {
            Ok(log) => others.push((number, log)),
            Err(error) => tracing::warn!(%error, "a vault cannot be opened for cover"),
        }
    }
    others
}

/// Whether the logs differ more than equal contents explain, or have grown too large.
fn is_uneven(residence: &Residence, live: u64) -> io::Result<bool> {
    let mut sizes = Vec::new();
    for paths in residence.vaults() {
        sizes.push(audit::size(&paths)?);
    }
    let smallest = sizes.iter().copied().min().unwrap_or(0);
    let largest = sizes.iter().copied().max().unwrap_or(0);
    let difference = largest - smallest;
    Ok((difference > TOLERANCE && difference > smallest / 4) || audit::is_bloated(largest, live))
}

/// Gives each own record its counterpart in the other vaults, then all vaults as many records of each size as the
/// fullest has. Says whether anything was missing.
fn level(
    keys: &VaultKeys,
    own: &Arc<Log>,
    others: &mut Vec<(usize, Arc<Log>)>,
) -> Result<bool, CommitError> {
    let mut has_written = false;
    let mut mine = Shape::new();
    own.visit(|key, stored| {
        if let Ok(key) = key.try_into()
            && record::open_head(&keys.outer, stored).is_ok()
        {
            mine.push((key, u32::try_from(stored.len()).ok()));
        }
        Ok::<_, LogError>(())
    })?;
    let lacked = AtomicBool::new(false);
    for shape in mine.chunks(1_000) {
        write_to_all(others, true, |number, log| {
            let missing = |(key, size): &&(RecordKey, Option<u32>)| {
                let found = log.get(&name(keys, number, key)).ok().flatten();
                found.and_then(|stored| u32::try_from(stored.len()).ok()) != *size
            };
            let shape: Shape = shape.iter().filter(missing).copied().collect();
            lacked.fetch_or(!shape.is_empty(), Ordering::Relaxed);
            Ok(if shape.is_empty() {
                Vec::new()
            } else {
                vec![Step {
                    batch: mirrored(keys, number, &shape)?,
                    after_flush: false,
                }]
            })
        })?;
    }
    // Only the sizes that records have: nobody can make this vault take up anything else.
    let mut counts = vec![sizes_of(own)?];
    others.retain(|(_, log)| match sizes_of(log) {
        Ok(found) => {
            counts.push(found);
            true
        }
        Err(error) => {
            tracing::warn!(%error, "a vault cannot be read for cover");
            false
        }
    });
    let most = |size| counts.iter().filter_map(|of| of.get(&size).copied()).max();
    let mut fill = |log: &Log, found: &BTreeMap<usize, u64>| {
        for size in record::SIZES {
            let lacking = most(size).unwrap_or(0) - found.get(&size).copied().unwrap_or(0);
            has_written |= lacking > 0;
            add_noise(log, size, lacking)?;
        }
        Ok::<_, CommitError>(())
    };
    let mut counted = counts.iter();
    if let Some(found) = counted.next() {
        fill(own, found)?;
    }
    others.retain(|(_, log)| {
        let filled = counted.next().map_or(Ok(()), |found| fill(log, found));
        let left_out = filled.inspect_err(|error| {
            tracing::warn!(%error, "a vault cannot be filled for cover; it is left out");
        });
        left_out.is_ok()
    });
    Ok(has_written || lacked.into_inner())
}

/// How many records of each size a log has.
fn sizes_of(log: &Log) -> Result<BTreeMap<usize, u64>, LogError> {
    let mut sizes = BTreeMap::new();
    log.visit(|_, stored| {
        *sizes.entry(stored.len()).or_default() += 1;
        Ok::<_, LogError>(())
    })?;
    Ok(sizes)
}

/// Applies batches to the other logs, in the order of the vaults, and says to how many; the `last` of several calls makes
/// all of it durable. One that fails is left out from then on.
fn write_to_all(
    others: &mut Vec<(usize, Arc<Log>)>,
    last: bool,
    steps: impl Fn(usize, &Log) -> io::Result<Vec<Step>>,
) -> io::Result<u64> {
    let mut failed = Vec::new();
    for (number, log) in others.iter() {
        let steps = steps(*number, log)?;
        if steps.is_empty() {
            continue;
        }
        if let Err(error) = log.apply_all(steps, last) {
            tracing::warn!(%error, "a vault cannot be written for cover");
            failed.push(*number);
        }
    }
    others.retain(|(number, _)| !failed.contains(number));
    Ok(others.len() as u64)
}

/// The batch that covers one of a shape in vault `number`.
pub(super) fn mirrored(
    keys: &VaultKeys,
    number: usize,
    shape: &[(RecordKey, Option<u32>)],
) -> io::Result<sled::Batch> {
    let mut batch = sled::Batch::default();
    for (key, size) in shape {
        let name = name(keys, number, key);
        match size {
            Some(size) => batch.insert(
                &name,
                noise(usize::try_from(*size).map_err(io::Error::other)?)?,
            ),
            None => batch.remove(&name),
        }
    }
    Ok(batch)
}

/// How the record is named in vault `number` that covers one of ours.
fn name(keys: &VaultKeys, number: usize, key: &RecordKey) -> RecordKey {
    let number = u8::try_from(number).unwrap_or(u8::MAX);
    seal::mac(&keys.cover, "storage cover", &[&[number], key])
}

/// What a sealed record looks like.
fn noise(size: usize) -> io::Result<Vec<u8>> {
    let mut noise = vec![0; size];
    seal::fill_random(&mut noise)?;
    Ok(noise)
}

fn size_of((shape, _): &Written) -> u64 {
    let sizes = shape
        .iter()
        .map(|(key, size)| key.len() as u64 + u64::from(size.unwrap_or(0)));
    sizes.sum()
}

/// What was written in parts of bounded size.
fn parts(written: &[Written]) -> impl Iterator<Item = &[Written]> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let length = rest
            .iter()
            .take_while(|one| {
                let fits = bytes < BATCH;
                bytes += size_of(one);
                fits
            })
            .count();
        let (part, after) = rest.split_at(length);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}
