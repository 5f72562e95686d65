//! One run of one seed: people become contacts, live through a storm, and are healed. After every
//! step the invariants are checked, at the end that both sides have the same.

mod healing;
mod meeting;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;
use tokio::time::{Instant, sleep_until};
use undertone_engine::{
    Command, ContactId, ContactView, Event, MessageView, Reply, Stage, StopReason,
};
use undertone_protocol::public_of;
use undertone_transport::DoorSeed;
use undertone_transport::memory::{Fault, MemoryNetwork, MemoryOptions, TraceEvent, Traced};
use undertone_wire::{OnionKey, X25519Public, X25519Secret};

use super::disk::Mutant;
use super::model::{Bond, Model, Pair, short};
use super::people::{Answer, Person};
use super::storm::Storm;

/// Why a run ends early: what broke.
pub(crate) type Checked<T = ()> = Result<T, String>;

const NAMES: [&str; 4] = ["Amal", "Noor", "Sami", "Dalal"];

fn onion_key(seed: &DoorSeed) -> OnionKey {
    undertone_protocol::DoorSeed::from_bytes(seed.0).onion_key()
}

fn reader_key(secret: &X25519Secret) -> X25519Public {
    public_of(secret).expect("an ordinary key")
}

pub(crate) struct Run {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) network: MemoryNetwork,
    pub(crate) people: Vec<Person>,
    pub(crate) model: Model,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    /// All that happened, as applications and the test saw it.
    pub(crate) trace: Arc<Mutex<Vec<String>>>,
    log: Arc<Mutex<Vec<u8>>>,
    /// How much of it was looked at.
    looked_at: usize,
    start: Instant,
    _directory: TempDir,
}

/// What is left of a run that went well.
pub(crate) struct Outcome {
    pub(crate) network: Vec<TraceEvent>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

impl Run {
    pub(crate) async fn new(
        seed: u64,
        trace: Arc<Mutex<Vec<String>>>,
        log: Arc<Mutex<Vec<u8>>>,
    ) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut options = MemoryOptions::new(seed, onion_key, reader_key);
        options.record = true;
        let network = MemoryNetwork::new(options);
        // In memory where there is one: how long a disk takes to flush is not what is tested.
        let directory = tempfile::Builder::new()
            .tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .expect("a temporary directory");
        let count = [2, 2, 3, 3, 4][rng.random_range(0..5)];
        let mut people = Vec::new();
        for name in &NAMES[..count] {
            let days = rng.random_range(-20..=20) * i64::from(rng.random_bool(0.5));
            let skew = (days * 86_400, rng.random_bool(0.7));
            let home = directory.path().join(name);
            people.push(Person::create(name, &network, home, seed, skew).await);
        }
        Self {
            rng,
            network,
            people,
            model: Model::default(),
            counts: BTreeMap::new(),
            trace,
            log,
            looked_at: 0,
            start: Instant::now(),
            _directory: directory,
        }
    }

    pub(crate) fn note(&self, what: &str) {
        let at = self.start.elapsed().as_secs_f64();
        self.trace
            .lock()
            .unwrap()
            .push(format!("{at:>10.3} {what}"));
    }

    pub(crate) fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(crate) async fn go(mut self, mutant: Option<Arc<Mutant>>) -> Checked<Outcome> {
        self.meet().await?;
        for person in &self.people {
            if let Some(mutant) = &mutant {
                person.disk.mutate(Arc::clone(mutant));
            }
        }
        let mut storm = Storm::new(&mut self, mutant.is_some());
        if mutant.is_some() {
            storm.begin().await?;
        }
        storm.blow().await?;
        self.heal().await?;
        self.older_copies().await?;
        self.count_faults();
        Ok(Outcome {
            network: self.network.trace(),
            counts: self.counts,
        })
    }

    fn add(&mut self, what: &'static str, count: u64) {
        *self.counts.entry(what).or_default() += count;
    }

