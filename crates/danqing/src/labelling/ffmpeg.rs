//! Marks in sound and video, made by ffmpeg: a rhythm before the sound, words in the opening of the video.
//!
//! ffmpeg is a program of others that danqing runs where it is installed. It reads files only, no addresses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use danqing_provenance::container::Format;
use danqing_provenance::visible::Visible;
use image::RgbaImage;
use serde_json::Value;

use super::explicit::{Mark, MarkError};
use super::rhythm;

/// The words stand this long in a video, in seconds; the standard asks for 2 at least (GB 45438-2025, 5.4).
const OPENING_S: u32 = 4;
/// Quality of H.264, 0 best to 51: hardly to be told from what came in.
const VIDEO_QUALITY: &str = "18";
/// Videos of more pixels in a frame are not taken.
const MOST_PIXELS: u64 = danqing_provenance::verify::MOST_PIXELS;

/// The file with its mark: words where it has moving pictures, the rhythm where it has sound alone.
pub(super) fn marked(
    file: &[u8],
    name: &str,
    format: Format,
    visible: &Visible,
) -> Result<(Vec<u8>, Mark), MarkError> {
    let folder = tempfile::tempdir()?;
    let extension = extension(name, format);
    let scratch = Scratch { folder: folder.path(), extension };
    fs::write(scratch.source(), file)?;
    let streams = Streams::of(&scratch.source())?;
    let mark = match (streams.frame, &streams.sound) {
        (Some((width, height)), _) => {
            let mut plate = RgbaImage::new(width, height);
            visible.draw(&mut plate)?;
            let encoded =
                |error: image::ImageError| danqing_provenance::Error::Encode { reason: error.to_string() };
            plate.save(scratch.mark("png")).map_err(encoded)?;
            ran("ffmpeg", &mut scratch.opening())?;
            Mark::Opening
        }
        (None, Some(sound)) => {
            fs::write(scratch.mark("wav"), rhythm::wave(sound.rate_hz, sound.channels))?;
            ran("ffmpeg", &mut scratch.rhythm(sound, streams.has_cover)?)?;
            Mark::Rhythm
        }
        (None, None) => return Err(MarkError::Empty),
    };
    Ok((fs::read(scratch.result())?, mark))
}

/// The file's own extension where it is one of its kind: ffmpeg chooses the container by it.
fn extension(name: &str, format: Format) -> &'static str {
    let own = name.rsplit_once('.').map(|(_, last)| last.to_ascii_lowercase());
    let known = ["mov", "m4a", "m4v"].into_iter().find(|known| own.as_deref() == Some(*known));
    known.filter(|_| format == Format::Mp4).unwrap_or(format.extension())
}

/// Files that ffmpeg reads and writes; gone afterwards.
struct Scratch<'a> {
    folder: &'a Path,
    extension: &'static str,
}

impl Scratch<'_> {
    fn source(&self) -> PathBuf {
        self.folder.join(format!("source.{}", self.extension))
    }

    fn result(&self) -> PathBuf {
        self.folder.join(format!("result.{}", self.extension))
    }

    fn mark(&self, extension: &str) -> PathBuf {
        self.folder.join(format!("mark.{extension}"))
    }

    fn command(&self, inputs: [PathBuf; 2], filter: &str) -> Command {
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error", "-nostdin", "-y"]);
        for input in inputs {
            command.args(["-protocol_whitelist", "file", "-i"]).arg(input);
        }
        command.args(["-filter_complex", filter]);
        command
    }

    /// Words over the first seconds of the first moving picture; sound and subtitles stay as they are.
    fn opening(&self) -> Command {
        let filter = format!("[0:v:0][1:v:0]overlay=enable='lt(t,{OPENING_S})'[out]");
        let mut command = self.command([self.source(), self.mark("png")], &filter);
        command.args(["-map", "[out]", "-map", "0:a?", "-map", "0:s?", "-map_metadata", "0", "-c", "copy"]);
        command.args(["-c:v", "libx264", "-crf", VIDEO_QUALITY, "-pix_fmt", "yuv420p"]);
        command.args(["-movflags", "+faststart+use_metadata_tags"]);
        command.args(["-fflags", "+bitexact", "-flags:v", "+bitexact"]).arg(self.result());
        command
    }

    /// The rhythm before the sound, in the sound's own coding.
    fn rhythm(&self, sound: &Sound, has_cover: bool) -> Result<Command, MarkError> {
        let filter = "[0:a:0][1:a:0]concat=n=2:v=0:a=1[out]";
        let mut command = self.command([self.mark("wav"), self.source()], filter);
        command.args(["-map", "[out]"]);
        if has_cover {
            command.args(["-map", "1:v:0", "-c:v", "copy", "-disposition:v", "attached_pic"]);
        }
        command.args(["-map_metadata", "1", "-c:a", sound.encoder()?]);
        command.arg("-ar").arg(sound.rate_hz.to_string()).arg("-ac").arg(sound.channels.to_string());
        if sound.is_exact() {
            command.args(["-sample_fmt", &sound.samples]);
        } else if let Some(rate) = &sound.bits_per_second {
            command.args(["-b:a", rate]);
        }
        if self.extension == "mp3" {
            command.args(["-id3v2_version", "3"]);
        }
        command.args(["-fflags", "+bitexact", "-flags:a", "+bitexact"]).arg(self.result());
        Ok(command)
    }
}

