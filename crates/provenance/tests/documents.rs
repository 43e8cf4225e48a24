//! PDF files of every structure are labelled here and judged by programs of others: poppler and `ExifTool` read the label,
//! qpdf checks the structure, poppler paints the first page and Tesseract reads the words on it. `scripts/tools.sh`
//! installs them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use danqing_provenance::Error;
use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{Format, read, sites, write};
use danqing_provenance::verify::{Finding, Trust, Unchecked, Verdict, verify};
use danqing_provenance::visible::{Position, Style, Visible, Wording};
use danqing_provenance::xmp::DigitalSource;
use image::imageops;
use proptest::prelude::*;

const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;

/// Brackets and a backslash have to be escaped in a string of PDF.
fn label() -> Aigc {
    Aigc::produced(Certainty::Is, "001191110102MACQD9K64010000", "a(\\)\"1").expect("a label")
}

fn other() -> Aigc {
    Aigc::produced(Certainty::MayBe, "other", "(").expect("a label")
}

fn labelled(bytes: &[u8]) -> Vec<u8> {
    write(bytes, Format::Pdf, &label(), SOURCE).expect("written")
}

fn found(bytes: &[u8]) -> Vec<String> {
    sites(bytes, Format::Pdf).expect("sound").into_iter().map(|site| site.text).collect()
}

/// A file with a table of cross-references, of objects numbered from 1; `trailer` is what its trailer holds besides the
/// size.
fn file(objects: &[&str], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut rows = "0000000000 65535 f \n".to_owned();
    for (index, object) in objects.iter().enumerate() {
        rows.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend(format!("{} 0 obj\n{object}\nendobj\n", index + 1).into_bytes());
    }
    let (start, size) = (bytes.len(), objects.len() + 1);
    bytes.extend(
        format!("xref\n0 {size}\n{rows}trailer\n<< /Size {size} {trailer} >>\nstartxref\n{start}\n%%EOF\n")
            .into_bytes(),
    );
    bytes
}

