//! The headless program with one socket too many: what the test of the program's sockets has to catch. Beside everything that
//! `undertone-bot` does it connects once to the port on this computer that `UNDERTONE_FOREIGN_PORT` names.

use std::net::TcpStream;
use std::process::ExitCode;

fn main() -> ExitCode {
    let port = std::env::var("UNDERTONE_FOREIGN_PORT").ok();
    let port = port.and_then(|port| port.parse::<u16>().ok());
    // A control that leaks nothing would prove nothing.
    let Some(Ok(_leak)) = port.map(|port| TcpStream::connect(("127.0.0.1", port))) else {
        return ExitCode::FAILURE;
    };
    undertone_bot::main()
}
