//! What commands are answered with.

use serde::Serialize;

use super::views::{
    ContactView, ConversationView, InvitationView, MessageView, ProfileView, VerificationView,
};

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
    /// All conversations.
    Conversations {
        /// In the order in which the contacts came to be.
        conversations: Vec<ConversationView>,
    },
}
