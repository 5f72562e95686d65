//! Bars that say how far something is, or only that it goes on.

use iced::widget::{Space, column, container, row};
use iced::{Color, Element, Fill, Length, border};
use undertone_engine::progress::Doing;

use super::Look;

/// Parts of a bar.
const WHOLE: u16 = 1_000;
/// Parts of the piece that moves.
const PIECE: u16 = 280;
/// Parts that it moves with each beat.
const STEP: u16 = 36;

impl Look {
    /// A bar that is full to some part, 0 to 1.
    pub fn bar<'a, Message: 'a>(&self, part: f32, color: Color) -> Element<'a, Message> {
        // At most the whole by the clamp.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let done = (part.clamp(0.0, 1.0) * f32::from(WHOLE)) as u16;
        self.pieces([(done, color), (WHOLE - done, self.colors.line)])
    }

    /// A bar whose piece moves to and fro while nothing says how far something is. Nothing, where nothing may move: the
    /// words beside it say the same.
    pub fn moving<'a, Message: 'a>(&self) -> Element<'a, Message> {
        if self.is_still() {
            return Space::new().into();
        }
        let c = self.colors;
        let before = way(self.beat);
        self.pieces([
            (before, c.line),
            (PIECE, c.accent),
            (WHOLE - PIECE - before, c.line),
        ])
    }

    /// What is being done while no profile runs, and how far it is: in hundredths where that can be known.
    pub fn working<'a, Message: 'a>(&self) -> Element<'a, Message> {
        let (name, percent) = match self.progress.now() {
            Doing::Key => ("doing-key", None),
            Doing::Checking => ("doing-checking", None),
            Doing::Writing(percent) => ("doing-writing", Some(percent)),
            Doing::Reading(percent) => ("doing-reading", Some(percent)),
            Doing::Storing(percent) => ("doing-storing", Some(percent)),
            Doing::Network => ("doing-network", None),
            Doing::Profile => ("doing-profile", None),
        };
        let (words, bar) = match percent {
            Some(percent) => (
                self.with(name, [("percent", u64::from(percent).into())]),
                self.bar(f32::from(percent) / 100.0, self.colors.accent),
            ),
            None => (self.say(name), self.moving()),
        };
        column![self.muted(words, 13.0).width(Fill), bar]
            .spacing(8)
            .width(Fill)
            .into()
    }

    fn pieces<'a, Message: 'a, const N: usize>(
        &self,
        pieces: [(u16, Color); N],
    ) -> Element<'a, Message> {
        let pieces = pieces.into_iter().filter(|(width, _)| *width > 0);
        let mut parts: Vec<Element<'a, Message>> = pieces
            .map(|(width, color)| {
                container(Space::new().height(6))
                    .width(Length::FillPortion(width))
                    .style(move |_| container::Style {
                        background: Some(color.into()),
                        border: border::rounded(3),
                        ..container::Style::default()
                    })
                    .into()
            })
            .collect();
        if self.is_rtl() {
            parts.reverse();
        }
        row(parts).width(Fill).into()
    }
}

/// How much of the bar is before the piece that moves.
fn way(beat: u16) -> u16 {
    let free = WHOLE - PIECE;
    let at = u32::from(beat) * u32::from(STEP) % u32::from(2 * free);
    let at = u16::try_from(at).unwrap_or_default();
    at.min(2 * free - at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_piece_goes_to_and_fro_within_the_bar() {
        let ways: Vec<u16> = (0..200).map(way).collect();
        assert!(ways.iter().all(|way| *way <= WHOLE - PIECE));
        assert!(ways.windows(2).all(|two| two[0] != two[1]));
        assert!(ways.windows(2).any(|two| two[0] > two[1]));
        let _ = way(u16::MAX);
    }
}
