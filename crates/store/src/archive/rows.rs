//! Rows as lines of JSON, the same for both databases.

use serde_json::Value as Json;

use super::tape::Writer;
use crate::Error;
use crate::db::{Column, Row, Value, Work, places, sql};
use crate::secret::hex;

/// Rows in one piece of the archive.
const ROWS: u64 = 2000;

/// Takes the rows of one table and writes them in pieces.
pub(crate) struct Sink<'a> {
    table: &'static str,
    writer: &'a Writer,
    lines: Vec<u8>,
    rows: u64,
}

impl<'a> Sink<'a> {
    pub(super) fn new(table: &'static str, writer: &'a Writer) -> Self {
        Self { table, writer, lines: Vec::new(), rows: 0 }
    }

    pub(crate) async fn take(&mut self, row: Row) -> Result<(), Error> {
        let columns = row.columns()?;
        if self.lines.is_empty() {
            let head: Vec<(&str, &str)> =
                columns.iter().map(|(name, column)| (name.as_str(), column.as_str())).collect();
            self.line(&head)?;
        }
        let values: Result<Vec<Json>, Error> =
            columns.iter().map(|(name, column)| Ok(json(row.value(name, *column)?))).collect();
        self.line(&values?)?;
        self.rows += 1;
        if self.rows.is_multiple_of(ROWS) { self.flush().await } else { Ok(()) }
    }

    fn line(&mut self, values: &impl serde::Serialize) -> Result<(), Error> {
        serde_json::to_writer(&mut self.lines, values)?;
        self.lines.push(b'\n');
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Error> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let name = format!("tables/{}/{:09}.jsonl", self.table, self.rows);
        self.writer.put(name, std::mem::take(&mut self.lines)).await
    }

    /// Writes what is left; gives how many rows there were.
    pub(super) async fn end(mut self) -> Result<u64, Error> {
        self.flush().await?;
        Ok(self.rows)
    }
}

/// Bytes become hexadecimal digits.
fn json(value: Value) -> Json {
    match value {
        Value::Text(text) => text.into(),
        Value::Number(number) => number.into(),
        Value::Bytes(bytes) => bytes.map(|bytes| hex(&bytes)).into(),
    }
}

/// Puts the rows of a piece into a table of the archive's own list; gives how many.
pub(super) async fn insert(work: &mut Work, table: &str, piece: &[u8]) -> Result<u64, Error> {
    let mut lines = piece.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let head: Vec<(String, Column)> = match lines.next() {
        Some(line) => serde_json::from_slice(line)?,
        None => return Ok(0),
    };
    if let Some((bad, _)) = head.iter().find(|(name, _)| !is_column(name)) {
        return Err(Error::Archive(format!("`{bad}` is not a column")));
    }
    let names: Vec<&str> = head.iter().map(|(name, _)| name.as_str()).collect();
    let values = places(1..=names.len());
    let text = format!("INSERT INTO {table} ({}) VALUES ({values})", names.join(", "));
    let mut rows = 0;
    for line in lines {
        let values: Vec<Json> = serde_json::from_slice(line)?;
        if values.len() != head.len() {
            return Err(Error::Archive(format!("a row of `{table}` has {} values", values.len())));
        }
        let mut statement = sql(text.clone());
        for ((name, column), json) in head.iter().zip(values) {
            statement = statement.bind(
                value(*column, &json)
                    .ok_or_else(|| Error::Archive(format!("column `{name}` of `{table}` holds `{json}`")))?,
            );
        }
        work.run(statement).await?;
        rows += 1;
    }
    Ok(rows)
}

/// Names of columns become part of a statement, so nothing else may.
fn is_column(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn value(column: Column, json: &Json) -> Option<Value> {
    Some(match (column, json) {
        (Column::Text, Json::Null) => Value::Text(None),
        (Column::Number, Json::Null) => Value::Number(None),
        (Column::Bytes, Json::Null) => Value::Bytes(None),
        (Column::Text, Json::String(text)) => Value::Text(Some(text.clone())),
        (Column::Number, Json::Number(number)) => Value::Number(Some(number.as_i64()?)),
        (Column::Bytes, Json::String(digits)) => Value::Bytes(Some(crate::secret::unhex(digits)?)),
        _ => return None,
    })
}
