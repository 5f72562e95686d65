//! A conversation as one side sees it, against what both tried.

use std::collections::{BTreeMap, BTreeSet};

use undertone_engine::{ContactId, Delivery, MessageView};
use undertone_wire::MessageId;

use super::attempt::{Attempt, Emoji, TakenBack};
use super::shown::{Says, Shown};
use super::{Compared, short};

/// How far two people are from being contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bond {
    Whole,
    /// A block was given and no answer came.
    Unsure,
    /// Blocked; of the other's messages only so many can ever be acknowledged.
    Blocked,
}

const fn rank(delivery: Delivery) -> u8 {
    match delivery {
        Delivery::Waiting | Delivery::Unknown => 0,
        Delivery::Sent => 1,
        Delivery::Received | Delivery::Incoming => 2,
    }
}

/// A conversation as one side sees it.
pub(crate) struct Chat {
    /// The other, as this side names them.
    pub(crate) contact: ContactId,
    pub(crate) bond: Bond,
    /// This side keeps messages for a while only, or did once.
    pub(crate) keeps_for_a_while: bool,
    /// A timer was set by either.
    pub(super) disappears: bool,
    /// How often this side was restored, and how much it had said when it was.
    pub(super) restores: u32,
    said_before: usize,
    pub(super) attempts: Vec<Attempt>,
    /// Which attempt has this name.
    pub(super) ids: BTreeMap<MessageId, usize>,
    /// What this side put at messages.
    pub(super) emoji: BTreeMap<MessageId, Emoji>,
    shown: Vec<Shown>,
    /// The highest number that was ever shown.
    highest: u64,
    /// Numbers of theirs that are or were shown.
    pub(super) seen: BTreeSet<u64>,
    /// What was shown, and whose time was over.
    over: BTreeSet<MessageId>,
    read_up_to: u64,
    deliveries: BTreeMap<MessageId, u8>,
    received: BTreeSet<MessageId>,
    pub(super) announced: BTreeSet<u64>,
    /// From this attempt on nothing may be acknowledged: the other blocked us before.
    ignored_from: Option<usize>,
}

impl Chat {
    pub(crate) fn new(contact: ContactId) -> Self {
        Self {
            contact,
            bond: Bond::Whole,
            keeps_for_a_while: false,
            disappears: false,
            restores: 0,
            said_before: 0,
            attempts: Vec::new(),
            ids: BTreeMap::new(),
            emoji: BTreeMap::new(),
            shown: Vec::new(),
            highest: 0,
            seen: BTreeSet::new(),
            over: BTreeSet::new(),
            read_up_to: 0,
            deliveries: BTreeMap::new(),
            received: BTreeSet::new(),
            announced: BTreeSet::new(),
            ignored_from: None,
        }
    }

    pub(super) fn attempt(&mut self, text: &str, tried: u64) {
        let attempt = Attempt::new(text, self.disappears, tried);
        self.attempts.push(attempt);
    }

    pub(super) fn attempt_mut(&mut self, id: MessageId) -> &mut Attempt {
        &mut self.attempts[self.ids[&id]]
    }

    /// The last attempt was answered.
    pub(crate) fn told(&mut self, id: MessageId) {
        if let Some(last) = self.attempts.last_mut() {
            last.id = Some(id);
            self.ids.insert(id, self.attempts.len() - 1);
        }
    }

    /// The other has blocked us.
    pub(crate) fn ignore_from_now(&mut self) {
        self.ignored_from.get_or_insert(self.attempts.len());
    }

    /// A message of theirs, to reply to.
    pub(crate) fn newest_of_theirs(&self) -> Option<MessageId> {
        let mut shown = self.shown.iter().rev();
        let found = shown.find(|shown| !shown.mine && shown.is_words);
        found.map(|shown| shown.id)
    }

    /// The newest messages with words, with their numbers; `mine`: only one's own.
    pub(crate) fn newest_words(&self, mine: bool) -> Vec<(u64, MessageId)> {
        let shown = self.shown.iter().rev();
        let words = shown.filter(|shown| shown.is_words && (shown.mine || !mine));
        words
            .map(|shown| (shown.number, shown.id))
            .take(6)
            .collect()
    }

