//! Painter: the one place that knows the engine's pipeline and where weights lie.

use std::borrow::Cow;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use danqing_engine::{
    Cpu, GenerateRequest, Guidance, Models, Pipeline, Prompt, Sampler, Side, Start, Step, Steps, Subject,
    Upscale,
};
use danqing_scene::Composition;
use image::RgbaImage;

use crate::error::{Error, Setting};
use crate::metadata::PaintedBy;
use crate::plan::{Painting, Plan};

/// Paintings that go through the engine together.
const BATCH: usize = 8;

/// Set by Ctrl-C, read between two steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Asks for the end.
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the end was asked for.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The files of one model, in memory.
pub(crate) struct Weights {
    /// `xiaoyang`, or the folder.
    pub(crate) name: String,
    pub(crate) text: Cow<'static, [u8]>,
    pub(crate) painter: Cow<'static, [u8]>,
    /// The distilled painter: models of others have none.
    pub(crate) quick: Option<Cow<'static, [u8]>>,
    pub(crate) pixels: Cow<'static, [u8]>,
    /// Of all four, where it is known without reading them.
    pub(crate) sha256: Option<&'static str>,
    /// For `eval` only.
    pub(crate) judge: Option<Cow<'static, [u8]>>,
}

impl Weights {
    /// The model in `folder`, or the one in the binary.
    pub(crate) fn open(folder: Option<&Path>) -> Result<Self, Error> {
        match folder {
            Some(folder) => Self::read(folder),
            None => Self::embedded().ok_or(Error::NoModel),
        }
    }

    /// The model in the binary, if it was built in.
    #[cfg(feature = "embedded")]
    pub(crate) fn embedded() -> Option<Self> {
        Some(Self {
            name: "xiaoyang".to_owned(),
            text: Cow::Borrowed(include_bytes!("../../../models/xiaoyang/text.safetensors")),
            painter: Cow::Borrowed(include_bytes!("../../../models/xiaoyang/painter.safetensors")),
            quick: Some(Cow::Borrowed(include_bytes!("../../../models/xiaoyang/quick.safetensors"))),
            pixels: Cow::Borrowed(include_bytes!("../../../models/xiaoyang/pixels.safetensors")),
            sha256: Some(env!("DANQING_WEIGHTS_SHA256")),
            judge: Some(Cow::Borrowed(include_bytes!("../../../models/xiaoyang/judge.safetensors"))),
        })
    }

    /// The model in the binary, if it was built in.
    #[cfg(not(feature = "embedded"))]
    pub(crate) fn embedded() -> Option<Self> {
        None
    }

    /// The files that the engine loads.
    pub(crate) fn models(&self) -> Models<'_> {
        let quick = self.quick.as_deref();
        Models { text: &self.text, painter: &self.painter, quick, pixels: &self.pixels }
    }

    fn read(folder: &Path) -> Result<Self, Error> {
        let read = |name: &str| -> Result<Cow<'static, [u8]>, Error> {
            let file: PathBuf = folder.join(name);
            fs::read(&file).map(Cow::Owned).map_err(|source| Error::Unreadable { file, source })
        };
        Ok(Self {
            name: folder.display().to_string(),
            text: read("text.safetensors")?,
            painter: read("painter.safetensors")?,
            quick: read("quick.safetensors").ok(),
            pixels: read("pixels.safetensors")?,
            sha256: None,
            judge: read("judge.safetensors").ok(),
        })
    }
}

/// A pipeline with its weights loaded.
pub(crate) struct Painter {
    pipeline: Pipeline,
    /// Taken up when it is first asked for.
    quick: Option<Cow<'static, [u8]>>,
}

/// How far the paintings in work have come.
pub(crate) struct Progress<'a> {
    step: &'a Step<'a>,
    /// Plan and painting of each subject of the step.
    places: &'a [(usize, usize)],
}

impl Progress<'_> {
    /// Steps of paintings that were done since the last report.
    pub(crate) fn steps(&self) -> u64 {
        self.places.len() as u64
    }

    /// What the paintings in work are becoming, 128 pixels a side, each with the places of its plan and of itself in
    /// the plan. It costs as much as decoding them.
    pub(crate) fn sketches(&self) -> impl Iterator<Item = ((usize, usize), RgbaImage)> {
        self.places.iter().copied().zip(self.step.pictures())
    }
}

/// Hears of each step, and may end the work.
pub(crate) type Watch<'a> = dyn FnMut(&Progress<'_>) -> ControlFlow<()> + 'a;

/// The time down to which guidance holds where a picture begins as noise: of 0, 0.3, 0.45 and 0.5, with guidance 3 and 4, this one with 4
/// is told apart best by the judge, and cleaner to the eye than 0 (`models/xiaoyang`, "What was tried").
const GUIDED_ABOVE: f32 = 0.45;

/// The settings that paintings of one engine call have in common.
#[derive(Clone, Debug, PartialEq)]
struct Manner {
    negative: Prompt,
    steps: Steps,
    guidance: Guidance,
    sampler: Sampler,
    enlargements: usize,
}

impl Manner {
    fn of(plan: &Plan) -> Result<Self, Error> {
        let order = &plan.order;
        let wrong = |setting, value: String| Error::OutOfRange { setting, value };
        let guidance = Guidance::new(order.guidance)
            .ok_or_else(|| wrong(Setting::Guidance, order.guidance.to_string()))?;
        let is_noise = |painting: &Painting| matches!(painting.start, Start::Noise | Start::Travel { .. });
        let late = plan.paintings.iter().all(is_noise);
        Ok(Self {
            negative: plan.negative(),
            steps: Steps::new(order.steps as usize)
                .ok_or_else(|| wrong(Setting::Steps, order.steps.to_string()))?,
            guidance: if late { guidance.only_above(GUIDED_ABOVE) } else { guidance },
            sampler: order.sampler,
            enlargements: plan.enlargements(),
        })
    }
}

