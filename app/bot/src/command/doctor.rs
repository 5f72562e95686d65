//! `doctor`: looks at everything, prints what it found, and succeeds only if all is well.

use std::path::Path;

use undertone_engine::Command;
use undertone_storage::Home;

use super::all_contacts;
use crate::client::view::{Health, Profile};
use crate::client::{AskError, Client};
use crate::control::Request;
use crate::control::several::Which;
use crate::control::socket::ConnectError;
use crate::doctor::{self, Finding, State};
use crate::failure::Failure;
use crate::output;
use crate::passphrase::Source;
use crate::visible::Text;

pub(super) async fn examine(
    path: &Path,
    which: Option<Which>,
    passphrase: Option<Source>,
    json: bool,
) -> Result<(), Failure> {
    let (mut findings, home) = doctor::home(path);
    if let Some(home) = home {
        if let Some(source) = passphrase {
            let passphrase = source.read()?;
            let home = home.clone();
            let opened =
                tokio::task::spawn_blocking(move || doctor::opening(&home, &passphrase)).await;
            findings.push(opened.map_err(|error| Failure::System(error.into()))?);
        }
        findings.extend(life(path, which, &home).await?);
    }
    for finding in &findings {
        show(finding, json)?;
    }
    if findings.iter().any(|one| one.state == State::Wrong) {
        Err(Failure::Unwell)
    } else {
        Ok(())
    }
}

/// What the running profile says, if it runs.
async fn life(path: &Path, which: Option<Which>, home: &Home) -> Result<Vec<Finding>, Failure> {
    let mut client = match Client::connect(path).await {
        Ok(client) => client.of(which),
        Err(ConnectError::NotRunning) => {
            let in_use = home.examine().is_ok_and(|found| found.in_use);
            return Ok(vec![doctor::not_running(in_use)]);
        }
        Err(error) => return Err(error.into()),
    };
    let said: Result<_, AskError> = async {
        let health: Health = client.get(&Request::Engine(Command::Health)).await?;
        let profile: Profile = client.get(&Request::Engine(Command::Profile)).await?;
        let contacts = all_contacts(&mut client).await?;
        Ok(doctor::running(&health, &contacts, &profile.copy))
    }
    .await;
    match said {
        Ok(findings) => Ok(findings),
        Err(AskError::Gone | AskError::Silent) => Ok(vec![doctor::not_running(true)]),
        Err(error) => Err(error.into()),
    }
}

fn show(finding: &Finding, json: bool) -> Result<(), Failure> {
    if json {
        return output::value(finding);
    }
    let mark = match finding.state {
        State::Well => "well ",
        State::Note => "note ",
        State::Wrong => "WRONG",
    };
    output::line(format_args!(
        "{mark}  {}: {}",
        finding.check,
        Text(&finding.says)
    ))?;
    match finding.advice {
        Some(advice) => output::line(format_args!("       -> {advice}")),
        None => Ok(()),
    }
}
