//! Two hundred people in a studio that paints.
//!
//! ```sh
//! cargo build --release && cargo run --release -p danqing-load -- [--people 200] [--seconds 60] [--danqing PATH]
//! ```
//!
//! It starts a studio in a folder of its own on this machine, keeps its queue filled, and measures in turn, ten times:
//! painting while people look at pages, and painting alone in a pause that they make. Each person has a connection that stays, waits
//! between two pages as people do, and orders a picture now and then. What is told at the end: steps of painting a second
//! alone and with people (pictures are not alike, steps are), the times of pages as they felt them, and memory at ten
//! moments.
#![expect(clippy::print_stdout, reason = "the answer of a bench is what it prints")]

mod http;
mod studio;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use http::Connection;
use studio::Studio;

/// The pause between two pages of one person.
const THINKING: Duration = Duration::from_secs(4);
/// One page in so many is an order.
const ORDERS: usize = 50;
/// Orders that the first person keeps waiting, so that painting never pauses.
const FILLED: usize = 20;
/// How long the studio paints before anything is measured.
const WARM: Duration = Duration::from_secs(10);
/// How long painting alone is measured, after each moment with people, and what is left to the last pages before.
const PAUSE: Duration = Duration::from_secs(6);
const SETTLED: Duration = Duration::from_millis(500);
/// Moments at which memory is looked at.
const MOMENTS: u32 = 10;
const PAGES: [&str; 4] = ["/gallery", "/", "/gallery?q=%E7%81%AF%E7%AC%BC", "/gallery?shelf=favourites"];
const PROMPTS: [&str; 6] = ["一只猫", "三只红灯笼", "a blue bicycle", "西瓜", "two dogs", "月亮在云上面"];

fn main() {
    let wish = Wish::read(std::env::args().skip(1));
    let studio = Studio::start(&wish.danqing);
    let going = AtomicBool::new(true);
    std::thread::scope(|scope| {
        let filler = scope.spawn(|| fill(&studio, &going));
        std::thread::sleep(WARM);
        let measured = crowd(&studio, &wish, vec![studio.memory_kb()]);
        going.store(false, Ordering::Relaxed);
        // A filler that failed has said so.
        let _ = filler.join();
        measured.print();
    });
}

/// What was asked for.
struct Wish {
    people: usize,
    seconds: u64,
    danqing: String,
}

impl Wish {
    fn read(mut arguments: impl Iterator<Item = String>) -> Self {
        let mut wish = Self { people: 200, seconds: 60, danqing: "target/release/danqing".to_owned() };
        while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
            match name.as_str() {
                "--people" => wish.people = value.parse().expect("a number of people"),
                "--seconds" => wish.seconds = value.parse().expect("a number of seconds"),
                "--danqing" => wish.danqing = value,
                _ => panic!("`{name}` is not known; see the top of main.rs"),
            }
        }
        wish
    }
}

/// Keeps orders waiting.
fn fill(studio: &Studio, going: &AtomicBool) {
    let mut connection = Connection::open(studio.host());
    let mut number = 0;
    while going.load(Ordering::Relaxed) {
        let waiting = studio.metric(&mut connection, "danqing_jobs_queued");
        for _ in waiting as usize..FILLED {
            order(&mut connection, number);
            number += 1;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn order(connection: &mut Connection, number: usize) {
    let prompt: String = PROMPTS[number % PROMPTS.len()].bytes().map(|byte| format!("%{byte:02X}")).collect();
    let reply = connection.post("/orders", &format!("prompt={prompt}&size=512"));
    assert_eq!(reply.status, 303, "an order is taken");
}

/// Steps of painting a second over `time`.
fn pace(studio: &Studio, time: Duration) -> f64 {
    let mut connection = Connection::open(studio.host());
    let before = studio.metric(&mut connection, "danqing_painting_steps_total");
    let start = Instant::now();
    std::thread::sleep(time);
    let after = studio.metric(&mut connection, "danqing_painting_steps_total");
    (after - before) / start.elapsed().as_secs_f64()
}

/// What happened while people were there.
struct Measured {
    /// Steps of painting a second with people, and in the pauses that they make.
    pace: f64,
    alone: f64,
    /// Milliseconds, sorted.
    pages: Vec<f64>,
    failures: usize,
    memory_kb: Vec<u64>,
}

fn crowd(studio: &Studio, wish: &Wish, mut memory_kb: Vec<u64>) -> Measured {
    let going = AtomicBool::new(true);
    let failures = AtomicUsize::new(0);
    let there = AtomicBool::new(true);
    let (pace, alone, mut pages) = std::thread::scope(|scope| {
        let people: Vec<_> = (0..wish.people)
            .map(|number| {
                let (going, there, failures) = (&going, &there, &failures);
                std::thread::Builder::new()
                    .stack_size(128 * 1024)
                    .spawn_scoped(scope, move || person(studio, number, going, there, failures))
                    .expect("a thread for a person")
            })
            .collect();
        // In turn, so that a machine that is faster now and slower then is so for both.
        let (mut with, mut without) = (0.0, 0.0);
        for _ in 0..MOMENTS {
            with += pace(studio, Duration::from_secs(wish.seconds) / MOMENTS) / f64::from(MOMENTS);
            memory_kb.push(studio.memory_kb());
            there.store(false, Ordering::Relaxed);
            std::thread::sleep(SETTLED);
            without += pace(studio, PAUSE) / f64::from(MOMENTS);
            there.store(true, Ordering::Relaxed);
        }
        going.store(false, Ordering::Relaxed);
        let times = people.into_iter().flat_map(|person| person.join().unwrap_or_default());
        (with, without, times.collect::<Vec<f64>>())
    });
    pages.sort_by(f64::total_cmp);
    Measured { pace, alone, pages, failures: failures.into_inner(), memory_kb }
}

/// One person's visit; gives the milliseconds that each page took.
fn person(
    studio: &Studio,
    number: usize,
    going: &AtomicBool,
    there: &AtomicBool,
    failures: &AtomicUsize,
) -> Vec<f64> {
    let mut connection = Connection::open(studio.host());
    let mut times = Vec::new();
    // People do not come at the same moment.
    std::thread::sleep(THINKING * (number as u32 % 100) / 100);
    for turn in number.. {
        if !going.load(Ordering::Relaxed) {
            break;
        }
        if !there.load(Ordering::Relaxed) {
            // Who sleeps as long as between two pages comes back at a moment of their own.
            std::thread::sleep(THINKING);
            continue;
        }
        let start = Instant::now();
        if turn % ORDERS == ORDERS - 1 {
            order(&mut connection, turn);
        } else {
            let reply = connection.get(PAGES[turn % PAGES.len()]);
            failures.fetch_add(usize::from(reply.status != 200), Ordering::Relaxed);
        }
        times.push(start.elapsed().as_secs_f64() * 1000.0);
        std::thread::sleep(THINKING);
    }
    times
}

impl Measured {
    fn print(&self) {
        let at = |share: f64| {
            let place = (self.pages.len() as f64 * share) as usize;
            self.pages.get(place.min(self.pages.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
        };
        let slower = (1.0 - self.pace / self.alone) * 100.0;
        println!(
            "painting: {:.1} steps a second alone, {:.1} with people, {slower:.1} % fewer",
            self.alone, self.pace
        );
        println!(
            "pages: {}, p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, longest {:.1} ms, {} failed",
            self.pages.len(),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0),
            self.failures
        );
        let memory: Vec<String> = self.memory_kb.iter().map(|kb| format!("{} MB", kb / 1024)).collect();
        println!("memory: {}", memory.join(", "));
    }
}
