//! What the engine tells an application by itself.

use serde::Serialize;
use undertone_protocol::ContactId;
use undertone_transport::NetworkStatus;

use super::{ContactView, CopyState, EmojiView, MessageView};

/// What an application hears.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
#[non_exhaustive]
pub enum Event {
    /// The network's status changed.
    Network {
        /// The new one.
        status: NetworkStatus,
    },
    /// Someone asks to be a contact.
    RequestReceived {
        /// The requester.
        contact: Box<ContactView>,
    },
    /// Our request was taken in by the other side's program.
    RequestDelivered {
        /// Whom we asked.
        contact: ContactId,
    },
    /// A relationship, a name or the way to someone changed.
    ContactChanged {
        /// How it is now.
        contact: Box<ContactView>,
    },
    /// A message came, and is stored.
    MessageReceived {
        /// From whom.
        contact: ContactId,
        /// The message.
        message: MessageView,
    },
    /// A message of mine got further.
    MessageChanged {
        /// To whom.
        contact: ContactId,
        /// How it is now.
        message: MessageView,
    },
    /// A message is gone: deleted, taken back before it left, or expired.
    MessageRemoved {
        /// The conversation.
        contact: ContactId,
        /// Its number there.
        message: u64,
    },
    /// A conversation's settings, draft or unread messages changed, or it was cleared.
    ConversationChanged {
        /// With whom.
        contact: ContactId,
    },
    /// They are writing, or stopped.
    Typing {
        /// Who.
        contact: ContactId,
        /// Writing now.
        active: bool,
    },
    /// A short code to compare with a contact.
    ShortCode {
        /// With whom.
        contact: ContactId,
        /// Seven emoji; `None`: the comparison ended, for instance with the connection.
        emoji: Option<Vec<EmojiView>>,
    },
    /// Whether this copy of the profile was replaced by a newer one changed.
    CopyChanged {
        /// How it is now.
        copy: CopyState,
    },
    /// Something about introductions changed: ask for [`Command::Introductions`](super::Command::Introductions).
    IntroductionsChanged,
    /// An invitation's door can be found from now on.
    InvitationReachable {
        /// Its number.
        invitation: u64,
    },
    /// The search index is being built, because there were messages before it.
    SearchIndex {
        /// How much of it is there, in hundredths; 100: all of it.
        percent: u8,
    },
    /// The disk will be full soon, and a full disk stops the profile.
    DiskLow {
        /// Bytes that may still be written.
        available: u64,
        /// Bytes altogether.
        total: u64,
    },
    /// So little room is left that nothing is taken in any more: links end, doors are closed and nobody is dialled until
    /// there is room again. The owner can still read, delete and export.
    DiskFull {
        /// Bytes that may still be written.
        available: u64,
        /// Bytes altogether.
        total: u64,
    },
    /// There is room on the disk again.
    DiskEnough {
        /// Bytes that may still be written.
        available: u64,
        /// Bytes altogether.
        total: u64,
    },
    /// It is time for an export: see [`BackupView::due`](super::BackupView::due).
    BackupDue {
        /// The last one, seconds since 1970.
        last: Option<u64>,
    },
    /// The listener was too slow: so many events are missing. Ask for what is shown anew.
    Missed {
        /// How many.
        count: u64,
    },
    /// The program cannot go on; the profile is closed.
    Stopped {
        /// Why.
        reason: StopReason,
    },
}

/// Why the engine stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The disk refuses to store: full or read-only. Nothing acknowledged is lost.
    Storage,
    /// Records were lost in silence, which a large profile finds out some seconds after it was opened. It does not open again:
    /// restore it from an export.
    Damaged,
    /// A broken invariant of ours.
    Bug,
    /// [`Command::Destroy`](super::Command::Destroy).
    Destroyed,
}
