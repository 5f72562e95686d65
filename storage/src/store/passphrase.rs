//! What passphrases do beside opening: being changed, wiping other vaults, and no longer opening anything.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::header::{self, Front, Header, Headers, KdfParameters, SIZE, WriteError};
use crate::home::{self, Home, VAULTS, VaultPaths};
use crate::keys;
use crate::residence::{Claim, Residence};
use crate::schema;
use crate::seal::{self, Key};
use crate::store::{CommitError, CreateError, DestroyError, OpenError, Store, create, enter};

/// Names one of the four vaults of a home. It says nothing of what the vault is used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VaultId(u8);

impl VaultId {
    /// The four vaults that every home has.
    pub const ALL: [Self; 4] = [Self(0), Self(1), Self(2), Self(3)];

    /// The number of the vault, 0 to 3: the directory `vaults/v0` to `vaults/v3`.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    pub(super) fn of(number: usize) -> Self {
        Self(u8::try_from(number).unwrap_or(u8::MAX))
    }
}

/// Which vault a passphrase opens is not printed.
impl std::fmt::Debug for VaultId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VaultId(…)")
    }
}

impl Store {
    /// Opens a store as [`open`](Self::open) does, but destroys nothing: for passphrases that somebody gives to have
    /// something kept.
    ///
    /// # Errors
    /// [`OpenError::WouldWipe`] if the passphrase [wipes](Self::set_wipe) other vaults; nothing was written then. See
    /// [`OpenError`].
    pub fn open_to_keep(home: &Home, passphrase: &[u8]) -> Result<Self, OpenError> {
        open(home, passphrase, Wiping::Refused)
    }

    /// Changes the passphrase. The data key stays, so nothing else is written again: someone who has an old
    /// copy of the header and the old passphrase can still open the store. The salt is that of the home and stays as well.
    ///
    /// # Errors
    /// [`CreateError::Taken`] if the passphrase opens another vault of the home; [`CreateError::CostIsShared`] if `cost`
    /// is not that of the home. Nothing has changed then. After other errors either passphrase may be the one that opens.
    pub fn change_passphrase(
        &self,
        passphrase: &[u8],
        cost: KdfParameters,
    ) -> Result<(), CreateError> {
        let wipes = if self.claim.residence().is_spent(self.claim.number()) {
            0
        } else {
            self.wipes.load(Ordering::Acquire)
        };
        self.write_passphrase(passphrase, cost, wipes)
    }

    /// Makes a passphrase open this store (the old one no longer does), and when it next does, first destroy `wiped`: their headers
    /// and key files are overwritten and flushed before anything is opened. That takes no longer than any
    /// opening. Once it is done this header no longer names them: it looks as if it never had.
    ///
    /// So this store is what is shown in place of the others: fill it accordingly. With an empty `wiped` the passphrase is an
    /// ordinary one.
    ///
    /// # Errors
    /// [`CreateError::WipesItself`] if `wiped` has the vault of this store, and those of [`change_passphrase`](Self::change_passphrase).
    pub fn set_wipe(
        &self,
        passphrase: &[u8],
        cost: KdfParameters,
        wiped: &[VaultId],
    ) -> Result<(), CreateError> {
        if wiped.contains(&self.vault()) {
            return Err(CreateError::WipesItself);
        }
        let wipes = wiped.iter().fold(0, |wipes, vault| wipes | 1 << vault.0);
        self.write_passphrase(passphrase, cost, wipes)
    }

    fn write_passphrase(
        &self,
        passphrase: &[u8],
        cost: KdfParameters,
        wipes: u8,
    ) -> Result<(), CreateError> {
        let _writer = self.writer()?;
        cost.check()?;
        let (residence, number) = (self.claim.residence(), self.claim.number());
        let headers = {
            let _files = residence.files();
            Headers::read(&residence.vaults())?
        };
        let (front, key) = free_key(&headers, passphrase, cost, Some(number))?;
        create::fill(residence, Some(&front))?;
        let header = Header {
            data_key: self.data_key.clone(),
            schema: schema::CURRENT.version,
            wipes,
        };
        let bytes = header.seal(&front, &key, number)?;
        write_header(&self.claim, &headers, &bytes)?;
        self.wipes.store(wipes, Ordering::Release);
        residence.note_spent(number, false);
        self.count(2 * VAULTS as u64, 2 * VAULTS as u64 * SIZE as u64);
        Ok(())
    }

