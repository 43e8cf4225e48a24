//! `danqing ledger`: checks the record of everything, proves one entry of it to an outsider, checks such a proof.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use danqing_store::{LedgerVerifier, Proof};
use serde_json::json;

use super::serve::block_on;
use crate::config::Config;
use crate::error::Error;
use crate::report::{Reader, say};
use crate::studio;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Rebuilds the ledger and names every entry that was edited, dropped, added or moved.
    Verify {
        /// Signed heads that were kept elsewhere.
        #[arg(long, value_name = "FILE")]
        head: Vec<PathBuf>,
    },
    /// The signed head, to be kept elsewhere.
    Head,
    /// The key by which outsiders check heads and proofs.
    Key,
    /// That an entry stands in the ledger: its text and a proof, for a folder.
    Prove {
        #[arg(value_name = "N")]
        entry: u64,
        #[arg(short, long, value_name = "DIR", default_value = ".")]
        out: PathBuf,
    },
    /// Checks a proof without the ledger.
    Check {
        #[arg(value_name = "PROOF")]
        proof: PathBuf,
        #[arg(value_name = "ENTRY")]
        entry: PathBuf,
        #[arg(long, value_name = "KEY")]
        key: String,
    },
}

/// Gives the exit status: 0 where everything holds, 1 where something does not.
pub(super) fn run(action: &Action, config: &Config, reader: Reader) -> Result<u8, Error> {
    let language = reader.language();
    if let Action::Check { proof, entry, key } = action {
        let entry_text = text(entry)?;
        let verifier = LedgerVerifier::decode(key)?;
        // A proof that cannot be read proves nothing.
        let proof = Proof::decode(&text(proof)?, &verifier);
        let holds = proof.is_ok_and(|proof| verifier.proves(&proof, entry_text.trim_end().as_bytes()));
        say(&match reader {
            Reader::Program(_) => json!({ "holds": holds }).to_string(),
            Reader::Person(_) if holds => {
                language.pick("属实：这一条在账本里", "true: the ledger has this entry").to_owned()
            }
            Reader::Person(_) => language.pick("不成立", "the proof does not hold").to_owned(),
        });
        return Ok(u8::from(!holds));
    }
    block_on(async {
        let store = studio::store(config).await?;
        let ledger = store.ledger();
        let status = match action {
            Action::Verify { head } => {
                let heads = head.iter().map(|file| text(file)).collect::<Result<Vec<_>, _>>()?;
                let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
                let report = ledger.verify(&heads).await?;
                for finding in &report.findings {
                    say(&match reader {
                        Reader::Program(_) => json!({ "damage": finding.to_string() }).to_string(),
                        Reader::Person(_) => finding.to_string(),
                    });
                }
                let damaged = report.findings.len();
                let entries = ledger.size().await?;
                say(&match reader {
                    Reader::Program(_) => json!({ "entries": entries, "findings": damaged }).to_string(),
                    Reader::Person(_) if damaged == 0 => language.pick(
                        format!("账本完好，{entries} 条"),
                        format!("the ledger is sound, {entries} entries"),
                    ),
                    Reader::Person(_) => language.pick(
                        format!("账本有 {damaged} 处不对"),
                        format!("{damaged} things are wrong with the ledger"),
                    ),
                });
                u8::from(damaged > 0)
            }
            Action::Head => {
                say(ledger.checkpoint().await?.note.trim_end());
                0
            }
            Action::Prove { entry, out } => {
                prove(&store, *entry, out).await?;
                0
            }
            Action::Key | Action::Check { .. } => {
                say(&ledger.verifier().encode());
                0
            }
        };
        store.close().await;
        Ok(status)
    })
}

async fn prove(store: &danqing_store::Store, number: u64, out: &Path) -> Result<(), Error> {
    let proof = store.ledger().proof(number).await?;
    let entry = store.ledger().entries(number, 1).await?.pop().ok_or(Error::NoPage)?;
    for (name, text) in [("proof", proof.encode()), ("json", entry.canonical()?)] {
        let file = out.join(format!("ledger-{number}.{name}"));
        fs::write(&file, text).map_err(|source| Error::writing(&file, source))?;
        say(&file.display().to_string());
    }
    Ok(())
}

fn text(file: &Path) -> Result<String, Error> {
    fs::read_to_string(file).map_err(|source| Error::Unreadable { file: file.to_owned(), source })
}
