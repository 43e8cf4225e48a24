//! The command line: which words there are, and who answers them.
//!
//! What each flag means is written in `locales/`, in both languages; [`help`] puts it in place.

mod accounts;
mod backup;
mod completions;
mod config;
mod eval;
mod help;
mod keys;
mod label;
mod ledger;
mod mcp;
mod misuse;
mod models;
mod nearest;
mod paint;
mod serve;
mod verify;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Parser, Subcommand};
use danqing_engine::{Cpu, Level};

use crate::config::Config;
use crate::error::{Error, Setting};
use crate::language::Language;
use crate::order::shortened;
use crate::report::{Reader, say};

/// The command line, parsed.
#[derive(Debug, Parser)]
#[command(
    name = "danqing",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true
)]
pub(crate) struct Cli {
    #[arg(long, global = true, value_name = "zh|en", value_parser = ["zh", "en"], hide_possible_values = true)]
    lang: Option<String>,
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Paint(Box<paint::Arguments>),
    Verify(verify::Arguments),
    Label(label::Arguments),
    Keys(keys::Arguments),
    Serve(serve::Arguments),
    Work(serve::WorkArguments),
    Mcp(mcp::Arguments),
    Accounts(Deed<accounts::Action>),
    Ledger(Deed<ledger::Action>),
    Backup(backup::Arguments),
    Restore(backup::Arguments),
    Models(models::Arguments),
    Config(config::Arguments),
    Eval(eval::Arguments),
    Completions(completions::Arguments),
    #[command(hide = true)]
    Nearest(nearest::Arguments),
}

/// Which weights, and what computes with them: for every command that paints.
#[derive(Clone, Debug, Default, clap::Args)]
struct ModelArguments {
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    #[arg(long, value_name = "NAME")]
    level: Option<String>,
}

/// One of several deeds, and who reads the answer.
#[derive(Debug, clap::Args)]
struct Deed<A: Subcommand> {
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: A,
}

impl ModelArguments {
    /// The folder of weights, `None` for the built-in ones.
    fn folder(&self, config: &Config) -> Option<PathBuf> {
        self.model.clone().or_else(|| config.model.folder.value.as_ref().map(PathBuf::from))
    }

    /// Threads to paint on, and their instructions.
    fn cpu(&self, config: &Config) -> Result<Cpu, Error> {
        let available = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = self.threads.or(config.model.threads.value).unwrap_or_else(available);
        if !(1..=256).contains(&threads) {
            return Err(Error::OutOfRange { setting: Setting::Threads, value: threads.to_string() });
        }
        let level = match self.level_name(config) {
            None => Level::detect(),
            Some(name) => {
                let level: Option<Level> = name.to_lowercase().parse().ok();
                let level = level.filter(|level| level.is_available());
                level.ok_or_else(|| Error::NoSuchLevel { name: shortened(name) })?
            }
        };
        Ok(Cpu::new(threads, level))
    }

    /// What paints drafts on the threads of `cpu`, where something is faster than that and nobody has chosen a level.
    fn drafts(&self, config: &Config, cpu: &Cpu) -> Option<Cpu> {
        let faster = self.level_name(config).is_none() && Level::fastest() != cpu.level();
        faster.then(|| cpu.at(Level::fastest()))
    }

    fn level_name<'a>(&'a self, config: &'a Config) -> Option<&'a String> {
        self.level.as_ref().or(config.model.level.value.as_ref())
    }
}

/// Why there is nothing to run.
pub(crate) enum Stop {
    /// Help or the version was asked for and given.
    Answered,
    /// The command line makes no sense.
    Misunderstood(Reader, Error),
}

/// Parses `arguments`, the program's name first.
pub(crate) fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Cli, Stop> {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    let arguments: Vec<OsString> = arguments.collect();
    let words = || arguments.iter().map(|argument| argument.to_string_lossy().into_owned());
    let language = Language::of_arguments(words());
    Cli::try_parse_from(&arguments).map_err(|error| match error.kind() {
        DisplayVersion => {
            say(concat!("danqing ", env!("CARGO_PKG_VERSION")));
            Stop::Answered
        }
        DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand => {
            // Texts are put in place only now: they are not needed to paint.
            let text = help::text(language, &arguments);
            say(text.trim_end());
            Stop::Answered
        }
        _ => {
            let json = words().any(|word| word == "--json");
            let reader = if json { Reader::Program(language) } else { Reader::Person(language) };
            Stop::Misunderstood(reader, misuse::explained(&error))
        }
    })
}

impl Cli {
    /// Who reads the answer; `language` is that of the locale.
    pub(crate) fn reader(&self, language: Language) -> Reader {
        let language = self.lang.as_deref().and_then(Language::parse).unwrap_or(language);
        let json = match &self.command {
            Command::Paint(arguments) => arguments.json,
            Command::Eval(arguments) => arguments.json,
            Command::Verify(arguments) => arguments.json,
            Command::Label(arguments) => arguments.json,
            Command::Keys(arguments) => arguments.json,
            Command::Models(arguments) => arguments.json,
            Command::Serve(arguments) => arguments.json,
            Command::Accounts(arguments) => arguments.json,
            Command::Ledger(arguments) => arguments.json,
            Command::Backup(arguments) | Command::Restore(arguments) => arguments.json,
            _ => false,
        };
        if json { Reader::Program(language) } else { Reader::Person(language) }
    }

    /// Does what was asked; gives the exit status.
    pub(crate) fn run(self) -> Result<u8, Error> {
        let config = Config::load()?;
        let preferred = config.interface.language.value.as_deref().and_then(Language::parse);
        let reader = self.reader(preferred.unwrap_or_else(Language::of_locale));
        let done = match self.command {
            Command::Verify(arguments) => return verify::run(&arguments, &config, reader),
            Command::Ledger(arguments) => return ledger::run(&arguments.action, &config, reader),
            Command::Label(arguments) => label::run(&arguments, &config, reader),
            Command::Serve(arguments) => serve::run(&arguments, config, reader),
            Command::Work(arguments) => serve::work(&arguments, config),
            Command::Mcp(arguments) => mcp::run(&arguments, config),
            Command::Accounts(arguments) => accounts::run(&arguments.action, &config, reader),
            Command::Backup(arguments) => backup::back_up(&arguments, &config, reader),
            Command::Restore(arguments) => backup::restore(&arguments, &config, reader),
            Command::Keys(arguments) => keys::run(&arguments, &config, reader),
            Command::Paint(arguments) => paint::run(&arguments, &config, reader),
            Command::Models(arguments) => models::run(&arguments, &config, reader),
            Command::Config(arguments) => config::run(&arguments, config, self.lang, reader.language()),
            Command::Eval(arguments) => eval::run(&arguments, &config, reader),
            Command::Completions(arguments) => completions::run(&arguments),
            Command::Nearest(arguments) => nearest::run(&arguments, &config),
        };
        done.map(|()| 0)
    }
}
