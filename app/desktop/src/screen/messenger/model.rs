//! What the engine last told about the profile: who I am, contacts, conversations. Everything that is
//! shown of them comes from here; messages of the open conversation are in
//! [`conversation`](super::conversation).

use std::collections::BTreeMap;

use undertone_engine::{
    CircleView, ContactId, ContactView, ConversationView, EmojiView, Event, IntroductionStage,
    IntroductionView, Line, NetworkStatus, ProfileView, Reason, Stage,
};

use crate::bridge::Snapshot;
use crate::formatting;
use crate::look::Look;
use crate::visible;

/// The profile as it was last told.
#[derive(Debug)]
pub struct Model {
    /// Who I am.
    pub profile: ProfileView,
    /// All contacts and requests.
    pub contacts: BTreeMap<ContactId, ContactView>,
    /// What lists show of conversations.
    pub conversations: BTreeMap<ContactId, ConversationView>,
    /// Introductions that are not over.
    pub introductions: Vec<IntroductionView>,
    /// Which contacts share an address of mine.
    pub circles: Vec<CircleView>,
    /// Who is writing now.
    pub typing: Vec<ContactId>,
    /// Short codes that are on both screens now.
    pub short_codes: BTreeMap<ContactId, Vec<EmojiView>>,
}

impl Model {
    /// Takes a snapshot.
    #[must_use]
    pub fn new(snapshot: Snapshot) -> Self {
        let mut model = Self {
            profile: snapshot.profile,
            contacts: BTreeMap::new(),
            conversations: BTreeMap::new(),
            introductions: snapshot.introductions,
            circles: snapshot.circles,
            typing: Vec::new(),
            short_codes: BTreeMap::new(),
        };
        model.take(snapshot.contacts, snapshot.conversations);
        model
    }

    /// Takes a newer snapshot.
    pub fn renew(&mut self, snapshot: Snapshot) {
        self.profile = snapshot.profile;
        self.introductions = snapshot.introductions;
        self.circles = snapshot.circles;
        self.take(snapshot.contacts, snapshot.conversations);
    }

    fn take(&mut self, contacts: Vec<ContactView>, conversations: Vec<ConversationView>) {
        self.contacts = contacts.into_iter().map(|view| (view.id, view)).collect();
        self.conversations = conversations
            .into_iter()
            .map(|view| (view.contact, view))
            .collect();
    }

    /// Takes an event in. Returns whether lists are out of date and have to be asked for. If they are `asked` for already, what comes
    /// may be older than the event.
    pub fn apply(&mut self, event: &Event, asked: bool) -> bool {
        match event {
            Event::Network { status } => {
                self.profile.network = *status;
                // How many doors can be reached changes with it.
                true
            }
            Event::RequestReceived { contact } | Event::ContactChanged { contact } => {
                if !contact.connected {
                    self.typing.retain(|id| *id != contact.id);
                }
                self.contacts.insert(contact.id, (**contact).clone());
                asked
            }
            Event::Typing { contact, active } => {
                self.typing.retain(|id| id != contact);
                if *active {
                    self.typing.push(*contact);
                }
                false
            }
            Event::ShortCode { contact, emoji } => {
                match emoji {
                    Some(emoji) => self.short_codes.insert(*contact, emoji.clone()),
                    None => self.short_codes.remove(contact),
                };
                false
            }
            Event::MessageReceived { contact, .. } => {
                self.typing.retain(|id| id != contact);
                true
            }
            Event::MessageChanged { .. }
            | Event::MessageRemoved { .. }
            | Event::ConversationChanged { .. }
            | Event::InvitationReachable { .. }
            | Event::RequestDelivered { .. }
            | Event::IntroductionsChanged
            | Event::CopyChanged { .. }
            | Event::Missed { .. } => true,
            _ => false,
        }
    }

    /// Requests that wait for a decision.
    pub fn requests(&self) -> impl Iterator<Item = &ContactView> {
        self.contacts
            .values()
            .filter(|contact| contact.stage == Stage::Undecided)
    }

    /// Introductions that I have to decide about.
    pub fn offers(&self) -> impl Iterator<Item = &IntroductionView> {
        self.introductions
            .iter()
            .filter(|one| one.stage == IntroductionStage::Offered)
    }

    /// The circle that a contact is in.
    #[must_use]
    pub fn circle_of(&self, contact: ContactId) -> Option<&CircleView> {
        self.circles
            .iter()
            .find(|circle| circle.contacts.contains(&contact))
    }

    /// Conversations in the order of the list: pinned ones, then the newest.
    #[must_use]
    pub fn listed(&self, archived: bool) -> Vec<&ContactView> {
        let mut listed: Vec<&ContactView> = self
            .contacts
            .values()
            .filter(|contact| {
                matches!(
                    contact.stage,
                    Stage::Accepted
                        | Stage::Accepting
                        | Stage::Requested
                        | Stage::NoAnswer
                        | Stage::Myself
                ) && self.is_archived(contact.id) == archived
            })
            .collect();
        listed.sort_by_key(|contact| {
            let view = self.conversations.get(&contact.id);
            let pinned = view.is_some_and(|view| view.settings.pinned);
            let newest = view
                .and_then(|view| view.last.as_ref())
                .map(|last| last.time);
            (!pinned, std::cmp::Reverse(newest))
        });
        listed
    }

