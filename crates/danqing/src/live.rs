//! Live painting: what somebody is writing, seen while they write it.
//!
//! A frame is an ordinary order in a hurry. The same rules screen its words, the same plan lays it out, each subject starts
//! from the same noise in every frame, so that the picture changes its shape instead of flickering. A frame is labelled,
//! shown and forgotten: nothing is stored, logged or written into the ledger. Who wants to keep what they see orders it,
//! with the same seed, journey and styles.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use danqing_engine::{Sampler, Upscale};
use danqing_scene::Style;
use image::RgbaImage;
use tokio::sync::Semaphore;

use crate::error::Error;
use crate::hands::Hand;
use crate::order::{DEFAULT_GUIDANCE, Order, Size};
use crate::painter::Cancel;
use crate::workshop::Workshop;
use crate::{painting, screening};

/// How much care a frame takes. All that decides between fast and good stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Care {
    /// While words change: as fast as one can see.
    Draft,
    /// When they rest, once: as near to what the kept picture will be as somebody waits for.
    Fine,
}

impl Care {
    /// Sampler and its steps; `quick`: the model has a distilled painter.
    fn manner(self, quick: bool) -> (Sampler, u32) {
        match (self, quick) {
            (Self::Draft, true) => (Sampler::Quick, 2),
            (Self::Fine, true) => (Sampler::Quick, 4),
            (Self::Draft, false) => (Sampler::Euler, 4),
            (Self::Fine, false) => (Sampler::Euler, 8),
        }
    }

    /// The longer side of the frame, in pixels.
    fn side_px(self) -> u32 {
        match self {
            Self::Draft => 256,
            Self::Fine => 512,
        }
    }
}

/// The longer side that a frame is planned for, in pixels: as the model paints, so that nothing is enlarged on the way.
const PLANNED_PX: u32 = 128;

/// Styles that lie side by side on the slider, from none on; between two of them is a blend.
pub(crate) const STYLES: [Option<Style>; 6] = [
    None,
    Some(Style::ThreeD),
    Some(Style::Flat),
    Some(Style::Gradient),
    Some(Style::Cartoon),
    Some(Style::HandDrawn),
];

/// How long a place is kept for somebody who changes nothing.
const PAUSE: Duration = Duration::from_secs(30);

impl Order {
    /// The same picture in a hurry.
    fn frame(&self, care: Care, quick: bool) -> Self {
        let (sampler, steps) = care.manner(quick);
        let Size { width_px, height_px } = self.size;
        let side = |side: u32| (side * PLANNED_PX / width_px.max(height_px)).max(1);
        Self {
            steps,
            guidance: DEFAULT_GUIDANCE,
            sampler,
            size: Size { width_px: side(width_px), height_px: side(height_px) },
            changes: Vec::new(),
            incoming: None,
            ..self.single(0)
        }
    }
}

impl Workshop {
    /// What `order` is going to look like, with the visible label.
    ///
    /// `watch` is asked after each step whether to go on; if not, that is [`Error::Cancelled`].
    pub(crate) fn frame(
        &self,
        order: &Order,
        care: Care,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<RgbaImage, Error> {
        let painter = match care {
            Care::Draft => self.draftsman(),
            Care::Fine => &self.painter,
        };
        let order = self.screen(order.frame(care, painter.is_quick()))?;
        let plans = self.plans(&order)?;
        let painted = painter.paint(&plans, &mut |_| watch())?;
        let (Some(plan), Some(mut pictures)) = (plans.first(), painted.into_iter().next()) else {
            return Err(Error::Broken);
        };
        // Of several things each is shown small, and not enlarged by the model.
        if let (Care::Fine, [only]) = (care, pictures.as_mut_slice()) {
            *only = painter.pipeline().upscale(only, Upscale::X4);
        }
        let picture = plan.sketch(pictures, care.side_px());
        let picture = self.rules.current().admit_picture(picture, &[]).map_err(screening::stopped)?;
        self.labelling.shown(picture).map_err(unlabelled)
    }

    /// A frame as WebP, with the implicit label.
    fn frame_file(&self, frame: &RgbaImage) -> Result<Vec<u8>, Error> {
        self.labelling.describe(&painting::webp(frame)?, frame).map_err(unlabelled)
    }
}

fn unlabelled(source: danqing_provenance::Error) -> Error {
    Error::Label { file: "live".into(), source }
}

/// A frame as it is sent.
pub(crate) struct Frame {
    /// WebP with the implicit label.
    pub(crate) bytes: Vec<u8>,
    /// What painting took.
    pub(crate) duration: Duration,
}

/// Who paints live in this process. Each person has one frame in work at most, and a new one takes its place.
pub(crate) struct Live {
    /// People at once.
    most: usize,
    places: Mutex<HashMap<String, Place>>,
    /// Frames are painted one after the other, whoever they are for. A job in work goes on beside them: the kernels share
    /// the processor between the two, so that neither waits for the other to end.
    brush: Arc<Semaphore>,
    hand: Hand,
}

struct Place {
    seen: Instant,
    work: Cancel,
}

/// A frame in work, which ends when nobody waits for it any more.
struct Work(Cancel);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.set();
    }
}

