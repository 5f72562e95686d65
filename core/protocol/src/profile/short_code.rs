//! The short code that two people compare while both are connected (D5.2): seven emoji from two
//! fresh keys, of which A's was committed to before B's was known. Nothing of it is stored: it ends
//! with the link. Whoever stands in the middle has one guess in 2^42, and one a minute.

use std::time::Duration;

use data_encoding::HEXLOWER;
use undertone_wire::v1::{ParcelKind, Role, ShortCode};
use undertone_wire::{ContactId, X25519Public};
use vodozemac::Curve25519PublicKey;
use vodozemac::sas::Sas;

use crate::derive;
use crate::event::Event;
use crate::limits::SHORT_CODE;
use crate::relation::Relation;
use crate::step::{Bug, Fault, LinkId, Now, Step, Turn, ViolationKind};
use crate::verify::{self, EMOJI, Emoji};

use super::Profile;
use super::commands::Refusal;

/// How far an exchange is.
enum Exchange {
    /// B asked, A is to commit.
    Asked,
    /// A committed to this key.
    Committed(Sas),
    /// B answered with this key and holds A's commitment.
    Answered(Sas, [u8; 32]),
    /// Both know the code.
    Known([Emoji; 7]),
}

/// The comparisons of one contact. Nothing of it is stored.
#[derive(Default)]
pub(crate) struct Comparison {
    /// The present one, and the link on which it runs.
    present: Option<(LinkId, Exchange)>,
    /// When the last one began.
    began: Option<Duration>,
}

impl Comparison {
    /// Begins one, unless the last began less than `pause` ago.
    fn begin(&mut self, now: Now, pause: Duration) -> bool {
        let soon = |began: Duration| now.monotonic < began + pause;
        if self.began.is_some_and(soon) {
            return false;
        }
        self.began = Some(now.monotonic);
        true
    }
}

impl Profile {
    /// Begins to compare a short code with a connected contact. [`Event::ShortCode`] says when it
    /// can be shown; [`Self::set_verified`] stores what came of it.
    ///
    /// # Errors
    /// [`Refusal::NotConnected`], or [`Refusal::TooSoon`] within a minute after the last.
    pub fn compare_short_code(
        &mut self,
        now: Now,
        rng: &mut dyn rand::CryptoRng,
        id: ContactId,
    ) -> Result<Step, Refusal> {
        self.verification(id)?;
        let link = self.sending_link(id).ok_or(Refusal::NotConnected)?;
        let (step, ()) = self.command(now, rng, |profile, turn| {
            let contact = profile.contact_mut(id)?;
            // Longer than the other side waits, which may have begun to count a little later.
            if !contact
                .comparison
                .begin(turn.now, SHORT_CODE + SHORT_CODE / 10)
            {
                return Err(Refusal::TooSoon);
            }
            match contact.relation.role {
                Role::A => profile.commit_to_short_code(id, link, turn)?,
                Role::B => profile.exchange(id, link, Exchange::Asked, ShortCode::Ask, turn)?,
            }
            Ok(())
        })?;
        Ok(step)
    }

    /// The short code that is compared at the moment.
    #[must_use]
    pub fn short_code(&self, id: ContactId) -> Option<[Emoji; 7]> {
        match &self.contacts.get(&id)?.comparison.present {
            Some((_, Exchange::Known(code))) => Some(*code),
            _ => None,
        }
    }

    fn commit_to_short_code(
        &mut self,
        id: ContactId,
        link: LinkId,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        let sas = Sas::new();
        let commitment = commitment(&public(&sas)?);
        let committed = Exchange::Committed(sas);
        self.exchange(id, link, committed, ShortCode::Commit(commitment), turn)
    }

    /// Notes how far the exchange is, and sends its next step.
    fn exchange(
        &mut self,
        id: ContactId,
        link: LinkId,
        exchange: Exchange,
        step: ShortCode,
        turn: &mut Turn<'_>,
    ) -> Result<(), Bug> {
        self.contact_mut(id)?.comparison.present = Some((link, exchange));
        self.link_mut(link)?
            .send(ParcelKind::ShortCode, step.encode(), turn)
    }

