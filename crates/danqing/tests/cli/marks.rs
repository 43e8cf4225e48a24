//! Marks for eyes and ears in files of others, judged by ffmpeg's decoders and by Tesseract.

use std::path::Path;
use std::process::Command;

use image::{AnimationDecoder, DynamicImage, GenericImageView, Rgba, RgbaImage};
use serde_json::Value;

use crate::support::{Answer, Studio};

fn ran(studio: &Studio, program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).current_dir(studio.path()).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; scripts/tools.sh installs it"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn labelled(studio: &Studio, file: &str) -> (String, Value) {
    let answer: Answer = studio.run(&["label", file, "--json"]).good();
    let told: Value = serde_json::from_str(answer.out.lines().next().expect("a line")).expect("JSON");
    (told["file"].as_str().expect("a name").to_owned(), told)
}

fn verdict(studio: &Studio, file: &str) -> Value {
    let answer = studio.run(&["verify", file, "--json"]).good();
    let report: Value = serde_json::from_str(answer.out.lines().next().expect("a line")).expect("JSON");
    assert_eq!(report["contradictory"], false, "{report}");
    report["verdict"].clone()
}

/// Lengths of tones and pauses at the start of a sound, in units of the shortest tone; pauses are negative.
fn rhythm(studio: &Studio, file: &str) -> Vec<i32> {
    let rate = 8000;
    let raw = ran(
        studio,
        "ffmpeg",
        &["-v", "error", "-i", file, "-t", "1.5", "-ac", "1", "-ar", "8000", "-f", "s16le", "-"],
    );
    let samples: Vec<i32> =
        raw.chunks_exact(2).map(|pair| i32::from(i16::from_le_bytes([pair[0], pair[1]]))).collect();
    let loud: Vec<bool> = samples
        .chunks(rate / 100)
        .map(|part| part.iter().map(|sample| sample.abs()).max() > Some(2500))
        .collect();
    let start = loud.iter().position(|loud| *loud).expect("a tone");
    let mut runs: Vec<(bool, usize)> = Vec::new();
    for loud in &loud[start..] {
        match runs.last_mut() {
            Some((last, count)) if last == loud => *count += 1,
            _ => runs.push((*loud, 1)),
        }
    }
    runs.iter()
        .take(7)
        .map(|(loud, count)| if *loud { 1 } else { -1 } * (*count as f64 / 12.0).round() as i32)
        .collect()
}

#[test]
fn sound_starts_with_the_rhythm_and_goes_on_as_before() {
    let studio = Studio::new();
    for (file, options) in [
        ("a.wav", &["-ac", "2"][..]),
        ("deep.wav", &["-c:a", "pcm_s24le"]),
        ("a.mp3", &["-b:a", "96k"]),
        ("a.flac", &["-sample_fmt", "s16"]),
        ("a.m4a", &[]),
    ] {
        let source = [
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=frequency=300:duration=1:sample_rate=44100",
            "-metadata",
            "title=春",
        ];
        ran(&studio, "ffmpeg", &[&source[..], options, &[file]].concat());
        let (marked, told) = labelled(&studio, file);
        assert_eq!(told["mark"], "rhythm", "{file}: {told}");
        assert_eq!(rhythm(&studio, &marked), [1, -1, 3, -3, 1, -1, 1], "{file}: short long, short short");
        assert_eq!(verdict(&studio, &marked), "is", "{file}");
        let of = |name: &str| {
            let told = ran(
                &studio,
                "ffprobe",
                &["-v", "error", "-show_streams", "-show_format", "-of", "json", name],
            );
            serde_json::from_slice::<Value>(&told).expect("JSON")
        };
        let (before, after) = (of(file), of(&marked));
        for field in ["codec_name", "sample_rate", "channels", "sample_fmt"] {
            assert_eq!(before["streams"][0][field], after["streams"][0][field], "{file}: {field}");
        }
        let seconds =
            |told: &Value| told["format"]["duration"].as_str().and_then(|text| text.parse::<f64>().ok());
        let longer = seconds(&after).expect("a length") - seconds(&before).expect("a length");
        assert!((1.7..2.1).contains(&longer), "{file}: {longer} s longer");
        assert_eq!(after["format"]["tags"]["title"], "春", "{file}: the title stays: {after}");
    }
}

