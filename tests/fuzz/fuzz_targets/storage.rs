//! See `undertone_fuzz::storage`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, storage};

fuzz_target!(
    init: check_and_write(&storage::seeds(), storage::run),
    |data: &[u8]| {
        storage::run(data);
    }
);
