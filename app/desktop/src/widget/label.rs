//! Words of the program and names: text that stands on the side where lines begin also where it is narrower than its
//! place, and that can be cut to one line, with a sign that something is missing. iced's own text does neither: what runs from
//! right to left stands at the left of a wide place, and what does not fit goes to a line that nobody sees.

use iced::advanced::Widget;
use iced::advanced::layout::{self, Layout};
use iced::advanced::renderer;
use iced::advanced::text::paragraph::{self, Paragraph as _};
use iced::advanced::text::{self, LineHeight, Renderer as _};
use iced::advanced::widget::operation::Operation;
use iced::advanced::widget::{Tree, tree};
use iced::{
    Color, Element, Font, Length, Point, Rectangle, Renderer, Size, Theme, alignment, mouse,
};
use unicode_segmentation::UnicodeSegmentation as _;

type Paragraph = <Renderer as text::Renderer>::Paragraph;

/// Text of one size and colour.
#[derive(Clone, Debug)]
pub struct Label {
    content: String,
    size: f32,
    font: Option<Font>,
    color: Option<Color>,
    width: Length,
    side: alignment::Horizontal,
    cut: bool,
}

impl Label {
    /// Text that begins on a side.
    #[must_use]
    pub const fn new(content: String, size: f32, side: alignment::Horizontal) -> Self {
        Self {
            content,
            size,
            font: None,
            color: None,
            width: Length::Shrink,
            side,
            cut: false,
        }
    }

    /// In a colour; else in that of what it is in.
    #[must_use]
    pub const fn color(mut self, color: Color) -> Self {
        self.color = Some(color);
        self
    }

    /// In a font.
    #[must_use]
    pub const fn font(mut self, font: Font) -> Self {
        self.font = Some(font);
        self
    }

    /// As wide as that.
    #[must_use]
    pub fn width(mut self, width: impl Into<Length>) -> Self {
        self.width = width.into();
        self
    }

    /// In the middle of its place.
    #[must_use]
    pub fn centred(mut self) -> Self {
        self.side = alignment::Horizontal::Center;
        self.width(Length::Fill)
    }

    /// On one line: what does not fit gives way to "…".
    #[must_use]
    pub const fn cut(mut self) -> Self {
        self.cut = true;
        self
    }

    fn form(&self, paragraph: &mut paragraph::Plain<Paragraph>, content: &str, bounds: Size) {
        let _ = paragraph.update(text::Text {
            content,
            bounds,
            size: self.size.into(),
            line_height: LineHeight::default(),
            font: self.font.unwrap_or(crate::font::REGULAR),
            // Lines begin on the side of their own writing: an explicit side moves what runs from right to left out of its
            // place.
            align_x: text::Alignment::Default,
            align_y: alignment::Vertical::Top,
            shaping: text::Shaping::default(),
            // Without breaks, text from right to left would begin outside of its place.
            wrapping: text::Wrapping::WordOrGlyph,
        });
    }

    /// The longest beginning that fits on one line with its sign, or all of it.
    fn fit(&self, paragraph: &mut paragraph::Plain<Paragraph>, width: f32) -> String {
        let bounds = Size::new(width, f32::INFINITY);
        let mut fits = |content: &str| {
            self.form(paragraph, content, bounds);
            let formed = paragraph.raw().min_bounds();
            formed.height < self.size * 2.0 && formed.width <= width
        };
        if fits(&self.content) {
            return self.content.clone();
        }
        let ends: Vec<usize> = self
            .content
            .grapheme_indices(true)
            .map(|(at, _)| at)
            .collect();
        let shortened = |count: usize| {
            let end = ends.get(count).copied().unwrap_or(self.content.len());
            let kept = self.content.get(..end).unwrap_or_default();
            format!("{}…", kept.trim_end())
        };
        let (mut fitting, mut beyond) = (0, ends.len());
        while beyond - fitting > 1 {
            let middle = usize::midpoint(fitting, beyond);
            if fits(&shortened(middle)) {
                fitting = middle;
            } else {
                beyond = middle;
            }
        }
        shortened(fitting)
    }
}

