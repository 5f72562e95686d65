//! What people and the world do, drawn from the seed. A new kind of deed is a new line of [`DEEDS`]
//! and an arm of [`Storm::act`].

mod deeds;

use std::io;
use std::time::Duration;

use rand::RngExt;
use tokio::time::Instant;
use undertone_engine::{Command, Reply};
use undertone_transport::NetworkStatus;
use undertone_transport::memory::FaultRates;

use super::disk::{Death, Refusal};
use super::model::{Bond, Pair};
use super::people::Answer;
use super::run::{Checked, Run};

/// Deeds of one run.
const STEPS: usize = 36;
/// Blocks of one run.
const BLOCKS: u64 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Send,
    Reply,
    /// Both sides of a pair at once.
    BothSend,
    Burst,
    Edit,
    /// A deletion on both sides.
    TakeBack,
    React,
    /// Both sides of a pair edit, delete or react at once.
    BothChange,
    MarkRead,
    /// Messages disappear from now on.
    Timer,
    /// One side keeps messages for some hours only.
    Keep,
    /// A door moves: a contact gets a circle of its own, or a circle another door.
    Move,
    /// Both sides of a pair at once.
    BothMove,
    Export,
    /// Someone goes on with an old export.
    Restore,
    Block,
    /// Two people block a third at once, so that both their doors move.
    BothBlock,
    Restart,
    Kill,
    DieBeforeCommit,
    DieBeforeTransmit,
    Partition,
    Heal,
    Cut,
    Reset,
    HalfOpen,
    Stall,
    Release,
    Freeze,
    Thaw,
    Faults,
    Calm,
    Offline,
    Online,
    Latency,
    SetClock,
    DiskFull,
    ReadOnly,
    SlowDisk,
    FastDisk,
}

/// Each with its name in the counts, its weight, and whether every run has it.
pub(crate) const DEEDS: [(Deed, &str, u32, bool); 40] = [
    (Deed::Send, "send", 26, true),
    (Deed::Reply, "reply", 7, true),
    (Deed::BothSend, "send at once", 13, true),
    (Deed::Burst, "send many", 6, true),
    (Deed::Edit, "edit", 8, true),
    (Deed::TakeBack, "delete for both", 7, true),
    (Deed::React, "react", 8, true),
    (Deed::BothChange, "change at once", 8, true),
    (Deed::MarkRead, "mark as read", 5, true),
    (Deed::Timer, "set a timer", 3, false),
    (Deed::Keep, "keep for a while", 2, false),
    (Deed::Move, "move a door", 4, false),
    (Deed::BothMove, "move doors at once", 1, false),
    (Deed::Export, "export", 8, false),
    (Deed::Restore, "restore", 16, false),
    (Deed::Block, "block", 4, false),
    (Deed::BothBlock, "block at once", 3, false),
    (Deed::Restart, "restart", 4, false),
    (Deed::Kill, "kill", 4, false),
    (Deed::DieBeforeCommit, "die before a commit", 6, false),
    (Deed::DieBeforeTransmit, "die before transmission", 8, false),
    (Deed::Partition, "partition", 4, false),
    (Deed::Heal, "heal", 6, true),
    (Deed::Cut, "cut", 4, false),
    (Deed::Reset, "reset", 4, false),
    (Deed::HalfOpen, "half open", 4, false),
    (Deed::Stall, "stall", 4, false),
    (Deed::Release, "release", 4, true),
    (Deed::Freeze, "freeze", 3, false),
    (Deed::Thaw, "thaw", 6, true),
    (Deed::Faults, "random faults", 4, false),
    (Deed::Calm, "no random faults", 3, true),
    (Deed::Offline, "offline", 3, false),
    (Deed::Online, "online", 6, true),
    (Deed::Latency, "latency", 3, false),
    (Deed::SetClock, "set a clock", 5, false),
    (Deed::DiskFull, "disk full", 3, false),
    (Deed::ReadOnly, "disk read-only", 3, false),
    (Deed::SlowDisk, "slow disk", 3, false),
    (Deed::FastDisk, "fast disk", 3, true),
];

