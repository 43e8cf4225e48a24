//! Help in the person's language: the texts of `locales/` put into the command line.

use std::collections::HashMap;
use std::ffi::OsString;

use clap::{Arg, Command, CommandFactory};
use serde::Deserialize;

use super::Cli;
use crate::language::Language;

const CHINESE: &str = include_str!("../../locales/zh-Hans.toml");
const ENGLISH: &str = include_str!("../../locales/en.toml");

/// Place of what stands last, past any count of options.
const LAST: usize = 900;

/// One file of texts: the headings, and the texts of each command by its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    headings: Headings,
    commands: HashMap<String, CommandTexts>,
    /// Arguments that several commands share.
    shared: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Headings {
    usage: String,
    commands: String,
    arguments: String,
    options: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandTexts {
    usage: String,
    about: String,
    /// Examples and whatever else stands below the options.
    #[serde(default)]
    after: String,
    #[serde(default)]
    arguments: HashMap<String, String>,
}

/// The help that `arguments` ask for.
pub(super) fn text(language: Language, arguments: &[OsString]) -> String {
    let mut command = localised(language);
    match command.try_get_matches_from_mut(arguments) {
        Err(error) => error.to_string(),
        Ok(_) => command.render_help().to_string(),
    }
}

/// The whole command line with texts in `language`.
pub(super) fn localised(language: Language) -> Command {
    let texts = toml::from_str(language.pick(CHINESE, ENGLISH)).unwrap_or_else(|_| Texts::none());
    with_texts(Cli::command(), "", &texts)
}

/// `above`: names of the commands that it belongs to, as [`key`] gives them.
fn with_texts(command: Command, above: &str, texts: &Texts) -> Command {
    let key = key(command.get_name(), above);
    let Some(own) = texts.commands.get(&key) else { return command };
    let headings = &texts.headings;
    command
        .about(own.about.trim_end().to_owned())
        .override_usage(own.usage.clone())
        .after_help(own.after.trim_end().to_owned())
        .subcommand_help_heading(headings.commands.clone())
        .help_template(format!("{{about}}\n\n{}{{usage}}\n\n{{all-args}}{{after-help}}", headings.usage))
        .mut_args(|argument| with_text(argument, own, texts))
        .mut_subcommands(|command| with_texts(command, &key, texts))
}

/// What the texts of a command stand under: its name, after that of the command it belongs to (`ledger verify`).
fn key(name: &str, above: &str) -> String {
    if above.is_empty() || above == "danqing" { name.to_owned() } else { format!("{above} {name}") }
}

fn with_text(argument: Arg, own: &CommandTexts, texts: &Texts) -> Arg {
    let heading = if argument.is_positional() { &texts.headings.arguments } else { &texts.headings.options };
    let id = argument.get_id().as_str();
    let help = own.arguments.get(id).or_else(|| texts.shared.get(id)).cloned();
    // What every command has stands last.
    let everywhere = ["lang", "help", "version"].contains(&id);
    let argument = argument.help_heading(heading.clone()).help(help.unwrap_or_default());
    if everywhere { argument.display_order(LAST) } else { argument }
}

impl Texts {
    /// Stands in for a file that is not readable; the tests see to it that there is none.
    fn none() -> Self {
        let headings = Headings {
            usage: String::new(),
            commands: String::new(),
            arguments: String::new(),
            options: String::new(),
        };
        Self { headings, commands: HashMap::new(), shared: HashMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &Command, above: &str, texts: &Texts, language: Language) {
        let key = key(command.get_name(), above);
        let own = texts.commands.get(&key).unwrap_or_else(|| panic!("{key} has no texts"));
        for argument in command.get_arguments().map(|argument| argument.get_id().as_str()) {
            let known = own.arguments.contains_key(argument) || texts.shared.contains_key(argument);
            assert!(known, "{language:?}: {} {argument} has no text", command.get_name());
        }
        for name in own.arguments.keys() {
            assert!(
                command.get_arguments().any(|argument| argument.get_id() == name),
                "{language:?}: no argument {name}"
            );
        }
        command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .for_each(|command| check(command, &key, texts, language));
    }

    #[test]
    fn every_argument_has_a_text_in_both_languages() {
        for (language, file) in [(Language::Chinese, CHINESE), (Language::English, ENGLISH)] {
            let texts: Texts = toml::from_str(file).expect("a file of texts");
            check(&Cli::command(), "", &texts, language);
        }
    }

    #[test]
    fn the_command_line_is_sound() {
        for language in [Language::Chinese, Language::English] {
            localised(language).debug_assert();
        }
    }
}
