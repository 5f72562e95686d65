//! Clocks that do not go on as they should: sleep, stops, and days forward and back.

use std::time::Duration;

use undertone_engine::{Command, Delivery, Event, Reason};
use undertone_transport::memory::{NodeId, Traced};

use crate::place::{Person, Place, befriend};

const DAY: i64 = 86_400;
/// Until the clocks are looked at next.
const LOOK: Duration = Duration::from_secs(5);

/// How often something happened on the network so far.
fn count(place: &Place, what: impl Fn(&Traced) -> bool) -> usize {
    let trace = place.network.trace();
    trace.iter().filter(|event| what(&event.what)).count()
}

fn told(place: &Place, node: NodeId) -> usize {
    count(place, |what| *what == Traced::NetworkChanged(node))
}

fn dials(place: &Place, node: NodeId) -> usize {
    count(
        place,
        |what| matches!(what, Traced::Dialling { from, .. } if *from == node),
    )
}

/// Sends words and waits until they are there; how long that took.
async fn say(
    place: (&mut Person, undertone_engine::ContactId),
    to: (&mut Person, undertone_engine::ContactId),
    text: &str,
) -> Duration {
    let ((from, there), (to, here)) = (place, to);
    let began = tokio::time::Instant::now();
    from.send(there, text).await;
    let heard = |event| match event {
        Event::MessageReceived { contact, message } if contact == here => {
            (message.text.as_deref() == Some(text)).then_some(())
        }
        _ => None,
    };
    to.hear(heard).await;
    began.elapsed()
}

#[tokio::test(start_paused = true)]
async fn who_slept_gives_up_its_links_and_dials_at_once() {
    let place = Place::new(11);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    let (a, n) = (amal.transport.id(), noor.transport.id());
    // Noor dials second of the two; the link is not broken, so only she can know.
    let (before, dialled) = (told(&place, n), dials(&place, n));
    place.hands("Noor").sleep(600);
    // She notices when she next looks at the clocks.
    tokio::time::sleep(LOOK + Duration::from_secs(1)).await;
    let took = say((&mut noor, amal_id), (&mut amal, noor_id), "good morning").await;
    assert!(took < LOOK + Duration::from_secs(5), "{took:?}");
    assert_eq!(told(&place, n), before + 1);
    assert!(dials(&place, n) > dialled);
    assert_eq!(told(&place, a), 0, "nothing happened to her computer");
}

#[tokio::test(start_paused = true)]
async fn after_a_short_sleep_a_dead_link_is_noticed_soon_and_a_living_one_is_kept() {
    let place = Place::new(12);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    let (a, n) = (amal.transport.id(), noor.transport.id());
    tokio::time::sleep(Duration::from_secs(120)).await;
    let before = (dials(&place, a), dials(&place, n));
    place.hands("Noor").sleep(30);
    tokio::time::sleep(Duration::from_secs(120)).await;
    assert_eq!(told(&place, n), 1, "it was noticed");
    assert_eq!((dials(&place, a), dials(&place, n)), before, "it was kept");

    // Now the link does not survive it, and only silence tells.
    let slept = tokio::time::Instant::now();
    assert!(place.network.half_open(a, n) > 0, "there is a link");
    place.hands("Noor").sleep(30);
    noor.hear(|event| match event {
        Event::ContactChanged { contact } => (!contact.connected).then_some(()),
        _ => None,
    })
    .await;
    let noticed = slept.elapsed();
    assert!(noticed < Duration::from_secs(40), "{noticed:?}");
    assert!(noticed > Duration::from_secs(24), "{noticed:?}");
    say((&mut noor, amal_id), (&mut amal, noor_id), "again").await;
}

