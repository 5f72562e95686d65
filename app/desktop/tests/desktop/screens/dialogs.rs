//! Dialogs in a small window with large text: whatever can be pressed can be brought into view.

use futures::StreamExt as _;
use iced::advanced::renderer::Headless;
use iced::advanced::widget::Id;
use iced::advanced::widget::operation::{Operation as _, Outcome, black_box};
use iced::mouse::{self, ScrollDelta};
use iced::{Event, Point, Rectangle, Size, Task};
use iced_test::Simulator;
use iced_test::runtime::user_interface::{Cache, UserInterface};
use iced_test::runtime::{Action, task::into_stream};
use iced_test::selector::{self, Selector as _, Target};
use undertone_desktop::app::{App, Message};
use undertone_desktop::bridge::Snapshot;
use undertone_desktop::program;
use undertone_desktop::screen::dialog::{self, Which, palette};
use undertone_desktop::screen::messenger;
use undertone_desktop::words::Language;
use undertone_engine::NetworkStatus;

use super::{click, sees};
use crate::samples::{self, id, person, tell, window};

/// The smallest window at the largest text, in logical pixels.
const SMALL: (f32, f32) = (450.0, 300.0);
/// Where the content of a dialog begins there, and where it ends before the scroll bar.
const START: f32 = 22.0;
const END: f32 = 408.0;

fn shrink(app: &mut App) {
    app.look_mut().scale = 200;
    let _ = app.update(Message::Resized(SMALL.into()));
}

fn small(which: Which) -> App {
    let mut app = samples::talking(Language::English);
    shrink(&mut app);
    tell(&mut app, messenger::Message::Open(which));
    app
}

/// What of it is in view, and whether that is all of it.
fn seen(ui: &mut Simulator<'_, Message>, name: &str) -> (Rectangle, bool) {
    let found = ui
        .find(Id::from(name.to_owned()))
        .expect("what is looked for");
    let seen = found.visible_bounds().unwrap_or_default();
    let window = Rectangle::with_size(Size::new(SMALL.0, SMALL.1));
    let whole = seen.height > found.bounds().height - 1.0 && seen.is_within(&window);
    (seen, whole)
}

/// Turns the wheel over the middle of the window as far as it goes.
fn turn(ui: &mut Simulator<'_, Message>) {
    ui.point_at(Point::new(SMALL.0 / 2.0, SMALL.1 / 2.0));
    let delta = ScrollDelta::Pixels {
        x: 0.0,
        y: -5_000.0,
    };
    ui.simulate([Event::Mouse(mouse::Event::WheelScrolled { delta })]);
}

#[test]
fn answers_come_into_view_below_a_long_question() {
    let long = format!("https://example.org/{}", "a-very-long-path/".repeat(40));
    for (which, answers) in [
        (Which::Link(long), ["cancel", "link-copy"].as_slice()),
        (samples::deletion(), &["cancel", "delete-both", "delete-me"]),
        (Which::Block(id(1)), &["cancel", "block-yes"]),
    ] {
        for language in Language::ALL {
            let mut app = small(which.clone());
            app.look_mut().set_language(language);
            let mut ui = window(&app, SMALL);
            turn(&mut ui);
            let ends = answers.iter().map(|name| {
                let (at, whole) = seen(&mut ui, name);
                assert!(whole, "{name} {language:?}: {at:?}");
                at
            });
            let last = ends.last().expect("an answer");
            let beside = if language.is_rtl() {
                last.x - START
            } else {
                last.x + last.width - END
            };
            assert!(beside.abs() < 1.0, "{which:?} {language:?}: {last:?}");
        }
    }
}

#[test]
fn it_is_said_with_whom_emoji_are_compared() {
    let app = small(Which::Short(id(2)));
    assert!(sees(&app, "Jules Verdier"));
    let mut ui = window(&app, SMALL);
    turn(&mut ui);
    assert!(ui.find(Id::from("short-begin")).is_ok());
}

/// A window that keeps what widgets keep from frame to frame.
struct Kept {
    cache: Cache,
    renderer: iced::Renderer,
}

impl Kept {
    fn new() -> Self {
        let settings = program::settings();
        let renderer = <iced::Renderer as Headless>::new(
            settings.default_font,
            settings.default_text_size,
            None,
        );
        Self {
            cache: Cache::default(),
            renderer: futures::executor::block_on(renderer).expect("a renderer"),
        }
    }

    /// Lets a task scroll, and says what of a widget is in view then.
    fn after(&mut self, app: &App, task: Task<Message>, name: &str) -> Option<Rectangle> {
        let cache = std::mem::take(&mut self.cache);
        let mut ui = UserInterface::build(app.view(), Size::from(SMALL), cache, &mut self.renderer);
        if let Some(mut stream) = into_stream(task) {
            while let Some(Some(action)) = futures::FutureExt::now_or_never(stream.next()) {
                let Action::Widget(operation) = action else {
                    continue;
                };
                let mut next = Some(operation);
                while let Some(mut operation) = next.take() {
                    ui.operate(&self.renderer, operation.as_mut());
                    if let Outcome::Chain(chained) = operation.finish() {
                        next = Some(chained);
                    }
                }
            }
        }
        let mut looking = selector::id(name.to_owned()).find();
        ui.operate(&self.renderer, &mut black_box(&mut looking));
        let seen = match looking.finish() {
            Outcome::Some(Some(target)) => Target::visible_bounds(&target),
            _ => None,
        };
        self.cache = ui.into_cache();
        seen
    }
}

