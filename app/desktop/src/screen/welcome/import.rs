//! The way of the first run that begins with an export instead of a name.

use iced::{Element, Fill};

use super::{Message, PASSPHRASE, REPEATED, State, buttons, strength_bar};
use crate::icon::Icon;
use crate::look::Look;
use crate::secret::Secret;

/// The field of the file.
pub const FILE: &str = "import-file";
/// The field of its passphrase.
pub const SEALED: &str = "import-sealed";

impl State {
    pub(super) fn import_fits(&self) -> bool {
        !self.file.trim().is_empty() && !self.sealed.is_empty() && self.passphrase_fits()
    }

    pub(super) fn import<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let secret = |id, label: String, value: &'a Secret, typed: fn(Secret) -> Message| {
            let field = look
                .field(id, "", value, move |text| typed(text.into()))
                .secure(true)
                .on_submit(Message::Next);
            look.labelled(label, field)
        };
        let file = look.field(
            FILE,
            &look.say("export-placeholder"),
            &self.file,
            Message::File,
        );
        let mut parts: Vec<Element<'a, Message>> = vec![
            look.heading(look.say("import-title"), 24.0).into(),
            look.muted(look.say("import-hint"), 14.5).width(Fill).into(),
            look.labelled(
                look.say("picture-file"),
                look.chosen_file(file, "import-choose", Message::Choose),
            ),
            secret(
                SEALED,
                look.say("export-passphrase"),
                &self.sealed,
                Message::Sealed,
            ),
            look.line(),
            secret(
                PASSPHRASE,
                look.say("passphrase-new"),
                &self.passphrase,
                Message::Passphrase,
            ),
            strength_bar(self.passphrase.is_empty(), self.strength, look),
            secret(
                REPEATED,
                look.say("passphrase-again"),
                &self.repeated,
                Message::Repeated,
            ),
        ];
        let c = look.colors;
        if self.typed {
            parts.insert(3, look.note(Icon::Info, c.muted, look.say("choose-none")));
        }
        if !self.repeated.is_empty() && self.repeated != self.passphrase {
            parts.push(look.note(Icon::TriangleAlert, c.warn, look.say("passphrase-differs")));
        }
        if let Some(failure) = self.failure {
            parts.push(look.note(Icon::CircleAlert, c.bad, look.say(failure.sentence())));
        }
        let words = if self.busy {
            look.say("import-busy")
        } else {
            look.say("import-submit")
        };
        parts.push(buttons(look, words, !self.busy && self.import_fits()));
        if self.busy {
            parts.push(look.working());
        }
        look.column(parts).spacing(14).width(Fill).into()
    }
}
