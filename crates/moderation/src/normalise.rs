//! The letters of a text as a reader sees them, each with its place in the original.
//!
//! What hides a word without changing how it looks is undone here, once, for every view: invisible characters, full
//! width, circled and decorated letters, accents, capitals, letters of other alphabets that look Latin, traditional
//! characters. What changes how a word looks is undone by the [views](crate::view).

mod look_alikes;
mod traditional;

use unicode_normalization::char::decompose_compatible;

/// One normalised character and the bytes of the original that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Glyph {
    /// The character in this view.
    pub(crate) ch: char,
    /// The character after [`read`], before a view changed it; `'\0'` where a view made one of several.
    pub(crate) seen: char,
    /// First byte in the original.
    pub(crate) start: u32,
    /// Byte after the last in the original.
    pub(crate) end: u32,
    /// Whether the view changed something here that a reader would notice.
    pub(crate) changed: bool,
    /// Whether a word may begin here although a letter stands before it: both were written apart.
    pub(crate) apart: bool,
}

/// What a character is for the joining of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Chinese character, kana, Hangul: written without spaces.
    Han,
    /// Letter or digit of an alphabet.
    Letter,
    /// Space within a line.
    Space,
    /// Punctuation that ends a clause, and line ends.
    Clause,
    /// Anything else.
    Sign,
}

/// Reads a text into normalised characters.
///
/// Order: invisible characters are dropped, compatibility forms decomposed (Unicode Standard Annex #15, NFKD), accents
/// dropped, capitals lowered, look-alikes and traditional characters replaced.
pub(crate) fn read(text: &str) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(text.len() / 2);
    for (start, ch) in text.char_indices() {
        let span = (start as u32, (start + ch.len_utf8()) as u32);
        if ch.is_ascii() {
            push(&mut glyphs, ch.to_ascii_lowercase(), span);
        } else if !is_invisible(ch) {
            read_beyond_ascii(ch, span, &mut glyphs);
        }
    }
    glyphs
}

fn read_beyond_ascii(ch: char, span: (u32, u32), glyphs: &mut Vec<Glyph>) {
    if is_plain_han(ch) {
        push(glyphs, traditional::simplified(ch), span);
        return;
    }
    if let Some(letter) = look_alikes::boxed_letter(ch) {
        push(glyphs, letter, span);
        return;
    }
    let mut settle = |part: char| {
        if is_invisible(part) {
            return;
        }
        for lower in part.to_lowercase().filter(|lower| !is_invisible(*lower)) {
            match look_alikes::letters(lower) {
                Some(letters) => letters.chars().for_each(|letter| push(glyphs, letter, span)),
                None => push(glyphs, traditional::simplified(lower), span),
            }
        }
    };
    // Kana and Hangul would fall apart into marks and jamo, which no term is written in.
    match ch {
        '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' => settle(ch),
        _ => decompose_compatible(ch, settle),
    }
}

fn push(glyphs: &mut Vec<Glyph>, ch: char, (start, end): (u32, u32)) {
    glyphs.push(Glyph { ch, seen: ch, start, end, changed: false, apart: false });
}

fn is_plain_han(ch: char) -> bool {
    matches!(ch, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}')
}

/// Characters that leave no ink of their own: controls of direction and joining, fillers, tags, selectors, and marks
/// that sit on the letter before.
fn is_invisible(ch: char) -> bool {
    matches!(ch,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fffc}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
        | '\u{0300}'..='\u{036f}' | '\u{0483}'..='\u{0489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{302a}'..='\u{302f}' | '\u{fe20}'..='\u{fe2f}')
        || (ch.is_control() && !matches!(ch, '\t' | '\n' | '\r'))
}

/// What a normalised character is.
pub(crate) fn kind(ch: char) -> Kind {
    match ch {
        'a'..='z' | '0'..='9' => Kind::Letter,
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Kind::Clause,
        ',' | ';' | '!' | '?' | ':' | '。' | '、' => Kind::Clause,
        '〇' | '々' | '\u{3040}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}' | '\u{20000}'..='\u{3ffff}' => {
            Kind::Han
        }
        // Parts of characters, which split writing uses.
        '\u{2e80}'..='\u{2fdf}' | '\u{31c0}'..='\u{31ef}' | '\u{3100}'..='\u{312f}' => Kind::Han,
        _ if is_plain_han(ch) => Kind::Han,
        _ if ch.is_whitespace() => Kind::Space,
        _ if ch.is_alphanumeric() => Kind::Letter,
        _ => Kind::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    fn letters(text: &str) -> String {
        read(text).iter().map(|glyph| glyph.ch).collect()
    }

    #[test]
    fn disguises_that_look_the_same_are_undone() {
        for (disguised, plain) in [
            ("ＦＡＫＥ　ｉｄ", "fake id"),
            ("f\u{200b}a\u{2060}k\u{fe0f}e", "fake"),
            ("fа\u{0301}kе", "fake"),
            ("ⓕⓐⓚⓔ 🅵🅰🅺🅴 🇫🇦", "fake fake fa"),
            ("𝓯𝓪𝓴𝓮 𝔣𝔞𝔨𝔢 ᶠᵃᵏᵉ ꜰᴀᴋᴇ", "fake fake fake fake"),
            ("身份證 駕駛證 護照", "身份证 驾驶证 护照"),
            ("⼥⼈ ㊙", "女人 秘"),
            ("ραѕѕроrт", "passport"),
        ] {
            assert_eq!(letters(disguised), plain, "{disguised}");
        }
    }

    #[test]
    fn every_glyph_knows_its_place() {
        let text = "证\u{200b}證①";
        let places: Vec<&str> =
            read(text).iter().map(|glyph| &text[glyph.start as usize..glyph.end as usize]).collect();
        assert_eq!(places, ["证", "證", "①"]);
    }
}