#[test]
fn every_command_is_in_the_palette_and_the_chosen_one_in_view() {
    let mut app = samples::talking(Language::English);
    let mut snapshot = samples::snapshot(Language::English);
    for number in 20..60 {
        snapshot.contacts.push(person(number, "Somebody else"));
        let last = samples::message(1, false, samples::NOW, "hello");
        let conversation = samples::conversation(number, 0, last);
        snapshot.conversations.push(conversation);
    }
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot))),
    );
    shrink(&mut app);
    tell(&mut app, messenger::Message::Open(Which::Palette));
    for command in ["Lock", "Destroy everything …", "High contrast theme"] {
        assert!(sees(&app, command), "{command}");
    }
    assert!(window(&app, SMALL).find(Id::from("palette-16")).is_ok());
    assert!(window(&app, SMALL).find(Id::from("palette-17")).is_err());
    let hint = "↑ ↓ choose, Enter takes, Esc closes";
    let hint = window(&app, SMALL).find(hint).expect("the hint");
    assert!(hint.visible_bounds().is_some_and(|seen| seen.height > 10.0));
    let mut kept = Kept::new();
    let first = kept.after(&app, Task::none(), "palette-0");
    let height = first.expect("the first line").height;
    for line in (1..17).chain([0]) {
        let message = dialog::Message::Palette(palette::Message::Move(true));
        let task = app.update(Message::Messenger(messenger::Message::Dialog(message)));
        let seen = kept.after(&app, task, &format!("palette-{line}"));
        let seen = seen.unwrap_or_default();
        assert!(seen.height > height - 1.0, "{line}: {seen:?}");
    }
}

#[test]
fn a_chosen_part_of_the_settings_is_in_view_at_once() {
    let mut app = small(Which::Settings);
    for (section, first) in [
        ("settings-profile", "settings-picture"),
        ("settings-network", "retry-contacts"),
        ("settings-copies", "passphrase-change-open"),
        ("settings-privacy", "settings-requests"),
    ] {
        let messages: Vec<_> = {
            let mut ui = window(&app, SMALL);
            let (at, whole) = seen(&mut ui, section);
            assert!(whole, "{section}: {at:?}");
            ui.click(Id::from(section)).expect(section);
            ui.into_messages().collect()
        };
        samples::apply(&mut app, messages);
        let mut ui = window(&app, SMALL);
        let (at, _) = seen(&mut ui, first);
        assert!(at.height > 20.0, "{first}: {at:?}");
    }
}

#[test]
fn nothing_is_to_be_tried_again_where_everything_is_connected() {
    let at_network = |change: &dyn Fn(&mut Snapshot)| {
        let mut app = samples::messenger(Language::English);
        let mut snapshot = samples::snapshot(Language::English);
        change(&mut snapshot);
        tell(
            &mut app,
            messenger::Message::Snapshot(Ok(Box::new(snapshot))),
        );
        tell(&mut app, messenger::Message::Open(Which::Settings));
        click(&mut app, "settings-network");
        app
    };
    let has = |app: &App, name: String| window(app, samples::USUAL).find(Id::from(name)).is_ok();
    let all = |app: &App| {
        let names = ["retry-all", "retry-contacts"];
        names.map(|name| has(app, name.to_owned()))
    };
    let app = at_network(&|_| {});
    assert_eq!(all(&app), [false, true]);
    assert!(has(&app, format!("retry-{}", id(3))));
    assert!(!has(&app, format!("retry-{}", id(1))), "it is connected");
    let app = at_network(&|snapshot| {
        for contact in &mut snapshot.contacts {
            contact.connected = true;
        }
    });
    assert_eq!(all(&app), [false, false]);
    let app = at_network(&|snapshot| snapshot.profile.doors_reachable = 1);
    assert_eq!(all(&app), [true, false]);
    let app = at_network(&|snapshot| snapshot.profile.network = NetworkStatus::Stuck(15));
    assert_eq!(all(&app), [true, false]);
}

#[test]
fn the_panic_key_can_be_answered_without_scrolling() {
    let home = tempfile::tempdir().expect("a directory");
    let place = home.path().join("home");
    undertone_engine::Unlocked::create(&place, b"orbit lantern").expect("a home");
    let (mut app, _) = App::boot(samples::nowhere(place), Language::English);
    let _ = app.update(Message::Panic);
    shrink(&mut app);
    for language in Language::ALL {
        app.look_mut().set_language(language);
        let mut ui = window(&app, SMALL);
        for name in ["panic-yes", "panic-no"] {
            let (at, whole) = seen(&mut ui, name);
            assert!(whole, "{name} {language:?}: {at:?}");
        }
    }
}
