//! The rhythm that marks sound as generated: short long, short short, which is Morse code for AI (GB 45438-2025, 5.3).

/// Length of a short tone, in seconds: 10 words a minute. A long one is three, as are the pauses between letters
/// (ITU-R M.1677-1).
const SHORT_S: f64 = 0.12;
/// Silence between the rhythm and what follows, in seconds.
const REST_S: f64 = 0.5;
const TONE_HZ: f64 = 800.0;
/// Of full scale.
const LOUDNESS: f64 = 0.35;
/// Each tone swells and fades over this time, in seconds, so that it does not click.
const EDGE_S: f64 = 0.006;

/// Tones (true) and pauses, in short lengths: A is short long, I is short short.
const PATTERN: [(bool, u32); 7] =
    [(true, 1), (false, 1), (true, 3), (false, 3), (true, 1), (false, 1), (true, 1)];

/// The rhythm as a WAVE file of 16 bits.
pub(super) fn wave(rate_hz: u32, channels: u16) -> Vec<u8> {
    let samples = samples(f64::from(rate_hz));
    let frame = u32::from(channels) * 2;
    let size = samples.len() as u32 * frame;
    let mut bytes = Vec::with_capacity(44 + size as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + size).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((rate_hz * frame).to_le_bytes());
    bytes.extend((frame as u16).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend(size.to_le_bytes());
    for sample in samples {
        (0..channels).for_each(|_| bytes.extend(sample.to_le_bytes()));
    }
    bytes
}

fn samples(rate: f64) -> Vec<i16> {
    let mut samples = Vec::new();
    for (sounds, lengths) in PATTERN {
        let seconds = f64::from(lengths) * SHORT_S;
        let count = (seconds * rate).round() as u32;
        samples.extend((0..count).map(|at| {
            let time = f64::from(at) / rate;
            let edge = (time.min(seconds - time) / EDGE_S).min(1.0);
            let swell = 0.5 - 0.5 * (std::f64::consts::PI * edge).cos();
            let tone = (std::f64::consts::TAU * TONE_HZ * time).sin();
            if sounds { (tone * swell * LOUDNESS * 32767.0).round() as i16 } else { 0 }
        }));
    }
    samples.resize(samples.len() + (REST_S * rate).round() as usize, 0);
    samples
}
