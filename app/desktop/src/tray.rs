//! The icon in the desktop's tray, where there is one: the window can be shown and hidden by it, the profile locked, the
//! program ended, and a dot says that something was not read. It never holds a name or a number of a message. It speaks
//! to the tray over the bus of the [`session`](crate::session); where no tray answers nothing is shown.

use std::fmt;
use std::sync::LazyLock;

use futures::{SinkExt as _, Stream};
use iced::stream;
use ksni::menu::{MenuItem, StandardItem, TextDirection};
use ksni::{Handle, OfflineReason, TrayMethods as _};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::session;

/// What the icon says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// Something was not read.
    pub unread: bool,
    /// The window is there.
    pub window: bool,
    /// There is a profile that can be locked.
    pub unlocked: bool,
    /// Words run from right to left.
    pub rtl: bool,
    /// To show the window, or to hide it.
    pub toggle: String,
    /// To lock.
    pub lock: String,
    /// To end the program.
    pub quit: String,
}

/// What happens there.
#[derive(Clone, Debug)]
pub enum Told {
    /// There is a tray.
    There(Tray),
    /// The tray went away, or came back.
    Online(bool),
    /// Show the window, or hide it.
    Toggle,
    /// Lock.
    Lock,
    /// End the program.
    Quit,
}

/// The icon. Clones are the same.
#[derive(Clone)]
pub struct Tray(Handle<Item>);

impl fmt::Debug for Tray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tray(..)")
    }
}

impl Tray {
    /// Shows something else.
    pub async fn show(self, shown: Shown) {
        // `None`: it has gone.
        let _ = self.0.update(|item| item.shown = shown).await;
    }
}

/// Puts the icon there and tells what happens. It ends at once where there is no tray.
pub fn listen() -> impl Stream<Item = Told> {
    stream::channel(8, async |mut out| {
        // The library takes the same bus, and would take one behind a network too.
        if session::address().is_none() {
            return;
        }
        let (sender, mut told) = unbounded_channel();
        let shown = Shown::default();
        let item = match (Item { sender, shown }).spawn().await {
            Ok(item) => item,
            Err(error) => {
                tracing::debug!(%error, "there is no tray");
                return;
            }
        };
        let mut next = Some(Told::There(Tray(item)));
        while let Some(now) = next {
            if out.send(now).await.is_err() {
                return;
            }
            next = told.recv().await;
        }
    })
}

/// The icon as the library asks for it.
struct Item {
    sender: UnboundedSender<Told>,
    shown: Shown,
}

impl Item {
    fn tell(&self, told: Told) {
        // Nobody listens when the program ends.
        let _ = self.sender.send(told);
    }

    fn entry(label: &str, told: Told) -> MenuItem<Self> {
        StandardItem {
            label: label.to_owned(),
            activate: Box::new(move |item: &mut Self| item.tell(told.clone())),
            ..StandardItem::default()
        }
        .into()
    }
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "undertone-desktop".to_owned()
    }

    fn title(&self) -> String {
        "Undertone".to_owned()
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        let icons = if self.shown.unread { &*UNREAD } else { &*QUIET };
        icons.clone()
    }

    fn text_direction(&self) -> TextDirection {
        if self.shown.rtl {
            TextDirection::RightToLeft
        } else {
            TextDirection::LeftToRight
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.tell(Told::Toggle);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let mut menu = vec![Self::entry(&self.shown.toggle, Told::Toggle)];
        if self.shown.unlocked {
            menu.push(Self::entry(&self.shown.lock, Told::Lock));
        }
        menu.push(MenuItem::Separator);
        menu.push(Self::entry(&self.shown.quit, Told::Quit));
        menu
    }

    fn watcher_online(&self) {
        self.tell(Told::Online(true));
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.tell(Told::Online(false));
        true
    }
}

/// Sizes that are offered, in pixels.
const SIZES: [u16; 3] = [22, 32, 64];

