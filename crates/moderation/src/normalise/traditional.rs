//! Traditional characters and the simplified ones they become.

use std::sync::LazyLock;

/// From `OpenCC` (Apache-2.0): character, simplified character.
const TABLE: &str = include_str!("../tables/traditional.tsv");

const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

/// For each character from `FIRST` to `LAST` the simplified one. An array, because every character of every prompt
/// goes through it.
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut table: Vec<char> = (FIRST..=LAST).filter_map(char::from_u32).collect();
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let mut characters = line.chars();
        if let (Some(from), Some('\t'), Some(to)) = (characters.next(), characters.next(), characters.next())
            && let Some(place) = table.get_mut((u32::from(from)).wrapping_sub(FIRST) as usize)
        {
            *place = to;
        }
    }
    table
});

/// The simplified form of a character, or the character.
pub(super) fn simplified(ch: char) -> char {
    let place = u32::from(ch).wrapping_sub(FIRST) as usize;
    SIMPLIFIED.get(place).copied().unwrap_or(ch)
}
