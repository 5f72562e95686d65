//! Several profiles in one home: another passphrase, a second one beside the first, exports and imports, and the end of
//! all of them.

use std::path::Path;
use std::time::{Duration, Instant};

use iced::keyboard::{Key, Modifiers, key::Named};
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::place::Place;
use undertone_desktop::screen::dialog::{self, profiles};
use undertone_desktop::screen::messenger::{self, composer, sidebar, switcher};
use undertone_desktop::screen::{unlock, welcome};
use undertone_engine::Stage;
use undertone_transport::memory::MemoryNetwork;

use super::{PASSPHRASE, place};
use crate::driver::{Person, has, main_window};

/// Changes the passphrase, and makes a profile beside the first, each by its own passphrase from then on.
pub(super) async fn another_profile(ann: &mut Person) {
    const SECOND: &str = "velvet thunder harbour seventeen";
    let done = |app: &App| main_window(app).is_some();
    ann.control(",");
    ann.click("settings-copies");
    ann.click("passphrase-change-open");
    ann.write(profiles::PRESENT, PASSPHRASE);
    ann.write(profiles::NEW, "marble willow canyon trumpet");
    ann.write(profiles::AGAIN, "marble willow canyon trumpet");
    ann.click("profiles-submit");
    assert!(ann.sees("Unlocking …"));
    ann.until("the same profile by another passphrase", done)
        .await;
    ann.control(",");
    ann.click("settings-copies");
    ann.click("beside-open");
    // The fields reach below the window, where nothing can be clicked.
    for message in [
        profiles::Message::Present("marble willow canyon trumpet".into()),
        profiles::Message::Name("Somebody".to_owned()),
        profiles::Message::New(SECOND.into()),
        profiles::Message::Again(SECOND.into()),
        profiles::Message::Submit,
    ] {
        let message = dialog::Message::Profiles(message);
        ann.apply(vec![Message::Messenger(messenger::Message::Dialog(
            message,
        ))]);
    }
    ann.until("the second profile", done).await;
    assert!(ann.sees("Hello, Somebody"));
    assert_eq!(ann.app.resting().count(), 1, "the first runs on");
    for (passphrase, name) in [
        ("marble willow canyon trumpet", "Hello, Ann"),
        (SECOND, "Hello, Somebody"),
    ] {
        ann.control("l");
        ann.until("the lock", |app| matches!(app.screen(), Screen::Unlock(_)))
            .await;
        ann.enter(unlock::FIELD, passphrase);
        ann.until("the profile of that passphrase", done).await;
        assert!(ann.sees(name));
    }
}

/// The second profile is open; the first is unlocked beside it. Both are online, and what comes for one is seen from the other.
pub(super) async fn two_at_once(ann: &mut Person, ben: &mut Person) {
    ann.click("profile-another");
    assert!(ann.sees("What is unlocked stays online meanwhile."));
    ann.enter(unlock::FIELD, "velvet thunder harbour seventeen");
    ann.until("that it is unlocked", |app| {
        let mut window = crate::samples::window(app, crate::samples::USUAL);
        window.find("It is unlocked here already.").is_ok()
    })
    .await;
    ann.enter(unlock::FIELD, "marble willow canyon trumpet");
    ann.until("the first beside the second", |app| {
        main_window(app).is_some_and(|state| state.others.len() == 1)
    })
    .await;
    assert!(ann.sees("Hello, Ann") && ann.sees("Somebody"));
    ann.click(switcher::row_id(0));
    assert!(ann.sees("Hello, Somebody") && ann.sees("Ann"));
    ben.enter(composer::FIELD, "Are you still there?");
    ann.until("what waits at the other profile", |app| {
        main_window(app).is_some_and(|state| state.others.iter().any(|one| one.unread == 1))
    })
    .await;
    assert_eq!(ann.app.title(), "(1) Undertone");
    let waits = |app: &App| {
        let model = main_window(app).and_then(|state| state.model());
        model.is_some_and(|model| {
            let mut lasts = model.conversations.values().flat_map(|view| &view.last);
            lasts.any(|last| last.text.as_deref() == Some("Are you still there?"))
        })
    };
    assert!(!waits(&ann.app));
    ann.click(switcher::row_id(0));
    assert!(waits(&ann.app), "in the list");
    let contact = main_window(&ann.app)
        .and_then(|state| state.model())
        .and_then(|model| {
            let mut contacts = model.contacts.values();
            contacts.find(|one| one.stage == Stage::Accepted)
        })
        .expect("the contact")
        .id;
    ann.click(sidebar::row_id(contact));
    ann.until("the message", |app| {
        has(app, |view| {
            view.text.as_deref() == Some("Are you still there?")
        })
    })
    .await;
    // Locked alone; the other one is there at once.
    ann.click("profile-lock");
    assert!(ann.sees("Hello, Somebody") && !ann.sees("Hello, Ann"));
    assert!(ann.app.resting().next().is_none());
}

