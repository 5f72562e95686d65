//! How things look on a terminal. Every text that somebody else wrote passes through
//! [`visible`](crate::visible) here.

pub mod claims;
pub mod conversations;
pub mod people;
pub mod qr;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::client::view::{Contact, Emoji, Invitation, Line, Message, Network, Profile};
use crate::control::several::Listed;
use crate::visible::{Name, Styled, Text};

/// The local time, or the number of a time that no calendar has.
pub(crate) fn time(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time
            .to_zoned(TimeZone::system())
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        Err(_) => format!("@{seconds}"),
    }
}

/// One of the profiles that run, on a line.
#[must_use]
pub fn listed(one: &Listed) -> String {
    let network = Network::from(one.network.clone());
    format!("{}  {}  {network}", one.profile, Name(&one.nickname))
}

/// How the profile is, on a few lines.
#[must_use]
pub fn profile(profile: &Profile) -> String {
    let Profile {
        nickname,
        status,
        hidden,
        away,
        takes_requests,
        network,
        copy,
        doors_reachable,
        doors,
        defaults: _,
    } = profile;
    let nickname = Name(nickname);
    let mut lines = format!("nickname  {nickname}");
    if !status.is_empty() {
        lines.push_str(&format!("\nabout     {}", Name(status)));
    }
    if *hidden {
        lines.push_str(
            "\nappears   offline: nobody is dialled and messages wait (\"appear online\")",
        );
    }
    if *away {
        lines.push_str("\nsays      away, to your contacts (\"appear online\")");
    }
    if !takes_requests {
        lines.push_str("\nrequests  off: no invitation can be used (\"requests on\")");
    }
    lines.push_str(&format!(
        "\nnetwork   {network}\ndoors     {doors_reachable} of {doors} can be found"
    ));
    if let Some(words) = copy_state(copy) {
        lines.push_str(&format!("\ncopy      {words}"));
    }
    lines
}

/// What there is to say about the copy of the profile; nothing of the present one.
#[must_use]
pub fn copy_state(name: &str) -> Option<String> {
    Some(match name {
        "present" | "" => return None,
        "perhaps_replaced" => {
            "perhaps replaced: doors of contacts are there and do not know this copy".to_owned()
        }
        "replaced" => {
            "this copy was replaced: contacts go on with a newer one (see use-this-copy)".to_owned()
        }
        other => Name(other).to_string(),
    })
}

/// A number of bytes, rounded down to what people read.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    let (mut whole, mut tenths) = (bytes / 1_000, bytes % 1_000 / 100);
    let mut unit = 0;
    while whole >= 1_000 && unit + 1 < UNITS.len() {
        tenths = whole % 1_000 / 100;
        whole /= 1_000;
        unit += 1;
    }
    format!("{whole}.{tenths} {}", UNITS[unit])
}

/// An invitation in a list.
#[must_use]
pub fn invitation(invitation: &Invitation) -> String {
    let Invitation {
        number,
        text,
        one_time,
        expires,
        reachable,
        shut,
    } = invitation;
    let kind = if *one_time { "one-time" } else { "reusable" };
    let found = match (shut, reachable) {
        (true, _) => "closed (requests are off, or you are invisible to someone who used it)",
        (false, true) => "can be found",
        (false, false) => "cannot be found yet",
    };
    let end = expires
        .map(|at| format!(", until {}", time(at)))
        .unwrap_or_default();
    format!("[{number}] {kind}, {found}{end}\n    {}", Name(text))
}

/// A contact in a list: name, id, what stands in the way.
#[must_use]
pub fn contact(contact: &Contact) -> String {
    let mut line = format!("{}  {}", contact.short_id(), contact.name());
    if contact
        .pet_name
        .as_deref()
        .is_some_and(|name| name != contact.nickname && !contact.nickname.is_empty())
    {
        line.push_str(&format!(" (~{})", Name(&contact.nickname)));
    }
    line.push_str(&format!(": {}", stage(&contact.stage)));
    if contact.verified {
        line.push_str(", verified");
    }
    if let Some(introduced) = &contact.introduced {
        let by: String = introduced.by.to_string().chars().take(8).collect();
        let name = Name(&introduced.name);
        line.push_str(&format!(", introduced by {by} as \"{name}\""));
        if !contact.verified {
            line.push_str(", not verified");
        }
    }
    if let Some(other) = &contact.resembles {
        let other: String = other.to_string().chars().take(8).collect();
        line.push_str(&format!(
            ", WARNING: has the name of your contact {other} and may be somebody else: verify"
        ));
    }
    if contact.away {
        line.push_str(", says to be away");
    }
    if contact.replaced {
        line.push_str(", knows a newer copy of this profile");
    } else if contact.connected {
        line.push_str(", connected");
    } else if let Some(why) = &contact.reason {
        line.push_str(&format!(", {}", reason(why)));
        if let Some(seconds) = contact.next_try {
            line.push_str(&format!(", next try in {seconds} s"));
        }
    }
    match contact.waiting {
        0 => {}
        1 => line.push_str(", 1 message waiting"),
        many => line.push_str(&format!(", {many} messages waiting")),
    }
    if let Some(greeting) = contact
        .greeting
        .as_deref()
        .filter(|greeting| !greeting.is_empty())
    {
        line.push_str(&format!("\n    \"{}\"", Text(greeting)));
    }
    line
}

