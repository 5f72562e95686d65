//! Each screen by itself: what is shown, what keys and clicks mean, what a closed dialog keeps away.

mod conversing;
mod dialogs;
mod kept;
mod narrow;
mod paging;
mod told;

use iced::advanced::widget::Id;
use iced::keyboard::{self, Key, Modifiers, key::Named};
use iced::{Event, theme};
use undertone_desktop::announce::Notices;
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::bridge::{Heard, Running};
use undertone_desktop::colors::Appearance;
use undertone_desktop::screen::dialog::{Dialog, Which, confirm::Question};
use undertone_desktop::screen::messenger::history::{History, MOST, PAGE};
use undertone_desktop::screen::messenger::{self, Pane, composer, conversation, sidebar};
use undertone_desktop::screen::{unlock, welcome};
use undertone_desktop::words::Language;
use undertone_engine::{Delivery, Line, MessageView, NetworkStatus};

use crate::samples::{self, NOW, USUAL, apply, id, message, open, tell, window};

pub(crate) fn press(app: &mut App, key: Key, modifiers: Modifiers) {
    let messages = {
        let mut ui = window(app, USUAL);
        ui.simulate([Event::Keyboard(keyboard::Event::KeyPressed {
            key: key.clone(),
            modified_key: key,
            physical_key: keyboard::key::Physical::Unidentified(
                keyboard::key::NativeCode::Unidentified,
            ),
            location: keyboard::Location::Standard,
            modifiers,
            repeat: false,
            text: None,
        })]);
        ui.into_messages().collect()
    };
    apply(app, messages);
}

fn click(app: &mut App, name: &'static str) {
    let messages = {
        let mut ui = window(app, USUAL);
        ui.click(Id::from(name)).expect(name);
        ui.into_messages().collect()
    };
    apply(app, messages);
}

fn main_window(app: &App) -> &messenger::State {
    match app.screen() {
        Screen::Messenger(state) => state,
        other => panic!("{other:?}"),
    }
}

fn sees(app: &App, words: &str) -> bool {
    window(app, USUAL).find(words).is_ok()
}

#[test]
fn the_first_run_speaks_the_language_that_is_chosen() {
    let mut app = samples::fresh();
    assert!(sees(&app, "Get started"));
    for (code, words) in [
        ("de", "Los geht es"),
        ("es", "Empezar"),
        ("ar", "ابدأ"),
        ("en", "Get started"),
    ] {
        click(&mut app, code);
        assert!(sees(&app, words), "{code}");
    }
}

#[test]
fn a_weak_passphrase_does_not_get_on() {
    let mut app = samples::fresh();
    let say = |app: &mut App, message| {
        let _ = app.update(Message::Welcome(message));
    };
    say(&mut app, welcome::Message::Next);
    say(&mut app, welcome::Message::Next);
    assert!(sees(&app, "What should people call you?"), "no name");
    say(&mut app, welcome::Message::Name("Robin".into()));
    say(&mut app, welcome::Message::Next);
    for weak in ["x", "password", "Robin Robin"] {
        say(&mut app, welcome::Message::Passphrase(weak.into()));
        say(&mut app, welcome::Message::Repeated(weak.into()));
        say(&mut app, welcome::Message::Next);
        assert!(sees(&app, "Create my profile"), "{weak}");
    }
    let strong = "orbit lantern copper velvet";
    say(&mut app, welcome::Message::Passphrase(strong.into()));
    say(&mut app, welcome::Message::Next);
    assert!(sees(&app, "Create my profile"), "not repeated");
    say(&mut app, welcome::Message::Repeated(strong.into()));
    say(&mut app, welcome::Message::Next);
    assert!(sees(&app, "Sealing your profile …"));
}

#[test]
fn nothing_that_is_typed_is_printed() {
    let mut app = samples::fresh();
    for message in [
        welcome::Message::Next,
        welcome::Message::Name("Robin".into()),
        welcome::Message::Next,
        welcome::Message::Passphrase("orbit lantern".into()),
        welcome::Message::Repeated("orbit copper".into()),
    ] {
        assert!(!format!("{message:?}").contains("orbit"));
        let _ = app.update(Message::Welcome(message));
    }
    assert!(!format!("{app:?}").contains("orbit"));
}

#[test]
fn the_unlock_screen_tells_nothing() {
    let mut app = samples::messenger(Language::English);
    let _ = app.update(Message::Lock);
    assert!(!sees(&app, "Robin"));
    let _ = app.update(Message::Closed);
    assert!(sees(&app, "Locked"));
    assert!(!sees(&app, "Robin"));
    let _ = app.update(Message::Unlock(unlock::Message::Submit));
    assert!(sees(&app, "Unlock"), "an empty passphrase was tried");
}

