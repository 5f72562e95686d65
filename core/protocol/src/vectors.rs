//! The derivations against `tests/vectors/v1/derivations.json`, which a program of its own
//! computes from the specification.

use data_encoding::HEXLOWER;
use serde_json::Value;
use undertone_wire::v1::{Direction, Flight2, KEM_CIPHERTEXT, KEM_KEY, MESSAGE_2, Purpose, Role};
use undertone_wire::{InvitationHash, OnionKey, PairId, X25519Public, X25519Secret};

use crate::derive::{self, Secret};
use crate::relation::{Derived, copy_proof, dial_hint, provisional, request_transcript};
use crate::verify::VerificationCode;
use crate::{handshake, kem, seal};

fn run(section: &str, check: impl Fn(&Value)) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/vectors/v1/derivations.json"
    );
    let text = std::fs::read_to_string(path).expect("the vectors");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    let cases = file[section].as_array().expect("a list");
    assert!(!cases.is_empty(), "{section}");
    cases.iter().for_each(check);
}

fn bytes(value: &Value) -> Vec<u8> {
    HEXLOWER
        .decode(value.as_str().expect("a text").as_bytes())
        .expect("hex")
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().expect("its length")
}

fn secret(value: &Value) -> Secret {
    Secret::from_bytes(array(value))
}

fn parts(value: &Value) -> Vec<Vec<u8>> {
    value
        .as_array()
        .expect("a list")
        .iter()
        .map(bytes)
        .collect()
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}

fn purpose(value: &Value) -> Purpose {
    match value.as_str() {
        Some("chat") => Purpose::Chat,
        Some("bulk") => Purpose::Bulk,
        Some("knock") => Purpose::Knock,
        Some("accept") => Purpose::Accept,
        Some("recovery") => Purpose::Recovery,
        _ => panic!("no purpose: {value}"),
    }
}

#[test]
fn conventions() {
    let label = |case: &Value| case["label"].as_str().expect("a label").to_owned();
    run("hash", |case| {
        let given = parts(&case["parts"]);
        assert_eq!(
            derive::hash(&label(case), &slices(&given)),
            array::<32>(&case["output"])
        );
    });
    run("extract", |case| {
        let given = parts(&case["ikm"]);
        let out = derive::extract(&bytes(&case["salt"]), &slices(&given));
        assert!(out == secret(&case["output"]));
    });
    run("expand", |case| {
        let given = parts(&case["context"]);
        let out = derive::expand(&secret(&case["key"]), &label(case), &slices(&given));
        assert!(out == secret(&case["output"]));
    });
    run("mac", |case| {
        let given = parts(&case["parts"]);
        let out = derive::mac(&secret(&case["key"]), &label(case), &slices(&given));
        assert_eq!(out, array::<32>(&case["output"]));
    });
    run("psk0", |case| {
        let name = case["name"].as_str().expect("a label");
        let out = derive::expand(&secret(&case["key"]), name, &[]);
        assert!(out == secret(&case["output"]));
    });
}

#[test]
fn handshake() {
    run("prologue", |case| {
        let invitation = bytes(&case["invitation"]);
        let terms = handshake::Terms {
            purpose: purpose(&case["purpose"]),
            psk0: Secret::from_bytes([1; 32]),
            local: X25519Secret::from_bytes([1; 32]),
            remote: None,
            door: OnionKey::from_bytes(array(&case["door"])),
            invitation: InvitationHash::try_from(invitation.as_slice()).ok(),
        };
        assert_eq!(case["pattern"], handshake::pattern(terms.purpose));
        let versions: Vec<u8> = serde_json::from_value(case["versions"].clone()).expect("bytes");
        let out = terms.prologue(&versions, &array(&case["nonce"]));
        assert_eq!(out, bytes(&case["output"]));
    });
    run("psk2", |case| {
        let key: [u8; KEM_KEY] = array(&case["key"]);
        let flight = Flight2 {
            ciphertext: Box::new(array::<KEM_CIPHERTEXT>(&case["ciphertext"])),
            noise: [0; MESSAGE_2],
        };
        let shared = secret(&case["shared"]);
        assert!(kem::bind(&key, &flight.ciphertext, &shared) == secret(&case["bound"]));
        assert!(handshake::psk2(&key, &flight, &shared) == secret(&case["output"]));
    });
    run("dial_hint", |case| {
        let dialer = if case["dialer"] == "A" {
            Role::A
        } else {
            Role::B
        };
        let out = dial_hint(
            &secret(&case["root"]),
            dialer,
            &array(&case["nonce"]),
            &OnionKey::from_bytes(array(&case["door"])),
            purpose(&case["purpose"]),
        );
        assert_eq!(out, array::<16>(&case["output"]));
    });
}

