//! Workers that are killed, workers that compete, people who order more than others.

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::support::Studio;
use danqing_store::{
    Clock, Filter, JobFilter, NewJob, NewPerson, NewPicture, Person, Pictures, Pulse, Role, State, Store,
};

/// A process that finds this variable is a worker, and its value says of which store.
const WORKER_OF: &str = "DANQING_TEST_WORKER_OF";
const PLACES: u32 = 3;
/// Kills in the middle of work, on each database.
const KILLS: usize = 40;
/// More than the workers get done before they are killed.
const ORDERS: usize = 3 * KILLS;

async fn person(store: &Store, name: &str) -> Person {
    let new =
        NewPerson { name: name.to_owned(), display: name.to_owned(), password: None, role: Role::Creator };
    store.accounts().create(new).await.expect("an account")
}

/// What a worker does, told line by line so that whoever kills it knows that it was at work.
async fn work(address: &str, folder: &std::path::Path, worker: &str) {
    let store = crate::support::open(address, &folder.join("blobs"), Clock::system()).await;
    while let Some(lease) = store.jobs().lease(worker, &["paint"], 1).await.expect("an answer") {
        tell("leased");
        for place in 0..PLACES {
            store.jobs().heartbeat(&lease, place, PLACES).await.expect("a pulse");
            tell("painting");
            let bytes = format!("{} {place}", lease.job.id).into_bytes();
            let picture = NewPicture::new(bytes, "image/png", 8, 8).prompt("一盏灯").mark("test", "all");
            store.pictures().keep(&lease, place, picture).await.expect("kept");
            tell("kept");
        }
        store.jobs().finish(&lease, "{}").await.expect("done");
        tell("done");
    }
}

#[expect(clippy::print_stdout, reason = "the killer listens")]
fn tell(what: &str) {
    println!("worker: {what}");
}

/// The worker process; without its variable it has nothing to do and is a passed test.
#[tokio::test]
async fn worker_process() {
    let Ok(of) = std::env::var(WORKER_OF) else { return };
    let (address, folder) = of.split_once('|').expect("address and folder");
    work(address, folder.as_ref(), "child").await;
}

