//! The protocol's machine as a client drives it that is none of ours: it holds what it was told,
//! and sends what it likes. Also a world of machines that are connected at once and without loss.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rand::rngs::StdRng;
use undertone_engine::ContactId;
use undertone_protocol::{
    Change, Effect, Event, Input, LinkId, Now, Profile, Purpose, RecordKey, StageName, Step,
    public_of,
};
use undertone_storage::{DataKey, Home, Kind, Store};
use undertone_wire::OnionKey;
use undertone_wire::v1::FLIGHT_1;

/// One machine whose commits go nowhere.
pub(crate) struct Machine {
    pub(crate) profile: Profile,
    rng: StdRng,
    now: Duration,
    next_link: u64,
}

/// What a step of a machine wants to happen on a link.
pub(crate) struct Wanted {
    pub(crate) frames: Vec<Vec<u8>>,
    pub(crate) events: Vec<Event>,
}

impl Machine {
    pub(crate) fn new(nickname: &str) -> Self {
        let mut rng = rand::make_rng::<StdRng>();
        let now = at(Duration::ZERO);
        let (profile, _) = Profile::create(nickname, now, &mut rng).expect("a good name");
        Self::with(profile, rng)
    }

    /// The profile that a store holds, as its thief would take it.
    pub(crate) fn stolen(home: &Home, key: &DataKey) -> Self {
        let store = Store::open_with_key(home, key).expect("a store");
        let profile = Profile::load(|key| {
            let (kind, id) = record(key);
            store.get(kind, &id)
        });
        Self::with(profile.expect("a profile"), rand::make_rng())
    }

    fn with(profile: Profile, rng: StdRng) -> Self {
        Self {
            profile,
            rng,
            now: Duration::ZERO,
            next_link: 1,
        }
    }

    pub(crate) fn add(&mut self, invitation: &str) -> ContactId {
        let (profile, rng) = (&mut self.profile, &mut self.rng);
        let added = profile.add_contact_by(at(self.now), rng, invitation, None, "hello");
        added.expect("a good invitation").1
    }

    fn new_link(&mut self) -> LinkId {
        self.next_link += 1;
        LinkId(self.next_link)
    }

    /// What a machine sends first on a dial.
    pub(crate) fn dialled(&mut self, contact: ContactId, purpose: Purpose) -> (LinkId, Vec<u8>) {
        let link = self.new_link();
        let wanted = self.handle(Input::Dialled {
            contact,
            purpose,
            link,
        });
        let flight = wanted.frames.concat();
        assert_eq!(flight.len(), FLIGHT_1);
        (link, flight)
    }

    pub(crate) fn handle(&mut self, input: Input) -> Wanted {
        let step = self
            .profile
            .handle(at(self.now), &mut self.rng, input)
            .expect("no bug");
        let mut wanted = Wanted {
            frames: Vec::new(),
            events: Vec::new(),
        };
        for effect in step.committed() {
            match effect {
                Effect::Send(_, frames) => wanted.frames.extend(frames),
                Effect::Event(event) => wanted.events.push(event),
                _ => {}
            }
        }
        wanted
    }
}

/// How the engine names records in its store.
fn record(key: RecordKey) -> (Kind, Vec<u8>) {
    let of = |contact: ContactId, number: u64| {
        [contact.as_bytes().as_slice(), &number.to_be_bytes()].concat()
    };
    match key {
        RecordKey::Profile => (Kind::Profile, b"profile".to_vec()),
        RecordKey::Invitation(number) => (Kind::Invitation, number.to_be_bytes().to_vec()),
        RecordKey::Relation(contact) => (Kind::Relation, contact.as_bytes().to_vec()),
        RecordKey::Ratchet(contact) => (Kind::Ratchet, contact.as_bytes().to_vec()),
        RecordKey::Outbox(contact, place) => (Kind::Outbox, of(contact, place)),
        RecordKey::Message(contact, number) => (Kind::Message, of(contact, number)),
    }
}

fn at(monotonic: Duration) -> Now {
    Now {
        monotonic,
        wall: 1_800_000_000 + monotonic.as_secs(),
    }
}

/// A machine in a [`World`], and all that it was ever given to keep or to read.
pub(crate) struct Node {
    machine: Machine,
    /// Everything it ever stored, in order.
    pub(crate) stored: Vec<(RecordKey, Vec<u8>)>,
    /// Every byte that came over its links, as it came.
    pub(crate) received: BTreeMap<LinkId, Vec<u8>>,
    events: Vec<Event>,
}

/// Machines that are connected as soon as they want to be, and lose nothing.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) nodes: Vec<Node>,
    /// Each end of a connection and its other end.
    peers: BTreeMap<(usize, LinkId), (usize, LinkId)>,
    queue: VecDeque<(usize, Input)>,
    now: Duration,
}

impl World {
    /// Adds a profile; gives its number.
    pub(crate) fn join(&mut self, nickname: &str) -> usize {
        self.nodes.push(Node {
            machine: Machine::new(nickname),
            stored: Vec::new(),
            received: BTreeMap::new(),
            events: Vec::new(),
        });
        self.nodes.len() - 1
    }

    /// Runs a command of a profile.
    fn command<T>(
        &mut self,
        node: usize,
        run: impl FnOnce(&mut Profile, Now, &mut StdRng) -> (Step, T),
    ) -> T {
        let machine = &mut self.nodes[node].machine;
        let (step, value) = run(&mut machine.profile, at(self.now), &mut machine.rng);
        self.carry_out(node, step);
        self.settle();
        value
    }

