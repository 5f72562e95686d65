//! A conversation at a terminal: lines that are typed go to the contact one talks to, lines that
//! begin with `/` are commands. It is a client of the control socket like any other and keeps
//! nothing but names. Editing is the terminal's own, so a line can have some 4,000 bytes; longer
//! messages go through `send`.

mod input;

use std::collections::{HashMap, HashSet};
use std::io::Write as _;

use undertone_engine::{Command, ContactId};

use crate::client::view::{Contact, Event, Invitation, Messages, Profile, Verification};
use crate::client::{AskError, Client, Object, names, understood};
use crate::command::{all_contacts, open_notes};
use crate::control::Request;
use crate::failure::Failure;
use crate::visible::Name;
use crate::{output, show};

const HELP: &str = "\
TEXT                       send it to the contact you talk to
/to CONTACT                talk to this contact; @me: to yourself, never sent
/contacts                  contacts and requests
/invite                    make an invitation
/add INVITATION [WORDS]    ask to be a contact
/accept CONTACT [NAME]     accept a request, and what you call them
/reject CONTACT            reject a request; they are not told
/block CONTACT             block for ever
/name CONTACT NAME         what you call them
/history                   the last messages with the contact you talk to
/verify                    the verification code of that contact
/retry                     dial now
/status                    how the profile is
/quit                      leave; a line that begins with // is sent with one /";

/// How many messages are shown when a conversation is opened.
const LAST: u32 = 10;

/// Clears the line on which the prompt stands.
const CLEAR: &str = "\r\u{1b}[K";

/// Talks until the person leaves.
///
/// # Errors
/// When the profile ends, or the terminal.
pub async fn chat(client: Client, with: Option<String>) -> Result<(), Failure> {
    let mut chat = Chat {
        client,
        names: HashMap::new(),
        accepted: Accepted::default(),
        current: None,
    };
    chat.client.ask(&Request::Events).await?;
    chat.greet(with).await?;
    let mut typed = input::lines();
    loop {
        chat.prompt()?;
        tokio::select! {
            line = typed.recv() => match line {
                Some(line) if line.trim() == "/quit" => return Ok(()),
                Some(line) => chat.typed(&line).await?,
                None => return Ok(()),
            },
            event = chat.client.event() => {
                let event = event?;
                chat.heard(event)?;
            }
        }
    }
}

struct Chat {
    client: Client,
    names: HashMap<ContactId, String>,
    accepted: Accepted,
    current: Option<ContactId>,
}

impl Chat {
    async fn greet(&mut self, with: Option<String>) -> Result<(), Failure> {
        open_notes(&mut self.client, with.as_deref().unwrap_or_default()).await?;
        let contacts = self.contacts().await?;
        output::line("Type /help for help, /quit to leave.")?;
        let undecided = contacts
            .iter()
            .filter(|contact| contact.stage == "undecided");
        for contact in undecided {
            output::line(show::contact(contact))?;
        }
        match with {
            Some(name) => {
                self.talk_to(names::find(&contacts, &name, &["accepted", "myself"])?.id)
                    .await
            }
            // With one contact there is nothing to choose.
            None => match self.accepted.only() {
                Some(one) => self.talk_to(one).await,
                None => Ok(()),
            },
        }
    }

    fn prompt(&self) -> Result<(), Failure> {
        let who = self
            .current
            .map(|contact| self.name(contact))
            .unwrap_or_default();
        let mut out = std::io::stdout().lock();
        write!(out, "{CLEAR}{who}> ")
            .and_then(|()| out.flush())
            .map_err(Failure::Output)
    }

    /// Does what was typed. What the profile refuses is told and is no reason to leave.
    async fn typed(&mut self, line: &str) -> Result<(), Failure> {
        let done = match line.strip_prefix('/') {
            Some(command) if !command.starts_with('/') => self.command(command).await,
            Some(text) => self.send(text).await,
            None if line.trim().is_empty() => Ok(()),
            None => self.send(line).await,
        };
        match done {
            Err(error @ (Failure::Ask(AskError::Refused(_)) | Failure::Name(_))) => {
                output::line(error)
            }
            other => other,
        }
    }

