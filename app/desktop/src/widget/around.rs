//! A layer around some content that has a word in what reaches it: everything else is handed on, so that the layer and
//! the content are one widget with one state. What a layer decides is its [`Rule`].

use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer;
use iced::advanced::widget::operation::Operation;
use iced::advanced::widget::{Tree, tree};
use iced::advanced::{Clipboard, Shell, Widget, overlay};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector, mouse};

/// What a layer decides.
pub trait Rule<Message> {
    /// Hears an event before the content does. Returns whether it goes on to the content.
    fn lets_through(&self, event: &Event, shell: &mut Shell<'_, Message>) -> bool;

    /// What the layer remembers between two views, where the content itself remembers nothing.
    fn memory(&self) -> Option<(tree::Tag, tree::State)> {
        None
    }

    /// Puts what the parts of the content remember in their order, before each looks at its own.
    fn arrange(&self, tree: &mut Tree) {
        let _ = tree;
    }

    /// Whether focus, searches and what opens above the content reach it.
    fn is_reached(&self) -> bool {
        true
    }
}

/// Content with a rule around it.
pub struct Around<'a, Message, R> {
    content: Element<'a, Message>,
    rule: R,
}

impl<'a, Message, R> Around<'a, Message, R> {
    /// Puts a rule around content.
    pub fn new(content: impl Into<Element<'a, Message>>, rule: R) -> Self {
        Self {
            content: content.into(),
            rule,
        }
    }
}

impl<Message, R: Rule<Message>> Widget<Message, Theme, Renderer> for Around<'_, Message, R> {
    fn tag(&self) -> tree::Tag {
        let memory = self.rule.memory();
        memory.map_or_else(|| self.content.as_widget().tag(), |(tag, _)| tag)
    }

    fn state(&self) -> tree::State {
        let memory = self.rule.memory();
        memory.map_or_else(|| self.content.as_widget().state(), |(_, state)| state)
    }

    fn children(&self) -> Vec<Tree> {
        self.content.as_widget().children()
    }

    fn diff(&self, tree: &mut Tree) {
        self.rule.arrange(tree);
        self.content.as_widget().diff(tree);
    }

    fn size(&self) -> Size<Length> {
        self.content.as_widget().size()
    }

    fn size_hint(&self) -> Size<Length> {
        self.content.as_widget().size_hint()
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        self.content.as_widget_mut().layout(tree, renderer, limits)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        if self.rule.is_reached() {
            self.content
                .as_widget_mut()
                .operate(tree, layout, renderer, operation);
        }
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
        if self.rule.lets_through(event, shell) {
            self.content.as_widget_mut().update(
                tree, event, layout, cursor, renderer, clipboard, shell, viewport,
            );
        }
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        self.content
            .as_widget()
            .draw(tree, renderer, theme, style, layout, cursor, viewport);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        self.content
            .as_widget()
            .mouse_interaction(tree, layout, cursor, viewport, renderer)
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        if !self.rule.is_reached() {
            return None;
        }
        self.content
            .as_widget_mut()
            .overlay(tree, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a, R: Rule<Message> + 'a> From<Around<'a, Message, R>> for Element<'a, Message> {
    fn from(around: Around<'a, Message, R>) -> Self {
        Self::new(around)
    }
}
