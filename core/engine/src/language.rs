//! The one language of desktop and bots: commands that an application gives, replies that it
//! gets, events that it hears. Everything here is plain data and can be serialised.

use std::time::Duration;

use serde::{Deserialize, Serialize};
pub use undertone_protocol::ContactId;
use undertone_transport::NetworkStatus;
use undertone_wire::MessageId;

/// What an application tells the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
#[non_exhaustive]
pub enum Command {
    /// Who am I, and how am I reachable. Answered with [`Reply::Profile`].
    Profile,
    /// Changes the nickname that later requests and acceptances carry, and tells the contacts.
    SetNickname {
        /// 1 to 128 bytes, no control characters.
        nickname: String,
    },
    /// Makes an invitation. Answered with [`Reply::Invitation`].
    Invite {
        /// With keys of its own, for one person, destroyed after use.
        one_time: bool,
        /// After this long it is destroyed. `None`: kept until closed.
        expires_after: Option<Duration>,
    },
    /// The invitations that are open. Answered with [`Reply::Invitations`].
    Invitations,
    /// Closes an invitation and its knock door for ever.
    CloseInvitation {
        /// Its number, from [`InvitationView`].
        invitation: u64,
    },
    /// Sends a contact request. Answered with [`Reply::Contact`].
    AddContact {
        /// The invitation's text.
        invitation: String,
        /// What I call this contact; seen by nobody else.
        pet_name: Option<String>,
        /// Travels with the request, at most 500 bytes.
        greeting: String,
    },
    /// Accepts a received request.
    Accept {
        /// The contact.
        contact: ContactId,
        /// What I call this contact.
        pet_name: Option<String>,
    },
    /// Rejects a received request. The other side is not told.
    Reject {
        /// The contact.
        contact: ContactId,
    },
    /// Blocks a contact or requester for ever. It sees what it would see of a profile that is
    /// switched off. All its keys are destroyed, and the doors it knew are abandoned.
    Block {
        /// The contact.
        contact: ContactId,
    },
    /// Changes what I call a contact.
    SetPetName {
        /// The contact.
        contact: ContactId,
        /// `None` shows its nickname again.
        pet_name: Option<String>,
    },
    /// All contacts and requests. Answered with [`Reply::Contacts`].
    Contacts,
    /// Sends words. Answered with [`Reply::Message`] once they are stored here.
    Send {
        /// To whom.
        contact: ContactId,
        /// At most 64 KiB of UTF-8.
        text: String,
        /// The message it replies to.
        reply_to: Option<MessageId>,
    },
    /// A page of a conversation, newest last. Answered with [`Reply::Messages`].
    History {
        /// With whom.
        contact: ContactId,
        /// Only messages whose [`MessageView::number`] is lower. `None`: the newest.
        before: Option<u64>,
        /// At most this many, 1 to 1000.
        limit: u32,
    },
    /// The code to compare (D5). Answered with [`Reply::Verification`].
    Verification {
        /// The contact.
        contact: ContactId,
    },
    /// Says that the code was compared, or takes that back.
    SetVerified {
        /// The contact.
        contact: ContactId,
        /// Compared and equal.
        verified: bool,
    },
    /// Compares a scanned code with ours and marks the contact verified when it fits.
    VerifyScanned {
        /// The contact.
        contact: ContactId,
        /// The bytes of the contact's QR code, in base64.
        scanned: String,
    },
    /// Forgets all waiting times and dials now.
    Retry {
        /// Only this contact.
        contact: Option<ContactId>,
    },
    /// The computer woke up or changed its network.
    NetworkChanged,
}

/// What a [`Command`] is answered with.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reply")]
#[non_exhaustive]
pub enum Reply {
    /// Done, and durable.
    Done,
    /// Who I am.
    Profile(ProfileView),
    /// One invitation.
    Invitation(InvitationView),
    /// Open invitations.
    Invitations {
        /// In the order they were made.
        invitations: Vec<InvitationView>,
    },
    /// One contact.
    Contact(Box<ContactView>),
    /// All contacts and requests.
    Contacts {
        /// In the order they came to be.
        contacts: Vec<ContactView>,
    },
    /// One message.
    Message(MessageView),
    /// A page of a conversation.
    Messages {
        /// Newest last.
        messages: Vec<MessageView>,
    },
    /// The code to compare.
    Verification(VerificationView),
}

/// A profile as it is shown to its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileView {
    /// What I call myself.
    pub nickname: String,
    /// The network's status.
    pub network: NetworkStatus,
    /// Doors that are published.
    pub doors_reachable: u32,
    /// Doors that should be.
    pub doors: u32,
}

/// An invitation as it is shown to its maker.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct InvitationView {
    /// Names it in commands.
    pub number: u64,
    /// The text to hand over. Secret of those who get it.
    pub text: String,
    /// For one person only.
    pub one_time: bool,
    /// When it is destroyed, seconds since 1970.
    pub expires: Option<u64>,
    /// Whether its door can be found by now.
    pub reachable: bool,
}

impl std::fmt::Debug for InvitationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "InvitationView({})", self.number)
    }
}

