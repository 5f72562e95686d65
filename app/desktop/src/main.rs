//! The program `undertone-desktop`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    undertone_desktop::main()
}
