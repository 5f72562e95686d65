//! What lies between nodes: dials, connections, and frames that are late, lost or the last.

use super::*;

impl World {
    pub(super) fn transmit(&mut self, node: usize, link: LinkId, frames: Vec<Vec<u8>>) {
        for frame in frames {
            let Some(end) = self.peers.get(&(node, link)).copied() else {
                return;
            };
            if self.broken.contains(&(node, link)) {
                return;
            }
            if self.chance(self.faults.cut) {
                return self.break_link(node, link, true);
            }
            if self.chance(self.faults.half_open) {
                // Only the sender hears of it; the other side waits for frames in vain.
                self.broken.insert((node, link));
                self.broken.insert((end.node, end.link));
                let delay = self.latency();
                return self.later(delay, Happening::Closed(node, link));
            }
            *self.frames.entry(end.node).or_default() += 1;
            let late = self.is_late(end);
            let key = (end.node, end.link);
            let earliest = self.now + self.latency();
            let time = earliest.max(self.last.get(&key).copied().unwrap_or_default());
            self.last.insert(key, time);
            self.at(time, Happening::Frame(end.node, end.link, frame));
            if late {
                return self.break_link(node, link, true);
            }
        }
    }

    /// Ends a connection; the other side hears of it later, this side too if it did not ask.
    pub(super) fn break_link(&mut self, node: usize, link: LinkId, tell: bool) {
        let Some(end) = self.peers.get(&(node, link)).copied() else {
            return;
        };
        let after = self
            .last
            .get(&(end.node, end.link))
            .copied()
            .unwrap_or_default()
            .max(self.now)
            + Duration::from_millis(20);
        self.at(after, Happening::Closed(end.node, end.link));
        self.broken.insert((node, link));
        self.broken.insert((end.node, end.link));
        if tell {
            self.later(Duration::from_millis(20), Happening::Closed(node, link));
        } else {
            self.peers.remove(&(node, link));
        }
    }

    pub(super) fn open_door(
        &self,
        node: usize,
        door: &OnionKey,
    ) -> Option<(DoorName, Option<Vec<X25519Public>>)> {
        if !self.nodes[node].online {
            return None;
        }
        let wanted = self.nodes[node].profile.doors();
        wanted
            .into_iter()
            .find(|wanted| wanted.seed.onion_key() == *door)
            .map(|wanted| (wanted.name, wanted.readers))
    }

    pub(crate) fn plan_dials(&mut self, node: usize) {
        if !self.nodes[node].online || self.waits.contains(&node) {
            return;
        }
        let wanted = self.nodes[node].profile.dials(self.time());
        for dial in wanted {
            if self.nodes[node].dialling.insert(dial.contact) {
                let wait = if dial.first || self.is_impolite() {
                    0
                } else {
                    3_000
                };
                let wait = Duration::from_millis(wait + self.rng.random_range(0..500));
                self.later(wait, Happening::Dial(node, dial.contact, dial.purpose));
            }
        }
    }

    pub(super) fn dial(&mut self, node: usize, contact: ContactId, purpose: Purpose) {
        if !self.nodes[node].online || self.waits.contains(&node) {
            self.nodes[node].dialling.remove(&contact);
            return;
        }
        let wanted = self.nodes[node].profile.dials(self.time());
        let Some(dial) = wanted
            .into_iter()
            .find(|dial| dial.contact == contact && dial.purpose == purpose)
        else {
            self.nodes[node].dialling.remove(&contact);
            return self.plan_dials(node);
        };
        let reader = dial
            .descriptor
            .as_ref()
            .map(|secret| public_of(secret).expect("key"));
        let target = (0..self.nodes.len()).find(|&other| {
            self.open_door(other, &dial.door)
                .is_some_and(|(_, readers)| {
                    readers.is_none_or(|readers| reader.is_some_and(|r| readers.contains(&r)))
                })
        });
        let Some(other) = target else {
            let failures = self.nodes[node].failures.entry(contact).or_default();
            *failures += 1;
            // Whoever was away for long is not looked for as often.
            let wait = if *failures < 100 { 4_000 } else { 150_000 };
            let wait = Duration::from_millis(self.rng.random_range(wait..2 * wait));
            return self.later(wait, Happening::Dial(node, contact, purpose));
        };
        self.nodes[node].failures.remove(&contact);
        let delay = self.latency();
        for _ in 0..1 + u8::from(self.dials_twice()) {
            let (ours, theirs) = self.connect(node, other);
            self.later(delay, Happening::Arrived(other, dial.door, theirs));
            self.later(delay, Happening::Dialled(node, contact, purpose, ours));
        }
    }

    /// A raw connection between two nodes; gives the names at both ends.
    pub(crate) fn connect(&mut self, node: usize, other: usize) -> (LinkId, LinkId) {
        let mut name = |node: usize| {
            let link = LinkId(self.nodes[node].next_link);
            self.nodes[node].next_link += 1;
            link
        };
        let (ours, theirs) = (name(node), name(other));
        self.peers.insert(
            (node, ours),
            End {
                node: other,
                link: theirs,
                dialled: true,
            },
        );
        let back = End {
            node,
            link: ours,
            dialled: false,
        };
        self.peers.insert((other, theirs), back);
        (ours, theirs)
    }

    /// The network as a whole is gone for a while.
    pub(crate) fn cut_all(&mut self) {
        let all: Vec<(usize, LinkId)> = self.peers.keys().copied().collect();
        for (node, link) in all {
            self.break_link(node, link, true);
        }
    }
}
