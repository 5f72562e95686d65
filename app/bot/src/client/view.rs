//! What the commands read from answers and events: only the fields that they show. Fields that
//! are missing here are skipped, so a newer profile can say more. The full language is the
//! engine's; tests hold these against it.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;
use undertone_engine::ContactId;

use crate::visible::Name;

/// Of the profile.
#[derive(Debug, Deserialize)]
pub struct Profile {
    /// What I call myself.
    pub nickname: String,
    /// The network's status.
    pub network: Network,
    /// Doors that are published.
    pub doors_reachable: u32,
    /// Doors that should be.
    pub doors: u32,
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
#[derive(Debug, Deserialize)]
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
}

/// Several invitations.
#[derive(Debug, Deserialize)]
pub struct Invitations {
    /// In the order they were made.
    pub invitations: Vec<Invitation>,
}

/// A contact or request.
#[derive(Clone, Debug, Deserialize)]
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
#[derive(Debug, Deserialize)]
pub struct Contacts {
    /// In the order they came to be.
    pub contacts: Vec<Contact>,
}

/// A message.
#[derive(Clone, Debug, Deserialize)]
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
}

impl Message {
    /// Whether they wrote it.
    #[must_use]
    pub fn is_incoming(&self) -> bool {
        self.delivery == "incoming"
    }
}

/// Several messages.
#[derive(Debug, Deserialize)]
pub struct Messages {
    /// Newest last.
    pub messages: Vec<Message>,
}

/// The code to compare.
#[derive(Debug, Deserialize)]
pub struct Verification {
    /// 60 digits in blocks of five.
    pub digits: String,
    /// The bytes of the QR code, in base64.
    pub qr: String,
}

/// What happened.
#[derive(Debug, Deserialize)]
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
