//! XMP packets: one packet a file, which holds the implicit label and the kind of source.
//!
//! A packet is edited by places, never parsed into a tree and written anew: what others wrote stays byte for byte.

use std::ops::Range;

use quick_xml::events::Event;
use quick_xml::{Reader, escape};

use crate::Error;
use crate::aigc::Aigc;
use crate::container::{Carried, Site};

/// How content came about: `Iptc4xmpExt:DigitalSourceType`, a term of the IPTC vocabulary of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigitalSource {
    /// Made by a trained model alone.
    TrainedAlgorithmicMedia,
    /// A picture of other origin, parts of which were made by a trained model.
    CompositeWithTrainedAlgorithmicMedia,
    /// Made by an algorithm that was not trained on sampled content.
    AlgorithmicMedia,
}

impl DigitalSource {
    /// Where the vocabulary lives.
    const VOCABULARY: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";

    /// All terms that this crate writes.
    pub const ALL: [Self; 3] =
        [Self::TrainedAlgorithmicMedia, Self::CompositeWithTrainedAlgorithmicMedia, Self::AlgorithmicMedia];

    /// The term without its address.
    pub fn term(self) -> &'static str {
        match self {
            Self::TrainedAlgorithmicMedia => "trainedAlgorithmicMedia",
            Self::CompositeWithTrainedAlgorithmicMedia => "compositeWithTrainedAlgorithmicMedia",
            Self::AlgorithmicMedia => "algorithmicMedia",
        }
    }

    /// The full address of the term, which is what a file holds.
    pub fn uri(self) -> String {
        format!("{}{}", Self::VOCABULARY, self.term())
    }

    /// Reads the address of a term.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let term = uri.strip_prefix(Self::VOCABULARY)?;
        Self::ALL.into_iter().find(|source| source.term() == term)
    }
}

/// Namespace of the implicit label.
const TC260: &str = "http://www.tc260.org.cn/ns/AIGC/1.0/";
/// Namespace of the kind of source.
const IPTC: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
/// Namespace of RDF.
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
/// Elements within elements; the deepest packets of real files have about fifteen.
const DEEPEST: usize = 64;
/// Namespaces that are declared at the same time.
const MOST_NAMESPACES: usize = 512;

/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 4096;

/// How a property stands in a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `<TC260:AIGC>...</TC260:AIGC>`
    Element,
    /// `TC260:AIGC="..."`
    Attribute,
}

/// What this crate looks for in a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// Every `TC260:AIGC`, unescaped.
    pub labels: Vec<(Form, String)>,
    /// Every `Iptc4xmpExt:DigitalSourceType`, unescaped.
    pub digital_sources: Vec<String>,
}

/// Reads a packet. Document types are refused and entities of the document's own are never expanded.
///
/// # Errors
/// [`Error::Packet`] where it is not UTF-8, not well-formed, or nested deeper than any real packet.
pub fn read(packet: &[u8]) -> Result<Properties, Error> {
    Ok(survey(text_of(packet)?)?.properties)
}

/// The packet with `label` and `source` as its only label and kind of source, and everything else as it was. Without
/// a packet, or where it holds no RDF, a new one.
///
/// # Errors
/// As [`read`].
pub fn write(packet: Option<&[u8]>, label: &Aigc, source: DigitalSource) -> Result<String, Error> {
    let old = packet.map(text_of).transpose()?.unwrap_or_default();
    let survey = survey(old)?;
    let Some(place) = survey.place else { return Ok(new_packet(label, source)) };
    let description = description(label, source, &survey.about);
    let mut edits: Vec<(Range<usize>, String)> =
        outermost(survey.ours.into_iter().map(|(_, range)| range).collect())
            .into_iter()
            .map(|range| (range, String::new()))
            .collect();
    edits.push(match place {
        Place::Before(at) => (at..at, description),
        Place::Empty(range) => {
            let tag = old[range.clone()].trim_end_matches('>').trim_end().trim_end_matches('/').to_owned();
            let name = tag[1..].split(|c: char| c.is_whitespace()).next().unwrap_or_default().to_owned();
            (range, format!("{tag}>{description}</{name}>"))
        }
    });
    edits.sort_by_key(|(range, _)| range.start);
    Ok(edited(old, edits))
}

/// The packet without labels and with everything else as it was; `None` where it has none.
///
/// # Errors
/// As [`read`].
pub fn without_label(packet: &[u8]) -> Result<Option<String>, Error> {
    let old = text_of(packet)?;
    let labels = survey(old)?.ours.into_iter().filter(|(known, _)| *known == Known::Label);
    let labels = outermost(labels.map(|(_, range)| range).collect());
    let edits: Vec<_> = labels.into_iter().map(|range| (range, String::new())).collect();
    Ok((!edits.is_empty()).then(|| edited(old, edits)))
}

