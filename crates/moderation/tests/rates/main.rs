//! How much is found, how much is found wrongly: by kind of disguise, over hand-written and generated prompts.
//!
//! The table: `cargo test -p danqing-moderation --test rates -- --nocapture`.
#![expect(clippy::print_stdout, reason = "the table is what people run this test for")]

mod disguise;

use std::collections::BTreeMap;

use danqing_moderation::{Action, Evidence, Policy, Verdict};
use disguise::Disguise;

const HARMFUL: &str = include_str!("../harmful.tsv");
const EVASIONS: &str = include_str!("../evasions.tsv");
const INNOCENT: &str = include_str!("../innocent.tsv");
const ORDINARY: &str = include_str!("../ordinary.tsv");
const SCENE: &str = include_str!("../../../scene/tests/prompts.tsv");
const HELD_OUT: &str = include_str!("../../../../models/xiaoyang/heldout.json");

fn lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Category and prompt.
fn harmful() -> Vec<(&'static str, &'static str)> {
    lines(HARMFUL).map(|line| line.split_once('\t').expect("category, prompt")).collect()
}

fn stopped(verdict: &Verdict) -> bool {
    verdict.action() >= Action::Review
}

fn cited(verdict: &Verdict) -> String {
    let hits = verdict.hits.iter().map(|hit| match &hit.evidence {
        Evidence::Words(findings) => {
            let terms: Vec<String> = findings
                .iter()
                .map(|finding| format!("{} {}", finding.view.as_str(), finding.term))
                .collect();
            format!("{}: {}", hit.rule(), terms.join(", "))
        }
        Evidence::Score { name, .. } => format!("{}: {name}", hit.rule()),
    });
    hits.collect::<Vec<String>>().join("; ")
}

#[test]
fn open_harm_is_stopped_in_its_category() {
    let policy = Policy::shipped().expect("the shipped pack can be used");
    let prompts = harmful();
    assert!(prompts.len() >= 100, "{} prompts", prompts.len());
    let missed: Vec<&(&str, &str)> = prompts
        .iter()
        .filter(|(category, prompt)| {
            let verdict = policy.screen(prompt);
            !stopped(&verdict) || !verdict.hits.iter().any(|hit| hit.category().id() == *category)
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn innocent_and_ordinary_prompts_pass() {
    let policy = Policy::shipped().expect("the shipped pack can be used");
    let sets: [(&str, Vec<String>, usize); 2] = [
        ("innocent look-alikes", lines(INNOCENT).map(str::to_owned).collect(), 500),
        (
            "ordinary prompts",
            lines(ORDINARY)
                .chain(lines(SCENE).filter_map(|line| line.split('\t').next()))
                .map(str::to_owned)
                .chain(captions(HELD_OUT))
                .collect(),
            500,
        ),
    ];
    for (name, prompts, least) in sets {
        assert!(prompts.len() >= least, "{} {name}", prompts.len());
        let wrong: Vec<String> = prompts
            .iter()
            .map(|prompt| (prompt, policy.screen(prompt)))
            .filter(|(_, verdict)| stopped(verdict))
            .map(|(prompt, verdict)| format!("{prompt} <- {}", cited(&verdict)))
            .collect();
        println!("{name:<24} {:>5} prompts {:>3} stopped wrongly", prompts.len(), wrong.len());
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

#[test]
fn disguises_written_by_hand_are_found() {
    let policy = Policy::shipped().expect("the shipped pack can be used");
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed = Vec::new();
    for line in lines(EVASIONS) {
        let (kind, prompt) = line.split_once('\t').expect("kind, prompt");
        let found = stopped(&policy.screen(&prompt.replace("\\n", "\n")));
        let row = table.entry(kind).or_default();
        *row = (row.0 + usize::from(found), row.1 + 1);
        if !found {
            missed.push(line);
        }
    }
    for (kind, (found, all)) in &table {
        println!("by hand: {kind:<16} {found:>3} of {all}");
    }
    let (found, all) = table.values().fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
    println!("by hand: {:<16} {found:>3} of {all}", "all");
    assert!(found * 100 >= all * 95, "{missed:#?}");
}

#[test]
fn generated_disguises_are_found() {
    let policy = Policy::shipped().expect("the shipped pack can be used");
    let mut faults = Vec::new();
    for disguise in Disguise::ALL {
        let (mut found, mut all, mut missed) = (0, 0, Vec::new());
        for (_, prompt) in harmful() {
            let spans = disguise::spans(&policy.screen(prompt));
            for seed in 0..3 {
                let Some(disguised) = disguise.apply(prompt, &spans, seed) else { continue };
                all += 1;
                if stopped(&policy.screen(&disguised)) {
                    found += 1;
                } else {
                    missed.push(disguised);
                }
            }
        }
        let percent = 100.0 * found as f64 / all as f64;
        println!("generated: {:<32} {found:>4} of {all:>4} {percent:>6.1} %", disguise.name());
        assert!(all >= 60, "{}: {all}", disguise.name());
        if percent < disguise.floor() {
            missed.truncate(25);
            faults.push(format!("{} below {}: {missed:#?}", disguise.name(), disguise.floor()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Captions in both languages out of a JSON file with one field a line.
fn captions(json: &str) -> impl Iterator<Item = String> {
    json.lines().filter_map(|line| {
        let field = line.trim();
        let value = field.strip_prefix("\"zh\":").or_else(|| field.strip_prefix("\"en\":"))?;
        Some(value.trim().trim_end_matches(',').trim_matches('"').replace("\\\"", "\""))
    })
}
