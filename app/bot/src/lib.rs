#![doc = include_str!("../README.md")]

mod arguments;
pub mod client;
mod command;
pub mod control;
pub mod daemon;
pub mod doctor;
mod failure;
mod logging;
mod output;
pub mod passphrase;
pub mod profile;
mod show;
mod terminal;
mod transport;
pub mod visible;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use rustix::fs::Mode;

use crate::arguments::Arguments;
use crate::failure::Failure;

/// How long threads that still work may hold up the end of the process.
const LAST_MOMENT: Duration = Duration::from_millis(300);

/// The program: reads the command line, does what it says and returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever is created from now on is closed to other users of this computer.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_closed_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            output::remark(format_args!("undertone-bot: {}", with_causes(&failure)));
            ExitCode::from(failure.code())
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::System)?;
    let result = runtime.block_on(command::execute(arguments));
    runtime.shutdown_timeout(LAST_MOMENT);
    result
}

/// The message of an error and of what caused it.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        // Some errors name their cause themselves.
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    visible::Text(&text).to_string()
}
