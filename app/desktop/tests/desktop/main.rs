//! Tests of the window without a display: screens with made-up data, a flow of two real engines, hostile
//! content, and the command that draws the gallery.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod desk;
mod display;
mod driver;
mod flow;
mod gallery;
mod hostile;
mod marks;
mod people;
mod samples;
mod screens;
mod several;
mod tray;
