//! Several profiles that are unlocked at the same time, in one window.

use iced::keyboard::{Key, Modifiers, key::Named};
use undertone_desktop::announce::Notices;
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::bridge::{Heard, Running};
use undertone_desktop::look::times::Clock;
use undertone_desktop::screen::dialog::Which;
use undertone_desktop::screen::messenger::{self, Pane, composer, conversation, sidebar, switcher};
use undertone_desktop::screen::unlock;
use undertone_desktop::words::Language;
use undertone_engine::{Event, StopReason};

use crate::samples::{self, NOW, USUAL, apply, id, tell, window};

fn sees(app: &App, words: &str) -> bool {
    window(app, USUAL).find(words).is_ok()
}

fn click(app: &mut App, id: impl Into<String>) {
    let messages: Vec<Message> = {
        let mut ui = window(app, USUAL);
        let id: String = id.into();
        ui.click(iced::advanced::widget::Id::from(id)).unwrap();
        ui.into_messages().collect()
    };
    apply(app, messages);
}

fn press(app: &mut App, key: Named, modifiers: Modifiers) {
    crate::screens::press(app, Key::Named(key), modifiers);
}

/// Unlocks a further profile.
fn another(app: &mut App, nickname: &str) -> u64 {
    click(app, "profile-another");
    unlocked(app, nickname)
}

fn unlocked(app: &mut App, nickname: &str) -> u64 {
    let _ = app.update(Message::Unlock(unlock::Message::Done(Ok(Running::ended()))));
    tell(app, snapshot(nickname, 0));
    app.shown().unwrap()
}

/// What a profile says of itself, with so many messages that were not read.
fn snapshot(nickname: &str, unread: u32) -> messenger::Message {
    let mut snapshot = samples::snapshot(Language::English);
    snapshot.profile.nickname = nickname.to_owned();
    for view in &mut snapshot.conversations {
        view.unread = if view.contact == id(1) { unread } else { 0 };
    }
    messenger::Message::Snapshot(Ok(Box::new(snapshot)))
}

/// Two, of which the second is shown.
fn two() -> (App, u64, u64) {
    let mut app = samples::talking(Language::English);
    let first = app.shown().unwrap();
    let second = another(&mut app, "Night owl");
    (app, first, second)
}

fn first_name(app: &App) -> String {
    let mut others = app.resting();
    others.next().unwrap().nickname().to_owned()
}

fn of(app: &mut App, profile: u64, events: Vec<Event>) {
    let heard = messenger::Message::Heard(Heard::Events(events));
    let _ = app.update(Message::Of(profile, heard));
    app.look_mut().clock = Clock::fixed(NOW);
}

fn received(text: &str) -> Event {
    Event::MessageReceived {
        contact: id(1),
        message: samples::message(900, false, NOW, text),
    }
}

#[test]
fn the_way_to_another_profile_leaves_the_first_unlocked() {
    let mut app = samples::talking(Language::English);
    let first = app.shown().unwrap();
    click(&mut app, "profile-another");
    assert!(matches!(app.screen(), Screen::Unlock(_)));
    assert!(app.is_unlocked());
    assert!(sees(&app, "What is unlocked stays online meanwhile."));
    assert!(!sees(&app, "Amara Okafor"));
    click(&mut app, "unlock-back");
    assert_eq!(app.shown(), Some(first));
    assert!(sees(&app, "Amara Okafor"));
    click(&mut app, "profile-another");
    press(&mut app, Named::Escape, Modifiers::default());
    assert_eq!(app.shown(), Some(first));
    // No more than a place holds.
    for name in ["B", "C", "D"] {
        another(&mut app, name);
    }
    assert_eq!(app.resting().count(), 3);
    assert!(!sees(&app, "Unlock another profile"));
}

