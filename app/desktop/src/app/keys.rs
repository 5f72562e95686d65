//! What keys mean everywhere in the window. Ctrl with a letter is safe: fields do not take it for text.

use iced::keyboard::{Key, Modifiers, key::Named};

use super::{App, Message, Screen};
use crate::screen::dialog::{self, Dialog, Which, palette};
use crate::screen::messenger::{self, Pane, conversation};
use crate::screen::unlock;

impl App {
    /// The message of a key, where it means something now.
    pub(super) fn shortcut(
        &self,
        key: &Key,
        modifiers: Modifiers,
        repeat: bool,
    ) -> Option<Message> {
        if let (Key::Named(Named::Backspace), true, true) =
            (key, modifiers.command(), modifiers.shift())
        {
            return (!repeat).then_some(Message::Panic);
        }
        if self.panic.is_some() {
            return match key {
                Key::Named(Named::Tab) => Some(Message::Focus(!modifiers.shift())),
                Key::Named(Named::Escape) => Some(Message::Calm),
                _ => None,
            };
        }
        let messenger = match &self.screen {
            Screen::Messenger(state) => Some(state),
            _ => None,
        };
        let tell = |message| Some(Message::Messenger(message));
        let dialog = messenger.and_then(|state| state.dialog());
        match key.as_ref() {
            Key::Named(Named::Tab) => return Some(Message::Focus(!modifiers.shift())),
            Key::Named(Named::Escape) if messenger.is_some() => {
                return tell(messenger::Message::Escape);
            }
            Key::Named(Named::Escape) => {
                return match &self.screen {
                    Screen::Unlock(state) if state.can_go_back() => {
                        Some(Message::Unlock(unlock::Message::Back))
                    }
                    _ => None,
                };
            }
            Key::Named(page @ (Named::PageDown | Named::PageUp)) if modifiers.command() => {
                return Some(Message::NextProfile(page == Named::PageDown));
            }
            Key::Named(arrow @ (Named::ArrowDown | Named::ArrowUp)) => {
                let down = arrow == Named::ArrowDown;
                if let Some(Dialog::Palette(_)) = dialog {
                    let message = dialog::Message::Palette(palette::Message::Move(down));
                    return tell(messenger::Message::Dialog(message));
                }
                if modifiers.alt() && messenger.is_some() && dialog.is_none() {
                    return tell(messenger::Message::Step(down));
                }
            }
            _ => {}
        }
        if !modifiers.command() || modifiers.alt() {
            return None;
        }
        match key.as_ref() {
            Key::Character("+" | "=") => return Some(Message::Zoom(Some(true))),
            Key::Character("-") => return Some(Message::Zoom(Some(false))),
            Key::Character("0") => return Some(Message::Zoom(None)),
            Key::Character("q") => return Some(Message::Quit),
            Key::Character("l") if self.is_unlocked() => return Some(Message::Lock),
            _ => {}
        }
        let state = messenger?;
        let open = |which| tell(messenger::Message::Open(which));
        match key.as_ref() {
            Key::Character("k") => open(Which::Palette),
            Key::Character("n") => open(Which::Add),
            Key::Character(",") => open(Which::Settings),
            // With Shift letters come large.
            Key::Character("f" | "F") if dialog.is_none() => match state.pane() {
                Pane::Conversation(open) if !modifiers.shift() => {
                    let message = conversation::Message::Find;
                    tell(messenger::Message::Conversation(open.contact, message))
                }
                _ => Some(Message::Search),
            },
            _ => None,
        }
    }
}
