//! danqing: a prompt in, a picture out, from one binary without a network.
//!
//! The walk of a picture is on one page in [`walk`], its tools are in [`workshop`]; everything a person can ask for ends in an [`order::Order`].
//!
//! ```sh
//! danqing paint "三只红灯笼"
//! ```

mod api;
mod calendar;
mod caller;
mod changes;
mod cli;
mod config;
mod edit;
mod emphasis;
mod error;
mod expand;
mod grid;
mod hands;
mod labelling;
mod language;
mod lexicon;
mod live;
mod metadata;
mod metrics;
mod nearest;
mod order;
mod output;
mod painter;
mod painting;
mod plan;
mod report;
mod resize;
mod screening;
mod seal;
mod serve;
mod start;
mod studio;
mod table;
mod terminal;
mod trust;
mod walk;
mod web;
mod webhooks;
mod worker;
mod workshop;

use std::process::ExitCode;

use language::Language;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(cli::Stop::Answered) => return ExitCode::SUCCESS,
        Err(cli::Stop::Misunderstood(reader, error)) => {
            report::failed(reader, None, &error);
            return ExitCode::from(error.exit());
        }
    };
    let reader = cli.reader(Language::of_arguments(std::env::args()));
    match cli.run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            report::failed(reader, None, &error);
            ExitCode::from(error.exit())
        }
    }
}
