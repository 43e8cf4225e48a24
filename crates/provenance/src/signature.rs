//! The producer's signature of a label, in `ReservedCode1`: SM3 with SM2 (TC260-PG-202511A; GB/T 32918.2, GB/T 32905).
//!
//! The public key travels with the signature. So a signature that fits says that the three fields are as the holder of
//! that key wrote them; who that is follows only from a key that was known before.

use serde_json::{Value, json};
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{DerSignature, Signature, SigningKey, VerifyingKey};
use sm3::{Digest, Sm3};

use crate::Error;
use crate::aigc::Aigc;

/// The signer's identity where none was agreed on (GB/T 32918.5).
const IDENTITY: &str = "1234567812345678";
/// SM3 with SM2 (GM/T 0006).
const ALGORITHM: &str = "1.2.156.10197.1.501";
/// DER before the point of a `SubjectPublicKeyInfo`: an elliptic curve key (1.2.840.10045.2.1) on SM2's curve
/// (1.2.156.10197.1.301), in 66 bytes of bit string.
const KEY_HEAD: &str = "3059301306072a8648ce3d020106082a811ccf5501822d034200";
/// Longest `ReservedCode1` that is looked at, in bytes.
const LONGEST: usize = 16_384;

/// What became of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// `ReservedCode1` is empty.
    Absent,
    /// `ReservedCode1` holds something else, or an algorithm that is not SM3 with SM2.
    Unreadable,
    /// The fields are not those that were signed.
    Wrong,
    /// The fields are those that the holder of `key` signed.
    Fits {
        /// `SubjectPublicKeyInfo` in lower-case hexadecimal.
        key: String,
    },
}

/// The label with a signature over its certainty, producer and number. `secret` is the private scalar, big-endian. The
/// same arguments give the same signature.
///
/// # Errors
/// [`Error::Key`] where `secret` is not a key.
pub fn sign(label: Aigc, secret: &[u8; 32]) -> Result<Aigc, Error> {
    let key = signing_key(secret)?;
    let signature: Signature = key.sign(signed_text(&label).as_bytes());
    let code = json!({"SecurityData": {
        "Type": "TC260PG",
        "Version": 1,
        "PubSD": [
            {
                "Type": "DS",
                "AlgID": ALGORITHM,
                "TBSData": {"Type": "LabelMataData"},
                "Signature": hexadecimal(DerSignature::from(signature).as_bytes()),
            },
            {"Type": "PubKey", "AlgID": ALGORITHM, "KeyValue": spki(&key)},
        ],
    }});
    label.with_reserved_code1(&code.to_string())
}

/// The public key of `secret`, as [`Checked::Fits`] names it; `None` where `secret` is not a key.
pub fn public_key(secret: &[u8; 32]) -> Option<String> {
    signing_key(secret).ok().map(|key| spki(&key))
}

/// Checks `ReservedCode1` against the fields. Accepts a signature over the text and, as some producers make it, over
/// the SM3 digest of the text.
pub fn verify(label: &Aigc) -> Checked {
    if label.reserved_code1.is_empty() {
        return Checked::Absent;
    }
    let Some((signature, key)) = parts(&label.reserved_code1) else { return Checked::Unreadable };
    let text = signed_text(label);
    let fits = key.verify(text.as_bytes(), &signature).is_ok()
        || key.verify(&Sm3::digest(text.as_bytes()), &signature).is_ok();
    match fits {
        true => Checked::Fits { key: format!("{KEY_HEAD}{}", hexadecimal(&key.to_sec1_bytes())) },
        false => Checked::Wrong,
    }
}

/// What is signed (guide, A.1).
fn signed_text(label: &Aigc) -> String {
    let [certainty, producer, id, ..] = label.values().map(Value::from);
    format!("\"Label\":{certainty},\"ContentProducer\":{producer},\"ProduceID\":{id}")
}

fn signing_key(secret: &[u8; 32]) -> Result<SigningKey, Error> {
    SigningKey::from_slice(IDENTITY, secret).map_err(|_| Error::Key)
}

fn spki(key: &SigningKey) -> String {
    format!("{KEY_HEAD}{}", hexadecimal(&key.verifying_key().to_sec1_bytes()))
}