static QUIET: LazyLock<Vec<ksni::Icon>> =
    LazyLock::new(|| SIZES.map(|side| draw(side, false)).into());
static UNREAD: LazyLock<Vec<ksni::Icon>> =
    LazyLock::new(|| SIZES.map(|side| draw(side, true)).into());

/// The program's sign, as in `assets/undertone.svg`, with a dot or without.
fn draw(side: u16, dot: bool) -> ksni::Icon {
    const GROUND: [f32; 3] = [31.0, 35.0, 51.0];
    const UPPER: [f32; 3] = [143.0, 155.0, 214.0];
    const LOWER: [f32; 3] = [93.0, 103.0, 153.0];
    const DOT: [f32; 3] = [255.0, 176.0, 72.0];
    // The sign is drawn in a square of 64.
    let unit = 64.0 / f32::from(side);
    let cover = |inside: f32| (inside / unit + 0.5).clamp(0.0, 1.0);
    let mut data = Vec::with_capacity(usize::from(side) * usize::from(side) * 4);
    for row in 0..side {
        for column in 0..side {
            let (x, y) = (
                (f32::from(column) + 0.5) * unit,
                (f32::from(row) + 0.5) * unit,
            );
            // Round corners: how far inside of a square with a radius of 14.
            let corner = |v: f32| ((v - 32.0).abs() - 18.0).max(0.0);
            let mut opacity = cover(14.0 - corner(x).hypot(corner(y)));
            let wave = |middle: f32, height: f32| {
                let at = middle - height * ((x - 10.0) / 44.0 * std::f32::consts::TAU).sin();
                if (8.0..=56.0).contains(&x) {
                    cover(2.6 - (y - at).abs())
                } else {
                    0.0
                }
            };
            let mut color = GROUND;
            let mut over = |with: [f32; 3], part: f32| {
                for (below, above) in color.iter_mut().zip(with) {
                    *below += (above - *below) * part;
                }
            };
            over(UPPER, wave(26.0, 7.5));
            over(LOWER, wave(42.0, 5.0));
            if dot {
                let inside = 15.0 - (x - 48.0).hypot(y - 16.0);
                over(DOT, cover(inside));
                opacity = opacity.max(cover(inside));
            }
            // All are in range: colours of bytes, and a part of one.
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let byte = |value: f32| value.round() as u8;
            data.push(byte(opacity * 255.0));
            data.extend(color.map(byte));
        }
    }
    ksni::Icon {
        width: side.into(),
        height: side.into(),
        data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ksni::Tray as _;

    #[test]
    fn the_icon_shows_that_something_waits_and_what_can_be_done() {
        let (sender, mut told) = unbounded_channel();
        let shown = Shown {
            toggle: "Hide".to_owned(),
            lock: "Lock now".to_owned(),
            quit: "Quit".to_owned(),
            ..Shown::default()
        };
        let mut item = Item { sender, shown };
        let quiet = item.icon_pixmap();
        assert!(quiet.iter().all(|icon| {
            icon.data.len() == usize::try_from(icon.width * icon.height * 4).unwrap()
        }));
        item.shown.unread = true;
        assert_ne!(quiet[0].data, item.icon_pixmap()[0].data);
        // Locked already: nothing to lock.
        assert_eq!(item.menu().len(), 3);
        item.shown.unlocked = true;
        let menu = item.menu();
        assert_eq!(menu.len(), 4);
        for (at, wanted) in [(0, "Toggle"), (1, "Lock"), (3, "Quit")] {
            let MenuItem::Standard(entry) = &menu[at] else {
                panic!("no entry");
            };
            (entry.activate)(&mut item);
            assert_eq!(format!("{:?}", told.try_recv().unwrap()), wanted);
        }
        item.activate(0, 0);
        assert!(matches!(told.try_recv(), Ok(Told::Toggle)));
        assert!(item.watcher_offline(OfflineReason::No));
        assert!(matches!(told.try_recv(), Ok(Told::Online(false))));
    }
}
