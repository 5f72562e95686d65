//! People in the window: pictures, requests and introductions, addresses, notes, presence.

use data_encoding::BASE64;
use iced::advanced::widget::Id;
use iced_test::selector::{Candidate, id as named};
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::bridge::Snapshot;
use undertone_desktop::choose::{NoDialog, Wish};
use undertone_desktop::look::avatar::{self, Who};
use undertone_desktop::screen::dialog::{self, Dialog, Which, introduce, settings};
use undertone_desktop::screen::messenger::{self, composer, conversation, sidebar};
use undertone_desktop::words::Language;
use undertone_engine::{
    CircleView, CommandError, ContactView, IntroducedOne, IntroducedView, IntroductionId,
    IntroductionStage, IntroductionView, Stage,
};

use crate::samples::{self, USUAL, apply, id, tell, window};

/// A window in which the profile is as the change makes it.
pub(crate) fn with(language: Language, change: impl FnOnce(&mut Snapshot)) -> App {
    let mut snapshot = samples::snapshot(language);
    change(&mut snapshot);
    let mut app = samples::messenger(language);
    let message = messenger::Message::Snapshot(Ok(Box::new(snapshot)));
    tell(&mut app, message);
    app
}

pub(crate) fn contact(snapshot: &mut Snapshot, number: u8) -> &mut ContactView {
    let mut contacts = snapshot.contacts.iter_mut();
    contacts
        .find(|one| one.id == id(number))
        .expect("a contact")
}

pub(crate) fn introduction(
    number: u8,
    by: Option<u8>,
    stage: IntroductionStage,
) -> IntroductionView {
    IntroductionView {
        introduction: IntroductionId::from_bytes([number; 16]),
        by: by.map(id),
        name: by.map(|_| "Samira\u{202e}".to_owned()),
        between: if by.is_some() {
            Vec::new()
        } else {
            [1, 2]
                .map(|one| IntroducedOne {
                    contact: id(one),
                    answer: None,
                })
                .to_vec()
        },
        stage,
        contact: None,
        ends: samples::NOW + 86_400,
    }
}

pub(crate) fn circle(number: u32, contacts: &[u8]) -> CircleView {
    CircleView {
        circle: number,
        contacts: contacts.iter().map(|one| id(*one)).collect(),
        closed: false,
        chosen: false,
        reachable: true,
    }
}

pub(crate) fn notes() -> ContactView {
    let mut notes = samples::person(7, "Robin");
    notes.stage = Stage::Myself;
    notes.reason = None;
    notes.next_try = None;
    notes
}

