//! A conversation by itself: searching, comparing codes, pictures of codes, earlier words, timers.

use iced::advanced::renderer::Headless;
use iced::advanced::widget::Id;
use iced::keyboard::{Key, Modifiers, key::Named};
use iced_test::runtime::user_interface::{Cache, UserInterface};
use undertone_desktop::app::App;
use undertone_desktop::scan::ScanError;
use undertone_desktop::screen::dialog::{self, Dialog, Which, earlier, picture};
use undertone_desktop::screen::messenger::conversation::{self, finding};
use undertone_desktop::screen::messenger::{self, Pane, panel, search, sidebar};
use undertone_desktop::words::Language;
use undertone_engine::{Line, MessageView};

use super::{click, hear, main_window, page, press, sees};
use crate::samples::{self, NOW, USUAL, apply, id, message, open, tell, window};

#[test]
fn messages_that_were_found_are_shown_and_gone_to() {
    let mut app = samples::messenger(Language::English);
    let typed = |text: &str| sidebar::Message::Found(search::Message::Text(text.to_owned()));
    tell(&mut app, messenger::Message::Sidebar(typed("second")));
    assert!(sees(&app, "Searching …"));
    let found = |question, hits| {
        sidebar::Message::Found(search::Message::Found(
            question,
            false,
            Ok(undertone_engine::Reply::Found {
                hits,
                more: None,
                index_percent: Some(40),
            }),
        ))
    };
    let hit = undertone_engine::FoundView {
        contact: id(1),
        message: message(2, true, NOW - 86_400, "Is the second reading on Thursday?"),
    };
    tell(
        &mut app,
        messenger::Message::Sidebar(found(7, vec![hit.clone()])),
    );
    assert!(sees(&app, "Searching …"), "that was another question");
    tell(
        &mut app,
        messenger::Message::Sidebar(found(1, vec![hit.clone()])),
    );
    assert!(sees(
        &app,
        "The search is still being prepared (40 %): older messages may be missing."
    ));
    let messages = {
        let mut ui = window(&app, USUAL);
        let name: &'static str = sidebar::found::id(&hit).leak();
        ui.click(Id::from(name)).expect("the hit");
        ui.into_messages().collect()
    };
    apply(&mut app, messages);
    assert_eq!(main_window(&app).pane().contact(), Some(id(1)));
    // What comes of opening it does not push the page around the hit away.
    let around = |numbers: std::ops::RangeInclusive<u64>| {
        Ok(undertone_engine::Reply::Messages {
            messages: page(numbers),
        })
    };
    for message in [
        conversation::Message::Around(2, around(1..=32)),
        conversation::Message::Newest(around(941..=1_000)),
    ] {
        tell(&mut app, messenger::Message::Conversation(id(1), message));
    }
    let Pane::Conversation(open) = main_window(&app).pane() else {
        panic!("a conversation");
    };
    assert_eq!(open.history().first(), Some(1));
    tell(&mut app, messenger::Message::Sidebar(typed("")));
    assert!(!sees(&app, "Messages"));
}

#[test]
fn ctrl_f_searches_where_one_is() {
    let mut app = samples::talking(Language::English);
    let f = |app: &mut App, modifiers| press(app, Key::Character("f".into()), modifiers);
    f(&mut app, Modifiers::CTRL);
    assert!(window(&app, USUAL).find(Id::from(finding::FIND)).is_ok());
    let say = |app: &mut App, message| {
        let message = conversation::Message::Search(message);
        tell(app, messenger::Message::Conversation(id(1), message));
    };
    say(&mut app, search::Message::Text("reading".to_owned()));
    let hits = [4, 2].map(|number| undertone_engine::FoundView {
        contact: id(1),
        message: message(number, true, NOW, "the second reading"),
    });
    let reply = undertone_engine::Reply::Found {
        hits: hits.to_vec(),
        more: None,
        index_percent: None,
    };
    say(&mut app, search::Message::Found(1, false, Ok(reply)));
    assert!(sees(&app, "1 of 2"));
    click(&mut app, "find-older");
    assert!(sees(&app, "2 of 2"));
    click(&mut app, "find-newer");
    assert!(sees(&app, "1 of 2"));
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    assert!(window(&app, USUAL).find(Id::from(finding::FIND)).is_err());
    tell(&mut app, messenger::Message::Open(Which::Settings));
    f(&mut app, Modifiers::CTRL);
    assert!(main_window(&app).dialog().is_some());
}

