//! The processor as the kernels see it: an instruction level and threads that stay alive between calls.
//!
//! A small transformer makes a thousand parallel calls a second, so a call must cost about a microsecond. Workers spin
//! for a while after each call and park only when nothing comes. A call never waits for a worker that is not
//! running: workers *join* while the call is open, and the caller closes it as soon as no task is left, so on a busy
//! machine the caller simply does more of the work itself.
#![expect(
    unsafe_code,
    reason = "a borrowed closure crosses to threads that outlive the borrow; see `Pool::run`"
)]

use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use crate::level::{Level, Simd};

/// How long a thread waits by spinning alone; after that it offers its core to others now and then, in case the one it
/// waits for has been put on the same core.
const SPIN: Duration = Duration::from_micros(50);

/// How long an idle worker waits before it parks. A sleeper is often woken on the caller's own core, so the pause between
/// two layers or two steps must not put it to sleep.
const PATIENCE: Duration = Duration::from_millis(3);

/// An instruction level and a pool of threads; share it by reference. Clones have the same threads.
#[derive(Clone)]
pub struct Cpu {
    simd: Simd,
    threads: usize,
    pool: Option<Arc<Pool>>,
}

impl Cpu {
    /// A pool of `threads` threads, the calling one included, that uses `level`.
    ///
    /// Panics if `threads` is zero or the machine lacks `level`; see [`Level::is_available`].
    #[must_use]
    pub fn new(threads: usize, level: Level) -> Self {
        assert!(threads > 0, "a pool needs at least one thread");
        let pool = (threads > 1).then(|| Arc::new(Pool::new(threads - 1)));
        Self { simd: Simd::new(level), threads, pool }
    }

    /// A pool of `threads` threads that uses the strongest level of this machine.
    #[must_use]
    pub fn detect(threads: usize) -> Self {
        Self::new(threads, Level::detect())
    }

    /// The same threads at another level; panics if the machine lacks it.
    #[must_use]
    pub fn at(&self, level: Level) -> Self {
        Self { simd: Simd::new(level), ..self.clone() }
    }

    /// The instruction level that weights are packed for and kernels run with.
    #[must_use]
    pub fn level(&self) -> Level {
        self.simd.level()
    }

    /// Threads that share a call, the calling one included.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Calls `task(0)` to `task(tasks - 1)`, each once, in any order and on any of the threads; returns when all are
    /// done.
    ///
    /// A panic in a task reaches the caller. Inside a task, and while another thread uses the pool, the tasks run on
    /// the calling thread alone.
    pub fn parallel_for(&self, tasks: usize, task: impl Fn(usize) + Sync) {
        match &self.pool {
            Some(pool) if tasks > 1 => pool.run(tasks, &task),
            _ => (0..tasks).for_each(task),
        }
    }

    /// What kernels run with, linear layers excepted.
    pub(crate) fn simd(&self) -> Simd {
        self.simd.unquantised()
    }

    /// What linear layers run with.
    pub(crate) fn linear_simd(&self) -> Simd {
        self.simd
    }
}

type Task<'a> = dyn Fn(usize) + Sync + 'a;

/// What workers do during one call.
struct Job {
    task: *const Task<'static>,
    tasks: usize,
}

/// The open bit of [`State::gate`]; below it the count of joined workers, above it the number of the call.
const OPEN: u64 = 1 << 15;
const JOINED: u64 = OPEN - 1;
const CALL: u64 = 1 << 16;

struct State {
    /// Number of the call, whether it may be joined, and how many workers are inside.
    gate: AtomicU64,
    /// Written only while the gate is closed and empty, read only by those inside.
    job: UnsafeCell<Option<Job>>,
    /// Each thread's own share of the tasks; shares are the same from call to call, so that the weights and rows a
    /// thread touched last stand in its cache. Who is done takes from the others.
    shares: Vec<Share>,
    sleeping: AtomicUsize,
    panicked: AtomicBool,
    stop: AtomicBool,
}

/// The next task of one thread's share, on a cache line of its own.
#[repr(align(128))]
#[derive(Default)]
struct Share {
    next: AtomicUsize,
}

