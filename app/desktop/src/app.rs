//! The program as a whole: which screen is shown, what the keys mean everywhere, how it looks. What a
//! screen does is the screen's own affair.

mod closing;
mod desk;
pub mod idle;
mod keeping;
mod keys;
mod listening;
pub mod panic;
mod reopening;
mod several;

use std::path::PathBuf;

use iced::{Element, Size, Task, Theme, task, theme, widget::operation};
use undertone_engine::{CommandError, Reply};

use self::desk::Desk;
use self::panic::Panic;
use self::several::Resting;
use crate::announce::Announcer;
use crate::bridge::Running;
use crate::choose::Chooser;
use crate::keeping::{Kept, USUAL};
use crate::look::Look;
use crate::place::{OpenFailure, Place};
use crate::screen::dialog::{self, picture};
use crate::screen::messenger::conversation::LIST;
use crate::screen::messenger::sidebar;
use crate::screen::{messenger, unlock, welcome};
use crate::tray;
use crate::widget::{reveal, shortcuts};
use crate::words::Language;

/// The program's state.
#[derive(Debug)]
pub struct App {
    place: Place,
    look: Look,
    screen: Screen,
    /// Profiles that are unlocked and not shown.
    resting: Vec<Resting>,
    /// How often everything was locked: what was begun before is not shown any more.
    locks: u64,
    /// The window's size, in pixels at the usual text size.
    size: Size,
    focused: bool,
    /// How it looked before a profile said otherwise.
    outside: Kept,
    /// What the open profile keeps; `None` before that is known.
    kept: Option<Kept>,
    changes: u64,
    announcer: Announcer,
    desk: Desk,
    /// The desktop is listened to: its tray, its settings.
    trays: bool,
    chooser: Chooser,
    /// When somebody was there for the last time, in seconds since 1970.
    touched: u64,
    /// A dialog of the desktop that is open; it goes with this.
    choosing: Option<task::Handle>,
    /// What is announced now.
    announced: Option<String>,
    panic: Option<Panic>,
}

/// What is shown.
#[derive(Debug)]
pub enum Screen {
    /// The first run.
    Welcome(welcome::State),
    /// The passphrase is asked for.
    Unlock(unlock::State),
    /// The profile.
    Messenger(Box<messenger::State>),
    /// The profile is being closed.
    Closing,
}

/// What happens.
#[derive(Clone, Debug)]
// One exists at a time; a box would cost more than it saves.
#[allow(clippy::large_enum_variant)]
pub enum Message {
    /// In the first run.
    Welcome(welcome::Message),
    /// On the unlock screen.
    Unlock(unlock::Message),
    /// In the main window.
    Messenger(messenger::Message),
    /// Came for the profile of that number, shown or not.
    Of(u64, messenger::Message),
    /// To the next profile that is unlocked, or the one before.
    NextProfile(bool),
    /// The system wants another theme.
    System(theme::Mode),
    /// Time passed.
    Tick,
    /// Somebody is there.
    Touched,
    /// Something still takes long.
    Beat,
    /// The system wants that nothing moves, or does not mind.
    SystemStill(bool),
    /// To the next control, or back.
    Focus(bool),
    /// The search.
    Search,
    /// Lock.
    Lock,
    /// Larger or smaller text; `None`: as usual.
    Zoom(Option<bool>),
    /// The window changed its size.
    Resized(Size),
    /// A file was dropped on the window.
    Dropped(PathBuf),
    /// The window is looked at, or not.
    Focused(bool),
    /// What the profile of that number keeps of how the window looked.
    Kept(u64, Result<Reply, CommandError>),
    /// Nothing changed for a while: keep it.
    Keep(u64),
    /// Destroy everything; the first time it asks.
    Panic,
    /// Do not.
    Calm,
    /// Destroyed, or not.
    Destroyed(bool),
    /// Work that needed the profile to be closed is done, or not, and the sentence about it.
    Reopened(u64, Result<Running, OpenFailure>, Option<&'static str>),
    /// What the unlock screen began after so many locks.
    Begun(u64, unlock::Message),
    /// The profile is closed.
    Closed,
    /// The window is to be closed: its own button says so.
    Close,
    /// At the desktop's tray.
    Tray(tray::Told),
    /// The notification was pressed.
    Announced,
    /// The program is to end.
    Quit,
}

impl App {
    /// Begins, with what the place holds.
    pub fn boot(place: Place, language: Language) -> (Self, Task<Message>) {
        let (screen, focus) = if place.holds_profile() {
            (
                Screen::Unlock(unlock::State::default()),
                operation::focus(unlock::FIELD),
            )
        } else {
            (Screen::Welcome(welcome::State::default()), Task::none())
        };
        let mut look = Look::new(language);
        look.progress = place.progress().clone();
        let app = Self {
            place,
            outside: Kept::of(&look, USUAL),
            touched: look.clock.now,
            look,
            screen,
            resting: Vec::new(),
            locks: 0,
            size: USUAL,
            focused: true,
            kept: None,
            changes: 0,
            announcer: Announcer::default(),
            desk: Desk::default(),
            trays: false,
            chooser: Chooser::default(),
            choosing: None,
            announced: None,
            panic: None,
        };
        let system = iced::system::theme().map(Message::System);
        (app, Task::batch([focus, system]))
    }

