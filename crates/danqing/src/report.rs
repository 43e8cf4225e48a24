//! What danqing says about its work: lines for people, or JSON lines for programs.

use std::io::{Write, stdout};
use std::path::Path;

use danqing_scene::{Composition, Language as SceneLanguage};
use image::RgbaImage;
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::error::Error;
use crate::language::Language;
use crate::metadata::PaintedBy;
use crate::nearest::Note;
use crate::order::Order;
use crate::terminal::Preview;

/// Pictures of one run that are shown in the terminal at most.
const MOST_SHOWN: usize = 4;

/// For whom the report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// A person.
    Person(Language),
    /// A program: one JSON object a line.
    Program(Language),
}

impl Reader {
    pub(crate) fn language(self) -> Language {
        match self {
            Self::Person(language) | Self::Program(language) => language,
        }
    }
}

/// A finished picture.
pub(crate) struct Made<'a> {
    pub(crate) order: &'a Order,
    pub(crate) by: &'a PaintedBy,
    pub(crate) file: &'a Path,
    pub(crate) layers: Option<&'a Path>,
    pub(crate) composition: &'a Composition,
    /// Its share of the time that painting took.
    pub(crate) seconds: f64,
    pub(crate) notes: Vec<Note>,
}

/// Speaks to one reader.
pub(crate) struct Report {
    reader: Reader,
    bar: ProgressBar,
    shown: bool,
    made: usize,
}

impl Report {
    /// `pictures`: how many there will be.
    pub(crate) fn new(reader: Reader, bar: ProgressBar, preview: Preview, pictures: usize) -> Self {
        let shown = matches!(reader, Reader::Person(_)) && pictures <= MOST_SHOWN && preview.is_shown();
        Self { reader, bar, shown, made: 0 }
    }

    /// `steps` more are done.
    pub(crate) fn step(&self, steps: u64) {
        self.bar.inc(steps);
    }

    /// A picture was written.
    pub(crate) fn made(&mut self, made: &Made<'_>, picture: &RgbaImage) {
        self.made += 1;
        let line = match self.reader {
            Reader::Person(language) => sentence(made, language),
            Reader::Program(_) => object(made).to_string(),
        };
        self.bar.suspend(|| {
            say(&line);
            if self.shown {
                Preview::show(picture);
            }
        });
    }

    /// A sheet of pictures was written.
    pub(crate) fn grid(&self, file: &Path) {
        let line = match self.reader {
            Reader::Person(language) => {
                format!("{}  {}", file.display(), language.pick("全部在一张上", "all on one sheet"))
            }
            Reader::Program(_) => json!({ "grid": file }).to_string(),
        };
        self.bar.suspend(|| say(&line));
    }

    /// A picture could not be made, and the work goes on.
    pub(crate) fn failed(&self, prompt: &str, error: &Error) {
        self.bar.suspend(|| failed(self.reader, Some(prompt), error));
    }

    /// The last words.
    pub(crate) fn done(&self, seconds: f64) {
        self.bar.finish_and_clear();
        if let Reader::Person(language) = self.reader
            && self.made > 1
        {
            let made = self.made;
            say(&language.pick(
                format!("画好 {made} 张，共 {seconds:.1} 秒"),
                format!("{made} pictures in {seconds:.1} seconds"),
            ));
        }
    }
}

/// Tells that the picture to be repeated was painted with other weights than those at hand.
pub(crate) fn other_weights(reader: Reader, theirs: &str, ours: &str) {
    match reader {
        Reader::Program(_) => say(&json!({ "warning": { "code": "other-weights", "theirs": theirs, "ours": ours } }).to_string()),
        Reader::Person(language) => eprintln!(
            "{}",
            language.pick(
                format!("注意：原图是用别的权重画的（{theirs}，现在是 {ours}），画出来会不一样"),
                format!("note: the original was painted with other weights ({theirs}, these are {ours}); the picture will differ"),
            )
        ),
    }
}

/// Tells of `error`: to people on standard error, to programs as an object on standard output.
pub(crate) fn failed(reader: Reader, prompt: Option<&str>, error: &Error) {
    let language = reader.language();
    let (message, hint) = (error.message(language), error.hint(language));
    match reader {
        Reader::Program(_) => {
            let error = json!({ "code": error.code(), "message": message, "hint": hint });
            let mut object = json!({ "error": error });
            if let Some(prompt) = prompt {
                object["prompt"] = Value::from(brief(prompt));
            }
            say(&object.to_string());
        }
        Reader::Person(_) => {
            let which = prompt.map(|prompt| {
                language.pick(format!("「{}」", brief(prompt)), format!("`{}`: ", brief(prompt)))
            });
            eprintln!("{}{}{message}", language.pick("错误：", "error: "), which.unwrap_or_default());
            if let Some(hint) = hint {
                eprintln!("{}{hint}", language.pick("提示：", "hint: "));
            }
        }
    }
}

