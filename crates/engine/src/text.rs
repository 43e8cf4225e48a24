//! Reads prompts: a frozen multilingual-e5-small whose vocabulary is cut down to Chinese and English.
//!
//! `training/xiaoyang/text.py` writes the file this module loads, and trains with the same one.
//! Source: Wang et al. 2024, "Multilingual E5 Text Embeddings", arXiv:2402.05672.

mod encoder;
mod tokenizer;

pub use encoder::{TextEncoder, TextStates, WIDTH};
pub use tokenizer::Tokenizer;

/// Tokens of a prompt that are read at most, `<s>` and `</s>` included, as in training.
pub const MAX_TOKENS: usize = 24;
