//! Reads prompts, one a line, from standard input, and prints what each was read as.
//!
//! `cargo run -p danqing-scene --example read_prompts -- LEXICON.tsv < PROMPTS.txt`
#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use danqing_scene::{Entry, Lexicon, read};

#[path = "../tests/prompts/notation.rs"]
mod notation;

fn main() -> std::io::Result<()> {
    let text = match std::env::args_os().nth(1) {
        Some(path) => std::fs::read_to_string(path)?,
        None => include_str!("../tests/lexicon.tsv").to_owned(),
    };
    let list =
        |text: &str| text.split('|').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let lines =
        text.lines().map(|line| line.split('\t').collect::<Vec<_>>()).filter(|columns| columns.len() == 10);
    let lexicon = Lexicon::new(lines.map(|columns| Entry {
        id: columns[0].into(),
        zh: columns[1].into(),
        en: columns[2].into(),
        zh_alt: list(columns[3]),
        en_alt: list(columns[4]),
        zh_near: list(columns[5]),
        en_near: list(columns[6]),
        measure: columns[7].into(),
        plural: columns[8].into(),
        emoji: list(columns[9]),
    }));
    for prompt in std::io::stdin().lines() {
        let prompt = prompt?;
        println!("{prompt}\t{}", notation::reading(&read(&prompt, &lexicon)));
    }
    Ok(())
}
