//! Scripted faults: who is told what, and when.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};
use undertone_transport::memory::{CELL, Fault, Traced};
use undertone_transport::{DialError, DoorStatus};

use super::fixture::{LATENCY, Pair, open, options, outcome, pair, target};

const MINUTE: Duration = Duration::from_secs(60);

async fn say(pair: &mut Pair, byte: u8) {
    pair.dialled.write_all(&[byte]).await.unwrap();
    pair.dialled.flush().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cut_is_seen_by_both_at_once_and_loses_what_was_under_way() {
    let mut pair = pair(options(0)).await;
    say(&mut pair, 1).await;
    let begun = Instant::now();
    assert_eq!(pair.network.cut(pair.bob.id(), pair.alice.id()), 1);
    for end in [&mut pair.dialled, &mut pair.accepted] {
        let error = end.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
        assert!(end.write(b"x").await.is_err());
        assert!(end.flush().await.is_err());
    }
    assert_eq!(begun.elapsed(), Duration::ZERO);
    // It was the stream, not the way: the next dial works.
    assert_eq!(outcome(&pair.alice, target(1)).await, Ok(()));
    let carol = pair.network.node("carol");
    assert_eq!(pair.network.cut(pair.alice.id(), carol.id()), 0);
}

#[tokio::test(start_paused = true)]
async fn a_cut_wakes_those_who_wait() {
    let mut pair = pair(options(0)).await;
    let (a, b) = (pair.alice.id(), pair.bob.id());
    let (mut reader, mut writer) = tokio::io::split(pair.dialled);
    let reading = tokio::spawn(async move { reader.read_u8().await });
    let writing = tokio::spawn(async move { writer.write_all(&[0; 1 << 20]).await });
    tokio::time::sleep(MINUTE).await;
    assert!(!reading.is_finished() && !writing.is_finished());
    let begun = Instant::now();
    assert_eq!(pair.network.cut(a, b), 1);
    assert!(reading.await.unwrap().is_err());
    assert!(writing.await.unwrap().is_err());
    assert!(pair.accepted.read_u8().await.is_err());
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_reset_is_seen_by_one_at_once_and_by_the_other_later() {
    let mut pair = pair(options(0)).await;
    let begun = Instant::now();
    assert_eq!(pair.network.reset(pair.bob.id(), pair.alice.id()), 1);
    assert!(pair.accepted.read_u8().await.is_err());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert!(pair.dialled.write(b"x").await.is_ok());
    let error = pair.dialled.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(begun.elapsed(), LATENCY);
    assert!(pair.dialled.write(b"x").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn on_a_half_open_stream_nobody_is_told_until_the_window_is_full() {
    let mut options = options(0);
    options.window = 10 * CELL;
    let mut pair = pair(options).await;
    say(&mut pair, 1).await;
    assert_eq!(pair.network.half_open(pair.alice.id(), pair.bob.id()), 1);
    pair.dialled.write_all(&[0; 9 * CELL]).await.unwrap();
    assert!(timeout(MINUTE, pair.accepted.read_u8()).await.is_err());
    let full = timeout(MINUTE, pair.dialled.write_all(&[0; CELL])).await;
    assert!(full.is_err());
    // Not even a close comes through.
    drop(pair.dialled);
    assert!(timeout(MINUTE, pair.accepted.read_u8()).await.is_err());
    assert!(pair.accepted.write(b"x").await.is_ok());
    drop(pair.accepted);
    assert_eq!(pair.network.open_streams(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stall_holds_one_direction_and_loses_nothing() {
    let mut pair = pair(options(0)).await;
    let (a, b) = (pair.alice.id(), pair.bob.id());
    say(&mut pair, 1).await;
    assert_eq!(pair.network.stall(a, b), 1);
    say(&mut pair, 2).await;
    assert!(timeout(MINUTE, pair.accepted.read_u8()).await.is_err());
    pair.accepted.write_all(b"x").await.unwrap();
    pair.accepted.flush().await.unwrap();
    assert_eq!(pair.dialled.read_u8().await.unwrap(), b'x');
    // The close waits with the bytes before it.
    drop(pair.dialled);
    assert!(timeout(MINUTE, pair.accepted.read_u8()).await.is_err());
    assert_eq!(pair.network.release(a, b), 1);
    let mut read = Vec::new();
    pair.accepted.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_partition_holds_both_directions_until_it_heals() {
    let mut pair = pair(options(0)).await;
    let (a, b) = (pair.alice.id(), pair.bob.id());
    pair.network.partition(&[b], &[a]);
    say(&mut pair, 1).await;
    pair.accepted.write_all(&[2]).await.unwrap();
    pair.accepted.flush().await.unwrap();
    assert!(timeout(MINUTE, pair.accepted.read_u8()).await.is_err());
    assert!(timeout(MINUTE, pair.dialled.read_u8()).await.is_err());
    let healing = pair.network.clone();
    tokio::spawn(async move {
        tokio::time::sleep(MINUTE).await;
        healing.heal();
    });
    let begun = Instant::now();
    assert_eq!(pair.accepted.read_u8().await.unwrap(), 1);
    assert_eq!(pair.dialled.read_u8().await.unwrap(), 2);
    assert_eq!(begun.elapsed(), MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_frozen_node_does_nothing_and_its_peer_hears_silence() {
    let mut pair = pair(options(0)).await;
    pair.network.freeze(pair.bob.id());
    say(&mut pair, 1).await;
    assert!(timeout(MINUTE, pair.accepted.read_u8()).await.is_err());
    assert!(timeout(MINUTE, pair.accepted.write(b"x")).await.is_err());
    assert!(timeout(MINUTE, pair.accepted.flush()).await.is_err());
    assert!(timeout(MINUTE, pair.dialled.read_u8()).await.is_err());
    let dial = outcome(&pair.bob, target(1));
    assert!(timeout(Duration::from_secs(5), dial).await.is_err());
    let network = pair.network.clone();
    let bob = pair.bob.id();
    tokio::spawn(async move {
        tokio::time::sleep(MINUTE).await;
        network.thaw(bob);
    });
    let begun = Instant::now();
    assert_eq!(pair.accepted.read_u8().await.unwrap(), 1);
    assert_eq!(begun.elapsed(), MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_crash_breaks_streams_and_frees_the_doors() {
    let mut pair = pair(options(0)).await;
    let bob = pair.bob.clone();
    let status = pair.door.door.status();
    let begun = Instant::now();
    assert_eq!(pair.network.crash(bob.id()), 1);
    assert_eq!(*status.borrow(), DoorStatus::Closed);
    let error = pair.dialled.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(begun.elapsed(), LATENCY);
    assert_eq!(
        outcome(&pair.alice, target(1)).await,
        Err(DialError::NoDescriptor)
    );
    // The program starts again; the handle of the dead one closes nothing of the new one.
    let again = open(&bob, 1, None).await;
    drop(pair.door);
    assert_eq!(*again.door.status().borrow(), DoorStatus::Published);
    assert_eq!(outcome(&pair.alice, target(1)).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn every_fault_stands_in_the_trace() {
    let pair = pair(options(0)).await;
    let (a, b) = (pair.alice.id(), pair.bob.id());
    pair.network.stall(a, b);
    pair.network.release(a, b);
    pair.network.half_open(a, b);
    pair.network.reset(a, b);
    pair.network.cut(a, b);
    pair.network.freeze(a);
    pair.network.thaw(a);
    pair.network.partition(&[a], &[b]);
    pair.network.heal();
    let events: Vec<Traced> = pair
        .network
        .trace()
        .into_iter()
        .map(|event| event.what)
        .collect();
    let faults: Vec<Fault> = events
        .iter()
        .filter_map(|what| match what {
            Traced::Fault { fault, .. } => Some(*fault),
            _ => None,
        })
        .collect();
    assert_eq!(
        faults,
        [
            Fault::Stall,
            Fault::Release,
            Fault::HalfOpen,
            Fault::Reset,
            Fault::Cut
        ]
    );
    assert_eq!(
        events[events.len() - 4..],
        [
            Traced::Frozen(a),
            Traced::Thawed(a),
            Traced::Partitioned(a, b),
            Traced::Healed
        ]
    );
}