    /// Tells the desktop what comes.
    #[must_use]
    pub fn with(mut self, announcer: Announcer) -> Self {
        self.announcer = announcer;
        self
    }

    /// Puts an icon into the desktop's tray, where there is one.
    #[must_use]
    pub const fn with_tray(mut self) -> Self {
        self.trays = true;
        self
    }

    /// Asks the desktop for files.
    #[must_use]
    pub fn choosing_by(mut self, chooser: Chooser) -> Self {
        self.chooser = chooser;
        self
    }

    /// What the desktop is told now.
    #[must_use]
    pub fn announced(&self) -> Option<&str> {
        self.announced.as_deref()
    }

    /// How it looks.
    #[must_use]
    pub const fn look(&self) -> &Look {
        &self.look
    }

    /// The same, to be changed.
    pub const fn look_mut(&mut self) -> &mut Look {
        &mut self.look
    }

    /// What is shown.
    #[must_use]
    pub const fn screen(&self) -> &Screen {
        &self.screen
    }

    /// What iced's own widgets ask.
    #[must_use]
    pub fn theme(&self) -> Theme {
        self.look.colors.theme()
    }

    /// How large everything is.
    #[must_use]
    pub fn scale_factor(&self) -> f32 {
        f32::from(self.look.scale) / 100.0
    }

    /// The window's title: what waits, and no name.
    #[must_use]
    pub fn title(&self) -> String {
        let unread = self.unread();
        if unread > 0 {
            self.look
                .with("window-title-unread", [("count", unread.into())])
        } else {
            self.look.say("window-title")
        }
    }

    fn unread(&self) -> u32 {
        if self.panic.is_some() {
            return 0;
        }
        let now = self.look.clock.now;
        let shown = match &self.screen {
            Screen::Messenger(state) => state.unread(now),
            _ => 0,
        };
        let others = self.resting().map(|state| state.unread(now));
        others.fold(shown, u32::saturating_add)
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        let task = self.handle(message);
        self.tell_of_others();
        let words = self.words();
        let at_tray = self.tell_tray();
        let task = Task::batch([task, at_tray]);
        if words == self.announced {
            return task;
        }
        self.announced.clone_from(&words);
        let told = Task::future(self.announcer.show(words)).discard();
        Task::batch([task, told])
    }

    fn handle(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Welcome(message) => self.welcome(message),
            Message::Unlock(message) => self.unlock(message),
            Message::Begun(locks, message) => match self.late(locks, message) {
                Ok(message) => self.unlock(message),
                Err(closed) => closed,
            },
            Message::Messenger(message) => {
                self.look.clock.look();
                self.messenger(message)
            }
            Message::Of(number, message) => {
                self.look.clock.look();
                self.of_profile(number, message)
            }
            Message::NextProfile(forward) => self.switch_by(forward),
            Message::System(mode) => {
                self.look.set_system(mode);
                Task::none()
            }
            Message::SystemStill(still) => {
                self.look.system_still = still;
                Task::none()
            }
            Message::Tick => {
                self.look.clock.look();
                self.passed(self.look.clock.now)
            }
            Message::Touched => self.touch(),
            Message::Focus(true) => operation::focus_next().chain(reveal(LIST)),
            Message::Focus(false) => operation::focus_previous().chain(reveal(LIST)),
            Message::Search => {
                // The field is in the list, which little room hides.
                let listed = match &mut self.screen {
                    Screen::Messenger(state) => state.show_list().map(Message::Messenger),
                    _ => Task::none(),
                };
                listed.chain(operation::focus(sidebar::SEARCH))
            }
            Message::Beat => {
                self.look.beat = self.look.beat.wrapping_add(1);
                Task::none()
            }
            Message::Lock => self.lock(),
            Message::Zoom(step) => {
                self.look.scale = zoomed(self.look.scale, step);
                self.keep_later()
            }
            Message::Resized(size) => {
                // It comes in pixels that follow the text size.
                let scale = self.scale_factor();
                self.size = Size::new(size.width * scale, size.height * scale);
                self.look.window = self.size.width;
                self.look.tall = self.size.height;
                self.keep_later()
            }
            Message::Dropped(path) => {
                let message = dialog::Message::Picture(picture::Message::Dropped(path));
                self.messenger(messenger::Message::Dialog(message))
            }
            Message::Focused(focused) => self.look_at(focused),
            Message::Kept(number, reply) => self.take_kept(number, reply),
            Message::Keep(changes) => self.keep(changes),
            Message::Panic => self.panic_pressed(),
            Message::Calm => {
                if self.panic != Some(Panic::Destroying) {
                    self.panic = None;
                }
                Task::none()
            }
            Message::Reopened(locks, done, words) => self.reopened(locks, done, words),
            Message::Destroyed(done) => self.destroyed(done),
            Message::Closed => self.go_back(),
            Message::Close => self.close_window(),
            Message::Tray(told) => self.at_tray(told),
            Message::Announced => {
                let there = self.show_news();
                Task::batch([self.show_window(), there])
            }
            Message::Quit => self.quit(),
        }
    }

