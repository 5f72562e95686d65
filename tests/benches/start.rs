//! How long it takes until a profile can be used: for the first time with a first contact, after a
//! restart with and without the network's directory kept, and to a contact that is known; what opening
//! with a passphrase costs; and what a running profile takes of memory and processor.
//!
//! `cargo bench -p undertone-tests --bench start -- --parts first,restart`

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[path = "shared/crowd.rs"]
mod crowd;
#[path = "shared/figures.rs"]
mod figures;
#[path = "shared/lab.rs"]
mod lab;
#[path = "shared/lasting.rs"]
mod lasting;
#[path = "shared/program.rs"]
mod program;
#[path = "shared/times.rs"]
mod times;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use crowd::Crowd;
use figures::{Conditions, Table};
use lab::{Beginning, KEY, Lab, Person, Station, befriend};
use lasting::Lasting;
use program::Program;
use times::Times;
use tokio::runtime::Handle;
use undertone_engine::{Command, ContactId, Engine, EngineOptions, Reply, Stage};
use undertone_storage::{DataKey, Home, KdfParameters, Store};
use undertone_tests::tornet::TorNet;
use undertone_tor::{TorOptions, TorState, TorTransport};
use undertone_transport::{
    DialTarget, DoorConfig, DoorSeed, DoorStatus, Isolation, NetworkStatus, Transport,
};

/// What Gosling, the engine of Ricochet-Refresh 4, takes on a network of the same delay from the
/// start to the first usable channel, in seconds; its two `tor` processes run by then.
const GOSLING_FIRST: f64 = 13.2;
/// What it takes to reach a contact that it knows, handshake included, in seconds.
const GOSLING_KNOWN: f64 = 4.23;
/// How long an idle program is watched.
const IDLE: Duration = Duration::from_secs(60);
/// For a crowd to connect.
const CROWD: Duration = Duration::from_secs(240);

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Opening with a passphrase.
    Passphrase,
    /// From nothing to the first acknowledged message.
    First,
    /// The start of a profile that has a contact.
    Restart,
    /// To a known contact, with new circuits.
    Connect,
    /// Memory and processor of a program.
    Memory,
}

#[derive(Parser)]
struct Arguments {
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// First contacts, and starts of each kind.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Connections to a known contact, of each kind.
    #[arg(long, default_value_t = 10)]
    connections: usize,
    /// Contacts of the profile with many.
    #[arg(long, default_value_t = 100)]
    contacts: usize,
    /// Seconds from the end of the start until a program is held for idle.
    #[arg(long, default_value_t = 30)]
    settle: u64,
    /// Added to every link, one way, in milliseconds.
    #[arg(long, default_value_t = 30)]
    delay: u64,
    /// Relays next to the directory authority.
    #[arg(long, default_value_t = 5)]
    relays: usize,
    /// Given by `cargo bench`; means nothing here.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    if program::run_child() {
        return;
    }
    let arguments = Arguments::parse();
    let wanted = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    if !TorNet::available_or_skip().expect("CI has tor") {
        return;
    }
    let conditions = Conditions::begin();
    let lab = Lab::start(arguments.relays, Duration::from_millis(arguments.delay));
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let driver = builder.enable_all().build().expect("a runtime");
    let mut table = Table::new();
    if wanted(Part::Passphrase) {
        passphrase(lab.place(), arguments.rounds, &mut table);
    }
    if wanted(Part::First) {
        driver.block_on(first(&lab, arguments.rounds, &mut table));
    }
    if wanted(Part::Restart) {
        driver.block_on(restarts(&lab, arguments.rounds, &mut table));
    }
    if wanted(Part::Connect) {
        driver.block_on(connections(&lab, arguments.connections, &mut table));
    }
    if wanted(Part::Memory) {
        for count in [1, arguments.contacts] {
            let crowd = crowd::make(&lab.place().join(format!("crowd-{count}")), count);
            let settle = Duration::from_secs(arguments.settle);
            driver.block_on(memory(&lab, &crowd, false, settle, &mut table));
            driver.block_on(memory(&lab, &crowd, true, settle, &mut table));
        }
    }
    table.print();
    conditions.print(&format!(
        "{} relays and an authority, {} ms one way at every link",
        arguments.relays, arguments.delay
    ));
}

