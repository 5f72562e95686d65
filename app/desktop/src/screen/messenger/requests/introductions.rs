//! Introductions that are not over: what a contact offers, and how far those are that were answered or made here.

use iced::widget::column;
use iced::{Element, Fill};
use undertone_engine::{IntroductionStage, IntroductionView};

use super::Message;
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::picture;
use crate::screen::messenger::model::Model;

/// One that waits for an answer of mine.
pub(super) fn offer<'a>(
    one: &'a IntroductionView,
    model: &'a Model,
    look: &'a Look,
) -> Option<Element<'a, Message>> {
    let by = one.by?;
    let through = model.contacts.get(&by)?;
    let name = look.shown_name(one.name.as_deref().unwrap_or_default());
    let words = look.with(
        "introduction-offer",
        [("by", model.named(by, look).into()), ("name", name.into())],
    );
    let hint = look.with(
        "introduction-offer-hint",
        [("by", model.named(by, look).into())],
    );
    let lines = look
        .column(vec![
            // A name is in it: no weight that fonts of other writings lack.
            look.text(words, 15.5)
                .font(crate::font::BOLD)
                .width(Fill)
                .into(),
            look.muted(hint, 13.5).width(Fill).into(),
        ])
        .spacing(6)
        .width(Fill);
    let answer = |kind, icon, name, accept| {
        look.button(kind, icon, look.say(name))
            .id(format!("{name}-{}", one.introduction))
            .on_press(Message::Answer(by, one.introduction, accept))
            .into()
    };
    let buttons = look.row(vec![
        answer(
            Kind::Primary,
            Some(Icon::Check),
            "introduction-accept",
            true,
        ),
        answer(Kind::Secondary, None, "introduction-refuse", false),
    ]);
    let head = look
        .row(vec![
            picture(through, 48.0, look.colors.surface, look),
            lines.into(),
        ])
        .spacing(14)
        .align_y(iced::Top);
    let card = look.card(column![head, buttons.spacing(8)].spacing(14));
    Some(card.padding(18).width(Fill).into())
}

/// How far another one is.
pub(super) fn line<'a>(
    one: &'a IntroductionView,
    model: &'a Model,
    look: &'a Look,
) -> Element<'a, Message> {
    let what = match (one.by, one.between.as_slice()) {
        (Some(by), _) => {
            let name = look.shown_name(one.name.as_deref().unwrap_or_default());
            let by = model.named(by, look);
            look.with(
                "introduction-by",
                [("by", by.into()), ("name", name.into())],
            )
        }
        (None, [first, second]) => look.with(
            "introduction-mine",
            [
                ("first", model.named(first.contact, look).into()),
                ("second", model.named(second.contact, look).into()),
            ],
        ),
        (None, _) => look.say("introduce-title"),
    };
    let stage = match one.stage {
        IntroductionStage::Offered | IntroductionStage::Asked => "introduction-asked",
        IntroductionStage::Agreed => "introduction-agreed",
        IntroductionStage::Declined if one.by.is_some() => "introduction-declined",
        IntroductionStage::Declined => "introduction-one-declined",
        IntroductionStage::Led => "introduction-led",
        IntroductionStage::Failed => "introduction-failed",
        IntroductionStage::BothAgreed => "introduction-both",
        IntroductionStage::PassedOn => "introduction-passed",
    };
    let lines = look
        .column(vec![
            look.text(what, 14.0).width(Fill).into(),
            look.muted(look.say(stage), 13.0).width(Fill).into(),
        ])
        .spacing(3)
        .width(Fill);
    let sign = Icon::UserPlus.of_size(17.0).color(look.colors.muted);
    look.card(look.row(vec![sign.into(), lines.into()]).spacing(14))
        .padding([12, 16])
        .width(Fill)
        .into()
}
