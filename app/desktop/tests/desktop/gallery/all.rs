//! Every screen in every state that is drawn, by its name.

use undertone_desktop::app::{App, Message};
use undertone_desktop::bridge::{Heard, Running};
use undertone_desktop::look::avatar::{self, Who};
use undertone_desktop::scan::ScanError;
use undertone_desktop::screen::dialog::picture::{self, Wanted};
use undertone_desktop::screen::dialog::profiles::{self, Purpose};
use undertone_desktop::screen::dialog::{
    self, Target, Which, earlier, introduce, invite, settings,
};
use undertone_desktop::screen::messenger::{self, conversation, panel, search, sidebar, switcher};
use undertone_desktop::screen::{unlock, welcome};
use undertone_desktop::words::Language;
use undertone_engine::progress::Doing;
use undertone_engine::{
    EarlierView, EmojiView, Event, FoundView, IntroducedView, IntroductionStage, InvitationView,
    NetworkStatus, Reason, Reply, VerificationView,
};

use crate::people;
use crate::samples::{self, id, tell};

fn open(app: &mut App, which: Which) {
    tell(app, messenger::Message::Open(which));
}

fn with_invitation(mut app: App) -> App {
    open(&mut app, Which::Invite);
    let text = format!("undertone:{}", "ABCDEFGHJKMNPQRSTUVWXYZ23456789".repeat(9));
    let invitations = vec![InvitationView {
        number: 1,
        text,
        one_time: true,
        expires: None,
        reachable: true,
        shut: false,
        introduced: None,
    }];
    let listed = invite::Message::Listed(Ok(Reply::Invitations { invitations }));
    tell(
        &mut app,
        messenger::Message::Dialog(dialog::Message::Invite(listed)),
    );
    app
}

fn with_panel(mut app: App) -> App {
    let message = messenger::Message::Conversation(id(1), conversation::Message::Panel);
    tell(&mut app, message);
    let code = Reply::Verification(VerificationView {
        digits: "12345 67890 24680 13579 11223 34455 66778 89900 10293 84756 55443 32211"
            .to_owned(),
        qr: "dW5kZXJ0b25lLWNvZGUtZm9yLXRoZS1nYWxsZXJ5LW9ubHktMTIzNDU2Nzg5MA==".to_owned(),
    });
    tell(
        &mut app,
        messenger::Message::Panel(panel::Message::Code(Ok(code))),
    );
    app
}

fn connecting(mut app: App, status: NetworkStatus) -> App {
    let mut snapshot = samples::snapshot(Language::English);
    snapshot.profile.network = status;
    snapshot.contacts.clear();
    snapshot.conversations.clear();
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot))),
    );
    app
}

fn welcome(steps: usize) -> App {
    let mut app = samples::fresh();
    for step in 0..steps {
        if step == 1 {
            let _ = app.update(Message::Welcome(welcome::Message::Name("Robin".into())));
        }
        let _ = app.update(Message::Welcome(welcome::Message::Next));
    }
    if steps == 2 {
        for message in [
            welcome::Message::Passphrase("orbit lantern copper velvet".into()),
            welcome::Message::Repeated("orbit lantern copper".into()),
        ] {
            let _ = app.update(Message::Welcome(message));
        }
    }
    app
}

/// Before there is a conversation, and the conversation.
fn first() -> Vec<(&'static str, App)> {
    let english = Language::English;
    let talking = || samples::talking(english);
    vec![
        ("welcome", welcome(0)),
        ("welcome-import", {
            let mut app = samples::fresh();
            let _ = app.update(Message::Welcome(welcome::Message::Import));
            app
        }),
        ("welcome-name", welcome(1)),
        ("welcome-passphrase", welcome(2)),
        (
            "start",
            connecting(samples::messenger(english), NetworkStatus::Ready),
        ),
        (
            "start-connecting",
            connecting(
                samples::messenger(english),
                NetworkStatus::Bootstrapping(40),
            ),
        ),
        (
            "start-stuck",
            connecting(samples::messenger(english), NetworkStatus::Stuck(15)),
        ),
        ("conversation", talking()),
        ("invitation", with_invitation(talking())),
        ("contact", with_panel(talking())),
        ("arabic", samples::talking(Language::Arabic)),
        ("german", samples::talking(Language::German)),
        (
            "arabic-panel",
            with_panel(samples::talking(Language::Arabic)),
        ),
    ]
}