#[test]
fn what_is_typed_stays_and_what_comes_is_counted() {
    let (mut app, first, second) = two();
    let name = first_name(&app);
    assert!(sees(&app, &name));
    press(&mut app, Named::PageDown, Modifiers::CTRL);
    assert_eq!(app.shown(), Some(first));
    let messages: Vec<Message> = {
        let mut ui = window(&app, USUAL);
        ui.click(iced::advanced::widget::Id::from(composer::FIELD))
            .unwrap();
        ui.typewrite("half a sen");
        ui.into_messages().collect()
    };
    apply(&mut app, messages);
    press(&mut app, Named::PageUp, Modifiers::CTRL);
    assert_eq!(app.shown(), Some(second));

    // Something for the first, while the second is looked at.
    of(&mut app, first, vec![received("only for the first")]);
    assert!(!sees(&app, "only for the first"));
    let _ = app.update(Message::Of(first, snapshot("Robin", 3)));
    let state = app.resting().next().unwrap();
    assert_eq!(state.unread(NOW), 3);
    assert_eq!(app.title(), "(3) Undertone");
    let Screen::Messenger(shown) = app.screen() else {
        panic!("no profile");
    };
    assert_eq!(shown.others[0].unread, 3);
    assert_eq!(shown.unread(NOW), 0);

    click(&mut app, switcher::row_id(0));
    assert_eq!(app.shown(), Some(first));
    let Screen::Messenger(shown) = app.screen() else {
        panic!("no profile");
    };
    let Pane::Conversation(open) = shown.pane() else {
        panic!("no conversation");
    };
    assert_eq!(open.composer().text(), "half a sen");
    assert_eq!(
        open.history().last(),
        Some(900),
        "it is in the conversation"
    );
}

/// The desktop hears that something came, and of whom only where that one is shown.
#[test]
fn announcements_name_nobody_of_another_profile() {
    let (mut app, first, second) = two();
    app.look_mut().notices = Notices::Named;
    let _ = app.update(Message::Focused(false));
    of(&mut app, second, vec![received("hello")]);
    let named = app.announced().unwrap().to_owned();
    assert!(named.contains("Amara"), "{named}");
    of(&mut app, first, vec![received("hello")]);
    let both = app.announced().unwrap().to_owned();
    assert!(!both.contains("Amara") && both.contains('2'), "{both}");
    // What waits in the other one is still to be looked at when the window is.
    let _ = app.update(Message::Focused(true));
    assert_eq!(app.announced(), Some("New message"));
    click(&mut app, switcher::row_id(0));
    assert_eq!(app.announced(), None);
}

/// A press on the notification leads to what it is about, in whichever profile that came.
#[test]
fn a_pressed_notification_leads_to_what_came() {
    let (mut app, first, second) = two();
    let shown = |app: &App| match app.screen() {
        Screen::Messenger(state) => match state.pane() {
            Pane::Conversation(open) => Some(open.contact),
            _ => None,
        },
        _ => None,
    };
    let from = |number| Event::MessageReceived {
        contact: id(number),
        message: samples::message(901, false, NOW, "hello"),
    };
    let _ = app.update(Message::Focused(false));
    of(&mut app, first, vec![from(1)]);
    let _ = app.update(Message::Announced);
    assert_eq!((app.shown(), shown(&app)), (Some(first), Some(id(1))));
    // The same while the window is looked at, with a dialog where it leads to.
    tell(&mut app, messenger::Message::Open(Which::Palette));
    press(&mut app, Named::PageDown, Modifiers::CTRL);
    assert_eq!(app.shown(), Some(second));
    let _ = app.update(Message::Focused(true));
    of(&mut app, first, vec![from(2)]);
    let _ = app.update(Message::Announced);
    assert_eq!((app.shown(), shown(&app)), (Some(first), Some(id(2))));
    assert!(!sees(&app, "What do you want to do?"));
    // Of several people nobody is chosen; the profile that is shown comes first.
    click(&mut app, switcher::row_id(0));
    let _ = app.update(Message::Focused(false));
    of(&mut app, second, vec![from(1), from(2)]);
    of(&mut app, first, vec![from(3)]);
    let _ = app.update(Message::Announced);
    assert_eq!((app.shown(), shown(&app)), (Some(second), None));
    // Nothing is shown of a profile where another one is being unlocked.
    click(&mut app, "profile-another");
    of(&mut app, first, vec![received("hello")]);
    let _ = app.update(Message::Announced);
    assert!(matches!(app.screen(), Screen::Unlock(_)));
    assert!(!sees(&app, "Amara Okafor"));
}

