//! Seal: one secret of the studio, and what is made from it: signed addresses, tokens for a while, keys of webhooks.
//!
//! HMAC-SHA256 (RFC 2104, FIPS 180-4) over a text that begins with what it is for, so that no signature serves for
//! something else.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use danqing_store::{PersonId, PictureId};
use ring::hmac;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::error::Error;

/// The secret, ready to use.
pub(crate) struct Seal(hmac::Key);

impl Seal {
    /// Reads the secret of the file, or makes one where there is none.
    pub(crate) fn open_or_make(file: &Path) -> Result<Self, Error> {
        let secret = match fs::read(file) {
            Ok(secret) if secret.len() == 32 => secret,
            Ok(_) => return Err(Error::unreadable(file, io::ErrorKind::InvalidData.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                match make(file).map_err(|source| Error::writing(file, source)) {
                    Ok(secret) => secret,
                    // Another process was quicker.
                    Err(_) if file.exists() => {
                        fs::read(file).map_err(|source| Error::unreadable(file, source))?
                    }
                    Err(error) => return Err(error),
                }
            }
            Err(source) => return Err(Error::unreadable(file, source)),
        };
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// The signature of a picture's address that anybody may open until `until_ms`.
    pub(crate) fn picture(&self, picture: &PictureId, until_ms: i64) -> String {
        URL_SAFE_NO_PAD.encode(self.sign(&["picture", picture.as_str(), &until_ms.to_string()]))
    }

    /// Whether `signature` is that of the picture's address, and the time is not over.
    pub(crate) fn opens(&self, picture: &PictureId, until_ms: i64, signature: &str, now_ms: i64) -> bool {
        let parts = ["picture", picture.as_str(), &until_ms.to_string()];
        now_ms < until_ms && self.fits(&parts, signature)
    }

    /// A token that stands for a person until `until_ms`, for dialects that put one into the address.
    pub(crate) fn token(&self, person: &PersonId, until_ms: i64) -> String {
        let (person, until) = (person.as_str(), until_ms.to_string());
        let signature = URL_SAFE_NO_PAD.encode(self.sign(&["token", person, &until]));
        format!("{person}.{until}.{signature}")
    }

    /// The person that a token stands for; none where it is not ours or its time is over.
    pub(crate) fn person(&self, token: &str, now_ms: i64) -> Option<PersonId> {
        let mut parts = token.splitn(3, '.');
        let (person, until, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let until_ms: i64 = until.parse().ok()?;
        let holds = now_ms < until_ms && self.fits(&["token", person, &until_ms.to_string()], signature);
        holds.then(|| person.parse().ok()).flatten()
    }

    /// The key that a person's webhooks are signed with, as text: `whsec_` and base64.
    pub(crate) fn webhook_key(&self, person: &PersonId) -> String {
        format!("whsec_{}", STANDARD.encode(self.sign(&["webhook", person.as_str()])))
    }

    /// The signature of one delivery. Source: Standard Webhooks 1.0, symmetric signatures (`v1`).
    pub(crate) fn webhook(&self, person: &PersonId, id: &str, at_s: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.sign(&["webhook", person.as_str()]).as_ref());
        let signature = hmac::sign(&key, format!("{id}.{at_s}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(signature))
    }

    fn sign(&self, parts: &[&str]) -> hmac::Tag {
        hmac::sign(&self.0, parts.join("\n").as_bytes())
    }

    /// Compares in a time that does not tell how much fits.
    fn fits(&self, parts: &[&str], signature: &str) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
        hmac::verify(&self.0, parts.join("\n").as_bytes(), &signature).is_ok()
    }
}

/// `bytes` from the system's source of chance, as text that may stand in an address.
pub(crate) fn chance<const BYTES: usize>() -> Result<String, Error> {
    let mut bytes = [0; BYTES];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Broken)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn make(file: &Path) -> io::Result<Vec<u8>> {
    let mut secret = vec![0; 32];
    SystemRandom::new().fill(&mut secret).map_err(|_| io::ErrorKind::Other)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(&secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        Seal(hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]))
    }

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

    #[test]
    fn tokens_hold_for_their_person_and_time_alone() {
        let person: PersonId = ID.parse().expect("an id");
        let token = seal().token(&person, 1000);
        assert_eq!(seal().person(&token, 999), Some(person), "in time");
        assert_eq!(seal().person(&token, 1000), None, "too late");
        assert_eq!(seal().person(&token.replace(".1000.", ".9000."), 999), None, "another time");
        assert_eq!(seal().person("", 0), None, "nothing");
    }

    #[test]
    fn a_signed_address_opens_its_picture_alone() {
        let picture: PictureId = ID.parse().expect("an id");
        let other: PictureId = ID.replace("8057", "8058").parse().expect("an id");
        let signature = seal().picture(&picture, 1000);
        assert!(seal().opens(&picture, 1000, &signature, 0), "its own");
        assert!(!seal().opens(&other, 1000, &signature, 0), "another's");
        assert!(!seal().opens(&picture, 2000, &signature, 0), "a longer time");
        assert!(!seal().opens(&picture, 1000, &signature, 1000), "over");
        let token = seal().token(&ID.parse().expect("an id"), 1000);
        let of_token = token.rsplit('.').next().expect("a signature");
        assert!(!seal().opens(&picture, 1000, of_token, 0), "made for something else");
    }

    // The example of the published specification, with its key.
    #[test]
    fn webhooks_are_signed_as_the_standard_has_it() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        let content = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let signature = STANDARD.encode(hmac::sign(&key, content.as_bytes()));
        assert_eq!(signature, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "v1");
    }
}
