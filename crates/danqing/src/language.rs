//! The language danqing speaks with the person in front of it.

use std::env;

/// A language of messages and help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Simplified Chinese, the first language.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Reads `zh`, `en` or a longer tag of either, such as `zh-Hans` or `en_GB.UTF-8`.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.', '@']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Self::Chinese),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The language of the system's locale: Chinese where none is set, English where it is another one.
    pub(crate) fn of_locale() -> Self {
        let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(|name| env::var(name).ok().filter(|tag| !tag.is_empty()));
        match set.as_deref().map(|tag| tag.split('.').next().unwrap_or(tag)) {
            None | Some("C" | "POSIX") => Self::Chinese,
            Some(tag) => Self::parse(tag).unwrap_or(Self::English),
        }
    }

    /// The language to complain in before the command line is understood: `--lang` if it is there, or the locale's.
    pub(crate) fn of_arguments(arguments: impl Iterator<Item = String>) -> Self {
        let mut arguments = arguments.skip_while(|argument| !argument.starts_with("--lang"));
        let tag = match arguments.next() {
            Some(argument) if argument == "--lang" => arguments.next(),
            Some(argument) => argument.strip_prefix("--lang=").map(str::to_owned),
            None => env::var("DANQING_INTERFACE_LANGUAGE").ok(),
        };
        tag.and_then(|tag| Self::parse(&tag)).unwrap_or_else(Self::of_locale)
    }

    /// The one of two values that is in this language.
    pub(crate) fn pick<T>(self, chinese: T, english: T) -> T {
        match self {
            Self::Chinese => chinese,
            Self::English => english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_both_languages_are_read() {
        for (tag, language) in [
            ("zh", Some(Language::Chinese)),
            ("zh_CN.UTF-8", Some(Language::Chinese)),
            ("zh-Hans", Some(Language::Chinese)),
            ("EN", Some(Language::English)),
            ("de", None),
        ] {
            assert_eq!(Language::parse(tag), language, "{tag}");
        }
    }

    #[test]
    fn the_flag_is_found_before_parsing() {
        let of = |line: &str| Language::of_arguments(line.split(' ').map(str::to_owned));
        assert_eq!(of("danqing paint --lang en x"), Language::English, "two words");
        assert_eq!(of("danqing --lang=zh paint"), Language::Chinese, "one word");
    }
}
