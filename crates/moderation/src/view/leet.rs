//! Digits and signs that stand for letters.

use crate::normalise::Glyph;

/// Replaces digits and signs inside words of letters by the letters that they look like.
///
/// Punctuation at the end of a word may be a letter or not: `wow!` is no word with an i, `h3nt@!` is. Where it matters
/// there are two readings.
pub(super) fn letters_for_signs(base: &[Glyph]) -> Vec<Vec<Glyph>> {
    let mut inside = base.to_vec();
    let mut ends = Vec::new();
    let mut start = 0;
    for token in base.chunk_by(|left, right| is_part(left.ch) == is_part(right.ch)) {
        if token.iter().any(|glyph| glyph.ch.is_ascii_lowercase()) {
            for (place, glyph) in token.iter().enumerate() {
                let Some(letter) = letter(glyph.ch) else { continue };
                let letter = Glyph { ch: letter, changed: true, ..*glyph };
                if place + 1 == token.len() && matches!(glyph.ch, '!' | '|' | '(' | '+') {
                    ends.push((start + place, letter));
                } else {
                    inside[start + place] = letter;
                }
            }
        }
        start += token.len();
    }
    if ends.is_empty() {
        return vec![inside];
    }
    let mut whole = inside.clone();
    for (place, letter) in ends {
        whole[place] = letter;
    }
    vec![inside, whole]
}

/// Whether a character can be part of a word: an apostrophe is one for `driver'5`.
fn is_part(ch: char) -> bool {
    ch.is_ascii_lowercase() || ch == '\'' || letter(ch).is_some()
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
