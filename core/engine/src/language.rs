//! The one language of desktop and bots: commands that an application gives, replies that it
//! gets, events that it hears. Everything here is plain data and can be serialised.

mod error;
mod event;
mod health;
mod people;
mod reply;
mod settings;
mod views;

use std::time::Duration;

use serde::{Deserialize, Serialize};
pub use undertone_protocol::{ContactId, IntroductionId};
use undertone_wire::MessageId;

pub use self::error::CommandError;
pub use self::event::{Event, StopReason};
pub use self::health::{BackupView, DeniableView, DiskView, HealthView};
pub use self::people::{
    CircleView, IntroducedOne, IntroducedView, IntroductionStage, IntroductionView, PictureView,
};
pub use self::reply::Reply;
pub use self::settings::{ConversationSettings, Defaults, Retention};
pub use self::views::{
    ContactView, ConversationView, CopyState, Delivery, EarlierView, EmojiView, FoundView,
    InvitationView, Line, MessageView, ProfileView, ReactionView, Reason, Stage, VerificationView,
};
pub use crate::search::{QueryError, SearchCursor};

/// What an application tells the engine.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
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
    /// Changes the few words about me that contacts see.
    SetStatus {
        /// At most 256 bytes, no control characters; empty for none.
        status: String,
    },
    /// Shows or hides this profile. Hidden, nothing is dialled and all doors are closed: contacts
    /// see what they would see of a profile that is not running, and messages wait.
    SetHidden {
        /// Hidden.
        hidden: bool,
    },
    /// Changes what holds for every conversation that has no setting of its own, and for the profile.
    SetDefaults {
        /// The new settings.
        defaults: Defaults,
    },
    /// Says to my contacts that I am away, or back. Only this says so: how long a keyboard was quiet is nobody's
    /// business. Everything else stays as it is.
    SetAway {
        /// Away.
        away: bool,
    },
    /// Makes me invisible to one contact, or visible again. It sees what it would see of a profile that is not running;
    /// messages wait on both sides. Whoever else shared its door is told another one.
    SetInvisible {
        /// The contact.
        contact: ContactId,
        /// Invisible.
        invisible: bool,
    },
    /// Lets strangers who have an invitation ask to be contacts, or not. Off, every knock door is closed: who knocks
    /// finds nobody, and tries again for 14 days. Invitations stay what they are.
    SetRequests {
        /// They can ask.
        open: bool,
    },
    /// Which contacts share a door. Answered with [`Reply::Circles`].
    Circles,
    /// Moves a contact into another circle. Whoever stays in the one that it leaves is told a new door.
    MoveToCircle {
        /// The contact.
        contact: ContactId,
        /// The circle; `None`: one of its own.
        circle: Option<u32>,
    },
    /// Gives a circle a new door and tells its contacts. Nobody is lost by it: who is away hears of it later.
    RenewCircle {
        /// Its number.
        circle: u32,
    },
    /// Changes my picture and sends it to my contacts.
    SetPicture {
        /// A PNG, JPEG or WebP file of at most 256 KiB and 1,024 by 1,024 pixels, in base64; `None`: no picture. Of a larger
        /// file, [`crate::picture::shrink`] makes one.
        picture: Option<String>,
    },
    /// A picture. Answered with [`Reply::Picture`].
    Picture {
        /// Of this contact; `None`: mine.
        #[serde(default)]
        contact: Option<ContactId>,
    },
    /// Offers two contacts to introduce them to each other. Each is told a name of the other and nothing else before both
    /// said yes.
    Introduce {
        /// One of them; it will be asked for an invitation.
        contact: ContactId,
        /// The other.
        to: ContactId,
        /// What the other is told that the first is called. The owner must have seen it: pet names are nobody else's
        /// business.
        name: String,
        /// What the first is told that the other is called.
        to_name: String,
    },
    /// Says yes or no to an introduction that a contact offers. After yes from both the two become contacts without another
    /// question.
    AnswerIntroduction {
        /// Who offers it.
        contact: ContactId,
        /// Which one.
        introduction: IntroductionId,
        /// Yes.
        accept: bool,
        /// What I will call them.
        #[serde(default)]
        pet_name: Option<String>,
    },
    /// Introductions that are not over. Answered with [`Reply::Introductions`].
    Introductions,
    /// The conversation with myself, which is made if there is none yet. It is used like any other and nothing of it is ever
    /// sent. Answered with [`Reply::Contact`].
    Notes,
    /// What the program that shows this profile keeps for itself. Answered with
    /// [`Reply::ProgramSettings`].
    ProgramSettings,
    /// Keeps what the program that shows this profile wants to find again: colours, language, the size
    /// of its window. Sealed with the profile, exported with it, and never read by the engine.
    SetProgramSettings {
        /// At most 4,096 bytes, in a form of the program's own.
        settings: String,
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
    /// Sends a message's words on to somebody else, marked as forwarded. Answered with
    /// [`Reply::Message`].
    Forward {
        /// Whose conversation it is in.
        contact: ContactId,
        /// Its number there.
        message: u64,
        /// To whom.
        to: ContactId,
    },
    /// Changes a message of mine: before it left, without a trace; later for both sides, marked as
    /// edited.
    Edit {
        /// The conversation.
        contact: ContactId,
        /// The message's number.
        message: u64,
        /// Its new text, at most 64 KiB of UTF-8.
        text: String,
    },
    /// Deletes a message. For me: no word of it can be read in the store's files any more. For both:
    /// a message of mine only; the other side's program deletes it too, if it is an honest one.
    Delete {
        /// The conversation.
        contact: ContactId,
        /// The message's number.
        message: u64,
        /// On both sides.
        for_both: bool,
    },
    /// Puts an emoji at a message, in place of my last one there.
    React {
        /// The conversation.
        contact: ContactId,
        /// The message's number.
        message: u64,
        /// At most 64 bytes; empty takes it back.
        emoji: String,
    },
    /// Keeps a message at hand.
    Pin {
        /// The conversation.
        contact: ContactId,
        /// The message's number.
        message: u64,
        /// Pinned.
        pinned: bool,
    },
    /// Says that everything up to a message was read.
    MarkRead {
        /// The conversation.
        contact: ContactId,
        /// The number of the last message that was read.
        up_to: u64,
    },
    /// Says that I am writing, where the contact is told (see [`ConversationSettings`]) and connected.
    SetTyping {
        /// The conversation.
        contact: ContactId,
        /// Writing now.
        active: bool,
    },
    /// Keeps what is being written.
    SetDraft {
        /// The conversation.
        contact: ContactId,
        /// The text; empty for none. At most 64 KiB.
        text: String,
    },
    /// Changes how a conversation is kept and shown.
    SetConversation {
        /// The conversation.
        contact: ContactId,
        /// The new settings.
        settings: ConversationSettings,
    },
    /// Lets messages disappear on both sides so long after they were read, from now on. A line in
    /// the conversation says so. Answered with [`Reply::Message`].
    SetTimer {
        /// The conversation.
        contact: ContactId,
        /// Seconds, at most 366 days; 0: they stay.
        seconds: u32,
    },
    /// Deletes all messages of a conversation here. Their keys are destroyed.
    Clear {
        /// The conversation.
        contact: ContactId,
    },
    /// All conversations, with what a list of them shows. Answered with [`Reply::Conversations`].
    Conversations,
    /// One message with its earlier texts. Answered with [`Reply::Message`].
    Message {
        /// The conversation.
        contact: ContactId,
        /// The message's number.
        message: u64,
    },
    /// Looks for words in all messages. Answered with [`Reply::Found`].
    Search {
        /// Words that must all be there, in any order. One with a star behind it, and one that ends the
        /// text, may be the beginning of a word. Case, accents and width do not count. At most 1,024 bytes
        /// and 32 words.
        query: String,
        /// Only with this contact.
        #[serde(default)]
        contact: Option<ContactId>,
        /// Not before this time, seconds since 1970.
        #[serde(default)]
        from: Option<u64>,
        /// Before this time, seconds since 1970.
        #[serde(default)]
        to: Option<u64>,
        /// Where the page before ended.
        #[serde(default)]
        before: Option<SearchCursor>,
        /// At most this many, 1 to 1000.
        limit: u32,
    },
    /// A page of a conversation, newest last. Answered with [`Reply::Messages`].
    History {
        /// With whom.
        contact: ContactId,
        /// Only messages whose [`MessageView::number`] is lower. `None`: the newest.
        before: Option<u64>,
        /// Only messages whose number is higher, and of those the oldest and not the newest.
        #[serde(default)]
        after: Option<u64>,
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
    /// Begins to compare a short code with a contact that is connected. [`Event::ShortCode`] shows
    /// it on both sides; what came of it is said with [`Command::SetVerified`].
    CompareShortCode {
        /// The contact.
        contact: ContactId,
    },
    /// Goes on with this copy of the profile although contacts know a newer one: doors open again and
    /// everyone is dialled. Contacts that know the newer copy still do not answer this one.
    UseThisCopy,
    /// Forgets all waiting times and dials now.
    Retry {
        /// Only this contact.
        contact: Option<ContactId>,
    },
    /// The computer woke up or changed its network.
    NetworkChanged,
    /// How the profile is: disk, exports, deniable mode, what waits. Answered with [`Reply::Health`].
    Health,
    /// Switches deniable mode (D11.6) for this profile. Every profile of the home needs it, and it takes full
    /// effect at the next opening. What it costs is in [`HealthView::deniable`].
    SetDeniable {
        /// On.
        on: bool,
    },
    /// Destroys the keys of **all** profiles of the home, open or not: what is on the disk opens with no
    /// passphrase any more. It is done when it is answered, whatever else is under way;
    /// [`Event::Stopped`] follows.
    Destroy,
}

/// Its name alone: what is in it are words, names and addresses.
impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.into())
    }
}