#[test]
fn a_dialog_keeps_keys_from_what_is_below() {
    let mut app = samples::talking(Language::English);
    tell(&mut app, messenger::Message::Open(Which::Add));
    let mut ui = window(&app, USUAL);
    assert!(ui.find(Id::from(composer::FIELD)).is_err());
    assert!(ui.find(Id::from(sidebar::SEARCH)).is_err());
    assert!(ui.find(Id::from("add-submit")).is_ok());
    drop(ui);
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    assert!(main_window(&app).dialog().is_none());
    assert!(window(&app, USUAL).find(Id::from(composer::FIELD)).is_ok());
}

#[test]
fn shortcuts_open_what_they_say() {
    let mut app = samples::talking(Language::English);
    let letter = |app: &mut App, letter: &str| {
        press(app, Key::Character(letter.into()), Modifiers::CTRL);
    };
    letter(&mut app, "k");
    assert!(matches!(
        main_window(&app).dialog(),
        Some(Dialog::Palette(_))
    ));
    press(&mut app, Key::Named(Named::ArrowDown), Modifiers::default());
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    letter(&mut app, "n");
    assert!(matches!(main_window(&app).dialog(), Some(Dialog::Add(_))));
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    let first = main_window(&app).pane().contact();
    press(&mut app, Key::Named(Named::ArrowDown), Modifiers::ALT);
    assert_ne!(main_window(&app).pane().contact(), first);
    letter(&mut app, "=");
    assert!(app.scale_factor() > 1.1);
    letter(&mut app, "0");
    letter(&mut app, "l");
    assert!(matches!(app.screen(), Screen::Closing));
}

#[test]
fn the_network_is_shown_with_its_reason() {
    for (status, words, why) in [
        (
            NetworkStatus::Bootstrapping(40),
            "Connecting to the Tor network: 40 %",
            "The first time this can take some minutes, because the list of relays is fetched. You can go on meanwhile.",
        ),
        (
            NetworkStatus::WrongClock,
            "The clock of this computer is wrong.",
            "Tor needs the right date and time. Please set the clock; the program goes on by itself.",
        ),
    ] {
        let mut app = samples::messenger(Language::English);
        let mut snapshot = samples::snapshot(Language::English);
        snapshot.profile.network = status;
        tell(
            &mut app,
            messenger::Message::Snapshot(Ok(Box::new(snapshot))),
        );
        assert!(sees(&app, words) && sees(&app, why), "{status:?}");
    }
}

#[test]
fn themes_follow_the_system_until_one_is_chosen() {
    let mut app = samples::fresh();
    let _ = app.update(Message::System(theme::Mode::Light));
    assert!(!app.look().colors.dark);
    let _ = app.update(Message::System(theme::Mode::Dark));
    assert!(app.look().colors.dark);
    app.look_mut().set_appearance(Appearance::Light);
    let _ = app.update(Message::System(theme::Mode::Dark));
    assert!(!app.look().colors.dark);
}

#[test]
fn presentation_covers_names() {
    let mut app = samples::talking(Language::English);
    assert!(sees(&app, "Amara Okafor"));
    app.look_mut().presentation = true;
    let mut ui = window(&app, USUAL);
    // The label for the keyboard stays; what is drawn is covered.
    let drawn = ui.find(
        |candidate: iced_test::selector::Candidate<'_>| match candidate {
            iced_test::selector::Candidate::Text {
                id: None, content, ..
            } => content.contains("Jules").then_some(()),
            _ => None,
        },
    );
    assert!(drawn.is_err());
}

#[test]
fn remarks_of_the_program_and_deleted_messages_have_their_own_words() {
    let mut timer = message(1, false, NOW, "");
    timer.text = None;
    timer.line = Line::Timer { seconds: 86_400 };
    let mut deleted = message(2, true, NOW, "");
    deleted.text = None;
    deleted.line = Line::Deleted;
    let mut waiting = message(3, true, NOW, "hello");
    waiting.delivery = Delivery::Waiting;
    let mut app = samples::messenger(Language::English);
    open(&mut app, id(2), vec![timer, deleted, waiting]);
    assert!(sees(
        &app,
        "They let messages disappear 1 day after reading"
    ));
    assert!(sees(&app, "This message was deleted"));
}

