//! A button that the keyboard reaches: Tab goes there, Enter and Space press it, and then a ring
//! shows where it is. All buttons, rows and choices of the window are this one widget.

use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer::{self, Quad};
use iced::advanced::widget::operation::{Focusable, Operation};
use iced::advanced::widget::{Id, Tree, tree};
use iced::advanced::{Clipboard, Renderer as _, Shell, Widget, overlay};
use iced::keyboard::{self, Key, key::Named};
use iced::{Alignment, Background, Border, Color, Element, Event, Length, Padding, Rectangle};
use iced::{Renderer, Size, Theme, Vector, alignment, border, mouse, touch, window};

/// How a button is being used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The mouse is over it.
    pub hovered: bool,
    /// It is held down.
    pub pressed: bool,
    /// It does nothing now.
    pub disabled: bool,
}

/// What a button looks like.
#[derive(Clone, Copy, Debug)]
pub struct PressStyle {
    /// What is behind its content.
    pub background: Option<Color>,
    /// The colour of texts without one of their own.
    pub text: Color,
    /// Its edge.
    pub border: Border,
    /// The ring of the keyboard.
    pub ring: Color,
}

type StyleOf<'a> = Box<dyn Fn(Status) -> PressStyle + 'a>;

/// The button. See [`press`].
pub struct Press<'a, Message> {
    content: Element<'a, Message>,
    id: Option<Id>,
    label: Option<String>,
    on_press: Option<Message>,
    on_menu: Option<Message>,
    width: Length,
    height: Length,
    padding: Padding,
    align_x: alignment::Horizontal,
    style: StyleOf<'a>,
}

/// A button around some content.
pub fn press<'a, Message>(content: impl Into<Element<'a, Message>>) -> Press<'a, Message> {
    Press {
        content: content.into(),
        id: None,
        label: None,
        on_press: None,
        on_menu: None,
        width: Length::Shrink,
        height: Length::Shrink,
        padding: Padding::ZERO,
        align_x: alignment::Horizontal::Left,
        style: Box::new(|_| PressStyle {
            background: None,
            text: Color::BLACK,
            border: Border::default(),
            ring: Color::BLACK,
        }),
    }
}

impl<'a, Message> Press<'a, Message> {
    /// Its name, for focus and tests.
    #[must_use]
    pub fn id(mut self, id: impl Into<Id>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What it does, in words, where its content does not say so.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// What pressing it means.
    #[must_use]
    pub fn on_press(mut self, message: Message) -> Self {
        self.on_press = Some(message);
        self
    }

    /// The same, if it can be pressed at all.
    #[must_use]
    pub fn on_press_maybe(mut self, message: Option<Message>) -> Self {
        self.on_press = message;
        self
    }

    /// What the right mouse button means.
    #[must_use]
    pub fn on_menu(mut self, message: Message) -> Self {
        self.on_menu = Some(message);
        self
    }

    /// Its width.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }

    /// Its height.
    #[must_use]
    pub fn height(mut self, height: impl Into<Length>) -> Self {
        self.height = height.into();
        self
    }

    /// The space around its content.
    #[must_use]
    pub fn padding(mut self, padding: impl Into<Padding>) -> Self {
        self.padding = padding.into();
        self
    }

    /// Where its content stands if it is narrower than the button.
    #[must_use]
    pub fn align_x(mut self, align_x: impl Into<alignment::Horizontal>) -> Self {
        self.align_x = align_x.into();
        self
    }

    /// What it looks like.
    #[must_use]
    pub fn style(mut self, style: impl Fn(Status) -> PressStyle + 'a) -> Self {
        self.style = Box::new(style);
        self
    }

    fn status(&self, state: &State) -> Status {
        Status {
            hovered: state.hovered,
            pressed: state.pressed,
            disabled: self.on_press.is_none(),
        }
    }
}

#[derive(Debug, Default)]
struct State {
    focused: bool,
    pressed: bool,
    hovered: bool,
}

impl Focusable for State {
    fn is_focused(&self) -> bool {
        self.focused
    }

    fn focus(&mut self) {
        self.focused = true;
    }

    fn unfocus(&mut self) {
        self.focused = false;
    }
}

impl<Message: Clone> Press<'_, Message> {
    fn handle(
        &self,
        state: &mut State,
        event: &Event,
        over: bool,
        shell: &mut Shell<'_, Message>,
    ) -> bool {
        let Some(message) = &self.on_press else {
            state.focused = false;
            return false;
        };
        match event {
            Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerPressed { .. }) => {
                state.focused = false;
                state.pressed = over;
                over
            }
            Event::Mouse(mouse::Event::ButtonReleased(mouse::Button::Left))
            | Event::Touch(touch::Event::FingerLifted { .. }) => {
                let was = std::mem::take(&mut state.pressed);
                if was && over {
                    shell.publish(message.clone());
                }
                was
            }
            Event::Touch(touch::Event::FingerLost { .. }) => {
                state.pressed = false;
                false
            }
            Event::Keyboard(keyboard::Event::KeyPressed {
                key: Key::Named(Named::Enter | Named::Space),
                repeat,
                ..
            }) if state.focused => {
                // A key that is held down presses once: what it did may have brought something else here.
                if !repeat {
                    shell.publish(message.clone());
                }
                true
            }
            _ => false,
        }
    }
}

