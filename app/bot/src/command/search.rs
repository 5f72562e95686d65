//! `search`: words in all messages, in as many pages as it takes.

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::Value;
use undertone_engine::Command;

use super::{TALKING, all_contacts};
use crate::arguments::Place;
use crate::client::view::{Contact, Found};
use crate::client::{AskError, Client, Object, names, understood};
use crate::control::{MAX_PAGE, Request};
use crate::failure::Failure;
use crate::{output, show};

/// What is looked for.
pub(super) struct What {
    pub(super) words: String,
    pub(super) with: Option<String>,
    /// The first day.
    pub(super) from: Option<Date>,
    /// The last day.
    pub(super) to: Option<Date>,
    pub(super) limit: u32,
    pub(super) after: Option<Place>,
}

pub(super) async fn search(client: &mut Client, what: What, json: bool) -> Result<(), Failure> {
    let contacts = all_contacts(client).await?;
    let contact = match &what.with {
        Some(name) => Some(names::find(&contacts, name, &TALKING)?.id),
        None => None,
    };
    let mut command = Command::Search {
        query: what.words,
        contact,
        from: what.from.and_then(begin),
        // Days are given whole: up to the beginning of the one after.
        to: what.to.and_then(|day| begin(day.saturating_add(1.day()))),
        before: what.after.map(|Place(cursor)| cursor),
        limit: what.limit,
    };
    let object = pages(client, &mut command, what.limit).await?;
    if json {
        return output::json(object);
    }
    show_found(&contacts, understood(object)?)
}

/// The beginning of a day here, in seconds since 1970. `None`: before that, or in no calendar.
fn begin(day: Date) -> Option<u64> {
    let begin = day.to_zoned(TimeZone::system()).ok()?;
    u64::try_from(begin.timestamp().as_second()).ok()
}

/// Asks until there are enough hits or no more; the answer is one as if all were on one page.
async fn pages(client: &mut Client, command: &mut Command, limit: u32) -> Result<Object, AskError> {
    let (mut hits, mut wanted) = (Vec::new(), limit);
    loop {
        if let Command::Search { limit, .. } = command {
            *limit = wanted.min(MAX_PAGE);
        }
        let mut answer = client.ask(&Request::Engine(command.clone())).await?;
        let Some(Value::Array(page)) = answer.remove("hits") else {
            return Err(AskError::NotUnderstood);
        };
        wanted = wanted.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
        hits.extend(page);
        let Found { more, .. } = understood(answer.clone())?;
        if more.is_none() || wanted == 0 {
            answer.insert("hits".to_owned(), hits.into());
            return Ok(answer);
        }
        if let Command::Search { before, .. } = command {
            *before = more;
        }
    }
}

fn show_found(contacts: &[Contact], found: Found) -> Result<(), Failure> {
    for hit in &found.hits {
        let contact = contacts.iter().find(|contact| contact.id == hit.contact);
        // One that came to be meanwhile.
        let name = contact.map_or_else(|| hit.contact.to_string(), Contact::name);
        output::line(show::found(&name, &hit.message, output::is_styled()))?;
    }
    if let Some(percent) = found.index_percent {
        output::remark(format_args!(
            "Older messages may be missing: the index is being built, {percent} % are done."
        ));
    }
    if let Some(more) = found.more {
        output::remark(format_args!("There are more: --after {}", Place(more)));
    } else if found.hits.is_empty() {
        output::remark("Nothing was found.");
    }
    Ok(())
}
