//! What pages say, in Chinese and in English. The texts are `locales/web.*.toml`; a test holds the two to each other and to
//! the pages.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::language::Language;

type Words = BTreeMap<String, String>;

static CHINESE: LazyLock<Words> = LazyLock::new(|| read(include_str!("../../locales/web.zh-Hans.toml")));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| read(include_str!("../../locales/web.en.toml")));

/// The text `key`, such as `compose.title`.
pub(super) fn say(language: Language, key: &str) -> &'static str {
    // A key without a text would be shown as an empty place; `tests` looks up every one that pages use.
    language.pick(&*CHINESE, &*ENGLISH).get(key).map_or("", String::as_str)
}

/// The text `key` with what stands in braces replaced.
pub(super) fn fill(language: Language, key: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    let text = say(language, key).to_owned();
    values.iter().fold(text, |text, (name, value)| text.replace(&format!("{{{name}}}"), &value.to_string()))
}

/// `[table] key = "text"` as `table.key`.
fn read(toml: &str) -> Words {
    let tables: BTreeMap<String, Words> = toml::from_str(toml).unwrap_or_default();
    let flat = |(table, words): (String, Words)| {
        words.into_iter().map(move |(key, text)| (format!("{table}.{key}"), text))
    };
    tables.into_iter().flat_map(flat).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every `table.key` in quotes, in templates and in the code of pages.
    fn used(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                used(&path, found);
            } else if path.file_name().is_some_and(|name| name != "words.rs") {
                let text = fs::read_to_string(&path).expect("text");
                found.extend(text.split('"').filter(|part| is_key(part)).map(str::to_owned));
            }
        }
    }

    fn is_key(text: &str) -> bool {
        let plain =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        text.split_once('.').is_some_and(|(table, key)| {
            let file = ["html", "css", "js"].contains(&key);
            plain(table)
                && plain(key)
                && !file
                && CHINESE.keys().any(|known| known.starts_with(&format!("{table}.")))
        })
    }

    #[test]
    fn both_languages_say_the_same_things_and_pages_say_them_all() {
        let keys = |words: &Words| words.keys().cloned().collect::<BTreeSet<_>>();
        assert!(CHINESE.len() > 200, "the file was read");
        assert_eq!(keys(&CHINESE), keys(&ENGLISH), "key for key");
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut said = BTreeSet::new();
        used(&root.join("templates"), &mut said);
        used(&root.join("src/web"), &mut said);
        let missing: Vec<_> = said.difference(&keys(&CHINESE)).cloned().collect();
        assert!(missing.is_empty(), "said, but without a text: {missing:?}");
        let unused: Vec<_> = keys(&CHINESE).difference(&said).cloned().collect();
        assert!(unused.is_empty(), "never said: {unused:?}");
    }

    #[test]
    fn places_to_fill_are_the_same_in_both_languages() {
        let places = |text: &str| {
            text.split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect::<BTreeSet<_>>()
        };
        for (key, text) in CHINESE.iter().filter(|(key, _)| *key != "compose.syntax") {
            assert_eq!(places(text), places(&ENGLISH[key]), "{key}");
        }
        let told = fill(Language::Chinese, "job.painting", &[("done", &7), ("total", &12)]);
        assert_eq!(told, "第 7 步，共 12 步", "filled");
    }
}
