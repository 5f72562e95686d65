//! The commands that concern profiles as a whole: several in one home, wiping, deniable mode, destruction, exports, and what is
//! wrong.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use undertone_engine::MAX_KEPT;

use super::passphrases::source;
use super::{JsonArguments, NewPassphraseArguments, PassphraseArguments};
use crate::passphrase::{Passphrase, PassphraseError, Source};

/// Commands for profiles as a whole.
#[derive(Subcommand)]
pub enum ProfileCommands {
    /// Several profiles in one home
    #[command(subcommand)]
    Profile(BesideCommands),
    /// Make a decoy beside the profiles of a home: a profile with a passphrase that you can tell
    Decoy(BesideArguments),
    /// Give a profile a new passphrase that destroys all others of its home when it is entered
    Wipe {
        /// Where the passphrase of the profile that is shown instead comes from.
        #[command(flatten)]
        old: PassphraseArguments,
        /// Where the wiping passphrase comes from.
        #[command(flatten)]
        new: NewPassphraseArguments,
        /// Where the consent comes from.
        #[command(flatten)]
        consent: ConsentArguments,
    },
    /// Destroy the keys of ALL profiles of the home at once, running or not. Nothing brings them back
    Panic {
        /// Needed, because there is no question
        #[arg(long)]
        yes: bool,
    },
    /// Switch deniable mode of a profile on or off, and tell what it costs
    Deniable {
        /// On or off
        #[arg(value_enum)]
        mode: Mode,
        /// Where the passphrase comes from, if the profile does not run.
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
    /// Explain what is wrong and what to do; opens the profile as well if a passphrase source is named
    Doctor {
        /// Where the passphrase comes from, if at all.
        #[command(flatten)]
        passphrase: PassphraseArguments,
        /// How to print.
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Write the profile into a new sealed file with a passphrase of its own
    #[command(after_help = crate::show::claims::EXPORT_OPENS)]
    Export {
        /// The file; it must not be there yet
        file: PathBuf,
        /// Where the profile's passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArguments,
        /// Where the export's comes from.
        #[command(flatten)]
        export: ExportPassphraseArguments,
    },
    /// Make a profile from an export: in a new home, or beside those of a home
    Import {
        /// The file
        file: PathBuf,
        /// Where the export's passphrase comes from.
        #[command(flatten)]
        export: ExportPassphraseArguments,
        /// Where the passphrase of the new profile comes from.
        #[command(flatten)]
        new: NewPassphraseArguments,
        /// Beside the profiles of this home
        #[arg(long)]
        beside: bool,
        /// What is kept.
        #[command(flatten)]
        keep: KeepArguments,
        /// Where the consent comes from.
        #[command(flatten)]
        consent: ConsentArguments,
    },
}

/// Commands for several profiles in one home.
#[derive(Subcommand)]
pub enum BesideCommands {
    /// Make a further profile. One that is not named with --keep-passphrase-file may be overwritten
    Create(BesideArguments),
    /// List the profiles that run, with the numbers and nicknames that --profile takes
    List {
        /// How to print.
        #[command(flatten)]
        json: JsonArguments,
    },
}

/// How a further profile is made.
#[derive(Args)]
pub struct BesideArguments {
    /// What you call yourself; contacts see it
    #[arg(long)]
    pub nickname: String,
    /// Where the passphrase of the new profile comes from.
    #[command(flatten)]
    pub new: NewPassphraseArguments,
    /// What is kept.
    #[command(flatten)]
    pub keep: KeepArguments,
    /// Where the consent comes from.
    #[command(flatten)]
    pub consent: ConsentArguments,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// On
    On,
    /// Off
    Off,
}

/// Which profiles are kept.
#[derive(Args)]
pub struct KeepArguments {
    /// Read the passphrase of a profile that is to be kept from this file; up to three times [default: ask on the terminal]
    #[arg(long, value_name = "FILE")]
    keep_passphrase_file: Vec<PathBuf>,
}

impl KeepArguments {
    /// The passphrases.
    ///
    /// # Errors
    /// See [`PassphraseError`].
    pub fn read(&self) -> Result<Vec<Passphrase>, PassphraseError> {
        if !self.keep_passphrase_file.is_empty() {
            let files = self.keep_passphrase_file.iter();
            return files
                .map(|file| Source::File(file.clone()).read())
                .collect();
        }
        let mut kept = Vec::new();
        while kept.len() < MAX_KEPT {
            let prompt = if kept.is_empty() {
                "Passphrase of a profile to keep: "
            } else {
                "Of another one to keep (nothing if that is all): "
            };
            match Source::ask(prompt) {
                Err(PassphraseError::Empty) if !kept.is_empty() => break,
                other => kept.push(other?),
            }
        }
        Ok(kept)
    }
}

/// Consent to something that cannot be taken back.
#[derive(Clone, Copy, Debug, Args)]
pub struct ConsentArguments {
    /// Do it without a question
    #[arg(long)]
    pub yes: bool,
}

/// Where the passphrase of an export comes from.
#[derive(Args)]
#[group(multiple = false)]
pub struct ExportPassphraseArguments {
    /// Read the passphrase of the export from this file descriptor [default: ask on the terminal]
    #[arg(long, value_name = "N")]
    export_passphrase_fd: Option<u32>,
    /// Read the passphrase of the export from this file, which must be yours and closed to everyone else
    #[arg(long, value_name = "FILE")]
    export_passphrase_file: Option<PathBuf>,
}

impl ExportPassphraseArguments {
    /// The source that was named.
    #[must_use]
    pub fn source(&self) -> Source {
        source(
            self.export_passphrase_fd,
            self.export_passphrase_file.as_ref(),
        )
    }
}
