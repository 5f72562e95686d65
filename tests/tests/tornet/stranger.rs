//! Strangers: who has an address but no key, and who has an invitation and misbehaves. They get no
//! byte and no memory, and the contacts of the attacked profile notice nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::{join, join_all};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use undertone_engine::ContactId;
use undertone_protocol::{Event, Input, Purpose};
use undertone_storage::{DataKey, Home as StoreHome};
use undertone_tor::TorTransport;
use undertone_transport::{BoxStream, DialError, DialTarget, Isolation, Transport};
use undertone_wire::v1::{Flight1, Invitation, OneTimeSecret};
use undertone_wire::{X25519Public, X25519Secret};

use super::bot::{Bot, Home};
use super::guest::{Guest, STORE_KEY};
use super::lab::{LIMIT, Lab, dial_open, seed};
use super::machines::Machine;
use super::party::{Party, befriend};
use super::samples::Samples;

/// A stranger's stream is closed at this age (D3.8).
const DEADLINE: Duration = Duration::from_secs(30);
/// The dialler counts from a little before or after the listener, and a loaded machine closes late.
const EARLY: Duration = Duration::from_secs(1);
const LATE: Duration = Duration::from_secs(8);
/// How many bytes a flooding stranger sends.
const FLOOD: usize = 4 << 20;
/// How much the attacked process may grow by 300 streams and 500 requesters.
const GROWTH: u64 = 32 << 20;
/// How long an answer to a contact may take while strangers attack.
const DELAY: Duration = Duration::from_secs(5);
/// How long each of many requesters waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);
const FRAME: usize = 976;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_get_nothing_and_contacts_notice_nothing() {
    let Some(lab) = Lab::shared("stranger").await else {
        return;
    };
    let home = Home::create(&lab, "victim", "Victim").await.with("--echo");
    let victim = home.run().await;
    let (one, two) = join(Guest::create(&lab, "one"), Guest::create(&lab, "two")).await;
    let former = Guest::create(&lab, "former").await;
    let mut guests = Vec::new();
    for guest in [one, two] {
        let (there, _) = befriend(&guest.party, &victim.party).await;
        guests.push((guest, there));
    }
    befriend(&former.party, &victim.party).await;
    let former = former.restart().await;
    let door = former.contact_door(None).await;
    former.shutdown().await;
    let machine = Machine::stolen(
        &StoreHome::open(lab.path("former")).expect("a home"),
        &key(),
    );
    let invitation = victim.party.invite(false).await;
    let transport = lab.transport().await;

    no_key_no_stream(&lab, &transport, &door).await;
    let calm = Samples::new(ping_both(&guests, 10).await);
    lab.say(format!("echo of contacts, calm:     {}", calm.table()));

    // Everything that follows happens while both contacts talk on.
    let attacks = async {
        silence(&lab, &transport, &door, machine, &invitation).await;
        floods(&lab, &transport, &victim, &invitation).await;
    };
    let (busy, ()) = ping_until(&guests, attacks).await;
    let busy = Samples::new(busy);
    lab.say(format!("echo of contacts, attacked: {}", busy.table()));
    assert!(busy.greatest() < DELAY, "contacts noticed the attack");

    transport.shutdown().await;
    for (guest, _) in guests {
        guest.shutdown().await;
    }
    victim.stop().await;
}

fn key() -> DataKey {
    DataKey::from_bytes(STORE_KEY)
}

/// Where strangers knock, on circuits of this number.
fn knock(invitation: &Invitation, circuit: u8) -> DialTarget {
    DialTarget {
        door: invitation.door,
        descriptor_key: None,
        isolation: Isolation([circuit; 16]),
    }
}

/// The address of a contact door alone opens nothing, nor does another key; with the key it does.
async fn no_key_no_stream(lab: &Lab, transport: &TorTransport, door: &DialTarget) {
    let made_up = X25519Secret::from_bytes(rand::random());
    for key in [None, Some(made_up)] {
        let began = Instant::now();
        let target = DialTarget {
            descriptor_key: key,
            ..door.clone()
        };
        let answer = transport.dial(target).await;
        assert_eq!(answer.err(), Some(DialError::NotAdmitted));
        lab.say(format!(
            "contact door without its key: not admitted after {:.2?}",
            began.elapsed()
        ));
    }
    // The control: with the key there is a stream.
    drop(dial_open(transport, door).await);
}

