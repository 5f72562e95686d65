//! What the machine reports, in terms of local names only.

use undertone_wire::{ContactId, MessageId};

/// Something that an application wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A contact request was stored.
    RequestReceived(ContactId),
    /// Our request was taken in at the other side's knock door.
    RequestDelivered(ContactId),
    /// Stage, name, doors or verification changed.
    ContactChanged(ContactId),
    /// A live link came up.
    Connected(ContactId),
    /// The last live link went down.
    Disconnected(ContactId),
    /// A message was stored under this number.
    MessageReceived(ContactId, u64),
    /// They are writing, or stopped.
    Typing(ContactId, bool),
    /// A short code can be shown, or ended: see [`crate::Profile::short_code`].
    ShortCode(ContactId),
    /// A message was taken back before it left.
    MessageRemoved(ContactId, u64),
    /// Whether this copy of the profile was replaced changed: see [`crate::Profile::copy_state`].
    Replaced,
    /// Something about introductions changed: see [`crate::Profile::introductions`].
    Introductions,
    /// A message of ours got further.
    MessageChanged(ContactId, u64, MessageId),
}
