//! One open conversation: what it does with what happens. How it looks is in
//! [`page`](super::page), messages in memory in [`history`](super::history).

pub mod finding;
mod writing;

use std::time::Duration;

use iced::widget::scrollable::{AbsoluteOffset, Viewport};
use iced::widget::{operation, selector};
use iced::{Rectangle, Task, advanced::widget::Id};
use undertone_engine::{Command, CommandError, ContactId, Event, MessageView, Reply};

use self::finding::Finding;
use super::composer::{self, Composer, Mode};
use super::history::{History, PAGE, Row};
use super::{bubble, model::Model, search};
use crate::bridge::Running;
use crate::screen::dialog::{Which, confirm::Deletion};

/// The list of messages.
pub const LIST: &str = "history";

/// How long nothing is typed before the draft is kept and typing is over.
const PAUSE: Duration = Duration::from_millis(900);
/// So near to its end a conversation is at its end.
const NEAR: f32 = 40.0;

/// An open conversation.
#[derive(Debug)]
pub struct State {
    /// With whom.
    pub contact: ContactId,
    pub(super) history: History,
    /// What is being written.
    pub composer: Composer,
    pub(super) chosen: Option<u64>,
    /// The message that was gone to.
    pub(super) marked: Option<u64>,
    pub(super) finding: Option<Finding>,
    /// How far above its end the view is.
    pub(super) above: f32,
    draft: String,
    edits: u64,
    typing: bool,
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// In the field.
    Composer(composer::Message),
    /// The newest page.
    Newest(Result<Reply, CommandError>),
    /// Ask for the newest page anew.
    Renew,
    /// An older page.
    Older(Result<Reply, CommandError>),
    /// A newer page.
    Newer(Result<Reply, CommandError>),
    /// The beginning of what is in memory is near.
    ShowOlder,
    /// Its end is near.
    ShowNewer,
    /// To the newest message.
    Jump,
    /// Begin or end a search here.
    Find,
    /// In the search.
    Search(search::Message),
    /// To the next older hit, or to the next newer one.
    Step(bool),
    /// Go to a message.
    GoTo(u64),
    /// The page around a message.
    Around(u64, Result<Reply, CommandError>),
    /// How far above the end the message is that was gone to.
    Placed(Option<f32>),
    /// The view moved.
    Scrolled(Viewport),
    /// How high the rows after this one are, which go away.
    Drop(u64, f32),
    /// How high the rows are that came below the view.
    Shift(f32),
    /// Shows what can be done with a message, or hides it.
    Choose(u64),
    /// More of a long message.
    Grow(u64),
    /// Puts an emoji at a message, or takes it back.
    React(u64, String),
    /// Reply to it.
    Reply(u64),
    /// Copy its words.
    Copy(u64),
    /// Send it on.
    Forward(u64),
    /// Write it anew.
    Edit(u64),
    /// Keep it at hand, or not.
    Pin(u64, bool),
    /// Delete it.
    Delete(u64),
    /// A link was pressed.
    Link(String),
    /// Nothing was typed for a while.
    Paused(u64),
    /// Sent, or not; the text and what it was.
    Sent(Result<Reply, CommandError>, String, Mode),
    /// Something was done, or not.
    Done(Result<Reply, CommandError>),
    /// Show or hide the contact.
    Panel,
    /// Back to the list.
    Back,
    /// Show a dialog.
    Dialog(Which),
}

/// What the messenger is to do.
#[derive(Debug)]
pub enum Action {
    /// Nothing.
    None,
    /// Work.
    Run(Task<Message>),
    /// Say why something was not done.
    Refused(CommandError),
    /// Copy words.
    Copy(String),
    /// Show a dialog.
    Dialog(Which),
    /// Show or hide the contact.
    Panel,
    /// Back to the list.
    Back,
}

impl State {
    /// Opens a conversation.
    pub fn open(contact: ContactId, model: &Model, running: &Running) -> (Self, Task<Message>) {
        let draft = model
            .conversations
            .get(&contact)
            .and_then(|view| view.draft.clone())
            .unwrap_or_default();
        let mut composer = Composer::default();
        composer.set(&draft);
        let mut state = Self {
            contact,
            history: History::default(),
            composer,
            chosen: None,
            marked: None,
            finding: None,
            above: 0.0,
            draft,
            edits: 0,
            typing: false,
        };
        let task = state.ask(running, (None, None), Message::Newest);
        (state, task.chain(operation::focus(composer::FIELD)))
    }

    fn ask(
        &mut self,
        running: &Running,
        (before, after): (Option<u64>, Option<u64>),
        done: fn(Result<Reply, CommandError>) -> Message,
    ) -> Task<Message> {
        self.history.expect_page();
        let command = Command::History {
            contact: self.contact,
            before,
            after,
            limit: PAGE,
        };
        running.task(command, done)
    }

