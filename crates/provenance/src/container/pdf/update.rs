//! A new revision at the end of a PDF file; what was there stays byte for byte.
//!
//! Source: ISO 32000-2:2020, 7.5.6 (incremental updates), 7.5.8 (cross-reference streams) and 14.4 (file identifiers).

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::document::{Document, Kind};
use super::syntax::{Reference, elements, get, is_named, without};
use crate::Error;

/// Entries of a trailer that each revision writes anew, and those of a cross-reference stream.
const OWN: [&[u8]; 12] = [
    b"Size",
    b"Prev",
    b"XRefStm",
    b"ID",
    b"Info",
    b"Type",
    b"Index",
    b"W",
    b"Length",
    b"Filter",
    b"DecodeParms",
    b"DL",
];

/// Objects of a new revision.
pub(super) struct Update<'d, 'a> {
    document: &'d Document<'a>,
    objects: Vec<(Reference, Vec<u8>)>,
    free: u32,
    info: Option<Reference>,
}

impl<'d, 'a> Update<'d, 'a> {
    pub(super) fn new(document: &'d Document<'a>) -> Result<Self, Error> {
        Ok(Self { document, objects: Vec::new(), free: document.free_number()?, info: None })
    }

    /// A number for a new object.
    pub(super) fn reserve(&mut self) -> Reference {
        self.free += 1;
        (self.free - 1, 0)
    }

    /// Writes an object, in place of one of the same number.
    pub(super) fn put(&mut self, id: Reference, body: Vec<u8>) {
        self.objects.push((id, body));
    }

    /// Writes a stream; `entries` are those of its dictionary but for the length.
    pub(super) fn put_stream(&mut self, id: Reference, entries: &[u8], data: &[u8]) {
        let length = format!("/Length {} >>\nstream\n", data.len());
        self.put(id, [b"<<\n", entries, length.as_bytes(), data, b"\nendstream"].concat());
    }

    /// Names the dictionary of the document's information.
    pub(super) fn set_info(&mut self, id: Reference) {
        self.info = Some(id);
    }

    /// `file` with the new revision behind it.
    pub(super) fn appended(mut self, file: &[u8]) -> Vec<u8> {
        let start = file.len() - self.document.bytes().len();
        let mut out = Vec::with_capacity(file.len() + 4096);
        out.extend_from_slice(file);
        if !out.ends_with(b"\n") {
            out.push(b'\n');
        }
        self.objects.sort_by_key(|((number, _), _)| *number);
        let mut entries = Vec::with_capacity(self.objects.len() + 1);
        for ((number, generation), body) in &self.objects {
            entries.push((*number, *generation, out.len() - start));
            out.extend_from_slice(format!("{number} {generation} obj\n").as_bytes());
            out.extend_from_slice(body);
            out.extend_from_slice(b"\nendobj\n");
        }
        let references = out.len() - start;
        let mut trailer = self.trailer(file);
        match self.document.kind {
            Kind::Table => {
                let size = format!("/Size {}\n", self.free);
                trailer.extend_from_slice(size.as_bytes());
                out.extend_from_slice(table(&entries).as_bytes());
                out.extend([b"trailer\n<<\n".as_slice(), &trailer, b">>\n"].concat());
            }
            Kind::Stream => {
                let number = self.free;
                entries.push((number, 0, references));
                let (index, rows) = rows(&entries);
                let head = format!(
                    "{number} 0 obj\n<<\n/Type /XRef\n/Size {}\n/W [1 5 2]\n/Index [{index}]\n/Length {}\n",
                    number + 1,
                    rows.len()
                );
                out.extend(
                    [head.as_bytes(), &trailer, b">>\nstream\n", &rows, b"\nendstream\nendobj\n"].concat(),
                );
            }
        }
        out.extend_from_slice(format!("startxref\n{references}\n%%EOF\n").as_bytes());
        out
    }

    /// The entries of the new trailer: those of the old one, the way to it, and a new identifier of this revision.
    fn trailer(&self, file: &[u8]) -> Vec<u8> {
        let old = &self.document.trailer;
        let mut new = without(old, |(key, _)| OWN.iter().any(|own| is_named(key, own)));
        let mut line = |text: &[u8]| new.extend([text, b"\n"].concat());
        line(format!("/Prev {}", self.document.newest).as_bytes());
        match self.info {
            Some((number, generation)) => line(format!("/Info {number} {generation} R").as_bytes()),
            None => get(old, b"Info").into_iter().for_each(|info| line(&[b"/Info ", info].concat())),
        }
        if let Some(first) = get(old, b"ID").and_then(|id| elements(id).next()) {
            let mut digest = Sha256::new();
            digest.update(file);
            self.objects.iter().for_each(|(_, body)| digest.update(body));
            let second = digest.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02X}");
                hex
            });
            line(&[b"/ID [", first, format!(" <{second}>]").as_bytes()].concat());
        }
        new
    }
}

/// Runs of consecutive numbers, as places in `entries`.
fn runs(entries: &[(u32, u16, usize)]) -> impl Iterator<Item = &[(u32, u16, usize)]> {
    entries.chunk_by(|(one, ..), (next, ..)| one + 1 == *next)
}

fn table(entries: &[(u32, u16, usize)]) -> String {
    let mut table = "xref\n".to_owned();
    for run in runs(entries) {
        let _ = writeln!(table, "{} {}", run[0].0, run.len());
        for (_, generation, at) in run {
            let _ = writeln!(table, "{at:010} {generation:05} n ");
        }
    }
    table
}

/// `/Index` and rows of a cross-reference stream with the widths 1, 5 and 2.
fn rows(entries: &[(u32, u16, usize)]) -> (String, Vec<u8>) {
    let index: Vec<String> = runs(entries).map(|run| format!("{} {}", run[0].0, run.len())).collect();
    let row = |(_, generation, at): &(u32, u16, usize)| {
        let at = (*at as u64).to_be_bytes();
        [&[1], &at[3..], &generation.to_be_bytes()].concat()
    };
    (index.join(" "), entries.iter().flat_map(row).collect())
}
