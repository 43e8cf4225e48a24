#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    danqing_provenance_fuzz::container(bytes);
    danqing_provenance_fuzz::document(bytes);
});
