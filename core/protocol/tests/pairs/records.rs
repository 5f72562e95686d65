//! Stored records as an attacker with a program of its own has them: read and changed field by field.

use ciborium::Value;
use undertone_protocol::RecordKey;

use crate::world::World;

/// The bytes of the first field of this name, anywhere in a record.
pub(crate) fn bytes_of(record: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut value = ciborium::from_reader(record).expect("a record");
    find(&mut value, name).map(std::mem::take)
}

/// The first number of this name, anywhere in a record.
pub(crate) fn number_of(record: &[u8], name: &str) -> Option<u64> {
    fn find(value: &Value, name: &str) -> Option<u64> {
        match value {
            Value::Map(entries) => entries.iter().find_map(|(key, item)| {
                let here = (key.as_text() == Some(name)).then(|| item.as_integer());
                let here = here.flatten().and_then(|number| u64::try_from(number).ok());
                here.or_else(|| find(item, name))
            }),
            _ => None,
        }
    }
    find(&ciborium::from_reader(record).expect("a record"), name)
}

/// The names of the outermost fields in which two records are not alike.
pub(crate) fn differ(one: &[u8], other: &[u8]) -> Vec<String> {
    let fields = |record: &[u8]| -> Vec<(Value, Value)> {
        let value: Value = ciborium::from_reader(record).expect("a record");
        value.into_map().expect("fields")
    };
    let before = fields(one);
    let changed = fields(other).into_iter();
    let changed = changed.filter(|field| !before.contains(field));
    let names = changed.map(|(name, _)| name.into_text().expect("a name"));
    names.collect()
}

/// The record with other bytes in that field.
pub(crate) fn with_bytes(record: &[u8], name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut value = ciborium::from_reader(record).expect("a record");
    *find(&mut value, name).expect("the field") = bytes.to_vec();
    let mut changed = Vec::new();
    ciborium::into_writer(&value, &mut changed).expect("a record");
    changed
}

fn find<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Vec<u8>> {
    match value {
        Value::Map(entries) => entries.iter_mut().find_map(|(key, item)| {
            if key.as_text() == Some(name) && item.is_bytes() {
                return item.as_bytes_mut();
            }
            find(item, name)
        }),
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, name)),
        _ => None,
    }
}

/// Changes the bytes of a field in what a switched-off program has stored.
pub(crate) fn change(
    world: &mut World,
    node: usize,
    key: RecordKey,
    name: &str,
    with: impl FnOnce(Vec<u8>) -> Vec<u8>,
) {
    assert!(!world.nodes[node].online);
    let record = &world.nodes[node].store[&key];
    let bytes = with(bytes_of(record, name).expect("the field"));
    let record = with_bytes(record, name, &bytes);
    world.nodes[node].store.insert(key, record);
}
