//! Leaving out what stands between the characters of one word.

use crate::normalise::{Glyph, Kind, kind};

/// What stands between two words, from the weakest separation to the strongest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    Nothing,
    Sign,
    Space,
    Clause,
}

/// A run of characters of one kind, and what stands before it.
struct Word<'base> {
    glyphs: &'base [Glyph],
    han: bool,
    gap: Gap,
}

impl Word<'_> {
    fn is_single(&self) -> bool {
        self.glyphs.len() == 1
    }
}

/// The text without separators inside words; words that stay apart have one space between them.
///
/// Signs never keep characters apart. Spaces keep words of letters apart, unless they are single letters. The end of
/// a clause keeps everything apart but single Chinese characters and single letters: `裸，体` is one word, and
/// `半裸，体操` two.
pub(crate) fn join(base: &[Glyph]) -> Vec<Glyph> {
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(base.len());
    let mut before: Option<Word<'_>> = None;
    for word in words(base) {
        if let Some(before) = &before
            && !belongs_together(before, &word)
        {
            push_space(&mut glyphs, &word);
        }
        let spelt_out = before
            .as_ref()
            .is_some_and(|before| before.is_single() && word.is_single() && word.gap > Gap::Nothing);
        glyphs.extend(word.glyphs.iter().map(|glyph| Glyph { apart: spelt_out, ..*glyph }));
        before = Some(word);
    }
    glyphs
}

fn belongs_together(before: &Word<'_>, word: &Word<'_>) -> bool {
    let (one, both) = (before.is_single() || word.is_single(), before.is_single() && word.is_single());
    match (word.gap, before.han, word.han) {
        (Gap::Nothing | Gap::Sign, _, _) => true,
        (Gap::Space, false, false) => both,
        (Gap::Space, _, _) => true,
        (Gap::Clause, true, true) => one,
        (Gap::Clause, false, false) => both,
        (Gap::Clause, _, _) => false,
    }
}

/// Chinese characters only; up to two stray letters between them are left out, and the character after them is marked.
pub(crate) fn han(base: &[Glyph]) -> Vec<Glyph> {
    let words: Vec<Word<'_>> = words(base).collect();
    let mut glyphs: Vec<Glyph> = Vec::with_capacity(base.len());
    let mut stray = false;
    for (index, word) in words.iter().enumerate() {
        let between = words.get(index + 1).is_some_and(|next| next.han && next.gap < Gap::Clause);
        if !word.han && word.glyphs.len() <= 2 && between && word.gap < Gap::Clause && index > 0 {
            stray = true;
            continue;
        }
        let apart =
            index > 0 && !(word.han && words[index - 1].han && belongs_together(&words[index - 1], word));
        if !word.han || (apart && !stray) {
            push_space(&mut glyphs, word);
        }
        if word.han {
            glyphs.extend(
                word.glyphs
                    .iter()
                    .enumerate()
                    .map(|(place, glyph)| Glyph { changed: stray && place == 0, ..*glyph }),
            );
        }
        stray = false;
    }
    glyphs
}

fn push_space(glyphs: &mut Vec<Glyph>, word: &Word<'_>) {
    let at = word.glyphs[0].start;
    glyphs.push(Glyph { ch: ' ', seen: ' ', start: at, end: at, changed: false, apart: false });
}

fn words(base: &[Glyph]) -> impl Iterator<Item = Word<'_>> {
    let mut gap = Gap::Nothing;
    base.chunk_by(|left, right| kind(left.ch) == kind(right.ch)).filter_map(move |glyphs| {
        let between = match kind(glyphs[0].ch) {
            word @ (Kind::Han | Kind::Letter) => {
                let word = Word { glyphs, han: word == Kind::Han, gap };
                gap = Gap::Nothing;
                return Some(word);
            }
            Kind::Sign => Gap::Sign,
            Kind::Space => Gap::Space,
            Kind::Clause => Gap::Clause,
        };
        gap = gap.max(between);
        None
    })
}

#[cfg(test)]
mod tests {
    use super::{han, join};
    use crate::normalise::{Glyph, read};

    fn text(glyphs: &[Glyph]) -> String {
        glyphs.iter().map(|glyph| glyph.ch).collect()
    }

    #[test]
    fn separators_inside_words_are_left_out() {
        for (written, joined) in [
            ("裸/体", "裸体"),
            ("裸 * 体", "裸体"),
            ("裸，体", "裸体"),
            ("半裸，体操", "半裸 体操"),
            ("f a k e", "fake"),
            ("f.a-k_e id", "fake id"),
            ("pen is blue", "pen is blue"),
            ("AI 换脸", "ai换脸"),
        ] {
            assert_eq!(text(&join(&read(written))), joined, "{written}");
        }
    }

    #[test]
    fn stray_letters_between_characters_are_left_out() {
        assert_eq!(text(&han(&read("炸x药"))), "炸药");
        assert_eq!(text(&han(&read("炸 ab 药"))), "炸药");
        assert!(!text(&han(&read("炸abc药"))).contains("炸药"));
    }
}
