//! What a message and a handshake cost in processor time: two whole machines against the bare
//! libraries under them, in the same run. No network, no store.
//!
//! `cargo bench -p undertone-tests --bench crypto`

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[path = "shared/figures.rs"]
mod figures;

use std::collections::VecDeque;
use std::fs;
use std::time::{Duration, Instant};

use clap::Parser;
use figures::{Conditions, Table};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use snow::{Builder, TransportState};
use undertone_protocol::{
    ContactId, Effect, Input, LinkId, Now, Profile, Purpose, StageName, Step,
};
use vodozemac::olm::{Account, OlmMessage, Session, SessionConfig};

/// What a person types: about a line.
const TEXT: &str = "The bus leaves at seven from the other side of the bridge; bring the blue bag and wait for me there.";
/// Messages between two looks at the processor clock.
const BATCH: usize = 100;
/// The pattern of a link between contacts.
const PATTERN: &str = "Noise_KKpsk0+psk2_25519_ChaChaPoly_BLAKE2s";

#[derive(Parser)]
struct Arguments {
    /// Batches of 100 messages, and handshakes by ten.
    #[arg(long, default_value_t = 30)]
    rounds: usize,
    /// Given by `cargo bench`; means nothing here.
    #[arg(long, hide = true)]
    bench: bool,
}

/// Processor time of this thread. The kernel brings its count up to date when the thread yields.
fn processor() -> Duration {
    std::thread::yield_now();
    let text =
        fs::read_to_string("/proc/thread-self/schedstat").expect("a Linux kernel that counts");
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// Processor time a piece, in microseconds.
fn cost(pieces: usize, work: impl FnOnce()) -> f64 {
    let begin = processor();
    work();
    (processor() - begin).as_secs_f64() * 1e6 / pieces as f64
}

/// Which part of a message's way took how long.
#[derive(Default)]
struct Parts {
    send: Duration,
    receive: Duration,
    acknowledged: Duration,
}

/// Two machines face to face: what one wants to send, the other takes in at once.
struct Pair {
    sides: [Profile; 2],
    /// How each names the other.
    contacts: [ContactId; 2],
    /// The names of the present connection at its two ends.
    link: u64,
    /// Frames on the way: to whom.
    queue: VecDeque<(usize, Vec<u8>)>,
    time: Duration,
    rng: ChaCha20Rng,
}

impl Pair {
    fn befriended() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let time = Duration::from_secs(1);
        let mut make = |name| {
            let (profile, step) = Profile::create(name, now(time), &mut rng).expect("a name");
            assert_eq!(step.committed().len(), 0);
            profile
        };
        let sides = [make("Amal"), make("Noor")];
        let nobody = ContactId::from_bytes([0; 16]);
        let mut pair = Self {
            sides,
            contacts: [nobody; 2],
            link: 0,
            queue: VecDeque::new(),
            time,
            rng,
        };
        let made = pair.sides[1].invite(now(time), &mut pair.rng, true, None);
        pair.leave(1, made.expect("room").0);
        let mut invitations = pair.sides[1].open_invitations();
        let text = invitations.next().expect("just made").text;
        drop(invitations);
        let added = pair.sides[0].add_contact_by(now(time), &mut pair.rng, &text, None, "hello");
        let (step, at_amal) = added.expect("a good invitation");
        pair.leave(0, step);
        pair.connect_all();
        let undecided = pair.sides[1].contacts().next().expect("a request").id;
        pair.contacts = [at_amal, undecided];
        let step = pair.sides[1].accept(now(time), &mut pair.rng, undecided, None);
        pair.leave(1, step.expect("undecided"));
        pair.connect_all();
        for (side, contact) in pair.sides.iter().zip(pair.contacts) {
            let state = side.contact(contact).expect("known");
            assert!(state.stage == StageName::Accepted && state.connected);
        }
        pair
    }

    /// Makes the connections that the machines want, one after the other.
    fn connect_all(&mut self) {
        for _ in 0..10 {
            let wanted = (0..2).find_map(|side| {
                let dials = self.sides[side].dials(now(self.time));
                Some((side, dials.into_iter().find(|dial| dial.first)?))
            });
            let Some((side, dial)) = wanted else {
                return;
            };
            self.connect(side, dial.contact, dial.purpose);
        }
        panic!("the machines go on dialling");
    }

    /// A connection from `side` to the other's door, until both have nothing more to say.
    fn connect(&mut self, side: usize, contact: ContactId, purpose: Purpose) {
        let dials = self.sides[side].dials(now(self.time));
        let mut dials = dials.into_iter();
        let dial = dials.find(|dial| dial.contact == contact && dial.purpose == purpose);
        let key = dial.expect("wanted").door;
        let doors = self.sides[1 - side].doors();
        let mut doors = doors.into_iter();
        let door = doors
            .find(|door| door.seed.onion_key() == key)
            .expect("an open door")
            .name;
        self.link += 1;
        let link = LinkId(self.link);
        self.input(1 - side, vec![Input::Arrived { door, link }]);
        self.input(
            side,
            vec![Input::Dialled {
                contact,
                purpose,
                link,
            }],
        );
        self.settle();
    }

    /// The connection breaks at both ends.
    fn disconnect(&mut self) {
        for side in 0..2 {
            self.input(side, vec![Input::Closed(LinkId(self.link))]);
        }
        self.queue.clear();
    }

    fn settle(&mut self) {
        while let Some((side, frame)) = self.queue.pop_front() {
            self.input(side, vec![Input::Frame(LinkId(self.link), frame)]);
        }
    }

    /// As the engine does: every batch ends with a look at the time.
    fn input(&mut self, side: usize, mut inputs: Vec<Input>) {
        inputs.push(Input::Wake);
        let step = self.sides[side].handle_all(now(self.time), &mut self.rng, inputs);
        let step = step.expect("no broken invariant");
        assert_eq!(step.violations(), []);
        self.leave(side, step);
    }

    fn leave(&mut self, side: usize, step: Step) {
        for effect in step.committed() {
            if let Effect::Send(_, frames) = effect {
                self.queue
                    .extend(frames.into_iter().map(|frame| (1 - side, frame)));
            }
        }
    }

    /// One message with its acknowledgement.
    fn message(&mut self, side: usize, parts: &mut Parts) {
        // Ten messages a second: the limits and the keep-alives of the machine see an ordinary life.
        self.time += Duration::from_millis(100);
        let begin = Instant::now();
        let sent = self.sides[side].send(now(self.time), &mut self.rng, self.contacts[side], TEXT);
        let (step, _) = sent.expect("sendable");
        self.leave(side, step);
        self.input(side, Vec::new());
        let sent = Instant::now();
        let (mut received, mut acknowledged) = (Duration::ZERO, Duration::ZERO);
        while let Some((to, frame)) = self.queue.pop_front() {
            let begin = Instant::now();
            self.input(to, vec![Input::Frame(LinkId(self.link), frame)]);
            *(if to == side {
                &mut acknowledged
            } else {
                &mut received
            }) += begin.elapsed();
        }
        parts.send += sent - begin;
        parts.receive += received;
        parts.acknowledged += acknowledged;
        let state = self.sides[side]
            .contact(self.contacts[side])
            .expect("known");
        assert_eq!(state.waiting, 0, "not acknowledged");
    }

    /// The connection breaks and is made anew, by the one that the machines want to dial first.
    fn reconnect(&mut self) {
        self.time += Duration::from_secs(1);
        self.disconnect();
        self.connect_all();
        let state = self.sides[0].contact(self.contacts[0]).expect("known");
        assert!(state.connected);
    }
}

