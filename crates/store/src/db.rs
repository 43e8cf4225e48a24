//! One database of two kinds, behind one SQL text.
//!
//! `$1` numbers a value in both dialects, columns are portable, and the few statements that differ ask
//! [`Db::dialect`]. SQLite has one connection that writes and several that read, so that writers wait for each other
//! here, in order, and not in the file.

mod migrations;
mod statement;

use std::str::FromStr;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

pub(crate) use statement::{Column, Row, Statement, Value, places, sql};

use crate::Error;
use crate::archive::Sink;

/// How long a statement waits for a lock or a connection.
const PATIENCE: Duration = Duration::from_secs(30);

/// Pages that a connection to SQLite keeps in memory, as its pragma wants them: each of the five fills its own as the database
/// grows, and the system keeps the file in memory besides.
const CACHE_KIB: &str = "-1024";

#[derive(Clone, Debug)]
pub(crate) enum Db {
    Sqlite { writer: SqlitePool, readers: SqlitePool },
    Postgres(PgPool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// A transaction that writes. Dropped without [`Work::commit`], it leaves nothing.
pub(crate) enum Work {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens `sqlite:PATH`, `sqlite::memory:` or `postgres://...`, and brings its tables up to date.
    pub(crate) async fn open(address: &str) -> Result<Self, Error> {
        let db = match address.split(':').next() {
            Some("sqlite") => Self::open_sqlite(address).await?,
            Some("postgres" | "postgresql") => Self::open_postgres(address).await?,
            _ => return Err(Error::Address(without_password(address))),
        };
        migrations::run(&db).await?;
        Ok(db)
    }

    async fn open_sqlite(address: &str) -> Result<Self, Error> {
        let options = SqliteConnectOptions::from_str(address)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that was reported survives a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("cache_size", CACHE_KIB)
            .pragma("recursive_triggers", "ON");
        let writer = pool(1).connect_with(options.clone()).await?;
        Ok(Self::Sqlite { writer, readers: pool(4).connect_lazy_with(options) })
    }

    async fn open_postgres(address: &str) -> Result<Self, Error> {
        let options = PgConnectOptions::from_str(address)?;
        let pool = PgPoolOptions::new().max_connections(8).acquire_timeout(PATIENCE);
        Ok(Self::Postgres(pool.connect_with(options).await?))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite { .. } => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Starts a transaction that writes; in SQLite it is the only one.
    pub(crate) async fn begin(&self) -> Result<Work, Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Work::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Work::Postgres(pool.begin().await?),
        })
    }

    /// Starts a transaction that reads one state of all tables, whatever is written meanwhile.
    pub(crate) async fn begin_reading(&self) -> Result<Work, Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Work::Sqlite(readers.begin_with("BEGIN DEFERRED").await?),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Work::Postgres(pool.begin_with(begin).await?)
            }
        })
    }

    /// Rows of a question.
    pub(crate) async fn all(&self, statement: Statement) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                statement.sqlite().fetch_all(readers).await?.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(pool) => {
                statement.postgres().fetch_all(pool).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a question, if any.
    pub(crate) async fn optional(&self, statement: Statement) -> Result<Option<Row>, Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => {
                statement.sqlite().fetch_optional(readers).await?.map(Row::Sqlite)
            }
            Self::Postgres(pool) => statement.postgres().fetch_optional(pool).await?.map(Row::Postgres),
        })
    }

    /// The one row that a question always has.
    pub(crate) async fn one(&self, statement: Statement) -> Result<Row, Error> {
        self.optional(statement).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Carries out one statement and says how many rows it touched.
    pub(crate) async fn run(&self, statement: Statement) -> Result<u64, Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => statement.sqlite().execute(writer).await?.rows_affected(),
            Self::Postgres(pool) => statement.postgres().execute(pool).await?.rows_affected(),
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Work {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    pub(crate) async fn all(&mut self, statement: Statement) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite(work) => {
                let rows = statement.sqlite().fetch_all(&mut **work).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(work) => {
                let rows = statement.postgres().fetch_all(&mut **work).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    pub(crate) async fn optional(&mut self, statement: Statement) -> Result<Option<Row>, Error> {
        Ok(self.all(statement).await?.into_iter().next())
    }

    pub(crate) async fn one(&mut self, statement: Statement) -> Result<Row, Error> {
        self.optional(statement).await?.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    pub(crate) async fn run(&mut self, statement: Statement) -> Result<u64, Error> {
        Ok(match self {
            Self::Sqlite(work) => statement.sqlite().execute(&mut **work).await?.rows_affected(),
            Self::Postgres(work) => statement.postgres().execute(&mut **work).await?.rows_affected(),
        })
    }

    /// Hands row after row on, without holding them all.
    pub(crate) async fn each(&mut self, statement: Statement, sink: &mut Sink<'_>) -> Result<(), Error> {
        match self {
            Self::Sqlite(work) => {
                let mut rows = statement.sqlite().fetch(&mut **work);
                while let Some(row) = rows.try_next().await? {
                    sink.take(Row::Sqlite(row)).await?;
                }
            }
            Self::Postgres(work) => {
                let mut rows = statement.postgres().fetch(&mut **work);
                while let Some(row) = rows.try_next().await? {
                    sink.take(Row::Postgres(row)).await?;
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(work) => work.commit().await?,
            Self::Postgres(work) => work.commit().await?,
        }
        Ok(())
    }
}

/// Connections to SQLite.
///
/// Where the disk is full SQLite ends a transaction by itself; the driver, whose own rollback then fails, believes it to be
/// open for ever. Such a connection is closed instead of being used again.
fn pool(connections: u32) -> SqlitePoolOptions {
    let options = SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
    options.before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

/// Whether `error` says that a row of the same key is there.
pub(crate) fn is_duplicate(error: &Error) -> bool {
    let Error::Database(error) = error else { return false };
    error.as_database_error().is_some_and(|error| error.is_unique_violation())
}

/// An address fit for a message.
fn without_password(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if scheme + 3 < at => {
            format!("{}...{}", &address[..scheme + 3], &address[at..])
        }
        _ => address.to_owned(),
    }
}
