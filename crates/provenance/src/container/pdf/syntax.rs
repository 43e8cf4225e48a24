//! Values of PDF as slices of the file: nothing is copied before it is needed, and nothing is nested in memory.
//!
//! Source: ISO 32000-2:2020, 7.2 (lexical conventions), 7.3 (objects) and 7.9.2 (text strings).

use std::iter;

/// White space, and values, are followed for this many bytes at most; real dictionaries have some thousands.
pub(super) const LONGEST: usize = 4 << 20;

/// An object's number and generation.
pub(super) type Reference = (u32, u16);

/// The part of `bytes` from `at` on that one value may take.
pub(super) fn near(bytes: &[u8], at: usize) -> &[u8] {
    let at = at.min(bytes.len());
    &bytes[at..at.saturating_add(LONGEST).min(bytes.len())]
}

/// The first place from `at` on that is neither white space nor in a comment.
pub(super) fn skipped(bytes: &[u8], at: usize) -> usize {
    let mut in_comment = false;
    let blank = near(bytes, at).iter().take_while(|byte| {
        in_comment = match **byte {
            b'\r' | b'\n' => false,
            b'%' => true,
            _ => in_comment,
        };
        in_comment || is_space(**byte)
    });
    at.saturating_add(blank.count())
}

fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

fn is_regular(byte: u8) -> bool {
    !is_space(byte) && !b"()<>[]{}/%".contains(&byte)
}

/// The end of the word that starts at `at`.
pub(super) fn word_end(bytes: &[u8], at: usize) -> usize {
    at + bytes.iter().skip(at).take_while(|byte| is_regular(**byte)).count()
}

/// The value at or after `at`, white space before it left out, and the place behind it. `None` where it is cut off.
pub(super) fn value(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let start = skipped(bytes, at);
    let mut at = start;
    let mut depth = 0_usize;
    loop {
        at = skipped(bytes, at);
        match (*bytes.get(at)?, bytes.get(at + 1)) {
            (b'(', _) => at = literal_end(bytes, at)?,
            (b'<', Some(b'<')) => (depth, at) = (depth + 1, at + 2),
            (b'<', _) => at += bytes.iter().skip(at).position(|byte| *byte == b'>')? + 1,
            (b'[', _) => (depth, at) = (depth + 1, at + 1),
            (b'>', Some(b'>')) => (depth, at) = (depth.checked_sub(1)?, at + 2),
            (b']', _) => (depth, at) = (depth.checked_sub(1)?, at + 1),
            (b'/', _) => at = word_end(bytes, at + 1),
            (byte, _) if is_regular(byte) => at = word_end(bytes, at),
            _ => return None,
        }
        if depth == 0 {
            break;
        }
    }
    let end = reference_end(bytes, start, at).unwrap_or(at);
    Some((&bytes[start..end], end))
}

/// The end of `12 0 R`, if the word from `start` to `end` begins one.
fn reference_end(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    integer::<u32>(&bytes[start..end])?;
    let generation = skipped(bytes, end);
    let generation_end = word_end(bytes, generation);
    integer::<u16>(&bytes[generation..generation_end])?;
    let letter = skipped(bytes, generation_end);
    (bytes.get(letter..word_end(bytes, letter))? == b"R").then_some(letter + 1)
}

/// Brackets in a string may be nested, or stand behind a backslash.
fn literal_end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut at) = (0_usize, start);
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at + 1),
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

/// A key of a dictionary, without the slash and with its escapes, and its value.
pub(super) type Entry<'a> = (&'a [u8], &'a [u8]);

/// The entries of a dictionary; none of anything else. They end where the dictionary is damaged.
pub(super) fn entries(dictionary: &[u8]) -> impl Iterator<Item = Entry<'_>> {
    let mut at = if dictionary.starts_with(b"<<") { 2 } else { dictionary.len() };
    iter::from_fn(move || {
        let start = skipped(dictionary, at);
        let key = dictionary.get(start..word_end(dictionary, start + 1))?.strip_prefix(b"/")?;
        let (value, end) = value(dictionary, start + 1 + key.len())?;
        at = end;
        Some((key, value))
    })
}

/// The elements of an array; none of anything else.
pub(super) fn elements(array: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = if array.starts_with(b"[") { 1 } else { array.len() };
    iter::from_fn(move || {
        let (element, end) = value(array, at)?;
        at = end;
        Some(element)
    })
}

/// Whether the key `raw` is `name`, once its `#41` are letters.
pub(super) fn is_named(raw: &[u8], name: &[u8]) -> bool {
    let mut rest = raw;
    let letters = iter::from_fn(|| {
        let escaped = match rest {
            [b'#', high, low, ..] => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        let (letter, length) = match escaped {
            Some((high, low)) => (high << 4 | low, 3),
            None => (*rest.first()?, 1),
        };
        rest = &rest[length..];
        Some(letter)
    });
    letters.eq(name.iter().copied())
}

/// The value of `name` in a dictionary.
pub(super) fn get<'a>(dictionary: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    entries(dictionary).find(|(key, _)| is_named(key, name)).map(|(_, value)| value)
}

