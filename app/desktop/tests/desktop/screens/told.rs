//! What the window tells by itself: the state of the disk, exports that are due, how far something is, what the system
//! wants.

use iced::Size;
use iced::advanced::widget::Id;
use undertone_desktop::app::{App, Message};
use undertone_desktop::screen::dialog::profiles::Purpose;
use undertone_desktop::screen::dialog::{Dialog, Which};
use undertone_desktop::screen::{messenger, unlock};
use undertone_desktop::words::Language;
use undertone_engine::progress::Doing;
use undertone_engine::{
    BackupView, DeniableView, DiskView, Event, HealthView, NetworkStatus, Reply,
};

use super::{click, hear, main_window, sees};
use crate::samples::{self, USUAL, tell, window};

const LOW: &str = "Little room is left on the disk: 200 MB. When it is full, nothing can arrive any more. \
                   Make room.";
const FULL: &str = "The disk is full: nothing arrives and nothing leaves until there is room again. You can \
                    still read, delete and export to another disk.";
const NEVER: &str = "This profile was never exported. If this computer is lost, contacts and messages are lost \
                     with it.";
const OLD: &str =
    "The last export is more than 30 days old. What came since is on this computer alone.";

fn has(app: &App, name: &'static str) -> bool {
    window(app, USUAL).find(Id::from(name)).is_ok()
}

#[test]
fn a_disk_without_room_is_told_as_long_as_it_is_so() {
    let mut app = samples::talking(Language::English);
    let (available, total) = (200_500_000, 1 << 40);
    assert!(!sees(&app, LOW));
    hear(&mut app, vec![Event::DiskLow { available, total }]);
    assert!(sees(&app, LOW));
    assert!(
        sees(&app, "Amara Okafor"),
        "nothing is kept from what is below"
    );
    hear(&mut app, vec![Event::BackupDue { last: None }]);
    assert!(!sees(&app, NEVER), "the disk first");
    hear(&mut app, vec![Event::DiskFull { available, total }]);
    assert!(sees(&app, FULL) && !sees(&app, LOW));
    assert!(!has(&app, "health-later"), "that cannot be put off");
    hear(&mut app, vec![Event::DiskEnough { available, total }]);
    assert!(!sees(&app, FULL));
    assert!(sees(&app, NEVER));
}

#[test]
fn an_export_that_is_due_is_offered_and_can_be_put_off() {
    let mut app = samples::talking(Language::English);
    hear(&mut app, vec![Event::BackupDue { last: Some(7) }]);
    assert!(sees(&app, OLD));
    click(&mut app, "health-export");
    assert!(matches!(
        main_window(&app).dialog(),
        Some(Dialog::Profiles(state)) if state.purpose() == Purpose::Export
    ));
    let mut app = samples::talking(Language::English);
    hear(&mut app, vec![Event::BackupDue { last: None }]);
    assert!(sees(&app, NEVER));
    click(&mut app, "health-later");
    assert!(!sees(&app, NEVER));
    hear(&mut app, vec![Event::BackupDue { last: None }]);
    assert!(!sees(&app, NEVER), "until the profile is opened again");
}

#[test]
fn what_was_so_before_the_window_listened_is_told_in_every_language() {
    let mut view = HealthView {
        disk: Some(DiskView {
            available: 200_000_000,
            total: 1 << 40,
            nearly_full: true,
            full: false,
        }),
        backup: BackupView {
            last: None,
            due: true,
        },
        deniable: DeniableView {
            on: false,
            own_bytes: 0,
            cover_bytes: 0,
            failed: false,
        },
        undelivered: 0,
        undelivered_contacts: 0,
        doors_reachable: 1,
        doors: 1,
        hidden: false,
        network: NetworkStatus::Ready,
    };
    for language in Language::ALL {
        let mut app = samples::talking(language);
        let told = |view: &HealthView| messenger::Message::Told(Ok(Reply::Health(view.clone())));
        tell(&mut app, told(&view));
        let words = app
            .look()
            .with("health-disk-low", [("size", 200_u64.into())]);
        assert!(sees(&app, &words), "{words}");
        view.disk = None;
        tell(&mut app, told(&view));
        let words = app.look().say("health-export-never");
        assert!(sees(&app, &words), "{words}");
        view.backup.due = false;
        tell(&mut app, told(&view));
        assert!(!sees(&app, &words));
        view.backup.due = true;
        view.disk = Some(DiskView {
            available: 200_000_000,
            total: 1 << 40,
            nearly_full: true,
            full: false,
        });
    }
}

#[test]
fn it_is_told_how_far_something_is() {
    let place = samples::nowhere("/nonexistent/home".into());
    let (mut app, _) = App::boot(place.clone(), Language::English);
    let _ = app.update(Message::Closed);
    for message in [
        unlock::Message::Passphrase("orbit lantern".into()),
        unlock::Message::Submit,
    ] {
        let _ = app.update(Message::Unlock(message));
    }
    for (doing, words) in [
        (Doing::Key, "Making the key from the passphrase …"),
        (Doing::Checking, "Checking that nothing is missing …"),
        (Doing::Writing(42), "Writing: 42 %"),
        (Doing::Reading(7), "Reading and verifying: 7 %"),
        (Doing::Storing(99), "Storing: 99 %"),
        (Doing::Network, "Starting Tor …"),
        (Doing::Profile, "Opening the profile …"),
    ] {
        place.progress().set(doing);
        for still in [false, true] {
            let _ = app.update(Message::SystemStill(still));
            let _ = app.update(Message::Beat);
            assert!(sees(&app, words), "{words}");
        }
    }
}

#[test]
fn the_systems_wish_counts_beside_the_choice() {
    let mut app = samples::messenger(Language::English);
    assert!(!app.look().is_still());
    let _ = app.update(Message::SystemStill(true));
    assert!(app.look().is_still() && !app.look().still);
    tell(&mut app, messenger::Message::Open(Which::Settings));
    let words = "The system already wants that nothing moves.";
    assert!(sees(&app, words));
    let _ = app.update(Message::SystemStill(false));
    assert!(!sees(&app, words) && !app.look().is_still());
}

/// What stands beside each other in a wide window stands below each other where text is large.
#[test]
fn settings_have_room_where_text_is_large() {
    let mut app = samples::messenger(Language::English);
    app.look_mut().scale = 200;
    let small = Size::new(450.0, 300.0);
    let _ = app.update(Message::Resized(small));
    tell(&mut app, messenger::Message::Open(Which::Settings));
    let bounds = |app: &App, size: (f32, f32), name: &'static str| {
        let mut ui = window(app, size);
        ui.find(Id::from(name)).expect(name).bounds()
    };
    let at = |app: &App, name| bounds(app, (small.width, small.height), name);
    let (section, option) = (at(&app, "settings-about"), at(&app, "theme-dark"));
    assert!(option.y > section.y && option.width > 300.0, "{option:?}");
    app.look_mut().scale = 100;
    let _ = app.update(Message::Resized(USUAL.into()));
    let at = |app: &App, name| bounds(app, USUAL, name);
    let (section, option) = (at(&app, "settings-about"), at(&app, "theme-dark"));
    assert!(option.x > section.x + section.width && option.y < section.y);
}
