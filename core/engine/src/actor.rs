//! The one task that owns a profile: gathers what happened, lets the machine take it as one step,
//! commits, and only then lets anything leave.

mod commands;
mod effects;
mod health;
mod keep;
mod lookup;
mod people;
mod talk;

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use rand::CryptoRng;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::time::Instant;
use undertone_protocol::{
    Bug, Changes, ContactId, DoorName, Input, LinkId, Now, Profile, Purpose, Step,
};
use undertone_storage::ChangeSet;
use undertone_transport::{
    BoxStream, DialError, Door, DoorStatus, KeptState, NetworkStatus, Transport,
};

use crate::clock::{Gap, Time, Watch};
use crate::connections::Connections;
use crate::conversations::Conversations;
use crate::disk::Disk;
use crate::doors::Doors;
use crate::health::Health;
use crate::language::{Command, CommandError, Event, Reply, StopReason};
use crate::records::add;
use crate::search::{self, Builder, Query};

use self::lookup::Searching;

/// At most this many messages are taken into one commit.
const BATCH: usize = 64;
/// The state key is renewed this often (D11.2).
const RENEW: Duration = Duration::from_secs(15 * 60);
/// The identifier of the network layer's record.
pub(crate) const KEPT: &[u8] = b"guards";

/// What reaches the actor.
pub(crate) enum Message {
    Command(Command, oneshot::Sender<Answer>),
    Dialled(ContactId, Purpose, Result<BoxStream, DialError>),
    Arrived(DoorName, BoxStream),
    Frame(LinkId, Vec<u8>),
    Closed(LinkId),
    DoorOpened(DoorName, Box<dyn Door>),
    DoorStatus(DoorName, DoorStatus),
    Shutdown(oneshot::Sender<()>),
    /// The store was destroyed.
    Destroyed,
}

type Answer = Result<Reply, CommandError>;

/// Why the actor stops.
enum Stop {
    Asked(oneshot::Sender<()>),
    Abandoned,
    Destroyed,
    Storage,
    Damaged,
    Bug,
}

impl From<Bug> for Stop {
    fn from(bug: Bug) -> Self {
        tracing::error!(%bug, "a broken invariant");
        Self::Bug
    }
}

/// A command's reply that may be given once its step is durable.
type Waiting = (oneshot::Sender<Answer>, Command, Outcome);

/// What a command came to before the commit.
enum Outcome {
    Ready(Reply),
    /// Read the reply from the committed state.
    Read,
    /// Look it up beside everything else; the reply comes when it is found.
    LookUp(Query),
}

pub(crate) struct Actor {
    profile: Profile,
    store: Disk,
    transport: Arc<dyn Transport>,
    network: watch::Receiver<NetworkStatus>,
    kept: Option<watch::Receiver<KeptState>>,
    time: Time,
    watch: Watch,
    rng: Box<dyn CryptoRng + Send>,
    messages: mpsc::Receiver<Message>,
    events: broadcast::Sender<Event>,
    conversations: Conversations,
    searching: Searching,
    connections: Connections,
    doors: Doors,
    health: Health,
    /// Numbers of messages that were sent and whose replies wait for the commit, in order.
    sent: VecDeque<u64>,
    /// Who is there and may not have our picture.
    untold: BTreeSet<ContactId>,
    /// What the network last said about the time.
    network_time: Option<u64>,
    renew_at: Instant,
    /// When the store checks its next records.
    checks: health::Checks,
}

impl Actor {
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn new(
        profile: Profile,
        (conversations, index, health): (Conversations, Builder, Health),
        store: Disk,
        transport: Arc<dyn Transport>,
        time: Time,
        rng: Box<dyn CryptoRng + Send>,
        (inbox, messages): (mpsc::Sender<Message>, mpsc::Receiver<Message>),
        events: broadcast::Sender<Event>,
    ) -> Self {
        Self {
            profile,
            store,
            network: transport.status(),
            kept: transport.kept_state(),
            watch: Watch::new(&time),
            time,
            rng,
            messages,
            events,
            conversations,
            searching: Searching::new(index),
            health,
            connections: Connections::new(Arc::clone(&transport), inbox.clone()),
            doors: Doors::new(Arc::clone(&transport), inbox),
            transport,
            sent: VecDeque::new(),
            untold: BTreeSet::new(),
            network_time: None,
            renew_at: Instant::now() + RENEW,
            checks: health::Checks::new(),
        }
    }

