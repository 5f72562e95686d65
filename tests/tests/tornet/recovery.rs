//! Recovery by itself: who was ended and comes back, and who was stopped and goes on, gets what
//! waited soon. Nobody asks for anything to be tried again.

use std::time::Duration;

use futures::future::join;
use tokio::time::{Instant, sleep_until};

use super::bot::{Bot, Home};
use super::lab::{Lab, long};
use super::party::{Message, Party, befriend};

/// From the start of a process, or its waking, until everything that waited for it was received.
const SOON: Duration = Duration::from_secs(30);
/// How long a process is stopped: longer than the others bear a silent link.
const STOPPED: Duration = Duration::from_secs(75);
/// Who is away is tried again after longer and longer waits. This long at least, in seconds, when
/// it comes back, so that nobody happens to be trying.
const WAIT: u64 = 6;
/// Messages that are sent at once.
const MESSAGES: usize = 5;

/// One of two contacts.
struct Side {
    bot: Bot,
    /// How it names the other.
    contact: String,
}

/// Both halves wait most of the time, so they do it at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_gets_soon_what_waited() {
    let Some(lab) = Lab::shared("recovery").await else {
        return;
    };
    let other_role = async {
        if long() {
            let [stopped, waiting] = pair(&lab, ["hani", "ida"]).await;
            wakes_up(&lab, stopped, waiting).await;
        }
    };
    let wakes_up = async {
        let [waiting, stopped] = pair(&lab, ["sami", "lina"]).await;
        wakes_up(&lab, stopped, waiting).await;
    };
    join(join(comes_back(&lab), wakes_up), other_role).await;
}

/// Two contacts, of whom the first asked the second.
async fn pair(lab: &Lab, names: [&str; 2]) -> [Side; 2] {
    let homes = join(
        Home::create(lab, names[0], names[0]),
        Home::create(lab, names[1], names[1]),
    );
    let (asking, host) = homes.await;
    let (asking, host) = join(asking.run(), host.run()).await;
    let (host_there, asking_there) = befriend(&asking.party, &host.party).await;
    let side = |bot, contact| Side { bot, contact };
    [side(asking, host_there), side(host, asking_there)]
}

async fn comes_back(lab: &Lab) {
    let mut sides = pair(lab, ["amal", "noor"]).await;
    let rounds = if long() { 10 } else { 3 };
    let mut times = Vec::new();
    for round in 0..rounds {
        // Each of the two in turn, and each in order as well as by a kill.
        let [goes, stays] = sides;
        let (goes, stays, took) = come_back(lab, round, goes, stays).await;
        times.push(took);
        sides = [stays, goes];
    }
    times.sort();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    lab.say(format!(
        "{rounds} times somebody came back: all received after {median:.1?} (median), {longest:.1?} (longest)"
    ));
    assert!(median < SOON, "{times:?}");
    for side in sides {
        side.bot.stop().await;
    }
}

/// One is ended, the other sends, the first starts again. How long that takes from the start.
async fn come_back(lab: &Lab, round: usize, goes: Side, stays: Side) -> (Side, Side, Duration) {
    let Side { bot, contact } = goes;
    let home = bot.home.clone();
    let killed = matches!(round % 4, 1 | 2);
    let ended = Instant::now();
    if killed {
        bot.kill();
        bot.killed().await;
    } else {
        bot.stop().await;
    }
    let (staying, there) = (&stays.bot.party, &stays.contact);
    staying.until_connected(there, false).await;
    let noticed = ended.elapsed();
    let sent = send(staying, there, &format!("round {round}"), "waiting").await;
    let (reason, next_try) = staying
        .until("it was tried in vain and has to wait", async || {
            let view = staying.contact(there).await;
            let next_try = view["next_try"].as_u64()?;
            (next_try >= WAIT).then(|| (view["reason"].clone(), next_try))
        })
        .await;
    let gone = ended.elapsed();

    let so_far = staying.heard_so_far();
    let began = Instant::now();
    let bot = home.run().await;
    let ready = began.elapsed();
    staying.until_received(there).await;
    let took = began.elapsed();
    let heard = staying.heard_since(so_far);
    let connected = heard.iter().find(|(_, event)| {
        event["contact"]["id"] == there.as_str() && event["contact"]["connected"] == true
    });
    let connected = connected.expect("it was told").0 - began;
    assert_there_once(&bot.party, &contact, &sent).await;
    lab.say(format!(
        "round {round}: {} {}; noticed after {noticed:.1?}; gone for {gone:.1?}, {reason}, next try in \
         {next_try} s; started: ready after {ready:.1?}, connected after {connected:.1?}, all received \
         after {took:.1?}",
        home.name,
        if killed { "killed" } else { "ended" },
    ));
    (Side { bot, contact }, stays, took)
}

/// One is stopped as by a computer that freezes it, while the other sends before and after it
/// noticed that.
async fn wakes_up(lab: &Lab, stops: Side, stays: Side) {
    let (staying, there) = (&stays.bot.party, &stays.contact);
    let name = &stops.bot.home.name;
    staying.until_connected(there, true).await;
    stops.bot.signal("STOP").await;
    let stopped = Instant::now();
    let mut sent = send(staying, there, "unnoticed", "sent").await;
    staying.until_connected(there, false).await;
    let noticed = stopped.elapsed();
    sent.extend(send(staying, there, "noticed", "waiting").await);
    // How long it is stopped is what is tested, not a wait for something.
    sleep_until(stopped + STOPPED).await;
    let view = staying.contact(there).await;
    // With them may wait what the programs have to say to each other, such as spare keys.
    let waiting = view["waiting"].as_u64().expect("a number");
    assert!(waiting >= 2 * MESSAGES as u64, "{view}");

    let so_far = staying.heard_so_far();
    stops.bot.signal("CONT").await;
    let woke = Instant::now();
    staying.until_received(there).await;
    let took = woke.elapsed();
    let heard = staying.heard_since(so_far);
    let connected = heard
        .iter()
        .find(|(_, event)| event["contact"]["connected"] == true);
    let connected = connected.expect("it was told").0 - woke;
    assert_there_once(&stops.bot.party, &stops.contact, &sent).await;
    lab.say(format!(
        "{name} stopped for {:.1?}; noticed after {noticed:.1?} ({}, next try in {} s); went on: connected \
         after {connected:.1?}, all received after {took:.1?}",
        woke - stopped,
        view["reason"],
        view["next_try"],
    ));
    assert!(took < SOON);
    let log = stops.bot.home.log();
    assert!(
        log.contains("dialling anew"),
        "{name} knows that it was stopped"
    );
    stops.bot.party.send(&stops.contact, "I am back").await;
    staying.until_said(there, "I am back").await;
    join(stops.bot.stop(), stays.bot.stop()).await;
}

/// Sends some messages, which are in this state at first.
async fn send(party: &Party, contact: &str, text: &str, delivery: &str) -> Vec<Message> {
    let mut sent = Vec::new();
    for number in 0..MESSAGES {
        let message = party.send(contact, &format!("{text} {number}")).await;
        assert_eq!(message.delivery, delivery, "{text} {number}");
        sent.push(message);
    }
    sent
}

/// These are the last that came, each once and in order.
async fn assert_there_once(party: &Party, contact: &str, sent: &[Message]) {
    let said = |messages: &[Message]| messages.iter().map(Message::said).collect::<Vec<_>>();
    let (theirs, _) = party.theirs_and_mine(contact).await;
    let begin = theirs.len().saturating_sub(sent.len());
    assert_eq!(said(&theirs[begin..]), said(sent));
}
