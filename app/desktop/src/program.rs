//! Starts the program: command line, log, window.

use std::io::Write as _;
use std::process::ExitCode;

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
    #[error("the window cannot be opened: is there a display?")]
    Window(#[from] iced::Error),
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
    daemon(place, language).run()?;
    Ok(())
}

/// The program and its window. It outlives its window only behind an icon of the tray, where the owner wants that.
fn daemon(
    place: Place,
    language: Language,
) -> iced::Daemon<impl Program<State = App, Message = Message, Theme = iced::Theme>> {
    let (announcer, chooser) = (Announcer::session(), Chooser::session());
    iced::daemon(
        move || {
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
