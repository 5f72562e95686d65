//! Little room: windows that are small, text that is large.

use iced::advanced::widget::Id;
use undertone_desktop::app::{App, Message};
use undertone_desktop::screen::messenger::{self, Pane, conversation, panel, sidebar};
use undertone_desktop::words::Language;
use undertone_engine::{Reply, VerificationView};

use super::main_window;
use crate::people;
use crate::samples::{self, apply, id, tell, window};

/// The smallest window that is usual, with text at 200 %.
const SMALL: (f32, f32) = (450.0, 300.0);

fn shrunk(mut app: App) -> App {
    app.look_mut().scale = 200;
    let _ = app.update(Message::Resized(SMALL.into()));
    app
}

/// Whether the widget of that name is in the window with a size of its own.
fn shown(app: &App, name: impl Into<String>) -> bool {
    let name: String = name.into();
    let found = window(app, SMALL).find(Id::from(name));
    found.is_ok_and(|found| {
        let seen = found.visible_bounds();
        seen.is_some_and(|seen| seen.width > 8.0 && seen.height > 8.0)
    })
}

fn click(app: &mut App, name: impl Into<String>) {
    let name: String = name.into();
    let messages: Vec<Message> = {
        let mut ui = window(app, SMALL);
        ui.click(Id::from(name)).unwrap();
        ui.into_messages().collect()
    };
    apply(app, messages);
}

#[test]
fn where_there_is_little_room_one_thing_is_shown_and_there_is_a_way_back() {
    let mut app = shrunk(samples::messenger(Language::English));
    let first = sidebar::row_id(id(1));
    assert!(shown(&app, "network-status") && shown(&app, sidebar::SEARCH));
    tell(
        &mut app,
        messenger::Message::Sidebar(sidebar::Message::Open(id(1))),
    );
    assert!(!shown(&app, sidebar::SEARCH));
    for name in ["back", "find", "privacy", "panel"] {
        assert!(shown(&app, name), "{name}");
    }
    assert!(shown(&app, messenger::composer::FIELD));
    click(&mut app, "panel");
    assert!(shown(&app, "panel-close") && !shown(&app, "back"));
    click(&mut app, "panel-close");
    click(&mut app, "back");
    assert!(matches!(main_window(&app).pane(), Pane::Start));
    assert!(shown(&app, sidebar::SEARCH));
    tell(
        &mut app,
        messenger::Message::Sidebar(sidebar::Message::Requests),
    );
    click(&mut app, "back");
    assert!(window(&app, SMALL).find(Id::from(first)).is_ok());
    // With room for both there is nothing to go back from.
    let app = samples::talking(Language::English);
    let wide = window(&app, samples::USUAL).find(Id::from("back"));
    assert!(wide.is_err());
}

#[test]
fn everything_that_can_be_done_with_a_message_fits_into_a_small_window() {
    let mut app = samples::talking(Language::English);
    let message = conversation::Message::Choose(8);
    tell(&mut app, messenger::Message::Conversation(id(1), message));
    let app = shrunk(app);
    let mut ui = window(&app, (SMALL.0, 4_000.0));
    for name in [
        "action-reply",
        "action-copy",
        "action-forward",
        "action-pin",
        "action-delete",
    ] {
        let found = ui.find(Id::from(name)).unwrap();
        let seen = found.visible_bounds().unwrap_or_default();
        assert!(seen.width > 30.0 && seen.height > 30.0, "{name}: {seen:?}");
    }
}

/// Nothing can be marked as compared by somebody who sees nothing to compare.
#[test]
fn a_code_that_is_not_seen_cannot_be_called_the_same() {
    let mut app = people::with(Language::English, |snapshot| {
        people::contact(snapshot, 1).verified = false;
    });
    samples::open(&mut app, id(1), Vec::new());
    let message = messenger::Message::Conversation(id(1), conversation::Message::Panel);
    tell(&mut app, message);
    let tall = (samples::USUAL.0, 4_000.0);
    let same = |app: &App| window(app, tall).find(Id::from("verify-same")).is_ok();
    let says = |app: &App, words: &str| window(app, tall).find(words).is_ok();
    assert!(!same(&app) && says(&app, "The code is not there yet."));
    let code = Reply::Verification(VerificationView {
        digits: "12345 67890".to_owned(),
        qr: "dW5kZXJ0b25l".to_owned(),
    });
    let code = panel::Message::Code(Ok(code));
    tell(&mut app, messenger::Message::Panel(code));
    assert!(same(&app));
    app.look_mut().presentation = true;
    assert!(!same(&app) && says(&app, "The code is covered while names are."));
    assert!(says(
        &app,
        "Names are covered, this conversation is not: whoever sees your screen can read it."
    ));
}
