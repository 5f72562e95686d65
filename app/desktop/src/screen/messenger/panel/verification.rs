//! The code by which a contact is known for certain, and what can be compared.

use iced::widget::{container, text};
use iced::{Element, Fill};
use undertone_engine::ContactView;

use super::{Code, Message, State};
use crate::font;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::screen::dialog::Which;
use crate::screen::dialog::picture::Wanted;

impl State {
    pub(super) fn verification<'a>(
        &'a self,
        contact: &'a ContactView,
        look: &'a Look,
    ) -> Element<'a, Message> {
        let c = look.colors;
        let note = if contact.verified {
            look.note(Icon::ShieldCheck, c.good, look.say("verify-done"))
        } else {
            look.note(Icon::ShieldAlert, c.warn, look.say("verify-not-done"))
        };
        let mut parts = vec![look.heading(look.say("verify-title"), 14.0).into(), note];
        // Who sees no code has compared none.
        let compared = match &self.code {
            Some((view, code)) if !look.presentation => {
                parts.push(look.muted(look.say("verify-hint"), 13.0).width(Fill).into());
                parts.extend(codes(&view.digits, code.as_ref(), look));
                true
            }
            other => {
                let words = if other.is_some() {
                    "verify-covered"
                } else {
                    "verify-no-code"
                };
                parts.push(look.muted(look.say(words), 13.0).width(Fill).into());
                false
            }
        };
        if contact.verified {
            let undo = look.button(Kind::Secondary, None, look.say("verify-undo"));
            let undo = undo.id("verify-undo").on_press(Message::Verified(false));
            parts.push(undo.into());
        } else if compared {
            let kind = if contact.resembles.is_some() {
                Kind::Secondary
            } else {
                Kind::Primary
            };
            let same = look.button(kind, Some(Icon::ShieldCheck), look.say("verify-same"));
            let same = same.id("verify-same").on_press(Message::Verified(true));
            parts.push(same.into());
        }
        let way = |icon, name: &'static str, which| {
            look.entry(icon, look.say(name), false, Message::Dialog(which))
                .id(name)
                .into()
        };
        let id = contact.id;
        let wanted = Wanted::Code(id);
        parts.push(way(Icon::Smile, "short-open", Which::Short(id)));
        parts.push(way(Icon::QrCode, "picture-open", Which::Picture(wanted)));
        look.column(parts).spacing(11).width(Fill).into()
    }
}

/// The code to compare, as digits and as a picture.
fn codes<'a>(digits: &str, code: Option<&'a Code>, look: &Look) -> Vec<Element<'a, Message>> {
    let digits: Vec<&str> = digits.split_whitespace().collect();
    let lines: Vec<String> = digits.chunks(4).map(|line| line.join("  ")).collect();
    let digits = text(lines.join("\n"))
        .font(font::MONO)
        .size(14.5)
        .line_height(1.6)
        .color(look.colors.text);
    let card = look.card(container(digits).center_x(Fill));
    let mut shown = vec![card.padding(12).width(Fill).into()];
    shown.extend(code.map(|code| container(code.view(168.0)).center_x(Fill).into()));
    shown
}
