//! A command line that makes no sense, explained in one line of either language.

use clap::ValueEnum;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::error::Error;

/// What `error` says, in our words.
pub(super) fn explained(error: &clap::Error) -> Error {
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(word)) => plain(word),
        Some(ContextValue::Strings(words)) => plain(&words.join(" ")),
        _ => String::new(),
    };
    let argument = word(ContextKind::InvalidArg);
    let value = word(ContextKind::InvalidValue);
    let (chinese, english) = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = word(ContextKind::InvalidSubcommand);
            (format!("没有叫「{name}」的命令"), format!("no command is called `{name}`"))
        }
        ErrorKind::UnknownArgument => {
            (format!("没有「{argument}」这个选项"), format!("there is no option `{argument}`"))
        }
        ErrorKind::InvalidValue if value.is_empty() => {
            (format!("{argument} 后面缺一个值"), format!("{argument} needs a value"))
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            (format!("{argument} 不能是「{value}」"), format!("{argument} cannot be `{value}`"))
        }
        ErrorKind::MissingRequiredArgument => (format!("缺少 {argument}"), format!("{argument} is missing")),
        ErrorKind::MissingSubcommand => ("缺少命令".to_owned(), "a command is missing".to_owned()),
        ErrorKind::ArgumentConflict => {
            let other = word(ContextKind::PriorArg);
            if other.is_empty() || other == argument {
                (format!("{argument} 只能写一次"), format!("{argument} can be given only once"))
            } else {
                (format!("{argument} 不能和 {other} 一起用"), format!("{argument} cannot go with {other}"))
            }
        }
        ErrorKind::InvalidUtf8 => {
            ("命令行不是 UTF-8 文字".to_owned(), "the command line is not UTF-8 text".to_owned())
        }
        _ => (format!("命令行写得不对 {argument}"), format!("the command line makes no sense {argument}")),
    };
    let suggestion =
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let suggestion = suggestion.into_iter().map(word).find(|word| !word.is_empty());
    Error::Usage { chinese, english: english.trim_end().to_owned(), suggestion, allowed: allowed(error) }
}

/// The values that an argument can have, where there are only some.
fn allowed(error: &clap::Error) -> Vec<String> {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) => values.clone(),
        _ if error.to_string().contains("<SHELL>") => {
            clap_complete::Shell::value_variants().iter().map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    }
}

/// One short line without control characters.
fn plain(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(80).collect()
}