/// `old` with each range, in their order, replaced.
fn edited(old: &str, edits: Vec<(Range<usize>, String)>) -> String {
    let mut new = String::with_capacity(old.len() + 1024);
    let mut at = 0;
    for (range, replacement) in edits {
        new.push_str(&old[at..range.start]);
        new.push_str(&replacement);
        at = range.end;
    }
    new.push_str(&old[at..]);
    new
}

/// Adds what `packet` holds to `carried`; `carrier` names the packet's place.
pub(crate) fn collect(packet: &[u8], carrier: &str, carried: &mut Carried) -> Result<(), Error> {
    let properties = read(packet)?;
    carried.digital_sources.extend(properties.digital_sources);
    carried.sites.extend(properties.labels.into_iter().map(|(form, text)| {
        let form = match form {
            Form::Element => "element",
            Form::Attribute => "attribute",
        };
        Site { carrier: format!("XMP {form} TC260:AIGC in {carrier}"), text }
    }));
    Ok(())
}

fn new_packet(label: &Aigc, source: DigitalSource) -> String {
    let description = description(label, source, "");
    format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n\
         <rdf:RDF xmlns:rdf=\"{RDF}\">\n{description}</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>"
    )
}

/// `about` is as it stood in the packet, escapes included: all descriptions of a packet are about the same thing.
fn description(label: &Aigc, source: DigitalSource, about: &str) -> String {
    let json = escape::escape(label.to_json());
    format!(
        "<rdf:Description xmlns:rdf=\"{RDF}\" rdf:about=\"{about}\" xmlns:TC260=\"{TC260}\" xmlns:Iptc4xmpExt=\"{IPTC}\">\n\
         <TC260:AIGC>{json}</TC260:AIGC>\n\
         <Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>\n</rdf:Description>\n",
        source.uri()
    )
}

/// Where in a packet a description can be put.
enum Place {
    /// Before the end tag of RDF, which starts here.
    Before(usize),
    /// RDF is an empty element.
    Empty(Range<usize>),
}

/// What one pass over a packet finds.
#[derive(Default)]
struct Survey {
    properties: Properties,
    /// What goes before our own is written.
    ours: Vec<(Known, Range<usize>)>,
    place: Option<Place>,
    /// The raw value of the first `rdf:about`.
    about: String,
}

/// A property that this crate knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Label,
    Source,
    Rdf,
    About,
    Resource,
}

/// A property element that is open.
struct Open {
    known: Known,
    start: usize,
    depth: usize,
    text: String,
}

/// Prefixes and addresses, with the depth of the element that declared them.
#[derive(Default)]
struct Namespaces<'a>(Vec<(usize, &'a str, &'a str)>);

