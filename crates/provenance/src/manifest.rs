//! Manifests of the Coalition for Content Provenance and Authenticity (C2PA): signed last, read first.
//!
//! This is the only file that knows the `c2pa` crate. Claims are of version 2 and signed by a [`Signing`] of the keys; the
//! hard binding covers the whole file, so nothing may be written after [`sign`].
//!
//! Source: C2PA Technical Specification 2.3: sections 10 (claims), 18.15 (actions), 18.10 (soft bindings).

mod fixed;
mod timestamp;

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use c2pa::{Builder, Context, Reader, Signer, SigningAlg, ValidationState};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::Error;
use crate::aigc::Aigc;
use crate::container::{self, Format};
use crate::keys::{Algorithm, Signing};
use crate::number::Number;

pub use timestamp::TimeAuthority;

/// IPTC `NewsCodes`, digital source type: made by a trained model.
pub const TRAINED: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
/// IPTC `NewsCodes`, digital source type: a trained model changed or added to something else.
pub const COMPOSITE: &str =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

/// A manifest of more bytes than this is refused; ours have about 30 000.
const MOST_MANIFEST_MB: usize = 16;

/// Longest `ReservedCode` of a parent's label that is carried on, in bytes; signatures have about 600.
const MOST_RESERVED: usize = 2048;

/// A file that came in, whose manifest (if it has one) is carried on.
#[derive(Clone, Copy, Debug)]
pub struct Parent<'a> {
    /// The file as it came.
    pub bytes: &'a [u8],
    /// Its media type, such as `image/png`.
    pub mime: &'a str,
}

impl Parent<'_> {
    /// The implicit label that it carries, the first one where there are several.
    pub fn label(&self) -> Option<Aigc> {
        let format = Format::sniff(self.bytes, None)?;
        container::read(self.bytes, format).sites.iter().find_map(|site| Aigc::read(&site.text).label)
    }
}

/// Where a file comes from.
#[derive(Clone, Copy, Debug)]
pub enum Source<'a> {
    /// Made by a model from words: `c2pa.created`, `trainedAlgorithmicMedia`.
    Created,
    /// Someone's picture, changed by a model: `c2pa.opened`, then `c2pa.edited` with
    /// `compositeWithTrainedAlgorithmicMedia`. The new picture is a product of its own, with its own implicit label; that
    /// of the picture before, if it has one, stands in the description of the ingredient.
    Edited(Parent<'a>),
    /// Another tool's file that is only labelled here: `c2pa.opened`, then `c2pa.edited.metadata`, or
    /// `c2pa.edited` where the pixels got their labels too.
    Labelled(Parent<'a>),
}

/// Which watermark is in the pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoftBinding<'a> {
    /// Name of the algorithm.
    pub algorithm: &'a str,
    /// What the watermark says, in hexadecimal.
    pub value: &'a str,
}

/// What a manifest claims.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// Where the file comes from.
    pub source: Source<'a>,
    /// Name and version of the program.
    pub agent: (&'a str, &'a str),
    /// Name of the model.
    pub model: Option<&'a str>,
    /// When it was made, RFC 3339 in UTC.
    pub when: &'a str,
    /// The watermark in the pixels.
    pub watermark: Option<SoftBinding<'a>>,
    /// A small JPEG picture of the content.
    pub thumbnail: Option<&'a [u8]>,
    /// 16 bytes that no other file has; they name the manifest.
    pub unique: [u8; 16],
}

/// `file` with a manifest that claims `claim`, in place of one that it had.
///
/// The same arguments give the same bytes, unless `authority` stamps the time.
///
/// # Errors
/// [`Error::Manifest`] where the format holds no manifest, the file is damaged, or the keys are refused.
pub fn sign(
    file: &[u8],
    mime: &str,
    claim: &Claim<'_>,
    signing: &Signing,
    authority: Option<&TimeAuthority>,
) -> Result<Vec<u8>, Error> {
    guarded(|| {
        let context = context(&[])?;
        let mut builder = Builder::from_shared_context(&context).with_definition(definition(mime, claim))?;
        if let Some(thumbnail) = claim.thumbnail {
            builder.set_thumbnail("image/jpeg", &mut Cursor::new(thumbnail))?;
        }
        if let Source::Edited(parent) | Source::Labelled(parent) = claim.source {
            let mut ingredient = json!({
                "label": PARENT, "relationship": "parentOf", "format": parent.mime,
                "instance_id": format!("xmp:iid:{}", uuid(&claim.unique, 1)),
            });
            if let (Source::Edited(_), Some(label)) = (claim.source, parent_label(&parent)) {
                ingredient["description"] = Value::from(label);
            }
            builder.add_ingredient_from_stream(
                ingredient.to_string(),
                parent.mime,
                &mut Cursor::new(parent.bytes),
            )?;
        }
        let signer = ClaimSigner::new(signing, authority)?;
        let mut signed = Cursor::new(Vec::with_capacity(file.len() + 65_536));
        let store = builder.sign(&signer, mime, &mut Cursor::new(file), &mut signed)?;
        let signed = signed.into_inner();
        if authority.is_some() {
            return Ok(signed); // what is stamped differs anyway
        }
        Ok(fixed::settled(&signed, &store, mime, &claim.unique, &signer).unwrap_or(signed))
    })
}

