//! Arti's memory of its guards, carried between Arti's files and the caller's sealed store.
//!
//! A client that chose new guards at each start would sooner or later choose a bad one, so this
//! is the one thing that must survive. It is not interpreted here, except for the addresses that
//! the diagnosis of a dead network connects to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::options::TorState;
use crate::run_directory::make_private;

/// The files of Arti's state directory that are carried over.
const FILES: [&str; 2] = ["guards", "vanguards"];
/// How many guard addresses are looked at.
const MAX_ADDRESSES: usize = 3;

/// Why remembered state was refused.
#[derive(Debug, thiserror::Error)]
pub enum GuardStateError {
    /// Longer than [`TorState::MAX`].
    #[error("the remembered guards are longer than {} bytes", TorState::MAX)]
    TooLong,
    /// Not what an earlier run handed out.
    #[error("the remembered guards are damaged")]
    Damaged(#[from] serde_json::Error),
    /// Written by a version this program does not know.
    #[error("the remembered guards have version {0}, only version 1 is supported")]
    Version(u32),
    /// The file system refused.
    #[error("the remembered guards cannot be handed to arti")]
    Io(#[from] std::io::Error),
}

#[derive(Serialize, Deserialize)]
struct Blob {
    version: u32,
    /// The text of each file.
    files: BTreeMap<String, String>,
}

/// Writes remembered state into a new state directory, before Arti opens it.
pub(crate) fn restore(state: &TorState, state_dir: &Path) -> Result<(), GuardStateError> {
    let Some(bytes) = &state.guards else {
        return Ok(());
    };
    if bytes.len() > TorState::MAX {
        return Err(GuardStateError::TooLong);
    }
    let blob: Blob = serde_json::from_slice(bytes)?;
    if blob.version != 1 {
        return Err(GuardStateError::Version(blob.version));
    }
    let directory = state_dir.join("state");
    make_private(&directory)?;
    for name in FILES {
        if let Some(text) = blob.files.get(name) {
            // Arti would refuse to start on a damaged file, and say less.
            serde_json::from_str::<serde::de::IgnoredAny>(text)?;
            let mut file = private_file(&directory.join(format!("{name}.json")))?;
            file.write_all(text.as_bytes())?;
        }
    }
    Ok(())
}

/// Reads what Arti wrote last; `None` if it wrote nothing yet.
pub(crate) fn capture(state_dir: &Path) -> Result<TorState, GuardStateError> {
    let mut files = BTreeMap::new();
    for name in FILES {
        match read(&state_dir.join("state").join(format!("{name}.json"))) {
            Ok(text) => {
                files.insert(name.to_owned(), text);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    if files.is_empty() {
        return Ok(TorState::default());
    }
    let guards = Zeroizing::new(serde_json::to_vec(&Blob { version: 1, files })?);
    if guards.len() > TorState::MAX {
        return Err(GuardStateError::TooLong);
    }
    Ok(TorState {
        guards: Some(guards),
    })
}

/// Addresses of the guards that Arti prefers, for a look whether the network is there at all.
pub(crate) fn addresses(state_dir: &Path) -> Vec<SocketAddr> {
    #[derive(Deserialize)]
    struct Sets {
        default: Set,
    }
    #[derive(Deserialize)]
    struct Set {
        guards: Vec<Guard>,
        #[serde(default)]
        confirmed: Vec<serde_json::Value>,
    }
    #[derive(Deserialize)]
    struct Guard {
        id: serde_json::Value,
        #[serde(default)]
        orports: Vec<SocketAddr>,
    }
    let Ok(text) = read(&state_dir.join("state/guards.json")) else {
        return Vec::new();
    };
    let Ok(Sets { default }) = serde_json::from_str::<Sets>(&text) else {
        return Vec::new();
    };
    let rank = |guard: &Guard| {
        let place = default.confirmed.iter().position(|id| *id == guard.id);
        place.unwrap_or(usize::MAX)
    };
    let mut guards: Vec<&Guard> = default.guards.iter().collect();
    guards.sort_by_key(|guard| rank(guard));
    guards
        .into_iter()
        .filter_map(|guard| guard.orports.first().copied())
        .take(MAX_ADDRESSES)
        .collect()
}

fn read(path: &Path) -> std::io::Result<String> {
    let limit = u64::try_from(TorState::MAX).unwrap_or(u64::MAX);
    let mut text = String::new();
    File::open(path)?.take(limit).read_to_string(&mut text)?;
    Ok(text)
}

fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUARDS: &str = r#"{"default":{"guards":[
        {"id":{"ed25519":"b","rsa":"c"},"orports":["127.0.0.1:2"]},
        {"id":{"ed25519":"a","rsa":"b"},"orports":["127.0.0.1:1","127.0.0.1:9"]}],
        "confirmed":[{"rsa":"b","ed25519":"a"}]}}"#;

    #[test]
    fn guards_survive_the_way_out_and_in_again() {
        let first = tempfile::tempdir().expect("temporary directory");
        assert!(capture(first.path()).expect("nothing yet").guards.is_none());
        make_private(&first.path().join("state")).expect("made");
        fs::write(first.path().join("state/guards.json"), GUARDS).expect("written");
        fs::write(first.path().join("state/other.json"), "{}").expect("written");
        let state = capture(first.path()).expect("captured");
        let second = tempfile::tempdir().expect("temporary directory");
        restore(&state, second.path()).expect("restored");
        let restored = fs::read_to_string(second.path().join("state/guards.json")).expect("read");
        assert_eq!(restored, GUARDS);
        assert!(!second.path().join("state/other.json").exists());
        assert_eq!(capture(second.path()).expect("captured"), state);
        let found: Vec<u16> = addresses(second.path())
            .iter()
            .map(SocketAddr::port)
            .collect();
        assert_eq!(found, [1, 2], "the confirmed guard comes first");
    }

    #[test]
    fn damaged_state_is_refused() {
        let refused = |bytes: &[u8]| {
            let directory = tempfile::tempdir().expect("temporary directory");
            let guards = Some(Zeroizing::new(bytes.to_vec()));
            restore(&TorState { guards }, directory.path()).expect_err("must be refused")
        };
        assert!(matches!(refused(b""), GuardStateError::Damaged(_)));
        assert!(matches!(
            refused(br#"{"version":1,"files":{"guards":"{"}}"#),
            GuardStateError::Damaged(_)
        ));
        assert!(matches!(
            refused(br#"{"version":2,"files":{}}"#),
            GuardStateError::Version(2)
        ));
        assert!(matches!(
            refused(&vec![b' '; TorState::MAX + 1]),
            GuardStateError::TooLong
        ));
    }
}
