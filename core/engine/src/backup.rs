//! Exports of a profile and copies made from them (D12). Which records go in is decided here: keys of relationships,
//! verification, settings, history; no ratchet, seal or dial state, nothing that waits, no state of the network. How they
//! are sealed is the store's business, what a copy says to its contacts the machine's.
//!
//! ```text
//! 1 form        version (1)
//! 2 machine     a record of `Profile::export`; all of them before anything below
//! 3 settings    CBOR
//! 4 conversation  contact (16), CBOR
//! 5 draft       contact (16), UTF-8
//! 6 message     contact (16), the message as it is stored
//! 7 picture     contact (16), or as many zeros for the owner's; JPEG
//! ```
//!
//! An import is checked from beginning to end before anything is written, and the record that makes a store a
//! profile is written last: what was interrupted is no profile.

use std::collections::BTreeMap;
use std::io::{Read, Seek, Write};
use std::time::Duration;

use serde::de::DeserializeOwned;
use undertone_protocol::{
    Bug, ContactId, LoadError, MAX_EXPORT_RECORDS, Now, Profile, RecordKey, RestoreError, Step,
    StoredMessage,
};
use undertone_storage::{
    ChangeSet, CommitError, EraseError, ExportReadError, ExportReader, ExportWriteError,
    ExportWriter, KdfParameters, Kind, MAX_VALUE, ReadError, Slot, Store,
};
use undertone_wire::v1::MAX_TEXT;
use zeroize::Zeroizing;

use crate::conversations::{
    ConversationRecord, DRAFT, ProfileSettings, SETTINGS, UNTOLD, picture_id, put_picture, write,
};
use crate::health::{BACKUP, note_export};
use crate::progress::{Doing, Progress, percent};
use crate::records::{add, name};

/// The form that is written.
const FORM: u8 = 1;
const FORM_RECORD: u8 = 1;
const MACHINE: u8 = 2;
const SETTINGS_RECORD: u8 = 3;
const CONVERSATION: u8 = 4;
const DRAFT_RECORD: u8 = 5;
const MESSAGE: u8 = 6;
const PICTURE: u8 = 7;

/// Stands for the owner of the profile.
const OWNER: [u8; CONTACT] = [0; CONTACT];

/// The length of a contact's identifier.
const CONTACT: usize = 16;
/// Messages that an import commits together, and their bytes.
const BATCH: usize = 500;
const BATCH_BYTES: usize = 4 << 20;
/// After so many batches days are merged, so that keys of long histories do not pile up.
const MERGE: usize = 64;

/// What is in an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupSummary {
    /// Relationships of all kinds.
    pub contacts: u64,
    /// Messages.
    pub messages: u64,
}