// SAFETY: `job` is the one field without its own synchronisation. The caller, who holds `Pool::calls`, writes it while the
// gate is closed and empty and then opens the gate with release; workers read it after joining with acquire.
unsafe impl Sync for State {}
// SAFETY: the pointer inside `job` is only followed between joining and leaving, while the caller keeps its target alive.
unsafe impl Send for State {}

struct Pool {
    state: Arc<State>,
    /// Held for the length of a call.
    calls: Mutex<()>,
    sleepers: Vec<Thread>,
    workers: Vec<JoinHandle<()>>,
}

impl Pool {
    fn new(workers: usize) -> Self {
        let state = Arc::new(State {
            gate: AtomicU64::new(0),
            job: UnsafeCell::new(None),
            shares: (0..=workers).map(|_| Share::default()).collect(),
            sleeping: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        });
        let workers: Vec<JoinHandle<()>> = (1..=workers)
            .map(|thread| {
                let state = Arc::clone(&state);
                std::thread::spawn(move || state.work(thread))
            })
            .collect();
        let sleepers = workers.iter().map(|worker| worker.thread().clone()).collect();
        Self { state, calls: Mutex::new(()), sleepers, workers }
    }

    fn run(&self, tasks: usize, task: &Task<'_>) {
        let _call = match self.calls.try_lock() {
            Ok(call) => call,
            // A task panicked in an earlier call; `Closing` left the pool as it should be.
            Err(TryLockError::Poisoned(call)) => call.into_inner(),
            Err(TryLockError::WouldBlock) => return (0..tasks).for_each(task),
        };
        // SAFETY: only the lifetime changes. `Closing` below does not let this function end, by return or by panic,
        // before the gate is closed and every worker has left it, so nobody follows the pointer after the borrow.
        let task: &'static Task<'static> = unsafe { std::mem::transmute::<&Task<'_>, &Task<'static>>(task) };
        self.open(Job { task, tasks });
        let closing = Closing { state: &self.state };
        self.state.take_tasks(0, task, tasks);
        drop(closing);
        assert!(!self.state.panicked.load(Ordering::Relaxed), "a parallel task panicked");
    }

    fn open(&self, job: Job) {
        let state = &*self.state;
        for (thread, share) in state.shares.iter().enumerate() {
            share.next.store(state.share_start(thread, job.tasks), Ordering::Relaxed);
        }
        // SAFETY: the last call closed the gate and waited until it was empty, and `calls` keeps other callers out.
        unsafe { *state.job.get() = Some(job) };
        state.panicked.store(false, Ordering::Relaxed);
        let call = state.gate.load(Ordering::Relaxed) & !(OPEN | JOINED);
        state.gate.store(call.wrapping_add(CALL) | OPEN, Ordering::Release);
        // Pairs with the fence in `sleep`: either we see the sleeper, or it sees the open gate.
        fence(Ordering::SeqCst);
        if state.sleeping.load(Ordering::Relaxed) > 0 {
            self.sleepers.iter().for_each(Thread::unpark);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.state.stop.store(true, Ordering::Release);
        self.sleepers.iter().for_each(Thread::unpark);
        for worker in self.workers.drain(..) {
            // Tasks' panics are caught, so a worker ends only by `stop`.
            let _ = worker.join();
        }
    }
}

/// Closes the gate and waits for the workers inside, also when the caller's own task panics.
struct Closing<'a> {
    state: &'a State,
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.state.gate.fetch_and(!OPEN, Ordering::AcqRel);
        let mut waiting = Waiting::new();
        while self.state.gate.load(Ordering::Acquire) & JOINED != 0 {
            waiting.pause();
        }
    }
}

/// A wait that begins by spinning.
struct Waiting {
    since: Instant,
    next_yield: Duration,
}

impl Waiting {
    fn new() -> Self {
        Self { since: Instant::now(), next_yield: SPIN }
    }

    fn pause(&mut self) {
        let waited = self.since.elapsed();
        if waited < self.next_yield {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
            self.next_yield = waited + SPIN;
        }
    }
}

