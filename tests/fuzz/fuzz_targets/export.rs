//! See `undertone_fuzz::export`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, export};

fuzz_target!(
    init: check_and_write(&export::seeds(), export::run),
    |data: &[u8]| {
        export::run(data);
    }
);
