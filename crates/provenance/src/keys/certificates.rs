//! Certificates of the profile that C2PA wants.
//!
//! Source: C2PA Technical Specification 2.3, section 14.5.1: X.509 v3; a leaf that is no authority, with an authority key
//! identifier, the key usage `digitalSignature` alone and an extended key usage that is allowed for claims; no
//! self-signed signer, hence a root of its own.

use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use p256::ecdsa::signature::Signer;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyIdMethod, KeyUsagePurpose, PublicKeyData, SerialNumber, SignatureAlgorithm, SigningKey,
};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::{KeyError, random};

/// `id-kp-emailProtection` is added by name; this is `c2pa-kp-claimSigning`.
const CLAIM_SIGNING: [u64; 9] = [1, 3, 6, 1, 4, 1, 62558, 2, 1];
const ROOT_YEARS: i64 = 30;
/// Without a time-stamp a claim is valid as long as its signer's certificate.
const LEAF_YEARS: i64 = 10;

/// How manifests are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA on P-256 with SHA-256, nonces by RFC 6979.
    #[default]
    Es256,
    /// `EdDSA` on Curve25519.
    Ed25519,
    /// ECDSA on P-384 with SHA-384; only with an operator's key.
    Es384,
    /// RSASSA-PSS with SHA-256; only with an operator's key.
    Ps256,
}

impl Algorithm {
    /// Reads a name, such as `es256`.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Es256, Self::Ed25519, Self::Es384, Self::Ps256]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Its name in lower case, as C2PA's tools write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Es256 => "es256",
            Self::Ed25519 => "ed25519",
            Self::Es384 => "es384",
            Self::Ps256 => "ps256",
        }
    }

    /// The algorithm for a PKCS #8 key in PEM, by the object identifier in it (RFC 5480, 8410, 8017).
    pub(super) fn of_key(key_pem: &str) -> Option<Self> {
        const IDENTIFIERS: [(&[u8], Algorithm); 4] = [
            (&[0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07], Algorithm::Es256),
            (&[0x06, 0x03, 0x2B, 0x65, 0x70], Algorithm::Ed25519),
            (&[0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22], Algorithm::Es384),
            (&[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01], Algorithm::Ps256),
        ];
        let pem = pem::parse(key_pem).ok().filter(|pem| pem.tag() == "PRIVATE KEY")?;
        let der = Zeroizing::new(pem.into_contents());
        // The identifier stands before the key itself, in the first bytes.
        let head = der.get(..40.min(der.len()))?;
        let holds = |identifier: &[u8]| head.windows(identifier.len()).any(|window| window == identifier);
        IDENTIFIERS.into_iter().find(|(identifier, _)| holds(identifier)).map(|(_, algorithm)| algorithm)
    }
}

/// What a certificate says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Its bytes.
    pub der: Vec<u8>,
}

impl Certificate {
    /// The certificates in a PEM text.
    pub fn read(text: &str) -> Vec<Self> {
        let blocks = pem::parse_many(text).unwrap_or_default();
        let certificates = blocks.into_iter().filter(|block| block.tag() == "CERTIFICATE");
        certificates.map(|block| Self { der: block.into_contents() }).collect()
    }

    /// SHA-256 of its bytes in hexadecimal, as browsers and `openssl x509 -fingerprint` show it, without colons.
    pub fn fingerprint(&self) -> String {
        Sha256::digest(&self.der).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A private key, and its public half as certificates hold it.
struct KeyPair {
    secret: Secret,
    public: Vec<u8>,
}

enum Secret {
    P256(Box<p256::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl KeyPair {
    fn make(algorithm: Algorithm) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(random::<32>()?);
        match algorithm {
            Algorithm::Es256 => p256::ecdsa::SigningKey::from_slice(bytes.as_slice())
                .map(|key| Self::new(Secret::P256(Box::new(key))))
                .map_err(|_| KeyError::NoRandomness), // zero, or past the order: once in 2^32
            Algorithm::Ed25519 => {
                Ok(Self::new(Secret::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&bytes)))))
            }
            Algorithm::Es384 | Algorithm::Ps256 => Err(KeyError::UnknownKind),
        }
    }

    fn new(secret: Secret) -> Self {
        let public = match &secret {
            Secret::P256(key) => key.verifying_key().to_encoded_point(false).as_bytes().to_vec(),
            Secret::Ed25519(key) => key.verifying_key().as_bytes().to_vec(),
        };
        Self { secret, public }
    }

