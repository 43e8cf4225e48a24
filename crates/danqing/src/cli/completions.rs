//! `danqing completions`: a script for the shell.

use std::io::{Write, stdout};

use clap_complete::Shell;

use super::help;
use crate::error::Error;
use crate::language::Language;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[arg(value_name = "SHELL", hide_possible_values = true)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut help::localised(Language::of_locale()),
        "danqing",
        &mut script,
    );
    let _ = stdout().write_all(&script); // a reader that has gone away is no error
    Ok(())
}
