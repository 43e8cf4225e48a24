//! Disguises, made by program: each hides the words that a verdict cites.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use danqing_moderation::{Evidence, Verdict};
use pinyin::ToPinyin as _;

const TRADITIONAL: &str = include_str!("../../src/tables/traditional.tsv");
const SPLITS: &str = include_str!("../../src/tables/splits.tsv");
const INNOCENT: &str = include_str!("../innocent.tsv");

/// A way of hiding words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Disguise {
    FullWidth,
    Invisible,
    LetterCase,
    Circled,
    LookAlikes,
    Accents,
    Traditional,
    Separators,
    EmojiBetween,
    StrayLetters,
    Repeats,
    Leetspeak,
    EmojiForWords,
    SplitOneWord,
    SplitAllWords,
    HomophoneOneWord,
    HomophoneAllWords,
    FuzzySound,
    PinyinOneWord,
    PinyinAllWords,
    TraditionalSeparators,
    InvisibleHomophone,
}

impl Disguise {
    pub(crate) const ALL: [Self; 22] = [
        Self::FullWidth,
        Self::Invisible,
        Self::LetterCase,
        Self::Circled,
        Self::LookAlikes,
        Self::Accents,
        Self::Traditional,
        Self::Separators,
        Self::EmojiBetween,
        Self::StrayLetters,
        Self::Repeats,
        Self::Leetspeak,
        Self::EmojiForWords,
        Self::SplitOneWord,
        Self::SplitAllWords,
        Self::HomophoneOneWord,
        Self::HomophoneAllWords,
        Self::FuzzySound,
        Self::PinyinOneWord,
        Self::PinyinAllWords,
        Self::TraditionalSeparators,
        Self::InvisibleHomophone,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::FullWidth => "full width",
            Self::Invisible => "invisible characters",
            Self::LetterCase => "letter case",
            Self::Circled => "circled letters",
            Self::LookAlikes => "Cyrillic and Greek look-alikes",
            Self::Accents => "accents",
            Self::Traditional => "traditional characters",
            Self::Separators => "separators",
            Self::EmojiBetween => "emoji between characters",
            Self::StrayLetters => "stray letters",
            Self::Repeats => "repeats",
            Self::Leetspeak => "leetspeak",
            Self::EmojiForWords => "emoji for words",
            Self::SplitOneWord => "split characters, one word",
            Self::SplitAllWords => "split characters, all words",
            Self::HomophoneOneWord => "a homophone in one word",
            Self::HomophoneAllWords => "a homophone in every word",
            Self::FuzzySound => "a near homophone in one word",
            Self::PinyinOneWord => "pinyin, one word",
            Self::PinyinAllWords => "pinyin, all words",
            Self::TraditionalSeparators => "traditional and separators",
            Self::InvisibleHomophone => "invisible and a homophone",
        }
    }

    /// The least share that must be found, per cent.
    pub(crate) fn floor(self) -> f64 {
        match self {
            // Several common words at once that happen to sound like others: beyond this, lists of exceptions would grow.
            Self::HomophoneAllWords => 80.0,
            Self::HomophoneOneWord | Self::FuzzySound | Self::InvisibleHomophone => 90.0,
            Self::PinyinOneWord | Self::PinyinAllWords | Self::StrayLetters | Self::Leetspeak => 98.0,
            _ => 100.0,
        }
    }

    /// The prompt in this disguise, or nothing where it has nothing to hide in this way.
    pub(crate) fn apply(self, prompt: &str, spans: &[Range<usize>], seed: usize) -> Option<String> {
        let latin = |ch: char| ch.is_ascii_alphabetic();
        let has_latin = prompt.chars().any(latin);
        let one = one_of(spans, seed);
        let disguised = match self {
            Self::FullWidth => each(prompt, latin, |ch, _| shifted(ch, '!', '！')),
            Self::Invisible => between(prompt, spans, ["\u{200b}", "\u{2060}", "\u{feff}"][seed], "\u{200d}"),
            Self::LetterCase => each(prompt, latin, |ch, at| {
                if (at + seed).is_multiple_of(2) {
                    ch.to_ascii_uppercase().to_string()
                } else {
                    ch.to_string()
                }
            }),
            Self::Circled => {
                let first = ['ⓐ', '🅐', '🅰'][seed];
                each(prompt, latin, |ch, _| shifted(ch.to_ascii_lowercase(), 'a', first))
            }
            Self::LookAlikes => each(prompt, latin, look_alike),
            Self::Accents => {
                each(prompt, latin, |ch, _| format!("{ch}{}", ['\u{301}', '\u{336}', '\u{20dd}'][seed]))
            }
            Self::Traditional => {
                each(prompt, |ch| TO_TRADITIONAL.contains_key(&ch), |ch, _| TO_TRADITIONAL[&ch].to_string())
            }
            Self::Separators => between(prompt, spans, ["/", " ", "_*"][seed], ["-", ".", "*"][seed]),
            Self::EmojiBetween => between(prompt, spans, ["🌸", "✨", "🍀🍀"][seed], "🌸"),
            Self::StrayLetters if !has_latin => between(prompt, spans, ["x", "q1", " z "][seed], ""),
            Self::Repeats => inside(prompt, spans, |word| {
                word.chars()
                    .map(|ch| ch.to_string().repeat(if latin(ch) { 3 + seed } else { 2 + seed }))
                    .collect()
            }),
            Self::Leetspeak => inside(prompt, spans, |word| leet(word, seed)),
            Self::EmojiForWords => emoji(prompt),
            Self::SplitOneWord => inside(prompt, &one, |word| split(word, seed)),
            Self::SplitAllWords => inside(prompt, spans, |word| split(word, seed)),
            Self::HomophoneOneWord => inside(prompt, &one, |word| homophone(word, seed, Sound::Exact)),
            Self::HomophoneAllWords => inside(prompt, spans, |word| homophone(word, seed, Sound::Exact)),
            Self::FuzzySound => inside(prompt, &one, |word| homophone(word, seed, Sound::Near)),
            Self::PinyinOneWord => inside(prompt, &one, |word| in_pinyin(word, ["", " ", "-"][seed])),
            Self::PinyinAllWords => inside(prompt, spans, |word| in_pinyin(word, ["", " ", "-"][seed])),
            Self::TraditionalSeparators => {
                let traditional = Self::Traditional.apply(prompt, spans, seed)?;
                // Characters of both scripts are three bytes, so that the places stay.
                between(&traditional, spans, ["/", " ", "."][seed], "-")
            }
            Self::InvisibleHomophone => {
                let word = |word: &str| {
                    homophone(word, seed, Sound::Exact).chars().flat_map(|ch| [ch, '\u{200b}']).collect()
                };
                if has_latin { return None } else { inside(prompt, &one, word) }
            }
            Self::StrayLetters => return None,
        };
        (disguised != prompt).then_some(disguised)
    }
}

