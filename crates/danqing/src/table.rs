//! Tables of orders: CSV files with a heading, each row a prompt with what it wants different.
//!
//! ```text
//! 提示词,种子,尺寸,背景
//! 三只红灯笼,7,512,透明
//! "{红|蓝}色的猫",,1024x768,
//! ```
//!
//! A cell that is left empty is as the flags and settings say. Commas, semicolons or tabs separate; quotes are those of
//! RFC 4180.

use crate::error::Error;
use crate::order::Wish;

/// Rows of a table at most.
const MOST_ROWS: usize = 100_000;

/// What a column says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Prompt,
    Negative,
    Seed,
    Steps,
    Guidance,
    Sampler,
    Size,
    Width,
    Height,
    Count,
    Style,
    Background,
    Changes,
}

/// Every column with its names, the Chinese one that messages use first, then the English one.
const COLUMNS: &[(Column, &[&str])] = &[
    (
        Column::Prompt,
        &["提示词", "prompt", "正向提示词", "描述", "文本", "positive", "positive prompt", "text"],
    ),
    (
        Column::Negative,
        &["反向提示词", "negative", "负面提示词", "负向提示词", "negative prompt", "negative_prompt", "不要"],
    ),
    (Column::Seed, &["种子", "seed", "随机种子"]),
    (Column::Steps, &["步数", "steps", "采样步数"]),
    (Column::Guidance, &["引导", "guidance", "引导强度", "提示词引导", "cfg", "cfg scale", "cfg_scale"]),
    (Column::Sampler, &["采样器", "sampler", "采样方法", "sampler name", "sampler_name"]),
    (Column::Size, &["尺寸", "size", "大小", "分辨率"]),
    (Column::Width, &["宽", "width", "宽度"]),
    (Column::Height, &["高", "height", "高度"]),
    (Column::Count, &["数量", "count", "张数", "n"]),
    (Column::Style, &["风格", "style", "画风"]),
    (Column::Background, &["背景", "background", "背景色"]),
    (Column::Changes, &["改动", "changes", "change"]),
];

impl Column {
    fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        COLUMNS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
    }

    /// The column's name in Chinese and in English.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        COLUMNS.iter().find(|(column, _)| *column == self).map_or(("", ""), |(_, names)| (names[0], names[1]))
    }

    /// The column that an order's error is about.
    fn of(error: &Error) -> Option<Self> {
        use crate::error::Setting;
        match error {
            Error::EmptyPrompt
            | Error::WordlessPrompt { .. }
            | Error::LongPrompt { .. }
            | Error::ControlCharacter { .. }
            | Error::Template(_) => Some(Self::Prompt),
            Error::UnknownStyle { .. } => Some(Self::Style),
            Error::UnknownSampler { .. } => Some(Self::Sampler),
            Error::UnknownBackground { .. } => Some(Self::Background),
            Error::Size { .. } => Some(Self::Size),
            Error::Change { .. } => Some(Self::Changes),
            Error::OutOfRange { setting, .. } => match setting {
                Setting::Steps => Some(Self::Steps),
                Setting::Guidance => Some(Self::Guidance),
                Setting::Count => Some(Self::Count),
                Setting::Seed => Some(Self::Seed),
                Setting::Threads | Setting::Strength => None,
            },
            _ => None,
        }
    }
}

/// Every column's name, for messages: Chinese, then English.
pub(crate) fn known() -> (String, String) {
    let names = |which: fn(&[&'static str]) -> &'static str, between: &str| {
        COLUMNS.iter().map(|(_, names)| which(names)).collect::<Vec<_>>().join(between)
    };
    (names(|names| names[0], "、"), names(|names| names[1], ", "))
}

/// What can be wrong with a table.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("column {number} is named `{name}`, which says nothing")]
    UnknownColumn { number: usize, name: String },
    #[error("two columns are named `{name}`")]
    Twice { name: String },
    #[error("there is no column `prompt`")]
    NoPrompts,
    #[error("line {line} has {found} cells, the heading has {expected}")]
    Cells { line: u64, found: usize, expected: usize },
    #[error("`{text}` is no number")]
    Number { text: String },
    #[error("line {line} cannot be read as CSV")]
    Unreadable { line: u64 },
    #[error("there are more than {most} rows")]
    Rows { most: usize },
}

/// A row: its line in the file, from 1, and what it wants.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) prompt: String,
    pub(crate) wish: Result<Wish, Error>,
}

