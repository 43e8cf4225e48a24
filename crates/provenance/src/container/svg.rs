//! SVG: XMP in `metadata`, property `TC260:AIGC`.
//!
//! A drawing with an `rdf:RDF` in its metadata gets a description added there; any other gets a `metadata` of its own
//! as the first child. Labels elsewhere are cut out by their bytes, the rest is not touched.
//!
//! Sources: SVG 1.1, section 21.2 (metadata); ISO 16684-1 (XMP).

use std::ops::Range;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Carried, Format, Site};
use crate::Error;
use crate::aigc::Aigc;
use crate::xmp::DigitalSource;

/// Elements in each other; drawings have some dozens.
const DEEPEST: usize = 512;

/// What a drawing holds that matters here, by its bytes.
#[derive(Default)]
struct Drawing {
    /// Start tag of the root, and whether it is its end too.
    root: Option<(Range<usize>, bool)>,
    /// Where the first `rdf:RDF` in a `metadata` ends, before its end tag.
    description: Option<usize>,
    labels: Vec<Found>,
    sources: Vec<Found>,
}

/// A property and the bytes to cut to be rid of it.
struct Found {
    carrier: &'static str,
    text: String,
    bytes: Range<usize>,
}

/// Adds the labels of `bytes`.
pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let drawing = Drawing::of(decoded(bytes)?)?;
    let sites = drawing.labels.into_iter();
    carried.sites.extend(sites.map(|found| Site { carrier: found.carrier.to_owned(), text: found.text }));
    carried.digital_sources.extend(drawing.sources.into_iter().map(|found| found.text));
    Ok(())
}

/// The drawing with `label` and `source` in its metadata and nowhere else.
pub(super) fn write(bytes: &[u8], label: &Aigc, source: DigitalSource) -> Result<Vec<u8>, Error> {
    let text = decoded(bytes)?;
    let drawing = Drawing::of(text)?;
    let (root, closed) = drawing.root.ok_or(damaged(0, "there is no root element"))?;
    let mut edits: Vec<(Range<usize>, String)> =
        drawing.labels.into_iter().chain(drawing.sources).map(|found| (found.bytes, String::new())).collect();
    let description = description(label, source);
    let packet = format!(
        "<metadata><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{description}</rdf:RDF></x:xmpmeta></metadata>"
    );
    let name = text[root.start + 1..root.end].split(|c: char| c.is_whitespace() || "/>".contains(c)).next();
    let name = name.unwrap_or("svg");
    // The element takes the prefix of the root, so that it is in SVG's namespace too.
    let packet = match name.split_once(':') {
        Some((prefix, _)) => packet
            .replace("<metadata>", &format!("<{prefix}:metadata>"))
            .replace("</metadata>", &format!("</{prefix}:metadata>")),
        None => packet,
    };
    match (closed, drawing.description) {
        (true, _) => edits.push((root.end - 2..root.end, format!(">{packet}</{name}>"))),
        (_, Some(place)) => edits.push((place..place, description)),
        _ => edits.push((root.end..root.end, packet)),
    }
    edits.sort_by_key(|(range, _)| range.start);
    let (mut out, mut at) = (String::with_capacity(text.len() + 1024), 0);
    for (range, new) in edits {
        out.push_str(&text[at..range.start.max(at)]);
        out.push_str(&new);
        at = range.end.max(at);
    }
    out.push_str(&text[at..]);
    Ok(out.into_bytes())
}

fn description(label: &Aigc, source: DigitalSource) -> String {
    let json = label
        .to_json()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    format!(
        "<rdf:Description xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" rdf:about=\"\" \
         xmlns:TC260=\"http://www.tc260.org.cn/ns/AIGC/1.0/\" \
         xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"><TC260:AIGC>{json}</TC260:AIGC>\
         <Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
        source.uri()
    )
}

fn decoded(bytes: &[u8]) -> Result<&str, Error> {
    str::from_utf8(bytes).map_err(|error| damaged(error.valid_up_to(), "not UTF-8"))
}

fn damaged(at: usize, what: &'static str) -> Error {
    Error::Damaged { format: Format::Svg, at, what }
}

