//! Files that come with a form.

use axum::extract::Multipart;

use crate::error::Error;
use crate::serve::too_large;
use crate::studio::Studio;

/// A file as it came in.
pub(super) struct File {
    /// As the browser named it, without folders.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// The first file of the form's field `file`; none where nothing was chosen.
pub(super) async fn file(studio: &Studio, mut form: Multipart) -> Result<Option<File>, Error> {
    while let Some(field) = form.next_field().await.map_err(|error| too_large(studio, error))? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|error| too_large(studio, error))?.to_vec();
        if !bytes.is_empty() {
            return Ok(Some(File { name, bytes }));
        }
    }
    Ok(None)
}
