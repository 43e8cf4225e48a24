//! Signed heads of the tree, and proofs as text that an outsider can check.
//!
//! Source: C2SP, signed-note, tlog-checkpoint and tlog-proof (version 1).

use std::io::Write as _;
use std::path::Path;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

use super::merkle::{Hash, proves_inclusion};
use crate::Error;
use crate::secret::{hex, random, sha256, unhex};

/// The type of Ed25519 in a signed note.
const ED25519_TYPE: u8 = 1;
const PROOF_HEADING: &str = "c2sp.org/tlog-proof@v1";

/// Signs the heads of one ledger.
pub struct LedgerKey {
    origin: String,
    pair: Ed25519KeyPair,
}

/// Checks the heads of one ledger; all that an outsider needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerVerifier {
    origin: String,
    public: Vec<u8>,
}

/// A head of the tree: how many entries, and the hash over them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
    /// The signed note, as it is published.
    pub note: String,
}

/// That an entry stands in the ledger, checkable without the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The entry's number.
    pub index: u64,
    /// The audit path, from the leaf upwards.
    pub path: Vec<Hash>,
    /// The signed head that it leads to.
    pub checkpoint: Checkpoint,
}

impl std::fmt::Debug for LedgerKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "LedgerKey({})", self.origin)
    }
}

impl LedgerKey {
    /// A key of Ed25519 from its seed. `origin` names the ledger for ever: a host and a path without a scheme,
    /// such as `studio.example.cn/ledger`, without blanks and plus signs.
    pub fn from_seed(origin: &str, seed: &[u8; 32]) -> Result<Self, Error> {
        let good =
            |character: char| !character.is_whitespace() && !character.is_control() && character != '+';
        if origin.is_empty() || !origin.chars().all(good) {
            return Err(Error::Origin(origin.to_owned()));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_rejected| Error::LedgerKey)?;
        Ok(Self { origin: origin.to_owned(), pair })
    }

    /// The key in the file `path`: its ledger's name in the first line, the seed in the second. Where there is no file, a
    /// new key for the ledger `origin` is written, readable by its owner alone.
    pub fn open_or_make(path: &Path, origin: &str) -> Result<Self, Error> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = format!("{origin}\n{}\n", hex(&random::<32>()?));
                written_once(path, &text).map_err(Error::file(path))?
            }
            Err(error) => return Err(Error::file(path)(error)),
        };
        let (origin, seed) = text.split_once('\n').ok_or(Error::LedgerKey)?;
        let seed = unhex(seed.trim()).and_then(|seed| seed.try_into().ok()).ok_or(Error::LedgerKey)?;
        Self::from_seed(origin, &seed)
    }

    /// The public half.
    pub fn verifier(&self) -> LedgerVerifier {
        let public = self.pair.public_key().as_ref().to_vec();
        LedgerVerifier { origin: self.origin.clone(), public }
    }

    pub(super) fn sign(&self, size: u64, root: Hash) -> Checkpoint {
        let text = format!("{}\n{size}\n{}\n", self.origin, STANDARD.encode(root));
        let mut signature = self.verifier().id().to_vec();
        signature.extend_from_slice(self.pair.sign(text.as_bytes()).as_ref());
        let note = format!("{text}\n\u{2014} {} {}\n", self.origin, STANDARD.encode(signature));
        Checkpoint { size, root, note }
    }
}

