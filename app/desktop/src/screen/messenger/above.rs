//! Dialogs above the main window: opening them, and doing what they ask for.

use iced::Task;
use undertone_engine::Command;

use super::{Action, Message, Pane, State, conversation};
use crate::look::Look;
use crate::screen::dialog::{self, Dialog, Target, Which, settings};

impl State {
    pub(super) fn open(&mut self, which: Which) -> Task<Message> {
        let Some(model) = &self.model else {
            return Task::none();
        };
        let (dialog, task) = Dialog::open(which, model, &self.running);
        self.dialog = Some(dialog);
        task.map(Message::Dialog)
    }

    pub(super) fn in_dialog(&mut self, message: dialog::Message, look: &Look) -> Action {
        let (Some(dialog), Some(model)) = (&mut self.dialog, &mut self.model) else {
            return Action::None;
        };
        if let dialog::Message::Settings(settings::Message::Defaults(defaults)) = &message {
            // The next change starts from this one, whatever was heard by then.
            model.profile.defaults.clone_from(defaults);
        }
        let action = dialog.update(message, model, &self.running, look);
        if !matches!(
            action,
            dialog::Action::None
                | dialog::Action::Run(_)
                | dialog::Action::Renew
                | dialog::Action::Choose(_)
                | dialog::Action::Refused(_)
        ) && !matches!(
            (&action, &self.dialog),
            (dialog::Action::Change(_), Some(Dialog::Settings(_)))
                | (dialog::Action::Copy(_), Some(Dialog::Invite(_)))
        ) {
            self.dialog = None;
        }
        Action::Run(match action {
            dialog::Action::None | dialog::Action::Close => Task::none(),
            dialog::Action::Run(task) => task.map(Message::Dialog),
            dialog::Action::Renew => self.ask(),
            dialog::Action::Notes => self.running.task(Command::Notes, Message::Notes),
            dialog::Action::Do(command) => self.do_and_renew(command),
            dialog::Action::Open(contact) => self.show(contact),
            dialog::Action::Which(which) => self.open(which),
            dialog::Action::Requests => self.show_requests(),
            dialog::Action::Invitation(text) => {
                let opened = self.open(Which::Add);
                if let Some(Dialog::Add(add)) = &mut self.dialog {
                    add.fill(text);
                }
                opened
            }
            dialog::Action::Copy(text) => self.copy(text, look),
            dialog::Action::Emoji(target, emoji) => return self.emoji(target, &emoji, look),
            dialog::Action::Change(change) => return Action::Change(change),
            dialog::Action::Refused(error) => Task::batch([self.refused(&error, look), self.ask()]),
            dialog::Action::Choose(wish) => return Action::Choose(wish),
            dialog::Action::Lock => return Action::Lock,
            dialog::Action::Reopen(work) => return Action::Reopen(work),
            dialog::Action::Panic => return Action::Panic,
        })
    }

    /// Runs the command of a dialog, and leaves a conversation that it ends.
    fn do_and_renew(&mut self, command: Command) -> Task<Message> {
        let done = self.command(command.clone());
        match (&command, &mut self.pane) {
            (Command::Clear { contact }, Pane::Conversation(open)) if open.contact == *contact => {
                let renew = conversation::Message::Renew;
                done.chain(Task::done(Message::Conversation(*contact, renew)))
            }
            (Command::Block { contact }, pane) if pane.contact() == Some(*contact) => {
                self.pane = Pane::Start;
                self.panel = None;
                done
            }
            _ => done,
        }
    }

    fn emoji(&mut self, target: Target, emoji: &str, look: &Look) -> Action {
        let Pane::Conversation(open) = &mut self.pane else {
            return Action::None;
        };
        let contact = open.contact;
        match target {
            Target::Composer => {
                let action = open.insert(emoji, &self.running);
                self.conversation_action(contact, action, look)
            }
            Target::Message(contact, message) => Action::Run(self.command(Command::React {
                contact,
                message,
                emoji: emoji.to_owned(),
            })),
        }
    }
}
