//! How the main window is put together: side, middle, contact, dialog and remark.

use iced::widget::{column, container, row, stack};
use iced::{Element, Fill, border};

use super::model::Model;
use super::{Message, Pane, State, WIDE, panel, start};
use crate::icon::Icon;
use crate::look::Look;
use crate::widget::inert;

impl State {
    /// What is shown.
    pub fn view<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let Some(model) = &self.model else {
            let words = look.muted(look.say("loading"), 14.5);
            return look
                .ground(look.colors.page, container(words).center(Fill))
                .into();
        };
        let base = self.base(model, look);
        // What comes and goes has a place of its own everywhere here: fields and lists must stay the same ones.
        let told = self.health.view(look).map(|told| told.map(Message::Health));
        let base = inert(column![column(told), base], self.dialog.is_some());
        let mut layers = stack![base];
        if let Some(dialog) = &self.dialog {
            let dialog = dialog.view(model, look.clock.now, look);
            layers = layers.push(dialog.map(Message::Dialog));
        }
        if let Some((_, icon, words)) = &self.remark {
            layers = layers.push(remark(*icon, words, look));
        }
        layers.width(Fill).height(Fill).into()
    }

    fn base<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        let narrow = look.width() < WIDE;
        let panel = self
            .panel
            .as_ref()
            .map(|panel| panel.view(model, narrow, look).map(Message::Panel));
        let side = || {
            let side = self.sidebar.view(model, &self.pane, &self.others, look);
            side.map(Message::Sidebar)
        };
        if look.is_narrow() {
            return match (panel, &self.pane) {
                (Some(panel), _) => panel,
                (None, Pane::Start) => side(),
                (None, _) => self.middle(model, look),
            };
        }
        let (middle, beside) = match (panel, narrow) {
            (Some(panel), true) => (panel, None),
            (panel, _) => (self.middle(model, look), panel),
        };
        let beside = beside.map(|panel| {
            let panel = container(panel).width(panel::WIDTH).into();
            look.row(vec![look.upright(), panel]).into()
        });
        let parts = vec![side(), look.upright(), middle, row(beside).into()];
        look.row(parts).height(Fill).into()
    }

    fn middle<'a>(&'a self, model: &'a Model, look: &'a Look) -> Element<'a, Message> {
        match &self.pane {
            Pane::Start => start::view(model, look).map(Message::Start),
            Pane::Requests(state) => {
                let page = state.view(model, look).map(Message::Requests);
                match back(look, Message::Back) {
                    Some(back) => {
                        let bar = container(look.row(vec![back])).padding([6, 10]);
                        let bar = bar.width(Fill).align_x(look.start());
                        look.ground(look.colors.page, column![bar, page]).into()
                    }
                    None => page,
                }
            }
            Pane::Conversation(open) => {
                let contact = open.contact;
                open.view(model, look)
                    .map(move |message| Message::Conversation(contact, message))
            }
        }
    }
}

/// The way back to the list, where only one thing is shown at a time.
pub(super) fn back<'a, M: Clone + 'a>(look: &Look, message: M) -> Option<Element<'a, M>> {
    let icon = if look.is_rtl() {
        Icon::ChevronRight
    } else {
        Icon::ChevronLeft
    };
    let words = look.say("back-to-list");
    (look.is_narrow()).then(|| look.icon_button(icon, "back", words, Some(message)))
}

/// A remark at the bottom of the window.
fn remark<'a>(icon: Icon, words: &'a str, look: &'a Look) -> Element<'a, Message> {
    let c = look.colors;
    let content = look.row(vec![
        icon.of_size(16.0).color(c.accent_text).into(),
        look.text(words, 14.0).into(),
    ]);
    let bubble = container(content.spacing(10))
        .padding([11, 16])
        .max_width(520)
        .style(move |_| container::Style {
            background: Some(c.raised.into()),
            border: border::rounded(13).color(c.line).width(1),
            ..container::Style::default()
        });
    container(bubble)
        .width(Fill)
        .height(Fill)
        .padding(22)
        .align_x(iced::Center)
        .align_y(iced::Bottom)
        .into()
}
