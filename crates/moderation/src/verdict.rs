//! What screening says: actions, hits that cite their rules, and the two ends of it, `Screened` and `Stop`.

use std::ops::Range;
use std::sync::Arc;

use crate::category::{Bilingual, Category};
use crate::view::View;

/// What a rule asks for, from the mildest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing: no rule spoke.
    Pass,
    /// Go on, and write the hit into the record.
    Log,
    /// Go on, and tell the person.
    Warn,
    /// Wait until an officer decided.
    Review,
    /// Do not go on.
    Block,
}

impl Action {
    /// The word in packs and records: `pass`, `log`, `warn`, `review`, `block`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Log => "log",
            Self::Warn => "warn",
            Self::Review => "review",
            Self::Block => "block",
        }
    }

    /// The action with this word; not `pass`, which no rule can ask for.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Log, Self::Warn, Self::Review, Self::Block].into_iter().find(|action| action.as_str() == word)
    }
}

/// The rule that a hit cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Name of the pack.
    pub pack: String,
    /// Id of the rule within the pack.
    pub rule: String,
    /// The kind of risk.
    pub category: Category,
    /// What the rule asks for.
    pub action: Action,
    /// What the person is told.
    pub message: Bilingual,
    /// Where the rule comes from: a law, a standard, a house rule.
    pub source: String,
}

/// One rule that spoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The rule.
    pub citation: Arc<Citation>,
    /// Why it spoke.
    pub evidence: Evidence,
}

/// Why a rule spoke.
#[derive(Debug, Clone, PartialEq)]
pub enum Evidence {
    /// Words of the text: one finding for a term or pattern, one for each side of a combination, in the order of the
    /// text.
    Words(Vec<Finding>),
    /// A score of a picture.
    Score {
        /// Name of the score.
        name: String,
        /// The score, 0 to 1.
        value: f32,
        /// The threshold that it reached.
        at_least: f32,
    },
}

/// Where a term was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The term as the pack writes it, or the pattern.
    pub term: String,
    /// Bytes of the original text; both ends lie on boundaries of characters.
    pub span: Range<usize>,
    /// The reading of the text in which it was found.
    pub view: View,
}

impl Hit {
    /// Id of the rule.
    pub fn rule(&self) -> &str {
        &self.citation.rule
    }

    /// Kind of risk.
    pub fn category(&self) -> &Category {
        &self.citation.category
    }

    /// Bytes of the original text from the first finding to the last; nothing for a score.
    pub fn span(&self) -> Option<Range<usize>> {
        let Evidence::Words(findings) = &self.evidence else { return None };
        let start = findings.iter().map(|finding| finding.span.start).min()?;
        let end = findings.iter().map(|finding| finding.span.end).max()?;
        Some(start..end)
    }
}

/// What screening says of one text or one picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Version of the policy that spoke.
    pub policy: Arc<str>,
    /// Rules that spoke, the strongest action first, then in the order of the packs.
    pub hits: Vec<Hit>,
}

impl Verdict {
    pub(crate) fn new(policy: Arc<str>, mut hits: Vec<Hit>) -> Self {
        // Stable: equal actions stay in the order of the packs.
        hits.sort_by_key(|hit| std::cmp::Reverse(hit.citation.action));
        Self { policy, hits }
    }

    /// The strongest action of all hits.
    pub fn action(&self) -> Action {
        self.hits.first().map_or(Action::Pass, |hit| hit.citation.action)
    }

    /// What the person is told, once for each message, the strongest first; empty when nothing needs saying.
    pub fn messages(&self) -> Vec<&Bilingual> {
        let mut messages: Vec<&Bilingual> = Vec::new();
        for hit in self.hits.iter().filter(|hit| hit.citation.action > Action::Log) {
            if !messages.contains(&&hit.citation.message) {
                messages.push(&hit.citation.message);
            }
        }
        messages
    }

    /// What the person can do about it; nothing when the work goes on.
    pub fn remedy(&self) -> Option<Bilingual> {
        match self.action() {
            Action::Pass | Action::Log | Action::Warn => None,
            Action::Review => Some(Bilingual::new(
                "这个请求要等审核员看过才会继续。您不用做什么，也可以改写提示词后重新提交。",
                "This order waits until an officer has looked at it. You need do nothing; you may also reword it and \
                 submit it again.",
            )),
            Action::Block => Some(Bilingual::new(
                "您可以改写提示词后再试。如果您认为这是误判，请申诉：申诉由人审核，规则有错就会改正。",
                "You can reword the prompt and try again. If you think this is a mistake, appeal: a person will look at \
                 it, and a wrong rule will be corrected.",
            )),
        }
    }
}

/// Something that passed screening. Only a [`Policy`](crate::Policy) makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Screened<T> {
    subject: T,
    verdict: Verdict,
    approval: Option<Approval>,
}

impl<T> Screened<T> {
    pub(crate) fn new(subject: T, verdict: Verdict, approval: Option<Approval>) -> Self {
        Self { subject, verdict, approval }
    }

    /// What passed.
    pub fn get(&self) -> &T {
        &self.subject
    }

    /// The verdict, for the record: `log` and `warn` pass too.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The officer who let it pass, where a rule asked for review.
    pub fn approval(&self) -> Option<&Approval> {
        self.approval.as_ref()
    }

    /// What passed, and why.
    pub fn into_parts(self) -> (T, Verdict) {
        (self.subject, self.verdict)
    }
}

/// Something that did not pass, and the verdict that says why.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("stopped by rule `{}` ({})", self.rule(), self.action().as_str())]
pub struct Stop {
    /// The whole verdict; it has at least one hit.
    verdict: Verdict,
}

impl Stop {
    pub(crate) fn new(verdict: Verdict) -> Self {
        Self { verdict }
    }

    /// Id of the strongest rule.
    pub fn rule(&self) -> &str {
        self.verdict.hits.first().map_or("", Hit::rule)
    }

    /// [`Action::Review`] or [`Action::Block`].
    pub fn action(&self) -> Action {
        self.verdict.action()
    }

    /// The verdict.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }
}

/// An officer's decision to let something pass that a rule wanted reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    officer: String,
    reason: String,
}

impl Approval {
    /// Of an officer's name or number and a reason, neither of them blank.
    pub fn new(officer: &str, reason: &str) -> Option<Self> {
        let (officer, reason) = (officer.trim(), reason.trim());
        (!officer.is_empty() && !reason.is_empty())
            .then(|| Self { officer: officer.to_owned(), reason: reason.to_owned() })
    }

    /// Who decided.
    pub fn officer(&self) -> &str {
        &self.officer
    }

    /// Why.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}
