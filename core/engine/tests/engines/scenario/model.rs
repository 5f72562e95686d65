//! What must hold, whatever happens: nothing acknowledged is lost, nothing is shown twice, each
//! author's order is kept, what was changed, taken back and put at messages stays so, and in the end
//! both sides have the same. It knows only what applications were told.
//!
//! A message may be gone for one of two reasons: its author took it back, or its time was over.
//! After a restore from an old export, what happened since the export is unsure for both sides: it is
//! neither expected nor refused. What was settled before it, and what comes later, is held to everything.

mod attempt;
mod chat;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use undertone_engine::{Event, MessageView};
use undertone_wire::MessageId;

pub(crate) use self::attempt::{Change, Heard};
pub(crate) use self::chat::{Bond, Chat};
pub(crate) use self::shown::timer_line;

/// Who sees whom: the viewer first.
pub(crate) type Pair = (usize, usize);

/// What was known when an export was made.
pub(crate) struct Known {
    /// Changes that were tried until then.
    tried: u64,
    /// Messages that both sides showed alike.
    settled: BTreeSet<MessageId>,
    /// How many this person had blocked.
    blocked: usize,
}

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) chats: BTreeMap<Pair, Chat>,
    /// How many changes were tried.
    tried: u64,
}

/// The filler of long messages left out.
pub(crate) fn short(text: &str) -> &str {
    text.split('.').next().unwrap_or_default()
}

impl Model {
    fn chat(&self, pair: Pair) -> &Chat {
        &self.chats[&pair]
    }

    pub(crate) fn chat_mut(&mut self, pair: Pair) -> &mut Chat {
        self.chats.get_mut(&pair).expect("they are contacts")
    }

    pub(crate) fn is_whole(&self, (a, b): Pair) -> bool {
        self.chat((a, b)).bond == Bond::Whole && self.chat((b, a)).bond == Bond::Whole
    }

    /// Either has gone on with a copy that was made from an export.
    pub(crate) fn is_restored(&self, (a, b): Pair) -> bool {
        self.chat((a, b)).restores + self.chat((b, a)).restores > 0
    }

    /// Something is about to be said.
    pub(crate) fn attempt(&mut self, pair: Pair, text: &str) {
        self.tried += 1;
        let tried = self.tried;
        self.chat_mut(pair).attempt(text, tried);
    }

    /// A timer is about to be set: whatever either says from now on may disappear.
    pub(crate) fn timer(&mut self, pair: Pair, line: &str) {
        self.attempt(pair, line);
        for pair in [pair, (pair.1, pair.0)] {
            self.chat_mut(pair).disappears = true;
        }
    }

    /// A message is about to be changed by someone who sees it.
    pub(crate) fn try_change(&mut self, pair: Pair, id: MessageId, change: &Change) {
        self.tried += 1;
        let tried = self.tried;
        let mine = self.chat(pair).ids.contains_key(&id);
        let author = if mine { pair } else { (pair.1, pair.0) };
        let attempt = self.chat_mut(author).attempt_mut(id);
        attempt.touched = tried;
        match change {
            Change::Edit(text) => attempt.try_edit(text),
            Change::TakeBack => attempt.try_take_back(),
            Change::React(emoji) => self
                .chat_mut(pair)
                .emoji
                .entry(id)
                .or_default()
                .try_one(emoji),
        }
    }

    /// What came of it.
    pub(crate) fn changed(
        &mut self,
        pair: Pair,
        id: MessageId,
        change: &Change,
        heard: Heard,
    ) -> Result<(), String> {
        let chat = self.chat(pair);
        let author = if chat.ids.contains_key(&id) {
            pair
        } else {
            (pair.1, pair.0)
        };
        let may_be_over = self.chat(author).attempts[self.chat(author).ids[&id]].disappears
            || chat.keeps_for_a_while;
        if heard == Heard::Refused && !may_be_over {
            return Err(format!("{change:?} of {id} is refused"));
        }
        match change {
            Change::Edit(_) => self.chat_mut(pair).attempt_mut(id).edit_heard(heard),
            Change::TakeBack => self.chat_mut(pair).attempt_mut(id).take_back_heard(heard),
            Change::React(_) => {
                let emoji = self.chat_mut(pair).emoji.entry(id).or_default();
                emoji.heard(heard);
            }
        }
        Ok(())
    }

