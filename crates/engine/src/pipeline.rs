//! The walk from prompts and seeds to pictures.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::OnceLock;

use danqing_kernels::Cpu;
use image::RgbaImage;
use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

use crate::codec::Codec;
use crate::denoiser::{Blended, Denoiser, Guided, Repainted, Switched};
use crate::dit::{Config, Painter};
use crate::pixels::{averaged, reached};
use crate::request::{Emphasis, GenerateRequest, Prompt, Side, Start, Strength, Subject, Weight};
use crate::sampler::{Sampler, Watch};
use crate::schedule::Sigmas;
use crate::text::WIDTH as TEXT_WIDTH;
use crate::upscale::{Upscale, Upscaler};
use crate::{Error, TextEncoder, TextStates, Weights, noise, pixels};

/// Pictures painted at once: as many as fill the kernels; more would only take memory.
const BATCH: usize = 4;
/// Which noise of a seed the latents start from.
const LATENT_NOISE: u64 = 0;
/// Parts of a prompt whose influence on the other words is weighed: each takes an encoding of its own.
const MOST_WEIGHED: usize = 8;
/// Digits of a SHA-256 that name a model.
const HASH_DIGITS: usize = 12;

/// The files of a model, as safetensors bytes.
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    /// Text encoder: `text.safetensors`.
    pub text: &'a [u8],
    /// Diffusion transformer: `painter.safetensors`.
    pub painter: &'a [u8],
    /// The distilled painter, if the model has one: `quick.safetensors`. It counts for the name of the model only, until
    /// [`Pipeline::add_quick`] takes it up: most processes never paint with it.
    pub quick: Option<&'a [u8]>,
    /// Codec and upscaler: `pixels.safetensors`.
    pub pixels: &'a [u8],
}

/// A model ready to paint.
pub struct Pipeline {
    cpu: Cpu,
    text: TextEncoder,
    /// (384) each: what the states of tokens have on average.
    text_mean: Vec<f32>,
    text_std: Vec<f32>,
    painter: Painter,
    /// The painter of [`Sampler::Quick`].
    quick: OnceLock<Painter>,
    shift: f32,
    codec: Codec,
    upscaler: Upscaler,
    info: ModelInfo,
}

/// What is known about a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// Its version, empty if the file states none.
    pub version: String,
    /// First 12 hexadecimal digits of the SHA-256 of the text, painter, quick and pixels files, one after another.
    pub sha256: String,
    /// What the painter's file says about itself and its training.
    pub metadata: BTreeMap<String, String>,
}

/// Progress of a request.
pub struct Step<'a> {
    /// Which of the request's subjects are being painted.
    pub subjects: Range<usize>,
    /// Steps done in the whole request, from 1.
    pub index: usize,
    /// Steps of the whole request.
    pub of: usize,
    develop: &'a dyn Fn() -> Vec<RgbaImage>,
}

impl Step<'_> {
    /// What the pictures in work are becoming, 128x128 pixels each: as much work as decoding them.
    #[must_use]
    pub fn pictures(&self) -> Vec<RgbaImage> {
        (self.develop)()
    }
}

impl Pipeline {
    /// Reads and packs all weights for `cpu`, and computes their SHA-256.
    pub fn load(models: &Models<'_>, cpu: Cpu) -> Result<Self, Error> {
        Self::load_named(models, || sha256(models), cpu)
    }

    /// As [`Pipeline::load`] for files whose SHA-256 is known in hexadecimal digits, such as those inside a program;
    /// computing it would take a third of the time of loading.
    pub fn load_known(models: &Models<'_>, sha256: &str, cpu: Cpu) -> Result<Self, Error> {
        Self::load_named(models, || sha256.chars().take(HASH_DIGITS).collect(), cpu)
    }

