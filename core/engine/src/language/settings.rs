//! What the owner decides about conversations.

use serde::{Deserialize, Serialize};

/// How long messages are kept here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    /// In memory only, until the program ends. What still waits for the contact is stored until it
    /// was delivered.
    Nothing,
    /// So many seconds after they were read, mine after they were sent: an hour to 366 days.
    AfterReading(u32),
    /// Until they are deleted.
    #[default]
    UntilDeleted,
}

/// How one conversation is kept and shown. `None`: as [`Defaults`] say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConversationSettings {
    /// How long messages are kept here.
    pub retention: Option<Retention>,
    /// Whether they are told what was read.
    pub read_receipts: Option<bool>,
    /// Whether they are told when I am writing.
    pub typing: Option<bool>,
    /// Out of the way.
    pub archived: bool,
    /// No notifications until then, seconds since 1970.
    pub muted_until: Option<u64>,
    /// At the top of the list.
    pub pinned: bool,
}

/// What holds where a conversation has no setting of its own, and for the profile.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Defaults {
    /// How long messages are kept here.
    pub retention: Retention,
    /// Whether contacts are told what was read.
    pub read_receipts: bool,
    /// Whether contacts are told when I am writing.
    pub typing: bool,
    /// Whether the words of a message before an edit are kept.
    pub keep_earlier: bool,
}
