#![doc = include_str!("../README.md")]

mod actor;
pub mod backup;
mod clock;
mod connections;
mod conversations;
mod dials;
mod disk;
mod doors;
mod engine;
mod forgetful;
pub mod formatting;
mod health;
mod home;
mod language;
mod links;
pub mod picture;
pub mod progress;
mod records;
mod resemblance;
mod search;
mod views;
pub mod visible;

pub use clock::{Clock, SystemClock};
#[cfg(feature = "faults")]
pub use disk::DiskFaults;
pub use engine::{Engine, EngineOptions, EventStream, StartError, kept_state};
pub use forgetful::Forgetful;
pub use home::copies::{CopyError, export_profile};
pub use home::held::OpenHome;
pub use home::vaults::{MAX_KEPT, VaultError, change_passphrase, set_deniable, set_wipe};
pub use home::{DestroyHomeError, UnlockError, Unlocked, destroy_home, holds_profile};
pub use language::{
    BackupView, CircleView, Command, CommandError, ContactId, ContactView, ConversationSettings,
    ConversationView, CopyState, Defaults, Delivery, DeniableView, DiskView, EarlierView,
    EmojiView, Event, FoundView, HealthView, IntroducedOne, IntroducedView, IntroductionId,
    IntroductionStage, IntroductionView, InvitationView, Line, MessageView, PictureView,
    ProfileView, QueryError, ReactionView, Reason, Reply, Retention, SearchCursor, Stage,
    StopReason, VerificationView,
};
#[cfg(feature = "fuzzing")]
pub use search::fuzzing as index_fuzzing;
// What applications meet of other crates, so that they need to name none of them.
pub use undertone_transport::{KeptState, NetworkStatus, Transport};
pub use undertone_wire::MessageId;
