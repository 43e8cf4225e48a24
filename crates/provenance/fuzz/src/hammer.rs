//! A fuzzer for stable Rust: takes sound files apart and puts them together wrongly, for as long as it is told.
//!
//! `cargo run --release --bin hammer -- SECONDS [SEED] [FOLDER OF FILES]`. It knows nothing of coverage; its strength is that it
//! starts from sound, signed files of every format and changes lengths, counts and tags, where parsers trust too
//! much. Each finding is written to `artifacts/`. `hammer seeds FOLDER` writes the files it starts from there, as a corpus
//! for `cargo fuzz`.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use danqing_provenance::aigc::Certainty;
use danqing_provenance::keys::{Algorithm, Keys};
use danqing_provenance::labeller::{Explicit, Facts, Labeller};
use danqing_provenance::manifest::Source;
use danqing_provenance::verify::Trust;
use danqing_provenance::visible::Visible;
use danqing_provenance_fuzz::{container, document, label, whole};
use image::{ImageFormat, Rgba, RgbaImage};

/// Slower than this for one file is a finding too.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let first = arguments.next();
    if first.as_deref() == Some("seeds") {
        let folder = std::path::PathBuf::from(arguments.next().expect("a folder"));
        fs::create_dir_all(&folder).expect("a folder");
        for (number, file) in made().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:02}")), file).expect("written");
        }
        return;
    }
    let seconds = first.and_then(|text| text.parse().ok()).unwrap_or(60);
    let mut random = Random(arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1));
    let mut seeds = made();
    for folder in arguments {
        for entry in fs::read_dir(&folder).expect("a folder").flatten() {
            seeds.extend(fs::read(entry.path()).ok().filter(|bytes| bytes.len() < 1 << 20));
        }
    }
    let end = Instant::now() + Duration::from_secs(seconds);
    let (mut tried, mut found) = (0_u64, 0_u64);
    while Instant::now() < end {
        let bytes = random.changed(&seeds);
        let start = Instant::now();
        let survived = catch_unwind(AssertUnwindSafe(|| {
            container(&bytes);
            document(&bytes);
            label(&bytes);
            whole(&bytes, &Trust::default());
        }));
        tried += 1;
        if survived.is_err() || start.elapsed() > PATIENCE {
            found += 1;
            fs::create_dir_all("artifacts").expect("a folder");
            fs::write(format!("artifacts/finding-{}-{tried}", random.0), &bytes).expect("written");
        }
    }
    println!("{tried} files from {} seeds, {found} findings", seeds.len());
    std::process::exit(i32::from(found > 0));
}

/// Sound files: signed pictures of every format, labelled texts, and the smallest of each other kind.
fn made() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let keys = Keys::make(folder.path(), Algorithm::Es256).expect("keys");
    let labeller = Labeller::new(keys, "fuzz", ("danqing", "0"), Visible::default());
    let picture = RgbaImage::from_fn(40, 40, |x, y| Rgba([(x * 6) as u8, (y * 6) as u8, 90, 255]));
    let facts = Facts {
        source: Source::Created,
        certainty: Certainty::Is,
        model: None,
        when: "2026-01-01T00:00:00Z",
        salt: 0,
        explicit: Explicit::Drawn,
    };
    let mut files = Vec::new();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif] {
        let encode = move |picture: &RgbaImage| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            let written = match format {
                ImageFormat::Jpeg => {
                    image::DynamicImage::from(picture.clone()).into_rgb8().write_to(&mut bytes, format)
                }
                _ => picture.write_to(&mut bytes, format),
            };
            written.map(|()| bytes.into_inner()).map_err(|error| error.to_string())
        };
        files.extend(encode(&picture));
        files.push(labeller.label(picture.clone(), &facts, &encode).expect("labelled").into_bytes());
    }
    let fields = r#"{"Label":"1","ContentProducer":"a","ProduceID":"b","ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}"#;
    files.push(fields.into());
    files.push(format!("---\nAIGC: {fields}\n---\n# title\n").into());
    files.push(format!("{{\"AIGC\":{fields},\"a\":[1,2]}}").into());
    files.push(
        b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><metadata>x</metadata></svg>"
            .to_vec(),
    );
    files.push(
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\0\0\0\0"
            .to_vec(),
    );
    files.push(b"ID3\x04\0\0\0\0\0\x0aTXXX\0\0\0\0\0\0\xff\xfb\x90\0".to_vec());
    files.push([&b"fLaC\x80\0\0\x22"[..], &[0; 34]].concat());
    files.push(b"\0\0\0\x14ftypisom\0\0\0\0isom\0\0\0\x08moov\0\0\0\x08mdat".to_vec());
    files.extend(documents(&labeller, &facts));
    files
}

