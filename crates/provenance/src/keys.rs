//! Keys: made at the first run, kept in one folder, renewed on request.
//!
//! One *generation* of keys is a folder of its own under the keys' folder, named by its number. It appears by one
//! rename, so that two programs that start for the first time at once agree, and no half generation is ever seen.
//! [`Keys::rotate`] makes the next one. Of earlier generations everything public stays, and the watermark's key too, since
//! a watermark is found only with the key that wrote it; what could still sign is removed.
//!
//! | file | what | after a rotation |
//! |---|---|---|
//! | `root.pem`, `root.key` | the installation's own root of trust | carried on |
//! | `signer.pem` | certificates, the signer's first, the root left out | kept |
//! | `signer.key` | signs manifests | removed |
//! | `watermark.key` | writes and finds watermarks | kept |
//! | `label.key` | SM2: signs implicit labels (`ReservedCode1`) | removed |
//! | `label.pub` | its public half | kept |
//!
//! Secrets never print: `Debug` leaves them out, and memory that held them is cleared.

mod certificates;
mod folder;

use std::fmt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

pub use certificates::{Algorithm, Certificate};

use crate::watermark::Key;
use certificates::Root;
use folder::{Files, Generation};

/// What went wrong with keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The folder or a file in it cannot be read or written.
    #[error("the keys in `{path}` cannot be read or written: {source}")]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("the key file `{path}` is damaged")]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Keys are there already.
    #[error("there are keys in `{path}` already")]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// No keys are there.
    #[error("there are no keys in `{path}`")]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// A key's kind cannot sign manifests.
    #[error("the private key is of no kind that signs manifests")]
    UnknownKind,
    /// A certificate could not be made.
    #[error("no certificate could be made: {reason}")]
    Certificate {
        /// As the maker of certificates has it.
        reason: String,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

impl KeyError {
    /// What a person can do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Folder { .. } => "check the folder's owner and permissions",
            Self::Damaged { .. } => {
                "restore the keys' folder from a backup, or move it away and make new keys"
            }
            Self::Exists { .. } => "rotate them instead",
            Self::Missing { .. } => "make them first",
            Self::UnknownKind => {
                "use PKCS #8 in PEM: ECDSA on P-256 or P-384, Ed25519, or RSA with 2048 bits and more"
            }
            Self::Certificate { .. } | Self::NoRandomness => "check the system's clock and entropy",
        }
    }
}

/// What signs a manifest: a chain of certificates and the private key of the first.
#[derive(Clone)]
pub struct Signing {
    pub(crate) chain_pem: String,
    pub(crate) key_pem: Zeroizing<String>,
    pub(crate) algorithm: Algorithm,
}

