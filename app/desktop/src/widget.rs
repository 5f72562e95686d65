//! The widgets that iced lacks: a button that the keyboard reaches, a layer that a dialog puts to
//! sleep, and a root that hears shortcuts before anything else does.

mod around;
mod inert;
mod press;
mod reveal;
mod shortcuts;

pub use inert::inert;
pub use press::{Press, PressStyle, Status, press};
pub use reveal::reveal;
pub use shortcuts::shortcuts;
