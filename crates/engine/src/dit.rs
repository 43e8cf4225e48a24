//! The painter: a small diffusion transformer whose self-attention also weighs the words of a prompt.
//!
//! Sources: Peebles and Xie 2022, arXiv:2212.09748 (`DiT`); Chen et al. 2023, arXiv:2310.00426, section 2.3 (adaLN-single);
//! Shazeer 2020, arXiv:2002.05202 (`SwiGLU`). `training/xiaoyang/model.py` is the same model in `PyTorch`.

use danqing_kernels::{
    Attention, Cpu, Epilogue, ExtraKeys, Linear, Modulation, attention, pixel_shuffle, rms_norm_modulate,
};

use crate::activation::silu;
use crate::denoiser::Denoiser;
use crate::layers::Layers;
use crate::pixels::pixel_unshuffle;
use crate::{Error, TextStates, Weights, math};

mod config;

pub use config::Config;

const EPSILON: f32 = 1e-6;
/// Vectors that modulate a block: shift, scale and gate of attention, then of the feed-forward layer.
const MODULATIONS: usize = 6;

/// Predicts the velocity from picture to noise.
pub struct Painter {
    config: Config,
    patch_in: Linear,
    /// (tokens, width)
    positions: Vec<f32>,
    /// (text width): the word that stands before each text, and alone for no text.
    null_word: Vec<f32>,
    /// (time features / 2)
    frequencies: Vec<f32>,
    time_in: Linear,
    /// Of a painter that is told how far each step goes, with its own frequencies.
    span_in: Option<(Linear, Vec<f32>)>,
    text_in: Linear,
    time_out: Linear,
    blocks: Vec<Block>,
    final_modulation: Linear,
    patch_out: Linear,
}

struct Block {
    qkv: Linear,
    text_kv: Linear,
    out: Linear,
    gate_up: Linear,
    down: Linear,
    /// (6, width), added to what time and text say.
    modulation: Vec<f32>,
}

/// What the blocks need of some prompts, computed once for all steps.
pub struct Conditioning {
    /// For each block (prompts, words, 2 * width).
    keys_values: Vec<Vec<f32>>,
    /// Words of each prompt, the null word included.
    lengths: Vec<usize>,
    /// Words of the longest.
    words: usize,
    /// (prompts, width): each prompt's mean, projected.
    means: Vec<f32>,
}

impl Painter {
    /// Reads the tensors of a model of shape `config`; further tensors of the file do not matter.
    pub fn load(weights: &Weights<'_>, config: Config, cpu: &Cpu) -> Result<Self, Error> {
        let layers = Layers { weights, cpu, prefix: "" };
        let Config { width, text_width, time_features, span_features, .. } = config;
        let blocks = (0..config.blocks).map(|index| Block::load(&layers, &config, index));
        let span_in = (span_features > 0).then(|| layers.bare_linear("span_in", span_features, width));
        Ok(Self {
            patch_in: layers.linear("patch_in", config.token_channels(), width)?,
            positions: layers.values("positions", &[config.tokens(), width])?,
            null_word: layers.values("null_word", &[text_width])?,
            frequencies: frequencies(time_features / 2),
            time_in: layers.linear("time_in", time_features, width)?,
            span_in: span_in.transpose()?.map(|layer| (layer, frequencies(span_features / 2))),
            text_in: layers.linear("text_in", text_width, width)?,
            time_out: layers.linear("time_out", width, MODULATIONS * width)?,
            blocks: blocks.collect::<Result<_, _>>()?,
            final_modulation: layers.linear("final_modulation", width, 2 * width)?,
            patch_out: layers.linear("patch_out", width, config.token_channels())?,
            config,
        })
    }

