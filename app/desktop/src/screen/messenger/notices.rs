//! What came and was not looked at: counted by conversation, so that it can be announced in one sentence.
//! It knows no words of messages.

use std::collections::BTreeMap;

use undertone_engine::{ContactId, Event, Line};

use super::model::Model;
use crate::announce::Notices;
use crate::look::Look;

/// What waits to be looked at.
#[derive(Debug, Default)]
pub struct Waiting {
    messages: BTreeMap<ContactId, u32>,
    requests: u32,
    offers: u32,
}

/// Where what waits is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// In a conversation.
    Of(ContactId),
    /// Among the requests.
    Requests,
}

impl Waiting {
    /// Takes an event in. `seen` is the conversation that is being looked at.
    pub fn hear(&mut self, event: &Event, seen: Option<ContactId>, model: &Model, now: u64) {
        match event {
            Event::MessageReceived { contact, message }
                if matches!(message.line, Line::Words | Line::Unsupported)
                    && seen != Some(*contact)
                    && !model.is_muted(*contact, now) =>
            {
                let count = self.messages.entry(*contact).or_default();
                *count = count.saturating_add(1);
            }
            Event::RequestReceived { .. } => self.requests = self.requests.saturating_add(1),
            _ => {}
        }
    }

    /// The window is looked at: nothing is news any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// A conversation is looked at.
    pub fn seen(&mut self, contact: ContactId) {
        self.messages.remove(&contact);
    }

    /// So many introductions more are offered.
    pub fn offered(&mut self, more: usize) {
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        self.offers = self.offers.saturating_add(more);
    }

    /// Requests are looked at.
    pub const fn seen_requests(&mut self) {
        self.requests = 0;
        self.offers = 0;
    }

    /// How many messages wait.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.messages.values().copied().fold(0, u32::saturating_add)
    }

    /// Where to look at it, where that is one place.
    #[must_use]
    pub fn news(&self) -> Option<News> {
        let mut people = self.messages.keys();
        match (people.next(), people.next()) {
            (Some(only), None) => Some(News::Of(*only)),
            (None, _) if self.requests > 0 || self.offers > 0 => Some(News::Requests),
            _ => None,
        }
    }

    /// The sentence about it, as far as one is wanted.
    #[must_use]
    pub fn words(&self, model: &Model, look: &Look) -> Option<String> {
        if look.notices == Notices::None {
            return None;
        }
        let count = self.count();
        let mut people = self.messages.keys();
        let named = look.notices == Notices::Named && !look.presentation;
        match (people.next(), people.next()) {
            (Some(only), None) if named => {
                let name = look.shown_name(model.name(*only)).into();
                Some(look.with("notice-from", [("count", count.into()), ("name", name)]))
            }
            (Some(_), _) => Some(look.with("notice-messages", [("count", count.into())])),
            (None, _) if self.requests > 0 => Some(look.say("notice-request")),
            (None, _) if self.offers > 0 => Some(look.say("notice-introduction")),
            (None, _) => None,
        }
    }
}

/// The sentence about so many messages that names nobody, as far as one is wanted.
#[must_use]
pub fn plain(count: u32, look: &Look) -> Option<String> {
    let wanted = look.notices != Notices::None;
    wanted.then(|| look.with("notice-messages", [("count", count.into())]))
}
