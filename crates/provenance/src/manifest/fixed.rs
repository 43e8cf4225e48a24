//! Manifests without chance: the same claim over the same file gives the same bytes.
//!
//! The foreign crate salts every assertion with random bytes. Salts keep secret what is redacted later; nothing of ours is,
//! so they are replaced by bytes that follow from the claim, the hashes that cover them are brought up to date, and the
//! claim is signed again. No length changes.
//!
//! Source: JUMBF, ISO/IEC 19566-5:2023 (boxes); C2PA 2.3, 8.4.2.3 (hashes of assertions cover the content of their
//! superbox); COSE, RFC 9052, section 4.4 (`Sig_structure`).

use std::ops::Range;

use c2pa::{Builder, Signer};
use sha2::{Digest, Sha256};

/// Bytes of a salt, as the foreign crate makes them.
const SALT_BYTES: usize = 16;

/// `file` with its newest manifest settled; `store` is the manifest store in it as the foreign crate gave it. `None`
/// where the store is not of the expected form: then the file is as good, only not repeatable.
pub(super) fn settled(
    file: &[u8],
    store: &[u8],
    mime: &str,
    unique: &[u8; 16],
    signer: &dyn Signer,
) -> Option<Vec<u8>> {
    let mut fixed = store.to_vec();
    let root = Superbox::read(store, 0..store.len())?;
    let manifest = root.children.last()?;
    let parts = Parts::of(manifest)?;
    settle_hashes(&mut fixed, manifest, &parts, unique);
    sign_again(&mut fixed, store, &parts, signer)?;

    // As the format wraps it, with checksums and lengths of blocks; formats that wrap nothing hold the store as it is.
    let composed = |store: &[u8]| Builder::composed_manifest(store, mime).ok();
    let wrapped = composed(store).zip(composed(&fixed)).and_then(|(old, new)| exchanged(file, &old, &new));
    wrapped.or_else(|| exchanged(file, store, &fixed).filter(|_| mime != "image/png"))
}

/// `file` with `new` where `old` was, of the same length.
fn exchanged(file: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let at = file.windows(old.len()).position(|window| window == old).filter(|_| old.len() == new.len())?;
    let mut file = file.to_vec();
    file.get_mut(at..at + old.len())?.copy_from_slice(new);
    Some(file)
}

/// A box that holds boxes, by its places in the store.
struct Superbox {
    label: String,
    /// Without the header: what hashes cover.
    content: Range<usize>,
    salt: Option<Range<usize>>,
    children: Vec<Self>,
    /// Content of the first box that holds data.
    data: Option<Range<usize>>,
}

impl Superbox {
    fn read(bytes: &[u8], place: Range<usize>) -> Option<Self> {
        let (kind, content) = header(bytes, place)?;
        if kind != *b"jumb" {
            return None;
        }
        let (kind, description) = header(bytes, content.clone())?;
        if kind != *b"jumd" {
            return None;
        }
        let toggles = *bytes.get(description.start + 16)?;
        let named = bytes.get(description.start + 17..description.end)?;
        let length = named.iter().position(|byte| *byte == 0)?;
        let label = String::from_utf8(named[..length].to_vec()).ok()?;
        let mut found =
            Self { label, content: content.clone(), salt: None, children: Vec::new(), data: None };
        if toggles & 0x10 != 0 {
            let private = description.start + 17 + length + 1..description.end;
            found.salt = header(bytes, private).filter(|(kind, _)| kind == b"c2sh").map(|(_, salt)| salt);
        }
        let mut at = description.end;
        while at < content.end {
            let (kind, inner) = header(bytes, at..content.end)?;
            if kind == *b"jumb" {
                found.children.push(Self::read(bytes, at..inner.end)?);
            } else if found.data.is_none() {
                found.data = Some(inner.clone());
            }
            at = inner.end;
        }
        Some(found)
    }

    fn child(&self, label: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.label == label)
    }
}

/// Type and content of the box that begins `place`.
fn header(bytes: &[u8], place: Range<usize>) -> Option<([u8; 4], Range<usize>)> {
    let head = bytes.get(place.start..place.start.checked_add(8)?)?;
    let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let end = place.start.checked_add(length)?;
    (length >= 8 && end <= place.end).then_some(([head[4], head[5], head[6], head[7]], place.start + 8..end))
}

