//! Schema versions: which numbers exist, and how records of an older one become today's.
//!
//! A schema is the set of kinds, their identifiers and the meaning of their values, and the form of all
//! files of a vault. Each released one is a module of its own that is never changed again; a
//! new one is a new number with a step from the one before.
//!
//! Steps run at open, in order, into one change set, together with the new number. So a
//! vault is of one schema or of another at any moment, whenever the power goes.

pub(crate) mod v1;

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::change::{ChangeSet, Kind, Slot};
use crate::store::{OpenError, Store};

/// One step, from the schema `from` to the one after it.
pub(crate) struct Step {
    pub(crate) from: u32,
    pub(crate) run: fn(&mut Migration<'_>) -> Result<(), OpenError>,
}

/// A schema number and the steps that lead to it.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    pub(crate) version: u32,
    pub(crate) steps: &'static [Step],
}

/// What this program writes.
pub(crate) const CURRENT: Schema = Schema {
    version: v1::VERSION,
    steps: &[],
};

/// A view of the store as it will be when the steps so far are committed.
pub(crate) struct Migration<'a> {
    store: &'a Store,
    changes: ChangeSet,
}

/// A record as a step sees it.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "read by the steps of later schemas")
)]
pub(crate) struct Record {
    pub(crate) slot: Slot,
    pub(crate) value: Zeroizing<Vec<u8>>,
}

// Until there is a second schema no step exists outside of tests.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "used by the steps of later schemas")
)]
impl Migration<'_> {
    /// All records of a kind, by identifier, as left by the steps before.
    pub(crate) fn records(&self, kind: Kind) -> Result<BTreeMap<Vec<u8>, Record>, OpenError> {
        let mut records = self.store.records_of(kind)?;
        for ((changed, id), change) in &self.changes.changes {
            if *changed == kind {
                match change {
                    Some((slot, value)) => {
                        records.insert(
                            id.clone(),
                            Record {
                                slot: *slot,
                                value: value.clone(),
                            },
                        );
                    }
                    None => {
                        records.remove(id);
                    }
                }
            }
        }
        Ok(records)
    }

    /// The changes of this step go here.
    pub(crate) fn changes(&mut self) -> &mut ChangeSet {
        &mut self.changes
    }
}