    fn is_archived(&self, contact: ContactId) -> bool {
        self.conversations
            .get(&contact)
            .is_some_and(|view| view.settings.archived)
    }

    /// What somebody is called.
    #[must_use]
    pub fn name(&self, contact: ContactId) -> &str {
        self.contacts.get(&contact).map_or("", called)
    }

    /// The same as it is shown.
    #[must_use]
    pub fn named(&self, contact: ContactId, look: &Look) -> String {
        self.contacts
            .get(&contact)
            .map_or_else(String::new, |contact| named(contact, look))
    }

    /// Whether messages from somebody are announced now.
    #[must_use]
    pub fn is_muted(&self, contact: ContactId, now: u64) -> bool {
        self.conversations
            .get(&contact)
            .and_then(|view| view.settings.muted_until)
            .is_some_and(|until| until > now)
    }
}

/// What somebody is called: as I call them, else as they call themselves.
#[must_use]
pub fn called(contact: &ContactView) -> &str {
    contact.pet_name.as_deref().unwrap_or(&contact.nickname)
}

/// What somebody is called, as it is shown: made visible, or covered.
#[must_use]
pub fn named(contact: &ContactView, look: &Look) -> String {
    match contact.stage {
        Stage::Myself => look.say("notes-title"),
        _ => look.shown_name(called(contact)),
    }
}

/// The sentence about the network.
#[must_use]
pub fn network_sentence(status: NetworkStatus, look: &Look) -> String {
    let percent = |name, percent: u8| look.with(name, [("percent", u64::from(percent).into())]);
    match status {
        NetworkStatus::Dormant => look.say("network-dormant"),
        NetworkStatus::Bootstrapping(done) => percent("network-bootstrapping", done),
        NetworkStatus::Ready => look.say("network-ready"),
        NetworkStatus::NoNetwork => look.say("network-none"),
        NetworkStatus::WrongClock => look.say("network-clock"),
        NetworkStatus::Stuck(done) => percent("network-stuck", done),
    }
}

/// The sentence about the way to a contact.
#[must_use]
pub fn way_sentence(contact: &ContactView, look: &Look) -> String {
    match contact.stage {
        Stage::Requested | Stage::Accepting if contact.reason == Some(Reason::Withheld) => {
            return look.say("way-withheld");
        }
        Stage::Requested => return look.say("stage-requested"),
        Stage::NoAnswer => return look.say("stage-no-answer"),
        Stage::Accepting => return look.say("stage-accepting"),
        Stage::Undecided => return look.say("stage-undecided"),
        Stage::Rejected => return look.say("stage-rejected"),
        Stage::Blocked => return look.say("stage-blocked"),
        Stage::Myself => return look.say("stage-myself"),
        Stage::Accepted => {}
    }
    if contact.replaced {
        return look.say("refused-replaced");
    }
    if contact.connected {
        return look.say(if contact.away {
            "way-connected-away"
        } else {
            "way-connected"
        });
    }
    look.say(match contact.reason {
        None | Some(Reason::NotTried) => "way-not-tried",
        Some(Reason::Invisible) => "way-invisible",
        Some(Reason::Hidden) => "way-hidden",
        Some(Reason::DiskFull) => "way-disk-full",
        Some(Reason::Dialling) => "way-dialling",
        Some(Reason::NoNetwork) => "way-no-network",
        Some(Reason::WrongClock) => "way-clock",
        Some(Reason::Bootstrapping) => "way-bootstrapping",
        Some(Reason::Away) => "way-away",
        Some(Reason::NotAdmitted) => "way-not-admitted",
        Some(Reason::IntroductionFailed) => "way-introduction",
        Some(Reason::RendezvousTimedOut) => "way-rendezvous",
        Some(Reason::Refused) => "way-refused",
        Some(Reason::NoAnswer) => "way-no-answer",
        Some(Reason::Broken) => "way-broken",
        Some(_) => "way-failed",
    })
}

/// The newest words of a conversation, for the list.
#[must_use]
pub fn preview(view: Option<&ConversationView>, look: &Look) -> String {
    let Some(view) = view else {
        return look.say("preview-none");
    };
    if let Some(draft) = &view.draft {
        let words = visible::line(draft, 60);
        return look.with("preview-draft", [("words", words.into())]);
    }
    let Some(last) = &view.last else {
        return look.say("preview-none");
    };
    match (&last.text, last.line) {
        (Some(text), _) => formatting::line(text, 60),
        (None, Line::Deleted) => look.say("message-deleted"),
        (None, Line::Timer { .. }) => look.say("preview-timer"),
        (None, Line::Restored) => look.say("line-restored"),
        (None, _) => look.say("message-unsupported"),
    }
}