/// A page of A4 with two lines; it leaves the state of the painter changed, and inherits all but its parent and its
/// content. `more` is added to the node above it.
fn page(more: &str, info: &str) -> Vec<u8> {
    let content = "0.5 0 0 0.5 100 200 cm BT /F1 48 Tf 100 900 Td (Peter Piper) Tj 0 -80 Td (picked a peck) Tj ET 1 0 0 rg";
    file(
        &[
            "<< /Type /Catalog /Pages 2 0 R >>",
            &format!(
                "<< /Type /Pages /Kids [ 6 0 R 3 0 R ] /Count 1 {more} /Resources << /Font << /F1 7 0 R >> >> >>"
            ),
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
            &format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
            info,
            "<< /Type /Pages /Parent 2 0 R /Kids [] /Count 0 >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ],
        "/Root 1 0 R /Info 5 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]",
    )
}

fn plain() -> Vec<u8> {
    page("/MediaBox [0 0 595 842]", "<< /Title (spring \\(one\\)) /Author <FEFF4E39> >>")
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    output.unwrap_or_else(|error| panic!("{program} cannot be run; scripts/tools.sh: {error}"))
}

fn told(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = run(program, arguments, folder);
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The plain file as qpdf writes it anew with `options`.
fn rewritten(options: &[&str], folder: &Path) -> Vec<u8> {
    fs::write(folder.join("plain.pdf"), plain()).expect("written");
    told("qpdf", &[&["--warning-exit-0"], options, &["plain.pdf", "rewritten.pdf"]].concat(), folder);
    fs::read(folder.join("rewritten.pdf")).expect("what qpdf wrote")
}

/// A file of each structure.
fn structures(folder: &Path) -> Vec<(&'static str, Vec<u8>)> {
    let objects = rewritten(&["--object-streams=generate"], folder);
    let xmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description xmlns:d='http://purl.org/dc/elements/1.1/' d:format='application/pdf'/></rdf:RDF></x:xmpmeta>";
    let with_xmp = |packet: &str| {
        file(
            &[
                "<< /Type /Catalog /Pages 2 0 R /Metadata 4 0 R >>",
                "<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>",
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] >>",
                &format!(
                    "<< /Type /Metadata /Subtype /XML /Length {} >>\nstream\n{packet}\nendstream",
                    packet.len()
                ),
            ],
            "/Root 1 0 R",
        )
    };
    let foreign = danqing_provenance::xmp::write(Some(xmp.as_bytes()), &other(), SOURCE).expect("a packet");
    let hybrid = hybrid();
    vec![
        ("table", plain()),
        ("objects in streams", objects.clone()),
        ("linear", rewritten(&["--linearize"], folder)),
        ("linear, objects in streams", rewritten(&["--linearize", "--object-streams=generate"], folder)),
        ("a revision", labelled(&plain())),
        ("a revision of streams", write(&objects, Format::Pdf, &other(), SOURCE).expect("written")),
        ("something before the head", [b"junk\n".as_slice(), &plain()].concat()),
        ("no information", with_xmp(xmp)),
        ("another label in XMP", with_xmp(&foreign)),
        ("hybrid", hybrid),
        (
            "lines that end otherwise",
            String::from_utf8_lossy(&plain())
                .replace(" 00000 n \n", " 00000 n\r\n")
                .replace('\u{FFFD}', "?")
                .into(),
        ),
    ]
}

/// A file whose table says that the information is free, and whose stream says where it is (ISO 32000-2, 7.5.8.4).
fn hybrid() -> Vec<u8> {
    let mut bytes = b"%PDF-1.5\n".to_vec();
    let mut rows = String::new();
    let content = "0.9 g 0 0 300 100 re f";
    for (number, object) in [
        (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
        (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned()),
        (3, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>".to_owned()),
        (4, format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len())),
    ] {
        rows.push_str(&format!("{:010} 00000 n \n", bytes.len()));
        bytes.extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
    }
    let info = bytes.len();
    bytes.extend(b"5 0 obj\n<< /Title (hidden) >>\nendobj\n");
    let stream = bytes.len();
    let row = [&[1_u8], &(info as u32).to_be_bytes()[..], &[0]].concat();
    bytes.extend(b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Index [5 1] /Length 6 >>\nstream\n");
    bytes.extend(row);
    bytes.extend(b"\nendstream\nendobj\n");
    let start = bytes.len();
    bytes.extend(
        format!(
            "xref\n0 7\n0000000000 65535 f \n{rows}0000000000 00000 f \n0000000000 00000 f \n\
             trailer\n<< /Size 7 /Root 1 0 R /Info 5 0 R /XRefStm {stream} >>\nstartxref\n{start}\n%%EOF\n"
        )
        .into_bytes(),
    );
    bytes
}

#[test]
fn poppler_exiftool_and_qpdf_agree_on_every_structure() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    for (structure, bytes) in structures(folder) {
        let stamped = Visible::default().stamp(&bytes).expect(structure);
        let marked = labelled(&stamped);
        assert!(marked.starts_with(&bytes), "{structure}: what was there stays byte for byte");
        assert_eq!(found(&marked), [label().to_json()], "{structure}: the only one");
        assert!(labelled(&marked) == marked, "{structure}: the second time changes nothing");
        fs::write(folder.join("a.pdf"), &marked).expect("written");

        let info = told("pdfinfo", &["-custom", "a.pdf"], folder);
        assert!(
            info.lines().any(|line| line.starts_with("AIGC:") && line.ends_with(&label().to_json())),
            "{info}"
        );
        // ExifTool opens nothing that does not start with the head.
        if !structure.contains("head") {
            check_with_exiftool(structure, folder);
        }
        let checked = run("qpdf", &["--check", "a.pdf"], folder);
        let text = [checked.stdout, checked.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        // 3 is a warning; the head that does not stand first is one.
        let is_odd = structure.contains("head") && checked.status.code() == Some(3);
        assert!(checked.status.success() || is_odd, "{structure}: {text}");
    }
}

fn check_with_exiftool(structure: &str, folder: &Path) {
    let json = told("exiftool", &["-json", "-G1", "-a", "-PDF:AIGC", "-PDF:Title", "a.pdf"], folder);
    let tags: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(tags[0]["PDF:AIGC"].as_str(), Some(label().to_json().as_str()), "{structure}: {json}");
    let title = match structure {
        "hybrid" => Some("hidden"),
        "no information" | "another label in XMP" => None,
        _ => Some("spring (one)"),
    };
    assert_eq!(tags[0]["PDF:Title"].as_str(), title, "{structure}: the title stays: {json}");
}

#[test]
fn labels_elsewhere_give_way_and_the_rest_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_, bytes) =
        structures(folder.path()).into_iter().find(|(name, _)| name.contains("XMP")).expect("one");
    let before = read(&bytes, Format::Pdf);
    assert_eq!(before.sites.len(), 1, "{before:?}");
    assert_eq!(before.digital_sources, [SOURCE.uri()], "{before:?}");
    let after = read(&labelled(&bytes), Format::Pdf);
    assert_eq!(after.sites.len(), 1, "{after:?}");
    assert_eq!(after.sites[0].carrier, "Info AIGC", "{after:?}");
    assert_eq!(after.digital_sources, [SOURCE.uri()], "the source stays: {after:?}");

    // Under a name with escapes, doubled, in another entry, and in an object of its own.
    let json = other().to_json().replace('(', "\\(");
    for info in [
        format!("<< /A#49GC ({json}) /Title (a) >>"),
        format!("<< /AIGC ({json}) /AIGC () /Title (a) >>"),
        format!("<< /Keywords ({{\"AIGC\":{json}}}) /Title (a) >>"),
        "<< /AIGC 7 0 R /Title (a) >>".to_owned(),
    ] {
        let bytes = page("/MediaBox [0 0 595 842]", &info);
        assert!(!found(&bytes).is_empty(), "{info}");
        let marked = labelled(&bytes);
        assert_eq!(found(&marked), [label().to_json()], "{info}");
        fs::write(folder.path().join("a.pdf"), &marked).expect("written");
        assert!(told("pdfinfo", &["a.pdf"], folder.path()).contains("Title:           a\n"), "{info}");
    }
}

#[test]
fn encrypted_files_are_told_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::write(folder.join("a.pdf"), labelled(&plain())).expect("written");
    for (name, bits, more) in [
        ("rc4", "128", &["--use-aes=n", "--allow-weak-crypto"][..]),
        ("aes", "256", &[]),
        ("objects", "256", &["-o"]),
    ] {
        let (crypto, streams): (Vec<&str>, bool) =
            (more.iter().copied().filter(|option| *option == "--use-aes=n").collect(), more.contains(&"-o"));
        let weak: &[&str] =
            if more.contains(&"--allow-weak-crypto") { &["--allow-weak-crypto"] } else { &[] };
        let objects: &[&str] = if streams { &["--object-streams=generate"] } else { &[] };
        told(
            "qpdf",
            &[weak, objects, &["--encrypt", "", "owner", bits], &crypto, &["--", "a.pdf", "b.pdf"]].concat(),
            folder,
        );
        let bytes = fs::read(folder.join("b.pdf")).expect("what qpdf wrote");
        for outcome in [write(&bytes, Format::Pdf, &label(), SOURCE), Visible::default().stamp(&bytes)] {
            let error = outcome.expect_err("refused");
            assert!(matches!(error, Error::Encrypted { format: Format::Pdf }), "{name}: {error:?}");
            assert!(error.hint().is_some_and(|hint| hint.contains("qpdf --decrypt")), "{name}");
        }
        let report = verify(&bytes, "b.pdf", &Trust::default());
        assert!(report.findings.contains(&Finding::Unchecked(Unchecked::Encrypted)), "{name}: {report:?}");
        // Where the information can be seen at all, an entry that cannot be read is a trace.
        let expected = if streams { Verdict::Nothing } else { Verdict::Suspected };
        assert_eq!(report.verdict(), expected, "{name}: {report:?}");
    }
}

