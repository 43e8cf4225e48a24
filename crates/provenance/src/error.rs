//! What can go wrong in this crate.

use crate::container::Format;

/// What stops a label from being written or a file from being read.
///
/// Faults of a label that could be read are not errors: see [`crate::aigc::Fault`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A value of a label that the standard does not allow.
    #[error("the field `{field}` cannot be `{value}`")]
    Field {
        /// Name of the field as GB 45438 writes it.
        field: &'static str,
        /// The value as given.
        value: String,
    },
    /// The file's structure contradicts itself or ends too early.
    #[error("the {format} file is damaged at byte {at}: {what}")]
    Damaged {
        /// What the file was taken for.
        format: Format,
        /// Offset from the start of the file, in bytes.
        at: usize,
        /// What was expected or missing.
        what: &'static str,
    },
    /// The file is sound, but it is a kind that cannot take a label.
    #[error("this {format} file cannot carry a label: {what}")]
    Unsupported {
        /// What the file is.
        format: Format,
        /// Why not.
        what: &'static str,
    },
    /// The file is encrypted, and what it says cannot be read or added to without its password.
    #[error("this {format} file is encrypted")]
    Encrypted {
        /// What the file is.
        format: Format,
    },
    /// The XMP packet is not well-formed XML.
    #[error("the XMP packet is damaged at byte {at} of the packet: {what}")]
    Packet {
        /// Offset from the start of the packet, in bytes.
        at: usize,
        /// What was wrong.
        what: String,
    },
    /// A code or name of a provider that cannot stand in a label.
    #[error("`{text}` cannot name a provider: {what}")]
    Provider {
        /// As given.
        text: String,
        /// Why not.
        what: &'static str,
    },
    /// Words that the visible label cannot be.
    #[error("the visible label cannot be `{text}`: {what}")]
    Wording {
        /// As given.
        text: String,
        /// Why not.
        what: &'static str,
    },
    /// A picture that a legible label does not fit into.
    #[error("a picture of {width}x{height} pixels has no room for a legible label")]
    NoRoom {
        /// Its width, in pixels.
        width: u32,
        /// Its height, in pixels.
        height: u32,
    },
    /// The private key for signing labels is not one of its curve.
    #[error("the private key of labels is not a number of its curve")]
    Key,
    /// No manifest can be written.
    #[error("no manifest can be written: {reason}")]
    Manifest {
        /// As the foreign crate has it.
        reason: String,
    },
    /// The manifest that was written is not valid: the signer's certificates are not of the profile, or have expired.
    #[error("the manifest that was written is refused: {failures}")]
    ManifestRefused {
        /// Codes of the C2PA specification.
        failures: String,
    },
    /// The picture cannot be encoded.
    #[error("the picture cannot be encoded: {reason}")]
    Encode {
        /// As the encoder has it.
        reason: String,
    },
    /// A finished file does not hold what was put into it.
    #[error("the finished file was read back without {what}, and is not released")]
    ReadBack {
        /// What is missing.
        what: &'static str,
    },
    /// A record for a file without the visible label is not complete.
    #[error("a file without the visible label needs its `{field}` on record")]
    Waiver {
        /// The answer that is missing or unusable.
        field: &'static str,
    },
}

impl Error {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Field { .. } => {
                Some("values are printable ASCII without spaces; use the 27-character code instead of a name")
            }
            Self::Damaged { .. } | Self::Packet { .. } => {
                Some("open the file in a viewer and save it again, then label the new file")
            }
            Self::Encrypted { .. } => {
                Some("save it without encryption, such as with `qpdf --decrypt`, and take the new file")
            }
            Self::Provider { .. } => Some(
                "give the 27-character code of TC260-PG-20252A, or a name in ASCII letters without spaces",
            ),
            Self::Wording { .. } => Some("take `AI生成`, `AI合成` or `人工智能生成合成`"),
            Self::NoRoom { .. } => Some("enlarge the picture, or shorten the label's words"),
            Self::Key => Some("make new keys"),
            Self::ManifestRefused { .. } => Some(
                "the signer needs a certificate by another authority, with the key usage digitalSignature and an extended key usage for claims, that is valid now",
            ),
            Self::Waiver { .. } => {
                Some("say who gets it, what for, under which version of the agreement, and when")
            }
            Self::Unsupported { .. }
            | Self::Manifest { .. }
            | Self::Encode { .. }
            | Self::ReadBack { .. } => None,
        }
    }
}