/// The stage in words. The names are those of the control language.
fn stage(name: &str) -> String {
    match name {
        "requested" => "you asked, no answer yet",
        "no_answer" => "you asked, no answer came",
        "undecided" => "asks to be a contact",
        "accepting" => "you accepted, their confirmation is on the way",
        "accepted" => "contact",
        "rejected" => "you rejected the request",
        "blocked" => "you blocked them",
        "myself" => "notes to yourself, never sent",
        other => return Name(other).to_string(),
    }
    .to_owned()
}

/// The reason in words.
fn reason(name: &str) -> String {
    match name {
        "invisible" => "you are invisible to them: messages wait",
        "withheld" => {
            "nothing is exchanged, because you blocked the one who introduced them, or are invisible to that one \
             (block them, and become contacts in another way)"
        }
        "hidden" => "you appear offline: messages wait",
        "disk_full" => "the disk is full: messages wait",
        "not_tried" => "not tried yet",
        "dialling" => "dialling",
        "no_network" => "no connection to the Tor network",
        "wrong_clock" => "this computer's clock is wrong",
        "bootstrapping" => "still connecting to the Tor network",
        "away" => "away",
        "not_admitted" => "their door does not admit you: they moved, or a moment too early",
        "introduction_failed" => "the introduction failed",
        "rendezvous_timed_out" => "the rendezvous timed out",
        "refused" => "their door refused",
        "no_answer" => "no answer to the handshake",
        "broken" => "the connection broke",
        "network_failed" => "the network layer failed",
        other => return Name(other).to_string(),
    }
    .to_owned()
}

/// A message that was found, with the contact it was said to or by. `name` is safe to show already; `styled`: see
/// [`message`].
#[must_use]
pub fn found(name: &str, found: &Message, styled: bool) -> String {
    let line = message(name, found, styled);
    match found.delivery.as_str() {
        "incoming" => line,
        _ => format!("{name} {line}"),
    }
}

/// A message on a line, or several if it has several. `name` is safe to show already. `styled`: the marks of its
/// formatting become letters that are bold, slanted and so on, for a terminal; else they stay as they were written.
#[must_use]
pub fn message(name: &str, message: &Message, styled: bool) -> String {
    let text = match (&message.text, &message.line) {
        (Some(text), _) if styled => Styled(text).to_string(),
        (Some(text), _) => Text(text).to_string(),
        (None, Line::Deleted) => "(deleted)".to_owned(),
        (None, Line::Timer { seconds: 0 }) => "(messages stay from here on)".to_owned(),
        (None, Line::Timer { seconds }) => {
            format!("(messages disappear {seconds} s after they were read from here on)")
        }
        (None, Line::Restored) => "(from here on with a restored copy of their profile)".to_owned(),
        (None, Line::Words | Line::Other) => "(not supported by this version)".to_owned(),
    };
    let who = match message.delivery.as_str() {
        "incoming" => name.to_owned(),
        "waiting" => "me (waiting)".to_owned(),
        "sent" => "me (sent)".to_owned(),
        "received" if message.read.is_some() => "me (read)".to_owned(),
        "received" => "me".to_owned(),
        "unknown" => "me (unknown)".to_owned(),
        other => format!("me ({})", Name(other)),
    };
    let mut marks = Vec::new();
    if message.reply_to.is_some() {
        marks.push("reply");
    }
    if message.forwarded {
        marks.push("forwarded");
    }
    if message.edited {
        marks.push("edited");
    }
    let marks = if marks.is_empty() {
        String::new()
    } else {
        format!(" ({})", marks.join(", "))
    };
    let reactions: String = message
        .reactions
        .iter()
        .map(|one| {
            let whose = if one.mine { "mine" } else { "theirs" };
            format!("\n    {} ({whose})", Name(&one.emoji))
        })
        .collect();
    format!(
        "[{}] {} {who}{marks}: {text}{reactions}",
        message.number,
        time(message.time)
    )
}