/// Dialogs above a conversation.
fn dialogs() -> Vec<(&'static str, App)> {
    let talking = || samples::talking(Language::English);
    let mut all = Vec::new();
    for (name, which) in [
        ("add", Which::Add),
        ("settings", Which::Settings),
        ("palette", Which::Palette),
        ("privacy", Which::Privacy(id(1))),
        ("emoji", Which::Emoji(Target::Composer)),
        ("forward", Which::Forward(id(1), 3)),
        ("delete", samples::deletion()),
        ("block", Which::Block(id(1))),
        ("link", Which::Link("https://example.org/steps".into())),
        ("passphrase-change", Which::Profiles(Purpose::Passphrase)),
        ("another-profile", Which::Profiles(Purpose::Beside)),
        ("export", Which::Profiles(Purpose::Export)),
        ("import-beside", Which::Profiles(Purpose::Import)),
    ] {
        let mut app = talking();
        open(&mut app, which);
        all.push((name, app));
    }
    for (name, section) in [
        ("settings-network", settings::Section::Network),
        ("settings-privacy", settings::Section::Privacy),
        ("settings-profile", settings::Section::Profile),
        ("settings-copies", settings::Section::Copies),
        ("settings-about", settings::Section::About),
    ] {
        let mut app = talking();
        open(&mut app, Which::Settings);
        let message = dialog::Message::Settings(settings::Message::Section(section));
        tell(&mut app, messenger::Message::Dialog(message));
        all.push((name, app));
    }
    all
}

/// Every screen, by its name.
pub(super) fn screens() -> Vec<(&'static str, App)> {
    let english = Language::English;
    let talking = || samples::talking(english);
    let mut all = first();
    all.extend(dialogs());
    all.push(("several", several()));
    let mut app = samples::messenger(english);
    let _ = app.update(Message::Lock);
    let _ = app.update(Message::Closed);
    all.push(("unlock", app));
    let mut app = samples::messenger(english);
    tell(
        &mut app,
        messenger::Message::Sidebar(sidebar::Message::Requests),
    );
    all.push(("requests", app));
    let mut app = talking();
    for message in [
        conversation::Message::Choose(8),
        conversation::Message::Reply(9),
    ] {
        tell(&mut app, messenger::Message::Conversation(id(1), message));
    }
    tell(
        &mut app,
        messenger::Message::Conversation(id(1), conversation::Message::Choose(8)),
    );
    all.push(("actions", app));
    let home = tempfile::tempdir().expect("a directory");
    let place = home.path().join("home");
    undertone_engine::Unlocked::create(&place, b"orbit lantern").expect("a home");
    let (mut app, _) = App::boot(samples::nowhere(place), Language::English);
    let _ = app.update(Message::Panic);
    all.push(("panic", app));
    all.extend(searches());
    all.extend(codes());
    all.extend(persons());
    let mut app = talking();
    let _ = app.update(Message::Focus(true));
    app.look_mut().presentation = true;
    all.push(("presentation", app));
    all
}

fn hit(from: u8, number: u64, text: &str) -> FoundView {
    FoundView {
        contact: id(from),
        message: samples::message(number, false, samples::NOW - 90_000 * number, text),
    }
}

fn found(hits: Vec<FoundView>) -> search::Message {
    let reply = Reply::Found {
        hits,
        more: None,
        index_percent: None,
    };
    search::Message::Found(1, false, Ok(reply))
}