    /// The model's shape.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Keys, values and means of `prompts`, whose states are standardised; no tokens stand for no text.
    #[must_use]
    pub fn condition(&self, cpu: &Cpu, prompts: &[TextStates]) -> Conditioning {
        let width = self.config.text_width;
        let words = 1 + prompts.iter().map(|prompt| prompt.tokens).max().unwrap_or(0);
        let mut states = vec![0.0; prompts.len() * words * width];
        let mut texts = vec![0.0; prompts.len() * width];
        let rows = states.chunks_exact_mut(words * width).zip(texts.chunks_exact_mut(width));
        for (prompt, (states, mean)) in prompts.iter().zip(rows) {
            states[..width].copy_from_slice(&self.null_word);
            states[width..][..prompt.states.len()].copy_from_slice(&prompt.states);
            mean.copy_from_slice(&prompt.mean(width));
        }
        let mut means = vec![0.0; prompts.len() * self.config.width];
        self.text_in.forward(cpu, &texts, &mut means); // (prompts, width)
        let keys_values = self.blocks.iter().map(|block| {
            let mut keys_values = vec![0.0; prompts.len() * words * 2 * self.config.width];
            block.text_kv.forward(cpu, &states, &mut keys_values); // (prompts, words, 2 * width)
            keys_values
        });
        Conditioning {
            keys_values: keys_values.collect(),
            lengths: prompts.iter().map(|prompt| 1 + prompt.tokens).collect(),
            words,
            means,
        }
    }

    /// A denoiser of one picture for each of `prompts`, which are indices into `conditioning`.
    ///
    /// Its `x` and velocity are (pictures, tokens, token channels); see [`Painter::latents`].
    #[must_use]
    pub fn painting<'a>(
        &'a self,
        cpu: &'a Cpu,
        conditioning: &'a Conditioning,
        prompts: Vec<usize>,
    ) -> Painting<'a> {
        let room = Room::new(&self.config, prompts.len(), conditioning.lengths.len());
        Painting { painter: self, cpu, conditioning, prompts, span: 0.0, room }
    }

    /// One picture's tokens as latents: (tokens, token channels) to (side, side, channels).
    #[must_use]
    pub fn latents(&self, tokens: &[f32]) -> Vec<f32> {
        let Config { latent_side, latent_channels, patch, .. } = self.config;
        let mut latents = vec![0.0; tokens.len()];
        pixel_shuffle(tokens, latent_side / patch, latent_side / patch, latent_channels, patch, &mut latents);
        latents
    }

    /// Tokens of one picture's latents, the inverse of [`Painter::latents`].
    ///
    /// `latents`: (`latent_side`, `latent_side`, `latent_channels`).
    #[must_use]
    pub fn tokens(&self, latents: &[f32]) -> Vec<f32> {
        let Config { latent_side, latent_channels, patch, .. } = self.config;
        assert_eq!(latents.len(), latent_side * latent_side * latent_channels, "latents of another size");
        pixel_unshuffle(latents, latent_side, latent_channels, patch)
    }
}

impl TextStates {
    /// Mean of the tokens' states of `width` columns; zeros without tokens.
    pub(crate) fn mean(&self, width: usize) -> Vec<f32> {
        let mut mean = vec![0.0; width];
        for state in self.states.chunks_exact(width) {
            mean.iter_mut().zip(state).for_each(|(mean, value)| *mean += value);
        }
        mean.iter_mut().for_each(|mean| *mean /= self.tokens.max(1) as f32);
        mean
    }
}

/// `count` frequencies from 1 down to nearly 1e-4.
fn frequencies(count: usize) -> Vec<f32> {
    let exponent = |index: usize| -math::ln(10_000.0) * index as f64 / count as f64;
    #[expect(clippy::cast_possible_truncation, reason = "as in training, where they are f32")]
    (0..count).map(|index| math::exp(exponent(index)) as f32).collect()
}

/// A painter at work on a batch of pictures; allocates nothing once it stands.
pub struct Painting<'a> {
    painter: &'a Painter,
    cpu: &'a Cpu,
    conditioning: &'a Conditioning,
    /// (pictures)
    prompts: Vec<usize>,
    span: f32,
    room: Room,
}

impl Painting<'_> {
    /// A distilled painter is told how far each step goes, in [0, 1], and gives the mean of the velocity on that way; to
    /// any other it says nothing. Source: Frans et al. 2024, arXiv:2410.12557, section 3.
    #[must_use]
    pub fn stepping(self, span: f32) -> Self {
        Self { span, ..self }
    }
}

