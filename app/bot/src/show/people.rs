//! How circles and introductions look on a terminal.

use undertone_engine::ContactId;

use super::time;
use crate::client::view::Contact;
use crate::client::view::people::{Circle, Introduction};
use crate::visible::Name;

fn called(contacts: &[Contact], id: ContactId) -> String {
    let found = contacts.iter().find(|contact| contact.id == id);
    found.map_or_else(|| "?".to_owned(), Contact::name)
}

/// A circle in a list.
#[must_use]
pub fn circle(circle: &Circle, contacts: &[Contact]) -> String {
    let who = circle.contacts.iter().map(|id| called(contacts, *id));
    let who: Vec<String> = who.collect();
    let state = match (circle.closed, circle.reachable) {
        (true, _) => "closed: you are invisible to them",
        (false, true) => "can be found",
        (false, false) => "cannot be found yet",
    };
    let chosen = if circle.chosen && !circle.closed {
        ", as you arranged it"
    } else {
        ""
    };
    format!("[{}] {state}{chosen}: {}", circle.circle, who.join(", "))
}

/// An introduction in a list.
#[must_use]
pub fn introduction(one: &Introduction, contacts: &[Contact]) -> String {
    let id: String = one.introduction.to_string().chars().take(8).collect();
    let what = match (one.by, one.between.as_slice()) {
        (Some(by), _) => {
            let name = Name(one.name.as_deref().unwrap_or_default());
            format!("{} introduces \"{name}\" to you", called(contacts, by))
        }
        (None, [first, second]) => format!(
            "you introduce {} and {}",
            called(contacts, first.contact),
            called(contacts, second.contact)
        ),
        (None, _) => "you introduce two contacts".to_owned(),
    };
    let stage = match one.stage.as_str() {
        "offered" => "to be answered by --accept or --decline".to_owned(),
        "agreed" => "you said yes, the other one has not come yet".to_owned(),
        "declined" if one.by.is_some() => "you said no".to_owned(),
        "declined" => "one of them said no".to_owned(),
        "led" => match one.contact {
            Some(contact) => format!("this is {} now", called(contacts, contact)),
            None => "done".to_owned(),
        },
        "failed" => "came to nothing".to_owned(),
        "asked" => "they were asked".to_owned(),
        "both_agreed" => "both said yes".to_owned(),
        "passed_on" => "they have what they need to become contacts".to_owned(),
        other => Name(other).to_string(),
    };
    format!("{id}  {what}: {stage} (until {})", time(one.ends))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_cannot_act_on_the_terminal() {
        let one: Introduction = serde_json::from_value(serde_json::json!({
            "introduction": "00112233445566778899aabbccddeeff",
            "by": "ffeeddccbbaa99887766554433221100",
            "name": "Eve\u{1b}[2J\n00112233  Bob",
            "between": [], "stage": "offered\u{7}", "contact": null, "ends": 1
        }))
        .unwrap();
        let shown = introduction(&one, &[]);
        assert!(!shown.contains(['\u{1b}', '\n', '\u{7}']), "{shown}");
        assert!(
            shown.starts_with("00112233  ? introduces \"Eve\\u{1b}[2J"),
            "{shown}"
        );
    }

    #[test]
    fn circles_are_told_in_words() {
        let mut one: Circle = serde_json::from_value(serde_json::json!({
            "circle": 4, "contacts": ["00112233445566778899aabbccddeeff"],
            "closed": false, "chosen": true, "reachable": true
        }))
        .unwrap();
        assert_eq!(circle(&one, &[]), "[4] can be found, as you arranged it: ?");
        one.closed = true;
        assert_eq!(
            circle(&one, &[]),
            "[4] closed: you are invisible to them: ?"
        );
    }
}