    /// Destroys this profile: overwrites both copies of its header and of its key file with noise and flushes them. Afterwards no
    /// passphrase opens it, and its vault looks like an unused one. What lies in the log is not overwritten:
    /// without the keys nobody can read it.
    ///
    /// The store is closed by it; another thread that is writing notices at its next call.
    ///
    /// # Errors
    /// See [`DestroyError`]. All files were tried.
    pub fn destroy(&self) -> Result<(), DestroyError> {
        let residence = self.claim.residence();
        destroy_vaults(residence, &[self.claim.number()])?;
        if self.is_deniable() {
            // What was committed before must not be written after all files got one time.
            if let Err(error) = self.log.settle() {
                tracing::warn!(%error, "the log of a destroyed profile cannot be written");
            }
            residence.align_times()?;
        }
        Ok(())
    }
}

impl Store {
    /// Destroys all profiles of the home that this store lies in, as [`Home::destroy`] does. All stores of it are closed by it.
    ///
    /// # Errors
    /// See [`DestroyError`]. All files were tried.
    pub fn destroy_home(&self) -> Result<(), DestroyError> {
        Ok(destroy_vaults(self.claim.residence(), &[0, 1, 2, 3])?)
    }
}

impl Home {
    /// Destroys all profiles of the home, open ones included: overwrites headers and key files of all vaults with noise,
    /// headers first, and flushes them. It asks for no passphrase and does not wait for another program that has a store open: that
    /// program holds keys in its memory as long as it runs.
    ///
    /// # Errors
    /// See [`DestroyError`]. All files were tried.
    pub fn destroy(&self) -> Result<(), DestroyError> {
        match self.entered() {
            Some(residence) => destroy_vaults(&residence, &[0, 1, 2, 3])?,
            None => {
                let vaults = std::array::from_fn(|number| home::vault_paths(self.path(), number));
                overwrite_all(&vaults, &[0, 1, 2, 3])?;
            }
        }
        Ok(())
    }
}

fn destroy_vaults(residence: &Residence, numbers: &[usize]) -> io::Result<()> {
    let mark = || {
        numbers
            .iter()
            .for_each(|number| residence.mark_destroyed(*number))
    };
    // Marked first: a thread that waits for the files must find it so when it gets them. And again with the files held: a
    // store may have been opened in between.
    mark();
    let _files = residence.files();
    mark();
    let done = overwrite_all(&residence.vaults(), numbers);
    // Also if it failed in part: the stores take nothing more.
    numbers.iter().for_each(|number| residence.ring(*number));
    done
}

/// Overwrites headers and key files of some vaults with noise. An error does not keep the rest from being overwritten.
fn overwrite_all(vaults: &[VaultPaths; VAULTS], numbers: &[usize]) -> io::Result<()> {
    let doomed = || {
        let vaults = numbers.iter().map(|number| &vaults[*number]);
        vaults.filter(|paths| paths.dir.exists())
    };
    if doomed().next().is_none() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let front = Headers::read(vaults)
        .ok()
        .and_then(|headers| headers.front());
    let mut result = Ok(());
    let mut keep = |done: io::Result<()>| {
        if result.is_ok() {
            result = done;
        }
    };
    for paths in doomed() {
        for done in overwrite_headers(paths, front.as_ref()) {
            keep(done);
        }
    }
    // Without the beginning, where the nonce lies, the rest opens with no key.
    for paths in doomed() {
        for path in paths.keys() {
            keep(write_keys(&path, true));
        }
    }
    result
}

/// Makes both copies of a header those of an unused vault of the home: the same noise behind the same salt. What happened
/// to each is said; one that fails does not keep the other.
fn overwrite_headers(paths: &VaultPaths, front: Option<&Front>) -> [io::Result<()>; 2] {
    // Where no header is left to tell the salt, it may as well be noise.
    let noise = front.map_or_else(header::shapeless, header::noise);
    paths.headers().map(|path| match &noise {
        Ok(noise) => home::overwrite(&path, noise),
        Err(error) => Err(error.kind().into()),
    })
}

