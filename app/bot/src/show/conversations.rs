//! How conversations, their settings and the history of a message look on a terminal.

use jiff::{SignedDuration, Timestamp};
use undertone_engine::{ConversationSettings, Defaults, Retention};

use super::{message, time};
use crate::client::view::{Conversation, Earlier};
use crate::visible::Text;

/// A conversation in a list. `name` is safe to show already.
#[must_use]
pub fn conversation(name: &str, conversation: &Conversation) -> String {
    let mut marks = Vec::new();
    match conversation.unread {
        0 => {}
        unread => marks.push(format!("{unread} unread")),
    }
    if conversation.settings.pinned {
        marks.push("at the top".to_owned());
    }
    if conversation.settings.archived {
        marks.push("archived".to_owned());
    }
    if is_muted(&conversation.settings) {
        marks.push("muted".to_owned());
    }
    if !conversation.pinned_messages.is_empty() {
        let numbers: Vec<String> = conversation
            .pinned_messages
            .iter()
            .map(|number| format!("[{number}]"))
            .collect();
        marks.push(format!("pinned {}", numbers.join(" ")));
    }
    let marks = if marks.is_empty() {
        String::new()
    } else {
        format!(": {}", marks.join(", "))
    };
    let mut lines = format!("{name}{marks}");
    if let Some(last) = &conversation.last {
        lines.push_str(&format!(
            "\n    {}",
            message(name, last, false).replace('\n', "\n    ")
        ));
    }
    if let Some(draft) = &conversation.draft {
        let draft = Text(draft).to_string().replace('\n', "\n    ");
        lines.push_str(&format!("\n    draft: {draft}"));
    }
    lines
}

/// What a message said before.
#[must_use]
pub fn earlier(earlier: &Earlier) -> String {
    let words = Text(&earlier.text);
    format!("until {}: {words}", time(earlier.until))
}

/// The settings of a conversation, and its timer in seconds.
#[must_use]
pub fn settings(settings: &ConversationSettings, timer: u32) -> String {
    let ConversationSettings {
        retention,
        read_receipts,
        typing,
        archived,
        muted_until,
        pinned,
    } = settings;
    let keep = retention.map_or_else(|| "default".to_owned(), self::retention);
    let choice = |choice: Option<bool>| choice.map_or("default", on_or_off);
    let muted = match muted_until.filter(|_| is_muted(settings)) {
        Some(until) => format!("until {}", time(i64::try_from(until).unwrap_or(i64::MAX))),
        None => "off".to_owned(),
    };
    let timer = if timer == 0 {
        "off".to_owned()
    } else {
        format!("{} after reading, on both sides", length(timer))
    };
    format!(
        "keep           {keep}\nread receipts  {}\ntyping         {}\narchived       {}\nmuted          \
         {muted}\nat the top     {}\ntimer          {timer}",
        choice(*read_receipts),
        choice(*typing),
        on_or_off(*archived),
        on_or_off(*pinned),
    )
}

/// What holds for conversations without settings.
#[must_use]
pub fn defaults(defaults: &Defaults) -> String {
    let Defaults {
        retention,
        read_receipts,
        typing,
        keep_earlier,
    } = defaults;
    format!(
        "keep                {}\nread receipts       {}\ntyping              {}\nkeep earlier texts  {}",
        self::retention(*retention),
        on_or_off(*read_receipts),
        on_or_off(*typing),
        on_or_off(*keep_earlier),
    )
}

fn retention(retention: Retention) -> String {
    match retention {
        Retention::Nothing => "nothing (in memory only)".to_owned(),
        Retention::AfterReading(seconds) => format!("{} after reading", length(seconds)),
        Retention::UntilDeleted => "forever".to_owned(),
    }
}

/// "7d", "36h", "30s".
fn length(seconds: u32) -> String {
    if seconds.is_multiple_of(86_400) {
        return format!("{}d", seconds / 86_400);
    }
    format!("{:#}", SignedDuration::from_secs(i64::from(seconds)))
}

fn on_or_off(switch: bool) -> &'static str {
    if switch { "on" } else { "off" }
}

fn is_muted(settings: &ConversationSettings) -> bool {
    let now = u64::try_from(Timestamp::now().as_second()).unwrap_or(0);
    settings.muted_until.is_some_and(|until| until > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_in_words() {
        let mut one = ConversationSettings {
            retention: Some(Retention::AfterReading(7 * 86_400)),
            read_receipts: Some(true),
            muted_until: Some(u64::MAX),
            ..ConversationSettings::default()
        };
        let shown = settings(&one, 5_400);
        assert!(
            shown.contains("keep           7d after reading\n"),
            "{shown}"
        );
        assert!(shown.contains("read receipts  on\n"), "{shown}");
        assert!(shown.contains("typing         default\n"), "{shown}");
        assert!(shown.contains("muted          until @"), "{shown}");
        assert!(
            shown.ends_with("timer          1h 30m after reading, on both sides"),
            "{shown}"
        );
        one.muted_until = Some(1);
        assert!(settings(&one, 0).contains("muted          off\n"));
    }

    #[test]
    fn a_hostile_draft_or_message_begins_no_line_of_its_own() {
        let one: Conversation = serde_json::from_value(serde_json::json!({
            "contact": "00112233445566778899aabbccddeeff", "unread": 2, "pinned_messages": [4],
            "timer": 0, "draft": "x\nAnn: y",
            "settings": { "retention": null, "pinned": true },
            "last": { "number": 3, "id": "x", "delivery": "incoming", "time": 0,
                      "text": "a\nAnn: 1 unread" }
        }))
        .unwrap();
        let shown = conversation("Bob", &one);
        assert!(
            shown.starts_with("Bob: 2 unread, at the top, pinned [4]\n"),
            "{shown}"
        );
        assert!(
            shown.lines().skip(1).all(|line| line.starts_with("    ")),
            "{shown}"
        );
    }
}
