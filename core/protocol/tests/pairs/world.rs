//! The simulated outside of machines: stores, doors, connections, time. Every run of one seed is
//! the same; a failing one can be replayed.

mod attacking;
mod disorder;
mod network;
mod people;
mod plan;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use undertone_protocol::{
    Change, ContactId, Delivery, DoorName, Effect, Event, Input, LinkId, Now, Profile, Purpose,
    RecordKey, StageName, Step, StoredMessage, Violation, public_of,
};
use undertone_wire::v1::{Kind, ParcelKind, Text};
use undertone_wire::{MessageId, OnionKey, X25519Public};
use zeroize::Zeroizing;

use crate::seeds::Trace;

pub(crate) use disorder::{Disorder, Happened};
pub(crate) use plan::{Class, Commit, Fate, Frames, Plan};

/// What may go wrong, each as a chance of one in `n`; 0: never.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// A frame breaks its connection for both sides.
    pub(crate) cut: u32,
    /// A frame breaks its connection, and only one side hears of it.
    pub(crate) half_open: u32,
    /// A commit is followed by a crash before anything leaves.
    pub(crate) crash_after_commit: u32,
    /// A crash comes before the commit.
    pub(crate) crash_before_commit: u32,
    /// A commit that is silently left out: a bug that the invariants must catch.
    pub(crate) skip_commit: u32,
}

#[derive(Debug)]
enum Happening {
    Frame(usize, LinkId, Vec<u8>),
    Arrived(usize, OnionKey, LinkId),
    Dialled(usize, ContactId, Purpose, LinkId),
    Closed(usize, LinkId),
    Dial(usize, ContactId, Purpose),
    Wake(usize, u64),
    Restart(usize),
}

/// Where a node's messages went: number of the conversation, name, words.
pub(crate) type Words = Vec<(u64, MessageId, String)>;

/// What a disk holds.
pub(crate) type Store = BTreeMap<RecordKey, Vec<u8>>;

pub(crate) struct Node {
    pub(crate) profile: Profile,
    pub(crate) store: Store,
    pub(crate) online: bool,
    pub(crate) events: Vec<Event>,
    /// What it sent, in order, as the commands returned it.
    pub(crate) sent: Words,
    dialling: BTreeSet<ContactId>,
    /// Dials in a row that found no door.
    failures: BTreeMap<ContactId, u32>,
    next_link: u64,
    wake: u64,
}

impl Node {
    fn new(profile: Profile) -> Self {
        Self {
            profile,
            store: BTreeMap::new(),
            online: true,
            events: Vec::new(),
            sent: Vec::new(),
            dialling: BTreeSet::new(),
            failures: BTreeMap::new(),
            next_link: 1,
            wake: 0,
        }
    }
}

/// The other end of a connection.
#[derive(Clone, Copy)]
struct End {
    node: usize,
    link: LinkId,
    /// This side dialled.
    dialled: bool,
}

pub(crate) struct World {
    pub(crate) nodes: Vec<Node>,
    pub(crate) faults: Faults,
    pub(crate) disorder: Disorder,
    pub(crate) happened: Happened,
    pub(crate) plan: Plan,
    pub(crate) now: Duration,
    pub(crate) violations: Vec<Violation>,
    pub(crate) crashes: u32,
    /// Nodes that are contacts with programs of their own: they hear what makes a link, and nothing of what is said on it.
    pub(crate) liars: BTreeSet<usize>,
    heard: BTreeMap<(usize, LinkId), u32>,
    /// Frames that were sent to each node.
    pub(crate) frames: BTreeMap<usize, usize>,
    /// Nodes that dial nobody.
    pub(crate) waits: BTreeSet<usize>,
    /// The network does not tell the time.
    pub(crate) quiet_clock: bool,
    /// Everything that a node received, for comparisons of what two contacts saw.
    pub(crate) wire: Vec<(usize, LinkId, Vec<u8>)>,
    /// What happened, for comparisons of two runs.
    pub(crate) trace: Trace,
    pub(crate) rng: ChaCha20Rng,
    queue: BinaryHeap<Reverse<(Duration, u64, usize)>>,
    happenings: Vec<Option<Happening>>,
    peers: BTreeMap<(usize, LinkId), End>,
    /// Ends whose frames vanish: the connection is broken and this end does not know it yet.
    broken: BTreeSet<(usize, LinkId)>,
    /// When the last frame of a direction arrives: streams keep their order.
    last: BTreeMap<(usize, LinkId), Duration>,
}

const EPOCH: u64 = 1_800_000_000;

