//! Pages of a conversation, asked for by its edges as the view comes near, in a window that is kept from frame to frame.

use undertone_desktop::app::Message;
use undertone_desktop::bridge::Heard;
use undertone_desktop::place::OpenFailure;
use undertone_desktop::screen::messenger::history::{History, PAGE};
use undertone_desktop::screen::messenger::{self, Pane, composer, conversation};
use undertone_desktop::screen::unlock;
use undertone_desktop::words::Language;
use undertone_engine::{Event, MessageView, Reply};

use super::kept::Kept;
use super::{main_window, page as words};
use crate::people;
use crate::samples::{self, NOW, id, message, tell};

/// What the edges ask for in the next frame: older ones, newer ones. The conversation hears of it.
fn asked(kept: &mut Kept) -> (bool, bool) {
    let (mut older, mut newer) = (false, false);
    for message in kept.frame(None) {
        if let Message::Messenger(messenger::Message::Conversation(_, asked)) = &message {
            older |= matches!(asked, conversation::Message::ShowOlder);
            newer |= matches!(asked, conversation::Message::ShowNewer);
        }
    }
    (older, newer)
}

fn page(first: u64) -> Result<Reply, undertone_engine::CommandError> {
    let messages: Vec<MessageView> = (first..first + u64::from(PAGE))
        .map(|number| message(number, false, NOW, "words"))
        .collect();
    Ok(Reply::Messages { messages })
}

/// An edge that asks while something else is on its way is not heard; it asks again when that is there.
#[test]
fn no_edge_of_what_is_in_memory_stays_an_end() {
    let mut app = people::with(Language::English, |snapshot| {
        for view in &mut snapshot.conversations {
            view.last = Some(message(100_000, false, NOW, "the newest"));
        }
    });
    samples::open(&mut app, id(1), Vec::new());
    let mut kept = Kept::new(app);
    // A search leads far up: a page of short messages, both of whose edges are near.
    kept.hear(conversation::Message::GoTo(50_008));
    kept.hear(conversation::Message::Around(50_008, page(50_000)));
    assert_eq!(asked(&mut kept), (true, true));
    assert_eq!(asked(&mut kept), (false, false), "asked for once");
    let size = u64::from(PAGE);
    kept.hear(conversation::Message::Older(page(50_000 - size)));
    assert!(
        asked(&mut kept).1,
        "newer ones, which were not heard before"
    );
    kept.hear(conversation::Message::Newer(page(50_000 + size)));
    // A frame before the room of the new ones was measured.
    asked(&mut kept);
    kept.hear(conversation::Message::Shift(400.0));
    assert!(asked(&mut kept).1, "the next newer ones");
}

/// What is typed reaches the field whatever comes and goes around it meanwhile.
#[test]
fn the_field_keeps_the_keyboard() {
    for language in [Language::English, Language::Arabic] {
        types_on(language);
    }
}

fn types_on(language: Language) {
    let connected = |is| {
        let mut snapshot = samples::snapshot(language);
        people::contact(&mut snapshot, 1).connected = is;
        messenger::Message::Snapshot(Ok(Box::new(snapshot)))
    };
    let mut kept = Kept::new(samples::talking(language));
    kept.frame(None);
    kept.focus(composer::FIELD);
    kept.letter("a");
    // That messages wait.
    tell(&mut kept.app, connected(false));
    kept.letter("b");
    tell(&mut kept.app, connected(true));
    kept.letter("c");
    // The way to the end of the conversation.
    kept.hear(conversation::Message::GoTo(50_008));
    kept.hear(conversation::Message::Around(50_008, page(50_000)));
    kept.letter("d");
    // What is replied to, and that names are covered and this one is not.
    kept.hear(conversation::Message::Reply(50_008));
    kept.letter("e");
    kept.app.look_mut().presentation = true;
    kept.letter("f");
    // Something to be done, above everything else.
    let due = Heard::Events(vec![Event::BackupDue { last: None }]);
    tell(&mut kept.app, messenger::Message::Heard(due));
    kept.letter("g");
    // The contact, beside it or not.
    for panel in ["h", "i"] {
        kept.hear(conversation::Message::Panel);
        kept.letter(panel);
    }
    let Pane::Conversation(state) = main_window(&kept.app).pane() else {
        panic!("no conversation");
    };
    assert_eq!(state.composer.text().trim_end(), "abcdefghi");
}

#[test]
fn what_happens_while_a_page_is_on_its_way_is_not_undone_by_it() {
    let text = |history: &History, number| {
        let row = history.row(number);
        row.and_then(|row| row.view.text.clone())
    };
    let mut history = History::default();
    history.expect_page();
    // The page was read before all of this.
    history.push(message(4, false, NOW, "came"), true);
    history.change(message(2, true, NOW, "edited"));
    history.remove(3);
    history.take_newest(words(1..=3));
    let numbers: Vec<u64> = history.rows().map(|row| row.view.number).collect();
    assert_eq!(numbers, [1, 2, 4]);
    assert_eq!(text(&history, 2).as_deref(), Some("edited"));
    assert_eq!(text(&history, 4).as_deref(), Some("came"));
    // What was heard before a page was asked for is in it.
    history.change(message(2, true, NOW, "edited again"));
    history.expect_page();
    history.take_newest(words(1..=4));
    assert_eq!(text(&history, 2).as_deref(), Some("words"));
    // Two pages at once, as a search and an opening ask for them; the later one is as old.
    history.expect_page();
    history.expect_page();
    history.remove(1);
    history.take_newest(words(1..=4));
    history.take_around(words(1..=4), None);
    assert_eq!(history.first(), Some(2));
    history.expect_page();
    history.leave_page();
    history.take_newest(words(1..=4));
    assert_eq!(history.first(), Some(1), "nothing is left of it");
}

/// The note about a wrong passphrase goes with the first letter of the next one.
#[test]
fn a_passphrase_can_be_typed_again_after_a_wrong_one() {
    let mut app = samples::messenger(Language::English);
    let _ = app.update(Message::Lock);
    let _ = app.update(Message::Closed);
    let wrong = unlock::Message::Done(Err(OpenFailure::Passphrase));
    let _ = app.update(Message::Unlock(wrong));
    let mut kept = Kept::new(app);
    kept.frame(None);
    kept.focus(unlock::FIELD);
    for letter in ["a", "b", "c"] {
        let said = kept.letter(letter);
        assert!(
            matches!(
                said.as_slice(),
                [Message::Unlock(unlock::Message::Passphrase(_))]
            ),
            "{letter}: {said:?}"
        );
    }
}
