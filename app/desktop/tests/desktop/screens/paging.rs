//! Pages of a conversation, asked for by its edges as the view comes near, in a window that is kept from frame to frame.

use iced::advanced::clipboard;
use iced::advanced::renderer::Headless;
use iced::{Event, Renderer, Size, mouse, window};
use iced_test::runtime::user_interface::{Cache, UserInterface};
use undertone_desktop::app::{App, Message};
use undertone_desktop::program;
use undertone_desktop::screen::messenger::history::PAGE;
use undertone_desktop::screen::messenger::{self, conversation};
use undertone_desktop::words::Language;
use undertone_engine::{MessageView, Reply};

use crate::people;
use crate::samples::{self, NOW, USUAL, id, message, tell};

struct Kept {
    app: App,
    cache: Cache,
    renderer: Renderer,
}

impl Kept {
    /// What the edges ask for in the next frame: older ones, newer ones. The conversation hears of it.
    fn frame(&mut self) -> (bool, bool) {
        let mut messages = Vec::new();
        let cache = std::mem::take(&mut self.cache);
        let size = Size::new(USUAL.0, USUAL.1);
        let mut ui = UserInterface::build(self.app.view(), size, cache, &mut self.renderer);
        let redraw = window::Event::RedrawRequested(std::time::Instant::now());
        let _ = ui.update(
            &[Event::Window(redraw)],
            mouse::Cursor::Unavailable,
            &mut self.renderer,
            &mut clipboard::Null,
            &mut messages,
        );
        self.cache = ui.into_cache();
        let (mut older, mut newer) = (false, false);
        for message in messages {
            if let Message::Messenger(messenger::Message::Conversation(_, asked)) = &message {
                older |= matches!(asked, conversation::Message::ShowOlder);
                newer |= matches!(asked, conversation::Message::ShowNewer);
            }
            let _ = self.app.update(message);
        }
        (older, newer)
    }

    fn hear(&mut self, heard: conversation::Message) {
        let heard = messenger::Message::Conversation(id(1), heard);
        tell(&mut self.app, heard);
    }
}

fn page(first: u64) -> Result<Reply, undertone_engine::CommandError> {
    let messages: Vec<MessageView> = (first..first + u64::from(PAGE))
        .map(|number| message(number, false, NOW, "words"))
        .collect();
    Ok(Reply::Messages { messages })
}

/// An edge that asks while something else is on its way is not heard; it asks again when that is there.
#[test]
fn no_edge_of_what_is_in_memory_stays_an_end() {
    let mut app = people::with(Language::English, |snapshot| {
        for view in &mut snapshot.conversations {
            view.last = Some(message(100_000, false, NOW, "the newest"));
        }
    });
    samples::open(&mut app, id(1), Vec::new());
    let settings = program::settings();
    let renderer =
        <Renderer as Headless>::new(settings.default_font, settings.default_text_size, None);
    let mut kept = Kept {
        app,
        cache: Cache::default(),
        renderer: futures::executor::block_on(renderer).expect("a renderer"),
    };
    // A search leads far up: a page of short messages, both of whose edges are near.
    kept.hear(conversation::Message::GoTo(50_008));
    kept.hear(conversation::Message::Around(50_008, page(50_000)));
    assert_eq!(kept.frame(), (true, true));
    assert_eq!(kept.frame(), (false, false), "asked for once");
    let size = u64::from(PAGE);
    kept.hear(conversation::Message::Older(page(50_000 - size)));
    assert!(kept.frame().1, "newer ones, which were not heard before");
    kept.hear(conversation::Message::Newer(page(50_000 + size)));
    // A frame before the room of the new ones was measured.
    let _ = kept.frame();
    kept.hear(conversation::Message::Shift(400.0));
    assert!(kept.frame().1, "the next newer ones");
}
