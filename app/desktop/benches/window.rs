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

use futures::channel::mpsc;
use futures::executor::LocalPool;
use futures::task::LocalSpawnExt as _;
use futures::{FutureExt as _, StreamExt as _};
use iced::advanced::clipboard;
use iced::advanced::renderer::{Headless, Style};
use iced::advanced::widget::Id;
use iced::advanced::widget::operation::{Outcome, focusable};
use iced::keyboard::{self, Key, Modifiers};
use iced::{Event, Renderer, Size, Task, Theme, mouse, window};
use iced_test::core::widget::{Operation, operation::black_box};
use iced_test::runtime::user_interface::{Cache, UserInterface};
use iced_test::runtime::{Action, task::into_stream};
use iced_test::selector::{Candidate, Selector as _};
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::bridge::Heard;
use undertone_desktop::program;
use undertone_desktop::screen::messenger::history::PAGE;
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
    /// View, layout, drawing and pixels of the window as it comes. Gives how long that took when letters were drawn before:
    /// the conversation before this one has drawn them.
    fn first_frame(&mut self) -> Duration {
        let mut first = Duration::ZERO;
        for pass in 0..2 {
            self.cache = Cache::default();
            let began = Instant::now();
            let theme = self.app.theme();
            let mut ui =
                UserInterface::build(self.app.view(), SIZE, Cache::default(), &mut self.renderer);
            let style = Style {
                text_color: self.app.look().colors.text,
            };
            ui.draw(&mut self.renderer, &theme, &style, self.cursor);
            self.cache = ui.into_cache();
            let drawn = began.elapsed();
            let size = Size::new(1_080, 720);
            let pixels = self
                .renderer
                .screenshot(size, 1.0, self.app.look().colors.page);
            assert_eq!(pixels.len(), 1_080 * 720 * 4);
            first = began.elapsed();
            println!(
                "first frame{}: {first:.1?} (view, layout and drawing {drawn:.1?}), bound {FIRST:?}",
                if pass == 0 { ", fonts cold" } else { "" },
            );
        }
        first
    }

    /// An event and the redraw that follows it, then everything that they lead to: updates, view, layout, measuring
    /// and views again. Gives the time of all of it, and whether a message could be seen.
    fn turn(&mut self, mut events: Vec<Event>, heard: Option<Message>) -> (Duration, bool) {
        let redraw = window::Event::RedrawRequested(Instant::now());
        events.push(Event::Window(redraw));
        let mut began = Instant::now();
        self.settle(heard.into_iter().collect());
        let mut spent = began.elapsed();
        let mut messages = Vec::new();
        let cursor = self.cursor;
        self.form(|ui, renderer| {
            // What an event reaches was formed before it.
            began = Instant::now();
            let clipboard = &mut clipboard::Null;
            let _ = ui.update(&events, cursor, renderer, clipboard, &mut messages);
        });
        self.settle(messages);
        spent += began.elapsed();
        let looking = |candidate: Candidate<'_>| match candidate {
            Candidate::Container {
                id: Some(id),
                visible_bounds: Some(visible),
                ..
            } => (format!("{id:?}").contains("message-") && visible.height > 4.0).then_some(()),
            _ => None,
        };
        let mut looking = looking.find();
        self.form(|ui, renderer| ui.operate(renderer, &mut black_box(&mut looking)));
        let seen = matches!(looking.finish(), Outcome::Some(Some(())));
        (spent, seen)
    }

    /// View and layout, and then something with them.
    fn form(
        &mut self,
        with: impl FnOnce(&mut UserInterface<'_, Message, Theme, Renderer>, &mut Renderer),
    ) {
        let cache = std::mem::take(&mut self.cache);
        let mut ui = UserInterface::build(self.app.view(), SIZE, cache, &mut self.renderer);
        with(&mut ui, &mut self.renderer);
        self.cache = ui.into_cache();
    }

    /// Takes messages in and does what they ask for, as the program does: after messages the window is formed anew,
    /// and what is measured is measured there. What waits for the clock never comes.
    fn settle(&mut self, mut messages: Vec<Message>) {
        let (out, mut came) = mpsc::unbounded();
        let mut pool = LocalPool::new();
        while !messages.is_empty() {
            for message in messages.drain(..) {
                let Some(actions) = into_stream(self.hear(message)) else {
                    continue;
                };
                let actions = actions.map(Ok).forward(out.clone()).map(drop);
                pool.spawner().spawn_local(actions).expect("a pool");
            }
            self.form(|ui, renderer| {
                loop {
                    pool.run_until_stalled();
                    match came.next().now_or_never() {
                        Some(Some(Action::Output(message))) => messages.push(message),
                        Some(Some(Action::Widget(operation))) => operate(ui, renderer, operation),
                        Some(Some(_)) => {}
                        _ => break,
                    }
                }
            });
        }
    }

    /// Takes a message in; pages that it asks for are there at once, as from an engine that is idle.
    fn hear(&mut self, message: Message) -> Task<Message> {
        let answer = match &message {
            Message::Messenger(messenger::Message::Conversation(_, asked)) => self.answer(asked),
            _ => None,
        };
        let task = self.app.update(message);
        let Some(answer) = answer else { return task };
        let answer = messenger::Message::Conversation(samples::id(1), answer);
        self.app.update(Message::Messenger(answer))
    }

    /// What the engine says when a page is asked for.
    fn answer(&self, asked: &conversation::Message) -> Option<conversation::Message> {
        let history = self.open().history();
        match asked {
            conversation::Message::ShowOlder => {
                let first = history.first()?;
                let messages = page(first.saturating_sub(u64::from(PAGE)), first - 1);
                Some(conversation::Message::Older(Ok(Reply::Messages {
                    messages,
                })))
            }
            conversation::Message::ShowNewer => {
                let last = history.last()?;
                let messages = page(last + 1, (last + u64::from(PAGE)).min(ALL));
                Some(conversation::Message::Newer(Ok(Reply::Messages {
                    messages,
                })))
            }
            _ => None,
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
        let mut focus = focusable::focus::<()>(Id::from(composer::FIELD));
        self.form(|ui, renderer| ui.operate(renderer, &mut focus));
    }
}

fn operate(
    ui: &mut UserInterface<'_, Message, Theme, Renderer>,
    renderer: &Renderer,
    mut operation: Box<dyn Operation>,
) {
    loop {
        ui.operate(renderer, operation.as_mut());
        match operation.finish() {
            Outcome::Chain(next) => operation = next,
            _ => break,
        }
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

/// What happens at that turn: what reaches the window, and what the program hears.
fn event(turn: usize) -> (Vec<Event>, Option<Message>) {
    match turn % 5 {
        0 => {
            let event = undertone_engine::Event::MessageReceived {
                contact: samples::id(1),
                message: message(ALL + 1 + turn as u64),
            };
            let heard = messenger::Message::Heard(Heard::Events(vec![event]));
            (Vec::new(), Some(Message::Messenger(heard)))
        }
        4 => (vec![key("a")], None),
        _ => {
            let delta = mouse::ScrollDelta::Lines { x: 0.0, y: 3.0 };
            let wheel = Event::Mouse(mouse::Event::WheelScrolled { delta });
            (vec![wheel], None)
        }
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let _entered = runtime.enter();
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

    if window.first_frame() > FIRST {
        return ExitCode::FAILURE;
    }

    window.write();
    let mut times = Vec::with_capacity(EVENTS);
    let mut blank = 0;
    for turn in 0..EVENTS {
        let (events, heard) = event(turn);
        let (spent, seen) = window.turn(events, heard);
        times.push(spent);
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
