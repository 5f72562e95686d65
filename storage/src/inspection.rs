//! Looking at a home from outside, for tests of what its files give away (feature `inspection`,
//! off in programs).
//!
//! [`search`] looks for texts in files in the ways they might be written, and knows no key.
//! [`remnants`] is the thief who has today's passphrase: it opens whatever today's keys open at
//! any offset of any file, in use or not, and of any entry of a journal. [`theft`] does the same from files and a data key alone. A test with either of them needs a control that shows that
//! it finds what is there.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use chacha20::XChaCha20;
use chacha20::cipher::{KeyIvInit, StreamCipher, StreamCipherSeek};
use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use zeroize::Zeroizing;

use crate::change::Kind;
use crate::header::Headers;
use crate::home::{self, Home};
use crate::journal;
use crate::keys;
use crate::record::{self, Assembly};
use crate::seal::{DataKey, Key, TAG, VaultKeys};
use crate::store::Store;

/// At which places of a file a key file may begin, in bytes.
const SECTOR: usize = 512;
/// How much of a key file is looked at, in bytes: several thousand slots.
const MOST_KEYS: usize = 256 << 10;

/// How a text was written where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// The bytes themselves; UTF-8 if they are text.
    Raw,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Hexadecimal, small letters.
    HexLower,
    /// Hexadecimal, capital letters.
    HexUpper,
    /// Base 32 (RFC 4648), capital or small letters, at any alignment.
    Base32,
    /// Base 64 (RFC 4648), either alphabet, at any alignment.
    Base64,
}

impl Encoding {
    /// All encodings that are searched for.
    pub const ALL: [Self; 7] = [
        Self::Raw,
        Self::Utf16Le,
        Self::Utf16Be,
        Self::HexLower,
        Self::HexUpper,
        Self::Base32,
        Self::Base64,
    ];

    /// The ways to write `canary`. In base 32 and 64 the first and last characters depend on what
    /// stands beside it and are left out.
    fn forms(self, canary: &[u8]) -> Vec<Vec<u8>> {
        let utf16 = |bytes: fn(u16) -> [u8; 2]| {
            let units: Vec<u16> = match std::str::from_utf8(canary) {
                Ok(text) => text.encode_utf16().collect(),
                Err(_) => canary.iter().copied().map(u16::from).collect(),
            };
            vec![units.into_iter().flat_map(bytes).collect()]
        };
        match self {
            Self::Raw => vec![canary.to_vec()],
            Self::Utf16Le => utf16(u16::to_le_bytes),
            Self::Utf16Be => utf16(u16::to_be_bytes),
            Self::HexLower => vec![HEXLOWER.encode(canary).into_bytes()],
            Self::HexUpper => vec![HEXUPPER.encode(canary).into_bytes()],
            Self::Base32 => (0..5)
                .flat_map(|shift| {
                    let form = aligned(canary, shift, 5, |bytes| BASE32_NOPAD.encode(bytes));
                    [form.to_ascii_lowercase(), form]
                })
                .collect(),
            Self::Base64 => (0..3)
                .flat_map(|shift| {
                    [
                        aligned(canary, shift, 6, |bytes| BASE64_NOPAD.encode(bytes)),
                        aligned(canary, shift, 6, |bytes| BASE64URL_NOPAD.encode(bytes)),
                    ]
                })
                .collect(),
        }
    }
}

/// The characters that `canary` alone decides when `shift` bytes stand before it.
fn aligned(canary: &[u8], shift: usize, bits: usize, encode: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let padded = [vec![0; shift], canary.to_vec()].concat();
    let first = (shift * 8).div_ceil(bits);
    let last = padded.len() * 8 / bits;
    encode(&padded).into_bytes().drain(first..last).collect()
}

/// A text that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Which of the texts searched for, counted from zero.
    pub canary: usize,
    /// How it was written.
    pub encoding: Encoding,
    /// The file, or the file or directory whose name it is part of.
    pub path: PathBuf,
    /// Where in the file, in bytes; where in the name, if it was found there.
    pub offset: usize,
}

/// Searches all files below a directory, and their names, for texts in all [encodings](Encoding).
/// Texts should have eight bytes or more, or they may be found by chance.
///
/// # Errors
/// If a file cannot be read or a text is empty.
pub fn search(directory: &Path, canaries: &[&[u8]]) -> io::Result<Vec<Finding>> {
    let mut patterns = Vec::new();
    let mut meanings = Vec::new();
    for (number, canary) in canaries.iter().enumerate() {
        for encoding in Encoding::ALL {
            for form in encoding.forms(canary) {
                if form.is_empty() {
                    return Err(io::Error::from(io::ErrorKind::InvalidInput));
                }
                patterns.push(form);
                meanings.push((number, encoding));
            }
        }
    }
    let automaton = AhoCorasick::new(&patterns).map_err(io::Error::other)?;
    let mut findings = Vec::new();
    for path in walk(directory)? {
        let name = path
            .file_name()
            .map(|name| name.as_encoded_bytes().to_vec());
        let content = if path.is_dir() {
            Vec::new()
        } else {
            fs::read(&path)?
        };
        for text in [name.unwrap_or_default(), content] {
            findings.extend(automaton.find_overlapping_iter(&text).filter_map(|found| {
                let (canary, encoding) = *meanings.get(found.pattern().as_usize())?;
                Some(Finding {
                    canary,
                    encoding,
                    path: path.clone(),
                    offset: found.start(),
                })
            }));
        }
    }
    findings.sort();
    findings.dedup();
    Ok(findings)
}

