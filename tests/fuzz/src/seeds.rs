//! Where fuzzing starts: inputs made from the golden vectors, each with how deep it must get. A target
//! that no longer reaches its innermost parser would search in vain and say nothing.

use std::fmt::Debug;
use std::path::PathBuf;

use data_encoding::HEXLOWER;
use serde_json::Value;

/// One input to start from.
#[derive(Clone, Debug)]
pub struct Seed<D> {
    /// Its name as a file.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
    /// How deep it must get.
    pub reaches: D,
}

/// The longest input that `run` lets libFuzzer make, in bytes: what is longer would be cut off.
const LONGEST: usize = 16 * 1024;

/// Runs every seed, panics when one does not get as deep as it must, and writes them as files into
/// the folder that `UNDERTONE_FUZZ_SEEDS` names, if it does. What a fuzz target does first.
pub fn check_and_write<D: Debug + PartialEq>(seeds: &[Seed<D>], run: impl Fn(&[u8]) -> D) {
    assert!(!seeds.is_empty(), "there are no seeds");
    for seed in seeds {
        assert_eq!(run(&seed.bytes), seed.reaches, "the seed {}", seed.name);
        let length = seed.bytes.len();
        assert!(
            length <= LONGEST,
            "the seed {} has {length} bytes",
            seed.name
        );
    }
    if let Some(folder) = std::env::var_os("UNDERTONE_FUZZ_SEEDS") {
        for seed in seeds {
            let path = PathBuf::from(&folder).join(&seed.name);
            std::fs::write(path, &seed.bytes).expect("the folder of the seeds can be written");
        }
    }
}

/// The cases of a section of a file of vectors.
pub(crate) fn cases(file: &str, section: &str) -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/v1");
    let text = std::fs::read_to_string(folder.join(format!("{file}.json"))).expect("vectors");
    let file: Value = serde_json::from_str(&text).expect("JSON");
    file[section].as_array().expect("a list").clone()
}

pub(crate) fn unhex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("a text");
    HEXLOWER.decode(text.as_bytes()).expect("hex")
}

/// The bytes of a case, with the zeros that its notation leaves out.
pub(crate) fn bytes(case: &Value) -> Vec<u8> {
    let mut bytes = unhex(&case["bytes"]);
    if let Some(length) = case["length"].as_u64() {
        bytes.resize(length as usize, 0);
    }
    bytes
}
