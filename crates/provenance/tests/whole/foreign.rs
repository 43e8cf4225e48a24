//! Our files, judged by programs that others wrote: the coalition's `c2pa-python`, `ExifTool`, ffprobe and mutagen.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use danqing_provenance::aigc::FIELDS;
use danqing_provenance::keys::Algorithm;
use danqing_provenance::labeller::Explicit;
use danqing_provenance::manifest::{Parent, Source};
use serde_json::Value;

use crate::support::{Studio, encoders, facts, flat_art};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/whole/foreign");

#[test]
fn the_coalitions_library_finds_every_format_valid() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let studio = Studio::new(algorithm);
        let folder = tempfile::tempdir().expect("a folder");
        let names: Vec<String> = encoders()
            .into_iter()
            .map(|(extension, encode)| {
                let labelled = studio.label(flat_art(160), &encode).expect(extension);
                let name = format!("a.{extension}");
                fs::write(folder.path().join(&name), labelled.bytes()).expect("written");
                name
            })
            .collect();
        for (name, found) in names.iter().zip(coalition(&names, folder.path())) {
            assert_eq!(found["state"], "Valid", "{name}, {algorithm:?}: {found}");
            assert_eq!(
                found["codes"],
                serde_json::json!(["signingCredential.untrusted"]),
                "{name}: our own root"
            );
            assert_eq!(found["claim_version"], 2, "{name}: {found}");
            let actions = serde_json::json!([
                ["c2pa.created", "trainedAlgorithmicMedia"],
                ["c2pa.watermarked.bound", ""]
            ]);
            assert_eq!(found["actions"], actions, "{name}");
            assert_eq!(found["soft_bindings"], serde_json::json!(["org.danqing.wm.1"]), "{name}");
            assert_eq!(found["thumbnail"], "image/jpeg", "{name}");
        }
    }
}

#[test]
fn an_edited_picture_carries_its_parent() {
    let studio = Studio::new(Algorithm::Es256);
    let folder = tempfile::tempdir().expect("a folder");
    let (_, png) = encoders().remove(0);
    let first = studio.label(flat_art(160), &png).expect("labelled");
    let parent = Parent { bytes: first.bytes(), mime: "image/png" };
    let second = studio.label_from(flat_art(192), Source::Edited(parent), &png).expect("labelled");
    fs::write(folder.path().join("b.png"), second.bytes()).expect("written");
    let found = coalition(&["b.png"], folder.path()).remove(0);
    assert_eq!(found["state"], "Valid", "{found}");
    assert_eq!(found["ingredients"], serde_json::json!(["parentOf"]), "{found}");
    let edited = serde_json::json!(["c2pa.edited", "compositeWithTrainedAlgorithmicMedia"]);
    assert_eq!((&found["actions"][0][0], &found["actions"][1]), (&"c2pa.opened".into(), &edited), "{found}");
}

#[test]
fn exiftool_reads_the_seven_fields() {
    let studio = Studio::new(Algorithm::Es256);
    let folder = tempfile::tempdir().expect("a folder");
    for (extension, encode) in encoders() {
        let labelled = studio.label(flat_art(160), &encode).expect(extension);
        let name = format!("a.{extension}");
        fs::write(folder.path().join(&name), labelled.bytes()).expect("written");
        let told = output(Command::new("exiftool").args(["-json", "-G1", "-XMP:all", &name]), folder.path());
        let found: Value = serde_json::from_str(&told).expect("JSON");
        // ExifTool spells names of unknown properties its own way.
        let text = found[0]["XMP-TC260:Aigc"].as_str().unwrap_or_else(|| panic!("{name}: {found}"));
        let fields: Value = serde_json::from_str(text).expect("JSON");
        let values = FIELDS.map(|field| fields[field].as_str().unwrap_or("missing").to_owned());
        assert_eq!(values.each_ref().map(String::as_str), labelled.label().values(), "{name}");
        let source = found[0]["XMP-iptcExt:DigitalSourceType"].as_str().unwrap_or_default();
        assert!(source.ends_with("/trainedAlgorithmicMedia"), "{name}: {found}");
    }
}

/// A file of each kind that is not a picture of ours, made by ffmpeg or by hand; those that hold a manifest first.
fn media(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let made = |name: &'static str, options: &[&str]| {
        let inputs = ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=0.5"];
        let sound = ["-f", "lavfi", "-i", "sine=duration=0.5"];
        output(Command::new("ffmpeg").args(inputs).args(sound).args(options).arg(name), folder);
        (name, fs::read(folder.join(name)).expect("what ffmpeg wrote"))
    };
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0\"/></svg>";
    vec![
        made("a.mp4", &["-pix_fmt", "yuv420p"]),
        made("b.mov", &["-pix_fmt", "yuv420p", "-movflags", "faststart"]),
        made("c.m4a", &["-vn"]),
        made("d.mp3", &["-vn", "-metadata", "title=a"]),
        made("e.wav", &["-vn"]),
        ("f.svg", drawing.to_vec()),
        made("g.flac", &["-vn"]),
    ]
}

