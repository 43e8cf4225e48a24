//! The smallest EXIF block that holds a comment, and finding the comment in any block.
//!
//! Source: CIPA DC-008 (Exif 2.32), sections 4.6.2 (IFD), 4.6.3 (tag 34665) and 4.6.5 (tag 37510, `UserComment`).

/// Pointer from the first directory to the Exif directory.
const EXIF_DIRECTORY: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;
/// Names UTF-16 as the comment's character code.
const UNICODE: &[u8; 8] = b"UNICODE\0";
const HEADER: &[u8; 6] = b"Exif\0\0";

/// An EXIF block (a TIFF, most significant byte first) whose one field is the comment `text`.
pub(crate) fn with_comment(text: &str) -> Vec<u8> {
    const DIRECTORY_BYTES: u32 = 2 + 12 + 4;
    let words: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let exif_at = 8 + DIRECTORY_BYTES;
    let comment_at = exif_at + DIRECTORY_BYTES;
    let mut block = b"MM\0\x2a\0\0\0\x08".to_vec();
    directory(&mut block, EXIF_DIRECTORY, 4, 1, exif_at);
    directory(&mut block, USER_COMMENT, 7, (UNICODE.len() + words.len()) as u32, comment_at);
    block.extend(UNICODE);
    block.extend(words);
    block
}

/// Appends a directory of one field.
fn directory(block: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: u32) {
    block.extend(1u16.to_be_bytes());
    block.extend(tag.to_be_bytes());
    block.extend(kind.to_be_bytes());
    block.extend(count.to_be_bytes());
    block.extend(value.to_be_bytes());
    block.extend(0u32.to_be_bytes()); // no next directory
}

/// The user comment in an EXIF block of either byte order, with or without the `Exif` header.
pub(crate) fn comment(block: &[u8]) -> Option<String> {
    let block = Block::new(block.strip_prefix(HEADER).unwrap_or(block))?;
    let exif = block.field(block.long(4)?, EXIF_DIRECTORY)?;
    let comment = block.field(exif.value, USER_COMMENT)?;
    let start = usize::try_from(comment.value).ok()?;
    let bytes = block.bytes.get(start..start.checked_add(usize::try_from(comment.count).ok()?)?)?;
    match bytes.strip_prefix(UNICODE) {
        Some(words) => block.utf16(words),
        None => String::from_utf8(bytes.get(8..)?.to_vec()).ok(),
    }
}

struct Block<'a> {
    bytes: &'a [u8],
    big_endian: bool,
}

struct Field {
    count: u32,
    value: u32,
}

impl<'a> Block<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        match bytes.get(..4)? {
            b"MM\0\x2a" => Some(Self { bytes, big_endian: true }),
            b"II\x2a\0" => Some(Self { bytes, big_endian: false }),
            _ => None,
        }
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    /// The field `tag` of the directory at `directory`.
    fn field(&self, directory: u32, tag: u16) -> Option<Field> {
        let directory = usize::try_from(directory).ok()?;
        let count = usize::from(self.short(directory)?);
        let entry =
            (0..count).map(|index| directory + 2 + 12 * index).find(|at| self.short(*at) == Some(tag))?;
        Some(Field { count: self.long(entry + 4)?, value: self.long(entry + 8)? })
    }

    /// Programs disagree about the byte order of the words: that of the block comes first, then the one in which
    /// the text has a line of values.
    fn utf16(&self, words: &[u8]) -> Option<String> {
        let read = |big: bool| {
            let word =
                |pair: &[u8; 2]| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
            String::from_utf16(&words.as_chunks().0.iter().map(word).collect::<Vec<_>>()).ok()
        };
        let likely = [self.big_endian, !self.big_endian].map(read);
        likely.iter().flatten().find(|text| text.contains("Steps: ")).or(likely[0].as_ref()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_come_back() {
        for text in ["三只红灯笼\nSteps: 12", "", "🏮"] {
            assert_eq!(comment(&with_comment(text)).as_deref(), Some(text), "as written");
            let headed = [HEADER.as_slice(), &with_comment(text)].concat();
            assert_eq!(comment(&headed).as_deref(), Some(text), "with the header of JPEG files");
        }
    }

    #[test]
    fn damaged_blocks_are_harmless() {
        let block = with_comment("Steps: 12");
        for length in 0..block.len() {
            assert_eq!(comment(&block[..length]), None, "cut to {length}");
        }
        for at in 0..block.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut block = block.clone();
                block[at] = value;
                let _ = comment(&block); // may be anything, must not panic
            }
        }
    }
}
