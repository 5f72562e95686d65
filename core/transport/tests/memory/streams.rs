//! Streams without faults: order, latency, windows, flushes and ends.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};
use undertone_transport::framing::{FrameSize, ReadError, ReadLimits, split};
use undertone_transport::memory::{CELL, Traced};

use super::fixture::{LATENCY, options, pair};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn bytes_arrive_in_order_after_the_latency_of_their_direction() {
    let mut pair = pair(options(0)).await;
    let (a, b) = (pair.alice.id(), pair.bob.id());
    pair.network.set_latency(b, a, 3 * LATENCY);
    let begun = Instant::now();
    pair.dialled.write_all(b"there").await.unwrap();
    pair.dialled.flush().await.unwrap();
    let mut read = [0; 5];
    pair.accepted.read_exact(&mut read).await.unwrap();
    assert_eq!(begun.elapsed(), LATENCY);
    pair.accepted.write_all(b"back").await.unwrap();
    pair.accepted.flush().await.unwrap();
    pair.dialled.read_exact(&mut read[..4]).await.unwrap();
    assert_eq!(begun.elapsed(), 4 * LATENCY);

    // A shorter latency overtakes nothing.
    pair.accepted.write_all(b"1").await.unwrap();
    pair.accepted.flush().await.unwrap();
    pair.network.set_latency(b, a, Duration::ZERO);
    pair.accepted.write_all(b"2").await.unwrap();
    pair.accepted.flush().await.unwrap();
    let mut both = [0; 2];
    pair.dialled.read_exact(&mut both).await.unwrap();
    assert_eq!(&both, b"12");
    assert_eq!(begun.elapsed(), 7 * LATENCY);
}

#[tokio::test(start_paused = true)]
async fn only_whole_cells_leave_without_a_flush() {
    let mut pair = pair(options(0)).await;
    pair.dialled.write_all(&[1; CELL + 2]).await.unwrap();
    let mut read = vec![0; CELL];
    pair.accepted.read_exact(&mut read).await.unwrap();
    assert!(timeout(SECOND, pair.accepted.read_u8()).await.is_err());
    pair.dialled.flush().await.unwrap();
    pair.accepted.read_exact(&mut read[..2]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_writer_waits_when_the_window_is_full() {
    let mut options = options(0);
    options.window = 2000;
    let mut pair = pair(options).await;
    let write = pair.dialled.write_all(&[5; 5000]);
    assert!(timeout(SECOND, write).await.is_err());
    let sent: usize = pair
        .network
        .trace()
        .iter()
        .map(|event| match event.what {
            Traced::Sent { bytes, .. } => bytes,
            _ => 0,
        })
        .sum();
    assert_eq!(sent, 4 * CELL);
    // One read makes room for as many bytes.
    let mut read = [0; 700];
    pair.accepted.read_exact(&mut read).await.unwrap();
    let room = timeout(SECOND, pair.dialled.write(&[5; 5000])).await;
    assert_eq!(room.unwrap().unwrap(), 700);
    assert!(timeout(SECOND, pair.dialled.write(&[5])).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_gets_everything() {
    let mut options = options(0);
    options.window = 1000;
    let pair = pair(options).await;
    let (mut from, mut to) = (pair.dialled, pair.accepted);
    let sent: Vec<u8> = (0..100_000_u32).map(|n| (n % 241) as u8).collect();
    let expected = sent.clone();
    let writing = tokio::spawn(async move {
        from.write_all(&sent).await.unwrap();
        from.shutdown().await.unwrap();
        from
    });
    let mut read = Vec::new();
    let mut buffer = [0; 333];
    loop {
        let length = to.read(&mut buffer).await.unwrap();
        if length == 0 {
            break;
        }
        read.extend_from_slice(&buffer[..length]);
        tokio::time::sleep(Duration::from_millis(7)).await;
    }
    assert_eq!(read, expected);
    drop(writing.await.unwrap());
    drop(to);
    assert_eq!(pair.network.open_streams(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_delivers_what_was_written_and_ends_both_directions() {
    let mut pair = pair(options(0)).await;
    pair.dialled.write_all(b"bye").await.unwrap();
    pair.dialled.shutdown().await.unwrap();
    assert_eq!(pair.dialled.read(&mut [0]).await.unwrap(), 0);
    let error = pair.dialled.write(b"x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    // The news is under way.
    assert_eq!(pair.accepted.write(b"x").await.unwrap(), 1);
    let mut read = Vec::new();
    pair.accepted.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, b"bye");
    let error = pair.accepted.write(b"x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
}

#[tokio::test(start_paused = true)]
async fn dropping_an_end_loses_what_was_not_flushed() {
    let mut pair = pair(options(0)).await;
    pair.dialled.write_all(b"kept").await.unwrap();
    pair.dialled.flush().await.unwrap();
    pair.dialled.write_all(b"lost").await.unwrap();
    drop(pair.dialled);
    let mut read = Vec::new();
    pair.accepted.read_to_end(&mut read).await.unwrap();
    assert_eq!(read, b"kept");
}

#[tokio::test(start_paused = true)]
async fn a_blocked_writer_learns_that_the_peer_has_left() {
    let mut options = options(0);
    options.window = CELL;
    let mut pair = pair(options).await;
    let begun = Instant::now();
    let writing = tokio::spawn(async move { pair.dialled.write_all(&[0; 5000]).await });
    tokio::time::sleep(SECOND).await;
    drop(pair.accepted);
    let error = writing.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    assert_eq!(begun.elapsed(), SECOND + LATENCY);
}

#[tokio::test(start_paused = true)]
async fn each_node_has_a_record_of_what_it_read_and_nothing_else() {
    let mut options = options(0);
    options.record = true;
    let mut pair = pair(options).await;
    pair.dialled.write_all(b"to bob").await.unwrap();
    pair.dialled.flush().await.unwrap();
    pair.accepted.read_exact(&mut [0; 6]).await.unwrap();
    pair.dialled.write_all(b"never read").await.unwrap();
    pair.dialled.flush().await.unwrap();
    let received = pair.network.received(pair.bob.id());
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].bytes, b"to bob");
    assert!(pair.network.received(pair.alice.id()).is_empty());
    assert!(!format!("{received:?}").contains("116"));
}

#[tokio::test(start_paused = true)]
async fn frames_go_over_it() {
    let pair = pair(options(0)).await;
    let limits = ReadLimits {
        idle: 10 * SECOND,
        frame: SECOND,
    };
    let (mut reader, _keep) = split(pair.accepted, FrameSize::Chat, limits, SECOND);
    let (_reader, mut writer) = split(pair.dialled, FrameSize::Chat, limits, SECOND);
    for n in 0..20 {
        writer.write(&[n; 976]).await.unwrap();
    }
    for n in 0..20 {
        assert_eq!(reader.read().await.unwrap(), [n; 976]);
    }
    writer.close().await.unwrap();
    assert_eq!(reader.read().await, Err(ReadError::Closed));
}
