//! Ids: UUIDs of version 7, which sort by the time of their making.

use std::fmt;
use std::str::FromStr;

use crate::Error;
use crate::secret::random;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        ///
        /// A UUID of version 7 in lower case (RFC 9562, section 5.7).
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            pub(crate) fn new(now_ms: i64) -> Result<Self, Error> {
                Ok(Self(uuid(now_ms)?))
            }

            pub(crate) fn of(text: String) -> Self {
                Self(text)
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                if is_uuid(text) { Ok(Self(text.to_owned())) } else { Err(Error::Id(text.to_owned())) }
            }
        }
    )*};
}

ids! {
    /// Names an account.
    PersonId,
    /// Names a session of a browser.
    SessionId,
    /// Names a key of a program.
    KeyId,
    /// Names an invitation.
    InvitationId,
    /// Names an order in the queue.
    JobId,
    /// Names a kept picture.
    PictureId,
    /// Names a board of pictures.
    BoardId,
    /// Names a file that a person handed in.
    UploadId,
}

/// 48 bits of time, 74 of chance.
fn uuid(now_ms: i64) -> Result<String, Error> {
    let mut bytes: [u8; 16] = random()?;
    bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
    bytes[6] = 0x70 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    let hex = crate::secret::hex(&bytes);
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match dashes.contains(&place) {
            true => byte == b'-',
            false => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let [early, late] =
            [1_700_000_000_000, 1_700_000_000_001].map(|now| JobId::new(now).expect("chance"));
        assert!(early < late, "{early} {late}");
    }

    #[test]
    fn an_id_reads_its_own_text_and_no_other() {
        let id = PictureId::new(1_700_000_000_000).expect("chance");
        assert_eq!(id.as_str().parse::<PictureId>().expect("an id"), id);
        assert_eq!(&id.as_str()[14..15], "7");
        for wrong in ["", "../../etc/passwd", &id.as_str().to_uppercase(), &id.as_str()[1..]] {
            assert!(wrong.parse::<PictureId>().is_err(), "{wrong}");
        }
    }
}
