//! Commands about conversations: single messages, settings, what contacts see.

use jiff::Timestamp;
use serde_json::Value;
use undertone_engine::{Command, ContactId, ConversationSettings, Defaults, Retention};

use super::{TALKING, all_contacts, done, find};
use crate::arguments::conversing::{
    Appearance, At, ConversationChange, Conversing, DefaultsChange, Keep, Period,
};
use crate::client::view::{Conversation, Conversations, Message, Profile};
use crate::client::{AskError, Client, Object, understood};
use crate::control::{After, Request};
use crate::failure::Failure;
use crate::{output, show};

pub(super) async fn converse(client: &mut Client, command: Conversing) -> Result<(), Failure> {
    match command {
        Conversing::Conversations { json } => list(client, json.json).await,
        Conversing::Message { at, json } => message(client, at, json.json).await,
        Conversing::Settings {
            contact,
            change,
            json,
        } => {
            let contact = find(client, &contact, &TALKING).await?;
            settings(client, contact, change, json.json).await
        }
        Conversing::Defaults { change, json } => defaults(client, change, json.json).await,
        Conversing::Draft {
            contact,
            text,
            drop,
        } => {
            let contact = find(client, &contact, &TALKING).await?;
            if text.is_empty() && !drop {
                return draft(client, contact).await;
            }
            let text = text.join(" ");
            done(client, Command::SetDraft { contact, text }).await
        }
        Conversing::Read { contact, number } => {
            let contact = find(client, &contact, &TALKING).await?;
            let up_to = match number {
                Some(number) => number,
                None => match conversation(client, contact).await?.last {
                    Some(newest) => newest.number,
                    None => return Ok(()),
                },
            };
            done(client, Command::MarkRead { contact, up_to }).await
        }
        Conversing::About { words } => {
            let status = words.unwrap_or_default();
            done(client, Command::SetStatus { status }).await
        }
        Conversing::Appear { how } => {
            let hidden = how == Appearance::Offline;
            done(client, Command::SetHidden { hidden }).await?;
            if hidden {
                return Ok(());
            }
            let away = how == Appearance::Away;
            done(client, Command::SetAway { away }).await
        }
        Conversing::Clear { contact, yes: _ } => {
            let contact = find(client, &contact, &TALKING).await?;
            done(client, Command::Clear { contact }).await
        }
        Conversing::Timer { contact, after } => {
            let contact = find(client, &contact, &TALKING).await?;
            let seconds = match after {
                Period::Off => 0,
                Period::Seconds(seconds) => seconds,
            };
            done(client, Command::SetTimer { contact, seconds }).await
        }
        about_one => single(client, about_one).await,
    }
}

/// What is done to one message.
async fn single(client: &mut Client, command: Conversing) -> Result<(), Failure> {
    let command = match command {
        Conversing::Forward { at, to } => {
            let (contact, message) = place(client, at).await?;
            let to = find(client, &to, &TALKING).await?;
            Command::Forward {
                contact,
                message,
                to,
            }
        }
        Conversing::Edit { at, text } => {
            let (contact, message) = place(client, at).await?;
            let text = output::words(text)?;
            Command::Edit {
                contact,
                message,
                text,
            }
        }
        Conversing::Delete { at, for_both } => {
            let (contact, message) = place(client, at).await?;
            Command::Delete {
                contact,
                message,
                for_both,
            }
        }
        Conversing::React { at, emoji } => {
            let (contact, message) = place(client, at).await?;
            Command::React {
                contact,
                message,
                emoji: emoji.unwrap_or_default(),
            }
        }
        Conversing::Pin { at, undo } => {
            let (contact, message) = place(client, at).await?;
            Command::Pin {
                contact,
                message,
                pinned: !undo,
            }
        }
        // Done by `converse`.
        _ => return Ok(()),
    };
    done(client, command).await
}

async fn place(client: &mut Client, at: At) -> Result<(ContactId, u64), Failure> {
    Ok((find(client, &at.contact, &TALKING).await?, at.number))
}

async fn list(client: &mut Client, json: bool) -> Result<(), Failure> {
    let answer = all_conversations(client).await?;
    if json {
        return output::json(answer);
    }
    let contacts = all_contacts(client).await?;
    let name = |id| {
        let contact = contacts.iter().find(|contact| contact.id == id);
        contact.map_or_else(|| "?".to_owned(), crate::client::view::Contact::name)
    };
    let conversations = understood::<Conversations>(answer)?.conversations;
    conversations.iter().try_for_each(|one| {
        output::line(show::conversations::conversation(&name(one.contact), one))
    })
}