    /// Whether this may be what this side put at a message.
    pub(crate) fn has_put(&self, id: MessageId, emoji: &str) -> bool {
        match self.emoji.get(&id) {
            Some(put) => put.allowed.iter().any(|one| one == emoji),
            None => emoji.is_empty(),
        }
    }

    /// All that is shown is about to be marked as read.
    pub(crate) fn mark_read(&mut self) -> u64 {
        let newest = self.shown.last().map_or(0, |shown| shown.number);
        self.read_up_to = self.read_up_to.max(newest);
        newest
    }

    /// What was shown before stays or has a reason to be gone, nothing comes twice, deliveries only get further.
    pub(super) fn take(
        &mut self,
        theirs: &mut Self,
        history: &[MessageView],
        latest: u64,
    ) -> Result<(), String> {
        let mut now = Vec::with_capacity(history.len());
        let mut ids = BTreeSet::new();
        for view in history {
            let shown = Shown::of(view)?;
            if !ids.insert(view.id) {
                return Err(format!("{:?} is shown twice", shown.words()));
            }
            let reached = self.deliveries.entry(view.id).or_default();
            if rank(view.delivery) < *reached {
                let words = shown.words();
                return Err(format!("{words:?} was further than {:?}", view.delivery));
            }
            *reached = rank(view.delivery);
            if view.delivery == Delivery::Received {
                self.received.insert(view.id);
            }
            if shown.says == Says::Restored {
                if theirs.restores == 0 {
                    return Err("the other was never restored".into());
                }
            } else {
                let author = if shown.mine { &mut *self } else { &mut *theirs };
                author.recognise(&shown)?;
            }
            now.push(shown);
        }
        if !now.is_sorted_by(|a, b| a.number < b.number) {
            return Err("the numbers do not grow".into());
        }
        self.follow(theirs, &now, latest)?;
        for shown in &now {
            self.stands(theirs, shown)?;
        }
        let numbers = now
            .iter()
            .filter(|shown| !shown.mine)
            .map(|shown| shown.number);
        self.seen.extend(numbers);
        self.highest = now.last().map_or(0, |last| last.number).max(self.highest);
        self.shown = now;
        Ok(())
    }

    /// Finds which attempt of ours is shown somewhere.
    fn recognise(&mut self, shown: &Shown) -> Result<(), String> {
        let Says::This(text) = &shown.says else {
            let known = self.ids.contains_key(&shown.id);
            let error = || format!("{} was never said and is taken back", shown.id);
            return known.then_some(()).ok_or_else(error);
        };
        let unknown = || format!("{:?} was never said under this name", short(text));
        match self.ids.get(&shown.id) {
            Some(&index) => {
                let known = self.attempts[index].version(text);
                known.map(|_| ()).ok_or_else(unknown)
            }
            None => {
                let mut attempts = self.attempts.iter();
                let found = attempts.position(|a| a.id.is_none() && a.version(text).is_some());
                let index = found.ok_or_else(unknown)?;
                self.attempts[index].id = Some(shown.id);
                self.ids.insert(shown.id, index);
                Ok(())
            }
        }
    }

    fn author<'a>(&'a self, theirs: &'a Self, shown: &Shown) -> Option<&'a Attempt> {
        let author = if shown.mine { self } else { theirs };
        author
            .ids
            .get(&shown.id)
            .map(|&index| &author.attempts[index])
    }

    /// Compares what is shown with what was.
    fn follow(&mut self, theirs: &Self, now: &[Shown], latest: u64) -> Result<(), String> {
        let by_id: BTreeMap<MessageId, &Shown> =
            now.iter().map(|shown| (shown.id, shown)).collect();
        let mut over = Vec::new();
        for old in &self.shown {
            let attempt = self.author(theirs, old);
            let Some(new) = by_id.get(&old.id) else {
                let cancelled = old.mine && attempt.is_some_and(|a| a.taken_back > TakenBack::No);
                if !cancelled && !self.is_over(attempt, old, latest) {
                    return Err(format!("{:?} was shown and is gone", old.words()));
                }
                over.push(old.id);
                continue;
            };
            if (new.number, new.mine) != (old.number, old.mine) {
                return Err(format!("{:?} has moved", old.words()));
            }
            if old.says == Says::TakenBack && new.says != Says::TakenBack {
                return Err(format!("{:?} is back", new.words()));
            }
            if let (Says::This(before), Says::This(after), Some(attempt)) =
                (&old.says, &new.says, attempt)
                && !attempt.unsure
                && attempt.version(after) < attempt.version(before)
            {
                return Err(format!(
                    "{:?} is shown after {:?}",
                    short(after),
                    short(before)
                ));
            }
        }
        let before: BTreeSet<MessageId> = self.shown.iter().map(|shown| shown.id).collect();
        for new in now {
            if self.over.contains(&new.id) {
                return Err(format!("{:?} was gone and is back", new.words()));
            }
            if !before.contains(&new.id) && new.number <= self.highest {
                return Err(format!("{:?} comes before what was shown", new.words()));
            }
        }
        self.over.extend(over);
        Ok(())
    }

