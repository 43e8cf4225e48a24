//! The words a model knows, given by the caller.

use std::collections::HashMap;

use crate::scene::Language;

/// One subject the model can draw, with its names. Empty strings mean "none".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What the caller calls it; comes back in [`Match::id`].
    pub id: String,
    /// Chinese name.
    pub zh: String,
    /// English name, singular.
    pub en: String,
    /// Other Chinese names of the same thing.
    pub zh_alt: Vec<String>,
    /// Other English names of the same thing, singular.
    pub en_alt: Vec<String>,
    /// Chinese names of things that are drawn as this one for want of a better one (柯基 for a dog).
    pub zh_near: Vec<String>,
    /// English names of such things.
    pub en_near: Vec<String>,
    /// Measure words of the Chinese name, such as `只`.
    pub measure: String,
    /// English plural where it is irregular; empty for the regular one.
    pub plural: String,
    /// Emoji that stand for the thing.
    pub emoji: Vec<String>,
}

impl Entry {
    /// Whether `word` is a name of the thing itself, in either language.
    pub fn is_named(&self, word: &str) -> bool {
        let alternatives = self.zh_alt.iter().chain(&self.en_alt);
        [&self.zh, &self.en].into_iter().chain(alternatives).any(|name| name.eq_ignore_ascii_case(word))
    }
}

/// A known word in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// The entry's id.
    pub id: &'a str,
    /// The entry itself, for its canonical names and measure word.
    pub entry: &'a Entry,
    /// The word is only near to the entry ([`Entry::zh_near`], [`Entry::en_near`]).
    pub near: bool,
    /// The language of the word.
    pub language: Language,
    /// Length in characters (Chinese, emoji) or words (English).
    pub length: usize,
}

/// All names of all subjects, ready for longest-match search.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    entries: Vec<Entry>,
    /// Name to entry and nearness; Chinese names as they are, English ones in lower case, words joined by a space.
    names: HashMap<String, (usize, bool)>,
    longest_chinese: usize,
    longest_english: usize,
}

impl Lexicon {
    /// Builds the search tables. A name that several entries claim goes to the first that has it as a name
    /// of its own, then to the first that has it as a near one.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut lexicon = Self { entries: entries.into_iter().collect(), ..Self::default() };
        for near in [false, true] {
            for index in 0..lexicon.entries.len() {
                lexicon.learn(index, near);
            }
        }
        lexicon
    }

    fn learn(&mut self, index: usize, near: bool) {
        let entry = self.entries[index].clone();
        let (chinese, english) = if near {
            (entry.zh_near, entry.en_near)
        } else {
            let mut english = vec![entry.en, entry.plural];
            english.extend(entry.en_alt);
            (std::iter::once(entry.zh).chain(entry.zh_alt).chain(entry.emoji).collect(), english)
        };
        for name in chinese.into_iter().filter(|name| !name.is_empty()) {
            self.longest_chinese = self.longest_chinese.max(name.chars().count());
            self.names.entry(name).or_insert((index, near));
        }
        for name in english.iter().map(|name| words_joined(name)).filter(|name| !name.is_empty()) {
            self.longest_english = self.longest_english.max(name.split(' ').count());
            self.names.entry(plural(&name)).or_insert((index, near));
            self.names.entry(name).or_insert((index, near));
        }
    }

    /// All entries, in the caller's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The longest known Chinese word or emoji at the start of `text`.
    pub fn chinese(&self, text: &[char]) -> Option<Match<'_>> {
        let longest = text.len().min(self.longest_chinese);
        (1..=longest).rev().find_map(|length| {
            let name: String = text[..length].iter().collect();
            self.found(&name, Language::Chinese, length)
        })
    }

    /// The longest known English name at the start of `words` (lower case, one word each), singular or plural.
    pub fn english(&self, words: &[&str]) -> Option<Match<'_>> {
        let longest = words.len().min(self.longest_english);
        (1..=longest).rev().find_map(|length| {
            let name = words[..length].join(" ");
            self.found(&name, Language::English, length).or_else(|| {
                singulars(&name).into_iter().find_map(|one| self.found(&one, Language::English, length))
            })
        })
    }

    /// The entry whose name is `name` as a whole, in either language.
    pub fn named(&self, name: &str) -> Option<Match<'_>> {
        self.found(name, Language::Chinese, name.chars().count()).or_else(|| {
            let name = words_joined(name);
            let words: Vec<&str> = name.split(' ').collect();
            self.english(&words).filter(|found| found.length == words.len())
        })
    }

    fn found(&self, name: &str, language: Language, length: usize) -> Option<Match<'_>> {
        let &(index, near) = self.names.get(name)?;
        let entry = &self.entries[index];
        Some(Match { id: &entry.id, entry, near, language, length })
    }
}

