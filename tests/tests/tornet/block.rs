//! Block (D10): the others of the circle notice nothing, and to the blocked one it is as if the
//! profile had been switched off at that moment, by the ordinary client and by a modified one that
//! dials with all that it was ever told.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join;
use serde_json::json;
use tokio::time::{Instant, timeout};
use undertone_transport::{DialError, DialTarget, Isolation, Transport};

use super::guest::Guest;
use super::lab::{LIMIT, Lab, dial_open};
use super::party::{Party, befriend};
use super::samples::Samples;

/// Dials of each kind to each door.
const DIALS: usize = 20;
/// A wait that is longer by this must be noticed, or the comparison is worth nothing.
const NOTICED: Duration = Duration::from_secs(1);

/// How dials to one door went.
#[derive(Default)]
struct Outcomes {
    errors: BTreeMap<String, usize>,
    times: Vec<Duration>,
}

impl Outcomes {
    fn add(&mut self, error: Option<DialError>, took: Duration) {
        *self.errors.entry(format!("{error:?}")).or_default() += 1;
        self.times.push(took);
    }

    fn samples(&self) -> Samples {
        Samples::new(self.times.iter().copied())
    }

    fn differ(&self, other: &Self) -> bool {
        // Chance makes a dial fail otherwise now and then, for one of them or the other.
        let shares =
            |outcomes: &Self, error: &String| outcomes.errors.get(error).copied().unwrap_or(0);
        let errors = self.errors.keys().chain(other.errors.keys());
        let mut far = errors.map(|error| shares(self, error).abs_diff(shares(other, error)));
        far.any(|difference| difference > self.times.len() / 2)
            || self.samples().differ(&other.samples())
    }