pub(crate) struct Storm<'a> {
    run: &'a mut Run,
    weights: [u32; DEEDS.len()],
    said: u64,
}

impl<'a> Storm<'a> {
    /// Each run leaves out about half of the deeds and makes some frequent, so that they are met in
    /// many mixtures.
    ///
    /// `strict`: also what may be a good reason for a message to be gone is left out.
    pub(crate) fn new(run: &'a mut Run, strict: bool) -> Self {
        let weights = DEEDS.map(|(deed, _, weight, always)| {
            let reason = matches!(deed, Deed::Timer | Deed::Keep | Deed::Restore);
            match run.rng.random_range(0..10) {
                _ if strict && reason => 0,
                0..4 if !always => 0,
                9 if !always => 4 * weight,
                _ => weight,
            }
        });
        Self {
            run,
            weights,
            said: 0,
        }
    }

    /// Everybody's first words and changes of them on a quiet network, so that every mutant has what it leaves out.
    pub(crate) async fn begin(&mut self) -> Checked {
        for _ in 0..3 {
            self.both_send((0, 1)).await?;
            self.run.pass(Duration::from_secs(5)).await?;
            self.run.check().await?;
        }
        for deed in [Deed::React, Deed::Edit, Deed::TakeBack] {
            for pair in [(0, 1), (1, 0)] {
                self.change(pair, deed).await?;
                self.run.check().await?;
                self.run.pass(Duration::from_secs(5)).await?;
                self.run.check().await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn blow(&mut self) -> Checked {
        for _ in 0..STEPS {
            let (deed, name) = self.draw();
            if self.act(deed).await? {
                self.run.count(name);
                self.run.check().await?;
            }
            let wait = match self.run.rng.random_range(0..100) {
                0..30 => 0,
                30..60 => self.run.rng.random_range(1..500),
                60..85 => self.run.rng.random_range(500..8_000),
                85..97 => self.run.rng.random_range(8_000..60_000),
                _ => self.run.rng.random_range(60_000..1_200_000),
            };
            self.run.pass(Duration::from_millis(wait)).await?;
            self.run.check().await?;
        }
        Ok(())
    }

    fn draw(&mut self) -> (Deed, &'static str) {
        let mut left = self.run.rng.random_range(0..self.weights.iter().sum());
        for (weight, (deed, name, ..)) in self.weights.iter().zip(DEEDS) {
            if left < *weight {
                return (deed, name);
            }
            left -= weight;
        }
        (Deed::Send, "send")
    }

    fn anyone(&mut self) -> usize {
        self.run.rng.random_range(0..self.run.people.len())
    }

    /// Two who are contacts, in any order.
    fn pair(&mut self) -> Pair {
        let pairs: Vec<Pair> = self.run.model.chats.keys().copied().collect();
        pairs[self.run.rng.random_range(0..pairs.len())]
    }

    fn milliseconds(&mut self, range: std::ops::Range<u64>) -> Duration {
        Duration::from_millis(self.run.rng.random_range(range))
    }

    /// `false`: it was not possible now.
    async fn act(&mut self, deed: Deed) -> Checked<bool> {
        let who = self.anyone();
        let pair = self.pair();
        let (a, b) = (self.run.people[pair.0].node, self.run.people[pair.1].node);
        let network = self.run.network.clone();
        self.run.note(&format!("{deed:?} {who} {pair:?}"));
        let person = &mut self.run.people[who];
        let node = person.node;
        match deed {
            Deed::Send => return self.send(pair, false).await,
            Deed::Reply => return self.send(pair, true).await,
            Deed::BothSend => return self.both_send(pair).await,
            Deed::Burst => {
                for _ in 0..self.run.rng.random_range(2..12) {
                    if !self.send(pair, false).await? {
                        return Ok(false);
                    }
                }
            }
            Deed::Edit | Deed::TakeBack | Deed::React => return self.change(pair, deed).await,
            Deed::BothChange => return self.both_change(pair).await,
            Deed::MarkRead => return self.mark_read(pair).await,
            Deed::Timer => return self.set_timer(pair).await,
            Deed::Keep => return self.keep(pair).await,
            Deed::Move => return self.move_door(pair).await,
            Deed::BothMove => return self.both_move(pair).await,
            Deed::Export => return self.export(who).await,
            Deed::Restore => return self.restore().await,
            Deed::Block => return self.block(pair).await,
            Deed::BothBlock => return self.both_block().await,
            Deed::Restart => return self.restart(who).await,
            Deed::Kill if person.is_running() => {
                person.kill();
                let wait = self.milliseconds(1_000..20_000);
                self.run.people[who].starts_at = Some(Instant::now() + wait);
            }
            Deed::Kill => return Ok(false),
            Deed::DieBeforeCommit => self.die(who, Death::BeforeCommit),
            Deed::DieBeforeTransmit => self.die(who, Death::BeforeTransmit),
            Deed::Partition => network.partition(&[a], &[b]),
            Deed::Heal => network.heal(),
            Deed::Cut => return Ok(network.cut(a, b) > 0),
            Deed::Reset => return Ok(network.reset(a, b) > 0),
            Deed::HalfOpen => return Ok(network.half_open(a, b) > 0),
            Deed::Stall => return Ok(network.stall(a, b) > 0),
            Deed::Release => return Ok(network.release(a, b) > 0),
            Deed::Freeze => network.freeze(node),
            Deed::Thaw => network.thaw(node),
            Deed::Faults => network.set_faults(self.rates()),
            Deed::Calm => network.set_faults(FaultRates::default()),
            Deed::Offline => network.set_status(node, NetworkStatus::NoNetwork),
            Deed::Online => network.set_status(node, NetworkStatus::Ready),
            Deed::Latency => {
                let latency = self.milliseconds(1..4_000);
                network.set_latency(a, b, latency);
            }
            Deed::SetClock => {
                let limit = [120, 7_200, 10 * 86_400, 70 * 86_400];
                let limit = limit[self.run.rng.random_range(0..limit.len())];
                let by = self.run.rng.random_range(-limit..=limit);
                self.run.people[who].clock.set_by(by);
                self.run.note(&format!("by {by} s"));
            }
            Deed::DiskFull => self.refuse(who, io::ErrorKind::StorageFull),
            Deed::ReadOnly => self.refuse(who, io::ErrorKind::ReadOnlyFilesystem),
            Deed::SlowDisk => {
                let slow = self.milliseconds(5..3_000);
                self.run.people[who].disk.slow_down(slow);
            }
            Deed::FastDisk => person.disk.slow_down(Duration::ZERO),
        }
        Ok(true)
    }

    fn rates(&mut self) -> FaultRates {
        let rng = &mut self.run.rng;
        let mut up_to = |most: u32| rng.random_range(0..=most);
        FaultRates {
            cut: up_to(20_000),
            reset: up_to(20_000),
            half_open: up_to(10_000),
            stall: up_to(20_000),
            stall_for: Duration::from_secs(40),
            delay: up_to(100_000),
            delay_for: Duration::from_secs(5),
            dial: up_to(300_000),
        }
    }

    fn die(&mut self, who: usize, death: Death) {
        let commits = self.run.rng.random_range(0..6);
        self.run.people[who].disk.die_after(commits, death);
    }

    fn refuse(&mut self, who: usize, kind: io::ErrorKind) {
        let refusal = Refusal {
            kind,
            stored: self.run.rng.random_bool(0.3),
            until: Instant::now() + self.milliseconds(100..90_000),
        };
        self.run.people[who].disk.refuse(refusal);
    }

    async fn restart(&mut self, who: usize) -> Checked<bool> {
        if !self.run.people[who].is_running() {
            return Ok(false);
        }
        self.run.people[who].stop().await;
        let wait = self.milliseconds(1_000..5_000);
        self.run.people[who].starts_at = Some(Instant::now() + wait);
        Ok(true)
    }

    /// Words that are said once in a run.
    fn words(&mut self, (from, to): Pair, reply: bool) -> Command {
        self.said += 1;
        let filler = match self.run.rng.random_range(0..20) {
            0 => 20_000,
            1..4 => 1_500,
            _ => 0,
        };
        let text = format!("{from} to {to}, {}{}", self.said, ".".repeat(filler));
        self.run.model.attempt((from, to), &text);
        let chat = self.run.model.chat_mut((from, to));
        Command::Send {
            contact: chat.contact,
            text,
            reply_to: chat.newest_of_theirs().filter(|_| reply),
        }
    }

    fn can_send(&self, (from, to): Pair) -> bool {
        let bond = self.run.model.chats[&(from, to)].bond;
        bond == Bond::Whole && self.run.people[from].is_running()
    }

    fn answered(&mut self, pair: Pair, answer: Answer) -> Checked {
        let chat = self.run.model.chat_mut(pair);
        match answer {
            Answer::Reply(reply) => match *reply {
                Reply::Message(view) => chat.told(view.id),
                other => return Err(format!("a message is answered with {other:?}")),
            },
            Answer::Refused(error) => return Err(format!("a message is refused: {error}")),
            Answer::Gone => self.run.bury(pair.0)?,
        }
        Ok(())
    }

    async fn send(&mut self, pair: Pair, reply: bool) -> Checked<bool> {
        if !self.can_send(pair) {
            return Ok(false);
        }
        let command = self.words(pair, reply);
        let answer = self.run.people[pair.0].ask(command).await;
        self.answered(pair, answer)?;
        Ok(true)
    }

    async fn both_send(&mut self, pair: Pair) -> Checked<bool> {
        let other = (pair.1, pair.0);
        if !self.can_send(pair) || !self.can_send(other) {
            return Ok(false);
        }
        let (ours, theirs) = (self.words(pair, false), self.words(other, false));
        let people = &self.run.people;
        let (first, second) = futures::join!(people[pair.0].ask(ours), people[pair.1].ask(theirs));
        self.answered(pair, first)?;
        self.answered(other, second)?;
        Ok(true)
    }

    /// The first two stay contacts; everyone else may be blocked.
    fn can_block(&self, pair: Pair) -> bool {
        let blocks = |name| self.run.counts.get(name).copied().unwrap_or(0);
        let given = blocks("block") + 2 * blocks("block at once");
        pair.0.max(pair.1) > 1 && given < BLOCKS && self.can_send(pair)
    }

    fn blocked(&mut self, pair: Pair, answer: &Answer) -> Checked {
        match answer {
            Answer::Reply(_) => {
                self.run.model.chat_mut(pair).bond = Bond::Blocked;
                self.run.model.chat_mut((pair.1, pair.0)).ignore_from_now();
            }
            Answer::Refused(error) => return Err(format!("a block is refused: {error}")),
            Answer::Gone => {
                self.run.model.chat_mut(pair).bond = Bond::Unsure;
                self.run.bury(pair.0)?;
            }
        }
        Ok(())
    }

    fn block_command(&self, pair: Pair) -> Command {
        Command::Block {
            contact: self.run.model.chats[&pair].contact,
        }
    }

    async fn block(&mut self, pair: Pair) -> Checked<bool> {
        if !self.can_block(pair) {
            return Ok(false);
        }
        let command = self.block_command(pair);
        let answer = self.run.people[pair.0].ask(command).await;
        self.blocked(pair, &answer)?;
        Ok(true)
    }

    async fn both_block(&mut self) -> Checked<bool> {
        let mut pairs = self.run.model.chats.keys();
        let first = pairs
            .find(|pair| pair.0 == 0 && self.can_block(**pair))
            .copied();
        let mut pairs = self.run.model.chats.keys();
        let second = pairs
            .find(|pair| pair.0 == 1 && self.can_block(**pair))
            .copied();
        let (Some(first), Some(second)) = (first, second) else {
            return Ok(false);
        };
        let (ours, theirs) = (self.block_command(first), self.block_command(second));
        let apart = self.milliseconds(0..600);
        let people = &self.run.people;
        let later = async {
            tokio::time::sleep(apart).await;
            people[second.0].ask(theirs).await
        };
        let (one, two) = futures::join!(people[first.0].ask(ours), later);
        self.blocked(first, &one)?;
        self.blocked(second, &two)?;
        Ok(true)
    }
}
