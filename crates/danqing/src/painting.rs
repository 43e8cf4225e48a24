//! The part of a job that takes a processor: plans in, labelled files out, told step by step.
//!
//! Painting runs on a thread of its own; [`Easel::next`] waits for it on the async side, keeps the lease alive and hears
//! when the person calls the job off.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use danqing_provenance::labeller::Labelled;
use danqing_store::{DIMENSIONS, Event, Heard, Lease, NewPicture, Pulse, Subscription, Vector};
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbaImage};
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Interval, interval};

use crate::error::Error;
use crate::order::Written;
use crate::output::Format;
use crate::painter::Progress;
use crate::plan::Plan;
use crate::report;
use crate::studio::Studio;
use crate::workshop::Workshop;

/// Paintings that go through the engine together.
const TOGETHER: usize = 8;
/// How often the lease is renewed.
const BEAT: Duration = Duration::from_millis(1000);
/// How often a picture in work is shown at most.
const SKETCH_EVERY: Duration = Duration::from_millis(90);
/// The longer side of a sketch, in pixels.
const SKETCH_PX: u32 = 256;
/// The longer side of the small picture in galleries.
pub(crate) const THUMB_PX: u32 = 320;
/// The name of the small picture among a picture's files.
pub(crate) const THUMB: &str = "thumb";

/// A finished picture on its way to the store.
pub(crate) struct Finished {
    pub(crate) place: u32,
    labelled: Labelled,
    thumb: Vec<u8>,
    prompt: String,
    names: String,
    vector: Vector,
    about: About,
}

/// What is kept with a picture, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct About {
    /// The order of this picture alone.
    pub(crate) order: Written,
    pub(crate) model: String,
    pub(crate) model_hash: String,
    /// Its share of the time that painting took.
    pub(crate) seconds: f64,
    /// What was not understood.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<serde_json::Value>,
    /// It was painted over a picture, which the order does not hold.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) edited: bool,
    /// The number in its labels.
    pub(crate) produce_id: String,
}

impl Finished {
    /// For the store. Only what is labelled gets here.
    pub(crate) fn into_new(self) -> Result<NewPicture, Error> {
        let about = serde_json::to_string(&self.about).map_err(|_| Error::Broken)?;
        let (width, height) = self.labelled.picture().map_or((0, 0), RgbaImage::dimensions);
        let seed = self.about.order.seed.unwrap_or_default();
        let picture =
            NewPicture::new(self.labelled.bytes().to_vec(), self.labelled.format().mime(), width, height)
                .prompt(&self.prompt)
                .also(&self.names)
                .parameters(about)
                .vector(self.vector)
                .file(THUMB, "image/webp", self.thumb)
                .mark("produce-id", &self.about.produce_id)
                .fact("prompt", &self.prompt)
                .fact("seed", seed)
                .fact("model", format!("{} {}", self.about.model, self.about.model_hash))
                .fact("produce_id", &self.about.produce_id);
        Ok(match self.about.produce_id.split_once('-') {
            Some((watermark, _)) if self.labelled.is_marked() => picture.mark("watermark", watermark),
            _ => picture,
        })
    }
}

enum Told {
    Steps(u64),
    Sketch(Arc<[u8]>),
    Finished(Box<Finished>),
}

/// One job in work.
pub(crate) struct Easel<'a> {
    studio: &'a Studio,
    lease: &'a Lease,
    told: mpsc::Receiver<Told>,
    work: Option<oneshot::Receiver<Result<(), Error>>>,
    stop: Arc<AtomicBool>,
    events: Subscription,
    beat: Interval,
    done: u64,
    total: u64,
    ended: Option<Pulse>,
}

