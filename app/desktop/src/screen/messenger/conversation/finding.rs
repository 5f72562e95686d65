//! Searching in an open conversation, and going to one of its messages wherever it is.

use iced::widget::{operation, selector};
use iced::{Task, advanced::widget::Id};
use undertone_engine::{Command, CommandError, Event, Reply};

use super::super::history::PAGE;
use super::super::search::{self, Search};
use super::super::{bubble, model::Model};
use super::{Action, LIST, Message, State, bottom};
use crate::bridge::Running;

/// The field of the search.
pub const FIND: &str = "conversation-search";

/// A search in the open conversation and the hit that is shown.
#[derive(Debug)]
pub struct Finding {
    pub(in crate::screen::messenger) search: Search,
    pub(in crate::screen::messenger) at: usize,
}

impl Finding {
    /// Takes an event in. The hit that is shown is one of those that are left.
    pub(super) fn hear(&mut self, event: &Event) {
        self.search.hear(event);
        self.at = self.at.min(self.search.hits.len().saturating_sub(1));
    }
}

impl State {
    /// Begins a search here, or ends it.
    pub(super) fn find(&mut self) -> Action {
        if self.finding.take().is_some() {
            self.marked = None;
            return Action::Run(operation::focus(super::composer::FIELD));
        }
        self.finding = Some(Finding {
            search: Search::of(self.contact),
            at: 0,
        });
        Action::Run(operation::focus(FIND))
    }

    /// Takes in what happens in the search. The newest hit is gone to at once.
    pub(super) fn search(
        &mut self,
        message: search::Message,
        running: &Running,
        now: u64,
    ) -> Action {
        let Some(finding) = &mut self.finding else {
            return Action::None;
        };
        let begins = finding.search.is_answered_by(&message);
        let task = finding.search.update(message, running, now);
        let task = task.map(Message::Search);
        if !begins {
            return Action::Run(task);
        }
        finding.at = 0;
        let Some(hit) = finding.search.hits.first() else {
            self.marked = None;
            return Action::Run(task);
        };
        let number = hit.view.message.number;
        Action::Run(Task::batch([task, self.go_to(number, running)]))
    }

    /// To the next older or newer hit.
    pub(super) fn step(&mut self, older: bool, running: &Running, now: u64) -> Action {
        let Some(finding) = &mut self.finding else {
            return Action::None;
        };
        let count = finding.search.hits.len();
        let mut tasks = Vec::new();
        if older && finding.at + 1 < count {
            finding.at += 1;
        } else if !older && finding.at > 0 {
            finding.at -= 1;
        }
        if finding.at + 1 >= count && finding.search.has_more() {
            let more = finding.search.update(search::Message::More, running, now);
            tasks.push(more.map(Message::Search));
        }
        if let Some(hit) = finding.search.hits.get(finding.at) {
            let number = hit.view.message.number;
            tasks.push(self.go_to(number, running));
        }
        Action::Run(Task::batch(tasks))
    }

    /// Goes to a message: scrolls there, or fetches what is around it.
    pub fn go_to(&mut self, number: u64, running: &Running) -> Task<Message> {
        self.marked = Some(number);
        if self.history.row(number).is_some() {
            return place(number);
        }
        self.history.expect_page();
        let command = Command::History {
            contact: self.contact,
            before: Some(number.saturating_add(u64::from(PAGE / 2))),
            after: None,
            limit: PAGE,
        };
        running.task(command, move |reply| Message::Around(number, reply))
    }

    /// Shows the page around a message in place of what was there.
    pub(super) fn around(
        &mut self,
        number: u64,
        reply: Result<Reply, CommandError>,
        model: &Model,
    ) -> Action {
        match reply {
            Ok(Reply::Messages { messages }) => {
                let newest = self.newest(model);
                self.history.take_around(messages, newest);
                self.history.settle();
                Action::Run(place(number))
            }
            other => {
                self.history.leave_page();
                other.map_or_else(Action::Refused, |_| Action::None)
            }
        }
    }
}

/// Finds out how far from the end the view has to be for a message to stand in its middle.
fn place(number: u64) -> Task<Message> {
    selector::find(Id::from(bubble::id(number)))
        .then(|row| {
            let row = row.map(|target| target.bounds());
            selector::find(Id::from(LIST)).map(move |list| {
                let Some(selector::Target::Scrollable {
                    bounds,
                    content_bounds,
                    ..
                }) = list
                else {
                    return None;
                };
                let row = row?;
                let above = bottom(content_bounds) - row.center_y() - bounds.height / 2.0;
                Some(above.max(0.0))
            })
        })
        .map(Message::Placed)
}
