//! What the window costs with a conversation of 100,000 messages, drawn in software and without a display: the first
//! frame, and then each of 1,000 events (messages that come, wheel steps, pages of older messages, keys in the
//! composer). It fails when a figure is beyond its bound.
//!
//! `cargo bench -p undertone-desktop --bench window`

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[path = "../tests/desktop/samples.rs"]
#[allow(dead_code)]
mod samples;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use iced::advanced::clipboard;
use iced::advanced::renderer::{Headless, Style};
use iced::advanced::widget::Id;
use iced::advanced::widget::operation::{Outcome, focusable};
use iced::keyboard::{self, Key, Modifiers};
use iced::{Event, Renderer, Size, mouse};
use iced_test::core::widget::{Operation as _, operation::black_box};
use iced_test::runtime::user_interface::{Cache, UserInterface};
use iced_test::selector::{Candidate, Selector as _};
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::bridge::Heard;
use undertone_desktop::program;
use undertone_desktop::screen::messenger::history::{MOST, PAGE};
use undertone_desktop::screen::messenger::{self, Pane, composer, conversation};
use undertone_desktop::words::Language;
use undertone_engine::{MessageView, Reply};

/// Messages of the conversation.
const ALL: u64 = 100_000;
/// Events that are measured.
const EVENTS: usize = 1_000;
/// The window, as at the first start.
const SIZE: Size = Size::new(1_080.0, 720.0);
/// The first frame: view, layout, drawing, pixels.
const FIRST: Duration = Duration::from_millis(30);
/// View and layout of an event, in 99 of 100 cases.
const EVENT: Duration = Duration::from_millis(8);

/// A message of the conversation: short ones, long ones, formatted ones, emoji, other writing.
fn message(number: u64) -> MessageView {
    let text = match number % 9 {
        0 => "Yes.".to_owned(),
        1 => "See you at **six**, or a little later if the `train` is late.".to_owned(),
        2 => "مرحبا، كيف حالك اليوم؟".to_owned(),
        3 => "Safe travels 👋 🧡".to_owned(),
        4 => "https://example.org/a/page and some words behind it".to_owned(),
        5 => "```\nfn main() {\n    println!(\"hello\");\n}\n```".to_owned(),
        6 => "I have been thinking about what you said yesterday. ".repeat(8),
        7 => format!("Number {number}"),
        _ => "Perfect, reading them now.\nSecond line.".to_owned(),
    };
    let time = samples::NOW - (ALL + EVENTS as u64 - number.min(ALL + EVENTS as u64)) * 40;
    samples::message(number, number.is_multiple_of(3), time, &text)
}

fn page(first: u64, last: u64) -> Vec<MessageView> {
    (first.max(1)..=last).map(message).collect()
}

/// A window that is kept from event to event, as in a program.
struct Window {
    app: App,
    cache: Cache,
    renderer: Renderer,
    cursor: mouse::Cursor,
}

impl Window {
    /// View and layout, then an event, then what it says happens. Gives the time of all of it, and whether a
    /// message could be seen.
    fn turn(&mut self, events: &[Event]) -> (Duration, bool) {
        let began = Instant::now();
        let cache = std::mem::take(&mut self.cache);
        let mut ui = UserInterface::build(self.app.view(), SIZE, cache, &mut self.renderer);
        let mut messages = Vec::new();
        let _ = ui.update(
            events,
            self.cursor,
            &mut self.renderer,
            &mut clipboard::Null,
            &mut messages,
        );
        let spent = began.elapsed();
        let seen = |candidate: Candidate<'_>| match candidate {
            Candidate::Container {
                id: Some(id),
                visible_bounds: Some(visible),
                ..
            } => (format!("{id:?}").contains("message-") && visible.height > 4.0).then_some(()),
            _ => None,
        };
        let mut looking = seen.find();
        ui.operate(&self.renderer, &mut black_box(&mut looking));
        let seen = matches!(looking.finish(), Outcome::Some(Some(())));
        self.cache = ui.into_cache();
        let began = Instant::now();
        for message in messages {
            self.hear(message);
        }
        (spent + began.elapsed(), seen)
    }

    /// Takes a message in; pages that it asks for are there at once, as from an engine that is idle.
    fn hear(&mut self, message: Message) {
        let asked = match &message {
            Message::Messenger(messenger::Message::Conversation(
                _,
                conversation::Message::ShowOlder,
            )) => self.first(),
            _ => None,
        };
        let _ = self.app.update(message);
        if let Some(first) = asked.filter(|first| *first > 1) {
            let tell = |app: &mut App, message| {
                let message = messenger::Message::Conversation(samples::id(1), message);
                let _ = app.update(Message::Messenger(message));
            };
            let messages = page(first.saturating_sub(u64::from(PAGE)), first - 1);
            let older = conversation::Message::Older(Ok(Reply::Messages { messages }));
            tell(&mut self.app, older);
            // What is too much leaves at the end, as after it was measured.
            let last = self.open().history().rows().nth(MOST - 1);
            if let Some(last) = last.map(|row| row.view.number) {
                tell(&mut self.app, conversation::Message::Drop(last, 0.0));
            }
        }
    }

    fn open(&self) -> &conversation::State {
        let Screen::Messenger(state) = self.app.screen() else {
            panic!("the main window");
        };
        match state.pane() {
            Pane::Conversation(open) => open,
            other => panic!("{other:?}"),
        }
    }

    fn first(&self) -> Option<u64> {
        self.open().history().first()
    }

    /// The keyboard writes a message.
    fn write(&mut self) {
        let cache = std::mem::take(&mut self.cache);
        let mut ui = UserInterface::build(self.app.view(), SIZE, cache, &mut self.renderer);
        let mut focus = focusable::focus::<()>(Id::from(composer::FIELD));
        ui.operate(&self.renderer, &mut focus);
        self.cache = ui.into_cache();
    }
}

