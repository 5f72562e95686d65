//! Brings a line of a list into view while the keyboard's focus stays in the field above.

use iced::advanced::widget::operation::{Focusable, Operation, Outcome, Scrollable};
use iced::advanced::widget::{Id, operate};
use iced::widget::scrollable::AbsoluteOffset;
use iced::{Rectangle, Task, Vector};

/// Scrolls the list of that name as little as shows the whole line of that name.
pub(super) fn show<T: Send + 'static>(list: &'static str, line: String) -> Task<T> {
    let find = Find {
        list: Id::from(list),
        line: Id::from(line),
        found: None,
    };
    operate(find).discard()
}

/// Looks for the line.
struct Find {
    list: Id,
    line: Id,
    found: Option<Rectangle>,
}

impl Operation for Find {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }

    fn focusable(&mut self, id: Option<&Id>, bounds: Rectangle, _state: &mut dyn Focusable) {
        if id == Some(&self.line) {
            self.found = Some(bounds);
        }
    }

    fn finish(&self) -> Outcome<()> {
        match self.found {
            Some(line) => Outcome::Chain(Box::new(Scroll {
                list: self.list.clone(),
                line,
            })),
            None => Outcome::None,
        }
    }
}

/// Scrolls the list to it.
struct Scroll {
    list: Id,
    line: Rectangle,
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
        if id != Some(&self.list) {
            return;
        }
        let above = self.line.y - translation.y - bounds.y;
        let below = above + self.line.height - bounds.height;
        let y = if above < 0.0 {
            above
        } else {
            below.max(0.0).min(above)
        };
        state.scroll_by(AbsoluteOffset { x: 0.0, y }, bounds, content);
    }
}
