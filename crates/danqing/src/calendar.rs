//! Times as text, from milliseconds since 1970.

use crate::labelling::rfc3339;

/// China keeps one time of day, eight hours before that of Greenwich.
const CHINA_S: u64 = 8 * 3600;

/// Such as `2026-11-25T20:19:06Z`.
pub(crate) fn universal(ms: i64) -> String {
    rfc3339(seconds(ms))
}

/// Such as `2026-11-26 04:19:06`, in China.
pub(crate) fn in_china(ms: i64) -> String {
    rfc3339(seconds(ms) + CHINA_S).replace('T', " ").replace('Z', "")
}

/// Such as `20261126041906`, in China: as A1111 writes times of jobs.
pub(crate) fn stamp(ms: i64) -> String {
    in_china(ms).chars().filter(char::is_ascii_digit).collect()
}

fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn china_is_eight_hours_before() {
        assert_eq!(universal(951_782_399_999), "2000-02-28T23:59:59Z", "whole seconds");
        assert_eq!(in_china(951_782_399_999), "2000-02-29 07:59:59", "a leap day");
        assert_eq!(stamp(0), "19700101080000", "digits alone");
    }
}