/// Runs a program to its end and gives what it said.
fn ran(program: &'static str, command: &mut Command) -> Result<Vec<u8>, MarkError> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => MarkError::NoProgram { program },
        _ => MarkError::Scratch(error),
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    let told = told.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it did not say why");
    Err(MarkError::Failed { program, told: told.trim().chars().take(200).collect() })
}

/// What is in a file, as ffprobe tells it.
struct Streams {
    /// Width and height of the moving picture as shown, in pixels.
    frame: Option<(u32, u32)>,
    sound: Option<Sound>,
    has_cover: bool,
}

struct Sound {
    codec: String,
    samples: String,
    rate_hz: u32,
    channels: u16,
    bits_per_second: Option<String>,
}

impl Streams {
    fn of(file: &Path) -> Result<Self, MarkError> {
        let mut command = Command::new("ffprobe");
        command
            .args(["-v", "error", "-protocol_whitelist", "file", "-show_streams", "-of", "json"])
            .arg(file);
        let told: Value = serde_json::from_slice(&ran("ffprobe", &mut command)?).unwrap_or_default();
        let streams = told["streams"].as_array().map(Vec::as_slice).unwrap_or_default();
        let of = |kind: &'static str| streams.iter().filter(move |stream| stream["codec_type"] == kind);
        let is_cover = |stream: &&Value| stream["disposition"]["attached_pic"] == 1;
        Ok(Self {
            frame: of("video").find(|stream| !is_cover(stream)).and_then(frame),
            sound: of("audio").find_map(Sound::of),
            has_cover: of("video").any(|stream| is_cover(&stream)),
        })
    }
}

/// Size of a moving picture, upright.
fn frame(stream: &Value) -> Option<(u32, u32)> {
    let side = |name: &str| stream[name].as_u64().and_then(|side| u32::try_from(side).ok());
    let (width, height) = (side("width")?, side("height")?);
    let data = stream["side_data_list"].as_array().map(Vec::as_slice).unwrap_or_default();
    let turn = data.iter().find_map(|data| data["rotation"].as_i64()).unwrap_or(0);
    let fits = width > 0 && height > 0 && u64::from(width) * u64::from(height) <= MOST_PIXELS;
    fits.then_some(if turn.rem_euclid(180) == 90 { (height, width) } else { (width, height) })
}

impl Sound {
    fn of(stream: &Value) -> Option<Self> {
        let text = |name: &str| stream[name].as_str().map(str::to_owned);
        let rate_hz = text("sample_rate")?.parse().ok().filter(|rate| (1..=768_000).contains(rate))?;
        let channels =
            u16::try_from(stream["channels"].as_u64()?).ok().filter(|count| (1..=64).contains(count))?;
        let (codec, samples) = (text("codec_name")?, text("sample_fmt")?);
        Some(Self { codec, samples, rate_hz, channels, bits_per_second: text("bit_rate") })
    }

    /// Whether nothing is lost in coding.
    fn is_exact(&self) -> bool {
        self.codec.starts_with("pcm_") || self.codec == "flac"
    }

    /// ffmpeg's encoder for this coding.
    fn encoder(&self) -> Result<&str, MarkError> {
        Ok(match self.codec.as_str() {
            "mp3" => "libmp3lame",
            "opus" => "libopus",
            "vorbis" => "libvorbis",
            "aac" | "alac" | "flac" => &self.codec,
            pcm if pcm.starts_with("pcm_") => pcm,
            other => return Err(MarkError::Codec { codec: other.to_owned() }),
        })
    }
}
