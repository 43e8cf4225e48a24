//! Common words, which are no disguise of others that sound the same.

use std::collections::HashSet;
use std::sync::LazyLock;

/// From `jieba` (MIT): a first character and the second characters of words.
const TABLE: &str = include_str!("../tables/words.txt");

static WORDS: LazyLock<HashSet<[char; 2]>> = LazyLock::new(|| {
    let mut words = HashSet::new();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        if let Some(first) = characters.next() {
            words.extend(characters.map(|second| [first, second]));
        }
    }
    words
});

/// Whether two characters are a common word.
pub(crate) fn is_common(first: char, second: char) -> bool {
    WORDS.contains(&[first, second])
}