/// Places of the words that a verdict cites, without overlaps.
pub(crate) fn spans(verdict: &Verdict) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for hit in &verdict.hits {
        let Evidence::Words(findings) = &hit.evidence else { continue };
        for finding in findings {
            if spans.iter().all(|span| finding.span.end <= span.start || span.end <= finding.span.start) {
                spans.push(finding.span.clone());
            }
        }
    }
    spans.sort_by_key(|span| span.start);
    spans
}

fn one_of(spans: &[Range<usize>], seed: usize) -> Vec<Range<usize>> {
    if spans.is_empty() { Vec::new() } else { vec![spans[seed % spans.len()].clone()] }
}

fn each(text: &str, wanted: impl Fn(char) -> bool, change: impl Fn(char, usize) -> String) -> String {
    let changed =
        text.chars().enumerate().map(|(at, ch)| if wanted(ch) { change(ch, at) } else { ch.to_string() });
    changed.collect()
}

fn inside(text: &str, spans: &[Range<usize>], change: impl Fn(&str) -> String) -> String {
    let (mut changed, mut at) = (String::new(), 0);
    for span in spans {
        changed.push_str(&text[at..span.start]);
        changed.push_str(&change(&text[span.clone()]));
        at = span.end;
    }
    changed + &text[at..]
}

/// Puts something between the characters of words: one thing for Chinese, another for letters.
fn between(text: &str, spans: &[Range<usize>], han: &str, latin: &str) -> String {
    inside(text, spans, |word| {
        let mut changed = String::new();
        let characters: Vec<char> = word.chars().collect();
        for (at, ch) in characters.iter().enumerate() {
            changed.push(*ch);
            match characters.get(at + 1) {
                Some(next) if ch.is_alphanumeric() && next.is_alphanumeric() => {
                    changed.push_str(if ch.is_ascii() && next.is_ascii() { latin } else { han });
                }
                _ => {}
            }
        }
        changed
    })
}

fn shifted(ch: char, from: char, to: char) -> String {
    char::from_u32(ch as u32 - from as u32 + to as u32).map_or_else(|| ch.to_string(), String::from)
}

fn look_alike(ch: char, at: usize) -> String {
    let pairs: [(char, [char; 2]); 13] = [
        ('a', ['а', 'α']),
        ('c', ['с', 'ϲ']),
        ('e', ['е', 'ε']),
        ('i', ['і', 'ι']),
        ('k', ['к', 'κ']),
        ('n', ['п', 'η']),
        ('o', ['о', 'ο']),
        ('p', ['р', 'ρ']),
        ('s', ['ѕ', 'ѕ']),
        ('t', ['т', 'τ']),
        ('u', ['υ', 'υ']),
        ('x', ['х', 'χ']),
        ('y', ['у', 'γ']),
    ];
    let pair = pairs.iter().find(|(latin, _)| *latin == ch);
    pair.map_or(ch, |(_, others)| others[at % 2]).to_string()
}

