//! Several profiles in one process: unlocking a further one, locking one, listing them.

use std::path::Path;

use serde::Deserialize;

use super::stop;
use crate::arguments::PassphraseArguments;
use crate::client::{Client, understood};
use crate::control::Request;
use crate::control::several::{Listed, Which};
use crate::failure::Failure;
use crate::passphrase::Entered;
use crate::{output, show};

#[derive(Deserialize)]
struct Unlocked {
    profile: u32,
}

#[derive(Deserialize)]
struct AllListed {
    profiles: Vec<Listed>,
}

pub(super) async fn unlock(
    home: &Path,
    passphrase: &PassphraseArguments,
    json: bool,
) -> Result<(), Failure> {
    // Nobody is asked where nothing runs.
    let mut client = Client::connect(home).await?;
    let entered = Entered(passphrase.source().read()?);
    let answer = client.ask(&Request::Unlock(entered)).await?;
    if json {
        return output::json(answer);
    }
    let unlocked: Unlocked = understood(answer)?;
    output::line(format_args!("profile {} is unlocked", unlocked.profile))
}

/// One, or all of them: then the process ends.
pub(super) async fn lock(home: &Path, which: Option<Which>) -> Result<(), Failure> {
    let is_one = which.is_some();
    let mut client = Client::connect(home).await?.of(which);
    if is_one {
        client.ask(&Request::Lock).await?;
        return Ok(());
    }
    stop(&mut client).await
}

pub(super) async fn list(home: &Path, json: bool) -> Result<(), Failure> {
    let mut client = Client::connect(home).await?;
    let answer = client.ask(&Request::Profiles).await?;
    if json {
        return output::json(answer);
    }
    let all: AllListed = understood(answer)?;
    for one in &all.profiles {
        output::line(show::listed(one))?;
    }
    Ok(())
}