/// Writes a copy of a key file: with the bytes it has, or with noise. Both are read, drawn and written in any case, so
/// that it takes the same time. An overwritten one has at least the smallest size afterwards.
fn write_keys(path: &Path, is_wiped: bool) -> io::Result<()> {
    let size = match fs::metadata(path) {
        // What cannot be read is overwritten all the same.
        Err(error) if is_wiped || error.kind() == io::ErrorKind::NotFound => 0,
        found => found?.len(),
    };
    let found = match home::read_limited(path, keys::LARGEST) {
        Err(_) if is_wiped => None,
        found => found?,
    };
    let size = usize::try_from(size.min(keys::LARGEST)).map_err(io::Error::other)?;
    let mut noise = vec![0; size.max(keys::STEP)];
    seal::fill_random(&mut noise)?;
    match found {
        Some(bytes) if !is_wiped => home::overwrite(path, &bytes),
        // Missing, or no key file of ours: not for us to repair.
        None if !is_wiped => Ok(()),
        _ => home::overwrite(path, &noise),
    }
}

/// Whether an opening may destroy other vaults.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wiping {
    Allowed,
    /// Refused with [`OpenError::WouldWipe`], and nothing is written.
    Refused,
}

/// Opens whichever store a passphrase opens.
pub(super) fn open(home: &Home, passphrase: &[u8], wiping: Wiping) -> Result<Store, OpenError> {
    let residence = enter(home)?;
    let (claim, header) = unlock(&residence, passphrase, wiping)?;
    Store::start(claim, header, schema::CURRENT)
}

/// Opens the header that a passphrase fits, wipes what it names, and takes its vault.
fn unlock(
    residence: &Arc<Residence>,
    passphrase: &[u8],
    wiping: Wiping,
) -> Result<(Claim, Header), OpenError> {
    let vaults = residence.vaults();
    // Derived with nothing held: it takes most of a second, and a destruction must not wait for it.
    let (front, key) = Headers::read(&vaults)?.derive(passphrase)?;
    let _files = residence.files();
    let headers = Headers::read(&vaults)?;
    let opened = headers.open(&front, &key);
    let opened = opened.ok_or_else(|| headers.why_not())?;
    if opened.header.schema > schema::CURRENT.version {
        return Err(OpenError::NewerSchema(opened.header.schema));
    }
    if wiping == Wiping::Refused && opened.header.wipes != 0 {
        return Err(OpenError::WouldWipe);
    }
    if !headers.is_whole() {
        tracing::warn!("a copy of a passphrase header is damaged; one's own is repaired");
    }
    create::fill(residence, Some(&front))?;
    let (number, mut header) = (opened.number, opened.header);
    let wipes = std::mem::take(&mut header.wipes);
    let is_wiped = |vault: usize| vault != number && wipes >> vault & 1 == 1;
    (0..VAULTS)
        .filter(|vault| is_wiped(*vault))
        .for_each(|vault| residence.mark_destroyed(vault));

    // The same writes and flushes, whatever the header says: only the bytes differ.
    let mut result = Ok(());
    let mut keep = |done: io::Result<()>| {
        if result.is_ok() {
            result = done;
        }
    };
    for (vault, paths) in vaults.iter().enumerate() {
        if is_wiped(vault) {
            overwrite_headers(paths, Some(&front))
                .into_iter()
                .for_each(&mut keep);
        } else if vault != number {
            for path in paths.headers() {
                keep(home::rewrite(&path, SIZE as u64, SIZE as u64).map(drop));
            }
        }
    }
    for (vault, paths) in vaults.iter().enumerate() {
        for path in paths.keys() {
            keep(write_keys(&path, is_wiped(vault)));
        }
    }
    (0..VAULTS)
        .filter(|vault| is_wiped(*vault))
        .for_each(|vault| residence.ring(vault));
    match result {
        Err(error) if wipes == 0 => {
            // Nothing had to happen to these files, and another vault must not keep this one shut.
            tracing::warn!(%error, "a header or a key file cannot be written");
        }
        result => result?,
    }
    // Written only now: an interrupted wipe is done again by the next opening.
    let emptied = header.seal(&front, &key, number);
    let bytes = if wipes == 0 {
        opened.bytes
    } else {
        emptied.map_err(|error| match error {
            WriteError::Io(error) => error,
            other => io::Error::other(other),
        })?
    };
    match header::write(&vaults[number], &bytes) {
        Err(error) if wipes == 0 => tracing::warn!(%error, "a header cannot be repaired"),
        written => written?,
    }
    if wipes != 0 {
        // A store that has it open already must not name them again.
        residence.note_spent(number, true);
    }
    let claim = residence.claim(number).ok_or(OpenError::AlreadyOpen)?;
    residence.note_spent(number, false);
    Ok((claim, header))
}

