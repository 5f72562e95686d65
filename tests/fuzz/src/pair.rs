//! Two machines that became contacts and talked, so that seeds hold what only a relationship has: its records, its sessions, a
//! conversation, something that waits. One line between them, which never breaks before the end.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use undertone_protocol::{
    Change, ContactId, Effect, Input, LinkId, Now, Profile, RecordKey, StageName, Step,
};
use zeroize::Zeroizing;

/// Seconds after which two that have a line must be through with whatever they are at.
const PATIENCE: u64 = 900;

/// One of the two.
pub(crate) struct Side {
    pub(crate) profile: Profile,
    pub(crate) records: BTreeMap<RecordKey, Vec<u8>>,
    next_link: u64,
}

impl Side {
    fn new(nickname: &str, now: Now, rng: &mut ChaCha20Rng) -> Self {
        let (profile, step) = Profile::create(nickname, now, rng).expect("a good name");
        let mut side = Self {
            profile,
            records: BTreeMap::new(),
            next_link: 1,
        };
        side.store(&step);
        side
    }

    fn store(&mut self, step: &Step) {
        for change in step.changes().iter() {
            match change {
                Change::Put(key, _, value) => drop(self.records.insert(key, value.to_vec())),
                Change::Delete(key) => drop(self.records.remove(&key)),
            }
        }
    }

    /// The one contact.
    pub(crate) fn contact(&self) -> ContactId {
        let mut contacts = self.profile.contacts();
        contacts.next().expect("they are contacts").id
    }

    fn is_accepted(&self) -> bool {
        let mut contacts = self.profile.contacts();
        contacts.any(|contact| contact.stage == StageName::Accepted)
    }

    fn link(&mut self) -> LinkId {
        self.next_link += 1;
        LinkId(self.next_link)
    }

    /// The records in the order in which a machine asks for them when it is loaded; `None`: it asks for one that is not there.
    pub(crate) fn asked_for(&self) -> Vec<Option<Vec<u8>>> {
        let asked = RefCell::new(Vec::new());
        let loaded = Profile::load(|key: RecordKey| {
            let record = self.records.get(&key).cloned();
            asked.borrow_mut().push(record.clone());
            Ok::<_, Infallible>(record.map(Zeroizing::new))
        });
        assert!(loaded.is_ok(), "what was stored can be loaded");
        asked.into_inner()
    }
}

/// Both, and the line between them.
struct Pair {
    sides: [Side; 2],
    rng: ChaCha20Rng,
    now: Now,
    line: Option<[LinkId; 2]>,
    /// Nobody dials any more.
    is_over: bool,
    queue: VecDeque<(usize, Input)>,
}

impl Pair {
    /// What a command gives, after it is stored.
    fn command<T>(
        &mut self,
        who: usize,
        command: impl FnOnce(&mut Profile, Now, &mut ChaCha20Rng) -> (Step, T),
    ) -> T {
        let (step, value) = command(&mut self.sides[who].profile, self.now, &mut self.rng);
        self.take(who, step);
        value
    }

    fn take(&mut self, who: usize, step: Step) {
        assert!(step.violations().is_empty(), "both are honest");
        self.sides[who].store(&step);
        for effect in step.committed() {
            match effect {
                Effect::Send(link, frames) => {
                    let Some(line) = self.line.filter(|line| line[who] == link) else {
                        continue;
                    };
                    let there = line[1 - who];
                    let frames = frames.into_iter().map(|frame| Input::Frame(there, frame));
                    self.queue.extend(frames.map(|frame| (1 - who, frame)));
                }
                Effect::Close(link) | Effect::Cut(link) => {
                    let line = self.line.take_if(|line| line[who] == link);
                    let ends = line.map(|line| (1 - who, Input::Closed(line[1 - who])));
                    self.queue.extend(ends);
                }
                _ => {}
            }
        }
    }

