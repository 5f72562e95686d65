//! What applications tried to say and to change, and what they were answered.

use undertone_wire::MessageId;

/// A change of a message.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Of one's own, to these words.
    Edit(String),
    /// Of one's own, on both sides.
    TakeBack,
    /// To anybody's; empty takes one back.
    React(String),
}

/// What an application heard of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Done,
    Refused,
    /// The program ended meanwhile: it may be done or not.
    Nothing,
}

/// How far the taking back of a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TakenBack {
    No,
    Perhaps,
    Yes,
}

/// Something that was said. Texts are unique, also those of edits.
pub(crate) struct Attempt {
    /// As it was sent, then each change of it that was tried.
    pub(super) texts: Vec<String>,
    /// Which of them its author may be shown: several while an answer is missing.
    pub(super) allowed: Vec<usize>,
    /// From the reply, or from where it was seen first: from then on it must not be lost.
    pub(super) id: Option<MessageId>,
    pub(super) taken_back: TakenBack,
    /// It may disappear, because a timer was set before.
    pub(super) disappears: bool,
    /// Somebody went back to an export that may not have it as it is.
    pub(super) unsure: bool,
    /// When it was last changed, in changes that were tried.
    pub(super) touched: u64,
}

impl Attempt {
    pub(super) fn new(text: &str, disappears: bool, tried: u64) -> Self {
        Self {
            texts: vec![text.to_owned()],
            allowed: vec![0],
            id: None,
            taken_back: TakenBack::No,
            disappears,
            unsure: false,
            touched: tried,
        }
    }

    pub(super) fn version(&self, text: &str) -> Option<usize> {
        self.texts.iter().position(|known| known == text)
    }

    pub(super) fn try_edit(&mut self, text: &str) {
        self.allowed.push(self.texts.len());
        self.texts.push(text.to_owned());
    }

    pub(super) fn edit_heard(&mut self, heard: Heard) {
        let new = self.texts.len() - 1;
        match heard {
            Heard::Done => self.allowed = vec![new],
            Heard::Refused => self.allowed.retain(|version| *version != new),
            Heard::Nothing => {}
        }
    }

    pub(super) fn try_take_back(&mut self) {
        self.taken_back = self.taken_back.max(TakenBack::Perhaps);
    }

    pub(super) fn take_back_heard(&mut self, heard: Heard) {
        if heard == Heard::Done {
            self.taken_back = TakenBack::Yes;
        }
    }
}

/// What one side put at one message.
#[derive(Default)]
pub(crate) struct Emoji {
    /// All that was tried.
    pub(super) tried: Vec<String>,
    /// What it may be now; empty for none. Several while an answer is missing.
    pub(super) allowed: Vec<String>,
}

impl Emoji {
    pub(super) fn try_one(&mut self, emoji: &str) {
        if self.tried.is_empty() {
            self.allowed.push(String::new());
        }
        self.tried.push(emoji.to_owned());
        self.allowed.push(emoji.to_owned());
    }

    pub(super) fn heard(&mut self, heard: Heard) {
        match heard {
            Heard::Done => {
                self.allowed.drain(..self.allowed.len() - 1);
            }
            Heard::Refused => {
                self.allowed.pop();
            }
            Heard::Nothing => {}
        }
    }
}