#[test]
fn actions_of_a_message_depend_on_whose_it_is() {
    let mut app = samples::talking(Language::English);
    let choose = |app: &mut App, number| {
        let message = conversation::Message::Choose(number);
        tell(app, messenger::Message::Conversation(id(1), message));
    };
    choose(&mut app, 10);
    assert!(window(&app, USUAL).find(Id::from("action-edit")).is_ok());
    choose(&mut app, 9);
    assert!(window(&app, USUAL).find(Id::from("action-edit")).is_err());
    assert!(window(&app, USUAL).find(Id::from("action-reply")).is_ok());
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    assert!(window(&app, USUAL).find(Id::from("action-reply")).is_err());
    assert!(matches!(main_window(&app).pane(), Pane::Conversation(_)));
}

#[test]
fn what_is_replied_to_and_what_is_deleted_is_shown_with_whose_it_is() {
    let mut app = samples::talking(Language::English);
    let hear = |app: &mut App, message| {
        tell(app, messenger::Message::Conversation(id(1), message));
    };
    hear(&mut app, conversation::Message::Reply(9));
    assert!(sees(&app, "Replying to Amara Okafor"));
    hear(&mut app, conversation::Message::Reply(10));
    assert!(sees(&app, "Replying to your message"));
    hear(&mut app, conversation::Message::Choose(10));
    click(&mut app, "action-delete");
    let Some(Dialog::Confirm(Question::Delete(asked))) = main_window(&app).dialog() else {
        panic!("nothing is asked");
    };
    assert_eq!((asked.message, asked.for_both), (10, true));
    assert_eq!(asked.words.as_deref(), Some("Safe travels 👋 🧡"));
    click(&mut app, "cancel");
    hear(&mut app, conversation::Message::Choose(9));
    click(&mut app, "action-delete");
    assert!(window(&app, USUAL).find(Id::from("delete-both")).is_err());
}

fn page(numbers: std::ops::RangeInclusive<u64>) -> Vec<MessageView> {
    numbers
        .map(|n| message(n, n % 3 == 0, NOW, "words"))
        .collect()
}

#[test]
fn a_long_conversation_keeps_few_messages_in_memory() {
    let mut history = History::default();
    let size = u64::from(PAGE);
    let mut first = 100_000 - size + 1;
    history.take_newest(page(first..=100_000));
    assert!(history.ends && !history.begins);
    // Up to the beginning: what leaves at the end is measured before it goes.
    for _ in 0..20 {
        let last = history.take_older(page(first - size..=first - 1));
        first -= size;
        if let Some(last) = last {
            history.drop_after(last);
        }
        assert!(history.rows().len() <= MOST);
        assert_eq!(history.first(), Some(first));
    }
    assert!(!history.ends);
    // And down again.
    let mut last = history.last().unwrap();
    while !history.ends {
        let to = (last + size).min(100_000);
        assert_eq!(
            history.take_newer(page(last + 1..=to), Some(100_000)),
            Some(last)
        );
        history.drop_oldest();
        assert!(history.rows().len() <= MOST);
        last = history.last().unwrap();
    }
    assert_eq!(last, 100_000);
    // New ones come only while the end is there.
    assert!(history.push(message(100_001, false, NOW, "new"), true));
    history.drop_after(99_990);
    assert!(!history.push(message(100_002, false, NOW, "new"), true));
    // Who reads further up loses nothing of it, and memory stays bounded however much comes.
    history.take_newest(page(1..=size));
    for number in size + 1..=MOST as u64 {
        assert!(history.push(message(number, false, NOW, "new"), false));
    }
    for number in MOST as u64 + 1..MOST as u64 + 9 {
        assert!(!history.push(message(number, false, NOW, "new"), false));
    }
    assert_eq!((history.rows().len(), history.ends), (MOST, false));
}

/// What lists show is read before an event and comes after it: it is asked for again.
#[test]
fn a_list_that_was_read_before_an_event_is_asked_for_again() {
    let mut app = samples::messenger(Language::English);
    let snapshot = || {
        let snapshot = samples::snapshot(Language::English);
        Message::Messenger(messenger::Message::Snapshot(Ok(Box::new(snapshot))))
    };
    let heard = |heard| Message::Messenger(messenger::Message::Heard(heard));
    let mut contact = samples::person(3, "Mika");
    contact.away = true;
    let event = undertone_engine::Event::ContactChanged {
        contact: Box::new(contact),
    };
    // Nothing was asked for: the event says it all.
    let quiet = app.update(snapshot()).units();
    let _ = app.update(heard(Heard::Events(vec![event.clone()])));
    assert_eq!(app.update(snapshot()).units(), quiet);
    let _ = app.update(heard(Heard::Listening));
    let _ = app.update(heard(Heard::Events(vec![event])));
    assert_eq!(app.update(snapshot()).units(), quiet + 1);
    assert_eq!(app.update(snapshot()).units(), quiet);
}