/// With pictures of their own, circles, introductions, notes.
fn peopled(language: Language) -> App {
    let mut app = people::with(language, |snapshot| {
        people::contact(snapshot, 1).picture = Some("a".to_owned());
        people::contact(snapshot, 3).picture = Some("a".to_owned());
        people::contact(snapshot, 2).away = true;
        people::contact(snapshot, 3).invisible = true;
        people::contact(snapshot, 3).reason = Some(Reason::Invisible);
        // Whoever is warned of has the name of another one.
        for (one, other) in [(9, 1), (6, 2)] {
            let name = people::contact(snapshot, other).nickname.clone();
            people::contact(snapshot, one).nickname = name;
            people::contact(snapshot, one).resembles = Some(id(other));
        }
        people::contact(snapshot, 1).introduced = Some(IntroducedView {
            by: id(2),
            name: "Amara".to_owned(),
        });
        snapshot.profile.picture = Some("a".to_owned());
        snapshot.profile.away = true;
        snapshot.contacts.push(people::notes());
        let mut note = samples::conversation(
            7,
            0,
            samples::message(1, true, samples::NOW - 4_000, "Bring the second key"),
        );
        note.settings.pinned = true;
        snapshot.conversations.push(note);
        snapshot.circles = vec![people::circle(3, &[1, 2]), people::circle(4, &[4, 6])];
        snapshot.introductions = vec![
            people::introduction(1, Some(1), IntroductionStage::Offered),
            people::introduction(2, None, IntroductionStage::Asked),
        ];
    });
    let picture = |who, color| (who, "a".to_owned(), avatar::decode(&people::jpeg(color)));
    let contact = |number| Who::Contact(*id(number).as_bytes());
    let came = vec![
        picture(contact(1), [236, 151, 94]),
        picture(contact(3), [94, 170, 150]),
        picture(Who::Me, [120, 110, 220]),
    ];
    tell(&mut app, messenger::Message::Pictures(came));
    app
}

/// An export is being written.
fn exporting() -> App {
    let mut app = samples::messenger(Language::English);
    open(&mut app, Which::Profiles(Purpose::Export));
    for message in [
        profiles::Message::Present("orbit lantern".into()),
        profiles::Message::Name("/tmp/amal.export".to_owned()),
        profiles::Message::New("feather granite ocean mirror".into()),
        profiles::Message::Again("feather granite ocean mirror".into()),
        profiles::Message::Submit,
    ] {
        let message = dialog::Message::Profiles(message);
        tell(&mut app, messenger::Message::Dialog(message));
    }
    app.look().progress.set(Doing::Writing(42));
    app
}

fn persons() -> Vec<(&'static str, App)> {
    let english = Language::English;
    let mut all = Vec::new();
    let mut app = peopled(english);
    samples::open(&mut app, id(1), samples::talk(english));
    all.push(("people", with_panel(app)));
    let mut app = peopled(Language::Arabic);
    samples::open(&mut app, id(1), samples::talk(Language::Arabic));
    all.push(("arabic-people", app));
    let mut app = peopled(english);
    tell(
        &mut app,
        messenger::Message::Sidebar(sidebar::Message::Requests),
    );
    all.push(("inbox", app));
    for (name, number) in [("resembles", 6), ("invisible", 3), ("notes", 7)] {
        let mut app = peopled(english);
        let note = samples::message(1, true, samples::NOW - 4_000, "Bring the second key");
        samples::open(&mut app, id(number), vec![note]);
        let message = messenger::Message::Conversation(id(number), conversation::Message::Panel);
        tell(&mut app, message);
        all.push((name, app));
    }
    for (name, which) in [
        ("me", Which::Me),
        ("circle", Which::Circle(id(1))),
        ("introduce", Which::Introduce(id(1))),
        ("introduce-names", Which::Introduce(id(1))),
    ] {
        let mut app = peopled(english);
        samples::open(&mut app, id(1), samples::talk(english));
        open(&mut app, which);
        if name == "introduce-names" {
            let message = dialog::Message::Introduce(introduce::Message::To(id(2)));
            tell(&mut app, messenger::Message::Dialog(message));
        }
        all.push((name, app));
    }
    let mut app = samples::unlocking();
    for _ in 0..9 {
        let _ = app.update(Message::Beat);
    }
    all.push(("unlocking", app));
    for (name, event) in [
        ("export-due", Event::BackupDue { last: None }),
        (
            "disk-full",
            Event::DiskFull {
                available: 9_000_000,
                total: 1 << 40,
            },
        ),
    ] {
        let mut app = samples::talking(english);
        tell(
            &mut app,
            messenger::Message::Heard(Heard::Events(vec![event])),
        );
        all.push((name, app));
    }
    all.push(("exporting", exporting()));
    let mut app = samples::messenger(english);
    app.look_mut().tray = true;
    open(&mut app, Which::Settings);
    all.push(("settings-tray", app));
    all
}

