//! How much memory reading takes: real files of every format, mutated ones, and files made to take much.
//!
//! Judge: an allocator that counts. There is one test, since it counts for the whole program.

use std::path::Path;
use std::process::Command;

use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{self, Format, MOST_INFLATED};
use danqing_provenance::keys::{Algorithm, Keys};
use danqing_provenance::labeller::{Explicit, Facts, Labeller};
use danqing_provenance::manifest::Source;
use danqing_provenance::verify::{MOST_CONSTANT, MOST_MULTIPLE, Trust, verify};
use danqing_provenance::visible::Visible;
use danqing_provenance::xmp::DigitalSource;
use image::{ImageFormat, Rgba, RgbaImage};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Enough that the multiple counts and not the constant.
const MUCH: usize = 6 << 20;

/// Seconds that one file may take; most take a few hundredths of one.
const PATIENCE_S: u64 = 20;

/// Bytes that `work` held at most at one time, beside what was held before.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage().saturating_sub(before)
}

/// What of `bytes`, as a file called `name`, takes more than the bounds.
fn excess(what: &str, bytes: &[u8], name: &str) -> Vec<String> {
    let size = bytes.len();
    let mut excess = Vec::new();
    let start = std::time::Instant::now();
    let mut hold = |part: &str, took: usize, multiple: usize, constant: usize| {
        if took > multiple * size + constant {
            excess.push(format!("{what} ({name}): {part} {size} bytes took {took} bytes"));
        }
    };
    if let Some(format) = Format::sniff(bytes, Some(name)) {
        let took = peak(|| drop(container::read(bytes, format)));
        hold("reading", took, container::MOST_MULTIPLE, container::MOST_CONSTANT);
    }
    let took = peak(|| drop(verify(bytes, name, &Trust::default())));
    hold("verifying", took, MOST_MULTIPLE, MOST_CONSTANT);
    if start.elapsed().as_secs() > PATIENCE_S {
        excess.push(format!("{what} ({name}): {size} bytes took {:?}", start.elapsed()));
    }
    excess
}

/// `part` again and again.
fn many(part: &[u8]) -> Vec<u8> {
    part.repeat(MUCH / part.len())
}

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let sum = crc32fast::hash(&[kind, data].concat());
    [&(data.len() as u32).to_be_bytes(), kind.as_slice(), data, &sum.to_be_bytes()].concat()
}

fn boxed(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&(data.len() as u32 + 8).to_be_bytes(), kind.as_slice(), data].concat()
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 9)
}

/// A picture of every format and a file of every other one, labelled.
fn real(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let keys = Keys::make(folder, Algorithm::Es256).expect("keys");
    let labeller = Labeller::new(keys, "danqing-test", ("danqing", "0"), Visible::default());
    let facts = Facts {
        source: Source::Created,
        certainty: Certainty::Is,
        model: None,
        when: "2026-01-01T00:00:00Z",
        salt: 0,
        explicit: Explicit::Drawn,
    };
    let picture = RgbaImage::from_fn(200, 150, |x, y| Rgba([x as u8, y as u8, (x ^ y) as u8, 255]));
    let mut files = Vec::new();
    for (format, name) in [
        (ImageFormat::Png, "a.png"),
        (ImageFormat::Jpeg, "a.jpg"),
        (ImageFormat::WebP, "a.webp"),
        (ImageFormat::Gif, "a.gif"),
    ] {
        let encode = move |picture: &RgbaImage| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            let picture = image::DynamicImage::from(picture.clone());
            let picture = if format == ImageFormat::Jpeg { picture.into_rgb8().into() } else { picture };
            picture.write_to(&mut bytes, format).map_err(|error| error.to_string())?;
            Ok(bytes.into_inner())
        };
        let labelled = labeller.label(picture.clone(), &facts, &encode).expect(name);
        files.push((name.to_owned(), labelled.into_bytes()));
    }
    let mut plain: Vec<(&str, Vec<u8>)> = ["a.mp4", "a.mov", "a.m4a", "a.mp3", "a.wav", "a.flac"]
        .into_iter()
        .map(|name| {
            let path = folder.join(name);
            let inputs = ["-v", "error", "-f", "lavfi", "-i", "sine=duration=1"];
            let video =
                ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1", "-pix_fmt", "yuv420p"];
            let video = if name.ends_with("mp4") || name.ends_with("mov") { &video[..] } else { &[] };
            let made = Command::new("ffmpeg").args(inputs).args(video).arg(&path).status();
            assert!(made.expect("ffmpeg; scripts/tools.sh installs it").success(), "{name}");
            (name, std::fs::read(path).expect("what ffmpeg wrote"))
        })
        .collect();
    plain.push((
        "a.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><path d='M0 0'/></svg>".to_vec(),
    ));
    plain.push(("a.md", "# 春\n".into()));
    plain.push(("a.json", b"{\"a\":[1,2]}".to_vec()));
    plain.push(("a.pdf", pdf("<< /Title (a) >>", "")));
    files.extend(plain.into_iter().map(|(name, bytes)| {
        (name.to_owned(), labeller.label_file(&bytes, name, &facts).expect(name).into_bytes())
    }));
    files
}