/// A record, or a piece of one, that today's keys open.
pub struct Remnant {
    /// The kind it had, unless it is one of the store's own.
    pub kind: Option<Kind>,
    /// Which piece of the record it is; a record of up to about 4,000 bytes has one, number 0.
    pub piece: u16,
    /// Its identifier, if this is the first piece.
    pub id: Vec<u8>,
    /// Its value, or the part that is in this piece (with whatever follows the end in the last one).
    pub value: Zeroizing<Vec<u8>>,
    /// The file it lies in.
    pub path: PathBuf,
    /// Where in the file, in bytes.
    pub offset: usize,
}

impl std::fmt::Debug for Remnant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Remnant(…)")
    }
}

/// Opens every record, in use or not, in all files below a directory that the keys of `store` open: as they lie in the log, and
/// in entries of the journal. The directory may be the store's own or a copy of an earlier state of it, or one file.
///
/// What cannot be authenticated, because the record's name is not beside it or part of it was
/// overwritten, is read all the same. It takes about a second for each megabyte.
///
/// # Errors
/// If a file cannot be read or the store was closed by a failure.
pub fn remnants(store: &Store, directory: &Path) -> io::Result<Vec<Remnant>> {
    open_everything(directory, store.fixed_keys(), |slot| {
        store.slot_key(slot).map_err(io::Error::other)
    })
}

/// The thief who never ran the program: from the files below a directory, and a data key that was known once, it takes every
/// key file that can be found at any sector of any file, and with all slot keys of all of these opens
/// records as [`remnants`] does.
///
/// # Errors
/// If a file cannot be read.
pub fn theft(directory: &Path, data_key: &DataKey) -> io::Result<Vec<Remnant>> {
    let keys = VaultKeys::derive(data_key).map_err(io::Error::other)?;
    let mut found = HashMap::from([(record::STRUCTURE_SLOT, keys.structure.clone())]);
    for path in walk(directory)?.into_iter().filter(|path| path.is_file()) {
        let content = fs::read(&path)?;
        for offset in (0..content.len()).step_by(SECTOR) {
            // Torn ones as well: only what the first bytes say is needed to try.
            if let Some(plain) = decrypt(&keys.ring, &content[offset..], keys::NONCE_END, MOST_KEYS)
            {
                found.extend(keys::slot_keys(&plain));
            }
        }
    }
    open_everything(directory, &keys, |slot| Ok(found.get(&slot).cloned()))
}

/// The data key that a passphrase opens in a home, from its headers alone.
///
/// # Errors
/// If no header opens, or a file cannot be read.
pub fn data_key(home: &Home, passphrase: &[u8]) -> io::Result<DataKey> {
    let vaults = std::array::from_fn(|number| home::vault_paths(home.path(), number));
    let headers = Headers::read(&vaults)?;
    let (front, key) = headers.derive(passphrase).map_err(io::Error::other)?;
    let opened = headers.open(&front, &key);
    opened
        .map(|opened| opened.header.data_key)
        .ok_or_else(|| io::ErrorKind::NotFound.into())
}

fn open_everything(
    directory: &Path,
    keys: &VaultKeys,
    slot_key: impl Fn(u64) -> io::Result<Option<Key>>,
) -> io::Result<Vec<Remnant>> {
    let mut found = Vec::new();
    let files = if directory.is_dir() {
        walk(directory)?
    } else {
        vec![directory.to_path_buf()]
    };
    for path in files.into_iter().filter(|path| path.is_file()) {
        let content = fs::read(&path)?;
        let records = open_records(&content, keys, &slot_key)?;
        let mut add = |base: usize, records: Vec<Found>| {
            found.extend(records.into_iter().map(|(offset, kind, piece, id, value)| {
                let path = path.clone();
                let offset = base + offset;
                Remnant {
                    kind,
                    piece,
                    id,
                    value,
                    path,
                    offset,
                }
            }));
        };
        add(0, records);
        for offset in (0..content.len()).step_by(SECTOR) {
            // Torn ones as well, and those that were overwritten in part.
            let entry = &content[offset..];
            if let Some((_, length)) = journal::open_head(keys, entry)
                && let Some(changes) = decrypt(&keys.journal, entry, journal::FRONT, length)
            {
                add(
                    offset + journal::FRONT,
                    open_records(&changes, keys, &slot_key)?,
                );
            }
        }
    }
    Ok(found)
}