/// A ping to each contact's echo; gives how long the answers took.
async fn ping(party: &Party, contact: &str) -> Duration {
    let from = party.heard_so_far();
    let text = format!("{:032x}", rand::random::<u128>());
    let began = Instant::now();
    party.send(contact, &text).await;
    party
        .until("an echo", async || {
            let heard = party.heard_since(from).into_iter();
            heard.map(|(_, event)| event).find(|event| {
                event["event"] == "message_received" && event["message"]["text"] == text.as_str()
            })
        })
        .await;
    began.elapsed()
}

async fn ping_both(guests: &[(Guest, String)], count: usize) -> Vec<Duration> {
    let each = guests.iter().map(async |(guest, contact)| {
        let mut times = Vec::new();
        for _ in 0..count {
            times.push(ping(&guest.party, contact).await);
        }
        times
    });
    join_all(each).await.concat()
}

/// Both contacts talk, four times a second at most, until something is over.
async fn ping_until<T>(
    guests: &[(Guest, String)],
    over: impl Future<Output = T>,
) -> (Vec<Duration>, T) {
    let (end, ended) = tokio::sync::watch::channel(false);
    let over = async {
        let value = over.await;
        end.send_replace(true);
        value
    };
    let each = guests.iter().map(async |(guest, contact)| {
        let mut times = Vec::new();
        let mut pace = interval(Duration::from_millis(250));
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*ended.borrow() {
            pace.tick().await;
            times.push(ping(&guest.party, contact).await);
        }
        times
    });
    let (times, value) = join(join_all(each), over).await;
    (times.concat(), value)
}

/// What a stranger does with a stream.
enum Act {
    Nothing,
    Bytes(Vec<u8>),
    /// So many random bytes.
    Flood(usize),
    /// One byte a second.
    Drip,
}

/// Does it; gives how many bytes came back and how old the stream was at its end.
async fn endure(stream: BoxStream, began: Instant, act: Act) -> (usize, Duration) {
    let (mut read, mut write) = tokio::io::split(stream);
    let reading = async {
        let mut came = 0;
        let mut bytes = [0; 1024];
        while let Ok(length @ 1..) = read.read(&mut bytes).await {
            came += length;
        }
        (came, began.elapsed())
    };
    let writing = async {
        let done: std::io::Result<()> = match act {
            Act::Nothing => Ok(()),
            Act::Bytes(bytes) => {
                async {
                    write.write_all(&bytes).await?;
                    write.flush().await
                }
                .await
            }
            Act::Flood(bytes) => {
                async {
                    for _ in 0..bytes / 4096 {
                        let noise: [u8; 4096] = std::array::from_fn(|_| rand::random());
                        write.write_all(&noise).await?;
                    }
                    write.flush().await
                }
                .await
            }
            Act::Drip => {
                async {
                    let mut second = interval(Duration::from_secs(1));
                    loop {
                        second.tick().await;
                        write.write_all(&[7]).await?;
                        write.flush().await?;
                    }
                }
                .await
            }
        };
        // The stream ends in the middle of it: that is what is expected.
        let _ = done;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = timeout(LIMIT, reading) => ended.expect("the stream ends"),
        () = writing => unreachable!("pending"),
    }
}

/// The same flight 1 with something changed.
fn changed(flight: &[u8], change: impl FnOnce(&mut Flight1)) -> Vec<u8> {
    let mut parsed = Flight1::decode(flight).expect("a flight");
    change(&mut parsed);
    let mut bytes = parsed.encode();
    bytes.resize(flight.len(), 0x55);
    bytes
}