fn words_joined(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The regular English plural of a name whose last word carries the number.
pub(crate) fn plural(name: &str) -> String {
    let last = name.rsplit(' ').next().unwrap_or(name);
    if let Some((_, many)) = IRREGULAR.iter().find(|(one, _)| *one == last) {
        return format!("{}{many}", &name[..name.len() - last.len()]);
    }
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match name.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "ch", "sh"]) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

/// What a name could be the plural of, the likeliest first.
pub(crate) fn singulars(name: &str) -> Vec<String> {
    let last = name.rsplit(' ').next().unwrap_or(name);
    if let Some((one, _)) = IRREGULAR.iter().find(|(_, many)| *many == last) {
        return vec![format!("{}{one}", &name[..name.len() - last.len()])];
    }
    let is_one = IRREGULAR.iter().any(|(one, _)| *one == last);
    if is_one || !last.ends_with('s') || last.len() < 4 || ["ss", "us"].iter().any(|end| last.ends_with(end))
    {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(stem) = name.strip_suffix("ies").filter(|_| last.len() > 4) {
        found.push(format!("{stem}y"));
    }
    if let Some(stem) = name.strip_suffix("es")
        && ["ss", "x", "ch", "sh", "o"].iter().any(|end| stem.ends_with(end))
    {
        found.push(stem.to_owned());
    }
    found.push(name[..name.len() - 1].to_owned());
    found
}

/// Plurals that no rule gives; equal forms count for both numbers.
const IRREGULAR: &[(&str, &str)] = &[
    ("man", "men"),
    ("woman", "women"),
    ("child", "children"),
    ("person", "people"),
    ("snowman", "snowmen"),
    ("policeman", "policemen"),
    ("fireman", "firemen"),
    ("fisherman", "fishermen"),
    ("mouse", "mice"),
    ("goose", "geese"),
    ("tooth", "teeth"),
    ("foot", "feet"),
    ("ox", "oxen"),
    ("leaf", "leaves"),
    ("wolf", "wolves"),
    ("knife", "knives"),
    ("loaf", "loaves"),
    ("scarf", "scarves"),
    ("elf", "elves"),
    ("cactus", "cacti"),
    ("octopus", "octopuses"),
    ("bus", "buses"),
    ("walrus", "walruses"),
    ("hippopotamus", "hippopotamuses"),
    ("iris", "irises"),
    ("tennis", "tennis"),
    ("oasis", "oases"),
    ("clematis", "clematis"),
    ("sheep", "sheep"),
    ("fish", "fish"),
    ("deer", "deer"),
    ("glasses", "glasses"),
    ("sunglasses", "sunglasses"),
    ("scissors", "scissors"),
    ("potato", "potatoes"),
    ("tomato", "tomatoes"),
    ("mango", "mangoes"),
    ("shoe", "shoes"),
    ("tie", "ties"),
    ("cookie", "cookies"),
    ("movie", "movies"),
    ("pie", "pies"),
    ("zombie", "zombies"),
    ("genie", "genies"),
    ("fairy", "fairies"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon() -> Lexicon {
        Lexicon::new([
            Entry {
                id: "lantern".into(),
                zh: "灯笼".into(),
                en: "red paper lantern".into(),
                en_alt: vec!["lantern".into()],
                ..Entry::default()
            },
            Entry {
                id: "dog".into(),
                zh: "狗".into(),
                en: "dog".into(),
                zh_near: vec!["柯基".into()],
                ..Entry::default()
            },
            Entry { id: "cherry".into(), zh: "樱桃".into(), en: "cherry".into(), ..Entry::default() },
        ])
    }

    #[test]
    fn the_longest_name_wins() {
        let lexicon = lexicon();
        let found = lexicon.english(&["red", "paper", "lanterns", "hang"]).expect("known");
        assert_eq!((found.id, found.length), ("lantern", 3), "three words");
        assert_eq!(lexicon.english(&["cherries"]).map(|found| found.id), Some("cherry"), "plural");
    }

    #[test]
    fn near_names_are_marked() {
        let lexicon = lexicon();
        let found = lexicon.chinese(&['柯', '基', '犬']).expect("near");
        assert!(found.near && found.id == "dog" && found.length == 2, "{found:?}");
    }

    #[test]
    fn plurals_follow_the_rules() {
        for (one, many) in
            [("cat", "cats"), ("box", "boxes"), ("city", "cities"), ("toy", "toys"), ("goose", "geese")]
        {
            assert_eq!(plural(one), many, "plural of {one}");
            assert_eq!(singulars(many)[0], one, "singular of {many}");
        }
    }
}
