//! A profile with many contacts, made in a moment on a network in memory with a virtual clock. Their
//! homes are real and can be started on Tor afterwards.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::{Builder, Handle};
use undertone_transport::DoorSeed;
use undertone_transport::memory::{MemoryNetwork, MemoryOptions};
use undertone_wire::{OnionKey, X25519Public, X25519Secret};

use crate::lab::{Person, befriend};

/// The homes of a crowd.
pub(crate) struct Crowd {
    /// Who has all the contacts.
    pub(crate) center: PathBuf,
    /// The contacts, each with one contact.
    pub(crate) contacts: Vec<PathBuf>,
}

fn onion_key(seed: &DoorSeed) -> OnionKey {
    undertone_protocol::DoorSeed::from_bytes(seed.0).onion_key()
}

fn reader_key(secret: &X25519Secret) -> X25519Public {
    undertone_protocol::public_of(secret).expect("an ordinary key")
}

/// Makes one profile with `count` contacts below `place`; each sent it one message.
pub(crate) fn make(place: &Path, count: usize) -> Crowd {
    let crowd = Crowd {
        center: place.join("center"),
        contacts: (0..count)
            .map(|n| place.join(format!("contact-{n}")))
            .collect(),
    };
    let network = MemoryNetwork::new(MemoryOptions::new(1, onion_key, reader_key));
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(async {
        let create = |name, home: &Path, node: &str| {
            let transport = Arc::new(network.node(node));
            Person::create(name, home.to_owned(), Handle::current(), transport)
        };
        let mut center = create("center", &crowd.center, "center").await;
        for (number, home) in crowd.contacts.iter().enumerate() {
            let mut contact = create("contact", home, &format!("contact-{number}")).await;
            befriend(Instant::now(), &mut contact, &mut center).await;
            contact.engine.shutdown().await;
        }
        center.engine.shutdown().await;
    });
    crowd
}