impl<Message: Clone> Widget<Message, Theme, Renderer> for Press<'_, Message> {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.content)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.content));
    }

    fn size(&self) -> Size<Length> {
        Size::new(self.width, self.height)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let content = &mut self.content;
        layout::positioned(
            limits,
            self.width,
            self.height,
            self.padding,
            |limits| {
                content
                    .as_widget_mut()
                    .layout(&mut tree.children[0], renderer, limits)
            },
            |content, size| content.align(self.align_x.into(), Alignment::Start, size),
        )
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        let bounds = layout.bounds();
        let id = self.id.as_ref();
        operation.container(id, bounds);
        if self.on_press.is_some() {
            operation.focusable(id, bounds, tree.state.downcast_mut::<State>());
        }
        if let Some(label) = &self.label {
            operation.text(id, bounds, label);
        }
        let content = &mut self.content;
        operation.traverse(&mut |operation| {
            for inner in layout.children() {
                content
                    .as_widget_mut()
                    .operate(&mut tree.children[0], inner, renderer, operation);
            }
        });
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        viewport: &Rectangle,
    ) {
        for inner in layout.children() {
            self.content.as_widget_mut().update(
                &mut tree.children[0],
                event,
                inner,
                cursor,
                renderer,
                clipboard,
                shell,
                viewport,
            );
        }
        if shell.is_event_captured() {
            return;
        }
        // What is scrolled out of sight is not under the mouse.
        let over = cursor.is_over(layout.bounds()) && cursor.is_over(*viewport);
        let state = tree.state.downcast_mut::<State>();
        let before = (state.focused, state.pressed, state.hovered);
        if let (Event::Mouse(mouse::Event::ButtonPressed(mouse::Button::Right)), true, Some(menu)) =
            (event, over, &self.on_menu)
        {
            shell.publish(menu.clone());
            shell.capture_event();
        }
        if self.handle(state, event, over, shell) {
            shell.capture_event();
        }
        if !matches!(event, Event::Window(window::Event::RedrawRequested(_))) {
            state.hovered = over && self.on_press.is_some();
        }
        if before != (state.focused, state.pressed, state.hovered) {
            shell.request_redraw();
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        _style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let bounds = layout.bounds();
        let state = tree.state.downcast_ref::<State>();
        let style = (self.style)(self.status(state));
        if style.background.is_some() || style.border.width > 0.0 {
            renderer.fill_quad(
                Quad {
                    bounds,
                    border: style.border,
                    ..Quad::default()
                },
                Background::Color(style.background.unwrap_or(Color::TRANSPARENT)),
            );
        }
        for inner in layout.children() {
            self.content.as_widget().draw(
                &tree.children[0],
                renderer,
                theme,
                &renderer::Style {
                    text_color: style.text,
                },
                inner,
                cursor,
                viewport,
            );
        }
        if state.focused {
            renderer.fill_quad(
                Quad {
                    bounds,
                    border: border::rounded(style.border.radius)
                        .color(style.ring)
                        .width(2),
                    ..Quad::default()
                },
                Background::Color(Color::TRANSPARENT),
            );
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let inner = layout.children().next().map(|inner| {
            self.content.as_widget().mouse_interaction(
                &tree.children[0],
                inner,
                cursor,
                viewport,
                renderer,
            )
        });
        match inner {
            Some(interaction) if interaction != mouse::Interaction::None => interaction,
            _ if self.on_press.is_some() && cursor.is_over(layout.bounds()) => {
                mouse::Interaction::Pointer
            }
            _ => mouse::Interaction::None,
        }
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        let inner = layout.children().next()?;
        self.content.as_widget_mut().overlay(
            &mut tree.children[0],
            inner,
            renderer,
            viewport,
            translation,
        )
    }
}

impl<'a, Message: Clone + 'a> From<Press<'a, Message>> for Element<'a, Message> {
    fn from(press: Press<'a, Message>) -> Self {
        Self::new(press)
    }
}

#[cfg(test)]
mod tests {
    use iced::widget::Space;

    use super::*;

    #[test]
    fn a_key_that_is_held_down_presses_once() {
        let button = press(Space::new()).on_press(1_u8);
        for key in [Named::Enter, Named::Space] {
            let mut state = State {
                focused: true,
                ..State::default()
            };
            let mut pressed = Vec::new();
            for repeat in [false, true, true] {
                let event = Event::Keyboard(keyboard::Event::KeyPressed {
                    key: Key::Named(key),
                    modified_key: Key::Named(key),
                    physical_key: keyboard::key::Physical::Unidentified(
                        keyboard::key::NativeCode::Unidentified,
                    ),
                    location: keyboard::Location::Standard,
                    modifiers: keyboard::Modifiers::default(),
                    text: None,
                    repeat,
                });
                let mut shell = Shell::new(&mut pressed);
                assert!(button.handle(&mut state, &event, false, &mut shell));
            }
            assert_eq!(pressed, [1]);
        }
    }
}
