//! After the storm: everything is repaired, all arrives by itself, those who lost each other meet, copies that were
//! replaced learn it, and both sides have the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;
use undertone_engine::{Command, CopyState, Reason, Reply, Stage};
use undertone_transport::NetworkStatus;
use undertone_transport::memory::FaultRates;
use undertone_wire::v1::FrameSize;

use super::super::model::Pair;
use super::super::people::{Answer, Person};
use super::{Checked, Run};

/// More than everything that an honest pair needs after a storm: the longest pause between dials is
/// under eight minutes.
const HEALING: Duration = Duration::from_secs(2 * 3_600);
/// How often it is looked whether all has arrived.
const LOOK: Duration = Duration::from_secs(15);
/// Two people whose doors moved at the same time, while neither could hear of it, find each other
/// by the recovery door (D10.4) only, which is opened after three days; the turn of the dials takes an hour or two.
const RECOVERY: Duration = Duration::from_secs(3 * 86_400 + 6 * 3_600);
/// How often it is looked whether these have met.
const LONG_LOOK: Duration = Duration::from_secs(1_800);

impl Run {
    /// Everything is repaired; then all must arrive by itself.
    pub(super) async fn heal(&mut self) -> Checked {
        self.note("healing");
        self.network.set_faults(FaultRates::default());
        for who in 0..self.people.len() {
            let node = self.people[who].node;
            self.network.thaw(node);
            self.network.set_status(node, NetworkStatus::Ready);
            self.people[who].disk.repair();
            self.people[who].disk.renew_seldom();
            for other in 0..self.people.len() {
                let other = self.people[other].node;
                self.network
                    .set_latency(node, other, Duration::from_millis(150));
            }
        }
        self.network.heal();
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        let whole = |run: &Self, pair: &Pair| run.model.is_whole(*pair);
        let stranded = pairs.iter().copied();
        let stranded = stranded.filter(|pair| whole(self, pair) && self.stranded(*pair));
        // A door that moved, of which only a copy was told that is gone: these never meet again.
        let (hopeless, lost): (Vec<Pair>, Vec<Pair>) =
            stranded.partition(|pair| self.model.is_restored(*pair));
        let all = [hopeless.as_slice(), &lost].concat();
        self.settle(&all, HEALING, LOOK).await?;
        if !lost.is_empty() {
            self.recover(&hopeless, &lost).await?;
            self.add("pairs that were lost and found", lost.len() as u64);
        }
        self.add("pairs that a restore parted", hopeless.len() as u64);
        self.note("healed");
        self.check().await?;
        self.converge(&hopeless)?;
        for pair in pairs {
            self.count("pairs at the end");
            if self.model.is_whole(pair) && !hopeless.contains(&pair) {
                self.count("pairs that converged");
            }
        }
        self.check_frames()
    }

    /// Those who lost each other meet by the recovery door. Everybody else rests meanwhile: days of keeping links alive show
    /// nothing.
    async fn recover(&mut self, hopeless: &[Pair], lost: &[Pair]) -> Checked {
        self.note("waiting for the recovery door");
        let involved = |who: usize| lost.iter().any(|pair| pair.0 == who || pair.1 == who);
        let resting: Vec<usize> = (0..self.people.len())
            .filter(|who| !involved(*who))
            .collect();
        for who in &resting {
            self.people[*who].stop().await;
        }
        let pairs = self.model.chats.keys().copied();
        let rests = |pair: &Pair| resting.contains(&pair.0) || resting.contains(&pair.1);
        let exempt: Vec<Pair> = pairs
            .filter(|pair| hopeless.contains(pair) || rests(pair))
            .collect();
        self.settle(&exempt, RECOVERY, LONG_LOOK).await?;
        for who in resting {
            self.people[who].starts_at = Some(Instant::now());
        }
        self.settle(hopeless, HEALING, LOOK).await
    }

    /// Both sides have the same, but those who cannot meet.
    fn converge(&mut self, hopeless: &[Pair]) -> Checked {
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        for pair in pairs {
            if !self.model.is_whole(pair) || hopeless.contains(&pair) {
                continue;
            }
            let compared = self.model.converged(pair);
            let compared = compared.map_err(|what| format!("{} to {}: {what}", pair.0, pair.1))?;
            self.add("messages alike in the end", compared.alike);
            self.add("of them edited", compared.edited);
            self.add("reactions at them", compared.reactions);
            self.add("messages taken back that nobody shows", compared.taken_back);
            self.add("messages whose time was over", compared.over);
        }
        Ok(())
    }