/// 16 bytes for a manifest of content `number`, made at `when` as `mime`.
pub fn unique(number: Number, when: &str, mime: &str) -> [u8; 16] {
    let digest = Sha256::new()
        .chain_update(number.bytes())
        .chain_update(when.as_bytes())
        .chain_update([0])
        .chain_update(mime.as_bytes())
        .finalize();
    let mut unique = [0; 16];
    unique.copy_from_slice(&digest[..16]);
    unique
}

/// Whether files of `mime` can hold a manifest that this crate writes.
pub fn is_writable(mime: &str) -> bool {
    const WRITABLE: [&str; 8] = [
        "image/png",
        "image/jpeg",
        "image/webp",
        "image/gif",
        "image/svg+xml",
        "video/mp4",
        "audio/wav",
        "audio/mpeg",
    ];
    WRITABLE.contains(&mime)
}

/// The label of a parent, without the reserved fields where they are longer than any signature. The name `AIGC` is left
/// out: whoever searches a file for it shall find the label of the file alone.
fn parent_label(parent: &Parent<'_>) -> Option<String> {
    let mut label = parent.label()?;
    for reserved in [&mut label.reserved_code1, &mut label.reserved_code2] {
        if reserved.len() > MOST_RESERVED {
            reserved.clear();
        }
    }
    let json = label.to_json();
    (json.len() <= 4 * MOST_RESERVED).then_some(json)
}

/// How the ingredient is called inside the definition.
const PARENT: &str = "parent";

fn definition(mime: &str, claim: &Claim<'_>) -> Value {
    let mut assertions =
        vec![json!({ "label": "c2pa.actions.v2", "created": true, "data": { "actions": actions(claim) } })];
    if let Some(SoftBinding { algorithm, value }) = claim.watermark {
        let data = json!({ "alg": algorithm, "blocks": [{ "scope": {}, "value": value }] });
        assertions.push(json!({ "label": "c2pa.soft-binding", "created": true, "data": data }));
    }
    let (name, version) = claim.agent;
    json!({
        "claim_version": 2,
        "label": format!("urn:c2pa:{}", uuid(&claim.unique, 0)),
        "instance_id": format!("xmp:iid:{}", uuid(&claim.unique, 2)),
        "claim_generator_info": [{ "name": name, "version": version }],
        "format": mime,
        "assertions": assertions,
    })
}

fn actions(claim: &Claim<'_>) -> Vec<Value> {
    let (name, version) = claim.agent;
    let agent = match claim.model {
        Some(model) => json!({ "name": format!("{name} ({model})"), "version": version }),
        None => json!({ "name": name, "version": version }),
    };
    let action = |label: &str, source: Option<&str>| {
        let mut action = json!({ "action": label, "when": claim.when, "softwareAgent": agent });
        if let Some(source) = source {
            action["digitalSourceType"] = Value::from(source);
        }
        action
    };
    let opened = || {
        let mut opened = action("c2pa.opened", None);
        opened["parameters"] = json!({ "ingredientIds": [PARENT] });
        opened
    };
    let mut actions = match claim.source {
        Source::Created => vec![action("c2pa.created", Some(TRAINED))],
        Source::Edited(_) => vec![opened(), action("c2pa.edited", Some(COMPOSITE))],
        Source::Labelled(_) if claim.watermark.is_some() => vec![opened(), action("c2pa.edited", None)],
        Source::Labelled(_) => vec![opened(), action("c2pa.edited.metadata", None)],
    };
    actions.extend(claim.watermark.map(|_| action("c2pa.watermarked.bound", None)));
    actions
}

