//! The passphrase header: what turns a passphrase into the data key.
//!
//! ```text
//! salt                                                              32
//! cost of Argon2id, masked by HMAC(salt): KiB (4), passes, lanes     6
//! nonce                                                             24
//! sealed: schema version (4), data key (32), zeros; tag            450
//! ```
//!
//! 512 bytes in all that look random. There is no magic number and no checksum, so a header that
//! is damaged in the same way in both of its copies looks like a wrong passphrase; this is
//! why there are two copies in two files. The mask hides nothing from someone who has this
//! program: it only keeps the bytes from being conspicuous.

use std::io;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::{Zeroize, Zeroizing};

use crate::home::{self, VaultPaths};
use crate::seal::{self, DataKey, KEY, Key, NONCE, TAG};

/// Size of a header, in bytes.
pub(crate) const SIZE: usize = 512;

const SALT: usize = 32;
const COST: usize = 6;
const FRONT: usize = SALT + COST + NONCE;
const PLAIN: usize = SIZE - FRONT - TAG;
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

fn derive(passphrase: &[u8], salt: &[u8; SALT], cost: KdfParameters) -> Result<Key, DeriveError> {
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

fn mask(salt: &[u8; SALT], cost: &mut [u8; COST]) {
    let mask = seal::mac(salt, "storage header mask", &[]);
    cost.iter_mut()
        .zip(mask)
        .for_each(|(byte, mask)| *byte ^= mask);
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

/// Seals the data key under a passphrase.
pub(crate) fn seal_header(
    passphrase: &[u8],
    cost: KdfParameters,
    schema: u32,
    data_key: &DataKey,
) -> Result<[u8; SIZE], WriteError> {
    let mut salt = [0; SALT];
    let mut nonce = [0; NONCE];
    seal::fill_random(&mut salt)?;
    seal::fill_random(&mut nonce)?;
    let key = derive(passphrase, &salt, cost)?;

    let mut masked = [0; COST];
    masked[..4].copy_from_slice(&cost.memory_kib.to_be_bytes());
    masked[4] = cost.passes;
    masked[5] = cost.lanes;
    mask(&salt, &mut masked);

    let mut plain = Zeroizing::new([0; PLAIN]);
    plain[..4].copy_from_slice(&schema.to_be_bytes());
    plain[4..4 + KEY].copy_from_slice(data_key.bytes());
    let tag = seal::seal(&key, &nonce, &associated(&salt, &masked), &mut *plain)?;

    let mut header = [0; SIZE];
    header[..SALT].copy_from_slice(&salt);
    header[SALT..SALT + COST].copy_from_slice(&masked);
    header[SALT + COST..FRONT].copy_from_slice(&nonce);
    header[FRONT..FRONT + PLAIN].copy_from_slice(&*plain);
    header[FRONT + PLAIN..].copy_from_slice(&tag);
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

/// What a header holds.
pub(crate) struct Header {
    pub(crate) data_key: DataKey,
    pub(crate) schema: u32,
}

/// Opens the header with a passphrase. A damaged copy is replaced by the one that opens.
pub(crate) fn read(paths: &VaultPaths, passphrase: &[u8]) -> Result<Header, HeaderError> {
    let mut copies = [None, None];
    for (copy, path) in copies.iter_mut().zip(paths.headers()) {
        let bytes = home::read_limited(&path, SIZE as u64)?;
        *copy = bytes.and_then(|bytes| <[u8; SIZE]>::try_from(bytes).ok());
    }
    let whole = copies[0].is_some() && copies[0] == copies[1];
    let mut weakness = None;
    for bytes in copies.iter().flatten().take(if whole { 1 } else { 2 }) {
        match open_header(bytes, passphrase) {
            Ok(Some(header)) => {
                if !whole {
                    tracing::warn!("one copy of the passphrase header was damaged; it is repaired");
                    write(paths, bytes)?;
                }
                return Ok(header);
            }
            Ok(None) => {}
            Err(DeriveError::Memory) => return Err(DeriveError::Memory.into()),
            Err(DeriveError::Parameters(found)) => weakness = Some(found),
        }
    }
    match weakness {
        Some(found) if whole => Err(DeriveError::Parameters(found).into()),
        _ if whole => Err(HeaderError::WrongPassphrase),
        _ => Err(HeaderError::Damaged),
    }
}

fn open_header(header: &[u8; SIZE], passphrase: &[u8]) -> Result<Option<Header>, DeriveError> {
    let (mut salt, mut masked, mut nonce) = ([0; SALT], [0; COST], [0; NONCE]);
    let mut plain = Zeroizing::new([0; PLAIN]);
    let mut tag = [0; TAG];
    salt.copy_from_slice(&header[..SALT]);
    masked.copy_from_slice(&header[SALT..SALT + COST]);
    nonce.copy_from_slice(&header[SALT + COST..FRONT]);
    plain.copy_from_slice(&header[FRONT..FRONT + PLAIN]);
    tag.copy_from_slice(&header[FRONT + PLAIN..]);

    let mut cost = masked;
    mask(&salt, &mut cost);
    let [memory @ .., passes, lanes] = cost;
    let cost = KdfParameters {
        memory_kib: u32::from_be_bytes(memory),
        passes,
        lanes,
    };
    let key = derive(passphrase, &salt, cost)?;
    if seal::open(&key, &nonce, &associated(&salt, &masked), &mut *plain, &tag).is_err() {
        return Ok(None);
    }
    let (mut schema, mut data_key) = ([0; 4], Zeroizing::new([0; KEY]));
    schema.copy_from_slice(&plain[..4]);
    data_key.copy_from_slice(&plain[4..4 + KEY]);
    Ok(Some(Header {
        data_key: DataKey::from_bytes(*data_key),
        schema: u32::from_be_bytes(schema),
    }))
}

fn associated(salt: &[u8; SALT], masked: &[u8; COST]) -> Vec<u8> {
    [LABEL, salt, masked].concat()
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

    /// What `check` enforces follows the build; in a release build this is the refusal itself.
    #[test]
    fn this_build_refuses_what_it_should() {
        let cheap = KdfParameters {
            memory_kib: 8,
            passes: 1,
            lanes: 1,
        };
        let made = seal_header(b"x", cheap, 1, &DataKey::from_bytes([1; KEY]));
        assert_eq!(made.is_ok(), cfg!(debug_assertions));
    }

    /// A header that asks for a cheap guess: a release build does not even try it.
    #[test]
    fn this_build_refuses_it_from_a_header_too() {
        let mut header = [7; SIZE];
        let mut cost = [0, 0, 0, 8, 1, 1];
        mask(&[7; SALT], &mut cost);
        header[SALT..SALT + COST].copy_from_slice(&cost);
        let opened = open_header(&header, b"x");
        if cfg!(debug_assertions) {
            assert!(matches!(opened, Ok(None)));
        } else {
            let weak = DeriveError::Parameters(WeakParameters::Weak);
            assert_eq!(
                opened.err().map(|error| error.to_string()),
                Some(weak.to_string())
            );
        }
    }

    #[cfg(debug_assertions)]
    #[test]
    fn headers_open_with_their_passphrase_alone_and_share_no_bytes() {
        let key = DataKey::from_bytes([5; KEY]);
        let make = || seal_header(b"right", KdfParameters::testing(), 7, &key).unwrap();
        let header = make();
        let opened = open_header(&header, b"right").unwrap().unwrap();
        assert_eq!((opened.schema, opened.data_key.bytes()), (7, key.bytes()));
        assert!(open_header(&header, b"wrong").unwrap().is_none());
        // Nothing is constant: two headers agree in about as many bytes as chance has it.
        let other = make();
        let equal = header
            .iter()
            .zip(other)
            .filter(|(one, other)| *one == other)
            .count();
        assert!(equal < 20, "{equal} equal bytes");
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