impl Signing {
    /// An operator's own chain, leaf first and without the root, with its PKCS #8 key; both in PEM.
    ///
    /// # Errors
    ///
    /// [`KeyError::UnknownKind`] where the key cannot sign manifests. Whether the certificates are of the profile that
    /// C2PA wants shows when the first file is signed and read back.
    pub fn new(chain_pem: String, key_pem: String) -> Result<Self, KeyError> {
        let key_pem = Zeroizing::new(key_pem);
        let algorithm = Algorithm::of_key(&key_pem).ok_or(KeyError::UnknownKind)?;
        Ok(Self { chain_pem, key_pem, algorithm })
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A watermark's secret key.
#[derive(Clone)]
pub struct WatermarkKey(Zeroizing<[u8; 32]>);

impl WatermarkKey {
    /// The key itself.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// As embedding and detecting take it.
    pub fn key(&self) -> Key {
        Key(*self.0)
    }

    /// The first 8 hexadecimal digits of its SHA-256: names the key without telling it.
    pub fn name(&self) -> String {
        Sha256::digest(self.0.as_slice()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl From<[u8; 32]> for WatermarkKey {
    fn from(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

/// The keys of one installation: the newest generation, and what earlier ones left.
pub struct Keys {
    folder: PathBuf,
    newest: Generation,
    earlier: Vec<Generation>,
}

impl Keys {
    /// Reads the keys in `folder`; `None` if there are none yet.
    ///
    /// # Errors
    ///
    /// [`KeyError::Folder`] and [`KeyError::Damaged`].
    pub fn open(folder: &Path) -> Result<Option<Self>, KeyError> {
        let mut generations = folder::read(folder)?;
        let newest = generations.pop();
        Ok(newest.map(|newest| Self { folder: folder.to_owned(), newest, earlier: generations }))
    }

    /// Reads the keys in `folder`, and makes them first where there are none.
    ///
    /// # Errors
    ///
    /// As [`Keys::open`] and [`Keys::make`].
    pub fn open_or_make(folder: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        if let Some(keys) = Self::open(folder)? {
            return Ok(keys);
        }
        match Self::make(folder, algorithm) {
            // Another process was faster; its keys are as good.
            Err(KeyError::Exists { .. }) => {
                Self::open(folder)?.ok_or_else(|| KeyError::Missing { path: folder.to_owned() })
            }
            made => made,
        }
    }

    /// Makes the first keys: an own root, a signer under it, a watermark key and an SM2 key.
    ///
    /// # Errors
    ///
    /// [`KeyError::Exists`] where there are keys already.
    pub fn make(folder: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        if !folder::read(folder)?.is_empty() {
            return Err(KeyError::Exists { path: folder.to_owned() });
        }
        let root = Root::make(algorithm)?;
        folder::place(folder, 1, &Files::make(&root, algorithm)?)?;
        Self::open(folder)?.ok_or_else(|| KeyError::Missing { path: folder.to_owned() })
    }

    /// Makes the next generation under the same root and removes from the earlier ones what could sign.
    ///
    /// # Errors
    ///
    /// [`KeyError::Missing`] where there is none to follow.
    pub fn rotate(folder: &Path, algorithm: Algorithm) -> Result<Self, KeyError> {
        let keys = Self::open(folder)?.ok_or_else(|| KeyError::Missing { path: folder.to_owned() })?;
        let root = keys.newest.root(folder)?;
        folder::place(folder, keys.newest.number + 1, &Files::make(&root, algorithm)?)?;
        folder::retire(folder, keys.newest.number)?;
        Self::open(folder)?.ok_or_else(|| KeyError::Missing { path: folder.to_owned() })
    }

    /// Where they are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The newest generation's root certificate, for others to trust.
    pub fn root_file(&self) -> PathBuf {
        self.folder.join(self.newest.number.to_string()).join("root.pem")
    }

    /// Number of the newest generation, counted from 1.
    pub fn generation(&self) -> u32 {
        self.newest.number
    }

    /// What signs manifests.
    pub fn signing(&self) -> &Signing {
        &self.newest.signing
    }

    /// Puts an operator's chain and key in place of the installation's own; the other keys stay.
    #[must_use]
    pub fn with_signing(mut self, signing: Signing) -> Self {
        self.newest.signing = signing;
        self
    }

    /// What writes watermarks.
    pub fn watermark(&self) -> &WatermarkKey {
        &self.newest.watermark
    }

    /// What finds watermarks: the newest first.
    pub fn watermarks(&self) -> impl Iterator<Item = &WatermarkKey> {
        self.all().map(|generation| &generation.watermark)
    }

    /// The SM2 private key that signs implicit labels: 32 bytes, most significant first.
    pub fn label_secret(&self) -> &[u8; 32] {
        &self.newest.label
    }

    /// Public keys of implicit labels, SPKI in hexadecimal, the newest first.
    pub fn label_public(&self) -> impl Iterator<Item = &str> {
        self.all().map(|generation| generation.label_public.as_str())
    }

    /// Roots of trust in PEM, the newest first.
    pub fn roots(&self) -> impl Iterator<Item = &str> {
        self.all().map(|generation| generation.root_pem.as_str())
    }

    /// The certificates of the newest generation, leaf first, root last.
    pub fn certificates(&self) -> Vec<Certificate> {
        let chain = &self.newest.signing.chain_pem;
        Certificate::read(chain).into_iter().chain(Certificate::read(&self.newest.root_pem)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &Generation> {
        std::iter::once(&self.newest).chain(self.earlier.iter().rev())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Keys")
            .field("folder", &self.folder)
            .field("generation", &self.newest.number)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WatermarkKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WatermarkKey({})", self.name())
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signing").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

/// `N` bytes from the system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], KeyError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_first_run_makes_keys_and_the_next_finds_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = folder.path().join("data/keys");
        assert!(Keys::open(&keys).expect("readable").is_none(), "none yet");
        let made = Keys::open_or_make(&keys, Algorithm::Es256).expect("made");
        let found = Keys::open_or_make(&keys, Algorithm::Ed25519).expect("found");
        assert_eq!(made.watermark().bytes(), found.watermark().bytes(), "the same");
        assert_eq!(found.signing().algorithm, Algorithm::Es256, "as made, not as asked for later");
        assert!(
            matches!(Keys::make(&keys, Algorithm::Es256), Err(KeyError::Exists { .. })),
            "never over others"
        );
    }

    #[test]
    fn rotation_keeps_what_verifies_and_removes_what_signs() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = folder.path();
        assert!(
            matches!(Keys::rotate(keys, Algorithm::Es256), Err(KeyError::Missing { .. })),
            "nothing to renew"
        );
        let first = Keys::make(keys, Algorithm::Es256).expect("made");
        let second = Keys::rotate(keys, Algorithm::Ed25519).expect("renewed");
        assert_eq!(second.generation(), 2, "the next number");
        assert_eq!(second.signing().algorithm, Algorithm::Ed25519, "another algorithm");
        let names: Vec<String> = second.watermarks().map(WatermarkKey::name).collect();
        assert_eq!(
            names,
            [second.watermark().name(), first.watermark().name()],
            "both find their watermarks"
        );
        assert_ne!(names[0], names[1], "a new key");
        assert_eq!(second.label_public().count(), 2, "both label keys are known");
        let roots: Vec<&str> = second.roots().collect();
        assert_eq!(roots[0], roots[1], "one root");
        for gone in ["1/signer.key", "1/label.key", "1/root.key"] {
            assert!(!keys.join(gone).exists(), "{gone}");
        }
        assert!(keys.join("1/signer.pem").exists() && keys.join("2/root.key").exists(), "kept");
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_secrets() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let keys = folder.path().join("keys");
        Keys::make(&keys, Algorithm::Es256).expect("made");
        let mode = |path: &str| fs::metadata(keys.join(path)).expect(path).permissions().mode() & 0o777;
        for file in ["1/root.key", "1/signer.key", "1/watermark.key", "1/label.key"] {
            assert_eq!(mode(file), 0o600, "{file}");
        }
        assert_eq!(mode("1"), 0o700, "the folder");
    }

    #[test]
    fn secrets_do_not_print() {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = Keys::make(folder.path(), Algorithm::Es256).expect("made");
        let printed = format!("{keys:?} {:?} {:?}", keys.signing(), keys.watermark());
        let secret = fs::read_to_string(folder.path().join("1/watermark.key")).expect("readable");
        assert!(!printed.contains(secret.trim()) && !printed.contains("PRIVATE"), "{printed}");
    }

    #[test]
    fn damaged_keys_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        Keys::make(folder.path(), Algorithm::Es256).expect("made");
        for file in ["watermark.key", "label.key", "signer.key", "root.pem"] {
            let path = folder.path().join("1").join(file);
            let sound = fs::read(&path).expect("readable");
            fs::write(&path, "zz").expect("writable");
            let error = Keys::open(folder.path()).expect_err(file);
            assert!(error.to_string().contains(file), "{error}");
            fs::write(&path, sound).expect("writable");
        }
        assert!(Keys::open(folder.path()).expect("sound again").is_some(), "restored");
    }
}