impl Row {
    /// `error` of this row, with its line and its column.
    pub(crate) fn blamed(&self, error: Error) -> Error {
        blamed(self.line, Column::of(&error), error)
    }
}

fn blamed(line: u64, column: Option<Column>, source: Error) -> Error {
    Error::Cell { line, column, source: Box::new(source) }
}

/// Reads a table. What is wrong with one row is in that row; what is wrong with the heading ends it.
pub(crate) fn read(text: &str) -> Result<Vec<Row>, Wrong> {
    let text = text.trim_start_matches('\u{FEFF}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let Some(heading) = records.next() else { return Err(Wrong::NoPrompts) };
    let columns = columns(&heading.map_err(unreadable)?)?;
    let mut rows = Vec::new();
    let mut lines = Lines { text, byte: 0, line: 1 };
    for record in records {
        let record = record.map_err(unreadable)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MOST_ROWS {
            return Err(Wrong::Rows { most: MOST_ROWS });
        }
        rows.push(row(&record, lines.of(&record), &columns));
    }
    Ok(rows)
}

/// The separator that the heading has most of.
fn delimiter(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let count = |separator: &u8| heading.bytes().filter(|byte| byte == separator).count();
    // Of equal counts the last wins.
    *[b'\t', b';', b','].iter().max_by_key(|separator| count(separator)).unwrap_or(&b',')
}

fn unreadable(error: csv::Error) -> Wrong {
    Wrong::Unreadable { line: error.position().map_or(1, csv::Position::line) }
}

fn columns(heading: &csv::StringRecord) -> Result<Vec<Column>, Wrong> {
    let mut columns: Vec<Column> = Vec::new();
    for (index, name) in heading.iter().enumerate() {
        let shown = || name.trim().chars().filter(|c| !c.is_control()).take(40).collect();
        let column =
            Column::named(name).ok_or_else(|| Wrong::UnknownColumn { number: index + 1, name: shown() })?;
        if columns.contains(&column) {
            return Err(Wrong::Twice { name: shown() });
        }
        columns.push(column);
    }
    if !columns.contains(&Column::Prompt) {
        return Err(Wrong::NoPrompts);
    }
    Ok(columns)
}

/// Lines of rows. The reader's own count begins before the empty lines that it skips.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line in which `record` begins; records are asked for in order.
    fn of(&mut self, record: &csv::StringRecord) -> u64 {
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let bytes = self.text.as_bytes();
        let empty = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| b"\r\n".contains(byte));
        let start = (start + empty.count()).min(bytes.len());
        let passed = &bytes[self.byte.min(start)..start];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.byte = start;
        self.line
    }
}

fn row(record: &csv::StringRecord, line: u64, columns: &[Column]) -> Row {
    let cell = |wanted: Column| {
        let place = columns.iter().position(|column| *column == wanted)?;
        record.get(place).map(str::trim).filter(|text| !text.is_empty())
    };
    let prompt = cell(Column::Prompt).unwrap_or_default().to_owned();
    let said = record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty());
    let found = said.last().map_or(0, |(last, _)| last + 1);
    if found > columns.len() {
        let wrong = Wrong::Cells { line, found, expected: columns.len() };
        return Row { line, prompt, wish: Err(Error::Table(wrong)) };
    }
    Row { line, prompt, wish: wish(line, &cell) }
}

