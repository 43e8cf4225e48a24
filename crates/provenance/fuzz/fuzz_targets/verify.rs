#![no_main]

use danqing_provenance::verify::Trust;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| danqing_provenance_fuzz::whole(bytes, &Trust::default()));
