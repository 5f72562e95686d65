//! Starts the program: command line, log, window.

use std::io::Write as _;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Parser as _;
use iced::{Element, Program, Settings, window};
use rustix::fs::Mode;
use tracing_subscriber::EnvFilter;
use undertone_tor::{Network, NetworkFile, NetworkFileError};

use crate::announce::Announcer;
use crate::app::{App, Message};
use crate::arguments::{Arguments, default_home};
use crate::choose::Chooser;
use crate::font;
use crate::place::Place;
use crate::words::Language;

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// No place named, and none known.
    #[error("no place for the profile: use --home DIR")]
    NoHome,
    /// The network file.
    #[error(transparent)]
    Network(#[from] NetworkFileError),
    /// No display, mostly.
    #[error(
        "the window cannot be opened: is there a display, and does DISPLAY or WAYLAND_DISPLAY name it?"
    )]
    Window,
}

/// The program: reads the command line, opens the window, returns the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Whatever is created from now on is closed to other users of this computer.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    log();
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to be told that it could not be said.
            let _ = writeln!(std::io::stderr(), "undertone-desktop: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let home = arguments
        .home
        .or_else(default_home)
        .ok_or(Failure::NoHome)?;
    let network = match arguments.network {
        Some(file) => Network::Private(NetworkFile::read(&file)?),
        None => Network::Public,
    };
    let language = arguments.language.unwrap_or_else(Language::of_system);
    let place = Place::tor(home, network);
    open(place, language)
}

/// Opens the window and stays until it ends. Where there is no display iced panics instead of saying so, before it asks for
/// the program's state.
fn open(place: Place, language: Language) -> Result<(), Failure> {
    let begun = Arc::new(AtomicBool::new(false));
    let usual = panic::take_hook();
    panic::set_hook(Box::new({
        let begun = Arc::clone(&begun);
        move |info| {
            if begun.load(Ordering::Acquire) {
                usual(info);
            }
        }
    }));
    let program = daemon(place, language, Arc::clone(&begun));
    match panic::catch_unwind(AssertUnwindSafe(|| program.run())) {
        Ok(done) => done.map_err(|_| Failure::Window),
        Err(payload) if begun.load(Ordering::Acquire) => panic::resume_unwind(payload),
        Err(_) => Err(Failure::Window),
    }
}

/// The program and its window. It outlives its window only behind an icon of the tray, where the owner wants that. `begun` is set
/// when there is a display.
fn daemon(
    place: Place,
    language: Language,
    begun: Arc<AtomicBool>,
) -> iced::Daemon<impl Program<State = App, Message = Message, Theme = iced::Theme>> {
    let (announcer, chooser) = (Announcer::session(), Chooser::session());
    iced::daemon(
        move || {
            begun.store(true, Ordering::Release);
            let (app, task) = App::boot(place.clone(), language);
            let app = app.with(announcer.clone()).choosing_by(chooser.clone());
            let mut app = app.with_tray();
            // What is focused first is in the window.
            let opened = app.begin();
            (app, opened.chain(task))
        },
        App::update,
        view,
    )
    .settings(settings())
    .title(|app: &App, _window| app.title())
    .theme(|app: &App, _window| app.theme())
    .scale_factor(|app: &App, _window| app.scale_factor())
    .subscription(App::subscription)
}

/// There is one window at most.
fn view(app: &App, _window: window::Id) -> Element<'_, Message> {
    app.view()
}

/// Fonts and sizes.
#[must_use]
pub fn settings() -> Settings {
    Settings {
        id: Some("undertone-desktop".to_owned()),
        fonts: font::files(),
        default_font: font::REGULAR,
        default_text_size: 14.5.into(),
        ..Settings::default()
    }
}

/// Warnings and errors go to standard error; no line holds an address, a name, a key or content.
fn log() {
    let ours = "undertone_desktop=warn,undertone_engine=warn,undertone_tor=warn";
    // What the window system is short of is none of the user's concern.
    let directives = format!("{},winit=error,{ours}", undertone_tor::LOG_FILTER);
    if let Ok(filter) = EnvFilter::builder().parse(directives) {
        let subscriber = tracing_subscriber::fmt::Subscriber::builder()
            .with_env_filter(filter)
            .with_ansi(false)
            .with_writer(std::io::stderr);
        // A second one is not wanted.
        let _ = subscriber.try_init();
    }
}