impl<'a> Easel<'a> {
    /// Begins to paint `plans`, each with its place in the job.
    pub(crate) fn set_up(
        studio: &'a Arc<Studio>,
        lease: &'a Lease,
        plans: Vec<(u32, Plan)>,
        format: Format,
    ) -> Self {
        let steps = |(_, plan): &(u32, Plan)| plan.paintings.len() as u64 * u64::from(plan.order.steps);
        let total = plans.iter().map(steps).sum();
        let (sender, told) = mpsc::channel(4);
        let stop = Arc::new(AtomicBool::new(false));
        let events = studio.store.bus().subscribe();
        let (workshop, flag) = (Arc::clone(&studio.workshop), Arc::clone(&stop));
        let work = move || Work { workshop: &workshop, format, stop: &flag, told: &sender }.all(plans);
        let work = Some(studio.painting.take(work));
        Self { studio, lease, told, work, stop, events, beat: interval(BEAT), done: 0, total, ended: None }
    }

    /// The next finished picture; none when all are done.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] where the person called the job off, the store's error where the lease is lost.
    pub(crate) async fn next(&mut self) -> Result<Option<Finished>, Error> {
        loop {
            tokio::select! {
                told = self.told.recv() => match told {
                    Some(Told::Finished(finished)) => return Ok(Some(*finished)),
                    Some(Told::Steps(steps)) => self.report(steps, None),
                    Some(Told::Sketch(sketch)) => self.report(0, Some(sketch)),
                    None => return self.end().await,
                },
                _ = self.beat.tick() => self.pulse().await?,
                heard = self.events.next() => {
                    if matches!(&heard, Heard::Event(Event::Cancelling(job)) if *job == self.lease.job.id) {
                        self.pulse().await?;
                    }
                }
            }
        }
    }

    fn report(&mut self, steps: u64, preview: Option<Arc<[u8]>>) {
        self.done += steps;
        self.studio.metrics.steps.add(steps);
        let (job, person) = (self.lease.job.id.clone(), self.lease.job.person.clone());
        let (done, total) = (self.done as u32, self.total as u32);
        self.studio.store.bus().send(Event::Progress { job, person, done, total, preview });
    }

