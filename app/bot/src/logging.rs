//! Sends log lines to standard error or to files, and keeps foreign crates quiet. What may be
//! logged is decided where it is logged: no address, name, key or content, at any level.

use std::path::Path;

use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::arguments::LogLevel;

/// Log files that are kept; each holds a day.
const FILES: usize = 7;

/// Our own crates, whose level is the one asked for.
const OURS: [&str; 7] = [
    "undertone_bot",
    "undertone_engine",
    "undertone_protocol",
    "undertone_storage",
    "undertone_tor",
    "undertone_transport",
    "undertone_wire",
];

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The directory cannot be made.
    #[error("the log directory cannot be made")]
    Directory(#[from] std::io::Error),
    /// The file cannot be written.
    #[error("the log file cannot be written")]
    File(#[from] tracing_appender::rolling::InitError),
    /// A second call.
    #[error("the log is set up already")]
    Again,
    /// The filter is not understood by this version of the library.
    #[error("the log filter is wrong")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
}

/// Starts logging, for the life of the process.
///
/// # Errors
/// See [`LogError`].
pub fn start(level: LogLevel, directory: Option<&Path>) -> Result<(), LogError> {
    let filter = EnvFilter::builder().parse(directives(level))?;
    let lines = fmt::Subscriber::builder()
        .with_env_filter(filter)
        .with_ansi(false);
    let set = match directory {
        Some(directory) => {
            std::fs::create_dir_all(directory)?;
            let files = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .max_log_files(FILES)
                .filename_prefix("undertone-bot")
                .filename_suffix("log")
                .build(directory)?;
            lines.with_writer(std::sync::Mutex::new(files)).try_init()
        }
        None => lines.with_writer(std::io::stderr).try_init(),
    };
    set.map_err(|_| LogError::Again)
}

fn directives(level: LogLevel) -> String {
    let level = match level {
        LogLevel::Off => return "off".to_owned(),
        LogLevel::Error => return "error".to_owned(),
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    };
    // Foreign crates stay at warnings: what they say at lower levels was not looked through.
    OURS.iter()
        .fold(undertone_tor::LOG_FILTER.to_owned(), |directives, ours| {
            format!("{directives},{ours}={level}")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_understood_and_never_lifts_foreign_crates() {
        for level in [
            LogLevel::Off,
            LogLevel::Error,
            LogLevel::Warn,
            LogLevel::Info,
            LogLevel::Debug,
            LogLevel::Trace,
        ] {
            let text = directives(level);
            EnvFilter::builder().parse(&text).unwrap();
            for directive in text.split(',') {
                let (target, level) = directive.split_once('=').unwrap_or(("", directive));
                if !OURS.contains(&target) {
                    assert!(matches!(level, "off" | "error" | "warn"), "{directive}");
                }
            }
        }
    }
}
