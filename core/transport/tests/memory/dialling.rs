//! Doors and dials: who is let in, and what the others are told.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;
use undertone_transport::memory::{FaultRates, MemoryNetwork, Traced};
use undertone_transport::{
    DialError, DialTarget, DoorConfig, DoorError, DoorSeed, DoorStatus, Isolation, NetworkStatus,
    Transport,
};
use undertone_wire::X25519Secret;

use super::fixture::{DIAL, onion_key, open, options, outcome, pair, reader_key, target};

#[tokio::test(start_paused = true)]
async fn a_dial_takes_a_lookup_and_a_round_trip() {
    let network = MemoryNetwork::new(options(0));
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    let mut door = open(&bob, 1, None).await;
    let begun = Instant::now();
    let mut dialled = alice.dial(target(1)).await.unwrap();
    assert_eq!(begun.elapsed(), DIAL);
    let mut accepted = door.incoming.recv().await.unwrap();
    dialled.write_all(b"hello").await.unwrap();
    dialled.flush().await.unwrap();
    let mut read = [0; 5];
    accepted.read_exact(&mut read).await.unwrap();
    assert_eq!(&read, b"hello");
}

#[tokio::test(start_paused = true)]
async fn a_door_is_not_found_before_it_is_published_nor_after_it_closed() {
    let network = MemoryNetwork::new(options(0));
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    assert_eq!(
        outcome(&alice, target(1)).await,
        Err(DialError::NoDescriptor)
    );
    let config = DoorConfig {
        seed: DoorSeed([1; 32]),
        readers: None,
    };
    let mut opened = bob.open_door(config.clone()).await.unwrap();
    let mut status = opened.door.status();
    assert_eq!(*status.borrow_and_update(), DoorStatus::Opening);
    assert_eq!(
        outcome(&alice, target(1)).await,
        Err(DialError::NoDescriptor)
    );
    assert_eq!(
        bob.open_door(config.clone()).await.unwrap_err(),
        DoorError::AlreadyOpen
    );
    status.changed().await.unwrap();
    assert_eq!(*status.borrow_and_update(), DoorStatus::Published);
    assert_eq!(outcome(&alice, target(1)).await, Ok(()));

    drop(opened.door);
    assert_eq!(*status.borrow_and_update(), DoorStatus::Closed);
    assert!(opened.incoming.recv().await.is_some());
    assert!(opened.incoming.recv().await.is_none());
    assert_eq!(
        outcome(&alice, target(1)).await,
        Err(DialError::NoDescriptor)
    );
    assert!(bob.open_door(config).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_restricted_door_admits_its_readers_of_the_moment() {
    let network = MemoryNetwork::new(options(0));
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    let (key, other) = (
        X25519Secret::from_bytes([3; 32]),
        X25519Secret::from_bytes([4; 32]),
    );
    let door = open(&bob, 1, Some(Vec::new())).await;
    let with = |key: Option<&X25519Secret>| DialTarget {
        descriptor_key: key.cloned(),
        ..target(1)
    };
    // An empty list: a door that nobody can find yet.
    assert_eq!(
        outcome(&alice, with(Some(&key))).await,
        Err(DialError::NoDescriptor)
    );
    door.door.set_readers(&[reader_key(&key)]).unwrap();
    assert_eq!(outcome(&alice, with(Some(&key))).await, Ok(()));
    for wrong in [Some(&other), None] {
        assert_eq!(
            outcome(&alice, with(wrong)).await,
            Err(DialError::NotAdmitted)
        );
    }
    door.door.set_readers(&[reader_key(&other)]).unwrap();
    assert_eq!(
        outcome(&alice, with(Some(&key))).await,
        Err(DialError::NotAdmitted)
    );

    let open_to_all = open(&bob, 2, None).await;
    assert_eq!(
        open_to_all.door.set_readers(&[reader_key(&key)]),
        Err(DoorError::Refused)
    );
    let many = vec![reader_key(&key); 257];
    assert_eq!(
        door.door.set_readers(&many),
        Err(DoorError::TooManyReaders(257))
    );
}

#[tokio::test(start_paused = true)]
async fn a_flood_at_a_door_is_refused_and_not_queued() {
    let mut options = options(0);
    options.incoming = 2;
    let network = MemoryNetwork::new(options);
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    let mut door = open(&bob, 1, None).await;
    let _first = alice.dial(target(1)).await.unwrap();
    let _second = alice.dial(target(1)).await.unwrap();
    assert_eq!(outcome(&alice, target(1)).await, Err(DialError::Refused));
    let taken = door.incoming.recv().await.unwrap();
    assert!(alice.dial(target(1)).await.is_ok());
    drop(taken);
    // A program that listens no more.
    drop(door.incoming);
    assert_eq!(outcome(&alice, target(1)).await, Err(DialError::Refused));
}

#[tokio::test(start_paused = true)]
async fn a_node_without_network_is_told_why_and_is_not_reached() {
    let mut pair = pair(options(0)).await;
    let (alice, bob) = (pair.alice.clone(), pair.bob.clone());
    for (status, error) in [
        (NetworkStatus::NoNetwork, DialError::NoNetwork),
        (NetworkStatus::WrongClock, DialError::WrongClock),
        (
            NetworkStatus::Bootstrapping(40),
            DialError::Bootstrapping(40),
        ),
        (NetworkStatus::Stuck(55), DialError::Bootstrapping(55)),
    ] {
        pair.network.set_status(alice.id(), status);
        assert_eq!(*alice.status().borrow(), status);
        assert_eq!(outcome(&alice, target(1)).await, Err(error));
    }
    assert!(pair.dialled.read_u8().await.is_err());
    assert!(pair.accepted.read_u8().await.is_err());

    pair.network.set_status(alice.id(), NetworkStatus::Ready);
    pair.network.set_status(bob.id(), NetworkStatus::NoNetwork);
    let mut door = pair.door.door.status();
    assert_eq!(*door.borrow_and_update(), DoorStatus::Unreachable);
    // The descriptor is still there; nobody answers behind it.
    assert_eq!(
        outcome(&alice, target(1)).await,
        Err(DialError::IntroductionFailed)
    );
    pair.network.set_status(bob.id(), NetworkStatus::Ready);
    door.wait_for(|status| *status == DoorStatus::Published)
        .await
        .unwrap();
    assert_eq!(outcome(&alice, target(1)).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_dormant_node_keeps_its_streams_and_dials_nothing() {
    let mut pair = pair(options(0)).await;
    pair.alice.set_dormant(true);
    assert_eq!(*pair.alice.status().borrow(), NetworkStatus::Dormant);
    assert_eq!(
        outcome(&pair.alice, target(1)).await,
        Err(DialError::NoNetwork)
    );
    pair.dialled.write_all(b"x").await.unwrap();
    pair.dialled.flush().await.unwrap();
    assert_eq!(pair.accepted.read_u8().await.unwrap(), b'x');
    pair.alice.set_dormant(false);
    assert_eq!(outcome(&pair.alice, target(1)).await, Ok(()));
    // It wakes nobody who lost the network.
    pair.network
        .set_status(pair.alice.id(), NetworkStatus::NoNetwork);
    pair.alice.set_dormant(false);
    assert_eq!(*pair.alice.status().borrow(), NetworkStatus::NoNetwork);
}

#[tokio::test(start_paused = true)]
async fn dialling_a_frozen_node_waits_for_it_or_times_out() {
    let pair = pair(options(0)).await;
    pair.network.freeze(pair.bob.id());
    let begun = Instant::now();
    assert_eq!(
        outcome(&pair.alice, target(1)).await,
        Err(DialError::RendezvousTimedOut)
    );
    assert_eq!(begun.elapsed(), Duration::from_secs(60));
    let alice = pair.alice.clone();
    let dialling = tokio::spawn(async move { outcome(&alice, target(1)).await });
    tokio::time::sleep(Duration::from_secs(30)).await;
    pair.network.thaw(pair.bob.id());
    assert_eq!(dialling.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_partition_fails_dials_until_it_heals() {
    let pair = pair(options(0)).await;
    let carol = pair.network.node("carol");
    let (alice, bob) = (pair.alice.id(), pair.bob.id());
    pair.network.partition(&[alice], &[bob]);
    assert_eq!(
        outcome(&pair.alice, target(1)).await,
        Err(DialError::IntroductionFailed)
    );
    assert_eq!(outcome(&carol, target(1)).await, Ok(()));
    pair.network.heal();
    assert_eq!(outcome(&pair.alice, target(1)).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_dial_leaves_no_stream() {
    let pair = pair(options(0)).await;
    assert_eq!(pair.network.open_streams(), 1);
    // At every moment: before the lookup, before the introduction, after the rendezvous.
    for millis in [0, 399, 450, 550, 599] {
        let dial = outcome(&pair.alice, target(1));
        assert!(
            tokio::time::timeout(Duration::from_millis(millis), dial)
                .await
                .is_err()
        );
    }
    let mut incoming = pair.door.incoming;
    while let Ok(mut stream) = incoming.try_recv() {
        assert_eq!(stream.read(&mut [0]).await.unwrap(), 0);
    }
    assert_eq!(pair.network.open_streams(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_trace_shows_isolation_failures_and_the_order() {
    let network = MemoryNetwork::new(options(0));
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    assert_eq!(network.node("alice").id(), alice.id());
    let _door = open(
        &bob,
        1,
        Some(vec![reader_key(&X25519Secret::from_bytes([3; 32]))]),
    )
    .await;
    outcome(&alice, target(1)).await.unwrap_err();
    alice.network_changed();
    let seen: Vec<_> = network
        .trace()
        .into_iter()
        .map(|event| event.what)
        .collect();
    assert_eq!(
        seen,
        [
            Traced::Node {
                node: alice.id(),
                name: "alice".into()
            },
            Traced::Node {
                node: bob.id(),
                name: "bob".into()
            },
            Traced::DoorOpened(bob.id(), Some(1)),
            Traced::DoorPublished(bob.id()),
            Traced::Dialling {
                from: alice.id(),
                isolation: Isolation([1; 16])
            },
            Traced::DialFailed {
                from: alice.id(),
                error: DialError::NotAdmitted
            },
            Traced::NetworkChanged(alice.id()),
        ]
    );
    let at = network.trace().last().unwrap().at;
    assert_eq!(at, Duration::from_millis(2400));
}

#[tokio::test(start_paused = true)]
async fn dials_fail_by_chance_at_their_rate() {
    let mut options = options(5);
    options.faults = FaultRates {
        dial: 300_000,
        ..FaultRates::default()
    };
    let network = MemoryNetwork::new(options);
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    let mut door = open(&bob, 1, None).await;
    let mut failed = 0;
    for _ in 0..300 {
        match outcome(&alice, target(1)).await {
            Ok(()) => drop(door.incoming.recv().await.unwrap()),
            Err(error) => {
                assert_eq!(error, DialError::IntroductionFailed);
                failed += 1;
            }
        }
    }
    assert!((60..120).contains(&failed), "{failed}");
    assert_eq!(network.open_streams(), 0);
}

#[test]
fn debug_output_shows_no_key() {
    let text = format!("{:?}", target(1));
    assert!(!text.contains("171") && text.contains("OnionKey(..)"));
    assert_eq!(format!("{:?}", DoorSeed([7; 32])), "DoorSeed(..)");
    assert_ne!(onion_key(&DoorSeed([1; 32])), onion_key(&DoorSeed([2; 32])));
}
