//! Wire version 1: every layout in one folder, frozen at its release.

mod acknowledgement;
mod content;
mod flight;
mod frame;
mod introduction;
mod invitation;
mod messages;
mod restore;
mod sealed;
mod short_code;

pub use acknowledgement::Acknowledgement;
pub use content::{
    Content, ContentError, Kind, MAX_PARENTS, MAX_PICTURE, MAX_STATUS, MAX_TEXT, MAX_TIMER, Text,
};
pub use flight::{
    FLIGHT_1, FLIGHT_2, FLIGHT_3, Flight1, Flight2, KEM_CIPHERTEXT, KEM_KEY, MESSAGE_1, MESSAGE_2,
    MESSAGE_3, Purpose, VersionAnswer, pad,
};
pub use frame::{
    BULK_FRAME, CHAT_FRAME, FrameError, FrameSize, MAX_PARCEL, Parcel, ParcelKind, ParcelReader,
    TAG,
};
pub use introduction::{Introduction, IntroductionStep};
pub use invitation::{Invitation, InvitationError, OneTimeSecret, ServerHint};
pub use messages::{
    Accept, Confirm, DoorNotice, Inside, InsideKind, MAX_GREETING, MAX_NICKNAME, MAX_SPARES,
    MessageError, RekeyAnswer, RekeyOffer, Request, SessionReset, SpareKeys,
};
pub use restore::{MAX_GENERATION, Restore, Restored};
pub use sealed::{Direction, Letter, LetterError, MAX_OLM, Role, SealedBody, SealedError};
pub use short_code::ShortCode;
