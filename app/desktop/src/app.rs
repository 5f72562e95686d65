//! The program as a whole: which screen is shown, what the keys mean everywhere, how it looks. What a
//! screen does is the screen's own affair.

use std::time::Duration;

use iced::keyboard::{Key, Modifiers, key::Named};
use iced::{Element, Subscription, Task, Theme, theme, widget::operation, window};

use crate::look::Look;
use crate::place::Place;
use crate::screen::dialog::{self, Change, Dialog, Which, palette};
use crate::screen::messenger::sidebar;
use crate::screen::{messenger, unlock, welcome};
use crate::widget::Shortcuts;
use crate::words::Language;

/// How often the clock is read, for the headings of days.
const CLOCK: Duration = Duration::from_secs(30);

/// The program's state.
#[derive(Debug)]
pub struct App {
    place: Place,
    look: Look,
    screen: Screen,
    width: f32,
    focused: bool,
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
    /// The system wants another theme.
    System(theme::Mode),
    /// Time passed.
    Tick,
    /// To the next control, or back.
    Focus(bool),
    /// The search.
    Search,
    /// Lock.
    Lock,
    /// Larger or smaller text; `None`: as usual.
    Zoom(Option<bool>),
    /// The window changed its size.
    Resized(f32),
    /// The window is looked at, or not.
    Focused(bool),
    /// The profile is closed.
    Closed,
    /// The window is to be closed.
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
        let app = Self {
            place,
            look: Look::new(language),
            screen,
            width: 1_080.0,
            focused: true,
        };
        let system = iced::system::theme().map(Message::System);
        (app, Task::batch([focus, system]))
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
        let unread = match &self.screen {
            Screen::Messenger(state) => state.unread(self.look.clock.now),
            _ => 0,
        };
        if unread > 0 {
            self.look
                .with("window-title-unread", [("count", unread.into())])
        } else {
            self.look.say("window-title")
        }
    }

    /// What is listened to.
    pub fn subscription(&self) -> Subscription<Message> {
        let mut all = vec![
            iced::system::theme_changes().map(Message::System),
            iced::time::every(CLOCK).map(|_| Message::Tick),
            iced::event::listen_with(|event, _, _| match event {
                iced::Event::Window(window::Event::Resized(size)) => {
                    Some(Message::Resized(size.width))
                }
                iced::Event::Window(window::Event::Focused) => Some(Message::Focused(true)),
                iced::Event::Window(window::Event::Unfocused) => Some(Message::Focused(false)),
                iced::Event::Window(window::Event::CloseRequested) => Some(Message::Quit),
                _ => None,
            }),
        ];
        if let Screen::Messenger(state) = &self.screen {
            all.push(state.subscription().map(Message::Messenger));
        }
        Subscription::batch(all)
    }

    /// Takes in what happened.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Welcome(message) => self.welcome(message),
            Message::Unlock(message) => self.unlock(message),
            Message::Messenger(message) => {
                self.look.clock.look();
                self.messenger(message)
            }
            Message::System(mode) => {
                self.look.set_system(mode);
                Task::none()
            }
            Message::Tick => {
                self.look.clock.look();
                Task::none()
            }
            Message::Focus(true) => operation::focus_next(),
            Message::Focus(false) => operation::focus_previous(),
            Message::Search => operation::focus(sidebar::SEARCH),
            Message::Lock => self.close(Message::Closed),
            Message::Zoom(step) => {
                self.look.scale = zoomed(self.look.scale, step);
                Task::none()
            }
            Message::Resized(width) => {
                self.width = width;
                if let Screen::Messenger(state) = &mut self.screen {
                    state.width = width;
                }
                Task::none()
            }
            Message::Focused(focused) => {
                self.focused = focused;
                let Screen::Messenger(state) = &mut self.screen else {
                    return Task::none();
                };
                state.focused = focused;
                state.seen().map(Message::Messenger)
            }
            Message::Closed => {
                self.screen = Screen::Unlock(unlock::State::default());
                operation::focus(unlock::FIELD)
            }
            Message::Quit => match &self.screen {
                Screen::Messenger(_) => self.close(Message::Quit),
                _ => iced::exit(),
            },
        }
    }

    fn welcome(&mut self, message: welcome::Message) -> Task<Message> {
        let Screen::Welcome(state) = &mut self.screen else {
            return Task::none();
        };
        match state.update(message, &self.place) {
            welcome::Action::None => Task::none(),
            welcome::Action::Run(task) => task.map(Message::Welcome),
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
            unlock::Action::Run(task) => task.map(Message::Unlock),
            unlock::Action::Open(running) => self.show(messenger::State::new(running)),
        }
    }

    fn show(&mut self, mut state: messenger::State) -> Task<Message> {
        state.width = self.width;
        state.focused = self.focused;
        self.screen = Screen::Messenger(Box::new(state));
        Task::none()
    }

    fn messenger(&mut self, message: messenger::Message) -> Task<Message> {
        let Screen::Messenger(state) = &mut self.screen else {
            return Task::none();
        };
        match state.update(message, &self.look) {
            messenger::Action::None => Task::none(),
            messenger::Action::Run(task) => task.map(Message::Messenger),
            messenger::Action::Lock => self.close(Message::Closed),
            messenger::Action::Change(change) => {
                match change {
                    Change::Appearance(appearance) => self.look.set_appearance(appearance),
                    Change::Language(language) => self.look.set_language(language),
                    Change::Scale(scale) => self.look.scale = scale,
                    Change::Presentation(covered) => self.look.presentation = covered,
                }
                Task::none()
            }
        }
    }

    /// Takes everything personal off the screen at once, then closes the profile.
    fn close(&mut self, then: Message) -> Task<Message> {
        let Screen::Messenger(state) = &mut self.screen else {
            return Task::none();
        };
        let commands = state.last_commands();
        let running = state.running().clone();
        self.screen = Screen::Closing;
        Task::future(async move {
            for command in commands {
                // A draft that cannot be kept does not hold up the lock.
                let _ = running.run(command).await;
            }
            running.close().await;
            then
        })
    }

    /// What is shown.
    #[must_use]
    pub fn view(&self) -> Element<'_, Message> {
        let content = match &self.screen {
            Screen::Welcome(state) => state.view(&self.look).map(Message::Welcome),
            Screen::Unlock(state) => state.view(&self.look).map(Message::Unlock),
            Screen::Messenger(state) => state.view(&self.look).map(Message::Messenger),
            Screen::Closing => {
                let words = self.look.muted(self.look.say("closing"), 14.5);
                self.look
                    .ground(
                        self.look.colors.page,
                        iced::widget::container(words).center(iced::Fill),
                    )
                    .into()
            }
        };
        Shortcuts::new(content, |key, modifiers| self.shortcut(key, modifiers)).into()
    }

    /// What a key means everywhere. Ctrl with a letter is safe: fields do not take it for text.
    fn shortcut(&self, key: &Key, modifiers: Modifiers) -> Option<Message> {
        let open = |which| Message::Messenger(messenger::Message::Open(which));
        let messenger = match &self.screen {
            Screen::Messenger(state) => Some(state),
            _ => None,
        };
        let dialog = messenger.and_then(|state| state.dialog());
        match key.as_ref() {
            Key::Named(Named::Tab) => return Some(Message::Focus(!modifiers.shift())),
            Key::Named(Named::Escape) if messenger.is_some() => {
                return Some(Message::Messenger(messenger::Message::Escape));
            }
            Key::Named(arrow @ (Named::ArrowDown | Named::ArrowUp)) => {
                let down = arrow == Named::ArrowDown;
                if let Some(Dialog::Palette(_)) = dialog {
                    let message = dialog::Message::Palette(palette::Message::Move(down));
                    return Some(Message::Messenger(messenger::Message::Dialog(message)));
                }
                if modifiers.alt() && messenger.is_some() && dialog.is_none() {
                    return Some(Message::Messenger(messenger::Message::Step(down)));
                }
            }
            _ => {}
        }
        if !modifiers.command() || modifiers.alt() {
            return None;
        }
        match key.as_ref() {
            Key::Character("+" | "=") => Some(Message::Zoom(Some(true))),
            Key::Character("-") => Some(Message::Zoom(Some(false))),
            Key::Character("0") => Some(Message::Zoom(None)),
            Key::Character("q") => Some(Message::Quit),
            Key::Character("l") if messenger.is_some() => Some(Message::Lock),
            Key::Character("k") if messenger.is_some() => Some(open(Which::Palette)),
            Key::Character("n") if messenger.is_some() => Some(open(Which::Add)),
            Key::Character("f") if messenger.is_some() && dialog.is_none() => Some(Message::Search),
            Key::Character(",") if messenger.is_some() => Some(open(Which::Settings)),
            _ => None,
        }
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