/// Buffers for one call; batch means pictures.
struct Room {
    /// (time features)
    features: Vec<f32>,
    /// (span features)
    span_features: Vec<f32>,
    /// (width)
    time: Vec<f32>,
    /// (prompts, width)
    conditions: Vec<f32>,
    /// (prompts, 6 * width)
    shared: Vec<f32>,
    /// (prompts, 2 * width)
    last: Vec<f32>,
    /// (blocks * 6 + 2, batch, width)
    modulations: Vec<f32>,
    /// (batch, tokens, width)
    x: Vec<f32>,
    /// As large: what a layer reads.
    normed: Vec<f32>,
    /// (batch, tokens, 3 * width)
    qkv: Vec<f32>,
    /// (batch, tokens, hidden)
    hidden: Vec<f32>,
}

impl Room {
    fn new(config: &Config, batch: usize, prompts: usize) -> Self {
        let Config { width, blocks, hidden, time_features, span_features, .. } = *config;
        let rows = batch * config.tokens();
        let zeros = |length: usize| vec![0.0; length];
        Self {
            features: zeros(time_features),
            span_features: zeros(span_features),
            time: zeros(width),
            conditions: zeros(prompts * width),
            shared: zeros(prompts * MODULATIONS * width),
            last: zeros(prompts * 2 * width),
            modulations: zeros((blocks * MODULATIONS + 2) * batch * width),
            x: zeros(rows * width),
            normed: zeros(rows * width),
            qkv: zeros(rows * 3 * width),
            hidden: zeros(rows * hidden),
        }
    }
}

impl Denoiser for Painting<'_> {
    fn velocity(&mut self, x: &[f32], t: f32, velocity: &mut [f32]) {
        let Self { painter, cpu, conditioning, prompts, span, room } = self;
        let (cpu, config) = (*cpu, &painter.config);
        let (batch, width) = (prompts.len(), config.width);
        painter.modulate(cpu, (t, *span), conditioning, prompts, room);
        for picture in room.x.chunks_exact_mut(painter.positions.len()) {
            picture.copy_from_slice(&painter.positions);
        }
        painter.patch_in.forward_with(cpu, x, Epilogue::AddTo, &mut room.x); // (batch, tokens, width)
        let blocks = room.modulations.chunks_exact(MODULATIONS * batch * width);
        let extra = conditioning.keys_values.iter();
        for ((block, modulation), keys_values) in painter.blocks.iter().zip(blocks).zip(extra) {
            let extra = ExtraKeys {
                keys_values,
                tokens: conditioning.words,
                lengths: &conditioning.lengths,
                prompts,
            };
            let shape = Attention {
                batch,
                tokens: config.tokens(),
                heads: width / config.head_dim,
                head_dim: config.head_dim,
                lengths: None,
                extra: Some(extra),
            };
            let buffers =
                [&mut room.x, &mut room.normed, &mut room.qkv, &mut room.hidden].map(Vec::as_mut_slice);
            block.forward(cpu, &shape, modulation, buffers);
        }
        let last = &room.modulations[painter.blocks.len() * MODULATIONS * batch * width..];
        let (shift, scale) = last.split_at(batch * width);
        let modulation = Modulation { shift, scale, rows_per_group: config.tokens() };
        rms_norm_modulate(cpu, &room.x, width, modulation, EPSILON, &mut room.normed);
        painter.patch_out.forward(cpu, &room.normed, velocity); // (batch, tokens, token channels)
    }
}