    /// A step of the other side. Only A commits, so nobody can choose a key after seeing ours.
    pub(super) fn short_code_arrived(
        &mut self,
        id: ContactId,
        link: LinkId,
        bytes: &[u8],
        turn: &mut Turn<'_>,
    ) -> Result<(), Fault> {
        let step = ShortCode::decode(bytes).ok_or(ViolationKind::Malformed)?;
        let contact = self.contact_mut(id)?;
        let role = contact.relation.role;
        let comparison = &mut contact.comparison;
        // Both may begin at once: A's commitment is already the answer to B's question. What comes
        // too soon has no answer, because a pair of buttons pressed twice is no attack.
        let begins = match (&step, role, &comparison.present) {
            (ShortCode::Ask, Role::A, Some((at, Exchange::Committed(_)))) if *at == link => false,
            (ShortCode::Commit(_), Role::B, Some((at, Exchange::Asked))) if *at == link => true,
            (ShortCode::Ask, Role::A, _) | (ShortCode::Commit(_), Role::B, _) => {
                comparison.begin(turn.now, SHORT_CODE)
            }
            _ => true,
        };
        if !begins {
            return Ok(());
        }
        let running = comparison.present.take_if(|(at, _)| *at == link);
        match (step, role, running.map(|(_, exchange)| exchange)) {
            (ShortCode::Ask, Role::A, _) => Ok(self.commit_to_short_code(id, link, turn)?),
            (ShortCode::Commit(commitment), Role::B, _) => {
                let sas = Sas::new();
                let key = public(&sas)?;
                let answered = Exchange::Answered(sas, commitment);
                Ok(self.exchange(id, link, answered, ShortCode::Key(key), turn)?)
            }
            (ShortCode::Key(theirs), Role::A, Some(Exchange::Committed(sas))) => {
                let ours = public(&sas)?;
                let known = Exchange::Known(code(&contact.relation, sas, &theirs)?);
                self.exchange(id, link, known, ShortCode::Reveal(ours), turn)?;
                turn.step.event(Event::ShortCode(id));
                Ok(())
            }
            (ShortCode::Reveal(theirs), Role::B, Some(Exchange::Answered(sas, expected))) => {
                let known = revealed(&contact.relation, sas, &theirs, &expected)?;
                let known = Exchange::Known(known);
                contact.comparison.present = Some((link, known));
                turn.step.event(Event::ShortCode(id));
                Ok(())
            }
            _ => Err(ViolationKind::ShortCode.into()),
        }
    }

    /// The code lives as long as the link on which it was made.
    pub(super) fn end_short_code(&mut self, id: ContactId, link: LinkId, turn: &mut Turn<'_>) {
        let contact = self.contacts.get_mut(&id);
        let ended = contact.and_then(|c| c.comparison.present.take_if(|(at, _)| *at == link));
        if ended.is_some() {
            turn.step.event(Event::ShortCode(id));
        }
    }
}

fn public(sas: &Sas) -> Result<X25519Public, Bug> {
    X25519Public::from_bytes(sas.public_key().to_bytes()).map_err(|_| Bug("an unusable fresh key"))
}

/// What A says before it knows B's key.
fn commitment(key: &X25519Public) -> [u8; 32] {
    derive::hash("sas", &[key.as_bytes()])
}

/// B's code, if A's key is the one that A committed to before it knew B's.
fn revealed(
    relation: &Relation,
    sas: Sas,
    theirs: &X25519Public,
    expected: &[u8; 32],
) -> Result<[Emoji; 7], Fault> {
    if !derive::equal(&commitment(theirs), expected) {
        return Err(ViolationKind::ShortCode.into());
    }
    code(relation, sas, theirs)
}

/// The code: bound to the pair, to what the long codes are about, and to both fresh keys. The
/// library takes text, so the bytes are written in hexadecimal.
fn code(relation: &Relation, sas: Sas, theirs: &X25519Public) -> Result<[Emoji; 7], Fault> {
    let (Some(bond), Some(own)) = (relation.bond(), &relation.noise) else {
        return Err(Bug("a short code without a bond").into());
    };
    let ours = public(&sas)?;
    if relation.is_own(theirs) || *theirs == ours {
        return Err(ViolationKind::Key.into());
    }
    let (fingerprints, keys) = match relation.role {
        Role::A => ([&own.public, &bond.peer_noise], [&ours, theirs]),
        Role::B => ([&bond.peer_noise, &own.public], [theirs, &ours]),
    };
    let mut info = bond.pair.as_bytes().to_vec();
    info.extend_from_slice(&verify::hash(&bond.pair, Role::A, fingerprints[0]));
    info.extend_from_slice(&verify::hash(&bond.pair, Role::B, fingerprints[1]));
    info.extend_from_slice(keys[0].as_bytes());
    info.extend_from_slice(keys[1].as_bytes());
    let info = format!("undertone/1 sas{}", HEXLOWER.encode(&info));
    let established = sas
        .diffie_hellman(Curve25519PublicKey::from_bytes(*theirs.as_bytes()))
        .map_err(|_| ViolationKind::Key)?;
    let indices = established.bytes(&info).emoji_indices();
    Ok(indices.map(|index| EMOJI[usize::from(index) % EMOJI.len()]))
}

