//! What keeps somebody from a mistake: marks beside names, questions before what cannot be taken back, and controls that are
//! in sight in a small window.

use iced::Rectangle;
use iced_test::Simulator;
use iced_test::selector::{Candidate, id as named};
use undertone_desktop::app::{App, Message};
use undertone_desktop::screen::dialog::{self, Dialog, Which, introduce, invite, profiles};
use undertone_desktop::screen::messenger;
use undertone_desktop::words::Language;
use undertone_engine::{IntroductionStage, InvitationView, Reply};

use crate::people::{self, circle, click, contact, has, introduction, requests, says, sees, state};
use crate::samples::{USUAL, id, tell, window};

/// The glyphs of the two marks.
const CAREFUL: &str = "\u{e193}";
const VERIFIED: &str = "\u{e1ff}";
/// The smallest window at a text size of 200 %.
const SMALL: (f32, f32) = (450.0, 300.0);

fn open(app: &mut App, which: Which) {
    tell(app, messenger::Message::Open(which));
}

/// Amara is verified; somebody has the name of Jules, and the one who asks that of Amara.
fn peopled(language: Language) -> App {
    people::with(language, |snapshot| {
        for (one, other) in [(6, 2), (9, 1)] {
            let name = contact(snapshot, other).nickname.clone();
            contact(snapshot, one).nickname = name;
            contact(snapshot, one).resembles = Some(id(other));
        }
        snapshot.circles = vec![circle(3, &[1, 2]), circle(4, &[3, 6])];
        snapshot.introductions = vec![introduction(1, Some(6), IntroductionStage::Offered)];
    })
}

/// How often a text is drawn inside of what has a name.
fn drawn(app: &App, inside: &str, words: &str) -> usize {
    let mut ui = window(app, (USUAL.0, 3_000.0));
    let frame = ui.find(named(inside.to_owned())).expect(inside).bounds();
    count(&mut ui, frame, words)
}

fn count(ui: &mut Simulator<'_, Message>, frame: Rectangle, words: &str) -> usize {
    let mut found = 0;
    let counted = |candidate: Candidate<'_>| {
        if let Candidate::Text {
            content, bounds, ..
        } = candidate
            && content == words
            && bounds.is_within(&frame)
        {
            found += 1;
        }
        None::<()>
    };
    let _ = ui.find(counted);
    found
}

/// Where something is seen, whole.
fn seen(app: &App, size: (f32, f32), name: &'static str) -> bool {
    let mut ui = window(app, size);
    let found = ui.find(named(name)).expect(name);
    found.visible_bounds().is_some_and(|visible| {
        (visible.height - found.bounds().height).abs() < 0.5 && visible.height > 30.0
    })
}

#[test]
fn dialogs_tell_who_has_the_name_of_another_from_whom_it_is() {
    let mut app = peopled(Language::English);
    for which in [Which::Introduce(id(3)), Which::Forward(id(3), 1)] {
        let name = match which {
            Which::Introduce(_) => "introduce",
            _ => "forward",
        };
        open(&mut app, which);
        let row = |number| format!("{name}-{}", id(number));
        for (number, careful, verified) in [(1, 0, 1), (2, 0, 0), (6, 1, 0)] {
            let row = row(number);
            assert_eq!(drawn(&app, &row, CAREFUL), careful, "{row}");
            assert_eq!(drawn(&app, &row, VERIFIED), verified, "{row}");
        }
    }
    let warned = "Careful: another contact has the name Jules Verdier as well.";
    open(&mut app, Which::Introduce(id(1)));
    for (to, careful) in [(2, false), (6, true)] {
        let to = dialog::Message::Introduce(introduce::Message::To(id(to)));
        tell(&mut app, messenger::Message::Dialog(to));
        assert_eq!(says(&app, warned), careful);
    }
    requests(&mut app);
    assert!(says(&app, warned), "the one who offers an introduction");
}

#[test]
fn an_address_is_shared_with_those_who_are_marked() {
    let mut app = peopled(Language::English);
    open(&mut app, Which::Circle(id(2)));
    let all = Rectangle::with_size((USUAL.0, 3_000.0).into());
    let marks = |app: &App, sign: &str| count(&mut window(app, (USUAL.0, 3_000.0)), all, sign);
    // What is below a dialog is not among what is found.
    assert_eq!(marks(&app, CAREFUL), 1, "in the other circle");
    assert_eq!(marks(&app, VERIFIED), 1, "in the present one");
    open(&mut app, Which::Circle(id(1)));
    assert_eq!(marks(&app, VERIFIED), 0, "Jules alone is named");
}

#[test]
fn accepting_under_a_warning_is_not_what_is_offered_first() {
    for (language, words, anyway) in [
        (Language::English, "Accept", "Accept anyway"),
        (Language::Arabic, "قبول", "قبول رغم ذلك"),
    ] {
        let mut app = peopled(language);
        requests(&mut app);
        assert!(sees(&app, anyway) && !sees(&app, words));
        let mut app = people::with(language, |_| {});
        requests(&mut app);
        assert!(sees(&app, words) && !sees(&app, anyway));
    }
}