/// Writes `text` to a new file under another name first, and gives what stands in `path` then: another process may have been
/// faster.
fn written_once(path: &Path, text: &str) -> io::Result<String> {
    let half = path.with_extension(format!("new-{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&half)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // A link, unlike a new name, fails where the name is taken.
    let linked = fs::hard_link(&half, path);
    fs::remove_file(&half)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::read_to_string(path),
    }
}

impl LedgerVerifier {
    /// Reads the form that [`LedgerVerifier::encode`] writes.
    pub fn decode(text: &str) -> Result<Self, Error> {
        let mut parts = text.splitn(3, '+');
        let (Some(origin), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::LedgerKey);
        };
        let key = STANDARD.decode(key).map_err(|_malformed| Error::LedgerKey)?;
        let [ED25519_TYPE, public @ ..] = key.as_slice() else { return Err(Error::LedgerKey) };
        let verifier = Self { origin: origin.to_owned(), public: public.to_vec() };
        if public.len() == 32 && hex(&verifier.id()) == id { Ok(verifier) } else { Err(Error::LedgerKey) }
    }

    /// `origin+id+key`: what an operator publishes, in the form of signed-note.
    pub fn encode(&self) -> String {
        let mut key = vec![ED25519_TYPE];
        key.extend_from_slice(&self.public);
        format!("{}+{}+{}", self.origin, hex(&self.id()), STANDARD.encode(key))
    }

    /// The first four bytes of SHA-256 over name and key.
    fn id(&self) -> [u8; 4] {
        let hash = sha256(&[self.origin.as_bytes(), b"\n", &[ED25519_TYPE], &self.public]);
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Reads a checkpoint of this ledger, whose signature holds. Signatures of others on it are passed over.
    pub fn checkpoint(&self, note: &str) -> Result<Checkpoint, Error> {
        let (text, signatures) = note.split_once("\n\n").ok_or(Error::Proof { line: 1 })?;
        let text = format!("{text}\n");
        let mut lines = text.lines();
        if lines.next() != Some(self.origin.as_str()) {
            return Err(Error::Proof { line: 1 });
        }
        let size = lines.next().and_then(decimal).ok_or(Error::Proof { line: 2 })?;
        let root = lines.next().and_then(decode_hash).ok_or(Error::Proof { line: 3 })?;
        let signed = signatures.lines().any(|line| self.signed(&text, line));
        let line = text.lines().count() + 2;
        if signed { Ok(Checkpoint { size, root, note: note.to_owned() }) } else { Err(Error::Proof { line }) }
    }

    fn signed(&self, text: &str, line: &str) -> bool {
        let Some(rest) = line.strip_prefix("\u{2014} ") else { return false };
        let Some((name, signature)) = rest.split_once(' ') else { return false };
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let Some((id, signature)) = signature.split_at_checked(4) else { return false };
        let key = UnparsedPublicKey::new(&ED25519, &self.public);
        name == self.origin && id == self.id() && key.verify(text.as_bytes(), signature).is_ok()
    }

    /// Whether `proof` shows that an entry of the canonical bytes `entry` stands in this ledger.
    pub fn proves(&self, proof: &Proof, entry: &[u8]) -> bool {
        let Ok(head) = self.checkpoint(&proof.checkpoint.note) else { return false };
        let leaf = super::merkle::leaf_hash(entry);
        proves_inclusion(&leaf, proof.index, head.size, &proof.path, &head.root)
    }
}

impl Proof {
    /// The text form, `.tlog-proof`.
    pub fn encode(&self) -> String {
        let path: String = self.path.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
        format!("{PROOF_HEADING}\nindex {}\n{path}\n{}", self.index, self.checkpoint.note)
    }

    /// Reads the text form. Its checkpoint is checked against `verifier`, its path by [`LedgerVerifier::proves`].
    pub fn decode(text: &str, verifier: &LedgerVerifier) -> Result<Self, Error> {
        let (head, note) = text.split_once("\n\n").ok_or(Error::Proof { line: 1 })?;
        let mut lines = head.lines().enumerate().filter(|(_, line)| !line.starts_with("extra "));
        if lines.next().map(|(_, line)| line) != Some(PROOF_HEADING) {
            return Err(Error::Proof { line: 1 });
        }
        let index = lines.next().and_then(|(_, line)| decimal(line.strip_prefix("index ")?));
        let index = index.ok_or(Error::Proof { line: 2 })?;
        let path: Result<Vec<Hash>, Error> =
            lines.map(|(number, line)| decode_hash(line).ok_or(Error::Proof { line: number + 1 })).collect();
        Ok(Self { index, path: path?, checkpoint: verifier.checkpoint(note)? })
    }
}

/// A number without sign and leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn decode_hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> LedgerKey {
        LedgerKey::from_seed("studio.example.cn/ledger", &[7; 32]).expect("a seed")
    }

    #[test]
    fn a_checkpoint_reads_back_and_no_changed_one() {
        let checkpoint = key().sign(20, [9; 32]);
        let verifier = key().verifier();
        assert_eq!(verifier.checkpoint(&checkpoint.note).expect("as signed"), checkpoint);
        for (from, to) in [("\n20\n", "\n21\n"), ("studio", "studia"), ("\n20\n", "\n020\n")] {
            assert!(verifier.checkpoint(&checkpoint.note.replacen(from, to, 1)).is_err(), "{to}");
        }
    }

    #[test]
    fn a_published_key_reads_back() {
        let verifier = key().verifier();
        assert_eq!(LedgerVerifier::decode(&verifier.encode()).expect("as written"), verifier);
        assert!(LedgerVerifier::decode(&verifier.encode().replace("studio", "studia")).is_err());
    }

    #[test]
    fn the_key_of_the_specification_of_go_is_read() {
        // The public key of the checksum database of Go, published in its documentation.
        let text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
        assert_eq!(LedgerVerifier::decode(text).expect("published").encode(), text);
    }

    #[test]
    fn a_proof_reads_back() {
        let proof = Proof { index: 3, path: vec![[1; 32], [2; 32]], checkpoint: key().sign(4, [9; 32]) };
        assert_eq!(Proof::decode(&proof.encode(), &key().verifier()).expect("as written"), proof);
        let broken = proof.encode().replace("index 3", "index x");
        assert!(matches!(Proof::decode(&broken, &key().verifier()), Err(Error::Proof { line: 2 })));
    }
}