    /// Makes two profiles contacts by an invitation for one person; gives the host's name at the
    /// asking side and the asking side's at the host.
    pub(crate) fn befriend(&mut self, asking: usize, host: usize) -> (ContactId, ContactId) {
        let number = self.command(host, |profile, now, rng| {
            profile.invite(now, rng, true, None).expect("room")
        });
        let open: Vec<_> = self.nodes[host]
            .machine
            .profile
            .open_invitations()
            .collect();
        let text = open
            .into_iter()
            .find(|one| one.number == number)
            .expect("just made")
            .text;
        let there = self.command(asking, |profile, now, rng| {
            profile
                .add_contact_by(now, rng, &text, None, "")
                .expect("good")
        });
        let here = self.nodes[host]
            .machine
            .profile
            .contacts()
            .last()
            .expect("it asked")
            .id;
        self.command(host, |profile, now, rng| {
            (profile.accept(now, rng, here, None).expect("undecided"), ())
        });
        for (node, contact) in [(asking, there), (host, here)] {
            let state = self.nodes[node]
                .machine
                .profile
                .contact(contact)
                .expect("known");
            assert_eq!((state.stage, state.connected), (StageName::Accepted, true));
        }
        (there, here)
    }

    pub(crate) fn send(&mut self, node: usize, contact: ContactId, text: &str) {
        self.command(node, |profile, now, rng| {
            profile.send(now, rng, contact, text).expect("sendable")
        });
        let state = self.nodes[node]
            .machine
            .profile
            .contact(contact)
            .expect("known");
        assert_eq!(state.waiting, 0, "it was received");
    }

    /// Breaks all connections of a node; all dial anew.
    pub(crate) fn cut(&mut self, node: usize) {
        let ends: Vec<_> = self.peers.iter().filter(|(end, _)| end.0 == node).collect();
        let ends: Vec<_> = ends
            .into_iter()
            .flat_map(|(one, two)| [*one, *two])
            .collect();
        for end in ends {
            self.peers.remove(&end);
            self.queue.push_back((end.0, Input::Closed(end.1)));
        }
        self.settle();
    }

    /// The addresses of a node's doors that are open now.
    pub(crate) fn doors(&self, node: usize) -> Vec<OnionKey> {
        let doors = self.nodes[node].machine.profile.doors();
        doors.iter().map(|door| door.seed.onion_key()).collect()
    }

    /// Lets everything happen that wants to.
    fn settle(&mut self) {
        loop {
            while let Some((node, input)) = self.queue.pop_front() {
                self.now += Duration::from_millis(1);
                self.nodes[node].machine.now = self.now;
                if let Input::Frame(link, frame) = &input {
                    if !self.peers.contains_key(&(node, *link)) {
                        continue;
                    }
                    let received = self.nodes[node].received.entry(*link).or_default();
                    received.extend_from_slice(frame);
                }
                let machine = &mut self.nodes[node].machine;
                let step = machine
                    .profile
                    .handle(at(self.now), &mut machine.rng, input);
                let step = step.expect("no broken invariant");
                assert_eq!(step.violations(), [], "node {node}");
                self.carry_out(node, step);
            }
            if !(0..self.nodes.len()).any(|node| self.dial_one(node)) {
                return;
            }
        }
    }

    /// Connects the first dial that leads anywhere.
    fn dial_one(&mut self, node: usize) -> bool {
        for dial in self.nodes[node].machine.profile.dials(at(self.now)) {
            let reader = dial
                .descriptor
                .as_ref()
                .map(|secret| public_of(secret).expect("a key"));
            for host in 0..self.nodes.len() {
                let doors = self.nodes[host].machine.profile.doors();
                let admits = |readers: &Option<Vec<_>>| match (readers, &reader) {
                    (None, _) => true,
                    (Some(readers), Some(reader)) => readers.contains(reader),
                    (Some(_), None) => false,
                };
                let mut doors = doors.into_iter();
                let Some(door) =
                    doors.find(|door| door.seed.onion_key() == dial.door && admits(&door.readers))
                else {
                    continue;
                };
                let ours = self.nodes[node].machine.new_link();
                let theirs = self.nodes[host].machine.new_link();
                self.peers.insert((node, ours), (host, theirs));
                self.peers.insert((host, theirs), (node, ours));
                let arrived = Input::Arrived {
                    door: door.name,
                    link: theirs,
                };
                let (contact, purpose) = (dial.contact, dial.purpose);
                let dialled = Input::Dialled {
                    contact,
                    purpose,
                    link: ours,
                };
                self.queue.extend([(host, arrived), (node, dialled)]);
                return true;
            }
        }
        false
    }

    fn carry_out(&mut self, node: usize, step: Step) {
        for change in step.changes().iter() {
            if let Change::Put(key, _, value) = change {
                self.nodes[node].stored.push((key, value.to_vec()));
            }
        }
        for effect in step.committed() {
            match effect {
                Effect::Send(link, frames) => {
                    if let Some(&(peer, link)) = self.peers.get(&(node, link)) {
                        let frames = frames.into_iter();
                        self.queue
                            .extend(frames.map(|frame| (peer, Input::Frame(link, frame))));
                    }
                }
                Effect::Close(link) | Effect::Cut(link) => {
                    if let Some(peer) = self.peers.remove(&(node, link)) {
                        // What was sent before arrives before; the other end learns it after that.
                        self.queue.push_back((peer.0, Input::Closed(peer.1)));
                    }
                }
                Effect::Event(event) => self.nodes[node].events.push(event),
                // Nobody is met with silence here, and no dial is ever under way.
                Effect::Silence(_) | Effect::Abandon(_) => {}
                Effect::DoorsChanged | Effect::DialsChanged => {}
            }
        }
    }
}