const fn now(monotonic: Duration) -> Now {
    Now {
        monotonic,
        wall: 1_800_000_000 + monotonic.as_secs(),
    }
}

/// Two bare Olm sessions after their first answers.
struct Olm([Session; 2]);

impl Olm {
    fn established() -> Self {
        let (amal, mut noor) = (Account::new(), Account::new());
        noor.generate_one_time_keys(1);
        let one_time = *noor.one_time_keys().values().next().expect("just made");
        let config = SessionConfig::version_1();
        let outbound = amal.create_outbound_session(config, noor.curve25519_key(), one_time);
        let mut outbound = outbound.expect("good keys");
        let OlmMessage::PreKey(first) = outbound.encrypt("first").expect("room") else {
            panic!("the first message has no keys");
        };
        let inbound = noor.create_inbound_session(config, amal.curve25519_key(), &first);
        let mut sessions = Self([outbound, inbound.expect("fits").session]);
        sessions.message(1, false);
        sessions.message(0, false);
        sessions
    }

    fn message(&mut self, side: usize, pickle: bool) {
        let message = self.0[side].encrypt(TEXT).expect("room");
        assert_eq!(
            self.0[1 - side].decrypt(&message).expect("fits"),
            TEXT.as_bytes()
        );
        if pickle {
            for session in &self.0 {
                let mut bytes = Vec::new();
                ciborium::into_writer(&session.pickle(), &mut bytes).expect("memory");
                assert!(!bytes.is_empty());
            }
        }
    }
}

