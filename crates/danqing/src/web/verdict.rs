//! What a file says of its origin, as a stamp, a sentence and findings.

use std::sync::Arc;

use danqing_provenance::aigc::Aigc;
use danqing_provenance::manifest::{Manifest, State};
use danqing_provenance::verify::{self, Contradiction, Finding, Report, Signature, Unchecked};

use super::page::Ui;
use crate::error::Error;
use crate::studio::Studio;

/// A report for a page.
pub(super) struct Verdict {
    /// `nothing`, or something else.
    pub(super) kind: &'static str,
    pub(super) stamp: &'static str,
    pub(super) sentence: String,
    pub(super) findings: Vec<Told>,
}

pub(super) struct Told {
    /// `doubt` or `wrong`; empty where all is well.
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) lines: Vec<String>,
}

/// Checks `bytes` of a file called `name`, away from the threads that answer.
pub(super) async fn report(studio: &Arc<Studio>, bytes: Vec<u8>, name: String) -> Result<Report, Error> {
    let workshop = Arc::clone(&studio.workshop);
    let check = move || verify::verify(&bytes, &name, workshop.labelling.trust());
    tokio::task::spawn_blocking(check).await.map_err(|_| Error::Broken)
}

/// The same for a page.
pub(super) async fn of(
    studio: &Arc<Studio>,
    ui: &Ui,
    bytes: Vec<u8>,
    name: String,
) -> Result<Verdict, Error> {
    Ok(told(ui, &report(studio, bytes, name).await?))
}

pub(super) fn told(ui: &Ui, report: &Report) -> Verdict {
    let kind = if report.verdict() == verify::Verdict::Nothing { "nothing" } else { "" };
    Verdict {
        kind,
        stamp: ui.say(stamp(report)),
        sentence: format!("{}{}", report.sentence(ui.language.into()), ui.language.pick("。", ".")),
        findings: report.findings.iter().map(|finding| of_finding(ui, finding)).collect(),
    }
}

/// The word in the stamp: checked, where a signature is known; else what the labels come to.
fn stamp(report: &Report) -> &'static str {
    let known = report.findings.iter().any(|finding| match finding {
        Finding::Label { signature, .. } => *signature == Signature::Known,
        Finding::Manifest(manifest) => manifest.state == State::Trusted,
        _ => false,
    });
    match report.verdict() {
        _ if report.is_contradictory() => "verify.stamp_wrong",
        verify::Verdict::Is if known => "verify.stamp_checked",
        verify::Verdict::Is => "verify.stamp_is",
        verify::Verdict::MayBe => "verify.stamp_maybe",
        verify::Verdict::Suspected => "verify.stamp_suspected",
        verify::Verdict::Nothing => "verify.stamp_nothing",
    }
}

fn of_finding(ui: &Ui, finding: &Finding) -> Told {
    let language = ui.language;
    let told = |kind, key: &str, lines: Vec<String>| Told {
        kind,
        name: ui.say(key),
        lines: lines.iter().map(|line| plain(line)).collect(),
    };
    match finding {
        Finding::Label { carrier, label, faults, signature } => {
            let mut lines: Vec<String> = label.iter().flat_map(|label| of_label(ui, label)).collect();
            lines.extend(signed(ui, *signature));
            lines.extend(faults.iter().map(ToString::to_string));
            lines.push(carrier.clone());
            let kind = match signature {
                Signature::Wrong | Signature::Unreadable => "wrong",
                _ if label.is_none() || !faults.is_empty() => "doubt",
                _ => "",
            };
            told(kind, "verify.label", lines)
        }
        Finding::DigitalSource { uri } => {
            told("", "verify.source", vec![uri.rsplit('/').next().unwrap_or(uri).to_owned()])
        }
        Finding::Manifest(manifest) => {
            let kind = match manifest.state {
                State::Trusted => "",
                State::Valid => "doubt",
                State::Invalid => "wrong",
            };
            told(kind, "verify.manifest", of_manifest(ui, manifest))
        }
        Finding::Watermark { id, confidence } => {
            let clarity = ui.fill("verify.clarity", &[("n", &format!("{:.0}", confidence * 100.0))]);
            told("", "verify.watermark", vec![format!("{id} · {clarity}")])
        }
        Finding::Contradiction(contradiction) => {
            told("wrong", "verify.contradiction", vec![Contradiction::told(contradiction, language.into())])
        }
        Finding::Unchecked(unchecked) => {
            told("doubt", "verify.unchecked", vec![Unchecked::told(unchecked, language.into())])
        }
    }
}

fn of_label(ui: &Ui, label: &Aigc) -> Vec<String> {
    let mut lines = vec![
        ui.fill("verify.producer", &[("who", &label.content_producer)]),
        ui.fill("verify.number", &[("n", &label.produce_id)]),
    ];
    if !label.content_propagator.is_empty() {
        lines.push(ui.fill("verify.propagator", &[("who", &label.content_propagator)]));
    }
    lines
}

fn signed(ui: &Ui, signature: Signature) -> Option<String> {
    let key = match signature {
        Signature::Absent => return None,
        Signature::Known => "verify.signature_known",
        Signature::Fits => "verify.signature_fits",
        Signature::Wrong => "verify.signature_wrong",
        Signature::Unreadable => "verify.signature_unreadable",
    };
    Some(ui.say(key).to_owned())
}

fn of_manifest(ui: &Ui, manifest: &Manifest) -> Vec<String> {
    let state = match manifest.state {
        State::Trusted => "verify.manifest_trusted",
        State::Valid => "verify.manifest_valid",
        State::Invalid => "verify.manifest_invalid",
    };
    let mut lines = vec![ui.say(state).to_owned()];
    let parts = [
        ("verify.generator", &manifest.generator),
        ("verify.signer", &manifest.signer),
        ("verify.when", &manifest.when),
        ("verify.stamped", &manifest.stamped),
    ];
    for (key, value) in parts {
        lines.extend(value.as_ref().map(|value| ui.fill(key, &[("who", value)])));
    }
    if let Some(parent) = &manifest.parent {
        let who = format!("{} · {}", parent.content_producer, parent.produce_id);
        lines.push(ui.fill("verify.parent", &[("who", &who)]));
    }
    lines.extend(manifest.failures.iter().cloned());
    lines
}

/// `text` of strangers without what turns lines round or hides in them.
fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    text.chars().map(|c| if hidden(c) { '\u{FFFD}' } else { c }).take(400).collect()
}
