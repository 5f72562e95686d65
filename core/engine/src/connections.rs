//! Connections from the dial to their end: who dials when, what a failed dial means, what leaves on
//! which link.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand::CryptoRng;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use undertone_protocol::limits::{DEAD, KEEPALIVE};
use undertone_protocol::{ContactId, LinkId, Now, Profile, WantedDial};
use undertone_transport::{BoxStream, DialError, DialTarget, Isolation, Transport};

use crate::actor::Message;
use crate::dials::Dials;
use crate::language::Reason;
use crate::links::Connection;

/// Longer than the network layer's own deadlines; bounds a dial that it forgot.
const DIAL: Duration = Duration::from_secs(150);
/// The other side of a link sends something at least every [`KEEPALIVE`]; a link in doubt that
/// brought nothing for that long, and some seconds for the way, is given up.
const PROOF: Duration = KEEPALIVE.saturating_add(Duration::from_secs(8));
/// At the end of the program, for what is still to be written.
const FINISH: Duration = Duration::from_millis(1500);

struct Held {
    connection: Connection,
    /// The dial that it came from, until it led to something.
    dial: Option<ContactId>,
}

/// All connections of a running profile.
pub(crate) struct Connections {
    transport: Arc<dyn Transport>,
    inbox: mpsc::Sender<Message>,
    held: BTreeMap<LinkId, Held>,
    dials: Dials,
    tasks: JoinSet<()>,
    under_way: BTreeMap<ContactId, AbortHandle>,
    next_link: u64,
    /// One circuit isolation a contact and run.
    isolation: BTreeMap<ContactId, Isolation>,
    /// Links that have to bring something until [`Self::proof`], by the monotonic clock.
    doubted: BTreeSet<LinkId>,
    proof: Duration,
}

impl Connections {
    pub(crate) fn new(transport: Arc<dyn Transport>, inbox: mpsc::Sender<Message>) -> Self {
        Self {
            transport,
            inbox,
            held: BTreeMap::new(),
            dials: Dials::default(),
            tasks: JoinSet::new(),
            under_way: BTreeMap::new(),
            next_link: 1,
            isolation: BTreeMap::new(),
            doubted: BTreeSet::new(),
            proof: Duration::ZERO,
        }
    }

    /// Takes over whom the machine wants to dial, and dials those whose time has come.
    pub(crate) fn dial(&mut self, profile: &Profile, now: Now, rng: &mut dyn CryptoRng) {
        let wanted = profile.dials(now);
        self.dials.want(&wanted, now.monotonic, rng);
        for dial in self.dials.due(&wanted, now.monotonic) {
            self.start(dial, rng);
        }
        while self.tasks.try_join_next().is_some() {}
    }

    fn start(&mut self, dial: WantedDial, rng: &mut dyn CryptoRng) {
        let isolation = *self.isolation.entry(dial.contact).or_insert_with(|| {
            let mut token = [0; 16];
            rng.fill_bytes(&mut token);
            Isolation(token)
        });
        let target = DialTarget {
            door: dial.door,
            descriptor_key: dial.descriptor,
            isolation,
        };
        let (contact, purpose) = (dial.contact, dial.purpose);
        tracing::debug!(?purpose, "dialling");
        let (transport, inbox) = (Arc::clone(&self.transport), self.inbox.clone());
        let task = self.tasks.spawn(async move {
            let result = tokio::time::timeout(DIAL, transport.dial(target))
                .await
                .unwrap_or(Err(DialError::TimedOut));
            // An actor that is gone does not want it.
            let _ = inbox.send(Message::Dialled(contact, purpose, result)).await;
        });
        self.under_way.insert(contact, task);
    }

    pub(crate) fn next_wake(&self) -> Option<Duration> {
        let proof = (!self.doubted.is_empty()).then_some(self.proof);
        [self.dials.next_wake(), proof].into_iter().flatten().min()
    }

    /// We were away for so long, or on another network: everybody is dialled at once, and no link
    /// is trusted to live. After [`DEAD`] the other side has given it up for sure; before that it
    /// has a while to bring something, but not as long as a link that was never in doubt.
    pub(crate) fn woke(&mut self, away: Duration, now: Duration) {
        self.dials.begin_anew(now);
        self.doubted = self.held.keys().copied().collect();
        self.proof = if away < DEAD { now + PROOF } else { now };
    }

    /// Something came on a link.
    pub(crate) fn heard(&mut self, link: LinkId, now: Duration) {
        // What comes after the time is over lay waiting while we were away.
        if now < self.proof {
            self.doubted.remove(&link);
        }
    }

    /// The links in doubt whose time is over, as if they had ended by themselves.
    pub(crate) fn given_up(&mut self, now: Duration) -> impl Iterator<Item = Message> + use<> {
        let over = if now < self.proof {
            BTreeSet::new()
        } else {
            std::mem::take(&mut self.doubted)
        };
        over.into_iter().map(Message::Closed)
    }

