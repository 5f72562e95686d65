//! The widgets that iced lacks: a button that the keyboard reaches, a layer that a dialog puts to
//! sleep, a root that hears shortcuts before anything else does, text that begins where lines begin, and rows that come and go without being formed anew.

mod around;
mod inert;
mod label;
mod press;
mod reveal;
mod rows;
mod shortcuts;

pub use inert::inert;
pub use label::Label;
pub use press::{Press, PressStyle, Status, press};
pub use reveal::{reveal, reveal_named};
pub use rows::rows;
pub use shortcuts::shortcuts;
