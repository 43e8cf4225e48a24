//! Help is part of the contract: each text is compared with the one on file.
//!
//! After a wanted change run the test with `DANQING_ACCEPT=1`, which writes the new texts.

use std::fs;
use std::path::Path;

use crate::support::Studio;

const COMMANDS: [&str; 15] = [
    "",
    "paint",
    "verify",
    "label",
    "keys",
    "serve",
    "work",
    "accounts",
    "ledger",
    "backup",
    "restore",
    "models",
    "config",
    "eval",
    "completions",
];

#[test]
fn help_is_as_on_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/help");
    let accept = std::env::var_os("DANQING_ACCEPT").is_some();
    let studio = Studio::new();
    for (lang, command) in ["zh", "en"].into_iter().flat_map(|lang| COMMANDS.map(|command| (lang, command))) {
        let words: Vec<&str> =
            [command, "--help", "--lang", lang].into_iter().filter(|word| !word.is_empty()).collect();
        let answer = studio.run(&words).good();
        let file =
            folder.join(format!("danqing{}{command}.{lang}.txt", if command.is_empty() { "" } else { "-" }));
        if accept {
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(&file, &answer.out).expect("written");
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(answer.out, expected, "{}", file.display());
    }
}

#[test]
fn help_is_in_the_language_of_the_locale() {
    let studio = Studio::new();
    let out = |locale: &str| {
        let output = studio.command(&["paint", "-h"]).env("LC_ALL", locale).output().expect("danqing starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert!(out("zh_CN.UTF-8").contains("用法：danqing paint"), "Chinese");
    assert!(out("en_US.UTF-8").contains("Usage: danqing paint"), "English");
}

#[test]
fn completions_know_the_flags() {
    let studio = Studio::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = studio.run(&["completions", shell]).good().out;
        assert!(script.contains("from-file"), "{shell}");
    }
}

#[test]
fn the_version_is_told() {
    let answer = Studio::new().run(&["--version"]).good();
    assert_eq!(answer.out.trim(), concat!("danqing ", env!("CARGO_PKG_VERSION")), "one line");
}
