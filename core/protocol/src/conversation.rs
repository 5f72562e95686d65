//! What a message of a conversation became: edited, taken back, reacted at, read. Pure: the record
//! and the annotation go in, the changed record comes out, the same on both sides in whatever
//! order annotations of the two sides meet.

use serde::{Deserialize, Serialize};
use undertone_wire::v1::{Content, Kind, Text};
use undertone_wire::{ContactId, MessageId};
use zeroize::{Zeroize, Zeroizing};

use crate::relation::zeroizing_bytes;

/// The most earlier texts that are kept of one message.
pub const MAX_EARLIER: usize = 32;

/// Bytes of earlier texts that are kept of one message; the oldest go first. With the longest texts a record
/// would otherwise become larger than a store takes, and a contact decides how long they are.
pub const MAX_EARLIER_BYTES: usize = 256 * 1024;

/// Something that a step did to a conversation, to be taken in with the same commit.
#[derive(Clone)]
pub struct Annotation {
    /// Whose conversation.
    pub contact: ContactId,
    /// We did it.
    pub ours: bool,
    /// Its place in the order of its author: of two, the higher one is the later.
    pub order: u64,
    /// When it was written, seconds since 1970, by this computer's clock.
    pub time: u64,
    /// What it is: edit, delete, reaction, read, or a picture of theirs, which is about no message.
    pub content: Content,
}

impl std::fmt::Debug for Annotation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Annotation({}, {:?})", self.contact, self.content)
    }
}

impl Annotation {
    /// The messages that it is about.
    #[must_use]
    pub fn targets(&self) -> &[MessageId] {
        match &self.content.kind {
            Kind::Edit { target, .. } | Kind::Delete { target } | Kind::Reaction { target, .. } => {
                std::slice::from_ref(target)
            }
            Kind::Read(targets) => targets,
            _ => &[],
        }
    }
}

/// One emoji at a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// We put it there.
    pub ours: bool,
    /// The emoji.
    pub emoji: String,
    order: u64,
}

/// A text that a message had before it was edited.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// The text.
    pub text: String,
    /// When it was replaced, seconds since 1970.
    pub until: u64,
}

impl std::fmt::Debug for Earlier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Earlier({} B)", self.text.len())
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// A line of a conversation that nobody wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// They go on with a restored copy of their profile, of this generation (D12.3).
    Restored(u32),
}

/// A message as it is stored.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredMessage {
    /// Its number in the conversation.
    pub number: u64,
    /// Its name.
    pub id: MessageId,
    /// The place in our outbox; `None`: theirs.
    pub place: Option<u64>,
    /// When it was written, seconds since 1970, by this computer's clock.
    pub time: u64,
    /// The day of storing, in days since 1970: which key seals it.
    pub day: u32,
    /// The encoded [`Content`], as it travelled. Empty when it was taken back.
    #[serde(with = "zeroizing_bytes")]
    pub content: Zeroizing<Vec<u8>>,
    /// The text now, if it was edited, and the edit's place in its author's order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<(u64, String)>,
    /// Texts before the last edit, oldest first, where they are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Earlier>,
    /// Its author took it back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// What both sides put at it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<Reaction>,
    /// When it was read, seconds since 1970: ours by them, as far as they tell; theirs by us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<u64>,
    /// Nobody wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

impl std::fmt::Debug for StoredMessage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StoredMessage({})", self.number)
    }
}

impl StoredMessage {
    /// A message as it was sent or came.
    #[must_use]
    pub const fn new(
        number: u64,
        id: MessageId,
        place: Option<u64>,
        time: u64,
        day: u32,
        content: Zeroizing<Vec<u8>>,
    ) -> Self {
        Self {
            number,
            id,
            place,
            time,
            day,
            content,
            edited: None,
            earlier: Vec::new(),
            deleted: false,
            reactions: Vec::new(),
            read: None,
            note: None,
        }
    }

    /// A line that nobody wrote.
    #[must_use]
    pub fn noted(number: u64, id: MessageId, time: u64, day: u32, note: Note) -> Self {
        let nothing = Zeroizing::new(Vec::new());
        let mut message = Self::new(number, id, None, time, day, nothing);
        message.note = Some(note);
        message
    }

    /// Reads a record of [`crate::RecordKey::Message`]. `None`: damaged.
    #[must_use]
    pub fn decode(record: &[u8]) -> Option<Self> {
        ciborium::from_reader(record).ok()
    }

    /// The record's bytes. `None`: a broken invariant.
    #[must_use]
    pub fn encode(&self) -> Option<Zeroizing<Vec<u8>>> {
        crate::profile::encode(self).ok()
    }

    /// We wrote it.
    #[must_use]
    pub const fn is_ours(&self) -> bool {
        self.place.is_some()
    }

    /// What it says as it travelled. `None` for content that was taken back, or of which not even the
    /// envelope can be read.
    #[must_use]
    pub fn content(&self) -> Option<Content> {
        Content::decode(&self.content).ok()
    }

