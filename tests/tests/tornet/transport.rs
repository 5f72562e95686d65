//! The Tor transport over the private network: dials, doors, readers, outages, and what is left
//! on disk. Needs Debian's `tor`; skipped with a printed reason without it, except in CI.

mod dormant;
mod traces;

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use tor_llcrypto::pk::curve25519::{PublicKey, StaticSecret};
use undertone_tests::tornet::{TorNet, TorNetOptions};
use undertone_tor::{Network, NetworkFile, TorOptions, TorTransport};
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorError, DoorSeed, DoorStatus, Isolation,
    NetworkStatus, OpenDoor, Transport,
};
use undertone_wire::{X25519Public, X25519Secret};

/// Long enough for a loaded machine; nothing here normally takes more than a few seconds.
const LIMIT: Duration = Duration::from_secs(120);

/// A network with a place for the files of the transports that use it.
struct Lab {
    network: TorNet,
    place: tempfile::TempDir,
}

impl Lab {
    /// `None` where there is no `tor`.
    async fn new() -> Option<Self> {
        if !TorNet::available_or_skip().unwrap() {
            return None;
        }
        let network = TorNet::start(TorNetOptions::default()).await.unwrap();
        let place = tempfile::tempdir().unwrap();
        Some(Self { network, place })
    }

    fn options(&self) -> TorOptions {
        let file = NetworkFile::read(&self.network.network_file()).unwrap();
        let mut options = TorOptions::new(Network::Private(file), self.place.path().to_owned());
        // One lost rendezvous takes Arti 41 s with the network's circuit timeout of 5 s.
        options.dial_deadline = Duration::from_secs(30);
        options
    }

    async fn transport(&self) -> TorTransport {
        TorTransport::start(self.options()).await.unwrap()
    }
}

/// A reader's key pair, made as the service makes it for its one client.
fn reader() -> (X25519Secret, X25519Public) {
    let secret = StaticSecret::from(rand::random::<[u8; 32]>());
    let public = PublicKey::from(&secret);
    (
        X25519Secret::from_bytes(secret.to_bytes()),
        X25519Public::from_bytes(public.to_bytes()).unwrap(),
    )
}

fn target(seed: &DoorSeed, key: Option<&X25519Secret>) -> DialTarget {
    DialTarget {
        door: TorTransport::onion_key(seed),
        descriptor_key: key.cloned(),
        isolation: Isolation(rand::random()),
    }
}

async fn open(
    transport: &TorTransport,
    seed: &DoorSeed,
    readers: Option<Vec<X25519Public>>,
) -> OpenDoor {
    let seed = seed.clone();
    transport
        .open_door(DoorConfig { seed, readers })
        .await
        .unwrap()
}

async fn until_door(status: &mut watch::Receiver<DoorStatus>, wanted: DoorStatus) {
    let reached = timeout(LIMIT, status.wait_for(|status| *status == wanted)).await;
    reached.expect("in time").expect("the door lives");
}

/// Opens a door that sends back what it hears, and waits until it is published.
async fn echo_door(
    transport: &TorTransport,
    seed: &DoorSeed,
    readers: Option<Vec<X25519Public>>,
) -> Box<dyn undertone_transport::Door> {
    let OpenDoor { door, incoming } = open(transport, seed, readers).await;
    tokio::spawn(echo(incoming));
    until_door(&mut door.status(), DoorStatus::Published).await;
    door
}

async fn echo(mut incoming: mpsc::Receiver<BoxStream>) {
    while let Some(mut stream) = incoming.recv().await {
        tokio::spawn(async move {
            let mut bytes = [0; 512];
            while let Ok(length @ 1..) = stream.read(&mut bytes).await {
                if stream.write_all(&bytes[..length]).await.is_err()
                    || stream.flush().await.is_err()
                {
                    return;
                }
            }
        });
    }
}

async fn ping(stream: &mut BoxStream) -> std::io::Result<()> {
    let sent: [u8; 32] = rand::random();
    let mut heard = [0; 32];
    stream.write_all(&sent).await?;
    stream.flush().await?;
    stream.read_exact(&mut heard).await?;
    assert_eq!(sent, heard);
    Ok(())
}

/// Dials again and again until the answer is `wanted`; `None` is a stream.
async fn dial_until(
    transport: &TorTransport,
    target: &DialTarget,
    wanted: Option<DialError>,
) -> Option<BoxStream> {
    let begun = Instant::now();
    let mut answers = BTreeSet::new();
    // A dial that fails at once must not be repeated at once.
    let mut pace = tokio::time::interval(Duration::from_millis(250));
    while begun.elapsed() < LIMIT {
        pace.tick().await;
        let answer = transport.dial(target.clone()).await;
        answers.insert(format!("{:?}", answer.as_ref().err()));
        if answer.as_ref().err().copied() == wanted {
            println!(
                "    {wanted:?} after {:.2?}, answers {answers:?}",
                begun.elapsed()
            );
            return answer.ok();
        }
    }
    panic!("{wanted:?} expected, heard {answers:?}");
}

