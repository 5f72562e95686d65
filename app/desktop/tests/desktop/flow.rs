//! Two people with two engines and two windows, from the first run to the unlock: everything through
//! clicks and keys.

mod profiles;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use undertone_desktop::app::Screen;
use undertone_desktop::look::avatar::Who;
use undertone_desktop::place::Place;
use undertone_desktop::screen::dialog::settings::profile;
use undertone_desktop::screen::dialog::{Dialog, add};
use undertone_desktop::screen::messenger::conversation::finding;
use undertone_desktop::screen::messenger::{composer, sidebar};
use undertone_desktop::screen::{unlock, welcome};
use undertone_engine::{Delivery, Stage, Transport};
use undertone_transport::memory::{MemoryNetwork, MemoryOptions};

use crate::driver::{Person, has, main_window, open};

const PASSPHRASE: &str = "password orbit lantern copper";
const BEHIND: &str = " orbit lantern copper";

fn network() -> MemoryNetwork {
    let mut options = MemoryOptions::new(
        1,
        |seed| undertone_protocol::DoorSeed::from_bytes(seed.0).onion_key(),
        |secret| undertone_protocol::public_of(secret).expect("an ordinary key"),
    );
    options.latency = Duration::from_millis(2);
    options.lookup = Duration::from_millis(5);
    options.publish = Duration::from_millis(20);
    MemoryNetwork::new(options)
}

fn place(home: &std::path::Path, network: &MemoryNetwork, name: &'static str) -> Place {
    let network = network.clone();
    Place::new(home.join(name), move |_| {
        let transport: Arc<dyn Transport> = Arc::new(network.node(name));
        async { Ok(transport) }.boxed()
    })
}

async fn first_run(person: &mut Person, name: &str) {
    assert!(person.sees("Welcome to Undertone"));
    person.click("hello-begin");
    person.write(welcome::NAME, name);
    person.click("welcome-next");
    // A weak one is not taken; what is typed behind it makes it a strong one.
    person.write(welcome::PASSPHRASE, "password");
    person.click("welcome-next");
    assert!(person.sees("Too easy to guess"));
    person.write(welcome::PASSPHRASE, BEHIND);
    person.write(welcome::REPEATED, "pass");
    assert!(person.sees("The two are not the same."));
    person.click("welcome-next");
    person.write(welcome::REPEATED, &PASSPHRASE["pass".len()..]);
    person.click("welcome-next");
    person
        .until("the profile is made", |app| main_window(app).is_some())
        .await;
    assert!(person.sees(&format!("Hello, {name}")));
}

/// From nothing to a contact request that was accepted.
async fn become_contacts(ann: &mut Person, ben: &mut Person) {
    ann.click("invite");
    ann.until("the list of invitations", |app| {
        main_window(app).is_some_and(|state| state.dialog().is_some())
    })
    .await;
    ann.click("invite-make-one");
    ann.until("an invitation that can be used", |app| {
        match main_window(app).and_then(|state| state.dialog()) {
            Some(Dialog::Invite(state)) => state.current().is_some_and(|shown| shown.reachable),
            _ => false,
        }
    })
    .await;
    assert!(ann.sees("Can be used now"));
    ann.click("invite-copy");
    let text = ann.copied().await;

    ben.control("n");
    ben.enter(add::INVITATION, "this is none");
    ben.until("a refusal is shown", |app| {
        crate::samples::window(app, crate::samples::USUAL)
            .find("This is no invitation that this version understands. Is it complete?")
            .is_ok()
    })
    .await;
    ben.clipboard = Some(text.clone());
    ben.click("add-paste");
    ben.until("the pasted invitation", |app| {
        crate::samples::window(app, crate::samples::USUAL)
            .find(text.as_str())
            .is_ok()
    })
    .await;
    ben.write(add::GREETING, "It is Ben, from the library.");
    ben.click("add-submit");
    ben.until("the new conversation", |app| open(app).is_some())
        .await;

    ann.until("the request", |app| {
        main_window(app).is_some_and(|state| {
            state
                .model()
                .is_some_and(|model| model.requests().count() == 1)
        })
    })
    .await;
    ann.click("dialog-close");
    ann.click("requests");
    assert!(ann.sees("It is Ben, from the library."));
    let asking = main_window(&ann.app)
        .and_then(|state| state.model())
        .and_then(|model| model.requests().next())
        .expect("the request")
        .id;
    ann.click(format!("request-accept-{asking}"));
    ann.until("the accepted contact", is_accepted).await;
    ben.until("the accepted contact", is_accepted).await;
}

