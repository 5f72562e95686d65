//! `contacts` and `add`.

use undertone_engine::Command;

use super::wait_for;
use crate::client::view::{Contact, Contacts, Event};
use crate::client::{Client, understood};
use crate::control::Request;
use crate::failure::Failure;
use crate::{output, show};

pub(super) async fn list(client: &mut Client, json: bool) -> Result<(), Failure> {
    let answer = client.ask(&Request::Engine(Command::Contacts)).await?;
    if json {
        return output::json(answer);
    }
    let contacts = understood::<Contacts>(answer)?.contacts;
    if contacts.is_empty() {
        output::remark("No contacts yet. \"invite\" makes an invitation, \"add\" uses one.");
    }
    contacts
        .iter()
        .try_for_each(|contact| output::line(show::contact(contact)))
}

pub(super) async fn add(
    client: &mut Client,
    command: Command,
    wait: Option<u32>,
    json: bool,
) -> Result<(), Failure> {
    if wait.is_some() {
        client.ask(&Request::Events).await?;
    }
    let answer = client.ask(&Request::Engine(command)).await?;
    let asked: Contact = understood(answer.clone())?;
    if json {
        output::json(answer)?;
    } else {
        output::line(show::contact(&asked))?;
    }
    if let Some(seconds) = wait {
        wait_for(client, seconds, |event| {
            matches!(event, Event::ContactChanged { contact }
                if contact.id == asked.id && contact.stage == "accepted")
        })
        .await?;
        output::remark("Accepted.");
    }
    Ok(())
}
