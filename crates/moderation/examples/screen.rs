//! Screens its arguments with the shipped pack: `cargo run -p danqing-moderation --example screen -- TEXT...`.
#![expect(clippy::print_stdout, reason = "an example answers on standard output")]

use danqing_moderation::{Evidence, Policy};

fn main() -> Result<(), danqing_moderation::Error> {
    let policy = Policy::shipped()?;
    for text in std::env::args().skip(1) {
        let verdict = policy.screen(&text);
        println!("{}\t{text}", verdict.action().as_str());
        for hit in &verdict.hits {
            let Evidence::Words(findings) = &hit.evidence else { continue };
            let found: Vec<String> = findings
                .iter()
                .map(|finding| {
                    format!("{} = {} ({})", &text[finding.span.clone()], finding.term, finding.view.as_str())
                })
                .collect();
            println!("\t{} {}: {}", hit.rule(), hit.category(), found.join("; "));
        }
    }
    Ok(())
}