/// A PDF file with an object of information, and `more` in its trailer.
fn pdf(info: &str, more: &str) -> Vec<u8> {
    let mut bytes = format!("%PDF-1.5\n1 0 obj\n{info}\nendobj\n").into_bytes();
    let catalogue = bytes.len();
    bytes.extend(b"2 0 obj\n<< /Type /Catalog >>\nendobj\n");
    let start = bytes.len();
    bytes.extend(
        format!(
            "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n{catalogue:010} 00000 n \n\
             trailer\n<< /Size 3 /Root 2 0 R /Info 1 0 R {more} >>\nstartxref\n{start}\n%%EOF\n"
        )
        .into_bytes(),
    );
    bytes
}

/// One stream at the start of a PDF file, with the file's end behind it.
fn pdf_of_stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("%PDF-1.5\n1 0 obj\n<< /Length {} {entries} >>\nstream\n", data.len());
    [head.as_bytes(), data, b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n"].concat()
}

/// Files made to take much: bombs, lengths that lie, and as many small things as fit.
fn hostile() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let bomb = zipped(&vec![b' '; 256 << 20]);
    let inflating = zipped(&vec![b' '; MOST_INFLATED]);
    let signature = b"\x89PNG\r\n\x1a\n".as_slice();
    let header = chunk(b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\0\0\0\0");
    let png = |chunks: &[u8]| [signature, &header, chunks, &chunk(b"IEND", b"")].concat();
    let text = |kind, head: &[u8], data: &[u8]| chunk(kind, &[head, data].concat());
    let packet = |inside: &str| {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' \
                 xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/'>{inside}</rdf:RDF></x:xmpmeta>"
        )
    };
    let packets = |part: &str| packet(&part.repeat(MUCH / part.len()));
    let xmp = |packet: &str| png(&text(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0", packet.as_bytes()));
    let gif = b"GIF89a\x01\0\x01\0\0\0\0".as_slice();
    let segment = |marker: u8, data: &[u8]| {
        [&[0xFF, marker], &(data.len() as u16 + 2).to_be_bytes()[..], data].concat()
    };
    let riff = |kind: &[u8; 4], chunks: &[u8]| {
        [b"RIFF", &(chunks.len() as u32 + 4).to_le_bytes()[..], kind, chunks].concat()
    };
    let small = "{\"Label\":\"1\"}";
    let id3 = |frames: &[u8]| {
        let length = frames.len() as u32;
        let bytes = [21, 14, 7, 0].map(|shift| (length >> shift & 0x7F) as u8);
        [b"ID3\x04\0\0".as_slice(), &bytes, frames, b"\xff\xfb\x90\0"].concat()
    };
    let frame = [b"TXXX\0\0\0\x12\0\0\0AIGC\0".as_slice(), small.as_bytes()].concat();
    let comment = [&(5 + small.len() as u32).to_le_bytes(), b"AIGC=".as_slice(), small.as_bytes()].concat();
    let comments = |count: usize| {
        let body = [b"\0\0\0\0", &(count as u32).to_le_bytes()[..], &comment.repeat(count)].concat();
        [b"fLaC\x84".as_slice(), &(body.len() as u32).to_be_bytes()[1..], &body].concat()
    };
    let ftyp = boxed(b"ftyp", b"isom\0\0\0\0isom");
    let movie = |inside: &[u8]| [&ftyp, &boxed(b"moov", inside)[..]].concat();
    let data = boxed(b"data", &[b"\0\0\0\x01\0\0\0\0", small.as_bytes()].concat());
    let keyed = |count: usize| {
        let keys =
            [b"\0\0\0\0", &(count as u32).to_be_bytes()[..], &boxed(b"mdta", b"AIGC").repeat(count)].concat();
        let items: Vec<u8> =
            (1..=count).flat_map(|index| boxed(&(index as u32).to_be_bytes(), &data)).collect();
        movie(&boxed(
            b"udta",
            &boxed(b"meta", &[&[0; 4][..], &boxed(b"keys", &keys), &boxed(b"ilst", &items)].concat()),
        ))
    };
    let runs = format!(
        "%PDF-1.4\nxref\n{}trailer\n<< >>\nstartxref\n9\n",
        "0 1\n0000000000 65535 f \n".repeat(200_000)
    );
    let rows = zipped(&vec![1; MOST_INFLATED - 8]);
    let objects = zipped(&[b"1 0 ".as_slice(), &vec![b' '; MOST_INFLATED - 1024], b"<</Title(a)>>"].concat());
    vec![
        ("a bomb of XMP", png(&text(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0", &bomb)), "a.png"),
        ("a bomb of text", png(&text(b"zTXt", b"AIGC\0\0", &bomb)), "a.png"),
        ("as much text as is taken", png(&text(b"zTXt", b"AIGC\0\0", &inflating)), "a.png"),
        (
            "as much XMP as is taken",
            png(&text(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0", &inflating)),
            "a.png",
        ),
        ("many labels in chunks", png(&many(&text(b"tEXt", b"AIGC\0", small.as_bytes()))), "a.png"),
        (
            "many labels without a name",
            png(&text(b"eXIf", b"", &many(format!("AIGC{small}").as_bytes()))),
            "a.png",
        ),
        ("labels after the end", [png(b""), many(format!("AIGC{small}").as_bytes())].concat(), "a.png"),
        ("a chunk of 2 GB", [signature, b"\x7f\xff\xff\xffiTXt", &[0; 64]].concat(), "a.png"),
        ("many labels in XMP", xmp(&packets(&format!("<TC260:AIGC>{small}</TC260:AIGC>"))), "a.png"),
        ("many empty elements in XMP", xmp(&packets("<a/>")), "a.png"),
        ("many attributes in XMP", xmp(&packet(&format!("<a {}/>", "b='' ".repeat(MUCH / 5)))), "a.png"),
        (
            "many entities in XMP",
            xmp(&packet(&format!("<TC260:AIGC>{}</TC260:AIGC>", "&lt;".repeat(MUCH / 4)))),
            "a.png",
        ),
        (
            "one long label in XMP",
            xmp(&packet(&format!("<TC260:AIGC>{}</TC260:AIGC>", "a".repeat(MUCH)))),
            "a.png",
        ),
        (
            "many segments",
            [b"\xff\xd8".as_slice(), &many(&segment(0xFE, format!("AIGC{small}").as_bytes())), b"\xff\xd9"]
                .concat(),
            "a.jpg",
        ),
        (
            "many parts of extended XMP",
            [
                b"\xff\xd8".as_slice(),
                &many(&segment(
                    0xE1,
                    &[b"http://ns.adobe.com/xmp/extension/\0".as_slice(), &[b'0'; 32], &[0xFF; 8]].concat(),
                )),
                b"\xff\xd9",
            ]
            .concat(),
            "a.jpg",
        ),
        (
            "many blocks",
            [
                gif,
                &many(
                    &[b"\x21\xfe\x1e".as_slice(), b"AIGC{\"Label\":\"1\",\"a\":\"bcdefg\"}", b"\0"].concat(),
                ),
                b";",
            ]
            .concat(),
            "a.gif",
        ),
        (
            "a long block",
            [gif, b"\x21\xff\x0bXMP DataXMP", &many(&[&[255], &[b' '; 255][..]].concat()), b"\0;"].concat(),
            "a.gif",
        ),
        ("many chunks of WebP", riff(b"WEBP", &many(b"XMP \x08\0\0\0<a></a> ")), "a.webp"),
        (
            "many chunks of a wave",
            riff(b"WAVE", &many(&[b"AIGC\x0e\0\0\0", small.as_bytes(), b" "].concat())),
            "a.wav",
        ),
        ("many lists in a wave", riff(b"WAVE", &many(b"LIST\x0c\0\0\0INFOAIGC\0\0\0\0")), "a.wav"),
        ("many frames", id3(&many(&frame)), "a.mp3"),
        ("a tag of 256 MB", b"ID3\x04\0\0\x7f\x7f\x7f\x7fTXXX\x7f\x7f\x7f\x7f\0\0".to_vec(), "a.mp3"),
        (
            "a packed frame",
            id3(&[b"TXXX\0\0\x10\0\0\x08\0".as_slice(), &bomb[..bomb.len().min(1 << 16)]].concat()),
            "a.mp3",
        ),
        (
            "many tags",
            [&id3(&frame)[..id3(&frame).len() - 4].repeat(MUCH / 40)[..], b"\xff\xfb\x90\0"].concat(),
            "a.mp3",
        ),
        ("many comments", comments(MUCH / comment.len()), "a.flac"),
        (
            "a count that lies",
            [b"fLaC\x84\0\0\x10\0\0\0\0\xff\xff\xff\xff".as_slice(), &[0; 16]].concat(),
            "a.flac",
        ),
        (
            "many blocks of nothing",
            [b"fLaC".as_slice(), &many(b"\x04\0\0\x08\0\0\0\0\0\0\0\0"), b"\x84\0\0\0"].concat(),
            "a.flac",
        ),
        ("many boxes", movie(&many(&boxed(b"udta", b""))), "a.mp4"),
        ("many boxes at the top", [&ftyp[..], &many(&boxed(b"free", b""))].concat(), "a.mp4"),
        ("many keys", keyed(MUCH / 80), "a.mp4"),
        (
            "counts that lie",
            movie(&boxed(b"udta", &boxed(b"meta", &[&[0; 4][..], &boxed(b"keys", &[0xFF; 64])].concat()))),
            "a.mp4",
        ),
        ("a box of 16 EB", [&ftyp[..], b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff"].concat(), "a.mp4"),
        (
            "many elements",
            format!("<svg xmlns='http://www.w3.org/2000/svg'>{}</svg>", "<a/>".repeat(MUCH / 4)).into(),
            "a.svg",
        ),
        (
            "many labels in a drawing",
            format!(
                "<svg xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/'>{}</svg>",
                "<TC260:AIGC/>".repeat(MUCH / 13)
            )
            .into(),
            "a.svg",
        ),
        ("many labels in a text", format!("---\nAIGC: {small}\n---\n").repeat(MUCH / 32).into(), "a.md"),
        (
            "many lines of front matter",
            format!("---\n{}---\n", format!("AIGC: {small}\n").repeat(MUCH / 20)).into(),
            "a.md",
        ),
        ("many small labels", many(format!("AIGC{small}").as_bytes()), "a.txt"),
        (
            "many members",
            format!("{{{}\"b\":1}}", format!("\"AIGC\":{small},").repeat(MUCH / 22)).into(),
            "a.json",
        ),
        ("many small values", format!("[{}1]", "1,".repeat(MUCH / 2)).into(), "a.json"),
        (
            "many small members of a label",
            format!("{{\"AIGC\":{{{}\"b\":1}}}}", "\"\":1,".repeat(MUCH / 5)).into(),
            "a.json",
        ),
        (
            "a long label",
            format!(
                "{{\"AIGC\":{{\"Label\":\"1\",\"ContentProducer\":\"{}\"}}}}",
                "\\u4e00".repeat(MUCH / 6)
            )
            .into(),
            "a.json",
        ),
        (
            "labels within labels",
            format!("{{\"AIGC\":{}}}", "{\"AIGC\":".repeat(100) + &"1".repeat(MUCH)).into(),
            "a.json",
        ),
        (
            "a bomb of cross-references",
            pdf_of_stream("/Filter /FlateDecode /Type /XRef /Size 9 /W [1 2 1]", &bomb),
            "a.pdf",
        ),
        (
            "many cross-references",
            pdf_of_stream("/Filter /FlateDecode /Type /XRef /Size 9999999 /W [0 1 0] /Info 1 0 R", &rows),
            "a.pdf",
        ),
        ("many runs", runs.into(), "a.pdf"),
        ("many entries", pdf(&format!("<< {} >>", "/AIGC 1 ".repeat(MUCH / 8)), ""), "a.pdf"),
        (
            "many labels in the information",
            pdf(&format!("<< {} >>", format!("/AIGC ({small}) ").repeat((3 << 20) / 24)), ""),
            "a.pdf",
        ),
        ("a long string", pdf(&format!("<< /AIGC ({}) >>", "\\101".repeat(3 << 18)), ""), "a.pdf"),
        ("many arrays", pdf("<< >>", &"[".repeat(3 << 20)), "a.pdf"),
        (
            "an object stream",
            {
                let mut bytes = pdf_of_stream("/Filter /FlateDecode /Type /ObjStm /N 1 /First 4", &objects);
                let start = bytes.len();
                let row = [1, 0, 0, 9, 0, 2, 0, 0, 1, 0];
                bytes.extend(b"3 0 obj\n<< /Type /XRef /Size 4 /W [1 3 1] /Index [1 2] /Info 2 0 R /Length 10 >>\nstream\n");
                bytes.extend(row);
                bytes.extend(format!("\nendstream\nendobj\nstartxref\n{start}\n%%EOF\n").into_bytes());
                bytes
            },
            "a.pdf",
        ),
    ]
}

#[test]
fn no_file_takes_more_memory_than_is_stated() {
    let folder = tempfile::tempdir().expect("a folder");
    let real = real(folder.path());
    let mut over = Vec::new();
    for (name, bytes) in &real {
        over.extend(excess("a real file", bytes, name));
        // Each length and count at its ends, in turn.
        let places =
            (0..bytes.len().saturating_sub(4)).filter(|at| *at < 100 || at % (bytes.len() / 60 + 1) == 0);
        for at in places {
            for value in [0_u32, 0x7FFF_FFFF, 0xFFFF_FFFF] {
                let mut changed = bytes.clone();
                changed[at..at + 4].copy_from_slice(&value.to_be_bytes());
                over.extend(excess("a mutated file", &changed, name));
            }
        }
    }
    for (what, bytes, name) in hostile() {
        over.extend(excess(what, &bytes, name));
    }
    // Writing copies the file and its metadata.
    let label = Aigc::produced(Certainty::Is, "danqing-test", "1").expect("a label");
    for (name, bytes) in &real {
        let Some(format) = Format::sniff(bytes, Some(name)) else { continue };
        let source = DigitalSource::TrainedAlgorithmicMedia;
        let took = peak(|| drop(container::write(bytes, format, &label, source)));
        if took > container::MOST_MULTIPLE * bytes.len() + container::MOST_CONSTANT {
            over.push(format!("writing {name} of {} bytes took {took} bytes", bytes.len()));
        }
    }
    assert!(over.is_empty(), "{over:#?}");
}
