//! How long a message takes until the recipient has stored it and said so, against the round trip of
//! as many bytes on a bare stream of the same network; where our own part goes; and how often the
//! disk is flushed for it.
//!
//! `cargo bench -p undertone-tests --bench latency -- --messages 200`

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used
)]

#[path = "shared/figures.rs"]
mod figures;
#[path = "shared/flushes.rs"]
mod flushes;
#[path = "shared/lab.rs"]
mod lab;
#[path = "shared/phases.rs"]
mod phases;
#[path = "shared/times.rs"]
mod times;

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::Parser;
use figures::{Conditions, Table};
use lab::{Lab, Person, Station, befriend};
use phases::{Inside, Marks};
use times::Times;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use undertone_engine::{ContactId, Event, Stage};
use undertone_tests::tornet::TorNet;
use undertone_tor::TorTransport;
use undertone_transport::{
    BoxStream, DialTarget, Door, DoorConfig, DoorSeed, DoorStatus, Isolation, OpenDoor, Transport,
};

/// A message is one frame one way, and its acknowledgement one the other way.
const FRAME: usize = 976;
/// A line of text: it fits into one frame.
const TEXT: &str = "The bus leaves at seven from the other side of the bridge; bring the blue bag.";
/// What the store writes for one commit of a message, in bytes: two blocks of its journal.
const COMMIT: usize = 8192;
/// The size of that journal, in bytes.
const JOURNAL: usize = 1 << 20;
/// Before anything is counted.
const WARM_UP: usize = 5;
/// Messages during which the flushes are counted. The tracer slows them down, so they are not timed.
const TRACED: usize = 20;

#[derive(Parser)]
struct Arguments {
    /// Messages, and as many bare round trips between them.
    #[arg(long, default_value_t = 60)]
    messages: usize,
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
    let arguments = Arguments::parse();
    if !TorNet::available_or_skip().expect("CI has tor") {
        return;
    }
    let marks = Marks::collect();
    let conditions = Conditions::begin();
    let lab = Lab::start(arguments.relays, Duration::from_millis(arguments.delay));
    let driver = tokio::runtime::Builder::new_current_thread();
    let driver = { driver }.enable_all().build().expect("a runtime");
    driver.block_on(measure(&lab, &marks, arguments.messages));
    conditions.print(&format!(
        "{} relays and an authority, {} ms one way at every link, text of {} B",
        arguments.relays,
        arguments.delay,
        TEXT.len()
    ));
}

/// One message and the bare round trip after it.
struct Sample {
    one_way: Duration,
    acknowledged: Duration,
    raw: Duration,
    flush: Duration,
    inside: Inside,
}

async fn measure(lab: &Lab, marks: &Marks, messages: usize) {
    let begin = Instant::now();
    let (amal, noor, near, far) = tokio::join!(
        Station::start("amal", lab.tor_options(None)),
        Station::start("noor", lab.tor_options(None)),
        Station::start("near", lab.tor_options(None)),
        Station::start("far", lab.tor_options(None)),
    );
    let (_door, mut bare) = bare_stream(&near, &far).await;
    let create = |station: &Station| {
        let home = lab.place().join(station.name);
        Person::create(
            station.name,
            home,
            station.handle().clone(),
            station.transport.clone(),
        )
    };
    let (mut a, mut b) = tokio::join!(create(&amal), create(&noor));
    let beginning = befriend(begin, &mut a, &mut b).await;
    println!("After the start of four Tor clients, with a bare stream made first:");
    for (step, after) in &beginning.steps {
        println!("{:>6.2} s {step}", after.as_secs_f64());
    }
    a.until(beginning.at_a, Stage::Accepted, true).await;
    b.until(beginning.at_b, Stage::Accepted, true).await;

    let mut talk = [(a, beginning.at_a), (b, beginning.at_b)];
    let mut samples = Vec::new();
    let file = bare_file(&lab.place().join("bare"));
    for number in 0..WARM_UP + messages {
        let (begin, seen, end) = message(&mut talk).await;
        let raw = echo_once(&mut bare).await;
        let flush = flush_once(&file, number);
        let inside = marks.between(talk[0].0.name, begin, end);
        if number >= WARM_UP {
            samples.push(Sample {
                one_way: seen - begin,
                acknowledged: end - begin,
                raw,
                flush,
                inside,
            });
        }
        // They talk in turns.
        talk.reverse();
    }
    report(&samples);
    count_flushes(lab, &mut talk).await;
    for (person, _) in talk {
        person.engine.shutdown().await;
    }
    drop(bare);
    tokio::join!(amal.end(), noor.end(), near.end(), far.end());
}

/// From the first to the second: when it was sent, when the recipient's application heard of it,
/// when the sender's heard that it was received.
async fn message(talk: &mut [(Person, ContactId); 2]) -> (Instant, Instant, Instant) {
    let [(sender, contact), (recipient, _)] = talk;
    let heard = recipient.hear(|event| match event {
        Event::MessageReceived { message, .. } if message.text.as_deref() == Some(TEXT) => {
            Some(Instant::now())
        }
        _ => None,
    });
    let ((begin, end), heard) = tokio::join!(sender.send(*contact, TEXT), heard);
    (begin, heard, end)
}

