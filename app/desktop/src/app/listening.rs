//! What the program listens to: the window, the clock, the desktop, and every profile that is unlocked.

use std::time::Duration;

use iced::{Subscription, window};

use super::{App, Message, Screen, idle};
use crate::announce::Announcer;
use crate::{motion, tray};

/// How often the clock is read, for the headings of days.
const CLOCK: Duration = Duration::from_secs(30);

impl App {
    /// Something takes long, and nothing says how far it is.
    fn is_busy(&self) -> bool {
        match &self.screen {
            Screen::Welcome(state) => state.is_busy(),
            Screen::Unlock(state) => state.is_busy(),
            Screen::Messenger(state) => state.is_loading(),
            Screen::Closing => true,
        }
    }

    /// What is listened to.
    pub fn subscription(&self) -> Subscription<Message> {
        let mut all = vec![
            iced::system::theme_changes().map(Message::System),
            iced::time::every(CLOCK).map(|_| Message::Tick),
            iced::event::listen_with(|event, _, _| match event {
                iced::Event::Window(window::Event::Resized(size)) => Some(Message::Resized(size)),
                iced::Event::Window(window::Event::FileDropped(path)) => {
                    Some(Message::Dropped(path))
                }
                iced::Event::Window(window::Event::Focused) => Some(Message::Focused(true)),
                iced::Event::Window(window::Event::Unfocused) => Some(Message::Focused(false)),
                iced::Event::Window(window::Event::CloseRequested) => Some(Message::Close),
                other => idle::touched(&other),
            }),
        ];
        if self.trays {
            all.push(Subscription::run(tray::listen).map(Message::Tray));
            all.push(Subscription::run(motion::listen).map(Message::SystemStill));
            let pressed = Subscription::run_with(self.announcer.clone(), Announcer::presses);
            all.push(pressed.map(|()| Message::Announced));
        }
        if self.is_busy() {
            all.push(iced::time::every(self.beat()).map(|_| Message::Beat));
        }
        let shown = match &self.screen {
            Screen::Messenger(state) => Some(&**state),
            _ => None,
        };
        all.extend(shown.into_iter().chain(self.resting()).map(|state| {
            let heard = state.subscription().with(state.running().number());
            heard.map(|(number, message)| Message::Of(number, message))
        }));
        Subscription::batch(all)
    }
}