impl World {
    pub(crate) fn new(seed: u64, names: &[&str], faults: Faults) -> Self {
        let mut world = Self {
            nodes: Vec::new(),
            faults,
            disorder: Disorder::default(),
            happened: Happened::new(),
            plan: Plan::default(),
            now: Duration::ZERO,
            violations: Vec::new(),
            crashes: 0,
            liars: BTreeSet::new(),
            heard: BTreeMap::new(),
            frames: BTreeMap::new(),
            waits: BTreeSet::new(),
            quiet_clock: false,
            wire: Vec::new(),
            trace: Trace::default(),
            rng: ChaCha20Rng::seed_from_u64(seed),
            queue: BinaryHeap::new(),
            happenings: Vec::new(),
            peers: BTreeMap::new(),
            broken: BTreeSet::new(),
            last: BTreeMap::new(),
        };
        for name in names {
            let (profile, step) =
                Profile::create(name, world.time(), &mut world.rng).expect("a good name");
            let mut node = Node::new(profile);
            store(&mut node.store, &step);
            world.nodes.push(node);
            world.tell_time(world.nodes.len() - 1);
        }
        world
    }

    /// Another computer with a profile that was made from an export; messages come with it.
    pub(crate) fn add(&mut self, export: &[Zeroizing<Vec<u8>>], messages: &Store) -> usize {
        let now = self.time();
        let (profile, step) = Profile::restore(export, now, &mut self.rng).expect("a good export");
        let mut node = Node::new(profile);
        for (key, record) in messages {
            if let RecordKey::Message(..) = key {
                node.store.insert(*key, record.clone());
            }
        }
        store(&mut node.store, &step);
        assert!(step.committed().is_empty());
        self.nodes.push(node);
        let node = self.nodes.len() - 1;
        self.tell_time(node);
        self.plan_dials(node);
        self.plan_wake(node);
        node
    }

    /// The network tells a node the time: that of its consensus, which is a few hours old.
    pub(crate) fn tell_time(&mut self, node: usize) {
        if self.quiet_clock {
            return;
        }
        let faults = std::mem::take(&mut self.faults);
        let age = 3_600 * (node as u64 % 4);
        self.input(node, Input::NetworkTime(EPOCH + self.now.as_secs() - age));
        self.faults = faults;
    }

    pub(crate) fn time(&self) -> Now {
        Now {
            monotonic: self.now,
            wall: EPOCH + self.now.as_secs(),
        }
    }

    fn chance(&mut self, one_in: u32) -> bool {
        one_in > 0 && self.rng.random_range(0..one_in) == 0
    }

    fn later(&mut self, delay: Duration, happening: Happening) {
        self.at(self.now + delay, happening);
    }

    fn at(&mut self, time: Duration, happening: Happening) {
        let index = self.happenings.len();
        self.happenings.push(Some(happening));
        self.queue.push(Reverse((time, index as u64, index)));
    }

    fn latency(&mut self) -> Duration {
        Duration::from_millis(self.rng.random_range(20..200))
    }

    /// Gives a command and carries its step out.
    pub(crate) fn command<T>(
        &mut self,
        node: usize,
        run: impl FnOnce(&mut Profile, Now, &mut ChaCha20Rng) -> (Step, T),
    ) -> T {
        let now = self.time();
        let (step, value) = run(&mut self.nodes[node].profile, now, &mut self.rng);
        self.plan.cause = "a command";
        // A command that was answered is durable: it may crash after the commit, not before.
        let before = std::mem::take(&mut self.faults.crash_before_commit);
        self.carry_out(node, step);
        self.faults.crash_before_commit = before;
        value
    }

    pub(crate) fn run(&mut self, seconds: u64) {
        self.run_until(seconds, |_| false);
    }

