//! Text: Markdown in its YAML front matter under `AIGC`, JSON in a first member `AIGC`.
//!
//! Plain text has no place for data about itself: a line of JSON would be read as content. It takes no implicit label
//! here; the label goes to a side file (`name.txt.xmp`), and the text itself gets its line for people. A label that
//! others put into a first or last line, or into front matter, is found all the same. JSON that is not an object has
//! no place either.
//!
//! Front matter is written as most services in China write it: a mapping of the seven fields, one on each line. Read
//! are also a JSON object on the line, quoted or not, and block scalars.
//!
//! Sources: TC260-PG-20258A (Markdown); YAML 1.2.2, section 7.3; RFC 8259.

use std::ops::Range;

use serde_json::Value;

use super::field::is_named_label;
use super::{Carried, Format, Site};
use crate::Error;
use crate::aigc::{Aigc, FIELDS};

const NAME: &str = "AIGC";
/// A label in a line of plain text is not longer than this.
const LONGEST_LINE_BYTES: usize = 64 << 10;

/// Adds the labels of `bytes`.
pub(super) fn read(bytes: &[u8], format: Format, carried: &mut Carried) -> Result<(), Error> {
    let text = decoded(bytes, format)?;
    if format == Format::Json {
        let mut members = members(text)?;
        let labels = members.extract_if(.., |member| member.is_label);
        carried.sites.extend(labels.map(|member| site("JSON member AIGC", &text[member.value])));
        return Ok(());
    }
    if let Some(label) = FrontMatter::of(text).and_then(|matter| matter.label) {
        carried.sites.push(site("front matter AIGC", &yaml_value(&text[label])));
    }
    if format == Format::Text {
        carried.sites.extend(label_lines(text).map(|line| site("line of text AIGC", line)));
    }
    Ok(())
}

fn site(carrier: &str, text: &str) -> Site {
    Site { carrier: carrier.to_owned(), text: text.to_owned() }
}

/// The file with `label` as its only one.
pub(super) fn write(bytes: &[u8], format: Format, label: &Aigc) -> Result<Vec<u8>, Error> {
    let text = decoded(bytes, format)?;
    let written = match format {
        Format::Json => json_written(text, label)?,
        Format::Markdown => markdown_written(text, label)?,
        _ => {
            return Err(Error::Unsupported { format, what: "plain text has no place for data about itself" });
        }
    };
    Ok(written.into_bytes())
}

fn decoded(bytes: &[u8], format: Format) -> Result<&str, Error> {
    str::from_utf8(bytes).map_err(|error| Error::Damaged {
        format,
        at: error.valid_up_to(),
        what: "not UTF-8",
    })
}

/// Lines, at the start or at the end, that are nothing but a label.
fn label_lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_start_matches('\u{FEFF}').trim();
    let first = text.lines().next();
    let last = text.lines().next_back().filter(|_| text.contains('\n'));
    let is_label = |line: &&str| {
        let bare = line.trim().strip_prefix(NAME).map(|rest| rest.trim_start_matches([':', '=', ' ']));
        line.len() <= LONGEST_LINE_BYTES
            && line.trim_end().ends_with('}')
            && (is_named_label(line) || bare.is_some_and(|rest| rest.starts_with('{')))
    };
    [first, last].into_iter().flatten().filter(is_label)
}

/// Data about a document, between two lines of three hyphens at its start.
struct FrontMatter {
    /// Where the lines between start.
    start: usize,
    /// The lines of the label, with their ends.
    label: Option<Range<usize>>,
}

impl FrontMatter {
    fn of(text: &str) -> Option<Self> {
        let after_mark = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let offset = text.len() - after_mark.len();
        let first = after_mark.split_inclusive('\n').next().filter(|line| line.trim_end() == "---")?;
        let (start, mut at) = (offset + first.len(), offset + first.len());
        let (mut label, mut open) = (None, false);
        for line in text[start..].split_inclusive('\n') {
            if ["---", "..."].contains(&line.trim_end()) {
                return Some(Self { start, label });
            }
            let indented = line.starts_with([' ', '\t']) || line.trim().is_empty();
            open = match is_label_key(line) {
                true if label.is_none() => {
                    label = Some(at..at + line.len());
                    true
                }
                _ => open && indented,
            };
            at += line.len();
            if let (true, Some(label)) = (open, &mut label) {
                label.end = at;
            }
        }
        None
    }
}