/// Why a profile was not exported. What was written so far is of no use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The store holds no profile, or damaged records.
    #[error(transparent)]
    Load(#[from] LoadError<ReadError>),
    /// The store refuses to read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The export could not be written.
    #[error(transparent)]
    Write(#[from] ExportWriteError),
    /// What would be exported could not be restored.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// A broken invariant of ours.
    #[error(transparent)]
    Bug(#[from] Bug),
}

/// Why an export was not imported. Until [`Import::into_store`] nothing was touched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file does not open, or is damaged.
    #[error(transparent)]
    File(#[from] ExportReadError),
    /// What is in it is no profile.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// A record that does not belong there, or is none.
    #[error("the export opens, but a record in it is none: it was made by another program")]
    Record,
    /// A form that this version does not know.
    #[error("this export has form {0}, which is newer than this program: use a newer version")]
    NewerForm(u8),
    /// The store holds a profile already.
    #[error("there is a profile already: nothing was imported")]
    Exists,
    /// The store refuses to read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The store refuses to write.
    #[error(transparent)]
    Commit(#[from] CommitError),
    /// The store refuses to merge days.
    #[error(transparent)]
    Erase(#[from] EraseError),
}

/// Exports the profile of a store that no engine runs on. It takes as long as opening a store, and then as long as
/// reading all of it; `progress` says how far it is. The caller makes the file durable, and should open it again before it calls it an export;
/// then [`note`] remembers when.
///
/// # Errors
/// See [`ExportError`]; the store is not changed.
pub fn export<W: Write>(
    store: &Store,
    out: W,
    passphrase: &[u8],
    cost: KdfParameters,
    progress: &Progress,
) -> Result<(W, BackupSummary), ExportError> {
    // What was lost would be missing in the copy without a word.
    progress.set(Doing::Checking);
    store.check_all()?;
    let profile = Profile::load(|key| {
        let (kind, id) = name(key);
        store.get(kind, &id)
    })?;
    let machine = profile.export()?;
    // Whoever exports must be able to restore. It also tells which conversations there are in the copy.
    let (copy, _) = Profile::restore(&machine, start(0), &mut rand::rng())?;
    let known = Known::of(&copy);
    progress.set(Doing::Key);
    let mut writer = ExportWriter::new(out, passphrase, cost)?;
    progress.set(Doing::Writing(0));
    writer.record(FORM_RECORD, &[FORM])?;
    for record in &machine {
        writer.record(MACHINE, record)?;
    }
    if let Some(settings) = store.get(Kind::Settings, SETTINGS)? {
        writer.record(SETTINGS_RECORD, &settings)?;
    }
    if let Some(picture) = store.get(Kind::Settings, &picture_id(None))? {
        writer.record(PICTURE, &with(&OWNER, &picture))?;
    }
    for contact in known.0.keys() {
        let id = contact.as_bytes();
        if let Some(picture) = store.get(Kind::Settings, &picture_id(Some(*contact)))? {
            writer.record(PICTURE, &with(id, &picture))?;
        }
        if let Some(record) = store.get(Kind::Conversation, id)? {
            writer.record(CONVERSATION, &with(id, &record))?;
        }
        if let Some(draft) = store.get(Kind::Conversation, &[id.as_slice(), DRAFT].concat())? {
            writer.record(DRAFT_RECORD, &with(id, &draft))?;
        }
    }
    let messages = write_messages(store, &known, &mut writer, progress)?;
    let summary = BackupSummary {
        contacts: known.0.len() as u64,
        messages,
    };
    Ok((writer.finish()?, summary))
}

/// Writes the messages that belong to somebody; gives how many.
fn write_messages<W: Write>(
    store: &Store,
    known: &Known,
    writer: &mut ExportWriter<W>,
    progress: &Progress,
) -> Result<u64, ExportError> {
    let mut messages = 0;
    let mut failed = None;
    let visit = |id: &[u8], _, value: &[u8]| {
        let Some(id) = id.first_chunk::<CONTACT>().filter(|_| failed.is_none()) else {
            return;
        };
        if known.message(id, value).is_some() {
            match writer.record(MESSAGE, &with(id, value)) {
                Ok(()) => messages += 1,
                Err(error) => failed = Some(error),
            }
        }
    };
    store.scan_and_tell(Kind::Message, visit, |done, all| {
        progress.set(Doing::Writing(percent(done, all)));
    })?;
    match failed {
        Some(error) => Err(error.into()),
        None => Ok(messages),
    }
}

/// Remembers that an export was made at `wall` seconds since 1970.
///
/// # Errors
/// The store refuses.
pub fn note(store: &Store, wall: u64) -> Result<(), ImportError> {
    let mut set = ChangeSet::new();
    let before = store.get(Kind::Settings, BACKUP)?;
    note_export(
        &mut set,
        before.as_ref().map(|record| record.as_slice()),
        wall,
    );
    Ok(store.commit(set)?)
}

/// An export that was read and checked from beginning to end.
pub struct Import<R: Read + Seek> {
    reader: ExportReader<R>,
    step: Step,
    known: Known,
    summary: BackupSummary,
}

impl<R: Read + Seek> std::fmt::Debug for Import<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Import(..)")
    }
}

/// The contacts of a copy and the number that the next message of each would have.
struct Known(BTreeMap<ContactId, u64>);

impl Known {
    fn of(profile: &Profile) -> Self {
        Self(
            profile
                .contacts()
                .map(|state| (state.id, state.next_message))
                .collect(),
        )
    }

    /// A message that belongs to one of them.
    fn message(&self, contact: &[u8; CONTACT], bytes: &[u8]) -> Option<(ContactId, StoredMessage)> {
        let contact = ContactId::from_bytes(*contact);
        let next = *self.0.get(&contact)?;
        let message = StoredMessage::decode(bytes)?;
        let fits = (1..next).contains(&message.number) && bytes.len() <= MAX_VALUE;
        fits.then_some((contact, message))
    }

    fn contact(&self, contact: &[u8; CONTACT]) -> Result<ContactId, ImportError> {
        let contact = ContactId::from_bytes(*contact);
        if self.0.contains_key(&contact) {
            Ok(contact)
        } else {
            Err(ImportError::Record)
        }
    }
}

/// One record behind the machine's.
enum Entry {
    Settings(ProfileSettings),
    Conversation(ContactId, ConversationRecord),
    Draft(ContactId, Zeroizing<Vec<u8>>),
    Message(ContactId, StoredMessage, Zeroizing<Vec<u8>>),
    Picture(Option<ContactId>, Zeroizing<Vec<u8>>),
}

impl Entry {
    fn read(kind: u8, bytes: &[u8], known: &Known) -> Result<Self, ImportError> {
        if kind == SETTINGS_RECORD {
            return Ok(Self::Settings(cbor(bytes)?));
        }
        let (contact, rest) = bytes.split_first_chunk().ok_or(ImportError::Record)?;
        match kind {
            CONVERSATION => Ok(Self::Conversation(known.contact(contact)?, cbor(rest)?)),
            DRAFT_RECORD if rest.len() <= MAX_TEXT && std::str::from_utf8(rest).is_ok() => {
                let draft = Zeroizing::new(rest.to_vec());
                Ok(Self::Draft(known.contact(contact)?, draft))
            }
            MESSAGE => {
                let (contact, message) = known.message(contact, rest).ok_or(ImportError::Record)?;
                Ok(Self::Message(
                    contact,
                    message,
                    Zeroizing::new(rest.to_vec()),
                ))
            }
            PICTURE => {
                let of = Some(contact).filter(|contact| **contact != OWNER);
                let of = of.map(|contact| known.contact(contact)).transpose()?;
                let jpeg = crate::picture::received(rest).map_err(|_| ImportError::Record)?;
                Ok(Self::Picture(of, Zeroizing::new(jpeg)))
            }
            _ => Err(ImportError::Record),
        }
    }
}

impl<R: Read + Seek> Import<R> {
    /// Reads and checks all of an export; `wall` are seconds since 1970. It takes as long as opening a store, and then
    /// as long as reading the file twice.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn open(input: R, passphrase: &[u8], wall: u64) -> Result<Self, ImportError> {
        let mut reader = ExportReader::open(input, passphrase)?;
        match reader.record()? {
            Some((FORM_RECORD, form)) => match form.as_slice() {
                [FORM] => {}
                [form, ..] if *form > FORM => return Err(ImportError::NewerForm(*form)),
                _ => return Err(ImportError::Record),
            },
            _ => return Err(ImportError::Record),
        }
        let mut machine = Vec::new();
        let mut next = reader.record()?;
        while let Some((_, record)) = next.take_if(|(kind, _)| *kind == MACHINE) {
            if machine.len() >= MAX_EXPORT_RECORDS {
                return Err(RestoreError::TooLarge.into());
            }
            machine.push(record);
            next = reader.record()?;
        }
        let (profile, step) = Profile::restore(&machine, start(wall), &mut rand::rng())?;
        let known = Known::of(&profile);
        let mut messages = 0;
        while let Some((kind, bytes)) = next {
            if matches!(Entry::read(kind, &bytes, &known)?, Entry::Message(..)) {
                messages += 1;
            }
            next = reader.record()?;
        }
        let summary = BackupSummary {
            contacts: known.0.len() as u64,
            messages,
        };
        Ok(Self {
            reader,
            step,
            known,
            summary,
        })
    }

    /// What is in it.
    #[must_use]
    pub const fn summary(&self) -> BackupSummary {
        self.summary
    }

    /// Writes the copy into a store that holds no profile. From the first start of an engine on it the contacts refuse the
    /// older copy; until then nothing but this store has changed.
    ///
    /// # Errors
    /// See [`ImportError`]. The store then still holds no profile, and the same import can be tried again.
    pub fn into_store(mut self, store: &Store, wall: u64) -> Result<BackupSummary, ImportError> {
        let (kind, id) = name(RecordKey::Profile);
        if store.get(kind, &id)?.is_some() {
            return Err(ImportError::Exists);
        }
        let today = u32::try_from(wall / 86_400).unwrap_or(u32::MAX);
        self.reader.rewind()?;
        let (mut set, mut bytes, mut batches) = (ChangeSet::new(), 0, 0_usize);
        while let Some((kind, record)) = self.reader.record()? {
            if matches!(kind, FORM_RECORD | MACHINE) {
                continue;
            }
            bytes += record.len();
            put(&mut set, Entry::read(kind, &record, &self.known)?);
            if set.len() >= BATCH || bytes >= BATCH_BYTES {
                store.commit(std::mem::take(&mut set))?;
                bytes = 0;
                batches += 1;
                if batches.is_multiple_of(MERGE) {
                    store.merge_days(today)?;
                }
            }
        }
        store.commit(set)?;
        store.merge_days(today)?;
        let mut profile = ChangeSet::new();
        add(&mut profile, self.step.changes());
        store.commit(profile)?;
        // What the step lets leave is for links and doors, of which there are none.
        drop(self.step.committed());
        Ok(self.summary)
    }
}

fn put(set: &mut ChangeSet, entry: Entry) {
    match entry {
        Entry::Settings(settings) => write(set, Kind::Settings, SETTINGS, &settings),
        Entry::Conversation(contact, mut record) => {
            // The older copy may have told them another picture since, or this one never arrived.
            record.told_generation = UNTOLD;
            write(set, Kind::Conversation, contact.as_bytes(), &record);
        }
        Entry::Draft(contact, text) => {
            let id = [contact.as_bytes().as_slice(), DRAFT].concat();
            set.put(Kind::Conversation, &id, Slot::State, text);
        }
        Entry::Picture(of, jpeg) => put_picture(set, of, jpeg),
        Entry::Message(contact, message, bytes) => {
            let (kind, id) = name(RecordKey::Message(contact, message.number));
            let slot = Slot::Conversation {
                conversation: *contact.as_bytes(),
                day: message.day,
            };
            set.put(kind, &id, slot, bytes);
        }
    }
}

fn cbor<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ImportError> {
    ciborium::from_reader(bytes).map_err(|_| ImportError::Record)
}

fn with(contact: &[u8; CONTACT], bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([contact.as_slice(), bytes].concat())
}

const fn start(wall: u64) -> Now {
    Now {
        monotonic: Duration::ZERO,
        wall,
    }
}
