//! Programs of others judge our pictures: `ExifTool` reads the label's fields, Tesseract the words, and a reader in
//! Python, which shares no code with ours, counts the labels. `scripts/tools.sh` installs them.

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{self, Format};
use danqing_provenance::signature;
use danqing_provenance::visible::{Addition, Position, Rect, Style, Visible, Wording};
use danqing_provenance::xmp::DigitalSource;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};
use serde_json::Value;

const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;
const FORMATS: [(Format, ImageFormat); 4] = [
    (Format::Png, ImageFormat::Png),
    (Format::Jpeg, ImageFormat::Jpeg),
    (Format::Webp, ImageFormat::WebP),
    (Format::Gif, ImageFormat::Gif),
];

fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program} cannot be run; scripts/tools.sh: {error}"));
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn label() -> Aigc {
    let label = Aigc::produced(Certainty::Is, "001191110102MACQD9K64010000", "00042").expect("a label");
    signature::sign(label, &[9; 32]).expect("signed")
}

/// A labelled picture of each format, written twice so that the first label has to give way.
fn labelled(folder: &Path) -> Vec<(Format, String)> {
    let picture = DynamicImage::from(RgbaImage::from_pixel(64, 48, Rgba([200, 30, 40, 255]))).into_rgb8();
    let file = |(format, kind): &(Format, ImageFormat)| {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, *kind).expect("encoded");
        let other = Aigc::produced(Certainty::MayBe, "other", "1").expect("a label");
        let once = container::write(bytes.get_ref(), *format, &other, SOURCE).expect("written");
        let twice = container::write(&once, *format, &label(), SOURCE).expect("written");
        let path = folder.join(format!("labelled.{}", format.extension()));
        fs::write(&path, twice).expect("a file");
        (*format, path.to_string_lossy().into_owned())
    };
    FORMATS.iter().map(file).collect()
}

#[test]
fn exiftool_reads_the_fields_of_every_format() {
    let folder = tempfile::tempdir().expect("a folder");
    for (format, path) in labelled(folder.path()) {
        let told = run("exiftool", &["-j", "-n", "-G1", "-a", "-warning", "-error", "-XMP:all", "-n", &path]);
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let tags = told[0].as_object().expect("tags");
        let of = |name: &str| {
            let tag = tags.iter().find(|(tag, _)| tag.to_lowercase().ends_with(&name.to_lowercase()));
            tag.unwrap_or_else(|| panic!("{format}: no {name} in {told}")).1
        };
        assert_eq!(of("TC260:AIGC").as_str(), Some(label().to_json().as_str()), "{format}: {told}");
        assert_eq!(of("DigitalSourceType").as_str(), Some(SOURCE.uri().as_str()), "{format}: {told}");
        assert!(
            !tags.keys().any(|tag| tag.ends_with("Warning") || tag.ends_with("Error")),
            "{format}: {told}"
        );
    }
}

#[test]
fn a_stranger_counts_one_label_with_seven_fields() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = labelled(folder.path());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/count_labels.py");
    let arguments: Vec<&str> =
        [script].into_iter().chain(files.iter().map(|(_, path)| path.as_str())).collect();
    let told = run("python3", &arguments);
    let expected = format!("1 {}", label().to_json());
    assert_eq!(told.lines().collect::<Vec<_>>(), vec![expected.as_str(); files.len()], "one in each");
}

/// The plate as a scanner would bring it: dark words on a white page.
fn as_print(picture: &RgbaImage, plate: Rect) -> GrayImage {
    let cut = image::imageops::crop_imm(picture, plate.x, plate.y, plate.width, plate.height).to_image();
    let mut grey = DynamicImage::from(cut).into_luma8();
    if grey.get_pixel(plate.width / 2, 2).0[0] < 128 {
        image::imageops::invert(&mut grey);
    }
    let mut page = GrayImage::from_pixel(plate.width + 80, plate.height + 80, Luma([255]));
    // The corners of the plate show what lies behind it.
    let corner = plate.height / 8;
    let inner =
        image::imageops::crop_imm(&grey, corner, corner, plate.width - 2 * corner, plate.height - 2 * corner);
    image::imageops::replace(&mut page, &inner.to_image(), 40 + i64::from(corner), 40 + i64::from(corner));
    page
}

/// Grey noise that a seed decides (the mixing function of `SplitMix64`).
fn noise(x: u32, y: u32) -> u8 {
    let mut z = (u64::from(x) << 32 | u64::from(y)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z >> 40) as u8
}

#[test]
fn tesseract_reads_the_words_on_every_background() {
    let folder = tempfile::tempdir().expect("a folder");
    type Background = fn(u32, u32) -> Rgba<u8>;
    let backgrounds: [(&str, Background); 5] = [
        ("light", |_, _| Rgba([250, 248, 240, 255])),
        ("dark", |_, _| Rgba([12, 16, 30, 255])),
        ("middle", |_, _| Rgba([128, 120, 110, 255])),
        ("busy", |x, y| Rgba([noise(x, y), noise(x + 999, y), noise(x, y + 999), 255])),
        ("transparent", |x, _| Rgba([200, 30, 30, if x % 64 < 32 { 0 } else { 90 }])),
    ];
    for (name, background) in backgrounds {
        for style in [Style::Plate, Style::Seal] {
            for (words, addition) in [("AI生成", Addition::None), ("人工智能合成", Addition::English)]
            {
                let label = Visible {
                    wording: Wording::new(words).expect("allowed"),
                    addition,
                    position: Position::BottomRight,
                    style,
                };
                let mut picture = RgbaImage::from_fn(1024, 1024, background);
                let plate = label.draw(&mut picture).expect("there is room").plate;
                let path = folder.path().join("plate.png");
                as_print(&picture, plate).save(&path).expect("a file");
                let path = path.to_string_lossy();
                let read = run("tesseract", &[&path, "-", "-l", "chi_sim", "--psm", "7"]);
                let read: String = read.chars().filter(|c| !c.is_whitespace()).collect();
                // Without serifs, a capital I looks like a small L.
                let read = read.replace("Al", "AI");
                assert!(read.contains(words), "{name}, {style:?}: `{read}` instead of `{words}`");
            }
        }
    }
}
