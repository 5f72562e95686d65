//! Making vaults: the four of a new home, and a further profile in one that is not in use.
//!
//! All four are made in the same way and in the same order, beside their place, and moved there as one when they are
//! whole. Headers, key files, marks and journals of unused ones are noise of the same sizes; their logs get what the first
//! profile's log gets, with random names and contents.

use std::fs;
use std::io;
use std::sync::Arc;

use crate::header::{self, Front, Header, Headers, KdfParameters};
use crate::home::{self, Home, VAULTS, VaultPaths};
use crate::journal;
use crate::keys::{self, Ring};
use crate::log::Log;
use crate::mark::Mark;
use crate::residence::{Claim, Residence};
use crate::schema::{self, Schema};
use crate::seal::{self, DataKey, VaultKeys};
use crate::store::plan::{Plan, Planned};
use crate::store::tip::Tip;
use crate::store::{CommitError, CreateError, OpenError, Store, audit, cover, passphrase};

/// The vault that stores opened by a raw key use; such a home has no other until it needs them.
#[cfg(any(test, feature = "raw-key"))]
pub(super) const RAW_VAULT: usize = 0;

impl Store {
    /// Creates the four vaults of a home that holds none, takes one of them, drawn at random, for a store sealed
    /// under a passphrase, and opens it.
    ///
    /// How good the passphrase is, is the caller's concern: any bytes are taken. The cost is that of the home from
    /// then on, for all its profiles.
    ///
    /// # Errors
    /// See [`CreateError`]. A creation that was interrupted leaves nothing in the way of the next.
    pub fn create(
        home: &Home,
        passphrase: &[u8],
        cost: KdfParameters,
    ) -> Result<Self, CreateError> {
        let residence = vacant(home)?;
        let front = Front::generate(cost)?;
        let key = front.derive(passphrase)?;
        let header = Header::new(DataKey::generate()?, schema::CURRENT.version);
        let own = seal::random_below(VAULTS)?;
        let vaults: [_; VAULTS] = std::array::from_fn(|number| unfinished(home, number));
        for (number, paths) in vaults.iter().enumerate() {
            home::private_directory(&paths.dir)?;
            let bytes = if number == own {
                header.seal(&front, &key, number)?
            } else {
                header::noise(&front)?
            };
            header::write(paths, &bytes)?;
        }
        lay_out(&vaults, own, &header.data_key, schema::CURRENT)?;
        publish(home, &vaults)?;
        let claim = residence.claim(own).ok_or(OpenError::InUse)?;
        Ok(Self::start(claim, header, schema::CURRENT)?)
    }

    /// Creates a further profile in the same home, in one of the vaults that are **not open now**, drawn at random,
    /// and opens it beside this one.
    ///
    /// Nothing on disk tells which vaults are in use; that is what they are for. So a profile that is not open may be
    /// **overwritten**, without a trace and without a warning: open every profile that is to be kept, with this
    /// [`Home`] or a clone of it, and say so to the person before. No vault keeps a list of the others, because
    /// whoever is made to open one would give away the rest with it.
    ///
    /// # Errors
    /// [`CreateError::NoVaultLeft`] if all four are open; [`CreateError::Taken`] if the passphrase opens one of the
    /// vaults already; [`CreateError::CostIsShared`] if `cost` is not that of the home. Nothing has changed then.
    pub fn create_beside(
        &self,
        passphrase: &[u8],
        cost: KdfParameters,
    ) -> Result<Self, CreateError> {
        create_beside(self.claim.residence(), passphrase, cost)
    }

    /// Creates a store without a passphrase header, in a home of one vault.
    ///
    /// # Errors
    /// See [`CreateError`].
    #[cfg(feature = "raw-key")]
    pub fn create_with_key(home: &Home, key: &DataKey) -> Result<Self, CreateError> {
        Self::build(home, key.clone(), schema::CURRENT)
    }

