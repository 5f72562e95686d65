//! Gets the passphrase from where nobody else sees it: the terminal, an open file descriptor or a
//! private file. There is no way to give it as an argument or in the environment, because other
//! programs can read both.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use zeroize::Zeroizing;

/// The longest passphrase, in bytes.
pub const MAX_PASSPHRASE: usize = 1024;

/// A passphrase; overwritten in memory after use.
pub type Passphrase = Zeroizing<Vec<u8>>;

/// A passphrase on its way, which is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Entered(pub Passphrase);

impl std::fmt::Debug for Entered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entered(..)")
    }
}

/// Where the passphrase comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Asked on the controlling terminal, not echoed.
    Terminal,
    /// Read from this descriptor to its end; a line break at the end does not count.
    Descriptor(u32),
    /// Read from this file, which nobody else may read; a line break at the end does not count.
    File(PathBuf),
}

/// Why there is no passphrase.
#[derive(Debug, thiserror::Error)]
pub enum PassphraseError {
    /// Nobody can be asked.
    #[error("no terminal to ask for the passphrase: use --passphrase-fd or --passphrase-file")]
    NoTerminal(#[source] io::Error),
    /// The two entries differ.
    #[error("the two entries differ")]
    EntriesDiffer,
    /// Nothing was entered.
    #[error("the passphrase is empty")]
    Empty,
    /// More than [`MAX_PASSPHRASE`].
    #[error("the passphrase is longer than {MAX_PASSPHRASE} bytes")]
    TooLong,
    /// Descriptors 1 and 2 are for output.
    #[error("file descriptor {0} is for output: use 0, or 3 and higher")]
    OutputDescriptor(u32),
    /// The descriptor is not open for reading.
    #[error("file descriptor {0} cannot be read")]
    Descriptor(u32, #[source] io::Error),
    /// The file cannot be read.
    #[error("the passphrase file cannot be read")]
    File(#[source] io::Error),
    /// A directory, pipe or device.
    #[error("the passphrase file is not a regular file")]
    NotRegular,
    /// Somebody else's.
    #[error("the passphrase file belongs to another user of this computer")]
    ForeignOwner,
    /// Rights for group or others.
    #[error("others may read or write the passphrase file: take their rights away (chmod 600)")]
    Permissions,
}

impl Source {
    /// The passphrase of a profile that exists.
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn read(&self) -> Result<Passphrase, PassphraseError> {
        match self {
            Self::Terminal => ask("Passphrase: "),
            Self::Descriptor(number) => read_descriptor(*number),
            Self::File(path) => read_file(path),
        }
    }

    /// Asks on the terminal with these words.
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn ask(prompt: &str) -> Result<Passphrase, PassphraseError> {
        ask(prompt)
    }

    /// The passphrase of a new profile; on the terminal it is asked for twice.
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn read_new(&self) -> Result<Passphrase, PassphraseError> {
        if *self != Self::Terminal {
            return self.read();
        }
        let first = ask("New passphrase: ")?;
        if first == ask("Once more: ")? {
            Ok(first)
        } else {
            Err(PassphraseError::EntriesDiffer)
        }
    }
}

fn ask(prompt: &str) -> Result<Passphrase, PassphraseError> {
    let entered = rpassword::prompt_password(prompt).map_err(PassphraseError::NoTerminal)?;
    checked(Zeroizing::new(entered.into_bytes()))
}

fn read_descriptor(number: u32) -> Result<Passphrase, PassphraseError> {
    let cannot = |error| PassphraseError::Descriptor(number, error);
    match number {
        0 => read_all(io::stdin().lock()).map_err(cannot)?,
        1 | 2 => Err(PassphraseError::OutputDescriptor(number)),
        // The descriptor's own number cannot be taken over without unsafe code; its file can be
        // opened again.
        _ => {
            let file = File::open(format!("/dev/fd/{number}")).map_err(cannot)?;
            read_all(file).map_err(cannot)?
        }
    }
}

fn read_file(path: &Path) -> Result<Passphrase, PassphraseError> {
    let file = OpenOptions::new()
        .read(true)
        // A pipe in the file's place must not make us wait.
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)
        .map_err(PassphraseError::File)?;
    // What was opened is looked at, not what the name stands for a moment later.
    let metadata = file.metadata().map_err(PassphraseError::File)?;
    if !metadata.is_file() {
        return Err(PassphraseError::NotRegular);
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(PassphraseError::ForeignOwner);
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(PassphraseError::Permissions);
    }
    read_all(file).map_err(PassphraseError::File)?
}

/// Reads to the end. The outer error is the system's, the inner one ours.
fn read_all(from: impl Read) -> io::Result<Result<Passphrase, PassphraseError>> {
    // One more than is allowed, and a line break; reserved at once, so that no copy of a part is
    // left behind when the buffer grows.
    let limit = MAX_PASSPHRASE + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(limit + 1));
    from.take(limit as u64).read_to_end(&mut bytes)?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    Ok(checked(bytes))
}

fn checked(bytes: Passphrase) -> Result<Passphrase, PassphraseError> {
    match bytes.len() {
        0 => Err(PassphraseError::Empty),
        1..=MAX_PASSPHRASE => Ok(bytes),
        _ => Err(PassphraseError::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn file(content: &[u8], mode: u32) -> (tempfile::TempDir, Source) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("passphrase");
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        (place, Source::File(path))
    }

    #[test]
    fn one_line_break_at_the_end_does_not_count() {
        for (content, meant) in [
            (&b"secret"[..], &b"secret"[..]),
            (b"secret\n", b"secret"),
            (b"secret\r\n", b"secret"),
            (b"secret\n\n", b"secret\n"),
            (b" two words ", b" two words "),
        ] {
            let (_place, source) = file(content, 0o600);
            assert_eq!(&**source.read().unwrap(), meant);
            assert_eq!(&**source.read_new().unwrap(), meant);
        }
    }

    #[test]
    fn empty_and_endless_are_refused() {
        for content in [&b""[..], b"\n", b"\r\n"] {
            let (_place, source) = file(content, 0o600);
            assert!(matches!(source.read(), Err(PassphraseError::Empty)));
        }
        let (_place, source) = file(&[b'x'; MAX_PASSPHRASE], 0o600);
        assert_eq!(source.read().unwrap().len(), MAX_PASSPHRASE);
        let (_place, source) = file(&[b'x'; MAX_PASSPHRASE + 1], 0o600);
        assert!(matches!(source.read(), Err(PassphraseError::TooLong)));
        let endless = Source::File("/dev/zero".into());
        assert!(matches!(endless.read(), Err(PassphraseError::NotRegular)));
    }

    #[test]
    fn a_file_that_others_can_touch_is_refused() {
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666] {
            let (_place, source) = file(b"secret", mode);
            assert!(
                matches!(source.read(), Err(PassphraseError::Permissions)),
                "{mode:o}"
            );
        }
        let (_place, source) = file(b"secret", 0o400);
        assert!(source.read().is_ok());
    }

    #[test]
    fn a_pipe_does_not_make_it_wait() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("pipe");
        let made = std::process::Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap();
        assert!(made.success());
        let error = Source::File(path).read().unwrap_err();
        assert!(matches!(error, PassphraseError::NotRegular), "{error}");
    }

    #[test]
    fn output_descriptors_are_refused() {
        for number in [1, 2] {
            let error = Source::Descriptor(number).read().unwrap_err();
            assert!(matches!(error, PassphraseError::OutputDescriptor(_)));
        }
    }
}
