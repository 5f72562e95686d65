//! The command line: what can be said and what the help says about it. Nothing happens here.

pub mod conversing;
mod passphrases;
pub mod people;
pub mod profiles;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use undertone_engine::SearchCursor;

use self::conversing::Conversing;
pub use self::passphrases::{NewPassphraseArguments, PassphraseArguments, PassphrasesArguments};
use self::people::People;
use self::profiles::ProfileCommands;
use crate::control::several::Which;

const AFTER: &str = "\
Exit codes:
  0  done
  1  the profile refused, or is not among those that are unlocked (the message says why)
  2  wrong usage, or no acceptable passphrase source
  3  no such profile, wrong passphrase, or a profile that cannot be opened
  4  the profile is in use by another process
  5  the profile is not running
  6  the network: cannot be started, or something was not reached in time
  7  the profile stopped by itself, or does not answer
  8  doctor found something that is wrong

A running process can hold several profiles of its home: see run, unlock, lock and profile list.

CONTACT is a pet name, a nickname that only one contact has, or the beginning of an id;
@me is a conversation with yourself that is never sent.
Other users of this computer can see arguments: leave TEXT and INVITATION out to give
them on standard input instead.";

/// A messenger over Tor onion services, without a window.
///
/// `run` keeps a profile online; every other command talks to it through a socket in its home.
/// Try: create, then run, then (in another terminal) invite, contacts, send, follow.
#[derive(Parser)]
#[command(name = "undertone-bot", version, after_long_help = AFTER, max_term_width = 100)]
pub struct Arguments {
    /// The directory of the profile [default: undertone in $XDG_DATA_HOME or ~/.local/share]
    #[arg(long, value_name = "DIR", env = "UNDERTONE_HOME", global = true)]
    pub home: Option<PathBuf>,
    /// Which of several profiles that run: its nickname, or its number as "profile list" shows it [default: the first]
    #[arg(long, value_name = "PROFILE", global = true)]
    pub profile: Option<Which>,
    /// What to do.
    #[command(subcommand)]
    pub command: Subcommands,
}

