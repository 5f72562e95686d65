//! The page that is there when no conversation is open: how far the network is and why it hangs, and the
//! two ways to a first contact.

use iced::widget::{Space, column, container, scrollable};
use iced::{Element, Fill, Length, Padding, border};
use undertone_engine::NetworkStatus;

use super::model::{Model, network_sentence};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::mix;
use crate::screen::dialog::Which;
use crate::widget::{PressStyle, press};

/// From this width on the two ways stand beside each other.
const BESIDE: f32 = 1_000.0;

/// What happens here: a dialog is asked for, or another try.
#[derive(Clone, Debug)]
pub enum Message {
    /// Show a dialog.
    Dialog(Which),
    /// Dial now.
    Retry,
}

/// What is shown.
pub fn view<'a>(model: &'a Model, look: &'a Look) -> Element<'a, Message> {
    let name = look.shown_name(&model.profile.nickname);
    let mut parts: Vec<Element<'a, Message>> = vec![
        look.heading(look.with("start-title", [("name", name.into())]), 26.0)
            .into(),
        network(model.profile.network, look),
    ];
    let cards = vec![
        card(
            Icon::QrCode,
            "start-invite",
            "start-invite-hint",
            Which::Invite,
            look,
        ),
        card(
            Icon::UserPlus,
            "start-add",
            "start-add-hint",
            Which::Add,
            look,
        ),
    ];
    // Beside each other only where both have room for their words.
    parts.push(if look.width() < BESIDE {
        look.column(cards).spacing(14).into()
    } else {
        look.row(cards).spacing(14).into()
    });
    parts.push(look.muted(look.say("start-keys"), 13.0).width(Fill).into());
    let content = container(look.column(parts).spacing(20).width(Fill)).max_width(640);
    let content = container(content)
        .center_x(Fill)
        .padding(Padding::from([40.0, 28.0]));
    look.ground(
        look.colors.page,
        scrollable(column![content])
            .width(Fill)
            .style(look.scroll_style()),
    )
    .align_y(iced::Center)
    .into()
}

fn network(status: NetworkStatus, look: &Look) -> Element<'_, Message> {
    let c = look.colors;
    let words = network_sentence(status, look);
    let (part, color, icon, why) = match status {
        NetworkStatus::Ready => (1.0, c.good, Icon::CircleCheck, None),
        NetworkStatus::Bootstrapping(done) => (
            f32::from(done) / 100.0,
            c.accent,
            Icon::Globe,
            Some("network-why-bootstrapping"),
        ),
        NetworkStatus::Stuck(done) => (
            f32::from(done) / 100.0,
            c.warn,
            Icon::TriangleAlert,
            Some("network-why-stuck"),
        ),
        NetworkStatus::NoNetwork => (0.0, c.bad, Icon::WifiOff, Some("network-why-none")),
        NetworkStatus::WrongClock => (0.0, c.bad, Icon::Clock, Some("network-why-clock")),
        NetworkStatus::Dormant => (0.0, c.muted, Icon::Globe, None),
    };
    let mut lines: Vec<Element<'_, Message>> = vec![
        look.row(vec![
            icon.of_size(18.0).color(color).into(),
            look.text(words, 14.5).width(Fill).into(),
        ])
        .spacing(11)
        .into(),
    ];
    if status != NetworkStatus::Ready {
        lines.push(look.bar(part, color));
    }
    if let Some(why) = why {
        lines.push(look.muted(look.say(why), 13.0).width(Fill).into());
    }
    if !matches!(
        status,
        NetworkStatus::Ready | NetworkStatus::Bootstrapping(_)
    ) {
        lines.push(
            look.button(
                crate::look::parts::Kind::Secondary,
                Some(Icon::RefreshCw),
                look.say("retry-all"),
            )
            .id("start-retry")
            .on_press(Message::Retry)
            .into(),
        );
    }
    look.card(look.column(lines).spacing(12).width(Fill))
        .padding(18)
        .width(Fill)
        .into()
}

fn card<'a>(
    icon: Icon,
    name: &'static str,
    hint: &'static str,
    which: Which,
    look: &'a Look,
) -> Element<'a, Message> {
    let c = look.colors;
    let sign = container(icon.of_size(22.0).color(c.accent_text))
        .center(46)
        .style(look.badge_ground());
    let lines = look
        .column(vec![
            sign.into(),
            Space::new().height(4).into(),
            look.heading(look.say(name), 15.5).width(Fill).into(),
            look.muted(look.say(hint), 13.5).width(Fill).into(),
        ])
        .spacing(6)
        .width(Fill);
    press(lines)
        .id(name)
        .label(look.say(name))
        .on_press(Message::Dialog(which))
        .width(Fill)
        .height(if look.width() < BESIDE {
            Length::Shrink
        } else {
            Length::Fixed(178.0)
        })
        .padding(18)
        .style(move |status| PressStyle {
            background: Some(if status.hovered {
                mix(c.surface, c.accent, 0.08)
            } else {
                c.surface
            }),
            text: c.text,
            border: border::rounded(14)
                .color(if status.hovered { c.accent } else { c.line })
                .width(1),
            ring: c.ring,
        })
        .into()
}
