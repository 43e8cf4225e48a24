//! The model that is shipped.

use std::sync::LazyLock;

use danqing_engine::{Cpu, Models, Pipeline};

/// The bytes of `text`, `painter`, `quick` or `pixels`.
pub(crate) fn file(part: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/xiaoyang");
    std::fs::read(format!("{folder}/{part}.safetensors")).expect("a file of the model")
}

pub(crate) static PIPELINE: LazyLock<Pipeline> = LazyLock::new(|| {
    let (text, painter, pixels) = (file("text"), file("painter"), file("pixels"));
    let models = Models { text: &text, painter: &painter, quick: None, pixels: &pixels };
    let pipeline = Pipeline::load(&models, Cpu::detect(2)).expect("the shipped model");
    pipeline.add_quick(&file("quick")).expect("the shipped model");
    pipeline
});
