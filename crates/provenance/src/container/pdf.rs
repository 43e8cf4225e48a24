//! PDF: the entry `AIGC` of the document's information, in a new revision behind the old ones.
//!
//! Encrypted files are told, not opened: their strings mean nothing without a password, and a new string would be taken for an
//! encrypted one.
//!
//! Source: ISO 32000-2:2020; TC260's practice guide on documents: `/AIGC` in the Info dictionary.

mod document;
mod page;
mod syntax;
mod update;

use super::field::is_named_label;
use super::{Carried, Format, Site};
use crate::Error;
use crate::aigc::Aigc;
use crate::visible::Visible;
use crate::xmp;

use document::{Document, Object};
use syntax::{Reference, get, is_named, near, quoted, reference, string, text, value, without};
use update::Update;

const INFO: &str = "Info AIGC";
/// Entries that are looked at in a file whose structure is damaged, the last ones first.
const MOST_TRIED: usize = 64;
/// Length of such an entry.
const LONGEST_TRIED: usize = 1 << 16;

/// Adds the labels of `bytes`: in the information, and in the document's XMP. Of a damaged file the last entry `AIGC`
/// that is a label, whichever object it is in.
pub(super) fn read(bytes: &[u8], carried: &mut Carried) -> Result<(), Error> {
    let outcome = Document::open(bytes).and_then(|document| labels(&document, carried));
    if outcome.is_err() && carried.sites.is_empty() {
        carried.sites.extend(stray(bytes).map(|text| Site { carrier: INFO.to_owned(), text }));
    }
    outcome
}

fn labels(document: &Document<'_>, carried: &mut Carried) -> Result<(), Error> {
    let informed = information(document, carried);
    if document.is_encrypted() {
        return Err(Error::Encrypted { format: Format::Pdf });
    }
    informed?;
    if let Some(packet) = packet(document)? {
        xmp::collect(&packet.content, "document metadata", carried)?;
    }
    Ok(())
}

/// Adds the labels of the document's information. Those of encrypted files cannot be read, but they are there.
fn information(document: &Document<'_>, carried: &mut Carried) -> Result<(), Error> {
    let Some(info) = info(document)? else { return Ok(()) };
    for entry in syntax::entries(&info.value) {
        carried.sites.extend(label_of(document, entry)?.map(|text| Site { carrier: INFO.to_owned(), text }));
    }
    Ok(())
}

/// The document's information.
fn info<'a>(document: &Document<'a>) -> Result<Option<Object<'a>>, Error> {
    let Some((number, _)) = get(&document.trailer, b"Info").and_then(reference) else { return Ok(None) };
    Ok(document.object(number)?.filter(|info| info.value.starts_with(b"<<")))
}

/// The label in an entry of the information, if it is one.
fn label_of(document: &Document<'_>, (key, value): syntax::Entry<'_>) -> Result<Option<String>, Error> {
    let is_ours = is_named(key, b"AIGC");
    // Other entries are not looked up elsewhere: no program writes labels there.
    let value = if is_ours { document.resolved(value)? } else { value.into() };
    let read = string(&value).map(|bytes| text(&bytes));
    Ok(match read {
        Some(text) => (is_ours || is_named_label(&text)).then_some(text),
        None => is_ours.then(|| String::from_utf8_lossy(&value).into_owned()),
    })
}

/// The document's XMP.
struct Packet {
    id: Reference,
    dictionary: Vec<u8>,
    content: Vec<u8>,
}

fn packet(document: &Document<'_>) -> Result<Option<Packet>, Error> {
    let Some(root) = get(&document.trailer, b"Root").and_then(reference) else { return Ok(None) };
    let Some(root) = document.object(root.0)? else { return Ok(None) };
    let Some((number, _)) = get(&root.value, b"Metadata").and_then(reference) else { return Ok(None) };
    let Some(object) = document.object(number)? else { return Ok(None) };
    let content = document.content(&object)?.map(std::borrow::Cow::into_owned);
    let dictionary = object.value.into_owned();
    Ok(content.map(|content| Packet { id: object.id, dictionary, content }))
}

/// The last entry `AIGC` anywhere in `bytes` that reads as a label.
fn stray(bytes: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"/AIGC";
    let places = bytes.windows(NAME.len()).enumerate().rev().filter(|(_, window)| *window == NAME);
    places.take(MOST_TRIED).find_map(|(at, _)| {
        let rest = near(bytes, at + NAME.len());
        let (value, _) = value(&rest[..rest.len().min(LONGEST_TRIED)], 0)?;
        string(value).map(|bytes| text(&bytes)).filter(|text| Aigc::read(text).label.is_some())
    })
}

/// The file in which `label` is the only one: in the information, which is made where there is none.
pub(super) fn write(bytes: &[u8], label: &Aigc) -> Result<Vec<u8>, Error> {
    let document = opened(bytes)?;
    let mut carried = Carried::default();
    labels(&document, &mut carried)?;
    let json = label.to_json();
    if matches!(carried.sites.as_slice(), [site] if site.carrier == INFO && site.text == json) {
        return Ok(bytes.to_vec());
    }
    let mut update = Update::new(&document)?;
    let mut entries = b"<<\n".to_vec();
    let id = match info(&document)? {
        Some(info) => {
            // What could not be looked up would have ended this before.
            let is_label = |entry: &syntax::Entry<'_>| !matches!(label_of(&document, *entry), Ok(None));
            entries.extend(without(&info.value, is_label));
            info.id
        }
        None => update.reserve(),
    };
    entries.extend_from_slice(format!("/AIGC {}\n>>", quoted(&json)).as_bytes());
    update.put(id, entries);
    update.set_info(id);
    if let Some(packet) = packet(&document)?
        && let Some(content) = xmp::without_label(&packet.content)?
    {
        let filters = [b"Length".as_slice(), b"Filter", b"DecodeParms", b"F", b"DL"];
        let entries = without(&packet.dictionary, |(key, _)| filters.iter().any(|name| is_named(key, name)));
        update.put_stream(packet.id, &entries, content.as_bytes());
    }
    Ok(update.appended(bytes))
}

/// The file with `visible` on its first page, in a new revision.
///
/// # Errors
/// As [`super::write`]; [`Error::Unsupported`] also where there is no page, or no room on it.
pub(crate) fn stamped(bytes: &[u8], visible: &Visible) -> Result<Vec<u8>, Error> {
    let document = opened(bytes)?;
    let page = page::Page::first(&document)?;
    let mut update = Update::new(&document)?;
    page::stamp(&page, visible, &document, &mut update)?;
    Ok(update.appended(bytes))
}

/// A file that a revision can be added to.
fn opened(bytes: &[u8]) -> Result<Document<'_>, Error> {
    let document = Document::open(bytes)?;
    if document.is_encrypted() {
        return Err(Error::Encrypted { format: Format::Pdf });
    }
    Ok(document)
}