impl State {
    fn share_start(&self, thread: usize, tasks: usize) -> usize {
        tasks * thread / self.shares.len()
    }

    fn take_tasks(&self, thread: usize, task: &Task<'_>, tasks: usize) {
        let threads = self.shares.len();
        for owner in (thread..threads).chain(0..thread) {
            let end = self.share_start(owner + 1, tasks);
            loop {
                let index = self.shares[owner].next.fetch_add(1, Ordering::Relaxed);
                if index >= end {
                    break;
                }
                task(index);
            }
        }
    }

    /// A worker's life.
    fn work(&self, thread: usize) {
        let mut last = 0;
        let mut waiting = Waiting::new();
        while !self.stop.load(Ordering::Acquire) {
            if self.join(thread, &mut last) {
                waiting = Waiting::new();
            } else if waiting.since.elapsed() < PATIENCE {
                waiting.pause();
            } else {
                self.sleep(last);
                waiting = Waiting::new();
            }
        }
    }

    /// Takes part in the open call unless it was call `last`; true if it did.
    fn join(&self, thread: usize, last: &mut u64) -> bool {
        let gate = self.gate.load(Ordering::Acquire);
        if gate & OPEN == 0 || gate / CALL == *last {
            return false;
        }
        if self.gate.compare_exchange(gate, gate + 1, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            return true;
        }
        *last = gate / CALL;
        let work = AssertUnwindSafe(|| {
            // SAFETY: we are inside the gate: the caller wrote `job` before opening it and keeps it, and the closure
            // behind it, alive and unchanged until we leave.
            if let Some(job) = unsafe { &*self.job.get() } {
                // SAFETY: as above.
                self.take_tasks(thread, unsafe { &*job.task }, job.tasks);
            }
        });
        if catch_unwind(work).is_err() {
            self.panicked.store(true, Ordering::Relaxed);
        }
        self.gate.fetch_sub(1, Ordering::AcqRel);
        true
    }

    fn sleep(&self, last: u64) {
        self.sleeping.fetch_add(1, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let gate = self.gate.load(Ordering::Relaxed);
        let called = gate & OPEN != 0 && gate / CALL != last;
        if !called && !self.stop.load(Ordering::Acquire) {
            std::thread::park();
        }
        self.sleeping.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_outlive_the_level_that_they_began_with() {
        let other = Cpu::new(2, Level::detect()).at(Level::Portable);
        assert_eq!((other.level(), other.threads()), (Level::Portable, 2), "the level alone is new");
        let done = AtomicUsize::new(0);
        other.parallel_for(64, |_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), 64, "each task once");
    }

    #[test]
    fn runs_each_task_once() {
        for threads in [1, 2, 5] {
            let cpu = Cpu::new(threads, Level::Portable);
            for tasks in [0, 1, 2, 7, 100] {
                let counts: Vec<AtomicUsize> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                cpu.parallel_for(tasks, |index| {
                    counts[index].fetch_add(1, Ordering::Relaxed);
                });
                assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == 1), "{threads} {tasks}");
            }
        }
    }

    #[test]
    fn nested_calls_run_on_one_thread() {
        let cpu = Cpu::new(3, Level::Portable);
        let count = AtomicUsize::new(0);
        cpu.parallel_for(4, |_| {
            cpu.parallel_for(4, |_| {
                count.fetch_add(1, Ordering::Relaxed);
            });
        });
        assert_eq!(count.into_inner(), 16, "each inner task runs once");
    }

    #[test]
    fn a_panic_reaches_the_caller_and_leaves_the_pool_usable() {
        let cpu = Cpu::new(3, Level::Portable);
        let call = AssertUnwindSafe(|| cpu.parallel_for(64, |index| assert!(index != 33, "task 33")));
        assert!(catch_unwind(call).is_err(), "the panic was lost");
        let count = AtomicUsize::new(0);
        cpu.parallel_for(64, |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(count.into_inner(), 64, "the pool runs on");
    }
}
