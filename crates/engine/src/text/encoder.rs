//! The transformer that turns token ids into token states.

use danqing_kernels::{Attention, Cpu, Epilogue, Linear, attention, layer_norm};

use super::MAX_TOKENS;
use super::tokenizer::Tokenizer;
use crate::weights::f16_to_f32;
use crate::{Error, Weights};

/// Columns of a token's state.
pub const WIDTH: usize = 384;
const LAYERS: usize = 12;
const HEADS: usize = 12;
const FEED_FORWARD: usize = 4 * WIDTH;
/// Weights that share a scale.
const BLOCK: usize = 32;
const EPSILON: f32 = 1e-12;

/// What the encoder says about one text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextStates {
    /// (tokens, 384), `<s>` first and `</s>` last.
    pub states: Vec<f32>,
    /// Count of tokens, from 2 to [`MAX_TOKENS`].
    pub tokens: usize,
}

/// The frozen text encoder: twelve transformer layers with the norm after each sum.
///
/// Source: Devlin et al. 2018, arXiv:1810.04805, section 3; weights of Wang et al. 2024, arXiv:2402.05672.
pub struct TextEncoder {
    tokenizer: Tokenizer,
    words: WordTable,
    /// (`MAX_TOKENS`, 384), the token type's vector added.
    positions: Vec<f32>,
    embedding_norm: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    qkv: Linear,
    out: Linear,
    attention_norm: Norm,
    up: Linear,
    down: Linear,
    output_norm: Norm,
}

struct Norm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl TextEncoder {
    /// Packs the weights for `cpu`; the word table stays in 4 bits.
    pub fn load(weights: &Weights<'_>, cpu: &Cpu) -> Result<Self, Error> {
        let tokenizer = Tokenizer::load(weights)?;
        let mut room = Vec::new();
        let layers = (0..LAYERS).map(|index| Layer::load(weights, cpu, index, &mut room));
        let layers = layers.collect::<Result<_, _>>()?;
        Ok(Self {
            words: WordTable::load(weights, tokenizer.vocabulary_size())?,
            tokenizer,
            positions: weights.f32("positions", &[MAX_TOKENS, WIDTH])?,
            embedding_norm: Norm::load(weights, "embedding_norm")?,
            layers,
        })
    }

    /// The part that cuts text into tokens.
    #[must_use]
    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    /// States of the tokens of `text` after the last layer; what goes beyond [`MAX_TOKENS`] is not read.
    ///
    /// At f32 levels at most 1e-4 from training's f32; at bf16 levels 3 % of the states' root mean square.
    #[must_use]
    pub fn encode(&self, cpu: &Cpu, text: &str) -> TextStates {
        let ids = self.tokenizer.encode(text, MAX_TOKENS);
        let mut x = self.embed(&ids); // (tokens, 384)
        let mut normed = vec![0.0; x.len()];
        self.embedding_norm.forward(cpu, &x, &mut normed);
        for layer in &self.layers {
            layer.forward(cpu, &mut normed, &mut x);
        }
        TextStates { states: normed, tokens: ids.len() }
    }

    fn embed(&self, ids: &[u32]) -> Vec<f32> {
        let mut x = self.positions[..ids.len() * WIDTH].to_vec();
        for (id, x) in ids.iter().zip(x.chunks_exact_mut(WIDTH)) {
            for (x, word) in x.iter_mut().zip(self.words.row(*id as usize)) {
                *x += word;
            }
        }
        x
    }
}

impl Layer {
    fn load(weights: &Weights<'_>, cpu: &Cpu, index: usize, room: &mut Vec<f32>) -> Result<Self, Error> {
        let name = |part: &str| format!("layers.{index}.{part}");
        let mut linear = |part, inputs, outputs| linear(weights, cpu, &name(part), inputs, outputs, room);
        Ok(Self {
            qkv: linear("qkv", WIDTH, 3 * WIDTH)?,
            out: linear("out", WIDTH, WIDTH)?,
            attention_norm: Norm::load(weights, &name("attention_norm"))?,
            up: linear("up", WIDTH, FEED_FORWARD)?,
            down: linear("down", FEED_FORWARD, WIDTH)?,
            output_norm: Norm::load(weights, &name("output_norm"))?,
        })
    }

