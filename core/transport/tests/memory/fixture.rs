//! Two nodes and a stream between them.

use std::time::Duration;

use undertone_transport::memory::{MemoryNetwork, MemoryOptions, MemoryTransport};
use undertone_transport::{
    BoxStream, DialError, DialTarget, DoorConfig, DoorSeed, DoorStatus, Isolation, OpenDoor,
    Transport,
};
use undertone_wire::{OnionKey, X25519Public, X25519Secret};

pub const LATENCY: Duration = Duration::from_millis(100);
pub const LOOKUP: Duration = Duration::from_millis(400);
pub const DIAL: Duration = Duration::from_millis(600);

/// No cryptography, only another value for each seed.
pub fn onion_key(seed: &DoorSeed) -> OnionKey {
    OnionKey::from_bytes(seed.0.map(|byte| byte ^ 0xaa))
}

/// As `onion_key`.
pub fn reader_key(secret: &X25519Secret) -> X25519Public {
    X25519Public::from_bytes(secret.as_bytes().map(|byte| byte ^ 0x55)).unwrap()
}

pub fn options(seed: u64) -> MemoryOptions {
    let mut options = MemoryOptions::new(seed, onion_key, reader_key);
    options.latency = LATENCY;
    options.lookup = LOOKUP;
    options
}

pub fn target(seed: u8) -> DialTarget {
    DialTarget {
        door: onion_key(&DoorSeed([seed; 32])),
        descriptor_key: None,
        isolation: Isolation([seed; 16]),
    }
}

/// Opens a door and waits for its descriptor.
pub async fn open(
    node: &MemoryTransport,
    seed: u8,
    readers: Option<Vec<X25519Public>>,
) -> OpenDoor {
    let config = DoorConfig {
        seed: DoorSeed([seed; 32]),
        readers,
    };
    let door = node.open_door(config).await.unwrap();
    let mut status = door.door.status();
    status
        .wait_for(|status| *status == DoorStatus::Published)
        .await
        .unwrap();
    door
}

/// Dials and drops the stream: what a dialer would be told.
pub async fn outcome(node: &MemoryTransport, target: DialTarget) -> Result<(), DialError> {
    node.dial(target).await.map(drop)
}

pub struct Pair {
    pub network: MemoryNetwork,
    pub alice: MemoryTransport,
    pub bob: MemoryTransport,
    pub door: OpenDoor,
    /// Alice's end; she dialled.
    pub dialled: BoxStream,
    /// Bob's end.
    pub accepted: BoxStream,
}

/// Alice has dialled Bob.
pub async fn pair(options: MemoryOptions) -> Pair {
    let network = MemoryNetwork::new(options);
    let (alice, bob) = (network.node("alice"), network.node("bob"));
    let mut door = open(&bob, 1, None).await;
    let dialled = alice.dial(target(1)).await.unwrap();
    let accepted = door.incoming.recv().await.unwrap();
    Pair {
        network,
        alice,
        bob,
        door,
        dialled,
        accepted,
    }
}