#[tokio::test(start_paused = true)]
async fn all_programs_that_were_stopped_talk_again_at_once() {
    let place = Place::new(13);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    let nodes = [amal.transport.id(), noor.transport.id()];
    place.network.half_open(nodes[0], nodes[1]);
    // A jump, not time that passes: no timer is served meanwhile.
    tokio::time::advance(Duration::from_secs(75)).await;
    let took = say((&mut amal, noor_id), (&mut noor, amal_id), "there again").await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(nodes.map(|node| told(&place, node)), [0, 0], "a short stop");
    tokio::time::advance(Duration::from_secs(3_600)).await;
    let took = say((&mut noor, amal_id), (&mut amal, noor_id), "and later").await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(nodes.map(|node| told(&place, node)), [1, 1], "a long stop");
}

#[tokio::test(start_paused = true)]
async fn waking_up_forgets_how_long_someone_was_away() {
    let place = Place::new(14);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, _) = befriend(&mut amal, &mut noor).await;
    noor.engine.shutdown().await;
    tokio::time::sleep(Duration::from_secs(7_200)).await;
    let next_try = async || {
        let view = amal.contact(noor_id).await;
        assert_eq!(view.reason, Some(Reason::Away));
        view.next_try.expect("she is tried again")
    };
    let dialled = || dials(&place, amal.transport.id());
    for (hours, step) in [(8, 0), (0, 3 * DAY), (0, -6 * DAY), (0, 300)] {
        // Back to long waits.
        while next_try().await < 120 {
            tokio::time::sleep(Duration::from_secs(30)).await;
        }
        let before = dialled();
        let hands = place.hands("Amal");
        hands.set(15);
        tokio::time::sleep(Duration::from_secs(10)).await;
        hands.set(-15);
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert_eq!(dialled(), before, "a corrected clock is nothing");
        hands.sleep(hours * 3_600);
        hands.set(step);
        tokio::time::sleep(LOOK * 2).await;
        assert!(dialled() > before, "{hours} h, {step} s");
    }
}

#[tokio::test(start_paused = true)]
async fn days_forward_and_back_break_neither_waits_nor_conversations() {
    let place = Place::new(15);
    let (mut amal, mut noor) = (place.create("Amal").await, place.create("Noor").await);
    let (noor_id, amal_id) = befriend(&mut amal, &mut noor).await;
    let hands = place.hands("Amal");
    let mut said = Vec::new();
    for (round, step) in [9 * DAY, -20 * DAY, 400 * DAY, -389 * DAY]
        .into_iter()
        .enumerate()
    {
        hands.set(step);
        // Over the renewal of the keys, which knows days.
        tokio::time::sleep(Duration::from_secs(20 * 60)).await;
        let text = format!("round {round}");
        let took = say((&mut amal, noor_id), (&mut noor, amal_id), &text).await;
        assert!(took < Duration::from_secs(2), "{took:?}");
        let answer = format!("answer {round}");
        let took = say((&mut noor, amal_id), (&mut amal, noor_id), &answer).await;
        assert!(took < Duration::from_secs(2), "{took:?}");
        said.push(text);
    }
    // Nobody is connected while the clock is set: the waits are not the wall clock's.
    noor.engine.shutdown().await;
    tokio::time::sleep(Duration::from_secs(1_800)).await;
    hands.set(-100 * DAY);
    amal.run(Command::Retry { contact: None }).await;
    tokio::time::sleep(Duration::from_secs(1_800)).await;
    let view = amal.contact(noor_id).await;
    assert!(view.next_try.is_some_and(|next| next <= 450), "{view:?}");
    amal.send(noor_id, "from last year").await;
    said.push("from last year".to_owned());
    let mut noor = place.start("Noor").await;
    noor.hear(|event| matches!(event, Event::MessageReceived { .. }).then_some(()))
        .await;
    let history = noor.history(amal_id).await;
    let heard = history
        .into_iter()
        .filter(|m| m.delivery == Delivery::Incoming);
    let heard: Vec<String> = heard.filter_map(|message| message.text).collect();
    assert_eq!(heard, said);
}
