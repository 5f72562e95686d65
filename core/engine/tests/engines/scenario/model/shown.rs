//! A line of a conversation as one side is shown it.

use std::collections::BTreeSet;

use undertone_engine::{Delivery, Line, MessageView};
use undertone_wire::MessageId;

use super::short;

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Words, or a timer in words.
    This(String),
    /// Nothing any more.
    TakenBack,
    /// That the other goes on with a restored copy.
    Restored,
}

#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) number: u64,
    pub(super) id: MessageId,
    pub(super) says: Says,
    pub(super) is_words: bool,
    pub(super) mine: bool,
    pub(super) edited: bool,
    pub(super) reactions: BTreeSet<(bool, String)>,
    pub(super) expires: Option<u64>,
}

impl Shown {
    pub(super) fn of(view: &MessageView) -> Result<Self, String> {
        let says = match (view.line, &view.text) {
            (Line::Words, Some(text)) => Says::This(text.clone()),
            (Line::Timer { seconds }, None) => Says::This(timer_line(seconds)),
            (Line::Deleted, None) => Says::TakenBack,
            (Line::Restored, None) => Says::Restored,
            (line, text) => return Err(format!("{line:?} with words: {}", text.is_some())),
        };
        if says == Says::TakenBack && !(view.reactions.is_empty() && view.earlier.is_empty()) {
            return Err(format!("something is left of {}", view.id));
        }
        let reactions = view.reactions.iter();
        Ok(Self {
            number: view.number,
            id: view.id,
            says,
            is_words: view.line == Line::Words,
            mine: view.delivery != Delivery::Incoming,
            edited: view.edited,
            reactions: reactions.map(|one| (one.mine, one.emoji.clone())).collect(),
            expires: view.expires,
        })
    }

    pub(super) fn words(&self) -> &str {
        match &self.says {
            Says::This(words) => short(words),
            Says::TakenBack => "(taken back)",
            Says::Restored => "(restored)",
        }
    }

    /// The same for the one who sees it from the other side.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        let turned = |(mine, emoji): &(bool, String)| (!mine, emoji.clone());
        self.says == other.says
            && self.edited == other.edited
            && self.reactions == other.reactions.iter().map(turned).collect()
    }
}

/// A timer's line in words; seconds are as unique as texts.
pub(crate) fn timer_line(seconds: u32) -> String {
    format!("timer {seconds}")
}
