//! Numbers as people read them: times, sizes, durations.

use super::words::{fill, say};
use crate::language::Language;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How long ago `then` was; a date where it is more than a month.
pub(super) fn ago(language: Language, now_ms: i64, then_ms: i64) -> String {
    match now_ms - then_ms {
        past if past < MINUTE_MS => say(language, "time.now").to_owned(),
        past if past < HOUR_MS => fill(language, "time.minutes_ago", &[("n", &(past / MINUTE_MS))]),
        past if past < DAY_MS => fill(language, "time.hours_ago", &[("n", &(past / HOUR_MS))]),
        past if past < 30 * DAY_MS => fill(language, "time.days_ago", &[("n", &(past / DAY_MS))]),
        _ => date(then_ms),
    }
}

/// A day of the Gregorian calendar, UTC, as `2026-11-24`.
pub(super) fn date(time_ms: i64) -> String {
    let seconds = u64::try_from(time_ms / 1000).unwrap_or(0);
    crate::labelling::rfc3339(seconds)[..10].to_owned()
}

/// Day and minute, UTC, as `2026-11-24 08:30`.
pub(super) fn minute(time_ms: i64) -> String {
    let seconds = u64::try_from(time_ms / 1000).unwrap_or(0);
    crate::labelling::rfc3339(seconds)[..16].replace('T', " ")
}

/// A time that passes, in its largest unit, rounded up: nobody minds to wait less than was said.
pub(super) fn duration(language: Language, duration_ms: i64) -> String {
    let up = |unit: i64| (duration_ms.max(0) + unit - 1) / unit;
    match duration_ms {
        ..100_000 => fill(language, "time.seconds", &[("n", &up(1000))]),
        100_000..5_400_000 => fill(language, "time.minutes", &[("n", &up(MINUTE_MS))]),
        _ => fill(language, "time.hours", &[("n", &up(HOUR_MS))]),
    }
}

/// `1,204`.
pub(super) fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    format!("{}{}", if value < 0 { "-" } else { "" }, groups.join(","))
}

/// Bytes in decimal units: `214 kB`, `1.2 GB`.
pub(super) fn size(bytes: i64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes.max(0) as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < units.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 9.95 && unit > 1);
    format!("{value:.decimals$} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_numbers_are_short() {
        for (bytes, told) in
            [(0, "0 B"), (999, "999 B"), (214_300, "214 kB"), (1_240_000, "1.2 MB"), (999_900_000, "1.0 GB")]
        {
            assert_eq!(size(bytes), told, "{bytes}");
        }
        for (value, told) in [(0, "0"), (999, "999"), (1204, "1,204"), (-1_000_000, "-1,000,000")] {
            assert_eq!(number(value), told, "{value}");
        }
    }

    #[test]
    fn times_are_told_in_one_unit() {
        let now = 1_800_000_000_000;
        for (past, told) in
            [(0, "刚才"), (61_000, "1 分钟前"), (3 * HOUR_MS, "3 小时前"), (2 * DAY_MS, "2 天前")]
        {
            assert_eq!(ago(Language::Chinese, now, now - past), told, "{past}");
        }
        assert_eq!(ago(Language::English, now, now - 40 * DAY_MS), "2026-12-06", "a date");
        assert_eq!(minute(now), "2027-01-15 08:00", "date and time");
        for (length, told) in [(0, "0 s"), (1_400, "2 s"), (119_000, "2 min"), (7_300_000, "3 h")] {
            assert_eq!(duration(Language::English, length), told, "{length}");
        }
    }
}