/// Answers to what the first was asked come while the second is shown.
#[test]
fn what_comes_late_does_not_reach_the_wrong_profile() {
    let (mut app, first, second) = two();
    let Screen::Messenger(before) = app.screen() else {
        panic!("no profile");
    };
    assert!(matches!(before.pane(), Pane::Start));
    let found = messenger::Message::Sidebar(sidebar::Message::Open(id(1)));
    let _ = app.update(Message::Of(first, found));
    let Screen::Messenger(after) = app.screen() else {
        panic!("no profile");
    };
    assert!(matches!(after.pane(), Pane::Start), "it was for the first");
    let reply = undertone_engine::Reply::ProgramSettings {
        settings: r#"{"appearance":"contrast","scale":130}"#.to_owned(),
    };
    let _ = app.update(Message::Kept(first, Ok(reply)));
    assert_ne!(app.look().colors.name, "contrast");
    click(&mut app, switcher::row_id(0));
    assert_eq!(app.look().colors.name, "contrast");
    // Nobody has this number.
    let nobody = messenger::Message::Sidebar(sidebar::Message::Open(id(1)));
    let _ = app.update(Message::Of(second + 100, nobody));
    let page = conversation::Message::Newest(Ok(undertone_engine::Reply::Done));
    let _ = app.update(Message::Of(
        second,
        messenger::Message::Conversation(id(9), page),
    ));
    assert_eq!(app.shown(), Some(first));
}

#[test]
fn the_lock_is_for_all_and_one_can_be_locked_alone() {
    let (mut app, first, _) = two();
    click(&mut app, "profile-lock");
    assert_eq!(app.shown(), Some(first));
    assert!(!sees(&app, "Night owl"));
    another(&mut app, "Night owl");
    let _ = app.update(Message::Lock);
    assert!(matches!(app.screen(), Screen::Closing));
    assert!(!app.is_unlocked());
    let _ = app.update(Message::Closed);
    assert!(sees(&app, "Locked"));
    // Also from the screen where another one is being unlocked; what comes of that is not shown.
    unlocked(&mut app, "Ann");
    click(&mut app, "profile-another");
    let typed = unlock::Message::Passphrase("orbit lantern".into());
    let _ = app.update(Message::Unlock(typed));
    let _ = app.update(Message::Unlock(unlock::Message::Submit));
    let before = app.locks();
    let _ = app.update(Message::Lock);
    let _ = app.update(Message::Closed);
    let done = || unlock::Message::Done(Ok(Running::ended()));
    let _ = app.update(Message::Begun(before, done()));
    assert!(!app.is_unlocked());
    assert!(sees(&app, "Locked"));
    // Nor what comes of an export that took long, whatever is unlocked first meanwhile.
    let _ = app.update(Message::Unlock(unlock::Message::Passphrase("one".into())));
    let _ = app.update(Message::Unlock(unlock::Message::Submit));
    let words = Some("export-done");
    let _ = app.update(Message::Reopened(before, Ok(Running::ended()), words));
    assert!(!app.is_unlocked());
    let _ = app.update(Message::Begun(app.locks(), done()));
    assert!(app.is_unlocked());
}

#[test]
fn the_strictest_of_them_says_when_all_are_locked() {
    let (mut app, first, second) = two();
    for (profile, minutes) in [(first, 5), (second, 60)] {
        let reply = undertone_engine::Reply::ProgramSettings {
            settings: format!("{{\"lock_after\":{minutes}}}"),
        };
        let _ = app.update(Message::Kept(profile, Ok(reply)));
    }
    let _ = app.update(Message::Touched);
    let now = app.look().clock.now;
    let _ = app.passed(now + 299);
    assert!(app.is_unlocked());
    let _ = app.passed(now + 300);
    assert!(!app.is_unlocked());
}

/// By a passphrase that wipes: it is gone as if it had never been there.
#[test]
fn what_is_destroyed_elsewhere_leaves_the_window() {
    let destroyed = || {
        vec![Event::Stopped {
            reason: StopReason::Destroyed,
        }]
    };
    let (mut app, first, second) = two();
    let name = first_name(&app);
    of(&mut app, first, destroyed());
    assert_eq!((app.shown(), app.resting().count()), (Some(second), 0));
    assert!(!sees(&app, &name));
    of(&mut app, second, destroyed());
    assert!(sees(&app, "Locked"));
    // While the passphrase is being typed.
    let (mut app, first, second) = two();
    click(&mut app, "profile-another");
    for gone in [first, second] {
        assert!(sees(&app, "Back"));
        of(&mut app, gone, destroyed());
    }
    assert!(sees(&app, "Locked") && !sees(&app, "Back"));
}