fn key(letter: &str) -> Event {
    let key = Key::Character(letter.into());
    Event::Keyboard(keyboard::Event::KeyPressed {
        key: key.clone(),
        modified_key: key,
        physical_key: keyboard::key::Physical::Unidentified(
            keyboard::key::NativeCode::Unidentified,
        ),
        location: keyboard::Location::Standard,
        modifiers: Modifiers::default(),
        repeat: false,
        text: Some(letter.into()),
    })
}

fn main() -> ExitCode {
    for font in program::settings().fonts {
        let mut system = iced_test::renderer::graphics::text::font_system()
            .write()
            .expect("the fonts");
        system.load_font(font);
    }
    let settings = program::settings();
    let renderer =
        <Renderer as Headless>::new(settings.default_font, settings.default_text_size, None);
    let renderer = futures::executor::block_on(renderer).expect("a renderer");

    let mut app = samples::messenger(Language::English);
    samples::open(
        &mut app,
        samples::id(1),
        page(ALL - u64::from(PAGE) + 1, ALL),
    );
    let mut window = Window {
        app,
        cache: Cache::default(),
        renderer,
        cursor: mouse::Cursor::Available(iced::Point::new(640.0, 400.0)),
    };

    // Warm: letters that were never drawn are not what is measured. The conversation before this one
    // has drawn them.
    for pass in 0..2 {
        window.cache = Cache::default();
        let began = Instant::now();
        let theme = window.app.theme();
        let mut ui = UserInterface::build(
            window.app.view(),
            SIZE,
            Cache::default(),
            &mut window.renderer,
        );
        let style = Style {
            text_color: window.app.look().colors.text,
        };
        ui.draw(&mut window.renderer, &theme, &style, window.cursor);
        window.cache = ui.into_cache();
        let drawn = began.elapsed();
        let size = Size::new(1_080, 720);
        let pixels = window
            .renderer
            .screenshot(size, 1.0, window.app.look().colors.page);
        assert_eq!(pixels.len(), 1_080 * 720 * 4);
        let first = began.elapsed();
        println!(
            "first frame{}: {first:.1?} (view, layout and drawing {drawn:.1?}), bound {FIRST:?}",
            if pass == 0 { ", fonts cold" } else { "" },
        );
        if pass == 1 && first > FIRST {
            return ExitCode::FAILURE;
        }
    }

    window.write();
    let mut times = Vec::with_capacity(EVENTS);
    let mut blank = 0;
    for turn in 0..EVENTS {
        let events = match turn % 5 {
            0 => {
                let number = ALL + 1 + turn as u64;
                let event = undertone_engine::Event::MessageReceived {
                    contact: samples::id(1),
                    message: message(number),
                };
                let heard = messenger::Message::Heard(Heard::Events(vec![event]));
                let began = Instant::now();
                let _ = window.app.update(Message::Messenger(heard));
                times.push(began.elapsed());
                Vec::new()
            }
            4 => vec![key("a")],
            _ => vec![Event::Mouse(mouse::Event::WheelScrolled {
                delta: mouse::ScrollDelta::Lines { x: 0.0, y: 3.0 },
            })],
        };
        let (spent, seen) = window.turn(&events);
        // What an update took belongs to its frame.
        match times.get_mut(turn) {
            Some(time) => *time += spent,
            None => times.push(spent),
        }
        blank += usize::from(!seen);
    }
    times.sort();
    let at = |part: usize| times[(times.len() * part / 1_000).min(times.len() - 1)];
    println!(
        "{EVENTS} events: median {:.2?}, p99 {:.2?}, longest {:.2?}, bound of p99 {EVENT:?}; {} messages scrolled past; blank {blank} times",
        at(500),
        at(990),
        at(1_000),
        ALL - window.first().unwrap_or(ALL),
    );
    let written = window.open().composer().text().trim().len();
    assert_eq!(written, EVENTS / 5, "the keys were heard");
    if at(990) > EVENT || blank > 0 {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
