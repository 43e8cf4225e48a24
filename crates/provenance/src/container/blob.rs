//! Labels in places without a name: `AIGC{...}` or `{"AIGC":{...}}` somewhere in the bytes of a comment.

use std::ops::Range;

use serde::de::IgnoredAny;

use crate::aigc::Aigc;

/// Longest text between the word `AIGC` and its object: `": ` and the like.
const FARTHEST: usize = 8;

/// A label in a run of bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blob {
    /// The object, with its name and what wraps it.
    pub(super) range: Range<usize>,
    /// The object alone.
    pub(super) text: String,
}

/// Every label in `bytes`, read as single bytes and as UTF-16 of both orders. Allocates half of `bytes` at most,
/// beside what it gives.
pub(super) fn blobs(bytes: &[u8]) -> Vec<Blob> {
    let mut found = narrow(bytes);
    for parity in [0, 1] {
        found.extend(wide(bytes.get(parity..).unwrap_or_default()).into_iter().map(|blob| Blob {
            range: parity + 2 * blob.range.start..(parity + 2 * blob.range.end).min(bytes.len()),
            text: blob.text,
        }));
    }
    found
}

/// Overwrites every label in `bytes` with spaces, so that offsets into them stay true.
pub(super) fn blank(bytes: &mut [u8]) {
    for blob in blobs(bytes) {
        for byte in &mut bytes[blob.range] {
            // The zeros of UTF-16 stay: together with the spaces they are spaces again.
            if *byte != 0 {
                *byte = b' ';
            }
        }
    }
}

fn narrow(bytes: &[u8]) -> Vec<Blob> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(name) = find(bytes, at, b"AIGC") {
        at = name + 4;
        let Some(blob) = blob_at(bytes, name) else { continue };
        at = blob.range.end;
        found.push(blob);
    }
    found
}

/// The label whose name starts at `name`. An object that is none ends at its first wrong byte, and no object can
/// start within another that is parsed without fault for long: the search is linear.
fn blob_at(bytes: &[u8], name: usize) -> Option<Blob> {
    let after = bytes.get(name + 4..)?;
    let gap = after.iter().take(FARTHEST).position(|byte| *byte == b'{')?;
    if !after[..gap].iter().all(|byte| b" \t\r\n\":=\0".contains(byte)) {
        return None;
    }
    let object = &after[gap..];
    let mut values = serde_json::Deserializer::from_slice(object).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    let length = values.byte_offset();
    let text = String::from_utf8_lossy(&object[..length]).into_owned();
    Aigc::read(&text).label?;
    Some(Blob { range: with_wrapping(bytes, name, name + 4 + gap + length), text })
}

/// Takes in `{"` before the name and `}` after the object.
fn with_wrapping(bytes: &[u8], start: usize, end: usize) -> Range<usize> {
    let before = bytes[..start].trim_ascii_end();
    let opened =
        before.strip_suffix(b"\"").map(<[u8]>::trim_ascii_end).and_then(|rest| rest.strip_suffix(b"{"));
    let space = bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    match (opened, bytes.get(end + space)) {
        (Some(opened), Some(b'}')) => opened.len()..end + space + 1,
        _ => start..end,
    }
}

/// As [`narrow`], for every second byte: the letters of UTF-16, whichever byte comes first in it.
fn wide(bytes: &[u8]) -> Vec<Blob> {
    if find(bytes, 0, b"A\0I\0G\0C").is_none() {
        return Vec::new();
    }
    let letters: Vec<u8> =
        bytes.iter().step_by(2).map(|byte| if byte.is_ascii() { *byte } else { b'?' }).collect();
    narrow(&letters)
}

fn find(bytes: &[u8], from: usize, sought: &[u8]) -> Option<usize> {
    let first = *sought.first()?;
    let mut at = from;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(sought) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = r#"{"Label":"1","ContentProducer":"x","ProduceID":"1","ReservedCode1":"}","ContentPropagator":"","PropagateID":"","ReservedCode2":""}"#;

    #[test]
    fn labels_are_found_and_blanked_in_bytes_and_in_utf16() {
        let wrapped = format!("before {{\"AIGC\": {LABEL}}} after");
        let little: Vec<u8> = wrapped.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = wrapped.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let odd = [&[7][..], &big].concat();
        for mut bytes in [wrapped.into_bytes(), format!("AIGC{LABEL}").into_bytes(), little, big, odd] {
            let found = blobs(&bytes);
            assert_eq!(found.len(), 1, "one label");
            assert_eq!(found[0].text, LABEL, "the object");
            blank(&mut bytes);
            assert_eq!(blobs(&bytes), [], "none is left");
            assert!(!bytes.contains(&b'{') && !bytes.contains(&b'}'), "nor its wrapping");
        }
    }

    #[test]
    fn words_are_not_labels() {
        for text in ["AIGC", "AIGC{", "AIGC{}", "about AIGC: {\"a\":1}", "AIGC tools {\"Label\":\"1\"}"] {
            assert_eq!(blobs(text.as_bytes()), [], "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_searched_without_panic(mut bytes in proptest::collection::vec(0u8..128, 0..300)) {
            blank(&mut bytes);
        }
    }
}
