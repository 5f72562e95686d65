//! Tests of the window without a display: screens with made-up data, a flow of two real engines, hostile
//! content, and the command that draws the gallery.

mod display;
mod driver;
mod flow;
mod gallery;
mod hostile;
mod samples;
mod screens;