impl<'a> Namespaces<'a> {
    fn declare(&mut self, depth: usize, attributes: &[Attribute<'a>]) -> Result<(), Error> {
        for attribute in attributes {
            if let Some(prefix) = attribute.name.strip_prefix("xmlns:") {
                self.0.push((depth, prefix, attribute.value));
            }
        }
        match self.0.len() > MOST_NAMESPACES {
            true => Err(damaged(attributes.first().map_or(0, |a| a.range.start), "too many namespaces")),
            false => Ok(()),
        }
    }

    fn leave(&mut self, depth: usize) {
        while self.0.last().is_some_and(|(declared, ..)| *declared >= depth) {
            self.0.pop();
        }
    }

    /// Which of our properties `name` is. Labels of the wild also come with the prefix undeclared, or with another
    /// version in the address.
    fn known(&self, name: &str) -> Option<Known> {
        let (prefix, local) = name.split_once(':')?;
        if !["AIGC", "DigitalSourceType", "RDF", "about", "resource"].contains(&local) {
            return None;
        }
        let address =
            self.0.iter().rev().find(|(_, known, _)| *known == prefix).map(|(_, _, address)| *address);
        let of = |ours: &str, usual: &str| address.map_or(prefix == usual, |address| address == ours);
        match local {
            "AIGC" if of(TC260, "TC260") || address.is_some_and(|a| a.contains("tc260.org.cn")) => {
                Some(Known::Label)
            }
            "DigitalSourceType" if of(IPTC, "Iptc4xmpExt") => Some(Known::Source),
            "RDF" if of(RDF, "rdf") => Some(Known::Rdf),
            "about" if of(RDF, "rdf") => Some(Known::About),
            "resource" if of(RDF, "rdf") => Some(Known::Resource),
            _ => None,
        }
    }
}

fn survey(text: &str) -> Result<Survey, Error> {
    let mut survey = Survey::default();
    let mut namespaces = Namespaces::default();
    let mut open: Option<Open> = None;
    let mut depth = 0;
    let mut reader = Reader::from_str(text);
    loop {
        let start = reader.buffer_position() as usize;
        let event = reader.read_event().map_err(|error| damaged(start, error.to_string()))?;
        let end = reader.buffer_position() as usize;
        let range = start..end;
        match event {
            Event::Start(_) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(damaged(start, "nested too deeply"));
                }
                survey.tag(text, range, &mut namespaces, depth, &mut open)?;
            }
            Event::Empty(_) => {
                survey.tag(text, range.clone(), &mut namespaces, depth + 1, &mut open)?;
                if open.as_ref().is_some_and(|open| open.start == start) {
                    survey.close(open.take(), range.end);
                }
                namespaces.leave(depth + 1);
            }
            Event::End(tag) => {
                if depth == 0 {
                    return Err(damaged(start, "an end without a start"));
                }
                let name = tag.name();
                if open.as_ref().is_some_and(|open| open.depth == depth) {
                    survey.close(open.take(), range.end);
                } else if namespaces.known(name.as_ref()) == Some(Known::Rdf) && survey.place.is_none() {
                    survey.place = Some(Place::Before(start));
                }
                namespaces.leave(depth);
                depth -= 1;
            }
            Event::Text(_) => {
                if let Some(open) = &mut open {
                    open.text.push_str(&text[range]);
                }
            }
            Event::CData(_) => {
                if let Some(open) = &mut open {
                    let inner = text[range].trim_start_matches("<![CDATA[");
                    open.text.push_str(inner.strip_suffix("]]>").unwrap_or(inner));
                }
            }
            Event::GeneralRef(_) => {
                if let Some(open) = &mut open {
                    open.text.push_str(&unescaped(&text[range]));
                }
            }
            Event::DocType(_) => return Err(damaged(start, "a packet has no document type")),
            Event::Eof if depth > 0 => return Err(damaged(start, "an element is not closed")),
            Event::Eof => return Ok(survey),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

impl Survey {
    /// A start tag or an empty element at `range`.
    fn tag<'a>(
        &mut self,
        text: &'a str,
        range: Range<usize>,
        namespaces: &mut Namespaces<'a>,
        depth: usize,
        open: &mut Option<Open>,
    ) -> Result<(), Error> {
        let (name, attributes) = attributes(text, range.clone())?;
        namespaces.declare(depth, &attributes)?;
        let known = namespaces.known(name);
        let mut resource = String::new();
        for attribute in attributes {
            match namespaces.known(attribute.name) {
                Some(Known::Label) => {
                    self.properties.labels.push((Form::Attribute, unescaped(attribute.value)));
                    self.ours.push((Known::Label, attribute.range));
                }
                Some(Known::Source) => {
                    self.properties.digital_sources.push(unescaped(attribute.value));
                    self.ours.push((Known::Source, attribute.range));
                }
                Some(Known::About) if self.about.is_empty() && !attribute.value.contains('"') => {
                    attribute.value.clone_into(&mut self.about);
                }
                Some(Known::Resource) => resource = unescaped(attribute.value),
                _ => {}
            }
        }
        match known {
            Some(known @ (Known::Label | Known::Source)) if open.is_none() => {
                *open = Some(Open { known, start: range.start, depth, text: resource });
            }
            Some(Known::Rdf) if self.place.is_none() && text[range.clone()].ends_with("/>") => {
                self.place = Some(Place::Empty(range));
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, open: Option<Open>, end: usize) {
        let Some(open) = open else { return };
        self.ours.push((open.known, open.start..end));
        let text = open.text.trim().to_owned();
        match open.known {
            Known::Label => self.properties.labels.push((Form::Element, text)),
            _ => self.properties.digital_sources.push(text),
        }
    }
}

/// An attribute; `range` starts with the white space before it.
struct Attribute<'a> {
    range: Range<usize>,
    name: &'a str,
    value: &'a str,
}

/// The name and the attributes of the tag at `range`, with their places, which the parser does not tell.
fn attributes(text: &str, range: Range<usize>) -> Result<(&str, Vec<Attribute<'_>>), Error> {
    let tag = &text[range.clone()];
    let tag = tag.strip_suffix('>').unwrap_or(tag);
    let tag = tag.strip_suffix('/').unwrap_or(tag);
    let name_end = tag.find(|c: char| c.is_ascii_whitespace()).unwrap_or(tag.len());
    let name = tag.get(1..name_end).unwrap_or_default();
    let mut found = Vec::new();
    let mut at = name_end;
    loop {
        let rest = tag[at..].trim_start();
        let Some((key, after)) = rest.split_once('=') else {
            return match rest.is_empty() {
                true => Ok((name, found)),
                false => Err(damaged(range.start + at, "an attribute without a value")),
            };
        };
        let after = after.trim_start();
        let value = ['"', '\''].into_iter().find_map(|quote| after.strip_prefix(quote)?.split_once(quote));
        let Some((value, rest)) = value else {
            return Err(damaged(range.start + at, "an attribute without quotation marks"));
        };
        if found.len() == MOST_ATTRIBUTES {
            return Err(damaged(range.start + at, "more attributes than any real packet has"));
        }
        let end = tag.len() - rest.len();
        found.push(Attribute { range: range.start + at..range.start + end, name: key.trim_end(), value });
        at = end;
    }
}

/// Ranges that are not within others.
fn outermost(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut kept: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        if kept.last().is_none_or(|last| range.start >= last.end) {
            kept.push(range);
        }
    }
    kept
}

/// Text with the five entities of XML and character references resolved; others stay as they are.
fn unescaped(text: &str) -> String {
    escape::unescape(text).map_or_else(|_| text.to_owned(), |plain| plain.into_owned())
}

fn text_of(packet: &[u8]) -> Result<&str, Error> {
    let padded = packet.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    str::from_utf8(&packet[..padded]).map_err(|error| damaged(error.valid_up_to(), "not UTF-8"))
}

fn damaged(at: usize, what: impl Into<String>) -> Error {
    Error::Packet { at, what: what.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    fn label() -> Aigc {
        Aigc::produced(Certainty::Is, "00\"<&'>", "42").expect("a label")
    }

    const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;

    fn holds_ours(packet: &str) {
        let properties = read(packet.as_bytes()).expect("a sound packet");
        assert_eq!(properties.labels, [(Form::Element, label().to_json())], "{packet}");
        assert_eq!(properties.digital_sources, [SOURCE.uri()], "{packet}");
    }

    #[test]
    fn a_new_packet_is_read_back_and_written_again() {
        let first = write(None, &label(), SOURCE).expect("written");
        holds_ours(&first);
        let again = write(Some(first.as_bytes()), &label(), SOURCE).expect("written");
        holds_ours(&again);
    }

    #[test]
    fn properties_of_others_stay() {
        let old = format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='{RDF}'><r:Description r:about='uuid:1' \
             xmlns:t='{TC260}' t:AIGC='{{&quot;Label&quot;:&quot;2&quot;}}' xmlns:dc='d' dc:format=\"a>b\">\
             <dc:title>猫 &amp; 狗</dc:title><e:DigitalSourceType xmlns:e='{IPTC}' r:resource='x'/>\
             <t:AIGC><![CDATA[{{\"Label\":\"3\"}}]]></t:AIGC></r:Description></r:RDF></x:xmpmeta>"
        );
        let properties = read(old.as_bytes()).expect("sound");
        assert_eq!(
            properties.labels,
            [
                (Form::Attribute, "{\"Label\":\"2\"}".to_owned()),
                (Form::Element, "{\"Label\":\"3\"}".to_owned())
            ],
            "both forms"
        );
        assert_eq!(properties.digital_sources, ["x"], "as a resource");
        let new = write(Some(old.as_bytes()), &label(), SOURCE).expect("written");
        holds_ours(&new);
        for kept in ["<dc:title>猫 &amp; 狗</dc:title>", "dc:format=\"a>b\"", "rdf:about=\"uuid:1\""] {
            assert!(new.contains(kept), "{kept} in {new}");
        }
    }

    #[test]
    fn an_empty_rdf_is_opened() {
        let old = format!("<rdf:RDF xmlns:rdf='{RDF}' />");
        holds_ours(&write(Some(old.as_bytes()), &label(), SOURCE).expect("written"));
    }

    #[test]
    fn hostile_packets_are_refused() {
        let bomb = "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>";
        let deep = "<a>".repeat(100_000);
        let many: String = (0..5000).map(|n| format!(" xmlns:n{n}='u'")).collect();
        let many = format!("<x{many}/>");
        for packet in [bomb, &deep, &many, "<a></b>", "<a", "<a b></a>", "</a>"] {
            assert!(read(packet.as_bytes()).is_err(), "{}", &packet[..packet.len().min(40)]);
        }
        assert!(read(b"\xff\xfe<").is_err(), "not UTF-8");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_and_written_without_panic(text in "[<>/a&;:=\"' \\[\\]!?-]{0,60}|\\PC{0,60}") {
            if let Ok(new) = write(Some(text.as_bytes()), &label(), SOURCE) {
                holds_ours(&new);
            }
        }

        #[test]
        fn damage_is_noticed_or_harmless(at in 0usize..700, byte in 0u8..255) {
            let mut packet = write(None, &label(), SOURCE).expect("written").into_bytes();
            let at = at % packet.len();
            packet[at] = byte;
            if let Ok(new) = write(Some(&packet), &label(), SOURCE) {
                read(new.as_bytes()).expect("what was written can be read");
            }
        }
    }
}
