#![doc = include_str!("../README.md")]

pub mod announce;
pub mod app;
mod arguments;
pub mod bridge;
pub mod choose;
pub mod colors;
pub mod font;
pub mod formatting;
pub mod icon;
pub mod keeping;
pub mod look;
pub mod motion;
pub mod place;
pub mod program;
mod qr;
mod refusal;
pub mod scan;
pub mod screen;
pub mod secret;
pub mod session;
pub mod tray;
pub mod visible;
pub mod widget;
pub mod words;

pub use program::main;
