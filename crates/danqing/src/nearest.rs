//! Words outside the model's world, and the known ones nearest to them.
//!
//! The lexicon lists thousands of words with the concept that stands for them. For any other word the text vectors
//! of all concept names, computed once and shipped as a small file, tell which names are read alike.

use std::borrow::Cow;

use danqing_engine::{Pipeline, TEXT_WIDTH};
use danqing_scene::{Entry, Language, Style};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensorError, SafeTensors};

use crate::lexicon::Knowledge;
use crate::order::Reading;
use crate::plan::{Plan, Unknown};

/// Vectors of the built-in concepts; written by `danqing nearest`.
const VECTORS: &[u8] = include_bytes!("../../../models/xiaoyang/nearest.safetensors");
/// Known names offered for an unknown word.
const OFFERED: usize = 3;
/// Names less alike than this, as a cosine, are not worth offering: of 600 words that the lexicon lists as near to a
/// concept, those above it have the listed one among the three in 61 of 100 cases, those below in 23.
const LEAST_LIKENESS: f32 = 0.44;
/// Characters of a word that can still be one concept's name.
const LONGEST_WORD: usize = 24;

/// What the person should know about how a prompt was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    /// An unknown word was drawn as a known one.
    Instead { word: String, name: String },
    /// An unknown word was left to the model; these known ones are read alike.
    Unknown { word: String, near: Vec<String> },
    /// A style was left out.
    Style { style: Style },
    /// No pattern fits the prompt, so that counts and places in it were left to the model.
    Unread,
    /// A surrounding was left out.
    Undrawn { phrase: String },
    /// The end of a subject's text goes beyond what the model reads.
    Cut { prompt: String, tokens: usize },
}

/// Finds known names by text vector; the file is only looked at when a word is unknown.
pub(crate) struct Nearest {
    names: [Vec<String>; 2],
}

impl Nearest {
    /// Over the names of `knowledge`.
    pub(crate) fn new(knowledge: &Knowledge) -> Self {
        Self { names: LANGUAGES.map(|language| names(knowledge.lexicon().entries(), language)) }
    }

    /// What to say about `plan`.
    pub(crate) fn notes(&self, plan: &Plan, pipeline: &Pipeline) -> Vec<Note> {
        let mut notes: Vec<Note> =
            plan.unknown.iter().filter_map(|unknown| self.unknown(unknown, pipeline)).collect();
        notes.extend(plan.unknown_styles.iter().map(|style| Note::Style { style: *style }));
        let unasked =
            plan.scene.reading == danqing_scene::Reading::Whole && plan.order.reading == Reading::Scene;
        notes.extend(unasked.then_some(Note::Unread));
        notes.extend(plan.undrawn.iter().map(|phrase| Note::Undrawn { phrase: phrase.clone() }));
        let cut = |prompt: &str| {
            let tokens = pipeline.token_count(prompt);
            (tokens > danqing_engine::MAX_TOKENS).then(|| Note::Cut { prompt: prompt.to_owned(), tokens })
        };
        notes.extend(plan.paintings.iter().filter_map(|painting| cut(&painting.prompt)));
        notes.dedup();
        notes
    }

    fn unknown(&self, unknown: &Unknown, pipeline: &Pipeline) -> Option<Note> {
        let word = unknown.word.clone();
        if let Some(name) = &unknown.instead {
            return Some(Note::Instead { word, name: name.clone() });
        }
        if word.chars().count() > LONGEST_WORD {
            return None;
        }
        let near = self.near(&pipeline.text_vector(&word), unknown.language);
        Some(Note::Unknown { near: near.into_iter().map(|(name, _)| name).collect(), word })
    }

    /// The names in `language` most like `vector`, with the cosine, the best first.
    pub(crate) fn near(&self, vector: &[f32], language: Language) -> Vec<(String, f32)> {
        let names = &self.names[place(language)];
        let Some(table) = Table::read(language).filter(|table| table.rows.len() == names.len() * TEXT_WIDTH)
        else {
            return Vec::new();
        };
        let likeness = table.likeness(vector);
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| likeness[*b].total_cmp(&likeness[*a]));
        let likely = order.into_iter().take(OFFERED).filter(|place| likeness[*place] >= LEAST_LIKENESS);
        likely.map(|place| (names[place].clone(), likeness[place])).collect()
    }
}

const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

fn place(language: Language) -> usize {
    LANGUAGES.iter().position(|other| *other == language).unwrap_or(0)
}

fn key(language: Language) -> &'static str {
    match language {
        Language::Chinese => "zh",
        Language::English => "en",
    }
}

fn names(entries: &[Entry], language: Language) -> Vec<String> {
    let name = |entry: &Entry| match language {
        Language::Chinese => entry.zh.clone(),
        Language::English => entry.en.clone(),
    };
    entries.iter().map(name).collect()
}

/// The names' vectors in one language.
struct Table {
    /// (384) each, over the names.
    mean: Vec<f32>,
    deviation: Vec<f32>,
    /// (names, 384), each row scaled to fill a byte.
    rows: Cow<'static, [u8]>,
}

