//! What must hold, whatever happens: nothing acknowledged is lost, nothing is shown twice, each
//! author's order is kept, and in the end both sides have the same. It knows only what applications
//! were told.

use std::collections::{BTreeMap, BTreeSet};

use undertone_engine::{ContactId, Delivery, Event, MessageView};
use undertone_wire::MessageId;

/// What an application tried to send. Texts are unique.
pub(crate) struct Attempt {
    text: String,
    /// The reply, if one came: from then on it must not be lost.
    told: Option<MessageId>,
}

/// How far two people are from being contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bond {
    Whole,
    /// A block was given and no answer came.
    Unsure,
    /// Blocked; of the other's messages only so many can ever be acknowledged.
    Blocked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    number: u64,
    id: MessageId,
    text: String,
    mine: bool,
}

/// A conversation as one side sees it.
pub(crate) struct Chat {
    /// The other, as this side names them.
    pub(crate) contact: ContactId,
    pub(crate) bond: Bond,
    attempts: Vec<Attempt>,
    shown: Vec<Shown>,
    deliveries: BTreeMap<MessageId, u8>,
    received: BTreeSet<MessageId>,
    announced: BTreeSet<u64>,
    /// From this attempt on nothing may be acknowledged: the other blocked us before.
    ignored_from: Option<usize>,
}

/// Who sees whom: the viewer first.
pub(crate) type Pair = (usize, usize);

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) chats: BTreeMap<Pair, Chat>,
}

/// The filler of long messages left out.
pub(crate) fn short(text: &str) -> &str {
    text.split('.').next().unwrap_or_default()
}

const fn rank(delivery: Delivery) -> u8 {
    match delivery {
        Delivery::Waiting | Delivery::Unknown => 0,
        Delivery::Sent => 1,
        Delivery::Received | Delivery::Incoming => 2,
    }
}

impl Chat {
    pub(crate) fn new(contact: ContactId) -> Self {
        Self {
            contact,
            bond: Bond::Whole,
            attempts: Vec::new(),
            shown: Vec::new(),
            deliveries: BTreeMap::new(),
            received: BTreeSet::new(),
            announced: BTreeSet::new(),
            ignored_from: None,
        }
    }

    pub(crate) fn attempt(&mut self, text: &str) {
        self.attempts.push(Attempt {
            text: text.to_owned(),
            told: None,
        });
    }

    /// The last attempt was answered.
    pub(crate) fn told(&mut self, id: MessageId) {
        if let Some(last) = self.attempts.last_mut() {
            last.told = Some(id);
        }
    }

    /// The other has blocked us.
    pub(crate) fn ignore_from_now(&mut self) {
        self.ignored_from.get_or_insert(self.attempts.len());
    }

    /// A message of theirs, to reply to.
    pub(crate) fn newest_of_theirs(&self) -> Option<MessageId> {
        self.shown
            .iter()
            .rev()
            .find(|shown| !shown.mine)
            .map(|shown| shown.id)
    }

    /// What was shown before stays, nothing comes twice, deliveries only get further.
    fn take(&mut self, history: &[MessageView]) -> Result<(), String> {
        let mut now = Vec::with_capacity(history.len());
        let mut ids = BTreeSet::new();
        for view in history {
            let text = view.text.clone().ok_or("a message without words")?;
            if !ids.insert(view.id) {
                return Err(format!("{:?} is shown twice", short(&text)));
            }
            let mine = view.delivery != Delivery::Incoming;
            let reached = self.deliveries.entry(view.id).or_default();
            if rank(view.delivery) < *reached {
                let text = short(&text);
                return Err(format!("{text:?} was further than {:?}", view.delivery));
            }
            *reached = rank(view.delivery);
            if view.delivery == Delivery::Received {
                self.received.insert(view.id);
            }
            now.push(Shown {
                number: view.number,
                id: view.id,
                text,
                mine,
            });
        }
        if !now.is_sorted_by(|a, b| a.number < b.number) {
            return Err("the numbers do not grow".into());
        }
        if !now.starts_with(&self.shown) {
            let gone = self.shown.iter().find(|shown| !now.contains(shown));
            let gone = gone.map(|shown| short(&shown.text));
            return Err(format!("what was shown has changed: {gone:?}"));
        }
        self.shown = now;
        Ok(())
    }