    async fn command(&mut self, line: &str) -> Result<(), Failure> {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let rest = rest.trim();
        let (name, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let more = Some(more.trim().to_owned()).filter(|more| !more.is_empty());
        match word {
            "help" => output::line(HELP),
            "to" => {
                let contact = self
                    .find(rest, &["accepted", "accepting", "myself"])
                    .await?;
                self.talk_to(contact).await
            }
            "contacts" => {
                let contacts = self.contacts().await?;
                contacts
                    .iter()
                    .try_for_each(|contact| output::line(show::contact(contact)))
            }
            "invite" => self.invite().await,
            "add" => {
                let (invitation, greeting) = (name.to_owned(), more.unwrap_or_default());
                let command = Command::AddContact {
                    invitation,
                    pet_name: None,
                    greeting,
                };
                let contact: Contact = self.get(command).await?;
                output::line(show::contact(&contact))
            }
            "accept" => {
                let contact = self.find(name, &["undecided"]).await?;
                self.ask(Command::Accept {
                    contact,
                    pet_name: more,
                })
                .await
            }
            "reject" => {
                let contact = self.find(rest, &["undecided"]).await?;
                self.ask(Command::Reject { contact }).await
            }
            "block" => {
                let contact = self.find(rest, &["accepted", "undecided"]).await?;
                self.ask(Command::Block { contact }).await
            }
            "name" => {
                let contact = self.find(name, &["accepted"]).await?;
                self.ask(Command::SetPetName {
                    contact,
                    pet_name: more,
                })
                .await
            }
            "history" => match self.current {
                Some(contact) => self.history(contact).await,
                None => nobody(),
            },
            "verify" => match self.current {
                Some(contact) => self.verify(contact).await,
                None => nobody(),
            },
            "retry" => self.ask(Command::Retry { contact: None }).await,
            "status" => {
                let profile: Profile = self.get(Command::Profile).await?;
                output::line(show::profile(&profile))
            }
            _ => output::line("There is no such command; /help lists them."),
        }
    }

    async fn send(&mut self, text: &str) -> Result<(), Failure> {
        let Some(contact) = self.current else {
            return nobody();
        };
        self.ask(Command::Send {
            contact,
            text: text.to_owned(),
            reply_to: None,
        })
        .await
    }

    async fn talk_to(&mut self, contact: ContactId) -> Result<(), Failure> {
        self.current = Some(contact);
        self.history(contact).await
    }

    async fn history(&mut self, contact: ContactId) -> Result<(), Failure> {
        let command = Command::History {
            contact,
            before: None,
            after: None,
            limit: LAST,
        };
        let page: Messages = self.get(command).await?;
        let name = self.name(contact);
        page.messages.iter().try_for_each(|message| {
            output::line(show::message(&name, message, output::is_styled()))
        })
    }

    async fn verify(&mut self, contact: ContactId) -> Result<(), Failure> {
        let code: Verification = self.get(Command::Verification { contact }).await?;
        output::line(show::digits(&code.digits))
    }

    async fn invite(&mut self) -> Result<(), Failure> {
        let command = Command::Invite {
            one_time: false,
            expires_after: None,
        };
        let made: Invitation = self.get(command).await?;
        output::line(Name(&made.text))?;
        show::qr::invitation(&made.text, true).map_or(Ok(()), output::line)
    }

    /// Shows what happened, where it concerns a person.
    fn heard(&mut self, event: Object) -> Result<(), Failure> {
        let line = match understood(event)? {
            Event::MessageReceived { contact, message } => {
                show::message(&self.name(contact), &message, output::is_styled())
            }
            Event::RequestReceived { contact } => {
                self.names.insert(contact.id, contact.name());
                show::contact(&contact)
            }
            Event::ContactChanged { contact } => {
                self.names.insert(contact.id, contact.name());
                self.accepted.note(&contact);
                // Of several, one that merely connects must not get the line that is being typed.
                if self.current.is_none() && self.accepted.only() == Some(contact.id) {
                    self.current = Some(contact.id);
                }
                return Ok(());
            }
            Event::Network { status } => status.to_string(),
            Event::CopyChanged { copy } => match show::copy_state(&copy) {
                Some(words) => words,
                None => return Ok(()),
            },
            Event::InvitationReachable { .. } => "The invitation can be found now.".to_owned(),
            Event::Missed { count } => {
                format!("{count} events were missed; /history shows what is there.")
            }
            Event::MessageChanged { .. } | Event::ShortCode { .. } | Event::Other => return Ok(()),
        };
        output::line(format_args!("{CLEAR}{line}"))
    }

    async fn contacts(&mut self) -> Result<Vec<Contact>, Failure> {
        let contacts = all_contacts(&mut self.client).await?;
        self.names
            .extend(contacts.iter().map(|contact| (contact.id, contact.name())));
        self.accepted = Accepted::default();
        for contact in &contacts {
            self.accepted.note(contact);
        }
        Ok(contacts)
    }

    async fn find(&mut self, name: &str, stages: &[&str]) -> Result<ContactId, Failure> {
        open_notes(&mut self.client, name).await?;
        Ok(names::find(&self.contacts().await?, name, stages)?.id)
    }

    fn name(&self, contact: ContactId) -> String {
        match self.names.get(&contact) {
            Some(name) => name.clone(),
            None => contact.to_string().chars().take(8).collect(),
        }
    }

    async fn ask(&mut self, command: Command) -> Result<(), Failure> {
        self.client.ask(&Request::Engine(command)).await?;
        Ok(())
    }

    async fn get<T: serde::de::DeserializeOwned>(
        &mut self,
        command: Command,
    ) -> Result<T, Failure> {
        Ok(self.client.get(&Request::Engine(command)).await?)
    }
}

/// Who can be talked to, as far as it was told.
#[derive(Default)]
struct Accepted(HashSet<ContactId>);

impl Accepted {
    fn note(&mut self, contact: &Contact) {
        if contact.stage == "accepted" {
            self.0.insert(contact.id);
        } else {
            self.0.remove(&contact.id);
        }
    }

