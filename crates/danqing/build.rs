//! Names the weights that are built in: their SHA-256 is a constant of the program, so that no start computes it.

use std::path::Path;

use sha2::{Digest, Sha256};

/// The files of a model that its name is made from, in order; as in `danqing_engine::Models`.
const FILES: [&str; 4] = ["text", "painter", "quick", "pixels"];

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/xiaoyang");
    let mut sum = Sha256::new();
    for file in FILES {
        let file = folder.join(file).with_extension("safetensors");
        println!("cargo::rerun-if-changed={}", file.display());
        // A build without the weights in it needs no name for them.
        sum.update(std::fs::read(&file).unwrap_or_default());
    }
    println!("cargo::rustc-env=DANQING_WEIGHTS_SHA256={:x}", sum.finalize());
}
