//! `follow`: messages as they come, optionally after some that are stored already.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use undertone_engine::ContactId;

use super::messages::last_messages;
use super::{TALKING, all_contacts, open_notes};
use crate::client::view::{Contact, Event};
use crate::client::{Client, Object, names, understood};
use crate::control::Request;
use crate::failure::Failure;
use crate::{output, show};

/// How to follow.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// So many stored messages first.
    pub(super) last: u32,
    /// End after so many received messages.
    pub(super) count: Option<u32>,
    /// End after so many seconds.
    pub(super) seconds: Option<u32>,
    /// Print JSON.
    pub(super) json: bool,
}

pub(super) async fn follow(
    client: &mut Client,
    contact: Option<&str>,
    how: How,
) -> Result<(), Failure> {
    let mut follower = Follower {
        how,
        only: None,
        names: HashMap::new(),
        received: 0,
        seen: 0,
    };
    // Before the stored messages are read, so that none falls between; the numbers tell which
    // were shown already.
    client.ask(&Request::Events).await?;
    open_notes(client, contact.unwrap_or_default()).await?;
    let contacts = all_contacts(client).await?;
    if let Some(name) = contact {
        follower.only = Some(names::find(&contacts, name, &TALKING)?.id);
    }
    follower
        .names
        .extend(contacts.iter().map(|contact| (contact.id, contact.name())));

    let deadline = how.seconds.map(|seconds| {
        (
            seconds,
            Instant::now() + Duration::from_secs(seconds.into()),
        )
    });
    let following = follower.run(client);
    match deadline {
        None => following.await,
        Some((seconds, deadline)) => match timeout_at(deadline, following).await {
            Ok(result) => result,
            Err(_) if how.count.is_some() => Err(Failure::NotInTime(seconds)),
            Err(_) => Ok(()),
        },
    }
}

struct Follower {
    how: How,
    only: Option<ContactId>,
    names: HashMap<ContactId, String>,
    received: u32,
    /// The highest number among the stored messages that were shown.
    seen: u64,
}

impl Follower {
    async fn run(&mut self, client: &mut Client) -> Result<(), Failure> {
        if let Some(contact) = self.only {
            for message in last_messages(client, contact, None, self.how.last).await? {
                let incoming = message.get("delivery").and_then(|at| at.as_str());
                let event = if incoming == Some("incoming") {
                    "message_received"
                } else {
                    "message_changed"
                };
                let mut object = Object::new();
                object.insert("event".to_owned(), event.into());
                object.insert("contact".to_owned(), contact.to_string().into());
                object.insert("message".to_owned(), message);
                self.show(object, true)?;
                if self.is_complete() {
                    return Ok(());
                }
            }
        }
        while !self.is_complete() {
            let object = client.event().await?;
            self.show(object, false)?;
        }
        Ok(())
    }

    fn is_complete(&self) -> bool {
        self.how.count.is_some_and(|count| self.received >= count)
    }

    /// Shows an event if it is one that is followed.
    fn show(&mut self, object: Object, stored: bool) -> Result<(), Failure> {
        let line = match understood(object.clone())? {
            Event::MessageReceived { contact, message } if self.follows(contact) => {
                if stored {
                    self.seen = message.number;
                } else if self.only.is_some() && message.number <= self.seen {
                    return Ok(());
                }
                self.received += 1;
                Some(show::message(
                    &self.name(contact),
                    &message,
                    output::is_styled(),
                ))
            }
            Event::MessageChanged { contact, message } if self.follows(contact) => {
                // People see what they sent elsewhere once, when it arrived; programs see all.
                let shown = stored || message.delivery == "received";
                shown.then(|| show::message(&self.name(contact), &message, output::is_styled()))
            }
            Event::RequestReceived { contact } if self.only.is_none() => {
                self.remember(&contact);
                Some(show::contact(&contact))
            }
            Event::ContactChanged { contact } => {
                self.remember(&contact);
                None
            }
            Event::Missed { count } => {
                output::remark(format_args!(
                    "{count} events were missed; \"history\" has all messages"
                ));
                None
            }
            _ => None,
        };
        if self.how.json {
            // With a contact, only its messages; without, everything that happens.
            if line.is_some() || self.only.is_none() {
                return output::json(object);
            }
            return Ok(());
        }
        line.map_or(Ok(()), output::line)
    }

    fn follows(&self, contact: ContactId) -> bool {
        self.only.is_none_or(|only| only == contact)
    }

    fn remember(&mut self, contact: &Contact) {
        self.names.insert(contact.id, contact.name());
    }

    fn name(&self, contact: ContactId) -> String {
        match self.names.get(&contact) {
            Some(name) => name.clone(),
            None => contact.to_string().chars().take(8).collect(),
        }
    }
}