impl Painter {
    /// Unpacks `weights` for `cpu`.
    pub(crate) fn new(weights: &Weights, cpu: Cpu) -> Result<Self, Error> {
        let pipeline = match weights.sha256 {
            Some(sha256) => Pipeline::load_known(&weights.models(), sha256, cpu),
            None => Pipeline::load(&weights.models(), cpu),
        };
        let pipeline = pipeline.map_err(|source| Error::Weights { model: weights.name.clone(), source })?;
        Ok(Self { pipeline, quick: weights.quick.clone() })
    }

    /// Whether it can paint in a few steps.
    pub(crate) fn is_quick(&self) -> bool {
        self.quick.is_some()
    }

    /// The pipeline itself.
    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// What pictures say about the model.
    pub(crate) fn painted_by(&self) -> PaintedBy {
        let info = self.pipeline.info();
        PaintedBy { model: info.name.clone(), hash: info.sha256.clone() }
    }

    /// Paints every painting of `plans`, all together in batches; gives the pictures of each plan.
    ///
    /// `watch` hears of each step and may end the work, which is then [`Error::Cancelled`]. A picture does not depend
    /// on what is painted beside it.
    pub(crate) fn paint(&self, plans: &[Plan], watch: &mut Watch<'_>) -> Result<Vec<Vec<RgbaImage>>, Error> {
        let mut pictures: Vec<Vec<RgbaImage>> = plans.iter().map(|_| Vec::new()).collect();
        let manners = plans.iter().map(Manner::of).collect::<Result<Vec<_>, _>>()?;
        let all: Vec<Place> = plans.iter().enumerate().flat_map(|(plan, of)| places(plan, of)).collect();
        for same in all.chunk_by(|one, next| manners[one.plan] == manners[next.plan]) {
            for batch in same.chunks(BATCH) {
                let manner = &manners[batch[0].plan];
                let painted = self.batch(manner, batch, watch)?;
                for (place, picture) in batch.iter().zip(painted) {
                    let painting = &plans[place.plan].paintings[place.painting];
                    let larger = (0..manner.enlargements).fold(painting.smoothed(picture), |picture, _| {
                        self.pipeline.upscale(&picture, Upscale::X4)
                    });
                    pictures[place.plan].push(painting.coloured(larger));
                }
            }
        }
        Ok(pictures)
    }

    /// Lays the `pictures` of `plan` out, and does what its order changes; `watch` hears of things that are painted anew.
    pub(crate) fn compose(
        &self,
        plan: &Plan,
        pictures: Vec<RgbaImage>,
        watch: &mut Watch<'_>,
    ) -> Result<Composition, Error> {
        let mut composition = plan.composition(pictures);
        for change in &plan.order.changes {
            change.apply(&mut composition, &mut |again| {
                let Some(only) = plan.only(again) else { return Ok(RgbaImage::default()) };
                let painted = self.paint(&[only], watch)?;
                Ok(painted.into_iter().flatten().next().unwrap_or_default())
            })?;
        }
        Ok(composition)
    }

    fn batch(
        &self,
        manner: &Manner,
        batch: &[Place],
        watch: &mut Watch<'_>,
    ) -> Result<Vec<RgbaImage>, Error> {
        let request = GenerateRequest {
            subjects: batch.iter().map(|place| place.subject.clone()).collect(),
            negative: manner.negative.clone(),
            steps: manner.steps,
            guidance: manner.guidance,
            sampler: manner.sampler,
            side: Side::Px128,
        };
        let places: Vec<(usize, usize)> = batch.iter().map(|place| (place.plan, place.painting)).collect();
        let mut hear = |step: Step<'_>| {
            let places = places.get(step.subjects.clone()).unwrap_or_default();
            watch(&Progress { step: &step, places })
        };
        if let (Sampler::Quick, Some(file)) = (manner.sampler, &self.quick) {
            self.pipeline.add_quick(file).map_err(|source| self.failed(source))?;
        }
        self.pipeline.generate(&request, &mut hear).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: danqing_engine::Error) -> Error {
        match source {
            danqing_engine::Error::Cancelled => Error::Cancelled,
            danqing_engine::Error::NoQuick => Error::NoQuick { model: self.pipeline.info().name.clone() },
            source => Error::Weights { model: self.pipeline.info().name.clone(), source },
        }
    }
}

/// A painting on its way through the engine.
struct Place {
    plan: usize,
    painting: usize,
    subject: Subject,
}

fn places(index: usize, plan: &Plan) -> impl Iterator<Item = Place> {
    plan.paintings.iter().enumerate().map(move |(painting, of)| Place {
        plan: index,
        painting,
        subject: Subject {
            prompt: Prompt { text: of.prompt.clone(), emphasis: of.emphasis.clone() },
            seed: of.seed,
            start: of.start.clone(),
            blend: of.blend.clone(),
        },
    })
}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_weights_have_the_name_that_the_build_gave_them() {
        let weights = Weights::embedded().expect("built in");
        let known = Painter::new(&weights, Cpu::detect(1)).expect("sound").painted_by();
        let weights = Weights { sha256: None, ..weights };
        assert_eq!(known, Painter::new(&weights, Cpu::detect(1)).expect("sound").painted_by(), "hash");
    }
}
