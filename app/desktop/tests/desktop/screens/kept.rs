//! A window that is kept from frame to frame, as the program keeps it: what has the keyboard and what was measured stays.

use iced::advanced::clipboard;
use iced::advanced::renderer::Headless;
use iced::advanced::widget::Id;
use iced::advanced::widget::operation::{black_box, focusable};
use iced::keyboard::{self, Key, Modifiers};
use iced::{Event, Renderer, Size, mouse, window};
use iced_test::runtime::user_interface::{Cache, UserInterface};
use undertone_desktop::app::{App, Message};
use undertone_desktop::program;
use undertone_desktop::screen::messenger::{self, conversation};

use crate::samples::{USUAL, id, tell};

pub(super) struct Kept {
    pub(super) app: App,
    cache: Cache,
    renderer: Renderer,
}

impl Kept {
    pub(super) fn new(app: App) -> Self {
        let settings = program::settings();
        let renderer =
            <Renderer as Headless>::new(settings.default_font, settings.default_text_size, None);
        Self {
            app,
            cache: Cache::default(),
            renderer: futures::executor::block_on(renderer).expect("a renderer"),
        }
    }

    fn with<T>(
        &mut self,
        work: impl FnOnce(&mut UserInterface<'_, Message, iced::Theme, Renderer>, &mut Renderer) -> T,
    ) -> T {
        let cache = std::mem::take(&mut self.cache);
        let size = Size::new(USUAL.0, USUAL.1);
        let mut ui = UserInterface::build(self.app.view(), size, cache, &mut self.renderer);
        let done = work(&mut ui, &mut self.renderer);
        self.cache = ui.into_cache();
        done
    }

    /// What a frame with an event says. The program hears of it.
    pub(super) fn frame(&mut self, event: Option<Event>) -> Vec<Message> {
        let redraw = window::Event::RedrawRequested(std::time::Instant::now());
        let events: Vec<Event> = [Event::Window(redraw)].into_iter().chain(event).collect();
        let messages = self.with(|ui, renderer| {
            let mut messages = Vec::new();
            let _ = ui.update(
                &events,
                mouse::Cursor::Unavailable,
                renderer,
                &mut clipboard::Null,
                &mut messages,
            );
            messages
        });
        for message in messages.clone() {
            let _ = self.app.update(message);
        }
        messages
    }

    /// Gives the keyboard to something.
    pub(super) fn focus(&mut self, name: &'static str) {
        self.with(|ui, renderer| {
            ui.operate(
                renderer,
                &mut black_box(&mut focusable::focus::<()>(Id::from(name))),
            );
        });
    }

    /// Types a letter.
    pub(super) fn letter(&mut self, letter: &str) -> Vec<Message> {
        let key = Key::Character(letter.into());
        self.frame(Some(Event::Keyboard(keyboard::Event::KeyPressed {
            key: key.clone(),
            modified_key: key,
            physical_key: keyboard::key::Physical::Unidentified(
                keyboard::key::NativeCode::Unidentified,
            ),
            location: keyboard::Location::Standard,
            modifiers: Modifiers::default(),
            repeat: false,
            text: Some(letter.into()),
        })))
    }

    /// The first conversation hears something.
    pub(super) fn hear(&mut self, heard: conversation::Message) {
        tell(
            &mut self.app,
            messenger::Message::Conversation(id(1), heard),
        );
    }
}