    fn load_named(
        models: &Models<'_>,
        sha256: impl FnOnce() -> String + Send,
        cpu: Cpu,
    ) -> Result<Self, Error> {
        let weights = [models.text, models.painter, models.pixels].map(Weights::read);
        let [text, painter, pixels] = weights;
        let (text, painter, pixels) = (text?, painter?, pixels?);
        // The sum is as long as the packing, so it takes a thread of its own.
        std::thread::scope(|scope| {
            let sha256 = scope.spawn(sha256);
            let config = Config::read(&painter)?;
            let pipeline = Self {
                text: TextEncoder::load(&text, &cpu)?,
                text_mean: painter.f32("text_mean", &[TEXT_WIDTH])?,
                text_std: painter.f32("text_std", &[TEXT_WIDTH])?,
                shift: shift(&painter)?,
                painter: Painter::load(&painter, config, &cpu)?,
                quick: OnceLock::new(),
                codec: Codec::load(&pixels, &cpu)?,
                upscaler: Upscaler::load(&pixels, &cpu)?,
                info: ModelInfo::read(models.painter, sha256.join().unwrap_or_default())?,
                cpu,
            };
            pipeline.check()
        })
    }

    /// The parts fit each other.
    fn check(self) -> Result<Self, Error> {
        let config = self.painter.config();
        let fits = [
            ("text_width", config.text_width, TEXT_WIDTH),
            ("latent_channels", config.latent_channels, self.codec.latent_channels()),
            ("latent_side", config.latent_side * crate::codec::PATCH, Side::Px128.pixels() as usize),
        ];
        match fits.into_iter().find(|(_, found, expected)| found != expected) {
            Some((name, found, _)) => Err(Error::Property { name, value: found.to_string() }),
            None if self.text_std.iter().any(|std| !(std.is_normal() && *std > 0.0)) => {
                Err(Error::Damaged { tensor: "text_std".into(), reason: "a deviation is not positive" })
            }
            None => Ok(self),
        }
    }

    /// Takes up the distilled painter of the same model, `quick.safetensors`, which [`Sampler::Quick`] needs. Doing it
    /// again changes nothing.
    pub fn add_quick(&self, file: &[u8]) -> Result<(), Error> {
        if self.quick.get().is_none() {
            let weights = Weights::read(file)?;
            let config = Config::read(&weights)?;
            let alike = Config { span_features: self.painter.config().span_features, ..config };
            if config.span_features == 0 || alike != *self.painter.config() {
                let value = config.span_features.to_string();
                return Err(Error::Property { name: "span_features", value });
            }
            // Where two were about to do it, one did.
            drop(self.quick.set(Painter::load(&weights, config, &self.cpu)?));
        }
        Ok(())
    }