    /// Whether the time of a message may have been over at this side.
    fn is_over(&self, attempt: Option<&Attempt>, old: &Shown, latest: u64) -> bool {
        let limited = self.keeps_for_a_while || attempt.is_some_and(|a| a.disappears);
        let was_read = old.mine || old.number <= self.read_up_to;
        let expired = match old.expires {
            Some(at) if !self.keeps_for_a_while => at <= latest,
            _ => true,
        };
        limited && was_read && expired
    }

    /// One message against what was tried and answered.
    fn stands(&mut self, theirs: &Self, shown: &Shown) -> Result<(), String> {
        if shown.says == Says::Restored {
            return Ok(());
        }
        let attempt = self.author(theirs, shown);
        let attempt = attempt.ok_or_else(|| format!("{:?} is nobody's", shown.words()))?;
        if shown.says == Says::TakenBack && attempt.taken_back == TakenBack::No {
            return Err(format!(
                "{:?} was taken back by nobody",
                short(&attempt.texts[0])
            ));
        }
        for (mine, emoji) in &shown.reactions {
            let side = if *mine { &*self } else { theirs };
            let tried = side
                .emoji
                .get(&shown.id)
                .map_or(&[][..], |emoji| &emoji.tried);
            if !tried.contains(emoji) {
                return Err(format!("nobody put {emoji} at {:?}", shown.words()));
            }
        }
        let Says::This(text) = &shown.says else {
            return Ok(());
        };
        if attempt.unsure {
            return Ok(());
        }
        let mut mine = shown.reactions.iter().filter(|(mine, _)| *mine);
        let mine = mine
            .next()
            .map(|(_, emoji)| emoji.clone())
            .unwrap_or_default();
        let version = attempt.version(text);
        if shown.mine {
            if attempt.taken_back == TakenBack::Yes {
                return Err(format!("the words of {:?} were taken back", short(text)));
            }
            if !version.is_some_and(|version| attempt.allowed.contains(&version)) {
                return Err(format!("{:?} was changed and is still shown", short(text)));
            }
            // What was unknown is known now.
            self.attempt_mut(shown.id).allowed = version.into_iter().collect();
        }
        if let Some(emoji) = self.emoji.get_mut(&shown.id) {
            if !emoji.allowed.contains(&mine) {
                return Err(format!(
                    "{mine:?} is at {:?}, not {:?}",
                    short(text),
                    emoji.allowed
                ));
            }
            emoji.allowed = vec![mine];
        }
        Ok(())
    }

    /// Order, holes, and what was acknowledged.
    pub(super) fn check(&self, theirs: &Self) -> Result<(), String> {
        self.fits(self, true)?;
        theirs.fits(self, false)?;
        let here: BTreeSet<MessageId> = self.shown.iter().map(|shown| shown.id).collect();
        let is_lost = |id: &&MessageId| {
            let attempt = &theirs.attempts[theirs.ids[*id]];
            let excused = attempt.unsure || attempt.taken_back > TakenBack::No;
            !excused && !here.contains(*id) && !self.over.contains(*id)
        };
        let mut received = theirs.received.iter();
        if theirs.bond == Bond::Whole
            && let Some(lost) = received.find(is_lost)
        {
            let words = short(&theirs.attempts[theirs.ids[lost]].texts[0]);
            return Err(format!("{words:?} was acknowledged and is not there"));
        }
        let ignored = self.ignored_from.unwrap_or(usize::MAX);
        let late = self.attempts.iter().skip(ignored);
        let mut late = late.filter_map(|attempt| attempt.id);
        if let Some(id) = late.find(|id| self.received.contains(id)) {
            return Err(format!(
                "{id} was acknowledged by someone who blocked its author"
            ));
        }
        Ok(())
    }

