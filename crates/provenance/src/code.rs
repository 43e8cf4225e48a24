//! Who labels: the 27-character code of TC260-PG-20252A, or an ASCII name for those who have none.

use std::fmt;

use crate::Error;

/// Characters of unified social credit codes, by value (GB 32100-2015, table 2): no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Weights of the first 17 characters: powers of 3 modulo 31.
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Longest name that is taken instead of a code, in bytes.
const LONGEST_NAME: usize = 128;

/// What a provider's code is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Generation and synthesis: the producer.
    Generation,
    /// Publishing: the propagator.
    Propagation,
}

/// Who stands in `ContentProducer` or `ContentPropagator`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider(String);

impl Provider {
    /// The code of an organisation: `00`, 1 (an organisation), 1 (bound to its credit code), the 18 characters of the
    /// unified social credit code, 1 or 2 for the `service`, and four characters of the organisation's own choice.
    ///
    /// # Errors
    /// [`Error::Provider`] where the check character of `credit_code` is wrong, or `own` is not four of 0-9 and A-Z.
    pub fn of_organisation(credit_code: &str, service: Service, own: &str) -> Result<Self, Error> {
        let service = match service {
            Service::Generation => 1,
            Service::Propagation => 2,
        };
        if !is_credit_code(credit_code) {
            return Err(refused(credit_code, "its check character is wrong"));
        }
        if own.len() != 4 || !own.bytes().all(is_own) {
            return Err(refused(own, "the own part is four of 0-9 and A-Z"));
        }
        Ok(Self(format!("0011{credit_code}{service}{own}")))
    }

    /// Reads a code, or takes an ASCII name. What looks like a code (27 characters that begin with `00`) has to be one.
    ///
    /// # Errors
    /// [`Error::Provider`] where the code is wrong, or the name is empty, too long, or not printable ASCII without
    /// spaces.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.len() == 27 && text.starts_with("00") {
            return Self::parse_code(text);
        }
        match text.len() {
            0 => Err(refused(text, "it is empty")),
            1..=LONGEST_NAME if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self(text.to_owned())),
            1..=LONGEST_NAME => Err(refused(text, "a name is printable ASCII without spaces")),
            _ => Err(refused(text, "it is too long")),
        }
    }

    fn parse_code(text: &str) -> Result<Self, Error> {
        let parts = (text.get(..4), text.get(4..22), text.get(22..23), text.get(23..));
        let (Some(head), Some(credit_code), Some(service), Some(own)) = parts else {
            return Err(refused(text, "a code is ASCII"));
        };
        let service = match service {
            "1" => Service::Generation,
            "2" => Service::Propagation,
            _ => return Err(refused(text, "the service is neither 1 nor 2")),
        };
        if head != "0011" {
            return Err(refused(text, "only codes bound to a unified social credit code are known"));
        }
        Self::of_organisation(credit_code, service, own)
    }

    /// Whether it is a code, not a name.
    pub fn is_code(&self) -> bool {
        self.0.len() == 27 && self.0.starts_with("00")
    }

    /// As it stands in a label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Whether `text` is a unified social credit code with the right check character: (31 - sum of weighted values modulo
/// 31) modulo 31 (GB 32100-2015, 5).
pub fn is_credit_code(text: &str) -> bool {
    let value = |byte: u8| ALPHABET.iter().position(|known| *known == byte);
    let values: Option<Vec<usize>> = text.bytes().map(value).collect();
    match values.as_deref() {
        Some([values @ .., check]) if values.len() == 17 => {
            let sum: usize = values.iter().zip(WEIGHTS).map(|(value, weight)| value * weight).sum();
            (31 - sum % 31) % 31 == *check
        }
        _ => false,
    }
}

fn is_own(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_uppercase()
}

fn refused(text: &str, what: &'static str) -> Error {
    Error::Provider { text: text.chars().take(LONGEST_NAME).collect(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes of companies, as they stand in public registers and files.
    const CREDIT_CODES: [&str; 4] =
        ["9144030071526726XG", "91440300708461136T", "91110102MACQD9K640", "91310104MACE0YX639"];

    #[test]
    fn codes_of_real_companies_check() {
        for code in CREDIT_CODES.iter().filter(|code| code.len() == 18) {
            assert!(is_credit_code(code), "{code}");
        }
        for code in
            ["", "9144030071526726X", "9144030071526726XH", "914403007152672SXG", "914403007152672\u{6}XG"]
        {
            assert!(!is_credit_code(code), "{code}");
        }
    }

    #[test]
    fn every_wrong_character_is_noticed() {
        let code = CREDIT_CODES[0];
        for place in 0..18 {
            for wrong in ALPHABET.iter().filter(|byte| **byte != code.as_bytes()[place]) {
                let mut bytes = code.as_bytes().to_vec();
                bytes[place] = *wrong;
                assert!(!is_credit_code(str::from_utf8(&bytes).expect("ASCII")), "{place}");
            }
        }
    }

    #[test]
    fn codes_in_public_files_are_read() {
        for code in
            ["001191110102MACQD9K64010000", "001191110102MACQD9K64028705", "001191310104MACE0YX63918020"]
        {
            let provider = Provider::parse(code).expect("a real code");
            assert!(provider.is_code() && provider.as_str() == code, "{code}");
        }
        let built =
            Provider::of_organisation("91110102MACQD9K640", Service::Propagation, "8705").expect("built");
        assert_eq!(built.as_str(), "001191110102MACQD9K64028705", "the same, from its parts");
    }

    #[test]
    fn wrong_codes_are_not_taken_for_names() {
        for text in [
            "001191110102MACQD9K64110000",
            "001191110102MACQD9K64030000",
            "001291110102MACQD9K64010000",
            "001191110102MACQD9K6401000a",
            "00丹丹丹丹丹丹丹丹1",
            "",
            "two words",
            "丹青",
        ] {
            assert!(Provider::parse(text).is_err(), "{text}");
        }
        assert!(!Provider::parse("danqing.example").expect("a name").is_code(), "a name");
    }
}
