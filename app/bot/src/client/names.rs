//! Finds the contact that a person means by a name. Pet names come first, because only their
//! owner gives them; a nickname that a stranger chose never takes a contact's place unnoticed.

use super::view::Contact;

/// Means the conversation with oneself, whatever others are called.
pub const MYSELF: &str = "@me";

/// The shortest beginning of an id that counts.
const MIN_PREFIX: usize = 4;

/// Why no contact was found.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// None of that name.
    #[error("there is no contact of that name; \"contacts\" lists them")]
    None,
    /// Several.
    #[error("{0} contacts have that name: use the beginning of an id; \"contacts\" lists them")]
    Several(usize),
}

/// Finds a contact by pet name, nickname or the beginning of its id, in this order.
///
/// A name is looked for among the contacts in one of the `stages` first, so that a request of a
/// stranger who took the name of a contact is in nobody's way.
///
/// # Errors
/// See [`NameError`].
pub fn find<'a>(
    contacts: &'a [Contact],
    name: &str,
    stages: &[&str],
) -> Result<&'a Contact, NameError> {
    if name == MYSELF {
        let myself = contacts.iter().find(|contact| contact.stage == "myself");
        return myself.ok_or(NameError::None);
    }
    let by_pet_name = |contact: &Contact| contact.pet_name.as_deref() == Some(name);
    let by_nickname = |contact: &Contact| contact.nickname == name;
    let by_id = |contact: &Contact| {
        name.len() >= MIN_PREFIX
            && contact
                .id
                .to_string()
                .starts_with(&name.to_ascii_lowercase())
    };
    let ways: [&dyn Fn(&Contact) -> bool; 3] = [&by_pet_name, &by_nickname, &by_id];
    for way in ways {
        let found: Vec<&Contact> = contacts.iter().filter(|contact| way(contact)).collect();
        let staged: Vec<&Contact> = found
            .iter()
            .copied()
            .filter(|contact| stages.contains(&contact.stage.as_str()))
            .collect();
        match (staged.as_slice(), found.as_slice()) {
            ([one], _) | ([], [one]) => return Ok(one),
            ([], []) => {}
            ([], several) | (several, _) => return Err(NameError::Several(several.len())),
        }
    }
    Err(NameError::None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(id: &str, nickname: &str, pet_name: Option<&str>, stage: &str) -> Contact {
        serde_json::from_value(serde_json::json!({
            "id": format!("{id}{}", "0".repeat(32 - id.len())),
            "nickname": nickname,
            "pet_name": pet_name,
            "stage": stage,
            "greeting": null,
            "verified": false,
            "connected": false,
            "reason": null,
            "next_try": null,
            "waiting": 0
        }))
        .unwrap()
    }

    #[test]
    fn pet_names_then_nicknames_then_ids() {
        let contacts = [
            contact("aaaa", "bob", Some("Robert"), "accepted"),
            contact("bbbb", "Robert", None, "accepted"),
            contact("cccc", "aaaa", None, "accepted"),
        ];
        let found = |name| find(&contacts, name, &["accepted"]).map(super::Contact::short_id);
        assert_eq!(found("Robert").unwrap(), "aaaa0000");
        assert_eq!(found("bob").unwrap(), "aaaa0000");
        assert_eq!(found("BBBB").unwrap(), "bbbb0000");
        assert_eq!(found("bbb"), Err(NameError::None));
        assert_eq!(found("robert"), Err(NameError::None));
        assert_eq!(found(""), Err(NameError::None));
    }

    #[test]
    fn nobody_can_call_himself_me() {
        let mut contacts = vec![contact("aaaa", "@me", Some("@me"), "accepted")];
        assert_eq!(
            find(&contacts, MYSELF, &["accepted"]).err(),
            Some(NameError::None)
        );
        contacts.push(contact("bbbb", "Ann", None, "myself"));
        let found = find(&contacts, MYSELF, &["accepted"]).unwrap();
        assert_eq!(
            (found.short_id().as_str(), found.name().as_str()),
            ("bbbb0000", MYSELF)
        );
    }

    #[test]
    fn a_stranger_who_takes_a_name_is_in_nobodys_way() {
        let contacts = [
            contact("aaaa", "bob", None, "accepted"),
            contact("bbbb", "bob", None, "undecided"),
            contact("cccc", "bob", None, "blocked"),
        ];
        let found = |stages| find(&contacts, "bob", stages).map(super::Contact::short_id);
        assert_eq!(found(&["accepted"]).unwrap(), "aaaa0000");
        assert_eq!(found(&["undecided"]).unwrap(), "bbbb0000");
        assert_eq!(found(&["requested"]), Err(NameError::Several(3)));
        assert_eq!(
            found(&["accepted", "undecided"]),
            Err(NameError::Several(2))
        );
    }
}
