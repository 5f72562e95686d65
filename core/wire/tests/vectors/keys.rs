//! Which X25519 keys are refused (D1.5).

use serde_json::{Value, json};
use undertone_wire::{KeyError, X25519Public};

use super::golden::{cases, compare, counting, hex, named, unhex};

/// Little-endian, from the literature: the small-order points of Curve25519 and of its twist.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn made() -> Value {
    let mut refused = Vec::new();
    for key in LOW_ORDER {
        let mut bytes = unhex(&json!(key));
        refused.push(bytes.clone());
        bytes[31] |= 0x80;
        refused.push(bytes);
    }
    let mut two = [0; 32];
    two[0] = 2;
    let mut edge = [0xff; 32];
    edge[0] = 0xeb;
    edge[31] = 0x7f;
    let accepted = [two, edge, [0xff; 32], counting(9)];
    let refused: Vec<Value> = refused
        .iter()
        .map(|bytes| (bytes, KeyError::LowOrder))
        .chain([
            (&vec![9; 31], KeyError::Length(31)),
            (&vec![9; 33], KeyError::Length(33)),
        ])
        .map(|(bytes, error)| json!({ "bytes": hex(bytes), "error": named(&error) }))
        .collect();
    json!({ "accepted": accepted.map(hex), "refused": refused })
}

#[test]
fn keys_are_accepted_and_refused_as_written() {
    let file = compare("keys", &made());
    for accepted in cases(&file, "accepted") {
        let bytes = unhex(accepted);
        let key = X25519Public::try_from(bytes.as_slice()).expect("an ordinary key");
        assert_eq!(key.as_bytes().as_slice(), bytes);
    }
    for case in cases(&file, "refused") {
        let error = X25519Public::try_from(unhex(&case["bytes"]).as_slice()).unwrap_err();
        assert_eq!(case["error"], named(&error));
    }
}
