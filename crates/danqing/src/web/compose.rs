//! The first page: what shall be painted, and what is being painted.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use danqing_scene::Style;
use danqing_store::JobId;
use serde::Deserialize;

use super::examples::{self, Example};
use super::files::visible;
use super::jobs::{self, JobView};
use super::orders::OrderForm;
use super::page::{Ui, page};
use super::reading::{self, Item};
use crate::error::Error;
use crate::lexicon::Knowledge;
use crate::order::{DEFAULT_GUIDANCE, DEFAULT_SAMPLER, DEFAULT_SIZE, DEFAULT_STEPS, Written};
use crate::painting::About;
use crate::studio::Studio;
use crate::walk::Commission;

/// Styles that are offered, where the model draws them.
const STYLES: [Style; 12] = [
    Style::ThreeD,
    Style::Flat,
    Style::Gradient,
    Style::Cartoon,
    Style::HandDrawn,
    Style::Sticker,
    Style::Avatar,
    Style::PaperCut,
    Style::Ink,
    Style::Watercolour,
    Style::Pixel,
    Style::LineArt,
];

/// Sizes that are offered: the name's key, and what it is.
const SIZES: [(&str, &str, u32, u32); 5] = [
    ("compose.square", "512", 512, 512),
    ("compose.landscape", "768x512", 768, 512),
    ("compose.portrait", "512x768", 512, 768),
    ("compose.wide", "1024x576", 1024, 576),
    ("compose.large", "1024", 1024, 1024),
];

const COUNTS: [u32; 4] = [1, 2, 4, 8];

/// Grounds that are offered: pigments, and two skies.
const GROUNDS: [(&str, &str, &str); 11] = [
    ("ffffff", "白", "white"),
    ("f3e3c3", "米色", "rice"),
    ("ffd84d", "藤黄", "gamboge"),
    ("f7b7a3", "胭脂", "rouge"),
    ("b3271d", "朱砂", "cinnabar"),
    ("9fc7dd", "天青", "sky blue"),
    ("1f567c", "石青", "azurite"),
    ("7fb08a", "石绿", "malachite"),
    ("22242a", "墨", "ink"),
    ("f7b7a3-fff1d6", "霞", "dawn"),
    ("1b2a4a-6a7fb0", "夜", "night"),
];

/// What the address may ask the form to hold.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    #[serde(flatten)]
    order: OrderForm,
    /// `word=other`: the word is to be replaced.
    r#use: String,
    f_adjective: String,
    f_subject: String,
    f_detail: String,
    f_manner: String,
    /// A job to order like.
    like: String,
    /// A picture to order like.
    from: String,
}

/// One of several that can be chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) chosen: bool,
}

impl Choice {
    pub(super) fn new(value: &str, label: &str, chosen: &str) -> Self {
        Self { value: value.to_owned(), label: label.to_owned(), chosen: value == chosen }
    }
}

/// A size with the box that stands for it, in a square of 24.
struct SizeChoice {
    value: &'static str,
    label: String,
    chosen: bool,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

/// A ground with its colours at the top and at the bottom, in hexadecimal.
struct Ground {
    value: &'static str,
    label: &'static str,
    chosen: bool,
    top: &'static str,
    bottom: &'static str,
}

/// The form, filled.
pub(super) struct Form {
    prompt: String,
    negative: String,
    seed: String,
    steps: String,
    guidance: String,
    exact: String,
    ground: String,
    travel: String,
    blend: String,
    whole: bool,
    advanced: bool,
    styles: Vec<Choice>,
    sizes: Vec<SizeChoice>,
    counts: Vec<Choice>,
    grounds: Vec<Ground>,
    samplers: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "compose.html")]
struct Compose<'a> {
    ui: &'a Ui,
    trouble: String,
    form: Form,
    reading: Vec<Item>,
    jobs: Vec<JobView>,
    examples: Vec<Example>,
    queued: usize,
    busy: bool,
}

/// `GET /`.
pub(super) async fn get(
    State(studio): State<Arc<Studio>>,
    ui: Ui,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    ui.caller()?;
    let written = asked.written(&studio, &ui).await?;
    shown(&studio, &ui, &written, String::new()).await
}

/// The page with its form filled from `written`, and what went wrong, if something did.
pub(super) async fn shown(
    studio: &Arc<Studio>,
    ui: &Ui,
    written: &Written,
    trouble: String,
) -> Result<Response, Error> {
    let jobs = jobs::latest(studio, ui).await?;
    let queued = jobs.iter().filter(|job| job.open).count();
    let examples = if jobs.is_empty() { examples::all(ui.language) } else { Vec::new() };
    let reading = reading::items(studio, ui, &written.prompt).await?;
    let form = Form::of(written, ui);
    page(&Compose { ui, trouble, form, reading, examples, queued, busy: queued > 0, jobs })
}

impl Asked {
    /// The order that the address describes, unchecked: of a job, of a picture, or of the form's own fields.
    async fn written(self, studio: &Studio, ui: &Ui) -> Result<Written, Error> {
        if !self.like.is_empty() {
            let id: JobId = self.like.parse()?;
            let job = studio.store.jobs().job(&ui.person()?.id, &id).await?;
            return Ok(Commission::read(&job)?.order);
        }
        if !self.from.is_empty() {
            let picture = visible(studio, ui.person()?, &self.from).await?;
            return Ok(about(&picture.parameters).map_or_else(
                || Written { prompt: picture.prompt.clone(), ..Written::default() },
                |about| about.order,
            ));
        }
        Ok(self.fields(ui))
    }

