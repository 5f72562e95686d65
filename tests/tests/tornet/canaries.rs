//! Texts and keys that must not lie anywhere in clear, and the search for them with its control.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use data_encoding::{BASE32_NOPAD, BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use undertone_storage::inspection::{self, Encoding};

/// What must not be found. Each has at least eight bytes, or it may be found by chance.
#[derive(Default)]
pub(crate) struct Canaries {
    known: Vec<(String, Vec<u8>)>,
}

impl Canaries {
    pub(crate) fn add(&mut self, what: &str, secret: impl AsRef<[u8]>) {
        let secret = secret.as_ref();
        assert!(secret.len() >= 8, "{what} is too short to be looked for");
        self.known.push((what.to_owned(), secret.to_vec()));
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// What is found below a directory, and in which of the encodings.
    pub(crate) fn found(&self, directory: &Path) -> BTreeSet<(String, Encoding)> {
        let secrets: Vec<&[u8]> = self.known.iter().map(|(_, secret)| &secret[..]).collect();
        let findings = inspection::search(directory, &secrets).expect("every file can be read");
        let what = |canary: usize| self.known[canary].0.clone();
        findings
            .iter()
            .map(|one| (what(one.canary), one.encoding))
            .collect()
    }

    /// The control: the same search of the same directory, once all of it lies there unsealed,
    /// finds every canary in every encoding.
    pub(crate) fn assert_found_when_unsealed(&self, directory: &Path) {
        let unsealed = directory.join("unsealed");
        fs::create_dir(&unsealed).expect("made");
        for (number, (_, secret)) in self.known.iter().enumerate() {
            for (name, content) in spellings(secret) {
                let content = [b"before", &content[..], b"after"].concat();
                fs::write(unsealed.join(format!("{number}-{name}")), content).expect("written");
            }
        }
        let found = self.found(directory);
        for (what, _) in &self.known {
            for encoding in Encoding::ALL {
                let one = (what.clone(), encoding);
                assert!(
                    found.contains(&one),
                    "the search misses {what} as {encoding:?}"
                );
            }
        }
    }
}

/// The ways to write a secret, in this file's own words.
fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let units: Vec<u16> = match std::str::from_utf8(secret) {
        Ok(text) => text.encode_utf16().collect(),
        Err(_) => secret.iter().map(|&byte| u16::from(byte)).collect(),
    };
    let utf16 = |bytes: fn(u16) -> [u8; 2]| units.iter().flat_map(|&unit| bytes(unit)).collect();
    vec![
        ("raw", secret.to_vec()),
        ("utf-16-le", utf16(u16::to_le_bytes)),
        ("utf-16-be", utf16(u16::to_be_bytes)),
        ("hex", HEXLOWER.encode(secret).into_bytes()),
        ("hex-capitals", HEXUPPER.encode(secret).into_bytes()),
        (
            "base32",
            BASE32_NOPAD.encode(secret).to_lowercase().into_bytes(),
        ),
        ("base64", BASE64.encode(secret).into_bytes()),
        ("base64-url", BASE64URL_NOPAD.encode(secret).into_bytes()),
    ]
}

/// Copies the files of a directory that is in use; sockets are left out and so is what goes away
/// meanwhile. Gives the names of the files.
pub(crate) fn snapshot(from: &Path, to: &Path) -> BTreeSet<String> {
    fs::create_dir_all(to).expect("made");
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(from).expect("a directory").flatten() {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if kind.is_dir() {
            names.extend(snapshot(&source, &target));
        } else if kind.is_file() && fs::copy(&source, &target).is_ok() {
            names.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names
}