#[test]
fn damaged_files_say_what_they_can() {
    let marked = labelled(&plain());
    let cut = &marked[..marked.len() - 20];
    let moved = [b"%PDF-1.4 but something was added".as_slice(), &marked].concat();
    for (what, bytes) in [("cut", cut), ("moved", &moved)] {
        let report = verify(bytes, "a.pdf", &Trust::default());
        let is_damage = |finding: &Finding| matches!(finding, Finding::Unchecked(Unchecked::Damaged { .. }));
        assert!(report.findings.iter().any(is_damage), "{what}: {report:?}");
        assert_eq!(report.verdict(), Verdict::Is, "{what}: the label is found all the same: {report:?}");
        let error = write(bytes, Format::Pdf, &label(), SOURCE).expect_err("refused");
        assert!(matches!(error, Error::Damaged { .. }) && error.hint().is_some(), "{what}: {error:?}");
    }
    let none =
        file(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"], "/Root 1 0 R");
    assert!(matches!(Visible::default().stamp(&none), Err(Error::Unsupported { .. })), "no page");
    assert_eq!(found(&labelled(&none)), [label().to_json()], "but a label");
    // Found by the fuzzer: pages that are the very stream in which the catalogue stands.
    let stream =
        file(&["<< /Type /Catalog /Pages 2 0 R >>", "<< /Length 1 >>\nstream\nq\nendstream"], "/Root 1 0 R");
    assert!(
        matches!(Visible::default().stamp(&stream), Err(Error::Unsupported { .. })),
        "a stream is no page"
    );
}

/// The first page as poppler paints it.
fn painted(bytes: &[u8], folder: &Path) -> image::RgbImage {
    fs::write(folder.join("a.pdf"), bytes).expect("written");
    told(
        "pdftoppm",
        &["-r", "100", "-f", "1", "-l", "1", "-cropbox", "-singlefile", "-png", "a.pdf", "a"],
        folder,
    );
    image::open(folder.join("a.png")).expect("a picture").into_rgb8()
}

#[test]
fn the_words_are_read_on_the_page_however_it_lies() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let is_ink = |pixel: &image::Rgb<u8>| pixel.0.iter().all(|channel| *channel > 0xC0);
    let cases = [
        ("/MediaBox [0 0 595 842]", Style::Plate),
        ("/MediaBox [842 595 0 0] /Rotate 90", Style::Plate),
        ("/MediaBox [-100 -50 495 792] /Rotate 180", Style::Seal),
        ("/MediaBox [0 0 595 842] /CropBox [50 100 545 800] /Rotate -90", Style::Plate),
        ("/MediaBox [0 0 1000 1400] /UserUnit 0.5", Style::Seal),
    ];
    for (more, style) in cases {
        for position in [Position::BottomRight, Position::TopLeft] {
            let label = Visible {
                style,
                position,
                wording: Wording::new("AI生成").expect("allowed"),
                ..Visible::default()
            };
            let bytes = page(more, "<< >>");
            let before = painted(&bytes, folder);
            let after = painted(&label.stamp(&bytes).expect(more), folder);
            let (width, height) = after.dimensions();
            assert_eq!(before.dimensions(), (width, height), "{more}");
            // All that changed is the plate, at its corner.
            let changed = |x: u32, y: u32| before.get_pixel(x, y) != after.get_pixel(x, y);
            let columns: Vec<u32> = (0..width).filter(|x| (0..height).any(|y| changed(*x, y))).collect();
            let rows: Vec<u32> = (0..height).filter(|y| (0..width).any(|x| changed(x, *y))).collect();
            let (left, right) = (columns[0], columns[columns.len() - 1]);
            let (top, bottom) = (rows[0], rows[rows.len() - 1]);
            let is_at_its_corner = match position {
                Position::TopLeft => left < width / 10 && top < height / 10,
                _ => right > width * 9 / 10 && bottom > height * 9 / 10,
            };
            assert!(is_at_its_corner, "{more}: {left}..{right}, {top}..{bottom} of {width}x{height}");

            let inside = imageops::crop_imm(&after, left, top, right - left + 1, bottom - top + 1).to_image();
            let inset = inside.height() / 8;
            let inner = imageops::crop_imm(
                &inside,
                inset,
                inset,
                inside.width() - 2 * inset,
                inside.height() - 2 * inset,
            )
            .to_image();
            let ink_rows =
                (0..inner.height()).filter(|y| (0..inner.width()).any(|x| is_ink(inner.get_pixel(x, *y))));
            let least = width.min(height).div_ceil(20);
            assert!(ink_rows.count() as u32 >= least, "{more}: at least {least} rows of ink");

            let mut print = imageops::grayscale(&inner);
            imageops::invert(&mut print);
            let mut sheet =
                image::GrayImage::from_pixel(inner.width() + 80, inner.height() + 80, image::Luma([255]));
            let darkest = print.pixels().map(|pixel| pixel.0[0]).max().unwrap_or(255);
            print.pixels_mut().for_each(|pixel| pixel.0[0] = pixel.0[0].saturating_add(255 - darkest));
            imageops::replace(&mut sheet, &print, 40, 40);
            sheet.save(folder.join("words.png")).expect("a file");
            let words = told("tesseract", &["words.png", "-", "-l", "chi_sim", "--psm", "7"], folder);
            let words: String = words.chars().filter(|c| !c.is_whitespace()).collect();
            // Without serifs, a capital I looks like a small L.
            assert!(words.replace("Al", "AI").contains("AI生成"), "{more}, {position:?}: `{words}`");
        }
    }
}

