//! Exports and copies (D12): what is in them, that damaged ones touch nothing, and what happens while both copies run.

use std::io::Cursor;
use std::time::Duration;

use undertone_engine::backup::{self, BackupSummary, Import, ImportError};
use undertone_engine::progress::{Doing, Progress};
use undertone_engine::{
    Command, CommandError, ContactId, CopyState, Delivery, Event, Reply, Retention,
};
use undertone_storage::{DataKey, ExportReader, ExportWriter, Home, KdfParameters, Store};
use undertone_transport::NetworkStatus;

use crate::place::{Person, Place, befriend};

const WALL: u64 = 1_800_000_000;
const PASSPHRASE: &[u8] = b"of the export";

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

/// The export of somebody who does not run.
fn exported(place: &Place, name: &str) -> (Vec<u8>, BackupSummary) {
    let home = Home::open(place.home(name)).expect("a home");
    let store = Store::open_with_key(&home, &key()).expect("a store");
    let cost = KdfParameters::testing();
    let progress = Progress::default();
    let done = backup::export(&store, Vec::new(), PASSPHRASE, cost, &progress);
    let done = done.expect("an export");
    assert_eq!(progress.now(), Doing::Writing(99), "all was looked at");
    backup::note(&store, WALL).expect("noted");
    store.lock().expect("closed");
    done
}

/// A copy in a home of its own, not started.
fn copied(place: &Place, name: &str, bytes: Vec<u8>) -> BackupSummary {
    let home = Home::create(place.home(name)).expect("a home");
    let import = Import::open(Cursor::new(bytes), PASSPHRASE, WALL).expect("an import");
    let store = Store::create_with_key(&home, &key()).expect("a store");
    let done = import.into_store(&store, WALL).expect("imported");
    store.lock().expect("closed");
    done
}