    /// Whether a list is what was sent: in order, nothing else, without holes in what was told to be
    /// stored. `whole`: up to the end.
    fn fits(&self, list: &[&Shown], whole: bool) -> Result<(), String> {
        let mut list = list.iter().peekable();
        for attempt in &self.attempts {
            match list.peek() {
                Some(shown) if shown.text == attempt.text => {
                    if attempt.told.is_some_and(|id| id != shown.id) {
                        return Err(format!("{:?} has two names", short(&attempt.text)));
                    }
                    list.next();
                }
                Some(_) if attempt.told.is_some() => {
                    return Err(format!("{:?} is missing", short(&attempt.text)));
                }
                None if whole && attempt.told.is_some() => {
                    return Err(format!("{:?} is missing", short(&attempt.text)));
                }
                _ => {}
            }
        }
        match list.next() {
            Some(shown) => Err(format!("{:?} is out of order", short(&shown.text))),
            None => Ok(()),
        }
    }

    fn of(&self, mine: bool) -> Vec<&Shown> {
        self.shown
            .iter()
            .filter(|shown| shown.mine == mine)
            .collect()
    }
}

impl Model {
    fn chat(&self, pair: Pair) -> &Chat {
        &self.chats[&pair]
    }

    pub(crate) fn chat_mut(&mut self, pair: Pair) -> &mut Chat {
        self.chats.get_mut(&pair).expect("they are contacts")
    }

    pub(crate) fn is_whole(&self, (a, b): Pair) -> bool {
        self.chat((a, b)).bond == Bond::Whole && self.chat((b, a)).bond == Bond::Whole
    }

    /// What an application heard. A message is announced once, also across restarts.
    pub(crate) fn hear(&mut self, who: usize, event: &Event) -> Result<(), String> {
        let Event::MessageReceived { contact, message } = event else {
            return Ok(());
        };
        let mut chats = self.chats.iter_mut();
        let found = chats.find(|((viewer, _), chat)| *viewer == who && chat.contact == *contact);
        let Some((_, chat)) = found else {
            return Err("a message of a stranger".into());
        };
        if !chat.announced.insert(message.number) {
            return Err(format!("{} is announced twice", message.number));
        }
        Ok(())
    }

    /// A conversation as it is read now.
    pub(crate) fn read(&mut self, pair: Pair, history: &[MessageView]) -> Result<(), String> {
        let other = (pair.1, pair.0);
        if self.chat(pair).bond == Bond::Blocked {
            // Its keys are gone, and with them the conversation's end.
            return Ok(());
        }
        self.chat_mut(pair).take(history)?;
        let (ours, theirs) = (self.chat(pair), self.chat(other));
        ours.fits(&ours.of(true), true)?;
        theirs.fits(&ours.of(false), false)?;
        let here: BTreeSet<MessageId> = ours.shown.iter().map(|shown| shown.id).collect();
        if theirs.bond == Bond::Whole
            && let Some(lost) = theirs.received.iter().find(|id| !here.contains(id))
        {
            return Err(format!("{lost} was acknowledged and is not there"));
        }
        let ignored = ours.ignored_from.unwrap_or(usize::MAX);
        let late = ours.attempts.iter().skip(ignored);
        let mut late = late.filter_map(|attempt| attempt.told);
        if let Some(id) = late.find(|id| ours.received.contains(id)) {
            return Err(format!(
                "{id} was acknowledged by someone who blocked its author"
            ));
        }
        Ok(())
    }

    /// In the end: the same on both sides, and all of it acknowledged.
    pub(crate) fn converged(&self, pair: Pair) -> Result<(), String> {
        let (ours, theirs) = (self.chat(pair), self.chat((pair.1, pair.0)));
        let list = |shown: Vec<&Shown>| -> Vec<(MessageId, String)> {
            shown
                .into_iter()
                .map(|shown| (shown.id, shown.text.clone()))
                .collect()
        };
        let (sent, arrived) = (list(ours.of(true)), list(theirs.of(false)));
        if sent != arrived {
            let lost = sent.iter().find(|message| !arrived.contains(message));
            let lost = lost.map(|(_, text)| short(text));
            let (sent, arrived) = (sent.len(), arrived.len());
            return Err(format!(
                "{sent} were sent and {arrived} arrived; not {lost:?}"
            ));
        }
        let waits = sent.iter().find(|(id, _)| !ours.received.contains(id));
        waits.map_or(Ok(()), |(_, text)| {
            Err(format!("{:?} is not acknowledged", short(text)))
        })
    }

    /// Everything announced is in the conversation; called after [`Self::read`].
    pub(crate) fn announced(&self, pair: Pair) -> Result<(), String> {
        let chat = self.chat(pair);
        if chat.bond == Bond::Blocked {
            return Ok(());
        }
        let theirs: BTreeSet<u64> = chat.of(false).iter().map(|shown| shown.number).collect();
        match chat.announced.difference(&theirs).next() {
            Some(number) => Err(format!("message {number} was announced and is not there")),
            None => Ok(()),
        }
    }
}