    /// Its words as they are now. `None` where it has none.
    #[must_use]
    pub fn words(&self) -> Option<Text> {
        match self.content()?.kind {
            Kind::Text(mut words) => {
                if let Some((_, text)) = &self.edited {
                    words.text.zeroize();
                    words.text.clone_from(text);
                }
                Some(words)
            }
            _ => None,
        }
    }

    /// It has other words than it came with.
    #[must_use]
    pub const fn is_edited(&self) -> bool {
        self.edited.is_some()
    }

    /// What the two sides put at it, one each.
    pub fn reactions(&self) -> impl Iterator<Item = &Reaction> {
        self.reactions.iter().filter(|r| !r.emoji.is_empty())
    }

    /// Whether its author may still change it: it has words and was not taken back.
    #[must_use]
    pub fn has_words(&self) -> bool {
        !self.deleted && self.words().is_some()
    }

    /// Takes an annotation in; `false` when it changes nothing. Edits and deletions are the author's
    /// alone; of two edits the author's later one holds; what was taken back stays so.
    /// `keep_earlier`: whether the text before an edit is kept.
    pub fn annotate(&mut self, annotation: &Annotation, keep_earlier: bool) -> bool {
        let author = annotation.ours == self.is_ours();
        match &annotation.content.kind {
            _ if self.deleted || self.note.is_some() => false,
            Kind::Edit { text, .. } => {
                author && self.has_words() && self.edit(annotation, text, keep_earlier)
            }
            Kind::Delete { .. } => author && self.take_back(),
            Kind::Reaction { emoji, .. } => self.react(annotation, emoji),
            // Only the other side can tell that what one wrote was read.
            Kind::Read(_) => {
                let new = !author && self.read.is_none();
                if new {
                    self.read = Some(annotation.time);
                }
                new
            }
            _ => false,
        }
    }

    fn edit(&mut self, annotation: &Annotation, text: &str, keep_earlier: bool) -> bool {
        if matches!(self.edited, Some((order, _)) if order >= annotation.order) {
            return false;
        }
        let before = self.words().map(|words| words.text).unwrap_or_default();
        if keep_earlier {
            self.earlier.push(Earlier {
                text: before,
                until: annotation.time,
            });
            self.forget_oldest_texts();
        } else if self.edited.is_none() {
            self.forget_first_text();
        }
        if let Some((_, old)) = &mut self.edited {
            old.zeroize();
        }
        self.edited = Some((annotation.order, text.to_owned()));
        true
    }

    fn forget_oldest_texts(&mut self) {
        let mut bytes: usize = self.earlier.iter().map(|earlier| earlier.text.len()).sum();
        while self.earlier.len() > MAX_EARLIER || bytes > MAX_EARLIER_BYTES {
            let mut oldest = self.earlier.remove(0);
            bytes -= oldest.text.len();
            oldest.text.zeroize();
        }
    }

    /// Leaves nothing of the words with which it came but what they are about.
    fn forget_first_text(&mut self) {
        if let Some(mut content) = self.content()
            && let Kind::Text(words) = &mut content.kind
        {
            words.text.zeroize();
            words.text.clear();
            if let Ok(bytes) = content.encode() {
                self.content = Zeroizing::new(bytes);
            }
        }
    }

    /// Leaves nothing but that there was a message. Also for what this version cannot read.
    fn take_back(&mut self) -> bool {
        self.content.zeroize();
        if let Some((_, text)) = &mut self.edited {
            text.zeroize();
        }
        self.edited = None;
        self.earlier.clear();
        self.reactions.clear();
        self.deleted = true;
        true
    }

    /// Each side has one; an empty one takes it back, and stays so that an older one cannot return.
    fn react(&mut self, annotation: &Annotation, emoji: &str) -> bool {
        let new = Reaction {
            ours: annotation.ours,
            emoji: emoji.to_owned(),
            order: annotation.order,
        };
        match self.reactions.iter_mut().find(|r| r.ours == new.ours) {
            Some(old) if old.order >= new.order => return false,
            Some(old) => *old = new,
            None => self.reactions.push(new),
        }
        true
    }
}

