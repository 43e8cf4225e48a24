//! The number of a content: what `ProduceID`, the manifest and the watermark share.

use hmac::{Hmac, Mac};
use image::RgbaImage;
use sha2::Sha256;

use crate::keys::WatermarkKey;

/// 128 bits. The first 40 are what a watermark holds.
///
/// It is opaque: only who has the key can tell what it was made from, and it tells nothing of a person, a prompt or a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number([u8; 16]);

impl Number {
    /// How manifests name the watermark: our own name, not one of the public list of soft bindings.
    pub const ALGORITHM: &str = "org.danqing.wm.1";

    /// The number of `picture`: a keyed hash (HMAC-SHA-256, RFC 2104), so the same picture has the same number and a
    /// repeated order gives the same pixels. `salt` tells pictures apart whose first 40 bits happen to agree.
    pub fn of_picture(picture: &RgbaImage, salt: u32, key: &WatermarkKey) -> Self {
        let (width, height) = picture.dimensions();
        let size = [width, height, salt].map(u32::to_be_bytes).concat();
        Self::of(&[b"picture", &size, picture.as_raw()], key)
    }

    /// The number of any other file.
    pub fn of_file(file: &[u8], key: &WatermarkKey) -> Self {
        Self::of(&[b"file", file], key)
    }

    fn of(parts: &[&[u8]], key: &WatermarkKey) -> Self {
        // A key of any length is taken; the error is one of the trait's, not of this hash.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.bytes()) else { return Self([0; 16]) };
        parts.iter().for_each(|part| mac.update(part));
        let digest = mac.finalize().into_bytes();
        let mut number = [0; 16];
        number.copy_from_slice(&digest[..16]);
        Self(number)
    }

    /// What the watermark holds: 40 bits.
    pub fn watermark(self) -> u64 {
        self.0[..5].iter().fold(0, |id, byte| id << 8 | u64::from(*byte))
    }

    /// A watermark's 40 bits as text: ten hexadecimal digits.
    pub fn watermark_text(id: u64) -> String {
        format!("{:010x}", id & 0xFF_FFFF_FFFF)
    }

    /// As `ProduceID` for a picture with a watermark: the watermark's ten digits, a dash, the rest.
    pub fn marked(self) -> String {
        let digits = self.unmarked();
        format!("{}-{}", &digits[..10], &digits[10..])
    }

    /// As `ProduceID` for a content without a watermark: 32 digits.
    pub fn unmarked(self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a `ProduceID` of danqing says that the picture has a watermark.
    pub fn is_marked(produce_id: &str) -> bool {
        produce_id.len() == 33 && produce_id.as_bytes()[10] == b'-'
    }

    /// The bits themselves.
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_from_picture_salt_and_key() {
        let picture = RgbaImage::from_fn(8, 4, |x, y| image::Rgba([x as u8, y as u8, 0, 255]));
        let key = WatermarkKey::from([7; 32]);
        let number = Number::of_picture(&picture, 0, &key);
        assert_eq!(number, Number::of_picture(&picture.clone(), 0, &key), "repeated");
        assert_ne!(number, Number::of_picture(&picture, 1, &key), "salted");
        assert_ne!(number, Number::of_picture(&picture, 0, &WatermarkKey::from([8; 32])), "another key");
        let turned = RgbaImage::from_raw(4, 8, picture.into_raw()).expect("as many pixels");
        assert_ne!(number, Number::of_picture(&turned, 0, &key), "another shape");
    }

    #[test]
    fn the_text_begins_with_the_watermark() {
        let number = Number::of_file(b"x", &WatermarkKey::from([7; 32]));
        assert!(
            number.marked().starts_with(&Number::watermark_text(number.watermark())),
            "{}",
            number.marked()
        );
        assert!(Number::is_marked(&number.marked()) && !Number::is_marked(&number.unmarked()), "told apart");
    }
}
