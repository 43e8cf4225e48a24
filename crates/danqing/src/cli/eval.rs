//! `danqing eval`: fixed sheets of prompts, how often the judge finds a picture's caption among a hundred, whether
//! compositions hold what they must, and whom the model paints when it is asked for a person.

mod compositions;
mod fairness;
mod look;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use danqing_engine::Judge;
use danqing_scene::Composition;
use image::{Rgba, RgbaImage, imageops};
use serde::Deserialize;
use serde_json::json;

use super::ModelArguments;
use crate::config::Config;
use crate::error::Error;
use crate::grid::{numbered, sheet};
use crate::labelling::{Clock, Labelling};
use crate::lexicon::Knowledge;
use crate::metadata;
use crate::order::{Order, Reading, Wish};
use crate::output::{Existing, Format, Output};
use crate::painter::{Painter, Weights};
use crate::plan::Plan;
use crate::report::{Reader, say};
use crate::screening;
use crate::terminal::progress;

/// One prompt a line: 24 in Chinese, then 24 in English; the last 8 of each are compositions.
const SHEET: &str = include_str!("eval/sheet.txt");
/// Things of Chinese culture by name, one a line; the last are in paper-cut and ink.
const CULTURE: &str = include_str!("eval/culture.txt");
/// Captions that no training picture had.
const HELD_OUT: &str = include_str!("../../../../models/xiaoyang/heldout.json");
/// Captions that one picture is compared with.
const AMONG: usize = 100;
const COLUMNS: u32 = 8;
const CELL: &str = "256";