impl Drop for StoredMessage {
    fn drop(&mut self) {
        if let Some((_, text)) = &mut self.edited {
            text.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::seq::IndexedRandom as _;
    use rand::{RngExt as _, SeedableRng as _};
    use rand_chacha::ChaCha20Rng;

    use super::*;

    const TARGET: MessageId = MessageId::from_bytes([1; 16]);
    const CONTACT: ContactId = ContactId::from_bytes([2; 16]);

    fn message(ours: bool) -> StoredMessage {
        let content = Content {
            id: TARGET,
            parents: Vec::new(),
            kind: Kind::Text(Text {
                text: "first words".into(),
                ..Text::default()
            }),
        };
        let bytes = Zeroizing::new(content.encode().expect("within limits"));
        StoredMessage::new(7, TARGET, ours.then_some(3), 1_000, 0, bytes)
    }

    fn annotation(ours: bool, order: u64, kind: Kind) -> Annotation {
        let content = Content {
            id: MessageId::from_bytes([9; 16]),
            parents: Vec::new(),
            kind,
        };
        Annotation {
            contact: CONTACT,
            ours,
            order,
            time: 2_000 + order,
            content,
        }
    }

    fn edit(ours: bool, order: u64, text: &str) -> Annotation {
        let kind = Kind::Edit {
            target: TARGET,
            text: text.to_owned(),
        };
        annotation(ours, order, kind)
    }

    fn shown(message: &StoredMessage) -> impl PartialEq + std::fmt::Debug + use<> {
        let mut reactions: Vec<_> = message
            .reactions()
            .map(|r| (r.ours, r.emoji.clone()))
            .collect();
        reactions.sort();
        let words = message.words().map(|words| words.text);
        (words, message.deleted, reactions)
    }

    #[test]
    fn only_the_author_edits_and_takes_back() {
        let mut ours = message(true);
        assert!(!ours.annotate(&edit(false, 5, "forged"), true));
        let delete = |by| annotation(by, 9, Kind::Delete { target: TARGET });
        assert!(!ours.annotate(&delete(false), true));
        assert!(ours.annotate(&edit(true, 5, "second"), true));
        assert!(
            !ours.annotate(&edit(true, 4, "late"), true),
            "an older edit"
        );
        assert_eq!(ours.words().map(|w| w.text).as_deref(), Some("second"));
        assert_eq!(ours.earlier[0].text, "first words");
        assert!(ours.annotate(&delete(true), true));
        assert!(ours.words().is_none() && ours.earlier.is_empty());
        assert!(!ours.annotate(&edit(true, 10, "again"), true));
    }

    #[test]
    fn without_history_nothing_of_the_first_text_is_left() {
        let mut ours = message(true);
        assert!(ours.annotate(&edit(true, 5, "second"), false));
        assert!(ours.annotate(&edit(true, 6, "third"), false));
        let record = ours.encode().expect("a record");
        let holds = |text: &str| record.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(holds("third") && !holds("second") && !holds("first words"));
        let mut kept = message(true);
        assert!(kept.annotate(&edit(true, 5, "second"), true));
        let record = kept.encode().expect("a record");
        assert!(
            record.windows(11).any(|w| w == b"first words"),
            "the control"
        );
    }

    #[test]
    fn the_longest_texts_edited_again_and_again_stay_within_a_record() {
        use undertone_wire::v1::MAX_TEXT;
        let mut theirs = message(false);
        for order in 1..=40 {
            let text = "x".repeat(MAX_TEXT - 1) + if order % 2 == 0 { "a" } else { "b" };
            assert!(theirs.annotate(&edit(false, order, &text), true));
        }
        // What a store takes in one record is 1 MiB.
        assert!(theirs.encode().expect("a record").len() < 512 * 1024);
        assert_eq!(theirs.earlier.len(), MAX_EARLIER_BYTES / MAX_TEXT);
        let newest = theirs.earlier.last().expect("some are kept");
        assert!(newest.text.ends_with('b'));
    }

    #[test]
    fn both_sides_come_to_the_same_whatever_meets_in_which_order() {
        for seed in 0..500 {
            let mut rng = ChaCha20Rng::seed_from_u64(seed);
            // What the author and the reader did, each in an order of its own.
            let mut author: Vec<Kind> = Vec::new();
            let mut reader: Vec<Kind> = Vec::new();
            for n in 0..rng.random_range(1..12) {
                let emoji = ["", "a", "b"].choose(&mut rng).map_or("", |e| e).to_owned();
                let reaction = Kind::Reaction {
                    target: TARGET,
                    emoji,
                };
                match rng.random_range(0..6) {
                    0 => author.push(Kind::Delete { target: TARGET }),
                    1 | 2 => author.push(Kind::Edit {
                        target: TARGET,
                        text: format!("text {n}"),
                    }),
                    3 => author.push(reaction),
                    _ => reader.push(reaction),
                }
            }
            let mut outcomes = Vec::new();
            for _ in 0..4 {
                let (mut a, mut b) = (author.iter().zip(1..), reader.iter().zip(1..));
                let mut here = message(true);
                loop {
                    let first = rng.random::<bool>();
                    let next = if first { a.next() } else { None };
                    let (ours, next) = match next {
                        Some(next) => (true, Some(next)),
                        None => match b.next() {
                            Some(next) => (false, Some(next)),
                            None => (true, a.next()),
                        },
                    };
                    let Some((kind, order)) = next else { break };
                    here.annotate(&annotation(ours, order, kind.clone()), false);
                }
                outcomes.push(shown(&here));
            }
            assert!(outcomes.windows(2).all(|w| w[0] == w[1]), "seed {seed}");
        }
    }

    #[test]
    fn a_record_is_read_back_as_it_was() {
        let mut message = message(false);
        message.read = Some(5);
        assert!(message.annotate(&edit(false, 2, "x"), true));
        let record = message.encode().expect("a record");
        let back = StoredMessage::decode(&record).expect("the record");
        assert_eq!(shown(&back), shown(&message));
        assert_eq!((back.read, back.day), (Some(5), 0));
        assert!(StoredMessage::decode(&record[..record.len() - 1]).is_none());
    }
}
