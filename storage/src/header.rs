//! The passphrase headers: what turns a passphrase into the data key of a vault.
//!
//! ```text
//! salt                                                              32  \ the same in all
//! cost of Argon2id, masked by HMAC(salt): KiB (4), passes, lanes     6  / headers of a home
//! nonce                                                             24
//! sealed: schema version (4), data key (32), wiped vaults (1),
//!         zeros; tag                                               450
//! ```
//!
//! 512 bytes in all that look random. Each of the four vaults of a home has one, in two files, used or not; an
//! unused one holds noise. Salt and cost are one for the home, so a passphrase costs one Argon2id and is then
//! tried on all eight copies, always on all of them. There is no magic number and no checksum, so a header
//! that is damaged in the same way in both of its copies looks like one that is not used. Of differing
//! salts the one that most copies have counts. The mask hides nothing from someone who has this program: it only
//! keeps the bytes from being conspicuous.

use std::io;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use crate::home::{self, VAULTS, VaultPaths};
use crate::seal::{self, DataKey, KEY, Key, NONCE, TAG};

/// Size of a header, in bytes.
pub(crate) const SIZE: usize = 512;

const SALT: usize = 32;
const COST: usize = 6;
/// What all headers of a home have in common, in bytes.
pub(crate) const FRONT: usize = SALT + COST;
const BODY: usize = FRONT + NONCE;
const PLAIN: usize = SIZE - BODY - TAG;
const LABEL: &[u8] = b"undertone/1 storage header\0";

/// The cost of turning a passphrase into a key with Argon2id (RFC 9106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KdfParameters {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u8,
    /// Lanes. They are computed one after the other.
    pub lanes: u8,
}

/// Parameters that this build does not use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WeakParameters {
    /// Guessing passphrases would be too cheap.
    #[error("the cost of a guess is below 64 MiB and three passes: this program refuses it")]
    Weak,
    /// More than 1 GiB, 16 passes or 4 lanes, or not enough memory for the lanes.
    #[error("the cost of opening is out of range")]
    OutOfRange,
}

impl KdfParameters {
    /// What programs use: 256 MiB, three passes, one lane (0.7 s on a desktop processor of 2024).
    #[must_use]
    pub const fn shipped() -> Self {
        Self {
            memory_kib: 256 * 1024,
            passes: 3,
            lanes: 1,
        }
    }

    /// The least a release build accepts: 64 MiB, three passes, one lane.
    #[must_use]
    pub const fn minimum() -> Self {
        Self {
            memory_kib: 64 * 1024,
            passes: 3,
            lanes: 1,
        }
    }

    /// As cheap as Argon2id can be. It does not exist in release builds, which refuse it from
    /// a header as well.
    #[cfg(debug_assertions)]
    #[must_use]
    pub const fn testing() -> Self {
        Self {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        }
    }

    /// Whether this build uses these parameters.
    ///
    /// # Errors
    /// See [`WeakParameters`].
    pub fn check(self) -> Result<(), WeakParameters> {
        self.check_as(!cfg!(debug_assertions))
    }

    fn check_as(self, release: bool) -> Result<(), WeakParameters> {
        let Self {
            memory_kib,
            passes,
            lanes,
        } = self;
        let in_range = memory_kib <= 1 << 20
            && (1..=16).contains(&passes)
            && (1..=4).contains(&lanes)
            && memory_kib >= 8 * u32::from(lanes);
        let minimum = Self::minimum();
        if !in_range {
            Err(WeakParameters::OutOfRange)
        } else if release && (memory_kib < minimum.memory_kib || passes < minimum.passes) {
            Err(WeakParameters::Weak)
        } else {
            Ok(())
        }
    }
}

/// Why a key could not be derived from a passphrase.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeriveError {
    #[error(transparent)]
    Parameters(#[from] WeakParameters),
    #[error("there is not enough memory")]
    Memory,
}