/// Starts a worker and kills it after it has said `lines` things. Says whether it was still at work.
fn kill_after(studio: &Studio, lines: usize) -> bool {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "faults::worker_process", "--nocapture"])
        .env(WORKER_OF, format!("{}|{}", studio.address, studio.folder.path().display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a worker");
    let output = BufReader::new(child.stdout.take().expect("piped"));
    let said = output.lines().map_while(Result::ok).filter(|line| line.contains("worker: "));
    let said = said.take(lines).count();
    // A signal that no process can catch, at whatever instruction it is.
    child.kill().expect("killed or gone");
    child.wait().expect("an end");
    said == lines
}

/// Numbers without order; the same in every run, so that a failure can be looked at again.
fn scattered(number: usize) -> usize {
    (number * 7919 + 13) % 17 + 1
}

#[tokio::test]
async fn killed_workers_lose_nothing_and_keep_nothing_twice() {
    for mut studio in Studio::each().await {
        // Leases of the workers last a millisecond by the system's clock.
        studio.clock = Clock::system();
        studio.store = studio.another().await;
        let wang = person(&studio.store, "wang").await;
        let orders = (0..ORDERS).map(|number| NewJob::new("paint", number.to_string()).attempts(1000));
        studio.store.jobs().enqueue_all(&wang.id, orders.collect()).await.expect("queued");
        let killed = (0..KILLS).filter(|number| kill_after(&studio, scattered(*number))).count();
        assert!(killed > KILLS / 2, "{killed} workers were killed at work");
        studio.clock = Clock::manual(Clock::system().now_ms() + 3_600_000);
        studio.store = studio.another().await;
        studio.store.jobs().reclaim().await.expect("an answer");
        studio.clock.advance(600_000);
        work_off(&studio).await;
        nothing_lost_or_twice(&studio, &wang).await;
    }
}

/// Does what the killed workers left.
async fn work_off(studio: &Studio) {
    while let Some(lease) = studio.store.jobs().lease("last", &["paint"], 60_000).await.expect("an answer") {
        for place in 0..PLACES {
            let bytes = format!("{} {place}", lease.job.id).into_bytes();
            let picture = NewPicture::new(bytes, "image/png", 8, 8).prompt("一盏灯").mark("test", "all");
            studio.store.pictures().keep(&lease, place, picture).await.expect("kept");
        }
        studio.store.jobs().finish(&lease, "{}").await.expect("done");
    }
}

async fn nothing_lost_or_twice(studio: &Studio, wang: &Person) {
    let (jobs, pictures) = (studio.store.jobs(), studio.store.pictures());
    let done = JobFilter { state: Some(State::Done), limit: 1000, ..JobFilter::default() };
    let done = jobs.list(&wang.id, &done).await.expect("a list");
    assert_eq!(done.len(), ORDERS, "every job is done");
    for job in &done {
        let kept = pictures.of_job(&job.id).await.expect("pictures");
        let places: Vec<i64> = kept.iter().map(|picture| picture.place).collect();
        assert_eq!(places, [0, 1, 2], "each picture once");
        for picture in &kept {
            let bytes = pictures.bytes(picture).await.expect("bytes");
            assert_eq!(bytes, format!("{} {}", job.id, picture.place).into_bytes(), "its own bytes");
        }
    }
    assert_eq!(all(&pictures).await, ORDERS * PLACES as usize, "pictures in the gallery");
    let marked = pictures.by_mark("test", "all").await.expect("marks");
    assert_eq!(marked.len(), ORDERS * PLACES as usize, "no picture without a row");
    assert_eq!(pictures.sweep(0).await.expect("swept").blobs, 0, "equal bytes leave no orphans");
    assert_eq!(studio.store.ledger().verify(&[]).await.expect("a report").findings, [], "a sound ledger");
}

async fn all(pictures: &Pictures<'_>) -> usize {
    let filter = Filter { limit: 10_000, ..Filter::default() };
    pictures.list(&filter).await.expect("a page").pictures.len()
}

#[tokio::test]
async fn a_clock_that_jumps_costs_attempts_and_nothing_else() {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    for studio in Studio::each().await {
        let jobs = studio.store.jobs();
        let wang = person(&studio.store, "wang").await;
        let take = async || jobs.lease("a", &["paint"], 15_000).await.expect("an answer").expect("a lease");
        jobs.enqueue(&wang.id, NewJob::new("paint", "0").attempts(5)).await.expect("queued");
        let first = take().await;

        studio.clock.advance(DAY_MS);
        assert_eq!(jobs.reclaim().await.expect("an answer"), 1, "ahead: the lease runs out");
        assert_eq!(jobs.heartbeat(&first, 1, 9).await.expect("an answer"), Pulse::Lost);
        studio.clock.advance(3000);
        let second = take().await;

        studio.clock.advance(-7 * DAY_MS);
        assert_eq!(jobs.heartbeat(&second, 1, 9).await.expect("an answer"), Pulse::Continue);
        assert_eq!(jobs.reclaim().await.expect("an answer"), 0, "back: who works goes on");
        assert_eq!(jobs.fail(&second, "no memory").await.expect("an answer"), State::Queued);
        studio.clock.advance(-DAY_MS);
        let third = take().await;
        assert_eq!(third.job.attempts, 3, "back: a pause is not a day longer");

        studio.clock.advance(-DAY_MS);
        assert_eq!(jobs.reclaim().await.expect("an answer"), 1, "back: who died is missed at once");
        let again = jobs.enqueue(&wang.id, NewJob::new("paint", "1")).await.expect("queued");
        studio.clock.advance(-60_000);
        assert_eq!(take().await.job.id, again.job().id, "back: what is new does not wait");
        studio.clock.advance(3 * 60_000);
        let last = take().await;
        assert_eq!(last.job.id, first.job.id, "nor is the first one lost");
        jobs.finish(&last, "{}").await.expect("done");
        let report = studio.store.ledger().verify(&[]).await.expect("an answer");
        assert!(report.findings.is_empty(), "{:?}", report.findings);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn competing_workers_never_share_a_job() {
    for studio in Studio::each().await {
        let wang = person(&studio.store, "wang").await;
        let orders = (0..60).map(|number| NewJob::new("paint", number.to_string())).collect();
        studio.store.jobs().enqueue_all(&wang.id, orders).await.expect("queued");
        let mut workers = Vec::new();
        for number in 0..4 {
            let store = studio.another().await;
            workers.push(tokio::spawn(async move {
                let mut taken = Vec::new();
                let worker = format!("worker-{number}");
                while let Some(lease) =
                    store.jobs().lease(&worker, &["paint"], 60_000).await.expect("an answer")
                {
                    taken.push(lease.job.id.clone());
                    store.jobs().finish(&lease, "{}").await.expect("done");
                }
                taken
            }));
        }
        let mut taken = Vec::new();
        for worker in workers {
            taken.extend(worker.await.expect("a worker"));
        }
        let different: HashSet<_> = taken.iter().collect();
        assert_eq!((taken.len(), different.len()), (60, 60));
    }
}

/// Jain, Chiu and Hawe 1984: 1 where all get the same, 1/n where one gets everything.
fn jain(shares: &[f64]) -> f64 {
    let sum: f64 = shares.iter().sum();
    let squares: f64 = shares.iter().map(|share| share * share).sum();
    sum * sum / (shares.len() as f64 * squares)
}

#[tokio::test]
async fn five_hundred_orders_of_one_do_not_starve_another() {
    for studio in Studio::each().await {
        let jobs = studio.store.jobs();
        let crowd = person(&studio.store, "crowd").await;
        let orders = (0..500).map(|number| NewJob::new("paint", number.to_string()).cost(4)).collect();
        jobs.enqueue_all(&crowd.id, orders).await.expect("queued");
        let mut people = vec![crowd];
        // Some are in the queue before the first lease, others come when the crowd is being served.
        for number in 0..9 {
            let one = person(&studio.store, &format!("person-{number}")).await;
            let cost = number % 3 + 1;
            let orders = (0..40).map(|number| NewJob::new("paint", number.to_string()).cost(cost)).collect();
            jobs.enqueue_all(&one.id, orders).await.expect("queued");
            people.push(one);
        }
        let mut served: BTreeMap<_, i64> = people.iter().map(|person| (person.id.clone(), 0)).collect();
        // While all of them wait, work is shared evenly.
        for _ in 0..150 {
            let lease = jobs.lease("w", &["paint"], 60_000).await.expect("an answer").expect("a lease");
            *served.get_mut(&lease.job.person).expect("one of them") += lease.job.cost;
            jobs.finish(&lease, "{}").await.expect("done");
        }
        let shares: Vec<f64> = served.values().map(|cost| *cost as f64).collect();
        assert!(jain(&shares) > 0.95, "{shares:?}");

        let late = person(&studio.store, "late").await;
        let single = jobs.enqueue(&late.id, NewJob::new("paint", "1")).await.expect("queued");
        let place = jobs.place(&single.job().id).await.expect("an answer").expect("it waits");
        assert!(place.ahead <= people.len() as i64, "at most one of each is before a newcomer: {place:?}");
    }
}