    fn fields(self, ui: &Ui) -> Written {
        let written = self.order.readable();
        let prompt = match self.formula(ui) {
            Some(prompt) => prompt,
            None => match self.r#use.split_once('=') {
                Some((word, other)) => written.prompt.replacen(word, other, 1),
                None => written.prompt.clone(),
            },
        };
        Written { prompt, ..written }
    }

    /// The prompt by the formula: adjective and subject, details, manner. None where no subject is given.
    fn formula(&self, ui: &Ui) -> Option<String> {
        let parts =
            [&self.f_subject, &self.f_adjective, &self.f_detail, &self.f_manner].map(|part| part.trim());
        let [subject, adjective, detail, manner] = parts;
        if subject.is_empty() {
            return None;
        }
        let first = if adjective.is_empty() || ui.language == crate::language::Language::Chinese {
            format!("{adjective}{subject}")
        } else {
            format!("{adjective} {subject}")
        };
        let rest = [detail, manner].into_iter().filter(|part| !part.is_empty());
        Some(
            std::iter::once(first.as_str())
                .chain(rest)
                .collect::<Vec<_>>()
                .join(ui.language.pick("，", ", ")),
        )
    }
}

/// What is kept with a picture; none for one that came from elsewhere.
pub(super) fn about(parameters: &str) -> Option<About> {
    serde_json::from_str(parameters).ok()
}

impl Form {
    fn of(written: &Written, ui: &Ui) -> Self {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let size = written.size.clone().unwrap_or_else(|| DEFAULT_SIZE.to_owned());
        let size = size
            .split_once('x')
            .filter(|(width, height)| width == height)
            .map_or(size.clone(), |(side, _)| side.to_owned());
        let offered = SIZES.iter().any(|(_, value, ..)| *value == size);
        let background = text(&written.background);
        let ground_offered = ["", "transparent"].contains(&background.as_str())
            || GROUNDS.iter().any(|(value, ..)| *value == background);
        let advanced = written.negative.is_some()
            || written.seed.is_some()
            || !offered
            || !ground_offered
            || written.travel.is_some()
            || written.blend.is_some()
            || written.whole;
        Self {
            prompt: written.prompt.clone(),
            negative: text(&written.negative),
            seed: written.seed.map(|seed| seed.to_string()).unwrap_or_default(),
            steps: written.steps.unwrap_or(DEFAULT_STEPS).to_string(),
            guidance: written.guidance.unwrap_or(DEFAULT_GUIDANCE).to_string(),
            exact: if offered { String::new() } else { size.clone() },
            ground: if ground_offered { String::new() } else { background.clone() },
            travel: text(&written.travel),
            blend: text(&written.blend),
            whole: written.whole,
            advanced,
            styles: styles(ui, written.style.as_deref()),
            sizes: sizes(ui, if offered { &size } else { "" }),
            counts: COUNTS
                .map(|count| count.to_string())
                .iter()
                .map(|count| Choice::new(count, count, &written.count.unwrap_or(1).to_string()))
                .collect(),
            grounds: grounds(ui, if ground_offered { &background } else { "" }),
            samplers: [
                ("euler", "Euler"),
                ("heun", "Heun"),
                ("dpm++2m", "DPM++ 2M"),
                ("quick", ui.say("compose.quick")),
            ]
            .map(|(value, label)| {
                let chosen = text(&written.sampler).to_lowercase().replace(' ', "");
                let chosen = if chosen.is_empty() { DEFAULT_SAMPLER } else { &chosen };
                Choice::new(value, label, chosen)
            })
            .into(),
        }
    }
}

fn styles(ui: &Ui, chosen: Option<&str>) -> Vec<Choice> {
    let chosen = chosen.and_then(Style::parse);
    let any = Choice {
        value: String::new(),
        label: ui.say("compose.any_style").to_owned(),
        chosen: chosen.is_none(),
    };
    let language = ui.language.pick(danqing_scene::Language::Chinese, danqing_scene::Language::English);
    let offered = STYLES.into_iter().filter(|style| Knowledge::draws(*style) || chosen == Some(*style));
    let choice = |style: Style| Choice {
        value: style.name().to_owned(),
        label: style.word(language).to_owned(),
        chosen: chosen == Some(style),
    };
    std::iter::once(any).chain(offered.map(choice)).collect()
}

fn sizes(ui: &Ui, chosen: &str) -> Vec<SizeChoice> {
    let choice = |(key, value, width, height): (&'static str, &'static str, u32, u32)| {
        let scale = 18.0 / width.max(height) as f32;
        let [width_box, height_box] = [width, height].map(|side| (side as f32 * scale).round());
        SizeChoice {
            value,
            label: if width == height {
                format!("{} {width}", ui.say(key))
            } else {
                format!("{} {width}×{height}", ui.say(key))
            },
            chosen: value == chosen,
            x: (24.0 - width_box) / 2.0,
            y: (24.0 - height_box) / 2.0,
            width: width_box,
            height: height_box,
        }
    };
    SIZES.map(choice).into()
}

fn grounds(ui: &Ui, chosen: &str) -> Vec<Ground> {
    let plain = |value: &'static str, key: &str| Ground {
        value,
        label: ui.say(key),
        chosen: value == chosen,
        top: "",
        bottom: "",
    };
    let coloured = |(value, zh, en): (&'static str, &'static str, &'static str)| {
        let (top, bottom) = value.split_once('-').unwrap_or((value, value));
        Ground { value, label: ui.language.pick(zh, en), chosen: value == chosen, top, bottom }
    };
    [plain("", "compose.ground_as_said"), plain("transparent", "compose.ground_none")]
        .into_iter()
        .chain(GROUNDS.map(coloured))
        .collect()
}