/// Runs Argon2id and derives from its result the key that seals what `label` names.
pub(crate) fn derive(
    passphrase: &[u8],
    salt: &[u8; SALT],
    cost: KdfParameters,
) -> Result<Key, DeriveError> {
    cost.check()?;
    let out_of_range = |_| WeakParameters::OutOfRange;
    let params = Params::new(
        cost.memory_kib,
        cost.passes.into(),
        cost.lanes.into(),
        Some(KEY),
    )
    .map_err(out_of_range)?;
    // Our own memory, because the library's is not overwritten after use.
    let mut memory = Vec::new();
    memory
        .try_reserve_exact(params.block_count())
        .map_err(|_| DeriveError::Memory)?;
    memory.resize(params.block_count(), Block::new());
    let mut key = Zeroizing::new([0; KEY]);
    let result = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(passphrase, salt, &mut *key, &mut memory[..]);
    memory.iter_mut().for_each(Zeroize::zeroize);
    result.map_err(out_of_range)?;
    Ok(key)
}

/// Salt and cost of a home, as they stand at the beginning of each header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Front([u8; FRONT]);

impl Front {
    /// A new salt with a cost that this build uses.
    pub(crate) fn generate(cost: KdfParameters) -> Result<Self, WriteError> {
        cost.check().map_err(DeriveError::from)?;
        let mut salt = [0; SALT];
        seal::fill_random(&mut salt)?;
        let mut bytes = [0; FRONT];
        bytes[..SALT].copy_from_slice(&salt);
        bytes[SALT..SALT + 4].copy_from_slice(&cost.memory_kib.to_be_bytes());
        bytes[SALT + 4] = cost.passes;
        bytes[SALT + 5] = cost.lanes;
        Ok(Self(bytes).masked())
    }

    pub(crate) fn from_bytes(bytes: [u8; FRONT]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&self) -> &[u8; FRONT] {
        &self.0
    }

    fn salt(&self) -> [u8; SALT] {
        std::array::from_fn(|place| self.0[place])
    }

    /// Masks the cost, or takes the mask away.
    fn masked(mut self) -> Self {
        let mask = seal::mac(&self.salt(), "storage header mask", &[]);
        self.0[SALT..]
            .iter_mut()
            .zip(mask)
            .for_each(|(byte, mask)| *byte ^= mask);
        self
    }

    pub(crate) fn cost(self) -> KdfParameters {
        let [memory @ .., passes, lanes]: [u8; COST] = {
            let plain = self.masked().0;
            std::array::from_fn(|place| plain[SALT + place])
        };
        KdfParameters {
            memory_kib: u32::from_be_bytes(memory),
            passes,
            lanes,
        }
    }

    /// The key that a passphrase gives in this home: the one Argon2id of an opening.
    pub(crate) fn derive(&self, passphrase: &[u8]) -> Result<Key, DeriveError> {
        derive(passphrase, &self.salt(), self.cost())
    }
}