/// A bare Noise handshake between two who know each other.
fn noise(keys: &[snow::Keypair; 2]) -> [TransportState; 2] {
    let side = |own: usize| {
        Builder::new(PATTERN.parse().expect("a pattern"))
            .local_private_key(&keys[own].private)
            .and_then(|b| b.remote_public_key(&keys[1 - own].public))
            .and_then(|b| b.psk(0, &[1; 32]))
            .and_then(|b| b.psk(2, &[2; 32]))
            .expect("keys")
    };
    let mut dialer = side(0).build_initiator().expect("complete");
    let mut listener = side(1).build_responder().expect("complete");
    let (mut wire, mut plain) = ([0; 2_048], [0; 2_048]);
    let length = dialer.write_message(&[3; 1_184], &mut wire).expect("room");
    listener
        .read_message(&wire[..length], &mut plain)
        .expect("fits");
    let length = listener.write_message(&[], &mut wire).expect("room");
    dialer
        .read_message(&wire[..length], &mut plain)
        .expect("fits");
    [dialer, listener].map(|state| state.into_transport_mode().expect("complete"))
}

/// The middle of the rounds, and the least and most.
fn summary(mut rounds: Vec<f64>) -> (f64, String) {
    rounds.sort_unstable_by(f64::total_cmp);
    let middle = rounds[rounds.len() / 2];
    let (least, most) = (rounds[0], rounds[rounds.len() - 1]);
    (middle, format!("{middle:.1} ({least:.1}-{most:.1})"))
}

fn main() {
    let Arguments { rounds, .. } = Arguments::parse();
    let conditions = Conditions::begin();
    let mut pair = Pair::befriended();
    let mut olm = Olm::established();
    let params = || Builder::new(PATTERN.parse().expect("a pattern"));
    let keys = [(); 2].map(|()| params().generate_keypair().expect("randomness"));

    let mut figures: [Vec<f64>; 8] = Default::default();
    let mut parts = Parts::default();
    // The first round warms caches and is not counted.
    for round in 0..=rounds {
        let mut seen = Parts::default();
        let both = |n: usize| n % 2;
        let costs = [
            cost(BATCH, || {
                (0..BATCH).for_each(|_| pair.message(0, &mut seen))
            }),
            cost(BATCH, || (0..BATCH).for_each(|_| olm.message(0, false))),
            cost(BATCH, || (0..BATCH).for_each(|_| olm.message(0, true))),
            cost(BATCH, || {
                (0..BATCH).for_each(|n| pair.message(both(n), &mut Parts::default()))
            }),
            cost(BATCH, || {
                (0..BATCH).for_each(|n| olm.message(both(n), false))
            }),
            cost(BATCH, || {
                (0..BATCH).for_each(|n| olm.message(both(n), true))
            }),
            cost(10, || (0..10).for_each(|_| pair.reconnect())),
            cost(10, || (0..10).for_each(|_| drop(noise(&keys)))),
        ];
        if round > 0 {
            for (figure, cost) in figures.iter_mut().zip(costs) {
                figure.push(cost);
            }
            parts.send += seen.send;
            parts.receive += seen.receive;
            parts.acknowledged += seen.acknowledged;
        }
    }
    report(rounds, figures, &parts);
    conditions.print(&format!(
        "text of {} B, batches of {BATCH} messages and of 10 handshakes, all kinds in turn; \
         processor time of the one thread, median of the batches (least-most)",
        TEXT.len()
    ));
}

fn report(rounds: usize, figures: [Vec<f64>; 8], parts: &Parts) {
    let names = [
        "message through two machines, one way, with acknowledgement",
        "bare vodozemac encrypt + decrypt, one way",
        "the same, both sessions serialised after each message",
        "message through two machines, in turns",
        "bare vodozemac encrypt + decrypt, in turns",
        "the same, both sessions serialised after each message",
        "link between two machines, made anew after a break",
        "bare snow, the same Noise pattern (without ML-KEM)",
    ];
    let mut table = Table::new();
    let mut middles = [0.0; 8];
    for (index, (name, rounds)) in names.iter().zip(figures).enumerate() {
        let pieces = rounds.len() * if index < 6 { BATCH } else { 10 };
        let (middle, text) = summary(rounds);
        middles[index] = middle;
        table.add(name, text, "µs processor time", pieces, "");
    }
    let messages = rounds * BATCH;
    let part = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1e6 / messages as f64);
    table.add(
        "one way, of which: sending",
        part(parts.send),
        "µs elapsed, mean",
        messages,
        "",
    );
    table.add(
        "one way, of which: receiving",
        part(parts.receive),
        "µs elapsed, mean",
        messages,
        "",
    );
    table.add(
        "one way, of which: being acknowledged",
        part(parts.acknowledged),
        "µs elapsed, mean",
        messages,
        "",
    );
    for (name, ours, bare) in [
        ("machines / bare vodozemac, one way", 0, 1),
        ("machines / bare vodozemac, in turns", 3, 4),
        ("machines / bare snow, handshake", 6, 7),
    ] {
        table.add(
            name,
            format!("{:.2}", middles[ours] / middles[bare]),
            "×",
            rounds,
            "",
        );
    }
    table.print();
}