    fn table(&self) -> String {
        format!("{}  {:?}", self.samples().table(), self.errors)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_looks_like_a_shutdown_and_the_others_go_on() {
    let Some(lab) = Lab::shared("block").await else {
        return;
    };
    let (blocker, leaver) = join(
        Guest::create(&lab, "blocker"),
        Guest::create(&lab, "leaver"),
    )
    .await;
    let (blocked, other) = join(Guest::create(&lab, "blocked"), Guest::create(&lab, "other")).await;
    let (blocker_there, blocked_here) = befriend(&blocked.party, &blocker.party).await;
    let (leaver_there, _) = befriend(&blocked.party, &leaver.party).await;
    let (blocker_at_other, other_here) = befriend(&other.party, &blocker.party).await;
    let doors = (blocker.spy.doors(), leaver.spy.doors());
    let (blocked, other) = join(blocked.restart(), other.restart()).await;
    let to_blocker = blocked.contact_door(Some(&doors.0)).await;
    let to_leaver = blocked.contact_door(Some(&doors.1)).await;
    let others = other.contact_door(None).await;
    assert_eq!(
        others.door, to_blocker.door,
        "control: they are in one circle"
    );
    assert_live(&lab, &to_blocker, &to_leaver, &others).await;
    // Once more, now that the doors admit them: so their links go through the contact doors.
    let (blocked, other) = join(blocked.restart(), other.restart()).await;
    for contact in [&blocker_there, &leaver_there] {
        blocked.party.until_connected(contact, true).await;
    }
    other.party.until_connected(&blocker_at_other, true).await;

    let from = blocked.party.heard_so_far();
    let block = json!({"command": "block", "contact": blocked_here});
    let moment = Instant::now();
    join(blocker.party.ask(block), leaver.shutdown()).await;
    let silent = join(
        blocked.party.until_connected(&blocker_there, false),
        blocked.party.until_connected(&leaver_there, false),
    );
    silent.await;
    let ended = |contact| lost(&blocked.party, from, contact).duration_since(moment);
    let times = [ended(&blocker_there), ended(&leaver_there)];
    lab.say(format!(
        "links ended after: blocked {:.2?}, switched off {:.2?}",
        times[0], times[1]
    ));

    others_go_on(
        &lab,
        (&blocker.party, &other_here),
        (&other.party, &blocker_at_other),
    )
    .await;
    blocked
        .party
        .send(&blocker_there, "Why do you not answer?")
        .await;
    let raw = modified(&lab, &to_blocker, &to_leaver, DIALS).await;
    show_and_compare(&lab, "modified client", &raw);
    let ordinary = ordinary(&blocked, &to_blocker, &to_leaver, DIALS).await;
    show_and_compare(&lab, "ordinary client", &ordinary);
    for contact in [&blocker_there, &leaver_there] {
        let view = blocked.party.contact(contact).await;
        assert_eq!(
            (&view["connected"], &view["stage"]),
            (&false.into(), &"accepted".into())
        );
        lab.say(format!("shown to the blocked one: {}", view["reason"]));
    }
    let theirs = blocker.party.contact(&blocked_here).await;
    assert_eq!(theirs["stage"], "blocked");
    // Still: what the others have is no accident of the first minute.
    others_go_on(
        &lab,
        (&blocker.party, &other_here),
        (&other.party, &blocker_at_other),
    )
    .await;
    for guest in [blocker, blocked, other] {
        guest.shutdown().await;
    }
}

/// When a contact's link ended.
fn lost(party: &Party, from: usize, contact: &str) -> Instant {
    let events = party.heard_since(from);
    let fits = |(_, event): &&(Instant, serde_json::Value)| {
        event["event"] == "contact_changed"
            && event["contact"]["id"] == contact
            && event["contact"]["connected"] == false
    };
    events.iter().find(fits).expect("it was told").0
}

/// The control of everything below: before, the doors let these very dials in, and a dial with a
/// key is told apart from one without.
async fn assert_live(lab: &Lab, blocker: &DialTarget, leaver: &DialTarget, other: &DialTarget) {
    let transport = lab.transport().await;
    let (mut live, mut refused) = (Outcomes::default(), Outcomes::default());
    for target in [blocker, leaver, other] {
        drop(dial_open(&transport, target).await);
        let began = Instant::now();
        let answer = transport.dial(fresh(target)).await;
        live.add(answer.err(), began.elapsed());
        let mut without = fresh(target);
        without.descriptor_key = None;
        let began = Instant::now();
        refused.add(transport.dial(without).await.err(), began.elapsed());
    }
    assert_eq!(live.errors, BTreeMap::from([("None".to_owned(), 3)]));
    assert_eq!(
        refused.errors,
        BTreeMap::from([("Some(NotAdmitted)".to_owned(), 3)])
    );
    assert!(
        live.differ(&refused),
        "the comparison cannot tell open from closed"
    );
    transport.shutdown().await;
}

/// The same door on circuits of its own.
fn fresh(target: &DialTarget) -> DialTarget {
    DialTarget {
        isolation: Isolation(rand::random()),
        ..target.clone()
    }
}

/// Both ways, and how long it took.
async fn others_go_on(lab: &Lab, host: (&Party, &str), other: (&Party, &str)) {
    let began = Instant::now();
    let text = format!("still here {:032x}", rand::random::<u128>());
    join(host.0.send(host.1, &text), other.0.send(other.1, &text)).await;
    join(
        host.0.until_said(host.1, &text),
        other.0.until_said(other.1, &text),
    )
    .await;
    join(
        host.0.until_received(host.1),
        other.0.until_received(other.1),
    )
    .await;
    lab.say(format!(
        "the other contact: both ways after {:.2?}",
        began.elapsed()
    ));
}

/// Raw dials of a client that has everything the blocked one was told, to both at once.
async fn modified(
    lab: &Lab,
    blocker: &DialTarget,
    leaver: &DialTarget,
    dials: usize,
) -> [Outcomes; 2] {
    let transport = lab.transport().await;
    let mut outcomes = [Outcomes::default(), Outcomes::default()];
    for _ in 0..dials {
        let dial = async |target| {
            let began = Instant::now();
            let answer = timeout(LIMIT, transport.dial(fresh(target))).await;
            (
                answer.expect("the dial has a deadline").err(),
                began.elapsed(),
            )
        };
        let (one, two) = join(dial(blocker), dial(leaver)).await;
        outcomes[0].add(one.0, one.1);
        outcomes[1].add(two.0, two.1);
    }
    transport.shutdown().await;
    outcomes
}

/// Dials of the unmodified client, told to try again as soon as it has failed.
async fn ordinary(
    guest: &Guest,
    blocker: &DialTarget,
    leaver: &DialTarget,
    dials: usize,
) -> [Outcomes; 2] {
    let from = guest.spy.dials().len();
    let mut count = guest.spy.count();
    let collect = || {
        let mut outcomes = [Outcomes::default(), Outcomes::default()];
        for dial in &guest.spy.dials()[from..] {
            let number = [blocker.door, leaver.door]
                .iter()
                .position(|door| *door == dial.target.door);
            let outcome = &mut outcomes[number.expect("it dials nobody else")];
            if outcome.times.len() < dials {
                outcome.add(dial.error, dial.took);
            }
        }
        outcomes
    };
    let deadline = Instant::now() + LIMIT * 2;
    loop {
        count.borrow_and_update();
        let outcomes = collect();
        if outcomes.iter().all(|one| one.times.len() == dials) {
            return outcomes;
        }
        guest.party.retry().await;
        let more = tokio::time::timeout_at(deadline, count.changed()).await;
        more.expect("it goes on dialling").expect("the spy lives");
    }
}

fn show_and_compare(lab: &Lab, who: &str, [blocked, away]: &[Outcomes; 2]) {
    lab.say(format!("{who}, least, quartiles and greatest:"));
    lab.say(format!("  blocked       {}", blocked.table()));
    lab.say(format!("  switched off  {}", away.table()));
    let score = blocked.samples().rank_score(&away.samples());
    lab.say(format!("  rank score {score:.2}"));
    assert!(!blocked.errors.contains_key("None") && !away.errors.contains_key("None"));
    assert!(!blocked.differ(away), "{who}: the blocked one can tell");
    // The control: so much more would have been noticed.
    let slower = Samples::new(blocked.times.iter().map(|time| *time + NOTICED));
    assert!(
        slower.differ(&away.samples()),
        "the comparison cannot tell times apart"
    );
}