/// Why a header could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error(transparent)]
    Derive(#[from] DeriveError),
    #[error(transparent)]
    Seal(#[from] seal::Mismatch),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a header holds.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) data_key: DataKey,
    pub(crate) schema: u32,
    /// The vaults that opening this one destroys, one bit each.
    pub(crate) wipes: u8,
}

impl Header {
    /// One that wipes nothing.
    pub(crate) fn new(data_key: DataKey, schema: u32) -> Self {
        Self {
            data_key,
            schema,
            wipes: 0,
        }
    }

    /// Seals it under the key of a passphrase, for one vault of a home.
    pub(crate) fn seal(
        &self,
        front: &Front,
        key: &[u8; KEY],
        number: usize,
    ) -> Result<[u8; SIZE], WriteError> {
        let mut nonce = [0; NONCE];
        seal::fill_random(&mut nonce)?;
        let mut plain = Zeroizing::new([0; PLAIN]);
        plain[..4].copy_from_slice(&self.schema.to_be_bytes());
        plain[4..4 + KEY].copy_from_slice(self.data_key.bytes());
        plain[4 + KEY] = self.wipes;
        let tag = seal::seal(key, &nonce, &associated(front, number), &mut *plain)?;
        let mut header = [0; SIZE];
        header[..FRONT].copy_from_slice(front.bytes());
        header[FRONT..BODY].copy_from_slice(&nonce);
        header[BODY..BODY + PLAIN].copy_from_slice(&*plain);
        header[BODY + PLAIN..].copy_from_slice(&tag);
        Ok(header)
    }
}

/// The header of an unused vault: nothing opens it.
pub(crate) fn noise(front: &Front) -> io::Result<[u8; SIZE]> {
    let mut header = shapeless()?;
    header[..FRONT].copy_from_slice(front.bytes());
    Ok(header)
}

/// The header of an unused vault in a home whose salt is lost.
pub(crate) fn shapeless() -> io::Result<[u8; SIZE]> {
    let mut header = [0; SIZE];
    seal::fill_random(&mut header)?;
    Ok(header)
}

/// Writes both copies, one after the other, each durable before the next is touched.
pub(crate) fn write(paths: &VaultPaths, header: &[u8; SIZE]) -> io::Result<()> {
    paths
        .headers()
        .iter()
        .try_for_each(|path| home::overwrite(path, header))
}

/// Why no header opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeaderError {
    #[error("wrong passphrase")]
    WrongPassphrase,
    #[error("damaged")]
    Damaged,
    #[error(transparent)]
    Derive(#[from] DeriveError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// All headers of a home as they lie on disk.
pub(crate) struct Headers([[Option<[u8; SIZE]>; 2]; VAULTS]);

/// The header that a passphrase opened.
pub(crate) struct Opened {
    /// Which vault it belongs to.
    pub(crate) number: usize,
    pub(crate) header: Header,
    /// The header as it should stand in both copies.
    pub(crate) bytes: [u8; SIZE],
}

impl Headers {
    /// Reads what can be read. The error is that of the first file if none can.
    pub(crate) fn read(vaults: &[VaultPaths; VAULTS]) -> io::Result<Self> {
        let mut headers = Self([[None; 2]; VAULTS]);
        for (copies, paths) in headers.0.iter_mut().zip(vaults) {
            for (copy, path) in copies.iter_mut().zip(paths.headers()) {
                let bytes = home::read_copy(&path, SIZE as u64);
                *copy = bytes.and_then(|bytes| <[u8; SIZE]>::try_from(bytes).ok());
            }
        }
        if headers.copies().next().is_none() {
            for path in vaults.iter().flat_map(VaultPaths::headers) {
                home::read_limited(&path, SIZE as u64)?;
            }
        }
        Ok(headers)
    }

    /// Whether a vault's header is what it was `before`. Where there was none, any is: of noise, or of a new home.
    pub(crate) fn is_same(&self, before: &Self, number: usize) -> bool {
        before.0[number] == [None; 2] || self.0[number] == before.0[number]
    }

    fn copies(&self) -> impl Iterator<Item = &[u8; SIZE]> {
        self.0.iter().flatten().flatten()
    }

    /// Salt and cost of the home: what most copies say. `None` if there is no header at all.
    pub(crate) fn front(&self) -> Option<Front> {
        let fronts: Vec<Front> = self
            .copies()
            .filter_map(|copy| copy.first_chunk().copied().map(Front::from_bytes))
            .collect();
        let votes = |front: &Front| fronts.iter().filter(|other| *other == front).count();
        // Of equally many the first one: `max_by_key` would take the last.
        fronts.iter().rev().copied().max_by_key(votes)
    }

    /// Both copies of the header of each vault.
    pub(crate) fn pairs(&self) -> &[[Option<[u8; SIZE]>; 2]; VAULTS] {
        &self.0
    }

    /// Whether both copies of all headers are there and agree.
    pub(crate) fn is_whole(&self) -> bool {
        self.0
            .iter()
            .all(|[one, other]| one.is_some() && one == other)
    }

    /// Tries a key on all copies, whichever fits.
    pub(crate) fn open(&self, front: &Front, key: &[u8; KEY]) -> Option<Opened> {
        let mut found = None;
        for (number, copies) in self.0.iter().enumerate() {
            for copy in copies.iter().flatten() {
                let opened = open_header(copy, front, key, number);
                if found.is_none() {
                    found = opened;
                }
            }
        }
        found
    }

    /// Salt and cost of the home, and the key that a passphrase gives there.
    pub(crate) fn derive(&self, passphrase: &[u8]) -> Result<(Front, Key), HeaderError> {
        let front = self.front().ok_or(HeaderError::Damaged)?;
        match front.derive(passphrase) {
            Err(DeriveError::Parameters(_)) if !self.is_whole() => Err(HeaderError::Damaged),
            other => Ok((front, other?)),
        }
    }

    /// What to say when a passphrase opened none.
    pub(crate) fn why_not(&self) -> HeaderError {
        if self.is_whole() {
            HeaderError::WrongPassphrase
        } else {
            HeaderError::Damaged
        }
    }
}

fn open_header(copy: &[u8; SIZE], front: &Front, key: &[u8; KEY], number: usize) -> Option<Opened> {
    let (_, rest) = copy.split_first_chunk::<FRONT>()?;
    let (nonce, rest) = rest.split_first_chunk::<NONCE>()?;
    let (sealed, tag) = rest.split_first_chunk::<PLAIN>()?;
    let mut plain = Zeroizing::new(*sealed);
    let tag = tag.try_into().ok()?;
    seal::open(key, nonce, &associated(front, number), &mut *plain, tag).ok()?;
    let mut data_key = Zeroizing::new([0; KEY]);
    data_key.copy_from_slice(&plain[4..4 + KEY]);
    let mut bytes = *copy;
    bytes[..FRONT].copy_from_slice(front.bytes());
    Some(Opened {
        number,
        header: Header {
            data_key: DataKey::from_bytes(*data_key),
            schema: u32::from_be_bytes(*plain.first_chunk()?),
            wipes: plain[4 + KEY],
        },
        bytes,
    })
}

fn associated(front: &Front, number: usize) -> Vec<u8> {
    let number = u8::try_from(number).unwrap_or(u8::MAX);
    [LABEL, front.bytes(), &[number]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_build_refuses_cheap_guesses() {
        let weak = Err(WeakParameters::Weak);
        let cost = |memory_kib, passes| KdfParameters {
            memory_kib,
            passes,
            lanes: 1,
        };
        assert_eq!(KdfParameters::shipped().check_as(true), Ok(()));
        assert_eq!(KdfParameters::minimum().check_as(true), Ok(()));
        assert_eq!(cost(64 * 1024 - 1, 3).check_as(true), weak);
        assert_eq!(cost(64 * 1024, 2).check_as(true), weak);
        assert_eq!(cost(8, 1).check_as(true), weak);
        assert_eq!(cost(8, 1).check_as(false), Ok(()));
        for release in [true, false] {
            let out = Err(WeakParameters::OutOfRange);
            assert_eq!(cost(u32::MAX, 3).check_as(release), out);
            assert_eq!(cost(7, 3).check_as(release), out);
            assert_eq!(cost(64 * 1024, 0).check_as(release), out);
            assert_eq!(cost(64 * 1024, 200).check_as(release), out);
        }
    }

    fn header() -> Header {
        Header {
            data_key: DataKey::from_bytes([5; KEY]),
            schema: 7,
            wipes: 0b101,
        }
    }

    /// What `check` enforces follows the build; in a release build this is the refusal itself.
    #[test]
    fn this_build_refuses_what_it_should() {
        let cheap = KdfParameters {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        };
        assert_eq!(Front::generate(cheap).is_ok(), cfg!(debug_assertions));
        // A header that asks for a cheap guess: a release build does not even try it.
        let mut bytes = [7; FRONT];
        bytes[SALT..].copy_from_slice(&[0, 0, 0, 8, 1, 1]);
        let front = Front(bytes).masked();
        assert_eq!(front.cost(), cheap);
        assert_eq!(front.derive(b"x").is_ok(), cfg!(debug_assertions));
    }

    #[cfg(debug_assertions)]
    #[test]
    fn headers_open_with_their_passphrase_alone_and_share_no_bytes() {
        let front = Front::generate(KdfParameters::testing()).unwrap();
        let (right, wrong) = (
            front.derive(b"right").unwrap(),
            front.derive(b"wrong").unwrap(),
        );
        let bytes = header().seal(&front, &right, 2).unwrap();
        let opened = open_header(&bytes, &front, &right, 2).unwrap();
        assert_eq!((opened.header.schema, opened.header.wipes), (7, 0b101));
        assert_eq!(opened.header.data_key.bytes(), &[5; KEY]);
        assert!(open_header(&bytes, &front, &wrong, 2).is_none());
        // Moved into another vault it opens nothing.
        assert!(open_header(&bytes, &front, &right, 1).is_none());
        // Beside the front nothing is constant: two headers agree in about as many bytes as chance has it.
        let others = [
            header().seal(&front, &right, 2).unwrap(),
            noise(&front).unwrap(),
        ];
        for other in others {
            assert_eq!(bytes[..FRONT], other[..FRONT]);
            let equal = bytes[FRONT..]
                .iter()
                .zip(&other[FRONT..])
                .filter(|(one, other)| one == other)
                .count();
            assert!(equal < 20, "{equal} equal bytes");
        }
        let other = Front::generate(KdfParameters::testing()).unwrap();
        assert_ne!(front.salt(), other.salt());
        assert_ne!(front.bytes()[SALT..], other.bytes()[SALT..]);
    }

    /// Whichever of the vaults the passphrase opens, and whichever single copy is damaged: it opens, and what should
    /// stand there is known.
    #[cfg(debug_assertions)]
    #[test]
    fn any_whole_copy_is_found_beside_damaged_ones() {
        let front = Front::generate(KdfParameters::testing()).unwrap();
        let key = front.derive(b"right").unwrap();
        for number in 0..VAULTS {
            let bytes = header().seal(&front, &key, number).unwrap();
            let mut headers = Headers([[None; 2]; VAULTS]);
            for (other, copies) in headers.0.iter_mut().enumerate() {
                let noise = noise(&front).unwrap();
                *copies = [Some(if other == number { bytes } else { noise }); 2];
            }
            assert!(headers.is_whole());
            assert!(
                headers
                    .open(&front, &front.derive(b"wrong").unwrap())
                    .is_none()
            );
            for copy in 0..2 {
                for damaged in [None, Some([0; SIZE])] {
                    let mut headers = Headers(headers.0);
                    headers.0[number][copy] = damaged;
                    assert!(!headers.is_whole());
                    assert_eq!(headers.front(), Some(front));
                    let opened = headers.open(&front, &key).unwrap();
                    assert_eq!((opened.number, opened.bytes), (number, bytes));
                }
                // A damaged salt is outvoted.
                let mut headers = Headers(headers.0);
                headers.0[number]
                    .iter_mut()
                    .flatten()
                    .for_each(|copy| copy[3] ^= 1);
                assert_eq!(headers.open(&front, &key).unwrap().bytes, bytes);
            }
        }
    }

    #[test]
    fn argon2id_is_that_of_the_reference() {
        // RFC 9106 has no vector without secret and associated data; this one is from `src/test.c` of the
        // reference implementation (version 0x13, m = 65536, t = 2, p = 1).
        let params = Params::new(65_536, 2, 1, Some(32)).unwrap();
        let mut out = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"password", b"somesalt", &mut out)
            .unwrap();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&out),
            "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
        );
    }
}
