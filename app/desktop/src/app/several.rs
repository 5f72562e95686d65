//! Several profiles that are unlocked at the same time: one is shown, the others run on behind it, each with its own window state, and
//! wait. What comes for one never reaches another: every message of a profile carries its number.

use iced::{Task, widget::operation};
use undertone_engine::{Event, StopReason};

use super::{App, Message, Screen};
use crate::bridge::Heard;
use crate::keeping::Kept;
use crate::screen::messenger::switcher::{self, MOST, Other};
use crate::screen::{messenger, unlock};

/// A profile that is unlocked and not shown.
#[derive(Debug)]
pub(super) struct Resting {
    pub(super) state: Box<messenger::State>,
    /// What it keeps of how the window looks; `None` before that is known.
    pub(super) kept: Option<Kept>,
}

impl Resting {
    pub(super) const fn number(&self) -> u64 {
        self.state.running().number()
    }
}

impl App {
    /// Whether any profile is unlocked, shown or not.
    #[must_use]
    pub fn is_unlocked(&self) -> bool {
        matches!(self.screen, Screen::Messenger(_)) || !self.resting.is_empty()
    }

    /// The profiles that are unlocked and not shown, in the order in which they were unlocked.
    pub fn resting(&self) -> impl Iterator<Item = &messenger::State> {
        self.resting.iter().map(|one| &*one.state)
    }

    /// The number of the profile that is shown.
    #[must_use]
    pub const fn shown(&self) -> Option<u64> {
        match &self.screen {
            Screen::Messenger(state) => Some(state.running().number()),
            _ => None,
        }
    }

    /// What came for one of them.
    pub(super) fn of_profile(&mut self, number: u64, message: messenger::Message) -> Task<Message> {
        if is_destroyed(&message) && self.panic.is_none() {
            return self.vanish(number);
        }
        if self.shown() == Some(number) {
            return self.messenger(message);
        }
        let found = self.resting.iter_mut().find(|one| one.number() == number);
        let Some(one) = found else {
            return Task::none();
        };
        match one.state.update(message, &self.look) {
            messenger::Action::Run(task) => task.map(move |message| Message::Of(number, message)),
            // Everything else is said by somebody who looks at it.
            _ => Task::none(),
        }
    }

    /// Among the profiles.
    pub(super) fn switch(&mut self, message: &switcher::Message) -> Task<Message> {
        match message {
            switcher::Message::To(number) => self.switch_to(*number),
            switcher::Message::Another if self.resting.len() + 1 < MOST => {
                let rested = self.rest();
                self.screen = Screen::Unlock(unlock::State::default().beside(true));
                Task::batch([rested, operation::focus(unlock::FIELD)])
            }
            switcher::Message::Another => Task::none(),
            switcher::Message::LockThis => {
                let closed = self.close_shown(Message::Tick);
                Task::batch([self.go_back(), closed])
            }
        }
    }

    /// To the next one that was unlocked, or the one before.
    pub(super) fn switch_by(&mut self, forward: bool) -> Task<Message> {
        let Some(shown) = self.shown() else {
            return Task::none();
        };
        let numbers = || self.resting.iter().map(Resting::number);
        let next = if forward {
            let later = numbers().filter(|number| *number > shown).min();
            later.or_else(|| numbers().min())
        } else {
            let earlier = numbers().filter(|number| *number < shown).max();
            earlier.or_else(|| numbers().max())
        };
        next.map_or_else(Task::none, |number| self.switch_to(number))
    }

    fn switch_to(&mut self, number: u64) -> Task<Message> {
        let at = self.resting.iter().position(|one| one.number() == number);
        let Some(at) = at else {
            return Task::none();
        };
        let next = self.resting.remove(at);
        let rested = self.rest();
        let shown = self.wake(next);
        Task::batch([rested, shown])
    }

    /// Shows one of those that are unlocked, the one of which most waits, or what there is without one.
    pub(super) fn go_back(&mut self) -> Task<Message> {
        let now = self.look.clock.now;
        let waits = |one: &Resting| (one.state.unread(now), std::cmp::Reverse(one.number()));
        let most = (0..self.resting.len()).max_by_key(|at| waits(&self.resting[*at]));
        if let Some(at) = most {
            let next = self.resting.remove(at);
            return self.wake(next);
        }
        self.screen = Screen::Unlock(unlock::State::default());
        operation::focus(unlock::FIELD)
    }

