//! What only an attacker does: connections without a program behind them, steps that do not leave, lies.

use super::*;

impl World {
    /// Takes an input, commits, and hands out what would leave instead of letting it leave.
    pub(crate) fn intercept(&mut self, node: usize, input: Input) -> Vec<Effect> {
        let now = self.time();
        let step = self.nodes[node]
            .profile
            .handle(now, &mut self.rng, input)
            .expect("no broken invariant");
        if !self.liars.contains(&node) {
            self.violations.extend_from_slice(step.violations());
        }
        self.commit(node, step)
    }

    /// Commits a step and hands out what would leave.
    pub(crate) fn commit(&mut self, node: usize, step: Step) -> Vec<Effect> {
        store(&mut self.nodes[node].store, &step);
        self.plan_wake(node);
        step.committed()
    }

    /// A name for a connection that nobody else has.
    pub(crate) fn fresh_link(&mut self, node: usize) -> LinkId {
        let link = LinkId(self.nodes[node].next_link);
        self.nodes[node].next_link += 1;
        link
    }

    /// An attacker connects to a door and sends frames; gives what comes back.
    pub(crate) fn attack(
        &mut self,
        node: usize,
        door: DoorName,
        frames: &[Vec<u8>],
    ) -> (LinkId, Vec<Vec<u8>>) {
        let link = self.fresh_link(node);
        let mut answers = Vec::new();
        let mut effects = self.intercept(node, Input::Arrived { door, link });
        for frame in frames {
            effects.extend(self.intercept(node, Input::Frame(link, frame.clone())));
        }
        for effect in effects {
            match effect {
                Effect::Send(to, frames) if to == link => answers.extend(frames),
                Effect::Close(closed) => assert_ne!(closed, link, "closed before the deadline"),
                _ => {}
            }
        }
        (link, answers)
    }

    /// When a node closes a connection by itself, in seconds from now.
    pub(crate) fn closes_after(&mut self, node: usize, link: LinkId) -> Option<u64> {
        for second in 1..=120 {
            self.now += Duration::from_secs(1);
            let effects = self.intercept(node, Input::Wake);
            let closed = |effect: &Effect| matches!(effect, Effect::Close(l) if *l == link);
            if effects.iter().any(closed) {
                return Some(second);
            }
        }
        None
    }

    /// A liar says anything; whether there was a link to say it on.
    pub(crate) fn lie(
        &mut self,
        node: usize,
        to: ContactId,
        kind: ParcelKind,
        bytes: &[u8],
    ) -> bool {
        let (now, bytes) = (self.time(), bytes.to_vec());
        let profile = &mut self.nodes[node].profile;
        let Some(step) = profile.lie(now, &mut self.rng, to, kind, bytes) else {
            return false;
        };
        self.carry_out(node, step);
        true
    }
}
