//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::words::Language;

/// A messenger over Tor, without servers.
#[derive(Debug, Parser)]
#[command(name = "undertone-desktop", version)]
pub(crate) struct Arguments {
    /// The directory of the profile.
    #[arg(long, value_name = "DIR", env = "UNDERTONE_HOME")]
    pub(crate) home: Option<PathBuf>,

    /// Another Tor network than the public one, from the file that `tornet` prints; for tests.
    #[arg(long, value_name = "FILE")]
    pub(crate) network: Option<PathBuf>,

    /// The language at the beginning: en, de, es or ar. Without it the system decides.
    #[arg(long, value_name = "CODE", value_parser = language)]
    pub(crate) language: Option<Language>,
}

fn language(code: &str) -> Result<Language, &'static str> {
    Language::of_code(code).ok_or("known are en, de, es and ar")
}

/// Where a profile is looked for when no place is named.
pub(crate) fn default_home() -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")));
    Some(data?.join("undertone"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory as _;
        Arguments::command().debug_assert();
        let read = Arguments::try_parse_from(["x", "--home", "/h", "--language", "de"]).unwrap();
        assert_eq!(read.language, Some(Language::German));
        assert!(Arguments::try_parse_from(["x", "--language", "xx"]).is_err());
    }
}
