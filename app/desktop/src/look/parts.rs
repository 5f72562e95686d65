//! Buttons, fields, choices and frames, as all screens draw them. Sizes are in logical pixels at a text
//! size of 100 %.

use iced::advanced::widget::Id;
use iced::widget::{Space, TextInput, column, container, text_input, tooltip};
use iced::{Border, Color, Element, Fill, Padding, Shrink, alignment, border};

use crate::icon::Icon;
use crate::look::Look;
use crate::widget::{Press, PressStyle, Status, press};

/// How loud a button is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The one thing to do here.
    Primary,
    /// Another thing to do.
    Secondary,
    /// A quiet one, without a frame.
    Quiet,
    /// It destroys something.
    Danger,
}

/// Corners of buttons and fields.
pub const RADIUS: f32 = 11.0;

impl Look {
    fn style_of(&self, kind: Kind) -> impl Fn(Status) -> PressStyle + 'static {
        let c = self.colors;
        move |status: Status| {
            let (ground, text, edge) = match kind {
                _ if status.disabled => (Some(c.hover), c.muted, Color::TRANSPARENT),
                Kind::Primary => (Some(c.accent), c.on_accent, c.accent),
                Kind::Secondary if status.hovered => (Some(c.hover), c.text, c.line),
                Kind::Secondary => (Some(c.surface), c.text, c.line),
                Kind::Quiet if status.hovered => (Some(c.hover), c.text, Color::TRANSPARENT),
                Kind::Quiet => (None, c.text, Color::TRANSPARENT),
                Kind::Danger if status.hovered => (Some(c.bad), c.on_bad, c.bad),
                Kind::Danger => (None, c.bad, c.bad),
            };
            let ground = match ground {
                Some(color) if status.pressed || (status.hovered && kind == Kind::Primary) => {
                    Some(mix(color, c.page, if status.pressed { 0.22 } else { 0.1 }))
                }
                other => other,
            };
            PressStyle {
                background: ground,
                text,
                border: border::rounded(RADIUS).color(edge).width(1),
                ring: c.ring,
            }
        }
    }

    /// A button with words.
    pub fn button<'a, Message: Clone + 'a>(
        &self,
        kind: Kind,
        icon: Option<Icon>,
        words: impl Into<String>,
    ) -> Press<'a, Message> {
        let words = words.into();
        let font = self.strong(&words);
        let words = iced::widget::text(words).size(14).font(font);
        let mut parts: Vec<Element<'a, Message>> = Vec::new();
        if let Some(icon) = icon {
            parts.push(icon.of_size(16.0).into());
        }
        parts.push(words.into());
        press(container(self.row(parts).spacing(8)).center_x(Shrink))
            .padding(Padding::from([10.0, 16.0]))
            .style(self.style_of(kind))
    }

    /// A button of the whole width.
    pub fn wide_button<'a, Message: Clone + 'a>(
        &self,
        kind: Kind,
        words: impl Into<String>,
    ) -> Press<'a, Message> {
        let words = words.into();
        let font = self.strong(&words);
        let words = iced::widget::text(words).size(15).font(font);
        press(container(words).center_x(Fill))
            .width(Fill)
            .padding(Padding::from([12.0, 16.0]))
            .style(self.style_of(kind))
    }

    /// A button that is a symbol. The words are its label and appear under the mouse.
    pub fn icon_button<'a, Message: Clone + 'a>(
        &self,
        icon: Icon,
        id: &'static str,
        words: String,
        message: Option<Message>,
    ) -> Element<'a, Message> {
        let c = self.colors;
        let button = press(container(icon.of_size(18.0)).center(34))
            .id(id)
            .label(words.clone())
            .on_press_maybe(message)
            .style(move |status| PressStyle {
                background: (status.hovered || status.pressed).then_some(c.hover),
                text: if status.disabled {
                    mix(c.muted, c.page, 0.5)
                } else if status.hovered {
                    c.text
                } else {
                    c.muted
                },
                border: border::rounded(10),
                ring: c.ring,
            });
        self.tip(button, words)
    }

    /// Words that appear under the mouse.
    pub fn tip<'a, Message: 'a>(
        &self,
        content: impl Into<Element<'a, Message>>,
        words: impl Into<String>,
    ) -> Element<'a, Message> {
        let c = self.colors;
        let words = self.text(words, 12.5);
        let bubble = container(words)
            .max_width(280)
            .padding([6, 10])
            .style(move |_| container::Style {
                background: Some(c.raised.into()),
                border: border::rounded(8).color(c.line).width(1),
                ..container::Style::default()
            });
        tooltip(content, bubble, tooltip::Position::Bottom)
            .gap(4)
            .delay(std::time::Duration::from_millis(500))
            .into()
    }

    /// A field for one line.
    pub fn field<'a, Message: Clone + 'a>(
        &self,
        id: &'static str,
        placeholder: &str,
        value: &str,
        on_input: impl Fn(String) -> Message + 'a,
    ) -> TextInput<'a, Message> {
        let c = self.colors;
        TextInput::new(placeholder, value)
            .id(id)
            .on_input(on_input)
            .size(14.5)
            .padding(Padding::from([11.0, 13.0]))
            .align_x(self.start())
            .style(move |_, status| {
                let focused = matches!(status, text_input::Status::Focused { .. });
                text_input::Style {
                    background: c.surface.into(),
                    border: border::rounded(RADIUS)
                        .color(if focused { c.accent } else { c.edge })
                        .width(if focused { 2 } else { 1 }),
                    icon: c.muted,
                    placeholder: c.muted,
                    value: c.text,
                    selection: c.accent.scale_alpha(0.35),
                }
            })
    }

    /// A field with what it is for.
    pub fn labelled<'a, Message: 'a>(
        &self,
        label: String,
        field: impl Into<Element<'a, Message>>,
    ) -> Element<'a, Message> {
        column![
            container(self.heading(label, 13.0))
                .align_x(self.start())
                .width(Fill),
            field.into()
        ]
        .spacing(7)
        .width(Fill)
        .into()
    }

    /// A field for the name of a file, with the dialog of the desktop beside it.
    pub fn chosen_file<'a, Message: Clone + 'a>(
        &self,
        field: TextInput<'a, Message>,
        id: &'static str,
        choose: Message,
    ) -> Element<'a, Message> {
        let button = self
            .button(Kind::Secondary, None, self.say("choose-file"))
            .id(id)
            .on_press(choose);
        self.row(vec![field.into(), button.into()])
            .spacing(8)
            .into()
    }

    /// Something that is on or off.
    pub fn choice<'a, Message: Clone + 'a>(
        &self,
        id: impl Into<Id>,
        words: impl Into<String>,
        hint: Option<String>,
        on: bool,
        message: Message,
    ) -> Element<'a, Message> {
        self.mark(id.into(), words.into(), hint, on, 7.0, message)
    }

    /// One of several, of which one holds.
    pub fn option<'a, Message: Clone + 'a>(
        &self,
        id: impl Into<Id>,
        words: impl Into<String>,
        hint: Option<String>,
        on: bool,
        message: Message,
    ) -> Element<'a, Message> {
        self.mark(id.into(), words.into(), hint, on, 10.0, message)
    }

    fn mark<'a, Message: Clone + 'a>(
        &self,
        id: Id,
        words: String,
        hint: Option<String>,
        on: bool,
        radius: f32,
        message: Message,
    ) -> Element<'a, Message> {
        let c = self.colors;
        let dot = container(if on {
            Element::from(Icon::Check.of_size(13.0).color(c.on_accent))
        } else {
            Space::new().into()
        })
        .center(20)
        .style(move |_| container::Style {
            background: on.then_some(c.accent.into()),
            border: border::rounded(radius)
                .color(if on { c.accent } else { c.muted })
                .width(1.5),
            ..container::Style::default()
        });
        let mut lines = vec![self.text(words.clone(), 14.0).width(Fill).into()];
        if let Some(hint) = hint {
            lines.push(self.muted(hint, 12.5).width(Fill).into());
        }
        let lines = self.column(lines).spacing(2).width(Fill);
        let row = self.row(vec![dot.into(), lines.into()]).spacing(12);
        press(row.align_y(alignment::Vertical::Top))
            .id(id)
            .label(words)
            .on_press(message)
            .width(Fill)
            .padding([9, 11])
            .style(self.row_style())
            .into()
    }

    /// How a row looks that can be pressed.
    pub fn row_style(&self) -> impl Fn(Status) -> PressStyle + 'static {
        let c = self.colors;
        move |status| PressStyle {
            background: (status.hovered || status.pressed).then_some(c.hover),
            text: c.text,
            border: border::rounded(10),
            ring: c.ring,
        }
    }

    /// A line of a menu.
    pub fn entry<'a, Message: Clone + 'a>(
        &self,
        icon: Icon,
        words: impl Into<String>,
        danger: bool,
        message: Message,
    ) -> Press<'a, Message> {
        let c = self.colors;
        let words = self.plain(words, 14.0).width(Fill);
        press(
            self.row(vec![icon.of_size(16.0).into(), words.into()])
                .spacing(12),
        )
        .on_press(message)
        .width(Fill)
        .padding([9, 12])
        .style(move |status| PressStyle {
            background: (status.hovered || status.pressed).then_some(c.hover),
            text: if danger { c.bad } else { c.text },
            border: border::rounded(9),
            ring: c.ring,
        })
    }

    /// A number in a pill.
    pub fn badge<'a, Message: 'a>(&self, number: u32) -> Element<'a, Message> {
        let c = self.colors;
        let shown = if number > 99 {
            "99+".to_owned()
        } else {
            number.to_string()
        };
        container(
            iced::widget::text(shown)
                .size(11.5)
                .font(crate::font::SEMIBOLD)
                .color(c.on_accent),
        )
        .padding([2, 7])
        .style(move |_| container::Style {
            background: Some(c.accent.into()),
            border: border::rounded(10),
            ..container::Style::default()
        })
        .into()
    }

    /// A frame on the page.
    pub fn card<'a, Message: 'a>(
        &self,
        content: impl Into<Element<'a, Message>>,
    ) -> container::Container<'a, Message> {
        let c = self.colors;
        container(content).style(move |_| container::Style {
            background: Some(c.surface.into()),
            border: border::rounded(14).color(c.line).width(1),
            ..container::Style::default()
        })
    }

    /// What is behind a symbol that stands for a whole screen.
    pub fn badge_ground(&self) -> impl Fn(&iced::Theme) -> container::Style + 'static {
        let c = self.colors;
        move |_| container::Style {
            background: Some(c.accent_soft.into()),
            border: border::rounded(14),
            ..container::Style::default()
        }
    }

    /// A remark in a frame of its own colour.
    pub fn note<'a, Message: 'a>(
        &self,
        icon: Icon,
        color: Color,
        words: impl Into<String>,
    ) -> Element<'a, Message> {
        let c = self.colors;
        let words = self.text(words, 13.5).width(Fill);
        container(
            self.row(vec![icon.of_size(17.0).color(color).into(), words.into()])
                .spacing(11),
        )
        .width(Fill)
        .padding([11, 14])
        .style(move |_| container::Style {
            background: Some(mix(c.surface, color, 0.1).into()),
            border: border::rounded(RADIUS)
                .color(mix(c.line, color, 0.45))
                .width(1),
            ..container::Style::default()
        })
        .into()
    }

    /// A thin line across.
    pub fn line<'a, Message: 'a>(&self) -> Element<'a, Message> {
        let c = self.colors;
        container(Space::new().width(Fill).height(1))
            .style(move |_| container::Style::default().background(c.line))
            .into()
    }

    /// A thin line from top to bottom.
    pub fn upright<'a, Message: 'a>(&self) -> Element<'a, Message> {
        let c = self.colors;
        container(Space::new().width(1).height(Fill))
            .style(move |_| container::Style::default().background(c.line))
            .into()
    }

    /// A colour behind everything.
    pub fn ground<'a, Message: 'a>(
        &self,
        color: Color,
        content: impl Into<Element<'a, Message>>,
    ) -> container::Container<'a, Message> {
        container(content)
            .width(Fill)
            .height(Fill)
            .style(move |_| container::Style::default().background(color))
    }

    /// In the middle of the page, not wider than that, and scrolled where the window is too low.
    pub fn middle<'a, Message: 'a>(
        &self,
        width: f32,
        content: impl Into<Element<'a, Message>>,
    ) -> Element<'a, Message> {
        let margin = if self.height() < 640.0 { 6 } else { 24 };
        let content = container(content).max_width(width).padding([margin, 24]);
        let all = container(content).center_x(Fill);
        let page = iced::widget::scrollable(container(all).padding([margin, 0]))
            .style(self.scroll_style())
            .width(Fill);
        self.ground(self.colors.page, page)
            .align_y(alignment::Vertical::Center)
            .into()
    }

    /// A thin scroll bar.
    #[must_use]
    pub fn thin() -> iced::widget::scrollable::Direction {
        let bar = iced::widget::scrollable::Scrollbar::new()
            .width(6)
            .scroller_width(6)
            .margin(2);
        iced::widget::scrollable::Direction::Vertical(bar)
    }

    /// What scroll bars look like.
    pub fn scroll_style(
        &self,
    ) -> impl Fn(&iced::Theme, iced::widget::scrollable::Status) -> iced::widget::scrollable::Style
    + 'static {
        let c = self.colors;
        move |theme, status| {
            use iced::widget::scrollable::{self, Rail, Scroller};
            let rail = Rail {
                background: None,
                border: Border::default(),
                scroller: Scroller {
                    background: mix(c.line, c.muted, 0.25).into(),
                    border: border::rounded(4),
                },
            };
            scrollable::Style {
                container: container::Style::default(),
                vertical_rail: rail,
                horizontal_rail: rail,
                gap: None,
                ..scrollable::default(theme, status)
            }
        }
    }
}

/// So much of the second colour in the first.
#[must_use]
pub fn mix(a: Color, b: Color, part: f32) -> Color {
    let between = |a: f32, b: f32| a + (b - a) * part;
    Color::from_rgba(
        between(a.r, b.r),
        between(a.g, b.g),
        between(a.b, b.b),
        between(a.a, b.a),
    )
}
