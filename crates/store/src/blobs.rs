//! Files under the SHA-256 of their bytes: a folder, or a bucket of an S3-compatible service.
//!
//! A blob is written before the row that names it: an orphaned blob is rubbish, an orphaned row would be a lie.

#[cfg(feature = "s3")]
mod bucket;
mod folder;

use std::path::PathBuf;

use crate::Error;
use crate::secret::{hex, sha256};
use folder::Folder;

#[cfg(feature = "s3")]
pub use bucket::Bucket;

/// Where blobs are kept.
#[derive(Clone, Debug)]
pub enum BlobPlace {
    /// A local folder, made where it is missing.
    Folder(PathBuf),
    /// A bucket of an S3-compatible service.
    #[cfg(feature = "s3")]
    Bucket(Bucket),
}

#[derive(Clone, Debug)]
pub(crate) enum Blobs {
    Folder(Folder),
    #[cfg(feature = "s3")]
    Bucket(bucket::Opened),
}

/// A blob that is there, and since when.
pub(crate) struct Found {
    pub(crate) key: String,
    pub(crate) modified_ms: i64,
}

impl Blobs {
    pub(crate) async fn open(place: BlobPlace) -> Result<Self, Error> {
        Ok(match place {
            BlobPlace::Folder(path) => Self::Folder(Folder::open(path).await?),
            #[cfg(feature = "s3")]
            BlobPlace::Bucket(bucket) => Self::Bucket(bucket.open()?),
        })
    }

    /// Keeps `bytes` and gives their key. When it returns they are on the disk, or in the bucket.
    pub(crate) async fn put(&self, bytes: &[u8]) -> Result<String, Error> {
        let key = key_of(bytes);
        match self {
            Self::Folder(folder) => folder.put(&key, bytes).await?,
            #[cfg(feature = "s3")]
            Self::Bucket(bucket) => bucket.put(&key, bytes).await?,
        }
        Ok(key)
    }

    /// The bytes of a blob, checked against their key.
    pub(crate) async fn get(&self, key: &str) -> Result<Vec<u8>, Error> {
        let bytes = match self {
            Self::Folder(folder) => folder.get(key).await?,
            #[cfg(feature = "s3")]
            Self::Bucket(bucket) => bucket.get(key).await?,
        };
        let bytes = bytes.ok_or_else(|| Error::BlobMissing(key.to_owned()))?;
        if key_of(&bytes) == key { Ok(bytes) } else { Err(Error::BlobDamaged(key.to_owned())) }
    }

    pub(crate) async fn exists(&self, key: &str) -> Result<bool, Error> {
        match self {
            Self::Folder(folder) => folder.exists(key).await,
            #[cfg(feature = "s3")]
            Self::Bucket(bucket) => bucket.exists(key).await,
        }
    }

    /// Whether the place can be asked.
    pub(crate) async fn ping(&self) -> Result<(), Error> {
        self.exists(&key_of(b"")).await.map(drop)
    }

    /// Deletes a blob; one that is gone already is no error.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => folder.delete(key).await,
            #[cfg(feature = "s3")]
            Self::Bucket(bucket) => bucket.delete(key).await,
        }
    }

    /// All blobs.
    pub(crate) async fn list(&self) -> Result<Vec<Found>, Error> {
        match self {
            Self::Folder(folder) => folder.list().await,
            #[cfg(feature = "s3")]
            Self::Bucket(bucket) => bucket.list().await,
        }
    }

    /// Removes what interrupted writers left, where there is such a thing.
    pub(crate) async fn tidy(&self) -> Result<(), Error> {
        match self {
            Self::Folder(folder) => folder.tidy().await,
            #[cfg(feature = "s3")]
            Self::Bucket(_) => Ok(()),
        }
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn key_of(bytes: &[u8]) -> String {
    hex(&sha256(&[bytes]))
}

/// Whether a name could be a key; anything else in the place is not ours.
pub(crate) fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `ab/abcdef...`: 256 folders hold tens of thousands of files better than one.
pub(crate) fn path_of(key: &str) -> String {
    format!("{}/{key}", key.get(..2).unwrap_or(key))
}