    /// What happened below the deeds: at disks and on the network.
    fn count_faults(&mut self) {
        for person in &self.people {
            let counts = person.disk.counts();
            for (what, count) in [
                ("commits", counts.commits),
                ("deaths before a commit", counts.died_before_commit),
                ("deaths before transmission", counts.died_before_transmit),
                ("commits refused, disk full", counts.full),
                ("commits refused, disk read-only", counts.read_only),
                (
                    "refused commits that were stored",
                    counts.refused_but_stored,
                ),
                ("slow commits", counts.slow),
                ("commits left out", counts.left_out),
                ("message keys", person.disk.keys.used() as u64),
                ("first flights", person.wire.flights() as u64),
            ] {
                *self.counts.entry(what).or_default() += count;
            }
        }
        for event in self.network.trace() {
            let what = match event.what {
                Traced::Fault { fault, .. } => match fault {
                    Fault::Cut => "streams cut",
                    Fault::Reset => "streams reset",
                    Fault::HalfOpen => "streams half open",
                    Fault::Stall => "streams stalled",
                    Fault::Release => "streams released",
                    Fault::Delay => "chunks late",
                },
                Traced::DialFailed { .. } => "dials failed",
                Traced::Partitioned(..) => "nodes parted",
                Traced::Frozen(_) => "nodes frozen",
                Traced::Crashed(_) => "nodes crashed",
                _ => continue,
            };
            self.add(what, 1);
        }
    }

    /// `None`: the program ended, and is buried.
    pub(crate) async fn contacts(&mut self, who: usize) -> Option<Vec<ContactView>> {
        match self.people[who].ask(Command::Contacts).await {
            Answer::Reply(reply) => match *reply {
                Reply::Contacts { contacts } => Some(contacts),
                _ => None,
            },
            _ => None,
        }
    }

    async fn history(&mut self, who: usize, contact: ContactId) -> Option<Vec<MessageView>> {
        let command = Command::History {
            contact,
            before: None,
            after: None,
            limit: 1_000,
        };
        match self.people[who].ask(command).await {
            Answer::Reply(reply) => match *reply {
                Reply::Messages { messages } => Some(messages),
                _ => None,
            },
            _ => None,
        }
    }

    /// Lets virtual time pass; whoever dies meanwhile is buried and comes back.
    pub(crate) async fn pass(&mut self, time: Duration) -> Checked {
        let end = Instant::now() + time;
        loop {
            self.attend().await?;
            if Instant::now() >= end {
                return Ok(());
            }
            let starts = self.people.iter().filter_map(|person| person.starts_at);
            let next = starts.fold(end, Instant::min);
            let running = self.people.iter().filter(|person| person.is_running());
            let deaths = running.map(|person| person.disk.died().boxed());
            let deaths = deaths.chain([std::future::pending().boxed()]);
            tokio::select! {
                biased;
                _ = futures::future::select_all(deaths) => {}
                () = sleep_until(next) => {}
            }
        }
    }

    /// Buries who ended, starts whose time has come, takes in what applications heard.
    async fn attend(&mut self) -> Checked {
        for who in 0..self.people.len() {
            let (events, stopped) = {
                let mut heard = self.people[who].heard.lock().unwrap();
                (std::mem::take(&mut heard.events), heard.stopped)
            };
            for event in &events {
                self.note(&format!("{who} hears {}", brief(event)));
                self.model
                    .hear(who, event)
                    .map_err(|what| format!("{who}: {what}"))?;
            }
            if stopped == Some(StopReason::Bug) {
                return Err(format!("{who} stopped for a bug"));
            }
            let person = &self.people[who];
            if person.is_running() && (person.disk.is_dead() || stopped.is_some()) {
                self.bury(who)?;
            }
            let person = &mut self.people[who];
            if person.starts_at.is_some_and(|at| at <= Instant::now()) {
                let started = person.start().await;
                if !started {
                    person.starts_at = Some(Instant::now() + Duration::from_secs(10));
                }
                self.note(&format!("{who} starts: {started}"));
            }
        }
        Ok(())
    }