/// Each way to misbehave at once: not a byte comes back, and all streams end at the deadline.
async fn silence(
    lab: &Lab,
    transport: &TorTransport,
    door: &DialTarget,
    mut former: Machine,
    invitation: &str,
) {
    let parsed: Invitation = invitation.parse().expect("an invitation");
    let mut requester = Machine::new("Stranger");
    let host = requester.add(invitation);
    let (_, genuine) = requester.dialled(host, Purpose::Knock);
    let open = async |target: &DialTarget| transport.dial(target.clone()).await.expect("a stream");
    // The control of all: this very flight 1 is answered, and so is a contact's at its door.
    let answer = answered(open(&knock(&parsed, 1)).await, &genuine).await;
    assert_eq!(
        answer,
        2 * FRAME,
        "control: a good flight 1 is answered at the knock door"
    );
    let contact = former
        .profile
        .contacts()
        .next()
        .expect("its one contact")
        .id;
    let (_, chat) = former.dialled(contact, Purpose::Chat);
    let answer = answered(open(door).await, &chat).await;
    assert_eq!(
        answer,
        2 * FRAME,
        "control: a good flight 1 is answered at the contact door"
    );

    let mut made_up = Machine::new("Guesser");
    let guess = Invitation {
        noise: X25519Public::from_bytes(rand::random()).expect("no small order"),
        one_time: Some(OneTimeSecret(rand::random())),
        ..parsed.clone()
    };
    let other_host = made_up.add(&guess.to_string());
    let (_, wrong_keys) = made_up.dialled(other_host, Purpose::Knock);
    let (_, fresh) = requester.dialled(host, Purpose::Knock);
    let noise: Vec<u8> = (0..2 * FRAME).map(|_| rand::random()).collect();
    let mut low = [0xff; 32];
    (low[0], low[31]) = (0xed, 0x7f);
    let at_knock = [
        ("nothing", Act::Nothing),
        ("garbage", Act::Bytes(noise)),
        ("a flood", Act::Flood(FLOOD)),
        ("one byte a second", Act::Drip),
        ("half a flight", Act::Bytes(fresh[..FRAME].to_vec())),
        (
            "an unknown version",
            Act::Bytes(changed(&fresh, |flight| flight.versions = vec![99])),
        ),
        ("no version", Act::Bytes([&[0], &fresh[1..]].concat())),
        (
            "another version beside",
            Act::Bytes(changed(&fresh, |f| f.versions = vec![1, 99])),
        ),
        (
            "another purpose",
            Act::Bytes(changed(&fresh, |f| f.purpose = Purpose::Chat)),
        ),
        (
            "a zero key",
            Act::Bytes(changed(&fresh, |f| f.noise[..32].fill(0))),
        ),
        (
            "a key of low order",
            Act::Bytes(changed(&fresh, |f| f.noise[..32].copy_from_slice(&low))),
        ),
        ("keys of no invitation", Act::Bytes(wrong_keys)),
    ];
    let at_contact_door = [
        ("a replayed flight 1", Act::Bytes(chat.clone())),
        (
            "a replay under another hint",
            Act::Bytes(changed(&chat, |f| f.hint = rand::random())),
        ),
        ("a knock at a contact door", Act::Bytes(fresh.clone())),
    ];
    let mut strangers = Vec::new();
    for (what, act) in at_knock {
        strangers.push((what, open(&knock(&parsed, 1)).await, Instant::now(), act));
    }
    for (what, act) in at_contact_door {
        strangers.push((what, open(door).await, Instant::now(), act));
    }
    let count = strangers.len();
    let enduring = strangers
        .into_iter()
        .map(async |(what, stream, began, act)| {
            let (came, after) = endure(stream, began, act).await;
            assert_eq!(came, 0, "{what}: bytes came back");
            let in_time = after + EARLY >= DEADLINE && after <= DEADLINE + LATE;
            assert!(in_time, "{what}: the stream ended after {after:.1?}");
            after
        });
    let ends = Samples::new(join_all(enduring).await);
    lab.say(format!(
        "{count} strangers got no byte; their streams ended: {}",
        ends.table()
    ));
}

/// Sends a flight and counts what comes back within a flight's length.
async fn answered(mut stream: BoxStream, flight: &[u8]) -> usize {
    let mut answer = vec![0; 2 * FRAME];
    let talked = timeout(LIMIT, async {
        stream.write_all(flight).await?;
        stream.flush().await?;
        stream.read_exact(&mut answer).await
    });
    talked.await.expect("an answer in time").expect("an answer")
}

