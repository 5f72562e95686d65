//! The part of the command line that is about people: who can ask, who shares a door, who sees the profile, pictures,
//! introductions.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};

use super::JsonArguments;
use super::conversing::Switch;
use super::profiles::ConsentArguments;

/// What can be done about people.
#[derive(Subcommand)]
pub enum People {
    /// Let strangers who have an invitation ask to be contacts, or not; invitations stay valid
    #[command(after_help = crate::show::claims::REQUESTS)]
    Requests {
        /// Whether they can
        how: Switch,
    },
    /// List which contacts share a door of yours; addresses are never shown
    Circles {
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Move a contact into a circle of its own, or to others
    #[command(after_help = crate::show::claims::CIRCLES)]
    Circle {
        /// Whom
        contact: String,
        /// To the circle of this contact
        #[arg(long, value_name = "CONTACT", conflicts_with = "number")]
        with: Option<String>,
        /// To this circle, as `circles` lists it
        #[arg(long, value_name = "NUMBER")]
        number: Option<u32>,
    },
    /// Give a circle a new door and tell its contacts; who is away hears of it later
    Renew {
        /// Which, as `circles` lists it
        circle: u32,
    },
    /// Be invisible to one contact: it sees what it would see of a profile that does not run
    #[command(after_help = crate::show::claims::CIRCLES)]
    Invisible {
        /// To whom
        contact: String,
        /// Be visible again
        #[arg(long)]
        undo: bool,
    },
    /// Show, change, drop or write out a picture: yours, or a contact's
    Picture {
        #[command(flatten)]
        how: PictureArguments,
        #[command(flatten)]
        json: JsonArguments,
    },
    /// Offer two contacts to introduce them to each other; each is told a name and nothing else
    #[command(after_help = crate::show::claims::INTRODUCTION)]
    Introduce {
        /// One of them
        contact: String,
        /// The other
        to: String,
        /// What the other is told that the first is called [default: as you call them, after a question]
        #[arg(long = "as", value_name = "NAME")]
        name: Option<String>,
        /// What the first is told that the other is called [default: as you call them, after a question]
        #[arg(long = "to-as", value_name = "NAME")]
        to_name: Option<String>,
        #[command(flatten)]
        consent: ConsentArguments,
    },
    /// List introductions that contacts offer you and that you make, or answer one
    #[command(after_help = crate::show::claims::INTRODUCTION)]
    Introductions {
        #[command(flatten)]
        answer: AnswerArguments,
        /// What you will call them, with --accept
        #[arg(long, value_name = "PET NAME", requires = "accept")]
        name: Option<String>,
        #[command(flatten)]
        json: JsonArguments,
    },
}

/// What is done about a picture; nothing: it is told whether there is one.
#[derive(Args)]
#[command(group = ArgGroup::new("change").multiple(false))]
pub struct PictureArguments {
    /// Of this contact [default: yours]
    #[arg(long, value_name = "CONTACT", conflicts_with_all = ["set", "clear"])]
    pub of: Option<String>,
    /// Take the middle of this PNG, JPEG or WebP file; nothing of it but 128 by 128 pixels is kept and told
    #[arg(long, value_name = "FILE", group = "change")]
    pub set: Option<PathBuf>,
    /// Have none any more
    #[arg(long, group = "change")]
    pub clear: bool,
    /// Write it into a new file, as JPEG
    #[arg(long, value_name = "FILE", group = "change")]
    pub export: Option<PathBuf>,
}

/// How an introduction is answered.
#[derive(Args)]
#[group(multiple = false)]
pub struct AnswerArguments {
    /// Say yes; as soon as the other says yes as well, you are contacts
    #[arg(long, value_name = "ID")]
    pub accept: Option<String>,
    /// Say no
    #[arg(long, value_name = "ID")]
    pub decline: Option<String>,
}
