#![doc = include_str!("../README.md")]

mod bucket;
mod conversation;
mod derive;
mod event;
mod export;
mod handshake;
mod kem;
mod keys;
#[cfg(feature = "lies")]
mod lies;
pub mod limits;
mod link;
mod pickle;
mod profile;
mod ratchet;
mod relation;
mod replay;
mod seal;
mod step;
#[cfg(test)]
mod vectors;
mod verify;

pub use conversation::{Annotation, Earlier, MAX_EARLIER, Note, Reaction, StoredMessage};
pub use event::Event;
pub use export::{MAX_EXPORT_RECORD, MAX_EXPORT_RECORDS, RestoreError};
pub use keys::{DoorSeed, public_of};
pub use link::DoorName;
pub use profile::{
    CircleState, ContactState, CopyState, Delivery, Input, Introduced, IntroductionStage,
    IntroductionState, InvitationState, LoadError, MAX_PAGE, Profile, Refusal, WantedDial,
    WantedDoor, Words,
};
pub use relation::StageName;
pub use step::{
    Bug, Change, Changes, Effect, Lifetime, LinkId, Now, RecordKey, Step, Violation, ViolationKind,
};
pub use undertone_wire::v1::Purpose;
pub use undertone_wire::{ContactId, IntroductionId};
pub use verify::{Emoji, ScanError, VerificationCode};
