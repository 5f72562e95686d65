//! The program `undertone-bot`. Everything is in the library, so that tests can reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    undertone_bot::main()
}
