//! The text encoder agrees with the one that training used.
//!
//! `training/xiaoyang/golden_text.py` writes the file of expected values.

use danqing_engine::{Error, MAX_TOKENS, TEXT_WIDTH, TextEncoder, Tokenizer, Weights};
use danqing_kernels::{Cpu, Level};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// Largest difference of one value at f32 levels; the states reach 1.2.
const F32_TOLERANCE: f32 = 1e-4;
/// Root mean square of the differences at bf16 levels, relative to that of the states.
const BF16_TOLERANCE: f64 = 0.03;

struct Golden {
    text: String,
    ids: Vec<u32>,
    states: Vec<f32>,
}

fn read(path: &str) -> Vec<u8> {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

fn model() -> Vec<u8> {
    read("../../models/xiaoyang/text.safetensors")
}

fn golden() -> Vec<Golden> {
    let file = read("tests/golden/text.safetensors");
    let weights = Weights::read(&file).expect("a sound file");
    let shape = |tensor: &str| weights.shape(tensor).expect("tensor is there");
    let integers = |tensor: &str| weights.i32(tensor, &shape(tensor)).expect("integers");
    let bytes = weights.u8("texts.bytes", &shape("texts.bytes")).expect("bytes");
    let (ids, states) = (integers("ids"), weights.f32("states", &shape("states")).expect("states"));
    let mut begin = 0;
    let offsets = integers("texts.offsets");
    let lengths = integers("lengths");
    let texts = offsets.windows(2).map(|ends| &bytes[ends[0] as usize..ends[1] as usize]);
    let entry = |(text, length): (&[u8], &i32)| {
        let tokens = begin..begin + *length as usize;
        begin = tokens.end;
        Golden {
            text: String::from_utf8(text.to_vec()).expect("UTF-8"),
            ids: ids[tokens.clone()].iter().map(|id| id.cast_unsigned()).collect(),
            states: states[tokens.start * TEXT_WIDTH..tokens.end * TEXT_WIDTH].to_vec(),
        }
    };
    texts.zip(&lengths).map(entry).collect()
}

fn root_mean_square(values: impl Iterator<Item = f32>) -> f64 {
    let squares: Vec<f64> = values.map(|value| f64::from(value).powi(2)).collect();
    (squares.iter().sum::<f64>() / squares.len() as f64).sqrt()
}

#[test]
fn cuts_text_as_training_did() {
    let file = model();
    let tokenizer = Tokenizer::load(&Weights::read(&file).expect("a sound file")).expect("tables");
    for golden in golden() {
        assert_eq!(tokenizer.encode(&golden.text, MAX_TOKENS), golden.ids, "ids of `{}`", golden.text);
    }
}

#[test]
fn states_are_those_of_training_at_every_level() {
    let file = model();
    let weights = Weights::read(&file).expect("a sound file");
    let golden = golden();
    for level in Level::available() {
        let cpu = Cpu::new(2, level);
        let encoder = TextEncoder::load(&weights, &cpu).expect("the model");
        for golden in &golden {
            let found = encoder.encode(&cpu, &golden.text);
            assert_eq!(found.states.len(), golden.states.len(), "tokens of `{}`", golden.text);
            let differences = found.states.iter().zip(&golden.states).map(|(a, b)| a - b);
            let largest = differences.clone().fold(0.0f32, |largest, value| largest.max(value.abs()));
            let relative = root_mean_square(differences) / root_mean_square(golden.states.iter().copied());
            let fits = if level >= Level::Avx512Bf16 {
                relative <= BF16_TOLERANCE
            } else {
                largest <= F32_TOLERANCE
            };
            assert!(fits, "`{}` at {level:?}: largest {largest}, relative {relative}", golden.text);
        }
    }
}

#[test]
fn states_do_not_depend_on_threads() {
    let file = model();
    let weights = Weights::read(&file).expect("a sound file");
    let states = [1, 2].map(|threads| {
        let cpu = Cpu::detect(threads);
        TextEncoder::load(&weights, &cpu).expect("the model").encode(&cpu, "一只穿宇航服的熊猫")
    });
    assert_eq!(states[0], states[1], "one and two threads");
}

#[test]
fn long_text_is_cut_in_linear_time() {
    let file = model();
    let tokenizer = Tokenizer::load(&Weights::read(&file).expect("a sound file")).expect("tables");
    let once = "红apple🏮\u{200d}한국 ";
    let text = once.repeat(100_000 / once.chars().count());
    let ids = tokenizer.ids(&text);
    assert_eq!(ids[..ids.len() / 2], ids[ids.len() / 2..], "the second half is cut like the first");
    let kept = tokenizer.encode(&text, MAX_TOKENS);
    assert_eq!((kept.len(), kept[0], kept[MAX_TOKENS - 1]), (MAX_TOKENS, 0, 1), "cut, with both ends");
    // No piece boundary is ever sure inside one long word, and none of its prefixes is unknown.
    assert!(!tokenizer.ids(&"a".repeat(100_000)).is_empty(), "one long word");
}

#[test]
fn damaged_models_are_errors() {
    let file = model();
    let tensors = SafeTensors::deserialize(&file).expect("a sound file");
    let cpu = Cpu::detect(1);
    for tensor in [
        "vocabulary.bytes",
        "vocabulary.offsets",
        "vocabulary.scores",
        "vocabulary.unknown_score",
        "words.codes",
        "normalisation.codepoints",
        "normalisation.offsets",
        "normalisation.outputs",
        "layers.0.qkv.codes",
    ] {
        for damage in [Damage::Leave, Damage::Cut, Damage::Fill] {
            let file = damaged(&tensors, tensor, damage);
            let result = TextEncoder::load(&Weights::read(&file).expect("a readable file"), &cpu);
            // Codes are sound whatever they are; everything else has an order or a range.
            if !(damage == Damage::Fill && tensor.ends_with("codes")) {
                let error = result.map(drop).expect_err("a damaged model");
                assert!(error.to_string().contains('`'), "{tensor}: {error}");
                assert!(!matches!(error, Error::Unreadable(_)), "{tensor}: {error}");
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Damage {
    Leave,
    Cut,
    Fill,
}

/// The model with one tensor left out, one row shorter, or all ones; only the first layer of the others.
fn damaged(tensors: &SafeTensors<'_>, victim: &str, damage: Damage) -> Vec<u8> {
    let ones = vec![0xff; tensors.tensor(victim).expect("tensor is there").data().len()];
    let entries = tensors.iter().filter(|(name, _)| *name != victim || damage != Damage::Leave);
    let entries = entries.map(|(name, view)| {
        if name != victim {
            return (name, view);
        }
        let mut shape = view.shape().to_vec();
        let mut data = if damage == Damage::Fill { &ones[..] } else { view.data() };
        if damage == Damage::Cut {
            data = &data[data.len() / shape[0]..];
            shape[0] -= 1;
        }
        (name, TensorView::new(view.dtype(), shape, data).expect("shape and data agree"))
    });
    safetensors::serialize(entries, None).expect("a readable file")
}

#[test]
fn other_element_types_are_errors() {
    let data = [0; 12];
    let view = TensorView::new(Dtype::F64, vec![1], &data[..8]).expect("shape and data agree");
    let file = safetensors::serialize([("vocabulary.bytes", view)], None).expect("a small file");
    let error =
        Tokenizer::load(&Weights::read(&file).expect("a readable file")).map(drop).expect_err("no bytes");
    assert_eq!(error.to_string(), "tensor `vocabulary.bytes` holds `F64`, expected `U8`", "names the type");
    assert!(error.hint().contains("another"), "says what to do");
}