#[test]
fn requests_fit_beside_the_list_in_a_small_window() {
    for language in Language::ALL {
        let mut app = peopled(language);
        app.look_mut().scale = 200;
        let _ = app.update(Message::Resized(SMALL.into()));
        requests(&mut app);
        let mut ui = window(&app, (SMALL.0, 2_000.0));
        let mut above = 0.0;
        for name in ["request-accept", "request-reject", "request-block"] {
            let button = ui.find(named(format!("{name}-{}", id(9)))).expect(name);
            let bounds = button.bounds();
            assert!(bounds.y >= above, "{language:?} {name}");
            above = bounds.y + bounds.height;
            let visible = button.visible_bounds().expect(name);
            let cut = bounds.width - visible.width;
            assert!(cut < 0.5, "{language:?} {name}: {cut}");
        }
    }
    // In Arabic they begin at the right.
    let mut app = peopled(Language::Arabic);
    requests(&mut app);
    let mut ui = window(&app, USUAL);
    let accept = format!("request-accept-{}", id(9));
    let block = format!("request-block-{}", id(9));
    let x = |ui: &mut Simulator<'_, Message>, name: String| {
        ui.find(named(name)).expect("a button").bounds().x
    };
    let (accept, block) = (x(&mut ui, accept), x(&mut ui, block));
    assert!(block < accept && accept > 500.0);
}

fn invitations(app: &mut App, numbers: &[u64]) {
    let invitations = numbers.iter().map(|number| InvitationView {
        number: *number,
        text: "undertone:".to_owned() + &"ABCDEFGH".repeat(60),
        one_time: false,
        expires: None,
        reachable: true,
        shut: false,
        introduced: None,
    });
    let invitations = invitations.collect();
    let listed = invite::Message::Listed(Ok(Reply::Invitations { invitations }));
    let listed = dialog::Message::Invite(listed);
    tell(app, messenger::Message::Dialog(listed));
}

#[test]
fn an_invitation_is_revoked_after_one_question() {
    let mut app = people::with(Language::English, |_| {});
    open(&mut app, Which::Invite);
    invitations(&mut app, &[1, 2]);
    assert!(says(&app, "ABCDEFGH") && says(&app, "…"), "cut");
    click(&mut app, "invite-shut");
    assert!(sees(&app, "Revoke this invitation?") && !has(&app, "invite-copy"));
    click(&mut app, "invite-keep");
    assert!(has(&app, "invite-copy") && has(&app, "invite-shut"));
    click(&mut app, "invite-shut");
    // What is gone by itself needs no answer, and another one is not taken for it.
    invitations(&mut app, &[1]);
    assert!(!has(&app, "invite-revoke"));
    click(&mut app, "invite-shut");
    click(&mut app, "invite-revoke");
    assert!(!has(&app, "invite-revoke") && has(&app, "invite-copy"));
    assert!(matches!(state(&app).dialog(), Some(Dialog::Invite(_))));
    // While that is being done there is nothing to press.
    click(&mut app, "invite-shut");
    assert!(!has(&app, "invite-revoke"));
}

#[test]
fn the_button_of_a_long_dialog_is_always_in_sight() {
    for purpose in [
        profiles::Purpose::Passphrase,
        profiles::Purpose::Beside,
        profiles::Purpose::Export,
        profiles::Purpose::Import,
    ] {
        let mut app = people::with(Language::English, |_| {});
        open(&mut app, Which::Profiles(purpose));
        for size in [(900.0, 600.0), SMALL] {
            assert!(seen(&app, size, "profiles-submit"), "{purpose:?} {size:?}");
        }
        let mut ui = window(&app, SMALL);
        ui.point_at(iced::Point::new(225.0, 130.0));
        ui.simulate([iced::Event::Mouse(iced::mouse::Event::WheelScrolled {
            delta: iced::mouse::ScrollDelta::Pixels {
                x: 0.0,
                y: -5_000.0,
            },
        })]);
        let field = ui.find(named(profiles::AGAIN)).expect("the last field");
        let button = ui.find(named("profiles-submit")).expect("the button");
        let field = field.visible_bounds().expect("scrolled to");
        assert!(field.height > 30.0, "{purpose:?}");
        assert!(field.y + field.height <= button.bounds().y, "{purpose:?}");
    }
    let mut app = peopled(Language::English);
    open(&mut app, Which::Circle(id(2)));
    assert!(seen(&app, SMALL, "circle-change"));
}

#[test]
fn a_block_says_whom_it_is_about_and_what_becomes_of_messages() {
    let mut app = people::with(Language::English, |_| {});
    open(&mut app, Which::Block(id(1)));
    assert!(sees(&app, "Block Amara Okafor?"));
    assert!(says(&app, "Messages that still wait are never sent."));
    open(&mut app, Which::Block(id(9)));
    assert!(sees(&app, "Block Noor?") && !says(&app, "Messages that still wait"));
}