    /// Runs until it is told to stop, or cannot go on.
    pub(crate) async fn run(mut self) {
        let stop = match self.go().await {
            Ok(never) => match never {},
            Err(stop) => stop,
        };
        self.connections.finish().await;
        self.doors.reconcile(Vec::new());
        let kept = self.transport.shutdown().await;
        let stop = match stop {
            // Whatever it failed at.
            _ if self.store.is_destroyed() => Stop::Destroyed,
            Stop::Asked(done) => match self.keep_all(kept).await {
                Ok(()) => Stop::Asked(done),
                Err(failed) => failed,
            },
            stop => {
                // Why it stopped is said already.
                let _ = self.keep(kept).await;
                stop
            }
        };
        let reason = match &stop {
            Stop::Storage => Some(StopReason::Storage),
            Stop::Damaged => Some(StopReason::Damaged),
            Stop::Bug => Some(StopReason::Bug),
            Stop::Destroyed => Some(StopReason::Destroyed),
            Stop::Asked(_) | Stop::Abandoned => None,
        };
        if let Some(reason) = reason {
            self.tell(Event::Stopped { reason });
        }
        self.searching.finish().await;
        let destroyed = self.store.is_destroyed();
        if let Some(Err(error)) = self.store.close().await
            && !destroyed
        {
            tracing::warn!(%error, "the state key could not be renewed at the end");
        }
        if let Stop::Asked(done) = stop {
            // Whoever asked may have stopped waiting.
            let _ = done.send(());
        }
    }

    async fn go(&mut self) -> Result<std::convert::Infallible, Stop> {
        // What the last run deleted and did not come to erase.
        self.erase_deleted(true).await?;
        self.open_doors();
        loop {
            let now = self.time.now();
            if self.apart().is_none() {
                self.connections.dial(&self.profile, now, &mut *self.rng);
            }
            let first = self.wait(now).await?;
            let mut batch = Vec::from_iter(first);
            batch.extend(self.connections.given_up(self.time.now().monotonic));
            while batch.len() < BATCH
                && let Ok(message) = self.messages.try_recv()
            {
                batch.push(message);
            }
            self.take(batch).await?;
            self.build_index().await?;
            self.check_records().await?;
        }
    }

    /// Waits for something to do. `None`: only the time has come.
    async fn wait(&mut self, now: Now) -> Result<Option<Message>, Stop> {
        // A full inbox must not keep these from being done.
        if let Some(gap) = self.watch.look(&self.time) {
            self.was_away(gap);
        }
        if Instant::now() >= self.renew_at {
            self.renew().await?;
        }
        self.look_after().await?;
        let dials = self.connections.next_wake();
        let dials = dials.filter(|_| self.apart().is_none());
        let wake = [self.profile.next_wake(now), dials];
        let wake = wake
            .into_iter()
            .flatten()
            .fold(self.watch.due(), Duration::min);
        let wake = self.time.instant(wake).min(self.renew_at);
        let wake = wake.min(self.next_expiry(now)).min(self.health.next());
        let wake = self.next_erasure().map_or(wake, |due| wake.min(due));
        let wake = self.checks.due().map_or(wake, |due| wake.min(due));
        tokio::select! {
            biased;
            Ok(()) = self.network.changed() => self.network_changed(),
            state = changed_state(&mut self.kept) => self.keep(state).await?,
            ended = self.searching.ended() => self.found(ended),
            message = self.messages.recv() => return message.map(Some).ok_or(Stop::Abandoned),
            () = tokio::time::sleep_until(wake) => {}
            () = std::future::ready(()), if self.has_work() => {}
        }
        Ok(None)
    }

