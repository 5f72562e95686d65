//! What is being written: text of several lines, in reply to something, as a new message or in place of
//! an older one. It knows nothing of the engine.

use iced::keyboard::{Key, key::Named};
use iced::widget::text_editor::{self, Binding, Content, Edit, KeyPress};
use iced::widget::{TextEditor, column, container, stack};
use iced::{Element, Fill, Padding, Pixels, border};
use undertone_engine::MessageId;

use crate::icon::Icon;
use crate::look::Look;
use crate::widget::{PressStyle, press};

/// The field.
pub const FIELD: &str = "composer";
/// Bytes of a message at most, as the engine has it.
pub const LIMIT: usize = 65_536;
/// From here on the rest is counted.
const COUNTED: usize = LIMIT - 4_096;
/// Letters of the field, and a line of them.
const SIZE: f32 = 14.5;
const LINE: f32 = 20.0;
/// Around the text. With it one line is as high as a button.
const INSET: [f32; 2] = [8.0, 4.0];
const HEIGHT: f32 = LINE + 2.0 * INSET[0];

/// What sending means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// A new message.
    #[default]
    New,
    /// A new message in reply to that one.
    Reply {
        /// Its name for both sides.
        to: MessageId,
        /// The beginning of its words.
        words: String,
        /// Whether I wrote it.
        mine: bool,
    },
    /// Other words in place of that message's.
    Edit {
        /// Its number.
        number: u64,
    },
}

/// What is being written.
#[derive(Default)]
pub struct Composer {
    content: Content,
    /// What sending means.
    pub mode: Mode,
}

impl std::fmt::Debug for Composer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Composer({:?})", self.mode)
    }
}

/// What happens here.
#[derive(Clone, Debug)]
pub enum Message {
    /// A key or the mouse in the field.
    Edited(text_editor::Action),
    /// Send.
    Send,
    /// Leave reply or edit.
    Cancel,
    /// Choose an emoji.
    Emoji,
}

