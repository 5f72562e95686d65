//! The inside of a seal, the header of an Olm plaintext, and acknowledgements.

use serde_json::{Value, json};
use undertone_wire::v1::{
    Acknowledgement, Direction, Letter, LetterError, MAX_OLM, SealedBody, SealedError,
};
use undertone_wire::{CopyProof, PairId};
use zeroize::Zeroizing;

use super::golden::{cases, compare, counting, filled, hex, named, read, trimmed, unhex};

fn body(length: usize) -> SealedBody {
    SealedBody {
        offset: 0x0102_0304,
        olm_type: u8::from(length.is_multiple_of(2)),
        // No zeros at the end, which the vectors do not write out.
        olm: (0..length).map(|index| index as u8 | 1).collect(),
    }
}

const LENGTHS: [usize; 6] = [0, 1, 907, 908, 1_863, 1_864];

fn letters() -> Vec<Letter> {
    let letter = |direction, generation, sequence, inside: &[u8]| Letter {
        pair: PairId::from_bytes(counting(1)),
        direction,
        generation,
        sequence,
        inside: Zeroizing::new(inside.to_vec()),
    };
    vec![
        letter(Direction::AToB, 0, 1, &[]),
        letter(
            Direction::BToA,
            0x0506_0708,
            0x090a_0b0c_0d0e_0f10,
            &[9, 8, 7],
        ),
        letter(Direction::BToA, u32::MAX, u64::MAX, &[0]),
    ]
}

fn bodies_refused() -> Vec<(&'static str, Vec<u8>, SealedError)> {
    let too_long = (MAX_OLM as u32 + 1).to_be_bytes();
    vec![
        ("empty", vec![], SealedError::Malformed),
        (
            "shorter than its header",
            vec![0; 8],
            SealedError::Malformed,
        ),
        (
            "cut within the Olm message",
            vec![0, 0, 0, 0, 1, 0, 0, 0, 2, 9],
            SealedError::Malformed,
        ),
        (
            "a length of one too many",
            [&[0, 0, 0, 0, 1][..], &too_long].concat(),
            SealedError::TooLong,
        ),
        (
            "the highest length",
            vec![0, 0, 0, 0, 1, 255, 255, 255, 255],
            SealedError::TooLong,
        ),
        (
            "padding that is not zero",
            vec![0, 0, 0, 0, 1, 0, 0, 0, 1, 9, 0, 0, 1],
            SealedError::Padding,
        ),
    ]
}

fn letters_refused() -> Vec<(&'static str, Vec<u8>, LetterError)> {
    let good = letters()[0].encode();
    let with = |at: usize, value: u8| {
        let mut letter = good.to_vec();
        letter[at] = value;
        letter
    };
    vec![
        ("empty", vec![], LetterError::Short),
        (
            "a byte of the header missing",
            good[..28].to_vec(),
            LetterError::Short,
        ),
        ("direction 0", with(16, 0), LetterError::Direction(0)),
        ("direction 3", with(16, 3), LetterError::Direction(3)),
        ("sequence 0", with(28, 0), LetterError::Sequence),
    ]
}

fn acknowledgements() -> Vec<(u64, u64, Vec<u64>, Vec<u64>)> {
    vec![
        (0, 0, vec![0], vec![1, 2, u64::MAX]),
        (5, 0b101, vec![1, 5, 7, 9], vec![6, 8, 10, 71]),
        (5, 1 << 63, vec![5, 70], vec![6, 7, 69, 71]),
        (u64::MAX, 0, vec![1, u64::MAX], vec![]),
    ]
}

fn refused_as<E: std::fmt::Debug>(list: Vec<(&str, Vec<u8>, E)>) -> Vec<Value> {
    list.into_iter()
        .map(|(what, bytes, error)| {
            json!({ "what": what, "bytes": hex(bytes), "error": named(&error) })
        })
        .collect()
}

