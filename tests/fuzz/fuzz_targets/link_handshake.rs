//! See `undertone_fuzz::link`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, link};

fuzz_target!(
    init: check_and_write(&link::seeds(), link::run),
    |data: &[u8]| {
        link::run(data);
    }
);