impl Composer {
    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        self.content.text()
    }

    /// Writes something else.
    pub fn set(&mut self, text: &str) {
        self.content = Content::with_text(text);
        self.content
            .perform(text_editor::Action::Move(text_editor::Motion::DocumentEnd));
    }

    /// Inserts at the caret.
    pub fn insert(&mut self, text: &str) {
        let text = std::sync::Arc::new(text.to_owned());
        self.content
            .perform(text_editor::Action::Edit(Edit::Paste(text)));
    }

    /// Takes in what happened in the field. Returns whether the text changed.
    pub fn edit(&mut self, action: text_editor::Action) -> bool {
        let edits = action.is_edit();
        self.content.perform(action);
        edits
    }

    /// Whether there is something that can be sent.
    #[must_use]
    pub fn can_send(&self) -> bool {
        let text = self.text();
        !text.trim().is_empty() && text.len() <= LIMIT
    }

    /// What is shown, beside somebody of that name.
    pub fn view<'a>(&'a self, name: String, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let emoji = look.icon_button(
            Icon::Smile,
            "emoji",
            look.say("emoji-open"),
            Some(Message::Emoji),
        );
        let line = look
            .row(vec![
                self.field(look),
                container(emoji).center(HEIGHT).into(),
                self.send(look),
            ])
            .spacing(6)
            .align_y(iced::Bottom);
        let mode = match &self.mode {
            Mode::New => None,
            Mode::Reply { words, mine, .. } => {
                let title = if *mine {
                    look.say("composer-reply-own")
                } else {
                    look.with("composer-reply", [("name", name.into())])
                };
                let icon = Icon::Reply.mirrored(look.is_rtl());
                Some(about(icon, title, Some(words), look))
            }
            Mode::Edit { .. } => {
                let title = look.say("composer-edit");
                Some(about(Icon::Pencil, title, None, look))
            }
        };
        // What comes and goes has a place of its own: the field must stay the same one, or it loses the keyboard.
        let mut parts: Vec<Element<'a, Message>> = vec![column![column(mode), line].into()];
        let length = self.text().len();
        if length > COUNTED {
            let left = u64::try_from(LIMIT.saturating_sub(length)).unwrap_or_default();
            let words = if length > LIMIT {
                look.say("composer-too-long")
            } else {
                look.with("composer-left", [("count", left.into())])
            };
            let color = if length > LIMIT { c.bad } else { c.muted };
            parts.push(look.text(words, 12.0).color(color).into());
        }
        let inside = Padding::from([5.0, 7.0]);
        let inside = if look.is_rtl() {
            inside.right(13)
        } else {
            inside.left(13)
        };
        let frame = container(column(parts).spacing(4))
            .padding(inside)
            .style(move |_| container::Style {
                background: Some(c.surface.into()),
                border: border::rounded(16).color(c.edge).width(1),
                ..container::Style::default()
            });
        container(frame).padding([12, 16]).width(Fill).into()
    }

    fn field<'a>(&'a self, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let editor = TextEditor::new(&self.content)
            .id(FIELD)
            .on_action(Message::Edited)
            .key_binding(binding)
            .size(SIZE)
            .line_height(Pixels(LINE))
            .padding(INSET)
            .min_height(LINE)
            .max_height(LINE * 9.0)
            .style(move |_, _| text_editor::Style {
                background: iced::Color::TRANSPARENT.into(),
                border: border::width(0),
                placeholder: c.muted,
                value: c.text,
                selection: c.accent.scale_alpha(0.4),
            });
        // The editor draws a placeholder from the left whatever its writing is. The stack is always
        // there, so that the editor stays the same one when the first letter is typed.
        let hint = self.content.is_empty().then(|| {
            let words = look.muted(look.say("composer-placeholder"), SIZE);
            container(look.one_line(words, SIZE).width(Fill)).padding(INSET)
        });
        stack![editor].push(hint).into()
    }

    fn send<'a>(&self, look: &'a Look) -> Element<'a, Message> {
        let c = look.colors;
        let icon = Icon::Send.mirrored(look.is_rtl());
        let send = press(container(icon.of_size(17.0)).center(HEIGHT))
            .id("send")
            .label(look.say("send"))
            .on_press_maybe(self.can_send().then_some(Message::Send))
            .style(move |status| PressStyle {
                background: Some(if status.disabled { c.line } else { c.accent }),
                text: if status.disabled {
                    c.muted
                } else {
                    c.on_accent
                },
                border: border::rounded(12),
                ring: c.ring,
            });
        look.tip(send, look.say("send"))
    }
}

fn about<'a>(
    icon: Icon,
    words: String,
    quoted: Option<&'a String>,
    look: &'a Look,
) -> Element<'a, Message> {
    let c = look.colors;
    let mut lines = vec![look.heading(words, 12.5).color(c.accent_text).into()];
    if let Some(quoted) = quoted {
        let quoted = look.muted(quoted.clone(), 13.0);
        lines.push(look.one_line(quoted, 13.0).width(Fill).into());
    }
    let lines = look.column(lines).spacing(2).width(Fill);
    let cancel = look.icon_button(
        Icon::X,
        "composer-cancel",
        look.say("cancel"),
        Some(Message::Cancel),
    );
    look.row(vec![
        icon.of_size(16.0).color(c.accent_text).into(),
        lines.into(),
        container(cancel).center(HEIGHT).into(),
    ])
    .spacing(10)
    .padding(look.indent(INSET[1]).vertical(4))
    .into()
}

/// Enter sends, with Shift it breaks the line.
fn binding(press: KeyPress) -> Option<Binding<Message>> {
    let focused = matches!(press.status, text_editor::Status::Focused { .. });
    match press.key.as_ref() {
        Key::Named(Named::Enter) if focused && press.modifiers.shift() => Some(Binding::Enter),
        Key::Named(Named::Enter) if focused => Some(Binding::Custom(Message::Send)),
        // Goes on to the next control.
        Key::Named(Named::Tab) => None,
        _ => Binding::from_key_press(press),
    }
}