    /// What is known about the model.
    #[must_use]
    pub fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// One picture with straight alpha for each subject, in order.
    ///
    /// `watch` hears of each step and may end the work, which is then [`Error::Cancelled`]. A picture depends on its own
    /// subject and the shared settings only, to the byte.
    pub fn generate(
        &self,
        request: &GenerateRequest,
        watch: &mut dyn FnMut(Step<'_>) -> ControlFlow<()>,
    ) -> Result<Vec<RgbaImage>, Error> {
        if request.subjects.iter().any(|subject| !subject.start.is_sound()) {
            return Err(Error::EmptyImage);
        }
        let batches: Vec<&[Subject]> = request
            .subjects
            .chunk_by(|one, next| one.start.strength() == next.start.strength())
            .flat_map(|alike| alike.chunks(BATCH))
            .collect();
        let sigmas: Vec<Sigmas> = batches.iter().map(|batch| self.sigmas(request, batch)).collect();
        let of = sigmas.iter().map(Sigmas::steps).sum();
        let mut images = Vec::with_capacity(request.subjects.len());
        let mut before = 0;
        for (subjects, sigmas) in batches.iter().zip(&sigmas) {
            let painted = images.len()..images.len() + subjects.len();
            let tokens = self.paint(request, subjects, sigmas, &mut |moment| {
                let develop = || self.develop(&moment.picture(), subjects.len());
                let index = before + moment.done;
                watch(Step { subjects: painted.clone(), index, of, develop: &develop })
            })?;
            before += sigmas.steps();
            images.extend(self.develop(&tokens, subjects.len()));
        }
        if request.side == Side::Px512 {
            images.iter_mut().for_each(|image| *image = self.upscaler.enlarge(&self.cpu, image));
        }
        Ok(images)
    }

    /// The noise levels of subjects that start with the same strength.
    fn sigmas(&self, request: &GenerateRequest, subjects: &[Subject]) -> Sigmas {
        let strength = subjects.first().map_or(Strength::FULL, |subject| subject.start.strength());
        let shift = if request.sampler == Sampler::Quick { 1.0 } else { self.shift };
        Sigmas::flow(request.steps.get(), shift).last(strength.get())
    }

    /// Latents of `subjects` as tokens: (subjects, tokens, token channels).
    fn paint(
        &self,
        request: &GenerateRequest,
        subjects: &[Subject],
        sigmas: &Sigmas,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<f32>, Error> {
        let quick = request.sampler == Sampler::Quick;
        let painter = if quick { self.quick.get().ok_or(Error::NoQuick)? } else { &self.painter };
        let guided = request.guidance.get() != 1.0 && !quick;
        // A second prompt without a share costs nothing.
        let seconds = || {
            let blends = subjects.iter().map(|subject| subject.blend.as_ref());
            let blends = blends.enumerate().filter_map(|(place, blend)| Some((place, blend?)));
            blends.filter(|(_, blend)| blend.share.get() > 0.0)
        };
        let shares: Vec<_> = seconds().map(|(place, blend)| (place, blend.share.get())).collect();
        let mut texts = Vec::new();
        let mut entries = |negatives: usize| -> Vec<usize> {
            let prompts = subjects.iter().map(|subject| &subject.prompt);
            let negatives = subjects.iter().take(negatives).map(|_| &request.negative);
            let blends = seconds().map(|(_, blend)| &blend.prompt);
            prompts.chain(negatives).chain(blends).map(|prompt| place_of(&mut texts, prompt)).collect()
        };
        let (alone, doubled) = (entries(0), guided.then(|| entries(subjects.len())));
        let states: Vec<_> = texts.iter().map(|prompt| self.weighted_states(prompt)).collect();
        let conditioning = painter.condition(&self.cpu, &states);

        let (mut x, mut known) = (Vec::new(), Vec::new());
        for subject in subjects {
            let start = self.start(subject, sigmas);
            x.extend(start.x);
            known.extend(start.known);
        }
        let entry = x.len() / subjects.len().max(1);
        let span = 1.0 / request.steps.get() as f32;
        let painting = |entries| painter.painting(&self.cpu, &conditioning, entries).stepping(span);
        let mut plain = painting(alone);
        let mut plain = Blended::new(&mut plain, shares.clone(), x.len(), entry);
        let mut denoiser: &mut dyn Denoiser = &mut plain;
        let (mut both, mut blended, mut guidance, mut switched, mut repainted);
        if let Some(entries) = doubled {
            both = painting(entries);
            blended = Blended::new(&mut both, shares, 2 * x.len(), entry);
            guidance = Guided::new(&mut blended, request.guidance.get(), x.len());
            switched = Switched { early: &mut guidance, late: denoiser, above: request.guidance.above() };
            denoiser = &mut switched;
        }
        if known.iter().any(Option::is_some) {
            repainted = Repainted::new(denoiser, &known);
            denoiser = &mut repainted;
        }
        match request.sampler.run(denoiser, &mut x, sigmas, watch) {
            ControlFlow::Continue(()) => Ok(x),
            ControlFlow::Break(()) => Err(Error::Cancelled),
        }
    }

    /// What a subject's tokens are at the first of `sigmas`, and how those move that are known already.
    fn start(&self, subject: &Subject, sigmas: &Sigmas) -> Begun {
        let config = self.painter.config();
        let mut noise = vec![0.0; config.tokens() * config.token_channels()];
        noise::fill(subject.seed, LATENT_NOISE, &mut noise);
        let (image, mask) = match &subject.start {
            Start::Noise => return Begun { known: vec![None; noise.len()], x: noise },
            Start::Travel { seed, share } => {
                let mut other = vec![0.0; noise.len()];
                noise::fill(*seed, LATENT_NOISE, &mut other);
                noise::travel(&mut noise, &other, share.get());
                return Begun { known: vec![None; noise.len()], x: noise };
            }
            Start::Image { image, .. } => (image, None),
            Start::Masked { image, mask, .. } => (image, Some(mask)),
        };
        let latents = self.codec.encode(&averaged(image, Side::Px128.pixels() as usize), config.latent_side);
        let picture = self.painter.tokens(&latents);
        let t = sigmas.values()[0];
        let changes = mask.map(|mask| {
            let open = reached(mask, config.latent_side);
            let cells: Vec<f32> = open
                .iter()
                .flat_map(|open| vec![f32::from(u8::from(*open)); config.latent_channels])
                .collect();
            self.painter.tokens(&cells)
        });
        let known = noise.iter().zip(&picture).enumerate().map(|(place, (noise, picture))| {
            changes.as_ref().filter(|changes| changes[place] == 0.0).map(|_| noise - picture)
        });
        Begun {
            known: known.collect(),
            x: noise.iter().zip(&picture).map(|(noise, picture)| (1.0 - t) * picture + t * noise).collect(),
        }
    }

    /// The tokens of `count` pictures as images of 128x128 pixels.
    fn develop(&self, tokens: &[f32], count: usize) -> Vec<RgbaImage> {
        let side = self.painter.config().latent_side;
        let picture = |tokens| {
            let picture = self.codec.decode(&self.cpu, &self.painter.latents(tokens), side);
            pixels::to_image(&picture, Side::Px128.pixels(), Side::Px128.pixels())
        };
        tokens.chunks_exact((tokens.len() / count.max(1)).max(1)).map(picture).collect()
    }

    /// Standardised states of the words of `prompt`, weighted.
    ///
    /// The encoder spreads each word over the states of all others, so that a weight acts twice: the word's own states are
    /// multiplied with it, and what the word changed in the states of the others is, too. That change is the difference to
    /// the text without the word.
    fn weighted_states(&self, prompt: &Prompt) -> TextStates {
        let plain = self.states(&prompt.text);
        let weighty = || prompt.emphasis.iter().filter(|emphasis| emphasis.weight != Weight::PLAIN);
        if plain.tokens == 0 || weighty().next().is_none() {
            return plain;
        }
        let places = self.token_places(&prompt.text, plain.tokens);
        let mut states = plain.clone();
        for emphasis in weighty().take(MOST_WEIGHED) {
            self.weigh_influence(prompt, emphasis, (&plain, &places), &mut states);
        }
        for (state, place) in states.states.chunks_exact_mut(TEXT_WIDTH).zip(&places) {
            let factor = prompt.factor(place.clone());
            state.iter_mut().for_each(|value| *value *= factor);
        }
        states
    }

    /// Multiplies what the words of `emphasis` changed in the other words' states.
    fn weigh_influence(
        &self,
        prompt: &Prompt,
        emphasis: &Emphasis,
        (plain, places): (&TextStates, &[Range<usize>]),
        states: &mut TextStates,
    ) {
        let Range { start, end } = emphasis.bytes;
        let (Some(before), Some(after)) = (prompt.text.get(..start), prompt.text.get(end..)) else { return };
        let rest = format!("{before}{after}");
        let without = self.standardised(&rest);
        let mut others = self.token_places(&rest, without.tokens);
        for place in &mut others {
            let shift = |byte: usize| if byte >= start { byte + (end - start) } else { byte };
            // The end of a word before the gap stays before it.
            *place = shift(place.start)..if place.end > start { shift(place.end) } else { place.end };
        }
        let last = (plain.tokens - 1, without.tokens - 1);
        let mut other = 0;
        for (token, place) in places.iter().enumerate() {
            // The two ends of a text have no place; every other token has its own, in ascending order.
            while other < last.1 && !place.is_empty() && others[other].start < place.start {
                other += 1;
            }
            let same = match token {
                0 => Some(0),
                token if token == last.0 => Some(last.1),
                _ => Some(other).filter(|other| !place.is_empty() && others[*other] == *place),
            };
            let Some(same) = same else { continue };
            let row = |index: usize| index * TEXT_WIDTH..(index + 1) * TEXT_WIDTH;
            let pairs = plain.states[row(token)].iter().zip(&without.states[row(same)]);
            for (state, (with, without)) in states.states[row(token)].iter_mut().zip(pairs) {
                *state += (emphasis.weight.get() - 1.0) * (with - without);
            }
        }
    }

    /// The bytes of each of the first `tokens` tokens of `text`, empty for both ends.
    fn token_places(&self, text: &str, tokens: usize) -> Vec<Range<usize>> {
        let words = self.text.tokenizer().places(text).into_iter().take(tokens.saturating_sub(2));
        let end = || std::iter::once(0..0);
        end().chain(words).chain(end()).collect()
    }

    /// Standardised states of `text`; none for a text of white space.
    fn states(&self, text: &str) -> TextStates {
        if text.trim().is_empty() {
            return TextStates { states: Vec::new(), tokens: 0 };
        }
        self.standardised(text)
    }

    /// Standardised states of `text`, those of its two ends at least.
    fn standardised(&self, text: &str) -> TextStates {
        let mut states = self.text.encode(&self.cpu, text);
        for state in states.states.chunks_exact_mut(TEXT_WIDTH) {
            for ((value, mean), std) in state.iter_mut().zip(&self.text_mean).zip(&self.text_std) {
                *value = (*value - mean) / std;
            }
        }
        states
    }

    /// `image` with straight alpha, larger; any size, in tiles.
    #[must_use]
    pub fn upscale(&self, image: &RgbaImage, factor: Upscale) -> RgbaImage {
        let larger = self.upscaler.enlarge(&self.cpu, image);
        (1..factor.passes()).fold(larger, |image, _| self.upscaler.enlarge(&self.cpu, &image))
    }

    /// Mean of the standardised states of `text`, 384 values: near for texts that mean the same; zeros for no text.
    #[must_use]
    pub fn text_vector(&self, text: &str) -> Vec<f32> {
        self.states(text).mean(TEXT_WIDTH)
    }

    /// Tokens of `text` with both ends; what goes beyond [`crate::MAX_TOKENS`] is not read.
    #[must_use]
    pub fn token_count(&self, text: &str) -> usize {
        self.text.tokenizer().ids(text).len() + 2
    }
}

/// A subject's tokens before the first step.
struct Begun {
    x: Vec<f32>,
    /// The velocity of tokens that are known, none of those to be painted.
    known: Vec<Option<f32>>,
}

impl ModelInfo {
    fn read(painter: &[u8], sha256: String) -> Result<Self, Error> {
        let (_, metadata) = SafeTensors::read_metadata(painter).map_err(Error::Unreadable)?;
        let metadata: BTreeMap<_, _> = metadata.metadata().clone().unwrap_or_default().into_iter().collect();
        let text =
            |key: &str, otherwise: &str| metadata.get(key).map_or(otherwise, String::as_str).to_owned();
        Ok(Self { name: text("name", "xiaoyang"), version: text("version", ""), sha256, metadata })
    }
}

/// Where `text` stands in `texts`, which takes it up if it is new.
fn place_of<'a>(texts: &mut Vec<&'a Prompt>, text: &'a Prompt) -> usize {
    texts.iter().position(|known| *known == text).unwrap_or_else(|| {
        texts.push(text);
        texts.len() - 1
    })
}

/// Shift of the time grid that the painter was trained for; 1 if its file states none.
fn shift(painter: &Weights<'_>) -> Result<f32, Error> {
    let Some(value) = painter.property("shift") else { return Ok(1.0) };
    let shift = value.parse().ok().filter(|shift| (0.01..=100.0).contains(shift));
    shift.ok_or_else(|| Error::Property { name: "shift", value: value.to_owned() })
}

fn sha256(models: &Models<'_>) -> String {
    let files = [models.text, models.painter, models.quick.unwrap_or_default(), models.pixels];
    let sum = files.into_iter().fold(Sha256::new(), Sha256::chain_update).finalize();
    sum[..HASH_DIGITS / 2].iter().map(|byte| format!("{byte:02x}")).collect()
}
