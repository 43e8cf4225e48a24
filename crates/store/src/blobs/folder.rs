//! Blobs in a local folder.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Found, is_key, path_of};
use crate::Error;
use crate::secret::{hex, random};

/// A writer is done or dead after this time; its nameless file may go.
const NAMELESS_FOR: Duration = Duration::from_secs(3600);
const NAMELESS: &str = "nameless";

#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(super) async fn open(root: PathBuf) -> Result<Self, Error> {
        blocking(move || {
            let nameless = root.join(NAMELESS);
            fs::create_dir_all(&nameless).map_err(Error::file(&nameless))?;
            Ok(Self { root })
        })
        .await
    }

    fn path(&self, key: &str) -> PathBuf {
        self.root.join(path_of(key))
    }

    pub(super) async fn put(&self, key: &str, bytes: &[u8]) -> Result<(), Error> {
        let (path, nameless) = (self.path(key), self.root.join(NAMELESS));
        let (key, bytes) = (key.to_owned(), bytes.to_vec());
        blocking(move || {
            // A blob with its name is whole, because it got it last. One of another length was damaged later.
            if fs::metadata(&path).is_ok_and(|found| found.len() == bytes.len() as u64) {
                return Ok(());
            }
            let folder = path.parent().unwrap_or(&path);
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
            let draft = nameless.join(format!("{key}.{}", hex(&random::<8>()?)));
            write(&draft, &bytes).and_then(|()| fs::rename(&draft, &path)).map_err(|source| {
                // A full disk should not stay full of halves.
                let _gone_or_tidied_later = fs::remove_file(&draft);
                Error::file(&path)(source)
            })?;
            // The names are on the disk once their folders are.
            sync(folder)?;
            sync(folder.parent().unwrap_or(folder))
        })
        .await
    }

    pub(super) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = self.path(key);
        blocking(move || match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::file(&path)(error)),
        })
        .await
    }

    pub(super) async fn exists(&self, key: &str) -> Result<bool, Error> {
        let path = self.path(key);
        blocking(move || path.try_exists().map_err(Error::file(&path))).await
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        let path = self.path(key);
        blocking(move || match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::file(&path)(error)),
            _ => Ok(()),
        })
        .await
    }

    pub(super) async fn list(&self) -> Result<Vec<Found>, Error> {
        let root = self.root.clone();
        blocking(move || {
            let mut found = Vec::new();
            for folder in children(&root)? {
                if folder.is_dir() && folder.file_name().is_some_and(|name| name.len() == 2) {
                    found.extend(children(&folder)?.iter().filter_map(|path| blob(path)));
                }
            }
            Ok(found)
        })
        .await
    }

    pub(super) async fn tidy(&self) -> Result<(), Error> {
        let nameless = self.root.join(NAMELESS);
        blocking(move || {
            for draft in children(&nameless)? {
                let age = fs::metadata(&draft).and_then(|draft| draft.modified()).ok();
                let age = age.and_then(|modified| SystemTime::now().duration_since(modified).ok());
                if age.is_some_and(|age| age > NAMELESS_FOR) {
                    fs::remove_file(&draft).map_err(Error::file(&draft))?;
                }
            }
            Ok(())
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await?
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(Error::file(folder))
}

fn children(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = fs::read_dir(folder).map_err(Error::file(folder))?;
    read.map(|child| child.map(|child| child.path()).map_err(Error::file(folder))).collect()
}

fn blob(path: &Path) -> Option<Found> {
    let key = path.file_name()?.to_str().filter(|name| is_key(name))?.to_owned();
    let modified = fs::metadata(path).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Found { key, modified_ms: i64::try_from(modified.as_millis()).ok()? })
}
