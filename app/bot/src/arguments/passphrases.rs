//! Where passphrases come from: a prompt, a descriptor or a file. They are no arguments themselves: command lines can be read by
//! others on a computer.

use std::path::PathBuf;

use clap::Args;

use crate::passphrase::{Passphrase, PassphraseError, Source};

/// Where the passphrase comes from.
#[derive(Args)]
#[group(multiple = false)]
pub struct PassphraseArguments {
    /// Read the passphrase from this file descriptor [default: ask on the terminal]
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// Read the passphrase from this file, which must be yours and closed to everyone else
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

impl PassphraseArguments {
    /// The source that was named.
    #[must_use]
    pub fn source(&self) -> Source {
        source(self.passphrase_fd, self.passphrase_file.as_ref())
    }

    /// The same, where one was named at all.
    #[must_use]
    pub fn named(&self) -> Option<Source> {
        Some(self.source()).filter(|source| *source != Source::Terminal)
    }
}

/// Where the passphrases of one or several profiles come from.
#[derive(Args)]
#[group(multiple = false)]
pub struct PassphrasesArguments {
    /// Read a passphrase from this file descriptor; several times for several profiles [default: ask on the terminal]
    #[arg(long, value_name = "N")]
    passphrase_fd: Vec<u32>,
    /// Read a passphrase from this file, which must be yours and closed to everyone else; several times for several profiles
    #[arg(long, value_name = "FILE")]
    passphrase_file: Vec<PathBuf>,
    /// Ask for so many passphrases on the terminal, one for each profile
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=4))]
    profiles: u8,
}

impl PassphrasesArguments {
    /// Gets them, in the order in which they were named.
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn read(&self) -> Result<Vec<Passphrase>, PassphraseError> {
        let descriptors = self.passphrase_fd.iter().copied().map(Source::Descriptor);
        let files = self.passphrase_file.iter().cloned().map(Source::File);
        let named: Vec<_> = descriptors.chain(files).collect();
        if !named.is_empty() {
            return named.iter().map(Source::read).collect();
        }
        let prompts = (1..=self.profiles).map(|number| match (number, self.profiles) {
            (_, 1) => "Passphrase: ".to_owned(),
            (number, all) => format!("Passphrase {number} of {all}: "),
        });
        prompts.map(|prompt| Source::ask(&prompt)).collect()
    }
}

/// Where a new passphrase comes from.
#[derive(Args)]
#[group(multiple = false)]
pub struct NewPassphraseArguments {
    /// Read the new passphrase from this file descriptor [default: ask on the terminal, twice]
    #[arg(long, value_name = "N")]
    new_passphrase_fd: Option<u32>,
    /// Read the new passphrase from this file, which must be yours and closed to everyone else
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

impl NewPassphraseArguments {
    /// The source that was named.
    #[must_use]
    pub fn source(&self) -> Source {
        source(self.new_passphrase_fd, self.new_passphrase_file.as_ref())
    }
}

pub(super) fn source(descriptor: Option<u32>, file: Option<&PathBuf>) -> Source {
    match (descriptor, file) {
        (Some(number), _) => Source::Descriptor(number),
        (None, Some(path)) => Source::File(path.clone()),
        (None, None) => Source::Terminal,
    }
}
