//! Many orders in one file: a prompt a line, or a table with named columns (CSV, RFC 4180).

use crate::error::Error;
use crate::order::Written;

/// Rows of one file at most.
const MOST_ROWS: usize = 1000;

/// One order of a file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// The line it stands in, from 1.
    pub(crate) line: usize,
    pub(crate) written: Written,
}

/// The orders in `bytes`, a file called `name`: a table where the name ends in `.csv`, else a prompt a line, in which empty
/// lines and those with `#` in front are passed over.
///
/// # Errors
///
/// [`Error::NotText`] and [`Error::NoPrompts`]; [`Error::Request`] names the column or the line that cannot be read.
pub(crate) fn rows(name: &str, bytes: &[u8]) -> Result<Vec<Row>, Error> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::NotText { file: name.into() })?;
    let text = text.trim_start_matches('\u{feff}');
    let rows = if name.to_lowercase().ends_with(".csv") { table(text)? } else { lines(text) };
    match rows.len() {
        0 => Err(Error::NoPrompts { file: name.into() }),
        1..=MOST_ROWS => Ok(rows),
        _ => Err(Error::Request { reason: format!("{name}: > {MOST_ROWS}") }),
    }
}

fn lines(text: &str) -> Vec<Row> {
    let prompt = |(index, line): (usize, &str)| {
        let prompt = line.trim();
        let written = Written { prompt: prompt.to_owned(), ..Written::default() };
        (!prompt.is_empty() && !prompt.starts_with('#')).then_some(Row { line: index + 1, written })
    };
    text.lines().enumerate().filter_map(prompt).collect()
}

fn table(text: &str) -> Result<Vec<Row>, Error> {
    let mut records = records(text).into_iter();
    let (_, names) = records.next().unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| name.trim().to_lowercase()).collect();
    if !names.iter().any(|name| name == "prompt" || name == "提示词") {
        return Err(Error::Request { reason: "prompt".to_owned() });
    }
    let full = records.filter(|(_, fields)| fields.iter().any(|field| !field.trim().is_empty()));
    full.map(|(line, fields)| Ok(Row { line, written: written(line, &names, &fields)? })).collect()
}

fn written(line: usize, names: &[String], fields: &[String]) -> Result<Written, Error> {
    let mut written = Written::default();
    let given = names.iter().zip(fields).map(|(name, field)| (name.as_str(), field.trim()));
    for (name, field) in given.filter(|(_, field)| !field.is_empty()) {
        let text = || Some(field.to_owned());
        match name {
            "prompt" | "提示词" => written.prompt = field.to_owned(),
            "negative" | "不要出现" => written.negative = text(),
            "style" | "画法" => written.style = text(),
            "size" | "尺寸" => written.size = text(),
            "background" | "底色" => written.background = text(),
            "sampler" | "采样" => written.sampler = text(),
            "count" | "张数" => written.count = Some(number(line, name, field)?),
            "seed" | "种子" => written.seed = Some(number(line, name, field)?),
            "steps" | "步数" => written.steps = Some(number(line, name, field)?),
            "guidance" | "贴合程度" => written.guidance = Some(number(line, name, field)?),
            _ => return Err(Error::Request { reason: name.chars().take(40).collect() }),
        }
    }
    Ok(written)
}

fn number<T: std::str::FromStr>(line: usize, name: &str, field: &str) -> Result<T, Error> {
    let field: String = field.chars().take(40).collect();
    field.parse().map_err(|_| Error::Request { reason: format!("{line}: {name} = {field}") })
}

/// Records of a table, each with the line it begins in. A field in quotes may hold commas, line ends and doubled quotes.
fn records(text: &str) -> Vec<(usize, Vec<String>)> {
    let (mut records, mut fields, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut quoted, mut line, mut start) = (false, 1, 1);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        line += usize::from(character == '\n');
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                fields.push(std::mem::take(&mut field));
                records.push((start, std::mem::take(&mut fields)));
                start = line;
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !fields.is_empty() {
        fields.push(field);
        records.push((start, fields));
    }
    records
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prompts(name: &str, text: &str) -> Vec<(usize, String)> {
        let rows = rows(name, text.as_bytes()).expect("rows");
        rows.into_iter().map(|row| (row.line, row.written.prompt)).collect()
    }

    #[test]
    fn lines_are_prompts() {
        let text = "\u{feff}三只红灯笼\n\n# 注\r\n  a cat \n";
        assert_eq!(prompts("a.txt", text), [(1, "三只红灯笼".into()), (4, "a cat".into())], "two of four");
    }

    #[test]
    fn tables_are_read_by_the_names_of_columns() {
        let text = "prompt,count,size,style\n\"猫，\"\"大\"\"\n和狗\",2,768x512,扁平\n,,,\n鱼,,,\n";
        let rows = rows("A.CSV", text.as_bytes()).expect("rows");
        assert_eq!(rows.len(), 2, "the empty one is passed over");
        assert_eq!((rows[0].line, rows[1].line), (2, 5), "lines of the file");
        let first = &rows[0].written;
        assert_eq!((first.prompt.as_str(), first.count), ("猫，\"大\"\n和狗", Some(2)), "quotes and numbers");
        assert_eq!(first.style.as_deref(), Some("扁平"), "words");
        assert_eq!(
            rows[1].written,
            Written { prompt: "鱼".into(), ..Written::default() },
            "the rest is left open"
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (name, text, code) in [
            ("a.csv", "count\n1\n", "request"),
            ("a.csv", "prompt,colour\n猫,红\n", "request"),
            ("a.csv", "prompt,count\n猫,many\n", "request"),
            ("a.csv", "prompt\n", "no-prompts"),
            ("a.txt", "# 注\n", "no-prompts"),
        ] {
            assert_eq!(rows(name, text.as_bytes()).map_err(|error| error.code()), Err(code), "{text}");
        }
        assert_eq!(rows("a.txt", &[0xff]).map_err(|error| error.code()), Err("not-text"), "bytes");
        let many = "猫\n".repeat(MOST_ROWS + 1);
        assert_eq!(rows("a.txt", many.as_bytes()).map_err(|error| error.code()), Err("request"), "too many");
    }
}