/// What Argon2id costs; all other parts open by the key itself.
fn passphrase(place: &Path, rounds: usize, table: &mut Table) {
    let times = (0..rounds).map(|round| {
        let home = Home::create(place.join(format!("passphrase-{round}"))).expect("a home");
        let cost = KdfParameters::shipped();
        drop(Store::create(&home, b"a bench", cost).expect("a store"));
        let begin = Instant::now();
        let store = Store::open(&home, b"a bench").expect("the same passphrase");
        let took = begin.elapsed();
        drop(store);
        took
    });
    table.times(
        "opening an empty store with a passphrase (Argon2id as shipped)",
        &Times::new(times.collect()),
    );
}

struct Pair {
    stations: [Station; 2],
    people: [Person; 2],
    homes: [PathBuf; 2],
    beginning: Beginning,
}

impl Pair {
    /// From nothing to the first acknowledged message.
    async fn new(lab: &Lab, round: &str) -> Self {
        let begin = Instant::now();
        let homes = ["amal", "noor"].map(|name| lab.place().join(format!("{name}-{round}")));
        let station = |name| Station::start(name, lab.tor_options(None));
        let (amal, noor) = tokio::join!(station("amal"), station("noor"));
        let create = |station: &Station, home: &PathBuf| {
            let transport = Arc::new(Lasting(station.transport.clone()));
            Person::create(
                station.name,
                home.clone(),
                station.handle().clone(),
                transport,
            )
        };
        let (mut a, mut b) = tokio::join!(create(&amal, &homes[0]), create(&noor, &homes[1]));
        let beginning = befriend(begin, &mut a, &mut b).await;
        Self {
            stations: [amal, noor],
            people: [a, b],
            homes,
            beginning,
        }
    }

    async fn end(self) {
        let (people, stations) = (self.people, self.stations);
        futures::future::join_all(people.map(|person| person.engine.shutdown())).await;
        futures::future::join_all(stations.map(Station::end)).await;
    }
}

async fn first(lab: &Lab, rounds: usize, table: &mut Table) {
    let mut steps: Vec<(&str, Vec<Duration>)> = Vec::new();
    for round in 0..rounds {
        let pair = Pair::new(lab, &format!("first-{round}")).await;
        for (index, (step, after)) in pair.beginning.steps.iter().enumerate() {
            if round == 0 {
                steps.push((step, Vec::new()));
            }
            steps[index].1.push(*after);
        }
        pair.end().await;
    }
    let mut last = None;
    for (step, times) in steps {
        let times = Times::new(times);
        table.times(&format!("first contact, start → {step}"), &times);
        last = Some(times);
    }
    let last = last.expect("at least one round").at(50).as_secs_f64();
    table.at_most(
        "first contact, start → first message acknowledged, p50",
        last,
        "s",
        rounds,
        GOSLING_FIRST,
    );
}

/// Opens a home by its key and starts its engine.
async fn start_engine(
    name: &'static str,
    home: &Path,
    handle: &Handle,
    transport: Arc<dyn Transport>,
) -> Person {
    let home = Home::open(home).expect("a home");
    let store = Store::open_with_key(&home, &DataKey::from_bytes(KEY)).expect("a store");
    let starting = handle.spawn(Engine::start(EngineOptions::new(store, transport)));
    Person::with(name, starting.await.expect("no panic").expect("an engine"))
}

