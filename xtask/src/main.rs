//! Checks of the workspace itself: `cargo xtask star` and `cargo xtask licences`.

mod licences;
mod metadata;
mod star;

use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHECK

  star      libraries do not depend on each other, except engine on kernels
  licences  every dependency has a licence that deny.toml allows, and comes from a registry it allows";

type Check = fn() -> Result<String, Box<dyn Error>>;

fn main() -> ExitCode {
    let check: Check = match std::env::args().nth(1).as_deref() {
        Some("star") => star::check,
        Some("licences") => licences::check,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match check() {
        Ok(line) => {
            eprintln!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
