//! The commands that concern profiles as a whole. What they claim stands in `show::claims`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use tokio::time::timeout;
use undertone_engine::Command;
use undertone_engine::backup::BackupSummary;

use super::{doctor, several};
use crate::arguments::profiles::{
    BesideArguments, BesideCommands, ConsentArguments, Mode, ProfileCommands,
};
use crate::client::{AskError, Client};
use crate::control::Request;
use crate::control::several::Which;
use crate::control::socket::ConnectError;
use crate::failure::Failure;
use crate::profile::backup::{self, Destination};
use crate::profile::vaults;
use crate::show::claims;
use crate::{output, show};

/// How long a running profile may take to confirm its destruction. Its files are overwritten before.
const CONFIRM: Duration = Duration::from_millis(800);

pub(super) async fn execute(
    home: &Path,
    which: Option<Which>,
    command: ProfileCommands,
) -> Result<(), Failure> {
    match command {
        ProfileCommands::Profile(BesideCommands::List { json }) => {
            several::list(home, json.json).await
        }
        ProfileCommands::Profile(BesideCommands::Create(how)) => beside(home, &how).await,
        ProfileCommands::Decoy(how) => {
            output::remark(claims::DECOY);
            beside(home, &how).await
        }
        ProfileCommands::Wipe { old, new, consent } => {
            output::remark(claims::WIPE);
            ask_consent(consent)?;
            let (old, new) = (old.source().read()?, new.source().read_new()?);
            vaults::set_wipe(home, old, new).await?;
            output::remark(
                "The wiping passphrase is set; the old one of this profile opens nothing.",
            );
            Ok(())
        }
        ProfileCommands::Panic { yes: false } => Err(Failure::NoConsent),
        ProfileCommands::Panic { yes: true } => panic(home).await,
        ProfileCommands::Deniable { mode, passphrase } => {
            deniable(home, which, mode == Mode::On, &passphrase).await
        }
        ProfileCommands::Doctor { passphrase, json } => {
            doctor::examine(home, which, passphrase.named(), json.json).await
        }
        ProfileCommands::Export {
            file,
            passphrase,
            export,
        } => {
            let passphrase = passphrase.source().read()?;
            let sealed = export.source().read_new()?;
            let written = backup::export(home, passphrase, file, sealed).await?;
            output::remark(format_args!("{}\n{}", claims::EXPORT, summary(written)));
            Ok(())
        }
        ProfileCommands::Import {
            file,
            export,
            new,
            beside,
            keep,
            consent,
        } => {
            let sealed = export.source().read()?;
            let destination = if beside {
                output::remark(claims::BESIDE);
                ask_consent(consent)?;
                Destination::Beside(keep.read()?, new.source().read_new()?)
            } else {
                Destination::NewHome(new.source().read_new()?)
            };
            let read = backup::import(home, file, sealed, destination).await?;
            output::remark(format_args!("{}\n{}", claims::IMPORT, summary(read)));
            Ok(())
        }
    }
}

fn summary(found: BackupSummary) -> String {
    format!("{} contacts, {} messages.", found.contacts, found.messages)
}

async fn beside(home: &Path, how: &BesideArguments) -> Result<(), Failure> {
    output::remark(claims::BESIDE);
    ask_consent(how.consent)?;
    let keep = how.keep.read()?;
    let new = how.new.source().read_new()?;
    vaults::create_beside(home, keep, &how.nickname, new).await?;
    output::remark("The profile is made. There is no way back in without its passphrase.");
    Ok(())
}

/// Asks on the terminal, where there is one.
pub(super) fn ask_consent(consent: ConsentArguments) -> Result<(), Failure> {
    if consent.yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::NoConsent);
    }
    let mut err = io::stderr();
    // A question that nobody can read is answered with no.
    let asked = write!(err, "Type \"yes\" to go on: ").and_then(|()| err.flush());
    let mut answer = String::new();
    match asked.and_then(|()| io::stdin().read_line(&mut answer)) {
        Ok(_) if answer.trim() == "yes" => Ok(()),
        _ => Err(Failure::NoConsent),
    }
}

/// First the files, whatever the running profile is busy with; then the profile itself, which holds keys in its memory
/// and might write some of them again.
async fn panic(home: &Path) -> Result<(), Failure> {
    let files = vaults::destroy(home);
    let told = timeout(CONFIRM, async {
        let mut client = Client::connect(home).await?;
        client.ask(&Request::Engine(Command::Destroy)).await?;
        Ok::<_, AskError>(())
    });
    match told.await {
        Ok(Ok(())) => {}
        // It ended while it was told.
        Ok(Err(AskError::Gone)) => {
            files?;
            vaults::destroy(home)?;
        }
        Ok(Err(AskError::Connect(ConnectError::NotRunning))) => {
            files?;
            // One that was just being opened may have written back what it had read before.
            vaults::destroy(home)?;
            if vaults::is_open(home) {
                return Err(AskError::Silent.into());
            }
        }
        Ok(Err(error)) => {
            files?;
            return Err(error.into());
        }
        Err(_) => {
            files?;
            return Err(AskError::Silent.into());
        }
    }
    output::remark(claims::PANIC);
    Ok(())
}

async fn deniable(
    home: &Path,
    which: Option<Which>,
    on: bool,
    passphrase: &crate::arguments::PassphraseArguments,
) -> Result<(), Failure> {
    let before = vaults::size(home).map_err(vaults::ProfilesError::from)?;
    match Client::connect(home).await {
        Ok(client) => {
            let command = Command::SetDeniable { on };
            let mut client = client.of(which);
            client.ask(&Request::Engine(command)).await?;
        }
        Err(ConnectError::NotRunning) => {
            vaults::set_deniable(home, passphrase.source().read()?, on).await?;
        }
        Err(error) => return Err(error.into()),
    }
    let after = vaults::size(home).map_err(vaults::ProfilesError::from)?;
    if on {
        output::remark(claims::DENIABLE);
        output::remark(claims::DENIABLE_COST);
    } else {
        output::remark(claims::NOT_DENIABLE);
    }
    output::line(format_args!(
        "deniable mode is {}; the files of this home take {}, before {}",
        if on { "on" } else { "off" },
        show::size(after),
        show::size(before)
    ))
}