impl Table {
    fn read(language: Language) -> Option<Self> {
        let file = SafeTensors::deserialize(VECTORS).ok()?;
        let tensor = |name: &str| file.tensor(&format!("{}.{name}", key(language))).ok();
        let values = |name: &str| {
            let data = tensor(name)?.data();
            Some(data.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect::<Vec<f32>>())
        };
        Some(Self {
            mean: values("mean").filter(|mean| mean.len() == TEXT_WIDTH)?,
            deviation: values("deviation").filter(|deviation| deviation.len() == TEXT_WIDTH)?,
            rows: Cow::Owned(tensor("vectors")?.data().to_vec()),
        })
    }

    /// Standardised over `vectors`, one for each name, and rounded to a byte: 0.4 % of a row's largest value.
    fn new(vectors: &[Vec<f32>]) -> Self {
        let count = vectors.len().max(1) as f32;
        let column = |at: usize| vectors.iter().map(move |vector| vector[at]);
        let mean: Vec<f32> = (0..TEXT_WIDTH).map(|at| column(at).sum::<f32>() / count).collect();
        let variance = |at: usize| column(at).map(|value| (value - mean[at]).powi(2)).sum::<f32>() / count;
        let deviation: Vec<f32> = (0..TEXT_WIDTH).map(|at| variance(at).sqrt().max(1e-6)).collect();
        let mut table = Self { mean, deviation, rows: Cow::Owned(Vec::new()) };
        let row = |vector: &Vec<f32>| {
            let vector = table.standardised(vector);
            let largest = vector.iter().fold(1e-6f32, |largest, value| largest.max(value.abs()));
            vector
                .into_iter()
                .map(move |value| (value / largest * 127.0).round() as i8 as u8)
                .collect::<Vec<u8>>()
        };
        let rows = vectors.iter().flat_map(row).collect();
        table.rows = Cow::Owned(rows);
        table
    }

    fn standardised(&self, vector: &[f32]) -> Vec<f32> {
        vector
            .iter()
            .zip(&self.mean)
            .zip(&self.deviation)
            .map(|((value, mean), deviation)| (value - mean) / deviation)
            .collect()
    }

    /// Cosine of `vector` with each row.
    fn likeness(&self, vector: &[f32]) -> Vec<f32> {
        let vector = self.standardised(vector);
        let length = |sum: f32| sum.sqrt().max(1e-6);
        let own = length(vector.iter().map(|value| value * value).sum());
        let cosine = |row: &[u8]| {
            let row = row.iter().map(|byte| f32::from(*byte as i8));
            let (product, square) = row.zip(&vector).fold((0.0, 0.0), |(product, square), (value, other)| {
                (product + value * other, square + value * value)
            });
            product / (own * length(square))
        };
        self.rows.chunks_exact(TEXT_WIDTH).map(cosine).collect()
    }
}

/// The bytes of the file of vectors, for the names of `knowledge`.
pub(crate) fn file(knowledge: &Knowledge, pipeline: &Pipeline) -> Result<Vec<u8>, SafeTensorError> {
    let tables = LANGUAGES.map(|language| {
        let names = names(knowledge.lexicon().entries(), language);
        let vectors: Vec<Vec<f32>> = names.iter().map(|name| pipeline.text_vector(name)).collect();
        (language, Table::new(&vectors))
    });
    let bytes = |values: &[f32]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>();
    let statistics = tables.each_ref().map(|(_, table)| (bytes(&table.mean), bytes(&table.deviation)));
    let mut tensors = Vec::new();
    for ((language, table), (mean, deviation)) in tables.iter().zip(&statistics) {
        let key = key(*language);
        let rows = table.rows.len() / TEXT_WIDTH;
        tensors.push((format!("{key}.mean"), TensorView::new(Dtype::F32, vec![TEXT_WIDTH], mean)?));
        tensors.push((format!("{key}.deviation"), TensorView::new(Dtype::F32, vec![TEXT_WIDTH], deviation)?));
        tensors.push((
            format!("{key}.vectors"),
            TensorView::new(Dtype::I8, vec![rows, TEXT_WIDTH], &table.rows)?,
        ));
    }
    safetensors::serialize(tensors, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_nearest_to_themselves() {
        let vectors: Vec<Vec<f32>> = (0..50)
            .map(|row| (0..TEXT_WIDTH).map(|at| ((row * 31 + at * at * 7) % 17) as f32).collect())
            .collect();
        let table = Table::new(&vectors);
        for (row, vector) in vectors.iter().enumerate() {
            let likeness = table.likeness(vector);
            assert!((likeness[row] - 1.0).abs() < 0.01, "rounding costs little");
        }
    }

    #[test]
    fn the_file_fits_the_concepts() {
        let names = Nearest::new(&Knowledge::load()).names;
        for language in LANGUAGES {
            let table = Table::read(language).expect("the file has its format");
            assert_eq!(
                table.rows.len(),
                names[place(language)].len() * TEXT_WIDTH,
                "run `danqing nearest` again"
            );
        }
    }
}
