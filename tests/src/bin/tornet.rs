//! `tornet`: a private Tor network on this computer for trying Undertone out. It starts the
//! network, says how programs use it and keeps it until Ctrl-C. It starts no Undertone program.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use undertone_tests::tornet::{DEFAULT_RELAYS, TorNet, TorNetOptions};

/// Runs a private Tor network on this computer until Ctrl-C.
#[derive(Debug, Parser)]
#[command(name = "tornet")]
struct Arguments {
    /// Hold everything back so many milliseconds at every relay, one way (30 feels like Tor).
    #[arg(long, value_name = "MS")]
    delay: Option<u64>,
    /// Relays next to the directory authority, at least 3; with few, some clients find no path.
    #[arg(long, value_name = "N", default_value_t = DEFAULT_RELAYS)]
    relays: usize,
    /// Keep keys, logs and the network file in this directory (a temporary one otherwise).
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                text.push_str(": ");
                text.push_str(&error.to_string());
                cause = error.source();
            }
            let _ = writeln!(io::stderr(), "tornet: {text}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    // From the first moment on, so that Ctrl-C during the start cleans up as well.
    let mut ended = [
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    ];
    let [interrupt, terminate, hangup] = &mut ended;
    let ended = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    };
    tokio::pin!(ended);

    let start = TorNet::start(TorNetOptions {
        relays: arguments.relays,
        delay: arguments.delay.map(Duration::from_millis),
        directory: arguments.dir,
    });
    let network = tokio::select! {
        network = start => network?,
        () = &mut ended => return Ok(()),
    };

    let mut out = io::stdout();
    writeln!(out, "--network {}", network.network_file().display())?;
    writeln!(
        out,
        "Undertone programs started with this option use only the {} Tor relays on this computer, \
         so nothing touches the public network and nothing is anonymous; Ctrl-C ends it.",
        network.ports().len()
    )?;
    out.flush()?;
    ended.await;
    Ok(())
}