/// What was formed, and for what.
#[derive(Default)]
struct State {
    paragraph: paragraph::Plain<Paragraph>,
    fitted: Option<Fitted>,
}

#[derive(PartialEq)]
struct Fitted {
    content: String,
    size: f32,
    font: Option<Font>,
    width: f32,
    shown: String,
}

impl<Message> Widget<Message, Theme, Renderer> for Label {
    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(State::default())
    }

    fn size(&self) -> Size<Length> {
        Size::new(self.width, Length::Shrink)
    }

    fn layout(
        &mut self,
        tree: &mut Tree,
        _renderer: &Renderer,
        limits: &layout::Limits,
    ) -> layout::Node {
        let state = tree.state.downcast_mut::<State>();
        let limits = limits.width(self.width);
        let bounds = limits.max();
        if self.cut {
            let fits = state.fitted.as_ref().is_some_and(|fitted| {
                (&fitted.content, fitted.size, fitted.font, fitted.width)
                    == (&self.content, self.size, self.font, bounds.width)
            });
            if !fits {
                state.fitted = Some(Fitted {
                    content: self.content.clone(),
                    size: self.size,
                    font: self.font,
                    width: bounds.width,
                    shown: self.fit(&mut state.paragraph, bounds.width),
                });
            }
        }
        let shown = state.fitted.as_ref().filter(|_| self.cut);
        let shown = shown.map_or(&self.content, |fitted| &fitted.shown);
        self.form(&mut state.paragraph, shown, bounds);
        let formed = state.paragraph.min_bounds();
        layout::Node::new(limits.resolve(self.width, Length::Shrink, formed))
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        _theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        _cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_ref::<State>();
        let bounds = layout.bounds();
        let room = (bounds.width - state.paragraph.min_bounds().width).max(0.0);
        let before = match self.side {
            alignment::Horizontal::Left => 0.0,
            alignment::Horizontal::Center => room / 2.0,
            alignment::Horizontal::Right => room,
        };
        renderer.fill_paragraph(
            state.paragraph.raw(),
            Point::new(bounds.x + before, bounds.y),
            self.color.unwrap_or(style.text_color),
            *viewport,
        );
    }

    fn operate(
        &mut self,
        _tree: &mut Tree,
        layout: Layout<'_>,
        _renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.text(None, layout.bounds(), &self.content);
    }
}

impl<'a, Message: 'a> From<Label> for Element<'a, Message> {
    fn from(label: Label) -> Self {
        Self::new(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(content: &str, width: f32) -> String {
        let label = Label::new(content.to_owned(), 14.0, alignment::Horizontal::Left).cut();
        label.fit(&mut paragraph::Plain::default(), width)
    }

    #[test]
    fn what_does_not_fit_is_said_to_be_missing() {
        assert_eq!(shown("Amara", 200.0), "Amara");
        let name = "Amara Okafor from the library in the old town";
        let cut = shown(name, 120.0);
        assert!(cut.ends_with('…') && cut.len() > 8, "{cut}");
        assert!(name.starts_with(cut.trim_end_matches('…')));
        assert!(shown(name, 160.0).len() > cut.len());
        // Words without a space, letters of several marks, other writing.
        for name in [
            "A".repeat(80),
            "e\u{301}".repeat(80),
            "مرحبا كيف حالك ".repeat(8),
            "👩‍👩‍👧".repeat(30),
        ] {
            let cut = shown(&name, 90.0);
            assert!(cut.ends_with('…'), "{cut}");
            let kept = cut.trim_end_matches('…');
            let whole: Vec<&str> = name.graphemes(true).collect();
            assert!(
                kept.graphemes(true)
                    .eq(whole.into_iter().take(kept.graphemes(true).count()))
            );
        }
        assert_eq!(shown(name, 1.0), "…");
    }
}
