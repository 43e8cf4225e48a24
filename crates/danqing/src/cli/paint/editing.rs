//! `danqing paint --from`: the picture that comes in, and its mask.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use danqing_engine::Strength;
use image::RgbaImage;

use super::Arguments;
use crate::edit::{self, Area, DEFAULT_STRENGTH, Edit, Incoming, Painted};
use crate::error::{Error, Setting};
use crate::labelling;
use crate::order::Wish;

impl Arguments {
    /// The picture of `--from` with what `wish` does to it; none without the flag.
    pub(super) fn incoming(&self, wish: &Wish) -> Result<Option<Arc<Incoming>>, Error> {
        let Some(file) = &self.from else {
            // The parser lets this pass where another option excludes `--from`.
            let alone = self.mask.is_some() || self.strength.is_some();
            return if alone { Err(without_picture()) } else { Ok(None) };
        };
        let (bytes, picture) = read(file)?;
        let mask = self.mask.as_deref().map(read).transpose()?;
        let painted = if self.invert_mask { Painted::Black } else { Painted::White };
        let mask = mask.map(|(_, mask)| edit::mask(&mask, painted));
        let strength = wish.strength.unwrap_or(DEFAULT_STRENGTH);
        let strength = Strength::new(strength)
            .ok_or_else(|| Error::OutOfRange { setting: Setting::Strength, value: strength.to_string() })?;
        let area = match wish.area.as_deref() {
            None => Area::default(),
            Some(text) => Area::parse(text).ok_or_else(|| Error::UnknownArea { text: brief(text) })?,
        };
        let edit = Edit::new(Arc::new(picture), mask.as_ref(), strength, area).map_err(|source| {
            let masked = source == edit::Fault::EmptyMask;
            let blamed = self.mask.as_ref().filter(|_| masked).unwrap_or(file);
            Error::Edit { file: blamed.clone(), source }
        })?;
        Ok(Some(Arc::new(Incoming::new(edit, bytes))))
    }
}

fn without_picture() -> Error {
    Error::Usage {
        chinese: "缺少 --from <FILE>".to_owned(),
        english: "--from <FILE> is missing".to_owned(),
        suggestion: None,
        allowed: Vec::new(),
    }
}

/// A picture file and its pixels, upright.
fn read(file: &Path) -> Result<(Vec<u8>, RgbaImage), Error> {
    let bytes = fs::read(file).map_err(|source| Error::Unreadable { file: file.to_owned(), source })?;
    let pixels = labelling::pixels(&bytes).ok_or_else(|| Error::NotEditable { file: file.to_owned() })?;
    Ok((bytes, pixels))
}

fn brief(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
