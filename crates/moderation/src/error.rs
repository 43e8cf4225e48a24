//! What can be wrong with a policy pack, with the line and the rule.

/// Why a pack was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file is not TOML, or a field is unknown, missing or of the wrong type.
    #[error("policy pack `{file}`, line {line}: {reason}")]
    Syntax {
        /// Name of the file, as the caller gave it.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What the TOML reader says.
        reason: String,
    },
    /// A rule, list, exception or threshold contradicts itself.
    #[error("policy pack `{file}`, line {line}, `{rule}`: {fault}")]
    Rule {
        /// Name of the file, as the caller gave it.
        file: String,
        /// Line of the id, from 1.
        line: usize,
        /// Id of the rule, list or threshold.
        rule: String,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Two packs of one policy have the same name.
    #[error("two policy packs are named `{0}`")]
    SamePack(String),
    /// The patterns of a policy are too large together to be searched for.
    #[error("the terms of the policy are too many to be searched for: `{0}`")]
    TooLarge(String),
}

/// What is wrong with one rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The id stands in the pack before.
    #[error("the id is used twice")]
    SameId,
    /// The category is neither one of GB/T 45654 nor danqing's own nor declared by the pack.
    #[error("unknown category `{0}`")]
    UnknownCategory(String),
    /// Neither or more than one of `any`, `all` and `pattern`.
    #[error("a rule has exactly one of `any`, `all` and `pattern`")]
    Kind,
    /// A combination with fewer than two or more than four sides, or with an empty side.
    #[error("`all` has two to four lists, none of them empty")]
    Sides,
    /// A reference to a list that no pack before has.
    #[error("unknown list `{0}`")]
    UnknownList(String),
    /// A term of which nothing is left when it is normalised, or `*` inside a term.
    #[error("`{0}` cannot be searched for")]
    EmptyTerm(String),
    /// A single Chinese character or letter, which would match everywhere.
    #[error("`{0}` alone would match innocent prompts; a term has at least two characters")]
    ShortTerm(String),
    /// Not a regular expression, or one that is too large.
    #[error("not a usable pattern: {0}")]
    Pattern(String),
    /// A threshold outside 0 to 1.
    #[error("`{0}` is not a score between 0 and 1")]
    Score(String),
    /// A text that people read is missing.
    #[error("a message has both `zh` and `en`, and neither is empty")]
    Message,
    /// A list that refers to itself.
    #[error("the list refers to itself")]
    Circle,
    /// A window of no characters, or beyond 1,000.
    #[error("a window has 1 to 1000 characters, not `{0}`")]
    Window(usize),
}

impl Error {
    /// What a person can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        let hint = match self {
            Self::Syntax { .. } => "docs/screening.md shows every field of a pack",
            Self::Rule { fault, .. } => match fault {
                Fault::UnknownCategory(_) => {
                    "use an id of GB/T 45654 (a1.a to a5.b), or declare it under [categories]"
                }
                Fault::UnknownList(_) => {
                    "lists stand under [lists]; those of another pack are written `@pack/list`"
                }
                Fault::ShortTerm(_) => "write a longer term, or combine it with others under `all`",
                _ => return None,
            },
            Self::SamePack(_) => "rename one of them, or load only one",
            Self::TooLarge(_) => return None,
        };
        Some(hint)
    }
}