    /// `x`: (tokens, 384), in and out; `sum`: as large, its values are lost.
    fn forward(&self, cpu: &Cpu, x: &mut [f32], sum: &mut [f32]) {
        let tokens = x.len() / WIDTH;
        let mut qkv = vec![0.0; tokens * 3 * WIDTH];
        let shape =
            Attention { batch: 1, tokens, heads: HEADS, head_dim: WIDTH / HEADS, lengths: None, extra: None };
        self.qkv.forward(cpu, x, &mut qkv); // (tokens, 3 * 384)
        attention(cpu, &shape, &qkv, sum); // (tokens, 384)
        self.out.forward_with(cpu, sum, Epilogue::AddTo, x);
        self.attention_norm.forward(cpu, x, sum);
        let mut hidden = vec![0.0; tokens * FEED_FORWARD];
        self.up.forward_with(cpu, sum, Epilogue::Gelu, &mut hidden); // (tokens, 1536)
        self.down.forward_with(cpu, &hidden, Epilogue::AddTo, sum); // (tokens, 384)
        self.output_norm.forward(cpu, sum, x);
    }
}

impl Norm {
    fn load(weights: &Weights<'_>, name: &str) -> Result<Self, Error> {
        let part = |part: &str| weights.f32(&format!("{name}.{part}"), &[WIDTH]);
        Ok(Self { weight: part("weight")?, bias: part("bias")? })
    }

    fn forward(&self, cpu: &Cpu, x: &[f32], y: &mut [f32]) {
        layer_norm(cpu, x, &self.weight, &self.bias, EPSILON, y);
    }
}

/// `room` is only room for the widened weights, kept from layer to layer.
fn linear(
    weights: &Weights<'_>,
    cpu: &Cpu,
    name: &str,
    in_features: usize,
    out_features: usize,
    room: &mut Vec<f32>,
) -> Result<Linear, Error> {
    let codes = weights.u8(&format!("{name}.codes"), &[out_features, in_features / 2])?;
    let scales = weights.f16_bits(&format!("{name}.scales"), &[out_features, in_features / BLOCK])?;
    let bias = weights.f32(&format!("{name}.bias"), &[out_features])?;
    room.resize(out_features * in_features, 0.0);
    dequantise(codes, &scales, room);
    // A sentence is encoded once and read by every step; in 8 bits its states would be off by 5 %, in bf16 they are by 0.4 %.
    Ok(Linear::precise(cpu, room, Some(&bias), in_features, out_features))
}

/// The vector of each word, in 4 bits.
struct WordTable {
    /// (words, 384 / 2)
    codes: Vec<u8>,
    /// (words, 384 / 32), bits of f16 values
    scales: Vec<u16>,
}

impl WordTable {
    fn load(weights: &Weights<'_>, words: usize) -> Result<Self, Error> {
        let codes = weights.u8("words.codes", &[words, WIDTH / 2])?.to_vec();
        Ok(Self { codes, scales: weights.f16_bits("words.scales", &[words, WIDTH / BLOCK])? })
    }

    fn row(&self, word: usize) -> [f32; WIDTH] {
        let mut row = [0.0; WIDTH];
        let codes = &self.codes[word * WIDTH / 2..][..WIDTH / 2];
        dequantise(codes, &self.scales[word * WIDTH / BLOCK..][..WIDTH / BLOCK], &mut row);
        row
    }
}

/// Widens 4-bit codes; each 32 weights share an f16 scale, and a weight is `(code - 8) * scale`.
///
/// In the 16 bytes of a block the low halves hold weights 0 to 15, the high ones 16 to 31. Source: `Q4_0` of ggml,
/// <https://github.com/ggml-org/ggml>.
fn dequantise(codes: &[u8], scales: &[u16], weights: &mut [f32]) {
    let blocks = codes.as_chunks::<{ BLOCK / 2 }>().0.iter().zip(scales);
    for (weights, (codes, scale)) in weights.as_chunks_mut::<BLOCK>().0.iter_mut().zip(blocks) {
        let scale = f16_to_f32(*scale);
        let (low, high) = weights.split_at_mut(BLOCK / 2);
        for ((low, high), codes) in low.iter_mut().zip(high).zip(codes) {
            *low = (f32::from(codes & 15) - 8.0) * scale;
            *high = (f32::from(codes >> 4) - 8.0) * scale;
        }
    }
}
