//! What is shown of a profile: contacts, conversations, messages, codes.

use serde::Serialize;
use undertone_protocol::ContactId;
use undertone_transport::NetworkStatus;
use undertone_wire::MessageId;

use super::people::IntroducedView;
use super::settings::{ConversationSettings, Defaults};

/// A profile as it is shown to its owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileView {
    /// What I call myself.
    pub nickname: String,
    /// The few words about me that contacts see; empty for none.
    pub status: String,
    /// Hidden: see [`Command::SetHidden`].
    pub hidden: bool,
    /// Contacts are told that I am away.
    pub away: bool,
    /// Strangers who have an invitation can ask.
    pub takes_requests: bool,
    /// There is a picture of me, see [`super::Command::Picture`]: another name for another picture.
    pub picture: Option<String>,
    /// Whether this copy of the profile is the present one.
    pub copy: CopyState,
    /// What holds where a conversation has no setting of its own.
    pub defaults: Defaults,
    /// The network's status.
    pub network: NetworkStatus,
    /// Doors that are published.
    pub doors_reachable: u32,
    /// Doors that should be.
    pub doors: u32,
}

/// Whether this copy of a profile was replaced by one that was restored from an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyState {
    /// Not as far as anybody says.
    Present,
    /// Contacts' doors are there and do not know this copy.
    PerhapsReplaced,
    /// Contacts go on with a newer copy. This one opens no door and dials nobody; see
    /// [`Command::UseThisCopy`].
    Replaced,
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
    /// Its door is closed because requests are off, or because I am invisible to someone who used it.
    pub shut: bool,
    /// It was made for an introduction that this contact offered.
    pub introduced: Option<ContactId>,
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
    /// It is me: notes that are never sent.
    Myself,
}

/// Why a contact is not connected, in words for [`ContactView::reason`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// I am invisible to them: they are not dialled, and their door is closed. Messages wait.
    Invisible,
    /// They are no contact yet, and the one who introduced them must not see me: blocked, or I am invisible to that one.
    /// Nothing is exchanged, because the way to them may lead to that one. Of one who is blocked it stays so: block them as
    /// well, and become contacts in another way.
    Withheld,
    /// I appear offline: nobody is dialled, and all doors are closed. Messages wait.
    Hidden,
    /// There is no room on the disk: nobody is dialled, and all doors are closed. Messages wait.
    DiskFull,
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
    /// A few words that they show about themselves; empty for none.
    pub status: String,
    /// Where the relationship stands.
    pub stage: Stage,
    /// The greeting of a received request.
    pub greeting: Option<String>,
    /// The code was compared.
    pub verified: bool,
    /// There is a live link.
    pub connected: bool,
    /// They go on with a newer copy of this profile: nothing can be sent to them from here.
    pub replaced: bool,
    /// They say that they are away.
    pub away: bool,
    /// I am invisible to them: see [`super::Command::SetInvisible`].
    pub invisible: bool,
    /// Through whom they came; nothing that was verified.
    pub introduced: Option<IntroducedView>,
    /// There is a picture, see [`super::Command::Picture`]: another name for another picture.
    pub picture: Option<String>,
    /// They have the name of this other contact and are neither verified nor named by me: they may be anybody. Of two of whom
    /// that can be said each resembles the other.
    pub resembles: Option<ContactId>,
    /// Why there is none.
    pub reason: Option<Reason>,
    /// Seconds until the next try.
    pub next_try: Option<u64>,
    /// Messages of mine, and changes of messages (edits, reactions, taking back), that they have not acknowledged.
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
    /// It waited when the copy was exported from which this one was restored: it may have arrived.
    Unknown,
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
    /// What it says now; `None` where there are no words.
    pub text: Option<String>,
    /// Why there are none, or what else than words it is.
    pub line: Line,
    /// The message it replies to.
    pub reply_to: Option<MessageId>,
    /// Its words were changed after it was sent.
    pub edited: bool,
    /// Its words before, oldest first, where they are kept; only when this one message was asked
    /// for.
    pub earlier: Vec<EarlierView>,
    /// Somebody else wrote the words.
    pub forwarded: bool,
    /// The emoji at it: at most one of mine and one of theirs.
    pub reactions: Vec<ReactionView>,
    /// They say that they read it (mine), or I read it (theirs): seconds since 1970, where known.
    pub read: Option<u64>,
    /// When it is deleted here, seconds since 1970.
    pub expires: Option<u64>,
}

/// What a line of a conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "line")]
#[non_exhaustive]
pub enum Line {
    /// Words.
    Words,
    /// Its author took it back.
    Deleted,
    /// From here on messages disappear so many seconds after they were read; 0: they stay.
    Timer {
        /// Seconds.
        seconds: u32,
    },
    /// From here on they use a copy of their profile that was restored from an export.
    Restored,
    /// Of a later version.
    Unsupported,
}

/// An emoji at a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReactionView {
    /// I put it there.
    pub mine: bool,
    /// The emoji.
    pub emoji: String,
}

/// What a message said before it was edited.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct EarlierView {
    /// Its words then.
    pub text: String,
    /// Until when, seconds since 1970.
    pub until: u64,
}

impl std::fmt::Debug for EarlierView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EarlierView(..)")
    }
}

/// A conversation as a list shows it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ConversationView {
    /// With whom.
    pub contact: ContactId,
    /// Messages of theirs that I did not read. At most 1,000 are counted.
    pub unread: u32,
    /// The newest message.
    pub last: Option<MessageView>,
    /// What was being written.
    pub draft: Option<String>,
    /// The numbers of messages kept at hand.
    pub pinned_messages: Vec<u64>,
    /// Seconds after reading until messages disappear on both sides; 0: they stay.
    pub timer: u32,
    /// How it is kept and shown.
    pub settings: ConversationSettings,
}

impl std::fmt::Debug for ConversationView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ConversationView({})", self.contact)
    }
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundView {
    /// The conversation.
    pub contact: ContactId,
    /// The message.
    pub message: MessageView,
}

/// One emoji of a short code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EmojiView {
    /// The character.
    pub symbol: &'static str,
    /// Its English name, for reading aloud.
    pub name: &'static str,
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
