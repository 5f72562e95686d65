#![doc = include_str!("../README.md")]

mod actor;
mod clock;
mod connections;
mod dials;
mod doors;
mod engine;
mod language;
mod links;
mod records;
mod views;

pub use clock::{Clock, SystemClock};
pub use engine::{Engine, EngineOptions, EventStream, StartError, kept_state};
pub use language::{
    Command, CommandError, ContactId, ContactView, Delivery, Event, InvitationView, MessageView,
    ProfileView, Reason, Reply, Stage, StopReason, VerificationView,
};
