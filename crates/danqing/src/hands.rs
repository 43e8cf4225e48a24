//! Threads that paint, and threads that give way to them.
//!
//! A page takes a millisecond, but costs the painter several: it is taken off its core, finds its caches cold when it comes
//! back, and the other threads of the same product wait for it meanwhile. So the threads that answer requests run at a lower
//! priority than those that paint (`bench/load` measures both), and painting has threads of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use tokio::sync::oneshot;

use crate::error::Error;

/// How much less urgent pages are than painting, in steps of `nice`.
#[cfg(target_os = "linux")]
const LESS: i32 = 5;

/// Lowers the priority of the calling thread, where a system has priorities of threads.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    // A system that refuses loses nothing but speed.
    let _ = rustix::process::nice(LESS);
}

/// A thread that does one piece of work after another.
pub(crate) struct Hand(mpsc::Sender<Box<dyn FnOnce() + Send>>);

impl Hand {
    /// Starts the thread, with the priority of the calling one.
    pub(crate) fn new(name: &str) -> Result<Self, Error> {
        let (sender, work) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        let labour = move || work.into_iter().for_each(|piece| piece());
        std::thread::Builder::new().name(name.to_owned()).spawn(labour).map_err(|_| Error::Broken)?;
        Ok(Self(sender))
    }

    /// Hands over `work`; what it gives comes when it is done, nothing when it panicked.
    pub(crate) fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (sender, done) = oneshot::channel();
        let piece = move || {
            // A panic is told by its hook, and here by a sender that is gone; so is a receiver that nobody waits at.
            if let Ok(value) = catch_unwind(AssertUnwindSafe(work)) {
                drop(sender.send(value));
            }
        };
        // The thread lives as long as its sender.
        drop(self.0.send(Box::new(piece)));
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hand_goes_on_after_a_panic() {
        let hand = Hand::new("test").expect("a thread");
        let name = hand.take(|| std::thread::current().name().map(str::to_owned));
        assert_eq!(name.await.expect("done").as_deref(), Some("test"), "on the thread itself");
        assert!(hand.take(|| panic!("on purpose")).await.is_err(), "a panic is told");
        let pieces: Vec<_> = (0..3).map(|number| hand.take(move || number)).collect();
        for (number, piece) in pieces.into_iter().enumerate() {
            assert_eq!(piece.await.expect("done"), number, "one after another");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn only_the_calling_thread_gives_way() {
        let priority = || rustix::process::getpriority_process(None).expect("a priority");
        let before = priority();
        let lowered = std::thread::spawn(move || {
            give_way();
            priority()
        });
        assert_eq!(lowered.join().expect("a priority"), (before + LESS).min(19), "the other thread");
        assert_eq!(priority(), before, "not this one");
    }
}
