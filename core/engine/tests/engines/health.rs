//! What an engine says of itself: a disk that fills up, exports that are due, deniable mode, what waits. And that
//! everything can be destroyed at any moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, timeout};
use undertone_engine::{
    Command, CommandError, ContactId, DiskFaults, Event, HealthView, Reason, Reply, StopReason,
};
use undertone_storage::{ChangeSet, CommitError, FreeSpace, Home, KdfParameters, OpenError, Store};

use crate::place::{Person, Place, befriend};

const GIB: u64 = 1 << 30;
/// Of the covering (D11.6).
const QUARTER: Duration = Duration::from_secs(15 * 60);

/// A disk whose room a test sets, and which can hang.
struct Room {
    available: AtomicU64,
    hangs: AtomicBool,
}

impl Room {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            available: AtomicU64::new(50 * GIB),
            hangs: AtomicBool::new(false),
        })
    }
}

impl DiskFaults for Room {
    fn step(&self, _changes: &undertone_protocol::Changes) {}

    fn free_space(&self) -> Option<FreeSpace> {
        Some(FreeSpace {
            available: self.available.load(Ordering::Relaxed),
            total: 100 * GIB,
        })
    }

    fn commit<'a>(
        &'a self,
        store: &'a Store,
        set: ChangeSet,
    ) -> BoxFuture<'a, Result<(), CommitError>> {
        Box::pin(async move {
            if self.hangs.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
            store.commit(set)
        })
    }

    fn renew(&self) -> BoxFuture<'_, Result<(), CommitError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

async fn health(person: &Person) -> HealthView {
    match person.run(Command::Health).await {
        Reply::Health(view) => view,
        other => panic!("{other:?}"),
    }
}

/// A home with four vaults and a profile behind a passphrase.
async fn with_vaults(place: &Place, name: &str, disk: Option<Arc<dyn DiskFaults>>) -> Person {
    let home = Home::create(place.home(name)).expect("a home");
    let store = Store::create(&home, b"passphrase", KdfParameters::testing()).expect("a store");
    place.create_in(name, store, disk).await
}

