//! The part of a conversation that is in memory: some hundred messages around what is looked at, read
//! and formatted when they come in and not while drawing. It knows nothing of widgets; how far
//! the view has to move when rows come or go below it is the caller's concern.

use std::collections::VecDeque;

use undertone_engine::{Delivery, MessageView};

use crate::formatting::{self, Block};
use crate::visible;

/// Messages of one page: few, because all of a page are formed in one frame.
pub const PAGE: u32 = 16;
/// Messages in memory at most.
pub const MOST: usize = 160;
/// Lines and bytes of a message that are shown at first.
const LINES: usize = 40;
const BYTES: usize = 4_000;
/// Letters of a message that is quoted.
const QUOTED: usize = 80;
/// How often a long message grows by as much again; then it ends with a remark. Copying gives all.
const PARTS: usize = 6;

/// One message, ready to be drawn.
#[derive(Clone, Debug)]
pub struct Row {
    /// What the engine says of it.
    pub view: MessageView,
    /// Its words.
    pub blocks: Vec<Block>,
    /// More of it than at first, so many times.
    pub parts: usize,
    /// There is more than is shown.
    pub cut: bool,
}

impl Row {
    /// Reads a message.
    #[must_use]
    pub fn new(view: MessageView) -> Self {
        let mut row = Self {
            view,
            blocks: Vec::new(),
            parts: 1,
            cut: false,
        };
        row.read();
        row
    }

    fn read(&mut self) {
        let text = self.view.text.as_deref().unwrap_or_default();
        let body = visible::body(text, LINES * self.parts, BYTES * self.parts);
        self.blocks = formatting::read(&body.text);
        self.cut = body.cut;
    }

    /// The beginning of its words on one line, to quote it; `None` if it has none.
    #[must_use]
    pub fn beginning(&self) -> Option<String> {
        let text = self.view.text.as_deref()?;
        Some(formatting::line(text, QUOTED))
    }

    /// Shows more of a long message.
    pub fn grow(&mut self) {
        if self.can_grow() {
            self.parts += 1;
            self.read();
        }
    }

    /// Whether more of it can be shown.
    #[must_use]
    pub const fn can_grow(&self) -> bool {
        self.cut && self.parts < PARTS
    }

    /// Whether I wrote it.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.view.delivery != Delivery::Incoming
    }
}

/// What became of a message while a page was on its way, which may not know of it.
#[derive(Clone, Debug)]
enum Meanwhile {
    Came(MessageView),
    Changed(MessageView),
    Removed(u64),
}

/// The messages in memory.
#[derive(Debug, Default)]
pub struct History {
    rows: VecDeque<Row>,
    /// Pages that are on their way.
    awaited: u32,
    meanwhile: Vec<Meanwhile>,
    /// There is nothing older.
    pub begins: bool,
    /// There is nothing newer.
    pub ends: bool,
    /// A page was asked for, or the room of one is being measured.
    pub loading: bool,
    /// How often that ended. What an edge asks for meanwhile is not heard, so each time it is asked anew.
    pub turns: u64,
}