/// PDF files with a page: one with a table of cross-references, one whose objects are in a stream, both also labelled.
fn documents(labeller: &Labeller, facts: &Facts<'_>) -> Vec<Vec<u8>> {
    let table = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Parent 2 0 R /MediaBox [0 0 99 99] /Rotate 90 >>\nendobj\n4 0 obj\n<< /Title (a) >>\nendobj\nxref\n0 5\n0000000000 65535 f \n0000000009 00000 n \n0000000058 00000 n \n0000000115 00000 n \n0000000183 00000 n \ntrailer\n<< /Size 5 /Root 1 0 R /Info 4 0 R >>\nstartxref\n215\n%%EOF\n";
    let objects = b"1 0 2 35 3 76 <</Type/Catalog/Pages 2 0 R>>      <</Type/Pages/Kids[3 0 R]/Count 1>>      <</Parent 2 0 R/MediaBox[0 0 9 9]>>";
    let mut streams = b"%PDF-1.5\n".to_vec();
    streams.extend(format!("4 0 obj\n<< /Type /ObjStm /N 3 /First 14 /Length {} >>\nstream\n", objects.len()).into_bytes());
    streams.extend(objects);
    streams.extend(b"\nendstream\nendobj\n");
    let start = streams.len();
    streams.extend(b"5 0 obj\n<< /Type /XRef /Size 5 /W [1 1 1] /Index [1 4] /Root 1 0 R /Length 12 >>\nstream\n");
    streams.extend([2, 4, 0, 2, 4, 1, 2, 4, 2, 1, 9, 0]);
    streams.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").into_bytes());
    let plain = [table.to_vec(), streams];
    let labelled = plain.each_ref().map(|file| {
        let stamped = labeller.visible().stamp(file).expect("a page");
        labeller.label_file(&stamped, "a.pdf", facts).expect("labelled").into_bytes()
    });
    [plain, labelled].concat()
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A seed with one to eight changes.
    fn changed(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = seeds[self.below(seeds.len())].clone();
        for _ in 0..=self.below(8) {
            self.change(&mut bytes, seeds);
        }
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        if bytes.is_empty() {
            bytes.push(self.next() as u8);
        }
        let at = self.below(bytes.len());
        match self.below(8) {
            0 => bytes[at] ^= 1 << self.below(8),
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][self.below(5)],
            2 => bytes.truncate(at),
            3 => {
                let end = (at + self.below(64)).min(bytes.len());
                bytes.drain(at..end);
            }
            // A part again, here or elsewhere: repeated chunks and labels.
            4 => {
                let end = (at + self.below(2000)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let place = self.below(bytes.len());
                bytes.splice(place..place, part);
            }
            // A length or a count at its ends.
            5 | 6 => {
                let wide = [2, 4, 8][self.below(3)];
                let value = [0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, u64::MAX, bytes.len() as u64]
                    [self.below(8)];
                let written = if self.below(2) == 0 { value.to_be_bytes() } else { value.to_le_bytes() };
                let part = if written[0] == 0 { &written[8 - wide..] } else { &written[..wide] };
                for (byte, new) in bytes[at..].iter_mut().zip(part) {
                    *byte = *new;
                }
            }
            // The end of one file on the start of another.
            _ => {
                let other = &seeds[self.below(seeds.len())];
                bytes.truncate(at);
                bytes.extend(&other[self.below(other.len())..]);
            }
        }
    }
}
