//! What the commands read from answers and events: only the fields that they show. Fields that
//! are missing here are skipped, so a newer profile can say more. The full language is the
//! engine's; tests hold these against it.

pub mod people;

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use undertone_engine::{ContactId, ConversationSettings, Defaults, SearchCursor};

use self::people::Introduced;
use super::names::MYSELF;
use crate::visible::Name;

/// Of the profile.
#[derive(Deserialize)]
pub struct Profile {
    /// What I call myself.
    pub nickname: String,
    /// A few words about me.
    pub status: String,
    /// Appears offline.
    pub hidden: bool,
    /// Contacts are told that I am away.
    #[serde(default)]
    pub away: bool,
    /// Strangers who have an invitation can ask.
    #[serde(default = "yes")]
    pub takes_requests: bool,
    /// What holds for conversations without a setting.
    pub defaults: Defaults,
    /// The network's status.
    pub network: Network,
    /// Whether it was replaced by a newer copy.
    #[serde(default)]
    pub copy: String,
    /// Doors that are published.
    pub doors_reachable: u32,
    /// Doors that should be.
    pub doors: u32,
}

const fn yes() -> bool {
    true
}

/// How the profile is.
#[derive(Deserialize)]
pub struct Health {
    /// The last export.
    pub backup: Backup,
    /// Deniable mode.
    pub deniable: Deniable,
    /// Doors that are published.
    pub doors_reachable: u32,
    /// Doors that should be.
    pub doors: u32,
    /// Appears offline.
    pub hidden: bool,
    /// The network's status.
    pub network: Network,
}

/// The last export.
#[derive(Deserialize)]
pub struct Backup {
    /// Seconds since 1970.
    pub last: Option<i64>,
    /// It is time for one.
    pub due: bool,
}

/// Deniable mode.
#[derive(Deserialize)]
pub struct Deniable {
    /// On.
    pub on: bool,
    /// Bytes written for it since the start.
    pub cover_bytes: u64,
    /// The last time something was left out.
    pub failed: bool,
}

/// The network's status: a word, or a word and a percentage.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub struct Network {
    word: String,
    percent: Option<u64>,
}

impl From<Value> for Network {
    fn from(value: Value) -> Self {
        match value {
            Value::String(word) => Self {
                word,
                percent: None,
            },
            Value::Object(object) => object.into_iter().next().map_or_else(
                || Self {
                    word: String::new(),
                    percent: None,
                },
                |(word, percent)| Self {
                    word,
                    percent: percent.as_u64(),
                },
            ),
            _ => Self {
                word: String::new(),
                percent: None,
            },
        }
    }
}

impl Network {
    /// Its name in the control language.
    #[must_use]
    pub fn word(&self) -> &str {
        &self.word
    }

    /// Whether contacts can be dialled.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.word == "ready"
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self.word.as_str() {
            "dormant" => "asleep",
            "bootstrapping" => "connecting to the Tor network",
            "ready" => "connected to the Tor network",
            "no_network" => "no relay of the Tor network can be reached: is there a network?",
            "wrong_clock" => "this computer's clock is wrong: set it right",
            "stuck" => "stuck on the way to the Tor network (the log says why)",
            other => other,
        };
        write!(f, "{}", Name(words))?;
        match self.percent {
            Some(percent) => write!(f, ", {percent} %"),
            None => Ok(()),
        }
    }
}

/// An invitation.
#[derive(Deserialize)]
pub struct Invitation {
    /// Names it in commands.
    pub number: u64,
    /// The text to hand over.
    pub text: String,
    /// For one person.
    pub one_time: bool,
    /// Seconds since 1970.
    pub expires: Option<i64>,
    /// Its door can be found.
    pub reachable: bool,
    /// Its door is closed by choice.
    #[serde(default)]
    pub shut: bool,
}

/// Several invitations.
#[derive(Deserialize)]
pub struct Invitations {
    /// In the order they were made.
    pub invitations: Vec<Invitation>,
}

