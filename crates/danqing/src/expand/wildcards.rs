//! Wildcards: a folder of text files, each a list to choose from.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Alternative, Error, parse};

/// Folders within folders that are looked into.
const DEEPEST: usize = 8;
/// Files of one folder that are looked at.
const MOST_FILES: usize = 10_000;
/// The largest file, in bytes.
const LARGEST_BYTES: u64 = 4 << 20;
/// Names that an error offers.
const OFFERED: usize = 6;

/// The lists of one folder. `动物.txt` is the list `动物`, `food/fruit.txt` the list `food/fruit`. A line is a choice;
/// empty lines and those that begin with `#` are none.
#[derive(Debug, Default)]
pub(crate) struct Wildcards {
    folder: Option<PathBuf>,
    /// Name to file, looked up once.
    files: Mutex<Option<HashMap<String, PathBuf>>>,
    lines: Mutex<HashMap<String, Vec<Alternative>>>,
}

impl Wildcards {
    /// Those in `folder`, which is looked at when the first wildcard is asked for.
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, ..Self::default() }
    }

    /// The lines of all lists whose name fits `name`, where `*` stands for anything within a folder's name and `**/` for
    /// any folders. A list that is not at the top is found by its own name too. Lines are sorted, none twice.
    pub(super) fn lines(&self, name: &str) -> Result<Vec<Alternative>, Error> {
        if let Some(lines) = locked(&self.lines).get(name) {
            return Ok(lines.clone());
        }
        let files = self.files(name)?;
        let fitting = |pattern: &str| -> Vec<&PathBuf> {
            files.iter().filter(|(name, _)| fits(pattern, name)).map(|(_, file)| file).collect()
        };
        let pattern = name.replace('\\', "/");
        let pattern = pattern.trim_matches('/');
        let mut found = fitting(pattern);
        if found.is_empty() {
            found = fitting(&format!("**/{pattern}"));
        }
        let mut lines = Vec::new();
        for file in found {
            lines.extend(read(file)?);
        }
        if lines.is_empty() {
            return Err(self.unknown(name, files.keys()));
        }
        lines.sort_by(|(one, _), (other, _)| one.cmp(other));
        lines.dedup_by(|(one, _), (other, _)| one == other);
        let lines: Vec<Alternative> = lines.into_iter().map(|(_, line)| line).collect();
        locked(&self.lines).insert(name.to_owned(), lines.clone());
        Ok(lines)
    }

    /// The files of the folder, for someone who asks for `name`.
    fn files(&self, name: &str) -> Result<HashMap<String, PathBuf>, Error> {
        let Some(folder) = &self.folder else { return Err(Error::NoFolder { name: name.to_owned() }) };
        if let Some(files) = locked(&self.files).as_ref() {
            return Ok(files.clone());
        }
        let mut files = HashMap::new();
        list(folder, "", 0, &mut files).map_err(|error| unreadable(folder, &error))?;
        *locked(&self.files) = Some(files.clone());
        Ok(files)
    }

    fn unknown<'a>(&self, name: &str, known: impl Iterator<Item = &'a String>) -> Error {
        let mut known: Vec<String> = known.cloned().collect();
        let shared = |other: &String| other.chars().filter(|c| name.contains(*c)).count();
        known.sort_by(|one, other| shared(other).cmp(&shared(one)).then(one.cmp(other)));
        known.truncate(OFFERED);
        Error::UnknownWildcard { name: name.to_owned(), known }
    }
}

/// What is remembered; a thread that broke while it held it left nothing half done.
fn locked<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unreadable(file: &Path, error: &io::Error) -> Error {
    Error::Unreadable { file: file.to_owned(), reason: error.to_string() }
}

/// Text files under `folder`, hidden ones left out; `prefix` stands before their names.
fn list(folder: &Path, prefix: &str, depth: usize, files: &mut HashMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let path = entry.path();
        if path.is_dir() && depth < DEEPEST {
            list(&path, &format!("{prefix}{name}/"), depth + 1, files)?;
        } else if let Some(stem) = name.strip_suffix(".txt").filter(|_| files.len() < MOST_FILES) {
            files.insert(format!("{prefix}{stem}"), path);
        }
    }
    Ok(())
}

/// The choices of one file, each with its own text.
fn read(file: &Path) -> Result<Vec<(String, Alternative)>, Error> {
    let size = fs::metadata(file).map_err(|error| unreadable(file, &error))?.len();
    if size > LARGEST_BYTES {
        let reason = format!("{size} > {LARGEST_BYTES} bytes");
        return Err(Error::Unreadable { file: file.to_owned(), reason });
    }
    let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    let lines = text.trim_start_matches('\u{FEFF}').lines().map(str::trim).enumerate();
    let said = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    said.map(|(index, line)| {
        let wrong =
            |(at, fault)| Error::Line { file: file.to_owned(), line: index + 1, place: at + 1, fault };
        Ok((line.to_owned(), parse::line(line).map_err(wrong)?))
    })
    .collect()
}

/// Whether `name` is one that `pattern` means.
fn fits(pattern: &str, name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    // Which of the parts of the name the pattern has come to, all ways at once.
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for wanted in pattern.split('/') {
        let mut next = vec![false; parts.len() + 1];
        for at in 0..=parts.len() {
            let skipped = wanted == "**" && at > 0 && next[at - 1];
            next[at] = match wanted {
                "**" => reached[at] || skipped,
                _ => at > 0 && reached[at - 1] && part_fits(wanted, parts[at - 1]),
            };
        }
        reached = next;
    }
    reached[parts.len()]
}

/// As [`fits`] within one folder's or file's name, `*` for any characters.
fn part_fits(pattern: &str, part: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| part.strip_prefix(first)) else { return false };
    let mut pieces: Vec<&str> = pieces.collect();
    let Some(last) = pieces.pop() else { return rest.is_empty() };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_names() {
        for (pattern, name, expected) in [
            ("pets", "pets", true),
            ("pets", "animals/pets", false),
            ("**/pets", "animals/pets", true),
            ("**/pets", "pets", true),
            ("*s/p*", "animals/pets", true),
            ("a*l*s", "animals", true),
            ("a*b*a", "aba", true),
            ("a*ba", "aba", true),
            ("ab*ba", "aba", false),
            ("**", "a/b/c", true),
            ("*", "a/b", false),
            ("", "a", false),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} for {name}");
        }
    }
}
