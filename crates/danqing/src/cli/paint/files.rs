//! `danqing paint --from-file`: many prompts, a line each or as a table.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::Many;
use crate::error::Error;
use crate::order::{Order, Wish};
use crate::report;
use crate::table;

/// The orders of `file`, and how many of its prompts were refused; `-` is standard input. A name that ends in `.csv` or
/// `.tsv` is a table, anything else has a prompt a line; lines that begin with `#` are notes there.
pub(super) fn orders(file: &Path, wish: &Wish, many: &Many) -> Result<(Vec<Order>, usize), Error> {
    let text = read(file)?;
    let extension = file.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("csv" | "tsv") => of_table(file, &text, wish, many),
        _ => of_lines(file, &text, wish, many),
    }
}

fn read(file: &Path) -> Result<String, Error> {
    let unreadable = |source| Error::Unreadable { file: file.to_owned(), source };
    let mut bytes = Vec::new();
    match file.to_str() {
        Some("-") => io::stdin().lock().read_to_end(&mut bytes).map(drop).map_err(unreadable)?,
        _ => bytes = fs::read(file).map_err(unreadable)?,
    }
    String::from_utf8(bytes).map_err(|_| Error::NotText { file: file.to_owned() })
}

fn of_lines(file: &Path, text: &str, wish: &Wish, many: &Many) -> Result<(Vec<Order>, usize), Error> {
    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim);
    let prompts: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    if prompts.is_empty() {
        return Err(Error::NoPrompts { file: file.to_owned() });
    }
    let mut orders = Vec::new();
    let mut refused = 0;
    for prompt in prompts {
        match many.orders(prompt, wish) {
            Ok(found) => orders.extend(found),
            Err(error) if is_of_prompt(&error) => {
                refused += 1;
                report::failed(many.reader, Some(prompt), &error);
            }
            Err(error) => return Err(error),
        }
    }
    Ok((orders, refused))
}

/// A row that is wrong is told with its line and column, and the others painted.
fn of_table(file: &Path, text: &str, wish: &Wish, many: &Many) -> Result<(Vec<Order>, usize), Error> {
    let rows = table::read(text)?;
    if rows.is_empty() {
        return Err(Error::NoPrompts { file: file.to_owned() });
    }
    let mut orders = Vec::new();
    let mut refused = 0;
    for mut row in rows {
        let own = std::mem::replace(&mut row.wish, Ok(Wish::default()));
        let found = own.and_then(|own| {
            many.orders(&row.prompt, &own.or(wish.clone())).map_err(|error| row.blamed(error))
        });
        match found {
            Ok(found) => orders.extend(found),
            Err(error) => {
                refused += 1;
                report::failed(many.reader, Some(&row.prompt), &error);
            }
        }
    }
    Ok((orders, refused))
}

/// Whether another prompt could still be good.
fn is_of_prompt(error: &Error) -> bool {
    matches!(
        error,
        Error::EmptyPrompt
            | Error::WordlessPrompt { .. }
            | Error::LongPrompt { .. }
            | Error::ControlCharacter { .. }
            | Error::Template(_)
    )
}