/// A random UUID's form (RFC 9562, version 4) for `unique`; `part` tells several of one manifest apart.
fn uuid(unique: &[u8; 16], part: u8) -> String {
    let mut bytes = *unique;
    bytes[15] ^= part;
    bytes[6] = bytes[6] & 0x0F | 0x40;
    bytes[8] = bytes[8] & 0x3F | 0x80;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// How far a manifest can be believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It does not fit the file, or it is damaged.
    Invalid,
    /// It fits the file; who signed is not known here.
    Valid,
    /// It fits the file, and a known root vouches for who signed.
    Trusted,
}

/// A manifest, as far as it could be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// How far it can be believed.
    pub state: State,
    /// Codes of the specification for what failed, such as `assertion.dataHash.mismatch`.
    pub failures: Vec<String>,
    /// The program that signed.
    pub generator: Option<String>,
    /// Who signed, as the certificate has it.
    pub signer: Option<String>,
    /// The certificate's serial number.
    pub serial: Option<String>,
    /// When it was signed, if an authority says so.
    pub stamped: Option<String>,
    /// Every action's label, of this manifest and of those before it.
    pub actions: Vec<String>,
    /// Every digital source type that an action names.
    pub digital_sources: Vec<String>,
    /// Every soft binding: algorithm and value. Only those of the newest manifest.
    pub soft_bindings: Vec<(String, String)>,
    /// When the first action happened, as claimed.
    pub when: Option<String>,
    /// The implicit label of the picture that this one was made from, as claimed.
    pub parent: Option<Aigc>,
}

impl Manifest {
    /// Whether it says that a model had a part in the content.
    pub fn tells_of_ai(&self) -> bool {
        self.digital_sources
            .iter()
            .any(|source| source.ends_with("rainedAlgorithmicMedia") || source.ends_with("/algorithmicMedia"))
    }

    fn unreadable(code: &str) -> Self {
        Self {
            state: State::Invalid,
            failures: vec![code.to_owned()],
            generator: None,
            signer: None,
            serial: None,
            stamped: None,
            actions: Vec::new(),
            digital_sources: Vec::new(),
            soft_bindings: Vec::new(),
            when: None,
            parent: None,
        }
    }
}

/// The manifest in `file`, believed as far as `roots` (PEM) vouch; `None` if there is none. Nothing is fetched from
/// anywhere. A damaged manifest is one that is [`State::Invalid`], not an error.
pub fn read(file: &[u8], mime: &str, roots: &[String]) -> Option<Manifest> {
    if !Reader::supported_mime_types().iter().any(|known| known == mime) {
        return None;
    }
    let read = guarded(|| {
        let reader = Reader::from_shared_context(&context(roots)?);
        match reader.with_stream(mime, Cursor::new(file)) {
            Ok(reader) => Ok(Some(manifest(&reader))),
            Err(c2pa::Error::JumbfNotFound | c2pa::Error::ProvenanceMissing) => Ok(None),
            Err(c2pa::Error::RemoteManifestUrl(_)) => Ok(Some(Manifest::unreadable("manifest.inaccessible"))),
            Err(_) => Ok(Some(Manifest::unreadable("claim.malformed"))),
        }
    });
    read.unwrap_or_else(|_| Some(Manifest::unreadable("claim.malformed")))
}

fn manifest(reader: &Reader) -> Manifest {
    let mut found = Manifest::unreadable("");
    found.state = match reader.validation_state() {
        ValidationState::Trusted => State::Trusted,
        ValidationState::Valid => State::Valid,
        ValidationState::Invalid => State::Invalid,
    };
    let statuses = reader.validation_status().unwrap_or_default();
    found.failures = statuses.iter().map(|status| status.code().to_owned()).collect();
    found.failures.dedup();
    let Some(active) = reader.active_manifest() else { return found };
    let generator = active.claim_generator_info.as_ref().and_then(|infos| infos.first());
    found.generator = generator.map(|info| match &info.version {
        Some(version) => format!("{} {version}", info.name),
        None => info.name.clone(),
    });
    if let Some(signature) = active.signature_info() {
        found.signer = signature.common_name.clone().or(signature.issuer.clone());
        found.serial = signature.cert_serial_number.clone();
        found.stamped = signature.time.clone();
    }
    let described = active.ingredients().iter().filter_map(c2pa::Ingredient::description);
    found.parent = described.filter_map(|text| Aigc::read(text).label).next();
    for manifest in reader.iter_manifests() {
        let newest = manifest.label() == active.label();
        for assertion in manifest.assertions() {
            let Ok(value) = assertion.value() else { continue };
            match assertion.label() {
                label if label.starts_with("c2pa.actions") => take_actions(&mut found, value, newest),
                label if label.starts_with("c2pa.soft-binding") && newest => take_binding(&mut found, value),
                _ => {}
            }
        }
    }
    found
}