async fn received(person: &Person, contact: ContactId) {
    for _ in 0..7_200 {
        if person.contact(contact).await.waiting == 0 {
            return;
        }
        // Virtual: everything else that can happen in this second happens first.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("not everything was acknowledged within two hours");
}

async fn hear_text(person: &mut Person, text: &str) {
    person
        .hear(|event| match event {
            Event::MessageReceived { message, .. } => {
                (message.text.as_deref() == Some(text)).then_some(())
            }
            _ => None,
        })
        .await;
}

/// What a copy says next of whether it is the present one.
async fn hear_copy(person: &mut Person) -> CopyState {
    person
        .hear(|event| match event {
            Event::CopyChanged { copy } => Some(copy),
            _ => None,
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn both_copies_run_and_the_older_learns_that_it_was_replaced() {
    let place = Place::new(51);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    for index in 0..10 {
        amal.send(noor_id, &format!("a{index}")).await;
        noor.send(amal_id, &format!("b{index}")).await;
    }
    received(&amal, noor_id).await;
    received(&noor, amal_id).await;
    let pet_name = Some("My Noor".to_owned());
    let named = Command::SetPetName {
        contact: noor_id,
        pet_name,
    };
    amal.run(named).await;
    let (contact, verified) = (noor_id, true);
    amal.run(Command::SetVerified { contact, verified }).await;
    let (contact, message, pinned) = (noor_id, 3, true);
    let pin = Command::Pin {
        contact,
        message,
        pinned,
    };
    amal.run(pin).await;
    let text = "not sent yet".to_owned();
    let contact = noor_id;
    amal.run(Command::SetDraft { contact, text }).await;
    let Reply::Profile(profile) = amal.run(Command::Profile).await else {
        panic!("no profile");
    };
    let mut defaults = profile.defaults;
    defaults.retention = Retention::AfterReading(86_400);
    amal.run(Command::SetDefaults {
        defaults: defaults.clone(),
    })
    .await;
    let history = amal.history(noor_id).await;
    let conversations = amal.run(Command::Conversations).await;
    amal.engine.shutdown().await;

    let (bytes, summary) = exported(&place, "Amal");
    assert_eq!((summary.contacts, summary.messages), (1, 20));
    // The old one goes on, and is connected again.
    let mut amal = place.start("Amal").await;
    amal.send(noor_id, "after the export").await;
    received(&amal, noor_id).await;
    let Reply::Health(health) = amal.run(Command::Health).await else {
        panic!("no health");
    };
    assert_eq!(health.backup.last, Some(WALL));

    assert_eq!(copied(&place, "Copy", bytes), summary);
    let mut copy = place.start("Copy").await;
    // What waited, and drafts, settings, names and marks.
    assert_eq!(copy.history(noor_id).await, history);
    assert_eq!(copy.run(Command::Conversations).await, conversations);
    let Reply::Profile(profile) = copy.run(Command::Profile).await else {
        panic!("no profile");
    };
    assert_eq!(profile.defaults, defaults);
    let view = copy.contact(noor_id).await;
    assert!(view.verified && view.pet_name.as_deref() == Some("My Noor"));

    // The contact goes on with the copy, in both directions.
    copy.send(noor_id, "from the copy").await;
    hear_text(&mut noor, "from the copy").await;
    noor.send(amal_id, "to the copy").await;
    hear_text(&mut copy, "to the copy").await;
    received(&copy, noor_id).await;
    // Its own dials meet silence: a sign, and no more than that. What it says reaches nobody.
    assert_eq!(hear_copy(&mut amal).await, CopyState::PerhapsReplaced);
    let lost = amal.send(noor_id, "from the old one").await;
    assert_eq!(lost.delivery, Delivery::Waiting);
    // The proof comes with a dial of the contact, who shows what only a newer copy can have given it. While the newer one
    // is away, that dial comes to the old one's door.
    let newer = copy.transport.id();
    place.network.set_status(newer, NetworkStatus::NoNetwork);
    assert_eq!(hear_copy(&mut amal).await, CopyState::Replaced);
    place.network.set_status(newer, NetworkStatus::Ready);
    assert!(amal.contact(noor_id).await.replaced);
    // It says so, stays so over a restart, and opens no door.
    amal.engine.shutdown().await;
    let amal = place.start("Amal").await;
    let refused = amal.engine.run(Command::Send {
        contact: noor_id,
        text: "once more".to_owned(),
        reply_to: None,
    });
    assert_eq!(refused.await, Err(CommandError::Replaced));
    let Reply::Profile(profile) = amal.run(Command::Profile).await else {
        panic!("no profile");
    };
    assert_eq!((profile.copy, profile.doors), (CopyState::Replaced, 0));
    // The contact goes on with the newer one, while both run.
    for index in 0..10 {
        copy.send(noor_id, &format!("c{index}")).await;
        noor.send(amal_id, &format!("d{index}")).await;
    }
    received(&copy, noor_id).await;
    received(&noor, amal_id).await;
    let said: Vec<String> = noor
        .history(amal_id)
        .await
        .into_iter()
        .filter_map(|message| message.text)
        .collect();
    assert!(said.iter().all(|text| text != "from the old one"));
    assert!(said.iter().any(|text| text == "c9"));
    let kept = amal.history(noor_id).await;
    let lost = kept.iter().find(|message| message.id == lost.id);
    // On the way again and again, perhaps; there never.
    assert!(lost.is_some_and(|lost| lost.delivery != Delivery::Received));
}

/// A message was stored and exported, and its acknowledgement was lost: it comes once more, and is shown once.
#[tokio::test(start_paused = true)]
async fn what_comes_to_a_copy_once_more_is_shown_once() {
    let place = Place::new(58);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    noor.send(amal_id, "before").await;
    hear_text(&mut amal, "before").await;
    received(&noor, amal_id).await;
    let nodes = (amal.transport.id(), noor.transport.id());
    assert!(place.network.stall(nodes.0, nodes.1) > 0);
    noor.send(amal_id, "once").await;
    hear_text(&mut amal, "once").await;
    amal.engine.shutdown().await;
    assert!(noor.contact(amal_id).await.waiting > 0, "the control");
    let (bytes, _) = exported(&place, "Amal");
    copied(&place, "Copy", bytes);
    let mut copy = place.start("Copy").await;
    received(&noor, amal_id).await;
    noor.send(amal_id, "after").await;
    hear_text(&mut copy, "after").await;
    for round in 0..2 {
        let said = copy.history(noor_id).await;
        let said: Vec<String> = said
            .into_iter()
            .filter_map(|message| message.text)
            .collect();
        assert_eq!(said, ["before", "once", "after"], "{round}");
        copy.engine.shutdown().await;
        copy = place.start("Copy").await;
    }
}

/// The records of an export.
fn records(bytes: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut reader = ExportReader::open(Cursor::new(bytes), PASSPHRASE).expect("an export");
    let mut records = Vec::new();
    while let Some((kind, record)) = reader.record().expect("readable") {
        records.push((kind, record.to_vec()));
    }
    records
}

fn sealed(records: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let cost = KdfParameters::testing();
    let mut writer = ExportWriter::new(Vec::new(), PASSPHRASE, cost).expect("a writer");
    for (kind, record) in records {
        writer.record(*kind, record).expect("a record");
    }
    writer.finish().expect("an export")
}

fn refusal(bytes: Vec<u8>) -> Option<ImportError> {
    Import::open(Cursor::new(bytes), PASSPHRASE, WALL).err()
}

/// An import has no store before it was checked as a whole, so what is refused here has touched nothing.
#[tokio::test(start_paused = true)]
async fn damaged_exports_are_refused() {
    let place = Place::new(52);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    amal.send(noor_id, "hello").await;
    noor.send(amal_id, "hello").await;
    received(&amal, noor_id).await;
    received(&noor, amal_id).await;
    amal.engine.shutdown().await;
    noor.engine.shutdown().await;
    let (whole, _) = exported(&place, "Amal");
    let (other, _) = exported(&place, "Noor");
    assert!(refusal(whole.clone()).is_none());

    // The file.
    let length = whole.len();
    let cut = |at: usize| whole[..at].to_vec();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        bytes
    };
    let swapped = {
        let mut bytes = whole.clone();
        // More than one byte: two of them are alike in one file of 256.
        let (before, second) = bytes.split_at_mut(57 + 2 * 65_536);
        before[57 + 65_536..][..64].swap_with_slice(&mut second[..64]);
        bytes
    };
    let files = [
        Vec::new(),
        cut(56),
        cut(length / 2),
        cut(length - 1),
        cut(length - 65_536),
        [whole.clone(), vec![0]].concat(),
        [whole.clone(), vec![0; 65_536]].concat(),
        flipped(0),
        flipped(40),
        flipped(57),
        flipped(length / 2),
        flipped(length - 1),
        swapped,
        [&whole[..length / 2], &other[length / 2..]].concat(),
    ];
    for (number, file) in files.into_iter().enumerate() {
        assert!(
            matches!(refusal(file), Some(ImportError::File(_))),
            "{number}"
        );
    }
    let wrong = Import::open(Cursor::new(whole.clone()), b"another", WALL);
    assert!(matches!(wrong, Err(ImportError::File(_))));

    // What is in it, under the right passphrase.
    let (good, theirs) = (records(&whole), records(&other));
    assert!(refusal(sealed(&good)).is_none());
    let of = |kind: u8| good.iter().position(|(found, _)| *found == kind).unwrap();
    let without = |kind: u8| -> Vec<(u8, Vec<u8>)> {
        let kept = good.iter().filter(|(found, _)| *found != kind);
        kept.cloned().collect()
    };
    let with = |at: usize, record: (u8, Vec<u8>)| {
        let mut records = good.clone();
        records.insert(at, record);
        records
    };
    let changed = |kind: u8, change: &dyn Fn(&mut Vec<u8>)| {
        let mut records = good.clone();
        change(&mut records[of(kind)].1);
        records
    };
    let end = good.len();
    let their_message = theirs.iter().find(|(kind, _)| *kind == 6).unwrap().clone();
    let their_machine = theirs.iter().find(|(kind, _)| *kind == 2).unwrap().clone();
    let contents = [
        Vec::new(),
        without(1),
        without(2),
        changed(1, &|form| form[0] = 2),
        changed(1, &Vec::clear),
        changed(2, &|record| record.truncate(record.len() / 2)),
        with(of(2), their_machine),
        with(end, good[of(2)].clone()),
        with(end, their_message),
        with(end, (200, vec![1])),
        changed(6, &|message| message.truncate(20)),
        changed(6, &|message| message.truncate(3)),
        changed(6, &|message| message[0] ^= 1),
        with(end, (3, vec![0xff])),
        with(end, (5, [noor_id.as_bytes().as_slice(), &[0xff]].concat())),
    ];
    for (number, records) in contents.iter().enumerate() {
        assert!(refusal(sealed(records)).is_some(), "{number}");
    }
    let newer = refusal(sealed(&contents[3]));
    assert!(matches!(newer, Some(ImportError::NewerForm(2))));
}

#[tokio::test(start_paused = true)]
async fn a_profile_is_not_overwritten_by_an_import() {
    let place = Place::new(53);
    let amal = place.create("Amal").await;
    amal.engine.shutdown().await;
    let (bytes, summary) = exported(&place, "Amal");
    assert_eq!(summary, BackupSummary::default());
    let home = Home::open(place.home("Amal")).expect("a home");
    let store = Store::open_with_key(&home, &key()).expect("a store");
    let before = store.statistics();
    let import = Import::open(Cursor::new(bytes), PASSPHRASE, WALL).expect("an import");
    let refused = import.into_store(&store, WALL);
    assert!(matches!(refused, Err(ImportError::Exists)));
    assert_eq!(store.statistics(), before);
}

/// Notes to oneself, pictures and who can knock go with an export; introductions and invitations for them do not.
#[tokio::test(start_paused = true)]
async fn notes_and_pictures_go_with_an_export() {
    let place = Place::new(57);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, _) = befriend(&mut amal, &mut noor).await;
    let pixels = image::RgbImage::from_pixel(200, 200, image::Rgb([9, 99, 199]));
    let mut file = Cursor::new(Vec::new());
    pixels
        .write_to(&mut file, image::ImageFormat::Png)
        .expect("written");
    let small = undertone_engine::picture::shrink(&file.into_inner()).expect("a picture");
    let picture = Some(data_encoding::BASE64.encode(&small));
    for person in [&amal, &noor] {
        let picture = picture.clone();
        person.run(Command::SetPicture { picture }).await;
    }
    amal.hear(|event| match event {
        Event::ContactChanged { contact } => contact.picture.map(|_| ()),
        _ => None,
    })
    .await;
    let Reply::Contact(me) = amal.run(Command::Notes).await else {
        panic!("no notes");
    };
    amal.send(me.id, "where the key lies").await;
    amal.run(Command::SetRequests { open: false }).await;
    let pictures = [
        amal.run(Command::Picture { contact: None }).await,
        amal.run(Command::Picture {
            contact: Some(noor_id),
        })
        .await,
    ];
    assert!(
        pictures
            .iter()
            .all(|p| matches!(p, Reply::Picture { picture: Some(_) }))
    );
    amal.engine.shutdown().await;
    let (bytes, summary) = exported(&place, "Amal");
    assert_eq!((summary.contacts, summary.messages), (2, 1));
    copied(&place, "Copy", bytes);
    let copy = place.start("Copy").await;
    assert_eq!(
        copy.history(me.id).await[0].text.as_deref(),
        Some("where the key lies")
    );
    for (contact, before) in [None, Some(noor_id)].into_iter().zip(pictures) {
        let Reply::Picture { picture: Some(now) } = copy.run(Command::Picture { contact }).await
        else {
            panic!("no picture");
        };
        let Reply::Picture {
            picture: Some(before),
        } = before
        else {
            panic!("no picture before");
        };
        assert_eq!(now.name, before.name);
    }
    let Reply::Profile(profile) = copy.run(Command::Profile).await else {
        panic!("no profile");
    };
    assert!(!profile.takes_requests);
}

fn coloured(colour: [u8; 3]) -> Command {
    let pixels = image::RgbImage::from_pixel(200, 200, image::Rgb(colour));
    let mut file = Cursor::new(Vec::new());
    pixels
        .write_to(&mut file, image::ImageFormat::Png)
        .expect("written");
    let small = undertone_engine::picture::shrink(&file.into_inner()).expect("a picture");
    let picture = Some(data_encoding::BASE64.encode(&small));
    Command::SetPicture { picture }
}

/// Waits until a contact is shown with another picture than this; gives its name.
async fn hear_picture(person: &mut Person, of: ContactId, old: Option<String>) -> Option<String> {
    person
        .hear(|event| match event {
            Event::ContactChanged { contact } => {
                (contact.id == of && contact.picture != old).then_some(contact.picture)
            }
            _ => None,
        })
        .await
}

/// A copy does not know what was told since it was exported, and nobody knows what it knows.
#[tokio::test(start_paused = true)]
async fn pictures_are_told_again_to_a_copy_and_by_one() {
    let place = Place::new(60);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    noor.engine.shutdown().await;
    let (early, _) = exported(&place, "Noor");
    let mut noor = place.start("Noor").await;
    amal.run(coloured([200, 0, 0])).await;
    let red = hear_picture(&mut noor, amal_id, None).await;
    noor.engine.shutdown().await;
    copied(&place, "CopyNoor", early);
    let mut noor = place.start("CopyNoor").await;
    assert_eq!(hear_picture(&mut noor, amal_id, None).await, red);
    received(&amal, noor_id).await;

    amal.engine.shutdown().await;
    let (with_red, _) = exported(&place, "Amal");
    let amal = place.start("Amal").await;
    amal.run(coloured([0, 0, 200])).await;
    let blue = hear_picture(&mut noor, amal_id, red.clone()).await;
    amal.engine.shutdown().await;
    copied(&place, "CopyAmal", with_red);
    let _amal = place.start("CopyAmal").await;
    assert_eq!(hear_picture(&mut noor, amal_id, blue).await, red);
}