/// What `undertone-bot` can do.
#[derive(Subcommand)]
pub enum Subcommands {
    /// Make a new profile
    Create {
        /// What you call yourself; contacts see it
        #[arg(long)]
        nickname: String,
        #[command(flatten)]
        passphrase: PassphraseArguments,
    },
    /// Change the passphrase of a profile that does not run
    Passphrase {
        #[command(flatten)]
        old: PassphraseArguments,
        #[command(flatten)]
        new: NewPassphraseArguments,
    },
    /// Run a profile, or several of one home, until Ctrl-C, SIGTERM or `stop`
    Run(RunArguments),
    /// Unlock a further profile of the home in the process that runs; its passphrase goes over the control socket
    Unlock {
        /// Where the passphrase comes from.
        #[command(flatten)]
        passphrase: PassphraseArguments,
        /// How to print.
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Lock the profile that --profile names: its keys leave the memory. Without --profile all of them, and the process ends
    Lock,
    /// Talk in this terminal, with a profile that runs
    Chat {
        /// With whom; can be changed by /to
        contact: Option<String>,
    },
    /// Make an invitation and show it as text and QR code
    Invite {
        /// For one person; used up by the first accepted request
        #[arg(long)]
        one_time: bool,
        /// Destroy it after this many hours
        #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=24 * 366))]
        expires: Option<u32>,
        #[command(flatten)]
        wait: WaitArguments,
        #[command(flatten)]
        qr: QrArguments,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// List the open invitations, or close one
    Invitations {
        /// Close this one for ever
        #[arg(long, value_name = "NUMBER")]
        close: Option<u64>,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Send a contact request to whoever made an invitation
    Add {
        /// What you call them
        #[arg(long, value_name = "PET NAME")]
        name: Option<String>,
        /// A few words that travel with the request
        #[arg(long, default_value = "")]
        greeting: String,
        #[command(flatten)]
        wait: WaitArguments,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Accept a received request
    Accept {
        /// Whose
        contact: String,
        /// What you call them
        #[arg(long, value_name = "PET NAME")]
        name: Option<String>,
    },
    /// Reject a received request; the other side is not told
    Reject {
        /// Whose
        contact: String,
    },
    /// Block a contact for ever
    Block {
        /// Whom
        contact: String,
    },
    /// Change what you call a contact
    Name {
        /// Whom
        contact: String,
        /// Nothing: show the nickname again
        name: Option<String>,
    },
    /// Change what you call yourself
    Nickname {
        /// Contacts are told
        nickname: String,
    },
    /// Send a message
    Send {
        /// To whom
        contact: String,
        /// What; read from standard input if it is missing, where others on this computer cannot see it
        text: Vec<String>,
        /// As a reply to this message of the conversation
        #[arg(long, value_name = "NUMBER")]
        reply_to: Option<u64>,
        #[command(flatten)]
        wait: WaitArguments,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Show messages as they come
    Follow {
        /// Only with this contact
        contact: Option<String>,
        /// Begin with this many stored messages (needs CONTACT)
        #[arg(long, value_name = "N", requires = "contact", default_value_t = 0,
              value_parser = clap::value_parser!(u32).range(0..=1000))]
        last: u32,
        /// End after this many received messages
        #[arg(long, value_name = "N")]
        count: Option<u32>,
        /// End after this many seconds, with exit code 6 if --count was not reached
        #[arg(long, value_name = "SECONDS")]
        seconds: Option<u32>,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// List contacts and requests
    Contacts {
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Show the last messages with a contact
    History {
        /// Whose
        contact: String,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20,
              value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Only messages before this number
        #[arg(long, value_name = "NUMBER")]
        before: Option<u64>,
        #[command(flatten)]
        json: JsonArguments,
    },
    #[command(flatten)]
    Conversing(Conversing),
    #[command(flatten)]
    People(People),
    /// Look for words in all messages; the newest come first
    Search {
        /// What: words that must all be there; the last one may be the beginning of a word, and so
        /// may one with a star; read from standard input if it is missing
        words: Vec<String>,
        /// Only with this contact
        #[arg(long, value_name = "CONTACT")]
        with: Option<String>,
        /// Not before this day (2026-11-21)
        #[arg(long, value_name = "DAY")]
        from: Option<jiff::civil::Date>,
        /// Not after this day
        #[arg(long, value_name = "DAY")]
        to: Option<jiff::civil::Date>,
        /// How many
        #[arg(long, value_name = "N", default_value_t = 20,
              value_parser = clap::value_parser!(u32).range(1..=1000))]
        limit: u32,
        /// Go on where an earlier search ended, as it said
        #[arg(long, value_name = "PLACE")]
        after: Option<Place>,
        #[command(flatten)]
        json: JsonArguments,
    },
    #[command(flatten)]
    Profiles(ProfileCommands),
    /// Show or compare the verification code of a contact
    Verify {
        /// Whose
        contact: String,
        #[command(flatten)]
        how: VerifyArguments,
        #[command(flatten)]
        qr: QrArguments,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Dial now instead of waiting for the next try
    Retry {
        /// Only this contact
        contact: Option<String>,
        /// The computer's network changed: also forget what was learned about it
        #[arg(long, conflicts_with = "contact")]
        network_changed: bool,
    },
    /// Go on with this copy of the profile although contacts know a newer one
    UseThisCopy,
    /// Tell how the profile is
    Status {
        /// Wait at most this long until the profile runs and the network is ready
        #[command(flatten)]
        wait: WaitArguments,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// End the process that runs the profiles; their keys leave the memory
    Stop,
    /// Print a completion script for a shell
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write the manual pages
    Man {
        /// Into this directory
        directory: PathBuf,
    },
}

/// How `run` runs.
#[derive(Args)]
pub struct RunArguments {
    /// Use the private Tor network that this file describes [default: the public Tor network]
    #[arg(long, value_name = "FILE")]
    pub network: Option<PathBuf>,
    /// Answer every text with the same text
    #[arg(long)]
    pub echo: bool,
    /// Accept every contact request: whoever has an invitation becomes a contact
    #[arg(long)]
    pub accept_all: bool,
    /// No prompt, even on a terminal
    #[arg(long)]
    pub headless: bool,
    /// Where the passphrases come from.
    #[command(flatten)]
    pub passphrases: PassphrasesArguments,
    /// How much to log. No level logs addresses, names, keys or what was said
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub log_level: Option<LogLevel>,
    /// Log to files in this directory, a new one each day, seven kept [default: standard error]
    #[arg(long, value_name = "DIR")]
    pub log_file: Option<PathBuf>,
}

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogLevel {
    /// Nothing
    Off,
    /// What failed
    Error,
    /// And what is wrong but goes on (default)
    Warn,
    /// And what happens
    Info,
    /// And how
    Debug,
    /// And every step
    Trace,
}

/// Whether to wait for the other side.
#[derive(Clone, Copy, Debug, Args)]
pub struct WaitArguments {
    /// Wait until it took effect (invite: can be found; add: accepted; send: received; status:
    /// network ready), at most this many seconds
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u32>,
}

/// How to print.
#[derive(Clone, Copy, Debug, Args)]
pub struct JsonArguments {
    /// Print JSON, one value a line
    #[arg(long)]
    pub json: bool,
}

/// Where a search ended: the last message's time, contact and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(pub SearchCursor);

/// A text that is no [`Place`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a place that a search named: TIME/CONTACT/NUMBER")]
pub struct NotAPlace;

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let SearchCursor {
            time,
            contact,
            number,
        } = self.0;
        write!(f, "{time}/{contact}/{number}")
    }
}

impl std::str::FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let mut parts = text.split('/');
        let (Some(time), Some(contact), Some(number), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NotAPlace);
        };
        Ok(Self(SearchCursor {
            time: time.parse().map_err(|_| NotAPlace)?,
            contact: contact.parse().map_err(|_| NotAPlace)?,
            number: number.parse().map_err(|_| NotAPlace)?,
        }))
    }
}

