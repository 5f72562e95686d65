//! Why commands are not done, each with what is wrong and what to do.

use serde::Serialize;

use super::views::Stage;
use crate::search::QueryError;

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
    /// Status.
    #[error("a status can have 256 bytes and no control characters")]
    Status,
    /// What a program keeps for itself.
    #[error("the settings of a program can have 4096 bytes")]
    ProgramSettings,
    /// Timer or retention.
    #[error(
        "messages can be kept for 1 hour to 366 days after reading, or disappear after 1 second to 366 days"
    )]
    Timer,
    /// Reaction.
    #[error("a reaction is one emoji of at most 64 bytes")]
    Reaction,
    /// Not the author.
    #[error("only messages of your own can be changed, or deleted on both sides")]
    NotYours,
    /// The contact is away.
    #[error("the contact is not connected at the moment")]
    NotConnected,
    /// The contact goes on with a newer copy.
    #[error("this copy was replaced: the contact goes on with a newer copy of this profile")]
    Replaced,
    /// No such circle.
    #[error("there is no such circle")]
    NoSuchCircle,
    /// As many contacts as a circle can have.
    #[error("this circle is full: 16 contacts share a door at most")]
    CircleFull,
    /// The profile is invisible to them.
    #[error("you are invisible to this contact: become visible to it first")]
    Invisible,
    /// Picture.
    #[error("this is no PNG, JPEG or WebP picture of at most 256 KiB and 1024 by 1024 pixels")]
    Picture,
    /// No such introduction.
    #[error("there is no such introduction to decide about")]
    NoSuchIntroduction,
    /// Introductions.
    #[error("an introduction needs two different contacts for whom none is under way")]
    Introduction,
    /// One short code a minute.
    #[error("the last short code is less than a minute old; wait a little")]
    TooSoon,
    /// Too many pinned messages.
    #[error("64 messages of a conversation can be pinned; unpin one first")]
    TooManyPinned,
    /// The search.
    #[error(transparent)]
    Search(#[from] QueryError),
    /// The index changed all the time.
    #[error("too many messages are coming in at this moment; search again")]
    Busy,
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
    /// Not everything was overwritten.
    #[error(
        "not everything could be overwritten, a passphrase may still open it: destroy the files themselves"
    )]
    NotDestroyed,
    /// Known, but not in this version.
    #[error("not supported by this version")]
    Unsupported,
}