    /// Whether something is to be looked through bit by bit.
    fn has_work(&self) -> bool {
        let wall = self.time.now().wall;
        self.conversations.is_sweeping(wall)
            || self.searching.is_building()
            || !self.untold.is_empty()
    }

    /// One batch, one commit. The machine sees the inputs in the order in which they came.
    async fn take(&mut self, batch: Vec<Message>) -> Result<(), Stop> {
        let now = self.time.now();
        tracing::trace!(target: "undertone_engine::phase", "batch begins");
        let mut inputs = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let mut waiting: Vec<Waiting> = Vec::new();
        let mut stop = None;
        for message in batch {
            if let Message::Command(..) = message {
                self.checks.put_off();
            }
            match message {
                Message::Command(Command::Clear { contact }, reply) => {
                    self.step(now, &mut inputs, &mut steps)?;
                    let before = std::mem::take(&mut steps);
                    self.commit(before, std::mem::take(&mut waiting)).await?;
                    let done = self.clear(contact).await?;
                    // Whoever asked may have gone.
                    let _ = reply.send(done);
                }
                Message::Command(Command::SetDeniable { on }, reply) => {
                    self.step(now, &mut inputs, &mut steps)?;
                    let before = std::mem::take(&mut steps);
                    self.commit(before, std::mem::take(&mut waiting)).await?;
                    let done = self.set_deniable(on).await?;
                    // Whoever asked may have gone.
                    let _ = reply.send(done);
                }
                Message::Destroyed => return Err(Stop::Destroyed),
                Message::Command(command, reply) => {
                    self.step(now, &mut inputs, &mut steps)?;
                    match self.execute(now, &command) {
                        Ok((step, outcome)) => {
                            if let Some(step) = step {
                                self.observe(&step);
                                steps.push(step);
                            }
                            inputs.extend(self.hang_up_if_apart());
                            waiting.push((reply, command, outcome));
                        }
                        Err(Some(error)) => {
                            // Whoever asked may have gone.
                            let _ = reply.send(Err(error));
                        }
                        Err(None) => return Err(Stop::Bug),
                    }
                }
                Message::Shutdown(done) => stop = Some(done),
                other => inputs.extend(self.input(now, other)),
            }
        }
        let told = self.transport.network_time();
        if told != self.network_time {
            self.network_time = told;
            inputs.extend(told.map(Input::NetworkTime));
        }
        inputs.extend(self.hang_up_if_apart());
        inputs.push(Input::Wake);
        self.step(now, &mut inputs, &mut steps)?;
        steps.extend(self.tell_pictures(now));
        steps.extend(self.sweep(now)?);
        self.commit(steps, waiting).await?;
        match stop {
            Some(done) => Err(Stop::Asked(done)),
            None => Ok(()),
        }
    }

    fn step(
        &mut self,
        now: Now,
        inputs: &mut Vec<Input>,
        steps: &mut Vec<Step>,
    ) -> Result<(), Stop> {
        if !inputs.is_empty() {
            let inputs = std::mem::take(inputs);
            let step = self.profile.handle_all(now, &mut *self.rng, inputs)?;
            self.observe(&step);
            steps.push(step);
        }
        Ok(())
    }

    /// What a message means to the machine, if anything.
    fn input(&mut self, now: Now, message: Message) -> Option<Input> {
        match message {
            Message::Frame(link, frame) => {
                self.connections.heard(link, now.monotonic);
                Some(Input::Frame(link, frame))
            }
            Message::Closed(link) => self
                .connections
                .ended(link, now.monotonic, &mut *self.rng)
                .then_some(Input::Closed(link)),
            // What came while the doors were being closed.
            Message::Arrived(..) | Message::Dialled(_, _, Ok(_)) if self.apart().is_some() => None,
            Message::Arrived(door, stream) => {
                let link = self.connections.hold(stream, None);
                Some(Input::Arrived { door, link })
            }
            Message::Dialled(contact, purpose, Ok(stream)) => {
                let link = self.connections.hold(stream, Some(contact));
                Some(Input::Dialled {
                    contact,
                    purpose,
                    link,
                })
            }
            Message::Dialled(contact, _, Err(error)) => {
                tracing::debug!(%error, "a dial failed");
                let rng = &mut *self.rng;
                self.connections
                    .dial_failed(contact, error, now.monotonic, rng);
                self.contact_changed(contact);
                None
            }
            Message::DoorOpened(name, door) => {
                self.doors.opened(name, door);
                None
            }
            Message::DoorStatus(name, status) => {
                let reachable = self.doors.status_changed(name, status);
                if let (true, DoorName::Knock(invitation)) = (reachable, name) {
                    self.tell(Event::InvitationReachable { invitation });
                }
                None
            }
            Message::Command(..) | Message::Shutdown(_) | Message::Destroyed => None,
        }
    }