    fn read(key_pem: &str) -> Option<Self> {
        let secret = match Algorithm::of_key(key_pem)? {
            Algorithm::Es256 => {
                Secret::P256(Box::new(p256::ecdsa::SigningKey::from_pkcs8_pem(key_pem).ok()?))
            }
            Algorithm::Ed25519 => {
                Secret::Ed25519(Box::new(ed25519_dalek::SigningKey::from_pkcs8_pem(key_pem).ok()?))
            }
            Algorithm::Es384 | Algorithm::Ps256 => return None,
        };
        Some(Self::new(secret))
    }

    fn pem(&self) -> Result<Zeroizing<String>, KeyError> {
        let ending = ed25519_dalek::pkcs8::spki::der::pem::LineEnding::LF;
        let written = match &self.secret {
            Secret::P256(key) => key.to_pkcs8_pem(ending),
            Secret::Ed25519(key) => key.to_pkcs8_pem(ending),
        };
        written.map_err(|error| KeyError::Certificate { reason: error.to_string() })
    }

    /// RFC 7093, method 1: the first 160 bits of SHA-256 of the public key.
    fn identifier(&self) -> KeyIdMethod {
        KeyIdMethod::PreSpecified(Sha256::digest(&self.public)[..20].to_vec())
    }
}

impl PublicKeyData for KeyPair {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.secret {
            Secret::P256(_) => &rcgen::PKCS_ECDSA_P256_SHA256,
            Secret::Ed25519(_) => &rcgen::PKCS_ED25519,
        }
    }
}

impl SigningKey for KeyPair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(match &self.secret {
            Secret::P256(key) => {
                let signature: p256::ecdsa::DerSignature = key.sign(message);
                signature.as_bytes().to_vec()
            }
            Secret::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        })
    }
}

/// A root of trust: certificate and key.
pub(super) struct Root {
    certificate_pem: String,
    key: KeyPair,
}

impl Root {
    /// A new root.
    pub(super) fn make(algorithm: Algorithm) -> Result<Self, KeyError> {
        let key = KeyPair::make(algorithm)?;
        let mut parameters = parameters("danqing root", &key, ROOT_YEARS)?;
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = parameters.self_signed(&key).map_err(refused)?;
        Ok(Self { certificate_pem: in_pem(certificate.der()), key })
    }

    /// A root as read from files; `None` if they are damaged.
    pub(super) fn read(certificate_pem: &str, key_pem: &str) -> Option<Self> {
        let key = KeyPair::read(key_pem)?;
        (Certificate::read(certificate_pem).len() == 1)
            .then(|| Self { certificate_pem: certificate_pem.to_owned(), key })
    }

    pub(super) fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    pub(super) fn key_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        self.key.pem()
    }

    /// A signer under this root: its certificate and its key, in PEM.
    pub(super) fn issue(&self, algorithm: Algorithm) -> Result<(String, Zeroizing<String>), KeyError> {
        let key = KeyPair::make(algorithm)?;
        let mut leaf = parameters("danqing", &key, LEAF_YEARS)?;
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::EmailProtection,
            ExtendedKeyUsagePurpose::Other(CLAIM_SIGNING.to_vec()),
        ];
        leaf.use_authority_key_identifier_extension = true;
        let certificate = leaf.signed_by(&key, &self.issuer()?).map_err(refused)?;
        Ok((in_pem(certificate.der()), key.pem()?))
    }

    fn issuer(&self) -> Result<Issuer<'_, &KeyPair>, KeyError> {
        Ok(Issuer::new(parameters("danqing root", &self.key, ROOT_YEARS)?, &self.key))
    }
}

/// What both kinds of certificates have. The root's name carries its key, so that two installations differ.
fn parameters(name: &str, key: &KeyPair, years: i64) -> Result<CertificateParams, KeyError> {
    let mut parameters = CertificateParams::default();
    let mut subject = DistinguishedName::new();
    let unit: String = key.public.iter().rev().take(4).map(|byte| format!("{byte:02x}")).collect();
    subject.push(DnType::OrganizationName, "danqing");
    subject.push(DnType::OrganizationalUnitName, unit);
    subject.push(DnType::CommonName, name);
    parameters.distinguished_name = subject;
    // A day back: clocks differ.
    parameters.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    parameters.not_after = parameters.not_before + Duration::days(365 * years);
    let mut serial = random::<16>()?;
    serial[0] = serial[0] & 0x7F | 0x40; // positive, and of one length
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
    parameters.key_identifier_method = key.identifier();
    Ok(parameters)
}

fn refused(error: rcgen::Error) -> KeyError {
    KeyError::Certificate { reason: error.to_string() }
}

fn in_pem(der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new("CERTIFICATE", der), config)
}