/// A picture as the engine hands it out.
pub(crate) fn jpeg(color: [u8; 3]) -> String {
    let picture = image::RgbImage::from_fn(128, 128, |x, y| {
        let near = (f64::from(x) - 64.0).hypot(f64::from(y) - 50.0) < 26.0
            || (f64::from(x) - 64.0).hypot(f64::from(y) - 130.0) < 50.0;
        image::Rgb(if near {
            color
        } else {
            color.map(|part| part / 2 + 100)
        })
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .expect("a picture");
    BASE64.encode(bytes.get_ref())
}

pub(crate) fn panel(app: &mut App, number: u8) {
    samples::open(app, id(number), Vec::new());
    // One that was open comes along.
    if window(app, USUAL).find(named("panel-close")).is_err() {
        let message = messenger::Message::Conversation(id(number), conversation::Message::Panel);
        tell(app, message);
    }
}

pub(crate) fn sees(app: &App, words: &str) -> bool {
    window(app, USUAL).find(words).is_ok()
}

pub(crate) fn says(app: &App, part: &str) -> bool {
    let found = window(app, USUAL).find(|candidate: Candidate<'_>| match candidate {
        Candidate::Text { content, .. } => content.contains(part).then_some(()),
        _ => None,
    });
    found.is_ok()
}

pub(crate) fn has(app: &App, name: &'static str) -> bool {
    window(app, (USUAL.0, 3_000.0)).find(named(name)).is_ok()
}

pub(crate) fn click(app: &mut App, name: impl Into<String>) {
    let name: String = name.into();
    let messages = {
        let mut ui = window(app, (USUAL.0, 3_000.0));
        ui.click(Id::from(name.clone())).expect(&name);
        ui.into_messages().collect()
    };
    apply(app, messages);
}

pub(crate) fn state(app: &App) -> &messenger::State {
    match app.screen() {
        Screen::Messenger(state) => state,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn requests(app: &mut App) {
    tell(app, messenger::Message::Sidebar(sidebar::Message::Requests));
}

#[test]
fn a_picture_that_came_is_kept_covered_and_forgotten() {
    let mut app = with(Language::English, |snapshot| {
        contact(snapshot, 1).picture = Some("a".to_owned());
        snapshot.profile.picture = Some("b".to_owned());
    });
    let who = Who::Contact(*id(1).as_bytes());
    assert!(!app.look().avatars.has(who, "a"));
    let came = vec![
        (who, "a".to_owned(), avatar::decode(&jpeg([200, 90, 60]))),
        (Who::Me, "b".to_owned(), None),
    ];
    tell(&mut app, messenger::Message::Pictures(came));
    assert!(app.look().avatars.has(who, "a") && app.look().avatars.has(Who::Me, "b"));
    // Another picture has another name, and none has none.
    let mut snapshot = samples::snapshot(Language::English);
    contact(&mut snapshot, 1).picture = None;
    snapshot.profile.picture = Some("b".to_owned());
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot))),
    );
    assert!(!app.look().avatars.has(who, "a"));
    assert!(app.look().avatars.has(Who::Me, "b"));
    let _ = app.update(Message::Lock);
    assert!(!app.look().avatars.has(Who::Me, "b"), "locked");
}

#[test]
fn ones_own_picture_is_chosen_or_typed_and_removed() {
    let mut app = with(Language::English, |_| {});
    tell(&mut app, messenger::Message::Open(Which::Me));
    assert!(has(&app, "settings-picture") && !has(&app, "settings-picture-remove"));
    assert!(!has(&app, "settings-picture-take"));
    let nobody = dialog::Message::Chosen(Wish::Picture, Err(NoDialog));
    tell(&mut app, messenger::Message::Dialog(nobody));
    assert!(has(&app, "settings-picture-take"));
    let read =
        settings::profile::PictureMessage::Read(Err(settings::profile::PictureFailure::Picture));
    let read = dialog::Message::Settings(settings::Message::Picture(read));
    tell(&mut app, messenger::Message::Dialog(read));
    assert!(sees(
        &app,
        "This is no PNG, JPEG or WebP picture that can be read."
    ));
    let mut app = with(Language::English, |snapshot| {
        snapshot.profile.picture = Some("b".to_owned());
    });
    tell(&mut app, messenger::Message::Open(Which::Me));
    assert!(has(&app, "settings-picture-remove"));
}

#[test]
fn who_has_the_name_of_another_is_warned_of_everywhere() {
    let warned = "Careful: another contact has the name Amara Okafor as well.";
    let mut app = with(Language::English, |snapshot| {
        for number in [9, 2] {
            contact(snapshot, number).resembles = Some(id(1));
        }
    });
    assert!(!says(&app, warned));
    requests(&mut app);
    assert!(says(&app, warned), "the request");
    samples::open(&mut app, id(2), Vec::new());
    assert!(says(&app, warned), "the conversation");
    samples::open(&mut app, id(3), Vec::new());
    assert!(!says(&app, warned), "somebody else");
}

