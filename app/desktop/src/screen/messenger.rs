//! The main window: conversations at the side, one of them open, its contact beside it, dialogs above.
//! It holds the parts together and does nothing that one of them can do.

mod above;
pub mod bubble;
pub mod composer;
pub mod conversation;
mod frame;
mod going;
pub mod health;
mod hearing;
pub mod history;
pub mod model;
pub mod notices;
mod page;
pub mod panel;
mod pictures;
pub mod requests;
pub mod search;
pub mod sidebar;
pub mod start;
pub mod switcher;

use std::time::Duration;

use iced::widget::operation;
use iced::{Subscription, Task};
use undertone_engine::{Command, CommandError, ContactId, Reply};

use self::health::Health;
use self::model::Model;
use self::notices::Waiting;
use self::switcher::Other;
use crate::bridge::{Heard, Running, Snapshot};
use crate::choose::Wish;
use crate::icon::Icon;
use crate::look::Look;
use crate::refusal;
use crate::screen::dialog::profiles::{Purpose, Reopen};
use crate::screen::dialog::{self, Change, Dialog, Which};

/// How long a remark stays.
const REMARK: Duration = Duration::from_secs(4);
/// From this width on the contact is beside the conversation, else in its place.
const WIDE: f32 = 1_080.0;

/// The main window.
#[derive(Debug)]
pub struct State {
    running: Running,
    model: Option<Model>,
    sidebar: sidebar::State,
    pane: Pane,
    panel: Option<panel::State>,
    dialog: Option<Dialog>,
    remark: Option<(u64, Icon, String)>,
    remarks: u64,
    asking: bool,
    asking_pictures: bool,
    stale: bool,
    waiting: Waiting,
    health: Health,
    /// The window's width in pixels at the present text size.
    pub width: f32,
    /// The window is looked at.
    pub focused: bool,
    /// This is the profile that is shown, of those that are unlocked.
    pub shown: bool,
    /// The others.
    pub others: Vec<Other>,
}

/// What is in the middle.
#[derive(Debug)]
pub enum Pane {
    /// No conversation.
    Start,
    /// A conversation.
    Conversation(Box<conversation::State>),
    /// Requests.
    Requests(requests::State),
}

impl Pane {
    /// Whose conversation is open.
    #[must_use]
    pub fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Conversation(conversation) => Some(conversation.contact),
            Self::Start | Self::Requests(_) => None,
        }
    }
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// The engine spoke.
    Heard(Heard),
    /// What lists show.
    Snapshot(Result<Box<Snapshot>, CommandError>),
    /// How the profile is.
    Told(Result<Reply, CommandError>),
    /// In what is told of that.
    Health(health::Message),
    /// Pictures of people.
    Pictures(Vec<pictures::Came>),
    /// At the side.
    Sidebar(sidebar::Message),
    /// In the conversation.
    Conversation(ContactId, conversation::Message),
    /// In the requests.
    Requests(requests::Message),
    /// On the start page.
    Start(start::Message),
    /// In the panel.
    Panel(panel::Message),
    /// What the panel of somebody asked for.
    PanelOf(ContactId, panel::Message),
    /// In the dialog.
    Dialog(dialog::Message),
    /// Open a dialog.
    Open(Which),
    /// Leave what is uppermost: dialog, reply or edit, panel.
    Escape,
    /// From what is open back to the list.
    Back,
    /// To the next or previous conversation of the list.
    Step(bool),
    /// Something was done, or not.
    Done(Result<Reply, CommandError>),
    /// The conversation with myself, which was made if there was none.
    Notes(Result<Reply, CommandError>),
    /// A remark was there long enough.
    RemarkOver(u64),
}

/// What the window is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Look different.
    Change(Change),
    /// Choose a file, for the open dialog.
    Choose(Wish),
    /// Lock: the profile is to be closed.
    Lock,
    /// Destroy everything, after one question.
    Panic,
    /// Close the profile, do this, and go on.
    Reopen(Reopen),
    /// Something with another profile.
    Switch(switcher::Message),
}

impl State {
    /// Shows a running profile.
    #[must_use]
    pub fn new(running: Running) -> Self {
        Self {
            running,
            model: None,
            sidebar: sidebar::State::default(),
            pane: Pane::Start,
            panel: None,
            dialog: None,
            remark: None,
            remarks: 0,
            asking: false,
            asking_pictures: false,
            stale: false,
            waiting: Waiting::default(),
            health: Health::default(),
            width: WIDE,
            focused: true,
            shown: true,
            others: Vec::new(),
        }
    }

