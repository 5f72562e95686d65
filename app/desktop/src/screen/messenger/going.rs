//! From one conversation to another: what is left keeps its draft, what is opened is asked for.

use iced::Task;
use undertone_engine::{Command, ContactId, Reply};

use super::notices::News;
use super::{Message, Pane, State, WIDE, conversation, panel, requests};
use crate::look::{Look, NARROW};

impl State {
    /// Opens a conversation.
    pub(super) fn show(&mut self, contact: ContactId) -> Task<Message> {
        let left = self.leave();
        self.waiting.seen(contact);
        let Some(model) = &self.model else {
            return left;
        };
        if !model.contacts.contains_key(&contact) {
            // Made a moment ago: it comes with the next snapshot.
            self.stale = true;
        }
        let (open, task) = conversation::State::open(contact, model, &self.running);
        self.pane = Pane::Conversation(Box::new(open));
        let beside = if self.panel.take().is_some() && self.width >= WIDE {
            self.show_panel(contact)
        } else {
            Task::none()
        };
        let task = task.map(move |message| Message::Conversation(contact, message));
        Task::batch([left, task, beside, self.ask()])
    }

    /// What is announced, where that is one thing.
    #[must_use]
    pub fn news(&self) -> Option<News> {
        self.waiting.news()
    }

    /// To what was announced; where that is in several conversations the list shows it.
    pub fn show_news(&mut self, news: Option<News>) -> Task<Message> {
        self.dialog = None;
        match news {
            Some(News::Of(contact)) if self.pane.contact() == Some(contact) => {
                self.waiting.seen(contact);
                if self.is_covered() {
                    return self.close_panel();
                }
                Task::none()
            }
            Some(News::Of(contact)) => self.show(contact),
            Some(News::Requests) => self.show_requests(),
            None => self.show_list(),
        }
    }

    /// Opens a conversation, or stays in it, and goes to one of its messages.
    pub(super) fn show_at(&mut self, contact: ContactId, number: u64) -> Task<Message> {
        let shown = if self.pane.contact() == Some(contact) {
            Task::none()
        } else {
            self.show(contact)
        };
        let Pane::Conversation(open) = &mut self.pane else {
            return shown;
        };
        let there = open.go_to(number, &self.running);
        let there = there.map(move |message| Message::Conversation(contact, message));
        Task::batch([shown, there])
    }

    pub(super) fn show_panel(&mut self, contact: ContactId) -> Task<Message> {
        let Some(model) = &self.model else {
            return Task::none();
        };
        let (panel, task) = panel::State::open(contact, model, &self.running);
        self.panel = Some(panel);
        task.map(move |message| Message::PanelOf(contact, message))
    }

    /// Whether the contact stands in place of its conversation.
    pub(super) fn is_covered(&self) -> bool {
        self.panel.is_some() && self.width < WIDE
    }

    /// Shows the conversation again without the contact.
    pub(super) fn close_panel(&mut self) -> Task<Message> {
        self.panel = None;
        if let Some(contact) = self.pane.contact().filter(|_| self.focused) {
            self.waiting.seen(contact);
        }
        self.seen()
    }

    /// What became of something that was asked for in a contact's panel, which is not there any more.
    pub(super) fn panel_was_left(
        &mut self,
        contact: ContactId,
        message: panel::Message,
        look: &Look,
    ) -> Task<Message> {
        match message {
            panel::Message::Done(Err(error)) | panel::Message::Agreed(Err(error)) => {
                return Task::batch([self.refused(&error, look), self.ask()]);
            }
            panel::Message::Agreed(Ok(Reply::Message(view))) => {
                if let Pane::Conversation(open) = &mut self.pane
                    && open.contact == contact
                {
                    open.said(view);
                }
            }
            panel::Message::Done(Ok(_)) => {}
            _ => return Task::none(),
        }
        self.ask()
    }

    pub(super) fn is_beside(&self, contact: ContactId) -> bool {
        let panel = self.panel.as_ref();
        panel.is_some_and(|panel| panel.contact == contact)
    }

    pub(super) fn show_requests(&mut self) -> Task<Message> {
        let left = self.leave();
        self.waiting.seen_requests();
        self.panel = None;
        self.pane = Pane::Requests(requests::State);
        left
    }

    /// Back to the list, where there is only room for one thing.
    pub(super) fn back(&mut self) -> Task<Message> {
        let left = self.leave();
        self.panel = None;
        self.pane = Pane::Start;
        left
    }

    /// To the list, where only one thing is shown.
    pub fn show_list(&mut self) -> Task<Message> {
        if self.width < NARROW {
            self.back()
        } else {
            Task::none()
        }
    }

    /// Keeps the draft of the conversation that is left.
    pub(super) fn leave(&mut self) -> Task<Message> {
        let commands = match &mut self.pane {
            Pane::Conversation(open) => open.leave(),
            _ => Vec::new(),
        };
        for command in &commands {
            if let (Command::SetDraft { contact, text }, Some(model)) = (command, &mut self.model)
                && let Some(view) = model.conversations.get_mut(contact)
            {
                // Who comes back at once finds it.
                view.draft = (!text.is_empty()).then(|| text.clone());
            }
        }
        Task::batch(commands.into_iter().map(|command| self.command(command)))
    }

    /// What has to be done before the profile is closed.
    #[must_use]
    pub fn last_commands(&mut self) -> Vec<Command> {
        match &mut self.pane {
            Pane::Conversation(open) => open.leave(),
            _ => Vec::new(),
        }
    }

    pub(super) fn step(&mut self, down: bool) -> Task<Message> {
        let Some(model) = &self.model else {
            return Task::none();
        };
        let listed = model.listed(false);
        let now = self
            .pane
            .contact()
            .and_then(|open| listed.iter().position(|contact| contact.id == open));
        let next = match (now, down) {
            (Some(at), true) => at + 1,
            (Some(at), false) => at.wrapping_sub(1),
            (None, true) => 0,
            (None, false) => listed.len().wrapping_sub(1),
        };
        match listed.get(next).map(|contact| contact.id) {
            Some(contact) => self.show(contact),
            None => Task::none(),
        }
    }
}