/// How long a stream takes to end.
async fn end(stream: &mut BoxStream) -> Duration {
    let begun = Instant::now();
    let mut bytes = [0; 1];
    let read = timeout(LIMIT, stream.read(&mut bytes))
        .await
        .expect("ends in time");
    assert!(matches!(read, Ok(0) | Err(_)));
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_admits_its_readers_and_takes_its_streams_with_it() {
    let Some(lab) = Lab::new().await else { return };
    let (host, guest) = (lab.transport().await, lab.transport().await);
    let seed = DoorSeed(rand::random());
    let (first_key, first) = reader();
    let (second_key, second) = reader();
    let (stranger_key, _) = reader();

    let unknown = target(&seed, Some(&first_key));
    assert_eq!(
        guest.dial(unknown).await.err(),
        Some(DialError::NoDescriptor)
    );

    println!("a restricted door");
    let door = echo_door(&host, &seed, Some(vec![first])).await;
    let again = DoorConfig {
        seed: seed.clone(),
        readers: None,
    };
    assert_eq!(
        host.open_door(again).await.err(),
        Some(DoorError::AlreadyOpen)
    );
    let begun = Instant::now();
    let mut stream = guest.dial(target(&seed, Some(&first_key))).await.unwrap();
    println!("    first dial {:.2?}", begun.elapsed());
    ping(&mut stream).await.unwrap();
    let refused = |answer: Result<BoxStream, DialError>| answer.err();
    for key in [Some(&stranger_key), Some(&second_key), None] {
        let answer = guest.dial(target(&seed, key)).await;
        assert_eq!(refused(answer), Some(DialError::NotAdmitted));
    }

    println!("the network's time is known from its directory");
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let told = host.network_time().expect("there is a directory");
    // A directory says when it became valid, and this network makes one every few seconds.
    assert!(told.abs_diff(clock.as_secs()) < 3_600, "{told} {clock:?}");

    println!("a reader is added while the door is open");
    door.set_readers(&[first, second]).unwrap();
    let mut other = dial_until(&guest, &target(&seed, Some(&second_key)), None)
        .await
        .unwrap();
    ping(&mut other).await.unwrap();

    println!("a reader is removed: not admitted any more, the others are, streams go on");
    door.set_readers(&[second]).unwrap();
    let removed = target(&seed, Some(&first_key));
    dial_until(&guest, &removed, Some(DialError::NotAdmitted)).await;
    assert_eq!(
        guest.dial(removed).await.err(),
        Some(DialError::NotAdmitted)
    );
    dial_until(&guest, &target(&seed, Some(&second_key)), None)
        .await
        .unwrap();
    ping(&mut stream).await.unwrap();
    ping(&mut other).await.unwrap();

    println!("nobody is admitted by an empty list");
    door.set_readers(&[]).unwrap();
    dial_until(
        &guest,
        &target(&seed, Some(&second_key)),
        Some(DialError::NotAdmitted),
    )
    .await;

    println!("the door is dropped");
    let mut status = door.status();
    drop(door);
    assert_eq!(*status.borrow_and_update(), DoorStatus::Closed);
    let (one, two) = tokio::join!(end(&mut stream), end(&mut other));
    println!("    streams of the dialler ended after {one:.2?} and {two:.2?}");
    assert!(one < Duration::from_secs(20) && two < Duration::from_secs(20));
    let begun = Instant::now();
    let gone = guest.dial(target(&seed, Some(&second_key))).await;
    println!("    a new dial failed after {:.2?}", begun.elapsed());
    assert!(gone.is_err());

    println!("the same door again, open to all");
    let door = echo_door(&host, &seed, None).await;
    assert_eq!(door.set_readers(&[first]).err(), Some(DoorError::Refused));
    let mut stream = dial_until(&guest, &target(&seed, None), None)
        .await
        .unwrap();
    ping(&mut stream).await.unwrap();

    println!("a dropped door without streams can no longer be dialled");
    drop((stream, door));
    let gone = guest.dial(target(&seed, None)).await.err();
    // Which one depends on whether its introduction points learned of the end already.
    assert!(
        matches!(
            gone,
            Some(
                DialError::IntroductionFailed
                    | DialError::NoDescriptor
                    | DialError::RendezvousTimedOut
                    | DialError::TimedOut
            )
        ),
        "{gone:?}"
    );

    let begun = Instant::now();
    host.shutdown().await;
    println!("    shutdown took {:.2?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(host.network_time(), None);
    assert_eq!(
        host.dial(target(&seed, None)).await.err(),
        Some(DialError::NoNetwork)
    );
    let closed = host
        .open_door(DoorConfig {
            seed,
            readers: None,
        })
        .await
        .err();
    assert_eq!(closed, Some(DoorError::ShutDown));
    guest.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_flow_again_after_the_network_changed_and_after_all_relays_died() {
    let Some(lab) = Lab::new().await else { return };
    let (host, guest) = (lab.transport().await, lab.transport().await);
    let seed = DoorSeed(rand::random());
    let door = echo_door(&host, &seed, None).await;
    let mut status = door.status();
    let mut stream = guest.dial(target(&seed, None)).await.unwrap();
    ping(&mut stream).await.unwrap();

    println!("the network changed, but the connections held");
    let mut network = host.status();
    network.borrow_and_update();
    host.network_changed();
    guest.network_changed();
    // The client is replaced: it bootstraps anew and is ready again.
    timeout(
        LIMIT,
        network.wait_for(|status| *status != NetworkStatus::Ready),
    )
    .await
    .unwrap()
    .unwrap();
    timeout(
        LIMIT,
        network.wait_for(|status| *status == NetworkStatus::Ready),
    )
    .await
    .unwrap()
    .unwrap();
    let mut next = dial_until(&guest, &target(&seed, None), None)
        .await
        .unwrap();
    ping(&mut next).await.unwrap();
    ping(&mut stream)
        .await
        .expect("a stream outlives the client it was made with");

    println!("all relays die");
    let begun = Instant::now();
    lab.network.kill_relays();
    end(&mut stream).await;
    end(&mut next).await;
    println!("    streams ended after {:.2?}", begun.elapsed());
    until_door(&mut status, DoorStatus::Unreachable).await;
    println!("    door unreachable after {:.2?}", begun.elapsed());
    let answer = guest.dial(target(&seed, None)).await.err();
    assert!(answer.is_some());
    timeout(
        LIMIT,
        network.wait_for(|status| *status == NetworkStatus::NoNetwork),
    )
    .await
    .unwrap()
    .unwrap();
    println!("    no network after {:.2?}", begun.elapsed());

    println!("and come back without the descriptors they held");
    lab.network.restart_relays().await.unwrap();
    let begun = Instant::now();
    let mut stream = dial_until(&guest, &target(&seed, None), None)
        .await
        .unwrap();
    ping(&mut stream).await.unwrap();
    println!(
        "    recovered {:.2?} after the relays were back",
        begun.elapsed()
    );
    assert!(begun.elapsed() < Duration::from_secs(180));
    let begun = Instant::now();
    host.shutdown().await;
    println!(
        "    shutdown with an open door took {:.2?}",
        begun.elapsed()
    );
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!(*door.status().borrow(), DoorStatus::Closed);
    guest.shutdown().await;
}

/// Resident memory of this process in KiB, and its threads.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    };
    (field("VmRSS:"), field("Threads:"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doors_cost_little_and_give_back_their_threads() {
    let Some(lab) = Lab::new().await else { return };
    let host = lab.transport().await;
    let begun = memory();
    println!("    without a door: {} KiB, {} threads", begun.0, begun.1);
    let mut doors = Vec::new();
    for count in [1, 10, 50] {
        while doors.len() < count {
            let (_, public) = reader();
            doors.push(open(&host, &DoorSeed(rand::random()), Some(vec![public])).await);
        }
        let since = Instant::now();
        for door in &doors {
            until_door(&mut door.door.status(), DoorStatus::Published).await;
        }
        let (resident, threads) = memory();
        println!(
            "    {count} doors: {resident} KiB, {threads} threads, published in {:.2?}",
            since.elapsed()
        );
    }
    let most = memory().1;
    let statuses: Vec<_> = doors.iter().map(|door| door.door.status()).collect();
    for mut door in doors {
        drop(door.door);
        // The end of the incoming streams is the end of the service.
        assert!(
            timeout(LIMIT, door.incoming.recv())
                .await
                .unwrap()
                .is_none()
        );
    }
    assert!(
        statuses
            .iter()
            .all(|status| *status.borrow() == DoorStatus::Closed)
    );
    let (resident, threads) = memory();
    println!("    after them: {resident} KiB, {threads} threads");
    // Other tests of this process may start and end threads meanwhile, but not so many.
    assert!(
        threads < most.max(begun.1 + 50),
        "{most} threads, then {threads}"
    );
    host.shutdown().await;
}
