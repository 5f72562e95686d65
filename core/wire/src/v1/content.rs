//! What people say: the content messages inside an Olm message.
//!
//! The encoding is protocol buffers, so that a later version can add fields and kinds. A kind
//! that this version does not know, and those reserved for files and groups, is
//! [`Kind::Unsupported`]: it is kept as it came and shown as "not supported by this version".

use prost::{Message as _, Oneof};

use crate::MessageId;

use super::introduction::{Introduction, RawIntroduction};
use super::messages::{MessageError, bytes_of, id_of};

/// The longest text of a message, in bytes of UTF-8.
pub const MAX_TEXT: usize = 64 * 1024;
/// The most parents a message names.
pub const MAX_PARENTS: usize = 4;
/// The longest reaction, in bytes of UTF-8: a family emoji with skin tones fits.
const MAX_REACTION: usize = 64;
/// The most messages one receipt names.
const MAX_RECEIPT: usize = 256;
/// The longest status text, in bytes of UTF-8.
pub const MAX_STATUS: usize = 256;
/// The longest picture of a person, in bytes.
pub const MAX_PICTURE: usize = 12 * 1024;
/// The longest time until a read message disappears, in seconds: 366 days.
pub const MAX_TIMER: u32 = 366 * 24 * 3600;

/// Why content cannot be sent or is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Longer than [`MAX_TEXT`].
    #[error("a message can be {MAX_TEXT} bytes long, this one has {0}; send it in parts")]
    TextTooLong(usize),
    /// A reaction of more than 64 bytes.
    #[error("a reaction can be {MAX_REACTION} bytes long")]
    Reaction,
    /// More than [`MAX_PARENTS`] parents.
    #[error("too many parents")]
    Parents,
    /// A receipt for nothing or for more than 256 messages.
    #[error("a receipt must name 1 to {MAX_RECEIPT} messages")]
    Receipt,
    /// Longer than [`MAX_STATUS`], or with control characters.
    #[error("a status can be {MAX_STATUS} bytes long and has no control characters")]
    Status,
    /// Longer than [`MAX_TIMER`].
    #[error("messages can disappear after at most {MAX_TIMER} seconds")]
    Timer,
    /// Longer than [`MAX_PICTURE`].
    #[error("a picture can be {MAX_PICTURE} bytes long")]
    Picture,
    /// No step of an introduction, or an invitation in it that is none for one person.
    #[error("not a step of an introduction")]
    Introduction,
    /// Kinds that this version does not send.
    #[error("not supported by this version")]
    Unsupported,
    /// Not the encoding of a content message.
    #[error(transparent)]
    Malformed(#[from] MessageError),
}

/// One content message.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// Its name for ever.
    pub id: MessageId,
    /// The newest messages that its author had seen; orders the conversation.
    pub parents: Vec<MessageId>,
    /// What it says.
    pub kind: Kind,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.kind {
            Kind::Text(_) => "text",
            Kind::Edit { .. } => "edit",
            Kind::Delete { .. } => "delete",
            Kind::Reaction { .. } => "reaction",
            Kind::Delivered(_) => "delivered",
            Kind::Read(_) => "read",
            Kind::Typing { .. } => "typing",
            Kind::Nickname(_) => "nickname",
            Kind::Timer { .. } => "timer",
            Kind::Status(_) => "status",
            Kind::Away(_) => "away",
            Kind::Picture(_) => "picture",
            Kind::Introduction(_) => "introduction",
            Kind::Unsupported(_) => "unsupported",
        };
        write!(f, "Content({kind})")
    }
}

/// Words.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// UTF-8, at most [`MAX_TEXT`] bytes.
    pub text: String,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// Both sides delete it so many seconds after it was read, 1 to [`MAX_TIMER`].
    pub expires: Option<u32>,
    /// Somebody else wrote it.
    pub forwarded: bool,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Text({} B)", self.text.len())
    }
}