/// A contact or request.
#[derive(Clone, Deserialize)]
pub struct Contact {
    /// Names it in commands.
    pub id: ContactId,
    /// What they call themselves.
    pub nickname: String,
    /// What I call them.
    pub pet_name: Option<String>,
    /// Where the relationship stands.
    pub stage: String,
    /// Of a received request.
    pub greeting: Option<String>,
    /// The code was compared.
    pub verified: bool,
    /// There is a live link.
    pub connected: bool,
    /// They go on with a newer copy of this profile.
    #[serde(default)]
    pub replaced: bool,
    /// They say that they are away.
    #[serde(default)]
    pub away: bool,
    /// Through whom they came.
    #[serde(default)]
    pub introduced: Option<Introduced>,
    /// They have the name of this older contact.
    #[serde(default)]
    pub resembles: Option<ContactId>,
    /// Why there is none.
    pub reason: Option<String>,
    /// Seconds until the next try.
    pub next_try: Option<u64>,
    /// Messages that they have not acknowledged.
    pub waiting: u32,
}

impl Contact {
    /// The name to show: mine for them, or theirs with a mark, since anyone can choose any.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.pet_name {
            None if self.stage == "myself" => MYSELF.to_owned(),
            Some(name) => Name(name).to_string(),
            None => format!("~{}", Name(&self.nickname)),
        }
    }

    /// The beginning of the id, which is enough among the contacts of one person.
    #[must_use]
    pub fn short_id(&self) -> String {
        self.id.to_string().chars().take(8).collect()
    }
}

/// Several contacts.
#[derive(Deserialize)]
pub struct Contacts {
    /// In the order they came to be.
    pub contacts: Vec<Contact>,
}

/// A message.
#[derive(Clone, Deserialize)]
pub struct Message {
    /// Its place in the conversation.
    pub number: u64,
    /// Its name, opaque here.
    pub id: Value,
    /// How far it got, and whose it is.
    pub delivery: String,
    /// Seconds since 1970.
    pub time: i64,
    /// What it says.
    pub text: Option<String>,
    /// What it is, where it says nothing.
    #[serde(default)]
    pub line: Line,
    /// The message it replies to, opaque here.
    #[serde(default)]
    pub reply_to: Option<Value>,
    /// Its words were changed.
    #[serde(default)]
    pub edited: bool,
    /// What it said before, where it was asked for.
    #[serde(default)]
    pub earlier: Vec<Earlier>,
    /// Somebody else's words.
    #[serde(default)]
    pub forwarded: bool,
    /// The emoji at it.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// When it was read, seconds since 1970.
    #[serde(default)]
    pub read: Option<u64>,
}

/// What a line of a conversation is.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Value")]
pub enum Line {
    /// Words.
    #[default]
    Words,
    /// Its author took it back.
    Deleted,
    /// Messages disappear from here on, or stay.
    Timer {
        /// Seconds after reading; 0: they stay.
        seconds: u64,
    },
    /// From here on with a restored copy of their profile.
    Restored,
    /// Of a later version.
    Other,
}

impl From<Value> for Line {
    fn from(value: Value) -> Self {
        match value["line"].as_str() {
            Some("words") | None => Self::Words,
            Some("deleted") => Self::Deleted,
            Some("restored") => Self::Restored,
            Some("timer") => Self::Timer {
                seconds: value["seconds"].as_u64().unwrap_or(0),
            },
            Some(_) => Self::Other,
        }
    }
}

/// What a message said before.
#[derive(Clone, Deserialize)]
pub struct Earlier {
    /// Its words then.
    pub text: String,
    /// Until when, seconds since 1970.
    pub until: i64,
}

/// An emoji at a message.
#[derive(Clone, Deserialize)]
pub struct Reaction {
    /// I put it there.
    pub mine: bool,
    /// The emoji.
    pub emoji: String,
}

/// Several messages.
#[derive(Deserialize)]
pub struct Messages {
    /// Newest last.
    pub messages: Vec<Message>,
}

/// A conversation in a list.
#[derive(Clone, Deserialize)]
pub struct Conversation {
    /// With whom.
    pub contact: ContactId,
    /// Messages that I did not read.
    pub unread: u32,
    /// The newest message.
    pub last: Option<Message>,
    /// What was being written.
    pub draft: Option<String>,
    /// The numbers of messages kept at hand.
    pub pinned_messages: Vec<u64>,
    /// Seconds after reading until messages disappear; 0: they stay.
    pub timer: u32,
    /// How it is kept and shown.
    pub settings: ConversationSettings,
}

/// Several conversations.
#[derive(Deserialize)]
pub struct Conversations {
    /// In the order in which the contacts came to be.
    pub conversations: Vec<Conversation>,
}

/// One emoji of a short code.
#[derive(Clone, Deserialize)]
pub struct Emoji {
    /// The character.
    pub symbol: String,
    /// Its English name.
    pub name: String,
}

