#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| danqing_provenance_fuzz::pixels(bytes));