/// Each of [`media`], labelled with fresh keys.
struct LabelledMedia {
    folder: tempfile::TempDir,
    /// Name of each file, with the text of its label.
    files: Vec<(&'static str, String)>,
}

impl LabelledMedia {
    fn new(algorithm: Algorithm) -> Self {
        let studio = Studio::new(algorithm);
        let folder = tempfile::tempdir().expect("a folder");
        let facts = facts(Source::Created, Explicit::Drawn);
        let label = |(name, bytes): (&'static str, Vec<u8>)| {
            let labelled = studio.labeller.label_file(&bytes, name, &facts).expect(name);
            fs::write(folder.path().join(name), labelled.bytes()).expect("written");
            (name, labelled.label().to_json())
        };
        let files = media(folder.path()).into_iter().map(label).collect();
        Self { folder, files }
    }
}

#[test]
fn the_coalitions_library_finds_other_media_valid() {
    for algorithm in [Algorithm::Es256, Algorithm::Ed25519] {
        let LabelledMedia { folder, files } = LabelledMedia::new(algorithm);
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).take(6).collect();
        for (name, found) in names.iter().zip(coalition(&names, folder.path())) {
            assert_eq!(found["state"], "Valid", "{name}, {algorithm:?}: {found}");
            assert_eq!(
                found["codes"],
                serde_json::json!(["signingCredential.untrusted"]),
                "{name}: our own root"
            );
            assert_eq!(found["ingredients"], serde_json::json!(["parentOf"]), "{name}: {found}");
        }
    }
}

#[test]
fn readers_of_tags_find_the_label_in_other_media() {
    let LabelledMedia { folder, files } = LabelledMedia::new(Algorithm::Es256);
    for (name, label) in files {
        let told = match name.rsplit('.').next().expect("an extension") {
            "mp4" | "mov" | "m4a" => {
                let entry = ["-v", "error", "-show_entries", "format_tags=AIGC", "-of", "csv=p=0:e=none"];
                output(Command::new("ffprobe").args(entry).arg(name), folder.path())
            }
            "mp3" | "flac" => output(
                Command::new(environment()).arg(Path::new(FOLDER).join("tags.py")).arg(name),
                folder.path(),
            ),
            "svg" => output(Command::new("exiftool").args(["-b", "-XMP-TC260:all", name]), folder.path()),
            // No reader of others is known here that tells of unknown chunks in WAVE files; the chunk must be there once,
            // as RIFF counts it.
            _ => {
                let bytes = fs::read(folder.path().join(name)).expect("readable");
                chunks(&bytes)
                    .into_iter()
                    .filter(|(kind, _)| *kind == *b"AIGC")
                    .map(|(_, data)| data)
                    .collect()
            }
        };
        assert_eq!(told.matches(&label).count(), 1, "{name}: {label} in {told}");
    }
}

/// Kind and text of each chunk of a RIFF file (Multimedia Programming Interface and Data Specifications 1.0).
fn chunks(bytes: &[u8]) -> Vec<([u8; 4], String)> {
    let mut chunks = Vec::new();
    let mut rest = &bytes[12..];
    while let [a, b, c, d, size @ ..] = rest {
        let (size, data) = size.split_first_chunk::<4>().expect("a size");
        let size = u32::from_le_bytes(*size) as usize;
        chunks.push(([*a, *b, *c, *d], String::from_utf8_lossy(&data[..size]).into_owned()));
        rest = &data[(size + size % 2).min(data.len())..];
    }
    chunks
}

/// What the coalition's library finds in each of the files.
fn coalition(names: &[impl AsRef<std::ffi::OsStr>], folder: &Path) -> Vec<Value> {
    let script = Path::new(FOLDER).join("read.py");
    let answer = output(Command::new(environment()).arg(script).args(names), folder);
    let found: Vec<Value> = answer.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(found.len(), names.len(), "{answer}");
    found
}

fn output(command: &mut Command, folder: &Path) -> String {
    let answer = command.current_dir(folder).env("PYTHONUTF8", "1").output();
    let answer = answer.unwrap_or_else(|error| panic!("{command:?}: {error}; scripts/tools.sh installs it"));
    assert!(answer.status.success(), "{command:?}: {}", String::from_utf8_lossy(&answer.stderr));
    String::from_utf8(answer.stdout).expect("UTF-8")
}

/// Python with the pinned library, in the cache; made on first use.
fn environment() -> PathBuf {
    static READY: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    READY
        .get_or_init(|| {
            let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache/danqing"));
            let cache = std::env::var_os("DANQING_CACHE").map(PathBuf::from).or(home).expect("a home");
            let python = cache.join("foreign-verifiers/bin/python");
            let here = Path::new(FOLDER);
            if !python.exists() {
                output(
                    Command::new("python3").args(["-m", "venv"]).arg(cache.join("foreign-verifiers")),
                    here,
                );
            }
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
            output(Command::new(&python).args(pip).arg(here.join("requirements.txt")), here);
            python
        })
        .clone()
}