/// What stands between the brackets of a dictionary, without the entries that `is_dropped`.
pub(super) fn without(dictionary: &[u8], is_dropped: impl Fn(&Entry<'_>) -> bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(dictionary.len());
    for (key, value) in entries(dictionary).filter(|entry| !is_dropped(entry)) {
        for part in [b"/", key, b" ", value, b"\n"] {
            kept.extend_from_slice(part);
        }
    }
    kept
}

/// A whole number without a fraction.
pub(super) fn integer<T: std::str::FromStr>(value: &[u8]) -> Option<T> {
    str::from_utf8(value).ok()?.parse().ok()
}

/// A number.
pub(super) fn number(value: &[u8]) -> Option<f64> {
    let plain = value.iter().all(|byte| byte.is_ascii_digit() || b"+-.".contains(byte));
    str::from_utf8(value).ok().filter(|_| plain)?.parse().ok()
}

/// The object that `12 0 R` stands for.
pub(super) fn reference(value: &[u8]) -> Option<Reference> {
    let first = word_end(value, 0);
    let second = skipped(value, first);
    let second_end = word_end(value, second);
    let letter = skipped(value, second_end);
    let is_reference = value.get(letter..) == Some(b"R");
    is_reference.then_some((integer(&value[..first])?, integer(&value[second..second_end])?))
}

/// The bytes of a string in either notation.
pub(super) fn string(value: &[u8]) -> Option<Vec<u8>> {
    match value {
        [b'(', inside @ .., b')'] => Some(literal(inside)),
        [b'<', inside @ .., b'>'] if !inside.starts_with(b"<") => {
            let digits: Vec<u8> = inside.iter().copied().filter_map(hex_digit).collect();
            Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0)).collect())
        }
        _ => None,
    }
}

fn literal(inside: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let [first, after @ ..] = rest {
        rest = after;
        let [escape, behind @ ..] = after else {
            bytes.push(*first);
            break;
        };
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        rest = behind;
        match escape {
            b'n' => bytes.push(b'\n'),
            b'r' => bytes.push(b'\r'),
            b't' => bytes.push(b'\t'),
            b'b' => bytes.push(8),
            b'f' => bytes.push(12),
            // A line that goes on.
            b'\r' => rest = behind.strip_prefix(b"\n").unwrap_or(behind),
            b'\n' => {}
            b'0'..=b'7' => {
                let digits = after.iter().take(3).take_while(|digit| (b'0'..=b'7').contains(*digit)).count();
                let code =
                    after[..digits].iter().fold(0_u16, |code, digit| code << 3 | u16::from(digit - b'0'));
                bytes.push(code as u8);
                rest = &after[digits..];
            }
            other => bytes.push(*other),
        }
    }
    bytes
}

fn hex_digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).map(|digit| digit as u8)
}

/// The letters of a string: UTF-16 or UTF-8 by the mark at its start, else ASCII, which all other codings hold.
pub(super) fn text(string: &[u8]) -> String {
    match string.strip_prefix(b"\xfe\xff") {
        Some(wide) => {
            let units = wide.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
            char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        None => String::from_utf8_lossy(string.strip_prefix(b"\xef\xbb\xbf").unwrap_or(string)).into_owned(),
    }
}

/// Printable ASCII as a string.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('(');
    for letter in text.chars() {
        if matches!(letter, '(' | ')' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push(')');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_end_where_the_standard_says() {
        for (text, value_alone) in [
            ("  12 0 R/A", "12 0 R"),
            ("12 0 obj", "12"),
            ("12 %c\n0 R", "12 %c\n0 R"),
            ("<< /A [1 <2f> (a\\)b(c))] >>x", "<< /A [1 <2f> (a\\)b(c))] >>"),
            ("/Name#20x(", "/Name#20x"),
            ("true]", "true"),
            ("%)\n[[]]]", "[[]]"),
        ] {
            let found = value(text.as_bytes(), 0).map(|(value, _)| value);
            assert_eq!(found, Some(value_alone.as_bytes()), "{text}");
        }
        for text in ["", "(a", "<< /A", "<41", ">>", "]", "[1", "{", ")"] {
            assert_eq!(value(text.as_bytes(), 0), None, "{text}");
        }
    }

    #[test]
    fn dictionaries_are_read_and_cut() {
        let dictionary = b"<</A 1/B#43(x)/D[ 1 0 R 2]/E<</A 2>>>>";
        assert_eq!(get(dictionary, b"A"), Some(b"1".as_slice()), "not the inner one");
        assert_eq!(get(dictionary, b"BC"), Some(b"(x)".as_slice()), "escapes");
        let array = get(dictionary, b"D").expect("an array");
        assert_eq!(elements(array).collect::<Vec<_>>(), [b"1 0 R".as_slice(), b"2"], "elements");
        assert_eq!(elements(array).find_map(reference), Some((1, 0)), "a reference");
        assert_eq!(without(dictionary, |(key, _)| *key != b"A"), b"/A 1\n", "what is left");
    }

    #[test]
    fn strings_are_read_in_every_notation() {
        for (value, expected) in [
            ("(a\\(b\\)\\\\\\n)", "a(b)\\\n"),
            ("(\\101\\7x\\\r\ny\\q)", "A\u{7}xyq"),
            ("<41 4>", "A@"),
            ("<FEFF4E394E00>", "丹一"),
            ("<EFBBBFe4b8b9>", "丹"),
            ("(\\376\\377\\0A)", "A"),
        ] {
            let read = string(value.as_bytes()).map(|bytes| text(&bytes));
            assert_eq!(read.as_deref(), Some(expected), "{value}");
        }
        let label = r#"{"a":"\"(("}"#;
        assert_eq!(string(quoted(label).as_bytes()), Some(label.as_bytes().to_vec()), "there and back");
        assert_eq!(string(b"<< /A 1 >>"), None, "no string");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::sample::select(b"<>[]()/%\\#R0 1a\n\r\0".to_vec()), 0..60)) {
            if let Some((value, end)) = value(&bytes, 0) {
                assert!(end <= bytes.len(), "inside");
                let _ = (entries(value).count(), elements(value).count(), reference(value), string(value).map(|it| text(&it)));
            }
        }
    }
}