/// The digits of a verification code on four lines, to be read aloud.
#[must_use]
pub fn digits(digits: &str) -> String {
    let blocks: Vec<String> = digits
        .split_whitespace()
        .map(|block| Name(block).to_string())
        .collect();
    let lines: Vec<String> = blocks.chunks(3).map(|line| line.join("  ")).collect();
    lines.join("\n")
}

/// A short code on one line, with names for reading aloud.
#[must_use]
pub fn short_code(emoji: &[Emoji]) -> String {
    let named: Vec<String> = emoji
        .iter()
        .map(|one| format!("{} {}", Name(&one.symbol), Name(&one.name)))
        .collect();
    named.join("   ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_down() {
        for (bytes, shown) in [
            (0, "0.0 kB"),
            (999, "0.9 kB"),
            (52_428_800, "52.4 MB"),
            (1_999_999_999, "1.9 GB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(size(bytes), shown);
        }
    }

    fn hostile_contact() -> Contact {
        serde_json::from_value(serde_json::json!({
            "id": "00112233445566778899aabbccddeeff",
            "nickname": "bob\u{1b}[2J\n\u{202e}",
            "pet_name": null,
            "stage": "undecided\u{9b}",
            "greeting": "hi\nid  bob: contact\u{200b}",
            "verified": false,
            "connected": false,
            "replaced": false,
            "reason": "away\u{7}",
            "next_try": 7,
            "waiting": 2
        }))
        .unwrap()
    }

    #[test]
    fn a_hostile_contact_cannot_act_on_the_terminal() {
        assert_eq!(
            contact(&hostile_contact()),
            "00112233  ~bob\\u{1b}[2J\\u{a}\\u{202e}: undecided\\u{9b}, away\\u{7}, \
             next try in 7 s, 2 messages waiting\n    \"hi\n    id  bob: contact\\u{200b}\""
        );
    }

    #[test]
    fn a_pet_name_is_shown_without_the_mark_of_a_nickname() {
        let mut one = hostile_contact();
        one.pet_name = Some("Bob".to_owned());
        one.nickname = "robert".to_owned();
        one.stage = "accepted".to_owned();
        one.connected = true;
        one.waiting = 0;
        one.greeting = None;
        assert_eq!(contact(&one), "00112233  Bob (~robert): contact, connected");
    }

    #[test]
    fn messages_show_whose_they_are_and_how_far_they_got() {
        let mut one: Message = serde_json::from_value(serde_json::json!({
            "number": 3, "id": "x", "delivery": "incoming", "time": 0, "text": "a\n[4] me: b\u{1b}c",
            "line": {"line": "words"}
        }))
        .unwrap();
        let shown = message("Bob", &one, false);
        assert!(shown.ends_with(" Bob: a\n    [4] me: b\\u{1b}c"), "{shown}");
        one.delivery = "waiting".to_owned();
        one.text = None;
        let shown = message("Bob", &one, false);
        assert!(
            shown.ends_with(" me (waiting): (not supported by this version)"),
            "{shown}"
        );
        one.time = i64::MAX;
        assert!(message("Bob", &one, false).contains("@9223372036854775807"));
    }

    #[test]
    fn what_others_format_is_drawn_by_this_program_alone() {
        let one: Message = serde_json::from_value(serde_json::json!({
            "number": 3, "id": "x", "delivery": "incoming", "time": 0, "line": {"line": "words"},
            "text": "**a\u{1b}[2J** `b` ~~c~~ https://example.org\n```\n[4] me: f\n```\n_g_"
        }))
        .unwrap();
        let shown = message("Bob", &one, true);
        let expected = " Bob: \x1b[1ma\\u{1b}[2J\x1b[0m \x1b[7mb\x1b[0m \x1b[9mc\x1b[0m \
             \x1b[4mhttps://example.org\x1b[0m\n    \x1b[7m[4] me: f\x1b[0m\n    \x1b[3mg\x1b[0m";
        assert!(shown.ends_with(expected), "{shown:?}");
        assert!(!message("Bob", &one, false).contains('\u{1b}'));
    }

    #[test]
    fn digits_stand_in_blocks() {
        let code = (0..12)
            .map(|n| format!("{n:05}"))
            .collect::<Vec<_>>()
            .join(" ");
        let shown = digits(&code);
        assert_eq!(shown.lines().count(), 4);
        assert_eq!(shown.lines().next(), Some("00000  00001  00002"));
    }
}
