//! See `undertone_fuzz::content`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, content};

fuzz_target!(
    init: check_and_write(&content::seeds(), content::run),
    |data: &[u8]| {
        content::run(data);
    }
);