#[cfg(test)]
mod tests {
    use undertone_wire::{PairId, X25519Secret};

    use super::*;
    use crate::derive::Secret;
    use crate::keys::KeyPair;
    use crate::relation::{Bond, Stage, Timer};

    fn relation(role: Role, own: KeyPair, peer: X25519Public, pair: u8) -> Relation {
        let bond = Bond {
            pair: PairId::from_bytes([pair; 16]),
            link_root: Secret::from_bytes([0; 32]),
            recovery_root: Secret::from_bytes([0; 32]),
            peer_noise: peer,
            peer_olm: peer,
            peer_door: None,
            circle: 1,
            reader: peer,
            invitation: None,
            verified: None,
            copies: None,
            peer_proof: None,
        };
        Relation {
            id: ContactId::from_bytes([1; 16]),
            role,
            nickname: String::new(),
            pet_name: None,
            created: 0,
            noise: Some(own),
            account: None,
            stage: Stage::Accepted(Box::new(bond)),
            status: String::new(),
            timer: Timer::default(),
            base_keys: Vec::new(),
            restoring: None,
            answered: None,
            moved: None,
            replaced: false,
            proven: 0,
            dismissed: 0,
            extras: crate::relation::Extras::default(),
        }
    }

    fn key(byte: u8) -> KeyPair {
        let secret = X25519Secret::from_bytes([byte; 32]);
        let public = crate::keys::public_of(&secret).expect("an ordinary key");
        KeyPair { secret, public }
    }

    /// The codes of A and B when A reveals `shown`; `None`: its own key.
    fn codes(
        pair_of_b: u8,
        peer_of_b: u8,
        shown: Option<X25519Public>,
    ) -> (Result<[Emoji; 7], Fault>, Result<[Emoji; 7], Fault>) {
        let at_a = relation(Role::A, key(3), key(4).public, 7);
        let at_b = relation(Role::B, key(4), key(peer_of_b).public, pair_of_b);
        let (sas_a, sas_b) = (Sas::new(), Sas::new());
        let (key_a, key_b) = (public(&sas_a).expect("key"), public(&sas_b).expect("key"));
        let commitment = commitment(&key_a);
        let shown = shown.unwrap_or(key_a);
        (
            code(&at_a, sas_a, &key_b),
            revealed(&at_b, sas_b, &shown, &commitment),
        )
    }

    #[test]
    fn honest_sides_agree_and_another_pair_or_key_does_not() {
        let (a, b) = codes(7, 3, None);
        assert!(a.is_ok() && a == b);
        for (pair, peer) in [(8, 3), (7, 5)] {
            let (a, b) = codes(pair, peer, None);
            assert!(a.is_ok() && b.is_ok() && a != b);
        }
    }

    /// D1.5: a key of ours that comes back.
    #[test]
    fn a_key_of_our_own_is_refused() {
        let at_a = relation(Role::A, key(3), key(4).public, 7);
        let sas = Sas::new();
        let own = public(&sas).expect("key");
        let refused = Err(ViolationKind::Key.into());
        assert_eq!(code(&at_a, sas, &own), refused);
        assert_eq!(code(&at_a, Sas::new(), &key(3).public), refused);
        assert!(
            code(&at_a, Sas::new(), &key(5).public).is_ok(),
            "the control"
        );
    }

    /// Who could choose a key after seeing the other's would search one with the code it wants.
    #[test]
    fn a_key_that_was_not_committed_to_is_refused() {
        let (_, b) = codes(7, 3, Some(key(9).public));
        assert_eq!(b, Err(ViolationKind::ShortCode.into()));
    }
}