impl Painter {
    /// Fills `room.modulations` with all shifts, scales and gates of one evaluation.
    ///
    /// Time and text are projected once for each prompt; blocks differ by what they add.
    fn modulate(
        &self,
        cpu: &Cpu,
        (t, span): (f32, f32),
        conditioning: &Conditioning,
        prompts: &[usize],
        room: &mut Room,
    ) {
        let width = self.config.width;
        time_features(t, &self.frequencies, &mut room.features);
        self.time_in.forward(cpu, &room.features, &mut room.time); // (width)
        if let Some((span_in, frequencies)) = &self.span_in {
            time_features(span, frequencies, &mut room.span_features);
            span_in.forward_with(cpu, &room.span_features, Epilogue::AddTo, &mut room.time);
        }
        let rows = room.conditions.chunks_exact_mut(width).zip(conditioning.means.chunks_exact(width));
        for (condition, mean) in rows {
            let sums = condition.iter_mut().zip(mean).zip(&room.time);
            sums.for_each(|((condition, mean), time)| *condition = mean + time);
        }
        silu(cpu, &mut room.conditions); // (prompts, width)
        self.time_out.forward(cpu, &room.conditions, &mut room.shared); // (prompts, 6 * width)
        self.final_modulation.forward(cpu, &room.conditions, &mut room.last); // (prompts, 2 * width)
        let mut rows = room.modulations.chunks_exact_mut(width);
        for block in &self.blocks {
            for (part, own) in block.modulation.chunks_exact(width).enumerate() {
                for (prompt, row) in prompts.iter().zip(&mut rows) {
                    let shared = &room.shared[(prompt * MODULATIONS + part) * width..];
                    let sums = row.iter_mut().zip(shared).zip(own);
                    sums.for_each(|((value, shared), own)| *value = shared + own);
                }
            }
        }
        for part in 0..2 {
            for (prompt, row) in prompts.iter().zip(&mut rows) {
                row.copy_from_slice(&room.last[(prompt * 2 + part) * width..][..width]);
            }
        }
    }
}

/// Cosines, then sines, of 1000 `t` times each of `frequencies`.
fn time_features(t: f32, frequencies: &[f32], features: &mut [f32]) {
    let (cosines, sines) = features.split_at_mut(frequencies.len());
    for ((cosine, sine), frequency) in cosines.iter_mut().zip(sines).zip(frequencies) {
        // The angle is rounded to f32 as in training.
        let angles = math::sine_cosine(f64::from(1000.0 * t * frequency));
        #[expect(clippy::cast_possible_truncation, reason = "a feature for f32 layers")]
        let (s, c) = (angles.0 as f32, angles.1 as f32);
        (*sine, *cosine) = (s, c);
    }
}

impl Block {
    fn load(layers: &Layers<'_>, config: &Config, index: usize) -> Result<Self, Error> {
        let Config { width, text_width, hidden, .. } = *config;
        let name = |part: &str| format!("blocks.{index}.{part}");
        Ok(Self {
            qkv: layers.quantised(&name("qkv"), width, 3 * width)?,
            text_kv: layers.bare_linear(&name("text_kv"), text_width, 2 * width)?,
            out: layers.quantised(&name("out"), width, width)?,
            gate_up: layers.swiglu(&name("gate_up"), width, hidden)?,
            down: layers.quantised(&name("down"), hidden, width)?,
            modulation: layers.values(&name("modulation"), &[MODULATIONS, width])?,
        })
    }

    /// `modulation`: (6, batch, width); buffers: x, which is changed, then room for normed rows, qkv and hidden.
    fn forward(&self, cpu: &Cpu, shape: &Attention<'_>, modulation: &[f32], buffers: [&mut [f32]; 4]) {
        let [x, normed, qkv, hidden] = buffers;
        let (width, rows) = (self.out.out_features(), shape.tokens);
        let part = |index: usize| &modulation[index * shape.batch * width..][..shape.batch * width];
        let vectors = |index| Modulation { shift: part(index), scale: part(index + 1), rows_per_group: rows };
        let gate = |index| Epilogue::GatedAdd { gate: part(index), rows_per_gate: rows };
        rms_norm_modulate(cpu, x, width, vectors(0), EPSILON, normed);
        self.qkv.forward(cpu, normed, qkv); // (batch, tokens, 3 * width)
        attention(cpu, shape, qkv, normed); // (batch, tokens, width)
        self.out.forward_with(cpu, normed, gate(2), x);
        rms_norm_modulate(cpu, x, width, vectors(3), EPSILON, normed);
        self.gate_up.forward(cpu, normed, hidden); // (batch, tokens, hidden)
        self.down.forward_with(cpu, hidden, gate(5), x); // (batch, tokens, width)
    }
}
