//! Introductions that are not over: what a contact offers, and how far those are that were answered or made here.

use iced::{Element, Fill};
use undertone_engine::{IntroductionStage, IntroductionView};

use super::{Message, beside, button_padding, buttons, framed, is_narrow, resembles};
use crate::icon::Icon;
use crate::look::Look;
use crate::look::parts::Kind;
use crate::look::person::{marked, picture};
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
            marked(through, 14.5, look),
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
            .padding(button_padding(look))
            .into()
    };
    // Under a warning, going on is not what is offered first.
    let (kind, icon) = if through.resembles.is_some() {
        (Kind::Secondary, None)
    } else {
        (Kind::Primary, Some(Icon::Check))
    };
    let answers = vec![
        answer(kind, icon, "introduction-accept", true),
        answer(Kind::Secondary, None, "introduction-refuse", false),
    ];
    let face = picture(through, 48.0, look.colors.surface, look);
    let mut parts = vec![beside(face, lines, look)];
    parts.extend(resembles(through, model, look));
    parts.push(buttons(answers, look));
    Some(framed(parts, look))
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
    let sides = if is_narrow(look) { 12 } else { 16 };
    look.card(beside(sign.into(), lines, look))
        .padding([12, sides])
        .width(Fill)
        .into()
}