    #[cfg(any(test, feature = "raw-key"))]
    pub(crate) fn build(
        home: &Home,
        data_key: DataKey,
        schema: Schema,
    ) -> Result<Self, CreateError> {
        let residence = vacant(home)?;
        let vaults = [unfinished(home, RAW_VAULT)];
        home::private_directory(&vaults[0].dir)?;
        lay_out(&vaults, 0, &data_key, schema)?;
        publish(home, &vaults)?;
        let claim = residence.claim(RAW_VAULT).ok_or(OpenError::InUse)?;
        let header = Header::new(data_key, schema.version);
        Ok(Self::start(claim, header, schema)?)
    }
}

impl Home {
    /// As [`Store::create_beside`], beside whatever stores of this home, or of a clone of it, are open.
    ///
    /// # Errors
    /// [`CreateError::NoneOpen`] if there are none, and those of [`Store::create_beside`].
    pub fn create_beside(
        &self,
        passphrase: &[u8],
        cost: KdfParameters,
    ) -> Result<Store, CreateError> {
        let residence = self.entered().ok_or(CreateError::NoneOpen)?;
        if (0..VAULTS).any(|number| residence.is_open(number)) {
            create_beside(&residence, passphrase, cost)
        } else {
            Err(CreateError::NoneOpen)
        }
    }
}

fn create_beside(
    residence: &Arc<Residence>,
    passphrase: &[u8],
    cost: KdfParameters,
) -> Result<Store, CreateError> {
    cost.check()?;
    let headers = {
        let _files = residence.files();
        Headers::read(&residence.vaults())?
    };
    let (front, key) = passphrase::free_key(&headers, passphrase, cost, None)?;
    let claim = claim_any(residence)?;
    let header = Header::new(DataKey::generate()?, schema::CURRENT.version);
    fill(residence, Some(&front))?;
    take(&claim, &header.data_key)?;
    let bytes = header.seal(&front, &key, claim.number())?;
    passphrase::write_header(&claim, &headers, &bytes)?;
    Ok(Store::start(claim, header, schema::CURRENT)?)
}

/// A home that holds nothing, with a place to build in.
fn vacant(home: &Home) -> Result<Arc<Residence>, CreateError> {
    home.check()?;
    let residence = home.enter()?.ok_or(OpenError::InUse)?;
    if home.holds_store() {
        return Err(CreateError::Exists);
    }
    let new = home::unfinished_vaults(home.path());
    if new.exists() {
        fs::remove_dir_all(&new)?;
    }
    home::private_directory(&new)?;
    Ok(residence)
}

fn unfinished(home: &Home, number: usize) -> VaultPaths {
    VaultPaths {
        dir: home::unfinished_vaults(home.path()).join(format!("v{number}")),
    }
}

/// Writes key files, marks, journals and logs of new vaults, one of which is in use.
fn lay_out(
    vaults: &[VaultPaths],
    own: usize,
    data_key: &DataKey,
    schema: Schema,
) -> Result<(), CreateError> {
    let keys = VaultKeys::derive(data_key).map_err(OpenError::from)?;
    let mut ring = Ring::default();
    ring.write_among(vaults, own, &keys.ring)
        .map_err(OpenError::from)?;
    let (mut logs, mut marks) = (Vec::new(), Vec::new());
    for paths in vaults {
        logs.push(Log::open(&paths.log()).map_err(OpenError::from)?);
        marks.push(Mark::open(&paths.mark())?);
        journal::complete(&paths.journal())?;
    }
    let planned = first_batch(&keys, &logs[own], &ring, schema)?;
    let mut real = Some(planned.batch);
    for (number, log) in logs.iter().enumerate() {
        let batch = match real.take_if(|_| number == own) {
            Some(batch) => batch,
            None => cover::mirrored(&keys, number, &planned.shape)?,
        };
        log.apply(batch).map_err(CommitError::from)?;
    }
    marks[own].write(&keys.mark, planned.tip.commits)?;
    marks.iter().try_for_each(Mark::sync)?;
    Ok(())
}

