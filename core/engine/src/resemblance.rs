//! Whoever asks to be a contact can call himself like one, and a contact can take the name of another at any time: names
//! prove nothing. This finds relationships that have the name of another, so that it can be said loudly. It knows case,
//! width, accents as they are composed, and characters that nobody sees; letters of different scripts that look alike it
//! does not.
//!
//! Who of two was there first says nothing of who has the name by right: it is the owner who knows, by verification or by
//! a name of his own. Of two about whom he knows nothing each is suspect.

use std::collections::BTreeMap;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use undertone_protocol::{ContactId, ContactState, Profile, StageName};
use unicode_normalization::UnicodeNormalization as _;

/// Somebody who has a name.
struct Holder {
    contact: ContactId,
    /// The owner verified them, or calls them by a name of his own.
    is_known: bool,
}

/// The names of relationships, and who has each, the oldest first.
pub(crate) struct Names(BTreeMap<String, Vec<Holder>>);

impl Names {
    /// Of all contacts of a profile, blocked ones too; not of strangers who only ask.
    pub(crate) fn of(profile: &Profile) -> Self {
        Self::among(profile.contacts())
    }

    fn among(states: impl Iterator<Item = ContactState>) -> Self {
        let mut names: BTreeMap<String, Vec<Holder>> = BTreeMap::new();
        for state in states {
            let counts = matches!(
                state.stage,
                StageName::Accepted | StageName::Accepting | StageName::Blocked
            );
            if !counts {
                continue;
            }
            let own = [state.pet_name.as_deref(), Some(state.nickname.as_str())];
            for folded in folded(&own) {
                names.entry(folded).or_default().push(Holder {
                    contact: state.id,
                    is_known: is_known(&state),
                });
            }
        }
        Self(names)
    }

    /// Another relationship whose name this one has, unless the owner knows this one. Of several, one that the owner knows,
    /// then the oldest.
    pub(crate) fn resembled(&self, state: &ContactState) -> Option<ContactId> {
        let named = matches!(
            state.stage,
            StageName::Undecided
                | StageName::Requested
                | StageName::Accepting
                | StageName::Accepted
        );
        if !named || is_known(state) {
            return None;
        }
        let others: Vec<&Holder> = self.sharing(state).collect();
        let known = others.iter().find(|holder| holder.is_known);
        known.or(others.first()).map(|holder| holder.contact)
    }

    /// The others who have a name of this one.
    pub(crate) fn others(&self, state: &ContactState) -> Vec<ContactId> {
        let mut others: Vec<ContactId> = self.sharing(state).map(|other| other.contact).collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    fn sharing(&self, state: &ContactState) -> impl Iterator<Item = &Holder> {
        let introduced = state.introduced.as_ref().map(|one| one.name.as_str());
        let names = [
            state.pet_name.as_deref(),
            Some(state.nickname.as_str()),
            introduced,
        ];
        let holders = folded(&names).into_iter();
        let holders = holders.filter_map(|name| self.0.get(&name)).flatten();
        let id = state.id;
        holders.filter(move |holder| holder.contact != id)
    }
}

/// Whether the owner said who this is.
const fn is_known(state: &ContactState) -> bool {
    state.verified || state.pet_name.is_some()
}

/// Names as they are compared, each once. One of which nothing is seen is nobody's.
fn folded(names: &[Option<&str>]) -> Vec<String> {
    let names = names.iter().flatten().map(|name| fold(name));
    let mut names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A name without what makes no difference to the eye: compatibility and composition of characters, case, spaces, and what
/// [Unicode calls ignorable](https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point) because it is not drawn.
fn fold(name: &str) -> String {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let seen = |c: &char| !ignorable.contains(*c) && !c.is_whitespace();
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

    #[test]
    fn what_nobody_sees_makes_no_difference() {
        for unseen in [
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{200d}',
            '\u{202e}',
            '\u{2064}',
            '\u{206f}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{1d173}',
            '\u{e0020}',
            '\u{e01ef}',
        ] {
            assert_eq!(fold(&format!("No{unseen}or")), "noor", "{unseen:?}");
            assert_eq!(fold(&format!("{unseen}")), "", "{unseen:?}");
            // Also where it parts a letter from its accent.
            assert_eq!(fold(&format!("Noe{unseen}\u{301}")), fold("Noé"));
        }
    }

    #[test]
    fn the_one_whom_the_owner_knows_is_resembled_and_of_equals_each_other() {
        let person = |n: u8, nickname: &str| ContactState {
            id: ContactId::from_bytes([n; 16]),
            nickname: nickname.to_owned(),
            pet_name: None,
            status: String::new(),
            timer: 0,
            stage: StageName::Accepted,
            greeting: None,
            verified: false,
            connected: false,
            replaced: false,
            away: false,
            invisible: false,
            withheld: false,
            introduced: None,
            generation: 0,
            next_message: 1,
            waiting: 0,
            next_repeat: None,
        };
        let resembled = |people: &[ContactState]| -> Vec<Option<ContactId>> {
            let names = Names::among(people.iter().cloned());
            people.iter().map(|one| names.resembled(one)).collect()
        };
        // The older one took the name of the newer.
        let mut people = [person(1, "Noor"), person(2, "Noor"), person(3, "Amal")];
        let [one, two] = [people[0].id, people[1].id];
        assert_eq!(resembled(&people), [Some(two), Some(one), None]);
        people[1].verified = true;
        assert_eq!(resembled(&people), [Some(two), None, None]);
        people[1].verified = false;
        people[1].pet_name = Some("Noor".to_owned());
        assert_eq!(resembled(&people), [Some(two), None, None]);
        people[0].pet_name = Some("the other Noor".to_owned());
        assert_eq!(resembled(&people), [None, None, None]);
        // Of several the one who is known, not the oldest.
        people[0].pet_name = None;
        people[2].nickname = "noor".to_owned();
        assert_eq!(resembled(&people), [Some(two), None, Some(two)]);
        assert_eq!(
            Names::among(people.iter().cloned()).others(&people[1]),
            [one, people[2].id]
        );
        // A stranger who only asks casts suspicion on nobody.
        people[1] = person(2, "Amina");
        people[2].stage = StageName::Undecided;
        assert_eq!(resembled(&people), [None, None, Some(one)]);
    }
}
