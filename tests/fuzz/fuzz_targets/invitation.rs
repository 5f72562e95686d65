//! See `undertone_fuzz::invitation`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, invitation};

fuzz_target!(
    init: check_and_write(&invitation::seeds(), invitation::run),
    |data: &[u8]| {
        invitation::run(data);
    }
);