impl Schema {
    /// Brings a store of an older schema `found` to this one.
    pub(crate) fn migrate(self, store: &Store, found: u32) -> Result<(), OpenError> {
        if found >= self.version {
            return Ok(());
        }
        let mut migration = Migration {
            store,
            changes: ChangeSet::new(),
        };
        for number in found..self.version {
            let step = self.steps.iter().find(|step| step.from == number);
            (step.ok_or(OpenError::OlderSchema(found))?.run)(&mut migration)?;
        }
        store.commit_migration(migration.changes, self.version)
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::home::Home;
    use crate::seal::DataKey;

    /// A schema 1 that never was, and two made-up schemas after it.
    const OLD: Schema = Schema {
        version: 1,
        steps: &[],
    };
    const NEW: Schema = Schema {
        version: 3,
        steps: &[
            Step {
                from: 1,
                run: longer_values,
            },
            Step {
                from: 2,
                run: messages_move,
            },
        ],
    };
    /// The same, but the power goes between the steps.
    const DYING: Schema = Schema {
        version: 3,
        steps: &[
            Step {
                from: 1,
                run: longer_values,
            },
            Step { from: 2, run: dies },
        ],
    };
    /// The same, but the second step finds something it cannot do.
    const FAILING: Schema = Schema {
        version: 3,
        steps: &[
            Step {
                from: 1,
                run: longer_values,
            },
            Step {
                from: 2,
                run: fails,
            },
        ],
    };

    const DAY: Slot = Slot::Conversation {
        conversation: [4; 16],
        day: 9,
    };
    const CHILD: &str = "UNDERTONE_MIGRATION_CHILD";

    fn key() -> DataKey {
        DataKey::from_bytes([8; 32])
    }

    /// Not idempotent on purpose: if it ran twice, it would show.
    fn longer_values(migration: &mut Migration<'_>) -> Result<(), OpenError> {
        for (id, Record { slot, mut value }) in migration.records(Kind::Message)? {
            value.push(b'+');
            migration.changes().put(Kind::Message, &id, slot, value);
        }
        Ok(())
    }

    /// Sees what the step before left, stored or not.
    fn messages_move(migration: &mut Migration<'_>) -> Result<(), OpenError> {
        for (id, Record { slot, value }) in migration.records(Kind::Message)? {
            assert!(value.ends_with(b"+"));
            migration
                .changes()
                .put(Kind::Request, &id, slot, value)
                .delete(Kind::Message, &id);
        }
        assert!(migration.records(Kind::Message)?.is_empty());
        Ok(())
    }

    fn dies(migration: &mut Migration<'_>) -> Result<(), OpenError> {
        assert!(
            migration
                .records(Kind::Message)?
                .values()
                .all(|record| record.value.ends_with(b"+"))
        );
        std::process::abort()
    }

    fn fails(_: &mut Migration<'_>) -> Result<(), OpenError> {
        Err(OpenError::DamagedRecords)
    }

    fn old_store() -> (tempfile::TempDir, Home) {
        let place = tempfile::tempdir().unwrap();
        let home = Home::create(place.path().join("profile")).unwrap();
        let store = Store::build(&home, key(), OLD).unwrap();
        let mut set = ChangeSet::new();
        for (number, slot) in (0_u8..).zip([Slot::Data, Slot::State, DAY]) {
            set.put(
                Kind::Message,
                &[number],
                slot,
                Zeroizing::new(vec![number; 300]),
            );
        }
        set.put(
            Kind::Settings,
            b"kept",
            Slot::Data,
            Zeroizing::new(b"kept".to_vec()),
        );
        store.commit(set).unwrap();
        (place, home)
    }

    fn assert_old(home: &Home) {
        let store = Store::open_as(home, key(), OLD).unwrap();
        for number in 0..3 {
            let found = store.get(Kind::Message, &[number]).unwrap().unwrap();
            assert_eq!(*found, vec![number; 300]);
        }
        assert!(store.records_of(Kind::Request).unwrap().is_empty());
    }

    fn assert_new(home: &Home) {
        let store = Store::open_as(home, key(), NEW).unwrap();
        let found = store.records_of(Kind::Request).unwrap();
        assert_eq!(found.len(), 3);
        for (number, slot) in (0_u8..).zip([Slot::Data, Slot::State, DAY]) {
            let record = &found[&vec![number]];
            assert_eq!(*record.value, [&[number; 300][..], b"+"].concat());
            assert_eq!(record.slot, slot);
        }
        assert!(store.records_of(Kind::Message).unwrap().is_empty());
        assert_eq!(
            **store.get(Kind::Settings, b"kept").unwrap().unwrap(),
            *b"kept"
        );
    }

    #[test]
    fn steps_run_once_in_order() {
        let (_place, home) = old_store();
        assert_old(&home);
        assert_new(&home);
        assert_new(&home);
    }

    #[test]
    fn a_failing_step_changes_nothing() {
        let (_place, home) = old_store();
        assert!(matches!(
            Store::open_as(&home, key(), FAILING),
            Err(OpenError::DamagedRecords)
        ));
        assert_old(&home);
        assert_new(&home);
    }

    /// Does nothing unless started by the test below.
    #[test]
    fn child_that_dies_between_steps() {
        if let Some(home) = std::env::var_os(CHILD) {
            let _opened = Store::open_as(&Home::open(home).unwrap(), key(), DYING);
        }
    }

    #[test]
    fn a_crash_between_steps_changes_nothing() {
        let (_place, home) = old_store();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "schema::tests::child_that_dies_between_steps"])
            .env(CHILD, home.path())
            .output()
            .unwrap()
            .status;
        // Aborted, not failed: a failed test would exit with a code.
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::process::ExitStatusExt::signal(&status),
            Some(6),
            "{status}"
        );
        assert!(!status.success());
        assert_old(&home);
        assert_new(&home);
    }

    #[test]
    fn newer_schemas_are_refused_by_number_and_gaps_too() {
        let (_place, home) = old_store();
        assert_new(&home);
        assert!(matches!(
            Store::open_as(&home, key(), OLD),
            Err(OpenError::NewerSchema(3))
        ));
        assert_new(&home);
        let (_place, home) = old_store();
        const GAP: Schema = Schema {
            version: 3,
            steps: &[Step {
                from: 2,
                run: fails,
            }],
        };
        assert!(matches!(
            Store::open_as(&home, key(), GAP),
            Err(OpenError::OlderSchema(1))
        ));
        assert_new(&home);
    }

    #[test]
    fn the_current_schema_is_the_last_one_written_down() {
        assert_eq!(CURRENT.version, v1::VERSION);
        let mut steps = CURRENT.steps.iter().map(|step| step.from);
        assert!(steps.by_ref().eq(1..CURRENT.version));
    }
}
