//! `kill -9` of either process at random moments, while both send: nothing that was acknowledged to
//! anybody is lost, nothing arrives twice, the order stays, and no ratchet is out of step.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use futures::future::join;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::bot::{Bot, Home};
use super::lab::{LIMIT, Lab, long, seed};
use super::party::{Message, NotDone, Party, befriend};

/// From the chosen commit to the kill.
const DELAY: std::ops::RangeInclusive<u64> = 5..=500;
/// Which commit after the traffic began.
const COMMIT: std::ops::RangeInclusive<usize> = 1..=60;
/// What the survivor sends after the kill, without knowing of it.
const AFTER: usize = 20;

/// How the engine marks where it is, in the log at level trace.
const TARGET: &str = "undertone_engine::phase: ";

/// One of the two.
struct Side {
    bot: Bot,
    /// How it names the other.
    contact: String,
    /// Durable: the command was answered.
    answered: RefCell<Vec<Message>>,
    /// Sent into a process that was killed before it answered: may have become durable or not.
    doubtful: RefCell<BTreeSet<String>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_kills_under_traffic() {
    let Some(lab) = Lab::shared("kill").await else {
        return;
    };
    let seed = seed();
    let rounds = if long() { 20 } else { 5 };
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let homes = join(
        Home::create(&lab, "amal", "Amal"),
        Home::create(&lab, "noor", "Noor"),
    );
    let (amal, noor) = homes.await;
    let (amal, noor) = join(amal.run(), noor.run()).await;
    let (noor_there, amal_there) = befriend(&amal.party, &noor.party).await;
    let mut sides = [side(amal, noor_there), side(noor, amal_there)];
    lab.say(format!("{rounds} rounds, seed {seed}"));

    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    for round in 0..rounds {
        let victim = rng.random_range(0..2);
        let commit = rng.random_range(COMMIT);
        let delay = Duration::from_millis(rng.random_range(DELAY));
        let [mut one, mut other] = sides;
        if victim == 1 {
            std::mem::swap(&mut one, &mut other);
        }
        let (one, other, phases) = strike(&lab, round, (one, other), (commit, delay)).await;
        for phase in phases {
            *hits.entry(phase).or_default() += 1;
        }
        sides = [one, other];
        if victim == 1 {
            sides.swap(0, 1);
        }
    }
    let [amal, noor] = &sides;
    assert_whole(&lab, amal, noor).await;
    assert_whole(&lab, noor, amal).await;
    for side in &sides {
        let log = side.bot.home.log();
        let wrong: Vec<&str> = log
            .lines()
            .filter(|line| line.contains("a peer broke the rules") || line.contains(" ERROR "))
            .collect();
        assert_eq!(wrong, Vec::<&str>::new(), "{}", side.bot.home.name);
    }
    lab.say(format!("kills that hit each phase: {hits:?}"));
    let phases = ["send", "commit", "transmit", "receive"];
    assert!(
        phases
            .iter()
            .filter(|phase| hits.contains_key(*phase))
            .count()
            >= 3,
        "{hits:?}"
    );
    for side in sides {
        side.bot.stop().await;
    }
}

fn side(bot: Bot, contact: String) -> Side {
    Side {
        bot,
        contact,
        answered: RefCell::default(),
        doubtful: RefCell::default(),
    }
}

/// One round: both send, the first is killed and started again, everything arrives. Gives the two
/// and the phases in which the kill came.
async fn strike(
    lab: &Lab,
    round: usize,
    (victim, survivor): (Side, Side),
    (commit, delay): (usize, Duration),
) -> (Side, Side, BTreeSet<&'static str>) {
    let left = Cell::new(None);
    // How much of the survivor's was answered before the kill.
    let before = Cell::new(0);
    let mut log = Tail::at_end(&victim.bot.home.logs);
    let kill = async {
        log.until_commits(commit).await;
        // Not a wait for something: the moment of the kill is what is left to chance.
        sleep(delay).await;
        before.set(survivor.answered.borrow().len());
        victim.bot.kill();
        left.set(Some(AFTER));
    };
    let talking = join(talk(&victim, round, &left), talk(&survivor, round, &left));
    let traffic = timeout(LIMIT, join(kill, talking));
    traffic
        .await
        .expect("the kill came and the traffic ended in time");

    let Side {
        bot,
        contact,
        answered,
        doubtful,
    } = victim;
    let home = bot.home.clone();
    bot.killed().await;
    let mark = log.last_mark();
    let mut phases = BTreeSet::new();
    if doubtful
        .borrow()
        .iter()
        .any(|text| text.starts_with(&format!("{round}:")))
    {
        phases.insert("send");
    }
    if mark == "commit begins" {
        phases.insert("commit");
    }
    // What the network had before the kill and the victim never acknowledged.
    let (_, mine) = survivor.bot.party.theirs_and_mine(&survivor.contact).await;
    let ids = |messages: &[Message]| {
        messages
            .iter()
            .map(|m| m.id.clone())
            .collect::<BTreeSet<_>>()
    };
    let earlier = ids(&survivor.answered.borrow()[..before.get()]);
    let incoming = mine
        .iter()
        .filter(|m| m.delivery == "sent" && earlier.contains(&m.id))
        .count();
    if incoming > 0 {
        phases.insert("receive");
    }
    let began = Instant::now();
    let bot = home.run().await;
    let started = began.elapsed();
    // Looked at before the network is there: what was made ready for it and never acknowledged.
    let (_, mine) = bot.party.theirs_and_mine(&contact).await;
    let outgoing = mine
        .iter()
        .filter(|message| message.delivery == "sent")
        .count();
    if outgoing > 0 {
        phases.insert("transmit");
    }
    let victim = Side {
        bot,
        contact,
        answered,
        doubtful,
    };
    survivor.bot.party.retry().await;
    victim.bot.party.until_received(&victim.contact).await;
    survivor.bot.party.until_received(&survivor.contact).await;
    lab.say(format!(
        "round {round}: {} killed {delay:.0?} after commit {commit}, last mark \"{mark}\", {outgoing} \
         messages going out and {incoming} coming in; started in {started:.1?}, all received after \
         {:.1?}; phases {phases:?}",
        victim.bot.home.name,
        began.elapsed()
    ));
    (victim, survivor, phases)
}

/// Sends until its process is gone, or until so many more once `left` is set.
async fn talk(side: &Side, round: usize, left: &Cell<Option<usize>>) {
    let mut after = 0;
    for number in 0_usize.. {
        let text = format!("{round}:{}:{number}", side.bot.home.name);
        match side.bot.party.try_send(&side.contact, &text).await {
            Ok(message) => side.answered.borrow_mut().push(message),
            Err(NotDone::Gone) => {
                side.doubtful.borrow_mut().insert(text);
                return;
            }
            Err(NotDone::Refused(answer)) => panic!("{}: {answer}", side.bot.home.name),
        }
        if let Some(left) = left.get() {
            after += 1;
            if after >= left {
                return;
            }
        }
    }
}

/// What one side shows as its own is what the other shows as received: all that was answered, in
/// order, nothing twice, and otherwise only what was sent into a kill.
async fn assert_whole(lab: &Lab, from: &Side, to: &Side) {
    let shown = async |party: &Party, contact: &str, theirs: bool| {
        let (incoming, outgoing) = party.theirs_and_mine(contact).await;
        let messages = if theirs { incoming } else { outgoing };
        messages.iter().map(Message::said).collect::<Vec<_>>()
    };
    let mine = shown(&from.bot.party, &from.contact, false).await;
    let theirs = shown(&to.bot.party, &to.contact, true).await;
    let name = &from.bot.home.name;
    assert_eq!(mine, theirs, "what {name} sent");
    let once: BTreeSet<_> = mine.iter().collect();
    assert_eq!(once.len(), mine.len(), "{name}: something is there twice");
    let answered: Vec<_> = from.answered.borrow().iter().map(Message::said).collect();
    let doubtful = from.doubtful.borrow();
    let certain: Vec<_> = mine
        .iter()
        .filter(|(_, text)| !doubtful.contains(text))
        .cloned()
        .collect();
    assert_eq!(certain, answered, "what {name} was told is durable");
    let became = mine.len() - certain.len();
    lab.say(format!(
        "{name}: {} messages, all there once and in order; of {} without an answer {became} were durable",
        mine.len(),
        doubtful.len()
    ));
}

/// Reads what a process appends to its log.
struct Tail {
    file: std::fs::File,
    text: String,
}

impl Tail {
    fn at_end(logs: &Path) -> Self {
        let mut files: Vec<_> = std::fs::read_dir(logs)
            .expect("logs")
            .flatten()
            .map(|entry| entry.path())
            .collect();
        files.sort();
        let mut file = std::fs::File::open(files.last().expect("a log")).expect("readable");
        file.seek(SeekFrom::End(0)).expect("a file");
        Self {
            file,
            text: String::new(),
        }
    }

    /// The marks since the beginning, without one whose line is not whole yet.
    fn marks(&mut self) -> Vec<&str> {
        self.file.read_to_string(&mut self.text).expect("text");
        let whole = self.text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            .filter_map(|line| Some(line.split_once(TARGET)?.1))
            .collect()
    }

    async fn until_commits(&mut self, count: usize) {
        let mut look = interval(Duration::from_millis(1));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            let marks = self.marks();
            if marks
                .iter()
                .filter(|mark| **mark == "commit begins")
                .count()
                >= count
            {
                return;
            }
        }
    }

    fn last_mark(&mut self) -> String {
        self.marks().last().copied().unwrap_or_default().to_owned()
    }
}
