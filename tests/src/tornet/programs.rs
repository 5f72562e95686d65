//! Finds Tor's programs. It exists so that a machine without them skips tests with a reason and
//! never passes them silently. It starts nothing.

use std::ffi::OsStr;
use std::path::PathBuf;

/// Which program a private network lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The relay itself.
    #[error("tor is not installed; apt-get install tor")]
    Tor,
    /// The tool for the keys of an authority.
    #[error("tor-gencert is not installed; apt-get install tor")]
    TorGencert,
}

/// The installed programs.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// The relay.
    pub(crate) tor: PathBuf,
    /// Makes an authority's keys.
    pub(crate) tor_gencert: PathBuf,
}

impl Programs {
    /// Looks into `PATH` and then where Debian puts programs for administrators, which is not in
    /// everybody's `PATH`.
    fn find(path: &OsStr) -> Result<Self, Missing> {
        let folders = || {
            let administrators = ["/usr/sbin", "/usr/local/sbin", "/sbin"];
            std::env::split_paths(path).chain(administrators.map(PathBuf::from))
        };
        let find = |name| {
            folders()
                .map(|folder| folder.join(name))
                .find(|file| file.is_file())
        };
        Ok(Self {
            tor: find("tor").ok_or(Missing::Tor)?,
            tor_gencert: find("tor-gencert").ok_or(Missing::TorGencert)?,
        })
    }

    /// Searches the `PATH` of this process.
    ///
    /// # Errors
    /// The first program that is missing.
    pub(crate) fn installed() -> Result<Self, Missing> {
        Self::find(&std::env::var_os("PATH").unwrap_or_default())
    }
}

/// What a missing program means for a test: an error where it must run, else a printed reason.
pub(crate) fn skip_or_fail(found: Result<(), Missing>, must_run: bool) -> Result<bool, Missing> {
    match found {
        Ok(()) => Ok(true),
        Err(missing) if must_run => Err(missing),
        Err(missing) => {
            eprintln!("skipped: {missing}");
            Ok(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named_and_skips_only_where_skipping_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(skip_or_fail(Err(Missing::Tor), false), Ok(false));
        assert_eq!(skip_or_fail(Err(Missing::Tor), true), Err(Missing::Tor));
        assert_eq!(skip_or_fail(Ok(()), true), Ok(true));
        for name in ["tor", "tor-gencert"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = Programs::find(folder.path().as_os_str()).unwrap();
        assert_eq!(found.tor, folder.path().join("tor"));
        assert_eq!(found.tor_gencert, folder.path().join("tor-gencert"));
        assert_eq!(
            Missing::Tor.to_string(),
            "tor is not installed; apt-get install tor"
        );
    }
}
