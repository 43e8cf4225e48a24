//! The record without which no picture leaves without its visible label.
//!
//! Source: Measures for Labelling AI-generated Synthetic Content, article 9: on a user's application, after the user
//! agreement has made the user's duty to label clear, a file may be supplied without the explicit label; to whom
//! is kept on record for at least six months. The implicit label, the manifest and the watermark stay.

use crate::Error;

/// Characters of a field at most.
const MOST_CHARACTERS: usize = 200;

/// Who asked for a file without the visible label, and on what terms.
///
/// There is no other way to leave the label out, and a waiver cannot be made without all four answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    recipient: String,
    purpose: String,
    agreement: String,
    time: String,
}

impl Waiver {
    /// A waiver for `recipient` and `purpose`, under version `agreement` of the user agreement, asked for at `time`
    /// (RFC 3339).
    ///
    /// # Errors
    /// [`Error::Waiver`] names the field that is empty, longer than 200 characters, or holds a control character; a
    /// time must look like one.
    pub fn new(recipient: &str, purpose: &str, agreement: &str, time: &str) -> Result<Self, Error> {
        for (field, value) in [("recipient", recipient), ("purpose", purpose), ("agreement", agreement)] {
            let told = !value.trim().is_empty();
            if !told || value.chars().count() > MOST_CHARACTERS || value.chars().any(char::is_control) {
                return Err(Error::Waiver { field });
            }
        }
        if !is_time(time) {
            return Err(Error::Waiver { field: "time" });
        }
        let kept = |value: &str| value.trim().to_owned();
        Ok(Self {
            recipient: kept(recipient),
            purpose: kept(purpose),
            agreement: kept(agreement),
            time: time.to_owned(),
        })
    }

    /// Who gets the file.
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// What for.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// The version of the user agreement that was accepted.
    pub fn agreement(&self) -> &str {
        &self.agreement
    }

    /// When it was asked for, RFC 3339.
    pub fn time(&self) -> &str {
        &self.time
    }
}

/// Whether `text` has the form `2026-11-24T00:30:00Z`; what follows the seconds is free.
fn is_time(text: &str) -> bool {
    let form = b"0000-00-00T00:00:00";
    text.len() > form.len()
        && text.len() <= 35
        && text.is_ascii()
        && text
            .bytes()
            .zip(form)
            .all(|(byte, form)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_needs_all_four_answers() {
        let time = "2026-11-24T00:30:00Z";
        assert!(Waiver::new("某出版社", "印刷", "2026-09", time).is_ok(), "complete");
        let long = "长".repeat(201);
        for (recipient, purpose, agreement, time, field) in [
            ("", "印刷", "1", time, "recipient"),
            ("社", " ", "1", time, "purpose"),
            ("社", "印刷", "\u{1}", time, "agreement"),
            ("社", "印刷", "1", "yesterday", "time"),
            (long.as_str(), "印刷", "1", time, "recipient"),
        ] {
            let refused = Waiver::new(recipient, purpose, agreement, time);
            assert!(matches!(refused, Err(Error::Waiver { field: found }) if found == field), "{field}");
        }
    }
}