    /// What the engine says, for as long as it runs.
    pub fn subscription(&self) -> Subscription<Message> {
        self.running.events().map(Message::Heard)
    }

    /// The running profile.
    #[must_use]
    pub const fn running(&self) -> &Running {
        &self.running
    }

    /// What is known of the profile.
    #[must_use]
    pub const fn model(&self) -> Option<&Model> {
        self.model.as_ref()
    }

    /// The messages that the search at the side found.
    #[must_use]
    pub fn found(&self) -> &[search::Hit] {
        self.sidebar.found()
    }

    /// The open dialog.
    #[must_use]
    pub const fn dialog(&self) -> Option<&Dialog> {
        self.dialog.as_ref()
    }

    /// What is in the middle.
    #[must_use]
    pub const fn pane(&self) -> &Pane {
        &self.pane
    }

    /// Whether something is being read that is not shown yet.
    #[must_use]
    pub fn is_loading(&self) -> bool {
        match &self.pane {
            Pane::Conversation(open) => open.history().loading && open.history().first().is_none(),
            _ => self.model.is_none(),
        }
    }

    /// Messages that were not read, of conversations that are not muted.
    #[must_use]
    pub fn unread(&self, now: u64) -> u32 {
        self.model.as_ref().map_or(0, |model| {
            model
                .conversations
                .values()
                .filter(|view| !model.is_muted(view.contact, now))
                .map(|view| view.unread)
                .fold(0, u32::saturating_add)
        })
    }

    /// What the profile calls itself; nothing before that is known.
    #[must_use]
    pub fn nickname(&self) -> &str {
        let model = self.model.as_ref();
        model.map_or("", |model| &model.profile.nickname)
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message, look: &Look) -> Action {
        match message {
            Message::Heard(heard) => Action::Run(self.hear(heard, look)),
            Message::Snapshot(result) => Action::Run(self.take(result, look)),
            Message::Pictures(came) => Action::Run(self.take_pictures(came, look)),
            Message::Told(reply) => {
                if let Ok(Reply::Health(view)) = reply {
                    self.health.take(&view);
                }
                Action::None
            }
            Message::Health(health::Message::Later) => {
                self.health.put_off();
                Action::None
            }
            Message::Health(health::Message::Export) => {
                Action::Run(self.open(Which::Profiles(Purpose::Export)))
            }
            Message::Sidebar(message) => {
                match self.sidebar.update(message, &self.running, look.clock.now) {
                    sidebar::Action::None => Action::None,
                    sidebar::Action::Run(task) => Action::Run(task.map(Message::Sidebar)),
                    sidebar::Action::Open(contact) => Action::Run(self.show(contact)),
                    sidebar::Action::OpenAt(contact, number) => {
                        Action::Run(self.show_at(contact, number))
                    }
                    sidebar::Action::Requests => Action::Run(self.show_requests()),
                    sidebar::Action::Dialog(which) => Action::Run(self.open(which)),
                    sidebar::Action::Lock => Action::Lock,
                    sidebar::Action::Switch(message) => Action::Switch(message),
                }
            }
            Message::Conversation(contact, message) => self.converse(contact, message, look),
            Message::Requests(message) => self.requests(message, look),
            Message::Start(start::Message::Dialog(which)) | Message::Open(which) => {
                Action::Run(self.open(which))
            }
            Message::Start(start::Message::Retry) => {
                Action::Run(self.command(Command::Retry { contact: None }))
            }
            Message::Panel(message) => self.panel(message, look),
            Message::PanelOf(contact, message) if self.is_beside(contact) => {
                self.panel(message, look)
            }
            Message::PanelOf(contact, message) => {
                Action::Run(self.panel_was_left(contact, message, look))
            }
            Message::Dialog(message) => self.in_dialog(message, look),
            Message::Escape => Action::Run(self.escape()),
            Message::Back => Action::Run(self.back()),
            Message::Step(down) => Action::Run(self.step(down)),
            Message::Done(Ok(_)) => Action::Run(self.ask()),
            Message::Notes(Ok(Reply::Contact(notes))) => Action::Run(self.show(notes.id)),
            Message::Notes(Ok(_)) => Action::None,
            Message::Done(Err(error)) | Message::Notes(Err(error)) => {
                Action::Run(self.refused(&error, look))
            }
            Message::RemarkOver(number) => {
                if self.remark.as_ref().is_some_and(|(of, _, _)| *of == number) {
                    self.remark = None;
                }
                Action::None
            }
        }
    }

