//! What a network may do besides breaking connections: old ones that live on beside new ones, with frames that come late;
//! frames that were sent and never come; two dials at once, by one side or by both; and programs that hear of a receipt and
//! forget it. A connection is a reliable stream of bytes, so inside of one nothing is reordered or repeated.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::RngExt as _;
use undertone_protocol::{Change, Input, LinkId, RecordKey, Step};

use super::{End, World};

/// Each as a chance of one in `n`; 0: never.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Disorder {
    /// Whoever of a pair waits politely dials at once.
    pub(crate) both_dial: u32,
    /// A dial leads to two connections.
    pub(crate) twice: u32,
    /// A frame is on its way for up to 45 seconds, with all before it that have not arrived; the sender sees the
    /// connection end at once and goes on with another, the receiver when that frame has come.
    pub(crate) late: u32,
    /// A frame never comes, nor anything that was on its way behind it: the connection ends there.
    pub(crate) lost: u32,
    /// A program that hears that something was received crashes before that is durable, so that it says it again.
    pub(crate) again: u32,
}

/// How often something came about.
pub(crate) type Happened = BTreeMap<&'static str, u32>;

impl World {
    fn strikes(&mut self, one_in: u32, what: &'static str) -> bool {
        let strikes = self.chance(one_in);
        if strikes {
            *self.happened.entry(what).or_default() += 1;
        }
        strikes
    }

    pub(super) fn is_impolite(&mut self) -> bool {
        self.strikes(self.disorder.both_dial, "dials out of turn")
    }

    pub(super) fn dials_twice(&mut self) -> bool {
        self.strikes(self.disorder.twice, "double dials")
    }

    /// Whether a frame to this end comes late; then it does, and nothing before it comes earlier than it must.
    pub(super) fn is_late(&mut self, end: End) -> bool {
        let late = self.strikes(self.disorder.late, "late frames");
        if late {
            let delay = Duration::from_millis(self.rng.random_range(2_000..45_000));
            let last = self.last.entry((end.node, end.link)).or_default();
            *last = (*last).max(self.now + delay);
        }
        late
    }

    /// Whether an arriving frame is lost; then its connection is over.
    pub(super) fn is_lost(&mut self, node: usize, link: LinkId) -> bool {
        let here = self.peers.contains_key(&(node, link)) && self.nodes[node].online;
        let lost = here && self.strikes(self.disorder.lost, "lost frames");
        if lost {
            self.break_link(node, link, false);
            self.input(node, Input::Closed(link));
        } else if here && self.is_older(node, link) {
            *self.happened.entry("frames on older links").or_default() += 1;
        }
        lost
    }

    /// Whether there is a newer connection between the same two.
    fn is_older(&self, node: usize, link: LinkId) -> bool {
        let Some(other) = self.peers.get(&(node, link)).map(|end| end.node) else {
            return false;
        };
        let newer = (node, LinkId(link.0 + 1))..=(node, LinkId(u64::MAX));
        self.peers.range(newer).any(|(_, end)| end.node == other)
    }

    /// Whether a node forgets that something of its own was received.
    pub(super) fn forgets_receipt(&mut self, step: &Step) -> bool {
        let received = |change: Change<'_>| {
            let key = match change {
                Change::Delete(key) => key,
                Change::Put(..) => return false,
            };
            matches!(key, RecordKey::Outbox(..))
        };
        self.disorder.again > 0
            && step.changes().iter().any(received)
            && self.strikes(self.disorder.again, "receipts forgotten")
    }

    /// The connections between two nodes: who dialled each, and its name there.
    pub(crate) fn standing(&self, node: usize, other: usize) -> Vec<(usize, LinkId)> {
        let ends = self.peers.iter().filter(|((owner, _), end)| {
            end.dialled && [(node, other), (other, node)].contains(&(*owner, end.node))
        });
        ends.map(|((owner, link), _)| (*owner, *link)).collect()
    }
}