    /// The one, where there is nothing to choose.
    fn only(&self) -> Option<ContactId> {
        let mut all = self.0.iter();
        match (all.next(), all.next()) {
            (Some(one), None) => Some(*one),
            _ => None,
        }
    }
}

fn nobody() -> Result<(), Failure> {
    output::line("Nobody to talk to yet: choose with /to CONTACT, or /invite someone.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: &str, stage: &str) -> Contact {
        serde_json::from_value(serde_json::json!({
            "id": id.repeat(32),
            "nickname": "somebody",
            "pet_name": null,
            "stage": stage,
            "greeting": null,
            "verified": false,
            "connected": true,
            "reason": null,
            "next_try": null,
            "waiting": 0
        }))
        .unwrap()
    }

    #[test]
    fn only_one_who_is_alone_is_chosen_unasked() {
        let mut accepted = Accepted::default();
        accepted.note(&contact("c", "undecided"));
        assert_eq!(accepted.only(), None);
        let ann = contact("a", "accepted");
        accepted.note(&ann);
        // Told again, as when they connect.
        accepted.note(&ann);
        assert_eq!(accepted.only(), Some(ann.id));
        accepted.note(&contact("b", "accepted"));
        accepted.note(&ann);
        assert_eq!(accepted.only(), None);
        accepted.note(&contact("b", "blocked"));
        assert_eq!(accepted.only(), Some(ann.id));
    }
}