    /// Takes in what happened.
    pub fn update(
        &mut self,
        message: Message,
        model: &Model,
        running: &Running,
        now: u64,
    ) -> Action {
        match message {
            Message::Find => self.find(),
            Message::Search(message) => self.search(message, running, now),
            Message::Step(older) => self.step(older, running, now),
            Message::GoTo(number) => Action::Run(self.go_to(number, running)),
            Message::Around(number, reply) => self.around(number, reply, model),
            Message::Placed(above) => above.map_or(Action::None, |above| {
                self.above = above;
                let to = AbsoluteOffset { x: 0.0, y: above };
                Action::Run(operation::scroll_to(LIST, to))
            }),
            Message::Composer(message) => self.compose(message, running),
            // The one that was gone to is there already.
            Message::Newest(Ok(_)) if self.marked.is_some() && self.history.last().is_some() => {
                self.history.leave_page();
                self.history.settle();
                Action::None
            }
            Message::Newest(result) => self.page(result, |history, page| {
                history.take_newest(page);
                // The view may have stood elsewhere, also in the conversation before.
                to_end()
            }),
            Message::Older(result) => self.page(result, |history, page| {
                history.take_older(page).map_or_else(Task::none, |last| {
                    history.loading = true;
                    let end = history.last().unwrap_or(last);
                    height(last, end, move |height| Message::Drop(last, height))
                })
            }),
            Message::Newer(result) => self.newer(result, model),
            Message::ShowOlder if !self.history.loading && !self.history.begins => {
                let first = self.history.first();
                Action::Run(self.ask(running, (first, None), Message::Older))
            }
            Message::ShowNewer if !self.history.loading && !self.history.ends => {
                let last = self.history.last();
                Action::Run(self.ask(running, (None, last), Message::Newer))
            }
            Message::ShowOlder | Message::ShowNewer => Action::None,
            Message::Jump => Action::Run(self.jump(running)),
            Message::Scrolled(viewport) => {
                self.above = viewport.absolute_offset().y;
                Action::None
            }
            // Something else was taken in their place meanwhile.
            Message::Drop(last, _) if self.history.row(last).is_none() => {
                self.history.settle();
                Action::None
            }
            Message::Drop(last, height) => {
                self.history.drop_after(last);
                self.history.settle();
                Action::Run(shift(-height))
            }
            Message::Shift(height) => {
                self.history.settle();
                Action::Run(shift(height))
            }
            Message::Paused(edits) if edits == self.edits => Action::Run(self.pause(running)),
            Message::Paused(_) => Action::None,
            Message::Sent(result, text, mode) => self.sent(result, text, mode, running),
            Message::Done(Ok(Reply::Message(view))) => {
                self.history.change(view);
                Action::None
            }
            Message::Done(Ok(_)) => Action::None,
            Message::Done(Err(error)) => Action::Refused(error),
            Message::Renew => Action::Run(self.renew(running)),
            Message::Panel => Action::Panel,
            Message::Back => Action::Back,
            Message::Dialog(which) => Action::Dialog(which),
            Message::Link(address) => Action::Dialog(Which::Link(address)),
            other => self.on_message(other, running),
        }
    }

    fn newer(&mut self, result: Result<Reply, CommandError>, model: &Model) -> Action {
        let newest = self.newest(model);
        self.page(result, |history, page| {
            let before = history.take_newer(page, newest);
            history.drop_oldest();
            match (before, history.last()) {
                (Some(before), Some(last)) if last > before => {
                    history.loading = true;
                    height(before, last, Message::Shift)
                }
                // Nothing between: what there was is gone.
                _ => Task::none(),
            }
        })
    }

    fn page(
        &mut self,
        result: Result<Reply, CommandError>,
        take: impl FnOnce(&mut History, Vec<MessageView>) -> Task<Message>,
    ) -> Action {
        match result {
            Ok(Reply::Messages { messages }) => {
                self.history.settle();
                Action::Run(take(&mut self.history, messages))
            }
            other => {
                self.history.leave_page();
                other.map_or_else(Action::Refused, |_| Action::None)
            }
        }
    }

