//! Random faults: the same seed gives the same run, another seed another one.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use undertone_transport::memory::{Fault, FaultRates, MemoryNetwork, Received, TraceEvent, Traced};
use undertone_transport::{DialError, OpenDoor, Transport};

use super::fixture::{open, options, target};

const RATES: FaultRates = FaultRates {
    cut: 20_000,
    reset: 20_000,
    half_open: 20_000,
    stall: 50_000,
    stall_for: Duration::from_secs(20),
    delay: 100_000,
    delay_for: Duration::from_secs(2),
    dial: 100_000,
};

/// Three nodes dial one another for a while, and echo.
async fn run(seed: u64, faults: FaultRates) -> (Vec<TraceEvent>, Vec<Received>) {
    let mut options = options(seed);
    options.faults = faults;
    options.record = true;
    let network = MemoryNetwork::new(options);
    let nodes = ["a", "b", "c"].map(|name| network.node(name));
    let mut tasks = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        let OpenDoor { door, mut incoming } = open(node, number as u8, None).await;
        tokio::spawn(async move {
            let _open = door;
            while let Some(mut stream) = incoming.recv().await {
                tokio::spawn(async move {
                    let mut frame = [0; 976];
                    while stream.read_exact(&mut frame).await.is_ok()
                        && stream.write_all(&frame).await.is_ok()
                        && stream.flush().await.is_ok()
                    {}
                });
            }
        });
    }
    for (number, node) in nodes.into_iter().enumerate() {
        tasks.push(tokio::spawn(async move {
            for turn in 0..10 {
                let mut stream = match node.dial(target(((number + 1) % 3) as u8)).await {
                    Ok(stream) => stream,
                    Err(error) => {
                        assert_eq!(error, DialError::IntroductionFailed);
                        continue;
                    }
                };
                let echo = async {
                    let mut back = [0; 976];
                    for _ in 0..10 {
                        stream.write_all(&[turn; 976]).await?;
                        stream.flush().await?;
                        stream.read_exact(&mut back).await?;
                        assert_eq!(back, [turn; 976]);
                    }
                    Ok::<(), std::io::Error>(())
                };
                // Half-open streams end here.
                let _ = timeout(Duration::from_secs(60), echo).await;
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    (network.trace(), network.received(network.node("b").id()))
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_trace_and_the_same_bytes() {
    let (trace, received) = run(11, RATES).await;
    let (again, received_again) = run(11, RATES).await;
    assert_eq!(trace, again);
    assert_eq!(received, received_again);
    let (other, _) = run(12, RATES).await;
    assert_ne!(trace, other);
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_fault_comes_up_and_none_without_rates() {
    let kinds = |trace: &[TraceEvent]| {
        [
            Fault::Cut,
            Fault::Reset,
            Fault::HalfOpen,
            Fault::Stall,
            Fault::Delay,
        ]
        .map(|kind| {
            trace
                .iter()
                .filter(
                    |event| matches!(&event.what, Traced::Fault { fault, .. } if *fault == kind),
                )
                .count()
        })
    };
    let (trace, _) = run(11, RATES).await;
    assert!(
        kinds(&trace).iter().all(|count| *count > 0),
        "{:?}",
        kinds(&trace)
    );
    let (quiet, received) = run(11, FaultRates::default()).await;
    assert_eq!(kinds(&quiet), [0; 5]);
    // The positive control of the echo: all of it came through, both as listener and as dialer.
    let bytes: usize = received.iter().map(|received| received.bytes.len()).sum();
    assert_eq!(bytes, 2 * 10 * 10 * 976);
}
