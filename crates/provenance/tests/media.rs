//! Media that ffmpeg made are labelled here and read by ffprobe; then they are damaged in every way.
//!
//! Judge: ffprobe, which has its own parsers, and ffmpeg's checksums of the decoded sound and pictures.

use std::path::{Path, PathBuf};
use std::process::Command;

use danqing_provenance::aigc::{Aigc, Certainty};
use danqing_provenance::container::{Format, read, sites, write};
use danqing_provenance::xmp::DigitalSource;
use proptest::prelude::*;

const SOURCE: DigitalSource = DigitalSource::TrainedAlgorithmicMedia;

fn label() -> Aigc {
    Aigc::produced(Certainty::Is, "001191110102MACQD9K64010000", "0001").expect("a label")
}

fn run(program: &str, arguments: &[&str]) -> String {
    let run = Command::new(program).args(arguments).output();
    let output = run.unwrap_or_else(|error| panic!("`{program}` (Debian package `ffmpeg`): {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// One second of a moving picture and a tone, written by ffmpeg into `name`.
fn made(name: &str, options: &[&str]) -> Vec<u8> {
    let path = place(name);
    let inputs = ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1"];
    let sound = ["-f", "lavfi", "-i", "sine=duration=1", "-pix_fmt", "yuv420p"];
    let path = path.to_str().expect("a path in UTF-8");
    run("ffmpeg", &[&inputs, &sound[..], options, &[path]].concat());
    std::fs::read(path).expect("what ffmpeg wrote")
}

/// Checksums of everything that `path` decodes to.
fn decoded(path: &Path) -> String {
    run("ffmpeg", &["-v", "error", "-i", path.to_str().expect("a path in UTF-8"), "-f", "framemd5", "-"])
}

#[test]
fn ffprobe_reads_the_label_and_decodes_the_same() {
    let cases: [(&str, Format, &[&str]); 8] = [
        ("late.mp4", Format::Mp4, &[]),
        ("early.mp4", Format::Mp4, &["-movflags", "faststart", "-metadata", "title=a"]),
        ("keys.mp4", Format::Mp4, &["-movflags", "use_metadata_tags", "-metadata", "AIGC={}"]),
        ("parts.mp4", Format::Mp4, &["-movflags", "frag_keyframe+empty_moov"]),
        ("movie.mov", Format::Mp4, &["-movflags", "faststart"]),
        ("sound.mp3", Format::Mp3, &["-vn", "-metadata", "title=a"]),
        ("old.mp3", Format::Mp3, &["-vn", "-id3v2_version", "3", "-metadata", "AIGC={}"]),
        ("sound.flac", Format::Flac, &["-vn", "-metadata", "title=a"]),
    ];
    for (name, format, options) in cases {
        let bytes = made(name, options);
        assert_eq!(Format::sniff(&bytes, Some(name)), Some(format), "{name}");
        let marked = write(&bytes, format, &label(), SOURCE).expect(name);
        let path = place(&format!("marked-{name}"));
        std::fs::write(&path, &marked).expect("a file");
        assert_eq!(sites(&marked, format).expect(name).len(), 1, "{name}: one site");
        let tags = run("ffprobe", &["-v", "error", "-show_format", path.to_str().expect("a path in UTF-8")]);
        assert!(tags.contains(&format!("TAG:AIGC={}", label().to_json())), "{name}: {tags}");
        assert!(
            !options.contains(&"title=a") || tags.contains("TAG:title=a"),
            "{name}: the title stays: {tags}"
        );
        assert_eq!(decoded(&path), decoded(&place(name)), "{name}: decodes to the same");
    }
}

#[test]
fn wave_files_play_as_before() {
    for (name, options) in [("sound.wav", &["-vn"][..]), ("long.wav", &["-vn", "-rf64", "always"])] {
        let bytes = made(name, options);
        let marked = write(&bytes, Format::Wav, &label(), SOURCE).expect(name);
        let path = place(&format!("marked-{name}"));
        std::fs::write(&path, &marked).expect("a file");
        assert_eq!(sites(&marked, Format::Wav).expect(name)[0].text, label().to_json(), "{name}");
        assert_eq!(decoded(&path), decoded(&place(name)), "{name}: decodes to the same");
    }
}

/// Small files of every kind that is not an image.
fn small() -> Vec<(Format, Vec<u8>)> {
    let marked =
        |format, bytes: &[u8]| (format, write(bytes, format, &label(), SOURCE).expect("a sound file"));
    let movie =
        b"\0\0\0\x0cftypisom\0\0\0\x20moov\0\0\0\x18trak\0\0\0\x10stco\0\0\0\0\0\0\0\0\0\0\0\x0amdatab";
    vec![
        marked(Format::Mp4, movie),
        marked(Format::Mp3, b"ID3\x04\x40\0\0\0\0\x0c\0\0\0\x0c\x01\x20\x05CRCCC\xff\xfb\x90\0"),
        marked(Format::Wav, b"RIFF\x16\0\0\0WAVELIST\x0a\0\0\0INFOAIGC\0\0"),
        marked(Format::Flac, &[b"fLaC\x80\0\0\x22".as_slice(), &[3; 34], b"sound"].concat()),
        marked(Format::Svg, b"<svg><metadata t:AIGC='a'/><path d='M0 0'/></svg>"),
        marked(Format::Markdown, "---\na: 1\n---\n春".as_bytes()),
        marked(Format::Json, b"{\"a\":[1,\"}\"]}"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
                                 cut in any::<prop::sample::Index>()) {
        for (format, mut bytes) in small() {
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
                let _ = read(bytes, format);
                if let Ok(written) = write(bytes, format, &label(), SOURCE) {
                    prop_assert_eq!(sites(&written, format).map(|sites| sites.len()).ok(), Some(1), "{}", format);
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for (format, start) in small() {
            for length in [0, 4, 12, 40] {
                let bytes = [&start[..length.min(start.len())], &bytes].concat();
                let _ = read(&bytes, format);
                let _ = write(&bytes, format, &label(), SOURCE);
            }
        }
    }
}
