//! See `undertone_fuzz::wire`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use undertone_fuzz::{check_and_write, wire};

fuzz_target!(
    init: check_and_write(&wire::seeds(), wire::run),
    |data: &[u8]| {
        wire::run(data);
    }
);
