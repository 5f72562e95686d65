//! Writing in an open conversation: sending, editing, drafts, and saying that one writes.

use iced::{Task, widget::operation};
use undertone_engine::{Command, CommandError, MessageView, Reply};

use super::super::composer::{self, Mode};
use super::{Action, Message, PAUSE, State};
use crate::bridge::Running;
use crate::screen::dialog::{Target, Which};

impl State {
    pub(super) fn compose(&mut self, message: composer::Message, running: &Running) -> Action {
        match message {
            composer::Message::Edited(action) => {
                if !self.composer.edit(action) {
                    return Action::None;
                }
                self.edited(running)
            }
            composer::Message::Send if self.composer.can_send() => {
                let text = self.composer.text();
                let mode = std::mem::take(&mut self.composer.mode);
                let next = match mode {
                    Mode::Edit { .. } => std::mem::take(&mut self.draft),
                    _ => String::new(),
                };
                self.composer.set(&next);
                let command = self.command(&text, &mode);
                Action::Run(running.task(command, move |result| Message::Sent(result, text, mode)))
            }
            composer::Message::Send => Action::None,
            composer::Message::Cancel => {
                self.leave_mode();
                Action::Run(operation::focus(composer::FIELD))
            }
            composer::Message::Emoji => Action::Dialog(Which::Emoji(Target::Composer)),
        }
    }

    /// Leaves reply or edit. Returns whether there was any, so that Escape is used up.
    pub fn leave_mode(&mut self) -> bool {
        let mode = std::mem::take(&mut self.composer.mode);
        if let Mode::Edit { .. } = mode {
            let draft = std::mem::take(&mut self.draft);
            self.composer.set(&draft);
        }
        let chosen = self.chosen.take();
        let finding = self.finding.take();
        let marked = self.marked.take();
        mode != Mode::New || chosen.is_some() || finding.is_some() || marked.is_some()
    }

    fn command(&self, text: &str, mode: &Mode) -> Command {
        let contact = self.contact;
        let text = text.to_owned();
        match mode {
            Mode::New => Command::Send {
                contact,
                text,
                reply_to: None,
            },
            Mode::Reply { to, .. } => Command::Send {
                contact,
                text,
                reply_to: Some(*to),
            },
            Mode::Edit { number } => Command::Edit {
                contact,
                message: *number,
                text,
            },
        }
    }

    pub(super) fn sent(
        &mut self,
        result: Result<Reply, CommandError>,
        text: String,
        mode: Mode,
        running: &Running,
    ) -> Action {
        match result {
            Ok(Reply::Message(view)) => {
                self.said(view);
                self.edits += 1;
                let kept = self.pause(running);
                Action::Run(Task::batch([kept, self.jump(running)]))
            }
            Ok(_) => Action::None,
            Err(error) => {
                // What was written meanwhile is not thrown away.
                if self.composer.text().trim().is_empty() {
                    self.composer.set(&text);
                    self.composer.mode = mode;
                }
                Action::Refused(error)
            }
        }
    }

    /// Shows a line of mine that came about otherwise.
    pub fn said(&mut self, view: MessageView) {
        self.history.push(view, true);
        self.history.drop_oldest();
    }

    /// The text changed: after a pause it is kept.
    fn edited(&mut self, running: &Running) -> Action {
        self.edits += 1;
        let edits = self.edits;
        let later = Task::future(async move {
            tokio::time::sleep(PAUSE).await;
            Message::Paused(edits)
        });
        if self.typing {
            return Action::Run(later);
        }
        self.typing = true;
        let command = Command::SetTyping {
            contact: self.contact,
            active: true,
        };
        // Whether they are told is a setting; that they are not connected is no news.
        let told = running.task(command, |_| Message::Paused(0));
        Action::Run(Task::batch([later, told]))
    }

    /// Keeps the draft and ends typing.
    pub(super) fn pause(&mut self, running: &Running) -> Task<Message> {
        let mut commands = self.leave();
        if std::mem::take(&mut self.typing) {
            commands.push(Command::SetTyping {
                contact: self.contact,
                active: false,
            });
        }
        Task::batch(
            commands
                .into_iter()
                .map(|command| running.task(command, |_| Message::Paused(0))),
        )
    }

    /// What is to be done before the conversation is left.
    #[must_use]
    pub fn leave(&mut self) -> Vec<Command> {
        let text = match self.composer.mode {
            // What was typed before the edit may not have been kept yet.
            Mode::Edit { .. } => {
                return vec![Command::SetDraft {
                    contact: self.contact,
                    text: self.draft.clone(),
                }];
            }
            _ => self.composer.text(),
        };
        let text = if text.trim().is_empty() {
            String::new()
        } else {
            text
        };
        if text == self.draft || text.len() > composer::LIMIT {
            return Vec::new();
        }
        self.draft.clone_from(&text);
        vec![Command::SetDraft {
            contact: self.contact,
            text,
        }]
    }

    /// Takes an emoji that was chosen.
    pub fn insert(&mut self, emoji: &str, running: &Running) -> Action {
        self.composer.insert(emoji);
        match self.edited(running) {
            Action::Run(task) => {
                Action::Run(Task::batch([task, operation::focus(composer::FIELD)]))
            }
            other => other,
        }
    }
}
