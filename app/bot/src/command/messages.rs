//! `send` and `history`.

use serde_json::Value;
use undertone_engine::{Command, ContactId};

use super::wait_for;
use crate::client::view::{Contact, Event, Message, Messages};
use crate::client::{AskError, Client, Object, understood};
use crate::control::{MAX_PAGE, Request};
use crate::failure::Failure;
use crate::{output, show};

pub(super) async fn send(
    client: &mut Client,
    (contact, reply_to): (ContactId, Option<u64>),
    text: String,
    wait: Option<u32>,
    json: bool,
) -> Result<(), Failure> {
    let reply_to = match reply_to {
        Some(message) => {
            let command = Command::Message { contact, message };
            let mut answer = client.ask(&Request::Engine(command)).await?;
            let id = answer.remove("id").ok_or(AskError::NotUnderstood)?;
            Some(serde_json::from_value(id).map_err(|_| AskError::NotUnderstood)?)
        }
        None => None,
    };
    if wait.is_some() {
        client.ask(&Request::Events).await?;
    }
    let command = Command::Send {
        contact,
        text,
        reply_to,
    };
    let answer = client.ask(&Request::Engine(command)).await?;
    let sent: Message = understood(answer.clone())?;
    let Some(seconds) = wait else {
        return if json { output::json(answer) } else { Ok(()) };
    };
    let event = wait_for(client, seconds, |event| {
        matches!(event, Event::MessageChanged { message, .. }
            if message.id == sent.id && message.delivery == "received")
    })
    .await?;
    if json { output::json(event) } else { Ok(()) }
}

pub(super) async fn history(
    client: &mut Client,
    contact: &Contact,
    before: Option<u64>,
    limit: u32,
    json: bool,
) -> Result<(), Failure> {
    let messages = last_messages(client, contact.id, before, limit).await?;
    if json {
        let mut object = Object::new();
        object.insert("reply".to_owned(), "messages".into());
        object.insert("messages".to_owned(), messages.into());
        return output::json(object);
    }
    let mut object = Object::new();
    object.insert("messages".to_owned(), messages.into());
    let name = contact.name();
    understood::<Messages>(object)?
        .messages
        .iter()
        .try_for_each(|message| output::line(show::message(&name, message, output::is_styled())))
}

/// The last messages of a conversation in JSON, newest last, in as many pages as it takes.
pub(super) async fn last_messages(
    client: &mut Client,
    contact: ContactId,
    mut before: Option<u64>,
    limit: u32,
) -> Result<Vec<Value>, AskError> {
    let mut newest_first = Vec::new();
    let mut wanted = limit;
    while wanted > 0 {
        let page = wanted.min(MAX_PAGE);
        let command = Command::History {
            contact,
            before,
            after: None,
            limit: page,
        };
        let mut answer = client.ask(&Request::Engine(command)).await?;
        let Some(Value::Array(messages)) = answer.remove("messages") else {
            return Err(AskError::NotUnderstood);
        };
        let oldest = messages
            .first()
            .and_then(|oldest| oldest.get("number")?.as_u64());
        let full = messages.len() >= page as usize;
        newest_first.extend(messages.into_iter().rev());
        wanted -= page;
        before = oldest;
        if !full || before.is_none() {
            break;
        }
    }
    newest_first.reverse();
    Ok(newest_first)
}
