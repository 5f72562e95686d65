//! `status`, which can also wait until the profile is there and online.

use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use undertone_engine::Command;

use super::wait_for;
use crate::client::view::{Event, Profile};
use crate::client::{Client, understood};
use crate::control::Request;
use crate::control::several::Which;
use crate::control::socket::ConnectError;
use crate::failure::Failure;
use crate::{output, show};

/// Between two looks for a socket that is not there yet.
const LOOK: Duration = Duration::from_millis(100);

pub(super) async fn show(
    home: &Path,
    which: Option<Which>,
    wait: Option<u32>,
    json: bool,
) -> Result<(), Failure> {
    let end = Instant::now() + Duration::from_secs(wait.unwrap_or(0).into());
    let mut client = loop {
        match Client::connect(home).await {
            Err(ConnectError::NotRunning) if Instant::now() < end => sleep(LOOK).await,
            other => break other?.of(which),
        }
    };
    client.ask(&Request::Events).await?;
    let profile = Request::Engine(Command::Profile);
    let mut answer = client.ask(&profile).await?;
    let mut view: Profile = understood(answer.clone())?;
    if let Some(seconds) = wait.filter(|_| !view.network.is_ready() && !view.hidden) {
        let left = end.saturating_duration_since(Instant::now()).as_secs();
        let left = u32::try_from(left).unwrap_or(seconds);
        let ready = |event: &Event| matches!(event, Event::Network { status } if status.is_ready());
        let waited = wait_for(&mut client, left, ready).await;
        waited.map_err(|error| match error {
            Failure::NotInTime(_) => Failure::NotInTime(seconds),
            other => other,
        })?;
        answer = client.ask(&profile).await?;
        view = understood(answer.clone())?;
    }
    if json {
        output::json(answer)
    } else {
        output::line(show::profile(&view))
    }
}