impl Live {
    /// Places for `most` people.
    pub(crate) fn new(most: usize) -> Result<Self, Error> {
        let (places, brush, hand) = (Mutex::default(), Arc::new(Semaphore::new(1)), Hand::new("live")?);
        Ok(Self { most, places, brush, hand })
    }

    /// Whether there is live painting at all.
    pub(crate) fn is_open(&self) -> bool {
        self.most > 0
    }

    /// The next frame of `person`; `None` where they have asked for a newer one meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error::LiveFull`] where others have all places, [`Error::Stopped`] where a rule stops the words.
    pub(crate) async fn frame(
        &self,
        workshop: &Arc<Workshop>,
        person: &str,
        order: Order,
        care: Care,
    ) -> Result<Option<Frame>, Error> {
        let work = self.begin(person, Instant::now())?;
        let brush = Arc::clone(&self.brush).acquire_owned().await.map_err(|_| Error::Closing)?;
        if work.0.is_set() {
            return Ok(None);
        }
        let (workshop, cancel) = (Arc::clone(workshop), work.0.clone());
        let paint = move || {
            // Also where the person has left, the next frame waits for this one's last step.
            let _brush = brush;
            let start = Instant::now();
            let mut watch =
                || if cancel.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let picture = workshop.frame(&order, care, &mut watch)?;
            let bytes = workshop.frame_file(&picture)?;
            Ok(Frame { bytes, duration: start.elapsed() })
        };
        match self.hand.take(paint).await.map_err(|_| Error::Broken)? {
            Err(Error::Cancelled) => Ok(None),
            painted => painted.map(Some),
        }
    }

    /// Takes the person's place, and ends what is in work there.
    fn begin(&self, person: &str, now: Instant) -> Result<Work, Error> {
        // A thread that panicked in here has left whole entries.
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.retain(|_, place| now.duration_since(place.seen) < PAUSE);
        if places.len() >= self.most && !places.contains_key(person) {
            return Err(Error::LiveFull { most: self.most });
        }
        let work = Cancel::default();
        let before = places.insert(person.to_owned(), Place { seen: now, work: work.clone() });
        if let Some(before) = before {
            before.work.set();
        }
        Ok(Work(work))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::Wish;

    #[test]
    fn the_newest_frame_of_a_person_wins() {
        let (live, now) = (Live::new(2).expect("a thread"), Instant::now());
        let first = live.begin("li", now).expect("a place");
        let others = live.begin("wang", now).expect("a place");
        let second = live.begin("li", now).expect("her own place");
        assert!(first.0.is_set(), "the older frame is over");
        assert!(!second.0.is_set() && !others.0.is_set(), "the newer one is not, nor that of others");
    }

    #[test]
    fn places_are_for_a_few_and_free_after_a_pause() {
        let (live, now) = (Live::new(1).expect("a thread"), Instant::now());
        let full =
            |live: &Live, person, now| matches!(live.begin(person, now), Err(Error::LiveFull { most: 1 }));
        assert!(!full(&live, "li", now), "the first");
        assert!(full(&live, "wang", now + PAUSE / 2), "she is still there");
        assert!(!full(&live, "li", now + PAUSE / 2), "and paints on");
        assert!(full(&live, "wang", now + PAUSE), "the pause counts from her last frame");
        assert!(!full(&live, "wang", now + PAUSE / 2 + PAUSE), "she has left");
        assert!(
            matches!(Live::new(0).expect("a thread").begin("li", now), Err(Error::LiveFull { most: 0 })),
            "closed"
        );
    }

    #[test]
    fn a_frame_nobody_waits_for_ends() {
        let live = Live::new(1).expect("a thread");
        let cancel = live.begin("li", Instant::now()).expect("a place").0.clone();
        assert!(cancel.is_set(), "whoever asked is gone");
    }

    #[test]
    fn frames_keep_what_decides_the_picture() {
        let wish = Wish {
            seed: Some(7),
            size: Some("1024x512".into()),
            count: Some(4),
            travel: Some("9:0.5".into()),
            blend: Some("flat:0.5".into()),
            changes: Some("layer 1 remove".into()),
            ..Wish::default()
        };
        let order = Order::new("三只红灯笼", &wish).expect("sound");
        let decides =
            |order: &Order| (order.prompt.clone(), order.seed, order.travel, order.blend, order.style);
        for frame in [true, false].map(|quick| order.frame(Care::Draft, quick)) {
            assert_eq!(decides(&frame), decides(&order), "words, noise and styles");
            assert_eq!(
                (frame.size.width_px, frame.size.height_px, frame.count),
                (128, 64, 1),
                "small, and one"
            );
            assert!(frame.changes.is_empty(), "layers are changed in pictures that are kept");
        }
    }

    #[test]
    fn every_style_of_the_slider_is_one_that_the_model_draws() {
        for style in STYLES.into_iter().flatten() {
            assert!(crate::lexicon::Knowledge::draws(style), "{style:?}");
        }
    }
}
