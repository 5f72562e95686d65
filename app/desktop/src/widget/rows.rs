//! A column whose rows come and go at both ends and in between: every row keeps what it remembers, the shape of its
//! words and the keyboard first of all, for as long as its key is there. iced's own keyed column guesses from the first and the last key
//! what was added; where both ends change, it forms every row anew.

use std::collections::HashMap;
use std::hash::Hash;

use iced::advanced::Shell;
use iced::advanced::widget::{Tree, tree};
use iced::widget::Column;
use iced::{Element, Event};

use super::around::{Around, Rule};

/// A column of rows with their keys, which are all different.
pub fn rows<'a, K: Clone + Eq + Hash + 'static, Message: 'a>(
    rows: Vec<(K, Element<'a, Message>)>,
    column: impl FnOnce(Column<'a, Message>) -> Column<'a, Message>,
) -> Element<'a, Message> {
    let (keys, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    Around::new(column(Column::with_children(rows)), Keys(keys)).into()
}

struct Keys<K>(Vec<K>);

/// The keys of the view before.
struct Before<K>(Vec<K>);

impl<K: Clone + Eq + Hash + 'static, Message> Rule<Message> for Keys<K> {
    fn lets_through(&self, _: &Event, _: &mut Shell<'_, Message>) -> bool {
        true
    }

    fn memory(&self) -> Option<(tree::Tag, tree::State)> {
        let before = Before(self.0.clone());
        Some((tree::Tag::of::<Before<K>>(), tree::State::new(before)))
    }

    fn arrange(&self, tree: &mut Tree) {
        let before = tree.state.downcast_mut::<Before<K>>();
        if before.0 == self.0 {
            return;
        }
        let keys = std::mem::replace(&mut before.0, self.0.clone());
        let mut kept: HashMap<K, Tree> = keys.into_iter().zip(tree.children.drain(..)).collect();
        let rows = self.0.iter();
        tree.children = rows
            .map(|key| kept.remove(key).unwrap_or_else(Tree::empty))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remembered(tree: &Tree) -> Vec<Option<u64>> {
        let states = tree.children.iter().map(|row| match &row.state {
            tree::State::Some(state) => state.downcast_ref().copied(),
            tree::State::None => None,
        });
        states.collect()
    }

    #[test]
    fn a_row_keeps_what_it_remembers_wherever_it_moves() {
        let mut tree = Tree::empty();
        let (_, state) = Rule::<()>::memory(&Keys(vec![0_u64, 4, 6, 9])).unwrap();
        tree.state = state;
        tree.children = vec![0_u64, 4, 6, 9]
            .into_iter()
            .map(|key| Tree {
                state: tree::State::new(key),
                ..Tree::empty()
            })
            .collect();
        for (keys, kept) in [
            // Above, below the first, between and below.
            (
                vec![0_u64, 2, 3, 4, 5, 6, 9, 11],
                vec![Some(0), None, None, Some(4), None, Some(6), Some(9), None],
            ),
            // One leaves at the top as one comes at the end, and what left is forgotten.
            (vec![4, 6, 9, 13], vec![Some(4), Some(6), Some(9), None]),
            (vec![0, 9, 6], vec![None, Some(9), Some(6)]),
            (Vec::new(), Vec::new()),
        ] {
            Rule::<()>::arrange(&Keys(keys), &mut tree);
            assert_eq!(remembered(&tree), kept);
        }
    }
}