    /// Holds a new connection; gives its name, higher than all before.
    pub(crate) fn hold(&mut self, stream: BoxStream, dial: Option<ContactId>) -> LinkId {
        let link = LinkId(self.next_link);
        self.next_link += 1;
        let connection = Connection::start(link, stream, self.inbox.clone());
        self.held.insert(link, Held { connection, dial });
        link
    }

    pub(crate) fn dial_failed(
        &mut self,
        contact: ContactId,
        error: DialError,
        now: Duration,
        rng: &mut dyn CryptoRng,
    ) {
        self.dials.failed(contact, reason(error), now, rng);
    }

    /// The machine holds the purpose of this contact's dial for done.
    pub(crate) fn dial_succeeded(&mut self, contact: ContactId, now: Duration) {
        self.dials.succeeded(contact, now);
        for held in self.held.values_mut() {
            if held.dial == Some(contact) {
                held.dial = None;
            }
        }
    }

    pub(crate) fn send(&self, link: LinkId, frames: Vec<Vec<u8>>) {
        let Some(held) = self.held.get(&link) else {
            return;
        };
        if !held.connection.send(frames) {
            tracing::info!("a peer reads too slowly; its link is closed");
            let inbox = self.inbox.clone();
            // An actor that is gone needs no report.
            tokio::spawn(async move {
                let _ = inbox.send(Message::Closed(link)).await;
            });
        }
    }

    /// Ends a connection at once: what has not left is dropped.
    pub(crate) fn cut(&mut self, link: LinkId) {
        self.held.remove(&link);
    }

    /// No more frames of this connection are wanted; it stays open.
    pub(crate) fn silence(&self, link: LinkId) {
        if let Some(held) = self.held.get(&link) {
            held.connection.silence();
        }
    }

    /// Ends everything: what is under way and what is held. Gives the links that were.
    pub(crate) fn hang_up(&mut self) -> Vec<LinkId> {
        for task in std::mem::take(&mut self.under_way).into_values() {
            task.abort();
        }
        let held = std::mem::take(&mut self.held);
        self.doubted.clear();
        // What was under way is not any more: nobody may stay busy.
        self.dials = Dials::default();
        let links = held.keys().copied().collect();
        for held in held.into_values() {
            held.connection.close();
        }
        links
    }

    /// Gives up whatever is under way to a contact.
    pub(crate) fn abandon(&mut self, contact: ContactId) {
        if let Some(task) = self.under_way.remove(&contact) {
            task.abort();
        }
        self.dials.forget(contact);
        self.isolation.remove(&contact);
    }

    /// The machine closes a connection. One that had not led to anything yet is a failed dial.
    pub(crate) fn close(&mut self, link: LinkId, now: Duration, rng: &mut dyn CryptoRng) {
        if let Some(held) = self.held.remove(&link) {
            if let Some(contact) = held.dial {
                self.dials.failed(contact, Reason::NoAnswer, now, rng);
            }
            held.connection.close();
        }
    }

    /// The stream ended by itself. `false`: it was known already.
    pub(crate) fn ended(&mut self, link: LinkId, now: Duration, rng: &mut dyn CryptoRng) -> bool {
        let Some(held) = self.held.remove(&link) else {
            return false;
        };
        if let Some(contact) = held.dial {
            self.dials.failed(contact, Reason::Broken, now, rng);
        }
        true
    }

    pub(crate) fn retry(&mut self, contact: Option<ContactId>, now: Duration) {
        self.dials.retry(contact, now);
    }

    pub(crate) fn reason(
        &self,
        contact: ContactId,
        now: Duration,
    ) -> Option<(Reason, Option<u64>)> {
        self.dials.reason(contact, now)
    }

    /// Lets leave what was sent and closes everything.
    pub(crate) async fn finish(&mut self) {
        self.tasks.abort_all();
        let held = std::mem::take(&mut self.held);
        let finishing = held
            .into_values()
            .map(|held| held.connection.finish(FINISH));
        futures::future::join_all(finishing).await;
    }
}

const fn reason(error: DialError) -> Reason {
    match error {
        DialError::NoNetwork => Reason::NoNetwork,
        DialError::WrongClock => Reason::WrongClock,
        DialError::Bootstrapping(_) => Reason::Bootstrapping,
        DialError::NoDescriptor => Reason::Away,
        DialError::NotAdmitted => Reason::NotAdmitted,
        DialError::IntroductionFailed => Reason::IntroductionFailed,
        DialError::RendezvousTimedOut | DialError::TimedOut => Reason::RendezvousTimedOut,
        DialError::Refused => Reason::Refused,
        DialError::Other => Reason::NetworkFailed,
    }
}