/// What a content message says.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Words.
    Text(Text),
    /// New words for an earlier message of the same author.
    Edit {
        /// The message.
        target: MessageId,
        /// Its new text.
        text: String,
    },
    /// Take an earlier message of the same author back.
    Delete {
        /// The message.
        target: MessageId,
    },
    /// An emoji at a message; an empty one takes it back.
    Reaction {
        /// The message.
        target: MessageId,
        /// The emoji.
        emoji: String,
    },
    /// These messages were shown as delivered (off by default, D9.2).
    Delivered(Vec<MessageId>),
    /// These messages were read (off by default, D9.2).
    Read(Vec<MessageId>),
    /// The author is writing, or stopped (off by default, D9.2).
    Typing {
        /// Writing now.
        active: bool,
    },
    /// The author's new nickname.
    Nickname(String),
    /// How long messages of this conversation live after they were read, from now on.
    Timer {
        /// At most [`MAX_TIMER`]; 0: until deleted.
        seconds: u32,
        /// One more than the highest that the author knows of. The higher one holds; of two equal
        /// ones the requester's (role A).
        version: u32,
    },
    /// A few words about the author that contacts see; empty for none.
    Status(String),
    /// The author says that nobody sits at the computer, or that somebody does again. Said by the owner
    /// alone, never measured.
    Away(bool),
    /// A picture of the author: bytes that may be anything, up to [`MAX_PICTURE`] of them; none: there is none.
    Picture(Vec<u8>),
    /// A step of an introduction of two contacts.
    Introduction(Introduction),
    /// Known to a later version; the number is its tag, 0 when even that cannot be told.
    Unsupported(u32),
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawContent {
    #[prost(bytes = "vec", tag = "1")]
    id: Vec<u8>,
    #[prost(bytes = "vec", repeated, tag = "2")]
    parents: Vec<Vec<u8>>,
    #[prost(
        oneof = "RawKind",
        tags = "3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 32, 33"
    )]
    kind: Option<RawKind>,
}