/// A stream to a door that sends back what it hears, frame by frame.
async fn bare_stream(near: &Station, far: &Station) -> (Box<dyn Door>, BoxStream) {
    let seed = DoorSeed(rand::random());
    let config = DoorConfig {
        seed: seed.clone(),
        readers: None,
    };
    let transport = far.transport.clone();
    let opening = far
        .handle()
        .spawn(async move { transport.open_door(config).await });
    let OpenDoor { door, mut incoming } = opening.await.expect("no panic").expect("a door");
    far.handle().spawn(async move {
        let mut stream = incoming.recv().await.expect("a stream");
        let mut frame = [0; FRAME];
        while stream.read_exact(&mut frame).await.is_ok() {
            if stream.write_all(&frame).await.is_err() || stream.flush().await.is_err() {
                return;
            }
        }
    });
    let mut status = door.status();
    let published = status.wait_for(|status| *status == DoorStatus::Published);
    published.await.expect("the door lives");
    let target = DialTarget {
        door: TorTransport::onion_key(&seed),
        descriptor_key: None,
        isolation: Isolation(rand::random()),
    };
    // Published at one directory relay is not yet published at all.
    let mut pace = tokio::time::interval(Duration::from_millis(500));
    for _ in 0..60 {
        pace.tick().await;
        let (transport, target) = (near.transport.clone(), target.clone());
        let dialling = near
            .handle()
            .spawn(async move { transport.dial(target).await });
        match dialling.await.expect("no panic") {
            Ok(stream) => return (door, stream),
            Err(error) => println!("bare dial: {error}"),
        }
    }
    panic!("the bare door cannot be reached");
}

async fn echo_once(stream: &mut BoxStream) -> Duration {
    let sent: [u8; FRAME] = [rand::random(); FRAME];
    let mut heard = [0; FRAME];
    let begin = Instant::now();
    stream.write_all(&sent).await.expect("an open stream");
    stream.flush().await.expect("an open stream");
    stream.read_exact(&mut heard).await.expect("an echo");
    let took = begin.elapsed();
    assert_eq!(sent, heard);
    took
}

/// A file as long as the store's journal.
fn bare_file(path: &Path) -> File {
    let file = File::create(path).expect("a file");
    let noise: Vec<u8> = (0..JOURNAL).map(|_| rand::random()).collect();
    file.write_all_at(&noise, 0).expect("written");
    file.sync_all().expect("flushed");
    file
}

/// What one commit cannot do without: one write into a file that has its size, and one flush.
fn flush_once(file: &File, number: usize) -> Duration {
    let bytes: [u8; COMMIT] = [rand::random(); COMMIT];
    let place = number * COMMIT % JOURNAL;
    let begin = Instant::now();
    file.write_all_at(&bytes, place as u64).expect("written");
    file.sync_data().expect("flushed");
    begin.elapsed()
}

fn report(samples: &[Sample]) {
    let mut table = Table::new();
    let n = samples.len();
    let times = |of: fn(&Sample) -> Duration| Times::new(samples.iter().map(of).collect());
    let message = times(|sample| sample.acknowledged);
    let bare = times(|sample| sample.raw);
    table.times(
        "message: command → acknowledged, durable on both sides",
        &message,
    );
    table.times("bare round trip of as many bytes", &bare);
    table.times(
        "message: command → the recipient's application, durable on both sides",
        &times(|sample| sample.one_way),
    );
    let ratio = |percent| message.at(percent).as_secs_f64() / bare.at(percent).as_secs_f64();
    table.at_most("message / bare, p50", ratio(50), "×", n, 1.03);
    table.at_most("message / bare, p99", ratio(99), "×", n, 1.15);
    let more = message.at(50).as_secs_f64() - bare.at(50).as_secs_f64();
    table.add(
        "p50 of messages − p50 of bare round trips",
        format!("{:.2}", 1e3 * more),
        "ms",
        n,
        "",
    );

    let own = times(|sample| sample.inside.total());
    table.times("own added time, both sides together", &own);
    let middle = 1e3 * own.at(50).as_secs_f64();
    table.at_most("own added time, p50", middle, "ms", n, 3.0);
    table.times(
        "· queue: until the engine took the command up",
        &times(|sample| sample.inside.queue),
    );
    table.times(
        "· machine steps, cryptography included",
        &times(|sample| sample.inside.machine),
    );
    table.times("· commits", &times(|sample| sample.inside.commit));
    table.times(
        "· effects and events",
        &times(|sample| sample.inside.effects),
    );
    let flush = times(|sample| sample.flush);
    table.times("bare write and flush of one commit's bytes", &flush);
    let beside = 1e3 * (own.at(50).as_secs_f64() - 3.0 * flush.at(50).as_secs_f64());
    table.add(
        "own added time without three bare flushes, p50",
        format!("{beside:.2}"),
        "ms",
        n,
        "",
    );
    let mean = |of: fn(&Inside) -> u32| {
        let sum: u32 = samples.iter().map(|sample| of(&sample.inside)).sum();
        format!("{:.2}", f64::from(sum) / n as f64)
    };
    table.add(
        "commits a message, both sides, until acknowledged",
        mean(|i| i.commits),
        "mean",
        n,
        "",
    );
    table.add(
        "batches a message, both sides, until acknowledged",
        mean(|i| i.batches),
        "mean",
        n,
        "",
    );
    table.print();
}

async fn count_flushes(lab: &Lab, talk: &mut [(Person, ContactId); 2]) {
    let homes = talk
        .each_ref()
        .map(|(person, _)| lab.place().join(person.name));
    let Some(tracer) = flushes::Tracer::attach(&homes).await else {
        println!("Flushes were not counted: strace is missing or may not attach.");
        return;
    };
    for _ in 0..TRACED {
        message(talk).await;
    }
    let counted = tracer.finish().await;
    let mut table = Table::new();
    for (side, calls) in ["sender", "recipient"].iter().zip(counted) {
        for (call, count) in ["flushes (fsync, fdatasync)", "sync_file_range"]
            .iter()
            .zip(calls)
        {
            let each = count as f64 / TRACED as f64;
            let name = format!("{call} below the {side}'s home, a message");
            table.add(&name, format!("{each:.2}"), "system calls", TRACED, "");
        }
    }
    table.print();
}
