//! One run of one seed: people become contacts, live through a storm, and are healed. After every
//! step the invariants are checked, at the end that both sides have the same.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt as _;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use tempfile::TempDir;
use tokio::time::{Instant, sleep_until};
use undertone_engine::{
    Command, ContactId, ContactView, CopyState, Event, InvitationView, MessageView, Reason, Reply,
    Stage, StopReason,
};
use undertone_protocol::public_of;
use undertone_transport::memory::{
    Fault, FaultRates, MemoryNetwork, MemoryOptions, TraceEvent, Traced,
};
use undertone_transport::{DoorSeed, NetworkStatus};
use undertone_wire::v1::FrameSize;
use undertone_wire::{OnionKey, X25519Public, X25519Secret};

use super::disk::Mutant;
use super::model::{Bond, Chat, Model, Pair, short};
use super::people::{Answer, Person};
use super::storm::Storm;

/// Why a run ends early: what broke.
pub(crate) type Checked<T = ()> = Result<T, String>;

const NAMES: [&str; 4] = ["Amal", "Noor", "Sami", "Dalal"];
/// More than everything that an honest pair needs after a storm: the longest pause between dials is
/// under eight minutes.
const HEALING: Duration = Duration::from_secs(2 * 3_600);
/// How often it is looked whether all has arrived.
const LOOK: Duration = Duration::from_secs(15);
/// Two people whose doors moved at the same time, while neither could hear of it, find each other
/// by the recovery door (D10.4) only, which is opened after three days; the turn of the dials takes an hour or two.
const RECOVERY: Duration = Duration::from_secs(3 * 86_400 + 6 * 3_600);
/// How often it is looked whether these have met.
const LONG_LOOK: Duration = Duration::from_secs(1_800);

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

    /// Neighbours become contacts, others perhaps, on a good network.
    async fn meet(&mut self) -> Checked {
        for a in 0..self.people.len() {
            for b in a + 1..self.people.len() {
                if b == a + 1 || self.rng.random_bool(0.5) {
                    self.befriend(a, b).await?;
                }
            }
        }
        Ok(())
    }

    async fn befriend(&mut self, a: usize, b: usize) -> Checked {
        let command = Command::Invite {
            one_time: true,
            expires_after: None,
        };
        let Reply::Invitation(InvitationView { text, .. }) = self.must(b, command).await? else {
            return Err("no invitation".into());
        };
        let command = Command::AddContact {
            invitation: text,
            pet_name: None,
            greeting: "hello".to_owned(),
        };
        let Reply::Contact(at_a) = self.must(a, command).await? else {
            return Err("no contact".into());
        };
        let at_b = self.wait_for_stage(b, None, Stage::Undecided).await?;
        let command = Command::Accept {
            contact: at_b,
            pet_name: None,
        };
        self.must(b, command).await?;
        for (who, contact) in [(a, at_a.id), (b, at_b)] {
            self.wait_for_stage(who, Some(contact), Stage::Accepted)
                .await?;
        }
        self.model.chats.insert((a, b), Chat::new(at_a.id));
        self.model.chats.insert((b, a), Chat::new(at_b));
        self.note(&format!("{a} and {b} are contacts"));
        Ok(())
    }

    /// On a good network, so by looking again and again.
    async fn wait_for_stage(
        &mut self,
        who: usize,
        contact: Option<ContactId>,
        stage: Stage,
    ) -> Checked<ContactId> {
        for _ in 0..300 {
            let contacts = self.contacts(who).await.ok_or("it ended")?;
            let found = contacts.into_iter().find(|view| {
                view.stage == stage && contact.is_none_or(|contact| view.id == contact)
            });
            if let Some(view) = found {
                return Ok(view.id);
            }
            self.pass(Duration::from_secs(1)).await?;
        }
        Err(format!("{who} waits for {stage:?} in vain"))
    }

    async fn must(&mut self, who: usize, command: Command) -> Checked<Reply> {
        match self.people[who].ask(command).await {
            Answer::Reply(reply) => Ok(*reply),
            Answer::Refused(error) => Err(format!("{who} is refused: {error}")),
            Answer::Gone => Err(format!("{who} ended")),
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
    fn check_log(&self) -> Checked {
        let log = self.log.lock().unwrap();
        let text = String::from_utf8_lossy(&log);
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

    /// Everything is repaired; then all must arrive by itself.
    async fn heal(&mut self) -> Checked {
        self.note("healing");
        self.network.set_faults(FaultRates::default());
        for who in 0..self.people.len() {
            let node = self.people[who].node;
            self.network.thaw(node);
            self.network.set_status(node, NetworkStatus::Ready);
            self.people[who].disk.repair();
            for other in 0..self.people.len() {
                let other = self.people[other].node;
                self.network
                    .set_latency(node, other, Duration::from_millis(150));
            }
        }
        self.network.heal();
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        let whole = |run: &Self, pair: &Pair| run.model.is_whole(*pair);
        let stranded = pairs.iter().copied();
        let stranded = stranded.filter(|pair| whole(self, pair) && self.stranded(*pair));
        // A door that moved, of which only a copy was told that is gone: these never meet again.
        let (hopeless, lost): (Vec<Pair>, Vec<Pair>) =
            stranded.partition(|pair| self.model.is_restored(*pair));
        let all = [hopeless.as_slice(), &lost].concat();
        self.settle(&all, HEALING, LOOK).await?;
        if !lost.is_empty() {
            self.note("waiting for the recovery door");
            self.settle(&hopeless, RECOVERY, LONG_LOOK).await?;
            self.add("pairs that were lost and found", lost.len() as u64);
        }
        self.add("pairs that a restore parted", hopeless.len() as u64);
        self.note("healed");
        self.check().await?;
        self.converge(&hopeless)?;
        for pair in pairs {
            self.count("pairs at the end");
            if self.model.is_whole(pair) && !hopeless.contains(&pair) {
                self.count("pairs that converged");
            }
        }
        self.check_frames()
    }

    /// Both sides have the same, but those who cannot meet.
    fn converge(&mut self, hopeless: &[Pair]) -> Checked {
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        for pair in pairs {
            if !self.model.is_whole(pair) || hopeless.contains(&pair) {
                continue;
            }
            let compared = self.model.converged(pair);
            let compared = compared.map_err(|what| format!("{} to {}: {what}", pair.0, pair.1))?;
            self.add("messages alike in the end", compared.alike);
            self.add("of them edited", compared.edited);
            self.add("reactions at them", compared.reactions);
            self.add("messages taken back that nobody shows", compared.taken_back);
            self.add("messages whose time was over", compared.over);
        }
        Ok(())
    }

    /// Copies that were replaced are started once more, alone: when a contact dials them, they learn it. Then
    /// the newer ones go on, undisturbed.
    async fn older_copies(&mut self) -> Checked {
        for who in 0..self.people.len() {
            let Some(mut older) = self.people[who].older() else {
                continue;
            };
            self.note(&format!("the older copy of {who} starts"));
            self.people[who].stop().await;
            if !older.start().await {
                return Err(format!("the older copy of {who} does not start"));
            }
            let end = Instant::now() + HEALING;
            let found_out = loop {
                self.pass(LOOK).await?;
                let copy = self.copy_state(&older).await?;
                if copy == CopyState::Replaced {
                    break true;
                }
                // Whoever knows no door that it opens cannot tell it.
                let can_be_told = self.model.chats.iter().any(|((from, to), chat)| {
                    let known = self.people[*from].disk.keys.door_of(chat.contact);
                    *to == who
                        && self.model.is_whole((*from, *to))
                        && known.is_some_and(|door| older.wire.is_open(&door))
                });
                if !can_be_told {
                    break false;
                }
                if Instant::now() > end {
                    // Its door may know only keys of theirs that the newer one replaced.
                    let reasons = self.reasons(who).await;
                    let not_admitted = Some(Reason::NotAdmitted);
                    if reasons.iter().all(|reason| *reason == not_admitted) {
                        break false;
                    }
                    return Err(format!(
                        "the older copy of {who} does not learn it: {copy:?}, {reasons:?}"
                    ));
                }
            };
            self.count(if found_out {
                "older copies that found out"
            } else {
                "older copies that nobody could tell"
            });
            older.stop().await;
            self.people[who].starts_at = Some(Instant::now());
            let still_lost: Vec<Pair> = self.model.chats.keys().copied().collect();
            let still_lost: Vec<Pair> = still_lost
                .into_iter()
                .filter(|pair| self.model.is_restored(*pair) && self.stranded(*pair))
                .collect();
            self.settle(&still_lost, HEALING, LOOK).await?;
            self.check().await?;
            self.converge(&still_lost)?;
        }
        Ok(())
    }

    /// Why those who know a door of someone are not connected.
    async fn reasons(&mut self, who: usize) -> Vec<Option<Reason>> {
        let mut reasons = Vec::new();
        for pair in self.model.chats.keys().copied().collect::<Vec<_>>() {
            if pair.1 != who || !self.model.is_whole(pair) {
                continue;
            }
            let contact = self.model.chats[&pair].contact;
            let views = self.contacts(pair.0).await.unwrap_or_default();
            let view = views.into_iter().find(|view| view.id == contact);
            reasons.push(view.and_then(|view| view.reason));
        }
        reasons
    }

    async fn copy_state(&self, person: &Person) -> Checked<CopyState> {
        match person.ask(Command::Profile).await {
            Answer::Reply(reply) => match *reply {
                Reply::Profile(profile) => Ok(profile.copy),
                other => Err(format!("a profile is {other:?}")),
            },
            Answer::Refused(error) => Err(format!("no profile: {error}")),
            Answer::Gone => Err(format!("the older copy of {} ended", person.name)),
        }
    }

    /// Waits until nothing waits, but between those who are `lost`.
    async fn settle(&mut self, lost: &[Pair], time: Duration, look: Duration) -> Checked {
        let end = Instant::now() + time;
        loop {
            self.pass(look).await?;
            self.check().await?;
            let Some((pair, waiting)) = self.waiting(lost).await? else {
                return Ok(());
            };
            if Instant::now() > end {
                return Err(format!("{} still keeps {waiting} for {}", pair.0, pair.1));
            }
        }
    }

    /// Someone who has not got rid of everything, if any.
    async fn waiting(&mut self, lost: &[Pair]) -> Checked<Option<(Pair, u32)>> {
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        for pair in pairs {
            if !self.people[pair.0].is_running() || !self.people[pair.1].is_running() {
                return Ok(Some((pair, 0)));
            }
            if !self.model.is_whole(pair) || lost.contains(&pair) {
                continue;
            }
            let contact = self.model.chats[&pair].contact;
            let Some(contacts) = self.contacts(pair.0).await else {
                return Err(format!("{} ended while it was healed", pair.0));
            };
            let view = contacts.into_iter().find(|view| view.id == contact);
            match view {
                Some(view) if view.stage == Stage::Accepted && view.waiting == 0 => {}
                Some(view) => return Ok(Some((pair, view.waiting))),
                None => return Err(format!("{} forgot {}", pair.0, pair.1)),
            }
        }
        Ok(None)
    }

    /// Neither knows a door of the other that is still open.
    fn stranded(&self, (a, b): Pair) -> bool {
        let lost = |from: usize, to: usize| {
            let contact = self.model.chats[&(from, to)].contact;
            let known = self.people[from].disk.keys.door_of(contact);
            known.is_none_or(|door| !self.people[to].wire.is_open(&door))
        };
        lost(a, b) && lost(b, a)
    }

    /// Two frames that are alike would mean that a key of a link was used twice.
    fn check_frames(&mut self) -> Checked {
        let mut seen = std::collections::BTreeSet::new();
        for person in &self.people {
            let mut streams: BTreeMap<_, Vec<u8>> = BTreeMap::new();
            for piece in self.network.received(person.node) {
                streams.entry(piece.stream).or_default().extend(piece.bytes);
            }
            for bytes in streams.values() {
                for frame in bytes.chunks_exact(FrameSize::Chat.wire()) {
                    if !seen.insert(frame.to_vec()) {
                        return Err("two frames are alike".into());
                    }
                }
            }
        }
        self.add("frames", seen.len() as u64);
        Ok(())
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
