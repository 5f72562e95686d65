//! The sentences about commands that were not done.

use undertone_engine::CommandError;

use crate::look::Look;

/// Why a command was not done.
#[must_use]
pub fn words(error: &CommandError, look: &Look) -> String {
    look.say(match error {
        CommandError::Invitation(_) => "refused-invitation",
        CommandError::OwnInvitation => "refused-own-invitation",
        CommandError::AlreadyUsed => "refused-used",
        CommandError::Name => "failure-name",
        CommandError::Greeting => "refused-greeting",
        CommandError::Status => "refused-status",
        CommandError::Timer => "refused-timer",
        CommandError::Reaction => "refused-reaction",
        CommandError::NotYours => "refused-not-yours",
        CommandError::NotConnected => "refused-not-connected",
        CommandError::TooSoon => "refused-too-soon",
        CommandError::TooManyPinned => "refused-pinned",
        CommandError::TextTooLong(_) => "composer-too-long",
        CommandError::Search(_) => "refused-search",
        CommandError::Empty => "refused-empty",
        CommandError::QueueFull => "refused-queue",
        CommandError::TooMany => "refused-too-many",
        CommandError::CodesDiffer => "refused-codes",
        CommandError::NotACode => "refused-not-a-code",
        CommandError::OwnCode => "refused-own-code",
        CommandError::UnusableRequest => "refused-request",
        CommandError::Replaced => "refused-replaced",
        CommandError::Busy => "refused-busy",
        CommandError::Closed => "refused-closed",
        CommandError::Storage => "refused-storage",
        CommandError::NoSuchMessage => "refused-no-message",
        CommandError::NoSuchContact
        | CommandError::NoSuchInvitation
        | CommandError::NoSuchCircle
        | CommandError::NoSuchIntroduction => "refused-gone",
        CommandError::CircleFull => "refused-circle-full",
        CommandError::Invisible => "refused-invisible",
        CommandError::Picture => "refused-picture",
        CommandError::Introduction => "refused-introduction",
        CommandError::WrongStage(_) => "refused-stage",
        _ => "refused-unsupported",
    })
}