fn is_label_key(line: &str) -> bool {
    ["AIGC", "\"AIGC\"", "'AIGC'"].iter().any(|key| {
        let rest = line.strip_prefix(key).and_then(|rest| rest.trim_start_matches(' ').strip_prefix(':'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
    })
}

/// The value of the key `AIGC`, from its lines: JSON as it stands, or made from a mapping.
fn yaml_value(lines: &str) -> String {
    let (head, rest) = lines.split_once('\n').unwrap_or((lines, ""));
    let head = head.split_once(':').map_or("", |(_, value)| value).trim();
    let folded = || rest.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    match head {
        "" => mapping(rest),
        _ if head.starts_with(['|', '>']) => folded(),
        _ => unquoted(format!("{head} {}", folded()).trim()),
    }
}

/// A JSON object from lines `key: value`.
fn mapping(lines: &str) -> String {
    let pairs = lines.lines().map(str::trim).filter(|line| !line.starts_with('#')).filter_map(|line| {
        let (key, value) = line.split_once(':')?;
        Some(format!("{}:{}", Value::from(unquoted(key.trim())), Value::from(unquoted(value.trim()))))
    });
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
}

/// A scalar without its quotation marks.
fn unquoted(scalar: &str) -> String {
    let inner = |mark| scalar.strip_prefix(mark).and_then(|rest: &str| rest.strip_suffix(mark));
    if let Some(inner) = inner('\'') {
        return inner.replace("''", "'");
    }
    if inner('"').is_some() {
        return serde_json::from_str(scalar).unwrap_or_else(|_| scalar.trim_matches('"').to_owned());
    }
    let plain = scalar.split_once(" #").map_or(scalar, |(plain, _)| plain);
    if scalar.starts_with('{') { scalar.to_owned() } else { plain.trim_end().to_owned() }
}

fn markdown_written(text: &str, label: &Aigc) -> Result<String, Error> {
    let after_mark = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if after_mark.lines().next().is_some_and(|line| line.trim_end() == "+++") {
        return Err(Error::Unsupported {
            format: Format::Markdown,
            what: "its front matter is TOML, not YAML",
        });
    }
    let newline = if text.lines().next().is_some() && text.contains("\r\n") { "\r\n" } else { "\n" };
    let fields = FIELDS.iter().zip(label.values());
    let fields = fields.map(|(name, value)| format!("    {name}: {}{newline}", Value::from(value)));
    let lines = format!("{NAME}:{newline}{}", fields.collect::<String>());
    Ok(match FrontMatter::of(text) {
        Some(FrontMatter { label: Some(old), .. }) => [&text[..old.start], &lines, &text[old.end..]].concat(),
        Some(FrontMatter { start, label: None }) => [&text[..start], &lines, &text[start..]].concat(),
        None => {
            let mark = &text[..text.len() - after_mark.len()];
            format!("{mark}---{newline}{lines}---{newline}{after_mark}")
        }
    })
}

/// A member of the outermost object.
struct Member {
    is_label: bool,
    /// From the comma before it, or from its name if it is the first.
    start: usize,
    value: Range<usize>,
}

/// The first member and all labels of the outermost object.
fn members(text: &str) -> Result<Vec<Member>, Error> {
    let damaged = |at| Error::Damaged { format: Format::Json, at, what: "not JSON" };
    let bare = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    serde_json::from_str::<serde::de::IgnoredAny>(bare).map_err(|_| damaged(0))?;
    let mut members = Vec::new();
    let (mut depth, mut at) = (0usize, text.len() - bare.len());
    let (mut start, mut name, mut value) = (None, None, None);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = string_end(bytes, at).ok_or(damaged(at))?;
                if depth == 1 && name.is_none() {
                    start.get_or_insert(at);
                    name = Some(at..end);
                }
                at = end;
                continue;
            }
            b':' if depth == 1 && value.is_none() => value = Some(at + 1),
            b',' | b'}' if depth == 1 => {
                if let (Some(name), Some(from)) = (name.take(), value.take()) {
                    let spelt: Option<String> = serde_json::from_str(&text[name]).ok();
                    let is_label = spelt.as_deref() == Some(NAME);
                    if is_label || members.is_empty() {
                        let value = trimmed(text, from..at);
                        members.push(Member { is_label, start: start.unwrap_or(at), value });
                    }
                }
                start = Some(at);
                depth -= usize::from(*byte == b'}');
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    Ok(members)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + inner.len() - inner.trim_start().len();
    start..start + inner.trim().len()
}

/// Where the string that starts at `at` ends, its closing mark included.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut place = at + 1;
    loop {
        match bytes.get(place)? {
            b'"' => return Some(place + 1),
            b'\\' => place += 2,
            _ => place += 1,
        }
    }
}

fn json_written(text: &str, label: &Aigc) -> Result<String, Error> {
    let members = members(text)?;
    let brace = text.len() - text.trim_start_matches('\u{FEFF}').trim_start().len();
    if !text[brace..].starts_with('{') {
        let what = "only a JSON object has a place for a label";
        return Err(Error::Unsupported { format: Format::Json, what });
    }
    let json = label.to_json();
    let mut labels = members.iter().filter(|member| member.is_label);
    let Some(first) = labels.next() else {
        let Some(member) = members.first() else {
            return Ok(format!("{}{{\"{NAME}\":{json}{}", &text[..brace], text[brace + 1..].trim_start()));
        };
        // The space before the first member is the file's own way of indenting.
        let space = &text[brace + 1..member.start];
        let gap = if space.is_empty() { "" } else { " " };
        return Ok([&text[..=brace], space, "\"AIGC\":", gap, &json, ",", &text[brace + 1..]].concat());
    };
    let mut out = [&text[..first.value.start], &json].concat();
    let mut at = first.value.end;
    for other in labels {
        out.push_str(&text[at..other.start]);
        at = other.value.end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    fn label() -> Aigc {
        Aigc::produced(Certainty::Is, "danqing-demo", "0001").expect("a label")
    }

    fn found(text: &str, format: Format) -> Vec<String> {
        let mut carried = Carried::default();
        read(text.as_bytes(), format, &mut carried).expect("sound text");
        carried.sites.into_iter().map(|site| site.text).collect()
    }

    fn written(text: &str, format: Format) -> String {
        let once = write(text.as_bytes(), format, &label()).expect("written");
        assert_eq!(write(&once, format, &label()).expect("again"), once, "the second time changes nothing");
        String::from_utf8(once).expect("text")
    }

    #[test]
    fn markdown_carries_the_label_in_its_front_matter() {
        let texts = [
            "# 题\n",
            "---\ntitle: a\n---\n# 题\n",
            "---\r\nAIGC:\r\n  Label: '2'\r\nb: 1\r\n---\r\n正文",
            "",
            "---\n",
        ];
        for text in texts {
            let marked = written(text, Format::Markdown);
            assert_eq!(found(&marked, Format::Markdown), [label().to_json()], "{marked}");
        }
        assert!(written(texts[2], Format::Markdown).ends_with("b: 1\r\n---\r\n正文"), "the rest stays");
    }

    #[test]
    fn front_matter_of_the_wild_is_read() {
        let fields = r#"{"Label":"1","ProduceID":"x"}"#;
        for text in [
            "---\nAIGC:\n    Label: \"1\"\n    ProduceID: x\n---\n",
            "---\nAIGC:\n  Label: '1'\n  ProduceID: 'x'\n---\n",
            "---\na: 1\nAIGC: {\"Label\":\"1\",\"ProduceID\":\"x\"}\n---\n",
            "---\nAIGC: '{\"Label\":\"1\",\"ProduceID\":\"x\"}'\n---\n",
            "---\nAIGC: |\n  {\"Label\":\"1\",\"ProduceID\":\"x\"}\n---\n",
        ] {
            assert_eq!(found(text, Format::Markdown), [fields], "{text}");
        }
        assert_eq!(found("---\nAIGC: {}\n", Format::Markdown), [""; 0], "not closed, so no front matter");
    }

    #[test]
    fn json_objects_carry_the_label_first() {
        for text in [
            "{}",
            "{ }",
            r#"{"a":{"AIGC":1},"b":"}"}"#,
            "{\n  \"a\": [1, 2]\n}\n",
            r#"{"a":1,"AIGC":{},"AIGC":{} }"#,
        ] {
            let marked = written(text, Format::Json);
            assert_eq!(found(&marked, Format::Json), [label().to_json()], "{marked}");
            serde_json::from_str::<Value>(&marked).expect("still JSON");
        }
        assert!(write(b"[1]", Format::Json, &label()).is_err(), "a list has no place");
    }

    #[test]
    fn labels_of_others_in_plain_text_are_found() {
        let line = "{\"AIGC\":{\"Label\":\"1\"}}";
        assert_eq!(found(&format!("春眠不觉晓\n{line}\n"), Format::Text), [line], "last line");
        assert_eq!(found("AIGC{\"Label\":\"1\"}\n春", Format::Text), ["AIGC{\"Label\":\"1\"}"], "first line");
        assert_eq!(found("a text about AIGC {\"Label\"}", Format::Text), [""; 0], "a mention");
    }
}
