//! What leaves after a commit.

use undertone_protocol::{ContactId, Effect, Event as Happened};

use crate::language::{Event, MessageView};
use crate::records::name;
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
            Effect::DoorsChanged => self.doors.reconcile(self.profile.doors()),
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
                self.contact_changed(contact);
            }
            Happened::ContactChanged(contact) | Happened::Disconnected(contact) => {
                self.contact_changed(contact);
            }
            Happened::MessageReceived(contact, number) => {
                if let Some(message) = self.message_view(contact, number) {
                    self.tell(Event::MessageReceived { contact, message });
                }
            }
            Happened::MessageChanged(contact, number, _) => {
                if let Some(message) = self.message_view(contact, number) {
                    self.tell(Event::MessageChanged { contact, message });
                }
            }
        }
    }

    pub(super) fn contact_changed(&self, contact: ContactId) {
        if let Some(view) = self.contact_view(contact) {
            self.tell(Event::ContactChanged {
                contact: Box::new(view),
            });
        }
    }

    pub(super) fn contact_view(&self, contact: ContactId) -> Option<crate::language::ContactView> {
        let state = self.profile.contact(contact)?;
        Some(views::contact(state, &self.connections, self.time.now()))
    }

    /// Reads one message back. A record that is gone (its key was destroyed) shows nothing.
    pub(super) fn message_view(&self, contact: ContactId, number: u64) -> Option<MessageView> {
        let (kind, id) = name(undertone_protocol::RecordKey::Message(contact, number));
        let record = self.store.get(kind, &id).ok().flatten()?;
        let stored = undertone_protocol::StoredMessage::decode(&record)?;
        Some(views::message(&self.profile, contact, &stored))
    }
}