/// Where a relationship stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// I asked; no answer yet.
    Requested,
    /// I asked often enough; no answer came.
    NoAnswer,
    /// They ask; I have not decided.
    Undecided,
    /// I accepted; their confirmation is on the way.
    Accepting,
    /// Contacts.
    Accepted,
    /// I rejected their request.
    Rejected,
    /// I blocked them.
    Blocked,
}

/// Why a contact is not connected, in words for [`ContactView::reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Not tried yet.
    NotTried,
    /// Dialling now.
    Dialling,
    /// No connection to the Tor network.
    NoNetwork,
    /// The system clock is wrong.
    WrongClock,
    /// Still connecting to the Tor network.
    Bootstrapping,
    /// Their door is not published: they are away.
    Away,
    /// Their door does not admit us any more: moved, or we are blocked, or it is a moment too early.
    NotAdmitted,
    /// The introduction failed.
    IntroductionFailed,
    /// The rendezvous timed out.
    RendezvousTimedOut,
    /// Their door refused.
    Refused,
    /// The handshake got no answer.
    NoAnswer,
    /// The connection broke.
    Broken,
    /// Something else in the network layer.
    NetworkFailed,
}

/// A contact or request as it is shown to the owner.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ContactView {
    /// Names it in commands; local, means nothing to others.
    pub id: ContactId,
    /// What they call themselves. Anyone can choose any.
    pub nickname: String,
    /// What I call them.
    pub pet_name: Option<String>,
    /// Where the relationship stands.
    pub stage: Stage,
    /// The greeting of a received request.
    pub greeting: Option<String>,
    /// The code was compared.
    pub verified: bool,
    /// There is a live link.
    pub connected: bool,
    /// Why there is none.
    pub reason: Option<Reason>,
    /// Seconds until the next try.
    pub next_try: Option<u64>,
    /// Messages of mine that they have not acknowledged.
    pub waiting: u32,
}

impl std::fmt::Debug for ContactView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ContactView({}, {:?})", self.id, self.stage)
    }
}

/// How far a message of mine got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Stored here; not transmitted yet.
    Waiting,
    /// Transmitted at least once.
    Sent,
    /// Stored by the recipient.
    Received,
    /// Theirs, stored here.
    Incoming,
}

/// A message as it is shown.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Its place in this conversation here: 1, 2, 3, …
    pub number: u64,
    /// Its name for both sides.
    pub id: MessageId,
    /// How far it got, and whose it is.
    pub delivery: Delivery,
    /// When it was written, seconds since 1970, by this computer's clock.
    pub time: u64,
    /// What it says; `None` where this version cannot show it.
    pub text: Option<String>,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
}

impl std::fmt::Debug for MessageView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MessageView({}, {:?})", self.id, self.delivery)
    }
}

/// The code to compare (D5.1).
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct VerificationView {
    /// 60 decimal digits in 12 blocks of five; equal on both sides.
    pub digits: String,
    /// The bytes of my QR code, in base64, for [`Command::VerifyScanned`] at the other side.
    pub qr: String,
}

impl std::fmt::Debug for VerificationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VerificationView(..)")
    }
}

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
    /// An invitation's door can be found from now on.
    InvitationReachable {
        /// Its number.
        invitation: u64,
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
    /// A broken invariant of ours.
    Bug,
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CommandError {
    /// No contact of that name.
    #[error("there is no such contact")]
    NoSuchContact,
    /// No such invitation.
    #[error("there is no such invitation")]
    NoSuchInvitation,
    /// No such message.
    #[error("there is no such message in this conversation")]
    NoSuchMessage,
    /// Not possible at this stage.
    #[error("this is not possible for a contact that is {0:?}")]
    WrongStage(Stage),
    /// The text is no invitation.
    #[error("{0}")]
    Invitation(String),
    /// Our own invitation.
    #[error("this is your own invitation; give it to someone else")]
    OwnInvitation,
    /// Asked already.
    #[error("this invitation was used already by this profile")]
    AlreadyUsed,
    /// Nickname or pet name.
    #[error("a name must have 1 to 128 bytes and no control characters")]
    Name,
    /// Greeting.
    #[error("a greeting can have 500 bytes")]
    Greeting,
    /// Text.
    #[error("a message can have 65536 bytes, this one has {0}; send it in parts")]
    TextTooLong(usize),
    /// Nothing to send.
    #[error("the message is empty")]
    Empty,
    /// Queue limit.
    #[error("too much is waiting for this contact already; try again when it was delivered")]
    QueueFull,
    /// Too many pending requests or invitations.
    #[error("too many are open already; close one first")]
    TooMany,
    /// The scanned code is not this contact's.
    #[error(
        "the codes differ: this is not the contact you think it is, or you scanned another contact's code"
    )]
    CodesDiffer,
    /// Not a verification code.
    #[error("this is not a verification code of this version of Undertone")]
    NotACode,
    /// Our own code was scanned.
    #[error("this is your own code; scan the other person's")]
    OwnCode,
    /// The request's sender is at fault.
    #[error("this request cannot be accepted: it holds unusable keys")]
    UnusableRequest,
    /// The engine is closed.
    #[error("the profile is closed")]
    Closed,
    /// The disk refuses.
    #[error("could not be stored: the disk is full or read-only")]
    Storage,
    /// Known, but not in this version.
    #[error("not supported by this version")]
    Unsupported,
}
