//! The window on the desktop: what closing it means with a tray and without, files that are chosen, what moves while
//! something takes long.

use iced::advanced::widget::Id;
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::choose::{NoDialog, Wish};
use undertone_desktop::keeping::Kept;
use undertone_desktop::screen::dialog::profiles::Purpose;
use undertone_desktop::screen::dialog::{self, Change, Which, picture, profiles, settings};
use undertone_desktop::screen::messenger;
use undertone_desktop::screen::welcome;
use undertone_desktop::tray::Told;
use undertone_desktop::words::Language;

use crate::samples::{self, USUAL, tell, window};

fn sees(app: &App, words: &str) -> bool {
    window(app, (USUAL.0, 2_000.0)).find(words).is_ok()
}

fn has(app: &App, name: &'static str) -> bool {
    window(app, (USUAL.0, 2_000.0)).find(Id::from(name)).is_ok()
}

#[test]
fn without_a_tray_closing_ends_and_nothing_is_offered() {
    let mut app = samples::messenger(Language::English);
    tell(&mut app, messenger::Message::Open(Which::Settings));
    assert!(!has(&app, "settings-linger"));
    app.look_mut().lingers = true;
    let _ = app.update(Message::Close);
    assert!(matches!(app.screen(), Screen::Closing));
}

#[test]
fn with_a_tray_closing_hides_only_where_that_was_chosen() {
    let begin = || {
        let mut app = samples::messenger(Language::English);
        let _ = app.begin();
        let _ = app.update(Message::Tray(Told::Online(true)));
        app
    };
    let mut app = begin();
    tell(&mut app, messenger::Message::Open(Which::Settings));
    assert!(has(&app, "settings-linger"));
    let _ = app.update(Message::Close);
    assert!(matches!(app.screen(), Screen::Closing), "off by default");
    let mut app = begin();
    let lingers = settings::Message::Change(Change::Lingers(true));
    tell(
        &mut app,
        messenger::Message::Dialog(dialog::Message::Settings(lingers)),
    );
    tell(&mut app, messenger::Message::Open(Which::Settings));
    let lingers = settings::Message::Change(Change::Lingers(true));
    let lingers = dialog::Message::Settings(lingers);
    tell(&mut app, messenger::Message::Dialog(lingers));
    assert_eq!(app.at_the_tray().toggle, "Hide");
    let _ = app.update(Message::Close);
    assert!(matches!(app.screen(), Screen::Messenger(_)));
    let shown = app.at_the_tray();
    assert!(!shown.window && shown.unlocked && shown.unread);
    assert_eq!(shown.toggle, "Show");
    // The tray goes away: the window must not be lost.
    let _ = app.update(Message::Tray(Told::Online(false)));
    assert!(app.at_the_tray().window);
    let _ = app.update(Message::Tray(Told::Online(true)));
    let _ = app.update(Message::Tray(Told::Toggle));
    assert!(app.at_the_tray().window, "to the front first");
    let _ = app.update(Message::Focused(true));
    let _ = app.update(Message::Tray(Told::Toggle));
    assert!(!app.at_the_tray().window, "hidden by the tray");
    let _ = app.update(Message::Tray(Told::Toggle));
    assert!(app.at_the_tray().window, "and shown again");
    let _ = app.update(Message::Tray(Told::Lock));
    let _ = app.update(Message::Closed);
    let shown = app.at_the_tray();
    assert!(!shown.unlocked && !shown.unread, "locked");
    assert!(!app.look().lingers, "what the profile chose is forgotten");
}

#[test]
fn what_was_chosen_is_kept_with_the_profile() {
    let mut look = undertone_desktop::look::Look::new(Language::English);
    look.lingers = true;
    look.still = true;
    let kept = Kept::of(&look, iced::Size::new(1_000.0, 700.0));
    let read = Kept::read(&kept.write()).expect("what was written");
    assert!(read.lingers && read.still);
    assert!(!Kept::default().lingers && !Kept::default().still);
}