    /// What an application heard. A message is announced once, also across restarts.
    pub(crate) fn hear(&mut self, who: usize, event: &Event) -> Result<(), String> {
        let Event::MessageReceived { contact, message } = event else {
            return Ok(());
        };
        let mut chats = self.chats.iter_mut();
        let found = chats.find(|((viewer, _), chat)| *viewer == who && chat.contact == *contact);
        let Some((_, chat)) = found else {
            return Err("a message of a stranger".into());
        };
        if !chat.announced.insert(message.number) {
            return Err(format!("{} is announced twice", message.number));
        }
        Ok(())
    }

    /// A conversation as it is read now. `latest`: the latest time that the viewer's clock ever showed.
    pub(crate) fn read(
        &mut self,
        pair: Pair,
        history: &[MessageView],
        latest: u64,
    ) -> Result<(), String> {
        if self.chat(pair).bond == Bond::Blocked {
            // Its keys are gone, and with them the conversation's end.
            return Ok(());
        }
        let other = (pair.1, pair.0);
        let mut ours = self.chats.remove(&pair).expect("they are contacts");
        let mut theirs = self.chats.remove(&other).expect("they are contacts");
        let read = ours.take(&mut theirs, history, latest);
        let read = read.and_then(|()| ours.check(&theirs));
        self.chats.insert(pair, ours);
        self.chats.insert(other, theirs);
        read
    }

    /// In the end: the same on both sides, and all of it acknowledged.
    pub(crate) fn converged(&self, pair: Pair) -> Result<Compared, String> {
        self.chat(pair).converged(self.chat((pair.1, pair.0)))
    }

    /// Everything announced is in the conversation; called after [`Self::read`].
    pub(crate) fn announced(&self, pair: Pair) -> Result<(), String> {
        let chat = self.chat(pair);
        if chat.bond == Bond::Blocked {
            return Ok(());
        }
        match chat.announced.difference(&chat.seen).next() {
            Some(number) => Err(format!("message {number} was announced and is not there")),
            None => Ok(()),
        }
    }

    fn blocked_by(&self, who: usize) -> usize {
        let chats = self.chats.iter().filter(|((viewer, _), _)| *viewer == who);
        chats.filter(|(_, chat)| chat.bond != Bond::Whole).count()
    }

    fn pairs_of(&self, who: usize) -> Vec<Pair> {
        let pairs = self.chats.keys().copied();
        pairs.filter(|(viewer, _)| *viewer == who).collect()
    }

    /// An export of someone is about to be made.
    pub(crate) fn known(&self, who: usize) -> Known {
        let mut settled = BTreeSet::new();
        for pair in self.pairs_of(who) {
            let (ours, theirs) = (self.chat(pair), self.chat((pair.1, pair.0)));
            settled.extend(ours.alike(theirs));
        }
        Known {
            tried: self.tried,
            settled,
            blocked: self.blocked_by(who),
        }
    }

    /// Whether going back to an export would not bring blocked people back.
    pub(crate) fn can_go_back(&self, who: usize, known: &Known) -> bool {
        self.blocked_by(who) == known.blocked
    }

    /// Someone goes on with what was exported.
    pub(crate) fn restored(&mut self, who: usize, known: &Known) {
        for pair in self.pairs_of(who) {
            for pair in [pair, (pair.1, pair.0)] {
                let settled =
                    |id: Option<MessageId>| id.is_some_and(|id| known.settled.contains(&id));
                for attempt in &mut self.chat_mut(pair).attempts {
                    attempt.unsure |= attempt.touched > known.tried || !settled(attempt.id);
                }
            }
            self.chat_mut(pair).go_back();
        }
    }
}

/// What was compared in the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compared {
    pub(crate) alike: u64,
    pub(crate) edited: u64,
    pub(crate) reactions: u64,
    pub(crate) taken_back: u64,
    pub(crate) over: u64,
}