#[derive(Clone, PartialEq, Oneof)]
enum RawKind {
    #[prost(message, tag = "3")]
    Text(RawText),
    #[prost(message, tag = "4")]
    Edit(RawText),
    #[prost(message, tag = "5")]
    Delete(RawTarget),
    #[prost(message, tag = "6")]
    Reaction(RawText),
    #[prost(message, tag = "7")]
    Delivered(RawTargets),
    #[prost(message, tag = "8")]
    Read(RawTargets),
    #[prost(bool, tag = "9")]
    Typing(bool),
    #[prost(string, tag = "10")]
    Nickname(String),
    #[prost(message, tag = "11")]
    Timer(RawTimer),
    #[prost(string, tag = "12")]
    Status(String),
    #[prost(bool, tag = "13")]
    Away(bool),
    #[prost(bytes, tag = "14")]
    Picture(Vec<u8>),
    #[prost(message, tag = "15")]
    Introduction(RawIntroduction),
    /// Reserved: a file offer.
    #[prost(bytes, tag = "32")]
    File(Vec<u8>),
    /// Reserved: a group change.
    #[prost(bytes, tag = "33")]
    Group(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawText {
    #[prost(string, tag = "1")]
    text: String,
    /// The message replied to, edited or reacted at; empty for none.
    #[prost(bytes = "vec", tag = "2")]
    target: Vec<u8>,
    /// Of new words only; 0 for none.
    #[prost(uint32, tag = "3")]
    expires: u32,
    /// Of new words only.
    #[prost(bool, tag = "4")]
    forwarded: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawTimer {
    #[prost(uint32, tag = "1")]
    seconds: u32,
    #[prost(uint32, tag = "2")]
    version: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawTarget {
    #[prost(bytes = "vec", tag = "1")]
    target: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RawTargets {
    #[prost(bytes = "vec", repeated, tag = "1")]
    targets: Vec<Vec<u8>>,
}

impl Content {
    /// Checks the limits and gives the bytes.
    ///
    /// # Errors
    /// [`ContentError`], with what is too long or cannot be sent by this version.
    pub fn encode(&self) -> Result<Vec<u8>, ContentError> {
        self.check()?;
        let about = |text: &str, target: &MessageId| RawText {
            text: text.to_owned(),
            target: bytes_of(target),
            ..RawText::default()
        };
        let targets = |ids: &[MessageId]| RawTargets {
            targets: ids.iter().map(bytes_of).collect(),
        };
        let kind = match &self.kind {
            Kind::Text(words) => RawKind::Text(RawText {
                text: words.text.clone(),
                target: words.reply_to.as_ref().map(bytes_of).unwrap_or_default(),
                expires: words.expires.unwrap_or(0),
                forwarded: words.forwarded,
            }),
            Kind::Edit { target, text } => RawKind::Edit(about(text, target)),
            Kind::Delete { target } => RawKind::Delete(RawTarget {
                target: bytes_of(target),
            }),
            Kind::Reaction { target, emoji } => RawKind::Reaction(about(emoji, target)),
            Kind::Delivered(ids) => RawKind::Delivered(targets(ids)),
            Kind::Read(ids) => RawKind::Read(targets(ids)),
            Kind::Typing { active } => RawKind::Typing(*active),
            Kind::Nickname(name) => RawKind::Nickname(name.clone()),
            &Kind::Timer { seconds, version } => RawKind::Timer(RawTimer { seconds, version }),
            Kind::Status(status) => RawKind::Status(status.clone()),
            Kind::Away(away) => RawKind::Away(*away),
            Kind::Picture(bytes) => RawKind::Picture(bytes.clone()),
            Kind::Introduction(introduction) => RawKind::Introduction(introduction.to_raw()),
            Kind::Unsupported(_) => return Err(ContentError::Unsupported),
        };
        let raw = RawContent {
            id: bytes_of(&self.id),
            parents: self.parents.iter().map(bytes_of).collect(),
            kind: Some(kind),
        };
        Ok(raw.encode_to_vec())
    }

    /// Reads and checks received bytes.
    ///
    /// # Errors
    /// [`ContentError`]. An unknown kind is no error: see [`Kind::Unsupported`].
    pub fn decode(bytes: &[u8]) -> Result<Self, ContentError> {
        let raw = RawContent::decode(bytes).map_err(|_| MessageError::Malformed)?;
        if raw.parents.len() > MAX_PARENTS {
            return Err(ContentError::Parents);
        }
        let ids = |list: RawTargets| -> Result<Vec<MessageId>, ContentError> {
            if list.targets.len() > MAX_RECEIPT {
                return Err(ContentError::Receipt);
            }
            Ok(list
                .targets
                .iter()
                .map(|id| id_of(id))
                .collect::<Result<_, _>>()?)
        };
        let kind = match raw.kind {
            Some(RawKind::Text(words)) => Kind::Text(Text {
                reply_to: (!words.target.is_empty())
                    .then(|| id_of(&words.target))
                    .transpose()?,
                text: words.text,
                expires: Some(words.expires).filter(|&seconds| seconds > 0),
                forwarded: words.forwarded,
            }),
            Some(RawKind::Edit(edit)) => Kind::Edit {
                target: id_of(&edit.target)?,
                text: edit.text,
            },
            Some(RawKind::Delete(delete)) => Kind::Delete {
                target: id_of(&delete.target)?,
            },
            Some(RawKind::Reaction(reaction)) => Kind::Reaction {
                target: id_of(&reaction.target)?,
                emoji: reaction.text,
            },
            Some(RawKind::Delivered(list)) => Kind::Delivered(ids(list)?),
            Some(RawKind::Read(list)) => Kind::Read(ids(list)?),
            Some(RawKind::Typing(active)) => Kind::Typing { active },
            Some(RawKind::Nickname(name)) => Kind::Nickname(name),
            Some(RawKind::Timer(RawTimer { seconds, version })) => Kind::Timer { seconds, version },
            Some(RawKind::Status(status)) => Kind::Status(status),
            Some(RawKind::Away(away)) => Kind::Away(away),
            Some(RawKind::Picture(bytes)) => Kind::Picture(bytes),
            Some(RawKind::Introduction(raw)) => Kind::Introduction(Introduction::from_raw(raw)?),
            Some(RawKind::File(_)) => Kind::Unsupported(32),
            Some(RawKind::Group(_)) => Kind::Unsupported(33),
            None => Kind::Unsupported(0),
        };
        let content = Self {
            id: id_of(&raw.id)?,
            parents: raw
                .parents
                .iter()
                .map(|id| id_of(id))
                .collect::<Result<_, _>>()?,
            kind,
        };
        content.check()?;
        Ok(content)
    }

    fn check(&self) -> Result<(), ContentError> {
        if self.parents.len() > MAX_PARENTS {
            return Err(ContentError::Parents);
        }
        match &self.kind {
            Kind::Text(Text { text, .. }) | Kind::Edit { text, .. } if text.len() > MAX_TEXT => {
                Err(ContentError::TextTooLong(text.len()))
            }
            Kind::Text(Text {
                expires: Some(seconds),
                ..
            }) if *seconds == 0 || *seconds > MAX_TIMER => Err(ContentError::Timer),
            Kind::Timer { seconds, .. } if *seconds > MAX_TIMER => Err(ContentError::Timer),
            Kind::Status(status)
                if status.len() > MAX_STATUS || status.chars().any(char::is_control) =>
            {
                Err(ContentError::Status)
            }
            Kind::Reaction { emoji, .. } if emoji.len() > MAX_REACTION => {
                Err(ContentError::Reaction)
            }
            Kind::Delivered(ids) | Kind::Read(ids) if ids.is_empty() || ids.len() > MAX_RECEIPT => {
                Err(ContentError::Receipt)
            }
            Kind::Nickname(name) => Ok(super::messages::check_nickname(name)?),
            Kind::Picture(bytes) if bytes.len() > MAX_PICTURE => Err(ContentError::Picture),
            Kind::Introduction(introduction) => introduction.check(),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: MessageId = MessageId::from_bytes([1; 16]);

    fn content(kind: Kind) -> Content {
        Content {
            id: ID,
            parents: vec![MessageId::from_bytes([2; 16])],
            kind,
        }
    }

    #[test]
    fn every_kind_round_trips() {
        for kind in [
            Kind::Text(Text {
                text: "grüß dich 👋".into(),
                ..Text::default()
            }),
            Kind::Text(Text {
                text: String::new(),
                reply_to: Some(ID),
                expires: Some(3600),
                forwarded: true,
            }),
            Kind::Edit {
                target: ID,
                text: "x".into(),
            },
            Kind::Delete { target: ID },
            Kind::Reaction {
                target: ID,
                emoji: "🌱".into(),
            },
            Kind::Delivered(vec![ID]),
            Kind::Read(vec![ID, ID]),
            Kind::Typing { active: true },
            Kind::Nickname("Amal".into()),
            Kind::Timer {
                seconds: 86_400,
                version: 3,
            },
            Kind::Status("on the road".into()),
            Kind::Away(true),
            Kind::Picture(vec![7; MAX_PICTURE]),
            Kind::Picture(Vec::new()),
        ] {
            let content = content(kind);
            let bytes = content.encode().expect("within limits");
            assert!(Content::decode(&bytes) == Ok(content));
        }
    }

    #[test]
    fn reserved_and_unknown_kinds_are_unsupported_and_not_an_error() {
        for (tag, kind) in [(32, 32), (33, 33), (200, 0)] {
            let mut bytes = RawContent {
                id: bytes_of(&ID),
                parents: vec![],
                kind: None,
            }
            .encode_to_vec();
            prost::encoding::bytes::encode(tag, &vec![1u8, 2, 3], &mut bytes);
            let read = Content::decode(&bytes).expect("kept");
            assert!(read.kind == Kind::Unsupported(kind));
            assert!(read.encode() == Err(ContentError::Unsupported));
        }
    }

    #[test]
    fn limits_hold_in_both_directions() {
        let long = content(Kind::Text(Text {
            text: "a".repeat(MAX_TEXT + 1),
            ..Text::default()
        }));
        assert!(long.encode() == Err(ContentError::TextTooLong(MAX_TEXT + 1)));
        let raw = RawContent {
            id: bytes_of(&ID),
            parents: vec![],
            kind: Some(RawKind::Text(RawText {
                text: "a".repeat(MAX_TEXT + 1),
                ..RawText::default()
            })),
        };
        assert!(
            Content::decode(&raw.encode_to_vec()) == Err(ContentError::TextTooLong(MAX_TEXT + 1))
        );
        let raw = RawContent {
            id: vec![1; 15],
            parents: vec![],
            kind: None,
        };
        assert!(Content::decode(&raw.encode_to_vec()).is_err());
        let raw = RawContent {
            id: bytes_of(&ID),
            parents: vec![vec![1; 16]; 5],
            kind: None,
        };
        assert!(Content::decode(&raw.encode_to_vec()) == Err(ContentError::Parents));
        let timer = content(Kind::Timer {
            seconds: MAX_TIMER + 1,
            version: 1,
        });
        assert!(timer.encode() == Err(ContentError::Timer));
        let status = content(Kind::Status("a\nb".into()));
        assert!(status.encode() == Err(ContentError::Status));
    }
}
