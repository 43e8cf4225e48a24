//! The policy engine: rules are data, verdicts cite them.
