//! See `undertone_fuzz::picture`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, picture};

fuzz_target!(
    init: check_and_write(&picture::seeds(), picture::run),
    |data: &[u8]| {
        picture::run(data);
    }
);
