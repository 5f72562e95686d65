#![doc = include_str!("../README.md")]

mod identifiers;
mod keys;
pub mod v1;
pub mod version;

pub use identifiers::{
    ContactId, CopyProof, IdentifierError, IntroductionId, InvitationHash, MessageId, PairId,
    RequestId,
};
pub use keys::{KeyError, OnionKey, X25519Public, X25519Secret};