    /// Whether what a viewer sees of what we said is in order and without holes. Our own view must have all of it.
    fn fits(&self, viewer: &Self, own: bool) -> Result<(), String> {
        let said = viewer
            .shown
            .iter()
            .filter(|shown| shown.mine == own && shown.says != Says::Restored);
        let list: Vec<usize> = said
            .filter_map(|shown| self.ids.get(&shown.id).copied())
            .collect();
        if let Some(two) = list.windows(2).find(|two| two[0] >= two[1]) {
            let [before, after] =
                [two[0], two[1]].map(|index| short(&self.attempts[index].texts[0]));
            return Err(format!("{after:?} comes after {before:?}"));
        }
        let end = if own {
            self.attempts.len()
        } else {
            list.last().map_or(0, |last| last + 1)
        };
        let present: BTreeSet<usize> = list.into_iter().collect();
        for (index, attempt) in self.attempts[..end].iter().enumerate() {
            let Some(id) = attempt.id.filter(|_| !present.contains(&index)) else {
                continue;
            };
            let limited = attempt.disappears || self.keeps_for_a_while || viewer.keeps_for_a_while;
            let taken_back = attempt.taken_back > TakenBack::No;
            if !(attempt.unsure || taken_back || limited || viewer.over.contains(&id)) {
                return Err(format!("{:?} is missing", short(&attempt.texts[0])));
            }
        }
        Ok(())
    }

    fn visible(&self, id: MessageId) -> Option<&Shown> {
        let mut shown = self.shown.iter();
        shown.find(|shown| shown.id == id && shown.says != Says::TakenBack)
    }

    /// What both sides show alike now.
    pub(super) fn alike<'a>(&'a self, theirs: &'a Self) -> impl Iterator<Item = MessageId> + 'a {
        let shown = self.shown.iter().filter(|shown| {
            let there = theirs.shown.iter().find(|there| there.id == shown.id);
            there.is_some_and(|there| shown.is_like(there))
        });
        shown.map(|shown| shown.id)
    }

    /// This side goes on with what it had at some time before.
    pub(super) fn go_back(&mut self) {
        self.restores += 1;
        self.said_before = self.attempts.len();
        self.shown.clear();
        self.highest = 0;
        self.seen.clear();
        self.over.clear();
        self.deliveries.clear();
        self.announced.clear();
    }

    /// What we said is the same at the other's, in every way, and nobody shows what was taken back.
    pub(super) fn converged(&self, theirs: &Self) -> Result<Compared, String> {
        let mut compared = Compared::default();
        for (index, attempt) in self.attempts.iter().enumerate() {
            let Some(id) = attempt.id.filter(|_| !attempt.unsure) else {
                continue;
            };
            let words = short(&attempt.texts[0]);
            let (here, there) = (self.visible(id), theirs.visible(id));
            if attempt.taken_back == TakenBack::Yes {
                compared.taken_back += 1;
                if here.or(there).is_some() {
                    return Err(format!("{words:?} was taken back and is shown"));
                }
            }
            let is_over = self.over.contains(&id) || theirs.over.contains(&id);
            if is_over && attempt.taken_back == TakenBack::No {
                compared.over += 1;
                continue;
            }
            let limited = attempt.disappears || self.keeps_for_a_while || theirs.keeps_for_a_while;
            match (here, there) {
                (Some(here), Some(there)) if !here.is_like(there) => {
                    return Err(format!("{here:?} is {there:?} to the other"));
                }
                (Some(here), Some(_)) => {
                    if !self.received.contains(&id) && index >= self.said_before {
                        return Err(format!("{words:?} is not acknowledged"));
                    }
                    compared.alike += 1;
                    compared.edited += u64::from(here.edited);
                    compared.reactions += here.reactions.len() as u64;
                }
                (None, None) => {}
                _ if limited => {}
                (Some(_), None) => return Err(format!("{words:?} did not arrive")),
                (None, Some(_)) => return Err(format!("{words:?} is shown to the other alone")),
            }
        }
        Ok(compared)
    }
}