async fn message(client: &mut Client, at: At, json: bool) -> Result<(), Failure> {
    let contact = super::find_one(client, &at.contact, &TALKING).await?;
    let command = Command::Message {
        contact: contact.id,
        message: at.number,
    };
    let answer = client.ask(&Request::Engine(command)).await?;
    if json {
        return output::json(answer);
    }
    let one: Message = understood(answer)?;
    let name = contact.name();
    for earlier in &one.earlier {
        output::line(show::conversations::earlier(earlier))?;
    }
    output::line(show::message(&name, &one, output::is_styled()))
}

/// The list of conversations, in as many pages as it takes, as if all were on one.
async fn all_conversations(client: &mut Client) -> Result<Object, AskError> {
    let (mut all, mut after) = (Vec::new(), After::default());
    loop {
        let mut answer = client.ask(&Request::Conversations(after)).await?;
        let Some(Value::Array(page)) = answer.remove("conversations") else {
            return Err(AskError::NotUnderstood);
        };
        all.extend(page);
        let more = answer.remove("more").unwrap_or_default();
        after.after = serde_json::from_value(more).map_err(|_| AskError::NotUnderstood)?;
        if after.after.is_none() {
            answer.insert("conversations".to_owned(), all.into());
            return Ok(answer);
        }
    }
}

/// One conversation out of the list.
async fn conversation(client: &mut Client, contact: ContactId) -> Result<Conversation, Failure> {
    let list = understood::<Conversations>(all_conversations(client).await?)?;
    let found = list
        .conversations
        .into_iter()
        .find(|one| one.contact == contact);
    found.ok_or(Failure::NoConversation)
}

async fn draft(client: &mut Client, contact: ContactId) -> Result<(), Failure> {
    match conversation(client, contact).await?.draft {
        Some(draft) => output::line(crate::visible::Text(&draft)),
        None => Ok(()),
    }
}

async fn settings(
    client: &mut Client,
    contact: ContactId,
    change: ConversationChange,
    json: bool,
) -> Result<(), Failure> {
    let now = conversation(client, contact).await?;
    let mut new: ConversationSettings = now.settings.clone();
    if let Some(keep) = change.keep {
        new.retention = retention(keep);
    }
    if let Some(choice) = change.read_receipts {
        new.read_receipts = choice.into();
    }
    if let Some(choice) = change.typing {
        new.typing = choice.into();
    }
    if let Some(switch) = change.archived {
        new.archived = switch.into();
    }
    if let Some(switch) = change.pinned {
        new.pinned = switch.into();
    }
    if let Some(period) = change.muted {
        new.muted_until = match period {
            Period::Off => None,
            Period::Seconds(seconds) => Some(now_in_seconds() + u64::from(seconds)),
        };
    }
    if new != now.settings {
        let settings = new.clone();
        done(client, Command::SetConversation { contact, settings }).await?;
    }
    if json {
        output::value(&new)
    } else {
        output::line(show::conversations::settings(&new, now.timer))
    }
}

async fn defaults(client: &mut Client, change: DefaultsChange, json: bool) -> Result<(), Failure> {
    let profile: Profile = client.get(&Request::Engine(Command::Profile)).await?;
    let mut new: Defaults = profile.defaults.clone();
    if let Some(retention) = change.keep.and_then(retention) {
        new.retention = retention;
    }
    if let Some(switch) = change.read_receipts {
        new.read_receipts = switch.into();
    }
    if let Some(switch) = change.typing {
        new.typing = switch.into();
    }
    if let Some(switch) = change.keep_earlier {
        new.keep_earlier = switch.into();
    }
    if new != profile.defaults {
        let defaults = new.clone();
        done(client, Command::SetDefaults { defaults }).await?;
    }
    if json {
        output::value(&new)
    } else {
        output::line(show::conversations::defaults(&new))
    }
}

/// `None`: as the defaults say.
fn retention(keep: Keep) -> Option<Retention> {
    match keep {
        Keep::Nothing => Some(Retention::Nothing),
        Keep::Seconds(seconds) => Some(Retention::AfterReading(seconds)),
        Keep::Forever => Some(Retention::UntilDeleted),
        Keep::Default => None,
    }
}

fn now_in_seconds() -> u64 {
    u64::try_from(Timestamp::now().as_second()).unwrap_or(0)
}
