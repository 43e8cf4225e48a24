//! Whatever is done to the ledger behind the store's back is found and named.

use crate::support::Studio;
use danqing_store::{Damage, Kind, NewEntry, Report, Store};
use proptest::prelude::*;
use sqlx::sqlite::SqlitePool;

const ENTRIES: u64 = 21;

/// One thing that somebody with access to the file could do.
#[derive(Clone, Debug)]
enum Deed {
    /// Changes one byte of an entry's body.
    EditBody { entry: u64, byte: usize },
    /// Changes what the columns say.
    EditColumn { entry: u64, column: &'static str },
    /// Takes an entry out.
    Drop { entry: u64 },
    /// Puts two entries in each other's place.
    Swap { first: u64, second: u64 },
    /// Changes the value behind a commitment.
    EditOpening { entry: u64 },
    /// Changes a stored hash.
    EditNode { level: u32, place: u64 },
    /// Changes an entry and its leaf hash to fit.
    EditWithLeaf { entry: u64 },
    /// Adds an entry at the end.
    Add,
}

fn deeds() -> impl Strategy<Value = Deed> {
    let entry = 0..ENTRIES;
    prop_oneof![
        (entry.clone(), any::<usize>()).prop_map(|(entry, byte)| Deed::EditBody { entry, byte }),
        (entry.clone(), prop::sample::select(vec!["kind", "subject", "at_ms"]))
            .prop_map(|(entry, column)| Deed::EditColumn { entry, column }),
        entry.clone().prop_map(|entry| Deed::Drop { entry }),
        (entry.clone(), entry.clone())
            .prop_filter("two", |(first, second)| first != second)
            .prop_map(|(first, second)| Deed::Swap { first, second }),
        entry.clone().prop_map(|entry| Deed::EditOpening { entry }),
        (0..4_u32, entry.clone()).prop_map(|(level, entry)| {
            let place = (entry >> level).min((ENTRIES >> level) - 1);
            Deed::EditNode { level, place }
        }),
        entry.prop_map(|entry| Deed::EditWithLeaf { entry }),
        Just(Deed::Add),
    ]
}

impl Deed {
    /// The first entry that the report must name.
    fn names(&self) -> Vec<u64> {
        match *self {
            Self::EditBody { entry, .. }
            | Self::EditColumn { entry, .. }
            | Self::Drop { entry }
            | Self::EditOpening { entry }
            | Self::EditWithLeaf { entry } => vec![entry],
            Self::Swap { first, second } => vec![first, second],
            Self::EditNode { level, place } => vec![place << level],
            Self::Add => vec![ENTRIES],
        }
    }

    async fn commit(&self, pool: &SqlitePool) {
        match *self {
            Self::EditBody { entry, byte } => {
                let body = body(pool, entry).await;
                let byte = byte % body.len();
                let mut bytes = body.into_bytes();
                bytes[byte] = if bytes[byte] == b'7' { b'8' } else { b'7' };
                set_body(pool, entry, &String::from_utf8(bytes).expect("ASCII")).await;
            }
            Self::EditColumn { entry, column } => {
                let value = if column == "at_ms" { "at_ms + 1" } else { "'other'" };
                run(pool, &format!("UPDATE ledger_entries SET {column} = {value} WHERE seq = {entry}")).await;
            }
            Self::Drop { entry } => {
                run(pool, &format!("DELETE FROM ledger_entries WHERE seq = {entry}")).await;
            }
            Self::Swap { first, second } => {
                let (one, other) = (body(pool, first).await, body(pool, second).await);
                set_body(pool, first, &other).await;
                set_body(pool, second, &one).await;
            }
            Self::EditOpening { entry } => {
                run(pool, &format!("UPDATE ledger_openings SET value = 'forged' WHERE seq = {entry}")).await;
            }
            Self::EditNode { level, place } => {
                let text = format!(
                    "UPDATE ledger_nodes SET hash = x'{}' WHERE level = {level} AND place = {place}",
                    "77".repeat(32)
                );
                run(pool, &text).await;
            }
            Self::EditWithLeaf { entry } => {
                let forged = body(pool, entry).await.replace("\"at\":1", "\"at\":2");
                set_body(pool, entry, &forged).await;
                run(
                    pool,
                    &format!("UPDATE ledger_entries SET at_ms = at_ms + 1000000000000 WHERE seq = {entry}"),
                )
                .await;
                let hash: String = danqing_store::leaf_hash(forged.as_bytes())
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect();
                run(
                    pool,
                    &format!("UPDATE ledger_nodes SET hash = x'{hash}' WHERE level = 0 AND place = {entry}"),
                )
                .await;
            }
            Self::Add => {
                let text = format!(
                    "INSERT INTO ledger_entries SELECT {ENTRIES}, kind, subject, at_ms, replace(body, '\"seq\":3,', '\"seq\":{ENTRIES},') FROM ledger_entries WHERE seq = 3"
                );
                run(pool, &text).await;
            }
        }
    }
}

async fn run(pool: &SqlitePool, text: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(text.to_owned())).execute(pool).await.expect(text);
}

async fn body(pool: &SqlitePool, entry: u64) -> String {
    let query = sqlx::query_scalar("SELECT body FROM ledger_entries WHERE seq = $1");
    query.bind(entry as i64).fetch_one(pool).await.expect("an entry")
}