impl History {
    /// The messages, oldest first.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> + DoubleEndedIterator {
        self.rows.iter()
    }

    /// The number of the oldest.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.rows.front().map(|row| row.view.number)
    }

    /// The number of the newest.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.rows.back().map(|row| row.view.number)
    }

    /// A message by its number.
    #[must_use]
    pub fn row(&self, number: u64) -> Option<&Row> {
        self.rows.iter().find(|row| row.view.number == number)
    }

    /// The same, to be changed.
    pub fn row_mut(&mut self, number: u64) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.view.number == number)
    }

    /// A page was asked for.
    pub fn expect_page(&mut self) {
        self.loading = true;
        self.awaited += 1;
    }

    /// A page that was asked for is not taken.
    pub fn leave_page(&mut self) {
        self.loading = false;
        self.awaited = self.awaited.saturating_sub(1);
        if self.awaited == 0 {
            self.meanwhile.clear();
        }
    }

    /// Does to the page that was taken what happened since it was asked for: each says how a message is, so that twice is once.
    fn catch_up(&mut self) {
        for one in self.meanwhile.clone() {
            match one {
                Meanwhile::Came(view) => {
                    self.put(view, true);
                }
                Meanwhile::Changed(view) => self.replace(view),
                Meanwhile::Removed(number) => self.take_away(number),
            }
        }
        self.leave_page();
    }

    fn note(&mut self, one: impl FnOnce() -> Meanwhile) {
        if self.awaited > 0 {
            self.meanwhile.push(one());
        }
    }

    /// A page is there and has its room: the edges may ask for the next one.
    pub const fn settle(&mut self) {
        self.loading = false;
        self.turns += 1;
    }

    /// Takes the newest page, in place of everything.
    pub fn take_newest(&mut self, page: Vec<MessageView>) {
        self.take_instead(page, true);
    }

    /// Takes a page from the middle, in place of everything.
    pub fn take_around(&mut self, page: Vec<MessageView>, newest: Option<u64>) {
        let last = page.last().map(|view| view.number);
        let ends = newest.is_none_or(|newest| last.is_none_or(|last| last >= newest));
        self.take_instead(page, ends);
    }

    fn take_instead(&mut self, page: Vec<MessageView>, ends: bool) {
        self.begins = page.len() < PAGE as usize;
        self.ends = ends;
        self.rows = page.into_iter().map(Row::new).collect();
        self.catch_up();
    }

    /// Takes a page of older ones. Returns the number of the last row that may stay, if there are
    /// now more than are kept.
    pub fn take_older(&mut self, page: Vec<MessageView>) -> Option<u64> {
        self.begins = page.len() < PAGE as usize;
        let first = self.first().unwrap_or(u64::MAX);
        for view in page.into_iter().rev().filter(|view| view.number < first) {
            self.rows.push_front(Row::new(view));
        }
        self.catch_up();
        self.rows.get(MOST)?;
        self.rows.get(MOST - 1).map(|row| row.view.number)
    }

    /// Takes a page that reaches beyond the newest one here. Returns the number that was the newest.
    pub fn take_newer(&mut self, page: Vec<MessageView>, newest: Option<u64>) -> Option<u64> {
        let Some(before) = self.last() else {
            self.leave_page();
            return None;
        };
        let nothing = page.is_empty();
        for view in page.into_iter().filter(|view| view.number > before) {
            self.rows.push_back(Row::new(view));
        }
        let reached = newest.is_none_or(|newest| self.last().is_none_or(|last| last >= newest));
        self.ends = reached || nothing;
        self.catch_up();
        Some(before)
    }

    /// Drops rows after that number.
    pub fn drop_after(&mut self, number: u64) {
        let before = self.rows.len();
        while self.rows.back().is_some_and(|row| row.view.number > number) {
            self.rows.pop_back();
        }
        self.ends = self.ends && self.rows.len() == before;
    }

    /// Drops the oldest until no more than are kept are left; nothing that is seen moves.
    pub fn drop_oldest(&mut self) {
        while self.rows.len() > MOST {
            self.rows.pop_front();
            self.begins = false;
        }
    }

    /// Takes a message that came or was written, at the end. Returns whether it is shown. Who reads further up keeps
    /// what is read: where there is no room, the end is asked for when it is near again.
    pub fn push(&mut self, view: MessageView, at_end: bool) -> bool {
        self.note(|| Meanwhile::Came(view.clone()));
        self.put(view, at_end)
    }

    fn put(&mut self, view: MessageView, at_end: bool) -> bool {
        if let Some(row) = self.row_mut(view.number) {
            *row = Row::new(view);
            return true;
        }
        if !self.ends || self.last().is_some_and(|last| view.number < last) {
            return false;
        }
        if !at_end && self.rows.len() >= MOST {
            self.ends = false;
            return false;
        }
        self.rows.push_back(Row::new(view));
        true
    }

    /// Takes a change of a message.
    pub fn change(&mut self, view: MessageView) {
        self.note(|| Meanwhile::Changed(view.clone()));
        self.replace(view);
    }

    fn replace(&mut self, view: MessageView) {
        if let Some(row) = self.row_mut(view.number) {
            let parts = row.parts;
            *row = Row::new(view);
            while row.parts < parts && row.can_grow() {
                row.grow();
            }
        }
    }

    /// Takes a message away.
    pub fn remove(&mut self, number: u64) {
        self.note(|| Meanwhile::Removed(number));
        self.take_away(number);
    }

    fn take_away(&mut self, number: u64) {
        self.rows.retain(|row| row.view.number != number);
    }
}