    /// The window is looked at from now on, or not.
    fn look_at(&mut self, focused: bool) -> Task<Message> {
        self.focused = focused;
        let Screen::Messenger(state) = &mut self.screen else {
            return Task::none();
        };
        let number = state.running().number();
        let task = state.look_at(focused);
        task.map(move |message| Message::Of(number, message))
    }

    fn welcome(&mut self, message: welcome::Message) -> Task<Message> {
        let Screen::Welcome(state) = &mut self.screen else {
            return Task::none();
        };
        match state.update(message, &self.place) {
            welcome::Action::None => Task::none(),
            welcome::Action::Run(task) => task.map(Message::Welcome),
            welcome::Action::Choose(wish) => self.choose(wish, |_, chosen| {
                Message::Welcome(welcome::Message::Chosen(chosen))
            }),
            welcome::Action::Speak(language) => {
                self.look.set_language(language);
                Task::none()
            }
            welcome::Action::Open(running) => self.show(messenger::State::new(running)),
        }
    }

    fn unlock(&mut self, message: unlock::Message) -> Task<Message> {
        let Screen::Unlock(state) = &mut self.screen else {
            return Task::none();
        };
        match state.update(message, &self.place) {
            unlock::Action::None => Task::none(),
            unlock::Action::Run(task) => {
                let locks = self.locks;
                task.map(move |message| Message::Begun(locks, message))
            }
            unlock::Action::Open(running) => self.show(messenger::State::new(running)),
            unlock::Action::Back => self.go_back(),
        }
    }

    fn show(&mut self, mut state: messenger::State) -> Task<Message> {
        state.width = self.look.width();
        state.focused = self.focused;
        self.touched = self.look.clock.now;
        self.screen = Screen::Messenger(Box::new(state));
        self.ask_kept()
    }

    fn messenger(&mut self, message: messenger::Message) -> Task<Message> {
        let Screen::Messenger(state) = &mut self.screen else {
            return Task::none();
        };
        let number = state.running().number();
        match state.update(message, &self.look) {
            messenger::Action::None => Task::none(),
            messenger::Action::Run(task) => task.map(move |message| Message::Of(number, message)),
            messenger::Action::Switch(message) => self.switch(&message),
            messenger::Action::Choose(wish) => self.choose(wish, |wish, chosen| {
                let message = dialog::Message::Chosen(wish, chosen);
                Message::Messenger(messenger::Message::Dialog(message))
            }),
            messenger::Action::Lock => self.close(Message::Closed),
            messenger::Action::Panic => self.panic_pressed(),
            messenger::Action::Reopen(work) => self.reopen(work),
            messenger::Action::Change(change) => {
                self.look.change(change);
                self.keep_later()
            }
        }
    }

    /// What is shown.
    #[must_use]
    pub fn view(&self) -> Element<'_, Message> {
        let content = match (&self.screen, self.panic) {
            (_, Some(panic)) => panic::view(panic, &self.look),
            (Screen::Welcome(state), _) => state.view(&self.look).map(Message::Welcome),
            (Screen::Unlock(state), _) => state.view(&self.look).map(Message::Unlock),
            (Screen::Messenger(state), _) => state.view(&self.look).map(Message::Messenger),
            (Screen::Closing, _) => {
                let words = self.look.muted(self.look.say("closing"), 14.5);
                let bar = iced::widget::container(self.look.moving()).max_width(180);
                let words = iced::widget::column![words, bar]
                    .spacing(14)
                    .align_x(iced::Center);
                let words = iced::widget::container(words).center(iced::Fill);
                self.look.ground(self.look.colors.page, words).into()
            }
        };
        shortcuts(content, |key, modifiers, repeat| {
            self.shortcut(key, modifiers, repeat)
        })
    }
}

fn zoomed(scale: u16, step: Option<bool>) -> u16 {
    let all = dialog::settings::SCALES;
    let at = all.iter().position(|known| *known == scale).unwrap_or(2);
    let next = match step {
        None => return 100,
        Some(true) => at + 1,
        Some(false) => at.saturating_sub(1),
    };
    all[next.min(all.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_grows_and_shrinks_within_bounds() {
        assert_eq!(zoomed(100, Some(true)), 115);
        assert_eq!(zoomed(200, Some(true)), 200);
        assert_eq!(zoomed(80, Some(false)), 80);
        assert_eq!(zoomed(160, None), 100);
    }
}