#[test]
fn video_opens_with_words_and_its_sound_stays() {
    let studio = Studio::new();
    let source = [
        "-v",
        "error",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=640x360:rate=10:duration=6",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=6",
    ];
    for file in ["a.mp4", "b.mov"] {
        ran(&studio, "ffmpeg", &[&source[..], &["-pix_fmt", "yuv420p", file]].concat());
        let (marked, told) = labelled(&studio, file);
        assert_eq!(told["mark"], "opening", "{file}: {told}");
        assert_eq!(verdict(&studio, &marked), "is", "{file}");
        for (second, there) in [("0", true), ("2", true), ("3.8", true), ("5", false)] {
            ran(
                &studio,
                "ffmpeg",
                &["-v", "error", "-y", "-ss", second, "-i", &marked, "-frames:v", "1", "frame.png"],
            );
            let words = words(&studio, "frame.png");
            assert_eq!(words.contains("生成"), there, "{file} at {second} s: {words}");
        }
        let sound = |name: &str| {
            ran(
                &studio,
                "ffmpeg",
                &["-v", "error", "-i", name, "-map", "0:a", "-c", "copy", "-f", "md5", "-"],
            )
        };
        assert_eq!(sound(file), sound(&marked), "{file}: the sound stays");
    }
}

/// What Tesseract reads in the lower right of a frame.
fn words(studio: &Studio, file: &str) -> String {
    let frame = image::open(studio.path().join(file)).expect("a picture");
    let (width, height) = frame.dimensions();
    let corner = frame.crop_imm(width * 7 / 10, height * 8 / 10, width * 3 / 10, height * 2 / 10);
    let corner = corner.resize(width * 12 / 10, height, image::imageops::FilterType::CatmullRom).into_luma8();
    let path = studio.path().join("corner.png");
    DynamicImage::from(corner).save(&path).expect("written");
    let read = |mode: &str| {
        ran(studio, "tesseract", &[path.to_str().expect("UTF-8"), "-", "-l", "chi_sim", "--psm", mode])
    };
    ["11", "6"].map(|mode| String::from_utf8_lossy(&read(mode)).replace(char::is_whitespace, "")).concat()
}

#[test]
fn moving_gifs_show_words_in_every_frame() {
    let studio = Studio::new();
    ran(
        &studio,
        "ffmpeg",
        &["-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=5:duration=1", "a.gif"],
    );
    let (marked, told) = labelled(&studio, "a.gif");
    assert_eq!(told["mark"], "frames", "{told}");
    assert_eq!(verdict(&studio, &marked), "is", "{told}");
    let frames = |name: &Path| {
        let file = std::io::BufReader::new(std::fs::File::open(studio.path().join(name)).expect("a file"));
        let decoder = image::codecs::gif::GifDecoder::new(file).expect("a GIF");
        decoder.into_frames().collect_frames().expect("frames")
    };
    let (before, after) = (frames("a.gif".as_ref()), frames(marked.as_ref()));
    assert_eq!(before.len(), after.len(), "as many frames");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.delay(), after.delay(), "as slow");
        // The plate is of one colour in the corner, whatever is below it.
        let corner = |frame: &image::Frame| *frame.buffer().get_pixel(311, 224);
        let plate = |pixel: Rgba<u8>| {
            pixel.0[..3].iter().all(|value| *value > 225) || pixel.0[..3].iter().all(|value| *value < 50)
        };
        assert!(plate(corner(after)), "a plate: {:?}", corner(after));
    }
}

#[test]
fn drawings_and_markdown_say_it() {
    let studio = Studio::new();
    let drawing = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 200 100'><rect width='200' height='100' fill='teal'/></svg>";
    std::fs::write(studio.path().join("a.svg"), drawing).expect("written");
    std::fs::write(studio.path().join("a.md"), "---\ntitle: 春\n---\n# 春\n").expect("written");
    for (file, said) in [("a.svg", "<title>AI生成</title>"), ("a.md", "> AI生成\n\n# 春\n")] {
        let (marked, told) = labelled(&studio, file);
        assert_eq!(told["mark"], "words", "{told}");
        let text = String::from_utf8(studio.bytes(&marked)).expect("UTF-8");
        assert!(text.contains(said), "{text}");
        assert_eq!(verdict(&studio, &marked), "is", "{file}");
    }
}