/// Signature and key from `ReservedCode1`.
fn parts(code: &str) -> Option<(Signature, VerifyingKey)> {
    if code.len() > LONGEST {
        return None;
    }
    let code: Value = serde_json::from_str(code).ok()?;
    let parts = code.get("SecurityData")?.get("PubSD")?.as_array()?;
    let of = |kind: &str, name: &str| {
        let part = parts.iter().find(|part| part["Type"] == kind && part["AlgID"] == ALGORITHM)?;
        bytes(part.get(name)?.as_str()?)
    };
    let signature = DerSignature::try_from(of("DS", "Signature")?.as_slice()).ok()?;
    let key = of("PubKey", "KeyValue")?;
    let point = key.strip_prefix(bytes(KEY_HEAD)?.as_slice()).unwrap_or(&key);
    Some((signature.try_into().ok()?, VerifyingKey::from_sec1_bytes(IDENTITY, point).ok()?))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = digits.as_bytes().as_chunks::<2>();
    let pairs = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    if rest.is_empty() { pairs.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aigc::Certainty;

    const SECRET: [u8; 32] = [7; 32];

    fn signed() -> Aigc {
        let label = Aigc::produced(Certainty::Is, "001191110102MACQD9K64010000", "42").expect("a label");
        sign(label, &SECRET).expect("signed")
    }

    #[test]
    fn a_signature_fits_its_fields_alone() {
        let label = signed();
        assert_eq!(label.faults(), [], "allowed characters only");
        let key = public_key(&SECRET).expect("a key");
        assert_eq!(verify(&label), Checked::Fits { key: key.clone() }, "as signed");
        assert_eq!(Aigc::read(&label.to_json()).label.as_ref(), Some(&label), "as written");
        let published = label.clone().propagated_by("x", "1").expect("a propagator");
        assert_eq!(verify(&published), Checked::Fits { key }, "a propagator does not break it");
        let other = Aigc { produce_id: "43".to_owned(), ..label.clone() };
        assert_eq!(verify(&other), Checked::Wrong, "another number");
        let milder = Aigc { certainty: Certainty::MayBe, ..label };
        assert_eq!(verify(&milder), Checked::Wrong, "another certainty");
    }

    #[test]
    fn a_signature_over_the_digest_fits_too() {
        let label = Aigc { reserved_code1: String::new(), ..signed() };
        let key = signing_key(&SECRET).expect("a key");
        let plain: Signature = key.sign(signed_text(&label).as_bytes());
        let hashed: Signature = key.sign(&Sm3::digest(signed_text(&label).as_bytes()));
        let digits = |signature: Signature| hexadecimal(DerSignature::from(signature).as_bytes());
        let code = signed().reserved_code1.replace(&digits(plain), &digits(hashed));
        let label = label.with_reserved_code1(&code).expect("allowed");
        assert!(matches!(verify(&label), Checked::Fits { .. }), "as found in public files");
    }

    /// Judged by the standard: GB/T 32918.5-2017, annex A.2, a signature of `message digest` on the recommended curve.
    #[test]
    fn the_standards_own_signature_fits() {
        let key = bytes(concat!(
            "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020",
            "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
        ));
        let signature = bytes(concat!(
            "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3",
            "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
        ));
        let key = VerifyingKey::from_sec1_bytes(IDENTITY, &key.expect("digits")).expect("a point");
        let signature = Signature::try_from(signature.expect("digits").as_slice()).expect("two numbers");
        assert!(key.verify(b"message digest", &signature).is_ok(), "the standard's example");
    }

    #[test]
    fn other_codes_are_told_apart() {
        let with = |code: &str| Aigc { reserved_code1: code.to_owned(), ..signed() };
        assert_eq!(verify(&with("")), Checked::Absent, "nothing");
        for code in ["sha256:00", "{}", "{\"SecurityData\":{\"PubSD\":[]}}", &"[".repeat(20_000)] {
            assert_eq!(verify(&with(code)), Checked::Unreadable, "{}", &code[..code.len().min(40)]);
        }
        assert!(sign(signed(), &[0; 32]).is_err(), "zero is not a key");
    }
}
