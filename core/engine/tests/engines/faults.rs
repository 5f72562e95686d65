//! Whole engines under faults, over seeds: connections that break, stall, half-close, are late or
//! never come to be, and programs that crash in the middle of a commit.

use std::time::Duration;

use undertone_engine::{ContactId, Delivery};
use undertone_transport::memory::FaultRates;

use crate::place::{Person, Place, befriend};

const MESSAGES: usize = 30;

fn rates() -> FaultRates {
    FaultRates {
        cut: 10_000,
        reset: 10_000,
        half_open: 5_000,
        stall: 10_000,
        stall_for: Duration::from_secs(40),
        delay: 50_000,
        delay_for: Duration::from_secs(5),
        dial: 200_000,
    }
}

async fn settled(person: &Person, contact: ContactId) {
    for _ in 0..3_600 {
        if person.contact(contact).await.waiting == 0 {
            return;
        }
        // Virtual: everything else that can happen in this second happens first.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("not everything was acknowledged within an hour");
}

async fn heard(person: &Person, contact: ContactId) -> Vec<String> {
    let history = person.history(contact).await;
    history
        .into_iter()
        .filter(|message| message.delivery == Delivery::Incoming)
        .filter_map(|message| message.text)
        .collect()
}

async fn crash(place: &Place, person: Person, name: &str) -> Person {
    let node = person.transport.id();
    drop(person.engine);
    place.network.crash(node);
    tokio::time::sleep(Duration::from_secs(1)).await;
    place.start(name).await
}

async fn traffic(seed: u64) {
    let place = Place::new(seed);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    place.network.set_faults(rates());
    for index in 0..MESSAGES {
        amal.send(noor_id, &format!("a{index}")).await;
        noor.send(amal_id, &format!("b{index}")).await;
        if index % 10 == 9 {
            // Not a wait for something: the faults need time to strike.
            tokio::time::sleep(Duration::from_secs(20)).await;
        }
        if index == 12 {
            amal = crash(&place, amal, "Amal").await;
        }
        if index == 22 {
            noor = crash(&place, noor, "Noor").await;
        }
    }
    place.network.set_faults(FaultRates::default());
    settled(&amal, noor_id).await;
    settled(&noor, amal_id).await;
    let expected = |letter| -> Vec<String> {
        (0..MESSAGES)
            .map(|index| format!("{letter}{index}"))
            .collect()
    };
    assert_eq!(heard(&noor, amal_id).await, expected('a'), "seed {seed}");
    assert_eq!(heard(&amal, noor_id).await, expected('b'), "seed {seed}");
}

#[tokio::test(start_paused = true)]
async fn traffic_under_all_faults_loses_and_repeats_nothing() {
    let many = std::env::var("UNDERTONE_SEEDS").ok();
    let seeds = many.and_then(|text| text.parse().ok()).unwrap_or(20);
    for seed in 0..seeds {
        traffic(seed).await;
    }
}