/// What the log of a new profile begins with.
fn first_batch(
    keys: &VaultKeys,
    log: &Log,
    ring: &Ring,
    schema: Schema,
) -> Result<Planned, CreateError> {
    let mut plan = Plan::new(keys, log, ring, Tip::default());
    plan.put_schema(schema.version)?;
    Ok(plan.finish()?.ok_or(CommitError::Damaged)?)
}

/// Moves finished vaults to their place, all of them at once.
fn publish(home: &Home, vaults: &[VaultPaths]) -> io::Result<()> {
    for paths in vaults {
        home::sync_directory(&paths.dir)?;
    }
    let new = home::unfinished_vaults(home.path());
    home::sync_directory(&new)?;
    fs::rename(&new, home::vaults_directory(home.path()))?;
    home::sync_directory(home.path())
}

/// A vault that no store of this program has open, drawn at random.
fn claim_any(residence: &Arc<Residence>) -> Result<Claim, CreateError> {
    let mut free: Vec<_> = (0..VAULTS)
        .filter(|number| !residence.is_open(*number))
        .collect();
    while !free.is_empty() {
        let number = free.swap_remove(seal::random_below(free.len())?);
        if let Some(claim) = residence.claim(number) {
            return Ok(claim);
        }
    }
    Err(CreateError::NoVaultLeft)
}

/// Puts the first records of a new profile into a vault, over whatever it was used for. Its header is written
/// after it: until then the vault is an unused one.
fn take(claim: &Claim, data_key: &DataKey) -> Result<(), CreateError> {
    let (residence, own) = (claim.residence(), claim.number());
    let keys = VaultKeys::derive(data_key).map_err(OpenError::from)?;
    let mut ring = Ring::default();
    {
        let _files = residence.files();
        ring.write_among(&residence.vaults(), own, &keys.ring)
            .map_err(OpenError::from)?;
    }
    let log = match audit::open_shared(residence, own) {
        Ok(log) => log,
        // It was given up: what cannot be opened is in the way.
        Err(OpenError::DamagedRecords) => {
            fs::remove_dir_all(claim.paths().log())?;
            audit::open_shared(residence, own)?
        }
        Err(error) => return Err(error.into()),
    };
    let planned = first_batch(&keys, &log, &ring, schema::CURRENT)?;
    log.apply(planned.batch).map_err(CommitError::from)?;
    for number in (0..VAULTS).filter(|number| *number != own) {
        let batch = cover::mirrored(&keys, number, &planned.shape)?;
        let covered = audit::open_shared(residence, number)
            .and_then(|other| Ok(other.apply(batch).map_err(CommitError::from)?));
        if let Err(error) = covered {
            tracing::warn!(%error, "a vault could not be written together with the others");
        }
    }
    let mark = Mark::open(&claim.paths().mark())?;
    mark.write(&keys.mark, planned.tip.commits)?;
    Ok(mark.sync()?)
}

/// Makes the vaults that are missing: those of a home made by a raw key, or that someone removed.
pub(super) fn fill(residence: &Residence, front: Option<&Front>) -> io::Result<()> {
    for paths in residence.vaults() {
        if !paths.dir.exists() {
            home::private_directory(&paths.dir)?;
            for path in paths.keys() {
                home::rewrite(&path, keys::STEP as u64, keys::LARGEST)?;
            }
            Mark::open(&paths.mark())?;
        }
        // Homes of before have none. One's own is looked at again when it is opened.
        if let Err(error) = journal::complete(&paths.journal()) {
            tracing::warn!(%error, "a journal cannot be completed");
        }
        match front {
            Some(front) if !paths.headers().iter().any(|path| path.exists()) => {
                header::write(&paths, &header::noise(front)?)?;
            }
            _ => {}
        }
        home::sync_directory(&paths.dir)?;
    }
    home::sync_directory(&home::vaults_directory(residence.home()))
}