impl Drawing {
    fn of(text: &str) -> Result<Self, Error> {
        let mut drawing = Self::default();
        let mut reader = Reader::from_str(text);
        // Names of the open elements, with where their content starts.
        let mut open: Vec<(String, usize, usize)> = Vec::new();
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event().map_err(|_| damaged(start, "not well-formed XML"))?;
            let end = reader.buffer_position() as usize;
            match event {
                Event::Start(tag) | Event::Empty(tag) => {
                    let empty = text[..end].ends_with("/>");
                    drawing.root.get_or_insert((start..end, empty));
                    if in_metadata(&open) {
                        drawing.attributes(&tag, text, start..end)?;
                    }
                    if !empty {
                        if open.len() == DEEPEST {
                            return Err(damaged(start, "elements are nested too deeply"));
                        }
                        open.push((local(&tag), start, end));
                    }
                }
                Event::End(_) => {
                    let Some((name, from, inside)) = open.pop() else { continue };
                    drawing.element(&name, text, from..end, inside..start, in_metadata(&open));
                }
                Event::Eof if !open.is_empty() => return Err(damaged(start, "an element is not closed")),
                Event::Eof => return Ok(drawing),
                _ => {}
            }
        }
    }

    /// Notes an element that ended.
    fn element(
        &mut self,
        name: &str,
        text: &str,
        whole: Range<usize>,
        inside: Range<usize>,
        described: bool,
    ) {
        if !described {
            return;
        }
        let found = |carrier| Found { carrier, text: unescaped(&text[inside.clone()]), bytes: whole.clone() };
        match name {
            "AIGC" => self.labels.push(found("XMP element TC260:AIGC")),
            "DigitalSourceType" => self.sources.push(found("XMP element DigitalSourceType")),
            "RDF" => {
                self.description.get_or_insert(inside.end);
            }
            _ => {}
        }
    }

    /// Notes the properties that stand as attributes.
    fn attributes(&mut self, tag: &BytesStart<'_>, text: &str, range: Range<usize>) -> Result<(), Error> {
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|_| damaged(range.start, "an attribute is not well-formed"))?;
            let key = attribute.key.as_ref().to_owned();
            let value = attribute.value.clone().into_owned();
            let known = key.rsplit(':').next();
            if !matches!(known, Some("AIGC" | "DigitalSourceType")) || key.starts_with("xmlns") {
                continue;
            }
            let Some(bytes) = attribute_range(&text[range.clone()], &key, &value) else { continue };
            let bytes = bytes.start + range.start..bytes.end + range.start;
            let found = |carrier| Found { carrier, text: unescaped(&value), bytes };
            match known {
                Some("AIGC") => self.labels.push(found("XMP attribute TC260:AIGC")),
                _ => self.sources.push(found("XMP attribute DigitalSourceType")),
            }
        }
        Ok(())
    }
}

fn in_metadata(open: &[(String, usize, usize)]) -> bool {
    open.iter().any(|(name, ..)| name == "metadata")
}

fn local(tag: &BytesStart<'_>) -> String {
    tag.local_name().as_ref().to_owned()
}

/// Where an attribute stands in its tag, with the space before it.
fn attribute_range(tag: &str, key: &str, value: &str) -> Option<Range<usize>> {
    let spaced = |c: char| c.is_whitespace();
    tag.match_indices(key).find_map(|(at, _)| {
        let before = tag[..at].trim_end_matches(spaced);
        let rest =
            tag[at + key.len()..].trim_start_matches(spaced).strip_prefix('=')?.trim_start_matches(spaced);
        let quote = rest.chars().next().filter(|quote| "\"'".contains(*quote))?;
        let rest = rest[1..].strip_prefix(value)?.strip_prefix(quote)?;
        (before.len() < at).then_some(before.len()..tag.len() - rest.len())
    })
}

/// Text with its entities resolved; unknown ones stay as they are.
fn unescaped(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>")).unwrap_or(text);
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;

    fn label() -> Aigc {
        Aigc::produced(Certainty::Is, "danqing-demo", "0001").expect("a label")
    }

    fn found(text: &[u8]) -> Carried {
        let mut carried = Carried::default();
        read(text, &mut carried).expect("a sound drawing");
        carried
    }

    #[test]
    fn every_kind_of_drawing_takes_one_label() {
        let rdf = "<rdf:RDF xmlns:rdf='r'><cc:Work/></rdf:RDF>";
        let old =
            "<rdf:RDF xmlns:rdf='r'><rdf:D t:AIGC='{&quot;a&quot;:1}' b='c'/><T:AIGC>{}</T:AIGC></rdf:RDF>";
        for text in [
            "<svg/>".to_owned(),
            "<?xml version='1.0'?><!DOCTYPE svg><!-- <svg> --><svg:svg xmlns:svg='s'></svg:svg>".to_owned(),
            format!("<svg><metadata>{rdf}</metadata><path d='M0 0'/></svg>"),
            format!("<svg><metadata>{old}</metadata><path d='M0 0'/></svg>"),
            "<svg><title>AIGC</title><metadata/><AIGC/></svg>".to_owned(),
        ] {
            let marked = write(text.as_bytes(), &label(), SOURCE).expect("written");
            let carried = found(&marked);
            let texts: Vec<_> = carried.sites.iter().map(|site| site.text.clone()).collect();
            assert_eq!(texts, [label().to_json()], "{text}");
            assert_eq!(carried.digital_sources, [SOURCE.uri()], "{text}");
            let again = write(&marked, &label(), SOURCE).expect("again");
            assert_eq!(found(&again).sites, carried.sites, "still one");
        }
    }

    #[test]
    fn what_others_wrote_is_found_and_the_rest_stays() {
        let text =
            "<svg><metadata><x b='c' TC260:AIGC='{&quot;a&quot;:1}'/></metadata><path d='M0 0'/></svg>";
        assert_eq!(found(text.as_bytes()).sites[0].text, "{\"a\":1}", "entities resolved");
        let marked =
            String::from_utf8(write(text.as_bytes(), &label(), SOURCE).expect("written")).expect("text");
        assert!(marked.contains("<x b='c'/>") && marked.ends_with("<path d='M0 0'/></svg>"), "{marked}");
    }
}