fn wish<'a>(line: u64, cell: &dyn Fn(Column) -> Option<&'a str>) -> Result<Wish, Error> {
    let text = |column| cell(column).map(str::to_owned);
    let size = match (text(Column::Size), cell(Column::Width), cell(Column::Height)) {
        (None, Some(width), Some(height)) => Some(format!("{width}x{height}")),
        (None, Some(side), None) | (None, None, Some(side)) => Some(side.to_owned()),
        (size, ..) => size,
    };
    Ok(Wish {
        negative: text(Column::Negative),
        seed: number(line, Column::Seed, cell)?,
        steps: number(line, Column::Steps, cell)?,
        guidance: number(line, Column::Guidance, cell)?,
        sampler: text(Column::Sampler),
        size,
        count: number(line, Column::Count, cell)?,
        style: text(Column::Style),
        background: text(Column::Background),
        changes: text(Column::Changes),
        ..Wish::default()
    })
}

fn number<'a, T: std::str::FromStr>(
    line: u64,
    column: Column,
    cell: &dyn Fn(Column) -> Option<&'a str>,
) -> Result<Option<T>, Error> {
    let Some(text) = cell(column) else { return Ok(None) };
    // Spreadsheets write 7 as 7.0.
    let whole = text.strip_suffix(".0").unwrap_or(text);
    let parsed = text.parse().or_else(|_| whole.parse());
    parsed.map(Some).map_err(|_| {
        let text = text.chars().filter(|c| !c.is_control()).take(40).collect();
        blamed(line, Some(column), Error::Table(Wrong::Number { text }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names_in_both_languages() {
        for text in [
            "提示词,种子,尺寸,数量,背景\n三只红灯笼,7,512,2,透明\n",
            "\u{FEFF}prompt;seed;size;count;background\r\n三只红灯笼;7;512;2;透明\r\n",
            "Prompt\tSEED\twidth\theight\tn\tbackground\n三只红灯笼\t7\t512\t512\t2\t透明\n",
        ] {
            let rows = read(text).expect(text);
            assert_eq!((rows.len(), rows[0].line, rows[0].prompt.as_str()), (1, 2, "三只红灯笼"), "{text}");
            let wish = rows[0].wish.as_ref().expect(text);
            assert_eq!((wish.seed, wish.count), (Some(7), Some(2)), "{text}");
            assert_eq!(wish.background.as_deref(), Some("透明"), "{text}");
            assert!(["512", "512x512"].contains(&wish.size.as_deref().expect("a size")), "{text}");
        }
    }

    #[test]
    fn cells_may_hold_separators_and_lines_and_may_be_empty() {
        let rows = read("prompt,seed,style\n\"a cat, \"\"red\"\"\",,\n\n\"two\nlines\",3\n").expect("sound");
        assert_eq!(rows[0].prompt, "a cat, \"red\"", "quotes");
        assert_eq!(rows[0].wish.as_ref().expect("sound"), &Wish::default(), "nothing said");
        assert_eq!(
            (rows[1].line, rows[1].prompt.as_str()),
            (4, "two\nlines"),
            "a short row after an empty line"
        );
    }

    #[test]
    fn mistakes_have_a_line_and_a_column() {
        for (text, expected) in [
            ("prompt,sede\ncat,1\n", "UnknownColumn"),
            ("seed\n1\n", "NoPrompts"),
            ("", "NoPrompts"),
            ("prompt,提示词\na,b\n", "Twice"),
        ] {
            let wrong = read(text).expect_err(text);
            assert!(format!("{wrong:?}").starts_with(expected), "{wrong:?}");
        }
        let rows = read("prompt,seed\ncat,1\ndog,seven\nfox,1,2\n").expect("a heading");
        assert!(rows[0].wish.is_ok(), "the first row is sound");
        match &rows[1].wish {
            Err(Error::Cell { line: 3, column: Some(Column::Seed), .. }) => {}
            other => panic!("{other:?}"),
        }
        assert!(
            matches!(&rows[2].wish, Err(Error::Table(Wrong::Cells { line: 4, found: 3, expected: 2 }))),
            "cells"
        );
    }
}
