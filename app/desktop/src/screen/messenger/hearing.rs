//! What the engine says: lists are asked for anew, the open conversation and the open dialog hear of it, and
//! what is not looked at is counted for a notification.

use iced::Task;
use undertone_engine::{Command, CommandError, Event};

use super::model::Model;
use super::{Message, Pane, State, conversation};
use crate::bridge::{Heard, Snapshot};
use crate::icon::Icon;
use crate::look::Look;

impl State {
    /// Asks for what lists show; once at a time.
    pub(super) fn ask(&mut self) -> Task<Message> {
        if std::mem::replace(&mut self.asking, true) {
            self.stale = true;
            return Task::none();
        }
        Task::perform(self.running.clone().snapshot(), Message::Snapshot)
    }

    fn ask_health(&self) -> Task<Message> {
        self.running.task(Command::Health, Message::Told)
    }

    pub(super) fn take(
        &mut self,
        result: Result<Box<Snapshot>, CommandError>,
        look: &Look,
    ) -> Task<Message> {
        self.asking = false;
        if let Ok(snapshot) = result {
            match &mut self.model {
                Some(model) => {
                    let before = model.offers().count();
                    model.renew(*snapshot);
                    let more = model.offers().count().saturating_sub(before);
                    if !matches!(self.pane, Pane::Requests(_)) || !self.focused {
                        self.waiting.offered(more);
                    }
                }
                None => self.model = Some(Model::new(*snapshot)),
            }
        }
        let mut tasks = vec![self.seen(), self.ask_pictures(look)];
        if std::mem::take(&mut self.stale) {
            tasks.push(self.ask());
        }
        Task::batch(tasks)
    }

    pub(super) fn hear(&mut self, heard: Heard, look: &Look) -> Task<Message> {
        let events = match heard {
            Heard::Listening => return Task::batch([self.ask(), self.ask_health()]),
            Heard::Events(events) => events,
        };
        let mut stale = false;
        let mut tasks = Vec::new();
        let looked_at = self.focused && !self.is_covered();
        for event in &events {
            self.health.hear(event);
            if matches!(event, Event::Missed { .. }) {
                tasks.push(self.ask_health());
            }
            if let Some(model) = &mut self.model {
                stale |= model.apply(event, self.asking);
                let seen = self.pane.contact().filter(|_| looked_at);
                self.waiting.hear(event, seen, model, look.clock.now);
            } else {
                // What is on its way may be older.
                stale = true;
            }
            self.sidebar.hear(event);
            if let Some(dialog) = &mut self.dialog {
                tasks.push(dialog.hear(event, &self.running).map(Message::Dialog));
            }
            if let Pane::Conversation(open) = &mut self.pane {
                let contact = open.contact;
                tasks.push(
                    open.hear(event)
                        .map(move |message| Message::Conversation(contact, message)),
                );
                if matches!(event, Event::Missed { .. }) {
                    tasks.push(
                        open.renew(&self.running)
                            .map(move |message| Message::Conversation(contact, message)),
                    );
                }
            }
            if let Event::Stopped { .. } = event {
                tasks.push(self.remark(Icon::CircleAlert, look.say("stopped")));
            }
        }
        if stale {
            tasks.push(self.ask());
        }
        tasks.push(self.seen());
        Task::batch(tasks)
    }

    /// The window is looked at from now on, or not.
    pub fn look_at(&mut self, focused: bool) -> Task<Message> {
        self.focused = focused;
        if focused {
            self.waiting.clear();
        }
        self.seen()
    }

    /// What is to be announced now.
    #[must_use]
    pub fn announcement(&self, look: &Look) -> Option<String> {
        self.waiting.words(self.model.as_ref()?, look)
    }

    /// How many messages are to be announced.
    #[must_use]
    pub fn announced_messages(&self) -> u32 {
        self.waiting.count()
    }

    /// Says that the open conversation was read, as far as it is looked at.
    pub fn seen(&self) -> Task<Message> {
        let Pane::Conversation(open) = &self.pane else {
            return Task::none();
        };
        let unread = self.model.as_ref().is_some_and(|model| {
            let view = model.conversations.get(&open.contact);
            view.is_none_or(|view| view.unread > 0)
        });
        if !self.focused || !unread || self.is_covered() {
            return Task::none();
        }
        let contact = open.contact;
        match open.seen(&self.running) {
            conversation::Action::Run(task) => {
                task.map(move |message| Message::Conversation(contact, message))
            }
            _ => Task::none(),
        }
    }
}
