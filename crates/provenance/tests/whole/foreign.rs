//! Our files, judged by programs that others wrote: the coalition's `c2pa-python` and `ExifTool`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use danqing_provenance::aigc::FIELDS;
use danqing_provenance::keys::Algorithm;
use danqing_provenance::manifest::{Parent, Source};
use serde_json::Value;

use crate::support::{Studio, encoders, flat_art};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/whole/foreign");

#[test]
fn the_coalitions_library_finds_every_format_valid() {
    let python = environment();
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
        let answer =
            output(Command::new(&python).arg(Path::new(FOLDER).join("read.py")).args(&names), folder.path());
        assert_eq!(answer.lines().count(), names.len(), "{answer}");
        for (line, name) in answer.lines().zip(&names) {
            let found: Value = serde_json::from_str(line).expect("JSON");
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
    let python = environment();
    let studio = Studio::new(Algorithm::Es256);
    let folder = tempfile::tempdir().expect("a folder");
    let (_, png) = encoders().remove(0);
    let first = studio.label(flat_art(160), &png).expect("labelled");
    let parent = Parent { bytes: first.bytes(), mime: "image/png" };
    let second = studio.label_from(flat_art(192), Source::Edited(parent), &png).expect("labelled");
    fs::write(folder.path().join("b.png"), second.bytes()).expect("written");
    let answer =
        output(Command::new(&python).arg(Path::new(FOLDER).join("read.py")).arg("b.png"), folder.path());
    let found: Value = serde_json::from_str(&answer).expect("JSON");
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