/// Writes an export, which a second home begins from.
pub(super) async fn exported_and_imported(home: &Path, network: &MemoryNetwork, ann: &mut Person) {
    const SEALED: &str = "feather granite ocean mirror";
    let file = home.join("ann.export").to_string_lossy().into_owned();
    let dialog = |message| {
        let message = dialog::Message::Profiles(message);
        Message::Messenger(messenger::Message::Dialog(message))
    };
    // The second time there is such a file, and the profile stays locked.
    for expected in [
        "Exported and verified.",
        "There is a file of that name already. Nothing was written.",
    ] {
        ann.control(",");
        ann.click("settings-copies");
        ann.click("export-open");
        // The second profile, which is open.
        for message in [
            profiles::Message::Present("velvet thunder harbour seventeen".into()),
            profiles::Message::Name(file.clone()),
            profiles::Message::New(SEALED.into()),
            profiles::Message::Again(SEALED.into()),
            profiles::Message::Submit,
        ] {
            ann.apply(vec![dialog(message)]);
        }
        assert!(ann.sees("Exporting: writing, then reading back to be sure …"));
        ann.until(expected, |app| {
            let mut window = crate::samples::window(app, crate::samples::USUAL);
            window.find(expected).is_ok()
        })
        .await;
    }
    assert!(ann.sees("Locked"));
    let mut copy = Person::new("copy", place(home, network, "copy"));
    copy.click("hello-import");
    for message in [
        welcome::Message::File(file.clone()),
        welcome::Message::Sealed("another passphrase".into()),
        welcome::Message::Passphrase(SEALED.into()),
        welcome::Message::Repeated(SEALED.into()),
        welcome::Message::Next,
    ] {
        copy.apply(vec![Message::Welcome(message)]);
    }
    assert!(copy.sees("Verifying and importing …"));
    copy.until("the refusal", |app| {
        let mut window = crate::samples::window(app, crate::samples::USUAL);
        window
            .find("This is no export that this passphrase opens, or it is damaged.")
            .is_ok()
    })
    .await;
    for message in [
        welcome::Message::Sealed(SEALED.into()),
        welcome::Message::Passphrase(PASSPHRASE.into()),
        welcome::Message::Repeated(PASSPHRASE.into()),
        welcome::Message::Next,
    ] {
        copy.apply(vec![Message::Welcome(message)]);
    }
    copy.until("the copy", |app| main_window(app).is_some())
        .await;
    assert!(copy.sees("Hello, Somebody"));
    // The same once more, beside the first.
    const THIRD: &str = "lantern saddle glacier orchid";
    copy.control(",");
    copy.click("settings-copies");
    copy.click("import-beside-open");
    for message in [
        profiles::Message::Present(PASSPHRASE.into()),
        profiles::Message::Name(file),
        profiles::Message::Sealed(SEALED.into()),
        profiles::Message::New(THIRD.into()),
        profiles::Message::Again(THIRD.into()),
        profiles::Message::Submit,
    ] {
        copy.apply(vec![dialog(message)]);
    }
    assert!(copy.sees("Verifying and importing …"));
    for passphrase in [PASSPHRASE, THIRD] {
        copy.until("a profile", |app| main_window(app).is_some())
            .await;
        assert!(copy.sees("Hello, Somebody"));
        copy.control("l");
        copy.until("the lock", |app| matches!(app.screen(), Screen::Unlock(_)))
            .await;
        copy.enter(unlock::FIELD, passphrase);
    }
    copy.until("the profile from the export", |app| {
        main_window(app).is_some()
    })
    .await;
}

/// Two presses, and the passphrase opens nothing any more.
pub(super) async fn destroyed(ben: &mut Person, place: Place) {
    assert!(ben.sees("Hello Ann"));
    let began = Instant::now();
    for _ in 0..2 {
        ben.press(
            Key::Named(Named::Backspace),
            Modifiers::CTRL | Modifiers::SHIFT,
        );
        assert!(!ben.sees("Hello Ann"));
    }
    ben.until("the end", |app| matches!(app.screen(), Screen::Closing))
        .await;
    assert!(began.elapsed() < Duration::from_secs(20));
    let opened = place.open(PASSPHRASE.into()).await;
    assert!(opened.is_err());
}