/// A message that was found.
#[derive(Clone, Deserialize)]
pub struct Hit {
    /// The conversation.
    pub contact: ContactId,
    /// The message.
    pub message: Message,
}

/// Messages that were found.
#[derive(Deserialize)]
pub struct Found {
    /// Newest first.
    #[serde(default)]
    pub hits: Vec<Hit>,
    /// Where to go on.
    pub more: Option<SearchCursor>,
    /// How much can be searched, if not all.
    pub index_percent: Option<u8>,
}

/// The code to compare.
#[derive(Deserialize)]
pub struct Verification {
    /// 60 digits in blocks of five.
    pub digits: String,
    /// The bytes of the QR code, in base64.
    pub qr: String,
}

/// What happened.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The network's status changed.
    Network {
        /// The new one.
        status: Network,
    },
    /// Someone asks to be a contact.
    RequestReceived {
        /// Who.
        contact: Contact,
    },
    /// Something about a contact changed.
    ContactChanged {
        /// How it is now.
        contact: Contact,
    },
    /// A message came.
    MessageReceived {
        /// From whom.
        contact: ContactId,
        /// What.
        message: Message,
    },
    /// A message of mine got further.
    MessageChanged {
        /// To whom.
        contact: ContactId,
        /// How it is now.
        message: Message,
    },
    /// A short code to compare.
    ShortCode {
        /// With whom.
        contact: ContactId,
        /// Seven emoji; none: the comparison ended.
        emoji: Option<Vec<Emoji>>,
    },
    /// Whether this copy of the profile was replaced changed.
    CopyChanged {
        /// How it is now.
        copy: String,
    },
    /// An invitation's door can be found.
    InvitationReachable {
        /// Its number.
        invitation: u64,
    },
    /// We were too slow: events are missing.
    Missed {
        /// How many.
        count: u64,
    },
    /// Everything else.
    #[serde(other)]
    Other,
}