#[test]
fn contact() {
    run("requests", |case| {
        let invitation = InvitationHash::from_bytes(array(&case["invitation"]));
        let out = request_transcript(&invitation, &array(&case["link"]), &bytes(&case["request"]));
        assert_eq!(out, array::<32>(&case["th_req"]));
        let out = provisional(&out, &array(&case["random_a"]), &secret(&case["ik"]));
        assert!(out == secret(&case["prov"]));
    });
    run("contacts", |case| {
        let out = Derived::new(
            &array(&case["th_req"]),
            &bytes(&case["accept"]),
            &secret(&case["shared"]),
            &array(&case["random_a"]),
            &array(&case["random_b"]),
        );
        assert!(out.pair == PairId::from_bytes(array(&case["pair"])));
        assert_eq!(out.confirm(Role::A), array::<32>(&case["confirm_a"]));
        assert_eq!(out.confirm(Role::B), array::<32>(&case["confirm_b"]));
        assert!(out.link_root == secret(&case["link_root"]));
        assert!(out.seal_root == secret(&case["seal_root"]));
        assert!(out.recovery_root == secret(&case["recovery_root"]));
    });
    run("recoveries", |case| {
        let direction = match case["dialling"].as_str() {
            Some("A>B") => Direction::AToB,
            Some("B>A") => Direction::BToA,
            _ => panic!("no direction"),
        };
        let week = case["week"]
            .as_u64()
            .and_then(|week| u32::try_from(week).ok());
        let root = secret(&case["recovery_root"]);
        let keys = crate::profile::RecoveryKeys::new(&root, direction, week.expect("u32"));
        assert_eq!(*keys.seed.as_bytes(), array::<32>(&case["seed"]));
        assert_eq!(*keys.reader.as_bytes(), array::<32>(&case["reader"]));
    });
    run("restores", |case| {
        let out = crate::profile::seal_root(
            &array(&case["link"]),
            &bytes(&case["restore"]),
            &bytes(&case["restored"]),
            &secret(&case["shared"]),
            &array(&case["random"]),
            &array(&case["answer_random"]),
        );
        assert!(out == secret(&case["seal_root"]));
    });
    run("copies", |case| {
        let generation = case["generation"]
            .as_u64()
            .and_then(|generation| u32::try_from(generation).ok());
        let out = copy_proof(&secret(&case["copies"]), generation.expect("u32"));
        assert!(out == secret(&case["proof"]));
    });
    run("verifications", |case| {
        let pair = PairId::from_bytes(array(&case["pair"]));
        let key = |name: &str| X25519Public::from_bytes(array(&case[name])).expect("a key");
        for (role, qr) in [(Role::A, "qr_of_a"), (Role::B, "qr_of_b")] {
            let code = VerificationCode::new(role, &pair, &key("noise_a"), &key("noise_b"));
            assert_eq!(case["digits"], code.digits());
            assert_eq!(code.qr(), bytes(&case[qr]));
        }
    });
}

#[test]
fn seals() {
    run("seals", |case| {
        let direction = match case["direction"].as_str() {
            Some("A>B") => Direction::AToB,
            Some("B>A") => Direction::BToA,
            _ => panic!("no direction"),
        };
        let epoch = case["epoch"]
            .as_u64()
            .and_then(|e| u32::try_from(e).ok())
            .expect("u32");
        let pair = PairId::from_bytes(array(&case["pair"]));
        let root = secret(&case["root"]);
        let key = derive::expand(&root, "seal", &[direction.label()]);
        assert!(key == secret(&case["key"]));
        assert_eq!(
            seal::associated(&pair, direction, epoch),
            bytes(&case["associated"])
        );
        let (body, opened) = seal::Seal::at(epoch, root)
            .open(&pair, direction, &bytes(&case["sealed"]))
            .expect("opens");
        assert_eq!(opened, epoch);
        assert_eq!(case["offset"], body.offset);
        assert_eq!(case["olm_type"], body.olm_type);
        assert_eq!(body.olm, bytes(&case["olm"]));
    });
    run("rekeys", |case| {
        let out = seal::step(
            &secret(&case["root"]),
            &array(&case["key"]),
            &array(&case["ciphertext"]),
            &secret(&case["shared"]),
        );
        assert!(out == secret(&case["next"]));
    });
}