/// Restarts the one who asks first, while the other stays.
async fn restarts(lab: &Lab, rounds: usize, table: &mut Table) {
    let Pair {
        stations: [amal, noor],
        people: [mut a, b],
        homes,
        beginning,
    } = Pair::new(lab, "restart").await;
    a.until(beginning.at_a, Stage::Accepted, true).await;
    a.engine.shutdown().await;
    amal.end().await;
    // The first warm start fills the cache and is not counted.
    let cache = lab.place().join("cache");
    let mut state = TorState::default();
    for (kind, rounds) in [("", 1), ("warm", rounds), ("cold", rounds)] {
        let mut all: [Vec<Duration>; 3] = Default::default();
        for _ in 0..rounds {
            let warm = kind != "cold";
            let options = TorOptions {
                state: if warm {
                    state.clone()
                } else {
                    TorState::default()
                },
                ..lab.tor_options(warm.then(|| cache.clone()))
            };
            let (times, ended) = restart(&homes[0], options, beginning.at_a).await;
            for (all, time) in all.iter_mut().zip(times) {
                all.push(time);
            }
            if warm {
                state = ended;
            }
        }
        if !kind.is_empty() {
            for (step, times) in ["Tor ready", "contact door published", "contact connected"]
                .iter()
                .zip(all)
            {
                table.times(&format!("{kind} start → {step}"), &Times::new(times));
            }
        }
    }
    b.engine.shutdown().await;
    noor.end().await;
}

/// One start; when Tor was ready, the contact door published, the contact connected.
async fn restart(
    home: &Path,
    options: TorOptions,
    contact: ContactId,
) -> ([Duration; 3], TorState) {
    let begin = Instant::now();
    let station = Station::start("amal", options).await;
    let mut status = station.transport.status();
    let transport = station.transport.clone();
    let person = start_engine("amal", home, station.handle(), transport).await;
    let ready = status.wait_for(|status| *status == NetworkStatus::Ready);
    ready.await.expect("the client lives");
    let ready = begin.elapsed();
    let [published, connected] = usable(begin, &person, contact).await;
    person.engine.shutdown().await;
    ([ready, published, connected], station.end().await)
}

/// When all doors were published and when the contact was connected; looked at every 10 ms.
async fn usable(begin: Instant, person: &Person, contact: ContactId) -> [Duration; 2] {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let (mut published, mut connected) = (None, None);
    loop {
        if let (Some(published), Some(connected)) = (published, connected) {
            return [published, connected];
        }
        look.tick().await;
        let profile = person.run(Command::Profile).await;
        let contacts = person.run(Command::Contacts).await;
        let (Reply::Profile(profile), Reply::Contacts { contacts }) = (profile, contacts) else {
            panic!("another reply");
        };
        if profile.doors > 0 && profile.doors == profile.doors_reachable {
            published.get_or_insert_with(|| begin.elapsed());
        }
        if contacts
            .iter()
            .any(|view| view.id == contact && view.connected)
        {
            connected.get_or_insert_with(|| begin.elapsed());
        }
    }
}

/// Each side starts its engine again on its running Tor client, so that it dials with new circuits;
/// between them, bare dials with new circuits on two further clients.
async fn connections(lab: &Lab, count: usize, table: &mut Table) {
    let Pair {
        stations,
        people,
        homes,
        beginning,
    } = Pair::new(lab, "connect").await;
    let ids = [beginning.at_a, beginning.at_b];
    let mut people = people.map(Some);
    for (person, id) in people.iter_mut().flatten().zip(ids) {
        person.until(id, Stage::Accepted, true).await;
    }
    let station = |name| Station::start(name, lab.tor_options(None));
    let (near, far) = tokio::join!(station("near"), station("far"));
    let seed = DoorSeed(rand::random());
    let config = DoorConfig {
        seed: seed.clone(),
        readers: None,
    };
    let transport = far.transport.clone();
    let opening = far
        .handle()
        .spawn(async move { transport.open_door(config).await });
    let open = opening.await.expect("no panic").expect("a door");
    let mut status = open.door.status();
    let reachable = status.wait_for(|status| *status == DoorStatus::Published);
    reachable.await.expect("the door lives");
    let [mut bare, mut first, mut second]: [Vec<Duration>; 3] = Default::default();
    // The first round warms up and is not counted.
    for round in 0..=count {
        let dialled = bare_dial(&near, &seed).await;
        let mut times = [Duration::ZERO; 2];
        for side in 0..2 {
            let person = &mut people[side];
            times[side] = reconnect(&stations[side], &homes[side], person, ids[side]).await;
        }
        if round > 0 {
            bare.extend(dialled);
            first.push(times[0]);
            second.push(times[1]);
        }
    }
    table.times("bare dial, new circuits", &Times::new(bare));
    for (side, times) in [("who dials first", first), ("the other side", second)] {
        let times = Times::new(times);
        table.times(
            &format!("start of the engine → known contact connected, {side}"),
            &times,
        );
        let middle = times.at(50).as_secs_f64();
        table.at_most("· the same, p50", middle, "s", count, GOSLING_KNOWN);
    }
    drop(open);
    let people = people.into_iter().flatten();
    futures::future::join_all(people.map(|person| person.engine.shutdown())).await;
    let stations = stations.into_iter().chain([near, far]);
    futures::future::join_all(stations.map(Station::end)).await;
}