/// A document of one page, A4 lying down, as qpdf makes it of its own notation.
fn document(studio: &Studio, name: &str) {
    let source = "%PDF-1.5\n%QDF-1.0\n\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n\n2 0 obj\n\
        << /Type /Pages /Kids [ 3 0 R ] /Count 1 /MediaBox [ 0 0 595 842 ] /Rotate 90 >>\nendobj\n\n3 0 obj\n\
        << /Type /Page /Parent 2 0 R >>\nendobj\n\nxref\n0 4\n0000000000 65535 f \n0000000000 00000 n \n\
        0000000000 00000 n \n0000000000 00000 n \ntrailer <<\n  /Root 1 0 R\n  /Size 4\n>>\nstartxref\n0\n%%EOF\n";
    std::fs::write(studio.path().join("source.pdf"), source).expect("written");
    let fixed = ran(studio, "fix-qdf", &["source.pdf"]);
    std::fs::write(studio.path().join("fixed.pdf"), fixed).expect("written");
    ran(studio, "qpdf", &["--object-streams=generate", "fixed.pdf", name]);
}

#[test]
fn documents_say_it_on_the_first_page() {
    let studio = Studio::new();
    document(&studio, "a.pdf");
    let (marked, told) = labelled(&studio, "a.pdf");
    assert_eq!(told["mark"], "page", "{told}");
    assert_eq!(verdict(&studio, &marked), "is", "{told}");
    assert!(studio.bytes(&marked).starts_with(&studio.bytes("a.pdf")), "what was there stays");
    ran(&studio, "qpdf", &["--check", &marked]);
    let info = String::from_utf8(ran(&studio, "pdfinfo", &["-custom", &marked])).expect("UTF-8");
    assert!(info.contains(told["produce_id"].as_str().expect("a number")), "{info}");
    ran(&studio, "pdftoppm", &["-r", "100", "-singlefile", "-png", &marked, "page"]);
    let words = words(&studio, "page.png");
    assert!(words.contains("生成"), "{words}");

    // A label that is there stays, and its page is not touched again.
    let (again, told) = labelled(&studio, &marked);
    assert_eq!(
        (told["mark"].as_str(), told["propagator"].as_str()),
        (Some("none"), Some("danqing")),
        "{told}"
    );
    let count = |name: &str| studio.bytes(name).windows(10).filter(|window| window == b"ActualText").count();
    assert_eq!((count(&marked), count(&again)), (1, 1), "one on the page");

    ran(&studio, "qpdf", &["--encrypt", "", "owner", "256", "--", "a.pdf", "locked.pdf"]);
    let refused = studio.run(&["label", "locked.pdf", "--lang", "zh"]);
    assert!(refused.code == 1 && refused.err.contains("PDF 文件加了密"), "{refused:?}");
    assert!(refused.err.contains("qpdf --decrypt"), "and what helps: {refused:?}");
    let refused = studio.run(&["label", "locked.pdf", "--lang", "en"]);
    assert!(refused.err.contains("is encrypted") && refused.err.contains("qpdf --decrypt"), "{refused:?}");
}

#[test]
fn without_ffmpeg_it_says_so_and_labels_metadata_when_asked() {
    let studio = Studio::new();
    RgbaImage::new(1, 1).save(studio.path().join("a.png")).expect("written");
    ran(&studio, "ffmpeg", &["-v", "error", "-f", "lavfi", "-i", "sine=duration=0.2", "a.wav"]);
    let run = |words: &[&str], lang: &str| {
        let mut command = studio.command(&[words, &["--lang", lang]].concat());
        Answer::of(command.env("PATH", studio.path()).output().expect("danqing starts"))
    };
    let refused = run(&["label", "a.wav"], "en");
    assert!(refused.code == 1 && refused.err.contains("`ffprobe` is not installed"), "{refused:?}");
    assert!(refused.err.contains("--metadata-only"), "and what helps: {refused:?}");
    assert!(run(&["label", "a.wav"], "zh").err.contains("没有安装 ffprobe"), "in Chinese too");
    let done = run(&["label", "a.wav", "--metadata-only", "--json"], "en").good();
    assert!(done.out.contains("\"mark\":\"none\""), "{done:?}");
    assert_eq!(verdict(&studio, "a-labelled.wav"), "is", "in its metadata");
}
