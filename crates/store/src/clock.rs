//! The time that the store goes by.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time, in milliseconds since 1970; the system's, or one that a test sets.
///
/// Copies of a manual clock show the same time.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    manual: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The time of the system.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `now_ms` until [`Clock::advance`].
    pub fn manual(now_ms: i64) -> Self {
        Self { manual: Some(Arc::new(AtomicI64::new(now_ms))) }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match &self.manual {
            Some(time) => time.load(Ordering::SeqCst),
            None => since_1970(),
        }
    }

    /// Moves a manual clock, backwards where `by_ms` is negative; the system's stays as it is.
    pub fn advance(&self, by_ms: i64) {
        if let Some(time) = &self.manual {
            time.fetch_add(by_ms, Ordering::SeqCst);
        }
    }
}

/// Zero where the system's clock stands before 1970.
fn since_1970() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