async fn received(person: &Person, contact: ContactId) {
    let all = async {
        while person.contact(contact).await.waiting > 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    timeout(Duration::from_secs(3_600), all)
        .await
        .expect("in time");
}

async fn texts(person: &Person, contact: ContactId) -> Vec<String> {
    let history = person.history(contact).await.into_iter();
    history.filter_map(|message| message.text).collect()
}

fn nickname(nickname: &str) -> Command {
    Command::SetNickname {
        nickname: nickname.to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_disk_that_fills_up_is_said_before_it_is_full() {
    let place = Place::new(41);
    let room = Room::new();
    let disk: Arc<dyn DiskFaults> = room.clone();
    let mut amal = with_vaults(&place, "Amal", Some(disk)).await;
    let seen = health(&amal).await.disk.expect("a disk");
    assert_eq!((seen.available, seen.nearly_full), (50 * GIB, false));
    room.available.store(GIB, Ordering::Relaxed);
    let before = Instant::now();
    let available = amal
        .hear(|event| match event {
            Event::DiskLow { available, total } => Some((available, total)),
            _ => None,
        })
        .await;
    assert_eq!(available, (GIB, 100 * GIB));
    assert!(before.elapsed() <= Duration::from_secs(61));
    assert!(
        health(&amal)
            .await
            .disk
            .is_some_and(|disk| disk.nearly_full)
    );
    room.available.store(20 * GIB, Ordering::Relaxed);
    amal.hear(|event| matches!(event, Event::DiskEnough { .. }).then_some(()))
        .await;
    // A profile goes on all the while.
    amal.run(nickname("Amal the second")).await;
}

/// Whatever a contact sends, the owner keeps room to read, delete and export.
#[tokio::test(start_paused = true)]
async fn with_a_full_disk_nothing_is_taken_in_until_there_is_room() {
    let place = Place::new(43);
    let room = Room::new();
    let disk: Arc<dyn DiskFaults> = room.clone();
    let mut amal = with_vaults(&place, "Amal", Some(disk)).await;
    let mut noor = place.create("Noor").await;
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    noor.send(amal_id, "while there is room").await;
    received(&noor, amal_id).await;

    room.available.store(GIB / 16, Ordering::Relaxed);
    amal.hear(|event| matches!(event, Event::DiskFull { .. }).then_some(()))
        .await;
    let seen = health(&amal).await;
    assert!(seen.disk.is_some_and(|disk| disk.full));
    assert_eq!((seen.doors, seen.hidden), (0, false));
    let view = amal.contact(noor_id).await;
    assert_eq!(
        (view.connected, view.reason),
        (false, Some(Reason::DiskFull))
    );
    noor.send(amal_id, "too much").await;
    // What the owner does is kept.
    amal.send(noor_id, "wait for me").await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(
        texts(&amal, noor_id).await,
        ["while there is room", "wait for me"]
    );
    assert_eq!(
        texts(&noor, amal_id).await,
        ["while there is room", "too much"]
    );

    room.available.store(50 * GIB, Ordering::Relaxed);
    received(&noor, amal_id).await;
    received(&amal, noor_id).await;
    assert_eq!(
        texts(&amal, noor_id).await,
        ["while there is room", "wait for me", "too much"]
    );
}

#[tokio::test(start_paused = true)]
async fn what_waits_is_counted_and_a_profile_with_contacts_wants_an_export() {
    let place = Place::new(42);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, _) = befriend(&mut amal, &mut noor).await;
    // What the two still have to tell each other about keys counts as well.
    tokio::time::sleep(Duration::from_secs(120)).await;
    noor.engine.shutdown().await;
    amal.send(noor_id, "one").await;
    amal.send(noor_id, "two").await;
    let view = health(&amal).await;
    assert_eq!((view.undelivered, view.undelivered_contacts), (2, 1));
    assert_eq!((view.backup.last, view.backup.due), (None, false));
    assert!(view.doors >= 1 && !view.hidden && !view.deniable.on);
    // It is remembered over a restart how old the profile is.
    amal.engine.shutdown().await;
    place.hands("Amal").set(8 * 86_400);
    let mut amal = place.start("Amal").await;
    let last = amal
        .hear(|event| match event {
            Event::BackupDue { last } => Some(last),
            _ => None,
        })
        .await;
    assert_eq!(last, None);
    assert!(health(&amal).await.backup.due);
}

#[tokio::test(start_paused = true)]
async fn deniable_mode_covers_by_the_clock_and_says_what_it_costs() {
    let place = Place::new(43);
    let amal = with_vaults(&place, "Amal", None).await;
    let start = Instant::now();
    amal.run(nickname("one")).await;
    let before = health(&amal).await.deniable;
    assert!(!before.on && before.own_bytes > 0 && before.cover_bytes == 0);
    amal.run(Command::SetDeniable { on: true }).await;
    let switched = health(&amal).await.deniable;
    assert!(switched.on && !switched.failed);

    // Much or little use: the others are written at the same moments.
    for round in 1..4_u32 {
        let so_far = health(&amal).await.deniable.cover_bytes;
        for index in 0..10 * round {
            amal.run(nickname(&format!("{round} {index}"))).await;
        }
        let due = start + QUARTER * round;
        tokio::time::sleep_until(due - Duration::from_secs(10)).await;
        assert_eq!(health(&amal).await.deniable.cover_bytes, so_far, "{round}");
        tokio::time::sleep_until(due + Duration::from_secs(10)).await;
        let view = health(&amal).await.deniable;
        assert!(view.cover_bytes > so_far && !view.failed, "{round}");
    }
    amal.run(Command::SetDeniable { on: false }).await;
    assert!(!health(&amal).await.deniable.on);
}

#[tokio::test(start_paused = true)]
async fn everything_is_destroyed_at_once_even_if_the_disk_hangs() {
    for hangs in [false, true] {
        let place = Place::new(44);
        let room = Room::new();
        let disk: Arc<dyn DiskFaults> = room.clone();
        let mut amal = with_vaults(&place, "Amal", Some(disk)).await;
        amal.run(nickname("something to lose")).await;
        room.hangs.store(hangs, Ordering::Relaxed);
        let stuck = amal.engine.run(nickname("never stored"));
        let stuck = timeout(Duration::from_secs(5), stuck).await;
        assert_eq!(stuck.is_err(), hangs);

        let before = std::time::Instant::now();
        assert_eq!(amal.engine.run(Command::Destroy).await, Ok(Reply::Done));
        assert!(before.elapsed() < Duration::from_secs(1));
        if !hangs {
            let reason = amal
                .hear(|event| match event {
                    Event::Stopped { reason } => Some(reason),
                    _ => None,
                })
                .await;
            assert_eq!(reason, StopReason::Destroyed);
            let answer = amal.engine.run(Command::Health).await;
            assert_eq!(answer, Err(CommandError::Closed));
        }
        drop(amal);
        // The dropped engine lets go of the store when its task sees that nobody is there.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let home = Home::open(place.home("Amal")).expect("a home");
        let opened = Store::open(&home, b"passphrase");
        assert!(
            matches!(opened, Err(OpenError::WrongPassphrase)),
            "{opened:?}"
        );
    }
}