/// What can be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The 48 prompts, to look at.
    Sheet,
    /// 40 things of Chinese culture, to look at.
    Culture,
    /// Held-out captions found among a hundred.
    Retrieval,
    /// The 200 compositions.
    Compositions,
    /// Who is painted for prompts that name a person.
    Fairness,
}

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "PART", hide_possible_values = true)]
    parts: Vec<Part>,
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[arg(short, long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    seed: u32,
    #[arg(long, value_name = "N")]
    steps: Option<u32>,
    #[arg(short, long, value_name = "X")]
    guidance: Option<f32>,
    #[arg(long, value_name = "NAME")]
    sampler: Option<String>,
    #[arg(long, value_name = "FILE")]
    captions: Option<PathBuf>,
    #[arg(long, value_name = "N", default_value_t = 20, hide_default_value = true)]
    samples: u32,
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    model: ModelArguments,
}

/// A held-out caption in both languages.
#[derive(Debug, Deserialize)]
struct Caption {
    zh: String,
    en: String,
}

pub(super) fn run(arguments: &Arguments, config: &Config, reader: Reader) -> Result<(), Error> {
    let parts: &[Part] =
        if arguments.parts.is_empty() { &[Part::Sheet, Part::Retrieval] } else { &arguments.parts };
    let captions = held_out(arguments.captions.as_deref())?;
    let weights = Weights::open(arguments.model.folder(config).as_deref())?;
    let painter = Painter::new(&weights, arguments.model.cpu(config)?)?;
    let painting = Evaluation { arguments, config, painter, knowledge: Knowledge::load(), reader };
    for (part, name, prompts) in [(Part::Sheet, "sheet", SHEET), (Part::Culture, "culture", CULTURE)] {
        if parts.contains(&part) {
            painting.sheet(name, prompts)?;
        }
    }
    if parts.iter().all(|part| matches!(part, Part::Sheet | Part::Culture)) {
        return Ok(());
    }
    let Some(judge) = &weights.judge else {
        if let Reader::Person(language) = reader {
            say(language.pick(
                "这个模型没有评分器（judge.safetensors），不报告分数",
                "this model has no judge (judge.safetensors), so there are no scores",
            ));
        }
        return Ok(());
    };
    let judge = Judge::load(judge, arguments.model.cpu(config)?)
        .map_err(|source| Error::Weights { model: weights.name.clone(), source })?;
    for part in parts {
        match part {
            Part::Sheet | Part::Culture => {}
            Part::Retrieval => painting.retrievals(&judge, &captions)?,
            Part::Compositions => compositions::run(&painting, &judge)?,
            Part::Fairness => fairness::run(&painting, &judge, arguments.samples)?,
        }
    }
    Ok(())
}

/// The cosine of two unit vectors.
fn likeness(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn held_out(file: Option<&Path>) -> Result<Vec<Caption>, Error> {
    let (text, name) = match file {
        Some(file) => {
            let unreadable = |source| Error::Unreadable { file: file.to_owned(), source };
            (std::fs::read_to_string(file).map_err(unreadable)?, file)
        }
        None => (HELD_OUT.to_owned(), Path::new("heldout.json")),
    };
    serde_json::from_str(&text).map_err(|_| Error::NotText { file: name.to_owned() })
}

/// The first hundreds of different texts.
fn column(captions: &[Caption], text: fn(&Caption) -> &String) -> Vec<&str> {
    let mut seen = std::collections::HashSet::new();
    let texts = captions.iter().map(|caption| text(caption).as_str()).filter(|text| seen.insert(*text));
    let texts: Vec<&str> = texts.collect();
    let whole = if texts.len() < AMONG { texts.len() } else { texts.len() / AMONG * AMONG };
    texts[..whole].to_vec()
}

fn numbered_cells(cells: &[RgbaImage]) -> Vec<RgbaImage> {
    let cell = |(number, picture): (usize, &RgbaImage)| {
        let mut cell = RgbaImage::from_pixel(picture.width(), picture.height(), Rgba([255; 4]));
        imageops::overlay(&mut cell, picture, 0, 0);
        numbered(&mut cell, number, 2);
        cell
    };
    (1..).zip(cells).map(cell).collect()
}

/// `sheet` on light grey, with room for the label below its pictures.
fn with_foot(sheet: &RgbaImage) -> RgbaImage {
    let mut page =
        RgbaImage::from_pixel(sheet.width(), sheet.height() + sheet.height() / 7, Rgba([236, 236, 240, 255]));
    imageops::overlay(&mut page, sheet, 0, 0);
    page
}

struct Evaluation<'a> {
    arguments: &'a Arguments,
    config: &'a Config,
    painter: Painter,
    knowledge: Knowledge,
    reader: Reader,
}

impl Evaluation<'_> {
    /// Paints fixed prompts, one a line, on one sheet and lists them.
    fn sheet(&self, name: &str, prompts: &str) -> Result<(), Error> {
        let mut output = Output::open(self.arguments.out.as_deref(), None, Existing::Replace)?;
        let prompts: Vec<&str> = prompts.lines().collect();
        let plans = self.plans(&prompts, CELL, Reading::Scene)?;
        let cells = self.pictures(&plans)?;
        let sheet = with_foot(&sheet(&numbered_cells(&cells), Some(COLUMNS)));
        let order = Order::new("danqing eval", &self.wish(CELL, Reading::Scene))?;
        let by = self.painter.painted_by();
        let text = metadata::text(&order, &by);
        let rules = screening::policy(self.config)?;
        let sheet = rules.admit_picture(sheet, &[]).map_err(screening::stopped)?;
        let labelled = Labelling::open(self.config, Clock::System)?
            .label(sheet, &by.model, None, &|sheet| Format::Png.encode(sheet, &text))
            .map_err(|source| Error::Label { file: format!("{name}.png").into(), source })?;
        let file = output.write(name, &labelled)?;
        match self.reader {
            Reader::Program(_) => say(&json!({ "sheet": file, "prompts": prompts }).to_string()),
            Reader::Person(_) => {
                say(&file.display().to_string());
                (1..).zip(&prompts).for_each(|(number, prompt)| say(&format!("{number:>3}  {prompt}")));
            }
        }
        Ok(())
    }

    /// Tells for each language how many pictures are found by their captions.
    fn retrievals(&self, judge: &Judge, captions: &[Caption]) -> Result<(), Error> {
        let columns = [
            ("zh", column(captions, |caption| &caption.zh)),
            ("en", column(captions, |caption| &caption.en)),
        ];
        for (tag, texts) in columns {
            let (found, all) = self.retrieval(judge, &texts)?;
            let recall = found as f64 / all.max(1) as f64;
            say(&match self.reader {
                Reader::Program(_) => json!({ "language": tag, "recall_at_1": recall, "found": found, "captions": all, "among": AMONG }).to_string(),
                Reader::Person(language) => language.pick(
                    format!("检索 R@1（{tag}，{AMONG} 选 1）：{:.1} %，{found}/{all}", recall * 100.0),
                    format!("retrieval R@1 ({tag}, among {AMONG}): {:.1} %, {found}/{all}", recall * 100.0),
                ),
            });
        }
        Ok(())
    }

    fn wish(&self, size: &str, reading: Reading) -> Wish {
        let settings = self.config.paint.wish();
        Wish {
            seed: Some(i64::from(self.arguments.seed)),
            steps: self.arguments.steps.or(settings.steps),
            guidance: self.arguments.guidance.or(settings.guidance),
            sampler: self.arguments.sampler.clone().or(settings.sampler),
            size: Some(size.to_owned()),
            reading: Some(reading),
            ..Wish::default()
        }
    }

    /// Each prompt with its own seed, so that no noise is favoured.
    fn plans(&self, prompts: &[&str], size: &str, reading: Reading) -> Result<Vec<Plan>, Error> {
        let wish = self.wish(size, reading);
        let plan = |(index, prompt): (u32, &&str)| {
            Ok(Plan::new(Order::new(prompt, &wish)?.single(index), &self.knowledge))
        };
        (0..).zip(prompts).map(plan).collect()
    }

    /// The finished pictures.
    fn pictures(&self, plans: &[Plan]) -> Result<Vec<RgbaImage>, Error> {
        Ok(self.compositions(plans)?.iter().map(Composition::flatten).collect())
    }

    /// The pictures in layers.
    fn compositions(&self, plans: &[Plan]) -> Result<Vec<Composition>, Error> {
        let steps: u64 =
            plans.iter().map(|plan| plan.paintings.len() as u64 * u64::from(plan.order.steps)).sum();
        let bar = progress(steps, self.reader.language());
        let painted = self.painter.paint(plans, &mut |progress| {
            bar.inc(progress.steps());
            ControlFlow::Continue(())
        })?;
        bar.finish_and_clear();
        Ok(plans.iter().zip(painted).map(|(plan, pictures)| plan.composition(pictures)).collect())
    }

    /// The judge's vectors of `texts`.
    fn text_vectors(&self, judge: &Judge, texts: &[&str]) -> Vec<Vec<f32>> {
        let means: Vec<Vec<f32>> =
            texts.iter().map(|text| self.painter.pipeline().text_vector(text)).collect();
        judge.texts(&means)
    }

    /// How many of the pictures painted from `texts` are more like their own text than like any other of its hundred.
    fn retrieval(&self, judge: &Judge, texts: &[&str]) -> Result<(usize, usize), Error> {
        let pictures = self.pictures(&self.plans(texts, "128", Reading::Whole)?)?;
        let pictures = judge.pictures(&pictures);
        let texts = self.text_vectors(judge, texts);
        let found = |(index, picture): (usize, &Vec<f32>)| {
            let hundred = &texts[index / AMONG * AMONG..texts.len().min((index / AMONG + 1) * AMONG)];
            let own = likeness(picture, &texts[index]);
            hundred.iter().filter(|text| likeness(picture, text) >= own).count() == 1
        };
        Ok((pictures.iter().enumerate().filter(|picture| found(*picture)).count(), pictures.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_has_its_prompts() {
        let prompts: Vec<&str> = SHEET.lines().collect();
        let chinese = prompts.iter().filter(|prompt| !prompt.is_ascii()).count();
        assert_eq!((prompts.len(), chinese), (48, 24), "half of each language");
        let knowledge = Knowledge::load();
        let composed = prompts.iter().filter(|prompt| {
            let scene = danqing_scene::read(prompt, knowledge.lexicon());
            !scene.is_single() || scene.background.is_some()
        });
        assert_eq!(composed.count(), 16, "a third are compositions");
        assert_eq!(CULTURE.lines().count(), 40, "five rows");
    }

    #[test]
    fn held_out_captions_are_read() {
        let captions = held_out(None).expect("the file has its format");
        assert_eq!(column(&captions, |caption| &caption.zh).len(), 3 * AMONG, "enough of them");
    }
}