    /// What is done with one message.
    fn on_message(&mut self, message: Message, running: &Running) -> Action {
        let contact = self.contact;
        let text = |state: &Self, number| {
            let row = state.history.row(number)?;
            row.view.text.clone()
        };
        let was = self.chosen.take();
        match message {
            Message::Choose(number) => {
                self.chosen = (was != Some(number)).then_some(number);
                Action::None
            }
            Message::Grow(number) => {
                self.chosen = was;
                if let Some(row) = self.history.row_mut(number) {
                    row.grow();
                }
                Action::None
            }
            Message::React(message, emoji) => {
                let command = Command::React {
                    contact,
                    message,
                    emoji,
                };
                Action::Run(running.task(command, Message::Done))
            }
            Message::Pin(message, pinned) => {
                let command = Command::Pin {
                    contact,
                    message,
                    pinned,
                };
                Action::Run(running.task(command, Message::Done))
            }
            Message::Reply(number) => {
                if let Some(row) = self.history.row(number) {
                    self.composer.mode = Mode::Reply {
                        to: row.view.id,
                        words: row.beginning().unwrap_or_default(),
                        mine: row.is_mine(),
                    };
                }
                Action::Run(operation::focus(composer::FIELD))
            }
            Message::Edit(number) => {
                if let Some(text) = text(self, number) {
                    self.draft = self.composer.text();
                    self.composer.set(&text);
                    self.composer.mode = Mode::Edit { number };
                }
                Action::Run(operation::focus(composer::FIELD))
            }
            Message::Copy(number) => text(self, number).map_or(Action::None, Action::Copy),
            Message::Forward(number) => Action::Dialog(Which::Forward(contact, number)),
            Message::Delete(number) => {
                let row = self.history.row(number);
                let words = row.and_then(Row::beginning);
                Action::Dialog(Which::Delete(Deletion {
                    contact,
                    message: number,
                    for_both: words.is_some() && row.is_some_and(Row::is_mine),
                    words,
                }))
            }
            _ => Action::None,
        }
    }

    /// To the newest message.
    fn jump(&mut self, running: &Running) -> Task<Message> {
        self.marked = None;
        self.above = 0.0;
        if self.history.ends {
            return to_end();
        }
        self.ask(running, (None, None), Message::Newest)
    }

    /// The messages in memory.
    #[must_use]
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// The message that was gone to.
    #[must_use]
    pub const fn marked(&self) -> Option<u64> {
        self.marked
    }

    /// What is being written.
    #[must_use]
    pub const fn composer(&self) -> &Composer {
        &self.composer
    }

    fn newest(&self, model: &Model) -> Option<u64> {
        let view = model.conversations.get(&self.contact)?;
        view.last.as_ref().map(|last| last.number)
    }

    /// Whether the newest message is looked at.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.history.ends && self.above < NEAR
    }

    /// Says that what is looked at was read.
    pub fn seen(&self, running: &Running) -> Action {
        let unread = self
            .history
            .rows()
            .next_back()
            .filter(|row| self.is_at_end() && row.view.number > 0);
        let Some(row) = unread else {
            return Action::None;
        };
        let command = Command::MarkRead {
            contact: self.contact,
            up_to: row.view.number,
        };
        Action::Run(running.task(command, |_| Message::Paused(0)))
    }

    /// Takes in what the engine says about this conversation.
    pub fn hear(&mut self, event: &Event) -> Task<Message> {
        if let Some(finding) = &mut self.finding {
            finding.hear(event);
        }
        match event {
            Event::MessageReceived { contact, message } if *contact == self.contact => {
                let before = self.history.last();
                let at_end = self.above < NEAR;
                let shown = self.history.push(message.clone(), at_end);
                match (shown, before, self.history.last()) {
                    // Who reads further up is not pushed away.
                    (true, Some(before), Some(last)) if last > before && !at_end => {
                        height(before, last, Message::Shift)
                    }
                    _ => {
                        self.history.drop_oldest();
                        Task::none()
                    }
                }
            }
            Event::MessageChanged { contact, message } if *contact == self.contact => {
                self.history.change(message.clone());
                Task::none()
            }
            Event::MessageRemoved { contact, message } if *contact == self.contact => {
                self.history.remove(*message);
                Task::none()
            }
            _ => Task::none(),
        }
    }

    /// Asks for the newest page anew: events were missed, or the conversation was cleared.
    pub fn renew(&mut self, running: &Running) -> Task<Message> {
        self.marked = None;
        self.above = 0.0;
        self.ask(running, (None, None), Message::Newest)
    }
}

/// Scrolls to the end.
fn to_end() -> Task<Message> {
    let offset = operation::RelativeOffset {
        x: None,
        y: Some(0.0),
    };
    operation::snap_to(LIST, offset)
}

/// Measures how high the rows after one are, up to another.
fn height(after: u64, last: u64, done: impl Fn(f32) -> Message + Send + 'static) -> Task<Message> {
    let find = |number| selector::find(Id::from(bubble::id(number)));
    find(after)
        .then(move |upper| {
            let upper = upper.map(|target| bottom(target.bounds()));
            find(last).map(move |lower| {
                let lower = lower.map(|target| bottom(target.bounds()));
                upper.zip(lower).map_or(0.0, |(upper, lower)| lower - upper)
            })
        })
        .map(done)
}

fn bottom(bounds: Rectangle) -> f32 {
    bounds.y + bounds.height
}

/// Moves the view so much further from the end.
fn shift(by: f32) -> Task<Message> {
    operation::scroll_by(LIST, AbsoluteOffset { x: 0.0, y: by })
}