    /// Connects whoever wants to dial, if the other has that door open.
    fn dial(&mut self) {
        for who in [0, 1] {
            if self.line.is_some() || self.is_over {
                return;
            }
            let doors = self.sides[1 - who].profile.doors();
            let dials = self.sides[who].profile.dials(self.now).into_iter();
            let mut open = dials.filter_map(|dial| {
                let door = doors
                    .iter()
                    .find(|door| door.seed.onion_key() == dial.door)?;
                Some((dial.contact, dial.purpose, door.name))
            });
            let Some((contact, purpose, door)) = open.next() else {
                continue;
            };
            let (link, there) = (self.sides[who].link(), self.sides[1 - who].link());
            let mut line = [there; 2];
            line[who] = link;
            self.line = Some(line);
            let arrived = Input::Arrived { door, link: there };
            self.queue.push_back((1 - who, arrived));
            let dialled = Input::Dialled {
                contact,
                purpose,
                link,
            };
            self.queue.push_back((who, dialled));
        }
    }

    /// Lets a second pass.
    fn tick(&mut self) {
        self.dial();
        while let Some((who, input)) = self.queue.pop_front() {
            let profile = &mut self.sides[who].profile;
            let step = profile.handle(self.now, &mut self.rng, input);
            self.take(who, step.expect("no broken invariant"));
        }
        for who in [0, 1] {
            let wake = self.sides[who].profile.next_wake(self.now);
            if wake.is_some_and(|wake| wake <= self.now.monotonic) {
                self.queue.push_back((who, Input::Wake));
            }
        }
        self.now.monotonic += Duration::from_secs(1);
        self.now.wall += 1;
    }

    fn until(&mut self, what: &str, done: impl Fn(&[Side; 2]) -> bool) {
        for _ in 0..PATIENCE {
            if done(&self.sides) && self.queue.is_empty() {
                return;
            }
            self.tick();
        }
        panic!("it does not come about: {what}");
    }

    fn say(&mut self, who: usize, text: &str) {
        let contact = self.sides[who].contact();
        self.command(who, |profile, now, rng| {
            profile.send(now, rng, contact, text).expect("a contact")
        });
    }
}

/// Two contacts who talked; for each of the two something waits that was said after the line broke.
pub(crate) fn talked(start: Now) -> [Side; 2] {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let sides = ["Amal", "Noor"].map(|name| Side::new(name, start, &mut rng));
    let mut pair = Pair {
        sides,
        rng,
        now: start,
        line: None,
        is_over: false,
        queue: VecDeque::new(),
    };
    pair.command(1, |p, now, rng| {
        p.invite(now, rng, true, None).expect("room")
    });
    let mut open = pair.sides[1].profile.open_invitations();
    let text = open.next().expect("just made").text;
    drop(open);
    pair.command(0, |p, now, rng| {
        let asked = p.add_contact_by(now, rng, &text, None, "hello");
        asked.expect("a good invitation")
    });
    pair.until("the request arrives", |sides| {
        sides[1].profile.contacts().next().is_some()
    });
    let amal = pair.sides[1].contact();
    pair.command(1, |p, now, rng| {
        (p.accept(now, rng, amal, None).expect("undecided"), ())
    });
    pair.until("both are contacts", |sides| {
        sides.iter().all(Side::is_accepted)
    });
    for (who, text) in [(0, "one"), (1, "two"), (0, "three")] {
        pair.say(who, text);
        pair.until("it arrives", |sides| {
            sides.iter().all(|side| waiting(side) == 0)
        });
    }
    pair.is_over = true;
    if let Some([first, second]) = pair.line.take() {
        pair.queue.push_back((0, Input::Closed(first)));
        pair.queue.push_back((1, Input::Closed(second)));
    }
    pair.tick();
    pair.say(0, "four");
    pair.say(1, "five");
    assert!(pair.sides.iter().all(|side| waiting(side) > 0), "they wait");
    pair.sides
}

fn waiting(side: &Side) -> usize {
    let outbox = |key: &&RecordKey| matches!(key, RecordKey::Outbox(..));
    side.records.keys().filter(outbox).count()
}
