//! XMP packets: one packet a file, which holds the implicit label and the kind of source.

/// How content came about: `Iptc4xmpExt:DigitalSourceType`, a term of the IPTC vocabulary of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DigitalSource {
    /// Made by a trained model alone.
    TrainedAlgorithmicMedia,
    /// A picture of other origin, parts of which were made by a trained model.
    CompositeWithTrainedAlgorithmicMedia,
    /// Made by an algorithm that was not trained on sampled content.
    AlgorithmicMedia,
}

impl DigitalSource {
    /// Where the vocabulary lives.
    const VOCABULARY: &str = "http://cv.iptc.org/newscodes/digitalsourcetype/";

    /// All terms that this crate writes.
    pub const ALL: [Self; 3] =
        [Self::TrainedAlgorithmicMedia, Self::CompositeWithTrainedAlgorithmicMedia, Self::AlgorithmicMedia];

    /// The term without its address.
    pub fn term(self) -> &'static str {
        match self {
            Self::TrainedAlgorithmicMedia => "trainedAlgorithmicMedia",
            Self::CompositeWithTrainedAlgorithmicMedia => "compositeWithTrainedAlgorithmicMedia",
            Self::AlgorithmicMedia => "algorithmicMedia",
        }
    }

    /// The full address of the term, which is what a file holds.
    pub fn uri(self) -> String {
        format!("{}{}", Self::VOCABULARY, self.term())
    }

    /// Reads the address of a term.
    pub fn from_uri(uri: &str) -> Option<Self> {
        let term = uri.strip_prefix(Self::VOCABULARY)?;
        Self::ALL.into_iter().find(|source| source.term() == term)
    }
}