fn leet(word: &str, seed: usize) -> String {
    let digits = [('a', '4'), ('e', '3'), ('i', '1'), ('o', '0'), ('s', '5'), ('t', '7')];
    let signs = [('a', '@'), ('s', '$'), ('i', '!'), ('o', '0'), ('e', '3')];
    let table: &[(char, char)] = if seed == 0 { &digits } else { &signs };
    let mut left = if seed == 2 { 1 } else { usize::MAX };
    let mut changed = String::new();
    for ch in word.chars() {
        match table.iter().find(|(letter, _)| *letter == ch) {
            Some((_, sign)) if left > 0 => {
                left -= 1;
                changed.push(*sign);
            }
            _ => changed.push(ch),
        }
    }
    changed
}

fn emoji(prompt: &str) -> String {
    let words = [
        ("炸弹", "💣"),
        ("炸药", "🧨"),
        ("色情", "🔞"),
        ("身份证", "🪪"),
        ("护照", "🛂"),
        ("小女孩", "小👧"),
        ("男孩", "👦"),
        ("儿童", "🧒"),
        ("枪支", "🔫支"),
        ("土枪", "土🔫"),
        ("枪击", "🔫击"),
        ("毕业证", "🎓"),
        ("发票", "🧾"),
        ("爆炸", "💥"),
        ("新闻", "📰"),
        ("银行", "🏦"),
        ("照片", "📷"),
        ("毒气", "☠气"),
        ("投毒", "投☠"),
    ];
    words.iter().fold(prompt.to_owned(), |text, (word, emoji)| text.replace(word, emoji))
}

static TO_TRADITIONAL: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in TRADITIONAL.lines().filter(|line| !line.starts_with('#')) {
        let characters: Vec<char> = line.chars().collect();
        table.entry(characters[2]).or_insert(characters[0]);
    }
    table
});

fn split(word: &str, seed: usize) -> String {
    let choose = |ch: char| {
        let choices: Vec<&str> = SPLITS
            .lines()
            .filter(|line| line.starts_with(ch))
            .filter_map(|line| line.split('\t').nth(1))
            .collect();
        if choices.is_empty() { ch.to_string() } else { choices[seed % choices.len()].to_owned() }
    };
    word.chars().map(choose).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sound {
    Exact,
    Near,
}

/// Common characters by their sound: those of the innocent prompts.
static BY_SOUND: LazyLock<HashMap<&'static str, Vec<char>>> = LazyLock::new(|| {
    let mut table: HashMap<&str, Vec<char>> = HashMap::new();
    for ch in INNOCENT.chars() {
        if let Some(sound) = ch.to_pinyin() {
            let same = table.entry(sound.plain()).or_default();
            if !same.contains(&ch) {
                same.push(ch);
            }
        }
    }
    table
});

/// The word with one character exchanged for one that sounds the same, or nearly.
fn homophone(word: &str, seed: usize, sound: Sound) -> String {
    let characters: Vec<char> = word.chars().collect();
    let count = characters.len();
    for at in (0..count).map(|at| (at + seed) % count) {
        let Some(syllable) = characters[at].to_pinyin() else { continue };
        let heard =
            if sound == Sound::Near { near(syllable.plain()) } else { Some(syllable.plain().to_owned()) };
        let Some(choices) = heard.as_deref().and_then(|heard| BY_SOUND.get(heard)) else { continue };
        if let Some(other) =
            choices.iter().cycle().skip(seed).take(choices.len()).find(|other| **other != characters[at])
        {
            let mut changed = characters.clone();
            changed[at] = *other;
            return changed.into_iter().collect();
        }
    }
    word.to_owned()
}

fn near(syllable: &str) -> Option<String> {
    for (full, flat) in [("zh", "z"), ("ch", "c"), ("sh", "s")] {
        if let Some(rest) = syllable.strip_prefix(full) {
            return Some(format!("{flat}{rest}"));
        }
        if let Some(rest) = syllable.strip_prefix(flat) {
            return Some(format!("{full}{rest}"));
        }
    }
    ["ang", "eng", "ing"]
        .iter()
        .any(|ending| syllable.ends_with(ending))
        .then(|| syllable[..syllable.len() - 1].to_owned())
}

fn in_pinyin(word: &str, separator: &str) -> String {
    if !word.chars().all(|ch| ch.to_pinyin().is_some()) {
        return word.to_owned();
    }
    let syllables: Vec<String> = word
        .chars()
        .filter_map(|ch| ch.to_pinyin())
        .map(|syllable| syllable.plain().replace('ü', "v"))
        .collect();
    syllables.join(separator)
}
