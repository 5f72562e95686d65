//! Scrolls something into view: what has the keyboard's focus, since iced moves the focus and leaves the view where it is, or
//! what is chosen while the focus stays elsewhere.

use iced::Task;
use iced::advanced::widget::operation::{Focusable, Operation, Outcome, Scrollable};
use iced::advanced::widget::{Id, operate};
use iced::widget::scrollable::AbsoluteOffset;
use iced::{Rectangle, Vector};

/// Pixels that are shown beyond it.
const MARGIN: f32 = 14.0;

/// Scrolls to what is focused, where it is in something that scrolls. `from_end` counts from its end.
pub fn reveal<T: Send + 'static>(from_end: &'static str) -> Task<T> {
    find(None, Some(Id::from(from_end)))
}

/// Scrolls to what has that name and can be focused.
pub fn reveal_named<T: Send + 'static>(name: String) -> Task<T> {
    find(Some(Id::from(name)), None)
}

fn find<T: Send + 'static>(named: Option<Id>, from_end: Option<Id>) -> Task<T> {
    operate(Find {
        named,
        from_end,
        around: Vec::new(),
        next: None,
        count: 0,
        found: None,
    })
    .discard()
}

/// Looks for what has that name, or is focused, and in what scrolling thing it is.
struct Find {
    named: Option<Id>,
    from_end: Option<Id>,
    /// The numbers of the scrolling things around, innermost last.
    around: Vec<Option<usize>>,
    /// The scrolling thing whose content comes next.
    next: Option<usize>,
    count: usize,
    found: Option<(usize, Rectangle)>,
}

impl Operation for Find {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        let inner = self.next.take();
        let around = inner.or_else(|| self.around.last().copied().flatten());
        self.around.push(around);
        operate(self);
        self.around.pop();
    }

    fn container(&mut self, _id: Option<&Id>, _bounds: Rectangle) {
        self.next = None;
    }

    fn scrollable(
        &mut self,
        _id: Option<&Id>,
        _bounds: Rectangle,
        _content: Rectangle,
        _translation: Vector,
        _state: &mut dyn Scrollable,
    ) {
        self.next = Some(self.count);
        self.count += 1;
    }

    fn focusable(&mut self, id: Option<&Id>, bounds: Rectangle, state: &mut dyn Focusable) {
        let is_it = match &self.named {
            Some(name) => id == Some(name),
            None => state.is_focused(),
        };
        if is_it && let Some(around) = self.around.last().copied().flatten() {
            self.found = Some((around, bounds));
        }
    }

    fn finish(&self) -> Outcome<()> {
        match self.found {
            Some((number, target)) => Outcome::Chain(Box::new(Scroll {
                from_end: self.from_end.clone(),
                number,
                target,
                count: 0,
            })),
            None => Outcome::None,
        }
    }
}

/// Scrolls the thing of that number.
struct Scroll {
    from_end: Option<Id>,
    number: usize,
    target: Rectangle,
    count: usize,
}

impl Operation for Scroll {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn scrollable(
        &mut self,
        id: Option<&Id>,
        bounds: Rectangle,
        content: Rectangle,
        translation: Vector,
        state: &mut dyn Scrollable,
    ) {
        let number = self.count;
        self.count += 1;
        if number != self.number {
            return;
        }
        let by = way(self.target, bounds, translation.y);
        let by = if id.is_some() && id == self.from_end.as_ref() {
            -by
        } else {
            by
        };
        if by != 0.0 {
            state.scroll_by(AbsoluteOffset { x: 0.0, y: by }, bounds, content);
        }
    }
}

/// How far down the view has to go for the target to be in it; negative: up.
fn way(target: Rectangle, view: Rectangle, scrolled: f32) -> f32 {
    let top = target.y - scrolled - view.y;
    let bottom = top + target.height - view.height;
    if top < 0.0 {
        top - MARGIN
    } else if bottom > 0.0 {
        // Of something higher than the view its beginning.
        (bottom + MARGIN).min(top)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::widget::press;
    use iced::advanced::renderer::Headless;
    use iced::advanced::widget::operation::{black_box, focusable};
    use iced::widget::{Space, column, scrollable};
    use iced::{Element, Renderer, Size};
    use iced_test::runtime::user_interface::{Cache, UserInterface};
    use iced_test::selector::{Selector as _, Target, id};

    #[test]
    fn the_way_is_as_short_as_possible() {
        let view = Rectangle::new(iced::Point::new(0.0, 100.0), Size::new(50.0, 200.0));
        let at = |y, height| Rectangle::new(iced::Point::new(0.0, y), Size::new(50.0, height));
        assert_eq!(way(at(150.0, 20.0), view, 0.0), 0.0);
        assert_eq!(way(at(320.0, 20.0), view, 0.0), 40.0 + MARGIN);
        assert_eq!(way(at(150.0, 20.0), view, 100.0), -50.0 - MARGIN);
        assert_eq!(way(at(150.0, 500.0), view, 0.0), 50.0);
    }

    #[test]
    fn a_button_far_below_comes_into_view() {
        let font = iced::Font::DEFAULT;
        let renderer = <Renderer as Headless>::new(font, 14.0.into(), None);
        let mut renderer = futures::executor::block_on(renderer).expect("a renderer");
        let rows = (0..50).map(|row| {
            press(Space::new().width(40).height(40))
                .id(format!("row-{row}"))
                .on_press(())
                .into()
        });
        let view: Element<'_, ()> = scrollable(column(rows)).height(200).into();
        let size = Size::new(300.0, 200.0);
        let mut ui = UserInterface::build(view, size, Cache::default(), &mut renderer);
        let seen = |ui: &mut UserInterface<'_, (), iced::Theme, Renderer>, row: usize| {
            let mut looking = id(format!("row-{row}")).find();
            ui.operate(&renderer, &mut black_box(&mut looking));
            match looking.finish() {
                Outcome::Some(Some(target)) => Target::visible_bounds(&target).is_some(),
                other => panic!("{other:?}"),
            }
        };
        assert!(seen(&mut ui, 0) && !seen(&mut ui, 40));
        let mut focus = focusable::focus::<()>(Id::from("row-40"));
        ui.operate(&renderer, &mut focus);
        let mut find = Find {
            named: None,
            from_end: None,
            around: Vec::new(),
            next: None,
            count: 0,
            found: None,
        };
        ui.operate(&renderer, &mut find);
        let Outcome::Chain(mut scroll) = find.finish() else {
            panic!("nothing is focused");
        };
        ui.operate(&renderer, &mut *scroll);
        assert!(seen(&mut ui, 40) && !seen(&mut ui, 0));
    }
}