/// A record, but for the file it lies in: where, kind, piece, identifier, value.
type Found = (usize, Option<Kind>, u16, Vec<u8>, Zeroizing<Vec<u8>>);

fn open_records(
    content: &[u8],
    keys: &VaultKeys,
    slot_key: &impl Fn(u64) -> io::Result<Option<Key>>,
) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for offset in 0..content.len() {
        let stored = &content[offset..];
        if stored.iter().take(record::OVERHEAD).all(|byte| *byte == 0) {
            continue;
        }
        let Ok(head) = record::open_head(&keys.outer, stored) else {
            continue;
        };
        let Some(key) = slot_key(head.slot)? else {
            continue;
        };
        let most = record::LARGEST - record::OVERHEAD;
        let Some(content) = decrypt(&key, stored, record::OVERHEAD - TAG, most) else {
            continue;
        };
        let (id, value) = match head.piece {
            0 => match Assembly::begin(&content) {
                Ok(assembly) => (assembly.id, assembly.value),
                Err(_) => continue,
            },
            _ => (Vec::new(), content),
        };
        let kind = Kind::from_number(head.kind);
        found.push((offset, kind, head.piece, id, value));
    }
    Ok(found)
}

/// Decrypts what begins with a nonce, from byte `start` on and at most so many bytes, without looking at a tag. How long
/// it is, is not known either: what follows the last of its bytes is noise.
fn decrypt(key: &Key, stored: &[u8], start: usize, most: usize) -> Option<Zeroizing<Vec<u8>>> {
    let nonce = record::nonce(stored).ok()?;
    let body = stored.get(start..)?;
    let mut content = Zeroizing::new(body[..body.len().min(most)].to_vec());
    let mut cipher = XChaCha20::new((&**key).into(), (&nonce).into());
    // The first block of the stream is the key of the authenticator (RFC 8439, 2.8).
    cipher.seek(64_u32);
    cipher.apply_keystream(&mut content);
    Some(content)
}

fn walk(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The positive control of every search: each way of writing is found, also in the middle
    /// of something longer and in names.
    #[test]
    fn each_encoding_is_found() {
        let place = tempfile::tempdir().unwrap();
        let canaries: [&[u8]; 2] = [
            "Grüße an niemanden".as_bytes(),
            &[0xFF, 0x80, 1, 2, 3, 4, 5, 6, 7, 8],
        ];
        for (number, canary) in canaries.iter().enumerate() {
            for before in 0..6 {
                let wrapped = [&vec![b'?'; before][..], canary, b"!!"].concat();
                let text = String::from_utf8_lossy(&wrapped).into_owned();
                let utf16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
                    if number == 0 {
                        text.encode_utf16().flat_map(bytes).collect()
                    } else {
                        wrapped
                            .iter()
                            .copied()
                            .map(u16::from)
                            .flat_map(bytes)
                            .collect()
                    }
                };
                let written = [
                    (Encoding::Raw, wrapped.clone()),
                    (Encoding::Utf16Le, utf16(u16::to_le_bytes)),
                    (Encoding::Utf16Be, utf16(u16::to_be_bytes)),
                    (Encoding::HexLower, HEXLOWER.encode(&wrapped).into_bytes()),
                    (Encoding::HexUpper, HEXUPPER.encode(&wrapped).into_bytes()),
                    (Encoding::Base32, BASE32_NOPAD.encode(&wrapped).into_bytes()),
                    (
                        Encoding::Base32,
                        BASE32_NOPAD.encode(&wrapped).to_lowercase().into_bytes(),
                    ),
                    (Encoding::Base64, BASE64_NOPAD.encode(&wrapped).into_bytes()),
                    (
                        Encoding::Base64,
                        BASE64URL_NOPAD.encode(&wrapped).into_bytes(),
                    ),
                ];
                for (encoding, text) in written {
                    let path = place.path().join("file");
                    fs::write(&path, text).unwrap();
                    let found = search(place.path(), &canaries).unwrap();
                    assert!(
                        found
                            .iter()
                            .any(|one| one.canary == number && one.encoding == encoding),
                        "{encoding:?} of {number} after {before}"
                    );
                    assert!(
                        found
                            .iter()
                            .all(|one| one.canary == number && one.path == path)
                    );
                }
            }
        }
        fs::write(place.path().join("file"), b"nothing").unwrap();
        assert_eq!(search(place.path(), &canaries).unwrap(), []);
        let name = format!("a-{}-z", HEXLOWER.encode(canaries[1]));
        fs::create_dir(place.path().join(name)).unwrap();
        let found = search(place.path(), &canaries).unwrap();
        assert_eq!(
            (found.len(), found[0].offset, found[0].encoding),
            (1, 2, Encoding::HexLower)
        );
    }
}
