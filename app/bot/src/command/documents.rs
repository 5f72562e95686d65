//! `completions` and `man`: what packages install beside the program.

use std::io;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;

pub(super) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        shell,
        &mut Arguments::command(),
        "undertone-bot",
        &mut script,
    );
    io::Write::write_all(&mut io::stdout().lock(), &script).map_err(Failure::Output)
}

/// Writes one page for the program and one for each subcommand.
pub(super) fn manual(directory: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), directory))
        .map_err(Failure::Output)
}