#[test]
fn introductions_are_offered_through_somebody_and_made_with_names_that_are_seen() {
    let mut app = with(Language::English, |snapshot| {
        snapshot.introductions = vec![
            introduction(1, Some(1), IntroductionStage::Offered),
            introduction(2, None, IntroductionStage::Asked),
        ];
    });
    requests(&mut app);
    assert!(sees(
        &app,
        "Amara Okafor wants to introduce “Samira\\u{202e}” to you"
    ));
    assert!(sees(&app, "You introduce Amara Okafor and Jules Verdier"));
    assert!(sees(&app, "They were asked."));
    let number = IntroductionId::from_bytes([1; 16]);
    let accept = format!("introduction-accept-{number}");
    click(&mut app, accept);
    panel(&mut app, 1);
    click(&mut app, "introduce-open");
    click(&mut app, format!("introduce-{}", id(2)));
    assert!(sees(&app, "Name that Jules Verdier sees for Amara Okafor"));
    assert!(has(&app, introduce::NAME) && has(&app, introduce::TO_NAME));
    let refused = introduce::Message::Done(Err(CommandError::Introduction));
    let refused = dialog::Message::Introduce(refused);
    tell(&mut app, messenger::Message::Dialog(refused));
    assert!(sees(
        &app,
        "An introduction of these two is under way already."
    ));
    let done = introduce::Message::Done(Ok(undertone_engine::Reply::Done));
    let done = dialog::Message::Introduce(done);
    tell(&mut app, messenger::Message::Dialog(done));
    assert!(state(&app).dialog().is_none());
    assert!(sees(&app, "Introductions"), "where it can be followed");
}

#[test]
fn an_introduction_that_comes_is_announced() {
    let mut app = with(Language::English, |_| {});
    let mut snapshot = samples::snapshot(Language::English);
    snapshot.introductions = vec![introduction(1, Some(1), IntroductionStage::Offered)];
    let snapshot = messenger::Message::Snapshot(Ok(Box::new(snapshot)));
    tell(&mut app, snapshot);
    assert_eq!(
        app.announced(),
        Some("A contact wants to introduce somebody to you")
    );
    requests(&mut app);
    assert_eq!(app.announced(), None);
}

#[test]
fn the_panel_says_who_shares_an_address_and_moves_it() {
    let mut app = with(Language::English, |snapshot| {
        snapshot.circles = vec![circle(3, &[1, 2]), circle(4, &[3])];
        let introduced = contact(snapshot, 1);
        introduced.introduced = Some(IntroducedView {
            by: id(2),
            name: "A.".to_owned(),
        });
    });
    panel(&mut app, 1);
    assert!(sees(&app, "The same address is known to Jules Verdier."));
    assert!(sees(
        &app,
        "Introduced by Jules Verdier, who calls them A.."
    ));
    click(&mut app, "circle-move");
    assert!(matches!(state(&app).dialog(), Some(Dialog::Circle(_))));
    assert!(sees(&app, "The address that Mika know"));
    assert!(has(&app, "circle-own") && !has(&app, "circle-3"));
    assert!(sees(&app, "Now: shared with Jules Verdier"));
    for nothing_yet in ["circle-change", "circle-4", "circle-own"] {
        click(&mut app, nothing_yet);
        assert!(state(&app).dialog().is_some(), "{nothing_yet}");
    }
    click(&mut app, "circle-change");
    assert!(state(&app).dialog().is_none());
    tell(&mut app, messenger::Message::Open(Which::Circle(id(3))));
    assert!(sees(&app, "Now: known only to Mika"));
    assert!(has(&app, "circle-3") && !has(&app, "circle-own"));
    tell(&mut app, messenger::Message::Escape);
    panel(&mut app, 3);
    assert!(sees(&app, "Nobody else knows this address."));
}

#[test]
fn who_is_invisible_or_offline_is_told_that_messages_wait() {
    let mut app = with(Language::English, |snapshot| {
        let shunned = contact(snapshot, 3);
        shunned.invisible = true;
        snapshot.circles = vec![circle(4, &[3])];
    });
    panel(&mut app, 3);
    assert!(sees(
        &app,
        "You are invisible to Mika. What you both write waits."
    ));
    assert!(has(&app, "panel-invisible") && !has(&app, "circle-move"));
    samples::open(&mut app, id(4), Vec::new());
    assert!(says(&app, "is not connected. What you send waits here"));
    samples::open(&mut app, id(1), Vec::new());
    assert!(!says(&app, "What you send waits"), "connected");
    let mut app = with(Language::English, |snapshot| {
        snapshot.profile.hidden = true;
        contact(snapshot, 1).connected = false;
    });
    assert!(sees(&app, "Appearing offline"));
    samples::open(&mut app, id(1), Vec::new());
    assert!(says(&app, "You appear offline. What you send waits here"));
}

