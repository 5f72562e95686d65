//! What is stored of a conversation besides its messages, and of the profile's own settings.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use undertone_storage::{ChangeSet, Kind, ReadError, Slot};
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::language::{ConversationSettings, Defaults};

/// A conversation's record.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ConversationRecord {
    pub(crate) settings: ConversationSettings,
    /// There are no messages below this number.
    pub(crate) begin: u64,
    /// Everything up to this number was read.
    pub(crate) read_up_to: u64,
    /// Messages kept at hand.
    pub(crate) pinned: BTreeSet<u64>,
    /// A message came with a time after which it disappears, so that someone has to look.
    pub(crate) disappearing: bool,
    /// Names the contact's picture, if there is one.
    pub(crate) picture: Option<String>,
    /// Names the picture of ours that they were told last.
    pub(crate) told_picture: Option<String>,
    /// Which generation of theirs was told it; [`UNTOLD`]: nobody knows.
    pub(crate) told_generation: u32,
}

/// No generation of a contact: what it knows of our picture was told by another copy of this profile.
pub(crate) const UNTOLD: u32 = u32::MAX;

/// The profile's own settings.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ProfileSettings {
    pub(crate) defaults: Defaults,
    pub(crate) hidden: bool,
    /// What the program that shows the profile keeps for itself.
    pub(crate) program: String,
    /// Names the owner's picture, if there is one.
    pub(crate) picture: Option<String>,
}

pub(crate) fn read<T: DeserializeOwned>(
    disk: &Disk,
    kind: Kind,
    id: &[u8],
) -> Result<Option<T>, ReadError> {
    let record = disk.get(kind, id)?;
    record
        .map(|record| ciborium::from_reader(record.as_slice()).map_err(|_| ReadError::Damaged))
        .transpose()
}

/// Adds a record to a change set, under the key of what is neither ratchet nor message.
pub(crate) fn write(set: &mut ChangeSet, kind: Kind, id: &[u8], value: &impl Serialize) {
    let mut bytes = Zeroizing::new(Vec::new());
    // Plain data into memory: neither can fail.
    let written = ciborium::into_writer(value, &mut *bytes);
    debug_assert!(written.is_ok());
    set.put(kind, id, Slot::Data, bytes);
}