fn made() -> Value {
    let bodies: Vec<Value> = LENGTHS
        .into_iter()
        .map(|length| {
            let body = body(length);
            let bytes = body.encode().expect("short enough");
            json!({
                "offset": body.offset,
                "olm_type": body.olm_type,
                "olm": hex(&body.olm),
                "length": bytes.len(),
                "bytes": trimmed(&bytes),
            })
        })
        .collect();
    let letters: Vec<Value> = letters()
        .iter()
        .map(|letter| {
            json!({
                "pair": hex(letter.pair.as_bytes()),
                "direction": letter.direction as u8,
                "generation": letter.generation,
                "sequence": letter.sequence,
                "inside": hex(&letter.inside),
                "bytes": hex(letter.encode()),
            })
        })
        .collect();
    let acknowledgements: Vec<Value> = acknowledgements()
        .into_iter()
        .enumerate()
        .map(|(index, (cumulative, bitmap, covered, missing))| {
            let acknowledgement = Acknowledgement {
                cumulative,
                bitmap,
                from: 3,
                to: 0x0304,
                proof: (index == 1).then(|| CopyProof::from_bytes(counting(0xc0))),
            };
            json!({
                "cumulative": cumulative,
                "bitmap": bitmap,
                "from": acknowledgement.from,
                "to": acknowledgement.to,
                "proof": acknowledgement.proof.map(|proof| hex(proof.as_bytes())),
                "bytes": hex(acknowledgement.encode()),
                "covered": covered,
                "missing": missing,
            })
        })
        .collect();
    json!({
        "bodies": bodies,
        "bodies_refused": refused_as(bodies_refused()),
        "letters": letters,
        "letters_refused": refused_as(letters_refused()),
        "acknowledgements": acknowledgements,
        "acknowledgements_refused": [
            String::new(), "00".repeat(16), "00".repeat(23), "00".repeat(25), "00".repeat(55), "00".repeat(57),
            // Generation 1,024, of the one and of the other.
            format!("{}0000040000000000", "00".repeat(16)), format!("{}0000000000000400", "00".repeat(16)),
        ],
    })
}

#[test]
fn bodies_letters_and_acknowledgements_are_written_and_read_as_stored() {
    let file = compare("sealed", &made());
    for (case, length) in cases(&file, "bodies").iter().zip(LENGTHS) {
        let bytes = filled(
            &case["bytes"],
            case["length"].as_u64().expect("a number") as usize,
        );
        assert_eq!(SealedBody::decode(&bytes), Ok(body(length)));
    }
    for (case, letter) in cases(&file, "letters").iter().zip(letters()) {
        assert_eq!(Letter::decode(&unhex(&case["bytes"])), Ok(letter));
    }
    for case in cases(&file, "acknowledgements") {
        let read = Acknowledgement::decode(&unhex(&case["bytes"])).expect("24 bytes");
        assert_eq!(case["cumulative"], read.cumulative);
        assert_eq!(case["bitmap"], read.bitmap);
        assert_eq!(
            (case["from"].as_u64(), case["to"].as_u64()),
            (Some(3), Some(0x0304))
        );
        let proof = read.proof.map(|proof| hex(proof.as_bytes()));
        assert_eq!(case["proof"].as_str(), proof.as_deref());
        let covers = |list: &Value, expected: bool| {
            let list = list.as_array().expect("a list");
            list.iter()
                .all(|sequence| read.covers(sequence.as_u64().expect("a number")) == expected)
        };
        assert!(covers(&case["covered"], true) && covers(&case["missing"], false));
    }
}

#[test]
fn what_is_malformed_is_refused_for_the_stored_reason() {
    let file = read("sealed");
    for case in cases(&file, "bodies_refused") {
        let error = SealedBody::decode(&unhex(&case["bytes"])).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
    for case in cases(&file, "letters_refused") {
        let error = Letter::decode(&unhex(&case["bytes"])).unwrap_err();
        assert_eq!(case["error"], named(&error), "{}", case["what"]);
    }
    for bytes in cases(&file, "acknowledgements_refused") {
        assert_eq!(Acknowledgement::decode(&unhex(bytes)), None);
    }
}

#[test]
fn the_longest_olm_message_fits_and_one_byte_more_does_not() {
    let longest = body(MAX_OLM);
    let bytes = longest.encode().expect("just short enough");
    assert_eq!((bytes.len(), bytes.len() + 40), (73_572, 77 * 956));
    assert_eq!(SealedBody::decode(&bytes), Ok(longest));
    assert_eq!(body(MAX_OLM + 1).encode(), Err(SealedError::TooLong));
}