fn take_actions(found: &mut Manifest, assertion: &Value, newest: bool) {
    for action in assertion["actions"].as_array().into_iter().flatten() {
        let text = |key: &str| action[key].as_str().map(str::to_owned);
        found.actions.extend(text("action"));
        found.digital_sources.extend(text("digitalSourceType"));
        if newest && found.when.is_none() {
            found.when = text("when");
        }
    }
}

fn take_binding(found: &mut Manifest, assertion: &Value) {
    let algorithm = assertion["alg"].as_str().unwrap_or_default();
    for block in assertion["blocks"].as_array().into_iter().flatten() {
        let value = block["value"].as_str().unwrap_or_default();
        found.soft_bindings.push((algorithm.to_owned(), value.to_owned()));
    }
}

/// Settings under which nothing leaves the machine and memory is bounded.
fn context(roots: &[String]) -> Result<Arc<Context>, c2pa::Error> {
    let mut settings = json!({
        "core": {
            "allowed_network_hosts": [],
            "decode_identity_assertions": false,
            "max_decompressed_manifest_size_in_mb": MOST_MANIFEST_MB,
        },
        "verify": { "remote_manifest_fetch": false, "ocsp_fetch": false },
        "builder": { "thumbnail": { "enabled": false } },
    });
    if !roots.is_empty() {
        settings["trust"] = json!({ "user_anchors": roots.join("\n") });
    }
    Ok(Context::new().with_settings(settings)?.into_shared())
}

/// Runs `work` on bytes of strangers: a panic in the foreign crate is an error like others.
fn guarded<T>(work: impl FnOnce() -> Result<T, c2pa::Error>) -> Result<T, Error> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Error::Manifest { reason: error.to_string() }),
        Err(_) => Err(Error::Manifest { reason: "the reader of manifests broke off".to_owned() }),
    }
}

/// The crate's own signer, with time-stamps from where the operator wants them.
struct ClaimSigner<'a> {
    signer: c2pa::BoxedSigner,
    authority: Option<&'a TimeAuthority>,
}

impl<'a> ClaimSigner<'a> {
    fn new(signing: &Signing, authority: Option<&'a TimeAuthority>) -> Result<Self, c2pa::Error> {
        let algorithm = match signing.algorithm {
            Algorithm::Es256 => SigningAlg::Es256,
            Algorithm::Ed25519 => SigningAlg::Ed25519,
            Algorithm::Es384 => SigningAlg::Es384,
            Algorithm::Ps256 => SigningAlg::Ps256,
        };
        let signer = c2pa::create_signer::from_keys(
            signing.chain_pem.as_bytes(),
            signing.key_pem.as_bytes(),
            algorithm,
            None,
        )?;
        Ok(Self { signer, authority })
    }
}

impl Signer for ClaimSigner<'_> {
    fn sign(&self, data: &[u8]) -> c2pa::Result<Vec<u8>> {
        self.signer.sign(data)
    }

    fn alg(&self) -> SigningAlg {
        self.signer.alg()
    }

    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        self.signer.certs()
    }

    fn reserve_size(&self) -> usize {
        // The foreign crate reserves 10 000 bytes and pads with zeros. A signature has 64 or 96 bytes, with RSA up to 512,
        // and its frame about 300.
        let certificates =
            self.signer.certs().map_or(0, |certificates| certificates.iter().map(Vec::len).sum());
        let signature = match self.alg() {
            SigningAlg::Ps256 | SigningAlg::Ps384 | SigningAlg::Ps512 => 1024,
            _ => 512,
        };
        certificates + signature + self.authority.map_or(0, |_| timestamp::MOST_BYTES)
    }

    fn send_timestamp_request(&self, message: &[u8]) -> Option<c2pa::Result<Vec<u8>>> {
        let authority = self.authority?;
        let stamped = self.timestamp_request_body(message).and_then(|request| {
            authority.stamp(&request).map_err(|error| c2pa::Error::OtherError(Box::new(error)))
        });
        Some(stamped)
    }
}
