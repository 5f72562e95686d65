//! Made-up people and messages for screens that are looked at without an engine.

use futures::FutureExt as _;
use iced_test::Simulator;
use undertone_desktop::app::{App, Message};
use undertone_desktop::bridge::{Running, Snapshot};
use undertone_desktop::look::times::Clock;
use undertone_desktop::place::{NoTransport, Place};
use undertone_desktop::program;
use undertone_desktop::screen::dialog::{Which, confirm::Deletion};
use undertone_desktop::screen::messenger::{self, conversation, sidebar};
use undertone_desktop::screen::{unlock, welcome};
use undertone_desktop::words::Language;
use undertone_engine::{
    ContactId, ContactView, ConversationSettings, ConversationView, CopyState, Defaults, Delivery,
    Line, MessageId, MessageView, NetworkStatus, ProfileView, ReactionView, Reason, Reply, Stage,
};

/// The moment at which everything happens: a Wednesday afternoon.
pub(crate) const NOW: u64 = 1_800_022_980;

/// A window of the usual size.
pub(crate) const USUAL: (f32, f32) = (1_080.0, 720.0);

/// A place that reaches no network.
pub(crate) fn nowhere(home: std::path::PathBuf) -> Place {
    Place::new(home, |_| async { Err(NoTransport) }.boxed())
}

/// The first run.
pub(crate) fn fresh() -> App {
    let (mut app, _) = App::boot(nowhere("/nonexistent/home".into()), Language::English);
    app.look_mut().clock = Clock::fixed(NOW);
    app
}

/// The main window with people in it.
pub(crate) fn messenger(language: Language) -> App {
    let mut app = fresh();
    app.look_mut().set_language(language);
    let _ = app.update(Message::Welcome(welcome::Message::Done(Ok(
        Running::ended(),
    ))));
    tell(
        &mut app,
        messenger::Message::Snapshot(Ok(Box::new(snapshot(language)))),
    );
    app
}

/// The same with the first conversation open.
pub(crate) fn talking(language: Language) -> App {
    let mut app = messenger(language);
    open(&mut app, id(1), talk(language));
    app
}

/// Opens a conversation and gives it its messages.
pub(crate) fn open(app: &mut App, contact: ContactId, messages: Vec<MessageView>) {
    tell(
        app,
        messenger::Message::Sidebar(sidebar::Message::Open(contact)),
    );
    let page = conversation::Message::Newest(Ok(Reply::Messages { messages }));
    tell(app, messenger::Message::Conversation(contact, page));
}

/// Lets the main window hear something; the clock stands still.
pub(crate) fn tell(app: &mut App, message: messenger::Message) {
    let _ = app.update(Message::Messenger(message));
    app.look_mut().clock = Clock::fixed(NOW);
}

/// Applies what a simulated window says.
pub(crate) fn apply(app: &mut App, messages: Vec<Message>) {
    for message in messages {
        let _ = app.update(message);
    }
    app.look_mut().clock = Clock::fixed(NOW);
}

/// A window to be looked at and clicked.
pub(crate) fn window(app: &App, size: (f32, f32)) -> Simulator<'_, Message> {
    Simulator::with_size(program::settings(), size, app.view())
}

pub(crate) fn id(number: u8) -> ContactId {
    ContactId::from_bytes([number; 16])
}

pub(crate) fn person(number: u8, name: &str) -> ContactView {
    ContactView {
        id: id(number),
        nickname: name.to_owned(),
        pet_name: None,
        status: String::new(),
        stage: Stage::Accepted,
        greeting: None,
        verified: false,
        connected: false,
        reason: Some(Reason::Away),
        next_try: Some(120),
        waiting: 0,
        replaced: false,
        away: false,
        invisible: false,
        introduced: None,
        picture: None,
        resembles: None,
    }
}

pub(crate) fn message(number: u64, mine: bool, time: u64, text: &str) -> MessageView {
    let mut name = [0; 16];
    name[..8].copy_from_slice(&number.to_be_bytes());
    MessageView {
        number,
        id: MessageId::from_bytes(name),
        delivery: if mine {
            Delivery::Received
        } else {
            Delivery::Incoming
        },
        time,
        text: Some(text.to_owned()),
        line: Line::Words,
        reply_to: None,
        edited: false,
        earlier: Vec::new(),
        forwarded: false,
        reactions: Vec::new(),
        read: None,
        expires: None,
    }
}

pub(crate) fn conversation(number: u8, unread: u32, last: MessageView) -> ConversationView {
    ConversationView {
        contact: id(number),
        unread,
        last: Some(last),
        draft: None,
        pinned_messages: Vec::new(),
        timer: 0,
        settings: ConversationSettings::default(),
    }
}

