//! Chance, digests and tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};

use crate::Error;

/// A secret on its way to a person: shown once, kept only as a hash.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// `prefix` and 256 bits of chance.
    pub(crate) fn new(prefix: &str) -> Result<Self, Error> {
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<32>()?))))
    }

    /// The secret itself; for the one place that shows it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// Does not show the secret, so that no log does.
impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Token(..)")
    }
}

/// Bytes from the system's source of chance.
pub(crate) fn random<const SIZE: usize>() -> Result<[u8; SIZE], Error> {
    let mut bytes = [0; SIZE];
    SystemRandom::new().fill(&mut bytes).map_err(|_unspecified| Error::Chance)?;
    Ok(bytes)
}

/// SHA-256 of the parts, one after the other.
pub(crate) fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = ring::digest::Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// What is kept of a secret. Tokens have 256 bits of chance, so that one round is enough.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    digest(&SHA256, token.as_bytes()).as_ref().to_vec()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of hexadecimal digits; none where there is anything else.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits?;
    (digits.len() % 2 == 0).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_gives_the_published_value() {
        // FIPS 180-4, example of one block.
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(&sha256(&[b"a", b"bc"])), expected);
    }

    #[test]
    fn tokens_do_not_print() {
        let token = Token::new("dq_").expect("chance");
        assert!(!format!("{token:?}").contains(token.reveal()));
    }
}