/// What of a manifest is signed and hashed.
struct Parts {
    claim: Range<usize>,
    signature: Range<usize>,
    /// Salted boxes: content and salt.
    salted: Vec<(Range<usize>, Range<usize>)>,
}

impl Parts {
    fn of(manifest: &Superbox) -> Option<Self> {
        let stores =
            ["c2pa.assertions", "c2pa.databoxes"].into_iter().filter_map(|label| manifest.child(label));
        let salted = stores.flat_map(|store| &store.children).filter_map(|part| {
            let salt = part.salt.clone().filter(|salt| salt.len() == SALT_BYTES)?;
            Some((part.content.clone(), salt))
        });
        Some(Self {
            salted: salted.collect(),
            claim: manifest.child("c2pa.claim.v2")?.data.clone()?,
            signature: manifest.child("c2pa.signature")?.data.clone()?,
        })
    }
}

/// Gives every box a salt that follows from `unique`, and replaces hashes of boxes wherever they stand, until none
/// changes: assertions may name each other, though never in a circle.
fn settle_hashes(store: &mut [u8], manifest: &Superbox, parts: &Parts, unique: &[u8; 16]) {
    let hash =
        |store: &[u8], content: &Range<usize>| -> [u8; 32] { Sha256::digest(&store[content.clone()]).into() };
    let mut hashes: Vec<[u8; 32]> = parts.salted.iter().map(|(content, _)| hash(store, content)).collect();
    for (index, (_, salt)) in (0_u32..).zip(&parts.salted) {
        let bytes =
            Sha256::new().chain_update(b"salt").chain_update(unique).chain_update(index.to_be_bytes());
        store[salt.clone()].copy_from_slice(&bytes.finalize()[..SALT_BYTES]);
    }
    for _ in 0..=parts.salted.len() {
        for (known, (content, _)) in hashes.iter_mut().zip(&parts.salted) {
            let new = hash(store, content);
            if new != *known {
                replace(&mut store[manifest.content.clone()], known, &new);
                *known = new;
            }
        }
    }
}

fn replace(bytes: &mut [u8], old: &[u8; 32], new: &[u8; 32]) {
    let mut at = 0;
    while at + old.len() <= bytes.len() {
        if bytes[at..].starts_with(old) {
            bytes[at..at + new.len()].copy_from_slice(new);
            at += new.len();
        } else {
            at += 1;
        }
    }
}

/// Signs the claim as it is now. The signature is the last thing in its box.
fn sign_again(store: &mut [u8], before: &[u8], parts: &Parts, signer: &dyn Signer) -> Option<()> {
    let cose = &before[parts.signature.clone()];
    // Tag 18, an array of four: protected header, unprotected header, payload, signature.
    let protected = byte_string(cose.strip_prefix(&[0xD2, 0x84])?)?;
    let claim = &store[parts.claim.clone()];
    let mut message = b"\x84\x6ASignature1".to_vec();
    message.extend(protected);
    message.push(0x40); // no additional data
    let length = u32::try_from(claim.len()).ok()?;
    match u16::try_from(length) {
        Ok(short) if short > 0xFF => {
            message.push(0x59);
            message.extend(short.to_be_bytes());
        }
        _ => return None, // claims have some hundreds of bytes
    }
    message.extend(claim);
    let signature = signer.sign(&message).ok()?;
    let end = parts.signature.end;
    let start = end.checked_sub(signature.len())?;
    // A byte string of just that length stands there, else this is no fixed-length signature.
    let head = [0x58, u8::try_from(signature.len()).ok()?];
    if store.get(start.checked_sub(2)?..start)? != head {
        return None;
    }
    store[start..end].copy_from_slice(&signature);
    Some(())
}

/// The CBOR byte string that begins `cbor`, with its head.
fn byte_string(cbor: &[u8]) -> Option<&[u8]> {
    let (head, length) = match *cbor.first()? {
        first @ 0x40..=0x57 => (1, usize::from(first - 0x40)),
        0x58 => (2, usize::from(*cbor.get(1)?)),
        0x59 => (3, usize::from(u16::from_be_bytes([*cbor.get(1)?, *cbor.get(2)?]))),
        _ => return None,
    };
    cbor.get(..head + length)
}