#[test]
fn a_short_code_is_offered_and_compared() {
    let mut app = samples::talking(Language::English);
    let code = |emoji| {
        let event = undertone_engine::Event::ShortCode {
            contact: id(1),
            emoji,
        };
        vec![event]
    };
    let emoji = undertone_engine::EmojiView {
        symbol: "🐶",
        name: "dog",
    };
    assert!(window(&app, USUAL).find(Id::from("short-now")).is_err());
    hear(&mut app, code(Some(vec![emoji; 7])));
    assert!(
        main_window(&app).dialog().is_none(),
        "nobody is interrupted"
    );
    click(&mut app, "short-now");
    assert!(sees(&app, "Dog") && sees(&app, "They differ"));
    hear(&mut app, code(None));
    assert!(!sees(&app, "Dog"));
    assert!(window(&app, USUAL).find(Id::from("short-begin")).is_ok());
    press(&mut app, Key::Named(Named::Escape), Modifiers::default());
    assert!(window(&app, USUAL).find(Id::from("short-now")).is_err());
}

#[test]
fn an_invitation_comes_from_a_picture() {
    let mut app = samples::talking(Language::English);
    tell(&mut app, messenger::Message::Open(Which::Add));
    click(&mut app, "add-picture");
    let scanned = |result| {
        let message = picture::Message::Scanned(result);
        messenger::Message::Dialog(dialog::Message::Picture(message))
    };
    tell(&mut app, scanned(Err(ScanError::NoCode)));
    assert!(sees(
        &app,
        "No QR code was found in it. Is the picture sharp, and the code complete?"
    ));
    tell(&mut app, scanned(Ok(vec![0xff, 0xfe])));
    assert!(matches!(
        main_window(&app).dialog(),
        Some(Dialog::Picture(_))
    ));
    tell(&mut app, scanned(Ok(b"undertone:abc".to_vec())));
    assert!(matches!(main_window(&app).dialog(), Some(Dialog::Add(_))));
    assert!(sees(&app, "undertone:abc"));
}

#[test]
fn an_edited_message_shows_what_it_said_before() {
    let mut app = samples::talking(Language::English);
    let choose = conversation::Message::Choose(5);
    tell(&mut app, messenger::Message::Conversation(id(1), choose));
    click(&mut app, "action-earlier");
    let mut view = message(5, true, NOW, "now");
    let told = |view| {
        let told = earlier::Message::Told(Ok(undertone_engine::Reply::Message(view)));
        messenger::Message::Dialog(dialog::Message::Earlier(told))
    };
    tell(&mut app, told(view.clone()));
    assert!(!sees(&app, "What I said first"));
    view.earlier = vec![undertone_engine::EarlierView {
        text: "What I said first\u{202e}".to_owned(),
        until: NOW - 60,
    }];
    tell(&mut app, told(view));
    assert!(sees(&app, "What I said first\\u{202e}"));
}

#[test]
fn an_agreed_timer_is_shown_and_changed() {
    let mut app = samples::messenger(Language::English);
    let mut snapshot = samples::snapshot(Language::English);
    snapshot.conversations[0].timer = 3_600;
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot))),
    );
    open(&mut app, id(1), Vec::new());
    let message = conversation::Message::Panel;
    tell(&mut app, messenger::Message::Conversation(id(1), message));
    assert!(window(&app, USUAL).find(Id::from("timer-3600")).is_ok());
    let mut line = message_of_timer(86_400);
    line.number = 3;
    let said = panel::Message::Agreed(Ok(undertone_engine::Reply::Message(line)));
    tell(&mut app, messenger::Message::Panel(said));
    assert!(sees(&app, "You let messages disappear 1 day after reading"));
}

fn message_of_timer(seconds: u32) -> MessageView {
    let mut timer = message(1, true, NOW, "");
    timer.text = None;
    timer.line = Line::Timer { seconds };
    timer
}

/// What a window keeps of its rows from frame to frame fits the rows that take their places: headings of days move up among
/// messages when new ones come and old ones leave.
#[test]
fn rows_of_every_kind_can_take_each_others_places() {
    let mut app = samples::messenger(Language::English);
    let aged = |number: u64| {
        message(
            number,
            number.is_multiple_of(3),
            NOW - 86_400 + number * 300,
            "words",
        )
    };
    open(&mut app, id(1), (1..=240).map(aged).collect());
    let settings = undertone_desktop::program::settings();
    let renderer =
        <iced::Renderer as Headless>::new(settings.default_font, settings.default_text_size, None);
    let mut renderer = futures::executor::block_on(renderer).expect("a renderer");
    let mut cache = Cache::default();
    for number in 241..300 {
        let event = undertone_engine::Event::MessageReceived {
            contact: id(1),
            message: aged(number),
        };
        hear(&mut app, vec![event]);
        if number == 260 {
            let page = Ok(undertone_engine::Reply::Messages {
                messages: (1..20).map(aged).collect(),
            });
            let older = conversation::Message::Older(page);
            tell(&mut app, messenger::Message::Conversation(id(1), older));
        }
        let size = iced::Size::new(USUAL.0, USUAL.1);
        let ui = UserInterface::build(app.view(), size, cache, &mut renderer);
        cache = ui.into_cache();
    }
}
