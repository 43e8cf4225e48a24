//! Passwords: Argon2id with the parameters that RFC 9106, section 4 calls the second recommended option, at the
//! memory that OWASP's password storage sheet names (19 MiB, 2 passes, 1 lane): a small machine serves many people.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::Error;
use crate::secret::random;

/// Fewer characters are guessed.
const LEAST: usize = 8;
/// More are an attack on the processor.
const MOST: usize = 256;
const MEMORY_KIB: u32 = 19 * 1024;

/// The hash to keep, in the form of the password hashing competition; a few hundredths of a second of work.
pub(super) async fn hash(password: &str) -> Result<String, Error> {
    let length = password.chars().count();
    if !(LEAST..=MOST).contains(&length) {
        return Err(Error::Password { least: LEAST, most: MOST });
    }
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || {
        let salt: [u8; 16] = random()?;
        let hash = hasher()?.hash_password_with_salt(password.as_bytes(), &salt);
        Ok(hash.map_err(|error| Error::Hash(error.to_string()))?.to_string())
    })
    .await?
}

/// Whether `password` is that of `hash`. Without a hash it takes as long and is wrong, so that time does not tell
/// which names exist.
pub(super) async fn fits(password: &str, hash: Option<String>) -> Result<bool, Error> {
    const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$YWFhYWFhYWFhYWFhYWFhYQ$\
         AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let known = hash.is_some() && password.chars().count() <= MOST;
    let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
    let password: String = password.chars().take(MOST).collect();
    tokio::task::spawn_blocking(move || {
        let hash = PasswordHash::new(&hash).map_err(|error| Error::Hash(error.to_string()))?;
        Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await?
}

fn hasher() -> Result<Argon2<'static>, Error> {
    let parameters = Params::new(MEMORY_KIB, 2, 1, None).map_err(|error| Error::Hash(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}