    fn command(&self, command: Command) -> Task<Message> {
        self.running.task(command, Message::Done)
    }

    fn converse(
        &mut self,
        contact: ContactId,
        message: conversation::Message,
        look: &Look,
    ) -> Action {
        let (Pane::Conversation(open), Some(model)) = (&mut self.pane, &self.model) else {
            return Action::None;
        };
        // Answers for a conversation that was left.
        if open.contact != contact {
            return Action::None;
        }
        let action = open.update(message, model, &self.running, look.clock.now);
        self.conversation_action(contact, action, look)
    }

    fn conversation_action(
        &mut self,
        contact: ContactId,
        action: conversation::Action,
        look: &Look,
    ) -> Action {
        Action::Run(match action {
            conversation::Action::None => self.seen(),
            conversation::Action::Run(task) => Task::batch([
                task.map(move |message| Message::Conversation(contact, message)),
                self.seen(),
            ]),
            conversation::Action::Refused(error) => self.refused(&error, look),
            conversation::Action::Copy(text) => self.copy(text, look),
            conversation::Action::Dialog(which) => self.open(which),
            conversation::Action::Panel if self.panel.is_some() => self.close_panel(),
            conversation::Action::Panel => self.show_panel(contact),
            conversation::Action::Back => self.back(),
        })
    }

    fn requests(&mut self, message: requests::Message, look: &Look) -> Action {
        let Pane::Requests(state) = &self.pane else {
            return Action::None;
        };
        Action::Run(match state.update(message, &self.running) {
            requests::Action::None => Task::none(),
            requests::Action::Run(task) => task.map(Message::Requests),
            requests::Action::Open(contact) => self.show(contact),
            requests::Action::Dialog(which) => self.open(which),
            requests::Action::Renew => self.ask(),
            requests::Action::Refused(error) => self.refused(&error, look),
        })
    }

    fn panel(&mut self, message: panel::Message, look: &Look) -> Action {
        let Some(panel) = &mut self.panel else {
            return Action::None;
        };
        let contact = panel.contact;
        if let (panel::Message::Settings(settings), Some(model)) = (&message, &mut self.model)
            && let Some(view) = model.conversations.get_mut(&contact)
        {
            // The next change starts from this one, whatever was heard by then.
            view.settings.clone_from(settings);
        }
        Action::Run(match panel.update(message, &self.running) {
            panel::Action::None => Task::none(),
            panel::Action::Run(task) => task.map(move |message| Message::PanelOf(contact, message)),
            panel::Action::Close => self.close_panel(),
            panel::Action::Dialog(which) => self.open(which),
            panel::Action::Said(view) => {
                if let Pane::Conversation(open) = &mut self.pane
                    && open.contact == contact
                {
                    open.said(view);
                }
                self.ask()
            }
            panel::Action::Renew => self.ask(),
            panel::Action::Refused(error) => Task::batch([self.refused(&error, look), self.ask()]),
        })
    }

    fn escape(&mut self) -> Task<Message> {
        if self.dialog.take().is_some() {
            return Task::none();
        }
        if let Pane::Conversation(open) = &mut self.pane
            && open.leave_mode()
        {
            return operation::focus(composer::FIELD);
        }
        self.close_panel()
    }

    fn refused(&mut self, error: &CommandError, look: &Look) -> Task<Message> {
        self.remark(Icon::CircleAlert, refusal::words(error, look))
    }

    fn copy(&mut self, text: String, look: &Look) -> Task<Message> {
        let remark = self.remark(Icon::CircleCheck, look.say("copied"));
        Task::batch([iced::clipboard::write(text), remark])
    }

    /// Says that something was done.
    pub fn say(&mut self, words: String) -> Task<Message> {
        self.remark(Icon::CircleCheck, words)
    }

    /// Shows a remark for a while.
    fn remark(&mut self, icon: Icon, words: String) -> Task<Message> {
        self.remarks += 1;
        let number = self.remarks;
        self.remark = Some((number, icon, words));
        Task::future(async move {
            tokio::time::sleep(REMARK).await;
            Message::RemarkOver(number)
        })
    }
}
