//! Words of prompts, as the search sees them.
//!
//! Chinese has no blanks between words, so every pair of neighbouring characters counts as one; other scripts count by
//! their words.

use std::collections::BTreeSet;

/// A word of another script is cut after so many characters.
const LONGEST: usize = 40;
/// A question of more words asks for the first of them and compares the text for the rest.
const MOST_ASKED: usize = 8;

/// One thing that a search asks the index for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    /// A word of the index.
    Word(String),
    /// Any word that begins so.
    Beginning(String),
}

/// A search, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// What the index must have, all of it.
    pub(super) asked: Vec<Asked>,
    /// What the folded text must hold, where the index alone cannot tell.
    pub(super) holds: Vec<String>,
}

/// Lower case, narrow letters and digits, one blank between words.
pub(super) fn fold(text: &str) -> String {
    let narrow = text.chars().map(|character| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xff01 + 0x21).unwrap_or(character),
        other => other,
    });
    let lower: String = narrow.flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a folded text: pairs of Chinese characters, the last of each row alone, words of other scripts.
pub(super) fn words(folded: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for run in runs(folded) {
        if run.chinese {
            words.extend(pairs(&run.text));
            // With it every character begins some word, so that one character can be searched.
            words.extend(run.text.chars().last().map(String::from));
        } else {
            words.insert(run.text.chars().take(LONGEST).collect());
        }
    }
    words
}

/// Reads a search. The last word may be half typed.
pub(super) fn question(text: &str) -> Question {
    let folded = fold(text);
    let runs = runs(&folded);
    let mut question = Question::default();
    for (number, run) in runs.iter().enumerate() {
        let length = run.text.chars().count();
        match run.chinese {
            true if length == 1 => question.asked.push(Asked::Beginning(run.text.clone())),
            true => question.asked.extend(pairs(&run.text).map(Asked::Word)),
            false if number + 1 == runs.len() && length >= 2 => {
                question.asked.push(Asked::Beginning(run.text.chars().take(LONGEST).collect()));
            }
            false => question.asked.push(Asked::Word(run.text.chars().take(LONGEST).collect())),
        }
        if run.chinese && length > 2 {
            question.holds.push(run.text.clone());
        }
    }
    question.asked.sort();
    question.asked.dedup();
    question.asked.truncate(MOST_ASKED);
    question
}

/// Neighbouring characters of one kind.
struct Run {
    chinese: bool,
    text: String,
}

fn runs(folded: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut joined = false;
    for character in folded.chars() {
        let chinese = is_ideographic(character);
        if !character.is_alphanumeric() && !chinese {
            joined = false;
            continue;
        }
        match runs.last_mut() {
            Some(run) if joined && run.chinese == chinese => run.text.push(character),
            _ => runs.push(Run { chinese, text: character.to_string() }),
        }
        joined = true;
    }
    runs
}

fn pairs(run: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = run.chars().collect();
    let pairs: Vec<String> = characters.windows(2).map(|pair| pair.iter().collect()).collect();
    pairs.into_iter()
}

/// Scripts without blanks: Chinese characters and their radicals, Japanese syllables, Hangul.
fn is_ideographic(character: char) -> bool {
    matches!(character,
        '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Vec<String> {
        words(&fold(text)).into_iter().collect()
    }

    #[test]
    fn chinese_goes_by_pairs_and_the_rest_by_words() {
        assert_eq!(words_of("三只红灯笼"), ["三只", "只红", "灯笼", "笼", "红灯"]);
        assert_eq!(words_of("Three RED lanterns"), ["lanterns", "red", "three"]);
        assert_eq!(words_of("ＡＩ画 猫"), ["ai", "猫", "画"]);
    }

    #[test]
    fn every_search_for_a_part_asks_for_words_of_the_whole() {
        let whole = "水墨画里的三只红灯笼";
        let index = words(&fold(whole));
        let characters: Vec<char> = whole.chars().collect();
        for start in 0..characters.len() {
            for end in start + 1..=characters.len() {
                let part: String = characters[start..end].iter().collect();
                let found = question(&part).asked.iter().all(|asked| match asked {
                    Asked::Word(word) => index.contains(word),
                    Asked::Beginning(start) => index.iter().any(|word| word.starts_with(start)),
                });
                assert!(found, "{part}");
            }
        }
    }

    #[test]
    fn the_last_word_may_be_half_typed() {
        let asked = question("red lant").asked;
        assert_eq!(asked, [Asked::Word("red".into()), Asked::Beginning("lant".into())]);
    }
}
