//! A relationship as it begins in a restored copy: with what an export holds, and nothing of sessions.

use undertone_wire::CopyProof;
use undertone_wire::v1::Restore;
use vodozemac::olm::{Account, Session};
use zeroize::Zeroizing;

use crate::derive::Secret;
use crate::export::{ExportedBond, ExportedContact, ExportedStage};
use crate::kem::KemSeed;
use crate::ratchet::Ratchet;
use crate::relation::{Bond, Extras, Relation, Stage};
use crate::step::{Bug, Turn};

use super::super::Contact;
use super::super::acceptance::{new_one_time_key, own_olm_key};
use super::{GENERATION_BITS, Restoring};

pub(super) fn restored_contact(
    exported: ExportedContact,
    turn: &mut Turn<'_>,
) -> Result<Contact, Bug> {
    let (noise, account, restoring, ratchet, stage) = match exported.stage {
        ExportedStage::NoAnswer => (None, None, None, None, Stage::NoAnswer),
        ExportedStage::Rejected(request, invitation) => {
            (None, None, None, None, Stage::Rejected(request, invitation))
        }
        ExportedStage::Blocked(request) => (None, None, None, None, Stage::Blocked(request)),
        ExportedStage::Myself(notes) => (None, None, None, None, Stage::Myself(notes)),
        ExportedStage::Accepted(bond) => {
            let mut bond = *bond;
            let mut account = Account::new();
            let restoring = begin(&mut account, &mut bond, turn)?;
            let ratchet = restored_ratchet(&bond, turn);
            (
                Some(bond.noise),
                Some(account),
                Some(Box::new(restoring)),
                Some(ratchet),
                Stage::Accepted(Box::new(bond.bond)),
            )
        }
    };
    let mut contact = Contact::new(Relation {
        id: exported.id,
        role: exported.role,
        nickname: exported.nickname,
        pet_name: exported.pet_name,
        created: exported.created,
        noise,
        account,
        stage,
        status: exported.status,
        timer: exported.timer,
        base_keys: Vec::new(),
        // What they know of our doors may be newer than the export.
        moved: restoring.is_some().then_some(0),
        restoring,
        answered: None,
        replaced: false,
        proven: 0,
        dismissed: 0,
        extras: Extras {
            away: exported.away,
            introduced: exported.introduced,
            offers: Vec::new(),
        },
    });
    contact.ratchet = ratchet;
    Ok(contact)
}

/// The message with which a restored copy begins anew, and what reads its answer.
pub(super) fn begin(
    account: &mut Account,
    exported: &mut ExportedBond,
    turn: &mut Turn<'_>,
) -> Result<Restoring, Bug> {
    let kem = KemSeed::random(turn.rng);
    let random = Secret::random(turn.rng);
    let one_time_key = new_one_time_key(account)?;
    let generation = exported.generation + 1;
    let message = Restore {
        generation,
        olm: own_olm_key(account)?,
        one_time_key,
        kem: kem.public(),
        random: Zeroizing::new(*random.as_bytes()),
        door: exported.bond.peer_door.as_ref().map(|peer| peer.door),
        proof: proof(&mut exported.bond, generation, turn)?,
    };
    Ok(Restoring {
        message: message.encode(),
        kem,
        random,
        one_time_key,
    })
}

/// What shows to older copies that one of this generation exists.
pub(super) fn proof(
    bond: &mut Bond,
    generation: u32,
    turn: &mut Turn<'_>,
) -> Result<CopyProof, Bug> {
    bond.copies.get_or_insert_with(|| Secret::random(turn.rng));
    bond.proof(generation).ok_or(Bug("a copy without a secret"))
}

pub(super) fn restored_ratchet(exported: &ExportedBond, turn: &mut Turn<'_>) -> Ratchet {
    // Nothing is ever sealed under this root: the answer brings one.
    let root = Secret::random(turn.rng);
    let mut ratchet = Ratchet::new(root, None::<Session>, turn.now.wall);
    ratchet.generation = exported.generation + 1;
    ratchet.peer_generation = exported.peer_generation;
    ratchet.dial_counter = u64::from(ratchet.generation) << GENERATION_BITS;
    ratchet.next_message = exported.next_message;
    ratchet.heads.clone_from(&exported.heads);
    ratchet.outbox_first = exported.outbox.1;
    ratchet.outbox_next = exported.outbox.1;
    ratchet.unknown = exported.outbox;
    ratchet
}