    /// Puts the one that is shown behind, as it is: what is typed stays typed.
    pub(super) fn rest(&mut self) -> Task<Message> {
        if self.shown().is_none() {
            return Task::none();
        }
        self.choosing = None;
        // Of a pause that is not over.
        self.changes += 1;
        let kept = self.unkept();
        let Screen::Messenger(state) = std::mem::replace(&mut self.screen, Screen::Closing) else {
            return Task::none();
        };
        let mut one = Resting {
            state,
            kept: self.kept.take(),
        };
        let number = one.number();
        one.state.shown = false;
        one.state.others = Vec::new();
        let unseen = one.state.look_at(false);
        let unseen = unseen.map(move |message| Message::Of(number, message));
        let keep = kept.map_or_else(Task::none, |(command, now)| {
            one.kept = Some(now);
            one.state.running().task(command, |_| Message::Tick)
        });
        self.resting.push(one);
        self.resting.sort_by_key(Resting::number);
        // Pictures of its people, and its own.
        self.look.avatars.forget();
        Task::batch([unseen, keep])
    }

    fn wake(&mut self, one: Resting) -> Task<Message> {
        let Resting { mut state, kept } = one;
        let number = state.running().number();
        self.look.avatars.forget();
        state.width = self.look.width();
        state.shown = true;
        let seen = state.look_at(self.focused);
        let pictures = state.ask_pictures(&self.look);
        self.screen = Screen::Messenger(state);
        let task = Task::batch([seen, pictures]);
        let task = task.map(move |message| Message::Of(number, message));
        let looks = match kept {
            Some(kept) => {
                kept.apply(&mut self.look);
                self.kept = Some(kept);
                Task::none()
            }
            None => self.ask_kept(),
        };
        Task::batch([task, looks])
    }

    /// One was destroyed while it ran: nothing of it stays on the screen, and nothing is said.
    fn vanish(&mut self, number: u64) -> Task<Message> {
        let running = if self.shown() == Some(number) {
            self.last_kept();
            match std::mem::replace(&mut self.screen, Screen::Closing) {
                Screen::Messenger(state) => Some(state.running().clone()),
                _ => None,
            }
        } else {
            let at = self.resting.iter().position(|one| one.number() == number);
            at.map(|at| self.resting.remove(at).state.running().clone())
        };
        let Some(running) = running else {
            return Task::none();
        };
        let ended = Task::future(async move { running.close().await }).discard();
        let next = match &mut self.screen {
            Screen::Closing => self.go_back(),
            Screen::Unlock(state) => {
                state.set_beside(!self.resting.is_empty());
                Task::none()
            }
            _ => Task::none(),
        };
        Task::batch([next, ended])
    }

    /// What the window shows of the others, and how much fits into it.
    pub(super) fn tell_of_others(&mut self) {
        let now = self.look.clock.now;
        let others = self.resting.iter().map(|one| Other {
            number: one.number(),
            name: one.state.nickname().to_owned(),
            unread: one.state.unread(now),
        });
        if let Screen::Messenger(state) = &mut self.screen {
            state.width = self.look.width();
            state.others = others.collect();
        }
    }

    /// What is to be announced of all of them. A name is only said of somebody of the profile that is shown.
    pub(super) fn words(&self) -> Option<String> {
        let others = || self.resting.iter().map(|one| &one.state);
        let behind = others().map(|state| state.announced_messages());
        let behind = behind.fold(0, u32::saturating_add);
        let shown = match &self.screen {
            Screen::Messenger(state) => Some(state),
            _ => None,
        };
        if behind > 0 {
            let here = shown.map_or(0, |state| state.announced_messages());
            return messenger::notices::plain(behind.saturating_add(here), &self.look);
        }
        let said = shown.and_then(|state| state.announcement(&self.look));
        said.or_else(|| others().find_map(|state| state.announcement(&self.look)))
    }

    /// To what is announced: the profile that is shown first, another one where nothing of that is.
    pub(super) fn show_news(&mut self) -> Task<Message> {
        if self.shown().is_none() || self.panic.is_some() {
            return Task::none();
        }
        let announces = |state: &messenger::State| state.announcement(&self.look).is_some();
        let shown = match &self.screen {
            Screen::Messenger(state) if announces(state) => Some(&**state),
            _ => None,
        };
        let behind = || self.resting().find(|state| announces(state));
        let Some(state) = shown.or_else(behind) else {
            return Task::none();
        };
        // Whoever looks at it has no news any more.
        let (number, news) = (state.running().number(), state.news());
        let switched = self.switch_to(number);
        let Screen::Messenger(state) = &mut self.screen else {
            return switched;
        };
        let there = state.show_news(news);
        let there = there.map(move |message| Message::Of(number, message));
        Task::batch([switched, there])
    }

    /// After so many minutes all of them are locked: as the strictest of them wants.
    pub(super) fn lock_after(&self) -> u64 {
        let others = self.resting.iter().filter_map(|one| one.kept);
        let all = others.map(|kept| kept.lock_after);
        let all = all.chain([self.look.lock_after]).filter(|after| *after > 0);
        all.min().unwrap_or_default().into()
    }
}

fn is_destroyed(message: &messenger::Message) -> bool {
    let messenger::Message::Heard(Heard::Events(events)) = message else {
        return false;
    };
    let destroyed = Event::Stopped {
        reason: StopReason::Destroyed,
    };
    events.contains(&destroyed)
}
