//! `invite` and `invitations`.

use std::time::Duration;

use undertone_engine::Command;

use super::wait_for;
use crate::client::view::{Event, Invitation, Invitations};
use crate::client::{Client, understood};
use crate::control::Request;
use crate::failure::Failure;
use crate::visible::Name;
use crate::{output, show};

pub(super) async fn invite(
    client: &mut Client,
    one_time: bool,
    expires_after: Option<Duration>,
    wait: Option<u32>,
    draw: bool,
    json: bool,
) -> Result<(), Failure> {
    if wait.is_some() {
        client.ask(&Request::Events).await?;
    }
    let command = Command::Invite {
        one_time,
        expires_after,
    };
    let answer = client.ask(&Request::Engine(command)).await?;
    let made: Invitation = understood(answer.clone())?;
    if json {
        output::json(answer)?;
    } else {
        output::line(Name(&made.text))?;
    }
    if let Some(code) = show::qr::invitation(&made.text, output::is_terminal()).filter(|_| draw) {
        output::line(code)?;
    }
    match wait {
        Some(seconds) if !made.reachable => {
            let number = made.number;
            wait_for(client, seconds, |event| {
                matches!(event, Event::InvitationReachable { invitation } if *invitation == number)
            })
            .await?;
            output::remark("It can be found from now on.");
        }
        None if !made.reachable && !json => {
            output::remark("It can be found in a moment, and while the profile runs.");
        }
        _ => {}
    }
    Ok(())
}

pub(super) async fn list(client: &mut Client, json: bool) -> Result<(), Failure> {
    let answer = client.ask(&Request::Engine(Command::Invitations)).await?;
    if json {
        return output::json(answer);
    }
    let invitations = understood::<Invitations>(answer)?.invitations;
    if invitations.is_empty() {
        output::remark("No invitation is open. \"invite\" makes one.");
    }
    invitations
        .iter()
        .try_for_each(|one| output::line(show::invitation(one)))
}
