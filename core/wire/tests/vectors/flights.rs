//! The flights of a handshake with fixed content, and version answers.

use serde_json::{Value, json};
use undertone_wire::v1::{
    CHAT_FRAME, FLIGHT_1, FLIGHT_2, FLIGHT_3, Flight1, Flight2, MESSAGE_3, Purpose, VersionAnswer,
    pad,
};

use super::golden::{cases, compare, counting, hex, read, unhex};

/// The padding is random on the wire and this byte in the vectors.
const PADDING: [u8; FLIGHT_1] = [0xaa; FLIGHT_1];

const PURPOSES: [Purpose; 5] = [
    Purpose::Chat,
    Purpose::Bulk,
    Purpose::Knock,
    Purpose::Accept,
    Purpose::Recovery,
];

fn first(versions: &[u8], purpose: Purpose) -> Flight1 {
    Flight1 {
        versions: versions.to_vec(),
        purpose,
        nonce: counting(0x10),
        hint: counting(0x30),
        noise: Box::new(counting(0x50)),
    }
}

fn firsts() -> Vec<Flight1> {
    let mut flights: Vec<Flight1> = PURPOSES.map(|purpose| first(&[1], purpose)).to_vec();
    flights.push(first(&[1, 2, 3, 4, 5, 6, 7, 8], Purpose::Chat));
    flights
}

fn second() -> Flight2 {
    Flight2 {
        ciphertext: Box::new(counting(0x70)),
        noise: counting(0x90),
    }
}

fn described(flight: &Flight1) -> Value {
    let frames = pad(flight.encode(), FLIGHT_1, &PADDING);
    json!({
        "versions": flight.versions,
        "purpose": flight.purpose as u8,
        "nonce": hex(flight.nonce),
        "hint": hex(flight.hint),
        "noise": hex(flight.noise.as_slice()),
        "frames": frames.iter().map(hex).collect::<Vec<_>>(),
    })
}

/// Changes of a good flight that make it none: a place and the byte there.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let good = pad(first(&[1], Purpose::Knock).encode(), FLIGHT_1, &PADDING).concat();
    let with = |at: usize, value: u8| {
        let mut flight = good.clone();
        flight[at] = value;
        flight
    };
    vec![
        ("no versions", with(0, 0)),
        ("nine versions", with(0, 9)),
        ("255 versions", with(0, 255)),
        ("purpose 0", with(2, 0)),
        ("purpose 6", with(2, 6)),
        ("a byte missing", good[1..].to_vec()),
        ("a byte too many", [&good[..], &[0]].concat()),
        ("one frame only", good[..CHAT_FRAME].to_vec()),
        ("empty", Vec::new()),
    ]
}

fn made() -> Value {
    let firsts: Vec<Value> = firsts().iter().map(described).collect();
    let refused: Vec<Value> = malformed()
        .into_iter()
        .map(|(what, bytes)| json!({ "what": what, "bytes": hex(bytes) }))
        .collect();
    let second = second();
    let third: [u8; MESSAGE_3] = counting(0xb0);
    let frames = |flight: Vec<u8>, length: usize| -> Vec<String> {
        pad(flight, length, &PADDING).iter().map(hex).collect()
    };
    let answer = |chosen, lowest, highest| VersionAnswer {
        chosen,
        lowest,
        highest,
    };
    let answers: Vec<Value> = [answer(1, 1, 1), answer(2, 1, 3), answer(255, 0, 255)]
        .iter()
        .map(|answer| {
            json!({
                "chosen": answer.chosen,
                "lowest": answer.lowest,
                "highest": answer.highest,
                "bytes": hex(answer.encode()),
            })
        })
        .collect();
    json!({
        "flight_1": firsts,
        "flight_1_refused": refused,
        "flight_2": [{
            "ciphertext": hex(second.ciphertext.as_slice()),
            "noise": hex(second.noise),
            "frames": frames(second.encode(), FLIGHT_2),
        }],
        "flight_3": [{ "noise": hex(third), "frames": frames(third.to_vec(), FLIGHT_3) }],
        "version_answers": answers,
        "version_answers_refused": ["", "01", "0101", "000102", "030102", "010201", "01010100"],
    })
}

fn joined(case: &Value) -> Vec<u8> {
    let frames: Vec<Vec<u8>> = cases(case, "frames").iter().map(unhex).collect();
    assert!(frames.iter().all(|frame| frame.len() == CHAT_FRAME));
    frames.concat()
}

#[test]
fn flights_are_written_and_read_as_stored() {
    let file = compare("flights", &made());
    for (case, flight) in cases(&file, "flight_1").iter().zip(firsts()) {
        assert_eq!(Flight1::decode(&joined(case)), Some(flight));
    }
    let bytes = joined(&cases(&file, "flight_2")[0]);
    assert_eq!(Flight2::decode(&bytes), Some(second()));
    assert_eq!(Flight2::decode(&bytes[1..]), None);
    assert_eq!(Flight2::decode(&[&bytes[..], &[0]].concat()), None);
    let third = &cases(&file, "flight_3")[0];
    let bytes = joined(third);
    assert_eq!(bytes.len(), FLIGHT_3);
    assert_eq!(bytes[..MESSAGE_3], unhex(&third["noise"]));
}

#[test]
fn malformed_flights_and_answers_are_refused() {
    let file = read("flights");
    for case in cases(&file, "flight_1_refused") {
        let flight = Flight1::decode(&unhex(&case["bytes"]));
        assert_eq!(flight, None, "{}", case["what"]);
    }
    for case in cases(&file, "version_answers") {
        let answer = VersionAnswer::decode(&unhex(&case["bytes"])).expect("a range");
        assert_eq!(case["chosen"], answer.chosen);
        assert_eq!(case["lowest"], answer.lowest);
        assert_eq!(case["highest"], answer.highest);
    }
    for bytes in cases(&file, "version_answers_refused") {
        assert_eq!(VersionAnswer::decode(&unhex(bytes)), None, "{bytes}");
    }
}