async fn bare_dial(near: &Station, seed: &DoorSeed) -> Option<Duration> {
    let target = DialTarget {
        door: TorTransport::onion_key(seed),
        descriptor_key: None,
        isolation: Isolation(rand::random()),
    };
    let transport = near.transport.clone();
    let begin = Instant::now();
    let dialling = near
        .handle()
        .spawn(async move { transport.dial(target).await });
    match dialling.await.expect("no panic") {
        Ok(_) => Some(begin.elapsed()),
        Err(error) => {
            println!("bare dial: {error}");
            None
        }
    }
}

/// Ends and starts the engine of one side; how long until it is connected again.
async fn reconnect(
    station: &Station,
    home: &Path,
    person: &mut Option<Person>,
    contact: ContactId,
) -> Duration {
    let old = person.take().expect("runs between the rounds");
    old.engine.shutdown().await;
    let begin = Instant::now();
    let transport = Arc::new(Lasting(station.transport.clone()));
    let started = start_engine(station.name, home, station.handle(), transport).await;
    person
        .insert(started)
        .until(contact, Stage::Accepted, true)
        .await;
    begin.elapsed()
}

/// A program with a crowd of contacts, online or away, when the start is over.
async fn memory(lab: &Lab, crowd: &Crowd, online: bool, settle: Duration, table: &mut Table) {
    let station = Station::start("crowd", lab.tor_options(None)).await;
    let mut contacts = Vec::new();
    for home in crowd.contacts.iter().filter(|_| online) {
        let transport = station.transport.clone();
        contacts.push(start_engine("contact", home, station.handle(), transport).await);
    }
    let mut program = Program::start(&crowd.center, &lab.network.network_file(), lab.place());
    let deadline = tokio::time::Instant::now() + CROWD;
    let mut look = tokio::time::interval(Duration::from_millis(500));
    let situation = loop {
        look.tick().await;
        let situation = program.situation();
        let complete = situation.doors > 0
            && situation.doors_reachable == situation.doors
            && situation.connected == contacts.len();
        if complete || tokio::time::Instant::now() > deadline {
            break situation;
        }
    };
    tokio::time::sleep(settle).await;
    let begin = program.usage();
    tokio::time::sleep(IDLE).await;
    let end = program.usage();
    let name = |what: &str| {
        format!(
            "contacts: {}, connected: {}, doors published: {} of {}; {what}",
            crowd.contacts.len(),
            situation.connected,
            situation.doors_reachable,
            situation.doors
        )
    };
    let mebibytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
    let mut add = |what, value: String, unit| table.add(&name(what), value, unit, 1, "");
    add("resident memory", mebibytes(end.resident), "MiB");
    add("private dirty memory", mebibytes(end.private_dirty), "MiB");
    add("threads", end.threads.to_string(), "");
    let share = (end.processor - begin.processor).as_secs_f64() / IDLE.as_secs_f64();
    add(
        "processor, idle for 60 s",
        format!("{:.2}", 100.0 * share),
        "% of a core",
    );
    drop(program);
    let ends = contacts
        .into_iter()
        .map(|contact| contact.engine.shutdown());
    futures::future::join_all(ends).await;
    station.end().await;
}