/// Memory of the attacked process before, at most during, and after two floods.
async fn floods(lab: &Lab, transport: &TorTransport, victim: &Bot, invitation: &str) {
    let parsed: Invitation = invitation.parse().expect("an invitation");
    let mib = |bytes: u64| format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20));
    for (what, flood) in [("300 streams", true), ("500 requesters", false)] {
        let before = victim.memory();
        let began = Instant::now();
        let attack = async {
            if flood {
                streams(transport, &parsed).await
            } else {
                requesters(transport, &parsed, invitation).await
            }
        };
        let (how, most) = with_peak(victim, attack).await;
        let took = began.elapsed();
        let after = victim.memory();
        lab.say(format!(
            "{what} in {took:.1?} ({how}): memory {} before, {} at most, {} after",
            mib(before),
            mib(most),
            mib(after)
        ));
        assert!(
            most < before + GROWTH,
            "{what}: grew by {}",
            mib(most - before)
        );
    }
    let contacts = victim.party.contacts().await;
    let requests = contacts
        .iter()
        .filter(|one| one["stage"] == "undecided")
        .count();
    lab.say(format!("requests kept: {requests}"));
    assert!((1..=64).contains(&requests), "{requests} requests are kept");
}

/// Runs something; gives also the most memory that the process had meanwhile.
async fn with_peak<T>(victim: &Bot, run: impl Future<Output = T>) -> (T, u64) {
    let mut most = victim.memory();
    let mut look = interval(Duration::from_millis(100));
    tokio::pin!(run);
    loop {
        tokio::select! {
            value = &mut run => return (value, most.max(victim.memory())),
            _ = look.tick() => most = most.max(victim.memory()),
        }
    }
}

/// 300 streams with half a flight each, all held open until the last was dialled.
async fn streams(transport: &TorTransport, invitation: &Invitation) -> String {
    let (mut held, mut refused) = (Vec::new(), 0);
    let dials = (0..300_u16).map(|number| async move {
        let target = knock(invitation, 10 + (number % 6) as u8);
        let mut stream = transport.dial(target).await.ok()?;
        stream.write_all(&[number as u8; FRAME]).await.ok()?;
        stream.flush().await.ok()?;
        Some(stream)
    });
    let mut dials = futures::stream::iter(dials).buffer_unordered(24);
    while let Some(dialled) = dials.next().await {
        match dialled {
            Some(stream) => held.push(stream),
            None => refused += 1,
        }
    }
    format!("{} opened, {refused} refused", held.len())
}

/// 500 people who never met us ask: half with the invitation, half with one that they made up.
/// Each waits [`PATIENCE`] for an answer.
async fn requesters(transport: &TorTransport, parsed: &Invitation, invitation: &str) -> String {
    let mut rng = ChaCha20Rng::seed_from_u64(seed());
    let mut order: Vec<bool> = (0..500).map(|number| number % 2 == 0).collect();
    for last in (1..order.len()).rev() {
        order.swap(last, rng.random_range(0..=last));
    }
    let asking = order
        .into_iter()
        .enumerate()
        .map(|(number, genuine)| async move {
            let made_up = Invitation {
                noise: X25519Public::from_bytes(rand::random()).expect("no small order"),
                ..parsed.clone()
            };
            let text = if genuine {
                invitation.to_owned()
            } else {
                made_up.to_string()
            };
            let mut machine = Machine::new(&format!("Requester {number}"));
            let host = machine.add(&text);
            let target = knock(parsed, 20 + (number % 8) as u8);
            let Ok(mut stream) = transport.dial(target).await else {
                return "refused";
            };
            let asked = ask(&mut stream, &mut machine, host);
            match timeout(PATIENCE, asked).await {
                Ok(Ok(())) if genuine => "taken in",
                Ok(Ok(())) => panic!("a made-up invitation was answered"),
                Ok(Err(_)) => "closed",
                Err(_) => "silence",
            }
        });
    let mut asking = futures::stream::iter(asking).buffer_unordered(24);
    let mut counts = BTreeMap::<&str, usize>::new();
    while let Some(outcome) = asking.next().await {
        *counts.entry(outcome).or_default() += 1;
    }
    format!("{counts:?}")
}

/// A whole contact request, until it is taken in.
async fn ask(
    stream: &mut BoxStream,
    machine: &mut Machine,
    host: ContactId,
) -> std::io::Result<()> {
    let (link, flight) = machine.dialled(host, Purpose::Knock);
    stream.write_all(&flight).await?;
    stream.flush().await?;
    loop {
        let mut frame = vec![0; FRAME];
        stream.read_exact(&mut frame).await?;
        let wanted = machine.handle(Input::Frame(link, frame));
        if wanted.events.contains(&Event::RequestDelivered(host)) {
            return Ok(());
        }
        for frame in wanted.frames {
            stream.write_all(&frame).await?;
        }
        stream.flush().await?;
    }
}
