//! The tar file itself, on a thread where waiting for the disk harms nobody.

use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::Error;

/// Pieces between the two sides.
const WAITING: usize = 4;

/// One file in the archive.
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

pub(super) struct Writer {
    pieces: mpsc::Sender<Piece>,
    thread: JoinHandle<Result<(), Error>>,
}

pub(super) struct Reader {
    pieces: mpsc::Receiver<Piece>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Writer {
    pub(super) fn create(path: &Path) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let path = path.to_owned();
        Self { pieces: sender, thread: tokio::task::spawn_blocking(move || write(&path, receiver)) }
    }

    pub(super) async fn put(&self, name: String, bytes: Vec<u8>) -> Result<(), Error> {
        // Nobody receives where the thread has failed; `end` tells why.
        let stopped = |_piece| Error::Archive("its file could not be written".to_owned());
        self.pieces.send(Piece { name, bytes }).await.map_err(stopped)
    }

    /// Gives the file its name.
    pub(super) async fn end(self) -> Result<(), Error> {
        let end = Piece { name: String::new(), bytes: Vec::new() };
        let _failed_and_told_below = self.pieces.send(end).await;
        self.thread.await?
    }
}

/// Without the empty piece at the end the writer was dropped, and the file goes.
fn write(path: &Path, mut pieces: mpsc::Receiver<Piece>) -> Result<(), Error> {
    let draft = PathBuf::from(format!("{}.part", path.display()));
    let written = (|| {
        let mut tar = tar::Builder::new(BufWriter::new(File::create(&draft)?));
        while let Some(Piece { name, bytes }) = pieces.blocking_recv() {
            if name.is_empty() {
                let file = tar.into_inner()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
                file.sync_all()?;
                return fs::rename(&draft, path);
            }
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o600);
            tar.append_data(&mut header, &name, bytes.as_slice())?;
        }
        tar.get_mut().flush()?;
        fs::remove_file(&draft)
    })();
    written.map_err(|source| {
        let _gone_or_never_made = fs::remove_file(&draft);
        Error::file(path)(source)
    })
}

impl Reader {
    pub(super) fn open(path: &Path) -> Self {
        let (sender, pieces) = mpsc::channel(WAITING);
        let path = path.to_owned();
        let thread = tokio::task::spawn_blocking(move || read(&path, &sender));
        Self { pieces, thread: Some(thread) }
    }

    /// The next piece; none at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Piece>, Error> {
        if let Some(piece) = self.pieces.recv().await {
            return Ok(Some(piece));
        }
        match self.thread.take() {
            Some(thread) => thread.await?.map(|()| None),
            None => Ok(None),
        }
    }
}

fn read(path: &Path, pieces: &mpsc::Sender<Piece>) -> Result<(), Error> {
    let mut tar = tar::Archive::new(BufReader::new(File::open(path).map_err(Error::file(path))?));
    for entry in tar.entries().map_err(Error::file(path))? {
        let mut entry = entry.map_err(Error::file(path))?;
        let name = entry.path().map_err(Error::file(path))?.display().to_string();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(Error::file(path))?;
        if pieces.blocking_send(Piece { name, bytes }).is_err() {
            return Ok(());
        }
    }
    Ok(())
}
