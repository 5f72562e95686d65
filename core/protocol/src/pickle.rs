//! Serialisation of ratchets for our sealed records. vodozemac's own pickle encryption is
//! deterministic and is not used; the store seals the whole record.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `#[serde(with = "pickle::account")]` for `Option<Account>`.
pub(crate) mod account {
    use vodozemac::olm::{Account, AccountPickle};

    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        account: &Option<Account>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        account.as_ref().map(Account::pickle).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Account>, D::Error> {
        let pickle = Option::<AccountPickle>::deserialize(deserializer)?;
        Ok(pickle.map(Account::from_pickle))
    }
}

/// `#[serde(with = "pickle::session")]` for `Option<Session>`.
pub(crate) mod session {
    use vodozemac::olm::{Session, SessionPickle};

    use super::*;

    pub(crate) fn serialize<S: Serializer>(
        session: &Option<Session>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        session.as_ref().map(Session::pickle).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Session>, D::Error> {
        let pickle = Option::<SessionPickle>::deserialize(deserializer)?;
        Ok(pickle.map(Session::from_pickle))
    }
}
