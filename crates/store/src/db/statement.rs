//! A statement with its values, and a row of either database.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{AssertSqlSafe, Column as _, Postgres, Row as _, Sqlite, TypeInfo as _};

use crate::Error;

/// A value on its way into the database. NULL keeps its type, which PostgreSQL wants to know.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(Option<String>),
    Number(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

/// SQL and the values of `$1`, `$2`, ...
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement; its text never holds what people wrote, which is always a value.
pub(crate) fn sql(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { text: text.into(), values: Vec::new() }
}

/// A list of places for values, `$2, $3, $4` for 2 to 4.
pub(crate) fn places(numbers: RangeInclusive<usize>) -> String {
    numbers.map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

impl Statement {
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    pub(super) fn sqlite(self) -> Query<'static, Sqlite, SqliteArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text.into_owned()));
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }

    pub(super) fn postgres(self) -> Query<'static, Postgres, PgArguments> {
        let query = sqlx::query(AssertSqlSafe(self.text.into_owned()));
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Number(number) => query.bind(number),
            Value::Bytes(bytes) => query.bind(bytes),
        })
    }
}

macro_rules! values {
    ($($from:ty => $kind:ident |$value:ident| $to:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$kind($to)
            }
        }
    )*};
}

values! {
    &str => Text |value| Some(value.to_owned());
    String => Text |value| Some(value);
    &String => Text |value| Some(value.clone());
    Option<String> => Text |value| value;
    Option<&str> => Text |value| value.map(str::to_owned);
    i64 => Number |value| Some(value);
    u32 => Number |value| Some(value.into());
    Option<i64> => Number |value| value;
    Vec<u8> => Bytes |value| Some(value);
    &[u8] => Bytes |value| Some(value.to_vec());
    [u8; 32] => Bytes |value| Some(value.to_vec());
    Option<Vec<u8>> => Bytes |value| value;
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Column {
    Text,
    Number,
    Bytes,
}

impl Column {
    /// The word in an archive.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bytes => "bytes",
        }
    }

    /// What a column of a database's own type holds.
    fn of(name: &str, own: &str) -> Result<(String, Self), Error> {
        let column = match own {
            "TEXT" => Self::Text,
            "INTEGER" | "BIGINT" | "INT8" => Self::Number,
            "BLOB" | "BYTEA" => Self::Bytes,
            _ => return Err(Error::Column { column: "type", value: own.to_owned() }),
        };
        Ok((name.to_owned(), column))
    }
}

macro_rules! columns {
    ($($name:ident -> $type:ty;)*) => {
        $(pub(crate) fn $name(&self, column: &str) -> Result<$type, Error> {
            Ok(match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            })
        })*
    };
}

impl Row {
    columns! {
        text -> String;
        optional_text -> Option<String>;
        number -> i64;
        optional_number -> Option<i64>;
        bytes -> Vec<u8>;
        optional_bytes -> Option<Vec<u8>>;
    }

    /// The names of the row's columns, and what they hold.
    pub(crate) fn columns(&self) -> Result<Vec<(String, Column)>, Error> {
        match self {
            Self::Sqlite(row) => {
                row.columns().iter().map(|own| Column::of(own.name(), own.type_info().name())).collect()
            }
            Self::Postgres(row) => {
                row.columns().iter().map(|own| Column::of(own.name(), own.type_info().name())).collect()
            }
        }
    }

    pub(crate) fn value(&self, name: &str, column: Column) -> Result<Value, Error> {
        Ok(match column {
            Column::Text => Value::Text(self.optional_text(name)?),
            Column::Number => Value::Number(self.optional_number(name)?),
            Column::Bytes => Value::Bytes(self.optional_bytes(name)?),
        })
    }
}
