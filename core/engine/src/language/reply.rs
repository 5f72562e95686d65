//! What commands are answered with.

use serde::Serialize;

use super::health::HealthView;
use super::people::{CircleView, IntroductionView, PictureView};
use super::views::{
    ContactView, ConversationView, FoundView, InvitationView, MessageView, ProfileView,
    VerificationView,
};
use crate::search::SearchCursor;

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
    /// What the program keeps for itself.
    ProgramSettings {
        /// As it was handed over; empty: nothing was kept yet.
        settings: String,
    },
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
    /// How the profile is.
    Health(HealthView),
    /// All conversations.
    Conversations {
        /// In the order in which the contacts came to be.
        conversations: Vec<ConversationView>,
    },
    /// Which contacts share a door.
    Circles {
        /// In the order of their numbers.
        circles: Vec<CircleView>,
    },
    /// Introductions that are not over, offered to me or made by me.
    Introductions {
        /// Those that are offered first.
        introductions: Vec<IntroductionView>,
    },
    /// A picture.
    Picture {
        /// If there is one.
        picture: Option<PictureView>,
    },
    /// Messages that were found.
    Found {
        /// Newest first. A message that has gone meanwhile is missing, so there can be fewer than asked
        /// for and still more.
        hits: Vec<FoundView>,
        /// Where to go on, if there are more.
        more: Option<SearchCursor>,
        /// The index is being built, and so many hundredths of it are there: older messages may be
        /// missing. `None`: it is complete.
        index_percent: Option<u8>,
    },
}
