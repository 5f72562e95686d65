//! The program on the desktop: files chosen in its dialogs, its window opened, hidden behind the icon of the tray where that is wanted, shown again. A window that
//! is hidden is closed; the profile runs on and is announced as usual.

use iced::{Size, Task, window};

use super::{App, Message};
use crate::choose::{Chosen, Wish};
use crate::keeping::{SMALLEST, USUAL};
use crate::tray::{Shown, Told, Tray};

/// What the program knows of its place on the desktop.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// The window, while there is one.
    window: Option<window::Id>,
    tray: Option<Tray>,
    told: Option<Shown>,
}

impl App {
    /// Opens the window.
    pub(crate) fn open_window(&mut self, size: Size) -> Task<Message> {
        let (id, opened) = window::open(window::Settings {
            size,
            min_size: Some(SMALLEST),
            exit_on_close_request: false,
            ..window::Settings::default()
        });
        self.desk.window = Some(id);
        opened.discard()
    }

    /// Opens the first window.
    pub fn begin(&mut self) -> Task<Message> {
        self.open_window(USUAL)
    }

    /// The window's own button was pressed.
    pub(super) fn close_window(&mut self) -> Task<Message> {
        let unlocked = self.is_unlocked();
        if self.look.lingers && self.look.tray && unlocked && self.panic.is_none() {
            return self.hide();
        }
        self.quit()
    }

    fn hide(&mut self) -> Task<Message> {
        let Some(id) = self.desk.window.take() else {
            return Task::none();
        };
        let unseen = self.look_at(false);
        Task::batch([window::close(id), unseen])
    }

    pub(super) fn show_window(&mut self) -> Task<Message> {
        match self.desk.window {
            Some(id) => Task::batch([window::minimize(id, false), window::gain_focus(id)]),
            None => {
                let scale = self.scale_factor();
                self.open_window(Size::new(self.size.width / scale, self.size.height / scale))
            }
        }
    }

    /// Lets a file be chosen in a dialog of the desktop, in place of one that is open.
    pub(super) fn choose(
        &mut self,
        wish: Wish,
        done: fn(Wish, Chosen) -> Message,
    ) -> Task<Message> {
        let title = self.look.say(wish.sentence());
        let asked = self.chooser.clone().ask(wish, title);
        let (task, handle) = Task::perform(asked, move |chosen| done(wish, chosen)).abortable();
        self.choosing = Some(handle.abort_on_drop());
        task
    }

    /// All of them.
    pub(super) fn lock(&mut self) -> Task<Message> {
        if self.is_unlocked() {
            self.close(Message::Closed)
        } else {
            Task::none()
        }
    }

    pub(super) fn quit(&mut self) -> Task<Message> {
        if self.is_unlocked() {
            self.close(Message::Quit)
        } else {
            iced::exit()
        }
    }

    /// Takes in what happens at the tray.
    pub(super) fn at_tray(&mut self, told: Told) -> Task<Message> {
        match told {
            Told::There(tray) => {
                self.desk.tray = Some(tray);
                self.desk.told = None;
                self.look.tray = true;
                Task::none()
            }
            Told::Online(true) => {
                self.look.tray = true;
                Task::none()
            }
            // Nobody could bring it back any more.
            Told::Online(false) => {
                self.look.tray = false;
                if self.desk.window.is_some() {
                    Task::none()
                } else {
                    self.show_window()
                }
            }
            Told::Toggle if self.desk.window.is_some() && self.focused && self.look.lingers => {
                self.hide()
            }
            Told::Toggle => self.show_window(),
            Told::Lock => self.lock(),
            Told::Quit => self.quit(),
        }
    }

    /// Tells the tray how it is now, if that is news.
    pub(super) fn tell_tray(&mut self) -> Task<Message> {
        let Some(tray) = self.desk.tray.clone() else {
            return Task::none();
        };
        let shown = self.at_the_tray();
        if self.desk.told.as_ref() == Some(&shown) {
            return Task::none();
        }
        self.desk.told = Some(shown.clone());
        Task::future(tray.show(shown)).discard()
    }

    /// What the icon of the tray says.
    #[must_use]
    pub fn at_the_tray(&self) -> Shown {
        let say = |name| self.look.say(name);
        let window = self.desk.window.is_some();
        // Hiding is offered where closing hides as well.
        let hides = window && self.focused && self.look.lingers;
        Shown {
            unread: self.unread() > 0,
            window,
            unlocked: self.is_unlocked(),
            rtl: self.look.is_rtl(),
            toggle: say(if hides { "tray-hide" } else { "tray-show" }),
            lock: say("tray-lock"),
            quit: say("tray-quit"),
        }
    }
}