#[test]
fn parts_without_end_are_refused_within_bounds() {
    let zeros = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b' '; 64 << 20], 9);
    let stream = |entries: &str| {
        let mut bytes = b"%PDF-1.5\n".to_vec();
        let head = format!("1 0 obj\n<< /Filter /FlateDecode /Length {} {entries} >>\nstream\n", zeros.len());
        bytes.extend(head.into_bytes());
        bytes.extend(&zeros);
        bytes.extend(b"\nendstream\nendobj\nstartxref\n9\n%%EOF\n");
        bytes
    };
    let circle = "%PDF-1.4\nxref\n0 0\ntrailer\n<< /Size 1 /Prev 9 >>\nstartxref\n9\n%%EOF\n";
    let many = format!(
        "%PDF-1.4\nxref\n{}trailer\n<< >>\nstartxref\n9\n",
        "0 1\n0000000000 65535 f \n".repeat(40_000)
    );
    let deep = "<< /Type /Pages /Kids [2 0 R 2 0 R] >>";
    for (what, bytes) in [
        ("cross-references", stream("/Type /XRef /Size 9 /W [1 2 1]")),
        ("huge counts", file(&["1"], "/Root 1 0 R /Info 4294967295 0 R /Size 99999999 /Prev 18446744073709551615")),
        ("rows beyond the end", b"%PDF-1.4\nxref\n0 4294967295\n0000000000 65535 f \n0000000000 65535 f \ntrailer<<>>\nstartxref\n9\n".to_vec()),
        ("a circle", circle.into()),
        ("many runs", many.into_bytes()),
        ("a circle of pages", file(&["<< /Type /Catalog /Pages 2 0 R >>", deep], "/Root 1 0 R")),
        ("a circle of references", file(&["2 0 R", "1 0 R"], "/Root 1 0 R /Info 1 0 R")),
        ("spaces", [b"%PDF-1.4\nstartxref\n9\n".as_slice(), &b" ".repeat(8 << 20), b"xref"].concat()),
        ("names", [b"%PDF-1.4\n".as_slice(), &b"/AIGC (".repeat(1 << 20)].concat()),
    ] {
        let start = std::time::Instant::now();
        let report = verify(&bytes, "a.pdf", &Trust::default());
        assert_eq!(report.verdict(), Verdict::Nothing, "{what}: {report:?}");
        let _ = write(&bytes, Format::Pdf, &label(), SOURCE);
        assert!(Visible::default().stamp(&bytes).is_err(), "{what}: nothing to stamp");
        assert!(start.elapsed().as_secs() < 10, "{what}: {:?}", start.elapsed());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_are_never_fatal(
        streams in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = if streams { labelled(&hybrid()) } else { labelled(&plain()) };
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            read(bytes, Format::Pdf);
            if let Ok(written) = write(bytes, Format::Pdf, &other(), SOURCE) {
                prop_assert_eq!(found(&written), [other().to_json()]);
            }
            if let Ok(stamped) = Visible::default().stamp(bytes) {
                prop_assert!(stamped.starts_with(bytes));
            }
        }
    }
}