/// The key that a new passphrase gives in a home, if no vault but `own` is opened by it and the cost is the home's. A home
/// without headers gets its salt now.
pub(super) fn free_key(
    headers: &Headers,
    passphrase: &[u8],
    cost: KdfParameters,
    own: Option<usize>,
) -> Result<(Front, Key), CreateError> {
    let front = match headers.front() {
        Some(front) if front.cost().check().is_ok() => front,
        _ => Front::generate(cost)?,
    };
    if front.cost() != cost {
        return Err(CreateError::CostIsShared);
    }
    let key = front.derive(passphrase)?;
    match headers.open(&front, &key) {
        Some(opened) if Some(opened.number) != own => Err(CreateError::Taken),
        _ => Ok((front, key)),
    }
}

/// Writes the header of a vault, and those of the others unchanged beside it. `before`: the headers from before the key was
/// derived, which took most of a second.
///
/// Fails with [`CommitError::Closed`] if the vault was destroyed since then, here or by another program: who destroyed
/// it relies on no passphrase opening it any more.
pub(super) fn write_header(
    claim: &Claim,
    before: &Headers,
    bytes: &[u8; SIZE],
) -> Result<(), CommitError> {
    let (residence, number) = (claim.residence(), claim.number());
    let _files = residence.files();
    let vaults = residence.vaults();
    // Looked at with the files held: what was destroyed stays destroyed.
    if claim.is_destroyed() || !Headers::read(&vaults)?.is_same(before, number) {
        return Err(CommitError::Closed);
    }
    for copy in 0..2 {
        for (vault, paths) in vaults.iter().enumerate() {
            let path = &paths.headers()[copy];
            if vault == number {
                home::overwrite(path, bytes)?;
            } else if let Err(error) = home::rewrite(path, SIZE as u64, SIZE as u64) {
                tracing::warn!(%error, "the header of another vault cannot be written");
            }
        }
    }
    Ok(())
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::*;
    use crate::home;

    fn cost() -> KdfParameters {
        KdfParameters::testing()
    }

    /// The panic comes while a new passphrase is being derived: what was read before must not be written back.
    #[test]
    fn a_header_is_not_written_over_a_destruction() {
        for elsewhere in [false, true] {
            let place = tempfile::tempdir().unwrap();
            let home = Home::create(place.path().join("profile")).unwrap();
            let store = Store::create(&home, b"old", cost()).unwrap();
            let residence = store.claim.residence();
            let headers = Headers::read(&residence.vaults()).unwrap();
            let (front, key) = free_key(&headers, b"new", cost(), None).unwrap();
            let header = Header::new(store.data_key.clone(), schema::CURRENT.version);
            let bytes = header.seal(&front, &key, store.claim.number()).unwrap();
            if elsewhere {
                // Another program knows nothing of the stores that are open here.
                let vaults = std::array::from_fn(|number| home::vault_paths(home.path(), number));
                overwrite_all(&vaults, &[0, 1, 2, 3]).unwrap();
            } else {
                store.destroy_home().unwrap();
            }
            let written = write_header(&store.claim, &headers, &bytes);
            assert!(matches!(written, Err(CommitError::Closed)));
            drop(store);
            for passphrase in [b"old", b"new"] {
                let opened = Store::open(&home, passphrase);
                assert!(matches!(opened, Err(OpenError::WrongPassphrase)));
            }
        }
    }
}
