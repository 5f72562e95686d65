//! Whoever asks to be a contact can call himself like one: names prove nothing. This finds new relationships that have
//! the name of an old one, so that it can be said loudly. It knows case, width, accents as they are composed, and
//! characters that nobody sees; letters of different scripts that look alike it does not.

use std::collections::BTreeMap;

use undertone_protocol::{ContactId, ContactState, Profile, StageName};
use unicode_normalization::UnicodeNormalization as _;

/// The names of relationships, and who had each first.
pub(crate) struct Names(BTreeMap<String, ContactId>);

impl Names {
    /// Of all contacts of a profile, blocked ones too; not of strangers who only ask.
    pub(crate) fn of(profile: &Profile) -> Self {
        let mut names = BTreeMap::new();
        for state in profile.contacts() {
            let counts = matches!(
                state.stage,
                StageName::Accepted | StageName::Accepting | StageName::Blocked
            );
            if counts {
                for name in [state.pet_name.as_deref(), Some(&state.nickname)] {
                    let folded = name.map(fold).filter(|name| !name.is_empty());
                    if let Some(folded) = folded {
                        names.entry(folded).or_insert(state.id);
                    }
                }
            }
        }
        Self(names)
    }

    /// The older relationship whose name this one has, unless the owner knows better: by verification, or by a name of his
    /// own for it.
    pub(crate) fn older(&self, state: &ContactState) -> Option<ContactId> {
        let new = matches!(
            state.stage,
            StageName::Undecided
                | StageName::Requested
                | StageName::Accepting
                | StageName::Accepted
        );
        if !new || state.verified || state.pet_name.is_some() {
            return None;
        }
        let introduced = state.introduced.as_ref().map(|one| one.name.as_str());
        [Some(state.nickname.as_str()), introduced]
            .into_iter()
            .flatten()
            .filter_map(|name| self.0.get(&fold(name)).copied())
            .find(|holder| *holder != state.id)
    }
}

fn fold(name: &str) -> String {
    let seen = |c: &char| {
        !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
            && !c.is_whitespace()
    };
    let plain: String = name.nfkc().filter(seen).collect();
    caseless::default_case_fold_str(&plain).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        for alike in [
            "Amal Haddad",
            "amal  haddad",
            "ＡＭＡＬ Haddad",
            "Am\u{200b}al Haddad ",
        ] {
            assert_eq!(fold(alike), "amalhaddad");
        }
        assert_eq!(fold("Noé"), fold("Noe\u{301}"));
        assert_ne!(fold("Amal"), fold("Amala"));
    }
}
