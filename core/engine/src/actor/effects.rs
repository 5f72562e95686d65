//! What leaves after a commit.

use undertone_protocol::{ContactId, Effect, Event as Happened, StoredMessage};

use crate::language::{ConversationView, Event, MessageView};
use crate::resemblance::Names;
use crate::views;

use super::Actor;

impl Actor {
    pub(super) fn effect(&mut self, effect: Effect) {
        match effect {
            Effect::Send(link, frames) => self.connections.send(link, frames),
            Effect::Close(link) => {
                let now = self.time.now().monotonic;
                self.connections.close(link, now, &mut *self.rng);
            }
            Effect::Cut(link) => self.connections.cut(link),
            Effect::Silence(link) => self.connections.silence(link),
            Effect::Abandon(contact) => self.connections.abandon(contact),
            Effect::Event(event) => self.report(&event),
            Effect::DoorsChanged => self.open_doors(),
            // Whom to dial is asked for before each wait.
            Effect::DialsChanged => {}
        }
    }

    fn report(&mut self, event: &Happened) {
        match *event {
            Happened::RequestReceived(contact) => {
                if let Some(view) = self.contact_view(contact) {
                    self.tell(Event::RequestReceived {
                        contact: Box::new(view),
                    });
                }
            }
            Happened::RequestDelivered(contact) => {
                let now = self.time.now().monotonic;
                self.connections.dial_succeeded(contact, now);
                self.tell(Event::RequestDelivered { contact });
            }
            Happened::Connected(contact) => {
                let now = self.time.now().monotonic;
                self.connections.dial_succeeded(contact, now);
                self.may_want_picture(contact);
                self.contact_changed(contact);
            }
            Happened::ContactChanged(contact) => {
                // Perhaps it was restored.
                self.may_want_picture(contact);
                self.contact_changed(contact);
            }
            Happened::Disconnected(contact) => self.contact_changed(contact),
            Happened::MessageReceived(contact, number) => {
                if let Some(message) = self.message_view(contact, number) {
                    self.tell(Event::MessageReceived { contact, message });
                }
            }
            Happened::Replaced => {
                let copy = views::copy(self.profile.copy_state());
                self.tell(Event::CopyChanged { copy });
            }
            Happened::MessageRemoved(contact, message) => {
                self.tell(Event::MessageRemoved { contact, message });
            }
            Happened::Introductions => self.tell(Event::IntroductionsChanged),
            Happened::Typing(contact, active) => self.tell(Event::Typing { contact, active }),
            Happened::ShortCode(contact) => {
                let emoji = self.profile.short_code(contact).map(views::short_code);
                self.tell(Event::ShortCode { contact, emoji });
            }
            Happened::MessageChanged(contact, number, _) => {
                if let Some(message) = self.message_view(contact, number) {
                    self.tell(Event::MessageChanged { contact, message });
                }
            }
        }
    }

    /// Tells how a contact is now, and those who have its name: they are shown with a warning or no more.
    pub(super) fn contact_changed(&self, contact: ContactId) {
        let Some(state) = self.profile.contact(contact) else {
            return;
        };
        let names = Names::of(&self.profile);
        let others = names.others(&state).into_iter();
        let others = others.filter_map(|other| self.profile.contact(other));
        let views = std::iter::once(state.clone()).chain(others);
        for state in views {
            self.tell(Event::ContactChanged {
                contact: Box::new(self.show_contact(state, &names)),
            });
        }
    }

    pub(super) fn contact_view(&self, contact: ContactId) -> Option<crate::language::ContactView> {
        let state = self.profile.contact(contact)?;
        Some(self.show_contact(state, &Names::of(&self.profile)))
    }

    /// A message as it is shown. One that is gone, or whose time is over, is not.
    pub(super) fn message_view(&self, contact: ContactId, number: u64) -> Option<MessageView> {
        let stored = self.stored(contact, number)?;
        let deadline = self.conversations.deadline(&stored, contact);
        if deadline.is_some_and(|at| at <= self.time.now().wall) {
            return None;
        }
        Some(views::message(&self.profile, contact, &stored, deadline))
    }

    /// What cannot be read is not shown.
    fn stored(&self, contact: ContactId, number: u64) -> Option<StoredMessage> {
        let found = self.conversations.message(contact, number, &self.store);
        let found = found.inspect_err(|error| tracing::error!(%error, "a message cannot be read"));
        found.ok().flatten()
    }

    /// The same with its earlier texts.
    pub(super) fn message_view_with_earlier(
        &self,
        contact: ContactId,
        number: u64,
    ) -> Option<MessageView> {
        let mut view = self.message_view(contact, number)?;
        let stored = self.stored(contact, number)?;
        view.earlier = views::earlier(&stored);
        Some(view)
    }

    /// All conversations as a list shows them.
    pub(super) fn conversation_views(&self) -> Vec<ConversationView> {
        let has_draft = |id| self.conversations.draft(id).is_some();
        let talking = self.profile.contacts();
        let talking = talking.filter(|c| c.next_message > 1 || has_draft(c.id));
        let views = talking.map(|state| {
            let id = state.id;
            let mut newest = (self.conversations.begin(id)..state.next_message).rev();
            ConversationView {
                contact: id,
                unread: self.conversations.unread(id),
                last: newest.find_map(|number| self.message_view(id, number)),
                draft: self.conversations.draft(id),
                pinned_messages: self.conversations.pinned(id),
                timer: state.timer,
                settings: self.conversations.settings(id),
            }
        });
        views.collect()
    }
}
