//! Digits and signs that stand for letters.

use crate::normalise::{Glyph, Kind, kind};

/// Replaces digits and signs inside words of letters by the letters that they look like.
///
/// A sign at the end of a word stays a sign: `wow!` is not `wowi`.
pub(super) fn letters_for_signs(base: &[Glyph]) -> Vec<Glyph> {
    let mut glyphs = base.to_vec();
    for index in 0..base.len() {
        let Some(letter) = letter(base[index].ch) else { continue };
        let is_part =
            |at: Option<&Glyph>| at.is_some_and(|glyph| is_latin(glyph.ch) || letter_sign(glyph.ch));
        let follows = is_part(index.checked_sub(1).and_then(|before| base.get(before)));
        let leads = is_part(base.get(index + 1));
        if leads || (follows && kind(base[index].ch) == Kind::Letter) {
            glyphs[index] = Glyph { ch: letter, changed: true, ..base[index] };
        }
    }
    glyphs
}

fn is_latin(ch: char) -> bool {
    ch.is_ascii_lowercase()
}

fn letter_sign(ch: char) -> bool {
    letter(ch).is_some()
}

fn letter(ch: char) -> Option<char> {
    let letter = match ch {
        '0' => 'o',
        '1' | '!' | '|' | '¡' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' | '§' => 's',
        '6' | '9' => 'g',
        '7' | '+' | '†' => 't',
        '8' => 'b',
        '2' => 'z',
        '(' | '¢' => 'c',
        '£' => 'l',
        '¥' => 'y',
        _ => return None,
    };
    Some(letter)
}
