//! The contract of a machine: what goes in, what must be durable, what may leave after that.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::CryptoRng;

use zeroize::Zeroizing;

use undertone_wire::ContactId;
use undertone_wire::v1::Content;

use crate::conversation::{Annotation, StoredMessage};
use crate::event::Event;

/// The time, as an argument. The machine never reads a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Never goes back; since an arbitrary start.
    pub monotonic: Duration,
    /// Seconds since 1970 by the computer's clock, which may be wrong and may jump. For display
    /// and for waits of days only.
    pub wall: u64,
}

/// Names one connection of this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub u64);

/// A record of the sealed store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RecordKey {
    /// The profile: nickname, lists of what else there is.
    Profile,
    /// An invitation by its number.
    Invitation(u64),
    /// A relationship's keys, doors and names.
    Relation(ContactId),
    /// A relationship's ratchets, counters and windows: changes with every message.
    Ratchet(ContactId),
    /// One waiting message by its place.
    Outbox(ContactId, u64),
    /// One message of a conversation by its number.
    Message(ContactId, u64),
}

/// How a record dies, and so which key seals it (D11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Ratchets, roots, keys: re-sealed under a new state key again and again, so that what was
    /// overwritten cannot be read from old copies.
    State,
    /// What was said on a day (days since 1970): dies with the day's key.
    Day(u32),
}

/// One change of the store.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    /// Write, replacing what is there, sealed under the key that its lifetime names.
    Put(RecordKey, Lifetime, &'a Zeroizing<Vec<u8>>),
    /// Remove.
    Delete(RecordKey),
}

/// A record's new value, and how it dies.
type Value = (Lifetime, Zeroizing<Vec<u8>>);

/// What must be durable before anything of a step leaves the program: all of it or nothing.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// `None`: remove.
    records: BTreeMap<RecordKey, Option<Value>>,
}

impl Changes {
    /// Whether there is nothing to store.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The changes, one a record.
    pub fn iter(&self) -> impl Iterator<Item = Change<'_>> {
        self.records.iter().map(|(key, change)| match change {
            Some((lifetime, value)) => Change::Put(*key, *lifetime, value),
            None => Change::Delete(*key),
        })
    }

    /// Adds the changes of a later step.
    pub fn merge(&mut self, later: &Self) {
        let later = later.records.iter();
        self.records
            .extend(later.map(|(key, change)| (*key, change.clone())));
    }

    /// Writes a message of a conversation. `false`: a broken invariant, and nothing is changed.
    pub fn put_message(&mut self, contact: ContactId, message: &StoredMessage) -> bool {
        let Some(record) = message.encode() else {
            return false;
        };
        let key = RecordKey::Message(contact, message.number);
        self.put(key, Lifetime::Day(message.day), record);
        true
    }

    /// Removes a message of a conversation.
    pub fn delete_message(&mut self, contact: ContactId, number: u64) {
        self.delete(RecordKey::Message(contact, number));
    }

    /// Leaves a record as it is stored, whatever was to be done with it.
    pub fn forget(&mut self, key: RecordKey) {
        self.records.remove(&key);
    }

    pub(crate) fn put(&mut self, key: RecordKey, lifetime: Lifetime, value: Zeroizing<Vec<u8>>) {
        self.records.insert(key, Some((lifetime, value)));
    }

    pub(crate) fn delete(&mut self, key: RecordKey) {
        self.records.insert(key, None);
    }
}

/// What leaves the machine once its changes are durable.
#[derive(Debug)]
pub enum Effect {
    /// Frames for a connection, in this order.
    Send(LinkId, Vec<Vec<u8>>),
    /// Close a connection, without a farewell, once what was sent before has left.
    Close(LinkId),
    /// Cut a connection at once: what was sent before and has not left is dropped.
    Cut(LinkId),
    /// Whoever is there gets silence until the machine closes: no more frames of it are wanted.
    Silence(LinkId),
    /// Whatever is under way to this contact is to be given up.
    Abandon(ContactId),
    /// Something the application wants to know.
    Event(Event),
    /// The doors that should be open changed: ask again.
    DoorsChanged,
    /// Whom to dial changed: ask again.
    DialsChanged,
}

/// A peer broke the rules. Its link is closed; nothing it sent in that step was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The link, closed by the same step.
    pub link: LinkId,
    /// What it did.
    pub kind: ViolationKind,
}