/// One line on standard output; a reader that has gone away (`| head`) is no error.
pub(crate) fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

fn brief(prompt: &str) -> String {
    prompt.chars().filter(|c| !c.is_control()).take(40).collect()
}

fn sentence(made: &Made<'_>, language: Language) -> String {
    let Made { order, by, seconds, .. } = made;
    let model = match (by.model.as_str(), language) {
        ("xiaoyang", Language::Chinese) => "小样",
        (model, _) => model,
    };
    let mut lines = language.pick(
        format!("{}  {model}，种子 {}，{} 步，{seconds:.2} 秒", made.file.display(), order.seed, order.steps),
        format!(
            "{}  {model}, seed {}, {} steps, {seconds:.2} seconds",
            made.file.display(),
            order.seed,
            order.steps
        ),
    );
    if let Some(layers) = made.layers {
        lines.push_str(&format!("\n{}  {}", layers.display(), language.pick("分层文件", "layers")));
    }
    for note in &made.notes {
        lines.push_str(&format!("\n  {}", remark(note, language)));
    }
    lines
}

/// A remark for people.
pub(crate) fn remark(note: &Note, language: Language) -> String {
    match note {
        Note::Instead { word, name } => language.pick(
            format!("不认识「{word}」，画成了「{name}」"),
            format!("`{word}` is unknown; drawn as `{name}`"),
        ),
        Note::Unknown { word, near } if near.is_empty() => language.pick(
            format!("不认识「{word}」，照字面试着画了"),
            format!("`{word}` is unknown; drawn by what the word suggests"),
        ),
        Note::Unknown { word, near } => language.pick(
            format!("不认识「{word}」，照字面试着画了；认识的近似词：{}", near.join("、")),
            format!(
                "`{word}` is unknown; drawn by what the word suggests; known words like it: {}",
                near.join(", ")
            ),
        ),
        Note::Style { style } => language.pick(
            format!("还不会「{}」这种风格，按默认风格画了", style.word(SceneLanguage::Chinese)),
            format!("the style `{}` is unknown; drawn in the default style", style.word(SceneLanguage::English)),
        ),
        Note::Unread => language.pick(
            "没有读懂句子的结构，整句交给了模型；数量和位置可能不准".to_owned(),
            "the sentence fits no known pattern; the model painted it whole, and counts and places may be off"
                .to_owned(),
        ),
        Note::Undrawn { phrase } => language.pick(
            format!("不会画背景「{phrase}」，留成了透明"),
            format!("the background `{phrase}` is unknown; left transparent"),
        ),
        Note::Cut { prompt, tokens } => {
            let most = danqing_engine::MAX_TOKENS;
            let prompt = brief(prompt);
            language.pick(
                format!("「{prompt}…」有 {tokens} 个词元，模型只读前 {most} 个"),
                format!("`{prompt}...` has {tokens} tokens; the model reads the first {most}"),
            )
        }
    }
}

/// A remark for programs.
pub(crate) fn note(note: &Note) -> Value {
    match note {
        Note::Instead { word, name } => json!({ "unknown": word, "drawn_as": name }),
        Note::Unknown { word, near } => json!({ "unknown": word, "near": near }),
        Note::Style { style } => json!({ "unknown_style": style.name() }),
        Note::Unread => json!({ "unread": true }),
        Note::Undrawn { phrase } => json!({ "undrawn": phrase }),
        Note::Cut { prompt, tokens } => json!({ "too_long": prompt, "tokens": tokens }),
    }
}

fn object(made: &Made<'_>) -> Value {
    let Made { order, by, .. } = made;
    json!({
        "file": made.file,
        "layers": made.layers,
        "layer_list": layer_list(made.composition),
        "prompt": order.prompt,
        "negative": order.negative,
        "seed": order.seed,
        "steps": order.steps,
        "guidance": order.guidance,
        "sampler": order.sampler.to_string(),
        "width_px": order.size.width_px,
        "height_px": order.size.height_px,
        "style": order.style.map(danqing_scene::Style::name),
        "background": order.background.map(|background| background.to_string()),
        "model": by.model,
        "model_hash": by.hash,
        "seconds": (made.seconds * 1000.0).round() / 1000.0,
        "notes": made.notes.iter().map(note).collect::<Vec<_>>(),
    })
}

/// The things of a picture as changes name them, from 1.
fn layer_list(composition: &Composition) -> Vec<Value> {
    let told = |(origin, layer): (danqing_scene::Origin, &danqing_scene::Layer)| {
        json!({
            "layer": origin.item + 1,
            "name": layer.name,
            "x": layer.x,
            "y": layer.y,
            "width": layer.image.width(),
            "height": layer.image.height(),
        })
    };
    composition.items().into_iter().map(told).collect()
}