/// Whether to draw a QR code.
#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub struct QrArguments {
    /// Draw a QR code [default: on a terminal]
    #[arg(long)]
    qr: bool,
    /// Draw none
    #[arg(long)]
    no_qr: bool,
}

impl QrArguments {
    /// Whether to draw, given whether the output is a terminal.
    #[must_use]
    pub fn draw(self, terminal: bool) -> bool {
        self.qr || (terminal && !self.no_qr)
    }
}

/// What `verify` does besides showing.
#[derive(Clone, Copy, Debug, Args)]
#[command(group = ArgGroup::new("how").multiple(false))]
pub struct VerifyArguments {
    /// Read the other side's digits from standard input; equal: the contact is verified
    #[arg(long, group = "how")]
    pub compare: bool,
    /// Read the content of the other side's QR code, as base64, from standard input
    #[arg(long, group = "how")]
    pub scanned: bool,
    /// You compared the codes: the contact is verified
    #[arg(long, group = "how")]
    pub confirm: bool,
    /// Take that back
    #[arg(long, group = "how")]
    pub undo: bool,
    /// Show seven emoji on both sides instead, while the contact is connected: the other side sees
    /// the same if nobody stands between you; say so with --confirm
    #[arg(long, group = "how")]
    pub emoji: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_passphrase_itself_is_no_argument_and_no_variable() {
        fn look(command: &clap::Command) -> usize {
            let named = command.get_arguments().filter(|argument| {
                let name = argument.get_id().as_str();
                let concerned = name.contains("passphrase");
                assert!(
                    !concerned
                        || name.ends_with("passphrase_fd")
                        || name.ends_with("passphrase_file")
                );
                assert!(!concerned || argument.get_env().is_none());
                concerned
            });
            named.count() + command.get_subcommands().map(look).sum::<usize>()
        }
        assert!(look(&Arguments::command()) > 20);
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place(SearchCursor {
            time: 1_800_000_000,
            contact: undertone_engine::ContactId::from_bytes([7; 16]),
            number: 12,
        });
        assert_eq!(place.to_string().parse(), Ok(place));
        for text in [
            "",
            "1/2/3",
            "1/07070707070707070707070707070707",
            "x",
            "1/2/3/4",
        ] {
            assert_eq!(text.parse::<Place>(), Err(NotAPlace), "{text}");
        }
    }

    #[test]
    fn a_qr_code_is_drawn_on_a_terminal_unless_said_otherwise() {
        let draw = |qr, no_qr, terminal| QrArguments { qr, no_qr }.draw(terminal);
        assert!(draw(false, false, true) && draw(true, false, false));
        assert!(!draw(false, false, false) && !draw(false, true, true));
    }
}