fn hear(app: &mut App, events: Vec<undertone_engine::Event>) {
    tell(app, messenger::Message::Heard(Heard::Events(events)));
}

fn received(from: u8, number: u64) -> undertone_engine::Event {
    undertone_engine::Event::MessageReceived {
        contact: id(from),
        message: message(number, false, NOW, "meet me at the old mill"),
    }
}

#[test]
fn what_comes_is_announced_without_its_words() {
    let mut app = samples::talking(Language::English);
    hear(&mut app, vec![received(1, 11)]);
    assert_eq!(app.announced(), None, "it is being looked at");
    hear(&mut app, vec![received(6, 2)]);
    assert_eq!(app.announced(), None, "muted");
    hear(&mut app, vec![received(2, 2)]);
    assert_eq!(app.announced(), Some("New message"));
    let _ = app.update(Message::Focused(false));
    hear(&mut app, vec![received(1, 12), received(1, 13)]);
    assert_eq!(app.announced(), Some("3 new messages"));
    let _ = app.update(Message::Focused(true));
    assert_eq!(app.announced(), None, "the window is looked at");
    let _ = app.update(Message::Focused(false));
    app.look_mut().notices = Notices::Named;
    hear(&mut app, vec![received(2, 3)]);
    assert_eq!(app.announced(), Some("New message from Jules Verdier"));
    app.look_mut().presentation = true;
    let _ = app.update(Message::Tick);
    assert_eq!(app.announced(), Some("New message"));
    app.look_mut().presentation = false;
    app.look_mut().notices = Notices::None;
    let _ = app.update(Message::Tick);
    assert_eq!(app.announced(), None);
    app.look_mut().notices = Notices::Plain;
    let _ = app.update(Message::Tick);
    assert!(app.announced().is_some());
    let _ = app.update(Message::Lock);
    assert_eq!(app.announced(), None, "locked");
}

#[test]
fn a_request_is_announced() {
    let mut app = samples::messenger(Language::German);
    let asking = Box::new(samples::person(9, "x"));
    hear(
        &mut app,
        vec![undertone_engine::Event::RequestReceived { contact: asking }],
    );
    assert_eq!(app.announced(), Some("Jemand möchte dein Kontakt werden"));
    tell(
        &mut app,
        messenger::Message::Sidebar(sidebar::Message::Requests),
    );
    assert_eq!(app.announced(), None);
}

#[test]
fn a_profile_brings_its_own_look_and_takes_it_away_again() {
    let mut app = samples::messenger(Language::English);
    let settings =
        r#"{"appearance":"contrast","language":"spanish","scale":130,"notices":"named"}"#;
    let reply = undertone_engine::Reply::ProgramSettings {
        settings: settings.to_owned(),
    };
    let number = app.shown().expect("a profile");
    let _ = app.update(Message::Kept(number, Ok(reply)));
    assert_eq!(app.look().colors.name, "contrast");
    assert_eq!(app.look().words.language(), Language::Spanish);
    assert!(app.scale_factor() > 1.2);
    assert_eq!(app.look().notices, Notices::Named);
    let _ = app.update(Message::Lock);
    let _ = app.update(Message::Closed);
    assert_eq!(app.look().colors.name, "dark");
    assert!(sees(&app, "Locked"));
}

#[test]
fn the_panic_key_covers_everything_and_asks_once() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("home");
    undertone_engine::Unlocked::create(&place, b"orbit lantern").unwrap();
    let (mut app, _) = App::boot(samples::nowhere(place), Language::English);
    let _ = app.update(Message::Unlock(unlock::Message::Done(Ok(Running::ended()))));
    let snapshot = samples::snapshot(Language::English);
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot))),
    );
    assert!(sees(&app, "Amara Okafor"));
    let both = Modifiers::CTRL | Modifiers::SHIFT;
    press(&mut app, Key::Named(Named::Backspace), both);
    assert!(sees(&app, "Destroy everything?"));
    assert!(!sees(&app, "Amara Okafor"));
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    assert!(sees(&app, "Amara Okafor"));
    press(&mut app, Key::Named(Named::Backspace), Modifiers::CTRL);
    assert!(sees(&app, "Amara Okafor"));
    press(&mut app, Key::Named(Named::Backspace), both);
    press(&mut app, Key::Named(Named::Backspace), both);
    assert!(sees(&app, "Destroying …"));
    let _ = app.update(Message::Destroyed(false));
    assert!(
        sees(&app, "Destroy everything now"),
        "it can be tried again"
    );
    let _ = app.update(Message::Destroyed(true));
    assert!(matches!(app.screen(), Screen::Closing));
}
