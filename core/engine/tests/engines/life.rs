//! The ordinary life of profiles: contacts, conversations, restarts, a network that goes away.

use std::time::Duration;

use undertone_engine::{Command, CommandError, Delivery, Event, Reason, Reply, Stage};
use undertone_transport::NetworkStatus;

use crate::place::{Person, Place, befriend};

async fn all_received(person: &mut Person, contact: undertone_engine::ContactId) {
    while person.contact(contact).await.waiting > 0 {
        person
            .hear(|event| match event {
                Event::MessageChanged { message, .. } if message.delivery == Delivery::Received => {
                    Some(())
                }
                _ => None,
            })
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn two_profiles_become_contacts_and_talk() {
    let place = Place::new(1);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    for index in 0..50 {
        amal.send(noor_id, &format!("a{index}")).await;
        noor.send(amal_id, &format!("b{index}")).await;
    }
    all_received(&mut amal, noor_id).await;
    all_received(&mut noor, amal_id).await;
    let heard: Vec<String> = noor
        .history(amal_id)
        .await
        .into_iter()
        .filter(|message| message.delivery == Delivery::Incoming)
        .filter_map(|message| message.text)
        .collect();
    let expected: Vec<String> = (0..50).map(|index| format!("a{index}")).collect();
    assert_eq!(heard, expected);
    let view = amal.contact(noor_id).await;
    assert_eq!((view.nickname.as_str(), view.connected), ("Noor", true));
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_to_someone_away_arrives_when_they_come_back() {
    let place = Place::new(2);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    noor.engine.shutdown().await;
    amal.hear(|event| match event {
        Event::ContactChanged { contact } => (!contact.connected).then_some(()),
        _ => None,
    })
    .await;
    let sent = amal.send(noor_id, "are you there?").await;
    assert_eq!(sent.delivery, Delivery::Waiting);
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let view = amal.contact(noor_id).await;
    assert_eq!(view.reason, Some(Reason::Away));
    assert!(view.next_try.is_some() && view.waiting == 1);
    let mut noor = place.start("Noor").await;
    let text = noor
        .hear(|event| match event {
            Event::MessageReceived { message, .. } => message.text,
            _ => None,
        })
        .await;
    assert_eq!(text, "are you there?");
    all_received(&mut amal, noor_id).await;
    assert_eq!(noor.history(amal_id).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_crash_loses_nothing_that_was_acknowledged_to_the_application() {
    let place = Place::new(3);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    for round in 0..5 {
        for index in 0..20 {
            amal.send(noor_id, &format!("{round}:{index}")).await;
        }
        let node = amal.transport.id();
        drop(amal.engine);
        place.network.crash(node);
        // The dropped engine lets go of the store when its task sees that nobody is there.
        tokio::time::sleep(Duration::from_secs(1)).await;
        amal = place.start("Amal").await;
    }
    all_received(&mut amal, noor_id).await;
    let heard = noor.history(amal_id).await;
    let expected: Vec<String> = (0..5)
        .flat_map(|round| (0..20).map(move |index| format!("{round}:{index}")))
        .collect();
    let heard: Vec<String> = heard.into_iter().filter_map(|m| m.text).collect();
    assert_eq!(heard, expected);
}

#[tokio::test(start_paused = true)]
async fn the_network_goes_away_and_comes_back() {
    let place = Place::new(4);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, _) = befriend(&mut amal, &mut noor).await;
    let (a, b) = (amal.transport.id(), noor.transport.id());
    place.network.partition(&[a], &[b]);
    place.network.cut(a, b);
    amal.send(noor_id, "through the wall").await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(!amal.contact(noor_id).await.connected);
    place.network.heal();
    amal.run(Command::Retry { contact: None }).await;
    all_received(&mut amal, noor_id).await;
}

#[tokio::test(start_paused = true)]
async fn a_block_hides_from_one_and_keeps_the_others() {
    let place = Place::new(5);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let mut sami = place.create("Sami").await;
    let (amal_at_noor, noor_id) = befriend(&mut noor, &mut amal).await;
    let (amal_at_sami, sami_id) = befriend(&mut sami, &mut amal).await;
    amal.run(Command::Block { contact: noor_id }).await;
    noor.send(amal_at_noor, "why?").await;
    sami.send(amal_at_sami, "hi").await;
    all_received(&mut sami, amal_at_sami).await;
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let view = noor.contact(amal_at_noor).await;
    assert_eq!((view.connected, view.waiting), (false, 1));
    assert_eq!(view.reason, Some(Reason::Away));
    assert_eq!(amal.contact(noor_id).await.stage, Stage::Blocked);
    assert!(amal.contact(sami_id).await.connected);
}

#[tokio::test(start_paused = true)]
async fn refusals_and_views() {
    let place = Place::new(6);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let own = amal.invite().await;
    let add = |invitation: &str| Command::AddContact {
        invitation: invitation.to_owned(),
        pet_name: None,
        greeting: String::new(),
    };
    assert_eq!(
        amal.engine.run(add(&own)).await,
        Err(CommandError::OwnInvitation)
    );
    assert!(matches!(
        amal.engine.run(add("nonsense")).await,
        Err(CommandError::Invitation(_))
    ));
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    let code = |reply| match reply {
        Reply::Verification(view) => view,
        other => panic!("{other:?}"),
    };
    let ours = code(amal.run(Command::Verification { contact: noor_id }).await);
    let theirs = code(noor.run(Command::Verification { contact: amal_id }).await);
    assert_eq!(ours.digits, theirs.digits);
    let scan = |scanned: &str| Command::VerifyScanned {
        contact: noor_id,
        scanned: scanned.to_owned(),
    };
    assert_eq!(
        amal.engine.run(scan(&ours.qr)).await,
        Err(CommandError::OwnCode)
    );
    amal.run(scan(&theirs.qr)).await;
    assert!(amal.contact(noor_id).await.verified);
    let Reply::Profile(profile) = amal.run(Command::Profile).await else {
        panic!("no profile");
    };
    assert_eq!(profile.nickname, "Amal");
    assert_eq!(profile.network, NetworkStatus::Ready);
    amal.engine.shutdown().await;
}
