//! The policy in force, which can be exchanged while others screen.

use std::sync::{Arc, PoisonError, RwLock};

use crate::policy::Policy;

/// Holds the policy in force. Whoever screens takes the policy once and keeps it for the whole walk, so that words and
/// picture are judged by the same rules.
#[derive(Debug)]
pub struct Live {
    current: RwLock<Arc<Policy>>,
}

/// An exchange of policies, for the record.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The policy until now.
    pub before: Arc<Policy>,
    /// The policy from now on.
    pub after: Arc<Policy>,
}

impl Exchange {
    /// Whether the new policy is another one.
    pub fn is_change(&self) -> bool {
        self.before.version() != self.after.version()
    }
}

impl Live {
    /// Puts a first policy in force.
    pub fn new(policy: Policy) -> Self {
        Self { current: RwLock::new(Arc::new(policy)) }
    }

    /// The policy in force.
    pub fn current(&self) -> Arc<Policy> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another policy in force. Build it first: what cannot be built leaves the old one in force.
    pub fn replace(&self, policy: Policy) -> Exchange {
        let after = Arc::new(policy);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, Arc::clone(&after));
        Exchange { before, after }
    }
}