#[test]
fn a_file_is_chosen_or_typed_where_no_dialog_answers() {
    let words =
        "The desktop has no dialog for files here. Type the name of the file with its folders.";
    let mut app = samples::messenger(Language::English);
    for (which, wish) in [
        (Which::Profiles(Purpose::Export), Wish::Export),
        (Which::Profiles(Purpose::Import), Wish::Import),
        (Which::Picture(picture::Wanted::Invitation), Wish::Code),
    ] {
        tell(&mut app, messenger::Message::Open(which.clone()));
        assert!(!sees(&app, words));
        let nobody = dialog::Message::Chosen(wish, Err(NoDialog));
        tell(&mut app, messenger::Message::Dialog(nobody));
        assert!(sees(&app, words), "{which:?}");
        let chosen = |wish| {
            let chosen = dialog::Message::Chosen(wish, Ok(Some("/media/ann/copy".into())));
            messenger::Message::Dialog(chosen)
        };
        tell(&mut app, chosen(Wish::Picture));
        assert!(!sees(&app, "/media/ann/copy"), "asked for by another one");
        tell(&mut app, chosen(wish));
        assert!(sees(&app, "/media/ann/copy"), "{which:?}");
    }
    let mut app = samples::fresh();
    for message in [
        welcome::Message::Import,
        welcome::Message::Chosen(Err(NoDialog)),
        welcome::Message::Chosen(Ok(Some("/media/ann/copy".into()))),
    ] {
        let _ = app.update(Message::Welcome(message));
    }
    assert!(sees(&app, words) && sees(&app, "/media/ann/copy"));
}

#[test]
fn an_import_beside_others_wants_everything_first() {
    let mut app = samples::messenger(Language::English);
    let which = Which::Profiles(Purpose::Import);
    tell(&mut app, messenger::Message::Open(which));
    let mut say = |message| {
        let message = dialog::Message::Profiles(message);
        tell(&mut app, messenger::Message::Dialog(message));
        matches!(app.screen(), Screen::Unlock(_))
    };
    let strong = "orbit lantern copper velvet";
    for message in [
        profiles::Message::Present("present one".into()),
        profiles::Message::Name("/media/ann/copy".to_owned()),
        profiles::Message::New(strong.into()),
        profiles::Message::Again(strong.into()),
        profiles::Message::Submit,
    ] {
        assert!(!say(message), "without the passphrase of the export");
    }
    assert!(!say(profiles::Message::Sealed("sealed one".into())));
    assert!(say(profiles::Message::Submit));
    assert!(sees(&app, "Verifying and importing …"));
}

#[test]
fn what_takes_long_moves_unless_nothing_may() {
    let mut app = samples::unlocking();
    assert!(sees(&app, "Unlocking …"));
    let place = tempfile::tempdir().expect("a directory");
    // The first picture of a name is kept, the next one compared with it.
    let same = |app: &App, name: &str| {
        let mut ui = window(app, (400.0, 500.0));
        let drawn = ui.snapshot(&app.theme()).expect("a picture");
        drawn.matches_hash(place.path().join(name)).expect("a file")
    };
    assert!(same(&app, "moving") && same(&app, "moving"));
    let _ = app.update(Message::Beat);
    assert!(!same(&app, "moving"));
    app.look_mut().still = true;
    assert!(same(&app, "still"));
    let _ = app.update(Message::Beat);
    assert!(same(&app, "still"));
}

#[test]
fn it_locks_itself_after_some_minutes_without_anybody_where_that_was_chosen() {
    let mut app = samples::messenger(Language::English);
    let now = |app: &App| app.look().clock.now;
    let later = now(&app) + 86_400;
    let _ = app.passed(later);
    assert!(
        matches!(app.screen(), Screen::Messenger(_)),
        "off by default"
    );

    let mut app = samples::messenger(Language::English);
    tell(&mut app, messenger::Message::Open(Which::Settings));
    let at = settings::Message::Change(Change::LockAfter(5));
    tell(
        &mut app,
        messenger::Message::Dialog(dialog::Message::Settings(at)),
    );
    let _ = app.update(Message::Touched);
    let touched = now(&app);
    let _ = app.passed(touched + 299);
    assert!(matches!(app.screen(), Screen::Messenger(_)));
    // A clock that goes back puts it off by as much as it has to.
    let _ = app.passed(touched - 1_000);
    let _ = app.passed(touched - 701);
    assert!(matches!(app.screen(), Screen::Messenger(_)));
    let _ = app.passed(touched - 700);
    assert!(matches!(app.screen(), Screen::Closing));
}
