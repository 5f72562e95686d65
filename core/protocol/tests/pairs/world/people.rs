//! What people do and see: they become contacts, write, and read what is stored.

use super::*;

impl World {
    pub(crate) fn send(&mut self, node: usize, to: ContactId, words: &str) {
        let (number, id) = self.command(node, |profile, now, rng| {
            profile.send(now, rng, to, words).expect("sendable")
        });
        self.nodes[node].sent.push((number, id, words.to_owned()));
    }

    /// Makes an invitation; gives its number and its text.
    pub(crate) fn invite(&mut self, node: usize, one_time: bool) -> (u64, String) {
        let number = self.command(node, |p, now, rng| {
            p.invite(now, rng, one_time, None).expect("room")
        });
        let mut open = self.nodes[node].profile.open_invitations();
        let made = open.find(|invitation| invitation.number == number);
        (number, made.expect("just made").text)
    }

    /// Knocks with an invitation; gives how the asking node names whom it asks.
    pub(crate) fn ask(&mut self, node: usize, text: &str) -> ContactId {
        self.command(node, |p, now, rng| {
            let asked = p.add_contact_by(now, rng, text, None, "hello");
            asked.expect("a good invitation")
        })
    }

    /// B gives A an invitation, A asks, B accepts; gives (B as A names it, A as B names it).
    pub(crate) fn befriend(&mut self, a: usize, b: usize) -> (ContactId, ContactId) {
        let (_, text) = self.invite(b, true);
        let at_a = self.ask(a, &text);
        assert!(
            self.run_until(900, |world| world.nodes[b].online
                && world.undecided(b).is_some()),
            "the request did not arrive: {:?}",
            self.nodes[a].profile.contact(at_a)
        );
        let at_b = self.undecided(b).expect("just waited for");
        self.command(b, |p, now, rng| {
            (p.accept(now, rng, at_b, None).expect("undecided"), ())
        });
        assert!(
            self.run_until(900, |world| world.nodes.iter().all(|node| node.online)
                && world.stage(a, at_a) == StageName::Accepted
                && world.stage(b, at_b) == StageName::Accepted),
            "not accepted: {:?} {:?}",
            self.stage(a, at_a),
            self.stage(b, at_b)
        );
        (at_a, at_b)
    }

    pub(crate) fn undecided(&self, node: usize) -> Option<ContactId> {
        self.nodes[node]
            .profile
            .contacts()
            .find(|contact| contact.stage == StageName::Undecided)
            .map(|contact| contact.id)
    }

    pub(crate) fn stage(&self, node: usize, contact: ContactId) -> StageName {
        self.nodes[node]
            .profile
            .contact(contact)
            .expect("a known contact")
            .stage
    }

    pub(crate) fn connected(&self, node: usize, contact: ContactId) -> bool {
        self.nodes[node]
            .profile
            .contact(contact)
            .is_some_and(|contact| contact.connected)
    }

    /// The stored conversation of a node with a contact: (theirs, ours), each in order.
    pub(crate) fn conversation(&self, node: usize, contact: ContactId) -> (Words, Words) {
        let state = self.nodes[node].profile.contact(contact).expect("known");
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for number in 1..state.next_message {
            let record = &self.nodes[node].store[&RecordKey::Message(contact, number)];
            let message = StoredMessage::decode(record).expect("own record");
            let Some(Kind::Text(Text { text, .. })) = message.content().map(|content| content.kind)
            else {
                continue;
            };
            let entry = (message.number, message.id, text);
            match message.place {
                Some(_) => ours.push(entry),
                None => theirs.push(entry),
            }
        }
        (theirs, ours)
    }

    /// One message as a node has it.
    pub(crate) fn message(&self, node: usize, contact: ContactId, number: u64) -> StoredMessage {
        let record = &self.nodes[node].store[&RecordKey::Message(contact, number)];
        StoredMessage::decode(record).expect("own record")
    }

    /// How much a node has stored that waits for a contact, service messages included.
    pub(crate) fn stored_for(&self, node: usize, contact: ContactId) -> usize {
        let keys = self.nodes[node].store.keys();
        let waits = |key: &&RecordKey| matches!(key, RecordKey::Outbox(to, _) if *to == contact);
        keys.filter(waits).count()
    }

    /// Whether everything that `node` sent is acknowledged.
    pub(crate) fn all_received(&self, node: usize, contact: ContactId) -> bool {
        let state = self.nodes[node].profile.contact(contact).expect("known");
        (1..state.next_message).all(|number| {
            let record = &self.nodes[node].store[&RecordKey::Message(contact, number)];
            let message = StoredMessage::decode(record).expect("own record");
            message.place.is_none_or(|place| {
                self.nodes[node].profile.delivery(contact, place) == Delivery::Received
            })
        })
    }
}