/// What lists show.
pub(crate) fn snapshot(language: Language) -> Snapshot {
    let arabic = language == Language::Arabic;
    let names = if arabic {
        ["أمل", "يوسف", "Mika", "ليلى حداد", "طارق", "هند"]
    } else {
        [
            "Amara Okafor",
            "Jules Verdier",
            "Mika",
            "ليلى حداد",
            "Tomás Ibarra",
            "Field Desk",
        ]
    };
    let mut contacts: Vec<ContactView> =
        (1..).zip(names).map(|(n, name)| person(n, name)).collect();
    for at in [0, 1, 5] {
        contacts[at].connected = true;
        contacts[at].reason = None;
    }
    contacts[0].verified = true;
    contacts[4].stage = Stage::Requested;
    let mut asking = person(9, if arabic { "سلمى" } else { "Noor" });
    asking.stage = Stage::Undecided;
    asking.greeting = Some(if arabic {
        "التقينا في المكتبة يوم السبت.".to_owned()
    } else {
        "We met at the library on Saturday. You asked for the reading list.".to_owned()
    });
    contacts.push(asking);
    let last = talk(language).pop().unwrap();
    let words: [&str; 4] = if arabic {
        [
            "سأصل بعد ساعة",
            "شكراً جزيلاً 🙏",
            "كل شيء جاهز؟",
            "تم إرسال التقرير",
        ]
    } else {
        [
            "Draft attached? I can read it tonight.",
            "👍👍",
            "كل شيء جاهز؟",
            "Second shift starts at six, see you there.",
        ]
    };
    let mut conversations = vec![
        conversation(1, 0, last),
        conversation(2, 3, message(1, false, NOW - 1_500, words[0])),
        conversation(3, 0, message(1, true, NOW - 90_000, words[1])),
        conversation(4, 1, message(1, false, NOW - 95_000, words[2])),
        conversation(6, 12, message(1, false, NOW - 300_000, words[3])),
    ];
    conversations[0].settings.pinned = true;
    conversations[0].pinned_messages = vec![7];
    conversations[4].settings.muted_until = Some(NOW + 1_000);
    Snapshot {
        profile: ProfileView {
            nickname: if arabic { "روبن" } else { "Robin" }.to_owned(),
            status: String::new(),
            hidden: false,
            away: false,
            takes_requests: true,
            picture: None,
            defaults: Defaults::default(),
            network: NetworkStatus::Ready,
            doors_reachable: 2,
            doors: 2,
            copy: CopyState::Present,
        },
        contacts,
        conversations,
        introductions: Vec::new(),
        circles: Vec::new(),
    }
}

/// A conversation in which most things happen.
pub(crate) fn talk(language: Language) -> Vec<MessageView> {
    let yesterday = NOW - 86_400;
    if language == Language::Arabic {
        let lines = [
            (false, yesterday, "مرحبا، كيف حالك اليوم؟"),
            (true, yesterday + 60, "بخير، شكراً. هل قرأت المسودة؟"),
            (false, NOW - 900, "نعم، قرأتها كلها. الفقرة الثالثة ممتازة."),
            (false, NOW - 870, "أرسلي لي الرقم الجديد من فضلك."),
            (true, NOW - 600, "سأرسله بعد الاجتماع."),
            (true, NOW - 60, "أراك لاحقاً 👋"),
        ];
        return (1..)
            .zip(lines)
            .map(|(n, (mine, time, text))| message(n, mine, time, text))
            .collect();
    }
    let lines = [
        (
            false,
            yesterday,
            "The venue moved. I'll send you the new place once I have it in writing.",
        ),
        (
            true,
            yesterday + 40,
            "Thanks. Is the **second reading** still on Thursday?",
        ),
        (false, yesterday + 95, "Yes, Thursday at six."),
        (true, NOW - 3_400, "Perfect, reading them now."),
        (
            true,
            NOW - 3_370,
            "Short list:\n• rotate the old key\n• confirm the safety code 👍🏽\n• tell Jules",
        ),
        (
            false,
            NOW - 2_500,
            "On it. I wrote down the steps here: https://example.org/steps",
        ),
        (
            false,
            NOW - 2_460,
            "```\nundertone-bot verify Amara\n12 blocks of five digits\n```",
        ),
        (true, NOW - 1_200, "Looks right to me."),
        (
            false,
            NOW - 700,
            "I will be offline for an hour; messages will wait until we are both online again.",
        ),
        (true, NOW - 120, "Safe travels 👋 🧡"),
    ];
    let mut all: Vec<MessageView> = (1..)
        .zip(lines)
        .map(|(n, (mine, time, text))| message(n, mine, time, text))
        .collect();
    all[4].edited = true;
    all[5].reactions = vec![ReactionView {
        mine: true,
        emoji: "👍".to_owned(),
    }];
    all[7].reply_to = Some(all[6].id);
    all[7].read = Some(NOW - 1_000);
    all[9].delivery = Delivery::Sent;
    all
}

/// A message of mine that may be deleted for both.
pub(crate) fn deletion() -> Which {
    Which::Delete(Deletion {
        contact: id(1),
        message: 10,
        for_both: true,
        words: Some("Safe travels 👋 🧡".to_owned()),
    })
}

/// A passphrase was entered, and it takes a while.
pub(crate) fn unlocking() -> App {
    let mut app = messenger(Language::English);
    let _ = app.update(Message::Lock);
    let _ = app.update(Message::Closed);
    for message in [
        unlock::Message::Passphrase("orbit lantern".into()),
        unlock::Message::Submit,
    ] {
        let _ = app.update(Message::Unlock(message));
    }
    app
}
