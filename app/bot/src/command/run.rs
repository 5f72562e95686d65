//! `run`: opens the profiles and keeps them running, with a prompt where a person sits in front.

use std::io::{self, IsTerminal as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;

use crate::arguments::{LogLevel, RunArguments};
use crate::client::{AskError, Client};
use crate::control::Request;
use crate::control::several::Which;
use crate::daemon::{Automatic, Daemon};
use crate::failure::Failure;
use crate::profile::Household;
use crate::{logging, output, profile, terminal};

pub(super) async fn run(
    home: &Path,
    profile: Option<Which>,
    how: RunArguments,
) -> Result<(), Failure> {
    let person = !how.headless && io::stdin().is_terminal() && io::stdout().is_terminal();
    // In front of a person log lines would stand between messages.
    let usual = if person && how.log_file.is_none() {
        LogLevel::Off
    } else {
        LogLevel::Warn
    };
    logging::start(how.log_level.unwrap_or(usual), how.log_file.as_deref())?;
    let network = profile::network(how.network.as_deref())?;
    let passphrases = how.passphrases.read()?;
    let household = Household::new(home, network);
    let automatic = Automatic {
        echo: how.echo,
        accept_all: how.accept_all,
    };
    let daemon = Daemon::new(household, passphrases, automatic).await?;
    tell_ready();
    if !person {
        // For a script that started us with a pipe. Nobody needs to listen.
        let _ = output::line("ready");
        return Ok(daemon.run().await?);
    }
    let running = tokio::spawn(daemon.run());
    let talked = talk(home, profile).await;
    let ran = running
        .await
        .map_err(|error| Failure::System(error.into()))?;
    // Why the profile stopped says more than that the prompt lost it.
    ran?;
    match talked {
        Err(Failure::Ask(AskError::Gone)) => Ok(()),
        other => other,
    }
}

/// The prompt; when it is left, for whatever reason, all profiles stop.
async fn talk(home: &Path, profile: Option<Which>) -> Result<(), Failure> {
    let client = Client::connect(home).await?.of(profile);
    let talked = terminal::chat(client, None).await;
    if !matches!(talked, Err(Failure::Ask(AskError::Gone))) {
        let mut client = Client::connect(home).await?;
        client.ask(&Request::Stop).await?;
    }
    talked
}

/// Tells systemd that the control socket answers, where systemd asked to be told.
fn tell_ready() {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    let told =
        address.and_then(|address| UnixDatagram::unbound()?.send_to_addr(b"READY=1", &address));
    if let Err(error) = told {
        tracing::warn!(kind = ?error.kind(), "the service manager was not told that we are ready");
    }
}
