//! What can go wrong between a prompt and its pixels.

use safetensors::SafeTensorError;

/// An error of the engine; all but three concern the file of weights.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The bytes are no safetensors file, or one cut short.
    #[error("the file of weights cannot be read")]
    Unreadable(#[source] SafeTensorError),
    /// The file lacks a tensor that the model needs.
    #[error("tensor `{tensor}` is missing")]
    Missing {
        /// Name asked for.
        tensor: String,
    },
    /// A tensor of another shape than the model needs.
    #[error("tensor `{tensor}` has shape {found:?}, expected {expected:?}")]
    Shape {
        /// Name asked for.
        tensor: String,
        /// Shape that the model needs.
        expected: Vec<usize>,
        /// Shape in the file.
        found: Vec<usize>,
    },
    /// A tensor whose elements have another type than the model reads.
    #[error("tensor `{tensor}` holds `{found}`, expected {expected}")]
    ElementType {
        /// Name asked for.
        tensor: String,
        /// Types that the model reads.
        expected: &'static str,
        /// Type in the file.
        found: String,
    },
    /// A tensor whose values cannot be what they should, such as a table out of order.
    #[error("tensor `{tensor}` is damaged: {reason}")]
    Damaged {
        /// Name of the tensor.
        tensor: String,
        /// What is wrong with the values.
        reason: &'static str,
    },
    /// A number beside the tensors that is missing (then `value` is empty), out of range or unlike the other files'.
    #[error("property `{name}` of the file of weights cannot be `{value}`")]
    Property {
        /// Name of the property.
        name: &'static str,
        /// What stands there.
        value: String,
    },
    /// An image or a mask to start from that has no pixels.
    #[error("an image to start from has no pixels")]
    EmptyImage,
    /// A request for few steps, and no distilled painter was added.
    #[error("this model has no distilled painter")]
    NoQuick,
    /// The watcher ended the work.
    #[error("painting was cancelled")]
    Cancelled,
}

impl Error {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unreadable(_) | Self::Damaged { .. } => "the file is damaged: fetch or build it again",
            Self::Missing { .. } | Self::Shape { .. } | Self::ElementType { .. } | Self::Property { .. } => {
                "this is another model's file, or one for another version of danqing"
            }
            Self::EmptyImage => "start from an image of at least one pixel",
            Self::NoQuick => "take another sampler",
            Self::Cancelled => "start again for the rest of the pictures",
        }
    }
}
