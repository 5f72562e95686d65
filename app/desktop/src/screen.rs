//! The screens. Each is a state, messages, and actions that it asks of whoever holds it.

pub mod dialog;
pub mod messenger;
pub mod unlock;
pub mod welcome;