/// What a peer did on an authenticated link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ViolationKind {
    /// A frame that does not decrypt.
    #[error("a frame did not decrypt")]
    Frame,
    /// A frame that decrypts to nonsense.
    #[error(transparent)]
    Layout(#[from] undertone_wire::v1::FrameError),
    /// A parcel that does not belong on this link.
    #[error("a parcel out of place")]
    OutOfPlace,
    /// A seal that does not open.
    #[error("a seal did not open")]
    Seal,
    /// The inside of a message is malformed.
    #[error("a malformed message")]
    Malformed,
    /// A message for another pair, direction or generation, or a sequence far out.
    #[error("a message with a header that does not fit")]
    Header,
    /// A step of a short code out of turn, or a key that was not committed to.
    #[error("a short code out of turn")]
    ShortCode,
    /// A pre-key message that nobody asked for.
    #[error("an unexpected pre-key message")]
    PreKey,
    /// A confirmation that does not verify.
    #[error("the confirmation does not verify")]
    Confirmation,
    /// A key it may not use.
    #[error("an unusable key")]
    Key,
    /// A re-key step that does not fit.
    #[error("a re-key step out of turn")]
    Rekey,
    /// More than a contact may send.
    #[error("more than a contact may send")]
    Flood,
    /// An acknowledgement of what was never sent.
    #[error("an acknowledgement of what was never sent")]
    Acknowledgement,
}

/// An invariant of ours is broken: not the peer's fault, not the environment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a bug in undertone: {0}")]
pub struct Bug(pub &'static str);

/// What a handler works with: the time, our randomness, and the step that it fills.
pub(crate) struct Turn<'a> {
    pub(crate) now: Now,
    pub(crate) rng: &'a mut dyn CryptoRng,
    pub(crate) step: Step,
    /// Relationships whose ratchet record changed: written once, at the end of the step.
    pub(crate) ratchets: BTreeSet<ContactId>,
}

impl<'a> Turn<'a> {
    pub(crate) fn new(now: Now, rng: &'a mut dyn CryptoRng) -> Self {
        Self {
            now,
            rng,
            step: Step::default(),
            ratchets: BTreeSet::new(),
        }
    }

    pub(crate) fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    /// Notes what the owner did to messages of a conversation.
    pub(crate) fn annotate(&mut self, contact: ContactId, order: u64, content: Content) {
        self.step.annotations.push(Annotation {
            contact,
            ours: true,
            order,
            time: self.now.wall,
            content,
        });
    }
}

/// Why a handler stopped in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Violation(ViolationKind),
    Bug(Bug),
}

impl From<ViolationKind> for Fault {
    fn from(kind: ViolationKind) -> Self {
        Self::Violation(kind)
    }
}

impl From<Bug> for Fault {
    fn from(bug: Bug) -> Self {
        Self::Bug(bug)
    }
}

/// The outcome of one input. What may leave is reachable only by consuming the step, which is
/// done after its changes are durable.
#[derive(Debug, Default)]
#[must_use]
pub struct Step {
    pub(crate) changes: Changes,
    pub(crate) annotations: Vec<Annotation>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) violations: Vec<Violation>,
}

impl Step {
    /// What must be durable first.
    #[must_use]
    pub const fn changes(&self) -> &Changes {
        &self.changes
    }

    /// What has to be taken into the messages that it is about, durable with [`Self::changes`]: the
    /// machine does not hold messages.
    #[must_use]
    pub fn annotations(&self) -> &[Annotation] {
        &self.annotations
    }

    /// What peers did wrong.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// To be called when the changes are durable, and only then.
    #[must_use]
    pub fn committed(self) -> Vec<Effect> {
        self.effects
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.effects.push(Effect::Event(event));
    }

    pub(crate) fn send(&mut self, link: LinkId, mut frames: Vec<Vec<u8>>) {
        if let Some(Effect::Send(last, earlier)) = self.effects.last_mut()
            && *last == link
        {
            earlier.append(&mut frames);
            return;
        }
        self.effects.push(Effect::Send(link, frames));
    }

    pub(crate) fn doors_changed(&mut self) {
        self.once(
            |effect| matches!(effect, Effect::DoorsChanged),
            Effect::DoorsChanged,
        );
    }

    pub(crate) fn dials_changed(&mut self) {
        self.once(
            |effect| matches!(effect, Effect::DialsChanged),
            Effect::DialsChanged,
        );
    }

    fn once(&mut self, same: fn(&Effect) -> bool, effect: Effect) {
        if !self.effects.iter().any(same) {
            self.effects.push(effect);
        }
    }
}