    /// Runs until the condition holds or the time is over; says whether it holds.
    pub(crate) fn run_until(&mut self, seconds: u64, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.now + Duration::from_secs(seconds);
        loop {
            if done(self) {
                return true;
            }
            match self.queue.peek() {
                Some(Reverse((time, _, _))) if *time <= end => {}
                _ => break,
            }
            let Some(Reverse((time, _, index))) = self.queue.pop() else {
                break;
            };
            self.now = time;
            if let Some(happening) = self.happenings[index].take() {
                self.happen(happening);
            }
        }
        self.now = end;
        done(self)
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Frame(node, link, frame) => {
                if self.liars.contains(&node) {
                    let heard = self.heard.entry((node, link)).or_default();
                    *heard += 1;
                    // The flights, and the first words.
                    if *heard > 3 {
                        return;
                    }
                }
                if self.is_lost(node, link) {
                    return;
                }
                if self.peers.contains_key(&(node, link)) && self.nodes[node].online {
                    self.wire.push((node, link, frame.clone()));
                    self.input(node, Input::Frame(link, frame));
                }
            }
            Happening::Arrived(node, door, link) => {
                let name = self.open_door(node, &door).map(|(name, _)| name);
                match name {
                    Some(door) => self.input(node, Input::Arrived { door, link }),
                    None => self.break_link(node, link, true),
                }
            }
            Happening::Dialled(node, contact, purpose, link) => {
                self.nodes[node].dialling.remove(&contact);
                if self.peers.contains_key(&(node, link)) {
                    self.input(
                        node,
                        Input::Dialled {
                            contact,
                            purpose,
                            link,
                        },
                    );
                }
                self.plan_dials(node);
            }
            Happening::Closed(node, link) => {
                if self.peers.remove(&(node, link)).is_some() && self.nodes[node].online {
                    self.input(node, Input::Closed(link));
                }
            }
            Happening::Dial(node, contact, purpose) => self.dial(node, contact, purpose),
            Happening::Wake(node, number) => {
                if self.nodes[node].wake == number && self.nodes[node].online {
                    self.input(node, Input::Wake);
                }
            }
            Happening::Restart(node) => self.restart(node),
        }
    }

    pub(crate) fn input(&mut self, node: usize, input: Input) {
        let now = self.time();
        self.plan.cause = match &input {
            Input::Dialled { .. } => "a dial",
            Input::Arrived { .. } => "an arrival",
            Input::Frame(link, _) if self.broken.contains(&(node, *link)) => {
                "the last frame of a link"
            }
            Input::Frame(..) => "a frame",
            Input::Closed(_) => "an end",
            Input::NetworkTime(_) => "the network's time",
            Input::Wake => "the time",
        };
        let step = self.nodes[node]
            .profile
            .handle(now, &mut self.rng, input)
            .expect("no broken invariant");
        if !self.liars.contains(&node) {
            self.violations.extend_from_slice(step.violations());
        }
        self.carry_out(node, step);
    }

    /// Commit, then transmit; or a crash before, after or instead.
    pub(crate) fn carry_out(&mut self, node: usize, step: Step) {
        let writes = !step.changes().is_empty();
        let fate = self.plan.fate(node, &step);
        if writes && self.chance(self.faults.crash_before_commit)
            || fate == Some(Fate::CrashBefore)
            || self.forgets_receipt(&step)
        {
            return self.crash(node);
        }
        if let Some(fate) = fate {
            fate.store(&mut self.nodes[node].store, &step);
        } else if !self.chance(self.faults.skip_commit) {
            store(&mut self.nodes[node].store, &step);
        }
        if writes && self.chance(self.faults.crash_after_commit) || fate == Some(Fate::CrashAfter) {
            return self.crash(node);
        }
        for effect in step.committed() {
            match effect {
                Effect::Send(..) if fate.is_some_and(Fate::loses_frames) => {}
                Effect::Send(link, frames) => {
                    let other = self.peers.get(&(node, link)).map(|end| end.node);
                    self.plan.note_dial(node, other, &frames);
                    self.transmit(node, link, frames);
                }
                Effect::Close(link) | Effect::Cut(link) => self.break_link(node, link, false),
                Effect::Silence(_) => {}
                Effect::Abandon(contact) => {
                    self.nodes[node].dialling.remove(&contact);
                }
                Effect::Event(event) => {
                    self.trace.push(format!("{:?} {node} {event:?}", self.now));
                    self.nodes[node].events.push(event);
                }
                Effect::DoorsChanged => {}
                Effect::DialsChanged => self.plan_dials(node),
            }
        }
        if fate.is_some_and(Fate::is_bug) {
            return self.crash(node);
        }
        self.plan_wake(node);
    }

    fn plan_wake(&mut self, node: usize) {
        let now = self.time();
        self.nodes[node].wake += 1;
        if let Some(at) = self.nodes[node].profile.next_wake(now) {
            let number = self.nodes[node].wake;
            self.at(at.max(self.now), Happening::Wake(node, number));
        }
    }

    /// The program is gone; it comes back in a moment with what is stored.
    pub(crate) fn crash(&mut self, node: usize) {
        self.crashes += 1;
        self.stop(node);
        let wait = Duration::from_millis(self.rng.random_range(100..3_000));
        self.later(wait, Happening::Restart(node));
    }

    /// Switched off.
    pub(crate) fn stop(&mut self, node: usize) {
        self.nodes[node].online = false;
        self.nodes[node].dialling.clear();
        self.nodes[node].failures.clear();
        self.nodes[node].wake += 1;
        let links: Vec<LinkId> = self
            .peers
            .keys()
            .filter(|(owner, _)| *owner == node)
            .map(|(_, link)| *link)
            .collect();
        for link in links {
            self.break_link(node, link, false);
        }
    }

    /// Switched on, from what is stored.
    pub(crate) fn restart(&mut self, node: usize) {
        if self.nodes[node].online {
            return;
        }
        let kept = self.nodes[node].store.clone();
        let loaded = Profile::load(|key| {
            Ok::<_, std::convert::Infallible>(kept.get(&key).cloned().map(Zeroizing::new))
        });
        self.nodes[node].profile = loaded.expect("what was committed can be read");
        self.nodes[node].online = true;
        self.tell_time(node);
        self.plan_dials(node);
        self.plan_wake(node);
    }
}

fn store(store: &mut BTreeMap<RecordKey, Vec<u8>>, step: &Step) {
    for change in step.changes().iter() {
        match change {
            Change::Put(key, _, value) => {
                store.insert(key, value.to_vec());
            }
            Change::Delete(key) => {
                store.remove(&key);
            }
        }
    }
    for annotation in step.annotations() {
        for record in store.values_mut() {
            // Other records do not read as messages.
            if let Some(mut message) = StoredMessage::decode(record)
                && annotation.targets().contains(&message.id)
                && message.annotate(annotation, true)
            {
                *record = message.encode().expect("a record").to_vec();
            }
        }
    }
}