/// Holds these views against what the engine really says.
#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use undertone_engine as engine;

    use super::*;

    fn read<T: DeserializeOwned>(said: &impl serde::Serialize) -> T {
        serde_json::from_value(serde_json::to_value(said).unwrap()).unwrap()
    }

    fn engine_contact(stage: engine::Stage) -> engine::ContactView {
        engine::ContactView {
            id: ContactId::from_bytes([7; 16]),
            nickname: "robert".to_owned(),
            pet_name: None,
            status: String::new(),
            stage,
            greeting: Some("hello".to_owned()),
            verified: false,
            connected: false,
            replaced: false,
            away: true,
            invisible: false,
            introduced: Some(engine::IntroducedView {
                by: ContactId::from_bytes([8; 16]),
                name: "Rob".to_owned(),
            }),
            picture: None,
            resembles: Some(ContactId::from_bytes([9; 16])),
            reason: Some(engine::Reason::Away),
            next_try: Some(60),
            waiting: 1,
        }
    }

    fn engine_message(delivery: engine::Delivery) -> engine::MessageView {
        engine::MessageView {
            number: 3,
            id: "000102030405060708090a0b0c0d0e0f".parse().unwrap(),
            delivery,
            time: 1_800_000_000,
            text: Some("hello".to_owned()),
            line: engine::Line::Words,
            reply_to: None,
            edited: false,
            earlier: Vec::new(),
            forwarded: false,
            reactions: Vec::new(),
            read: None,
            expires: None,
        }
    }

    #[test]
    fn replies_are_read_as_they_are_written() {
        let network = undertone_transport::NetworkStatus::Bootstrapping(40);
        let profile = engine::ProfileView {
            nickname: "Ann".to_owned(),
            status: String::new(),
            hidden: false,
            away: true,
            takes_requests: false,
            picture: None,
            copy: engine::CopyState::Replaced,
            defaults: engine::Defaults::default(),
            network,
            doors_reachable: 1,
            doors: 2,
        };
        let profile: Profile = read(&engine::Reply::Profile(profile));
        assert_eq!(
            profile.network.to_string(),
            "connecting to the Tor network, 40 %"
        );
        assert!(!profile.network.is_ready());
        assert_eq!(profile.copy, "replaced");
        assert!(read::<Network>(&undertone_transport::NetworkStatus::Ready).is_ready());

        let contacts = vec![engine_contact(engine::Stage::Undecided)];
        let contacts: Contacts = read(&engine::Reply::Contacts { contacts });
        let [contact] = contacts.contacts.as_slice() else {
            panic!("one contact")
        };
        assert_eq!(
            (contact.name(), contact.short_id()),
            ("~robert".into(), "07070707".into())
        );
        assert_eq!(contact.stage, "undecided");
        assert_eq!(contact.reason.as_deref(), Some("away"));
        assert!(
            contact.resembles.is_some() && contact.away && profile.away && !profile.takes_requests
        );
        let introduced = contact.introduced.as_ref().map(|one| one.name.as_str());
        assert_eq!(introduced, Some("Rob"));

        let messages = vec![engine_message(engine::Delivery::Incoming)];
        let messages: Messages = read(&engine::Reply::Messages { messages });
        assert_eq!(messages.messages[0].delivery, "incoming");
        // Ids are text for bots and opaque here.
        assert_eq!(messages.messages[0].id, "000102030405060708090a0b0c0d0e0f");

        let found: Found = read(&engine::Reply::Found {
            hits: vec![engine::FoundView {
                contact: ContactId::from_bytes([7; 16]),
                message: engine_message(engine::Delivery::Received),
            }],
            more: Some(SearchCursor {
                time: 1_800_000_000,
                contact: ContactId::from_bytes([7; 16]),
                number: 3,
            }),
            index_percent: Some(40),
        });
        assert_eq!(
            (found.hits[0].message.number, found.index_percent),
            (3, Some(40))
        );
        assert_eq!(found.more.map(|more| more.number), Some(3));

        let invitations = vec![engine::InvitationView {
            number: 1,
            text: "undertone:x".to_owned(),
            one_time: true,
            expires: Some(1),
            reachable: false,
            shut: true,
            introduced: None,
        }];
        let invitations: Invitations = read(&engine::Reply::Invitations { invitations });
        assert_eq!(invitations.invitations[0].number, 1);
        assert!(invitations.invitations[0].shut);

        let code = engine::VerificationView {
            digits: "1".to_owned(),
            qr: "AA==".to_owned(),
        };
        let code: Verification = read(&engine::Reply::Verification(code));
        assert_eq!((code.digits.as_str(), code.qr.as_str()), ("1", "AA=="));
    }

    #[test]
    fn events_are_read_as_they_are_written() {
        let contact = || Box::new(engine_contact(engine::Stage::Accepted));
        let id = ContactId::from_bytes([7; 16]);
        let message = || engine_message(engine::Delivery::Received);
        let status = undertone_transport::NetworkStatus::NoNetwork;
        let is = |event: engine::Event, wanted: fn(&Event) -> bool| {
            assert!(wanted(&read(&event)), "{event:?}");
            // The README describes every event under its name.
            let name = serde_json::to_value(&event).unwrap()["event"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(
                include_str!("../../README.md").contains(&format!("| `{name}` |")),
                "{name}"
            );
        };
        is(engine::Event::Network { status }, |event| {
            matches!(event, Event::Network { .. })
        });
        is(
            engine::Event::RequestReceived { contact: contact() },
            |event| matches!(event, Event::RequestReceived { .. }),
        );
        is(engine::Event::RequestDelivered { contact: id }, |event| {
            matches!(event, Event::Other)
        });
        is(
            engine::Event::ContactChanged { contact: contact() },
            |event| matches!(event, Event::ContactChanged { contact } if contact.stage == "accepted"),
        );
        is(
            engine::Event::MessageReceived {
                contact: id,
                message: message(),
            },
            |event| matches!(event, Event::MessageReceived { .. }),
        );
        is(
            engine::Event::MessageChanged {
                contact: id,
                message: message(),
            },
            |event| matches!(event, Event::MessageChanged { message, .. } if message.delivery == "received"),
        );
        is(
            engine::Event::InvitationReachable { invitation: 7 },
            |event| matches!(event, Event::InvitationReachable { invitation: 7 }),
        );
        let copy = engine::CopyState::PerhapsReplaced;
        is(
            engine::Event::CopyChanged { copy },
            |event| matches!(event, Event::CopyChanged { copy } if copy == "perhaps_replaced"),
        );
        is(engine::Event::SearchIndex { percent: 7 }, |event| {
            matches!(event, Event::Other)
        });
        is(engine::Event::Missed { count: 9 }, |event| {
            matches!(event, Event::Missed { count: 9 })
        });
        is(
            engine::Event::Stopped {
                reason: engine::StopReason::Bug,
            },
            |event| matches!(event, Event::Other),
        );
    }
}
