//! A picture to start from, on its way through the queue: named by what was handed in or kept, read again by the worker.

use std::io::Cursor;
use std::sync::Arc;

use danqing_engine::Strength;
use danqing_store::{Person, PersonId, PictureId, UploadId};
use image::imageops::FilterType;
use image::{GrayImage, ImageFormat, RgbaImage};
use serde::{Deserialize, Serialize};

use crate::edit::{self, Area, DEFAULT_STRENGTH, Edit, Incoming, Painted};
use crate::error::{Error, Setting};
use crate::labelling;
use crate::studio::Studio;

/// How long a file that was handed in is kept, for a job that waits: a week.
pub(crate) const UPLOAD_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// What a picture starts from, and how much of it may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Beginning {
    pub(crate) picture: Source,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mask: Option<Source>,
    /// Whether what is black in the mask is painted, and not what is white.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) inverted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) strength: Option<f32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) area: Option<String>,
}

/// Where the bytes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    /// A file that the person handed in.
    Upload(String),
    /// A picture of the person's.
    Picture(String),
}

impl Source {
    /// An id of either kind; both look alike, so that the store is asked.
    pub(crate) async fn find(studio: &Studio, person: &PersonId, id: &str) -> Result<Self, Error> {
        let picture: PictureId = id.parse()?;
        match studio.store.pictures().picture(person, &picture).await {
            Ok(_) => Ok(Self::Picture(id.to_owned())),
            Err(danqing_store::Error::Missing { .. }) => Ok(Self::Upload(id.to_owned())),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps `bytes` for the person until the worker reads them.
    pub(crate) async fn handed_in(studio: &Studio, person: &Person, bytes: &[u8]) -> Result<Self, Error> {
        let mime =
            image::guess_format(bytes).map_or("application/octet-stream", |format| format.to_mime_type());
        let upload = studio.store.pictures().upload(&person.id, bytes, mime, UPLOAD_MS).await?;
        Ok(Self::Upload(upload.id.to_string()))
    }

    async fn bytes(&self, studio: &Studio, person: &PersonId) -> Result<Vec<u8>, Error> {
        let pictures = studio.store.pictures();
        match self {
            Self::Upload(id) => {
                let id: UploadId = id.parse()?;
                Ok(pictures.uploaded(person, &id).await?.1)
            }
            Self::Picture(id) => {
                let picture = pictures.picture(person, &id.parse()?).await?;
                Ok(pictures.bytes(&picture).await?)
            }
        }
    }
}

impl Beginning {
    /// The whole of `picture`, changed as much as is usual.
    pub(crate) fn new(picture: Source) -> Self {
        Self { picture, mask: None, inverted: false, strength: None, area: None }
    }

    /// The pictures themselves, checked.
    pub(crate) async fn incoming(
        &self,
        studio: &Arc<Studio>,
        person: &PersonId,
    ) -> Result<Arc<Incoming>, Error> {
        let file = self.picture.bytes(studio, person).await?;
        let mask = match &self.mask {
            Some(mask) => Some(mask.bytes(studio, person).await?),
            None => None,
        };
        let own = self.clone();
        let read = tokio::task::spawn_blocking(move || own.read(file, mask.as_deref()));
        read.await.map_err(|_| Error::Broken)?.map(Arc::new)
    }

    fn read(&self, file: Vec<u8>, mask: Option<&[u8]>) -> Result<Incoming, Error> {
        let strength = self.strength.unwrap_or(DEFAULT_STRENGTH);
        let strength = Strength::new(strength)
            .ok_or_else(|| Error::OutOfRange { setting: Setting::Strength, value: strength.to_string() })?;
        let area = match self.area.as_deref() {
            None => Area::default(),
            Some(text) => Area::parse(text)
                .ok_or_else(|| Error::UnknownArea { text: text.chars().take(40).collect() })?,
        };
        let painted = if self.inverted { Painted::Black } else { Painted::White };
        let mask =
            mask.map(|mask| pixels(mask, "mask").map(|mask| edit::mask(&mask, painted))).transpose()?;
        let picture = Arc::new(pixels(&file, "image")?);
        let edit = Edit::new(picture, mask.as_ref(), strength, area)
            .map_err(|source| Error::Edit { file: "image".into(), source })?;
        Ok(Incoming::new(edit, file))
    }
}

/// The pixels of a picture that came in, upright.
pub(crate) fn pixels(file: &[u8], name: &str) -> Result<RgbaImage, Error> {
    labelling::pixels(file).ok_or_else(|| Error::NotEditable { file: name.into() })
}

/// A PNG file of `picture`.
pub(crate) fn png(picture: &RgbaImage) -> Result<Vec<u8>, Error> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).map_err(|_| Error::Broken)?;
    Ok(bytes.into_inner())
}

/// The file of a picture that is `width` by `height`: the one that came in where it is, another where it is not.
pub(crate) fn sized(file: Vec<u8>, width: u32, height: u32) -> Result<Vec<u8>, Error> {
    let picture = pixels(&file, "image")?;
    if picture.dimensions() == (width, height) {
        return Ok(file);
    }
    png(&image::imageops::resize(&picture, width, height, FilterType::Lanczos3))
}

/// A mask whose holes are what is painted (transparent there), as one whose white is.
pub(crate) fn mask_of_holes(file: &[u8]) -> Result<Vec<u8>, Error> {
    let picture = pixels(file, "mask")?;
    let (width, height) = picture.dimensions();
    let white = GrayImage::from_fn(width, height, |x, y| image::Luma([255 - picture.get_pixel(x, y).0[3]]));
    let mut bytes = Cursor::new(Vec::new());
    white.write_to(&mut bytes, ImageFormat::Png).map_err(|_| Error::Broken)?;
    Ok(bytes.into_inner())
}
