//! See `undertone_fuzz::records`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, records};

fuzz_target!(
    init: check_and_write(&records::seeds(), records::run),
    |data: &[u8]| {
        records::run(data);
    }
);