#[test]
fn presence_is_one_choice_and_the_door_for_strangers_another() {
    let mut app = with(Language::English, |snapshot| snapshot.profile.away = true);
    assert!(sees(&app, "Away"));
    click(&mut app, "network-status");
    for name in ["presence-online", "presence-away", "presence-offline"] {
        assert!(has(&app, name), "{name}");
    }
    click(&mut app, "presence-offline");
    click(&mut app, "settings-privacy");
    click(&mut app, "settings-requests");
    let mut app = with(Language::English, |snapshot| {
        let person = contact(snapshot, 1);
        person.away = true;
    });
    samples::open(&mut app, id(1), Vec::new());
    assert!(sees(&app, "Connected; says they are away"));
}

#[test]
fn notes_are_a_conversation_without_anybody() {
    let mut app = with(Language::English, |snapshot| {
        snapshot.contacts.push(notes())
    });
    assert!(sees(&app, "Notes to yourself"));
    panel(&mut app, 7);
    assert!(window(&app, USUAL).find(Id::from(composer::FIELD)).is_ok());
    assert!(sees(
        &app,
        "Your notes begin here. They are kept like all messages and are never sent."
    ));
    assert!(!says(&app, "waits here"));
    assert!(has(&app, "panel-pinned") && has(&app, "panel-clear"));
    for name in [
        "panel-block",
        "panel-muted",
        "panel-read",
        "panel-invisible",
        "verify-same",
        "privacy",
        "introduce-open",
    ] {
        assert!(!has(&app, name), "{name}");
    }
    click(&mut app, "panel-clear");
    assert!(sees(&app, "All your notes are destroyed."));
    tell(&mut app, messenger::Message::Open(Which::Add));
    click(&mut app, "add-notes");
    assert!(state(&app).dialog().is_none());
}

#[test]
fn the_names_of_a_short_code_are_in_the_language_of_the_reader() {
    let emoji = undertone_engine::EmojiView {
        symbol: "🐶",
        name: "dog",
    };
    for (language, name) in [
        (Language::English, "Dog"),
        (Language::German, "Hund"),
        (Language::Spanish, "Perro"),
        (Language::Arabic, "كلب"),
    ] {
        let mut app = with(language, |_| {});
        let code = undertone_engine::Event::ShortCode {
            contact: id(1),
            emoji: Some(vec![emoji.clone(); 7]),
        };
        let heard = undertone_desktop::bridge::Heard::Events(vec![code]);
        tell(&mut app, messenger::Message::Heard(heard));
        tell(&mut app, messenger::Message::Open(Which::Short(id(1))));
        assert!(sees(&app, name), "{language:?}");
    }
}

#[test]
fn what_is_higher_than_the_window_is_scrolled_to() {
    let mut app = with(Language::English, |_| {});
    tell(&mut app, messenger::Message::Open(Which::Introduce(id(1))));
    click(&mut app, format!("introduce-{}", id(2)));
    let small = (450.0, 300.0);
    let shown = |target: iced_test::selector::Target| target.visible_bounds().is_some();
    let mut ui = window(&app, small);
    let below = ui.find(named("introduce-submit")).expect("the button");
    assert!(!shown(below), "below the window");
    ui.point_at(iced::Point::new(225.0, 200.0));
    let down = iced::mouse::ScrollDelta::Pixels {
        x: 0.0,
        y: -2_000.0,
    };
    ui.simulate([iced::Event::Mouse(iced::mouse::Event::WheelScrolled {
        delta: down,
    })]);
    let there = ui.find(named("introduce-submit")).expect("the button");
    assert!(shown(there));
}
