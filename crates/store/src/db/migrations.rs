//! The tables, by version.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{AssertSqlSafe, SqlSafeStr};

use super::{Db, Dialect};
use crate::Error;

/// Version, name, and the text in the dialects of SQLite and PostgreSQL.
const STEPS: [(i64, &str, &str, &str); 2] = [
    (
        1,
        "first",
        include_str!("../../migrations/sqlite/0001_first.sql"),
        include_str!("../../migrations/postgres/0001_first.sql"),
    ),
    (
        2,
        "usage",
        include_str!("../../migrations/sqlite/0002_usage.sql"),
        include_str!("../../migrations/postgres/0002_usage.sql"),
    ),
];

/// Carries out what has not been; safe when several processes start at once.
pub(super) async fn run(db: &Db) -> Result<(), Error> {
    let dialect = db.dialect();
    let steps = STEPS.iter().map(|(version, name, sqlite, postgres)| {
        let text = match dialect {
            Dialect::Sqlite => *sqlite,
            Dialect::Postgres => *postgres,
        };
        let text = AssertSqlSafe(text).into_sql_str();
        Migration::new(*version, Cow::Borrowed(*name), MigrationType::Simple, text, false)
    });
    let migrator = Migrator::with_migrations(steps.collect());
    match db {
        Db::Sqlite { writer, .. } => migrator.run(writer).await?,
        Db::Postgres(pool) => migrator.run(pool).await?,
    }
    Ok(())
}
