//! The part of the command line that is about conversations: single messages, how a conversation is
//! kept, and what contacts see of the profile.

use clap::{Args, Subcommand, ValueEnum};
use jiff::{Span, SpanRelativeTo};

use super::JsonArguments;

/// What can be done with conversations.
#[derive(Subcommand)]
pub enum Conversing {
    /// List the conversations: unread messages, the newest one, drafts
    Conversations {
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Show one message, with its earlier texts where they are kept
    Message {
        #[command(flatten)]
        at: At,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Send a message's words on to somebody else, marked as forwarded
    Forward {
        #[command(flatten)]
        at: At,
        /// To whom
        to: String,
    },
    /// Change a message of yours; once it left, both sides show that it was edited
    Edit {
        #[command(flatten)]
        at: At,
        /// The new text; read from standard input if it is missing
        text: Vec<String>,
    },
    /// Delete a message here, or on both sides
    #[command(after_help = crate::show::claims::DELETION)]
    Delete {
        #[command(flatten)]
        at: At,
        /// A message of yours, also at the other side, if its program is an honest one
        #[arg(long)]
        for_both: bool,
    },
    /// Put an emoji at a message, in place of your last one there
    React {
        #[command(flatten)]
        at: At,
        /// Missing: take the last one back
        emoji: Option<String>,
    },
    /// Keep a message at hand
    Pin {
        #[command(flatten)]
        at: At,
        /// No longer
        #[arg(long)]
        undo: bool,
    },
    /// Say that messages were read
    Read {
        /// Whose
        contact: String,
        /// Everything up to this message [default: the newest]
        number: Option<u64>,
    },
    /// Show, change or drop what is being written
    Draft {
        /// To whom
        contact: String,
        /// The text; missing: show it
        text: Vec<String>,
        /// Drop it
        #[arg(long, conflicts_with = "text")]
        drop: bool,
    },
    /// Delete all messages of a conversation here; their keys are destroyed
    #[command(after_help = crate::show::claims::DELETION)]
    Clear {
        /// Whose
        contact: String,
        /// Without this nothing is deleted
        #[arg(long, required = true)]
        yes: bool,
    },
    /// Let messages disappear on both sides so long after they were read
    Timer {
        /// Whose
        contact: String,
        /// 30s, 1h, 7d, or off
        #[arg(value_parser = timer)]
        after: Period,
    },
    /// Show or change how a conversation is kept and shown
    Settings {
        /// Whose
        contact: String,
        #[command(flatten)]
        change: ConversationChange,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Show or change what holds for conversations without a setting of their own
    Defaults {
        #[command(flatten)]
        change: DefaultsChange,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Change the few words about you that contacts see; none: there are none
    About {
        /// At most 256 bytes
        words: Option<String>,
    },
    /// Go online, say that you are away, or appear offline: nobody is dialled, all doors are closed, messages wait
    Appear {
        /// How
        how: Appearance,
    },
}

/// Which message is meant.
#[derive(Args)]
pub struct At {
    /// Whose conversation
    pub contact: String,
    /// The message's number, as `history` shows it
    pub number: u64,
}

/// What contacts see of a profile that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Appearance {
    /// Reachable
    Online,
    /// Reachable, and contacts are told that nobody sits there; nothing but this command tells them
    Away,
    /// As if it did not run
    Offline,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Yes
    On,
    /// No
    Off,
}

impl From<Switch> for bool {
    fn from(switch: Switch) -> Self {
        switch == Switch::On
    }
}

/// On, off, or as the defaults say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Choice {
    /// Yes
    On,
    /// No
    Off,
    /// As `defaults` say
    Default,
}

impl From<Choice> for Option<bool> {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice::On => Some(true),
            Choice::Off => Some(false),
            Choice::Default => None,
        }
    }
}

/// A length of time, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// `off`.
    Off,
    /// Whole seconds.
    Seconds(u32),
}

/// How long messages are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// `nothing`: in memory only.
    Nothing,
    /// So many seconds after they were read.
    Seconds(u32),
    /// `forever`: until they are deleted.
    Forever,
    /// `default`.
    Default,
}

/// What changes of a conversation's settings.
#[derive(Clone, Copy, Debug, Args)]
pub struct ConversationChange {
    /// How long messages are kept here: nothing (in memory only), 1h to 366d after they were
    /// read, forever, or default
    #[arg(long, value_name = "HOW LONG", value_parser = keep)]
    pub keep: Option<Keep>,
    /// Tell them what you read
    #[arg(long, value_name = "HOW")]
    pub read_receipts: Option<Choice>,
    /// Tell them when you are writing
    #[arg(long, value_name = "HOW")]
    pub typing: Option<Choice>,
    /// Put it out of the way
    #[arg(long, value_name = "HOW")]
    pub archived: Option<Switch>,
    /// Put it at the top of the list
    #[arg(long, value_name = "HOW")]
    pub pinned: Option<Switch>,
    /// No notifications for 1h, 7d, …, or off
    #[arg(long, value_name = "HOW LONG", value_parser = period)]
    pub muted: Option<Period>,
}

/// What changes of the defaults.
#[derive(Clone, Copy, Debug, Args)]
pub struct DefaultsChange {
    /// How long messages are kept here: nothing (in memory only), 1h to 366d after they were
    /// read, or forever
    #[arg(long, value_name = "HOW LONG", value_parser = keep_by_default)]
    pub keep: Option<Keep>,
    /// Tell contacts what you read
    #[arg(long, value_name = "HOW")]
    pub read_receipts: Option<Switch>,
    /// Tell contacts when you are writing
    #[arg(long, value_name = "HOW")]
    pub typing: Option<Switch>,
    /// Keep the texts of messages before they were edited
    #[arg(long, value_name = "HOW")]
    pub keep_earlier: Option<Switch>,
}

fn period(text: &str) -> Result<Period, String> {
    if text == "off" {
        return Ok(Period::Off);
    }
    seconds(text).map(Period::Seconds)
}

fn timer(text: &str) -> Result<Period, String> {
    period(text)
}

fn keep(text: &str) -> Result<Keep, String> {
    match text {
        "default" => Ok(Keep::Default),
        other => keep_by_default(other),
    }
}

fn keep_by_default(text: &str) -> Result<Keep, String> {
    match text {
        "nothing" => Ok(Keep::Nothing),
        "forever" => Ok(Keep::Forever),
        other => seconds(other).map(Keep::Seconds),
    }
}

/// Reads "90s", "12h", "7d", "2w" and the like. Which lengths are allowed, the engine says.
fn seconds(text: &str) -> Result<u32, String> {
    let span: Span = text.parse().map_err(|error| format!("{error}"))?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|error| format!("{error}"))?;
    u32::try_from(duration.as_secs())
        .ok()
        .filter(|seconds| *seconds > 0)
        .ok_or_else(|| "a length of time such as 30s, 12h or 7d is expected".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_read() {
        assert_eq!(period("90s"), Ok(Period::Seconds(90)));
        assert_eq!(period("12h"), Ok(Period::Seconds(43_200)));
        assert_eq!(period("7d"), Ok(Period::Seconds(604_800)));
        assert_eq!(period("2w"), Ok(Period::Seconds(1_209_600)));
        assert_eq!(period("off"), Ok(Period::Off));
        for wrong in ["", "7", "0s", "-3h", "soon", "1h ago", "9999y"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
        assert_eq!(keep("nothing"), Ok(Keep::Nothing));
        assert_eq!(keep("default"), Ok(Keep::Default));
        assert_eq!(keep("1h"), Ok(Keep::Seconds(3_600)));
        assert!(keep_by_default("default").is_err());
    }
}
