//! Letters of other alphabets that look like Latin ones, and letters in boxes.
//!
//! Our own table, of lower-case letters after compatibility decomposition; what Unicode decomposes itself is not in it.

/// The Latin letters that a lower-case letter looks like.
pub(super) fn letters(ch: char) -> Option<&'static str> {
    let letters = match ch {
        // Cyrillic
        'а' => "a",
        'в' | 'ь' | 'ъ' | 'б' => "b",
        'с' => "c",
        'ԁ' => "d",
        'е' | 'є' | 'ҽ' => "e",
        'ғ' => "f",
        'ԍ' => "g",
        'н' | 'һ' => "h",
        'і' | 'ӏ' => "i",
        'ј' => "j",
        'к' | 'қ' | 'ҡ' => "k",
        'м' => "m",
        'п' | 'и' => "n",
        'о' | 'ө' => "o",
        'р' => "p",
        'ԛ' => "q",
        'г' | 'я' => "r",
        'ѕ' => "s",
        'т' => "t",
        'ц' | 'џ' => "u",
        'ѵ' => "v",
        'ԝ' | 'ш' | 'щ' | 'ѡ' => "w",
        'х' | 'ж' => "x",
        'у' | 'ү' | 'ұ' => "y",
        // Greek
        'α' => "a",
        'β' => "b",
        'δ' => "d",
        'ε' => "e",
        'η' => "n",
        'ι' => "i",
        'κ' => "k",
        'λ' => "a",
        'μ' | 'υ' => "u",
        'ν' => "v",
        'ο' | 'σ' | 'θ' => "o",
        'ρ' => "p",
        'ς' => "s",
        'τ' => "t",
        'χ' => "x",
        'γ' => "y",
        'ω' => "w",
        // Armenian
        'օ' => "o",
        'ս' => "u",
        'հ' => "h",
        'ո' => "n",
        'ց' => "g",
        'զ' => "q",
        // Latin
        'ı' | 'ɩ' | 'ɪ' => "i",
        'ɑ' | 'ᴀ' | 'ɐ' => "a",
        'ʙ' | 'ɓ' | 'ƀ' => "b",
        'ᴄ' | 'ƈ' | 'ȼ' => "c",
        'đ' | 'ɗ' | 'ᴅ' | 'ð' => "d",
        'ᴇ' | 'ə' | 'ɛ' | 'ǝ' | 'ɘ' => "e",
        'ꜰ' | 'ƒ' => "f",
        'ɡ' | 'ɢ' | 'ǥ' => "g",
        'ʜ' | 'ħ' | 'ɦ' => "h",
        'ᴊ' | 'ɉ' => "j",
        'ᴋ' | 'ƙ' => "k",
        'ł' | 'ʟ' | 'ƚ' | 'ɫ' => "l",
        'ᴍ' | 'ɱ' => "m",
        'ɴ' | 'ɲ' | 'ŋ' => "n",
        'ø' | 'ᴏ' | 'ɔ' | 'ɵ' => "o",
        'ᴘ' | 'ƥ' => "p",
        'ʀ' | 'ɹ' | 'ɾ' => "r",
        'ꜱ' | 'ʂ' => "s",
        'ᴛ' | 'ŧ' | 'ƭ' => "t",
        'ᴜ' | 'ʉ' => "u",
        'ᴠ' | 'ʋ' => "v",
        'ᴡ' => "w",
        'ʏ' | 'ƴ' => "y",
        'ᴢ' | 'ƶ' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => return None,
    };
    Some(letters)
}

/// The letter in a filled circle or square, or of a regional indicator, which Unicode gives no decomposition; and
/// letters that it decomposes to what they mean, not to what they look like.
pub(super) fn boxed_letter(ch: char) -> Option<char> {
    let first = match ch {
        'ϲ' | 'Ϲ' => return Some('c'),
        'ϳ' | 'Ϳ' => return Some('j'),
        '\u{1f150}'..='\u{1f169}' => 0x1f150,
        '\u{1f170}'..='\u{1f189}' => 0x1f170,
        '\u{1f1e6}'..='\u{1f1ff}' => 0x1f1e6,
        _ => return None,
    };
    char::from_u32(u32::from('a') + u32::from(ch) - first)
}
