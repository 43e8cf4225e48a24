//! Parameters of our pictures, judged by programs that others wrote: sd-parsers, sd-prompt-reader and `ExifTool`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::Studio;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/foreign");

/// A prompt and a negative prompt as typed, and as one line.
struct Words {
    typed: [&'static str; 2],
    kept: [&'static str; 2],
}

/// No character whose code ends in D8 to DF, such as 瓜: sd-prompt-reader first looks for another program's mark in the
/// comment of a JPEG or WebP with its bytes in the wrong order, and gives up at those, in any program's pictures.
const WORDS: [Words; 3] = [
    Words {
        typed: ["三只红灯笼，挂在\n“老槐树”下🏮", "文字，水印：\"模糊\""],
        kept: ["三只红灯笼，挂在 “老槐树”下🏮", "文字，水印：\"模糊\""],
    },
    Words {
        typed: ["a cat's \"best\" hat,\nSteps: many, Seed: none", "text, \"words\": bad"],
        kept: ["a cat's \"best\" hat, Steps: many, Seed: none", "text, \"words\": bad"],
    },
    Words { typed: ["苹果 & <b>100%</b> \\n", ""], kept: ["苹果 & <b>100%</b> \\n", ""] },
];

const FILES: [&str; 3] = ["a.png", "a.webp", "a.jpg"];

#[test]
fn other_programs_read_our_parameters() {
    let python = environment();
    for words in &WORDS {
        let studio = Studio::new();
        let [prompt, negative] = words.typed;
        for file in FILES {
            let settings = ["--negative", negative, "--seed", "4294967296", "--sampler", "dpm++2m"];
            let more = ["--style", "剪纸", "--steps", "3", "--size", "160x96", "--out", file];
            studio.paint(&[&[prompt][..], &settings, &more].concat()).good();
        }
        for (file, line) in FILES.iter().zip(answer(&studio, &python).lines()) {
            let readers: Value = serde_json::from_str(line).expect("one object a picture");
            for reader in ["sd-parsers", "sd-prompt-reader"] {
                check(&readers[reader], words, &format!("{reader} on {file}"));
            }
        }
        for file in FILES {
            check_exiftool(&studio, file, words);
        }
    }
}

fn check(found: &Value, words: &Words, who: &str) {
    let value = |key: &str| found[key].as_str().unwrap_or_default();
    assert!(value("tool").contains("1111"), "{who}: {found}");
    assert_eq!([value("prompt"), value("negative")], words.kept, "{who}");
    let values = ["seed", "steps", "sampler", "size", "model"].map(value);
    assert_eq!(values, ["4294967296", "3", "DPM++ 2M", "160x96", "tiny"], "{who}");
}

/// `ExifTool` shows the text as it stands in the file.
fn check_exiftool(studio: &Studio, file: &str, words: &Words) {
    let told = output(Command::new("exiftool").args(["-json", "-Parameters", "-UserComment", file]), studio);
    let found: Value = serde_json::from_str(&told).expect("JSON");
    let key = if file.ends_with("png") { "Parameters" } else { "UserComment" };
    let text = found[0][key].as_str().unwrap_or_default();
    let negative = Some(words.kept[1]).filter(|negative| !negative.is_empty());
    let negative = negative.map(|negative| format!("\nNegative prompt: {negative}")).unwrap_or_default();
    let start = format!("{}{negative}\nSteps: 3, Sampler: DPM++ 2M, ", words.kept[0]);
    assert!(text.starts_with(&start), "{file}: {found}");
    assert_eq!(found[0].as_object().map(serde_json::Map::len), Some(2), "the text is there once: {found}");
}

/// What the Python programs read in the pictures.
fn answer(studio: &Studio, python: &Path) -> String {
    output(Command::new(python).arg(Path::new(FOLDER).join("read.py")).args(FILES), studio)
}

fn output(command: &mut Command, studio: &Studio) -> String {
    let answer = command.current_dir(studio.path()).env("PYTHONUTF8", "1").output();
    let answer = answer.unwrap_or_else(|error| panic!("{command:?}: {error}; scripts/tools.sh installs it"));
    assert!(answer.status.success(), "{command:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).expect("UTF-8")
}

/// Python with the pinned readers, in the cache; made on first use.
fn environment() -> PathBuf {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/danqing"));
    let cache = std::env::var_os("DANQING_CACHE").map(PathBuf::from).or(home).expect("a home");
    let python = cache.join("foreign-readers/bin/python");
    let folder = Studio::new(); // a place to run in that outlives nothing
    if !python.exists() {
        output(Command::new("python3").args(["-m", "venv"]).arg(cache.join("foreign-readers")), &folder);
    }
    let requirements = Path::new(FOLDER).join("requirements.txt");
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    output(Command::new(&python).args(pip).arg(requirements), &folder);
    python
}