fn is_accepted(app: &undertone_desktop::app::App) -> bool {
    let (Some(state), Some(open)) = (main_window(app), open(app)) else {
        return false;
    };
    state.model().is_some_and(|model| {
        model
            .contacts
            .get(&open.contact)
            .is_some_and(|contact| contact.stage == Stage::Accepted)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_run_to_the_unlock() {
    let home = tempfile::tempdir().expect("a directory");
    let network = network();
    let mut ann = Person::new("ann", place(home.path(), &network, "ann"));
    let mut ben = Person::new("ben", place(home.path(), &network, "ben"));
    first_run(&mut ann, "Ann").await;
    first_run(&mut ben, "Ben").await;
    become_contacts(&mut ann, &mut ben).await;

    // A message, and the news that it arrived.
    ben.enter(composer::FIELD, "Hello Ann");
    ann.until("the message", |app| {
        has(app, |view| view.text.as_deref() == Some("Hello Ann"))
    })
    .await;
    ben.until("its receipt", |app| {
        has(app, |view| view.delivery == Delivery::Received)
    })
    .await;

    // A reply to it.
    let number = open(&ann.app)
        .and_then(|open| open.history().last())
        .expect("a message");
    ann.click(format!("bubble-{number}"));
    ann.click("action-reply");
    assert!(ann.sees("Replying to Ben"));
    ann.enter(composer::FIELD, "Hello Ben, good to see you");
    ben.until("the reply", |app| {
        has(app, |view| {
            view.reply_to.is_some() && view.text.as_deref() == Some("Hello Ben, good to see you")
        })
    })
    .await;

    // An edit of it.
    ann.until("the reply in its own window", |app| {
        open(app).is_some_and(|open| open.history().rows().len() == 2)
    })
    .await;
    let number = open(&ann.app)
        .and_then(|open| open.history().last())
        .expect("the reply");
    ann.click(format!("bubble-{number}"));
    ann.click("action-edit");
    assert!(ann.sees("Editing your message"));
    ann.with(|ui| {
        ui.click(iced::advanced::widget::Id::from(composer::FIELD))
            .expect("the field");
        ui.tap_key(iced::keyboard::key::Named::End);
        ui.typewrite("!");
        ui.tap_key(iced::keyboard::key::Named::Enter);
    });
    ben.until("the edit", |app| {
        has(app, |view| {
            view.edited && view.text.as_deref().is_some_and(|text| text.contains('!'))
        })
    })
    .await;

    // A reaction.
    let number = open(&ben.app)
        .and_then(|open| open.history().last())
        .expect("the reply");
    ben.click(format!("bubble-{number}"));
    ben.with(|ui| {
        ui.click("👍").expect("the emoji");
    });
    ann.until("the reaction", |app| {
        has(app, |view| !view.reactions.is_empty())
    })
    .await;

    people(home.path(), &mut ann, &mut ben).await;
    found_again(&mut ben).await;
    locked_and_unlocked(&mut ann).await;
    profiles::another_profile(&mut ann).await;
    profiles::two_at_once(&mut ann, &mut ben).await;
    profiles::exported_and_imported(home.path(), &network, &mut ann).await;
    profiles::destroyed(&mut ben, place(home.path(), &network, "ben")).await;
}

/// A picture, being away, and notes: what one does the other sees, or does not.
async fn people(home: &std::path::Path, ann: &mut Person, ben: &mut Person) {
    let file = home.join("ann.png");
    image::RgbImage::from_pixel(200, 160, image::Rgb([220, 120, 60]))
        .save(&file)
        .expect("a picture");
    ann.click("network-status");
    // No dialog of a desktop answers here.
    ann.click("settings-picture");
    ann.until("the field for the file", |app| {
        let id = iced::advanced::widget::Id::from(profile::FILE);
        crate::samples::window(app, crate::samples::USUAL)
            .find(id)
            .is_ok()
    })
    .await;
    ann.enter(profile::FILE, &file.to_string_lossy());
    ann.until("the picture", |app| {
        let state = main_window(app).and_then(|state| state.model());
        let name = state.and_then(|model| model.profile.picture.as_deref());
        name.is_some_and(|name| app.look().avatars.has(Who::Me, name))
    })
    .await;
    ann.click("presence-away");
    ann.until("being away", |app| {
        main_window(app)
            .and_then(|state| state.model())
            .is_some_and(|model| model.profile.away)
    })
    .await;
    ben.until("that Ann is away, and her picture", |app| {
        let model = main_window(app).and_then(|state| state.model());
        model.is_some_and(|model| {
            model.contacts.values().any(|contact| {
                let who = Who::Contact(*contact.id.as_bytes());
                let name = contact.picture.as_deref();
                contact.away && name.is_some_and(|name| app.look().avatars.has(who, name))
            })
        })
    })
    .await;
    ann.click("presence-online");
    ann.until("being back", |app| {
        main_window(app)
            .and_then(|state| state.model())
            .is_some_and(|model| !model.profile.away)
    })
    .await;
    ann.click("dialog-close");
    let with_ben = open(&ann.app).expect("the conversation").contact;
    ann.control("n");
    ann.click("add-notes");
    ann.until("the notes", |app| {
        open(app).is_some_and(|open| open.contact != with_ben)
    })
    .await;
    ann.until("their place in the list", |app| {
        let model = main_window(app).and_then(|state| state.model());
        model.is_some_and(|model| {
            let mut contacts = model.contacts.values();
            contacts.any(|contact| contact.stage == Stage::Myself)
        })
    })
    .await;
    ann.enter(composer::FIELD, "Bring the second key");
    ann.until("the note", |app| {
        has(app, |view| {
            view.text.as_deref() == Some("Bring the second key")
        })
    })
    .await;
    ann.click(sidebar::row_id(with_ben));
    ann.until("the conversation again", |app| {
        open(app).is_some_and(|open| open.contact == with_ben && open.history().rows().len() == 2)
    })
    .await;
}

/// Finds a message from the list of conversations, and in its conversation.
async fn found_again(ben: &mut Person) {
    ben.write(sidebar::SEARCH, "good to s");
    ben.until("the message that was found", |app| {
        main_window(app).is_some_and(|state| state.found().len() == 1)
    })
    .await;
    let hit = main_window(&ben.app).expect("the window").found()[0]
        .view
        .clone();
    ben.click(sidebar::found::id(&hit));
    ben.until("the way to it", |app| {
        open(app).is_some_and(|open| open.marked() == Some(hit.message.number))
    })
    .await;
    ben.control("f");
    ben.write(finding::FIND, "hello");
    ben.until("two hits", |app| {
        crate::samples::window(app, crate::samples::USUAL)
            .find("1 of 2")
            .is_ok()
    })
    .await;
    ben.click("find-older");
    assert!(ben.sees("2 of 2"));
}

/// Locks with a draft under way; the draft, the contact, the messages and the chosen look are there again.
async fn locked_and_unlocked(ann: &mut Person) {
    ann.control("=");
    assert!(ann.app.scale_factor() > 1.1);
    ann.write(composer::FIELD, "half a sen");
    ann.control("l");
    assert!(!ann.sees("Hello Ann"));
    ann.until("the lock", |app| matches!(app.screen(), Screen::Unlock(_)))
        .await;
    assert!(ann.sees("Locked"));
    assert!(ann.app.scale_factor() < 1.1, "the lock tells nothing");
    ann.enter(unlock::FIELD, "a wrong passphrase");
    ann.until("the refusal", |app| {
        crate::samples::window(app, crate::samples::USUAL)
            .find("This passphrase opens nothing here.")
            .is_ok()
    })
    .await;
    ann.enter(unlock::FIELD, PASSPHRASE);
    ann.until("the profile again", |app| main_window(app).is_some())
        .await;
    ann.until("its look", |app| app.scale_factor() > 1.1).await;
    let contact = main_window(&ann.app)
        .and_then(|state| state.model())
        .and_then(|model| {
            model
                .contacts
                .values()
                .find(|one| one.stage == Stage::Accepted)
        })
        .expect("the contact")
        .id;
    ann.click(sidebar::row_id(contact));
    ann.until("the messages", |app| {
        open(app).is_some_and(|open| open.history().rows().len() == 2)
    })
    .await;
    let draft = open(&ann.app).map(|open| open.composer().text());
    assert_eq!(draft.as_deref(), Some("half a sen"));
}
