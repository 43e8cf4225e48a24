//! The files of keys: written whole or not at all, readable by their owner alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::certificates::{Algorithm, Certificate, Root};
use super::{KeyError, Signing, WatermarkKey, random};

/// Larger than any file of keys.
const MOST_BYTES: u64 = 1 << 20;

/// One generation, read.
pub(super) struct Generation {
    pub(super) number: u32,
    pub(super) root_pem: String,
    pub(super) signing: Signing,
    pub(super) watermark: WatermarkKey,
    pub(super) label: Zeroizing<[u8; 32]>,
    pub(super) label_public: String,
}

impl Generation {
    /// The root with its key, to issue the next signer.
    pub(super) fn root(&self, folder: &Path) -> Result<Root, KeyError> {
        let path = folder.join(self.number.to_string()).join("root.key");
        Root::read(&self.root_pem, &text(&path)?).ok_or(KeyError::Damaged { path })
    }
}

/// The files of one generation, to be written.
pub(super) struct Files {
    public: Vec<(&'static str, String)>,
    secret: Vec<(&'static str, Zeroizing<String>)>,
}

impl Files {
    /// New keys under `root`.
    pub(super) fn make(root: &Root, algorithm: Algorithm) -> Result<Self, KeyError> {
        let (signer_pem, signer_key) = root.issue(algorithm)?;
        let label = label_secret()?;
        let public = crate::signature::public_key(&label).ok_or(KeyError::NoRandomness)?;
        Ok(Self {
            public: vec![
                ("root.pem", root.certificate_pem().to_owned()),
                ("signer.pem", signer_pem),
                ("label.pub", public + "\n"),
            ],
            secret: vec![
                ("root.key", root.key_pem()?),
                ("signer.key", signer_key),
                ("watermark.key", hex(&Zeroizing::new(random()?))),
                ("label.key", hex(&label)),
            ],
        })
    }
}

/// A private key of SM2: below the curve's order, whose first bytes are `FFFFFFFE`.
fn label_secret() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    loop {
        let secret = Zeroizing::new(random::<32>()?);
        if secret[0] != 0xFF {
            return Ok(secret);
        }
    }
}

/// Every generation in `folder`, oldest first.
pub(super) fn read(folder: &Path) -> Result<Vec<Generation>, KeyError> {
    let unreadable = |source| KeyError::Folder { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(unreadable(source)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(unreadable)?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    let newest = numbers.last().copied();
    numbers.into_iter().map(|number| read_one(folder, number, Some(number) == newest)).collect()
}

/// What is still there of generation `number`: without the keys that sign, unless it is the newest.
fn read_one(folder: &Path, number: u32, newest: bool) -> Result<Generation, KeyError> {
    let folder = folder.join(number.to_string());
    let certificates = |name: &str| {
        let path = folder.join(name);
        let text = text(&path)?;
        if Certificate::read(&text).is_empty() {
            return Err(KeyError::Damaged { path });
        }
        Ok(text.to_string())
    };
    let bytes = |name: &str| {
        let path = folder.join(name);
        unhex(&text(&path)?).ok_or(KeyError::Damaged { path })
    };
    let chain_pem = certificates("signer.pem")?;
    let signing = if newest {
        let path = folder.join("signer.key");
        let key = text(&path)?;
        Signing::new(chain_pem, key.to_string()).map_err(|_| KeyError::Damaged { path })?
    } else {
        Signing { chain_pem, key_pem: Zeroizing::default(), algorithm: Algorithm::default() }
    };
    Ok(Generation {
        number,
        root_pem: certificates("root.pem")?,
        signing,
        watermark: WatermarkKey(bytes("watermark.key")?),
        label: if newest { bytes("label.key")? } else { Zeroizing::default() },
        label_public: text(&folder.join("label.pub"))?.trim().to_owned(),
    })
}

/// Writes generation `number`: into a folder without a name first, which then gets it.
pub(super) fn place(folder: &Path, number: u32, files: &Files) -> Result<(), KeyError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| KeyError::Folder { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let fresh = tempfile::Builder::new().prefix(".new-").tempdir_in(folder).map_err(failed(folder))?;
    owner_only(fresh.path()).map_err(failed(fresh.path()))?;
    for (name, content) in &files.public {
        write(&fresh.path().join(name), content, 0o644)?;
    }
    for (name, content) in &files.secret {
        write(&fresh.path().join(name), content, 0o600)?;
    }
    let named = folder.join(number.to_string());
    // A folder that is there and not empty refuses the rename: another process was faster.
    match fs::rename(fresh.path(), &named) {
        Ok(()) => Ok(()),
        Err(_) if named.exists() => Err(KeyError::Exists { path: folder.to_owned() }),
        Err(source) => Err(KeyError::Folder { path: named, source }),
    }
}

/// Removes from generation `number` what signs.
pub(super) fn retire(folder: &Path, number: u32) -> Result<(), KeyError> {
    for name in ["signer.key", "label.key", "root.key"] {
        let path = folder.join(number.to_string()).join(name);
        fs::remove_file(&path).map_err(|source| KeyError::Folder { path, source })?;
    }
    Ok(())
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "other systems inherit the folder's rights"))]
fn write(path: &Path, content: &str, mode: u32) -> Result<(), KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|source| KeyError::Folder { path: path.to_owned(), source })
}

#[cfg(unix)]
fn owner_only(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> io::Result<()> {
    Ok(())
}

fn text(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::Folder { path: path.to_owned(), source };
    if fs::metadata(path).map_err(failed)?.len() > MOST_BYTES {
        return Err(KeyError::Damaged { path: PathBuf::from(path) });
    }
    let bytes = fs::read(path).map_err(failed)?;
    String::from_utf8(bytes).map(Zeroizing::new).map_err(|_| KeyError::Damaged { path: path.to_owned() })
}

/// One line of hexadecimal digits.
fn hex(bytes: &Zeroizing<[u8; 32]>) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(65));
    for byte in bytes.iter() {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text.push('\n');
    text
}

fn unhex(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let digits = text.trim();
    let mut bytes = Zeroizing::new([0; 32]);
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().as_chunks::<2>().0) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
