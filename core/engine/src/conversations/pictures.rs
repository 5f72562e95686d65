//! Pictures of people: the owner's and those of contacts. A picture that came is bytes that may be anything; of those
//! that come in one batch only the last of each contact is looked at, and what is stored is encoded anew.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use undertone_protocol::ContactId;
use undertone_storage::{ChangeSet, Kind, Slot};
use zeroize::Zeroizing;

use crate::disk::Disk;
use crate::picture;

use super::batch::Touched;
use super::{Conversations, Urgency};

/// What distinguishes a picture's identifier; the owner's has no contact behind it.
pub(crate) const PICTURE: &[u8] = b"picture";

/// Pictures that one batch brings.
#[derive(Default)]
pub(super) struct Arriving {
    /// As they came.
    raw: BTreeMap<ContactId, Vec<u8>>,
    /// As they are stored; `None`: there is none any more.
    checked: BTreeMap<Option<ContactId>, Option<Zeroizing<Vec<u8>>>>,
}

impl Conversations {
    /// Names the picture of a contact, if there is one.
    pub(crate) fn picture(&self, contact: ContactId) -> Option<String> {
        self.get(contact)?.record.picture.clone()
    }

    /// Names the owner's picture, if there is one.
    pub(crate) fn own_picture(&self) -> Option<String> {
        self.settings.picture.clone()
    }

    /// A picture with its name: a contact's, or the owner's.
    pub(crate) fn read_picture(
        &self,
        of: Option<ContactId>,
        disk: &Disk,
    ) -> Option<(String, Zeroizing<Vec<u8>>)> {
        let name = match of {
            Some(contact) => self.picture(contact),
            None => self.own_picture(),
        }?;
        if let Some(changed) = self.batch.pictures.checked.get(&of) {
            return changed.clone().map(|jpeg| (name, jpeg));
        }
        let jpeg = disk.get(Kind::Settings, &id(of)).ok().flatten()?;
        Some((name, jpeg))
    }

    /// Takes over the owner's picture, or none. It was made by [`picture::given`].
    pub(crate) fn set_own_picture(&mut self, jpeg: Option<Vec<u8>>) {
        let name = jpeg.as_deref().map(name);
        let before = std::mem::replace(&mut self.settings.picture, name);
        if before.is_some() && before != self.settings.picture {
            self.batch.reseal_pictures |= self.erasing.add_picture(Urgency::Awaited);
        }
        self.batch.settings = true;
        let jpeg = jpeg.map(Zeroizing::new);
        self.batch.pictures.checked.insert(None, jpeg);
    }

    /// Whether a copy of a contact was told something else than the present picture.
    pub(crate) fn is_untold(&self, contact: ContactId, generation: u32) -> bool {
        let told = self.get(contact).map_or((None, 0), |c| {
            (c.record.told_picture.as_ref(), c.record.told_generation)
        });
        told != (self.settings.picture.as_ref(), generation)
    }

    /// A copy of a contact is told the present picture by the batch that is being gathered.
    pub(crate) fn told_picture(&mut self, contact: ContactId, generation: u32) {
        let picture = self.settings.picture.clone();
        let record = &mut self.of(contact).record;
        record.told_picture = picture;
        record.told_generation = generation;
        self.batch.records.insert(contact);
    }

    pub(super) fn picture_arrived(&mut self, contact: ContactId, bytes: &[u8]) {
        self.batch.pictures.raw.insert(contact, bytes.to_vec());
    }

    /// Looks at what came. What is no picture changes nothing.
    pub(super) fn check_pictures(&mut self) {
        for (contact, bytes) in std::mem::take(&mut self.batch.pictures.raw) {
            let jpeg = if bytes.is_empty() {
                None
            } else {
                match picture::received(&bytes) {
                    Ok(jpeg) => Some(jpeg),
                    Err(error) => {
                        tracing::info!(%error, "a contact sent what is no picture");
                        continue;
                    }
                }
            };
            let name = jpeg.as_deref().map(name);
            let gone = self
                .picture(contact)
                .is_some_and(|before| Some(&before) != name.as_ref());
            if gone {
                self.batch.reseal_pictures |= self.erasing.add_picture(Urgency::Collected);
            }
            self.of(contact).record.picture = name;
            self.batch.records.insert(contact);
            let jpeg = jpeg.map(Zeroizing::new);
            self.batch.pictures.checked.insert(Some(contact), jpeg);
            self.batch.touch(Touched::Contact(contact));
        }
    }

    pub(super) fn write_pictures(&mut self, set: &mut ChangeSet) {
        for (of, jpeg) in std::mem::take(&mut self.batch.pictures.checked) {
            match jpeg {
                Some(jpeg) => put_picture(set, of, jpeg),
                None => {
                    set.delete(Kind::Settings, &id(of));
                }
            }
        }
    }
}

/// The identifier of a picture's record.
pub(crate) fn id(of: Option<ContactId>) -> Vec<u8> {
    let contact = of.map(|contact| *contact.as_bytes());
    [PICTURE, contact.as_ref().map_or(&[], |id| id.as_slice())].concat()
}

/// Adds a picture to a change set.
pub(crate) fn put_picture(set: &mut ChangeSet, of: Option<ContactId>, jpeg: Zeroizing<Vec<u8>>) {
    set.put(Kind::Settings, &id(of), Slot::Data, jpeg);
}

/// Tells one picture from another.
fn name(jpeg: &[u8]) -> String {
    let hash = Sha256::digest(jpeg);
    data_encoding::HEXLOWER.encode(&hash[..8])
}