    /// Makes the steps durable, then lets leave what they hold, then answers.
    async fn commit(&mut self, steps: Vec<Step>, waiting: Vec<Waiting>) -> Result<(), Stop> {
        let (mut set, mut changes) = (ChangeSet::new(), Changes::default());
        for step in &steps {
            changes.merge(step.changes());
            #[cfg(feature = "faults")]
            self.store.about_to_store(step.changes());
            for violation in step.violations() {
                tracing::info!(kind = %violation.kind, "a peer broke the rules; its link is closed");
            }
        }
        let touched = self.conversations.finish(&mut changes);
        add(&mut set, &changes);
        self.conversations.write(&mut set);
        if !set.is_empty() {
            self.health.write(&mut set);
            tracing::trace!(target: "undertone_engine::phase", "commit begins");
            let said = self.said(&changes);
            let add = move |store: &_, set: &mut _| search::update(store, set, said);
            let damaged = self.store.commit_with(set, add).await.map_err(|error| {
                tracing::error!(%error, "the store refuses to commit");
                Stop::Storage
            })?;
            self.index_damaged(damaged);
            tracing::trace!(target: "undertone_engine::phase", "commit done");
        }
        for step in steps {
            for effect in step.committed() {
                self.effect(effect);
            }
        }
        for touched in touched {
            self.tell_touched(touched);
        }
        tracing::trace!(target: "undertone_engine::phase", "effects done");
        self.erase_deleted(false).await?;
        for (reply, command, outcome) in waiting {
            let answer = match outcome {
                Outcome::Ready(answer) => Ok(answer),
                Outcome::Read => self.read(&command),
                Outcome::LookUp(query) => {
                    self.look_up(query, reply);
                    continue;
                }
            };
            // Whoever asked may have gone.
            let _ = reply.send(answer);
        }
        self.conversations.told();
        Ok(())
    }

    /// Days since 1970.
    fn today(&self) -> u32 {
        (self.time.now().wall / 86_400) as u32
    }

    fn network_changed(&mut self) {
        let status = *self.network.borrow_and_update();
        if status == NetworkStatus::Ready {
            let now = self.time.now().monotonic;
            self.connections.retry(None, now);
        }
        self.tell(Event::Network { status });
    }

    /// The computer slept, or the program was stopped, or the clock was set.
    fn was_away(&mut self, gap: Gap) {
        tracing::info!(slept = ?gap.slept, stopped = ?gap.stopped, clock_set = gap.set, "dialling anew");
        if gap.concerns_network() {
            self.transport.network_changed();
        }
        let now = self.time.now().monotonic;
        self.connections.woke(gap.silence(), now);
    }

    /// The owner says that the network changed.
    fn wake_up(&mut self) {
        self.transport.network_changed();
        let now = self.time.now().monotonic;
        self.connections.woke(Duration::ZERO, now);
    }

    fn tell(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.events.send(event);
    }
}

/// The next state that the network layer wants to be kept; never, where there is none.
async fn changed_state(state: &mut Option<watch::Receiver<KeptState>>) -> KeptState {
    let Some(receiver) = state else {
        return std::future::pending().await;
    };
    if receiver.changed().await.is_err() {
        // The network layer is gone: nothing more will come.
        *state = None;
        return None;
    }
    receiver.borrow_and_update().clone()
}