    /// Copies that were replaced are started once more, alone: when a contact dials them, they learn it. Then
    /// the newer ones go on, undisturbed.
    pub(super) async fn older_copies(&mut self) -> Checked {
        for who in 0..self.people.len() {
            let Some(mut older) = self.people[who].older() else {
                continue;
            };
            self.note(&format!("the older copy of {who} starts"));
            self.people[who].stop().await;
            if !older.start().await {
                return Err(format!("the older copy of {who} does not start"));
            }
            older.disk.renew_seldom();
            let end = Instant::now() + HEALING;
            let found_out = loop {
                self.pass(LOOK).await?;
                let copy = self.copy_state(&older).await?;
                if copy == CopyState::Replaced {
                    break true;
                }
                // Whoever knows no door that it opens cannot tell it.
                let can_be_told = self.model.chats.iter().any(|((from, to), chat)| {
                    let known = self.people[*from].disk.keys.door_of(chat.contact);
                    *to == who
                        && self.model.is_whole((*from, *to))
                        && known.is_some_and(|door| older.wire.is_open(&door))
                });
                if !can_be_told {
                    break false;
                }
                if Instant::now() > end {
                    // Its door may know only keys of theirs that the newer one replaced.
                    let reasons = self.reasons(who).await;
                    let not_admitted = Some(Reason::NotAdmitted);
                    if reasons.iter().all(|reason| *reason == not_admitted) {
                        break false;
                    }
                    return Err(format!(
                        "the older copy of {who} does not learn it: {copy:?}, {reasons:?}"
                    ));
                }
            };
            self.count(if found_out {
                "older copies that found out"
            } else {
                "older copies that nobody could tell"
            });
            older.stop().await;
            self.people[who].starts_at = Some(Instant::now());
            let still_lost: Vec<Pair> = self.model.chats.keys().copied().collect();
            let still_lost: Vec<Pair> = still_lost
                .into_iter()
                .filter(|pair| self.model.is_restored(*pair) && self.stranded(*pair))
                .collect();
            self.settle(&still_lost, HEALING, LOOK).await?;
            self.check().await?;
            self.converge(&still_lost)?;
        }
        Ok(())
    }

    /// Why those who know a door of someone are not connected.
    async fn reasons(&mut self, who: usize) -> Vec<Option<Reason>> {
        let mut reasons = Vec::new();
        for pair in self.model.chats.keys().copied().collect::<Vec<_>>() {
            if pair.1 != who || !self.model.is_whole(pair) {
                continue;
            }
            let contact = self.model.chats[&pair].contact;
            let views = self.contacts(pair.0).await.unwrap_or_default();
            let view = views.into_iter().find(|view| view.id == contact);
            reasons.push(view.and_then(|view| view.reason));
        }
        reasons
    }

    async fn copy_state(&self, person: &Person) -> Checked<CopyState> {
        match person.ask(Command::Profile).await {
            Answer::Reply(reply) => match *reply {
                Reply::Profile(profile) => Ok(profile.copy),
                other => Err(format!("a profile is {other:?}")),
            },
            Answer::Refused(error) => Err(format!("no profile: {error}")),
            Answer::Gone => Err(format!("the older copy of {} ended", person.name)),
        }
    }

    /// Waits until nothing waits, but between those who are `lost`.
    async fn settle(&mut self, lost: &[Pair], time: Duration, look: Duration) -> Checked {
        let end = Instant::now() + time;
        loop {
            self.pass(look).await?;
            self.check().await?;
            let Some((pair, waiting)) = self.waiting(lost).await? else {
                return Ok(());
            };
            if Instant::now() > end {
                return Err(format!("{} still keeps {waiting} for {}", pair.0, pair.1));
            }
        }
    }

    /// Someone who has not got rid of everything, if any.
    async fn waiting(&mut self, lost: &[Pair]) -> Checked<Option<(Pair, u32)>> {
        let pairs: Vec<Pair> = self.model.chats.keys().copied().collect();
        for pair in pairs {
            if lost.contains(&pair) {
                continue;
            }
            if !self.people[pair.0].is_running() || !self.people[pair.1].is_running() {
                return Ok(Some((pair, 0)));
            }
            if !self.model.is_whole(pair) {
                continue;
            }
            let contact = self.model.chats[&pair].contact;
            let Some(contacts) = self.contacts(pair.0).await else {
                return Err(format!("{} ended while it was healed", pair.0));
            };
            let view = contacts.into_iter().find(|view| view.id == contact);
            match view {
                Some(view) if view.stage == Stage::Accepted && view.waiting == 0 => {}
                Some(view) => return Ok(Some((pair, view.waiting))),
                None => return Err(format!("{} forgot {}", pair.0, pair.1)),
            }
        }
        Ok(None)
    }

    /// Neither knows a door of the other that is still open.
    fn stranded(&self, (a, b): Pair) -> bool {
        let lost = |from: usize, to: usize| {
            let contact = self.model.chats[&(from, to)].contact;
            let known = self.people[from].disk.keys.door_of(contact);
            known.is_none_or(|door| !self.people[to].wire.is_open(&door))
        };
        lost(a, b) && lost(b, a)
    }

    /// Two frames that are alike would mean that a key of a link was used twice.
    fn check_frames(&mut self) -> Checked {
        let mut seen = BTreeSet::new();
        for person in &self.people {
            let mut streams: BTreeMap<_, Vec<u8>> = BTreeMap::new();
            for piece in self.network.received(person.node) {
                streams.entry(piece.stream).or_default().extend(piece.bytes);
            }
            for bytes in streams.values() {
                for frame in bytes.chunks_exact(FrameSize::Chat.wire()) {
                    if !seen.insert(frame.to_vec()) {
                        return Err("two frames are alike".into());
                    }
                }
            }
        }
        self.add("frames", seen.len() as u64);
        Ok(())
    }
}
