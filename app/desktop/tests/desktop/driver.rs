//! Drives a whole window without a display: clicks and keys go through the simulator, tasks and
//! subscriptions run for real, and a test waits for what it wants to see.

use std::collections::HashSet;
use std::hash::Hasher as _;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::BoxStream;
use iced::keyboard::{self, Key, Modifiers};
use iced::{Event, Task};
use iced_test::Simulator;
use iced_test::futures::subscription::{Hasher, into_recipes};
use iced_test::runtime::{self, Action, clipboard, task::into_stream};
use tokio::sync::mpsc;
use tokio::time::timeout;
use undertone_desktop::app::{App, Message, Screen};
use undertone_desktop::place::Place;
use undertone_desktop::screen::messenger::{self, Pane, conversation};
use undertone_desktop::words::Language;

use crate::samples::USUAL;

/// Longer than anything takes on a busy computer.
const DEADLINE: Duration = Duration::from_secs(60);

/// A window and the person before it.
pub(crate) struct Person {
    name: &'static str,
    pub(crate) app: App,
    actions: mpsc::UnboundedReceiver<Action<Message>>,
    spawner: mpsc::UnboundedSender<Action<Message>>,
    heard: HashSet<u64>,
    pub(crate) clipboard: Option<String>,
}

impl Person {
    pub(crate) fn new(name: &'static str, place: Place) -> Self {
        let (app, task) = App::boot(place, Language::English);
        let (spawner, actions) = mpsc::unbounded_channel();
        let mut person = Self {
            name,
            app,
            actions,
            spawner,
            heard: HashSet::new(),
            clipboard: None,
        };
        person.begin(task);
        person
    }

    fn begin(&mut self, task: Task<Message>) {
        if let Some(stream) = into_stream(task) {
            self.spawn(stream);
        }
        for recipe in into_recipes(self.app.subscription()) {
            let mut hasher = Hasher::default();
            recipe.hash(&mut hasher);
            if self.heard.insert(hasher.finish()) {
                let stream = recipe.stream(futures::stream::pending().boxed());
                self.spawn(stream.map(Action::Output).boxed());
            }
        }
    }

    /// Runs beside everything else, as in a program.
    fn spawn(&self, mut stream: BoxStream<'static, Action<Message>>) {
        let spawner = self.spawner.clone();
        tokio::spawn(async move {
            while let Some(action) = stream.next().await {
                if spawner.send(action).is_err() {
                    return;
                }
            }
        });
    }

    pub(crate) fn apply(&mut self, messages: Vec<Message>) {
        for message in messages {
            let task = self.app.update(message);
            self.begin(task);
        }
    }

    fn act(&mut self, action: Action<Message>) {
        match action {
            Action::Output(message) => self.apply(vec![message]),
            Action::Clipboard(clipboard::Action::Write { contents, .. }) => {
                self.clipboard = Some(contents);
            }
            Action::Clipboard(clipboard::Action::Read { channel, .. }) => {
                let _ = channel.send(self.clipboard.clone());
            }
            Action::System(runtime::system::Action::GetTheme(channel)) => {
                let _ = channel.send(iced::theme::Mode::Dark);
            }
            // Focus and scrolling need a window that stays.
            _ => {}
        }
    }

    /// Lets things happen until the window is as wanted.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&App) -> bool) {
        let name = self.name;
        let waiting = async {
            while !wanted(&self.app) {
                let action = self.actions.recv().await.expect("a sender of its own");
                self.act(action);
            }
        };
        if timeout(DEADLINE, waiting).await.is_err() {
            panic!(
                "{name} waited in vain: {what}; shown is {:?}",
                self.app.screen()
            );
        }
    }

    /// What is copied next.
    pub(crate) async fn copied(&mut self) -> String {
        self.clipboard = None;
        let waiting = async {
            loop {
                let action = self.actions.recv().await.expect("a sender of its own");
                self.act(action);
                if let Some(text) = self.clipboard.clone() {
                    return text;
                }
            }
        };
        timeout(DEADLINE, waiting).await.expect("something copied")
    }

    /// Uses the window; then what it says happens.
    pub(crate) fn with(&mut self, use_it: impl FnOnce(&mut Simulator<'_, Message>)) {
        let messages = {
            let mut ui = crate::samples::window(&self.app, USUAL);
            use_it(&mut ui);
            ui.into_messages().collect()
        };
        self.apply(messages);
    }

    /// Clicks what has this name.
    pub(crate) fn click(&mut self, id: impl Into<String>) {
        let id: String = id.into();
        let name = self.name;
        self.with(|ui| {
            let target = iced::advanced::widget::Id::from(id.clone());
            if let Err(error) = ui.click(target) {
                panic!("{name} cannot click {id}: {error}");
            }
        });
    }

    /// Types into the field of this name.
    pub(crate) fn write(&mut self, id: &'static str, text: &str) {
        self.with(|ui| {
            let target = iced::advanced::widget::Id::from(id);
            ui.click(target).expect("the field");
            ui.typewrite(text);
        });
    }

    /// Types into the field of this name and presses Enter.
    pub(crate) fn enter(&mut self, id: &'static str, text: &str) {
        self.with(|ui| {
            let target = iced::advanced::widget::Id::from(id);
            ui.click(target).expect("the field");
            ui.typewrite(text);
            ui.tap_key(keyboard::key::Named::Enter);
        });
    }

    /// Presses a letter with Ctrl.
    pub(crate) fn control(&mut self, letter: &str) {
        self.press(Key::Character(letter.into()), Modifiers::CTRL);
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: Key, modifiers: Modifiers) {
        self.with(|ui| {
            ui.simulate([Event::Keyboard(keyboard::Event::KeyPressed {
                key: key.clone(),
                modified_key: key,
                physical_key: keyboard::key::Physical::Unidentified(
                    keyboard::key::NativeCode::Unidentified,
                ),
                location: keyboard::Location::Standard,
                modifiers,
                repeat: false,
                text: None,
            })]);
        });
    }

    pub(crate) fn sees(&self, words: &str) -> bool {
        crate::samples::window(&self.app, USUAL).find(words).is_ok()
    }
}

/// The main window, once it is there.
pub(crate) fn main_window(app: &App) -> Option<&messenger::State> {
    match app.screen() {
        Screen::Messenger(state) if state.model().is_some() => Some(state),
        _ => None,
    }
}

/// The open conversation.
pub(crate) fn open(app: &App) -> Option<&conversation::State> {
    match main_window(app)?.pane() {
        Pane::Conversation(open) => Some(open),
        _ => None,
    }
}

/// Whether the open conversation has a message that fits.
pub(crate) fn has(app: &App, fits: impl Fn(&undertone_engine::MessageView) -> bool) -> bool {
    open(app).is_some_and(|open| open.history().rows().any(|row| fits(&row.view)))
}