/// Two profiles that are unlocked, with something new in the one behind.
fn several() -> App {
    let mut app = samples::talking(Language::English);
    let first = app.shown().expect("a profile");
    let _ = app.update(Message::Messenger(messenger::Message::Sidebar(
        sidebar::Message::Switch(switcher::Message::Another),
    )));
    let done = unlock::Message::Done(Ok(Running::ended()));
    let _ = app.update(Message::Unlock(done));
    let mut snapshot = samples::snapshot(Language::English);
    snapshot.profile.nickname = "Night owl".to_owned();
    let snapshot = messenger::Message::Snapshot(Ok(Box::new(snapshot)));
    tell(&mut app, snapshot);
    let event = Event::MessageReceived {
        contact: id(1),
        message: samples::message(900, false, samples::NOW, "hello"),
    };
    let heard = messenger::Message::Heard(Heard::Events(vec![event]));
    let _ = app.update(Message::Of(first, heard));
    samples::open(&mut app, id(1), samples::talk(Language::English));
    app
}

/// At the side, and in a conversation.
fn searches() -> Vec<(&'static str, App)> {
    let mut side = samples::talking(Language::English);
    let hits = vec![
        hit(1, 1, "Is the second reading still on Thursday?"),
        hit(
            2,
            2,
            "I will bring copies for everybody, so that nobody has to share at the reading on Saturday.",
        ),
        hit(3, 3, "Reading list attached"),
    ];
    for message in [
        search::Message::Text("reading".to_owned()),
        found(hits.clone()),
    ] {
        let message = sidebar::Message::Found(message);
        tell(&mut side, messenger::Message::Sidebar(message));
    }
    let mut inside = samples::talking(Language::English);
    for message in [
        conversation::Message::Find,
        conversation::Message::Search(search::Message::Text("reading".to_owned())),
        conversation::Message::Search(found(vec![hit(1, 4, "them"), hit(1, 2, "them")])),
    ] {
        tell(
            &mut inside,
            messenger::Message::Conversation(id(1), message),
        );
    }
    vec![("search", side), ("find", inside)]
}

/// The short code, a code from a picture, earlier words, the panic key.
fn codes() -> Vec<(&'static str, App)> {
    let talking = || samples::talking(Language::English);
    let mut compare = talking();
    let emoji = [
        ("🐶", "dog"),
        ("🔑", "key"),
        ("🌙", "moon"),
        ("🎩", "hat"),
        ("🚂", "train"),
        ("🍕", "pizza"),
        ("☂", "umbrella"),
    ];
    let emoji = emoji.map(|(symbol, name)| EmojiView { symbol, name });
    let event = Event::ShortCode {
        contact: id(1),
        emoji: Some(emoji.to_vec()),
    };
    let heard = messenger::Message::Heard(Heard::Events(vec![event]));
    tell(&mut compare, heard.clone());
    let mut waiting = talking();
    tell(&mut waiting, heard);
    open(&mut compare, Which::Short(id(1)));
    let mut before = talking();
    open(&mut before, Which::Short(id(1)));
    let mut picture = talking();
    open(&mut picture, Which::Picture(Wanted::Invitation));
    let failed = picture::Message::Scanned(Err(ScanError::NoCode));
    tell(
        &mut picture,
        messenger::Message::Dialog(dialog::Message::Picture(failed)),
    );
    let mut earlier = talking();
    open(&mut earlier, Which::Earlier(id(1), 5));
    let mut view = samples::message(5, true, samples::NOW - 3_370, "now");
    view.earlier = vec![
        EarlierView {
            text: "Short list: rotate the key".to_owned(),
            until: samples::NOW - 3_300,
        },
        EarlierView {
            text: "Short list:\n• rotate the old key\n• tell Jules".to_owned(),
            until: samples::NOW - 3_200,
        },
    ];
    let told = earlier::Message::Told(Ok(Reply::Message(view)));
    tell(
        &mut earlier,
        messenger::Message::Dialog(dialog::Message::Earlier(told)),
    );
    vec![
        ("short-code", compare),
        ("short-code-bar", waiting),
        ("short-code-before", before),
        ("picture", picture),
        ("earlier", earlier),
    ]
}