    async fn pulse(&mut self) -> Result<(), Error> {
        let pulse =
            self.studio.store.jobs().heartbeat(self.lease, self.done as u32, self.total as u32).await?;
        if pulse != Pulse::Continue {
            self.ended = Some(pulse);
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn end(&mut self) -> Result<Option<Finished>, Error> {
        if let Some(work) = self.work.take() {
            // A panic inside is logged where it is handled: with the job.
            match (work.await.map_err(|_| Error::Broken)?, self.ended) {
                (_, Some(Pulse::Lost)) => {
                    let lost = danqing_store::Error::LeaseLost(self.lease.job.id.to_string());
                    return Err(lost.into());
                }
                (result, _) => result?,
            }
        }
        Ok(None)
    }
}

impl Drop for Easel<'_> {
    /// Whoever leaves early leaves no painting behind.
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The painting thread.
struct Work<'a> {
    workshop: &'a Workshop,
    format: Format,
    stop: &'a AtomicBool,
    told: &'a mpsc::Sender<Told>,
}

impl Work<'_> {
    fn all(&self, plans: Vec<(u32, Plan)>) -> Result<(), Error> {
        let most = plans.iter().map(|(_, plan)| plan.paintings.len()).max().unwrap_or(1).max(1);
        for group in plans.chunks((TOGETHER / most).max(1)) {
            let plans: Vec<Plan> = group.iter().map(|(_, plan)| plan.clone()).collect();
            let start = Instant::now();
            let mut sketches = Sketches::new(&plans);
            let painted = self.workshop.painter.paint(&plans, &mut |progress| {
                self.tell(Told::Steps(progress.steps()));
                for sketch in sketches.drawn(progress) {
                    self.show(sketch);
                }
                if self.stop.load(Ordering::Relaxed) {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
            let seconds = start.elapsed().as_secs_f64() / plans.len() as f64;
            for ((place, plan), pictures) in group.iter().zip(painted) {
                if self.stop.load(Ordering::Relaxed) {
                    return Err(Error::Cancelled);
                }
                self.tell(Told::Finished(Box::new(self.finished(*place, plan, pictures, seconds)?)));
            }
        }
        Ok(())
    }

    /// Nobody listening means that the job ended on the other side, which the flag tells too.
    fn tell(&self, told: Told) {
        let _listeners = self.told.blocking_send(told);
    }

    fn show(&self, mut sketch: RgbaImage) {
        // A sketch that is too small for a label is not shown.
        if self.workshop.labelling.draw(&mut sketch).is_ok()
            && let Ok(bytes) = webp(&sketch)
        {
            self.tell(Told::Sketch(bytes.into()));
        }
    }

    fn finished(
        &self,
        place: u32,
        plan: &Plan,
        pictures: Vec<RgbaImage>,
        seconds: f64,
    ) -> Result<Finished, Error> {
        let composition = self.workshop.painter.compose(plan, pictures, &mut |progress| {
            self.tell(Told::Steps(progress.steps()));
            if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        let picture = composition.flatten();
        let labelled = self.workshop.label(picture, &plan.order, self.format)?;
        let by = self.workshop.painter.painted_by();
        let small = labelled.picture().map(|picture| crate::resize::fitted(picture, THUMB_PX));
        let names = plan.scene.subjects.iter().filter_map(|subject| self.workshop.knowledge.names(subject));
        Ok(Finished {
            place,
            thumb: small.map(|small| webp(&small)).transpose()?.unwrap_or_default(),
            prompt: plan.order.prompt.clone(),
            names: names.flat_map(|(zh, en)| [zh, en]).collect::<Vec<_>>().join("\n"),
            vector: self.workshop.vector(&plan.order.prompt),
            about: About {
                order: Written::from(&plan.order),
                model: by.model,
                model_hash: by.hash,
                seconds: (seconds * 1000.0).round() / 1000.0,
                notes: self.workshop.notes(plan).iter().map(report::note).collect(),
                edited: plan.order.incoming.is_some(),
                produce_id: labelled.label().produce_id.clone(),
            },
            labelled,
        })
    }
}

/// Lossless WebP.
pub(crate) fn webp(picture: &RgbaImage) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let (width, height) = picture.dimensions();
    WebPEncoder::new_lossless(&mut bytes)
        .write_image(picture, width, height, ExtendedColorType::Rgba8)
        .map_err(|error| Error::Encoding { file: THUMB.into(), reason: error.to_string() })?;
    Ok(bytes)
}

/// A direction scaled to length 127, as the store compares them.
pub(crate) fn vector(states: &[f32]) -> Vector {
    let length = states.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    let mut vector = [0; DIMENSIONS];
    for (number, value) in vector.iter_mut().zip(states) {
        *number = (value / length * 127.0).round().clamp(-127.0, 127.0) as i8;
    }
    vector
}

/// What the pictures of a group look like so far.
struct Sketches<'a> {
    plans: &'a [Plan],
    paintings: HashMap<(usize, usize), RgbaImage>,
    last: Option<Instant>,
}

impl<'a> Sketches<'a> {
    fn new(plans: &'a [Plan]) -> Self {
        Self { plans, paintings: HashMap::new(), last: None }
    }

    /// The pictures of which every painting was begun, if it is time for them.
    fn drawn(&mut self, progress: &Progress<'_>) -> Vec<RgbaImage> {
        if self.last.is_some_and(|last| last.elapsed() < SKETCH_EVERY) {
            return Vec::new();
        }
        self.last = Some(Instant::now());
        let mut touched = Vec::new();
        for (place, picture) in progress.sketches() {
            touched.push(place.0);
            let picture = self.plans[place.0].paintings[place.1].coloured(picture);
            self.paintings.insert(place, picture);
        }
        touched.dedup();
        touched.into_iter().filter_map(|plan| self.drawn_of(plan)).collect()
    }

    fn drawn_of(&self, index: usize) -> Option<RgbaImage> {
        let plan = &self.plans[index];
        let painting = |number| self.paintings.get(&(index, number)).cloned();
        let pictures: Option<Vec<RgbaImage>> = (0..plan.paintings.len()).map(painting).collect();
        Some(plan.sketch(pictures?, SKETCH_PX))
    }
}