async fn set_body(pool: &SqlitePool, entry: u64, body: &str) {
    let query = sqlx::query("UPDATE ledger_entries SET body = $2 WHERE seq = $1");
    query.bind(entry as i64).bind(body).execute(pool).await.expect("an entry");
}

async fn fill(store: &Store) {
    for number in 0..ENTRIES {
        let entry = NewEntry::new(Kind::Setting, format!("subject-{number}")).fact("value", number);
        store.ledger().append(entry).await.expect("an entry");
        if number == 12 {
            store.ledger().checkpoint().await.expect("a head");
        }
    }
}

/// A ledger without triggers: whoever can write to the file can take them away.
async fn unguarded(studio: &Studio) -> SqlitePool {
    let pool = SqlitePool::connect(&studio.address).await.expect("the file");
    for table in ["entries", "nodes", "checkpoints"] {
        run(&pool, &format!("DROP TRIGGER ledger_{table}_kept; DROP TRIGGER ledger_{table}_held")).await;
    }
    run(&pool, "DROP TRIGGER ledger_openings_kept").await;
    pool
}

async fn after(deeds: &[Deed]) -> Report {
    let studio = Studio::sqlite().await;
    fill(&studio.store).await;
    let pool = unguarded(&studio).await;
    for deed in deeds {
        deed.commit(&pool).await;
    }
    studio.store.ledger().verify(&[]).await.expect("a report")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_single_damage_is_named(deed in deeds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let report = runtime.block_on(after(std::slice::from_ref(&deed)));
        for entry in deed.names() {
            prop_assert!(report.findings.iter().any(|finding| finding.entry == entry), "{deed:?}: {:?}", report.findings);
        }
        prop_assert!(report.findings.len() <= 4, "{deed:?}: {:?}", report.findings);
    }
}

#[tokio::test]
async fn triggers_stop_accidents() {
    for studio in Studio::each().await {
        fill(&studio.store).await;
        let mut refused = 0;
        for text in [
            "UPDATE ledger_entries SET body = 'x' WHERE seq = 1",
            "DELETE FROM ledger_entries WHERE seq = 1",
            "DELETE FROM ledger_nodes WHERE place = 1",
            "UPDATE ledger_checkpoints SET note = 'x'",
            "UPDATE ledger_openings SET value = 'x'",
        ] {
            let refusal = if studio.address.starts_with("sqlite") {
                let pool = SqlitePool::connect(&studio.address).await.expect("the file");
                sqlx::raw_sql(text).execute(&pool).await.map(drop)
            } else {
                let pool = sqlx::PgPool::connect(&studio.address).await.expect("the server");
                sqlx::raw_sql(text).execute(&pool).await.map(drop)
            };
            refused += usize::from(refusal.is_err());
        }
        assert_eq!(refused, 5);
        assert_eq!(studio.store.ledger().verify(&[]).await.expect("a report").findings, []);
    }
}

#[tokio::test]
async fn a_ledger_rewritten_with_all_hashes_differs_from_its_signed_head() {
    let studio = Studio::sqlite().await;
    fill(&studio.store).await;
    // Another ledger of the same length is honest in itself; only the signed head tells that it is another.
    let other = Studio::sqlite().await;
    other.clock.advance(1);
    fill(&other.store).await;
    let pool = unguarded(&studio).await;
    let from = other.address.trim_start_matches("sqlite:");
    let mut one = pool.acquire().await.expect("a connection");
    let text = format!(
        "ATTACH '{from}' AS other; DELETE FROM ledger_openings; DELETE FROM ledger_entries; DELETE FROM ledger_nodes; \
         INSERT INTO ledger_entries SELECT * FROM other.ledger_entries; \
         INSERT INTO ledger_nodes SELECT * FROM other.ledger_nodes; \
         UPDATE ledger_head SET previous = (SELECT previous FROM other.ledger_head)"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(text)).execute(&mut *one).await.expect("rewritten");
    let report = studio.store.ledger().verify(&[]).await.expect("a report");
    assert_eq!(report.findings.len(), 1, "{:?}", report.findings);
    assert_eq!(report.findings[0].damage, Damage::Rewritten { size: 13 });
}

#[tokio::test]
async fn an_outside_head_shows_that_the_end_was_cut_off() {
    let studio = Studio::sqlite().await;
    fill(&studio.store).await;
    let outside = studio.store.ledger().checkpoint().await.expect("a head").note;
    let pool = unguarded(&studio).await;
    // Back to 16 entries, and everything that tells of more.
    let text = "DELETE FROM ledger_entries WHERE seq >= 16; DELETE FROM ledger_openings WHERE seq >= 16; \
         DELETE FROM ledger_nodes WHERE (place + 1) << level > 16; DELETE FROM ledger_checkpoints WHERE size > 16; \
         UPDATE ledger_head SET size = 16, previous = (SELECT hash FROM ledger_nodes WHERE level = 0 AND place = 15)";
    run(&pool, text).await;
    let ledger = studio.store.ledger();
    assert_eq!(ledger.verify(&[]).await.expect("a report").findings, [], "nothing inside tells");
    let report = ledger.verify(&[&outside]).await.expect("a report");
    let dropped: Vec<u64> = report
        .findings
        .iter()
        .filter(|finding| finding.damage == Damage::Dropped)
        .map(|finding| finding.entry)
        .collect();
    assert_eq!(dropped, [16, 17, 18, 19, 20]);
}