    /// A program that ended comes back some time later.
    pub(crate) fn bury(&mut self, who: usize) -> Checked {
        let wait = Duration::from_millis(self.rng.random_range(1_000..15_000));
        let person = &mut self.people[who];
        if !person.is_running() {
            return Ok(());
        }
        let (dead, failed) = (person.disk.is_dead(), person.disk.failed());
        person.kill();
        person.starts_at = Some(Instant::now() + wait);
        self.note(&format!(
            "{who} ended (at a commit: {dead}, disk refused: {failed})"
        ));
        if !dead && !failed {
            return Err(format!("{who} ended for no reason"));
        }
        Ok(())
    }

    /// All invariants, with everyone who is there.
    pub(crate) async fn check(&mut self) -> Checked {
        self.attend().await?;
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        for pair in pairs {
            let named = |what: String| format!("{} sees {}: {what}", pair.0, pair.1);
            if !self.people[pair.0].is_running() || !self.resolve(pair).await? {
                continue;
            }
            // What was heard before is in the conversation now.
            self.attend().await?;
            let contact = self.model.chats[&pair].contact;
            let Some(history) = self.history(pair.0, contact).await else {
                self.bury(pair.0)?;
                continue;
            };
            let latest = self.people[pair.0].clock.latest();
            self.model.read(pair, &history, latest).map_err(named)?;
            self.model.announced(pair).map_err(named)?;
        }
        for (who, person) in self.people.iter().enumerate() {
            let checked = person.disk.keys.check().and_then(|()| person.wire.check());
            checked.map_err(|what| format!("{who}: {what}"))?;
        }
        self.check_log()
    }

    /// A block that got no answer: whether it was done is seen by asking.
    async fn resolve(&mut self, pair: Pair) -> Checked<bool> {
        if self.model.chats[&pair].bond != Bond::Unsure {
            return Ok(true);
        }
        let Some(contacts) = self.contacts(pair.0).await else {
            self.bury(pair.0)?;
            return Ok(false);
        };
        let chat = self.model.chat_mut(pair);
        let view = contacts.iter().find(|view| view.id == chat.contact);
        let blocked = view.is_some_and(|view| view.stage == Stage::Blocked);
        chat.bond = if blocked { Bond::Blocked } else { Bond::Whole };
        if blocked {
            self.model.chat_mut((pair.1, pair.0)).ignore_from_now();
        }
        Ok(true)
    }

    /// Honest peers never break the rules, and nothing breaks inside.
    fn check_log(&mut self) -> Checked {
        let log = self.log.lock().unwrap();
        let new = &log[self.looked_at..];
        // A line that is not at its end is looked at the next time.
        let lines = new.iter().rposition(|byte| *byte == b'\n');
        let new = &new[..lines.map_or(0, |end| end + 1)];
        self.looked_at += new.len();
        let text = String::from_utf8_lossy(new);
        let expected = [
            "the store refuses to commit",
            "the state key could not be renewed",
        ];
        let bad = text.lines().find(|line| {
            let error = line.contains("ERROR") && !expected.iter().any(|e| line.contains(e));
            error || line.contains("broke the rules")
        });
        bad.map_or(Ok(()), |line| Err(format!("the log says: {line}")))
    }
}

/// An event in words that are the same in every run of a seed.
fn brief(event: &Event) -> String {
    match event {
        Event::ContactChanged { contact } => {
            format!("{contact:?} connected: {}", contact.connected)
        }
        Event::MessageReceived { message, .. } | Event::MessageChanged { message, .. } => {
            let text = message.text.as_deref().map(short);
            format!("{message:?} {text:?}")
        }
        other => format!("{other:?}"),
    }
}
