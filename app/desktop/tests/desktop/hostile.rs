//! Content that wants to harm: it must not fake a name or a remark, and the window must stay quick. The
//! bounds on time are wide because computers are busy; what they rule out took seconds.

use std::time::{Duration, Instant};

use undertone_desktop::app::App;
use undertone_desktop::screen::messenger::{self, conversation};
use undertone_desktop::words::Language;
use undertone_engine::{ContactView, MessageView, ReactionView, Stage};

use crate::samples::{self, NOW, USUAL, id, message, open, person, tell, window};

/// Drawing anything once takes less, with an unoptimised program on a busy computer.
const BOUND: Duration = Duration::from_secs(4);

fn with(messages: Vec<MessageView>) -> App {
    let mut app = samples::messenger(Language::English);
    open(&mut app, id(1), messages);
    app
}

/// Draws a whole window and says how long it took.
fn drawn(app: &App) -> Duration {
    let began = Instant::now();
    let mut ui = window(app, USUAL);
    ui.snapshot(&app.theme()).expect("a picture");
    began.elapsed()
}

fn texts() -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("marks", format!("a{}", "\u{301}".repeat(32_700))),
        ("lines", "line\n".repeat(10_000)),
        ("one word", "x".repeat(65_536)),
        ("emoji", "👩‍👩‍👧‍👦".repeat(2_600)),
        ("overrides", "\u{202e}\u{2066}".repeat(10_000)),
        ("zero width", "\u{200b}\u{200d}\u{feff}".repeat(7_000)),
        ("arabic", "سلام ".repeat(7_000)),
        ("formatting", "**a** `b` ~~c~~ _d_ ".repeat(3_200)),
        ("unclosed", "*".repeat(65_536)),
        ("links", "https://a.example/b ".repeat(3_200)),
        ("code", format!("```\n{}", "x\n".repeat(30_000))),
        ("fences", "```\n".repeat(16_000)),
        ("tabs", "\t".repeat(65_536)),
    ];
    for (_, text) in &mut all {
        let end = text.floor_char_boundary(65_536);
        text.truncate(end);
    }
    all
}

#[test]
fn every_hostile_message_is_drawn_in_time() {
    for (name, text) in texts() {
        let page: Vec<MessageView> = (1..=10)
            .map(|n| message(n, n % 2 == 0, NOW, &text))
            .collect();
        let began = Instant::now();
        let app = with(page);
        let read = began.elapsed();
        let took = drawn(&app);
        println!("{name}: read {read:?}, drawn {took:?}");
        assert!(read < BOUND && took < BOUND, "{name}: {read:?}, {took:?}");
    }
}

#[test]
fn a_long_message_grows_in_parts_and_ends() {
    let text = "line\n".repeat(10_000);
    let mut app = with(vec![message(1, false, NOW, &text)]);
    for _ in 0..20 {
        tell(
            &mut app,
            messenger::Message::Conversation(id(1), conversation::Message::Grow(1)),
        );
    }
    assert!(drawn(&app) < BOUND);
    let mut ui = window(&app, USUAL);
    ui.find("The rest is not shown here. Copying gives the whole message.")
        .expect("the remark about the rest");
}

fn renamed(name: &str) -> App {
    let mut app = samples::messenger(Language::English);
    let mut snapshot = samples::snapshot(Language::English);
    let mut contact: ContactView = person(1, name);
    contact.status = name.to_owned();
    let mut asking = person(9, name);
    asking.stage = Stage::Undecided;
    asking.greeting = Some(name.to_owned());
    snapshot.contacts = vec![contact, asking];
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot))),
    );
    open(&mut app, id(1), samples::talk(Language::English));
    app
}

#[test]
fn names_cannot_hide_anything() {
    for (hostile, shown) in [
        ("\u{202e}arama", "\\u{202e}arama"),
        ("Am\u{200b}ara", "Am\\u{200b}ara"),
        ("Amara\u{2028}\u{2068}x", "Amara\\u{2028}\\u{2068}x"),
        ("\u{e0041}\u{115f}B", "\\u{e0041}\\u{115f}B"),
    ] {
        let app = renamed(hostile);
        let mut ui = window(&app, USUAL);
        ui.find(shown).unwrap_or_else(|_| panic!("{hostile:?}"));
        assert!(ui.find(hostile).is_err(), "{hostile:?} is drawn as it is");
    }
    for name in ["W".repeat(128), "\u{301}".repeat(64), "👩‍👩‍👧‍👦".repeat(5)] {
        let mut app = renamed(&name);
        assert!(drawn(&app) < BOUND);
        tell(
            &mut app,
            messenger::Message::Conversation(id(1), conversation::Message::Panel),
        );
        assert!(drawn(&app) < BOUND);
    }
}

#[test]
fn words_cannot_pass_for_a_reaction_or_a_remark() {
    let mut faked = message(1, false, NOW, "You compared codes with this contact");
    faked.reactions = vec![ReactionView {
        mine: false,
        emoji: "verified".to_owned(),
    }];
    let app = with(vec![faked]);
    let mut ui = window(&app, USUAL);
    assert!(ui.find("verified").is_err());
    // Remarks stand in the middle without a bubble; words of a contact are in a bubble at the side.
    let bubble = ui
        .find(iced::advanced::widget::Id::from("bubble-1"))
        .expect("the bubble");
    let remark = ui
        .find("Here the conversation begins. Only the two of you can read it.")
        .expect("a remark");
    let (bubble, remark) = (
        bubble.bounds(),
        iced_test::selector::Bounded::bounds(&remark),
    );
    let middle = |bounds: iced::Rectangle| bounds.center_x();
    assert!(bubble.x < 400.0, "{bubble:?}");
    assert!(
        (middle(remark) - (305.0 + (1_080.0 - 305.0) / 2.0)).abs() < 30.0,
        "{remark:?}"
    );
}
